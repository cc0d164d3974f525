"""Which rate of tax holds, what tax prices carry or contain, and how lines and credit notes share it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.errors import Invalid
from marketplace.invoices.rules import RatePart, back_by_rate, tax_in
from marketplace.money import Money
from marketplace.taxes import rules
from marketplace.taxes.rules import (
    DeliveryRule,
    DeliveryTaxing,
    Rate,
    TaxCategory,
    Taxing,
    by_line,
    delivery_by_rate,
    tax_of,
    with_delivery,
)

_TODAY = date(2026, 11, 22)
_STANDARD, _REDUCED, _EXEMPT = TaxCategory.STANDARD, TaxCategory.REDUCED, TaxCategory.EXEMPT
_nasty = st.one_of(st.integers(0, 130), st.integers(0, 10**8))
_rates = st.sampled_from([0, 1, 333, 625, 700, 1_900, 2_550, 5_000])
_lines = st.lists(st.tuples(_nasty, _rates), min_size=1, max_size=9)


@given(_lines, st.booleans())
def test_each_rate_is_rounded_once_and_its_lines_sum_to_it(lines: list[tuple[int, int]], is_included: bool) -> None:
    taxed, rates = [Money(minor, "EUR") for minor, _ in lines], [rate for _, rate in lines]
    parts = by_line(taxed, rates, is_included=is_included)
    for rate in set(rates):
        goods = Money.total((amount for amount, own in zip(taxed, rates, strict=True) if own == rate), "EUR")
        own = Money.total((part for part, own in zip(parts, rates, strict=True) if own == rate), "EUR")
        assert own == tax_of(goods, rate, is_included=is_included)
    for part, amount, rate in zip(parts, taxed, rates, strict=True):
        assert 0 <= part.minor <= amount.minor
        assert abs(part.minor - tax_of(amount, rate, is_included=is_included).minor) <= 1


@given(_nasty, _rates)
def test_a_price_with_its_tax_contains_that_tax(minor: int, rate: int) -> None:
    net = Money(minor, "EUR")
    added = tax_of(net, rate, is_included=False)
    assert tax_of(net + added, rate, is_included=True) == added


@pytest.mark.parametrize(
    ("gross", "rate", "tax"), [(11_900, 1_900, 1_900), (10_000, 2_500, 2_000), (1, 1_900, 0), (4, 1_900, 1), (99, 0, 0)]
)
def test_tax_inside_a_price(gross: int, rate: int, tax: int) -> None:
    assert tax_of(Money(gross, "EUR"), rate, is_included=True) == Money(tax, "EUR")


def test_three_equal_lines_share_one_cent() -> None:
    parts = by_line([Money(5, "USD")] * 3, [700] * 3, is_included=False)
    assert [part.minor for part in parts] == [1, 0, 0]


def test_what_is_given_away_is_not_taxed() -> None:
    assert by_line([Money(0, "USD")] * 2, [700, 0], is_included=False) == [Money(0, "USD")] * 2
    assert by_line([], [], is_included=True) == []


_RATES = (
    Rate("DE", _STANDARD, 1_900, date(2026, 1, 1)),
    Rate("DE", _REDUCED, 700, date(2026, 1, 1)),
    Rate("DE", _STANDARD, 2_100, date(2026, 11, 23)),
    Rate("FR", _STANDARD, 2_000, date(2026, 1, 1)),
    Rate("", _REDUCED, 100, date(2026, 11, 22)),
)


@pytest.mark.parametrize(
    ("category", "country", "day", "rate"),
    [
        (_STANDARD, "DE", _TODAY, 1_900),
        (_STANDARD, "DE", date(2026, 11, 23), 2_100),
        (_STANDARD, "DE", date(2025, 12, 31), 625),
        (_REDUCED, "DE", _TODAY, 700),
        (_REDUCED, "FR", _TODAY, 2_000),
        (_REDUCED, "US", _TODAY, 100),
        (_REDUCED, "US", date(2026, 11, 21), 625),
        (_STANDARD, "US", _TODAY, 625),
        (_STANDARD, "", _TODAY, 1_900),
        (_EXEMPT, "DE", _TODAY, 0),
    ],
)
def test_the_rate_of_the_country_comes_first_then_that_of_all_others(
    category: TaxCategory, country: str, day: date, rate: int
) -> None:
    assert Taxing("DE", 625, is_included=True, rates=_RATES).rate(category, country, day) == rate


_ENDED = (
    Rate("DE", _STANDARD, 1_600, date(2025, 1, 1)),
    Rate("DE", _STANDARD, 1_900, date(2026, 1, 1), date(2026, 3, 1)),
    Rate("DE", _STANDARD, 2_000, date(2026, 6, 1), date(2026, 7, 1)),
    Rate("DE", _REDUCED, 700, date(2026, 1, 1), date(2026, 2, 1)),
    Rate("", _STANDARD, 500, date(2026, 1, 1), date(2026, 6, 15)),
)


@pytest.mark.parametrize(
    ("category", "day", "rate"),
    [
        (_STANDARD, date(2026, 2, 28), 1_900),
        (_STANDARD, date(2026, 3, 1), 500),  # its last day is over; what it replaced does not come back
        (_STANDARD, date(2026, 6, 1), 2_000),
        (_STANDARD, date(2026, 7, 1), 625),
        (_REDUCED, date(2026, 1, 31), 700),
        (_REDUCED, date(2026, 2, 1), 1_900),  # goods of the reduced rate pay the standard one again
        (_REDUCED, date(2026, 3, 1), 500),
    ],
)
def test_after_a_rate_has_ended_what_holds_everywhere_counts(category: TaxCategory, day: date, rate: int) -> None:
    assert Taxing("DE", 625, is_included=True, rates=_ENDED).rate(category, "DE", day) == rate


def test_a_rate_ends_today_at_the_earliest_and_after_its_begin() -> None:
    assert rules.check_end(_TODAY, date(2026, 1, 1), _TODAY) == _TODAY
    for day, begin in ((date(2026, 11, 21), date(2026, 1, 1)), (_TODAY, _TODAY), (date(2032, 1, 1), _TODAY)):
        with pytest.raises(Invalid) as refused:
            rules.check_end(day, begin, _TODAY)
        assert refused.value.field == "valid_before"


def test_rates_are_read_as_they_are_written() -> None:
    rates = (*_RATES, Rate("SE", _STANDARD, 2_500, date(2026, 1, 1), date(2026, 2, 1)))
    text = " ".join(
        f"{rate.country}:{rate.category}:{rate.basis_points}:{rate.valid_from}:{rate.valid_before or ''}"
        for rate in rates
    )
    assert rules.read_rates(text) == rates
    assert rules.read_rates("") == ()


@pytest.mark.parametrize(("text", "rate"), [("19", 1_900), (" 7,25 % ", 725), ("0", 0), ("50", 5_000), ("5.5", 550)])
def test_a_rate_is_typed_as_a_percentage(text: str, rate: int) -> None:
    assert rules.typed_rate(text) == rate


@pytest.mark.parametrize("text", ["", "%", "-1", "50.01", "7.255", "1e1", "\u0667", ".5", "a"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        rules.typed_rate(text)
    assert refused.value.field == "rate"


def test_a_rate_begins_today_at_the_earliest() -> None:
    assert rules.check_begin(_TODAY, _TODAY) == _TODAY
    for day in (date(2026, 11, 21), date(2032, 1, 1)):
        with pytest.raises(Invalid):
            rules.check_begin(day, _TODAY)


@given(
    st.lists(st.tuples(_rates, _nasty, _nasty), min_size=1, max_size=4, unique_by=lambda part: part[0]),
    _nasty,
    st.lists(st.integers(1, 10_000), min_size=1, max_size=5),
)
def test_credit_notes_hold_each_rate_to_the_cent_and_never_take_anything_back(
    found: list[tuple[int, int, int]], delivery: int, cuts: list[int]
) -> None:
    goods = [RatePart(rate, Money(net, "EUR"), Money(tax if rate else 0, "EUR")) for rate, net, tax in found]
    parts = [*goods, RatePart(None, Money(delivery, "EUR"), Money(0, "EUR"))]
    total = Money.total((part.net + part.tax for part in parts), "EUR")
    tax = Money.total((part.tax for part in parts), "EUR")
    amounts = [each for each in total.split([*cuts, 1]) if each]
    gone, seen = Money(0, "EUR"), dict.fromkeys((part.basis_points for part in parts), (0, 0))
    for amount in amounts:
        back = back_by_rate(amount, credited_before=gone, parts=parts)
        assert Money.total((part.net + part.tax for part in back), "EUR") == amount
        of_tax = Money.total((part.tax for part in back), "EUR")
        assert of_tax == tax_in(amount, credited_before=gone, total=total, tax=tax)
        for part in back:
            assert part.net.minor >= 0
            assert part.tax.minor >= 0
            net, own = seen[part.basis_points]
            seen[part.basis_points] = net + part.net.minor, own + part.tax.minor
        gone = gone + amount
    assert seen == {part.basis_points: (part.net.minor, part.tax.minor) for part in parts}


def test_what_goes_back_beyond_an_invoice_carries_no_rate() -> None:
    parts = [RatePart(1_900, Money(100, "EUR"), Money(19, "EUR"))]
    back = back_by_rate(Money(129, "EUR"), credited_before=Money(0, "EUR"), parts=parts)
    assert back == [*parts, RatePart(None, Money(10, "EUR"), Money(0, "EUR"))]


@given(_lines, _nasty, st.booleans())
def test_a_delivery_is_shared_like_its_goods_and_each_rate_rounded_once(
    lines: list[tuple[int, int]], price: int, is_included: bool
) -> None:
    taxed, rates = [Money(minor, "EUR") for minor, _ in lines], [rate for _, rate in lines]
    delivery, whole = Money(price, "EUR"), sum(minor for minor, _ in lines)
    sent = delivery_by_rate(delivery, taxed, rates)
    assert Money.total(sent.values(), "EUR") == delivery
    assert all(sent.values()), "a rate that nothing of the delivery carries is not named"
    found, of_delivery = with_delivery(taxed, rates, sent, is_included=is_included)
    assert {part.basis_points: part.amount for part in of_delivery} == sent
    for rate in set(rates):
        goods = sum(minor for minor, own in lines if own == rate)
        part = sent.get(rate, Money(0, "EUR"))
        if whole:
            assert abs(part.minor * whole - price * goods) < whole, "by largest remainder"
        own = Money.total((tax for tax, of in zip(found, rates, strict=True) if of == rate), "EUR")
        own += Money.total((each.tax for each in of_delivery if each.basis_points == rate), "EUR")
        assert own == tax_of(Money(goods, "EUR") + part, rate, is_included=is_included)
    assert all(0 <= each.tax.minor <= each.amount.minor for each in of_delivery)


@given(st.lists(st.tuples(st.integers(10**6, 10**8), _rates), min_size=1, max_size=6), st.integers(1, 10**4))
def test_inside_prices_a_delivery_is_shared_as_before_tax(lines: list[tuple[int, int]], price: int) -> None:
    """By prices with tax, its parts without tax are to each other as the goods without tax are."""
    nets, rates = [Money(minor, "EUR") for minor, _ in lines], [rate for _, rate in lines]
    before = delivery_by_rate(Money(price, "EUR"), nets, rates)
    taxes, sent = with_delivery(nets, rates, before, is_included=False)
    with_tax = {part.basis_points: (part.amount + part.tax).minor for part in sent}
    grosses = [net + tax for net, tax in zip(nets, taxes, strict=True)]
    inside = delivery_by_rate(Money(sum(with_tax.values()), "EUR"), grosses, rates)
    for rate in set(rates):
        assert abs(inside.get(rate, Money(0, "EUR")).minor - with_tax.get(rate, 0)) <= 2


def test_one_cent_of_delivery_goes_to_the_larger_part_and_goods_given_away_count_alike() -> None:
    two = [Money(100, "EUR"), Money(300, "EUR")]
    assert delivery_by_rate(Money(1, "EUR"), two, [700, 1_900]) == {1_900: Money(1, "EUR")}
    assert delivery_by_rate(Money(499, "EUR"), two, [1_900, 700]) == {700: Money(374, "EUR"), 1_900: Money(125, "EUR")}
    nothing = [Money(0, "EUR")] * 3
    assert delivery_by_rate(Money(500, "EUR"), nothing, [700, 700, 1_900]) == {
        700: Money(333, "EUR"),
        1_900: Money(167, "EUR"),
    }
    assert delivery_by_rate(Money(0, "EUR"), two, [700, 1_900]) == {}
    assert delivery_by_rate(Money(0, "EUR"), [], []) == {}


_LIKE_GOODS, _NONE = DeliveryTaxing.LIKE_GOODS, DeliveryTaxing.NONE
_DELIVERIES = (
    DeliveryRule("DE", _LIKE_GOODS, date(2026, 1, 1)),
    DeliveryRule("DE", _NONE, date(2026, 11, 23)),
    DeliveryRule("US", _NONE, date(2026, 1, 1)),
    DeliveryRule("", _LIKE_GOODS, date(2026, 6, 1)),
)


@pytest.mark.parametrize(
    ("country", "day", "is_taxed"),
    [
        ("DE", _TODAY, True),
        ("", _TODAY, True),  # nobody knows yet: the shop's own country
        ("DE", date(2026, 11, 23), False),
        ("DE", date(2025, 12, 31), False),
        ("US", _TODAY, False),
        ("SE", _TODAY, True),
        ("SE", date(2026, 5, 31), False),
    ],
)
def test_whether_a_delivery_is_taxed_the_country_says_first(country: str, day: date, is_taxed: bool) -> None:
    assert Taxing("DE", 0, is_included=True, delivery=_DELIVERIES).taxes_delivery(country, day) is is_taxed
    assert not Taxing("DE", 0, is_included=True).taxes_delivery(country, day)


def test_a_country_matters_where_there_is_tax_for_its_deliveries() -> None:
    assert Taxing("DE", 625, is_included=True, delivery=_DELIVERIES).depends_on_country
    assert not Taxing("DE", 0, is_included=True, delivery=_DELIVERIES).depends_on_country
    assert not Taxing("DE", 625, is_included=True, delivery=_DELIVERIES[3:]).depends_on_country


def test_rules_of_deliveries_are_read_as_they_are_written() -> None:
    text = " ".join(f"{rule.country}:{rule.taxing}:{rule.valid_from}" for rule in _DELIVERIES)
    assert rules.read_delivery_rules(text) == _DELIVERIES
    assert rules.read_delivery_rules("") == ()

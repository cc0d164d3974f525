"""Money: whole minor units, one currency, parts that sum to the whole."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalog.rules import CURRENCIES
from marketplace.money import CurrencyMismatch, Money, exponent
from marketplace.sandbox import currencies as provider
from marketplace.web.pages import money_text

pytestmark = pytest.mark.covers("S0.12")

MINOR = st.integers(min_value=-(10**12), max_value=10**12)


def usd(minor: int) -> Money:
    return Money(minor, "USD")


@pytest.mark.parametrize("wrong", [1.0, 99.99, "100", True, None])
def test_only_whole_numbers_are_minor_units(wrong) -> None:
    with pytest.raises(TypeError):
        Money(wrong, "USD")


@pytest.mark.parametrize("wrong", ["usd", "US", "USDX", "US$", "ÜSD", ""])
def test_a_currency_is_three_capital_letters(wrong: str) -> None:
    with pytest.raises(ValueError, match="three capital letters"):
        Money(1, wrong)


@pytest.mark.parametrize(
    "mix",
    [
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a < b,
        lambda a, b: a <= b,
        lambda a, b: a > b,
        lambda a, b: a >= b,
        lambda a, b: Money.total([a, b], "USD"),
        lambda a, b: sorted([a, b]),
    ],
)
def test_two_currencies_never_meet_in_one_sum(mix) -> None:
    with pytest.raises(CurrencyMismatch):
        mix(usd(100), Money(100, "EUR"))


def test_the_same_number_in_another_currency_is_not_the_same_money() -> None:
    assert usd(100) != Money(100, "EUR")
    assert len({usd(100), Money(100, "EUR"), usd(100)}) == 2


@pytest.mark.parametrize(
    "wrong",
    [lambda m: m * 1.5, lambda m: m * True, lambda m: m.share(2.9), lambda m: m / 2, lambda m: m // 2],
)
def test_floats_rates_and_plain_division_are_refused(wrong) -> None:
    with pytest.raises(TypeError):
        wrong(usd(100))


@pytest.mark.parametrize(
    ("minor", "basis_points", "expected"),
    [
        (10_000, 300, 300),
        (10_000, 290, 290),
        (1_100_000, 700, 77_000),  # S3: 11,000 SEK
        (1, 300, 0),
        (16, 300, 0),
        (17, 300, 1),
        (50, 100, 1),  # exactly half a cent goes up
        (150, 100, 2),  # and not to even
        (250, 100, 3),
        (-50, 100, -1),  # a return mirrors the charge
        (0, 300, 0),
        (99_999_999, 290, 2_900_000),
        (10_000, 0, 0),
        (10_000, 10_000, 10_000),
    ],
)
def test_a_share_is_rounded_half_up(minor: int, basis_points: int, expected: int) -> None:
    assert usd(minor).share(basis_points) == usd(expected)


@given(MINOR, st.integers(0, 10_000))
def test_a_share_is_never_half_a_cent_off(minor: int, basis_points: int) -> None:
    exact = Fraction(minor * basis_points, 10_000)
    share = usd(minor).share(basis_points)
    assert abs(share.minor - exact) <= Fraction(1, 2)
    assert (-usd(minor)).share(basis_points) == -share


@given(MINOR, st.lists(st.integers(0, 10**9), min_size=1, max_size=10).filter(any))
def test_s30_parts_sum_to_the_whole(minor: int, weights: list[int]) -> None:
    parts = usd(minor).split(weights)
    assert Money.total(parts, "USD") == usd(minor)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.minor - Fraction(minor * weight, sum(weights))) < 1
        assert weight or not part


@pytest.mark.parametrize(
    ("minor", "weights", "expected"),
    [
        (100, [1, 1, 1], [34, 33, 33]),  # ties go to the earlier part
        (-100, [1, 1, 1], [-34, -33, -33]),
        (320, [3_333, 1, 99_997], [10, 0, 310]),
        (1, [1, 1, 1, 1], [1, 0, 0, 0]),
        (0, [5, 7], [0, 0]),
        (2, [1, 0, 1], [1, 0, 1]),
    ],
)
def test_the_largest_remainder_gets_the_spare_cent(minor: int, weights: list[int], expected: list[int]) -> None:
    assert [part.minor for part in usd(minor).split(weights)] == expected


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [3, -1], [-1]])
def test_nonsense_weights_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        usd(100).split(weights)


def test_s57_each_price_to_a_thousand_reads_as_itself() -> None:
    wrong = [minor for minor in range(100_001) if money_text(minor, "USD") != _dollars(minor)]
    assert wrong == []


def _dollars(minor: int) -> str:
    digits = str(minor).rjust(3, "0")
    whole = digits[:-2]
    return f"${whole[:-3]},{whole[-3:]}.{digits[-2:]}" if len(whole) > 3 else f"${whole}.{digits[-2:]}"


@pytest.mark.parametrize(
    ("currency", "minor", "text"),
    [
        ("USD", 820, "$8.20"),
        ("USD", -320, "\N{MINUS SIGN}$3.20"),
        ("EUR", 5, "€0.05"),
        ("JPY", 6_000, "¥6,000"),
        ("KRW", 6_000, "₩6,000"),
        ("KWD", 1_234, "KWD\N{NO-BREAK SPACE}1.234"),
        ("BHD", 10_005, "BHD\N{NO-BREAK SPACE}10.005"),
        ("SEK", 1_100_000, "SEK\N{NO-BREAK SPACE}11,000.00"),
    ],
)
def test_s58_amounts_read_by_the_decimals_of_their_currency(currency: str, minor: int, text: str) -> None:
    assert money_text(minor, currency) == text


def test_s58_decimals_stand_against_literals() -> None:
    """Against ISO 4217 by hand, not against our own table: a self-consistent check would pass with both wrong."""
    none = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split()
    two = "USD EUR GBP SEK NOK DKK CHF CAD AUD PLN CZK HUF MXN TWD INR BRL MGA".split()
    three = "BHD IQD JOD KWD LYD OMR TND".split()
    assert {exponent(currency) for currency in none} == {0}
    assert {exponent(currency) for currency in two} == {2}
    assert {exponent(currency) for currency in three} == {3}


def test_s58_the_currencies_of_the_shop_count_alike_here_and_at_the_provider() -> None:
    """Where the provider counts otherwise than ISO (ISK, UGX: two digits that must be 00), the shop sells nothing."""
    differing = [one for one in CURRENCIES if exponent(one) != provider.decimals(one.lower())]
    assert differing == []

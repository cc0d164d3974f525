"""How the tax of an order is shared by its lines."""

from hypothesis import given
from hypothesis import strategies as st

from marketplace.money import Money
from marketplace.orders.tax_rules import by_line


@given(st.lists(st.integers(0, 10**8), min_size=1, max_size=12), st.integers(0, 5_000))
def test_parts_sum_to_the_tax_and_none_is_more_than_a_cent_off(prices: list[int], rate: int) -> None:
    taxed = [Money(minor, "EUR") for minor in prices]
    tax = Money.total(taxed, "EUR").share(rate)
    parts = by_line(tax, taxed)
    assert Money.total(parts, "EUR") == tax
    for part, amount in zip(parts, taxed, strict=True):
        assert abs(part.minor - amount.share(rate).minor) <= 1
        assert part.minor >= 0


def test_three_equal_lines_share_one_cent() -> None:
    parts = by_line(Money(1, "USD"), [Money(5, "USD")] * 3)
    assert [part.minor for part in parts] == [1, 0, 0]


def test_what_is_given_away_is_not_taxed() -> None:
    assert by_line(Money(0, "USD"), [Money(0, "USD")] * 2) == [Money(0, "USD")] * 2

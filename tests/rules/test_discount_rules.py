"""What a code takes off, to the cent, whatever the prices; who it is for."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from marketplace.discounts.rules import DiscountKind, Granted, Item, Refusal, Refused, Standing, Terms, judge
from marketplace.discounts.states import DiscountStatus
from marketplace.money import Money

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def terms(**changes: Any) -> Terms:
    values: dict[str, Any] = {
        "discount_id": 1,
        "code": "TEN",
        "seller_id": 7,
        "status": DiscountStatus.ACTIVE,
        "kind": DiscountKind.PERCENTAGE,
        "currency": None,
        "basis_points": 1_000,
        "amount_minor": 0,
        "cap_minor": None,
        "minimum_minor": None,
        "max_uses": None,
        "max_uses_per_buyer": None,
        "first_order_only": False,
        "categories": (),
        "listing_ids": (),
        "valid_from": NOW,
        "valid_until": None,
    }
    return Terms(**{**values, **changes})


def items(*prices: int, seller_id: int = 7) -> list[Item]:
    return [Item(place, place, seller_id, "brakes", Money(price, "USD")) for place, price in enumerate(prices)]


@given(
    st.lists(st.integers(1, 10**7), min_size=1, max_size=12),
    st.integers(1, 10_000),
    st.none() | st.integers(1, 10**6),
    st.booleans(),
)
def test_the_lines_parts_sum_to_the_cent_and_never_exceed_their_price(
    prices: list[int], value: int, cap: int | None, is_fixed: bool
) -> None:
    kind: dict[str, Any] = {"basis_points": value, "cap_minor": cap}
    if is_fixed:
        kind = {"kind": DiscountKind.FIXED, "basis_points": 0, "amount_minor": value}
    verdict = judge(terms(currency="USD", **kind), items(*prices), Standing(), NOW)
    if isinstance(verdict, Refused):
        assert verdict.refusal is Refusal.TOO_LITTLE
        assert Money(sum(prices), "USD").share(value).minor == 0
        return
    assert sum(part.minor for part in verdict.by_line.values()) == verdict.total.minor
    assert all(0 <= verdict.by_line[place].minor <= price for place, price in enumerate(prices))
    wanted = value if is_fixed else min(Money(sum(prices), "USD").share(value).minor, cap or 10**12)
    assert verdict.total.minor == min(wanted, sum(prices))


def test_only_the_goods_it_is_for_get_cheaper() -> None:
    mixed = [*items(1_000), Item(9, 9, 8, "brakes", Money(5_000, "USD"))]
    verdict = judge(terms(), mixed, Standing(), NOW)
    assert isinstance(verdict, Granted)
    assert dict(verdict.by_line) == {0: Money(100, "USD")}
    house = judge(terms(seller_id=None), mixed, Standing(), NOW)
    assert isinstance(house, Granted)
    assert house.total == Money(600, "USD")


def test_a_code_for_the_first_order_is_no_second_one() -> None:
    first = terms(first_order_only=True)
    for standing in (Standing(has_ordered=True), Standing(used_by_buyer=1)):
        assert judge(first, items(500), standing, NOW) == Refused(Refusal.NOT_FIRST_ORDER)

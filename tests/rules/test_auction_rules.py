"""How auctions go, as tables: steps, maximum bids, ties, reserves, and the last two minutes."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.auctions import rules
from marketplace.auctions.rules import NotMore, Terms, TooLow
from marketplace.errors import Invalid
from marketplace.money import Money

_NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def usd(minor: int) -> Money:
    return Money(minor, "USD")


@pytest.mark.parametrize(
    ("price", "step"),
    [(1, 100), (9_999, 100), (10_000, 500), (50_000, 1_000), (1_090_000, 10_000), (20_000_000, 50_000)],
)
def test_the_step_follows_the_price(price: int, step: int) -> None:
    assert rules.step(usd(price)) == usd(step)
    assert rules.step(Money(10_000, "JPY")) == Money(100, "JPY")


@pytest.mark.parametrize(
    ("maximum", "price", "leading", "reserve", "after", "leads"),
    [
        # The first bid takes the start price, whatever its maximum.
        (15_000, 10_000, None, None, 10_000, True),
        # A higher maximum leads by one step, or by less where it ends before.
        (20_000, 10_000, 15_000, None, 15_500, True),
        (15_100, 10_000, 15_000, None, 15_100, True),
        # A lower one drives the price up to one step above it, never beyond the leader's maximum.
        (12_000, 10_000, 15_000, None, 12_500, False),
        (14_900, 10_000, 15_000, None, 15_000, False),
        # Of equal ones the earlier leads.
        (15_000, 10_000, 15_000, None, 15_000, False),
        # A maximum that reaches the reserve bids it; one that does not leaves it hidden.
        (30_000, 10_000, None, 25_000, 25_000, True),
        (20_000, 10_000, None, 25_000, 10_000, True),
    ],
)
def test_a_maximum_is_bid_as_far_as_it_must(
    maximum: int, price: int, leading: int | None, reserve: int | None, after: int, leads: bool
) -> None:
    found = rules.after_bid(
        usd(maximum),
        price=usd(price),
        leading=None if leading is None else usd(leading),
        reserve=None if reserve is None else usd(reserve),
    )
    assert (found.price.minor, found.leads) == (after, leads)


def test_who_leads_raises_without_paying_more_and_nobody_bids_less() -> None:
    raised = rules.after_bid(usd(30_000), price=usd(10_000), leading=usd(15_000), is_own=True)
    assert (raised.price, raised.leads) == (usd(10_000), True)
    with pytest.raises(NotMore):
        rules.after_bid(usd(15_000), price=usd(10_000), leading=usd(15_000), is_own=True)
    with pytest.raises(TooLow) as refused:
        rules.after_bid(usd(10_499), price=usd(10_000), leading=usd(15_000))
    assert refused.value.least == usd(10_500)
    with pytest.raises(TooLow):
        rules.after_bid(usd(9_999), price=usd(10_000), leading=None)
    with pytest.raises(Invalid):
        rules.after_bid(usd(10**11), price=usd(10_000), leading=None)


def test_the_last_two_minutes_are_two_minutes_longer() -> None:
    ends = _NOW + timedelta(minutes=2)
    assert rules.ends_after_bid(ends, _NOW) == _NOW + timedelta(minutes=4)
    assert rules.ends_after_bid(ends, _NOW - timedelta(seconds=1)) == ends


@pytest.mark.parametrize(
    ("start", "reserve", "hours", "field"),
    [
        (0, None, 48, "start"),
        (100_000_000, None, 48, "start"),
        (1_000, 1_000, 48, "reserve"),
        (1_000, 100_000_000, 48, "reserve"),
        (1_000, None, 23, "ends_at"),
        (1_000, None, 14 * 24 + 1, "ends_at"),
    ],
)
def test_what_no_auction_can_be(start: int, reserve: int | None, hours: int, field: str) -> None:
    terms = Terms(usd(start), None if reserve is None else usd(reserve), _NOW + timedelta(hours=hours))
    with pytest.raises(Invalid) as refused:
        rules.check_terms(terms, _NOW)
    assert refused.value.field == field


def test_names_are_masked() -> None:
    assert [rules.masked(name) for name in ("Bo Buyer", "Å", "")] == ["B***r", "Å***", "***"]

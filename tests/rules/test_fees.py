"""Who gets how much of a payment, and which rates hold."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace import db
from marketplace.money import Money
from marketplace.payments import fees
from marketplace.payments.rules import ProcessingRate, release_date, shares
from tests.builders import World

STANDARD = ProcessingRate(290, 30)
GROSSES = st.lists(st.integers(0, 10_000_000), min_size=1, max_size=10)


def parts(*grosses: int, rate: ProcessingRate = STANDARD, platform: int = 300) -> list[tuple[int, int, int]]:
    found = shares([Money(gross, "USD") for gross in grosses], [platform] * len(grosses), rate)
    return [(share.platform_fee.minor, share.processing_fee.minor, share.net.minor) for share in found]


@pytest.mark.covers("S0.12")
@pytest.mark.parametrize(
    ("grosses", "expected"),
    [
        ([10_000], [(300, 320, 9_380)]),  # S0: $100.00 is 3.00, 3.20 and 93.80
        ([10_000, 10_000], [(300, 305, 9_395), (300, 305, 9_395)]),  # the 0.30 is taken once (C8)
        ([3_333, 1, 99_997], [(100, 98, 3_135), (0, 0, 1), (3_000, 2_929, 94_068)]),
        ([1], [(0, 1, 0)]),  # the fee never takes more than there is
        ([33], [(1, 31, 1)]),
        ([0, 10_000], [(0, 0, 0), (300, 320, 9_380)]),
        ([0], [(0, 0, 0)]),
        ([99_999_999], [(3_000_000, 2_900_030, 94_099_969)]),
    ],
)
def test_the_shares_of(grosses: list[int], expected: list[tuple[int, int, int]]) -> None:
    assert parts(*grosses) == expected


def test_the_auction_profile_pays_out_10230_of_11000_kronor() -> None:
    [share] = shares([Money(1_100_000, "SEK")], [700], ProcessingRate(0, 0))
    assert (share.platform_fee, share.net) == (Money(77_000, "SEK"), Money(1_023_000, "SEK"))


@given(GROSSES)
def test_s30_every_cent_of_a_payment_is_somebodys(grosses: list[int]) -> None:
    found = parts(*grosses)
    total = sum(grosses)
    assert sum(map(sum, found)) == total
    assert sum(processing for _, processing, _ in found) == min(
        (total * 290 + 5_000) // 10_000 + 30 if total else 0, total - sum(platform for platform, _, _ in found)
    )


@given(GROSSES)
def test_nobody_pays_to_sell_at_the_standard_rates(grosses: list[int]) -> None:
    for gross, (platform, processing, net) in zip(grosses, parts(*grosses), strict=True):
        assert platform >= 0
        assert processing >= 0
        assert 0 <= net <= gross


def test_nobody_pays_to_sell_even_for_a_few_cents() -> None:
    """Where the fixed part eats everything, each small pair of prices still leaves nobody below nothing."""
    below = [(a, b) for a in range(70) for b in range(a + 1) if any(net < 0 for _, _, net in parts(a, b))]
    assert below == []


def test_two_currencies_share_no_payment() -> None:
    with pytest.raises(TypeError, match="do not add up"):
        shares([Money(1, "USD"), Money(1, "EUR")], [300, 300], STANDARD)


@pytest.mark.covers("S0.9")
def test_a_hold_ends_to_the_second_thirty_days_later() -> None:
    paid_at = datetime(2028, 2, 10, 23, 59, 59, tzinfo=UTC)  # over a leap day
    assert release_date(paid_at, 30) == datetime(2028, 3, 11, 23, 59, 59, tzinfo=UTC)


def agreed(world: World, *seller_ids: int, at: datetime, channel: str = fees.STANDARD) -> list[int]:
    found = db.atomic(fees.agree, (), channel=channel, seller_ids=seller_ids, currency="USD", now=at)
    return [found.platform_basis_points[seller_id] for seller_id in seller_ids]


def add_schedule(world: World, seller_id: int, basis_points: int, valid_from: datetime) -> None:
    # No page writes schedules yet: an operator does, as the owner of the database.
    with psycopg.connect(world.urls.owner) as connection:
        connection.execute(
            "INSERT INTO fee_schedule (channel, seller_id, valid_from, platform_basis_points, processing_basis_points,"
            " processing_fixed) VALUES ('standard', %s, %s, %s, 290, '{}')",
            (seller_id, valid_from, basis_points),
        )


def test_a_sellers_own_rate_comes_first_from_its_day_on(world: World) -> None:
    favoured, other = world.seller(), world.seller()
    start = world.now + timedelta(days=1)
    add_schedule(world, favoured, 100, start)
    add_schedule(world, favoured, 50, start + timedelta(days=9))

    assert agreed(world, favoured, other, at=start - timedelta(seconds=1)) == [300, 300]
    assert agreed(world, favoured, other, at=start) == [100, 300]
    assert agreed(world, favoured, other, at=start + timedelta(days=9)) == [50, 300]
    assert agreed(world, favoured, at=start, channel="auction") == [700]


@pytest.mark.covers("S0.12")
def test_the_rates_of_a_sale_are_frozen_at_checkout(world: World) -> None:
    bought = world.open_purchase(10_000)
    [(seller_id,)] = world.rows('SELECT seller_id FROM "order"')
    add_schedule(world, int(str(seller_id)), 9_000, world.now - timedelta(days=1))

    world.pay(bought)
    world.settle_down()

    assert world.rows("SELECT platform_fee_minor, processing_fee_minor, net_minor FROM payment_transaction") == [
        (300, 320, 9_380)
    ]

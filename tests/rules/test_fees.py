"""Who gets how much of a payment, and which rates hold."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

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
    amounts = [Money(gross, "USD") for gross in grosses]
    found = shares(amounts, [amount.share(platform) for amount in amounts], rate)
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
    gross = Money(1_100_000, "SEK")
    [share] = shares([gross], [gross.share(700)], ProcessingRate(0, 0))
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


@given(st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 10_000)), min_size=1, max_size=6))
def test_nobody_pays_to_sell_whatever_the_platform_takes(sold: list[tuple[int, int]]) -> None:
    grosses = [Money(gross, "USD") for gross, _ in sold]
    platform = [gross.share(rate) for gross, (_, rate) in zip(grosses, sold, strict=True)]
    found = shares(grosses, platform, STANDARD)
    assert all(share.net.minor >= 0 and share.processing_fee.minor >= 0 for share in found)
    left = sum(gross.minor - fee.minor for gross, fee in zip(grosses, platform, strict=True))
    total = sum(gross.minor for gross in grosses)
    assert sum(share.processing_fee.minor for share in found) == min(
        (total * 290 + 5_000) // 10_000 + 30 if total else 0, left
    )


def test_two_currencies_share_no_payment() -> None:
    with pytest.raises(TypeError, match="do not add up"):
        shares([Money(1, "USD"), Money(1, "EUR")], [Money(0, "USD"), Money(0, "EUR")], STANDARD)


@pytest.mark.covers("S0.9")
def test_a_hold_ends_to_the_second_thirty_days_later() -> None:
    paid_at = datetime(2028, 2, 10, 23, 59, 59, tzinfo=UTC)  # over a leap day
    assert release_date(paid_at, 30) == datetime(2028, 3, 11, 23, 59, 59, tzinfo=UTC)


def agreed(world: World, *seller_ids: int, at: datetime, channel: str = fees.STANDARD) -> list[int]:
    found = db.atomic(fees.agree, (), channel=channel, seller_ids=seller_ids, currency="USD", now=at)
    return [rate_of(found, seller_id, "brakes") for seller_id in seller_ids]


def rate_of(found: fees.Agreement, seller_id: int, category: str) -> int:
    [part] = found.platform_fees(seller_id, Money(1, "USD"), {category: Money(1, "USD")})
    return part.basis_points


def add_schedule(
    world: World, seller_id: int | None, basis_points: int, valid_from: datetime, category: str | None = None
) -> None:
    # No page writes schedules yet: an operator does, as the owner of the database.
    with psycopg.connect(world.urls.owner) as connection:
        connection.execute(
            "INSERT INTO fee_schedule (channel, seller_id, category, valid_from, platform_basis_points,"
            " processing_basis_points, processing_fixed) VALUES ('standard', %s, %s, %s, %s, 290, '{}')",
            (seller_id, category, valid_from, basis_points),
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


def test_the_narrowest_schedule_comes_first(world: World) -> None:
    favoured, other = world.seller(), world.seller()
    for seller_id, category, rate in ((None, "cars", 500), (favoured, None, 200), (favoured, "brakes", 100)):
        add_schedule(world, seller_id, rate, world.now, category)
    found = db.atomic(
        fees.agree, (), channel=fees.STANDARD, seller_ids=[favoured, other], currency="USD", now=world.now
    )
    assert [rate_of(found, favoured, category) for category in ("brakes", "cars", "wheels")] == [100, 200, 200]
    assert [rate_of(found, other, category) for category in ("brakes", "cars", "wheels")] == [300, 500, 300]


class Schedule(NamedTuple):
    id: int
    seller_id: int | None
    category: str | None
    platform_basis_points: int
    processing_basis_points: int = 290
    processing_fixed: dict[str, int] = {"USD": 30}  # noqa: RUF012


@given(st.lists(st.integers(0, 1_000_000), min_size=1, max_size=4), st.integers(0, 100_000))
def test_the_parts_of_a_fee_are_of_the_whole_order(prices: list[int], extras: int) -> None:
    found = fees.agreement_of([Schedule(1, None, None, 300), Schedule(2, None, "a", 700)], "USD")
    goods = {category: Money(price, "USD") for category, price in zip("abcd", prices, strict=False)}
    gross = Money(sum(prices) + extras, "USD")
    parts = found.platform_fees(1, gross, goods)
    assert [part.schedule_id for part in parts] == [2, 1][: len(goods)]
    assert sum(part.base.minor for part in parts) == gross.minor


def test_brakes_at_one_rate_and_wheels_at_another_in_one_order(world: World) -> None:
    """$60.00 of brakes at 5 % and $40.00 of wheels at 3 %, and $10.00 of delivery that follows them 6 to 4."""
    add_schedule(world, None, 500, world.now, "brakes")
    seller_id, buyer_id = world.seller(), world.person()
    world.put_in_cart(buyer_id, world.listing(seller_id, 6_000, delivery_minor=1_000))
    world.put_in_cart(buyer_id, world.listing(seller_id, 4_000, category="wheels"))
    world.pay(world.check_out(buyer_id))
    world.settle_down()
    assert world.rows("SELECT base_minor, platform_fee_minor FROM order_fee ORDER BY 1") == [(4_400, 132), (6_600, 330)]
    assert world.rows("SELECT platform_fee_minor, net_minor FROM payment_transaction") == [(462, 10_189)]
    [(number,)] = world.rows('SELECT number FROM "order"')
    page = world.client(seller_id).get(f"/seller/orders/{number}/explain/platform-fee").text
    assert "$4.62" in page


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

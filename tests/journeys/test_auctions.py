"""Auctions: bids at once, one winner, a time to pay, and money on the rails of every other purchase (S3.6 to S3.9)."""

from functools import partial

import psycopg
import pytest

from marketplace import db
from marketplace.accounts import suspending
from marketplace.accounts.suspension_models import Side
from marketplace.auctions import ending, operations
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.orders import operations as orders
from marketplace.orders import rules as order_rules
from marketplace.reconciliation.checks import check_books
from tests import builders_auctions as auctions
from tests import builders_wallets as wallets
from tests.builders import World
from tests.builders_auctions import bid, bids, put_up, run_out, status, told, won
from tests.races import at_once, refusals


def in_stock(world: World, auction_id: int) -> int:
    [(units,)] = world.rows(
        "SELECT in_stock FROM listing WHERE id = (SELECT listing_id FROM auction WHERE id = %s)", auction_id
    )
    return int(str(units))


def seller_of(world: World, auction_id: int) -> int:
    [(seller_id,)] = world.rows("SELECT seller_id FROM auction WHERE id = %s", auction_id)
    return int(str(seller_id))


@pytest.mark.covers("S3.6")
def test_twenty_bidders_at_once_leave_one_winner_and_bids_that_only_rise(world: World) -> None:
    auction_id = put_up(world)
    people = [world.person(f"Bidder {number}") for number in range(20)]
    # Two in ten bid the same most: of them the earlier has it.
    maximums = [20_000 + 1_000 * (number % 10) for number in range(20)]
    calls = [partial(bid, world, auction_id, person, maximum) for person, maximum in zip(people, maximums, strict=True)]
    answers = at_once(world.app, calls)
    placed = bids(world, auction_id)
    assert len(placed) + len(refusals(answers)) == 20
    prices = [price for _, price, _ in placed]
    assert prices == sorted(prices)  # type: ignore[type-var]
    run_out(world, auction_id)
    found = world.rows("SELECT id, maximum_minor, status FROM bid WHERE auction_id = %s", auction_id)
    best = min(found, key=lambda row: (-int(str(row[1])), int(str(row[0]))))
    assert [row for row in found if row[2] == "won"] == [best]
    assert {row[2] for row in found} == {"won", "lost"}
    [(price,)] = world.rows("SELECT price_minor FROM auction WHERE id = %s", auction_id)
    assert price == 29_000
    winner = world.rows("SELECT bidder_id FROM bid WHERE status = 'won'")
    assert told(world, int(str(winner[0][0])))[-1] == "auction_won"


def test_a_tie_at_the_deadline_goes_to_the_first_and_the_end_moves(world: World) -> None:
    auction_id, first, second = put_up(world), world.person("First"), world.person("Second")
    [(ends_at,)] = world.rows("SELECT ends_at FROM auction WHERE id = %s", auction_id)
    world.advance(seconds=(ends_at - world.now).total_seconds() - 60)  # type: ignore[operator]
    assert bid(world, auction_id, first, 30_000).leads
    late = bid(world, auction_id, second, 30_000)
    assert not late.leads
    assert late.price.minor == 30_000
    assert (late.ends_at - ends_at).total_seconds() == 120  # type: ignore[operator]
    world.advance(seconds=61)
    world.tick()
    assert status(world, auction_id) == "running"
    run_out(world, auction_id)
    assert bids(world, auction_id) == [(30_000, 10_000, "won"), (30_000, 30_000, "lost")]
    with pytest.raises(Conflict):
        bid(world, auction_id, second, 90_000)


def test_who_may_not_bid_and_what_may_not_be_changed(world: World) -> None:
    auction_id, buyer_id = put_up(world), world.person()
    seller_id, admin_id = seller_of(world, auction_id), world.person(is_admin=True)
    with pytest.raises(NotAllowed):
        bid(world, auction_id, seller_id, 20_000)
    with pytest.raises(NotFound):
        bid(world, auction_id + 1, buyer_id, 20_000)
    with pytest.raises(Invalid):
        bid(world, auction_id, buyer_id, 20_000, "EUR")
    bid(world, auction_id, buyer_id, 20_000)
    suspend = {"admin_id": admin_id, "user_id": buyer_id, "side": Side.BUYER, "reason": "Shill bids.", "now": world.now}
    db.atomic(suspending.begin, (), **suspend)
    with pytest.raises(NotAllowed):
        bid(world, auction_id, buyer_id, 40_000)
    withdraw = {"seller_id": seller_id, "auction_id": auction_id, "reason": "Changed my mind.", "now": world.now}
    with pytest.raises(Conflict):
        db.atomic(operations.withdraw, (), **withdraw)
    for statement in ("UPDATE bid SET maximum_minor = 1", "UPDATE bid SET price_minor = 1", "DELETE FROM bid"):
        for url in (world.urls.application, world.urls.owner):
            with psycopg.connect(url) as connection, pytest.raises(psycopg.Error):
                connection.execute(statement)


def test_an_unbid_auction_goes_back_to_the_shelf(world: World) -> None:
    auction_id = put_up(world)
    assert in_stock(world, auction_id) == 0
    values = {"seller_id": seller_of(world, auction_id), "auction_id": auction_id, "now": world.now}
    db.atomic(operations.withdraw, (), **values, reason="Sold elsewhere.")
    assert (status(world, auction_id), in_stock(world, auction_id)) == ("withdrawn", 1)
    unsold = put_up(world, reserve=50_000)
    bid(world, unsold, world.person(), 40_000)
    run_out(world, unsold)
    assert (status(world, unsold), in_stock(world, unsold)) == ("not_sold", 1)
    assert told(world, seller_of(world, unsold)) == ["auction_ended"]


@pytest.mark.covers("S3.7", "S3.8")
def test_a_winner_pays_and_the_money_is_held_and_released(world: World) -> None:
    auction_id, (loser, winner) = won(world, 20_000, 30_000)
    assert told(world, loser) == ["auction_outbid", "auction_lost"]
    assert told(world, winner) == ["auction_won"]
    auctions.pay(world, auction_id, winner)
    assert status(world, auction_id) == "sold"
    assert bids(world, auction_id)[-1] == (30_000, 20_500, "paid")
    [(number, total, fee, card, net, seller_id)] = world.rows(
        'SELECT number, total_minor, platform_fee_minor, processing_fee_minor, net_minor, seller_id FROM "order"'
    )
    assert (total, fee, card, net) == (20_500, 1_435, 0, 19_065)
    assert world.rows("SELECT status, net_minor FROM payment_transaction") == [("held", 19_065)]
    kinds = world.rows("SELECT user_id, kind FROM notification WHERE kind IN ('order_paid', 'order_received')")
    assert sorted(kinds) == sorted([(winner, "order_paid"), (seller_id, "order_received")])  # type: ignore[type-var]
    parcel = order_rules.parcel("other", name="Bike courier", tracking_number="X1234", link="https://example.com/X1234")
    db.atomic(orders.ship, (), seller_id=seller_id, number=number, parcel=parcel, now=world.now)
    world.advance(days=31)
    world.settle_down()
    assert world.rows("SELECT status FROM payment_transaction") == [("available",)]


@pytest.mark.covers("S3.9")
def test_eleven_thousand_kronor_pay_out_10230(world: World) -> None:
    auction_id, (_, winner) = won(world, 1_090_000, 1_200_000, start=500_000, currency="SEK")
    auctions.pay(world, auction_id, winner, "SEK")
    assert world.rows('SELECT total_minor, platform_fee_minor, processing_fee_minor, net_minor FROM "order"') == [
        (1_100_000, 77_000, 0, 1_023_000)
    ]


def test_the_wallet_pays_what_was_won(world: World) -> None:
    auction_id, (winner,) = won(world, 30_000)
    wallets.fill(world, winner, 10_000)
    auctions.begin(world, auctions.agreed(world, auction_id, winner), from_wallet=True)
    assert status(world, auction_id) == "sold"


def test_a_winner_who_starts_over_pays_once_and_keeps_the_unit(world: World) -> None:
    auction_id, (winner,) = won(world, 30_000)
    basket = world.person()
    first = auctions.agreed(world, auction_id, winner)
    page = world.bought(auctions.begin(world, first), first)
    # A basket checked out meanwhile is another purchase, and leaves this one alone.
    world.put_in_cart(winner, world.listing(world.seller(), 4_000))
    world.check_out(winner)
    assert world.rows("SELECT status FROM purchase WHERE id = %s", page.purchase_id) == [("open",)]
    second = auctions.agreed(world, auction_id, winner)
    again = world.bought(auctions.begin(world, second), second)
    assert world.rows("SELECT status FROM purchase WHERE id = %s", page.purchase_id) == [("given_up",)]
    with pytest.raises(NotFound):
        auctions.begin(world, auctions.agreed(world, auction_id, basket))
    world.pay(again)
    world.settle_down()
    assert status(world, auction_id) == "sold"
    with pytest.raises(Conflict):
        auctions.begin(world, second.__class__(**{**vars(second), "token": "x" * 24}))


def test_who_does_not_pay_loses_it_to_the_next(world: World) -> None:
    auction_id, (third, second, first) = won(world, 15_000, 20_000, 30_000)
    seller_id = seller_of(world, auction_id)
    form = auctions.agreed(world, auction_id, first)
    page = world.bought(auctions.begin(world, form), form)
    world.advance(hours=49)
    world.settle_down()
    assert status(world, auction_id) == "unpaid"
    assert world.rows("SELECT status FROM purchase WHERE id = %s", page.purchase_id) == [("given_up",)]
    assert told(world, first)[-1] == told(world, seller_id)[-1] == "auction_unpaid"
    with pytest.raises(Conflict):
        auctions.begin(world, form)
    offer = {"seller_id": seller_id, "auction_id": auction_id, "pay_hours": 48}
    with pytest.raises(NotFound):
        db.atomic(ending.offer_to_next, (), **{**offer, "seller_id": third}, now=world.now)
    db.atomic(ending.offer_to_next, (), **offer, now=world.now)
    assert told(world, second)[-1] == "auction_offered"
    auctions.pay(world, auction_id, second)
    assert status(world, auction_id) == "sold"
    assert world.rows("SELECT total_minor FROM \"order\" WHERE status = 'confirmed'") == [(20_000,)]


def test_a_seller_lists_again_what_nobody_paid(world: World) -> None:
    auction_id, _people = won(world, 30_000)
    seller_id = seller_of(world, auction_id)
    values = {"seller_id": seller_id, "auction_id": auction_id}
    with pytest.raises(Conflict):
        db.atomic(ending.give_up, (), **values, now=world.now)
    world.advance(hours=49)
    world.settle_down()
    with pytest.raises(Conflict):
        db.atomic(ending.offer_to_next, (), **values, pay_hours=48, now=world.now)
    listing_id = db.atomic(ending.give_up, (), **values, now=world.now)
    assert (status(world, auction_id), in_stock(world, auction_id)) == ("not_sold", 1)
    assert status(world, put_up(world, listing_id=listing_id, seller_id=seller_id)) == "running"


@pytest.mark.tampers
@pytest.mark.parametrize(
    ("damage", "check"),
    [
        ("UPDATE auction SET price_minor = price_minor + 1", "auctions stand where their last bid left them"),
        ("UPDATE bid SET price_minor = 1 WHERE status = 'won'", "bids only rise"),
        ("UPDATE bid SET maximum_minor = 99000000 WHERE status = 'lost'", "the highest bid wins, of equals the first"),
        ("UPDATE bid SET placed_at = placed_at + interval '9 days'", "bids came in time"),
        ("UPDATE auction SET status = 'sold'", "sold auctions are paid once, at their price"),
        ("DELETE FROM stock_reservation", "auctions keep their unit until they end"),
    ],
)
def test_check_books_knows_auctions(world: World, damage: str, check: str) -> None:
    won(world, 20_000, 30_000)
    assert check_books().agrees
    world.tamper(damage)
    assert check in {difference.check for difference in check_books().differences}

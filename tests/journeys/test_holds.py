"""The end of a hold: on its day, never before the goods are there, at once on the buyer's word, once however often."""

import pytest

from marketplace import db
from marketplace.orders import operations as orders
from marketplace.orders import rules, sweeps
from marketplace.payments import hold_decisions, holds
from marketplace.refunds import flows
from marketplace.refunds.wishes import Wish
from tests.builders import Bought, World
from tests.races import at_once
from tests.snapshots import walked_once_from_nothing


def shares(world: World) -> list[object]:
    return [status for (status,) in world.rows("SELECT status FROM payment_transaction ORDER BY id")]


def balances(world: World) -> dict[str, int]:
    rows = world.rows(
        "SELECT account, sum(amount_minor) FROM posting WHERE account LIKE 'seller%%' GROUP BY account"
        " HAVING sum(amount_minor) <> 0"
    )
    return {str(account): int(str(amount)) for account, amount in rows}


@walked_once_from_nothing
def sent(world: World, *grosses: int) -> Bought:
    """Let a buyer pay and every seller send."""
    bought = world.paid_purchase(*grosses)
    parcel = rules.parcel("ups", name="", tracking_number="1Z999AA10123456784", link="")
    for number, seller_id in world.rows('SELECT number, seller_id FROM "order"'):
        db.atomic(orders.ship, (), seller_id=int(str(seller_id)), number=str(number), parcel=parcel, now=world.now)
    return bought


def received(world: World, bought: Bought) -> None:
    """Let the buyer confirm the first order."""
    [(number,)] = world.rows('SELECT min(number) FROM "order"')
    policy = world.settings.money
    db.atomic(holds.confirm_received, (), buyer_id=bought.buyer_id, number=str(number), policy=policy, now=world.now)


def later(world: World, **span: float) -> None:
    world.advance(**span)
    world.settle_down()


@pytest.mark.covers("S0.17")
def test_a_hold_ends_by_itself_thirty_days_after_the_payment(world: World) -> None:
    sent(world, 10_000)
    later(world, days=29, hours=23)
    assert world.rows('SELECT status FROM "order"') == [("delivered",)], "nobody said that it is missing"
    assert shares(world) == ["held"]
    later(world, hours=2)
    assert shares(world) == ["available"]
    assert balances(world) == {"seller_payable": -9_380}
    told = world.rows("SELECT facts->>'amount_minor' FROM notification WHERE kind = 'money_released'")
    assert told == [("9380",)]


def test_what_was_never_sent_stays_held(world: World) -> None:
    world.paid_purchase(10_000)
    later(world, days=100)
    assert shares(world) == ["held"]


def test_the_sellers_word_alone_releases_nothing(world: World) -> None:
    """Sent on day 28 and marked as delivered the same day: the fourteen days count, not the seller's word."""
    world.paid_purchase(10_000)
    world.advance(days=28)
    parcel = rules.parcel("ups", name="", tracking_number="1Z999AA10123456784", link="")
    [(number, seller_id)] = world.rows('SELECT number, seller_id FROM "order"')
    for move, more in ((orders.ship, {"parcel": parcel}), (orders.mark_delivered, {})):
        db.atomic(move, (), seller_id=int(str(seller_id)), number=str(number), now=world.now, **more)
    later(world, days=13)
    assert shares(world) == ["held"]
    later(world, days=2)
    assert shares(world) == ["available"]


def test_the_buyers_word_releases_the_same_day_and_only_this_order(world: World) -> None:
    bought = sent(world, 10_000, 5_000)
    later(world, days=3)
    received(world, bought)
    world.settle_down()
    assert shares(world) == ["available", "held"]


def test_the_buyers_word_does_not_shorten_a_hold_that_an_admin_extended(world: World) -> None:
    """Who buys from oneself could otherwise undo what an admin decided by pressing a button."""
    bought = sent(world, 10_000)
    [(share_id,)] = world.rows("SELECT id FROM payment_transaction")
    db.atomic(
        hold_decisions.extend,
        (),
        admin_id=world.person("Ada Admin", is_admin=True),
        share_id=int(str(share_id)),
        days=10,
        reason="Buyer and seller share an address",
        now=world.now,
    )
    received(world, bought)
    later(world, days=39)
    assert shares(world) == ["held"]
    later(world, days=2)
    assert shares(world) == ["available"]


def test_a_policy_may_keep_the_hold_whatever_the_buyer_says(world: World) -> None:
    bought = sent(world, 10_000)
    [(number,)] = world.rows('SELECT number FROM "order"')
    policy = type(world.settings.money)(release_on_receipt=False)
    db.atomic(holds.confirm_received, (), buyer_id=bought.buyer_id, number=str(number), policy=policy, now=world.now)
    world.settle_down()
    assert shares(world) == ["held"]


def test_an_open_refund_stops_the_release_and_its_end_lets_it_go(world: World) -> None:
    bought = sent(world, 10_000)
    refund_id = world.ask_refund(bought, Wish(percent=25))
    later(world, days=31)
    assert shares(world) == ["held"]
    _approve(world, refund_id, 2_500)
    world.settle_down()
    assert shares(world) == ["available"]
    assert sum(balances(world).values()) == -(9_380 - 2_425)


@pytest.mark.parametrize("percent", [25, 100])
def test_a_refund_that_fails_after_the_release_comes_back_as_available(world: World, percent: int) -> None:
    """Taken while the share was held, given back when it is not any more: nothing stays behind on hold."""
    bought = world.open_purchase(10_000)
    world.pay(bought, "4000000000005126")  # a card whose refunds fail later
    world.settle_down()
    parcel = rules.parcel("ups", name="", tracking_number="1Z999AA10123456784", link="")
    [(number, seller_id)] = world.rows('SELECT number, seller_id FROM "order"')
    db.atomic(orders.ship, (), seller_id=int(str(seller_id)), number=str(number), parcel=parcel, now=world.now)
    received(world, bought)
    if percent == 100:
        world.settle_down()
        assert shares(world) == ["available"]
    _approve(world, world.ask_refund(bought, Wish(percent=percent)), 100 * percent)
    world.sandbox.deliver_pending()
    later(world, days=20)
    assert world.rows("SELECT status FROM refund") == [("failed",)]
    assert shares(world) == ["available"]
    assert balances(world) == {"seller_payable": -9_380}


def test_a_release_by_many_at_once_happens_once(world: World) -> None:
    bought = sent(world, 10_000, 5_000, 2_000)
    received(world, bought)
    world.advance(days=31)
    db.atomic(sweeps.deliver_overdue, (), days=14, now=world.now)
    policy = world.settings.money
    at_once(world.app, [lambda: db.atomic(holds.release_due, (), policy=policy, now=world.now)] * 6)
    assert shares(world) == ["available"] * 3
    assert world.rows("SELECT count(*) FROM ledger_entry WHERE key LIKE 'transaction:%%:released'") == [(3,)]


def _approve(world: World, refund_id: int, amount_minor: int) -> None:
    flows.approve_and_send(
        admin_id=world.person("Ada Admin", is_admin=True),
        refund_id=refund_id,
        amount_minor=amount_minor,
        notes="",
        policy=world.settings.money,
        providers=world.app.extensions["providers"],
        now=world.now,
    )

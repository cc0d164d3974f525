"""Chargebacks of money that was paid out or is about to be: one share stops, a loss is owed, a win gives all back."""

import pytest

from marketplace import db
from marketplace.disputes import flows, queries
from marketplace.refunds import operations as refunds
from marketplace.refunds.wishes import Wish
from marketplace.sandbox import disputes as bank
from marketplace.sandbox import payouts as provider_payouts
from marketplace.sandbox.wire import Reader
from tests.builders import Bought, World
from tests.journeys.test_debts import FAILS_LATER, agreed, owed, sale, shares
from tests.journeys.test_disputes import at_the_bank, of_seller, states, the_bank_agrees
from tests.journeys.test_refund_after_payout import refund, sell, seller_with, until_the_bank_has_answered
from tests.journeys.test_refunds import balances, sent_back
from tests.journeys.test_scars_payouts import INSTANT, due


def dispute_of(world: World, bought: Bought, amount: int, *, inquiry: bool = False) -> None:
    """Let the bank open a dispute about what was bought."""
    dispute_payment(world, bought.payment_id, amount, inquiry=inquiry)
    the_bank_agrees(world)


def dispute_payment(world: World, payment_id: object, amount: int, *, inquiry: bool = False) -> None:
    """Let the bank open a dispute about a payment."""
    [(intent,)] = world.rows("SELECT provider_payment_id FROM payment WHERE id = %s", payment_id)
    with world.sandbox.sandbox.work() as work:
        [found] = work.find("charge", payment_intent=str(intent))
        charge = work.need("charge", found.id, lock=True)
        bank.open_dispute(work, charge, "product_not_received", amount, inquiry=inquiry)
    world.settle_down()
    agreed(world)


def money_of_others(world: World) -> None:
    """Let the shop have money at the provider that nobody disputes."""
    world.pay(world.open_purchase(50_000), INSTANT)
    world.settle_down()


def decided(world: World, outcome: str) -> None:
    """Let the bank decide the first dispute; the books agree after it."""
    at_the_bank(world, bank.decide, outcome)
    sound(world)


def sound(world: World) -> None:
    agreed(world)
    the_bank_agrees(world)


@pytest.mark.covers("S4.19")
def test_s49_on_day_31_a_paid_out_share_that_is_lost_is_owed_and_won_again(world: World) -> None:
    """Paid out, charged back, lost: the next sale pays it. Then the bank decides otherwise: nobody owes anything."""
    seller, bought = seller_with(world, 10_000)
    until_the_bank_has_answered(world)
    assert shares(world) == [("paid_out", 0)]
    money_of_others(world)
    dispute_of(world, bought, 10_000)
    assert shares(world)[0] == ("paid_out", 0), "nothing is decided"
    assert owed(world) == []
    decided(world, "lost")
    assert shares(world)[0] == ("refunded", 0)
    assert owed(world) == [(9_700, 0, 0)]
    sell(world, seller, 20_000)
    world.later(days=31)
    sound(world)
    assert owed(world) == [(9_700, 9_700, 0)]
    assert world.transfers() == [9_380, 18_790 - 9_700]
    decided(world, "won")
    assert owed(world) == [(9_700, 0, 9_700)]
    assert shares(world)[0] == ("paid_out", 0)
    assert shares(world)[2] == ("transferring", 9_700), "what it had paid waits for the end of its payout"
    world.later(days=7)
    sound(world)
    world.later(days=1)
    assert world.transfers() == [9_380, 9_090, 9_700], "what the second sale had paid goes out"
    assert balances(world).get("seller_debt") is None
    sound(world)


def test_a_loss_is_paid_at_once_by_what_else_is_available(world: World) -> None:
    """A lost dispute costs the card fee more than its share has; another share pays that, and gets it back."""
    seller = world.seller()
    bought, _ = sale(world, seller, 10_000), sale(world, seller, 10_000)
    dispute_of(world, bought, 10_000)
    decided(world, "lost")
    assert shares(world) == [("refunded", 0), ("available", 9_380 - 320)]
    assert owed(world) == [(320, 320, 0)]
    assert of_seller(world) == {"seller_payable": -9_060}
    decided(world, "won")
    assert shares(world) == [("available", 9_380)] * 2
    assert owed(world) == [(320, 0, 320)]


@pytest.mark.covers("S4.19")
def test_s49_on_day_29_it_stops_the_transfer_of_day_30_for_that_share_only(world: World) -> None:
    seller, bought = seller_with(world, 10_000)
    sell(world, seller, 5_000)
    world.later(days=29)
    money_of_others(world)
    dispute_of(world, bought, 10_000)
    world.later(days=1, hours=1)
    assert shares(world)[:2] == [("held", 9_380), ("transferring", 0)]
    assert world.transfers() == [4_675]
    sound(world)
    decided(world, "won")
    world.later(days=1)
    assert world.transfers() == [4_675, 9_380], "the hold was over; the dispute alone kept it"


def test_a_share_in_a_payout_that_is_lost_ends_as_refunded_once_the_bank_has_it(world: World) -> None:
    _, bought = seller_with(world, 10_000)
    world.later(days=30, hours=1)
    assert shares(world) == [("transferring", 0)]
    dispute_of(world, bought, 10_000)
    decided(world, "lost")
    assert owed(world) == [(9_700, 0, 0)]
    assert shares(world) == [("transferring", 0)]
    world.later(days=6)
    assert shares(world) == [("refunded", 0)]
    sound(world)
    decided(world, "won")
    assert shares(world) == [("paid_out", 0)], "the seller has their money as before"
    assert owed(world) == [(9_700, 0, 9_700)]


def test_a_dispute_calls_off_a_payout_that_was_refused(world: World) -> None:
    """The shop's account is too low, so the payout waits; the dispute takes its share out, and the other one goes."""
    due(world, 10_000, 5_000)
    with world.sandbox.sandbox.work() as work:
        provider_payouts.create(work, Reader({"amount": str(world.sandbox.balance_sum("usd")), "currency": "usd"}))
    world.settle_down()
    assert world.payouts() == [("refused", 14_055)]
    money_of_others(world)
    [(first,)] = world.rows("SELECT min(id) FROM payment")
    dispute_payment(world, first, 10_000)
    assert world.payouts()[0] == ("canceled", 14_055)
    world.later(days=1)
    assert world.payouts()[1:] == [("in_transit", 4_675)]
    assert shares(world)[:2] == [("available", 9_380), ("transferring", 0)]
    agreed(world)


def test_a_refund_that_fails_after_the_rest_was_lost_opens_the_share_again(world: World) -> None:
    """40.00 refunded, 60.00 lost: all of it is back. Then the refund did not arrive, and only the loss counts."""
    _, bought = seller_with(world, 10_000, card=FAILS_LATER)
    refund(world, bought, 4_000, world.person("Ada Admin", is_admin=True))
    world.settle_down()
    dispute_of(world, bought, 6_000)
    assert shares(world) == [("held", 9_380 - 4_000 + 120)]
    decided(world, "lost")
    assert shares(world) == [("refunded", 0)], "the buyer has all of it, once"
    assert owed(world) == [(320, 0, 0)]
    world.later(days=20)
    assert world.rows("SELECT status FROM refund") == [("failed",)]
    assert shares(world) == [("held", 4_000 - 120)]
    assert owed(world) == [(320, 0, 0)], "paid once it is released"
    sound(world)
    decided(world, "won")
    assert shares(world) == [("held", 9_380)]
    assert owed(world) == [(320, 0, 320)]


def test_a_refund_first_and_the_rest_lost_takes_no_more_than_was_paid(world: World) -> None:
    _, bought = seller_with(world, 10_000)
    until_the_bank_has_answered(world)
    refund(world, bought, 4_000, world.person("Ada Admin", is_admin=True))
    world.settle_down()
    dispute_of(world, bought, 6_000)
    decided(world, "lost")
    [(refunded,)] = world.rows("SELECT sum(amount_minor)::int FROM seller_debt WHERE subject LIKE 'refund:%%'")
    [(lost,)] = world.rows("SELECT sum(amount_minor)::int FROM seller_debt WHERE subject LIKE 'dispute:%%'")
    assert (refunded, lost) == (4_000 - 120, 6_000 - 180)
    assert shares(world) == [("refunded", 0)]
    sound(world)


def test_a_loss_while_a_refund_is_asked_for_ends_the_share_once_that_is_rejected(world: World) -> None:
    _, bought = seller_with(world, 10_000)
    refund_id = world.ask_refund(bought, Wish(percent=100))
    dispute_of(world, bought, 10_000)
    decided(world, "lost")
    admin = world.person("Ada Admin", is_admin=True)
    db.atomic(refunds.reject, (), admin_id=admin, refund_id=refund_id, notes="Your bank did it.", now=world.now)
    assert shares(world) == [("refunded", 0)]
    assert sent_back(world) == []
    assert states(world) == ["lost"]


def read_again(world: World) -> int:
    """Read what has not been heard of, as the tick does; its other roads are not taken: no event will ever come."""
    return flows.read_unheard(providers={"stripe": world.provider}, policy=world.settings.money, now=world.now)


def test_what_the_bank_decided_is_read_when_its_report_got_lost(world: World) -> None:
    """No event comes any more: a day later the open dispute is read again, and only then."""
    _, bought = seller_with(world, 10_000)
    dispute_of(world, bought, 10_000)
    world.sandbox.hold_webhooks()
    try:
        with world.sandbox.sandbox.work() as work:
            [found] = work.rows("SELECT id FROM objects WHERE kind = 'dispute'")
            bank.decide(work, found["id"], "won")
        world.advance(hours=23)
        assert read_again(world) == 0
        world.advance(hours=2)
        assert read_again(world) == 1
        assert states(world) == ["won"]
        assert shares(world) == [("held", 9_380)]
        sound(world)
    finally:
        world.sandbox.release_webhooks()
    world.settle_down()
    assert world.rows("SELECT DISTINCT status FROM provider_event WHERE type LIKE '%%dispute%%'") == [("applied",)]


def test_what_the_bank_decided_again_is_read_when_its_report_got_lost(world: World) -> None:
    """A lost dispute is won after all, and no event comes: it is read again within a week, for half a year."""
    _, bought = seller_with(world, 10_000)
    dispute_of(world, bought, 10_000)
    decided(world, "lost")
    assert states(world) == ["lost"]
    world.sandbox.hold_webhooks()
    try:
        with world.sandbox.sandbox.work() as work:
            [found] = work.rows("SELECT id FROM objects WHERE kind = 'dispute'")
            bank.decide(work, found["id"], "won")
        world.advance(days=6)
        assert read_again(world) == 0
        world.advance(days=2)
        assert read_again(world) == 1
        assert states(world) == ["won"]
        sound(world)
        world.tamper("UPDATE dispute SET read_at = read_at - interval '9 days'")
        assert len(queries.unheard(now=world.now, limit=20)) == 1
        world.tamper("UPDATE dispute SET closed_at = closed_at - interval '181 days'")
        assert queries.unheard(now=world.now, limit=20) == [], "not for ever"
    finally:
        world.sandbox.release_webhooks()
    world.settle_down()

"""Refunds while the money moves: no other plan than was seen, none while it is disputed, and no race pays twice."""

from functools import partial

import pytest

from marketplace import db
from marketplace.errors import Conflict, NotAllowed
from marketplace.money import Money
from marketplace.payments import holds
from marketplace.payouts import flows as payouts
from marketplace.refunds import flows, planning_queries, queries
from marketplace.refunds import operations as refunds
from marketplace.refunds.wishes import Wish
from marketplace.sandbox import disputes as bank
from tests.builders import Bought, World
from tests.journeys.test_debts import agreed, owed, sale, shares
from tests.journeys.test_disputes import at_the_bank, dispute, open_at_the_bank
from tests.journeys.test_holds import sent
from tests.journeys.test_refunds import approve, at_the_provider, balances, sent_back
from tests.races import at_once, refusals

ROUNDS = 10


def seen_by_an_admin(world: World, refund_id: int, amount_minor: int) -> str:
    """Return the fingerprint of the plan that the page shows now."""
    row = queries.refund(queries.number_of(refund_id))
    return planning_queries.preview(row, Money(amount_minor, row.currency), world.settings.money).plan.fingerprint


def approve_seen(world: World, refund_id: int, amount_minor: int, admin_id: int, seen: str) -> bool:
    return flows.approve_and_send(
        admin_id=admin_id,
        refund_id=refund_id,
        amount_minor=amount_minor,
        notes="",
        policy=world.settings.money,
        providers={"stripe": world.provider},
        seen=seen,
        now=world.now,
    )


@pytest.mark.covers("S2.15")
def test_a_plan_that_changed_since_it_was_seen_is_asked_again(world: World) -> None:
    """Somebody refunds 60.00 at the provider between preview and approval: 40.00 would now make a debt."""
    bought, admin = sent(world, 10_000), world.person("Ada Admin", is_admin=True)
    refund_id = world.ask_refund(bought, Wish(amount_minor=4_000))
    seen = seen_by_an_admin(world, refund_id, 4_000)
    at_the_provider(world, bought, 6_000)
    world.settle_down()
    with pytest.raises(Conflict, match="Look again"):
        approve_seen(world, refund_id, 4_000, admin, seen)
    assert len(sent_back(world)) == 1
    seen = seen_by_an_admin(world, refund_id, 4_000)
    assert approve_seen(world, refund_id, 4_000, admin, seen)
    world.settle_down()
    assert world.rows("SELECT held_minor, debt_minor FROM refund WHERE id = %s", refund_id) == [(3_560, 320)]


@pytest.mark.covers("S4.8")
def test_s31_a_disputed_payment_may_be_asked_back_and_is_not_approved(world: World) -> None:
    bought, admin = sent(world, 10_000), world.person("Ada Admin", is_admin=True)
    dispute(world, "product_not_received", 10_000)
    refund_id = world.ask_refund(bought, Wish(percent=100))
    with pytest.raises(NotAllowed, match="would pay twice"):
        approve(world, refund_id, 10_000, admin)
    assert sent_back(world) == []
    assert world.rows("SELECT status FROM refund") == [("pending",)]
    shown = world.client(admin).get("/admin/refunds").text
    assert "A refund as well would pay twice" in shown
    assert "/approve" not in shown
    assert "/reject" in shown
    at_the_bank(world, bank.decide, "lost")
    with pytest.raises(Conflict, match="more than can still be refunded"):
        approve(world, refund_id, 10_000, admin)
    assert sent_back(world) == []
    assert shares(world) == [("held", 0)], "all of it is back; the request alone keeps the share"
    agreed(world)
    db.atomic(refunds.reject, (), admin_id=admin, refund_id=refund_id, notes="Your bank gave it back.", now=world.now)
    assert shares(world) == [("refunded", 0)]


def test_s31_a_dispute_between_approval_and_call_parks_the_refund_with_the_reason(world: World) -> None:
    """The bank has taken the money and the shop has not heard of it: the provider refuses, and nobody is paid twice."""
    bought, admin = sent(world, 10_000), world.person("Ada Admin", is_admin=True)
    refund_id = world.ask_refund(bought, Wish(percent=100))
    open_at_the_bank(world, "product_not_received", 10_000)
    assert approve(world, refund_id, 10_000, admin)
    assert world.rows("SELECT status FROM refund") == [("failed",)]
    [(why,)] = world.rows("SELECT because FROM status_change WHERE subject = 'refund' AND verb = 'fail'")
    assert "would pay twice" in str(why)
    world.settle_down()
    agreed(world)
    assert shares(world) == [("held", 9_380)]
    with pytest.raises(NotAllowed, match="would pay twice"):
        approve(world, refund_id, 10_000, admin)
    at_the_bank(world, bank.decide, "won")
    agreed(world)
    assert sent_back(world) == []


def test_s31_an_inquiry_may_be_answered_by_a_refund(world: World) -> None:
    bought, admin = sent(world, 10_000), world.person("Ada Admin", is_admin=True)
    dispute(world, "general", 10_000, inquiry=True)
    refund_id = world.ask_refund(bought, Wish(percent=100))
    assert approve(world, refund_id, 10_000, admin)
    world.settle_down()
    assert sent_back(world) == [("succeeded", 10_000)]
    assert shares(world) == [("refunded", 0)]
    agreed(world)


def half_back(world: World, bought: Bought, admin: int) -> bool:
    """Ask for half of an order back, look at the plan and approve just that, while other things happen."""
    refund_id = world.ask_refund(bought, Wish(percent=50))
    return approve_seen(world, refund_id, 500, admin, seen_by_an_admin(world, refund_id, 500))


def test_refund_and_release_at_once_take_the_money_once(world: World) -> None:
    """The buyer says that it arrived and asks half of it back, and an admin agrees, as the tick releases the share."""
    seller, admin = world.seller(), world.person("Ada Admin", is_admin=True)
    for number in range(ROUNDS):
        bought = sale(world, seller, 1_000, is_released=False)
        release = partial(db.atomic, holds.release_due, (), policy=world.settings.money, now=world.now)
        calls = [release, partial(half_back, world, bought, admin), release]
        answers = at_once(world.app, calls[number % 2 :])
        assert not refusals(answers), answers
        world.settle_down()
        agreed(world)
    assert shares(world) == [("available", 911 - 485)] * ROUNDS
    assert sent_back(world) == [("succeeded", 500)] * ROUNDS
    assert balances(world)["provider_balance"] == world.sandbox.balance_sum("usd")
    assert owed(world) == []


def test_refund_and_payout_at_once_pay_nobody_twice(world: World) -> None:
    """A run takes up what is available while an admin refunds half of it: the seller gets or owes the rest, once."""
    seller, admin = world.seller(), world.person("Ada Admin", is_admin=True)
    world.onboard(seller)
    world.noon()
    providers = {"stripe": world.provider}
    for number in range(ROUNDS):
        bought = sale(world, seller, 1_000, is_released=False)
        db.atomic(holds.release_due, (), policy=world.settings.money, now=world.now)
        run = partial(payouts.run_due, providers=providers, policy=world.settings.money, now=world.now)
        calls = [run, partial(half_back, world, bought, admin), run]
        for refusal in refusals(at_once(world.app, calls[number % 2 :])):
            # The plan that was seen became another between preview and approval: the admin looks again.
            assert "Look again" in refusal.message
            [(refund_id,)] = world.rows("SELECT max(id) FROM refund")
            seen = seen_by_an_admin(world, int(str(refund_id)), 500)
            approve_seen(world, int(str(refund_id)), 500, admin, seen)
        world.settle_down()
        agreed(world)
    world.later(days=1)
    agreed(world)
    assert sent_back(world) == [("succeeded", 500)] * ROUNDS
    has = sum(int(str(left)) for _, left in shares(world)) + sum(world.transfers())
    assert has - balances(world).get("seller_debt", 0) == (911 - 485) * ROUNDS
    assert balances(world)["provider_balance"] == world.sandbox.balance_sum("usd")

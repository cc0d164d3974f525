"""Bugs that only a thousand seeds of the simulation found, each as short as it can be told."""

import pytest

from marketplace import db, jobs
from marketplace.cancellations.flows import cancel_and_refund
from marketplace.cancellations.operations import Wanted
from marketplace.cancellations.rules import CancelReason, Side
from marketplace.reconciliation.checks import check_books
from marketplace.refunds import operations
from marketplace.refunds.wishes import Wish
from marketplace.sandbox import disputes as bank
from marketplace.sandbox import faults
from marketplace.sandbox.faults import Kind, Where
from marketplace.sandbox.refunds import fail
from tests.builders import Bought, World
from tests.builders_reconciliation import reconcile
from tests.faults import Line
from tests.journeys.test_disputes import FRAUD, at_the_bank, bought_with
from tests.journeys.test_refunds import approve, sent_back
from tests.journeys.test_scars_recovery import lose


def came_back_unseen(world: World) -> tuple[int, int]:
    """Let a refund with a credit note fail weeks later, and no document follow it yet; return its id and an admin's."""
    bought = world.open_purchase(10_000)
    world.pay(bought, "4000000000005126")
    world.settle_down()
    admin = world.person("Ada Admin", is_admin=True)
    refund = world.ask_refund(bought, Wish(percent=40))
    approve(world, refund, 4_000, admin)
    world.settle_down()
    assert world.rows("SELECT total_minor FROM invoice WHERE kind = 'credit_note'") == [(-4_000,)]
    world.advance(days=20)
    world.sandbox.deliver_pending()
    jobs.tick(world.app, without=frozenset({"invoices followed"}))
    assert world.rows("SELECT status FROM refund") == [("failed",)]
    return refund, admin


CREDIT_NOTES = "SELECT status, total_minor FROM invoice WHERE kind = 'credit_note' ORDER BY id"


# Would fail if only refunds that are failed now were looked for: by the next tick this one is rejected.
def test_the_credit_note_of_a_refund_that_came_back_and_was_rejected_is_cancelled(world: World) -> None:
    refund, admin = came_back_unseen(world)
    db.atomic(operations.reject, (), admin_id=admin, refund_id=refund, notes="Settled on the phone.", now=world.now)
    world.settle_down()
    assert world.rows(CREDIT_NOTES) == [("cancelled", -4_000)]


# Would fail if the note about the first amount were taken for one about the second.
def test_a_refund_agreed_to_anew_with_another_amount_has_a_credit_note_of_its_own(world: World) -> None:
    refund, admin = came_back_unseen(world)
    approve(world, refund, 2_500, admin, "Half of it was settled on the phone.")
    world.settle_down()
    assert world.rows(CREDIT_NOTES)[0] == ("cancelled", -4_000)
    assert [minor for _status, minor in world.rows(CREDIT_NOTES)] == [-4_000, -2_500]


def cancel(world: World, bought: Bought, expected_minor: int) -> None:
    [(seller, number)] = world.rows('SELECT seller_id, number FROM "order"')
    cancel_and_refund(
        user_id=int(str(seller)),
        side=Side.SELLER,
        number=str(number),
        wanted=Wanted(CancelReason.DAMAGED, "", expected_minor),
        policy=world.settings.money,
        providers=world.app.extensions["providers"],
        now=world.now,
    )
    world.settle_down()


# Would fail if the shop kept what the bank gave back: the buyer has no goods.
@pytest.mark.covers("S4.10")
def test_what_a_bank_gives_back_of_a_cancelled_order_goes_to_its_buyer(world: World) -> None:
    bought = bought_with(world, FRAUD, 10_000)
    at_the_bank(world, bank.decide, "lost")
    cancel(world, bought, 0)
    assert sent_back(world) == []
    at_the_bank(world, bank.decide, "won")
    assert sent_back(world) == [("succeeded", 10_000)]
    assert world.rows(
        "SELECT r.status, a.amount_minor FROM cancellation c JOIN refund r ON r.id = c.refund_id, automatic_refund a"
    ) == [("completed", 10_000)]
    kinds = "SELECT count(*) FROM notification WHERE kind = 'refund_completed' AND user_id = %s"
    assert world.rows(kinds, bought.buyer_id) == [(1,)]


# Would fail if a share that came after a break, in the same moment of the clock, were taken for an older one.
def test_a_share_that_comes_after_a_break_about_its_payment_does_not_break_the_books(world: World) -> None:
    world.pay(world.open_purchase(10_000))
    lose(world)
    world.advance(hours=1)
    reconcile(world)
    assert world.rows("SELECT kind, status FROM reconciliation_break") == [("missing_event", "open")]
    world.tick()
    assert world.rows("SELECT b.status, t.status FROM reconciliation_break b, payment_transaction t") == [
        ("open", "held")
    ]
    world.tamper("UPDATE payment_transaction SET created_at = (SELECT found_at FROM reconciliation_break)")
    assert check_books().agrees


# Would fail if silence used up the looks that an event has: thirty hours of it left events with nobody.
def test_while_the_provider_is_silent_an_event_loses_no_patience(world: World) -> None:
    world.pay(world.open_purchase(10_000))
    with world.sandbox.sandbox.work() as work:
        faults.add(work, Kind.DROP_BEFORE, Where(method="GET"), until=work.now + 30 * 3600)
    world.sandbox.deliver_pending()
    parked = "SELECT count(*) FROM provider_event WHERE status = 'parked'"
    for _ in range(29):
        world.advance(hours=1)
        world.tick()
        assert world.rows(f"{parked} AND next_attempt_at IS NULL") == [(0,)]
    assert world.rows(parked) > [(0,)]
    world.advance(hours=2)
    world.settle_down()
    assert world.rows(parked) == [(0,)]


# Would fail if only what a bank has given back counted as on its way: while the bank looks again, it has the money.
def test_while_a_bank_looks_again_at_a_cancelled_order_the_money_is_with_the_bank(world: World) -> None:
    bought = bought_with(world, FRAUD, 10_000)
    at_the_bank(world, bank.decide, "lost")
    cancel(world, bought, 0)
    at_the_bank(world, bank.reopen)
    [(status,)] = world.rows("SELECT status FROM dispute WHERE kind = 'chargeback'")
    assert status in {"needs_response", "under_review"}
    assert check_books().agrees
    at_the_bank(world, bank.decide, "won")
    assert sent_back(world) == [("succeeded", 10_000)]


# Would fail if the answer that a provider repeats were taken for news: the call would never have an outcome.
def test_an_answer_that_is_repeated_after_the_refund_failed_is_no_news(world: World) -> None:
    refund = world.ask_refund(world.paid_purchase(10_000), Wish(percent=100))
    line = Line(world.provider, {"refund"}, happens=True)
    approve(world, refund, 10_000, world.person("Ada Admin", is_admin=True), provider=line)  # type: ignore[arg-type]
    with world.sandbox.sandbox.work() as work:
        [found] = work.rows("SELECT id FROM objects WHERE kind = 'refund'")
        assert fail(work, found["id"])
    world.sandbox.deliver_pending()
    world.settle_down()
    assert world.rows("SELECT status FROM refund") == [("failed",)]
    assert world.rows("SELECT status FROM outbound_call WHERE kind = 'refund'") == [("unknown",)]
    world.advance(minutes=1)
    world.settle_down()
    assert world.rows("SELECT status FROM outbound_call WHERE kind = 'refund'") == [("done",)]
    assert world.rows("SELECT status FROM refund") == [("failed",)]

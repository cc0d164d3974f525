"""Bugs of this shop that the simulation found, each as short as it can be told."""

from datetime import timedelta

import pytest

from marketplace import db
from marketplace.cancellations.flows import cancel_and_refund
from marketplace.cancellations.operations import Wanted
from marketplace.cancellations.rules import CancelReason, Side
from marketplace.checkout import flows
from marketplace.errors import NotAllowed
from marketplace.orders import operations as orders
from marketplace.outbound.states import CallStep
from marketplace.refunds import operations
from marketplace.refunds.wishes import Wish
from marketplace.sandbox import disputes
from tests.builders import Bought, World
from tests.deciding import decide
from tests.faults import Fault, Line, wire_fault
from tests.journeys.test_refunds import approve, at_the_provider, sent_back
from tests.journeys.test_scars_recovery import lose
from tests.snapshots import walked_once_from_nothing


# Would fail if a page of a proxy with status 200 were taken for a refusal: the second approval would pay twice.
@pytest.mark.parametrize("status", [200, 403, 502])
def test_an_answer_that_cannot_be_read_is_no_refusal(world: World, status: int) -> None:
    bought = world.paid_purchase(10_000)
    refund = world.ask_refund(bought, Wish(percent=100))
    with wire_fault(world.sandbox, "/v1/refunds", Fault(after=True, status=status, is_garbled=True)):
        approve(world, refund, 10_000, world.person("Ada Admin", is_admin=True))
    assert world.rows("SELECT status FROM outbound_call WHERE kind = 'refund'") == [("unknown",)]
    world.later(minutes=2)
    world.settle_down()
    assert sent_back(world) == [("succeeded", 10_000)]
    assert world.rows("SELECT status FROM refund") == [("completed",)]


# Would fail if an admin could reject it: the buyer would have neither goods nor money.
def test_the_refund_of_a_cancelled_order_is_not_rejected_while_money_is_left(world: World) -> None:
    bought = world.paid_purchase(10_000)
    at_the_provider(world, bought, 4_000)
    [(number,)] = world.rows('SELECT number FROM "order"')
    cancel_and_refund(
        user_id=bought.buyer_id,
        side=Side.BUYER,
        number=str(number),
        wanted=Wanted(CancelReason.MISTAKE, "", 10_000),
        policy=world.settings.money,
        providers=world.app.extensions["providers"],
        now=world.now,
    )
    world.settle_down()
    [(refund, status)] = world.rows("SELECT id, status FROM refund WHERE origin = 'buyer_cancelled'")
    assert status == "failed"
    admin = world.person("Ada Admin", is_admin=True)
    with pytest.raises(NotAllowed, match="all that is left of its money goes back"):
        db.atomic(operations.reject, (), admin_id=admin, refund_id=refund, notes="No.", now=world.now)
    with pytest.raises(NotAllowed, match="all that is left of its money goes back"):
        approve(world, int(str(refund)), 1_000, admin, "Some of it.")
    approve(world, int(str(refund)), 6_000, admin, "The rest; 40.00 went back already.")
    world.settle_down()
    assert sorted(sent_back(world)) == [("succeeded", 4_000), ("succeeded", 6_000)]


@walked_once_from_nothing
def paid_twice(world: World) -> Bought:
    """Let a buyer pay two pages of one purchase, and the shop hear of both; return the page that does not count."""
    first = world.open_purchase(10_000)
    world.pay(first, "4000000000000002")
    world.settle_down()
    outcome = flows.try_again(
        purchase_id=first.purchase_id,
        buyer_id=first.buyer_id,
        now=world.now,
        providers={"stripe": Line(world.provider, {"expire_checkout"})},  # type: ignore[dict-item]
        settings=world.settings,
    )
    second = world.bought(outcome, world.agreed(first.buyer_id, token=first.token))
    world.pay(second)
    world.settle_down()
    world.pay(first)
    world.sandbox.deliver_pending()
    assert world.rows("SELECT payment_id, status FROM unapplied_receipt") == [(first.payment_id, "received")]
    return first


# Would fail if the shop knew only of returns of its own: that of all was refused, and the rest stayed with nobody.
@pytest.mark.parametrize("parts", [(4_000,), (4_000, 6_000), (10_000,)])
@pytest.mark.parametrize("is_heard", [True, False])
def test_what_went_back_of_an_unusable_payment_in_the_dashboard_counts(
    world: World, parts: tuple[int, ...], *, is_heard: bool
) -> None:
    first = paid_twice(world)
    for part in parts:
        at_the_provider(world, first, part)
    if is_heard:
        world.sandbox.deliver_pending()
    world.settle_down()
    world.later(minutes=2)
    assert world.rows("SELECT status FROM unapplied_receipt") == [("returned",)]
    assert world.rows("SELECT status FROM payment WHERE id = %s", first.payment_id) == [("refunded",)]
    assert sum(minor for status, minor in sent_back(world) if status == "succeeded") == 10_000
    assert world.rows("SELECT sum(amount_minor) FROM posting WHERE account = 'unapplied_receipts'") == [(0,)]
    assert world.rows("SELECT sum(amount_minor) FROM posting WHERE account = 'provider_balance'") == [
        (world.sandbox.balance_sum("usd"),)
    ]


# Found in real threads. Would fail if messages about a bank payment waited for ever for an answer nobody will give.
def test_a_bank_payment_of_a_seller_who_has_gone_is_asked_about_no_more(world: World) -> None:
    world.paid_seller(10_000)
    world.advance(days=30)
    world.sandbox.deliver_pending()
    world.tick()
    world.advance(days=5)
    world.sandbox.deliver_pending()
    waiting = "SELECT count(*) FROM provider_event WHERE type LIKE 'payout.%%' AND status IN ('received', 'parked')"
    assert world.rows(waiting) == [(3,)]
    [(account_id,)] = world.rows("SELECT account_id FROM seller_account")
    world.press(str(account_id), "disconnect")
    world.settle_down()
    assert world.rows(waiting) == [(0,)]
    assert world.rows("SELECT DISTINCT status, note FROM provider_event WHERE type LIKE 'payout.%%'") == [
        ("ignored", "The seller has taken our access to their account away.")
    ]
    assert world.payouts() == [("in_transit", 9_380)]


# Would fail if a clock that is set back let a parcel arrive before it was sent: the database refuses that, with a 500.
def test_what_arrives_after_the_clock_was_set_back_arrives_when_it_was_sent(world: World) -> None:
    buyer_id = world.person()
    world.sold(world.seller(), 10_000, buyer_id=buyer_id)
    [(number,)] = world.rows('SELECT number FROM "order"')
    earlier = world.now - timedelta(seconds=61)
    db.atomic(orders.confirm_received, (), buyer_id=buyer_id, number=str(number), now=earlier)
    assert world.rows("SELECT delivered_at = shipped_at FROM shipment") == [(True,)]


# Would fail if a look that the provider refuses were no answer for ever: nobody would be asked.
def test_a_payment_to_the_bank_of_a_seller_who_has_gone_is_decided_by_a_person(world: World) -> None:
    admin_id = world.person("Ada Admin", is_admin=True)
    world.paid_seller(10_000)
    with wire_fault(world.sandbox, "/v1/payouts", Fault(after=True)):
        world.later(days=30)
    [(account_id,)] = world.rows("SELECT account_id FROM seller_account")
    assert world.rows("SELECT status FROM outbound_call WHERE kind = 'bank_payout'") == [("unknown",)]
    world.press(str(account_id), "disconnect")
    for _ in range(3):
        assert world.rows("SELECT status FROM outbound_call WHERE kind = 'bank_payout'") == [("unknown",)]
        world.later(days=1)
    [(call_id, status, said)] = world.rows(
        "SELECT id, status, error_message FROM outbound_call WHERE kind = 'bank_payout'"
    )
    assert status == "blocked"
    assert "could not be looked up" in str(said)
    assert world.payouts() == [("failed", 9_380)]
    page = world.client(admin_id).get(f"/admin/calls/{call_id}")
    assert page.status_code == 200
    assert "does not have access" in page.text
    assert "does not let us look" in decide(world, CallStep.LOOK_UP, int(str(call_id)), admin_id)
    assert "It is given up" in decide(world, CallStep.GIVE_UP, int(str(call_id)), admin_id)
    assert world.rows("SELECT status FROM outbound_call WHERE kind = 'bank_payout'") == [("refused",)]


# Would fail if a dispute whose payment was not known to be paid were left out for good: no line of it can be missed.
@pytest.mark.parametrize("is_new", [False, True])
@pytest.mark.parametrize("word", ["inquiry", "warning"])
def test_what_is_read_from_objects_before_its_payment_is_known_comes_in_later(
    world: World, word: str, *, is_new: bool
) -> None:
    """The shop hears of nothing for a month: neither that a page is paid, nor that the buyer's bank asks about it.

    Nor does it when it is new, and has never read the list of events.
    """
    bought = world.open_purchase(10_000)
    if not is_new:
        world.tick()
    world.sandbox.hold_webhooks()
    world.pay(bought)
    with world.sandbox.sandbox.work() as work:
        [charge] = work.rows("SELECT id FROM objects WHERE kind = 'charge'")
        found = work.need("charge", charge["id"], lock=True)
        if word == "inquiry":
            disputes.open_dispute(work, found, "general", 10_000, inquiry=True)
        else:
            disputes.warn(work, found)
    world.advance(days=32)
    lose(world)
    world.sandbox.release_webhooks()
    for _ in range(12):
        world.later(minutes=15)
    assert world.rows("SELECT kind, amount_minor FROM dispute") == [(word, 10_000)]
    made = [] if is_new else [("made", "applied")]  # a new shop's sweeper has asked about the payment before
    assert world.rows("SELECT road, status FROM provider_event WHERE road = 'made'") == made


def given_up_while_its_debit_is_on_its_way(world: World) -> Bought:
    """Let a buyer agree to a debit and cancel the purchase in the same moment: its page can't be closed any more."""
    bought = world.open_purchase(10_000)
    world.sandbox.hold_webhooks()
    world.sandbox.pay(bought.session_id, account="000123456789")
    flows.cancel_purchase(
        purchase_id=bought.purchase_id,
        buyer_id=bought.buyer_id,
        now=world.now,
        providers={"stripe": Line(world.provider, {"expire_checkout"})},  # type: ignore[dict-item]
        settings=world.settings,
    )
    world.sandbox.release_webhooks()
    world.settle_down()
    return bought


# Would fail if an order that was given up while its debit was on its way were invoiced anew with every tick.
def test_an_order_given_up_while_its_debit_is_on_its_way_has_no_invoice(world: World) -> None:
    given_up_while_its_debit_is_on_its_way(world)
    for _ in range(3):
        world.later(minutes=2)
    assert world.rows("SELECT p.status, u.status FROM payment p, purchase u") == [("processing", "given_up")]
    assert world.rows("SELECT number, status FROM invoice") == []
    world.later(days=5)
    world.later(minutes=2)
    assert world.rows("SELECT status, total_minor FROM invoice") == [("paid", 10_000)]


# Would fail if the plan of the failed attempt stayed beside the new amount: the first of two admins met a 500.
def test_a_failed_refund_is_agreed_to_anew_with_another_amount_by_two_admins(world: World) -> None:
    bought = world.open_purchase(70_000)
    world.pay(bought, "4000000000005126")
    world.settle_down()
    refund = world.ask_refund(bought, Wish(percent=50))
    first, second = (world.person(name, is_admin=True) for name in ("Ada Admin", "Uma Admin"))
    approve(world, refund, 35_000, first)
    world.later(days=14)
    assert world.rows("SELECT status FROM refund") == [("failed",)]
    assert approve(world, refund, 60_000, first, "More than was asked for, as agreed on the phone.") is False
    assert world.rows("SELECT status, amount_minor FROM refund") == [("failed", 60_000)]
    approve(world, refund, 60_000, second, "More than was asked for, as agreed on the phone.")
    world.settle_down()
    assert [minor for _, minor in sent_back(world)] == [35_000, 60_000]


# Would fail if its goods, and a use of its code, were kept on for weeks after its money was on its way back.
def test_a_late_payment_that_gives_way_to_another_lets_go_of_what_was_kept_for_it(world: World) -> None:
    late = given_up_while_its_debit_is_on_its_way(world)
    kept = "SELECT purchase_id, status FROM stock_reservation ORDER BY id DESC LIMIT 1"
    assert world.rows(kept) == [(late.purchase_id, "active")]
    again = world.check_out(late.buyer_id)
    world.pay(again)
    world.settle_down()
    world.later(days=5)
    assert world.rows("SELECT payment_id FROM unapplied_receipt") == [(late.payment_id,)]
    assert world.rows("SELECT count(*) FROM stock_reservation WHERE status = 'active'") == [(0,)]
    assert world.rows("SELECT in_stock FROM listing") == [(9,)]

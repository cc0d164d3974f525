"""Bugs that other shops had with refunds, replayed against this one. Numbers S.. name the collection's entries."""

import itertools

import pytest
import stripe

from marketplace import db
from marketplace.errors import Conflict, Invalid
from marketplace.refunds import operations
from marketplace.refunds.rules import RefundReason
from marketplace.refunds.wishes import Wish
from marketplace.transitions import AlreadyThere
from tests.builders import Bought, World
from tests.faults import Fault, wire_fault
from tests.journeys.test_refunds import approve, at_the_provider, balances, sent_back
from tests.races import at_once, refusals

ROUNDS = 3


def statuses(world: World) -> list[str]:
    return [str(status) for (status,) in world.rows("SELECT status FROM refund ORDER BY id")]


def agree(world: World, completed_minor: int) -> None:
    """Make sure that rows, ledger and provider say the same: this went back, and nothing is under way."""
    rows = world.rows("SELECT coalesce(sum(amount_minor), 0) FROM refund WHERE status = 'completed'")
    assert rows == [(completed_minor,)]
    assert sum(amount for status, amount in sent_back(world) if status == "succeeded") == completed_minor
    assert balances(world).get("refund_pending", 0) == 0
    assert balances(world)["provider_balance"] == world.sandbox.balance_sum("usd")


# Would fail if an event's `amount_refunded` (2, then 7) were read as what was just refunded.
@pytest.mark.covers("S4.7")
@pytest.mark.parametrize("turned", [False, True], ids=["in order", "reversed"])
@pytest.mark.parametrize("ours", [False, True], ids=["made at the provider", "made here"])
def test_s19_refunds_of_two_and_five_dollars_told_twice_in_any_order_are_seven(
    world: World, ours: bool, turned: bool
) -> None:
    bought = world.paid_purchase(10_000)
    admin = world.person("Ada Admin", is_admin=True)
    for amount in (200, 500):
        if ours:
            approve(world, world.ask_refund(bought, Wish(amount_minor=amount)), amount, admin)
        else:
            at_the_provider(world, bought, amount)
    world.sandbox.deliver_pending(lambda due: due[::-1] if turned else due, copies=2)
    world.settle_down()
    assert statuses(world) == ["completed"] * 2
    assert world.rows("SELECT refunded_minor FROM payment_transaction") == [(700,)]
    agree(world, 700)


# Would fail if what was merely asked for counted against money that has gone already: the event would wait for ever.
def test_s20_a_refund_made_at_the_provider_overtakes_a_request(world: World) -> None:
    bought = world.paid_purchase(10_000)
    asked = world.ask_refund(bought, Wish(amount_minor=6_000))
    at_the_provider(world, bought, 6_000)
    world.settle_down()
    assert statuses(world) == ["pending", "completed"]
    admin = world.person("Ada Admin", is_admin=True)
    with pytest.raises(Conflict, match="more than can still be refunded"):
        approve(world, asked, 6_000, admin)
    approve(world, asked, 4_000, admin, "The rest; 60.00 went back already.")
    world.settle_down()
    assert statuses(world) == ["completed"] * 2
    agree(world, 10_000)


# Would fail if a refund were taken over from an event that tells of its end only.
def test_s21_a_refund_made_at_the_provider_that_failed_unseen_moves_nothing(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.pay(bought, "4000000000005126")
    world.settle_down()
    at_the_provider(world, bought, 10_000)
    world.sandbox.advance_clock(20 * 86_400)
    world.sandbox.hold_webhooks()
    world.sandbox.run_due()
    world.sandbox.release_webhooks()
    world.settle_down()
    assert sent_back(world) == [("failed", 10_000)]
    assert statuses(world) == []
    agree(world, 0)


# Would fail if a new attempt of another amount made the old attempt's late events look like contradictions.
def test_s21_late_events_of_a_failed_attempt_do_not_touch_the_next_one(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.pay(bought, "4000000000005126")
    world.settle_down()
    admin = world.person("Ada Admin", is_admin=True)
    refund = world.ask_refund(bought, Wish(percent=100))
    approve(world, refund, 10_000, admin)
    world.settle_down()
    world.advance(days=14)
    world.sandbox.deliver_pending(lambda due: due[:1])
    world.tick()
    assert statuses(world) == ["failed"]
    approve(world, refund, 4_000, admin, "A part of it.")
    world.settle_down()
    assert statuses(world) == ["completed"]
    assert world.rows("SELECT count(*) FROM provider_event WHERE status = 'parked'") == [(0,)]
    assert world.rows("SELECT refunded_minor FROM payment_transaction") == [(4_000,)]


# Would fail under READ COMMITTED, or if only completed refunds counted: both would pass, 120 % of the payment.
@pytest.mark.covers("S4.7")
def test_s22_two_admins_approve_sixty_percent_each_at_once_and_one_passes(world: World) -> None:
    admins = [world.person(f"Ada {number}", is_admin=True) for number in range(2)]
    for _ in range(ROUNDS):
        bought = world.paid_purchase(10_000)
        asked = [world.ask_refund(bought, Wish(percent=10)) for _ in range(2)]
        answers = at_once(
            world.app,
            [
                lambda refund=refund, admin=admin: approve(world, refund, 6_000, admin, "More than was asked for.")
                for refund, admin in zip(asked, admins, strict=True)
            ],
        )
        assert answers.count(True) == 1
        [refused] = refusals(answers)
        assert isinstance(refused, Conflict)
    world.settle_down()
    assert sorted(statuses(world)) == ["completed"] * ROUNDS + ["pending"] * ROUNDS
    agree(world, 6_000 * ROUNDS)


# Would fail without the check of the status inside the transaction, or with a key made per press.
@pytest.mark.covers("S4.7")
def test_s24_ten_approvals_at_once_are_one_refund_at_the_provider(world: World) -> None:
    refund = world.ask_refund(world.paid_purchase(10_000), Wish(percent=100))
    admin = world.person("Ada Admin", is_admin=True)
    answers = at_once(world.app, [lambda: approve(world, refund, 10_000, admin)] * 10)
    assert answers.count(True) == 1
    assert {type(refusal) for refusal in refusals(answers)} == {AlreadyThere}
    world.settle_down()
    assert sent_back(world) == [("succeeded", 10_000)]
    agree(world, 10_000)


# Would fail if the asking form had no one-time token, or if it were not unique.
def test_s24_one_form_sent_ten_times_at_once_is_one_request(world: World) -> None:
    bought = world.paid_purchase(10_000)
    answers = at_once(world.app, [lambda: ask(world, bought, token="t" * 32)] * 10)
    assert len(set(answers)) == 1
    assert world.rows("SELECT amount_minor FROM refund") == [(500,)]
    assert ask(world, bought, token="u" * 32) not in answers, "another form is another request"


def ask(world: World, bought: Bought, token: str) -> int:
    [(order_id,)] = world.rows('SELECT id FROM "order" WHERE purchase_id = %s', bought.purchase_id)
    return db.atomic(
        operations.request,
        [f"order:{order_id}"],
        buyer_id=bought.buyer_id,
        order_id=int(str(order_id)),
        reason=RefundReason.DAMAGED,
        description="It is scratched.",
        wish=Wish(amount_minor=500),
        token=token,
        now=world.now,
    )


# Would fail if the idempotency key or the reference were made of payment and amount.
def test_s25_two_equal_refunds_minutes_apart_are_two_refunds_at_the_provider(world: World) -> None:
    bought = world.paid_purchase(10_000)
    admin = world.person("Ada Admin", is_admin=True)
    for _ in range(2):
        approve(world, world.ask_refund(bought, Wish(amount_minor=500)), 500, admin)
        world.advance(minutes=5)
    world.settle_down()
    assert sent_back(world) == [("succeeded", 500)] * 2
    agree(world, 1_000)


# Would fail if the client left out the amount of a full refund: the provider takes "no amount" for "all that is left".
def test_s27_the_amount_is_always_said_and_never_nothing(world: World) -> None:
    bought = world.paid_purchase(10_000)
    admin = world.person("Ada Admin", is_admin=True)
    refund = world.ask_refund(bought, Wish(percent=100))
    with wire_fault(world.sandbox, "/v1/refunds", Fault(after=False, status=500)) as asked:
        for wrong, refusal in ((0, Invalid), (-100, Invalid), (10_001, Conflict)):
            with pytest.raises(refusal):
                approve(world, refund, wrong, admin, "Wrong on purpose.")
        assert asked == []
        assert statuses(world) == ["pending"]
        approve(world, refund, 10_000, admin)
        assert [one["amount"] for one in asked] == ["10000"]
    world.advance(minutes=1)
    world.settle_down()
    agree(world, 10_000)


# Would fail if each part of the fees were rounded by itself: the parts would end a cent beside the whole.
@pytest.mark.covers("S2.16")
def test_s30_an_odd_order_in_odd_parts_ends_at_the_cent_in_the_books(world: World) -> None:
    bought = world.paid_purchase(9_999, 3_333)
    admin = world.person("Ada Admin", is_admin=True)
    [(platform, processing)] = world.rows(
        "SELECT platform_fee_minor, processing_fee_minor FROM payment_transaction ORDER BY id LIMIT 1"
    )
    for part in (1, 3_333, 17, 2_222, 4_426):
        approve(world, world.ask_refund(bought, Wish(amount_minor=part)), part, admin)
        world.settle_down()
    totals = "sum(platform_minor), sum(held_minor), sum(debt_minor), sum(amount_minor)"
    [(from_platform, from_held, from_debt, amount)] = world.rows(f"SELECT {totals} FROM refund")
    assert (from_platform, from_debt, amount) == (platform, processing, 9_999)
    assert from_held == 9_999 - int(str(platform)) - int(str(processing))
    assert world.rows('SELECT status FROM "order" ORDER BY id') == [("refunded",), ("confirmed",)]
    agree(world, 9_999)


# Would fail if a refusal were read as unknown and sent again, or if it ended the refund for good.
def test_s31_a_disputed_payment_is_not_refunded_as_well_and_may_be_after_the_inquiry(world: World) -> None:
    """The provider knows of the dispute before we do: it refuses the call that was approved just before."""
    bought = world.paid_purchase(10_000)
    admin = world.person("Ada Admin", is_admin=True)
    refund = world.ask_refund(bought, Wish(percent=100))
    with wire_fault(world.sandbox, "/v1/refunds", Fault(after=False, status=400, code="charge_disputed")) as asked:
        approve(world, refund, 10_000, admin)
        world.advance(days=2)
        world.settle_down()
        assert len(asked) == 1, "a definite refusal is not sent again"
    assert statuses(world) == ["failed"]
    assert world.rows("SELECT count(*) FROM payment_block WHERE lifted_at IS NULL") == [(1,)], "the share stands still"
    [(why,)] = world.rows("SELECT because FROM status_change WHERE subject = 'refund' AND verb = 'fail'")
    assert "disputes the payment" in str(why)
    agree(world, 0)

    approve(world, refund, 10_000, admin)
    world.settle_down()
    assert statuses(world) == ["completed"]
    assert sent_back(world) == [("succeeded", 10_000)]
    agree(world, 10_000)


def test_approve_and_withdraw_at_once_end_in_one_of_both(world: World) -> None:
    admin = world.person("Ada Admin", is_admin=True)
    completed = 0
    for _ in range(ROUNDS):
        bought = world.paid_purchase(10_000)
        refund = world.ask_refund(bought, Wish(percent=100))
        withdraw = lambda refund=refund, buyer=bought.buyer_id: db.atomic(  # noqa: E731
            operations.withdraw, (), buyer_id=buyer, refund_id=refund, now=world.now
        )
        answers = at_once(world.app, [withdraw, lambda refund=refund: approve(world, refund, 10_000, admin)])
        [lost] = refusals(answers)
        assert isinstance(lost, AlreadyThere)
        completed += answers[1] is True
    world.settle_down()
    assert sorted(statuses(world)) == ["cancelled"] * (ROUNDS - completed) + ["completed"] * completed
    assert len(sent_back(world)) == completed
    agree(world, 10_000 * completed)


@pytest.mark.covers("S4.7")
def test_approve_and_a_refund_at_the_provider_at_once_stay_within_the_payment(world: World) -> None:
    admin = world.person("Ada Admin", is_admin=True)

    def somebody_else(bought: Bought) -> bool:
        try:
            at_the_provider(world, bought, 6_000)
        except stripe.InvalidRequestError:
            return False
        return True

    for _ in range(ROUNDS):
        bought = world.paid_purchase(10_000)
        refund = world.ask_refund(bought, Wish(percent=60))
        ours = lambda refund=refund: approve(world, refund, 6_000, admin)  # noqa: E731
        theirs_passed = at_once(world.app, [ours, lambda bought=bought: somebody_else(bought)])[1]
        world.settle_down()
        found = world.rows("SELECT origin, status FROM refund WHERE payment_id = %s ORDER BY id", bought.payment_id)
        assert found == (
            [("buyer", "failed"), ("provider", "completed")] if theirs_passed else [("buyer", "completed")]
        )
    agree(world, 6_000 * ROUNDS)


# Would fail if the refusal of the later one left it approved, or if the mirrored one did not fit beside it.
def test_a_refund_at_the_provider_just_before_the_call_ends_ours_which_can_be_closed(world: World) -> None:
    bought = world.paid_purchase(10_000)
    refund = world.ask_refund(bought, Wish(percent=100))
    admin = world.person("Ada Admin", is_admin=True)
    at_the_provider(world, bought, 10_000)
    approve(world, refund, 10_000, admin)
    world.settle_down()
    assert statuses(world) == ["failed", "completed"]
    with pytest.raises(Conflict, match="more than can still be refunded"):
        approve(world, refund, 10_000, admin)
    db.atomic(
        operations.reject, (), admin_id=admin, refund_id=refund, notes="It went back in another way.", now=world.now
    )
    assert statuses(world) == ["rejected", "completed"]
    assert world.rows("SELECT count(*) FROM payment_block WHERE lifted_at IS NULL") == [(0,)]
    agree(world, 10_000)


# Would fail if each admin's limit were checked without the other's approval, or kept from a failed attempt.
def test_i23_after_a_failure_a_large_refund_needs_two_admins_again(world: World) -> None:
    refund = world.ask_refund(world.paid_purchase(60_000), Wish(percent=100))
    first, second = (world.person(f"Ada {number}", is_admin=True) for number in range(2))
    with wire_fault(world.sandbox, "/v1/refunds", Fault(after=False, status=400, code="charge_disputed")):
        assert [approve(world, refund, 60_000, admin) for admin in (first, second)] == [False, True]
    assert statuses(world) == ["failed"]
    assert [approve(world, refund, 60_000, admin) for admin in (second, first)] == [False, True]
    world.settle_down()
    agree(world, 60_000)


def test_every_scar_of_refunds_is_a_test_by_its_name() -> None:
    named = {name.split("_")[1] for name in globals() if name.startswith("test_s")}
    assert {f"s{number}" for number in itertools.chain(range(19, 23), (24, 25, 27, 30, 31))} == named

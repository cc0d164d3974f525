"""Calls that machines can't end: what turns up closes them by itself, and what a person may decide instead."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy.orm import Session

from marketplace import db
from marketplace.checkout import flows as checkout
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.outbound import decisions, operations, queries, requests
from marketplace.outbound.models import OutboundCall
from marketplace.outbound.operations import TakenCall
from marketplace.outbound.states import CallStep
from marketplace.payment_methods import flows as saved
from marketplace.refunds.wishes import Wish
from tests import builders_methods as cards
from tests.builders import World
from tests.deciding import decide
from tests.faults import Fault, Line, wire_fault
from tests.journeys import test_dispute_evidence as evidence
from tests.journeys.test_disputes import FRAUD, bought_with
from tests.journeys.test_found_by_simulation import paid_twice
from tests.journeys.test_refund_after_payout import CLOSED_BANK, refund, seller_with, until_the_bank_has_answered
from tests.journeys.test_refunds import approve, sent_back
from tests.races import at_once

NEVER_ARRIVES = Fault(after=False)


def call_of(world: World, kind: str) -> tuple[int, str]:
    """Return the newest call of a kind and how it stands."""
    rows = world.rows("SELECT id, status FROM outbound_call WHERE kind = %s ORDER BY id DESC LIMIT 1", kind)
    return int(str(rows[0][0])), str(rows[0][1])


def status_of(world: World, call_id: int) -> object:
    return world.rows("SELECT status FROM outbound_call WHERE id = %s", call_id)[0][0]


def blocked(world: World, kind: str) -> int:
    """Let a day pass in which the provider has nothing of the newest call of a kind; return its id."""
    world.advance(hours=24)
    world.tick()
    call_id, status = call_of(world, kind)
    assert status == "blocked"
    return call_id


def make_it(world: World, call_id: int) -> Any:
    """Let the request of a call reach the provider after all: the object exists, and nobody here has heard."""

    def taken(session: Session) -> TakenCall:
        call = session.get_one(OutboundCall, call_id)
        return operations.taken(call, first_sent_at=call.created_at, look_up_only=False)

    return requests.send(world.provider, db.atomic(taken))


def lost_refund(world: World) -> None:
    refund_id = world.ask_refund(world.paid_purchase(10_000), Wish(percent=100))
    with wire_fault(world.sandbox, "/v1/refunds", NEVER_ARRIVES):
        approve(world, refund_id, 10_000, world.person("Ada Admin", is_admin=True))


def lost_account(world: World) -> None:
    seller_id = world.seller()
    with wire_fault(world.sandbox, "/v1/accounts", NEVER_ARRIVES), pytest.raises(Conflict):
        world.begin_onboarding(seller_id)


def lost_customer(world: World) -> None:
    with wire_fault(world.sandbox, "/v1/customers", NEVER_ARRIVES):
        assert not saved.is_known(user_id=world.person(), provider=world.provider, now=world.now)


def lost_removal(world: World) -> None:
    method_id = cards.save(world, buyer := world.person())
    [(token,)] = world.rows("SELECT provider_method_id FROM saved_method")
    with wire_fault(world.sandbox, f"/v1/payment_methods/{token}/detach", NEVER_ARRIVES):
        assert not saved.remove(user_id=buyer, method_id=method_id, provider=world.provider, now=world.now)


def lost_transfer(world: World) -> None:
    world.paid_seller(20_000)
    world.advance(days=30, hours=1)
    with wire_fault(world.sandbox, "/v1/transfers", NEVER_ARRIVES):
        world.settle_down()


def lost_reversal(world: World) -> None:
    _, bought = seller_with(world, 10_000, bank=CLOSED_BANK)
    until_the_bank_has_answered(world)
    [(transfer_id,)] = world.rows("SELECT transfer_id FROM payout")
    with wire_fault(world.sandbox, f"/v1/transfers/{transfer_id}/reversals", NEVER_ARRIVES):
        refund(world, bought, 10_000, world.person("Ada Admin", is_admin=True), take_back=True)


def lost_return(world: World) -> None:
    paid_twice(world)
    with wire_fault(world.sandbox, "/v1/refunds", NEVER_ARRIVES):
        world.settle_down()


def lost_bank_payout(world: World) -> None:
    world.paid_seller(20_000)
    world.advance(days=30, hours=1)
    with wire_fault(world.sandbox, "/v1/payouts", NEVER_ARRIVES):
        world.settle_down()


def lost_file(world: World) -> None:
    with disputed(world) as admin, wire_fault(world.sandbox, "/v1/files", NEVER_ARRIVES):
        evidence.add(world, admin, evidence.PDF, is_admin=True)
        evidence.submit(world, admin)


def lost_evidence(world: World) -> None:
    with disputed(world) as admin, wire_fault(world.sandbox, f"/v1/disputes/{at_the_bank(world)}", NEVER_ARRIVES):
        evidence.submit(world, admin)


def lost_acceptance(world: World) -> None:
    path = "/v1/disputes/{}/close"
    with disputed(world) as admin, wire_fault(world.sandbox, path.format(at_the_bank(world)), NEVER_ARRIVES):
        evidence.accept(world, admin)


@contextmanager
def disputed(world: World) -> Iterator[int]:
    """Let a bank ask about a payment, and an admin have something to say."""
    bought_with(world, FRAUD, 10_000)
    admin = world.person("Ada Admin", is_admin=True)
    evidence.write(world, admin, "Something")
    yield admin


def at_the_bank(world: World) -> object:
    return world.rows("SELECT provider_dispute_id FROM dispute")[0][0]


def at_provider(world: World, kind: str) -> list[str]:
    """Return the provider's objects of a kind."""
    with world.sandbox.sandbox.work() as work:
        return [row["id"] for row in work.rows("SELECT id FROM objects WHERE kind = %(kind)s ORDER BY seq", kind=kind)]


LOST: dict[str, tuple[Callable[[World], None], str, str]] = {
    "refund": (lost_refund, "SELECT status FROM refund", "completed"),
    "return": (lost_return, "SELECT status FROM unapplied_receipt", "returned"),
    "create_account": (lost_account, "SELECT (account_id IS NOT NULL)::text FROM seller_account", "true"),
    "create_customer": (lost_customer, "SELECT (customer_id IS NOT NULL)::text FROM provider_customer", "true"),
    "detach_method": (lost_removal, "SELECT status FROM saved_method", "removed"),
    "transfer": (lost_transfer, "SELECT status FROM payout", "in_transit"),
    "bank_payout": (lost_bank_payout, "SELECT status FROM payout", "in_transit"),
    "reversal": (lost_reversal, "SELECT status FROM transfer_reversal", "done"),
    "upload_file": (lost_file, "SELECT (provider_file_id IS NOT NULL)::text FROM dispute_file", "true"),
    "submit_evidence": (lost_evidence, "SELECT status FROM dispute", "under_review"),
    "accept_dispute": (lost_acceptance, "SELECT status FROM dispute", "lost"),
}
UNTOLD = ("create_account", "upload_file", "submit_evidence", "accept_dispute", "create_customer", "detach_method")
"""The provider says nothing of an account that nobody has opened yet, of customers, nor of files; and of a dispute or a
card not who did it."""


@pytest.mark.parametrize("kind", LOST)
def test_a_blocked_call_closes_by_itself_when_its_object_turns_up(world: World, kind: str) -> None:
    """By the provider's own message or the daily look, whatever was given up; the row stands where it would have."""
    lose, statement, end = LOST[kind]
    lose(world)
    call_id = blocked(world, kind)
    assert [row[0] for row in world.rows(statement)] != [end]
    make_it(world, call_id)
    if kind in UNTOLD:
        world.advance(days=1)
    world.settle_down()
    assert call_of(world, kind) == (call_id, "done")
    assert [row[0] for row in world.rows(statement)] == [end]
    world.advance(days=1)
    world.settle_down()
    assert call_of(world, kind) == (call_id, "done"), "it is asked for no second time"


@pytest.mark.parametrize("turns_up", ["by its payment", "by its end"])
def test_a_payment_page_nobody_heard_of_turns_up(world: World, turns_up: str) -> None:
    """The provider made it, every answer was lost, and the buyer was told that no page opened."""
    buyer = world.person()
    world.put_in_cart(buyer, world.listing(world.seller(), 10_000))
    answer_lost = Fault(after=True, status=500)
    with wire_fault(world.sandbox, "/v1/checkout/sessions", answer_lost), pytest.raises(Conflict, match="did not open"):
        world.check_out(buyer)
    call_id, status = call_of(world, "create_checkout")
    assert status == "unknown"
    [made] = at_provider(world, "checkout.session")
    if turns_up == "by its payment":
        world.sandbox.pay(made)
        world.sandbox.deliver_pending()
        assert world.rows("SELECT status FROM payment") == [("completed",)]
    else:
        world.advance(minutes=32)
    world.settle_down()
    world.advance(minutes=6)
    world.settle_down()
    assert call_of(world, "create_checkout") == (call_id, "done")
    assert world.rows("SELECT provider_session_id FROM payment") == [(made,)]
    assert at_provider(world, "checkout.session") == [made]
    assert len(at_provider(world, "charge")) == (turns_up == "by its payment")


def test_the_end_of_a_page_that_nobody_heard_of_turns_up(world: World) -> None:
    """The buyer goes back, the page is closed at the provider, the answer is lost, and its event comes first."""
    bought = world.open_purchase(10_000)
    closing = f"/v1/checkout/sessions/{bought.session_id}/expire"
    with wire_fault(world.sandbox, closing, Fault(after=True, status=500)):
        checkout.cancel(
            payment_id=bought.payment_id,
            buyer_id=bought.buyer_id,
            now=world.now,
            providers=world.providers,
            settings=world.settings,
        )
        world.sandbox.deliver_pending()
    call_id, status = call_of(world, "expire_checkout")
    assert status == "unknown"
    world.advance(minutes=2)
    world.settle_down()
    assert call_of(world, "expire_checkout") == (call_id, "done")
    assert world.rows("SELECT status FROM payment") == [("cancelled",)]
    assert world.rows("SELECT count(*) FROM outbound_call WHERE kind = 'expire_checkout'") == [(1,)]


def test_a_blocked_call_is_looked_up_once_a_day(world: World) -> None:
    """No message of it ever comes: the daily look finds it all the same."""
    lost_refund(world)
    call_id = blocked(world, "refund")
    make_it(world, call_id)
    world.sandbox.hold_webhooks()
    with world.sandbox.sandbox.work() as work:
        work.rows("UPDATE events SET created = 0")  # the provider does not list it any more
    world.tick()
    assert call_of(world, "refund") == (call_id, "blocked"), "once a day, not with every tick"
    world.advance(days=1)
    assert world.tick()["blocked calls looked up"] == 1
    world.sandbox.release_webhooks()
    assert call_of(world, "refund") == (call_id, "done")
    assert world.rows("SELECT status, attempt FROM refund") == [("completed", 2)], "taken from the seller once more"
    assert sent_back(world) == [("succeeded", 10_000)]


def test_what_a_person_may_decide_about_a_blocked_call(world: World) -> None:
    lost_refund(world)
    call_id = blocked(world, "refund")
    admin = world.person("Ada Admin", is_admin=True)
    [(refund_id, order_id)] = world.rows("SELECT id, order_id FROM refund")
    with pytest.raises(NotAllowed, match="Decide that first"):
        approve(world, int(str(refund_id)), 10_000, admin)
    with pytest.raises(Invalid, match="reason"):
        decide(world, CallStep.LOOK_UP, call_id, admin, reason=" ")
    with pytest.raises(NotAllowed):
        decide(world, CallStep.SEND_AGAIN, call_id, admin)
    assert decide(world, CallStep.LOOK_UP, call_id, admin) == "The provider has nothing of it."
    other = make_it_for_another(world)
    assert "not what this call asked for" in decide(world, CallStep.ADOPT, call_id, admin, object_id=other)
    assert "does not show" in decide(world, CallStep.ADOPT, call_id, admin, object_id="re_never")
    assert status_of(world, call_id) == "blocked"
    silent = Line(world.provider, {"find_refund"})
    assert "did not answer" in decide(world, CallStep.GIVE_UP, call_id, admin, provider=silent)
    assert status_of(world, call_id) == "blocked", "nobody gives up what nobody could look at"
    assert "given up" in decide(world, CallStep.GIVE_UP, call_id, admin)
    assert world.rows("SELECT status, error_code FROM outbound_call WHERE id = %s", call_id) == [
        ("refused", "given_up")
    ]
    approve(world, int(str(refund_id)), 10_000, admin)
    world.settle_down()
    assert world.rows("SELECT status FROM refund WHERE order_id = %s", order_id) == [("completed",)]
    kept = [(row.step, row.admin_id, bool(row.result)) for row in reversed(queries.decisions(call_id))]
    steps = (CallStep.LOOK_UP, CallStep.ADOPT, CallStep.ADOPT, CallStep.GIVE_UP, CallStep.GIVE_UP)
    assert kept == [(step, admin, True) for step in steps]


def make_it_for_another(world: World) -> str:
    """Return a refund at the provider that another row has asked for."""
    other = world.paid_purchase(10_000)
    approve(world, world.ask_refund(other, Wish(percent=50)), 5_000, world.person("Ann Admin", is_admin=True))
    return str(world.rows("SELECT provider_refund_id FROM refund WHERE provider_refund_id IS NOT NULL")[0][0])


def test_the_named_object_ends_the_call_once_for_two_clicks_and_two_admins(world: World) -> None:
    lost_transfer(world)
    call_id = blocked(world, "transfer")
    assert world.payouts() == [("refused", 18_790)]
    made = make_it(world, call_id).transfer_id
    admins = [world.person(f"{name} Admin", is_admin=True) for name in ("Ada", "Ann")]
    found = queries.call(call_id).summary
    seen = decisions.standing(found.status, found.sends, 0)

    def press(admin: int, token: str) -> Callable[[], object]:
        return lambda: decide(world, CallStep.ADOPT, call_id, admin, object_id=made, token=token, seen=seen)

    answers = at_once(
        world.app, [press(admins[0], "one-token-of-her-form")] * 3 + [press(admins[1], "another-token-here")]
    )
    assert len(queries.decisions(call_id)) == 1
    assert sum("fits" in str(answer) for answer in answers) == 1
    assert call_of(world, "transfer") == (call_id, "done")
    world.settle_down()
    assert world.transfers() == [18_790]
    assert world.payouts()[0][0] in {"in_transit", "paid"}


def test_an_unknown_call_may_be_sent_again_for_23_hours_only(world: World) -> None:
    refund_id = world.ask_refund(world.paid_purchase(10_000), Wish(percent=100))
    admin = world.person("Ada Admin", is_admin=True)
    approve(world, refund_id, 10_000, admin, provider=Line(world.provider, {"refund"}, happens=True))  # type: ignore[arg-type]
    call_id, status = call_of(world, "refund")
    assert status == "unknown"
    found = queries.call(call_id).summary
    late = world.now.replace(year=world.now.year + 1)
    assert CallStep.SEND_AGAIN in decisions.steps_of(found.kind, found.status, found.first_sent_at, world.now)
    assert CallStep.SEND_AGAIN not in decisions.steps_of(found.kind, found.status, found.first_sent_at, late)
    assert decide(world, CallStep.SEND_AGAIN, call_id, admin) == "The provider has it: the call is done."
    assert sent_back(world) == [("succeeded", 10_000)]
    with pytest.raises(NotAllowed):
        decide(world, CallStep.LOOK_UP, call_id, admin)

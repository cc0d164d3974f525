"""Sellers' accounts at the provider: one each, followed by re-reading, found again after a lost answer."""

import json
import secrets
from datetime import timedelta

import pytest
from flask import request

from marketplace.payouts import account_flows
from tests.builders import World
from tests.faults import Fault, wire_fault
from tests.operations.test_webhook_intake import post, signed
from tests.races import at_once, refusals

CONNECT = "/webhooks/stripe/connect"


def made(world: World) -> int:
    """Return how many accounts there are at the provider."""
    with world.sandbox.sandbox.work() as work:
        return len(work.find("account", type="express"))


def is_paused(world: World, seller_id: int) -> object:
    return world.rows("SELECT is_paused FROM shop WHERE seller_id = %s", seller_id)[0][0]


def path_of(world: World, seller_id: int) -> list[str]:
    """Return every status an account has had."""
    statement = (
        "SELECT to_status FROM status_change JOIN seller_account ON seller_account.id = subject_id"
        " WHERE subject = 'seller_account' AND seller_id = %s ORDER BY status_change.id"
    )
    return [str(status) for (status,) in world.rows(statement, seller_id)]


def event(account_id: str, kind: str, found: dict[str, object]) -> bytes:
    name = f"evt_{secrets.token_hex(6)}"
    head = {"id": name, "object": "event", "livemode": False, "type": kind, "account": account_id}
    return json.dumps({**head, "data": {"object": found}}).encode()


def arrive(world: World, body: bytes) -> list[tuple[object, ...]]:
    """Deliver an event to the Connect endpoint, signed, and return what became of it."""
    signature = signed(world, body, secret=world.sandbox.connect_secret)
    assert post(world, body, signature, CONNECT).status_code == 200
    world.tick()
    return world.rows("SELECT status, note FROM provider_event WHERE event_id = %s", json.loads(body)["id"])


def test_ten_clicks_make_one_account(world: World) -> None:
    seller_id = world.seller()
    answers = at_once(world.app, [lambda: world.begin_onboarding(seller_id)] * 10)
    found = {answer for answer in answers if isinstance(answer, str)}
    assert len(found) == 1
    assert all("being opened" in str(refusal) or "somebody" in str(refusal).lower() for refusal in refusals(answers))
    assert made(world) == 1
    assert world.rows("SELECT count(*), count(DISTINCT idempotency_key) FROM outbound_call") == [(1, 1)]
    assert world.begin_onboarding(seller_id) in found


def test_an_onboarded_seller_is_enabled_and_pays_to_their_bank(world: World) -> None:
    seller_id = world.seller()
    world.onboard(seller_id)
    assert path_of(world, seller_id) == ["started", "enabled"]
    statement = "SELECT transfers_enabled, payouts_enabled, details_submitted, bank_last4 FROM seller_account"
    assert world.rows(statement) == [(True, True, True, "6789")]
    found = world.provider.accounts.get(account_flows.account_queries.account_of(seller_id).account_id)
    assert found.seller_id == seller_id
    with world.sandbox.sandbox.work() as work:
        [account] = work.find("account", type="express")
    assert account.data["settings"]["payouts"]["schedule"]["interval"] == "manual"


@pytest.mark.parametrize("fault", [Fault(after=True, status=500), Fault(after=True), Fault(after=False, status=429)])
def test_an_account_whose_answer_was_lost_is_found_again(world: World, fault: Fault) -> None:
    seller_id = world.seller()
    with wire_fault(world.sandbox, "/v1/accounts", fault), pytest.raises(account_flows.Conflict):
        world.begin_onboarding(seller_id)
    assert world.account_status(seller_id) == "started"
    world.advance(days=2)  # the key may be forgotten by now: it is looked up and not sent again
    world.tick()
    account_id = None if not fault.after else account_flows.account_queries.account_of(seller_id).account_id
    assert world.begin_onboarding(seller_id) == (account_id or world.begin_onboarding(seller_id))
    assert made(world) == 1


def test_an_event_may_be_faster_than_the_answer(world: World) -> None:
    seller_id = world.seller()
    with wire_fault(world.sandbox, "/v1/accounts", Fault(after=True)), pytest.raises(account_flows.Conflict):
        world.begin_onboarding(seller_id)
    with world.sandbox.sandbox.work() as work:
        [account] = work.find("account", type="express")
    world.sandbox.set_up(account.id)
    world.settle_down()
    assert world.account_status(seller_id) == "enabled"
    assert world.begin_onboarding(seller_id) == account.id
    world.advance(minutes=2)
    world.tick()  # the call itself is sent again with its key and finds the same account
    assert made(world) == 1
    assert world.rows("SELECT status FROM outbound_call") == [("done",)]


def test_restricted_on_day_29_and_back_on_day_40(world: World) -> None:
    seller_id = world.seller()
    account_id = world.onboard(seller_id)
    world.advance(days=29)
    world.press(account_id, "restrict")
    assert (world.account_status(seller_id), is_paused(world, seller_id)) == ("restricted", True)
    world.advance(days=11)
    world.press(account_id, "verify")
    assert (world.account_status(seller_id), is_paused(world, seller_id)) == ("enabled", False)
    assert path_of(world, seller_id) == ["started", "enabled", "restricted", "enabled"]


def test_a_disconnected_seller_may_begin_anew(world: World) -> None:
    seller_id = world.seller()
    first = world.onboard(seller_id)
    world.press(first, "disconnect")
    assert (world.account_status(seller_id), is_paused(world, seller_id)) == ("disconnected", True)
    second = world.onboard(seller_id)
    assert second != first
    assert path_of(world, seller_id) == ["started", "enabled", "disconnected", "started", "enabled"]
    assert is_paused(world, seller_id) is False
    [(status, note)] = arrive(world, event(first, "account.application.deauthorized", {"id": "ca_1"}))
    assert (status, note) == ("ignored", "No seller here has this account.")
    assert world.account_status(seller_id) == "enabled"


def test_an_account_whose_events_are_lost_is_read_again_within_a_day(world: World) -> None:
    seller_id = world.seller()
    account_id = world.begin_onboarding(seller_id)
    world.sandbox.hold_webhooks()
    try:
        world.sandbox.set_up(account_id)
        world.tick()
        assert world.account_status(seller_id) == "started"
        world.advance(days=1)
        assert world.tick()["accounts read"] == 1
        assert world.account_status(seller_id) == "enabled"
        world.sandbox.press(account_id, "require", days="3")
        account_flows.read_again(
            account_id, actor=account_flows.Actor.job("test"), provider=world.provider, now=world.now
        )
        world.advance(days=4)
        # By itself: in a tick the provider's list of events would tell it first.
        providers = {"stripe": world.provider}
        counts = [account_flows.read_unheard(providers=providers, now=world.now) for _ in range(2)]
    finally:
        world.sandbox.release_webhooks()
    assert (counts, world.account_status(seller_id)) == ([1, 0], "restricted")


def test_what_an_event_says_of_an_account_is_never_believed(world: World) -> None:
    seller_id = world.seller()
    account_id = world.onboard(seller_id)
    stale = {"id": account_id, "object": "account", "payouts_enabled": False, "capabilities": {"transfers": "inactive"}}
    assert arrive(world, event(account_id, "account.updated", stale))[0][0] == "applied"
    assert arrive(world, event(account_id, "account.application.deauthorized", {"id": "ca_1"}))[0][0] == "applied"
    assert path_of(world, seller_id) == ["started", "enabled"]


def test_an_earlier_reading_that_comes_later_changes_nothing(world: World) -> None:
    seller_id = world.seller()
    account_id = world.onboard(seller_id)
    before = world.now - timedelta(minutes=1)
    world.sandbox.press(account_id, "restrict")
    actor = account_flows.Actor.job("test")
    account_flows.read_again(account_id, actor=actor, provider=world.provider, now=before)
    assert world.account_status(seller_id) == "enabled"
    world.settle_down()
    assert world.account_status(seller_id) == "restricted"


def test_accounts_of_others_are_nobodys_business(world: World) -> None:
    theirs = {"id": "acct_theirs", "object": "account", "metadata": {"seller_id": "1", "installation": "another"}}
    assert arrive(world, event("acct_theirs", "account.updated", theirs))[0][0] == "ignored"
    unmarked = {"id": "acct_unmarked", "object": "account", "metadata": {}}
    assert arrive(world, event("acct_unmarked", "account.updated", unmarked))[0][0] == "ignored"


def test_no_event_of_a_sellers_account_can_pay_a_purchase(world: World) -> None:
    bought = world.open_purchase(10_000)
    ours = str(world.rows("SELECT uuid FROM installation")[0][0])
    charge = {
        "id": "ch_forged",
        "object": "charge",
        "payment_intent": "pi_forged",
        "status": "succeeded",
        "amount": 10_000,
        "currency": "usd",
        "metadata": {"payment_id": str(bought.payment_id), "installation": ours},
    }
    [(status, note)] = arrive(world, event("acct_seller", "charge.succeeded", charge))
    assert (status, note) == ("ignored", "No rule of ours needs this type.")
    assert world.rows("SELECT status FROM payment") == [("pending",)]


def test_each_endpoint_has_its_own_secret(world: World) -> None:
    body = event("acct_1", "account.updated", {"id": "acct_1", "object": "account"})
    for path, secret in ((CONNECT, world.sandbox.webhook_secret), ("/webhooks/stripe", world.sandbox.connect_secret)):
        assert post(world, body, signed(world, body, secret=secret), path).status_code == 400
    assert post(world, body, None, CONNECT).status_code == 400
    assert (
        post(world, body, signed(world, body, secret=world.sandbox.connect_secret, age=310), CONNECT).status_code == 400
    )
    assert world.rows("SELECT count(*) FROM provider_event") == [(0,)]


def test_an_account_that_the_provider_will_not_show_is_asked_for_once_a_day(world: World) -> None:
    world.begin_onboarding(world.seller())
    world.settle_down()
    asked: list[str] = []

    def refuse() -> tuple[dict[str, object], int] | None:
        if request.method != "GET" or not request.path.startswith("/v1/accounts/"):
            return None
        asked.append(request.path)
        return {"error": {"type": "invalid_request_error", "code": "resource_missing", "message": "No."}}, 404

    befores = world.sandbox.app.before_request_funcs.setdefault(None, [])
    befores.append(refuse)
    try:
        world.advance(days=2)
        for _ in range(3):
            world.tick()
    finally:
        befores.remove(refuse)
    assert len(asked) == 1

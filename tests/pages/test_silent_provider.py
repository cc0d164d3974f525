"""A provider that is slow or silent: pages wait a bounded time, claim nothing, and say what goes on by itself."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from marketplace.providers.stripe import StripeProvider
from marketplace.refunds import queries
from marketplace.refunds.wishes import Wish
from tests.builders import PASSWORD, World, form_token
from tests.faults import Fault, Line, wire_fault
from tests.journeys import test_dispute_evidence as desk
from tests.journeys.test_disputes import FRAUD, bought_with
from tests.pages.test_checkout import TYPED, hidden, parsed, shopper
from tests.pages.test_dispute_pages import number, people, post
from tests.pages.test_payout_pages import choose, due, said
from tests.pages.test_refund_pages import looked_at

SILENT = Fault(after=False)


@contextmanager
def asking(world: World, provider: Any, **settings: object) -> Iterator[None]:
    """Let the application ask another provider, or be told otherwise, until the block ends."""
    extensions = world.app.extensions
    before = extensions["providers"], extensions["settings"]
    extensions["providers"] = {**before[0], "stripe": provider}
    extensions["settings"] = replace(before[1], **settings)  # type: ignore[arg-type]
    try:
        yield
    finally:
        extensions["providers"], extensions["settings"] = before


def test_a_buyer_waits_twice_the_patience_and_the_basket_is_kept(world: World) -> None:
    """One try, one more, and an answer: whatever else would have been asked is left to the janitor."""
    client, _ = shopper(world, 10_000)
    earlier = parsed(client.get("/checkout/USD"))
    assert client.post("/checkout/USD", data={**hidden(earlier), **TYPED}).status_code == 303
    fields = {**hidden(parsed(client.get("/checkout/USD"))), **TYPED}
    impatient = StripeProvider(replace(world.settings, provider_timeout_seconds=1))
    [(session_id,)] = world.rows("SELECT provider_session_id FROM payment")
    slow = Fault(after=False, status=503, seconds=1.2)
    path = f"/v1/checkout/sessions/{session_id}/expire"
    with (
        asking(world, impatient, provider_timeout_seconds=1),
        wire_fault(world.sandbox, path, slow),
        wire_fault(world.sandbox, "/v1/checkout/sessions", slow) as asked,
    ):
        began = time.monotonic()
        answer = client.post("/checkout/USD", data=fields, follow_redirects=True)
        took = time.monotonic() - began
    assert took < 6, "two timeouts of a second, and what a busy machine adds"
    assert len(asked) <= 1, "closing the old page has used the patience up"
    assert "Nothing was charged and your basket is kept" in said(answer.text)
    assert world.rows("SELECT count(*) FROM cart_line") == [(1,)]
    world.advance(minutes=1)
    world.settle_down()
    again = client.post("/checkout/USD", data={**hidden(parsed(client.get("/checkout/USD"))), **TYPED})
    assert again.status_code == 303
    assert again.location.startswith(world.sandbox.base_url)


def test_checking_a_payment_says_whether_anybody_answered(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.pay(bought)
    client = world.client(bought.buyer_id)
    page = f"/checkout/return/{bought.payment_id}"
    with asking(world, Line(world.provider, {"get_checkout"})):
        shown = client.get(page).text
        assert "confirm" in parsed(client.get(page)).select_one("h1").get_text().lower()
        told = client.post(f"{page}/verify", data={"csrf_token": form_token(shown)}, follow_redirects=True).text
    assert "does not answer right now" in said(told)
    assert "You need not pay again" in said(told)
    client.post(f"{page}/verify", data={"csrf_token": form_token(shown)})
    assert world.rows("SELECT status FROM payment") == [("completed",)]


def test_a_withdrawal_without_an_answer_claims_nothing(world: World) -> None:
    seller_id = due(world, 10_000)
    choose(world, seller_id, "manual")
    world.settle_down()
    seller = world.client(seller_id)
    form = {"csrf_token": form_token(seller.get("/seller/payouts/withdraw").text), "currency": "USD"}
    with wire_fault(world.sandbox, "/v1/transfers", SILENT):
        told = seller.post("/seller/payouts/withdraw", data={**form, "password": PASSWORD}, follow_redirects=True).text
    assert "$93.80 is being sent. The provider has not answered yet" in said(told)
    assert world.payouts() == [("pending", 9_380)]
    world.advance(minutes=1)
    world.settle_down()
    assert world.payouts() == [("in_transit", 9_380)]


def test_a_seller_without_a_link_is_told_so(world: World) -> None:
    seller_id = world.seller()
    client = world.client(seller_id)
    form = {"csrf_token": form_token(client.get("/seller/payouts/setup").text), "country": "US"}
    for path in ("/v1/accounts", "/v1/account_links"):
        with wire_fault(world.sandbox, path, SILENT):
            told = client.post("/seller/payouts/setup", data=form, follow_redirects=True).text
        assert "does not answer right now" in said(told) or "being opened" in said(told)
        world.advance(minutes=1)
        world.settle_down()
    assert client.post("/seller/payouts/setup", data=form).location.startswith(world.sandbox.base_url)


def test_a_loss_is_accepted_once_the_provider_says_so(world: World) -> None:
    bought_with(world, FRAUD, 10_000)
    admin, _, _ = people(world)
    page = f"/admin/disputes/{number(world)}"
    [(dispute_id,)] = world.rows("SELECT provider_dispute_id FROM dispute")
    with wire_fault(world.sandbox, f"/v1/disputes/{dispute_id}/close", SILENT):
        told = post(admin, f"{page}/accept", f"{page}/accept", amount_minor="10000").text
    assert "The provider has not answered yet" in said(told)
    assert "The loss is accepted" not in said(told)
    world.advance(minutes=1)
    world.settle_down()
    assert world.rows("SELECT status FROM dispute") == [("lost",)]


@pytest.mark.parametrize("deed", ["refund approved", "withdrawn", "evidence handed over"])
def test_nobody_waits_longer_than_two_timeouts_and_it_goes_on_by_itself(world: World, deed: str) -> None:
    """However many calls a press plans, the page answers; what is left of them is the janitor's."""
    press, path, status = {
        "refund approved": (approving, "/v1/refunds", "SELECT status FROM refund"),
        "withdrawn": (withdrawing, "/v1/transfers", "SELECT status FROM payout"),
        "evidence handed over": (submitting, "/v1/files", "SELECT status FROM dispute"),
    }[deed]
    go = press(world)
    impatient = StripeProvider(replace(world.settings, provider_timeout_seconds=1))
    with (
        asking(world, impatient, provider_timeout_seconds=1),
        wire_fault(world.sandbox, path, Fault(after=False, status=503, seconds=1.2)) as asked,
    ):
        began = time.monotonic()
        told = go()
        took = time.monotonic() - began
    assert took < 6, "two timeouts of a second, and what a busy machine adds"
    assert 1 <= len(asked) <= 2
    assert "not answered" in told or "being sent" in told or "handed over" in told
    before = world.rows(status)
    world.advance(minutes=1)
    world.settle_down()
    world.advance(minutes=6)
    world.settle_down()
    after = world.rows(status)
    assert (before, after) in (
        ([("approved",)], [("completed",)]),
        ([("pending",)], [("in_transit",)]),
        ([("needs_response",)], [("under_review",)]),
    )


def approving(world: World) -> Callable[[], str]:
    number_ = queries.number_of(world.ask_refund(world.paid_purchase(10_000), Wish(percent=100)))
    admin = world.client(world.person("Ada Admin", is_admin=True))
    form = looked_at(admin, number_)
    return lambda: said(admin.post(f"/admin/refunds/{number_}/approve", data=form, follow_redirects=True).text)


def withdrawing(world: World) -> Callable[[], str]:
    seller_id = due(world, 10_000)
    choose(world, seller_id, "manual")
    world.settle_down()
    seller, page = world.client(seller_id), "/seller/payouts/withdraw"
    form = {"csrf_token": form_token(seller.get(page).text), "currency": "USD", "password": PASSWORD}
    return lambda: said(seller.post(page, data=form, follow_redirects=True).text)


def submitting(world: World) -> Callable[[], str]:
    bought_with(world, FRAUD, 10_000)
    admin_id = world.person("Ada Admin", is_admin=True)
    desk.write(world, admin_id, "Something")
    for _ in range(3):
        desk.add(world, admin_id, desk.PDF, is_admin=True)
    admin, page = world.client(admin_id), f"/admin/disputes/{number(world)}"
    token = {"csrf_token": form_token(admin.get(f"{page}/submit").text)}
    return lambda: said(admin.post(f"{page}/submit", data=token, follow_redirects=True).text)

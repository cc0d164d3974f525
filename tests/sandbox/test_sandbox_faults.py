"""Fault switches: how requests, webhooks and objects go wrong when somebody asks for it, and that it ends."""

import time

import pytest
import stripe

from marketplace.sandbox.delivery import Answer
from marketplace.sandbox.faults import Kind
from marketplace.sandbox.inprocess import API_KEY, RunningSandbox

DAY = 86_400


@pytest.fixture
def refund(client, pay):
    """Return what asks for a refund of one payment, always with the same key."""
    paid = pay()

    def ask(key: str = "k1") -> stripe.Refund:
        return client.v1.refunds.create(
            {"payment_intent": paid.payment_intent.id, "amount": 100, "metadata": {"row": "7"}},
            {"idempotency_key": key},
        )

    return ask


def refunds_there(client) -> int:
    return len(client.v1.refunds.list().data)


@pytest.mark.parametrize(
    ("kind", "error", "status"),
    [
        (Kind.DROP_BEFORE, stripe.APIConnectionError, None),
        (Kind.OUTAGE, stripe.APIConnectionError, None),
        (Kind.SERVER_ERROR, stripe.APIError, 500),
        (Kind.CONFLICT, stripe.StripeError, 409),
        (Kind.RATE_LIMIT, stripe.RateLimitError, 429),
        (Kind.LOCK_TIMEOUT, stripe.RateLimitError, 429),
    ],
)
def test_before_its_effect_nothing_happens_and_the_same_key_does_it_once(sandbox, client, refund, kind, error, status):
    sandbox.faults.add(kind, method="POST", path="/v1/refunds", times=1)
    with pytest.raises(error) as failed:
        refund()
    assert failed.value.http_status == status
    assert refunds_there(client) == 0
    assert refund().id == refund().id
    assert refunds_there(client) == 1
    assert [(one.kind, one.path, one.key) for one in sandbox.faults.strikes()] == [(kind, "/v1/refunds", "k1")]


@pytest.mark.parametrize(
    ("kind", "error", "status"),
    [
        (Kind.DROP_AFTER, stripe.APIConnectionError, None),
        (Kind.TRUNCATED, stripe.APIConnectionError, None),
        (Kind.HTML, stripe.APIError, 502),
    ],
)
def test_after_its_effect_the_same_key_shows_what_has_happened(sandbox, client, refund, kind, error, status):
    sandbox.faults.add(kind, method="POST", path="/v1/refunds", times=1)
    with pytest.raises(error) as failed:
        refund()
    assert failed.value.http_status == status
    assert refunds_there(client) == 1
    assert refund().id == client.v1.refunds.list().data[0].id
    assert refunds_there(client) == 1


@pytest.mark.parametrize(("kind", "happened"), [(Kind.SERVER_ERROR_SAVED, 0), (Kind.SERVER_ERROR_AFTER, 1)])
def test_a_500_under_a_key_comes_again_with_the_key(sandbox, client, refund, kind, happened):
    sandbox.faults.add(kind, method="POST", path="/v1/refunds", times=1)
    for _ in range(2):
        with pytest.raises(stripe.APIError) as failed:
            refund()
        assert failed.value.http_status == 500
    assert refunds_there(client) == happened
    assert refund("k2").status == "succeeded"


def test_a_business_refusal_is_kept_under_its_key(sandbox, client, refund):
    sandbox.faults.add(Kind.REFUSED, path="/v1/refunds", code="charge_disputed", times=1)
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError) as failed:
            refund()
        assert failed.value.code == "charge_disputed"
    assert refund("k2").status == "succeeded"


@pytest.mark.parametrize("status", ["200", "404"])
def test_a_page_of_somebody_in_between_has_the_status_it_likes(sandbox, client, refund, status):
    sandbox.faults.add(Kind.HTML, path="/v1/refunds", code=status, times=1)
    with pytest.raises(stripe.APIError) as failed:
        refund()
    assert failed.value.http_status == int(status)
    assert refunds_there(client) == 1


def test_requests_and_answers_can_be_slow(sandbox, client):
    sandbox.faults.add(Kind.DELAY, path="/v1/balance", seconds=1, times=1)
    sandbox.faults.add(Kind.SLOW_BODY, path="/v1/events", seconds=1, times=1)
    for ask in (client.v1.balance.retrieve, client.v1.events.list):
        started = time.monotonic()
        ask()
        assert time.monotonic() - started > 0.8
        ask()


def test_a_fault_strikes_only_what_it_is_meant_for(sandbox, client, refund):
    first = refund()
    for narrowed in (
        {"method": "GET"},
        {"path": "/v1/transfers*"},
        {"object": "re_0000000000000000"},
        {"metadata": {"row": "8"}},
    ):
        sandbox.faults.add(Kind.SERVER_ERROR, **{"path": "/v1/refunds", **narrowed})
    refund("k2")
    sandbox.faults.clear()
    sandbox.faults.add(Kind.SERVER_ERROR, object=first.id)
    sandbox.faults.add(Kind.RATE_LIMIT, metadata={"row": "7"})
    with pytest.raises(stripe.APIError):
        client.v1.refunds.retrieve(first.id)
    with pytest.raises(stripe.RateLimitError):
        refund("k3")
    assert refunds_there(client) == 2


def test_chance_is_the_same_for_the_same_seed(sandbox, client):
    def run(seed: int) -> list[bool]:
        rule = sandbox.faults.add(Kind.RATE_LIMIT, path="/v1/balance", probability=0.5, seed=seed)
        spared = []
        for _ in range(12):
            try:
                client.v1.balance.retrieve()
                spared.append(True)
            except stripe.RateLimitError:
                spared.append(False)
        sandbox.faults.remove(rule.id)
        assert len(sandbox.faults.strikes(rule.id)) == spared.count(False)
        return spared

    one, other = run(1), run(2)
    assert one == run(1)
    assert one != other
    assert True in one
    assert False in one


def test_every_process_sees_a_fault_and_its_end(sandbox, client, clean_database, tmp_path):
    with RunningSandbox(clean_database, tmp_path) as second:
        rule = second.faults.add(Kind.RATE_LIMIT, for_seconds=600)
        with pytest.raises(stripe.RateLimitError):
            client.v1.balance.retrieve()
        assert [one.struck for one in second.faults.active()] == [1]
        second.faults.remove(rule.id)
        client.v1.balance.retrieve()
        sandbox.faults.add(Kind.RATE_LIMIT, for_seconds=600)
        sandbox.advance_clock(601)
        client.v1.balance.retrieve()


def test_while_the_provider_is_down_its_pages_are_closed_and_no_webhook_goes_out(sandbox, client, pay, new_session):
    pay()
    open_session = new_session()
    sandbox.faults.add(Kind.OUTAGE, for_seconds=1_800)
    with pytest.raises(stripe.APIConnectionError):
        client.v1.balance.retrieve()
    assert sandbox.pay(open_session.id).status == 503
    assert sandbox.deliver_pending() == []
    sandbox.advance_clock(1_801)
    assert sandbox.pay(open_session.id).outcome == "paid"
    assert {one.status for one in sandbox.deliver_pending()} == {200}


def told(receiver) -> list[str]:
    return [event.id for event in receiver.seen if event.type == "checkout.session.completed"]


def test_a_lost_webhook_never_arrives(sandbox, client, receiver, pay):
    sandbox.faults.add("lost", event="checkout.session.*", times=1)
    pay()
    sandbox.deliver_pending()
    sandbox.advance_clock(4 * DAY)
    sandbox.deliver_pending()
    assert told(receiver) == []
    missed = client.v1.events.list({"delivery_success": False}).data
    assert [event.type for event in missed] == ["checkout.session.completed"]
    assert [one.event_id for one in sandbox.faults.strikes()] == [missed[0].id]
    pay()
    sandbox.deliver_pending()
    assert len(told(receiver)) == 1


def test_a_webhook_comes_several_times_under_one_id_or_under_two(sandbox, receiver, pay):
    sandbox.faults.add("doubled", event="checkout.session.*", copies=3, times=1)
    pay()
    sandbox.deliver_pending()
    assert len(told(receiver)) == 3
    assert len(set(told(receiver))) == 1
    sandbox.faults.add("new_id", event="checkout.session.*", times=1)
    pay()
    sandbox.deliver_pending()
    sandbox.deliver_pending()
    both = [event for event in receiver.seen if event.id in told(receiver)[3:]]
    assert len({event.id for event in both}) == 2
    assert len({event.data.object.id for event in both}) == 1


def test_a_webhook_is_late_by_up_to_three_days_and_then_retried_as_long_as_any(sandbox, receiver, pay):
    sandbox.faults.add("late", event="checkout.session.*", seconds=3 * DAY, times=1)
    pay()
    sandbox.deliver_pending()
    sandbox.advance_clock(3 * DAY - 60)
    sandbox.deliver_pending()
    assert told(receiver) == []
    receiver.status = 500
    for _ in range(2):
        sandbox.advance_clock(60)
        sandbox.deliver_pending()
    receiver.status = 200
    sandbox.advance_clock(DAY)
    sandbox.deliver_pending()
    assert len(told(receiver)) == 3


def test_webhooks_overtake_each_other(sandbox, receiver, pay):
    sandbox.faults.add("reordered", seed=3, seconds=600)
    pay()
    meant = [event["id"] for event in sandbox.events()]
    for _ in range(11):
        sandbox.deliver_pending()
        sandbox.advance_clock(60)
    arrived = [event.id for event in receiver.seen]
    assert sorted(arrived) == sorted(meant)
    assert arrived != meant


def test_a_stale_webhook_shows_the_object_as_it_was(sandbox, client, receiver, pay):
    sandbox.faults.add("stale", event="checkout.session.*")
    session = pay()
    sandbox.deliver_pending()
    shown = next(event for event in receiver.seen if event.type == "checkout.session.completed").data.object
    assert (shown.id, shown.status, shown.payment_status) == (session.id, "open", "unpaid")
    assert client.v1.events.list({"type": "checkout.session.completed"}).data[0].data.object.status == "complete"


def test_webhooks_arrive_before_the_answer(sandbox, receiver, refund):
    sandbox.deliver_pending()
    sandbox.faults.add("early", event="refund.created")
    sandbox.faults.add("drop_after", path="/v1/refunds", times=1)
    with pytest.raises(stripe.APIConnectionError):
        refund()
    assert [event.type for event in receiver.seen].count("refund.created") == 1
    assert "charge.refunded" not in receiver.types


def test_a_wrong_signature_is_tried_again_with_the_right_one(clean_database, tmp_path):
    answers = []

    def endpoint(_url, body, headers) -> Answer:
        try:
            stripe.Webhook.construct_event(body, headers["Stripe-Signature"], "whsec_sandbox")
        except stripe.SignatureVerificationError:
            answers.append(400)
        else:
            answers.append(200)
        return Answer(answers[-1], "")

    with RunningSandbox(clean_database, tmp_path, webhook_url="http://shop.test/hook", transport=endpoint) as sandbox:
        client = stripe.StripeClient(API_KEY, base_addresses={"api": sandbox.base_url}, max_network_retries=0)
        sandbox.faults.add("bad_signature", times=1)
        client.v1.accounts.create({"type": "express", "country": "US"})
        client.v1.webhook_endpoints.create({"url": "http://other.test", "enabled_events": ["charge.failed"]})
        with sandbox.sandbox.work() as work:
            assert work.row("SELECT count(*) AS n FROM deliveries")["n"] == 0
        made = client.v1.checkout.sessions.create(
            {
                "mode": "payment",
                "success_url": "http://shop.test/done",
                "line_items": [
                    {
                        "quantity": 1,
                        "price_data": {"currency": "usd", "unit_amount": 500, "product_data": {"name": "Jack"}},
                    }
                ],
            }
        )
        client.v1.checkout.sessions.expire(made.id)
        sandbox.deliver_pending()
        sandbox.advance_clock(10)
        sandbox.deliver_pending()
    assert answers == [400, 200]


def test_a_webhook_goes_to_the_wrong_endpoint_too(sandbox, receiver, connect_receiver, pay):
    sandbox.faults.add("wrong_endpoint", event="checkout.session.*", times=1)
    pay()
    sandbox.deliver_pending()
    assert told(receiver) == told(connect_receiver)
    assert [event.type for event in connect_receiver.seen] == ["checkout.session.completed"]


def test_a_refund_fails_long_after_it_succeeded(sandbox, client, refund):
    sandbox.faults.add("refund_fails", times=1)
    first, second = refund(), refund("k2")
    sandbox.advance_clock(20 * DAY)
    sandbox.run_due()
    assert client.v1.refunds.retrieve(first.id).status == "failed"
    assert client.v1.refunds.retrieve(second.id).status == "succeeded"
    sandbox.faults.add("refund_fails", object=second.id, seconds=0)
    sandbox.run_due()
    assert client.v1.refunds.retrieve(second.id).status == "failed"


def test_a_decided_dispute_is_reopened_and_a_fee_is_late(sandbox, client, pay):
    sandbox.faults.add("dispute_reopens", times=1)
    sandbox.faults.add("fee_late", seconds=7_200, times=1)
    paid = pay("4000000000000259").payment_intent.latest_charge
    assert client.v1.charges.retrieve(paid.id).balance_transaction is None
    dispute = client.v1.disputes.list({"charge": paid.id}).data[0]
    client.v1.disputes.close(dispute.id)
    sandbox.advance_clock(DAY)
    sandbox.run_due()
    assert client.v1.disputes.retrieve(dispute.id).status == "needs_response"
    assert client.v1.charges.retrieve(paid.id).balance_transaction


def test_what_goes_wrong_at_a_sellers_account(sandbox, client, pay, new_account):
    account = new_account()
    sandbox.set_up(account.id)
    pay("4000000000000077", 100_000)
    send = {"amount": 5_000, "currency": "usd", "destination": account.id}
    sandbox.faults.add("transfer_reversed", seconds=60, times=1)
    reversed_one, kept = (client.v1.transfers.create(send) for _ in range(2))
    sandbox.advance_clock(60)
    sandbox.run_due()
    assert client.v1.transfers.retrieve(reversed_one.id).amount_reversed == 5_000
    assert client.v1.transfers.retrieve(kept.id).amount_reversed == 0
    sandbox.faults.add("payout_fails", times=1)
    payout = client.v1.payouts.create({"amount": 1_000, "currency": "usd"}, {"stripe_account": account.id})
    for _ in range(3):
        sandbox.advance_clock(3 * DAY)
        sandbox.run_due()
    assert [event["type"] for event in sandbox.events(object_id=payout.id)][-2:] == ["payout.paid", "payout.failed"]
    sandbox.faults.add("account_disabled", object=account.id)
    sandbox.run_due()
    assert not client.v1.accounts.retrieve(account.id).payouts_enabled

"""Webhooks: signed, retried on virtual time, on record, and told to whom they concern."""

import time

import pytest
import stripe

from marketplace.sandbox.delivery import GIVE_UP_SECONDS, RETRY_SECONDS, signature
from marketplace.sandbox.inprocess import RunningSandbox

BODY = b'{"object": "event"}'


@pytest.mark.parametrize("secrets", [["whsec_a"], ["whsec_b", "whsec_a"]])
def test_stripes_own_code_accepts_the_signature(secrets):
    header = signature(BODY, secrets, int(time.time()))
    assert header.count("v1=") == len(secrets)
    assert stripe.WebhookSignature.verify_header(BODY.decode(), header, "whsec_a", tolerance=300)


def test_stripes_own_code_refuses_another_secret_and_an_old_time():
    for header in (
        signature(BODY, ["whsec_b"], int(time.time())),
        signature(BODY, ["whsec_a"], int(time.time()) - 301),
    ):
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.WebhookSignature.verify_header(BODY.decode(), header, "whsec_a", tolerance=300)


def test_signatures_carry_system_time_even_far_in_the_virtual_future(sandbox, receiver, pay):
    sandbox.advance_clock(400 * 86_400)
    pay()
    sandbox.deliver_pending()
    stamp = int(receiver.headers[0]["Stripe-Signature"].split(",")[0].removeprefix("t="))
    assert abs(stamp - time.time()) < 30
    assert receiver.seen[0].created > time.time() + 399 * 86_400


def test_a_failed_webhook_is_tried_again_on_the_ladder_for_three_days(sandbox, client, receiver, new_session):
    receiver.status = 500
    client.v1.checkout.sessions.expire(new_session().id)
    tries, waited = len(sandbox.deliver_pending()), 0
    assert sandbox.deliver_pending() == []
    for step in (*RETRY_SECONDS, *[RETRY_SECONDS[-1]] * 5):
        sandbox.advance_clock(step)
        waited += step
        made = len(sandbox.deliver_pending())
        tries += made
        if not made:
            break
    assert waited > GIVE_UP_SECONDS
    assert tries == len(receiver.seen)
    assert client.v1.events.list({"delivery_success": False}).data[0].pending_webhooks == 0


def test_pending_webhooks_counts_down(sandbox, client, receiver, new_session):
    client.v1.webhook_endpoints.create({"url": "http://other.test/hook", "enabled_events": ["charge.failed"]})
    client.v1.checkout.sessions.expire(new_session().id)
    assert client.v1.events.list().data[0].pending_webhooks == 1
    sandbox.deliver_pending()
    assert receiver.seen[0].pending_webhooks == 1
    event = client.v1.events.list().data[0]
    assert event.pending_webhooks == 0
    assert [e.id for e in client.v1.events.list({"delivery_success": True}).data] == [event.id]


@pytest.mark.parametrize("status", [199, 301, 302, 400, 500])
def test_anything_but_2xx_is_a_failure(sandbox, client, receiver, new_session, status):
    receiver.status = status
    client.v1.checkout.sessions.expire(new_session().id)
    sandbox.deliver_pending()
    assert client.v1.events.list({"delivery_success": False}).data[0].pending_webhooks == 1


def test_events_are_snapshots(sandbox, client, receiver, pay):
    charge = pay().payment_intent.latest_charge
    client.v1.refunds.create({"charge": charge.id})
    event = client.v1.events.list({"type": "charge.succeeded"}).data[0]
    assert event.data.object["amount_refunded"] == 0


def test_an_event_names_the_request_and_the_key_that_caused_it(client, pay):
    charge = pay().payment_intent.latest_charge
    refund = client.v1.refunds.create({"charge": charge.id}, {"idempotency_key": "inst/refund/7/1"})
    event = client.v1.events.list({"type": "refund.created"}).data[0]
    assert (event.request.id, event.request.idempotency_key) == (refund.last_response.request_id, "inst/refund/7/1")
    hosted = client.v1.events.list({"type": "charge.succeeded"}).data[0]
    assert (hosted.request.id, hosted.request.idempotency_key) == (None, None)


def test_the_api_forgets_events_after_30_days(sandbox, client, pay):
    pay()
    event = client.v1.events.list().data[0]
    assert client.v1.events.retrieve(event.id).id == event.id
    sandbox.advance_clock(30 * 86_400)
    assert client.v1.events.list({"type": event.type}).data == []
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.events.retrieve(event.id)


def test_types_filter(client, pay):
    pay()
    found = client.v1.events.list({"types": ["charge.succeeded", "charge.updated"]})
    assert {e.type for e in found.data} == {"charge.succeeded", "charge.updated"}


class TestEndpoints:
    def test_the_secret_is_shown_once(self, client):
        made = client.v1.webhook_endpoints.create({"url": "https://other.test/hook", "enabled_events": ["*"]})
        assert made.secret.startswith("whsec_")
        assert "secret" not in client.v1.webhook_endpoints.retrieve(made.id)

    def test_change_disable_delete(self, client):
        made = client.v1.webhook_endpoints.create({"url": "https://other.test/hook", "enabled_events": ["*"]})
        changed = client.v1.webhook_endpoints.update(made.id, {"disabled": True, "enabled_events": ["charge.failed"]})
        assert (changed.status, changed.enabled_events) == ("disabled", ["charge.failed"])
        assert client.v1.webhook_endpoints.delete(made.id).deleted
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.webhook_endpoints.retrieve(made.id)

    def test_at_most_sixteen(self, client):
        for number in range(15):
            client.v1.webhook_endpoints.create({"url": f"https://other.test/{number}", "enabled_events": ["*"]})
        with pytest.raises(stripe.InvalidRequestError, match="16"):
            client.v1.webhook_endpoints.create({"url": "https://other.test/last", "enabled_events": ["*"]})

    def test_a_disabled_endpoint_gets_nothing_more(self, sandbox, client, receiver, new_session):
        receiver.status = 500
        client.v1.checkout.sessions.expire(new_session().id)
        sandbox.deliver_pending()
        endpoint = client.v1.webhook_endpoints.list().data[0]
        client.v1.webhook_endpoints.update(endpoint.id, {"disabled": True})
        sandbox.advance_clock(86_400)
        assert sandbox.deliver_pending() == []

    def test_the_one_from_the_environment_is_made_once(self, clean_database, tmp_path, receiver):
        found = []
        for _ in range(2):
            with RunningSandbox(clean_database, tmp_path, webhook_url="http://a.test/x", transport=receiver) as running:
                with running.sandbox.work() as work:
                    endpoints = work.find("webhook_endpoint", status="enabled")
                found.append([endpoint.data["url"] for endpoint in endpoints])
        assert found == [["http://a.test/x"]] * 2


class TestSteering:
    def test_hold_reorder_repeat_and_drop(self, sandbox, receiver, pay):
        sandbox.hold_webhooks()
        pay()
        sandbox.run_due()
        assert receiver.seen == []
        sandbox.deliver_pending(order=lambda due: due[::-1][:2], copies=3)
        assert receiver.types == ["charge.updated"] * 3 + ["checkout.session.completed"] * 3
        receiver.seen.clear()
        sandbox.release_webhooks()
        sandbox.run_due()
        assert receiver.types == ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]

    def test_the_same_seed_makes_the_same_ids(self, clean_database, tmp_path, receiver):
        made = []
        for _ in range(2):
            with RunningSandbox(clean_database, tmp_path, transport=receiver, id_seed=7) as running:
                made.append([running.sandbox.ids.new("pi_") for _ in range(3)])
        assert made[0] == made[1]


def test_in_the_background_webhooks_go_out_before_the_buyer_is_sent_back(clean_database, tmp_path, receiver):
    with RunningSandbox(
        clean_database, tmp_path, webhook_url="http://shop.test/hook", transport=receiver, background=True
    ) as running:
        client = stripe.StripeClient(running.api_key, base_addresses={"api": running.base_url}, max_network_retries=0)
        line = {
            "price_data": {"currency": "usd", "unit_amount": 1_000, "product_data": {"name": "Disc"}},
            "quantity": 1,
        }
        session = client.v1.checkout.sessions.create(
            {"mode": "payment", "success_url": "http://shop.test/done", "line_items": [line]}
        )
        assert running.pay(session.id).outcome == "paid"
        assert "checkout.session.completed" in receiver.types
        started = time.monotonic()
        while len(receiver.seen) < 5 and time.monotonic() - started < 10:
            time.sleep(0.02)
        assert sorted(receiver.types) == sorted(
            ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed",
             "charge.updated"]
        )  # fmt: skip
        running.advance_clock(3 * 86_400)
        other = client.v1.checkout.sessions.create(
            {"mode": "payment", "success_url": "http://shop.test/done", "line_items": [line]}
        )
        running.advance_clock(86_400)
        while "checkout.session.expired" not in receiver.types and time.monotonic() - started < 20:
            time.sleep(0.05)
        assert client.v1.checkout.sessions.retrieve(other.id).status == "expired"

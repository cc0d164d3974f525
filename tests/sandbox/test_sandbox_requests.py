"""Requests as the SDK sends them: keys, errors, idempotency, lists and expansion."""

import base64
import http.client
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
import stripe

from marketplace.sandbox.inprocess import RunningSandbox
from marketplace.sandbox.wire import written

LINE = {"price_data": {"currency": "usd", "unit_amount": 1_000, "product_data": {"name": "Spark plug"}}, "quantity": 1}
SESSION = {"mode": "payment", "success_url": "http://shop.test/done", "line_items": [LINE]}
FORM = (
    "mode=payment&success_url=http%3A%2F%2Fshop.test%2Fdone&line_items[0][quantity]=1"
    "&line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=1000"
    "&line_items[0][price_data][product_data][name]=Spark+plug"
)


def raw(sandbox, method, path, body="", **headers):
    parts = urlsplit(sandbox.base_url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    given = {"Authorization": f"Bearer {sandbox.api_key}", "Content-Type": "application/x-www-form-urlencoded"}
    sent = {name: value for name, value in {**given, **headers}.items() if value}
    connection.request(method, path, body, sent)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, dict(response.headers), json.loads(text)


def test_a_connection_stays_open_from_request_to_request(sandbox):
    parts = urlsplit(sandbox.base_url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)

    def ask(method, path, body=b"", **headers):
        connection.request(method, path, body, {"Authorization": f"Bearer {sandbox.api_key}", **headers})
        line, response = connection.sock, connection.getresponse()
        return response.status, response.read(), line

    first = ask("GET", "/v1/balance")
    unread = ask("POST", "/c/pay/cs_test_none", b"number=4242" * 10_000)
    second = ask("GET", "/v1/balance")
    assert (first[0], unread[0] >= 400, second[:2]) == (200, True, first[:2])
    assert first[2] is unread[2] is second[2], "nobody has hung up"
    assert ask("HEAD", "/v1/balance")[1] == b""
    assert ask("GET", "/v1/balance", Connection="close")[0] == 200
    assert connection.sock is None, "who asks for it is hung up on"


def test_a_sandbox_that_stops_hangs_up(clean_database, tmp_path):
    other = RunningSandbox(clean_database, tmp_path)
    parts = urlsplit(other.base_url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)

    def ask():
        connection.request("GET", "/v1/balance", headers={"Authorization": f"Bearer {other.api_key}"})
        return connection.getresponse().read()

    assert ask()
    other.stop()
    with pytest.raises(ConnectionError):
        ask()


def test_answers_are_written_as_stripe_writes_them():
    value = {"b": [1, {"z": None, "id": "x", "object": "thing"}], "object": "o", "a": '\u00e9\n"', "id": "i",
             "c": {}, "d": [], "e": True, "f": -1.5}  # fmt: skip
    ordered = {"id": "i", "object": "o", "a": value["a"], "b": [1, {"id": "x", "object": "thing", "z": None}],
               "c": {}, "d": [], "e": True, "f": -1.5}  # fmt: skip
    assert written(value) == json.dumps(ordered, indent=2, ensure_ascii=False)


def test_every_answer_has_a_request_id(sandbox):
    for path in ("/v1/balance", "/v1/nothing", "/v1/charges/ch_none"):
        assert raw(sandbox, "GET", path)[1]["Request-Id"].startswith("req_")


@pytest.mark.parametrize(
    ("authorization", "words"),
    [
        ("", "did not provide"),
        ("Bearer sk_test_wrong_key_of_others", "Invalid API Key"),
        ("Bearer pk_test_sandbox", "publishable"),
    ],
)
def test_a_wrong_key_is_401(sandbox, authorization, words):
    status, _, body = raw(sandbox, "GET", "/v1/balance", Authorization=authorization)
    assert (status, body["error"]["type"]) == (401, "invalid_request_error")
    assert words in body["error"]["message"]


def test_a_key_may_come_as_basic_user_name(sandbox):
    word = base64.b64encode(f"{sandbox.api_key}:".encode()).decode()
    assert raw(sandbox, "GET", "/v1/balance", Authorization=f"Basic {word}")[0] == 200


def test_the_sdk_raises_authentication_error(sandbox):
    stranger = stripe.StripeClient("sk_test_wrong_key", base_addresses={"api": sandbox.base_url})
    with pytest.raises(stripe.AuthenticationError):
        stranger.v1.balance.retrieve()


def test_an_unknown_address_gets_stripes_404(sandbox):
    status, _, body = raw(sandbox, "POST", "/v1/terminal/readers")
    assert status == 404
    assert body["error"]["message"].startswith("Unrecognized request URL (POST: /v1/terminal/readers).")


def test_an_unknown_object_is_resource_missing(client):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.payment_intents.retrieve("pi_none")
    assert (caught.value.code, caught.value.http_status) == ("resource_missing", 404)
    assert str(caught.value.user_message) == "No such payment_intent: 'pi_none'"


@pytest.mark.parametrize(
    ("change", "param", "code"),
    [
        ({"mode": None}, "mode", "parameter_missing"),
        ({"mode": "subscription"}, "mode", None),
        ({"success_url": None}, "success_url", "parameter_missing"),
        ({"success_url": "shop.test/done"}, "success_url", "url_invalid"),
        ({"line_items": []}, "line_items", "parameter_missing"),
        ({"line_items": [LINE] * 101}, "line_items", None),
        ({"line_items": [{**LINE, "quantity": 0}]}, "line_items[0][quantity]", "parameter_invalid_integer"),
        ({"line_items": [LINE, {**LINE, "price_data": {**LINE["price_data"], "currency": "eur"}}]}, "line_items", None),
        ({"line_items": [{**LINE, "price_data": {**LINE["price_data"], "unit_amount": -1}}]},
         "line_items[0][price_data][unit_amount]", "parameter_invalid_integer"),
        ({"line_items": [{**LINE, "price_data": {**LINE["price_data"], "currency": "xyz"}}]},
         "line_items[0][price_data][currency]", None),
        ({"line_items": [{**LINE, "price_data": {**LINE["price_data"], "currency": "kwd", "unit_amount": 1005}}]},
         "line_items[0][price_data][unit_amount]", None),
        ({"line_items": [{**LINE, "price_data": {**LINE["price_data"], "currency": "isk", "unit_amount": 12345}}]},
         "line_items[0][price_data][unit_amount]", None),
        ({"metadata": {"k" * 41: "v"}}, f"metadata[{'k' * 41}]", None),
        ({"metadata": {"k": "v" * 501}}, "metadata[k]", None),
        ({"metadata": {str(n): "v" for n in range(51)}}, "metadata", None),
        ({"client_reference_id": "x" * 201}, "client_reference_id", None),
        ({"discounts": [{"coupon": "x"}]}, "discounts", None),
        ({"automatic_tax": {"enabled": True}}, "automatic_tax", None),
        ({"surprise": "x"}, "surprise", "parameter_unknown"),
        ({"customer": "cus_none"}, "customer", "resource_missing"),
    ],
)  # fmt: skip
def test_wrong_sessions_are_refused(client, change, param, code):
    params = {name: value for name, value in {**SESSION, **change}.items() if value is not None}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.checkout.sessions.create(params)
    assert (caught.value.param, caught.value.code) == (param, code)


@pytest.mark.parametrize(
    ("currency", "too_small", "enough"),
    [("usd", 49, 50), ("eur", 49, 50), ("gbp", 29, 30), ("sek", 299, 300), ("jpy", 49, 50), ("huf", 17_499, 17_500)],
)
def test_the_smallest_amount_depends_on_the_currency(new_session, currency, too_small, enough):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        new_session(too_small, currency)
    assert caught.value.code == "amount_too_small"
    assert new_session(enough, currency).amount_total == enough


def test_the_largest_amount(new_session):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        new_session(100_000_000)
    assert caught.value.code == "amount_too_large"
    assert new_session(99_999_999).amount_total == 99_999_999


def test_expiry_is_between_30_minutes_and_24_hours(sandbox, new_session):
    now = sandbox.sandbox.clock.now()
    for wrong in (now + 29 * 60, now + 24 * 3_600 + 60):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            new_session(expires_at=wrong)
        assert caught.value.param == "expires_at"
    assert new_session(expires_at=now + 31 * 60).expires_at == now + 31 * 60
    assert new_session().expires_at - now in range(24 * 3_600, 24 * 3_600 + 30)


def test_metadata_of_session_and_intent_are_kept_apart_and_copied_once(client, pay):
    session = pay(metadata={"order": "7", "1": "one"}, payment_intent_data={"metadata": {"purchase": "9"}})
    intent = session.payment_intent
    assert session.metadata.to_dict() == {"order": "7", "1": "one"}
    assert intent.metadata.to_dict() == {"purchase": "9"}
    client.v1.payment_intents.update(intent.id, {"metadata": {"purchase": "", "note": "late"}})
    assert client.v1.payment_intents.retrieve(intent.id).metadata.to_dict() == {"note": "late"}
    assert client.v1.charges.retrieve(intent.latest_charge.id).metadata.to_dict() == {"purchase": "9"}


class TestIdempotency:
    def test_a_replay_gives_the_first_answer_again(self, sandbox):
        first = raw(sandbox, "POST", "/v1/checkout/sessions", FORM, **{"Idempotency-Key": "a/1"})
        again = raw(sandbox, "POST", "/v1/checkout/sessions", FORM, **{"Idempotency-Key": "a/1"})
        assert first[2] == again[2]
        assert "Idempotent-Replayed" not in first[1]
        assert again[1]["Idempotent-Replayed"] == "true"
        assert again[1]["Original-Request"] == first[1]["Request-Id"]

    def test_other_parameters_are_an_idempotency_error(self, client):
        client.v1.checkout.sessions.create(SESSION, {"idempotency_key": "b"})
        with pytest.raises(stripe.IdempotencyError):
            client.v1.checkout.sessions.create({**SESSION, "client_reference_id": "x"}, {"idempotency_key": "b"})

    def test_a_business_refusal_is_kept(self, sandbox, client, pay):
        charge = pay().payment_intent.latest_charge
        ask = {"charge": charge.id, "amount": 20_000}
        for _ in range(2):
            with pytest.raises(stripe.InvalidRequestError) as caught:
                client.v1.refunds.create(ask, {"idempotency_key": "c"})
        assert caught.value.headers["Idempotent-Replayed"] == "true"

    def test_a_validation_failure_is_not_kept(self, client):
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.checkout.sessions.create({**SESSION, "success_url": "no"}, {"idempotency_key": "d"})
        assert client.v1.checkout.sessions.create(SESSION, {"idempotency_key": "d"}).status == "open"

    def test_the_key_is_free_again_after_24_hours(self, sandbox, client):
        first = client.v1.checkout.sessions.create(SESSION, {"idempotency_key": "e"})
        sandbox.advance_clock(23 * 3_600)
        assert client.v1.checkout.sessions.create(SESSION, {"idempotency_key": "e"}).id == first.id
        sandbox.advance_clock(3_600)
        assert client.v1.checkout.sessions.create(SESSION, {"idempotency_key": "e"}).id != first.id

    def test_while_the_first_request_runs_the_key_is_in_use(self, sandbox, client, pay):
        charge = pay().payment_intent.latest_charge
        with ThreadPoolExecutor(1) as pool:
            with sandbox.sandbox.work() as work:
                work.lock("charge", charge.id)
                running = pool.submit(client.v1.refunds.create, {"charge": charge.id}, {"idempotency_key": "f"})
                wait_until(lambda: waits_for_a_lock(work))
                with pytest.raises(stripe.APIError) as caught:
                    client.v1.refunds.create({"charge": charge.id}, {"idempotency_key": "f"})
                assert caught.value.http_status == 409
                assert caught.value.error.code == "idempotency_key_in_use"
            assert running.result().amount == 10_000

    def test_twenty_at_once_have_one_effect(self, client, pay):
        charge = pay().payment_intent.latest_charge
        gate = threading.Barrier(20)

        def ask(_):
            gate.wait()
            try:
                return client.v1.refunds.create({"charge": charge.id, "amount": 100}, {"idempotency_key": "g"}).id
            except stripe.APIError as error:
                return error.error.code

        with ThreadPoolExecutor(20) as pool:
            answers = set(pool.map(ask, range(20)))
        assert len(answers - {"idempotency_key_in_use"}) == 1
        assert client.v1.charges.retrieve(charge.id).amount_refunded == 100

    def test_a_get_ignores_the_key(self, sandbox):
        raw(sandbox, "GET", "/v1/balance", **{"Idempotency-Key": "h"})
        assert "Idempotent-Replayed" not in raw(sandbox, "GET", "/v1/balance", **{"Idempotency-Key": "h"})[1]


def waits_for_a_lock(work):
    return bool(
        work.row("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
    )


def wait_until(met):
    for _ in range(500):
        if met():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it did not come to that")


class TestLists:
    def test_newest_first_in_pages(self, client, new_session):
        made = [new_session().id for _ in range(5)]
        first = client.v1.checkout.sessions.list({"limit": 2})
        assert [s.id for s in first.data] == made[:2:-1]
        assert first.has_more
        then = client.v1.checkout.sessions.list({"limit": 3, "starting_after": first.data[-1].id})
        assert [s.id for s in then.data] == made[2::-1]
        assert not then.has_more
        back = client.v1.checkout.sessions.list({"limit": 2, "ending_before": made[0]})
        assert [s.id for s in back.data] == [made[2], made[1]]

    def test_the_sdk_pages_by_itself(self, client, new_session):
        made = [new_session().id for _ in range(5)]
        listed = client.v1.checkout.sessions.list({"limit": 2})
        assert [s.id for s in listed.auto_paging_iter()] == made[::-1]

    @pytest.mark.parametrize("limit", [0, 101])
    def test_the_limit_is_1_to_100(self, client, limit):
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.charges.list({"limit": limit})

    def test_an_unknown_cursor_is_refused(self, client):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            client.v1.charges.list({"starting_after": "ch_none"})
        assert caught.value.code == "resource_missing"

    def test_filters(self, sandbox, client, pay, new_session):
        customer = client.v1.customers.create({"email": "a@example.com"})
        paid, opened = pay(customer=customer.id), new_session()
        sessions = client.v1.checkout.sessions
        assert [s.id for s in sessions.list({"status": "open"}).data] == [opened.id]
        assert [s.id for s in sessions.list({"customer": customer.id}).data] == [paid.id]
        assert [s.id for s in sessions.list({"payment_intent": paid.payment_intent.id}).data] == [paid.id]
        assert len(client.v1.charges.list({"payment_intent": paid.payment_intent.id}).data) == 1
        assert len(client.v1.charges.list({"customer": customer.id}).data) == 1
        assert client.v1.charges.list({"customer": "cus_other"}).data == []
        money = client.v1.balance_transactions
        assert len(money.list({"source": paid.payment_intent.latest_charge.id}).data) == 1
        assert money.list({"type": "refund"}).data == []

    def test_created_as_moment_and_as_range(self, sandbox, client, new_session):
        old = new_session()
        sandbox.advance_clock(100)
        new = new_session()
        listing = client.v1.checkout.sessions.list
        assert [s.id for s in listing({"created": {"gt": old.created + 50}}).data] == [new.id]
        assert [s.id for s in listing({"created": {"lte": old.created}}).data] == [old.id]
        assert [s.id for s in listing({"created": new.created}).data] == [new.id]


class TestExpansion:
    def test_four_levels(self, client, pay):
        session = pay()
        refund = client.v1.refunds.create({"charge": session.payment_intent.latest_charge.id})
        found = client.v1.refunds.retrieve(
            refund.id, {"expand": ["payment_intent.latest_charge.balance_transaction.source"]}
        )
        assert found.payment_intent.latest_charge.balance_transaction.source.object == "charge"

    def test_five_levels_are_too_many(self, client, pay):
        path = "payment_intent.latest_charge.balance_transaction.source.customer"
        with pytest.raises(stripe.InvalidRequestError, match="more than 4 levels"):
            client.v1.checkout.sessions.retrieve(pay().id, {"expand": [path]})

    def test_in_a_list(self, client, pay):
        pay()
        listed = client.v1.charges.list({"expand": ["data.balance_transaction", "data.payment_intent"]})
        assert listed.data[0].balance_transaction.fee == 320
        assert listed.data[0].payment_intent.object == "payment_intent"

    def test_unexpanded_references_are_ids(self, client, pay):
        assert client.v1.checkout.sessions.retrieve(pay().id).payment_intent.startswith("pi_")

    def test_line_items_and_refunds_come_only_when_asked_for(self, client, pay):
        session = pay()
        charge = session.payment_intent.latest_charge
        client.v1.refunds.create({"charge": charge.id, "amount": 100})
        assert "line_items" not in session
        assert "refunds" not in client.v1.charges.retrieve(charge.id)
        found = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["line_items"]})
        assert found.line_items.data[0].description == "Brake disc"
        assert client.v1.charges.retrieve(charge.id, {"expand": ["refunds"]}).refunds.data[0].amount == 100

    def test_a_property_that_is_none_cannot_be_expanded(self, client, pay):
        with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
            client.v1.checkout.sessions.retrieve(pay().id, {"expand": ["amount_total"]})


def test_more_than_ten_line_items_come_in_pages(client):
    many = [{**LINE, "quantity": n} for n in range(1, 13)]
    session = client.v1.checkout.sessions.create({**SESSION, "line_items": many})
    items = client.v1.checkout.sessions.line_items
    assert [i.quantity for i in items.list(session.id).auto_paging_iter()] == list(range(1, 13))


def test_customers_live_and_die(client):
    made = client.v1.customers.create({"email": "a@example.com", "name": "Ada", "metadata": {"k": "v"}})
    assert client.v1.customers.update(made.id, {"name": "Eve"}).name == "Eve"
    assert [c.id for c in client.v1.customers.list({"email": "a@example.com"}).data] == [made.id]
    assert client.v1.customers.delete(made.id).deleted
    assert client.v1.customers.retrieve(made.id).deleted
    assert client.v1.customers.list().data == []
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.customers.update(made.id, {"name": "Zoe"})

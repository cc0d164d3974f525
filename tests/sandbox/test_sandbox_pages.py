"""The sandbox's own pages: the payment page without JavaScript, and the dashboard that steers it all."""

import re

import pytest
from bs4 import BeautifulSoup

CARD = {"method": "card", "number": "4242 4242 4242 4242", "expiry": "12 / 39", "cvc": "123", "country": "US"}
FORM = {"email": "buyer@example.com", "name": "Bo Buyer", **CARD}


@pytest.fixture
def browser(sandbox):
    return sandbox.app.test_client()


def token_of(browser, path):
    page = BeautifulSoup(browser.get(path).text, "html.parser")
    return page.select_one("input[name=form_token]")["value"]


def submit(browser, path, form, come_from=None):
    return browser.post(path, data={**form, "form_token": token_of(browser, come_from or path)})


class TestPaymentPage:
    def test_it_shows_what_is_bought_and_that_it_is_not_stripe(self, browser, new_session):
        page = browser.get(f"/c/pay/{new_session().id}").text
        for words in (
            "Brake disc",
            "$100.00",
            "Demo marketplace",
            "Not Stripe",
            "4000000000000002",
            "http://shop.test/cart",
        ):
            assert words in page

    def test_the_policy_is_strict_and_lets_the_form_return_to_the_shop(self, browser, new_session):
        policy = browser.get(f"/c/pay/{new_session().id}").headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "form-action 'self' http://shop.test;" in policy
        assert "unsafe" not in policy
        assert "form-action 'self';" in browser.get("/dashboard").headers["Content-Security-Policy"]

    @pytest.mark.parametrize(
        ("change", "field", "words"),
        [
            ({"email": "nobody"}, "email", "Type an e-mail address"),
            ({"name": ""}, "name", "Type the name"),
            ({"number": ""}, "number", "Type the card number"),
            ({"number": "4242 42"}, "number", "not complete"),
            ({"number": "4242424242424241"}, "number", "not valid"),
            ({"expiry": "13 / 39"}, "expiry", "month and year"),
            ({"expiry": "01 / 20"}, "expiry", "in the past"),
            ({"cvc": "12"}, "cvc", "3 digits"),
            ({"number": "378282246310005"}, "cvc", "4 digits"),
            ({"country": "XX"}, "country", "Choose a country"),
            ({"method": "debit", "account": "1"}, "account", "test account numbers"),
        ],
    )
    def test_a_problem_stands_next_to_its_field(self, browser, client, new_session, change, field, words):
        session = new_session()
        answer = submit(browser, f"/c/pay/{session.id}", {**FORM, **change})
        page = BeautifulSoup(answer.text, "html.parser")
        assert answer.status_code == 422
        assert words in page.select_one(f"#{field}-problem").text
        assert page.select_one(f"#{field}")["aria-invalid"] == "true"
        assert client.v1.checkout.sessions.retrieve(session.id).payment_intent is None

    def test_the_card_number_is_never_sent_back(self, browser, new_session):
        page = BeautifulSoup(submit(browser, f"/c/pay/{new_session().id}", {**FORM, "cvc": ""}).text, "html.parser")
        assert page.select_one("#number")["value"] == ""
        assert page.select_one("#name")["value"] == "Bo Buyer"

    def test_a_form_from_elsewhere_is_refused(self, browser, client, new_session):
        session = new_session()
        assert browser.post(f"/c/pay/{session.id}", data=FORM).status_code == 400
        assert client.v1.checkout.sessions.retrieve(session.id).payment_intent is None

    def test_a_second_submit_of_the_same_form_leads_to_the_same_end(self, browser, client, new_session):
        path = f"/c/pay/{new_session().id}"
        form = {**FORM, "form_token": token_of(browser, path)}
        first, second = browser.post(path, data=form), browser.post(path, data=form)
        assert first.headers["Location"] == second.headers["Location"]
        assert len(client.v1.charges.list().data) == 1

    def test_closed_sessions_say_honestly_what_they_are(self, browser, client, new_session, pay):
        assert "already paid" in browser.get(f"/c/pay/{pay().id}").text
        assert "on its way" in browser.get(f"/c/pay/{pay(account='000123456789').id}").text
        expired = client.v1.checkout.sessions.expire(new_session().id)
        assert "has expired" in browser.get(f"/c/pay/{expired.id}").text
        assert browser.get("/c/pay/cs_test_none").status_code == 404

    def test_names_are_escaped(self, browser, client, new_session):
        line = {
            "price_data": {"currency": "usd", "unit_amount": 1_000, "product_data": {"name": "<b>Disc</b>"}},
            "quantity": 1,
        }
        session = client.v1.checkout.sessions.create(
            {"mode": "payment", "success_url": "http://shop.test/done", "line_items": [line]}
        )
        for path in (f"/c/pay/{session.id}", "/dashboard/sessions", f"/dashboard/objects/{session.id}"):
            assert "<b>Disc" not in browser.get(path).text

    def test_no_page_has_inline_style_or_script(self, browser, new_session):
        for path in (f"/c/pay/{new_session().id}", "/dashboard", "/dashboard/events", "/dashboard/clock"):
            page = BeautifulSoup(browser.get(path).text, "html.parser")
            assert not page.select("[style], style")
            assert all(script.has_attr("src") and script.has_attr("nonce") for script in page.select("script"))
            assert not re.search(r"\son[a-z]+=", str(page))


class TestDashboard:
    def test_every_page_opens_and_says_not_stripe(self, sandbox, browser, client, pay):
        session = pay()
        client.v1.customers.create({"email": "a@example.com"})
        client.v1.refunds.create({"payment_intent": session.payment_intent.id, "amount": 100})
        pay(account="000123456789")
        sandbox.deliver_pending()
        todo, seen = {"/", "/dashboard"}, set()
        while todo and len(seen) < 150:
            path = todo.pop()
            seen.add(path)
            answer = browser.get(path, follow_redirects=True)
            assert answer.status_code == 200, path
            page = BeautifulSoup(answer.text, "html.parser")
            assert "Not Stripe" in page.text
            assert len(page.select("h1")) == 1
            links = {a["href"] for a in page.select("a[href^='/dashboard']")}
            todo |= {link for link in links if link not in seen}
        assert len(seen) > 25

    def test_a_refund(self, sandbox, browser, client, pay):
        intent = pay().payment_intent
        path = f"/dashboard/objects/{intent.id}"
        submit(browser, f"{path}/refund", {"amount": "40.00", "reason": "duplicate"}, path)
        assert client.v1.charges.retrieve(intent.latest_charge.id).amount_refunded == 4_000
        for wrong in ("0", "0.001", "many", "60.01", "NaN", ""):
            submit(browser, f"{path}/refund", {"amount": wrong, "reason": ""}, path)
        assert client.v1.charges.retrieve(intent.latest_charge.id).amount_refunded == 4_000

    @pytest.mark.parametrize(("deed", "status"), [("settle", "succeeded"), ("fail-debit", "requires_payment_method")])
    def test_a_slow_debit_is_ended_by_hand(self, browser, client, pay, deed, status):
        intent = pay(account="000000000009").payment_intent
        path = f"/dashboard/objects/{intent.id}"
        submit(browser, f"{path}/{deed}", {}, path)
        assert client.v1.payment_intents.retrieve(intent.id).status == status

    def test_a_refund_is_failed_by_hand(self, sandbox, browser, client, pay):
        refund = client.v1.refunds.create({"payment_intent": pay().payment_intent.id})
        path = f"/dashboard/objects/{refund.id}"
        submit(browser, f"{path}/fail-refund", {}, path)
        assert client.v1.refunds.retrieve(refund.id).status == "failed"
        assert sandbox.balance_sum("usd") == 9_680

    def test_a_session_is_expired_by_hand(self, browser, client, new_session):
        session = new_session()
        path = f"/dashboard/objects/{session.id}"
        submit(browser, f"{path}/expire", {}, path)
        assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
        submit(browser, f"{path}/expire", {}, "/dashboard/clock")
        assert "can be expired" in browser.get(path).text

    def test_the_clock_moves_forward_and_does_what_is_due(self, sandbox, browser, client, new_session):
        session = new_session()
        submit(browser, "/dashboard/clock", {"step": "day"})
        assert sandbox.sandbox.clock.offset() == 86_400
        assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"

    def test_send_again(self, sandbox, browser, client, receiver, new_session):
        client.v1.checkout.sessions.expire(new_session().id)
        sandbox.deliver_pending()
        path = f"/dashboard/events/{receiver.seen[0].id}"
        submit(browser, "/dashboard/deliveries/1/resend", {}, path)
        assert receiver.types == ["checkout.session.expired"] * 2
        assert receiver.seen[0].id == receiver.seen[1].id
        assert browser.get(path).text.count("noted") == 2

    def test_endpoints_are_added_rolled_switched_and_deleted(self, sandbox, browser, client, receiver, new_session):
        endpoint = client.v1.webhook_endpoints.list().data[0]
        path = f"/dashboard/objects/{endpoint.id}"
        submit(browser, f"/dashboard/webhooks/{endpoint.id}/roll", {}, path)
        client.v1.checkout.sessions.expire(new_session().id)
        sandbox.deliver_pending()
        assert receiver.headers[0]["Stripe-Signature"].count("v1=") == 2
        sandbox.advance_clock(86_400)
        receiver.secret = re.search(r"whsec_[A-Za-z0-9]{32}", browser.get(path).text)[0]
        client.v1.checkout.sessions.expire(new_session().id)
        sandbox.deliver_pending()
        assert receiver.headers[1]["Stripe-Signature"].count("v1=") == 1
        submit(browser, f"/dashboard/webhooks/{endpoint.id}/disable", {}, path)
        assert client.v1.webhook_endpoints.retrieve(endpoint.id).status == "disabled"
        submit(browser, f"/dashboard/webhooks/{endpoint.id}/delete", {}, path)
        submit(browser, "/dashboard/webhooks", {"url": "http://new.test/hook"})
        assert [e.url for e in client.v1.webhook_endpoints.list().data] == ["http://new.test/hook"]

    @pytest.mark.parametrize(
        "path",
        ["/dashboard/clock", "/dashboard/webhooks", "/dashboard/deliveries/1/resend", "/dashboard/objects/x/expire",
         "/dashboard/webhooks/x/delete"],
    )  # fmt: skip
    def test_every_button_needs_the_token(self, browser, path):
        assert browser.post(path, data={"step": "day", "url": "http://x.test"}).status_code == 400

    def test_search_finds_any_id(self, browser, client, pay):
        session = pay()
        event = client.v1.events.list().data[0]
        for wanted in (session.id, session.payment_intent.latest_charge.id, event.id):
            answer = browser.get(f"/dashboard/search?q={wanted}")
            assert answer.headers["Location"].endswith(wanted)
        assert "Nothing has the id" in browser.get("/dashboard/search?q=pi_none", follow_redirects=True).text

    def test_unknown_pages_are_404(self, browser):
        for path in ("/dashboard/nothing", "/dashboard/objects/pi_none", "/dashboard/events/evt_none", "/nowhere"):
            assert browser.get(path).status_code == 404

"""The dashboard's pages and buttons for sellers' accounts, transfers, payouts and disputes."""

import pytest
from bs4 import BeautifulSoup

from marketplace.sandbox.inprocess import RunningSandbox
from tests.sandbox.test_sandbox_pages import submit

DAY = 86_400
AT_ONCE = "4000000000000077"


@pytest.fixture
def browser(sandbox):
    return sandbox.app.test_client()


@pytest.fixture
def press(browser):
    """Press a button on the page of an object and return what the page says then."""

    def make(object_id, deed, **form):
        path = f"/dashboard/objects/{object_id}"
        submit(browser, f"{path}/{deed}", form, "/dashboard/webhooks")
        page = BeautifulSoup(browser.get(path).text, "html.parser")
        return page.select_one("[role=status]").text

    return make


@pytest.fixture
def seller(new_seller):
    return new_seller(schedule={"interval": "manual"})


@pytest.fixture
def transfer(client, pay, seller):
    pay(AT_ONCE)
    return client.v1.transfers.create({"amount": 5_000, "currency": "usd", "destination": seller.id})


def test_every_page_opens(sandbox, browser, client, pay, seller, transfer, new_account, tmp_path):
    on = {"stripe_account": seller.id}
    client.v1.transfers.reversals.create(transfer.id, {"amount": 1_000})
    client.v1.payouts.create({"amount": 1_000, "currency": "usd"}, on)
    for card in ("4000000000000259", "4000000000001976", "4000000000005423"):
        pay(card)
    new_account()
    files = type(client)(sandbox.api_key, base_addresses={"api": sandbox.base_url, "files": sandbox.base_url})
    (tmp_path / "a.csv").write_text("a,b")
    with (tmp_path / "a.csv").open("rb") as opened:
        files.v1.files.create({"purpose": "dispute_evidence", "file": opened})
    sandbox.advance_clock(10 * DAY)
    sandbox.run_due()
    todo, seen = {"/dashboard"}, set()
    while todo and len(seen) < 250:
        path = todo.pop()
        seen.add(path)
        answer = browser.get(path, follow_redirects=True)
        assert answer.status_code == 200, path
        if answer.mimetype != "text/html":
            continue
        page = BeautifulSoup(answer.text, "html.parser")
        assert "Not Stripe" in page.text
        assert len(page.select("h1")) == 1
        assert len({tag["id"] for tag in page.select("[id]")}) == len(page.select("[id]")), path
        todo |= {a["href"] for a in page.select("a[href^='/dashboard']") if a["href"] not in seen}
    kinds = {path.rpartition("/")[2].partition("_")[0] for path in seen}
    assert {"acct", "tr", "trr", "po", "du", "issfr", "ba", "file", "py", "pyr"} <= kinds


class TestAccounts:
    def test_from_new_to_enabled_and_through_all_trouble(self, sandbox, client, press, new_account):
        account = new_account()

        def now():
            return client.v1.accounts.retrieve(account.id)

        assert "made-up" in press(account.id, "fill")
        assert (now().charges_enabled, now().requirements.currently_due) == (True, ["external_account"])
        assert "restricted" in press(account.id, "restrict")
        assert not now().charges_enabled
        press(account.id, "verify")
        assert now().charges_enabled
        assert "7 days" in press(account.id, "require", days="7")
        assert now().requirements.current_deadline
        assert "from 1 to 365" in press(account.id, "require", days="many")
        press(account.id, "verify")
        press(account.id, "pause")
        assert now().requirements.disabled_reason == "platform_paused"
        press(account.id, "verify")
        assert now().charges_enabled
        press(account.id, "disconnect")
        assert client.v1.accounts.list().data == []
        assert "no longer connected" in press(account.id, "verify")

    def test_the_balance_can_be_made_negative_and_is_collected(self, sandbox, client, press, seller, pay):
        on = {"stripe_account": seller.id}
        assert "\N{MINUS SIGN}$30.00" in press(seller.id, "adjust", amount="-30.00", currency="usd")
        assert client.v1.balance.retrieve(None, on).available[0].amount == -3_000
        money = client.v1.balance_transactions.list(None, on).data[0]
        assert (money.type, money.reporting_category, money.source) == ("adjustment", "other_adjustment", None)
        sandbox.advance_clock(180 * DAY)
        sandbox.run_due()
        assert client.v1.balance.retrieve(None, on).available[0].amount == 0
        assert sandbox.balance_sum("usd") == -3_000
        taken = client.v1.balance_transactions.list().data[0]
        assert (taken.type, taken.net) == ("connect_collection_transfer", -3_000)

    def test_the_onboarding_page_opens_from_the_dashboard(self, sandbox, browser, new_account):
        account = new_account()
        path = f"/dashboard/objects/{account.id}"
        answer = submit(browser, f"{path}/setup", {}, path)
        assert answer.headers["Location"].startswith(f"/setup/s/{account.id}/")
        assert sandbox.walk_onboarding(sandbox.base_url + answer.headers["Location"]).endswith(path)

    def test_the_list_says_how_each_stands(self, browser, press, new_account, seller):
        new_account(email="new@example.com")
        page = browser.get("/dashboard/accounts").text
        assert "not set up" in page
        assert "enabled" in page
        press(seller.id, "restrict")
        assert "restricted" in browser.get("/dashboard/accounts").text


class TestMoney:
    def test_a_reversal(self, client, press, transfer):
        assert "$20.00 taken back" in press(transfer.id, "reverse", amount="20.00")
        assert client.v1.transfers.retrieve(transfer.id).amount_reversed == 2_000
        assert "greater than unreversed" in press(transfer.id, "reverse", amount="30.01")
        assert "Type an amount" in press(transfer.id, "reverse", amount="some")

    def test_a_payout_is_cancelled_while_it_is_pending(self, client, press, seller, transfer):
        on = {"stripe_account": seller.id}
        payout = client.v1.payouts.create({"amount": 5_000, "currency": "usd"}, on)
        assert "money is back" in press(payout.id, "cancel-payout")
        assert client.v1.payouts.retrieve(payout.id, None, on).status == "canceled"
        assert "only be canceled while they are pending" in press(payout.id, "cancel-payout")

    def test_a_payout_is_sent_paid_and_failed(self, client, press, seller, transfer):
        on = {"stripe_account": seller.id}
        payout = client.v1.payouts.create({"amount": 5_000, "currency": "usd"}, on)
        press(payout.id, "send-payout")
        assert client.v1.payouts.retrieve(payout.id, None, on).status == "in_transit"
        press(payout.id, "pay-payout")
        assert client.v1.payouts.retrieve(payout.id, None, on).status == "paid"
        press(payout.id, "fail-payout", code="account_closed")
        assert client.v1.payouts.retrieve(payout.id, None, on).failure_code == "account_closed"
        assert "ended before" in press(payout.id, "fail-payout", code="account_closed")


class TestDisputes:
    def test_from_an_inquiry_to_every_end(self, client, press, pay):
        charge = pay().payment_intent.latest_charge
        press(charge.id, "dispute", kind="inquiry", reason="general", disputed="40.00")
        (dispute,) = client.v1.disputes.list().data

        def status():
            return client.v1.disputes.retrieve(dispute.id).status

        assert (status(), dispute.amount) == ("warning_needs_response", 4_000)
        press(dispute.id, "escalate")
        assert status() == "needs_response"
        press(dispute.id, "win")
        assert status() == "won"
        press(dispute.id, "lose")
        assert status() == "lost"
        press(dispute.id, "reopen")
        assert status() == "needs_response"

    def test_a_payment_is_disputed_twice_and_never_beyond_its_amount(self, client, press, pay):
        intent = pay().payment_intent
        press(intent.id, "dispute", kind="chargeback", reason="fraudulent", disputed="60.00")
        assert "At most $40.00" in press(intent.id, "dispute", kind="chargeback", reason="duplicate", disputed="40.01")
        press(intent.id, "dispute", kind="chargeback", reason="duplicate", disputed="40.00")
        assert len(client.v1.disputes.list({"payment_intent": intent.id}).data) == 2

    def test_a_warning(self, client, press, pay):
        assert "warned" in press(pay().payment_intent.id, "dispute", kind="warning")
        assert len(client.v1.radar.early_fraud_warnings.list().data) == 1

    def test_a_deed_of_another_kind_is_refused(self, press, seller):
        assert "cannot be done here" in press(seller.id, "win")
        assert "cannot be done here" in press(seller.id, "anything")


def test_a_connect_endpoint_is_added_and_hears_accounts_only(sandbox, browser, client, new_seller):
    submit(browser, "/dashboard/webhooks", {"url": "http://other.test/connect", "whose": "accounts"})
    made = client.v1.webhook_endpoints.list().data[0]
    assert made.application == "ca_sandboxplatform"
    page = browser.get(f"/dashboard/objects/{made.id}").text
    assert "Connected accounts" in page


class TestConnectEndpoint:
    def test_each_endpoint_hears_its_own_side(self, sandbox, receiver, connect_receiver, client, pay, seller):
        pay(AT_ONCE)
        client.v1.transfers.create({"amount": 5_000, "currency": "usd", "destination": seller.id})
        sandbox.deliver_pending()
        assert "transfer.created" in receiver.types
        assert not {"payment.created", "account.updated"} & set(receiver.types)
        assert {"payment.created", "account.updated"} <= set(connect_receiver.types)
        assert all(event.account == seller.id for event in connect_receiver.seen)
        assert not any(hasattr(event, "account") for event in receiver.seen)

    def test_the_one_from_the_environment_is_made_once(self, clean_database, tmp_path, receiver):
        addresses = {"webhook_url": "http://a.test/hook", "connect_webhook_url": "http://a.test/hook"}
        for _ in range(2):
            running = RunningSandbox(clean_database, tmp_path, **addresses, transport=receiver)
            with running, running.sandbox.work() as work:
                found = work.find("webhook_endpoint", status="enabled")
        assert [(one.data["url"], one.data["application"] is None) for one in found] == [
            ("http://a.test/hook", True), ("http://a.test/hook", False),
        ]  # fmt: skip

    def test_its_secret_is_its_own(self, sandbox, client, new_account, receiver, connect_receiver):
        secrets = {receiver.secret, connect_receiver.secret}
        made = client.v1.webhook_endpoints.create(
            {"url": "https://other.test/connect", "enabled_events": ["payout.failed"], "connect": True}
        )
        assert made.secret not in secrets
        assert made.application

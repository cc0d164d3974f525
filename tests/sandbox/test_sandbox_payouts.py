"""Payouts: by hand and by schedule, paid, called off, failed at once and failed after they were paid."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import stripe

from marketplace.sandbox import business_days, payout_schedule, payouts

DAY = 86_400
AT_ONCE = "4000000000000077"
MANUAL = {"interval": "manual"}


@pytest.fixture
def funded(client, pay, new_seller):
    """Return a seller with 50.00 available."""

    def make(amount=5_000, **more):
        seller = new_seller(**more)
        pay(AT_ONCE)
        client.v1.transfers.create({"amount": amount, "currency": "usd", "destination": seller.id})
        return seller

    return make


def on(seller):
    return {"stripe_account": seller.id}


def available(client, seller):
    return client.v1.balance.retrieve(None, on(seller)).available[0].amount


def pass_days(sandbox, days):
    sandbox.advance_clock(days * DAY)
    sandbox.run_due()


class TestByHand:
    def test_from_pending_to_paid(self, sandbox, client, connect_receiver, funded):
        seller = funded(schedule=MANUAL)
        sandbox.deliver_pending()
        connect_receiver.seen.clear()
        payout = client.v1.payouts.create(
            {"amount": 3_000, "currency": "usd", "metadata": {"run": "3"}, "statement_descriptor": "PARTS"}, on(seller)
        )
        assert (payout.status, payout.automatic, payout.reconciliation_status) == ("pending", False, "not_applicable")
        assert payout.arrival_date == business_days.after(payout.created, 2)
        assert payout.destination == client.v1.accounts.retrieve(seller.id).external_accounts.data[0].id
        assert available(client, seller) == 2_000
        sandbox.advance_clock(payouts.LEAVES_SECONDS)
        sandbox.run_due()
        assert client.v1.payouts.retrieve(payout.id, None, on(seller)).status == "in_transit"
        pass_days(sandbox, 5)
        seen = client.v1.payouts.retrieve(payout.id, {"expand": ["balance_transaction", "destination"]}, on(seller))
        assert (seen.status, seen.destination.last4, seen.trace_id.status) == ("paid", "6789", "supported")
        money = seen.balance_transaction
        assert (money.type, money.reporting_category, money.net, money.source) == (
            "payout",
            "payout",
            -3_000,
            payout.id,
        )
        assert connect_receiver.types == ["payout.created", "payout.updated", "payout.paid"]
        assert {event.account for event in connect_receiver.seen} == {seller.id}

    def test_no_more_than_is_available(self, client, funded):
        seller = funded(schedule=MANUAL)
        for _ in range(2):
            with pytest.raises(stripe.InvalidRequestError) as caught:
                client.v1.payouts.create({"amount": 5_001, "currency": "usd"}, {**on(seller), "idempotency_key": "p"})
        assert caught.value.code == "balance_insufficient"
        assert caught.value.headers["Idempotent-Replayed"] == "true"

    def test_only_where_payouts_are_on_and_in_a_currency_with_a_bank(self, sandbox, client, funded, new_account):
        seller = funded(schedule=MANUAL)
        with pytest.raises(stripe.InvalidRequestError, match="any external accounts in that currency"):
            client.v1.payouts.create({"amount": 100, "currency": "eur"}, on(seller))
        with pytest.raises(stripe.InvalidRequestError) as caught:
            client.v1.payouts.create({"amount": 100, "currency": "usd"}, on(new_account()))
        assert caught.value.code == "payouts_not_allowed"

    def test_called_off_while_pending(self, sandbox, client, connect_receiver, funded):
        seller = funded(schedule=MANUAL)
        payout = client.v1.payouts.create({"amount": 3_000, "currency": "usd"}, on(seller))
        gone = client.v1.payouts.cancel(payout.id, None, on(seller))
        assert gone.status == "canceled"
        back = client.v1.balance_transactions.retrieve(gone.failure_balance_transaction, None, on(seller))
        assert (back.type, back.reporting_category, back.net) == ("payout_cancel", "payout_reversal", 3_000)
        assert available(client, seller) == 5_000
        with pytest.raises(stripe.InvalidRequestError, match="only be canceled while they are pending"):
            client.v1.payouts.cancel(payout.id, None, on(seller))
        sandbox.deliver_pending()
        assert connect_receiver.types[-1] == "payout.canceled"
        pass_days(sandbox, 7)
        assert client.v1.payouts.retrieve(payout.id, None, on(seller)).status == "canceled"

    def test_the_platform_pays_itself_out_and_transfers_lack_the_money(self, sandbox, client, receiver, pay, funded):
        seller = funded(schedule=MANUAL)
        left = client.v1.balance.retrieve().available[0].amount
        client.v1.payouts.create({"amount": left, "currency": "usd"})
        with pytest.raises(stripe.InvalidRequestError) as caught:
            client.v1.transfers.create({"amount": 1, "currency": "usd", "destination": seller.id})
        assert caught.value.code == "balance_insufficient"
        pass_days(sandbox, 7)
        assert receiver.types[-1] == "payout.paid"

    def test_lists_and_metadata(self, client, funded):
        seller = funded(schedule=MANUAL)
        made = [client.v1.payouts.create({"amount": n, "currency": "usd"}, on(seller)) for n in (100, 200)]
        client.v1.payouts.cancel(made[0].id, None, on(seller))
        listed = client.v1.payouts.list
        assert [p.id for p in listed({"status": "pending"}, on(seller)).data] == [made[1].id]
        day = made[0].arrival_date
        assert len(listed({"arrival_date": day}, on(seller)).data) == 2
        assert listed({"arrival_date": {"gt": day}}, on(seller)).data == []
        assert listed().data == []
        assert client.v1.payouts.update(made[1].id, {"metadata": {"a": "b"}}, on(seller)).metadata["a"] == "b"
        with pytest.raises(stripe.InvalidRequestError) as caught:
            client.v1.payouts.retrieve(made[0].id)
        assert caught.value.code == "resource_missing"


class TestFailing:
    @pytest.mark.parametrize(
        ("bank", "code", "paid_first"),
        [
            ("000111111116", "no_account", False),
            ("000111111113", "account_closed", True),
            ("000222222227", "insufficient_funds", True),
            ("000333333335", "debit_not_authorized", False),
        ],
    )
    def test_the_money_returns_and_the_bank_account_is_done_for(
        self, sandbox, client, connect_receiver, funded, bank, code, paid_first
    ):
        seller = funded(bank=bank, schedule=MANUAL)
        payout = client.v1.payouts.create({"amount": 3_000, "currency": "usd"}, on(seller))
        pass_days(sandbox, 20)
        seen = client.v1.payouts.retrieve(payout.id, {"expand": ["failure_balance_transaction"]}, on(seller))
        assert (seen.status, seen.failure_code) == ("failed", code)
        assert seen.failure_message
        back = seen.failure_balance_transaction
        assert (back.type, back.reporting_category, back.net) == ("payout_failure", "payout_reversal", 3_000)
        assert available(client, seller) == 5_000
        types = [kind for kind in connect_receiver.types if kind.startswith("payout.")]
        assert types == ["payout.created", "payout.updated", *(["payout.paid"] if paid_first else []), "payout.failed"]
        account = client.v1.accounts.retrieve(seller.id)
        assert account.external_accounts.data[0].status == "errored"
        assert (account.payouts_enabled, account.requirements.currently_due) == (False, ["external_account"])
        sandbox.onboard(seller.id, bank="000123456789")
        assert client.v1.accounts.retrieve(seller.id).payouts_enabled
        again = client.v1.payouts.create({"amount": 3_000, "currency": "usd"}, on(seller))
        pass_days(sandbox, 7)
        assert client.v1.payouts.retrieve(again.id, None, on(seller)).status == "paid"


class TestBySchedule:
    def test_daily_pays_everything_and_names_what_it_is_made_of(self, sandbox, client, connect_receiver, funded):
        seller = funded()
        pass_days(sandbox, 12)
        payout = client.v1.payouts.list(None, on(seller)).data[0]
        assert (payout.amount, payout.automatic, payout.status) == (5_000, True, "paid")
        assert payout.reconciliation_status == "completed"
        assert connect_receiver.types[-2:] == ["payout.paid", "payout.reconciliation_completed"]
        inside = client.v1.balance_transactions.list({"payout": payout.id}, on(seller)).data
        assert {money.type for money in inside} == {"payout", "payment"}
        assert sum(money.net for money in inside) == 0
        with pytest.raises(stripe.InvalidRequestError, match="automatic payouts"):
            client.v1.payouts.cancel(payout.id, None, on(seller))

    def test_four_clocks_at_once_pay_once(self, sandbox, client, funded):
        seller = funded()
        sandbox.advance_clock(12 * DAY)
        with ThreadPoolExecutor(4) as pool:
            for done in [pool.submit(sandbox.run_due) for _ in range(4)]:
                done.result()
        assert [payout.amount for payout in client.v1.payouts.list(None, on(seller)).data] == [5_000]
        assert available(client, seller) == 0

    def test_pending_money_waits_for_its_day(self, sandbox, client, pay, new_seller):
        seller = new_seller()
        charge = pay().payment_intent.latest_charge
        client.v1.transfers.create(
            {"amount": 5_000, "currency": "usd", "destination": seller.id, "source_transaction": charge.id}
        )
        pass_days(sandbox, 1)
        assert client.v1.payouts.list(None, on(seller)).data == []
        pass_days(sandbox, 12)
        assert [payout.amount for payout in client.v1.payouts.list(None, on(seller)).data] == [5_000]

    def test_manual_never_pays_by_itself_until_it_is_changed(self, sandbox, client, funded):
        seller = funded(schedule=MANUAL)
        pass_days(sandbox, 40)
        assert client.v1.payouts.list(None, on(seller)).data == []
        daily = {"settings": {"payouts": {"schedule": {"interval": "daily"}}}}
        client.v1.accounts.update(seller.id, daily)
        pass_days(sandbox, 5)
        assert len(client.v1.payouts.list(None, on(seller)).data) == 1

    @pytest.mark.parametrize(
        ("schedule", "fits"),
        [
            ({"interval": "weekly", "weekly_anchor": "friday"}, lambda day: day.weekday() == 4),
            ({"interval": "monthly", "monthly_anchor": 15}, lambda day: day.day == 15),
        ],
    )
    def test_weekly_and_monthly(self, sandbox, client, funded, schedule, fits):
        seller = funded(schedule=schedule)
        pass_days(sandbox, 40)
        payout = client.v1.payouts.list(None, on(seller)).data[0]
        assert fits(datetime.fromtimestamp(payout.created, UTC))

    def test_an_account_that_is_off_is_not_paid_and_is_paid_later(self, sandbox, client, new_seller, pay):
        seller = new_seller(bank="000111111116")
        pay(AT_ONCE)
        client.v1.transfers.create({"amount": 5_000, "currency": "usd", "destination": seller.id})
        pass_days(sandbox, 10)
        assert [payout.status for payout in client.v1.payouts.list(None, on(seller)).data] == ["failed"]
        sandbox.onboard(seller.id)
        pass_days(sandbox, 10)
        assert [payout.status for payout in client.v1.payouts.list(None, on(seller)).data] == ["paid", "failed"]


def test_days_of_the_calendar():
    friday, monday = 1_795_132_800, 1_795_392_000  # 20 and 23 November 2026
    assert business_days.after(friday + 3_600, 1) == monday
    assert business_days.after(friday + DAY, 0) == monday
    assert business_days.after(friday, 2) == monday + DAY
    last = {"interval": "monthly", "monthly_payout_days": [31]}
    assert payout_schedule.next_day(last, friday) == 1_795_996_800  # 30 November
    assert payout_schedule.next_day({"interval": "manual"}, friday) is None

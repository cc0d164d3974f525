"""Transfers and reversals: caps, available and pending money, both sides of the books, and the refusals."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from marketplace.sandbox import account_state, balance

DAY = 86_400
AT_ONCE = "4000000000000077"


@pytest.fixture
def seller(new_seller):
    return new_seller(schedule={"interval": "manual"})


@pytest.fixture
def send(client, seller):
    def make(amount=None, source=None, currency="usd", to=None, key=None, **more):
        params = {"currency": currency, "destination": to or seller.id, **more}
        params |= {"amount": amount} if amount is not None else {}
        params |= {"source_transaction": source} if source else {}
        return client.v1.transfers.create(params, {"idempotency_key": key} if key else {})

    return make


def charge_of(session):
    return session.payment_intent.latest_charge


def purse(client, account=None, currency="usd"):
    """Return what is available and what is pending."""
    whole = client.v1.balance.retrieve(None, {"stripe_account": account.id} if account else {})
    return tuple(
        next((part.amount for part in side if part.currency == currency), 0)
        for side in (whole.available, whole.pending)
    )


class TestFromTheBalance:
    def test_both_sides_of_the_books(self, sandbox, client, receiver, connect_receiver, pay, seller, send):
        pay(AT_ONCE)
        transfer = send(6_000, transfer_group="P-1", description="Order 1", metadata={"share": "7"})
        assert (transfer.amount, transfer.reversed, transfer.amount_reversed) == (6_000, False, 0)
        assert (transfer.transfer_group, transfer.source_transaction) == ("P-1", None)
        assert purse(client) == (9_680 - 6_000, 0)
        assert purse(client, seller) == (6_000, 0)
        seen = client.v1.transfers.retrieve(
            transfer.id, {"expand": ["balance_transaction", "destination", "destination_payment"]}
        )
        money = seen.balance_transaction
        assert (money.type, money.reporting_category, money.amount, money.fee) == ("transfer", "transfer", -6_000, 0)
        assert seen.destination.id == seller.id
        assert seen.destination_payment.source_transfer == transfer.id
        on = {"stripe_account": seller.id}
        payment = client.v1.charges.retrieve(transfer.destination_payment, {"expand": ["balance_transaction"]}, on)
        assert (payment.id[:3], payment.amount, payment.payment_method_details.type) == ("py_", 6_000, "stripe_account")
        money = payment.balance_transaction
        assert (money.type, money.reporting_category, money.net) == ("payment", "charge", 6_000)
        sandbox.deliver_pending()
        assert receiver.types[-1] == "transfer.created"
        assert (connect_receiver.types[-1], connect_receiver.seen[-1].account) == ("payment.created", seller.id)

    def test_without_available_money_it_is_refused_and_the_refusal_is_kept(self, sandbox, client, pay, send):
        pay()
        for _ in range(2):
            with pytest.raises(stripe.InvalidRequestError) as caught:
                send(1_000, key="inst/transfer/1/1")
        assert (caught.value.code, caught.value.http_status) == ("balance_insufficient", 400)
        assert caught.value.headers["Idempotent-Replayed"] == "true"
        sandbox.advance_clock(balance.SETTLEMENT_SECONDS)
        assert send(1_000, key="inst/transfer/1/2").amount == 1_000

    def test_one_key_one_transfer(self, client, pay, send):
        pay(AT_ONCE)
        assert len({send(1_000, key="k").id for _ in range(3)}) == 1
        with pytest.raises(stripe.IdempotencyError):
            send(1_001, key="k")

    def test_balances_are_apart_by_currency(self, client, pay, send):
        pay(AT_ONCE, currency="eur")
        with pytest.raises(stripe.InvalidRequestError) as caught:
            send(1_000)
        assert caught.value.code == "balance_insufficient"
        assert send(1_000, currency="eur").currency == "eur"

    def test_twenty_at_once_never_spend_more_than_there_is(self, client, pay, send):
        pay(AT_ONCE)
        gate = threading.Barrier(20)

        def ask(_):
            gate.wait()
            try:
                return send(1_000).amount
            except stripe.InvalidRequestError as error:
                return 0 if error.code == "balance_insufficient" else -1

        with ThreadPoolExecutor(20) as pool:
            assert sum(pool.map(ask, range(20))) == 9_000
        assert purse(client) == (680, 0)

    @pytest.mark.parametrize(
        ("change", "param"),
        [
            ({"amount": 0}, "amount"),
            ({"amount": "many"}, "amount"),
            ({"currency": "xyz"}, "currency"),
            ({"destination": "acct_none"}, "destination"),
            ({"source_transaction": "ch_none"}, "source_transaction"),
            ({"surprise": "x"}, "surprise"),
        ],
    )
    def test_wrong_parameters(self, client, seller, change, param):
        params = {"amount": 100, "currency": "usd", "destination": seller.id, **change}
        with pytest.raises(stripe.InvalidRequestError) as caught:
            client.v1.transfers.create(params)
        assert (caught.value.param, caught.value.http_status) == (param, 400)

    def test_who_may_not_receive(self, sandbox, client, pay, new_account, seller, send):
        pay(AT_ONCE)
        with pytest.raises(stripe.InvalidRequestError) as caught:
            send(100, to=new_account().id)
        assert caught.value.code == "insufficient_capabilities_for_transfer"
        with sandbox.sandbox.work() as work:
            account_state.disconnect(work, work.lock("account", seller.id))
        with pytest.raises(stripe.InvalidRequestError) as caught:
            send(100)
        assert caught.value.code == "account_invalid"

    def test_changing_and_listing(self, sandbox, client, receiver, pay, seller, send, new_seller):
        pay(AT_ONCE)
        first, second = send(100, transfer_group="a"), send(200, transfer_group="b")
        other = send(300, transfer_group="a", to=new_seller().id)
        listed = client.v1.transfers.list
        assert [t.id for t in listed({"transfer_group": "a"}).data] == [other.id, first.id]
        assert [t.id for t in listed({"destination": seller.id}).data] == [second.id, first.id]
        assert client.v1.transfers.update(first.id, {"metadata": {"k": "v"}}).metadata["k"] == "v"
        sandbox.deliver_pending()
        assert receiver.seen[-1].data.previous_attributes.to_dict() == {"metadata": {}}


class TestFromACharge:
    def test_it_succeeds_before_the_money_has_settled(self, sandbox, client, pay, seller, send):
        charge = charge_of(pay())
        transfer = send(9_000, charge.id)
        assert transfer.source_transaction == charge.id
        assert purse(client) == (0, 680)
        assert purse(client, seller) == (0, 9_000)
        sandbox.advance_clock(balance.SETTLEMENT_SECONDS)
        assert purse(client) == (680, 0)
        assert purse(client, seller) == (9_000, 0)

    def test_the_amount_may_be_left_out(self, client, pay, send):
        assert send(source=charge_of(pay()).id).amount == 10_000

    def test_the_transfers_of_a_charge_never_exceed_it(self, client, pay, send):
        charge = charge_of(pay())
        send(6_000, charge.id)
        with pytest.raises(stripe.InvalidRequestError, match="must not exceed the source amount") as caught:
            send(4_001, charge.id)
        assert caught.value.param == "amount"
        send(4_000, charge.id)

    def test_its_currency_is_that_of_the_charges_money(self, client, pay, send):
        with pytest.raises(stripe.InvalidRequestError, match="must be the same as the transfer currency") as caught:
            send(100, charge_of(pay(currency="eur")).id)
        assert caught.value.param == "currency"

    def test_after_settlement_it_takes_available_money(self, sandbox, client, pay, send):
        charge = charge_of(pay())
        sandbox.advance_clock(balance.SETTLEMENT_SECONDS)
        send(9_000)
        with pytest.raises(stripe.InvalidRequestError) as caught:
            send(1_000, charge.id)
        assert caught.value.code == "balance_insufficient"
        assert send(680, charge.id).amount == 680

    def test_without_a_group_one_is_made(self, client, pay, send):
        charge = charge_of(pay())
        made = [send(100, charge.id).transfer_group for _ in range(2)]
        assert made == [f"group_{charge.payment_intent}"] * 2
        assert client.v1.charges.retrieve(charge.id).transfer_group == made[0]
        grouped = charge_of(pay(payment_intent_data={"transfer_group": "P-2"}))
        assert send(100, grouped.id).transfer_group == "P-2"

    def test_a_late_fee_sets_the_day_when_it_comes(self, sandbox, client, pay, seller, send):
        charge = charge_of(pay("4000000000003600"))
        assert charge.balance_transaction is None
        send(5_000, charge.id)
        sandbox.advance_clock(3_600)
        sandbox.run_due()
        settled = client.v1.charges.retrieve(charge.id, {"expand": ["balance_transaction"]}).balance_transaction
        money = client.v1.balance_transactions.list(None, {"stripe_account": seller.id}).data[0]
        assert money.available_on == settled.available_on
        assert purse(client, seller) == (0, 5_000)

    def test_a_source_that_fails_later_is_taken_back_by_itself(self, sandbox, client, receiver, pay, seller, send):
        charge = charge_of(pay(account="000111111113"))
        transfer = send(5_000, charge.id)
        assert purse(client, seller) == (0, 5_000)
        sandbox.advance_clock(2 * DAY)
        sandbox.run_due()
        assert client.v1.transfers.retrieve(transfer.id).reversed
        assert purse(client, seller) == (0, 0)
        assert purse(client) == (0, 0)
        assert "transfer.reversed" in receiver.types

    def test_a_failed_charge_is_no_source(self, sandbox, client, new_session, send):
        session = new_session()
        sandbox.pay(session.id, "4000000000000002")
        with pytest.raises(stripe.InvalidRequestError, match="has failed"):
            send(100, client.v1.charges.list().data[0].id)


class TestReversals:
    def test_a_part_and_then_the_rest(self, sandbox, client, receiver, connect_receiver, pay, seller, send):
        pay(AT_ONCE)
        transfer = send(5_000)
        part = client.v1.transfers.reversals.create(transfer.id, {"amount": 2_000, "metadata": {"refund": "9"}})
        assert (part.id[:4], part.amount, part.transfer, part.metadata["refund"]) == ("trr_", 2_000, transfer.id, "9")
        seen = client.v1.transfers.retrieve(transfer.id)
        assert (seen.amount_reversed, seen.reversed, seen.reversals.data[0].id) == (2_000, False, part.id)
        sandbox.deliver_pending()
        assert receiver.types[-1] == "transfer.reversed"
        assert connect_receiver.types[-1] == "charge.refunded"
        rest = client.v1.transfers.reversals.create(transfer.id)
        assert rest.amount == 3_000
        assert client.v1.transfers.retrieve(transfer.id).reversed
        assert purse(client) == (9_680, 0)
        assert purse(client, seller) == (0, 0)
        full = client.v1.transfers.reversals.retrieve(transfer.id, rest.id, {"expand": ["balance_transaction"]})
        money = full.balance_transaction
        assert (money.type, money.reporting_category) == ("transfer_refund", "transfer_reversal")
        refund = client.v1.refunds.retrieve(
            rest.destination_payment_refund, {"expand": ["balance_transaction"]}, {"stripe_account": seller.id}
        )
        assert (refund.id[:4], refund.transfer_reversal) == ("pyr_", rest.id)
        assert (refund.balance_transaction.type, refund.balance_transaction.net) == ("payment_refund", -3_000)
        assert [r.id for r in client.v1.transfers.reversals.list(transfer.id).data] == [rest.id, part.id]

    def test_no_more_than_is_left(self, client, pay, send):
        pay(AT_ONCE)
        transfer = send(5_000)
        reverse = client.v1.transfers.reversals.create
        with pytest.raises(stripe.InvalidRequestError, match=r"\(\$50.01\) is greater than unreversed amount"):
            reverse(transfer.id, {"amount": 5_001})
        reverse(transfer.id)
        with pytest.raises(stripe.InvalidRequestError, match="is already fully reversed"):
            reverse(transfer.id, {"amount": 1})

    def test_what_was_paid_out_cannot_be_taken_back(self, client, pay, seller, send):
        pay(AT_ONCE)
        transfer = send(5_000)
        client.v1.payouts.create({"amount": 4_000, "currency": "usd"}, {"stripe_account": seller.id})
        for _ in range(2):
            with pytest.raises(stripe.InvalidRequestError) as caught:
                client.v1.transfers.reversals.create(transfer.id, {"amount": 1_001}, {"idempotency_key": "r/1"})
        assert caught.value.code == "balance_insufficient"
        assert caught.value.headers["Idempotent-Replayed"] == "true"
        assert client.v1.transfers.reversals.create(transfer.id, {"amount": 1_000}).amount == 1_000

    def test_pending_money_of_the_same_transfer_can_be_taken_back(self, sandbox, client, pay, seller, send):
        transfer = send(5_000, charge_of(pay()).id)
        client.v1.transfers.reversals.create(transfer.id, {"amount": 5_000})
        assert purse(client, seller) == (0, 0)
        assert purse(client) == (0, 9_680)

    def test_twenty_at_once_never_take_more_than_was_sent(self, client, pay, seller, send):
        pay(AT_ONCE)
        transfer, gate = send(5_000), threading.Barrier(20)

        def ask(_):
            gate.wait()
            try:
                return client.v1.transfers.reversals.create(transfer.id, {"amount": 1_000}).amount
            except stripe.InvalidRequestError:
                return 0

        with ThreadPoolExecutor(20) as pool:
            assert sum(pool.map(ask, range(20))) == 5_000
        assert purse(client, seller) == (0, 0)


def test_a_refund_never_touches_a_transfer(client, pay, seller, send):
    charge = charge_of(pay())
    transfer = send(5_000, charge.id)
    client.v1.refunds.create({"charge": charge.id})
    assert client.v1.transfers.retrieve(transfer.id).amount_reversed == 0
    assert purse(client, seller) == (0, 5_000)
    assert purse(client) == (0, -5_320)


def test_accounts_have_keys_lists_and_events_of_their_own(client, pay, seller, send):
    pay(AT_ONCE)
    send(5_000)
    on = {"stripe_account": seller.id}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"charge": client.v1.charges.list(None, on).data[0].id})
    assert caught.value.code == "resource_missing"
    assert [charge.id[:3] for charge in client.v1.charges.list().data] == ["ch_"]
    assert [charge.id[:3] for charge in client.v1.charges.list(None, on).data] == ["py_"]
    assert {event.account for event in client.v1.events.list(None, on).data} == {seller.id}
    assert not any(getattr(event, "account", None) for event in client.v1.events.list({"limit": 100}).data)
    made = [
        client.v1.payouts.create({"amount": 100, "currency": "usd"}, {**where, "idempotency_key": "same"}).id
        for where in (on, {})
    ]
    assert made[0] != made[1]

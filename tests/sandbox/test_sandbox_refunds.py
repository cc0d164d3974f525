"""Refunds: caps, the three ways they end, and the money that goes and comes back."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

DAY = 86_400


@pytest.fixture
def charge(pay):
    return pay().payment_intent.latest_charge


def test_a_part_and_then_the_rest(sandbox, client, receiver, charge):
    part = client.v1.refunds.create(
        {"charge": charge.id, "amount": 4_000, "reason": "duplicate", "metadata": {"k": "v"}}
    )
    assert (part.status, part.amount, part.reason, part.metadata["k"]) == ("succeeded", 4_000, "duplicate", "v")
    seen = client.v1.charges.retrieve(charge.id)
    assert (seen.amount_refunded, seen.refunded) == (4_000, False)
    rest = client.v1.refunds.create({"payment_intent": charge.payment_intent})
    assert rest.amount == 6_000
    seen = client.v1.charges.retrieve(charge.id)
    assert (seen.amount_refunded, seen.refunded) == (10_000, True)
    sandbox.deliver_pending()
    totals = [e.data.object["amount_refunded"] for e in receiver.seen if e.type == "charge.refunded"]
    assert totals == [4_000, 10_000]


def test_the_fee_is_not_given_back(sandbox, client, charge):
    client.v1.refunds.create({"charge": charge.id})
    assert sandbox.balance_sum("usd") == -320
    money = client.v1.balance_transactions.list({"type": "refund"}).data[0]
    assert (money.amount, money.fee, money.net, money.reporting_category) == (-10_000, 0, -10_000, "refund")


def test_no_more_than_is_left(client, charge):
    client.v1.refunds.create({"charge": charge.id, "amount": 9_000})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"charge": charge.id, "amount": 1_001})
    assert str(caught.value.user_message) == (
        "Refund amount ($10.01) is greater than unrefunded amount on charge ($10.00)"
    )
    client.v1.refunds.create({"charge": charge.id, "amount": 1_000})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"charge": charge.id, "amount": 1})
    assert caught.value.code == "charge_already_refunded"


@pytest.mark.parametrize("amount", [0, -5, "ten"])
def test_an_amount_is_a_positive_whole_number(client, charge, amount):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"charge": charge.id, "amount": amount})
    assert caught.value.code == "parameter_invalid_integer"


def test_only_what_was_paid_can_be_refunded(sandbox, client, new_session, pay):
    failed = new_session()
    sandbox.pay(failed.id, "4000000000000002")
    intent_id = client.v1.checkout.sessions.retrieve(failed.id).payment_intent
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        client.v1.refunds.create({"payment_intent": intent_id})
    waiting = pay(account="000123456789").payment_intent
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        client.v1.refunds.create({"payment_intent": waiting.id})


def test_events_of_a_refund(sandbox, client, receiver, charge):
    sandbox.deliver_pending()
    receiver.seen.clear()
    client.v1.refunds.create({"charge": charge.id})
    sandbox.deliver_pending()
    assert receiver.types == ["refund.created", "charge.refunded"]


def test_twenty_at_once_never_pass_the_cap(sandbox, client, charge):
    gate = threading.Barrier(20)

    def ask(_):
        gate.wait()
        try:
            return client.v1.refunds.create({"charge": charge.id, "amount": 1_000}).amount
        except stripe.InvalidRequestError:
            return 0

    with ThreadPoolExecutor(20) as pool:
        given = list(pool.map(ask, range(20)))
    assert sum(given) == 10_000
    assert sandbox.balance_sum("usd") == -320


class TestSlowRefund:
    def test_it_is_pending_first_and_succeeds_later(self, sandbox, client, receiver, pay):
        charge = pay("4000000000007726").payment_intent.latest_charge
        refund = client.v1.refunds.create({"charge": charge.id})
        assert (refund.status, refund.pending_reason) == ("pending", "processing")
        sandbox.deliver_pending()
        receiver.seen.clear()
        sandbox.advance_clock(3_600)
        sandbox.run_due()
        assert receiver.types == ["refund.updated", "charge.refund.updated"]
        assert client.v1.refunds.retrieve(refund.id).status == "succeeded"


class TestFailingRefund:
    def test_it_succeeds_first_and_fails_after_five_days(self, sandbox, client, receiver, pay):
        charge = pay("4000000000005126").payment_intent.latest_charge
        refund = client.v1.refunds.create({"charge": charge.id, "amount": 7_000})
        assert refund.status == "succeeded"
        assert sandbox.balance_sum("usd") == 2_680
        sandbox.deliver_pending()
        receiver.seen.clear()
        sandbox.advance_clock(5 * DAY)
        sandbox.run_due()
        failed = client.v1.refunds.retrieve(refund.id, {"expand": ["failure_balance_transaction"]})
        assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
        assert (failed.failure_balance_transaction.type, failed.failure_balance_transaction.net) == (
            "refund_failure",
            7_000,
        )
        assert receiver.types == ["refund.updated", "charge.refund.updated", "charge.updated", "refund.failed"]
        assert sandbox.balance_sum("usd") == 9_680
        again = client.v1.charges.retrieve(charge.id)
        assert (again.amount_refunded, again.refunded) == (0, False)

    def test_what_failed_can_be_refunded_again(self, sandbox, client, pay):
        charge = pay("4000000000005126").payment_intent.latest_charge
        client.v1.refunds.create({"charge": charge.id})
        sandbox.advance_clock(5 * DAY)
        sandbox.run_due()
        assert client.v1.refunds.create({"charge": charge.id}).status == "succeeded"


class TestBankRefund:
    @pytest.fixture
    def debited(self, sandbox, client, pay):
        def make(account):
            session = pay(account=account)
            sandbox.advance_clock(2 * DAY)
            sandbox.run_due()
            return session.payment_intent.latest_charge

        return make

    def test_it_takes_two_days(self, sandbox, client, debited):
        refund = client.v1.refunds.create({"charge": debited("000123456789").id})
        assert refund.id.startswith("pyr_")
        assert refund.status == "pending"
        sandbox.advance_clock(2 * DAY)
        sandbox.run_due()
        assert client.v1.refunds.retrieve(refund.id).status == "succeeded"

    def test_one_account_waits_for_the_buyer_and_can_be_called_off(self, sandbox, client, debited):
        charge = debited("000555555559")
        before = sandbox.balance_sum("usd")
        refund = client.v1.refunds.create({"charge": charge.id})
        assert (refund.status, refund.next_action.type) == ("requires_action", "display_details")
        assert client.v1.refunds.cancel(refund.id).status == "canceled"
        assert sandbox.balance_sum("usd") == before
        assert client.v1.charges.retrieve(charge.id).amount_refunded == 0


def test_a_refund_that_waits_for_nobody_cannot_be_canceled(client, charge):
    refund = client.v1.refunds.create({"charge": charge.id})
    with pytest.raises(stripe.InvalidRequestError, match="requires_action"):
        client.v1.refunds.cancel(refund.id)


def test_metadata_of_a_refund_is_its_own(client, charge):
    refund = client.v1.refunds.create({"charge": charge.id, "amount": 100})
    assert client.v1.refunds.update(refund.id, {"metadata": {"ticket": "12"}}).metadata["ticket"] == "12"
    assert [r.id for r in client.v1.refunds.list({"charge": charge.id}).data] == [refund.id]

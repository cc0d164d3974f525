"""What a payment does: cards, declines, 3-D Secure, slow debits, expiry, and the money they move."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from marketplace.sandbox.cards import BEHAVIOURS, DECLINES
from marketplace.sandbox.currencies import processing_fee

DAY = 86_400
PAYING = [number for number, card in BEHAVIOURS.items() if not card.decline]
REFUSED = [(number, DECLINES[card.decline]) for number, card in BEHAVIOURS.items() if card.decline]


@pytest.mark.parametrize("number", PAYING)
def test_a_good_card_pays(sandbox, client, new_session, number):
    session = new_session()
    assert session.payment_intent is None
    answer = sandbox.pay(session.id, number)
    assert (answer.outcome, answer.location) == ("paid", f"http://shop.test/done?session={session.id}")
    done = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
    charge = done.payment_intent.latest_charge
    assert (done.status, done.payment_status, done.url) == ("complete", "paid", None)
    assert (done.payment_intent.status, done.payment_intent.amount_received) == ("succeeded", 10_000)
    assert (charge.status, charge.paid, charge.captured) == ("succeeded", True, True)
    assert done.customer_details.email == "buyer@example.com"


@pytest.mark.parametrize(("number", "why"), REFUSED)
def test_a_bad_card_is_declined_and_can_be_tried_again(sandbox, client, new_session, number, why):
    session = new_session()
    answer = sandbox.pay(session.id, number)
    assert (answer.outcome, answer.message) == ("declined", why.plain)
    seen = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
    intent = seen.payment_intent
    assert (seen.status, seen.payment_status, intent.status) == ("open", "unpaid", "requires_payment_method")
    assert (intent.last_payment_error.code, intent.last_payment_error.decline_code) == (why.code, why.decline_code)
    assert (intent.latest_charge.status, intent.latest_charge.failure_code) == ("failed", why.code)
    assert sandbox.pay(session.id).outcome == "paid"
    again = client.v1.payment_intents.retrieve(intent.id)
    assert (again.status, again.last_payment_error) == ("succeeded", None)
    assert len(client.v1.charges.list({"payment_intent": intent.id}).data) == 2
    assert sandbox.balance_sum("usd") == 9_680


def test_a_wrong_number_is_no_attempt(sandbox, client, new_session):
    session = new_session()
    assert sandbox.pay(session.id, "4242424242424241").outcome == "invalid"
    assert client.v1.checkout.sessions.retrieve(session.id).payment_intent is None


def test_a_number_that_is_no_test_card_is_declined(sandbox, new_session):
    assert sandbox.pay(new_session().id, "4111111111111111").outcome == "declined"


def test_blocked_payments_say_so(client, sandbox, new_session):
    sandbox.pay(new_session().id, "4100000000000019")
    outcome = client.v1.charges.list().data[0].outcome
    assert (outcome.type, outcome.risk_level, outcome.network_status) == ("blocked", "highest", "not_sent_to_network")


def test_events_of_a_payment_come_in_the_usual_order(sandbox, receiver, pay):
    pay()
    sandbox.deliver_pending()
    assert receiver.types == [
        "payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed",
        "charge.updated",
    ]  # fmt: skip


def test_events_of_a_decline(sandbox, receiver, new_session):
    sandbox.pay(new_session().id, "4000000000000002")
    sandbox.deliver_pending()
    assert receiver.types == ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]


def test_no_card_number_is_stored_anywhere(sandbox, pay):
    pay("5555555555554444")
    pay("4000002760003184")
    with sandbox.sandbox.work() as work:
        for table in ("objects", "events", "idempotency", "due"):
            dump = str(work.rows(f"SELECT * FROM {table}"))
            assert "5555555555554444" not in dump
            assert "4000002760003184" not in dump


class TestThreeDSecure:
    CARD = "4000002760003184"

    def test_it_asks_first(self, sandbox, client, receiver, new_session):
        session = new_session()
        assert sandbox.pay(session.id, self.CARD, authenticate=None).outcome == "authenticate"
        seen = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
        assert (seen.status, seen.payment_intent.status) == ("open", "requires_action")
        assert seen.payment_intent.next_action.type == "redirect_to_url"
        sandbox.deliver_pending()
        assert receiver.types == ["payment_intent.created", "payment_intent.requires_action"]

    def test_failing_it_is_no_charge_and_can_be_tried_again(self, sandbox, client, new_session):
        session = new_session()
        assert sandbox.pay(session.id, self.CARD, authenticate=False).outcome == "declined"
        intent = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]}).payment_intent
        assert intent.last_payment_error.code == "payment_intent_authentication_failure"
        assert intent.latest_charge is None
        assert sandbox.pay(session.id, self.CARD).outcome == "paid"

    def test_another_card_may_be_used_instead(self, sandbox, client, new_session):
        session = new_session()
        sandbox.pay(session.id, self.CARD, authenticate=None)
        assert sandbox.pay(session.id).outcome == "paid"

    def test_passed_and_then_declined(self, sandbox, client, new_session):
        session = new_session()
        assert sandbox.pay(session.id, "4000008400001629").outcome == "declined"
        assert client.v1.charges.list().data[0].status == "failed"


class TestMoney:
    @pytest.mark.parametrize(
        ("amount", "currency", "fee"),
        [(10_000, "usd", 320), (50, "usd", 31), (517, "usd", 45), (1_100_000, "sek", 32_080), (500, "jpy", 55),
         (10_000, "gbp", 310), (99_999_999, "eur", 2_900_030)],
    )  # fmt: skip
    def test_the_fee_is_2_9_percent_half_up_plus_a_fixed_part(self, pay, amount, currency, fee):
        money = pay(amount=amount, currency=currency).payment_intent.latest_charge.balance_transaction
        assert (money.amount, money.fee, money.net, money.currency) == (amount, fee, amount - fee, currency)
        assert processing_fee(amount, currency) == fee

    def test_money_is_pending_for_two_days(self, sandbox, client, pay):
        session = pay()
        charged = session.payment_intent.latest_charge.balance_transaction
        assert charged.status == "pending"
        balance = client.v1.balance.retrieve()
        assert (balance.available[0].amount, balance.pending[0].amount) == (0, 9_680)
        sandbox.advance_clock(2 * DAY)
        balance = client.v1.balance.retrieve()
        assert (balance.available[0].amount, balance.pending[0].amount) == (9_680, 0)
        assert client.v1.balance_transactions.retrieve(charged.id).status == "available"

    def test_one_card_skips_pending(self, pay):
        money = pay("4000000000000077").payment_intent.latest_charge.balance_transaction
        assert money.status == "available"

    def test_the_fee_is_not_in_the_first_event(self, sandbox, receiver, pay):
        session = pay()
        sandbox.deliver_pending()
        by_type = {event.type: event for event in receiver.seen}
        assert by_type["charge.succeeded"].data.object["balance_transaction"] is None
        updated = by_type["charge.updated"].data
        assert updated.object["balance_transaction"] == session.payment_intent.latest_charge.balance_transaction.id
        assert updated.previous_attributes.to_dict() == {"balance_transaction": None}

    def test_one_card_has_a_late_fee(self, sandbox, client, receiver, pay):
        charge = pay("4000000000003600").payment_intent.latest_charge
        assert charge.balance_transaction is None
        assert sandbox.balance_sum("usd") == 0
        sandbox.advance_clock(3_590)
        sandbox.run_due()
        assert "charge.updated" not in receiver.types
        sandbox.advance_clock(40)
        sandbox.run_due()
        assert receiver.types[-1] == "charge.updated"
        assert sandbox.balance_sum("usd") == 9_680

    def test_balances_are_per_currency(self, sandbox, client, pay):
        pay(amount=10_000, currency="usd")
        pay(amount=20_000, currency="eur")
        pending = {part.currency: part.amount for part in client.v1.balance.retrieve().pending}
        assert pending == {"usd": 9_680, "eur": 19_390}


class TestBankDebit:
    def test_the_session_completes_unpaid_and_is_paid_two_days_later(self, sandbox, client, receiver, pay):
        session = pay(account="000123456789")
        assert (session.status, session.payment_status) == ("complete", "unpaid")
        assert (session.payment_intent.status, session.payment_intent.latest_charge.status) == ("processing", "pending")
        assert session.payment_intent.latest_charge.id.startswith("py_")
        sandbox.deliver_pending()
        assert receiver.types == [
            "payment_intent.created", "charge.pending", "payment_intent.processing", "checkout.session.completed",
        ]  # fmt: skip
        receiver.seen.clear()
        sandbox.advance_clock(2 * DAY)
        sandbox.run_due()
        assert receiver.types == [
            "charge.succeeded", "payment_intent.succeeded", "checkout.session.async_payment_succeeded",
            "charge.updated",
        ]  # fmt: skip
        assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
        assert client.v1.balance_transactions.list().data[0].type == "payment"

    @pytest.mark.parametrize(
        ("account", "code"), [("000111111113", "account_closed"), ("000222222227", "insufficient_funds")]
    )
    def test_it_may_fail_later(self, sandbox, client, receiver, pay, account, code):
        session = pay(account=account)
        sandbox.deliver_pending()
        receiver.seen.clear()
        sandbox.advance_clock(2 * DAY)
        sandbox.run_due()
        assert receiver.types == [
            "charge.failed", "payment_intent.payment_failed", "checkout.session.async_payment_failed",
        ]  # fmt: skip
        charge = client.v1.charges.retrieve(session.payment_intent.latest_charge.id)
        assert (charge.status, charge.failure_code) == ("failed", code)
        after = client.v1.checkout.sessions.retrieve(session.id)
        assert (after.status, after.payment_status) == ("complete", "unpaid")
        assert sandbox.balance_sum("usd") == 0

    def test_one_account_never_ends_by_itself(self, sandbox, client, pay):
        session = pay(account="000000000009")
        sandbox.advance_clock(60 * DAY)
        sandbox.run_due()
        assert client.v1.payment_intents.retrieve(session.payment_intent.id).status == "processing"

    def test_the_moment_is_when_it_was_due_not_when_the_clock_jumped(self, sandbox, client, pay):
        session = pay(account="000123456789")
        sandbox.advance_clock(30 * DAY)
        sandbox.run_due()
        money = client.v1.balance_transactions.list().data[0]
        assert money.created == session.payment_intent.created + 2 * DAY
        assert money.status == "available"

    def test_a_session_for_cards_only_offers_none(self, sandbox, client, new_session):
        session = new_session(payment_method_types=["card"])
        assert sandbox.pay(session.id, account="000123456789").outcome == "invalid"
        assert client.v1.checkout.sessions.retrieve(session.id).status == "open"


class TestExpiry:
    def test_by_the_merchant_and_only_once(self, sandbox, client, receiver, new_session):
        session = new_session()
        expired = client.v1.checkout.sessions.expire(session.id)
        assert (expired.status, expired.url) == ("expired", None)
        with pytest.raises(stripe.InvalidRequestError) as caught:
            client.v1.checkout.sessions.expire(session.id)
        assert str(caught.value.user_message) == (
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            "This Checkout Session has a status of `expired`."
        )
        sandbox.deliver_pending()
        assert receiver.types == ["checkout.session.expired"]

    def test_by_the_clock(self, sandbox, client, receiver, new_session):
        session = new_session()
        sandbox.advance_clock(DAY)
        sandbox.run_due()
        assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
        assert receiver.types == ["checkout.session.expired"]

    def test_nobody_can_pay_after_the_time_even_before_the_scheduler_came_by(self, sandbox, client, new_session):
        session = new_session()
        sandbox.advance_clock(DAY)
        assert sandbox.pay(session.id).outcome == "expired"

    def test_the_intent_of_a_tried_session_is_canceled_with_it(self, sandbox, client, new_session):
        session = new_session()
        sandbox.pay(session.id, "4000000000000002")
        intent_id = client.v1.checkout.sessions.expire(session.id).payment_intent
        assert client.v1.payment_intents.retrieve(intent_id).status == "canceled"

    def test_a_paid_session_cannot_be_expired(self, client, pay):
        with pytest.raises(stripe.InvalidRequestError, match="status of `complete`"):
            client.v1.checkout.sessions.expire(pay().id)

    def test_an_intent_of_a_session_cannot_be_canceled_directly(self, sandbox, client, new_session):
        session = new_session()
        sandbox.pay(session.id, "4000000000000002")
        intent_id = client.v1.checkout.sessions.retrieve(session.id).payment_intent
        with pytest.raises(stripe.InvalidRequestError, match="Expire the Checkout Session instead"):
            client.v1.payment_intents.cancel(intent_id)


def test_a_total_of_0_needs_no_payment(sandbox, client, receiver, new_session):
    session = new_session(amount=0)
    assert sandbox.pay(session.id).outcome == "paid"
    done = client.v1.checkout.sessions.retrieve(session.id)
    assert (done.status, done.payment_status, done.payment_intent) == ("complete", "no_payment_required", None)
    sandbox.deliver_pending()
    assert receiver.types == ["checkout.session.completed"]


def test_a_customer_is_made_when_asked_for(client, pay):
    assert pay(customer_creation="if_required").customer is None
    made = pay(customer_creation="always").customer
    assert client.v1.customers.retrieve(made).email == "buyer@example.com"


class TestRaces:
    def test_ten_submits_of_one_session_charge_once(self, sandbox, client, new_session):
        session = new_session()
        gate = threading.Barrier(10)

        def submit(_):
            gate.wait()
            return sandbox.pay(session.id).outcome

        with ThreadPoolExecutor(10) as pool:
            list(pool.map(submit, range(10)))
        assert len(client.v1.charges.list().data) == 1
        assert sandbox.balance_sum("usd") == 9_680

    def test_expiring_and_paying_at_once_has_one_winner(self, sandbox, client, new_session):
        for _ in range(8):
            session = new_session()
            gate = threading.Barrier(2)

            def expire(session_id=session.id, gate=gate):
                gate.wait()
                try:
                    client.v1.checkout.sessions.expire(session_id)
                except stripe.InvalidRequestError:
                    return False
                return True

            def submit(session_id=session.id, gate=gate):
                gate.wait()
                return sandbox.pay(session_id).outcome == "paid"

            with ThreadPoolExecutor(2) as pool:
                expired, paid = pool.submit(expire), pool.submit(submit)
            assert expired.result() != paid.result()
            status = client.v1.checkout.sessions.retrieve(session.id).status
            assert status == ("expired" if expired.result() else "complete")

    def test_paying_while_the_scheduler_expires_has_one_winner_and_no_deadlock(self, sandbox, client, new_session):
        for _ in range(5):
            session = new_session(expires_at=sandbox.sandbox.clock.now() + 31 * 60)
            sandbox.advance_clock(31 * 60 - 1)
            with ThreadPoolExecutor(2) as pool:
                paid = pool.submit(sandbox.pay, session.id)
                sandbox.advance_clock(2)
                pool.submit(sandbox.run_due).result()
            status = client.v1.checkout.sessions.retrieve(session.id).status
            assert status == ("complete" if paid.result().outcome == "paid" else "expired")

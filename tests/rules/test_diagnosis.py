"""The looks of a diagnosis as tables: what is known, what is found, and what helps (S4.29)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from marketplace.diagnosis import payment_rules, refund_rules, rules
from marketplace.diagnosis.payment_rules import PaymentCase, ShareFact
from marketplace.diagnosis.refund_rules import RefundCase
from marketplace.diagnosis.rules import CallFact, Deed, Finding, Row, RowKind, Verdict, Wires
from marketplace.money import Money
from marketplace.orders.states import OrderStatus
from marketplace.outbound.states import CallKind, CallStatus
from marketplace.payment_records.states import PaymentStatus
from marketplace.payments.states import ReceiptStatus, TransactionStatus
from marketplace.payouts.states import AccountStatus
from marketplace.provider_events.states import RefusalCause
from marketplace.refunds.rules import RefundOrigin
from marketplace.refunds.states import RefundStatus

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
USD = Money(10_000, "USD")
WIRES = Wires(refused=(), last_stored_at=NOW, last_tick_at=NOW, tick_error="", system_now=NOW)
CALL = CallFact(7, CallKind.CREATE_CHECKOUT, CallStatus.DONE, 1, "", None)
SHARE = ShareFact(
    3,
    "MK-1",
    OrderStatus.CONFIRMED,
    TransactionStatus.HELD,
    USD,
    planned_release_date=NOW + timedelta(days=9),
    blocks=(),
)
PAYMENT = PaymentCase(
    status=PaymentStatus.COMPLETED,
    amount=USD,
    provider="stripe",
    session_id="cs_1",
    intent_id="pi_1",
    expires_at=NOW,
    completed_at=NOW,
    declines=(),
    calls=(CALL,),
    events=(),
    shares=(SHARE,),
    receipt=None,
    next_look_at=None,
    wires=WIRES,
    now=NOW,
)
PAID = payment_rules.ProviderSays(is_paid=True, amount=USD, object_id="cs_1")
REFUND = RefundCase(
    number="RF-1",
    origin=RefundOrigin.BUYER,
    status=RefundStatus.PENDING,
    amount=Money(2_500, "USD"),
    left=USD,
    problem="",
    asked_at=NOW,
    paid_at=NOW - timedelta(days=10),
    share=Row(RowKind.SHARE, "3", "Share"),
    share_status=TransactionStatus.HELD,
    blocks=(),
    dispute=None,
    first_approver="",
    needs_second=False,
    decided="",
    notes="",
    debt=None,
    account=None,
    seller=Row(RowKind.SELLER, "4", "Seller"),
    provider_refund_id=None,
    calls=(),
    events=(),
    next_look_at=None,
    wires=WIRES,
    now=NOW,
)
ALLOWED = refund_rules.ProviderSays(method="card", left=USD, available=USD)


def found(findings: tuple[Finding, ...], question: str) -> tuple[Verdict, Deed | None]:
    [each] = [each for each in findings if each.question.startswith(question)]
    return each.verdict, each.deed


def test_everything_in_order_is_good_or_goes_on_by_itself() -> None:
    paid = payment_rules.findings(replace(PAYMENT, events=()), PAID)
    assert [each.question for each in paid if each.verdict is Verdict.ACT] == ["Has the provider told us?"]
    asked = refund_rules.findings(REFUND, ALLOWED)
    assert [each.question for each in asked if each.verdict is Verdict.ACT] == ["Has somebody decided?"]
    assert all(each.rule for each in (*paid, *asked))


@pytest.mark.parametrize(
    ("status", "says", "verdict", "deed"),
    [
        (PaymentStatus.COMPLETED, PAID, Verdict.GOOD, None),
        (PaymentStatus.REFUNDED, PAID, Verdict.GOOD, None),
        (PaymentStatus.PENDING, PAID, Verdict.ACT, Deed.ASK_NOW),
        (PaymentStatus.EXPIRED, PAID, Verdict.ACT, Deed.ASK_NOW),
        (PaymentStatus.COMPLETED, replace(PAID, is_paid=False), Verdict.ACT, Deed.RECONCILE),
        (PaymentStatus.COMPLETED, replace(PAID, amount=Money(9_999, "USD")), Verdict.ACT, Deed.RECONCILE),
        (PaymentStatus.COMPLETED, replace(PAID, amount=Money(10_000, "EUR")), Verdict.ACT, Deed.RECONCILE),
        (PaymentStatus.PENDING, replace(PAID, is_paid=False, is_open=True), Verdict.GOOD, None),
        (PaymentStatus.PENDING, replace(PAID, is_paid=False), Verdict.ACT, Deed.ASK_NOW),
        (PaymentStatus.PENDING, replace(PAID, is_paid=False, is_clearing=True), Verdict.ACT, Deed.ASK_NOW),
        (PaymentStatus.PROCESSING, replace(PAID, is_paid=False, is_clearing=True), Verdict.GOOD, None),
        (PaymentStatus.PROCESSING, replace(PAID, is_paid=False), Verdict.ACT, Deed.ASK_NOW),
        (PaymentStatus.PENDING, payment_rules.ProviderSays(silence="no line"), Verdict.UNKNOWN, Deed.LOOK_AGAIN),
        (PaymentStatus.PENDING, payment_rules.ProviderSays(refusal="No such session."), Verdict.ACT, Deed.SEE_SETTINGS),
        (PaymentStatus.FAILED, payment_rules.ProviderSays(was_asked=False), Verdict.UNKNOWN, None),
    ],
)
def test_what_the_provider_says_beside_our_row(
    status: PaymentStatus, says: payment_rules.ProviderSays, verdict: Verdict, deed: Deed | None
) -> None:
    case = replace(PAYMENT, status=status, completed_at=None)
    assert found(payment_rules.findings(case, says), "What does the provider say") == (verdict, deed)


@pytest.mark.parametrize(
    ("call", "verdict"),
    [
        (CallStatus.UNKNOWN, Verdict.COURSE),
        (CallStatus.PLANNED, Verdict.COURSE),
        (CallStatus.BLOCKED, Verdict.ACT),
        (CallStatus.REFUSED, Verdict.ACT),
    ],
)
def test_a_page_that_was_not_opened(call: CallStatus, verdict: Verdict) -> None:
    case = replace(PAYMENT, session_id=None, calls=(replace(CALL, status=call),))
    says = payment_rules.ProviderSays(was_asked=False)
    assert found(payment_rules.findings(case, says), "Was a payment page") == (verdict, Deed.OPEN)


@pytest.mark.parametrize(
    ("receipt", "shares", "verdict", "deed"),
    [
        (None, (SHARE,), Verdict.GOOD, None),
        (None, (replace(SHARE, gross=Money(9_999, "USD")),), Verdict.ACT, Deed.RECONCILE),
        (None, (replace(SHARE, status=TransactionStatus.PENDING),), Verdict.ACT, Deed.RECONCILE),
        (ReceiptStatus.RETURNING, (), Verdict.COURSE, None),
        (ReceiptStatus.RETURNED, (), Verdict.GOOD, None),
        (ReceiptStatus.FAILED, (), Verdict.ACT, Deed.RETURN_AGAIN),
    ],
)
def test_whether_the_money_is_in_the_books(
    receipt: ReceiptStatus | None, shares: tuple[ShareFact, ...], verdict: Verdict, deed: Deed | None
) -> None:
    case = replace(PAYMENT, shares=shares, receipt=(receipt, "Paid twice.") if receipt else None)
    assert found(payment_rules.findings(case, PAID), "Is the money in the books?") == (verdict, deed)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (SHARE, "Held until "),
        (replace(SHARE, blocks=("A refund is open",)), "Held, and it may not move: A refund is open."),
        (replace(SHARE, planned_release_date=NOW), "the seller has not sent the order"),
        (replace(SHARE, planned_release_date=NOW, order_status=OrderStatus.SHIPPED), "nobody has said yet"),
        (replace(SHARE, planned_release_date=NOW, order_status=OrderStatus.DELIVERED), "the next tick releases it"),
        (replace(SHARE, status=TransactionStatus.AVAILABLE), "Released"),
        (replace(SHARE, status=TransactionStatus.PAID_OUT), "The seller has been paid."),
    ],
)
def test_where_a_share_is(share: ShareFact, words: str) -> None:
    findings = payment_rules.findings(replace(PAYMENT, shares=(share,)), PAID)
    [each] = [each for each in findings if each.question.startswith("Where is")]
    assert words in "".join(map(str, each.found))


@pytest.mark.parametrize(
    ("case", "question", "verdict", "deed"),
    [
        (replace(REFUND, paid_at=NOW - timedelta(days=120)), "Was it asked for in time", Verdict.GOOD, None),
        (replace(REFUND, paid_at=NOW - timedelta(days=121)), "Was it asked for in time", Verdict.ACT, None),
        (
            replace(REFUND, paid_at=NOW - timedelta(days=121), origin=RefundOrigin.ADMIN),
            "Was it asked for in time",
            Verdict.GOOD,
            None,
        ),
        (replace(REFUND, share_status=TransactionStatus.PENDING), "Has the order been paid", Verdict.ACT, None),
        (replace(REFUND, problem="That is more."), "Is that much left", Verdict.ACT, Deed.DECIDE),
        (replace(REFUND, needs_second=True), "Has somebody decided", Verdict.ACT, Deed.DECIDE),
        (replace(REFUND, status=RefundStatus.REJECTED, decided="Ada"), "Has somebody decided", Verdict.GOOD, None),
        (replace(REFUND, debt=Money(5, "USD")), "Could it be taken back", Verdict.COURSE, Deed.OPEN),
        (
            replace(REFUND, debt=Money(5, "USD"), account=AccountStatus.DISCONNECTED),
            "Could it be taken back",
            Verdict.COURSE,
            Deed.OPEN,
        ),
        (
            replace(REFUND, debt=Money(5, "USD"), account=AccountStatus.ENABLED),
            "Could it be taken back",
            Verdict.GOOD,
            None,
        ),
    ],
)
def test_whether_a_refund_may_be(case: RefundCase, question: str, verdict: Verdict, deed: Deed | None) -> None:
    assert found(refund_rules.findings(case, ALLOWED), question) == (verdict, deed)


@pytest.mark.parametrize(
    ("says", "question", "verdict"),
    [
        (replace(ALLOWED, left=Money(2_499, "USD")), "Does the provider allow", Verdict.ACT),
        (replace(ALLOWED, method="sepa_debit"), "Does the provider allow", Verdict.GOOD),
        (replace(ALLOWED, method="bacs_debit"), "Does the provider allow", Verdict.UNKNOWN),
        (replace(ALLOWED, available=Money(2_499, "USD")), "Is there enough", Verdict.ACT),
        (replace(ALLOWED, available=None), "Is there enough", Verdict.UNKNOWN),
        (replace(ALLOWED, is_disputed=True), "Does the buyer's bank", Verdict.ACT),
    ],
)
def test_what_the_provider_allows(says: refund_rules.ProviderSays, question: str, verdict: Verdict) -> None:
    assert found(refund_rules.findings(REFUND, says), question)[0] is verdict


def test_a_debit_goes_back_for_half_a_year_and_a_card_for_ever() -> None:
    late = replace(REFUND, paid_at=NOW - timedelta(days=181), origin=RefundOrigin.ADMIN)
    for method, verdict in (("us_bank_account", Verdict.ACT), ("card", Verdict.GOOD)):
        says = replace(ALLOWED, method=method)
        assert found(refund_rules.findings(late, says), "Does the provider allow")[0] is verdict


@pytest.mark.parametrize(
    ("status", "word", "verdict", "deed"),
    [
        (RefundStatus.PROCESSING, "pending", Verdict.COURSE, None),
        (RefundStatus.PROCESSING, "succeeded", Verdict.ACT, Deed.ASK_NOW),
        (RefundStatus.COMPLETED, "succeeded", Verdict.GOOD, None),
        (RefundStatus.COMPLETED, "failed", Verdict.ACT, Deed.ASK_NOW),
        (RefundStatus.FAILED, "failed", Verdict.GOOD, None),
        (RefundStatus.FAILED, "a new word", Verdict.ACT, Deed.ASK_NOW),
    ],
)
def test_a_refund_here_and_there(status: RefundStatus, word: str, verdict: Verdict, deed: Deed | None) -> None:
    case = replace(REFUND, status=status, provider_refund_id="re_1")
    says = replace(ALLOWED, refund_id="re_1", refund_status=word, refund_amount=REFUND.amount)
    assert found(refund_rules.findings(case, says), "What does the provider say of it") == (verdict, deed)


def test_a_refused_attempt_says_what_helps() -> None:
    call = CallFact(9, CallKind.REFUND, CallStatus.REFUSED, 1, "balance_insufficient: Too low", None)
    findings = refund_rules.findings(replace(REFUND, status=RefundStatus.FAILED, calls=(call,)), ALLOWED)
    [each] = [each for each in findings if each.question.startswith("Was the provider asked")]
    assert (each.verdict, each.deed) == (Verdict.ACT, Deed.OPEN)
    assert "The balance at the provider is too low." in "".join(map(str, each.found))


def test_a_worker_that_stands_still_is_seen() -> None:
    for last, error, verdict in (
        (NOW, "", Verdict.GOOD),
        (NOW - timedelta(minutes=6), "", Verdict.ACT),
        (None, "", Verdict.ACT),
        (NOW, "boom", Verdict.ACT),
    ):
        assert rules.background(replace(WIRES, last_tick_at=last, tick_error=error)).verdict is verdict


def test_a_message_too_large_is_no_wrong_secret() -> None:
    for cause, verdict in ((RefusalCause.TOO_LARGE, Verdict.GOOD), (RefusalCause.NOT_VERIFIED, Verdict.ACT)):
        assert rules.deliveries(replace(WIRES, refused=((cause, 2, NOW),))).verdict is verdict

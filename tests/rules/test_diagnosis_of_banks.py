"""The looks at disputes and payouts as tables: what is known, what is found, and what helps (S4.29)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from marketplace.diagnosis import dispute_rules, payout_rules
from marketplace.diagnosis.dispute_rules import DisputeCase, PartFact
from marketplace.diagnosis.payout_rules import AtProvider, LineFact, PayoutCase
from marketplace.diagnosis.rules import CallFact, Deed, Finding, Row, RowKind, Verdict, Wires
from marketplace.disputes.rules import DisputeKind, EvidenceState
from marketplace.disputes.states import DisputeStatus
from marketplace.money import Money
from marketplace.outbound.states import CallKind, CallStatus
from marketplace.payments.states import TransactionStatus
from marketplace.payouts.states import AccountStatus, PayoutStatus

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
USD, NOTHING = Money(10_000, "USD"), Money(0, "USD")
WIRES = Wires(refused=(), last_stored_at=NOW, last_tick_at=NOW, tick_error="", system_now=NOW)
SELLER, SHARE = Row(RowKind.SELLER, "4", "Seller"), Row(RowKind.SHARE, "3", "Share")
PART = PartFact(
    order_number="MK-1",
    row=SHARE,
    share_status=TransactionStatus.HELD,
    amount=USD,
    is_blocked=True,
    from_seller=NOTHING,
    from_platform=NOTHING,
    debt=NOTHING,
    seller=SELLER,
)
DISPUTE = DisputeCase(
    row=Row(RowKind.DISPUTE, "DP-1", "Dispute"),
    kind=DisputeKind.CHARGEBACK,
    status=DisputeStatus.NEEDS_RESPONSE,
    reason="Not received",
    amount=USD,
    paid=USD,
    withdrawn=USD,
    platform_lost=NOTHING,
    fee=Money(1_500, "USD"),
    lines=("txn_1",),
    entries=(),
    due_by=NOW + timedelta(days=3),
    evidence=EvidenceState.DRAFT,
    evidence_note="",
    submitted_at=None,
    accepted_at=None,
    is_loss_booked=False,
    parts=(PART,),
    calls=(),
    events=(),
    next_look_at=None,
    wires=WIRES,
    now=NOW,
)
DISPUTED = dispute_rules.ProviderSays(status="needs_response", amount=USD, lines={"txn_1": 10_000})
LOST = replace(
    DISPUTE,
    status=DisputeStatus.LOST,
    is_loss_booked=True,
    parts=(replace(PART, is_blocked=False, from_seller=Money(9_700, "USD"), from_platform=Money(300, "USD")),),
)
TRANSFER = CallFact(7, CallKind.TRANSFER, CallStatus.DONE, 1, "", None)
PAYOUT = PayoutCase(
    row=Row(RowKind.PAYOUT, "PO-1", "Payout"),
    status=PayoutStatus.IN_TRANSIT,
    amount=USD,
    reversed=NOTHING,
    lines=(LineFact(SHARE, USD, ()),),
    seller=SELLER,
    stop="",
    is_in_doubt=False,
    account=AccountStatus.ENABLED,
    may_receive=True,
    may_be_paid=True,
    bank="Test Bank ending in 6789",
    transfer_id="tr_1",
    bank_payout_id="po_1",
    failure="",
    next_attempt_at=None,
    arrives_at=NOW + timedelta(days=2),
    calls=(TRANSFER, replace(TRANSFER, id=8, kind=CallKind.BANK_PAYOUT)),
    entries=(Row(RowKind.ENTRY, "5", "Payout transferred"),),
    events=(),
    next_look_at=None,
    wires=WIRES,
    now=NOW,
)
SENT = payout_rules.ProviderSays(
    may_receive=True,
    may_be_paid=True,
    available=USD,
    transfer=AtProvider("tr_1", USD),
    back=NOTHING,
    bank=AtProvider("po_1", USD, "in_transit"),
)
WAITING = replace(PAYOUT, status=PayoutStatus.PENDING, transfer_id=None, bank_payout_id=None, calls=(), entries=())
UNSENT = replace(SENT, transfer=None, bank=None, back=None)


def found(findings: tuple[Finding, ...], question: str) -> tuple[Verdict, Deed | None]:
    [each] = [each for each in findings if each.question.startswith(question)]
    return each.verdict, each.deed


def seen(findings: tuple[Finding, ...], verdict: Verdict) -> list[str]:
    return [each.question for each in findings if each.verdict is verdict]


def test_what_is_in_order_raises_no_alarm() -> None:
    disputed = dispute_rules.findings(DISPUTE, DISPUTED)
    paid = payout_rules.findings(PAYOUT, SENT)
    assert seen(disputed, Verdict.ACT) == ["Has the bank our answer?", "Has the provider told us?"]
    assert seen(paid, Verdict.ACT) == ["Has the provider told us?"]
    assert seen(payout_rules.findings(WAITING, UNSENT), Verdict.ACT) == []
    assert all(each.rule for each in (*disputed, *paid))


@pytest.mark.parametrize(
    ("status", "says", "verdict", "deed"),
    [
        (DisputeStatus.NEEDS_RESPONSE, DISPUTED, Verdict.COURSE, None),
        (DisputeStatus.WON, replace(DISPUTED, status="won"), Verdict.GOOD, None),
        (DisputeStatus.WON, replace(DISPUTED, status="charge_refunded"), Verdict.GOOD, None),
        (DisputeStatus.NEEDS_RESPONSE, replace(DISPUTED, status="lost"), Verdict.ACT, Deed.ASK_NOW),
        (DisputeStatus.INQUIRY, DISPUTED, Verdict.ACT, Deed.ASK_NOW),
        (DisputeStatus.NEEDS_RESPONSE, replace(DISPUTED, status="a new word"), Verdict.ACT, Deed.ASK_NOW),
        (
            DisputeStatus.NEEDS_RESPONSE,
            replace(DISPUTED, amount=Money(9_999, "USD")),
            Verdict.ACT,
            Deed.RECONCILE,
        ),
        (
            DisputeStatus.NEEDS_RESPONSE,
            dispute_rules.ProviderSays(silence="no line"),
            Verdict.UNKNOWN,
            Deed.LOOK_AGAIN,
        ),
        (DisputeStatus.LOST, dispute_rules.ProviderSays(refusal="No such dispute."), Verdict.ACT, Deed.SEE_SETTINGS),
    ],
)
def test_what_the_bank_says_beside_our_row(
    status: DisputeStatus, says: dispute_rules.ProviderSays, verdict: Verdict, deed: Deed | None
) -> None:
    findings = dispute_rules.findings(replace(DISPUTE, status=status), says)
    assert found(findings, "What does the provider say") == (verdict, deed)


@pytest.mark.parametrize(
    ("case", "says", "question", "verdict", "deed"),
    [
        (DISPUTE, DISPUTED, "Is what the bank took", Verdict.GOOD, None),
        (replace(DISPUTE, lines=()), DISPUTED, "Is what the bank took", Verdict.ACT, Deed.ASK_NOW),
        (DISPUTE, replace(DISPUTED, lines={}), "Is what the bank took", Verdict.ACT, Deed.RECONCILE),
        (
            replace(DISPUTE, lines=(), withdrawn=NOTHING),
            replace(DISPUTED, lines={}),
            "Is what the bank took",
            Verdict.COURSE,
            None,
        ),
        (
            DISPUTE,
            dispute_rules.ProviderSays(silence="none"),
            "Is what the bank took",
            Verdict.UNKNOWN,
            Deed.LOOK_AGAIN,
        ),
        (
            replace(DISPUTE, status=DisputeStatus.WON),
            replace(DISPUTED, status="won"),
            "Is what the bank took",
            Verdict.COURSE,
            None,
        ),
        (replace(DISPUTE, paid=Money(9_999, "USD")), DISPUTED, "Is it about", Verdict.ACT, Deed.RECONCILE),
        (
            replace(DISPUTE, parts=(replace(PART, amount=Money(1, "USD")),)),
            DISPUTED,
            "Which orders",
            Verdict.ACT,
            Deed.OPEN,
        ),
        (
            replace(DISPUTE, parts=(replace(PART, is_blocked=False),)),
            DISPUTED,
            "Does the money of order",
            Verdict.ACT,
            Deed.OPEN,
        ),
        (
            replace(DISPUTE, parts=(replace(PART, share_status=TransactionStatus.PAID_OUT),)),
            DISPUTED,
            "Does the money of order",
            Verdict.COURSE,
            None,
        ),
        (
            replace(DISPUTE, status=DisputeStatus.WON),
            replace(DISPUTED, status="won"),
            "Does the money of order",
            Verdict.ACT,
            Deed.OPEN,
        ),
        (LOST, replace(DISPUTED, status="lost"), "Does the money of order", Verdict.GOOD, None),
        (LOST, replace(DISPUTED, status="lost"), "Who bears", Verdict.GOOD, None),
        (
            replace(LOST, is_loss_booked=False),
            replace(DISPUTED, status="lost"),
            "Who bears",
            Verdict.ACT,
            Deed.ASK_NOW,
        ),
        (replace(DISPUTE, is_loss_booked=True), DISPUTED, "Who bears", Verdict.ACT, Deed.ASK_NOW),
        (
            replace(LOST, parts=(replace(LOST.parts[0], debt=Money(5, "USD")),)),
            replace(DISPUTED, status="lost"),
            "Who bears",
            Verdict.COURSE,
            Deed.OPEN,
        ),
    ],
)
def test_where_the_disputed_money_is(
    case: DisputeCase, says: dispute_rules.ProviderSays, question: str, verdict: Verdict, deed: Deed | None
) -> None:
    assert found(dispute_rules.findings(case, says), question) == (verdict, deed)


REVIEW = replace(DISPUTE, status=DisputeStatus.UNDER_REVIEW, evidence=EvidenceState.SUBMITTED, submitted_at=NOW)
READ = replace(DISPUTED, status="under_review")


@pytest.mark.parametrize(
    ("case", "says", "verdict", "words"),
    [
        (DISPUTE, DISPUTED, Verdict.ACT, "Not yet. It can be handed over until "),
        (replace(DISPUTE, due_by=NOW), DISPUTED, Verdict.ACT, "No, and the last day was "),
        (replace(DISPUTE, due_by=None), DISPUTED, Verdict.ACT, "The bank names no day."),
        (replace(DISPUTE, evidence=EvidenceState.SENDING), DISPUTED, Verdict.COURSE, "being handed over"),
        (
            replace(DISPUTE, evidence=EvidenceState.REFUSED, evidence_note="Too long."),
            DISPUTED,
            Verdict.ACT,
            "The provider refused it: Too long.",
        ),
        (REVIEW, replace(READ, submissions=1), Verdict.GOOD, "Handed over on "),
        (REVIEW, READ, Verdict.ACT, "The provider says that it has none."),
        (replace(DISPUTE, accepted_at=NOW), DISPUTED, Verdict.GOOD, "An admin accepted the loss"),
        (LOST, replace(DISPUTED, status="lost"), Verdict.GOOD, "None was given"),
        (
            replace(DISPUTE, kind=DisputeKind.WARNING, status=DisputeStatus.WARNED),
            dispute_rules.ProviderSays(),
            Verdict.ACT,
            "A warning takes no answer. Refund the buyer",
        ),
    ],
)
def test_whether_the_bank_has_our_answer(
    case: DisputeCase, says: dispute_rules.ProviderSays, verdict: Verdict, words: str
) -> None:
    [each] = [each for each in dispute_rules.findings(case, says) if each.question == "Has the bank our answer?"]
    assert each.verdict is verdict
    assert words in "".join(map(str, each.found))


REFUSED = replace(TRANSFER, status=CallStatus.REFUSED, error="balance_insufficient: Too low")


@pytest.mark.parametrize(
    ("case", "says", "question", "verdict", "deed"),
    [
        (replace(PAYOUT, amount=Money(1, "USD")), SENT, "What is it made of", Verdict.ACT, Deed.RECONCILE),
        (replace(WAITING, stop="Fakes."), UNSENT, "Does something keep", Verdict.ACT, Deed.OPEN),
        (replace(PAYOUT, stop="Fakes."), SENT, "Does something keep", Verdict.GOOD, None),
        (replace(WAITING, is_in_doubt=True), UNSENT, "Does something keep", Verdict.ACT, Deed.RECONCILE),
        (
            replace(WAITING, lines=(LineFact(SHARE, USD, ("A refund is open.",)),)),
            UNSENT,
            "Does something keep",
            Verdict.COURSE,
            Deed.OPEN,
        ),
        (WAITING, UNSENT, "Does the provider pay", Verdict.GOOD, None),
        (WAITING, replace(UNSENT, may_be_paid=False), "Does the provider pay", Verdict.ACT, Deed.OPEN),
        (
            replace(WAITING, account=AccountStatus.RESTRICTED, may_be_paid=False),
            replace(UNSENT, may_be_paid=False),
            "Does the provider pay",
            Verdict.ACT,
            Deed.OPEN,
        ),
        (WAITING, replace(UNSENT, available=Money(9_999, "USD")), "Is there enough", Verdict.ACT, None),
        (WAITING, replace(UNSENT, available=None), "Is there enough", Verdict.UNKNOWN, Deed.LOOK_AGAIN),
        (PAYOUT, replace(SENT, available=None), "Is there enough", Verdict.GOOD, None),
        (
            replace(WAITING, status=PayoutStatus.REFUSED, calls=(REFUSED,), failure="Too low.", next_attempt_at=NOW),
            UNSENT,
            "Was the transfer asked for",
            Verdict.COURSE,
            Deed.OPEN,
        ),
        (
            replace(WAITING, status=PayoutStatus.REFUSED, calls=(REFUSED,), failure="Look there."),
            UNSENT,
            "Was the transfer asked for",
            Verdict.ACT,
            Deed.OPEN,
        ),
        (
            replace(WAITING, calls=(replace(TRANSFER, status=CallStatus.UNKNOWN),)),
            UNSENT,
            "Was the transfer asked for",
            Verdict.COURSE,
            None,
        ),
        (WAITING, UNSENT, "Has the seller's account", Verdict.COURSE, None),
        (WAITING, replace(UNSENT, transfer=AtProvider("tr_9", USD)), "Has the seller's", Verdict.ACT, Deed.ASK_NOW),
        (PAYOUT, replace(SENT, transfer=None), "Has the seller's account", Verdict.ACT, Deed.RECONCILE),
        (
            PAYOUT,
            replace(SENT, transfer=AtProvider("tr_1", Money(1, "USD"))),
            "Has the seller's account",
            Verdict.ACT,
            Deed.RECONCILE,
        ),
        (WAITING, payout_rules.ProviderSays(silence="none"), "Has the seller's", Verdict.UNKNOWN, Deed.LOOK_AGAIN),
        (PAYOUT, replace(SENT, back=Money(1, "USD")), "Was any of it taken back", Verdict.ACT, Deed.ASK_NOW),
        (replace(PAYOUT, entries=()), SENT, "Is it in the books", Verdict.ACT, Deed.RECONCILE),
    ],
)
def test_where_the_money_of_a_payout_is(
    case: PayoutCase, says: payout_rules.ProviderSays, question: str, verdict: Verdict, deed: Deed | None
) -> None:
    assert found(payout_rules.findings(case, says), question) == (verdict, deed)


@pytest.mark.parametrize(
    ("status", "word", "verdict", "deed"),
    [
        (PayoutStatus.IN_TRANSIT, "pending", Verdict.COURSE, None),
        (PayoutStatus.IN_TRANSIT, "paid", Verdict.ACT, Deed.ASK_NOW),
        (PayoutStatus.PAID, "paid", Verdict.GOOD, None),
        (PayoutStatus.PAID, "failed", Verdict.ACT, Deed.ASK_NOW),
        (PayoutStatus.FAILED, "failed", Verdict.ACT, Deed.OPEN),
        (PayoutStatus.FAILED, "canceled", Verdict.ACT, Deed.OPEN),
        (PayoutStatus.REVERSED, "paid", Verdict.GOOD, None),
        (PayoutStatus.PAID, "a new word", Verdict.ACT, Deed.ASK_NOW),
    ],
)
def test_a_payment_to_a_bank_here_and_there(
    status: PayoutStatus, word: str, verdict: Verdict, deed: Deed | None
) -> None:
    says = replace(SENT, bank=AtProvider("po_1", USD, word))
    assert found(payout_rules.findings(replace(PAYOUT, status=status), says), "Does the bank have") == (verdict, deed)


def test_a_payment_that_should_have_arrived_is_seen_a_day_later() -> None:
    for days, verdict in ((-1, Verdict.COURSE), (-2, Verdict.ACT)):
        case = replace(PAYOUT, arrives_at=NOW + timedelta(days=days))
        assert found(payout_rules.findings(case, SENT), "Does the bank have")[0] is verdict

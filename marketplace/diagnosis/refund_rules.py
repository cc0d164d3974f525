"""Whether a refund may be made, by which rule, and what has become of it (S4.29). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from marketplace.diagnosis import rules
from marketplace.diagnosis.rules import CallFact, Deed, EventFact, Finding, Piece, Row, Verdict, Wires
from marketplace.money import Money
from marketplace.outbound.states import CallStatus
from marketplace.payments.states import TransactionStatus
from marketplace.payouts.states import AccountStatus
from marketplace.refunds.rules import ASK_WITHIN, RefundOrigin, why_not_sent
from marketplace.refunds.states import REFUND, RefundStatus

_S = RefundStatus
_UNPAID = frozenset({TransactionStatus.PENDING, TransactionStatus.FAILED})
_TO_DECIDE = frozenset({_S.PENDING, _S.FAILED})
_ON_ITS_WAY = frozenset({_S.APPROVED, _S.PROCESSING})
_HALF_A_YEAR = timedelta(days=180)
# How long after the payment Stripe sends money back, by method. Customer balance: its page under
# docs.stripe.com/payments, seen 2026-11-22. The two debits: as sellers' guides quote Stripe; an older page of its
# support says 90 days for ACH. The provider has the last word, and refuses by itself. Cards have no limit. All take
# parts.
_LIMITS = {"card": None, "customer_balance": _HALF_A_YEAR, "sepa_debit": _HALF_A_YEAR, "us_bank_account": _HALF_A_YEAR}


@dataclass(frozen=True)
class ProviderSays:
    """What the provider said just now about the payment, about our account, and about the refund it made for us."""

    silence: str = ""
    refusal: str = ""
    was_asked: bool = True
    method: str = ""
    """The provider's word for how it was paid."""
    left: Money | None = None
    """What of the payment has not gone back there, whoever sent it."""
    is_disputed: bool = False
    available: Money | None = None
    """What our account can send now."""
    refund_id: str = ""
    refund_status: str = ""
    """The provider's word; "" while it has made none for this refund."""
    refund_amount: Money | None = None


@dataclass(frozen=True)
class RefundCase:
    """All that is known here of one refund."""

    number: str
    origin: RefundOrigin
    status: RefundStatus
    amount: Money
    left: Money | None
    """What is left of the order beside it; None once it is decided."""
    problem: str
    """Why approving it would be refused now, the dispute aside; "" when nothing stands in the way."""
    asked_at: datetime
    paid_at: datetime | None
    share: Row
    share_status: TransactionStatus
    blocks: Sequence[str]
    dispute: Row | None
    """The open dispute that takes the payment back."""
    was_disputed: bool
    """Whether a dispute of the payment is known, over or not: the provider goes on saying that there was one."""
    first_approver: str
    needs_second: bool
    decided: str
    """Who has decided; "" while nobody has."""
    notes: str
    debt: Money | None
    """What of it would be or was the seller's debt; None when nothing is."""
    account: AccountStatus | None
    """The seller's account at the provider, from which a debt could be taken back; None when there is none."""
    seller: Row
    provider_refund_id: str | None
    calls: Sequence[CallFact]
    events: Sequence[EventFact]
    next_look_at: datetime | None
    wires: Wires
    now: datetime

    @property
    def is_open(self) -> bool:
        """Return whether somebody may still agree to it."""
        return REFUND.can(self.status, "approve")


def findings(case: RefundCase, says: ProviderSays) -> tuple[Finding, ...]:
    """Return every look at a refund, in order: may it be, was it decided, can the provider do it, has it arrived."""
    return (
        _paid(case),
        _window(case),
        _cap(case),
        _dispute(case, says),
        _decision(case),
        _held(case),
        _provider_allows(case, says),
        _balance(case, says),
        _taking_back(case),
        _attempts(case),
        _provider(case, says),
        rules.told(case.events, is_due=case.provider_refund_id is not None, what="this refund"),
        rules.deliveries(case.wires),
        rules.effects(case.events),
        rules.background(case.wires),
    )


def _paid(case: RefundCase) -> Finding:
    question, rule = "Has the order been paid?", "Only what was paid can go back, wherever the money is now."
    if case.paid_at is None or case.share_status in _UNPAID:
        return Finding(question, Verdict.ACT, ("No. There is nothing to send back.",), rule, (case.share,))
    found: tuple[Piece, ...] = ("Yes, on ", case.paid_at, f". The seller's share: {case.share_status.label.lower()}.")
    return Finding(question, Verdict.GOOD, found, rule, (case.share,))


def _window(case: RefundCase) -> Finding:
    question = "Was it asked for in time?"
    if case.origin is not RefundOrigin.BUYER:
        rule = "The 120 days bind buyers; admins, sellers and rules may send money back later."
        return Finding(question, Verdict.GOOD, ("It was not the buyer who asked for it.",), rule)
    rule = "Buyers may ask within 120 days of the payment."
    if case.paid_at is None:
        return Finding(question, Verdict.UNKNOWN, ("No payment, so there is no day to count from.",), rule)
    until = case.paid_at + ASK_WITHIN
    found: tuple[Piece, ...] = ("Asked on ", case.asked_at, "; the last day was ", until, ".")
    return Finding(question, Verdict.GOOD if case.asked_at <= until else Verdict.ACT, found, rule)


def _cap(case: RefundCase) -> Finding:
    question = "Is that much left of the order?"
    rule = "What is asked for, agreed, on its way and back counts together, so that nothing goes back twice."
    if case.left is None:
        return Finding(question, Verdict.GOOD, ("It has been decided; its amount is counted already.",), rule)
    found: tuple[Piece, ...] = (case.amount, " is asked for, and ", case.left, " is left.")
    if case.problem:
        return Finding(question, Verdict.ACT, (*found, f" {case.problem}"), rule, deed=Deed.DECIDE)
    return Finding(question, Verdict.GOOD, found, rule)


def _dispute(case: RefundCase, says: ProviderSays) -> Finding:
    question = "Does the buyer's bank take the payment back?"
    rule = why_not_sent("charge_disputed")
    if case.dispute is not None:
        verdict = Verdict.ACT if case.is_open else Verdict.COURSE
        return Finding(question, verdict, (f"Yes, {case.dispute.text}.",), rule, (case.dispute,), Deed.OPEN)
    if says.is_disputed and not case.was_disputed:
        found = ("Not here, but the provider says that it was disputed. If that is new, its message has not come yet.",)
        return Finding(question, Verdict.ACT, found, rule, deed=Deed.RECONCILE)
    return Finding(question, Verdict.GOOD, ("No.",), rule)


def _decision(case: RefundCase) -> Finding:
    question = "Has somebody decided?"
    rule = "An admin who is no party of the order decides; above the limit a second one confirms the same plan."
    if case.status in _TO_DECIDE:
        if case.status is _S.FAILED:
            words = "It failed. Approve it again, or reject it with a reason."
        elif case.first_approver:
            words = f"{case.first_approver} has approved it. A second admin must confirm."
        elif case.needs_second:
            words = "Not yet. It is above the limit, so two admins must agree."
        else:
            words = "Not yet. One admin decides."
        return Finding(question, Verdict.ACT, (words,), rule, deed=Deed.DECIDE)
    if case.origin.is_automatic:
        rule = "A rule sends it back by itself; the rules stand under Automatic refunds."
    who = f" by {case.decided}" if case.decided else ""
    notes = f" “{case.notes}”" if case.notes else ""
    return Finding(question, Verdict.GOOD, (f"{case.status.label}{who}.{notes}",), rule)


def _held(case: RefundCase) -> Finding:
    question = "What of the order stands still meanwhile?"
    rule = "While a refund is open, the seller's share may not be released or paid out."
    if not case.blocks:
        return Finding(question, Verdict.GOOD, ("Nothing blocks the seller's share.",), rule, (case.share,))
    found = (f"The seller's share may not move: {'; '.join(case.blocks)}.",)
    return Finding(question, Verdict.COURSE, found, rule, (case.share,), Deed.OPEN)


def _provider_allows(case: RefundCase, says: ProviderSays) -> Finding:
    question = "Does the provider allow it?"
    rule = "It sends no more back than is left there, and some methods only within 180 days of the payment."
    if not says.was_asked:
        return Finding(question, Verdict.UNKNOWN, ("Not asked: no payment of it is known there.",), rule)
    if says.silence:
        return rules.silence(question, says.silence, case.next_look_at)
    if says.refusal:
        return rules.would_not_say(question, says.refusal, rule)
    words: tuple[Piece, ...] = (f"Paid by {says.method.replace('_', ' ') or 'a method it does not name'}. ",)
    if case.status not in _TO_DECIDE:
        return Finding(question, Verdict.GOOD, (*words, "It has been decided."), rule)
    if says.left is not None and says.left.minor < case.amount.minor:
        found_here: tuple[Piece, ...] = (*words, "Only ", says.left, " is left there of ", case.amount, ".")
        return Finding(question, Verdict.ACT, found_here, rule, deed=Deed.RECONCILE)
    if says.method not in _LIMITS:
        unknown = (*words, "We know no limit of this method; the provider's page about it tells.")
        return Finding(question, Verdict.UNKNOWN, unknown, rule)
    limit = _LIMITS[says.method]
    if limit is None or case.paid_at is None:
        return Finding(question, Verdict.GOOD, (*words, "No limit in time, and parts may go back."), rule)
    until = case.paid_at + limit
    allowed: tuple[Piece, ...] = (*words, "It may go back until ", until, ", also in parts.")
    return Finding(question, Verdict.GOOD if case.now <= until else Verdict.ACT, allowed, rule)


def _balance(case: RefundCase, says: ProviderSays) -> Finding:
    question = "Is there enough at the provider?"
    rule = "Refunds are taken from what is available in our account there; what is missing has to be added first."
    if case.status not in _TO_DECIDE and (case.status not in _ON_ITS_WAY or case.provider_refund_id):
        return Finding(question, Verdict.GOOD, ("Nothing is to be taken from it any more.",), rule)
    if says.available is None:
        return Finding(question, Verdict.UNKNOWN, ("The provider has not said.",), rule, deed=Deed.LOOK_AGAIN)
    found: tuple[Piece, ...] = (says.available, " is available there now.")
    if says.available.minor < case.amount.minor:
        lacks = case.amount - says.available
        return Finding(question, Verdict.ACT, (*found, " ", lacks, " is missing. Add it there."), rule)
    return Finding(question, Verdict.GOOD, found, rule)


def _taking_back(case: RefundCase) -> Finding:
    question = "Could it be taken back from the seller's account?"
    rule = "What the seller was paid already becomes a debt; an admin may have it taken back at the provider."
    if case.debt is None:
        return Finding(question, Verdict.GOOD, ("Not needed: the seller owes nothing for it.",), rule)
    found: tuple[Piece, ...] = (case.debt, " of it is the seller's debt. ")
    if case.account is AccountStatus.ENABLED:
        return Finding(question, Verdict.GOOD, (*found, "Their account there is ready."), rule, (case.seller,))
    word = "They have no account there." if case.account is None else f"Their account there: {case.account.label}."
    tail = " What can't be taken back stays a debt, and coming sales pay it."
    return Finding(question, Verdict.COURSE, (*found, word, tail), rule, (case.seller,), Deed.OPEN)


def _attempts(case: RefundCase) -> Finding:
    question = "Was the provider asked, and how often?"
    rule = "Each approval is a new attempt with a key of its own; the same attempt is never sent as two refunds."
    if not case.calls:
        verdict = Verdict.COURSE if case.status in _ON_ITS_WAY else Verdict.GOOD
        return Finding(question, verdict, ("Not yet.",), rule)
    last, rows = case.calls[-1], tuple(call.row for call in reversed(case.calls))
    times = "Once" if len(case.calls) == 1 else f"{len(case.calls)} attempts"
    words: list[Piece] = [f"{times}; the last one: {last.status.label.lower()}."]
    if last.status is CallStatus.REFUSED:
        code = last.error.partition(":")[0]
        return Finding(question, Verdict.ACT, (*words, f" {why_not_sent(code)}"), rule, rows, Deed.OPEN)
    if last.next_attempt_at is not None and last.status is not CallStatus.DONE:
        words += [" The next try is on ", last.next_attempt_at, "."]
    verdicts = {CallStatus.DONE: Verdict.GOOD, CallStatus.BLOCKED: Verdict.ACT}
    verdict = verdicts.get(last.status, Verdict.COURSE)
    return Finding(question, verdict, tuple(words), rule, rows, None if verdict is Verdict.GOOD else Deed.OPEN)


def _provider(case: RefundCase, says: ProviderSays) -> Finding:
    question = "What does the provider say of it now?"
    rule = "A refund is over when the provider says so; even one that succeeded may come back within a month."
    if case.provider_refund_id is None and not says.refund_status:
        return Finding(question, Verdict.GOOD, ("It has made no refund for it, and we know of none.",), rule)
    if says.silence:
        return rules.silence(question, says.silence, case.next_look_at)
    if says.refusal or not says.refund_status:
        found = (f"It does not say: {says.refusal or 'it knows no such refund.'}",)
        return Finding(question, Verdict.ACT, found, rule, deed=Deed.RECONCILE)
    words = f"{says.refund_id} is {says.refund_status.replace('_', ' ')} there, "
    found = (f"{words}and here it is {case.status.label.lower()}.",)
    if case.status not in _EXPECTED.get(says.refund_status, frozenset()):
        return Finding(question, Verdict.ACT, found, rule, deed=Deed.ASK_NOW)
    if says.refund_amount is not None and says.refund_amount != case.amount:
        amounts: tuple[Piece, ...] = (says.refund_amount, " there, and ", case.amount, " here.")
        return Finding(question, Verdict.ACT, amounts, rule, deed=Deed.RECONCILE)
    verdict = Verdict.COURSE if case.status in _ON_ITS_WAY else Verdict.GOOD
    return Finding(question, verdict, found, rule)


_EXPECTED = {
    "pending": frozenset({_S.APPROVED, _S.PROCESSING}),
    "requires_action": frozenset({_S.APPROVED, _S.PROCESSING}),
    "succeeded": frozenset({_S.COMPLETED}),
    "failed": frozenset({_S.FAILED, _S.REJECTED, _S.CANCELLED}),
    "canceled": frozenset({_S.FAILED, _S.REJECTED, _S.CANCELLED}),
}
"""How a refund stands here for each word of the provider, when everything has been heard."""

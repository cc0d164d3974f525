"""Whether a refund may be made, by which rule, and what has become of it (S4.29). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from marketplace.diagnosis import rules
from marketplace.diagnosis import words as words_of
from marketplace.diagnosis.rules import CallFact, Deed, EventFact, Finding, Row, Verdict, Wires
from marketplace.diagnosis.words import attempts, differs, in_a_row, said
from marketplace.language import gettext as _
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
    elsewhere: Finding | None = None

    @property
    def is_open(self) -> bool:
        """Return whether somebody may still agree to it."""
        return REFUND.can(self.status, "approve")


def findings(case: RefundCase, says: ProviderSays) -> tuple[Finding, ...]:
    """Return every look at a refund, in order: may it be, was it decided, can the provider do it, has it arrived."""
    if case.elsewhere is not None:
        own = (_paid(case), _window(case), _cap(case), _decision(case), _held(case), case.elsewhere)
        return (*own, rules.background(case.wires))
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
        rules.told(case.events, is_due=case.provider_refund_id is not None, what="refund"),
        rules.deliveries(case.wires),
        rules.effects(case.events),
        rules.background(case.wires),
    )


def _paid(case: RefundCase) -> Finding:
    question, rule = _("Has the order been paid?"), _("Only what was paid can go back, wherever the money is now.")
    if case.paid_at is None or case.share_status in _UNPAID:
        return Finding(question, Verdict.ACT, (_("No. There is nothing to send back."),), rule, (case.share,))
    found = said(
        _("Yes, on %(at)s. The seller's share: %(status)s."), at=case.paid_at, status=case.share_status.label.lower()
    )
    return Finding(question, Verdict.GOOD, found, rule, (case.share,))


def _window(case: RefundCase) -> Finding:
    question = _("Was it asked for in time?")
    if case.origin is not RefundOrigin.BUYER:
        rule = _("The 120 days bind buyers; admins, sellers and rules may send money back later.")
        return Finding(question, Verdict.GOOD, (_("It was not the buyer who asked for it."),), rule)
    rule = _("Buyers may ask within 120 days of the payment.")
    if case.paid_at is None:
        return Finding(question, Verdict.UNKNOWN, (_("No payment, so there is no day to count from."),), rule)
    until = case.paid_at + ASK_WITHIN
    found = said(_("Asked on %(at)s; the last day was %(until)s."), at=case.asked_at, until=until)
    return Finding(question, Verdict.GOOD if case.asked_at <= until else Verdict.ACT, found, rule)


def _cap(case: RefundCase) -> Finding:
    question = _("Is that much left of the order?")
    rule = _("What is asked for, agreed, on its way and back counts together, so that nothing goes back twice.")
    if case.left is None:
        return Finding(question, Verdict.GOOD, (_("It has been decided; its amount is counted already."),), rule)
    found = said(_("%(amount)s is asked for, and %(left)s is left."), amount=case.amount, left=case.left)
    if case.problem:
        return Finding(question, Verdict.ACT, in_a_row(found, [case.problem]), rule, deed=Deed.DECIDE)
    return Finding(question, Verdict.GOOD, found, rule)


def _dispute(case: RefundCase, says: ProviderSays) -> Finding:
    question = _("Does the buyer's bank take the payment back?")
    rule = why_not_sent("charge_disputed")
    if case.dispute is not None:
        verdict = Verdict.ACT if case.is_open else Verdict.COURSE
        return Finding(
            question, verdict, (_("Yes, %(dispute)s.", dispute=case.dispute.text),), rule, (case.dispute,), Deed.OPEN
        )
    if says.is_disputed and not case.was_disputed:
        found = (
            _("Not here, but the provider says that it was disputed. If that is new, its message has not come yet."),
        )
        return Finding(question, Verdict.ACT, found, rule, deed=Deed.RECONCILE)
    return Finding(question, Verdict.GOOD, (_("No."),), rule)


def _decision(case: RefundCase) -> Finding:
    question = _("Has somebody decided?")
    rule = _("An admin who is no party of the order decides; above the limit a second one confirms the same plan.")
    if case.status in _TO_DECIDE:
        if case.status is _S.FAILED:
            words = _("It failed. Approve it again, or reject it with a reason.")
        elif case.first_approver:
            words = _("%(who)s has approved it. A second admin must confirm.", who=case.first_approver)
        elif case.needs_second:
            words = _("Not yet. It is above the limit, so two admins must agree.")
        else:
            words = _("Not yet. One admin decides.")
        return Finding(question, Verdict.ACT, (words,), rule, deed=Deed.DECIDE)
    if case.origin.is_automatic:
        rule = _("A rule sends it back by itself; the rules stand under Automatic refunds.")
    notes = f" “{case.notes}”" if case.notes else ""
    words = f"{case.status.label}.{notes}"
    if case.decided:
        by = _("%(status)s by %(who)s.", status=case.status.label, who=case.decided)
        words = f"{by}{notes}"
    return Finding(question, Verdict.GOOD, (words,), rule)


def _held(case: RefundCase) -> Finding:
    question = _("What of the order stands still meanwhile?")
    rule = _("While a refund is open, the seller's share may not be released or paid out.")
    if not case.blocks:
        return Finding(question, Verdict.GOOD, (_("Nothing blocks the seller's share."),), rule, (case.share,))
    found = (_("The seller's share may not move: %(blocks)s.", blocks="; ".join(case.blocks)),)
    return Finding(question, Verdict.COURSE, found, rule, (case.share,), Deed.OPEN)


def _provider_allows(case: RefundCase, says: ProviderSays) -> Finding:
    question = _("Does the provider allow it?")
    rule = _("It sends no more back than is left there, and some methods only within 180 days of the payment.")
    if not says.was_asked:
        return Finding(question, Verdict.UNKNOWN, (_("Not asked: no payment of it is known there."),), rule)
    if quiet := rules.quiet(says, question, rule, case.next_look_at):
        return quiet
    words = _("Paid by %(method)s.", method=words_of.method(says.method))
    if case.status not in _TO_DECIDE:
        return Finding(question, Verdict.GOOD, in_a_row([words], [_("It has been decided.")]), rule)
    if says.left is not None and says.left.minor < case.amount.minor:
        lacks = said(_("Only %(left)s is left there of %(amount)s."), left=says.left, amount=case.amount)
        return Finding(question, Verdict.ACT, in_a_row([words], lacks), rule, deed=Deed.RECONCILE)
    if says.method not in _LIMITS:
        unknown = _("We know no limit of this method; the provider's page about it tells.")
        return Finding(question, Verdict.UNKNOWN, in_a_row([words], [unknown]), rule)
    limit = _LIMITS[says.method]
    if limit is None or case.paid_at is None:
        return Finding(question, Verdict.GOOD, in_a_row([words], [_("No limit in time, and parts may go back.")]), rule)
    until = case.paid_at + limit
    allowed = in_a_row([words], said(_("It may go back until %(at)s, also in parts."), at=until))
    return Finding(question, Verdict.GOOD if case.now <= until else Verdict.ACT, allowed, rule)


def _balance(case: RefundCase, says: ProviderSays) -> Finding:
    rule = _("Refunds are taken from what is available in our account there; what is missing has to be added first.")
    if case.status not in _TO_DECIDE and (case.status not in _ON_ITS_WAY or case.provider_refund_id):
        return rules.untouched(rule)
    return rules.balance(says.available, case.amount, rule)


def _taking_back(case: RefundCase) -> Finding:
    question = _("Could it be taken back from the seller's account?")
    rule = _("What the seller was paid already becomes a debt; an admin may have it taken back at the provider.")
    if case.debt is None:
        return Finding(question, Verdict.GOOD, (_("Not needed: the seller owes nothing for it."),), rule)
    found = said(_("%(amount)s of it is the seller's debt."), amount=case.debt)
    if case.account is AccountStatus.ENABLED:
        return Finding(
            question, Verdict.GOOD, in_a_row(found, [_("Their account there is ready.")]), rule, (case.seller,)
        )
    word = _("They have no account there.")
    if case.account is not None:
        word = _("Their account there: %(status)s.", status=case.account.label)
    tail = _("What can't be taken back stays a debt, and coming sales pay it.")
    return Finding(question, Verdict.COURSE, in_a_row(found, [word], [tail]), rule, (case.seller,), Deed.OPEN)


def _attempts(case: RefundCase) -> Finding:
    question = _("Was the provider asked, and how often?")
    rule = _("Each approval is a new attempt with a key of its own; the same attempt is never sent as two refunds.")
    if not case.calls:
        is_course = case.status in _ON_ITS_WAY
        return Finding(question, Verdict.COURSE if is_course else Verdict.GOOD, (_("Not yet."),), rule)
    last, rows = case.calls[-1], tuple(call.row for call in reversed(case.calls))
    words = attempts(len(rows), last.status.label)
    if last.status is CallStatus.REFUSED:
        code = last.error.partition(":")[0]
        return Finding(question, Verdict.ACT, in_a_row(words, [why_not_sent(code)]), rule, rows, Deed.OPEN)
    if last.next_attempt_at is not None and last.status is not CallStatus.DONE:
        words = in_a_row(words, said(_("The next try is on %(at)s."), at=last.next_attempt_at))
    verdicts = {CallStatus.DONE: Verdict.GOOD, CallStatus.BLOCKED: Verdict.ACT}
    verdict = verdicts.get(last.status, Verdict.COURSE)
    return Finding(question, verdict, words, rule, rows, None if verdict is Verdict.GOOD else Deed.OPEN)


def _provider(case: RefundCase, says: ProviderSays) -> Finding:
    question = _("What does the provider say of it now?")
    rule = _("A refund is over when the provider says so; even one that succeeded may come back within a month.")
    if case.provider_refund_id is None and not says.refund_status:
        return Finding(question, Verdict.GOOD, (_("It has made no refund for it, and we know of none."),), rule)
    if says.silence:
        return rules.silence(question, says.silence, case.next_look_at)
    if says.refusal or not says.refund_status:
        why = says.refusal or _("it knows no such refund.")
        found = (_("It does not say: %(why)s", why=why),)
        return Finding(question, Verdict.ACT, found, rule, deed=Deed.RECONCILE)
    words = _(
        "%(id)s is %(there)s there, and here it is %(here)s.",
        id=says.refund_id,
        there=words_of.there(says.refund_status),
        here=case.status.label.lower(),
    )
    found = (words,)
    if case.status not in _EXPECTED.get(says.refund_status, frozenset()):
        return Finding(question, Verdict.ACT, found, rule, deed=Deed.ASK_NOW)
    if says.refund_amount is not None and says.refund_amount != case.amount:
        return Finding(question, Verdict.ACT, differs(says.refund_amount, case.amount), rule, deed=Deed.RECONCILE)
    return Finding(question, Verdict.COURSE if case.status in _ON_ITS_WAY else Verdict.GOOD, found, rule)


_EXPECTED = {
    "pending": frozenset({_S.APPROVED, _S.PROCESSING}),
    "requires_action": frozenset({_S.APPROVED, _S.PROCESSING}),
    "succeeded": frozenset({_S.COMPLETED}),
    "failed": frozenset({_S.FAILED, _S.REJECTED, _S.CANCELLED}),
    "canceled": frozenset({_S.FAILED, _S.REJECTED, _S.CANCELLED}),
}
"""How a refund stands here for each word of the provider, when everything has been heard."""

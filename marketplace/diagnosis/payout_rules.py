"""Why a payout is where it is: who may be paid, what the provider has of it, and when the bank does (S4.29). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from marketplace.diagnosis import rules
from marketplace.diagnosis import words as words_of
from marketplace.diagnosis.rules import CallFact, Deed, EventFact, Finding, Row, Verdict, Wires
from marketplace.diagnosis.words import attempts, differs, in_a_row, said
from marketplace.language import gettext as _
from marketplace.language import ngettext
from marketplace.money import Money
from marketplace.outbound.states import CallKind, CallStatus
from marketplace.payouts.rules import ASK_AFTER
from marketplace.payouts.states import AccountStatus, PayoutStatus

_P = PayoutStatus
_NOT_SENT = frozenset({_P.PENDING, _P.REFUSED})
_STANDS = frozenset({_P.PENDING, _P.REFUSED, _P.FAILED})
"""Where something may have to be done before it goes on."""
_SHOWN = 10
"""How many of its lines a look names; the payout's own page has them all."""
_OVER = frozenset({_P.CANCELED, _P.REVERSED})


@dataclass(frozen=True)
class AtProvider:
    """One of the provider's objects about a payout; `why` the bank did not take it."""

    object_id: str
    amount: Money
    status: str = ""
    """The provider's word; a transfer has none."""
    why: str = ""


@dataclass(frozen=True)
class ProviderSays:
    """What it said just now: of the account and what it asks the seller for, the transfer, the payment to the bank."""

    silence: str = ""
    refusal: str = ""
    was_asked: bool = True
    may_receive: bool = False
    may_be_paid: bool = False
    asks_for: str = ""
    available: Money | None = None
    """What our balance can send now."""
    transfer: AtProvider | None = None
    back: Money | None = None
    """What came back of the transfer."""
    bank: AtProvider | None = None


@dataclass(frozen=True)
class LineFact:
    """What a payout pays of one order."""

    row: Row
    amount: Money
    blocks: Sequence[str]


@dataclass(frozen=True)
class PayoutCase:
    """All that is known here of one payout."""

    row: Row
    status: PayoutStatus
    amount: Money
    reversed: Money
    lines: Sequence[LineFact]
    seller: Row
    stop: str
    """Why an admin stopped this seller's payouts; "" when nobody has."""
    is_in_doubt: bool
    """Whether reconciliation found that a side knows something else about the seller's money."""
    account: AccountStatus
    may_receive: bool
    may_be_paid: bool
    bank: str
    """The bank account it goes to, as far as it may be shown; "" when none is known."""
    transfer_id: str | None
    bank_payout_id: str | None
    failure: str
    next_attempt_at: datetime | None
    arrives_at: datetime | None
    calls: Sequence[CallFact]
    entries: Sequence[Row]
    events: Sequence[EventFact]
    next_look_at: datetime | None
    wires: Wires
    now: datetime

    def calls_of(self, kind: CallKind) -> tuple[CallFact, ...]:
        """Return the calls of a kind, in the order they were made."""
        return tuple(call for call in self.calls if call.kind is kind)


def findings(case: PayoutCase, says: ProviderSays) -> tuple[Finding, ...]:
    """Return every look at a payout, in order: may it be, has it left us, does the bank have it, is it booked."""
    happened = case.transfer_id is not None or says.transfer is not None
    return (
        _made_of(case),
        _may_be(case),
        _account(case, says),
        _balance(case, says),
        _asked(case, CallKind.TRANSFER, _("Was the transfer asked for, and how often?")),
        _transfer(case, says),
        _asked(case, CallKind.BANK_PAYOUT, _("Was the bank to be paid, and how often?")),
        _bank(case, says),
        _back(case, says),
        _booked(case),
        rules.told(case.events, is_due=happened, what="payout"),
        rules.deliveries(case.wires),
        rules.effects(case.events),
        rules.calls(case.calls),
        rules.background(case.wires),
    )


def _made_of(case: PayoutCase) -> Finding:
    question = _("What is it made of?")
    rule = _("Only released shares go into a payout; its lines are frozen and add up to it.")
    total = Money.total([line.amount for line in case.lines], case.amount.currency)
    rows = tuple(line.row for line in case.lines[:_SHOWN])
    if total != case.amount:
        found = said(_("The lines come to %(total)s of %(amount)s."), total=total, amount=case.amount)
        return Finding(question, Verdict.ACT, found, rule, rows, Deed.RECONCILE)
    of = ngettext("Of one order: %(total)s.", "Of %(count)s orders: %(total)s.", len(case.lines))
    return Finding(question, Verdict.GOOD, said(of, total=total, count=str(len(case.lines))), rule, rows)


def _may_be(case: PayoutCase) -> Finding:
    question = _("Does something keep the seller from being paid?")
    rule = _("An admin's stop, a doubt about the books, or a refund or dispute on one of its orders holds it back.")
    if case.status not in _STANDS:
        ended = _("It is over.") if case.status in _OVER else _("Not to be asked any more: it has left us.")
        return Finding(question, Verdict.GOOD, (ended,), rule)
    if case.stop:
        stopped = _("An admin has stopped the seller's payouts: %(why)s", why=case.stop)
        return Finding(question, Verdict.ACT, (stopped,), rule, (case.seller,), Deed.OPEN)
    if case.is_in_doubt:
        words = (_("Our books and the provider's do not agree about this seller's money."),)
        return Finding(question, Verdict.ACT, words, rule, (case.seller,), Deed.RECONCILE)
    held = [line for line in case.lines if line.blocks]
    if held:
        why = "; ".join(dict.fromkeys(note for line in held for note in line.blocks))
        return Finding(question, Verdict.COURSE, (why,), rule, tuple(line.row for line in held), Deed.OPEN)
    return Finding(question, Verdict.GOOD, (_("Nothing does."),), rule)


def _account(case: PayoutCase, says: ProviderSays) -> Finding:
    question = _("Does the provider pay this seller?")
    rule = _("The provider must let the account receive money and pay it out to a bank; it says what is missing.")
    here = (case.may_receive, case.may_be_paid)
    if says.was_asked and not (says.silence or says.refusal) and (says.may_receive, says.may_be_paid) != here:
        word = _("may be paid") if says.may_receive and says.may_be_paid else says.asks_for or _("may not be paid")
        differ = _("It says: %(word)s. Here the account is %(status)s; its message has not come yet.")
        said_there = said(differ, word=word, status=case.account.label.lower())
        return Finding(question, Verdict.ACT, said_there, rule, (case.seller,), Deed.OPEN)
    bank = [_("Its bank: %(bank)s.", bank=case.bank) if case.bank else _("No bank of theirs is known.")]
    if case.account is AccountStatus.ENABLED and all(here):
        return Finding(question, Verdict.GOOD, in_a_row([_("Yes.")], bank), rule, (case.seller,))
    account = _("The account: %(status)s.", status=case.account.label.lower())
    words = in_a_row([account], [says.asks_for], bank)
    if case.status in _STANDS:
        return Finding(question, Verdict.ACT, words, rule, (case.seller,), Deed.OPEN)
    return Finding(question, Verdict.GOOD, words, rule, (case.seller,))


def _balance(case: PayoutCase, says: ProviderSays) -> Finding:
    rule = _("A transfer is taken from what is available in our account there; what is missing has to be added first.")
    if case.status not in _NOT_SENT:
        return rules.untouched(rule)
    return rules.balance(says.available, case.amount, rule)


def _asked(case: PayoutCase, kind: CallKind, question: str) -> Finding:
    rule = _("Each attempt has a key of its own, and the same attempt is never sent as two payments.")
    made = case.calls_of(kind)
    if not made:
        verdict = Verdict.GOOD if case.status in _NOT_SENT | _OVER else Verdict.UNKNOWN
        return Finding(question, verdict, (_("Not yet."),), rule)
    last, rows = made[-1], tuple(call.row for call in reversed(made))
    words = attempts(len(made), last.status.label)
    if last.status is CallStatus.REFUSED and case.status in _STANDS:
        words = in_a_row(words, [case.failure or last.error])
        if case.next_attempt_at is not None:
            words = in_a_row(words, said(_("It is looked at again on %(at)s."), at=case.next_attempt_at))
            return Finding(question, Verdict.COURSE, words, rule, rows, Deed.OPEN)
        return Finding(question, Verdict.ACT, words, rule, (case.row, *rows), Deed.OPEN)
    if last.status is CallStatus.BLOCKED:
        return Finding(question, Verdict.ACT, words, rule, rows, Deed.OPEN)
    ended = last.status in {CallStatus.DONE, CallStatus.REFUSED, CallStatus.CANCELED}
    return Finding(question, Verdict.GOOD if ended else Verdict.COURSE, words, rule, rows)


def _transfer(case: PayoutCase, says: ProviderSays) -> Finding:
    question = _("Has the seller's account the money?")
    rule = _(
        "A transfer exists at the provider or it does not; it is found by our number even when its answer got lost."
    )
    if quiet := _quiet(case, says, question, rule):
        return quiet
    if says.transfer is None:
        if case.transfer_id is not None:
            return Finding(question, Verdict.ACT, words_of.only_here(case.transfer_id), rule, deed=Deed.RECONCILE)
        verdict = Verdict.COURSE if case.status is _P.PENDING else Verdict.GOOD
        return Finding(question, verdict, (_("No. The provider has made no transfer for it."),), rule)
    if says.transfer.object_id != case.transfer_id:
        missing = (_("%(id)s was made there, and is not in our books.", id=says.transfer.object_id),)
        return Finding(question, Verdict.ACT, missing, rule, deed=Deed.ASK_NOW)
    if says.transfer.amount != case.amount:
        amounts = differs(says.transfer.amount, case.amount)
        return Finding(question, Verdict.ACT, amounts, rule, deed=Deed.RECONCILE)
    yes = said(_("Yes: %(amount)s as %(id)s."), amount=says.transfer.amount, id=case.transfer_id)
    return Finding(question, Verdict.GOOD, yes, rule)


def _bank(case: PayoutCase, says: ProviderSays) -> Finding:
    question = _("Does the bank have it?")
    rule = _("The provider says when the bank should have it, and a bank may send it back days after.")
    if quiet := _quiet(case, says, question, rule):
        return quiet
    if says.bank is None:
        if case.bank_payout_id is not None:
            return Finding(question, Verdict.ACT, words_of.only_here(case.bank_payout_id), rule, deed=Deed.RECONCILE)
        verdict = Verdict.COURSE if case.status is _P.IN_TRANSIT else Verdict.GOOD
        return Finding(question, verdict, (_("Not yet: nothing is on its way to a bank."),), rule)
    words = _(
        "%(id)s is %(there)s there, and here it is %(here)s.",
        id=says.bank.object_id,
        there=words_of.there(says.bank.status),
        here=case.status.label.lower(),
    )
    here = in_a_row([words], [says.bank.why if says.bank.status == "failed" else ""])
    if case.status not in _EXPECTED.get(says.bank.status, frozenset()) or says.bank.object_id != case.bank_payout_id:
        return Finding(question, Verdict.ACT, here, rule, deed=Deed.ASK_NOW)
    if case.status is _P.FAILED:
        return _failed(case, Finding(question, Verdict.ACT, here, rule, (case.row,), Deed.OPEN))
    if case.status is not _P.IN_TRANSIT:
        return Finding(question, Verdict.GOOD, here, rule)
    if case.arrives_at is not None:
        here = in_a_row(here, said(_("The bank should have it on %(at)s."), at=case.arrives_at))
        if case.arrives_at + ASK_AFTER < case.now:
            late = _("That day is over: ask the bank, by the provider's number.")
            return Finding(question, Verdict.ACT, in_a_row(here, [late]), rule, (case.row,), Deed.OPEN)
    return Finding(question, Verdict.COURSE, here, rule)


def _failed(case: PayoutCase, look: Finding) -> Finding:
    found = in_a_row(look.found, [case.failure])
    if case.next_attempt_at is None:
        return replace(look, found=found)
    again = in_a_row(found, said(_("It is looked at again on %(at)s."), at=case.next_attempt_at))
    return replace(look, found=again, verdict=Verdict.COURSE)


def _quiet(case: PayoutCase, says: ProviderSays, question: str, rule: str) -> Finding | None:
    if not says.was_asked:
        unasked = (_("Not asked: the seller has no account there that we know."),)
        return Finding(question, Verdict.UNKNOWN, unasked, rule)
    return rules.quiet(says, question, rule, case.next_look_at)


def _back(case: PayoutCase, says: ProviderSays) -> Finding:
    question = _("Was any of it taken back?")
    rule = _("Money of a transfer may be taken back for a refund or a lost dispute, here or at the provider.")
    if says.back is not None and says.back != case.reversed:
        differs = said(_("%(amount)s came back there, and %(ours)s here."), amount=says.back, ours=case.reversed)
        return Finding(question, Verdict.ACT, differs, rule, (case.row,), Deed.ASK_NOW)
    if case.reversed:
        return Finding(
            question, Verdict.GOOD, said(_("%(amount)s of it was."), amount=case.reversed), rule, (case.row,)
        )
    return Finding(question, Verdict.GOOD, (_("No."),), rule)


def _booked(case: PayoutCase) -> Finding:
    question = _("Is it in the books?")
    rule = _("The transfer takes the seller's money off our books in one entry; the way to the bank books nothing.")
    if case.transfer_id is None:
        return Finding(question, Verdict.GOOD, (_("Nothing is booked, because nothing has left us."),), rule)
    if not case.entries:
        lacks = (_("The transfer was made, and the ledger has no entry of it."),)
        return Finding(question, Verdict.ACT, lacks, rule, deed=Deed.RECONCILE)
    return Finding(question, Verdict.GOOD, (_("Yes."),), rule, tuple(case.entries))


_EXPECTED = {
    "pending": frozenset({_P.IN_TRANSIT, _P.REVERSED}),
    "in_transit": frozenset({_P.IN_TRANSIT, _P.REVERSED}),
    "paid": frozenset({_P.PAID, _P.REVERSED}),
    "failed": frozenset({_P.FAILED, _P.REVERSED}),
    "canceled": frozenset({_P.FAILED, _P.REVERSED}),
}
"""How a payout stands here for each word of the provider about its payment to the bank."""

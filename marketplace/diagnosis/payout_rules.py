"""Why a payout is where it is: who may be paid, what the provider has of it, and when the bank does (S4.29). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from marketplace.diagnosis import rules
from marketplace.diagnosis.rules import CallFact, Deed, EventFact, Finding, Piece, Row, Verdict, Wires
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
        _asked(case, CallKind.TRANSFER, "Was the transfer asked for, and how often?"),
        _transfer(case, says),
        _asked(case, CallKind.BANK_PAYOUT, "Was the bank to be paid, and how often?"),
        _bank(case, says),
        _back(case, says),
        _booked(case),
        rules.told(case.events, is_due=happened, what="this payout"),
        rules.deliveries(case.wires),
        rules.effects(case.events),
        rules.calls(case.calls),
        rules.background(case.wires),
    )


def _made_of(case: PayoutCase) -> Finding:
    question = "What is it made of?"
    rule = "Only released shares go into a payout; its lines are frozen and add up to it."
    total = Money.total([line.amount for line in case.lines], case.amount.currency)
    orders = "one order" if len(case.lines) == 1 else f"{len(case.lines)} orders"
    rows = tuple(line.row for line in case.lines[:_SHOWN])
    if total != case.amount:
        found: tuple[Piece, ...] = ("The lines come to ", total, " of ", case.amount, ".")
        return Finding(question, Verdict.ACT, found, rule, rows, Deed.RECONCILE)
    return Finding(question, Verdict.GOOD, (f"Of {orders}: ", total, "."), rule, rows)


def _may_be(case: PayoutCase) -> Finding:
    question = "Does something keep the seller from being paid?"
    rule = "An admin's stop, a doubt about the books, or a refund or dispute on one of its orders holds it back."
    if case.status not in _STANDS:
        ended = "It is over." if case.status in _OVER else "Not to be asked any more: it has left us."
        return Finding(question, Verdict.GOOD, (ended,), rule)
    if case.stop:
        stopped = f"An admin has stopped the seller's payouts: {case.stop}"
        return Finding(question, Verdict.ACT, (stopped,), rule, (case.seller,), Deed.OPEN)
    if case.is_in_doubt:
        words = ("Our books and the provider's do not agree about this seller's money.",)
        return Finding(question, Verdict.ACT, words, rule, (case.seller,), Deed.RECONCILE)
    held = [line for line in case.lines if line.blocks]
    if held:
        why = "; ".join(dict.fromkeys(note for line in held for note in line.blocks))
        return Finding(question, Verdict.COURSE, (why,), rule, tuple(line.row for line in held), Deed.OPEN)
    return Finding(question, Verdict.GOOD, ("Nothing does.",), rule)


def _account(case: PayoutCase, says: ProviderSays) -> Finding:
    question = "Does the provider pay this seller?"
    rule = "The provider must let the account receive money and pay it out to a bank; it says what is missing."
    here = (case.may_receive, case.may_be_paid)
    if says.was_asked and not (says.silence or says.refusal) and (says.may_receive, says.may_be_paid) != here:
        word = "may be paid" if says.may_receive and says.may_be_paid else says.asks_for or "may not be paid"
        said = (f"It says: {word}. Here the account is {case.account.label.lower()}; its message has not come yet.",)
        return Finding(question, Verdict.ACT, said, rule, (case.seller,), Deed.OPEN)
    bank = f" Its bank: {case.bank}." if case.bank else " No bank of theirs is known."
    if case.account is AccountStatus.ENABLED and all(here):
        return Finding(question, Verdict.GOOD, (f"Yes.{bank}",), rule, (case.seller,))
    words = (f"The account: {case.account.label.lower()}. {says.asks_for}".strip() + bank,)
    if case.status in _STANDS:
        return Finding(question, Verdict.ACT, words, rule, (case.seller,), Deed.OPEN)
    return Finding(question, Verdict.GOOD, words, rule, (case.seller,))


def _balance(case: PayoutCase, says: ProviderSays) -> Finding:
    question = "Is there enough at the provider?"
    rule = "A transfer is taken from what is available in our account there; what is missing has to be added first."
    if case.status not in _NOT_SENT:
        return Finding(question, Verdict.GOOD, ("Nothing is to be taken from it any more.",), rule)
    if says.available is None:
        return Finding(question, Verdict.UNKNOWN, ("The provider has not said.",), rule, deed=Deed.LOOK_AGAIN)
    found: tuple[Piece, ...] = (says.available, " is available there now.")
    if says.available.minor >= case.amount.minor:
        return Finding(question, Verdict.GOOD, found, rule)
    lacks: tuple[Piece, ...] = (*found, " ", case.amount - says.available, " is missing. Add it there.")
    return Finding(question, Verdict.ACT, lacks, rule)


def _asked(case: PayoutCase, kind: CallKind, question: str) -> Finding:
    rule = "Each attempt has a key of its own, and the same attempt is never sent as two payments."
    made = case.calls_of(kind)
    if not made:
        verdict = Verdict.GOOD if case.status in _NOT_SENT | _OVER else Verdict.UNKNOWN
        return Finding(question, verdict, ("Not yet.",), rule)
    last, rows = made[-1], tuple(call.row for call in reversed(made))
    times = "Once" if len(made) == 1 else f"{len(made)} attempts"
    words: list[Piece] = [f"{times}; the last one: {last.status.label.lower()}."]
    if last.status is CallStatus.REFUSED and case.status in _STANDS:
        words.append(f" {case.failure or last.error}")
        if case.next_attempt_at is not None:
            words += [" It is looked at again on ", case.next_attempt_at, "."]
            return Finding(question, Verdict.COURSE, tuple(words), rule, rows, Deed.OPEN)
        return Finding(question, Verdict.ACT, tuple(words), rule, (case.row, *rows), Deed.OPEN)
    if last.status is CallStatus.BLOCKED:
        return Finding(question, Verdict.ACT, tuple(words), rule, rows, Deed.OPEN)
    ended = last.status in {CallStatus.DONE, CallStatus.REFUSED, CallStatus.CANCELED}
    return Finding(question, Verdict.GOOD if ended else Verdict.COURSE, tuple(words), rule, rows)


def _transfer(case: PayoutCase, says: ProviderSays) -> Finding:
    question = "Has the seller's account the money?"
    rule = "A transfer exists at the provider or it does not; it is found by our number even when its answer got lost."
    quiet = _quiet(case, says, question, rule)
    if quiet is not None:
        return quiet
    if says.transfer is None:
        if case.transfer_id is not None:
            found = (f"{case.transfer_id} is in our books, and the provider does not have it.",)
            return Finding(question, Verdict.ACT, found, rule, deed=Deed.RECONCILE)
        verdict = Verdict.COURSE if case.status is _P.PENDING else Verdict.GOOD
        return Finding(question, verdict, ("No. The provider has made no transfer for it.",), rule)
    if says.transfer.object_id != case.transfer_id:
        missing = (f"{says.transfer.object_id} was made there, and is not in our books.",)
        return Finding(question, Verdict.ACT, missing, rule, deed=Deed.ASK_NOW)
    if says.transfer.amount != case.amount:
        amounts: tuple[Piece, ...] = (says.transfer.amount, " there, and ", case.amount, " here.")
        return Finding(question, Verdict.ACT, amounts, rule, deed=Deed.RECONCILE)
    return Finding(question, Verdict.GOOD, ("Yes: ", says.transfer.amount, f" as {case.transfer_id}."), rule)


def _bank(case: PayoutCase, says: ProviderSays) -> Finding:
    question = "Does the bank have it?"
    rule = "The provider says when the bank should have it, and a bank may send it back days after."
    quiet = _quiet(case, says, question, rule)
    if quiet is not None:
        return quiet
    if says.bank is None:
        if case.bank_payout_id is not None:
            found = (f"{case.bank_payout_id} is in our books, and the provider does not have it.",)
            return Finding(question, Verdict.ACT, found, rule, deed=Deed.RECONCILE)
        verdict = Verdict.COURSE if case.status is _P.IN_TRANSIT else Verdict.GOOD
        return Finding(question, verdict, ("Not yet: nothing is on its way to a bank.",), rule)
    words = f"{says.bank.object_id} is {says.bank.status.replace('_', ' ')} there, and here it is "
    here: list[Piece] = [f"{words}{case.status.label.lower()}."]
    if says.bank.why and says.bank.status == "failed":
        here.append(f" {says.bank.why}")
    if case.status not in _EXPECTED.get(says.bank.status, frozenset()) or says.bank.object_id != case.bank_payout_id:
        return Finding(question, Verdict.ACT, tuple(here), rule, deed=Deed.ASK_NOW)
    if case.status is _P.FAILED:
        return _failed(case, Finding(question, Verdict.ACT, tuple(here), rule, (case.row,), Deed.OPEN))
    if case.status is not _P.IN_TRANSIT:
        return Finding(question, Verdict.GOOD, tuple(here), rule)
    if case.arrives_at is not None:
        here += [" The bank should have it on ", case.arrives_at, "."]
        if case.arrives_at + ASK_AFTER < case.now:
            late = " That day is over: ask the bank, by the provider's number."
            return Finding(question, Verdict.ACT, (*here, late), rule, (case.row,), Deed.OPEN)
    return Finding(question, Verdict.COURSE, tuple(here), rule)


def _failed(case: PayoutCase, look: Finding) -> Finding:
    found = (*look.found, f" {case.failure}")
    if case.next_attempt_at is None:
        return replace(look, found=found)
    again = (*found, " It is looked at again on ", case.next_attempt_at, ".")
    return replace(look, found=again, verdict=Verdict.COURSE)


def _quiet(case: PayoutCase, says: ProviderSays, question: str, rule: str) -> Finding | None:
    if not says.was_asked:
        return Finding(question, Verdict.UNKNOWN, ("Not asked: the seller has no account there that we know.",), rule)
    if says.silence:
        return rules.silence(question, says.silence, case.next_look_at)
    if says.refusal:
        return rules.would_not_say(question, says.refusal, rule)
    return None


def _back(case: PayoutCase, says: ProviderSays) -> Finding:
    question = "Was any of it taken back?"
    rule = "Money of a transfer may be taken back for a refund or a lost dispute, here or at the provider."
    if says.back is not None and says.back != case.reversed:
        differs: tuple[Piece, ...] = (says.back, " came back there, and ", case.reversed, " here.")
        return Finding(question, Verdict.ACT, differs, rule, (case.row,), Deed.ASK_NOW)
    if case.reversed:
        return Finding(question, Verdict.GOOD, (case.reversed, " of it was."), rule, (case.row,))
    return Finding(question, Verdict.GOOD, ("No.",), rule)


def _booked(case: PayoutCase) -> Finding:
    question = "Is it in the books?"
    rule = "The transfer takes the seller's money off our books in one entry; the way to the bank books nothing."
    if case.transfer_id is None:
        return Finding(question, Verdict.GOOD, ("Nothing is booked, because nothing has left us.",), rule)
    if not case.entries:
        lacks = ("The transfer was made, and the ledger has no entry of it.",)
        return Finding(question, Verdict.ACT, lacks, rule, deed=Deed.RECONCILE)
    return Finding(question, Verdict.GOOD, ("Yes.",), rule, tuple(case.entries))


_EXPECTED = {
    "pending": frozenset({_P.IN_TRANSIT, _P.REVERSED}),
    "in_transit": frozenset({_P.IN_TRANSIT, _P.REVERSED}),
    "paid": frozenset({_P.PAID, _P.REVERSED}),
    "failed": frozenset({_P.FAILED, _P.REVERSED}),
    "canceled": frozenset({_P.FAILED, _P.REVERSED}),
}
"""How a payout stands here for each word of the provider about its payment to the bank."""

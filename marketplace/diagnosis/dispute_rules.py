"""Where a dispute stands: what the bank says, what it took, whose money stands still, who bears it (S4.29). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from marketplace.diagnosis import rules
from marketplace.diagnosis.rules import CallFact, Deed, EventFact, Finding, Piece, Row, Verdict, Wires
from marketplace.disputes.rules import DisputeKind, EvidenceState
from marketplace.disputes.states import ANSWERABLE, DISPUTE, OPEN, TAKEN, VERB_OF_WORD, DisputeStatus
from marketplace.money import Money
from marketplace.payments.states import TransactionStatus

_S = DisputeStatus
_STILL_HERE = frozenset({TransactionStatus.HELD, TransactionStatus.AVAILABLE})


@dataclass(frozen=True)
class ProviderSays:
    """What the provider said of the dispute just now, with every line it made in our account."""

    silence: str = ""
    refusal: str = ""
    status: str = ""
    """The provider's word; "" for a warning, which has none."""
    amount: Money | None = None
    submissions: int = 0
    """How often evidence was handed to the bank."""
    lines: Mapping[str, int] | None = None
    """What each line took from us, minor units of the account's currency; None for a warning."""


@dataclass(frozen=True)
class PartFact:
    """What of the dispute one order bears, and where its money is."""

    order_number: str
    row: Row
    share_status: TransactionStatus
    amount: Money
    is_blocked: bool
    """Whether this dispute keeps the share where it is."""
    from_seller: Money
    """What a loss that is booked took from what the seller had here."""
    from_platform: Money
    debt: Money
    """What of the loss the seller owes."""
    seller: Row


@dataclass(frozen=True)
class DisputeCase:
    """All that is known here of one dispute."""

    row: Row
    kind: DisputeKind
    status: DisputeStatus
    reason: str
    amount: Money
    paid: Money
    """The payment it is about."""
    withdrawn: Money
    platform_lost: Money
    fee: Money
    lines: Sequence[str]
    """The provider's lines that are booked."""
    entries: Sequence[Row]
    due_by: datetime | None
    evidence: EvidenceState
    evidence_note: str
    submitted_at: datetime | None
    accepted_at: datetime | None
    is_loss_booked: bool
    parts: Sequence[PartFact]
    calls: Sequence[CallFact]
    events: Sequence[EventFact]
    next_look_at: datetime | None
    wires: Wires
    now: datetime


def findings(case: DisputeCase, says: ProviderSays) -> tuple[Finding, ...]:
    """Return every look at a dispute, in order: what is asked, what was taken, who answers, who bears it."""
    return (
        _about(case),
        _provider(case, says),
        _taken(case, says),
        _shared(case),
        *(_still(case, part) for part in case.parts if part.amount),
        _answered(case, says),
        rules.calls(case.calls),
        _booked(case),
        rules.told(case.events, is_due=True, what="this dispute"),
        rules.deliveries(case.wires),
        rules.effects(case.events),
        rules.background(case.wires),
    )


def _about(case: DisputeCase) -> Finding:
    question = "Is it about a payment of ours?"
    rule = "A bank can dispute what was paid, or a part of it; a warning takes nothing."
    found: tuple[Piece, ...] = (case.amount, " of a payment of ", case.paid, f". {case.reason}.")
    fits = case.amount.currency == case.paid.currency and case.amount.minor <= case.paid.minor
    if not fits:
        return Finding(question, Verdict.ACT, (*found, " That is more than was paid."), rule, deed=Deed.RECONCILE)
    return Finding(question, Verdict.GOOD, found, rule)


def _provider(case: DisputeCase, says: ProviderSays) -> Finding:
    question = "What does the provider say of it now?"
    rule = "The bank decides, and may decide again within months; the provider tells us what it says."
    if says.silence:
        return rules.silence(question, says.silence, case.next_look_at)
    if says.refusal:
        return rules.would_not_say(question, says.refusal, rule)
    if case.kind is DisputeKind.WARNING:
        return Finding(question, Verdict.GOOD, ("The warning stands there as it came.",), rule)
    verb = VERB_OF_WORD.get(says.status)
    here = case.status.label.lower()
    words = f"It is {says.status.replace('_', ' ')} there, and here: {here}."
    if verb is None or DISPUTE.moves[verb].target != case.status:
        return Finding(question, Verdict.ACT, (words,), rule, deed=Deed.ASK_NOW)
    if says.amount is not None and says.amount != case.amount:
        amounts: tuple[Piece, ...] = (says.amount, " are disputed there, and ", case.amount, " here.")
        return Finding(question, Verdict.ACT, amounts, rule, deed=Deed.RECONCILE)
    return Finding(question, Verdict.COURSE if case.status in OPEN else Verdict.GOOD, (words,), rule)


def _taken(case: DisputeCase, says: ProviderSays) -> Finding:
    question = "Is what the bank took in the books?"
    rule = "Money is booked by the lines of the provider's account, each once, and never from a status."
    if says.lines is not None:
        missing = [line for line in says.lines if line not in case.lines]
        if missing:
            found = (f"The provider has {len(missing)} of {len(says.lines)} lines that are not in the books.",)
            return Finding(question, Verdict.ACT, found, rule, tuple(case.entries), Deed.ASK_NOW)
        if any(line not in says.lines for line in case.lines):
            unknown = ("A line is in the books that the provider does not have any more.",)
            return Finding(question, Verdict.ACT, unknown, rule, tuple(case.entries), Deed.RECONCILE)
    found_here: tuple[Piece, ...] = ("The bank has ", case.withdrawn, " now, and the provider's fee is ", case.fee, ".")
    takes = case.status in TAKEN or case.status is _S.LOST
    if not takes and not case.lines:
        return Finding(question, Verdict.GOOD, ("It has taken nothing.",), rule)
    if takes and not case.withdrawn:
        waits = ("Nothing is taken yet; the line comes when the provider has moved the money.",)
        return Finding(question, Verdict.COURSE, waits, rule, tuple(case.entries))
    if not takes and case.withdrawn:
        back: tuple[Piece, ...] = (*found_here, " It decided for the shop, and the money is not back yet.")
        return Finding(question, Verdict.COURSE, back, rule, tuple(case.entries))
    verdict = Verdict.GOOD if says.lines is not None else Verdict.UNKNOWN
    deed = None if says.lines is not None else Deed.LOOK_AGAIN
    return Finding(question, verdict, found_here, rule, tuple(case.entries), deed)


def _shared(case: DisputeCase) -> Finding:
    question = "Which orders is it about?"
    rule = "The whole payment: each its part; one order's exact total: that order; else by what is left of each."
    parts = [part for part in case.parts if part.amount]
    words: list[Piece] = []
    for part in parts:
        words += ["; " if words else "", f"{part.order_number}: ", part.amount]
    rows = tuple(part.row for part in parts)
    if Money.total([part.amount for part in parts], case.amount.currency) != case.amount:
        off: tuple[Piece, ...] = (*words, ". That is not the ", case.amount, " in question.")
        return Finding(question, Verdict.ACT, off, rule, (case.row, *rows), Deed.OPEN)
    return Finding(question, Verdict.GOOD, (*words, "."), rule, rows)


def _still(case: DisputeCase, part: PartFact) -> Finding:
    question = f"Does the money of order {part.order_number} stand still?"
    rule = "From the first report until the bank's word a share may be neither released nor paid out."
    row = (part.row,)
    if case.status not in OPEN:
        if part.is_blocked:
            found = ("The bank has decided, and the share still may not move.",)
            return Finding(question, Verdict.ACT, found, rule, row, Deed.OPEN)
        return Finding(question, Verdict.GOOD, ("It need not any more: this dispute is over.",), rule, row)
    if not part.is_blocked:
        loose = ("It may move although the bank has not decided.",)
        return Finding(question, Verdict.ACT, loose, rule, row, Deed.OPEN)
    if part.share_status not in _STILL_HERE:
        gone = (f"{part.share_status.label}: it is not here any more. A loss becomes the seller's debt.",)
        return Finding(question, Verdict.COURSE, gone, rule, row)
    return Finding(
        question, Verdict.GOOD, (f"Yes: {part.share_status.label.lower()}, and it may not move.",), rule, row
    )


def _answered(case: DisputeCase, says: ProviderSays) -> Finding:
    question = "Has the bank our answer?"
    rule = "Evidence is handed over once and for good, before the day the bank names; without it the buyer wins."
    if case.kind is DisputeKind.WARNING:
        if case.status is _S.WARNED:
            found = ("A warning takes no answer. Refund the buyer, or close it with a reason.",)
            return Finding(question, Verdict.ACT, found, rule, (case.row,), Deed.OPEN)
        return Finding(question, Verdict.GOOD, ("A warning takes no answer, and it is closed.",), rule)
    if case.accepted_at is not None:
        given_up: tuple[Piece, ...] = ("An admin accepted the loss on ", case.accepted_at, ".")
        return Finding(question, Verdict.GOOD, given_up, rule)
    if case.evidence is EvidenceState.SENDING:
        verdict = Verdict.COURSE
        return Finding(question, verdict, ("It is being handed over.",), rule, (case.row,), Deed.OPEN)
    if case.evidence is EvidenceState.REFUSED:
        refused = (f"The provider refused it: {case.evidence_note}",)
        return Finding(question, Verdict.ACT, refused, rule, (case.row,), Deed.OPEN)
    if case.status in ANSWERABLE:
        return _waits_for_answer(case, question, rule)
    return _given(case, says, question, rule)


def _waits_for_answer(case: DisputeCase, question: str, rule: str) -> Finding:
    found: tuple[Piece, ...] = ("Not yet. The bank names no day.",)
    if case.due_by is not None and case.due_by > case.now:
        found = ("Not yet. It can be handed over until ", case.due_by, ".")
    elif case.due_by is not None:
        found = ("No, and the last day was ", case.due_by, ". The bank will decide without it.")
    return Finding(question, Verdict.ACT, found, rule, (case.row,), Deed.OPEN)


def _given(case: DisputeCase, says: ProviderSays, question: str, rule: str) -> Finding:
    if case.submitted_at is None:
        return Finding(question, Verdict.GOOD, ("None was given, and none is due any more.",), rule)
    found: tuple[Piece, ...] = ("Handed over on ", case.submitted_at, ".")
    if says.status and not says.submissions and case.status in OPEN:
        lacks = " The provider says that it has none."
        return Finding(question, Verdict.ACT, (*found, lacks), rule, (case.row,), Deed.OPEN)
    return Finding(question, Verdict.GOOD, found, rule)


def _booked(case: DisputeCase) -> Finding:
    question = "Who bears the loss?"
    rule = "The seller's held money, then what is released, then a debt; the platform gives its fee back pro rata."
    is_lost = case.status is _S.LOST and bool(case.withdrawn)
    if is_lost != case.is_loss_booked:
        words = "It is lost, and nobody bears it yet." if is_lost else "A loss is booked, and the bank says otherwise."
        return Finding(question, Verdict.ACT, (words,), rule, (case.row, *case.entries), Deed.ASK_NOW)
    if not is_lost:
        words = "Nobody: nothing is lost." if case.status not in OPEN else "Nobody yet: the bank has not decided."
        return Finding(question, Verdict.GOOD, (words,), rule)
    found: list[Piece] = []
    sellers = []
    for part in case.parts:
        if not (part.from_seller or part.from_platform or part.debt):
            continue
        found += [f"{part.order_number}: ", part.from_seller, " of the seller's, ", part.from_platform, " of ours"]
        if part.debt:
            found += [", ", part.debt, " as the seller's debt"]
            sellers.append(part.seller)
        found.append(". ")
    if case.platform_lost:
        found += ["No seller bears ", case.platform_lost, "."]
    if sellers:
        return Finding(question, Verdict.COURSE, tuple(found), rule, tuple(sellers), Deed.OPEN)
    return Finding(question, Verdict.GOOD, tuple(found), rule, tuple(case.entries))

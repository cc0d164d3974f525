"""Where a dispute stands: what the bank says, what it took, whose money stands still, who bears it (S4.29). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from marketplace.diagnosis import rules
from marketplace.diagnosis import words as words_of
from marketplace.diagnosis.rules import CallFact, Deed, EventFact, Finding, Row, Verdict, Wires
from marketplace.diagnosis.words import Piece, in_a_row, said
from marketplace.disputes.rules import DisputeKind, EvidenceState
from marketplace.disputes.states import ANSWERABLE, DISPUTE, OPEN, TAKEN, VERB_OF_WORD, DisputeStatus
from marketplace.language import gettext as _
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
        rules.told(case.events, is_due=True, what="dispute"),
        rules.deliveries(case.wires),
        rules.effects(case.events),
        rules.background(case.wires),
    )


def _about(case: DisputeCase) -> Finding:
    question = _("Is it about a payment of ours?")
    rule = _("A bank can dispute what was paid, or a part of it; a warning takes nothing.")
    found = said(
        _("%(amount)s of a payment of %(paid)s. %(reason)s."), amount=case.amount, paid=case.paid, reason=case.reason
    )
    fits = case.amount.currency == case.paid.currency and case.amount.minor <= case.paid.minor
    if not fits:
        more = in_a_row(found, [_("That is more than was paid.")])
        return Finding(question, Verdict.ACT, more, rule, deed=Deed.RECONCILE)
    return Finding(question, Verdict.GOOD, found, rule)


def _provider(case: DisputeCase, says: ProviderSays) -> Finding:
    question = _("What does the provider say of it now?")
    rule = _("The bank decides, and may decide again within months; the provider tells us what it says.")
    if quiet := rules.quiet(says, question, rule, case.next_look_at):
        return quiet
    if case.kind is DisputeKind.WARNING:
        return Finding(question, Verdict.GOOD, (_("The warning stands there as it came."),), rule)
    verb = VERB_OF_WORD.get(says.status)
    here = case.status.label.lower()
    words = _("It is %(there)s there, and here: %(here)s.", there=words_of.there(says.status), here=here)
    if verb is None or DISPUTE.moves[verb].target != case.status:
        return Finding(question, Verdict.ACT, (words,), rule, deed=Deed.ASK_NOW)
    if says.amount is not None and says.amount != case.amount:
        amounts = said(_("%(amount)s are disputed there, and %(ours)s here."), amount=says.amount, ours=case.amount)
        return Finding(question, Verdict.ACT, amounts, rule, deed=Deed.RECONCILE)
    return Finding(question, Verdict.COURSE if case.status in OPEN else Verdict.GOOD, (words,), rule)


def _taken(case: DisputeCase, says: ProviderSays) -> Finding:
    question = _("Is what the bank took in the books?")
    rule = _("Money is booked by the lines of the provider's account, each once, and never from a status.")
    if says.lines is not None:
        missing = [line for line in says.lines if line not in case.lines]
        if missing:
            new = _("The provider has %(missing)s of %(all)s lines that are not in the books.")
            found = said(new, missing=str(len(missing)), all=str(len(says.lines)))
            return Finding(question, Verdict.ACT, found, rule, tuple(case.entries), Deed.ASK_NOW)
        if any(line not in says.lines for line in case.lines):
            unknown = (_("A line is in the books that the provider does not have any more."),)
            return Finding(question, Verdict.ACT, unknown, rule, tuple(case.entries), Deed.RECONCILE)
    found_here = said(
        _("The bank has %(amount)s now, and the provider's fee is %(fee)s."), amount=case.withdrawn, fee=case.fee
    )
    takes = case.status in TAKEN or case.status is _S.LOST
    if not takes and not case.lines:
        return Finding(question, Verdict.GOOD, (_("It has taken nothing."),), rule)
    if takes and not case.withdrawn:
        waits = (_("Nothing is taken yet; the line comes when the provider has moved the money."),)
        return Finding(question, Verdict.COURSE, waits, rule, tuple(case.entries))
    if not takes and case.withdrawn:
        back = in_a_row(found_here, [_("It decided for the shop, and the money is not back yet.")])
        return Finding(question, Verdict.COURSE, back, rule, tuple(case.entries))
    verdict = Verdict.GOOD if says.lines is not None else Verdict.UNKNOWN
    deed = None if says.lines is not None else Deed.LOOK_AGAIN
    return Finding(question, verdict, found_here, rule, tuple(case.entries), deed)


def _shared(case: DisputeCase) -> Finding:
    question = _("Which orders is it about?")
    rule = _("The whole payment: each its part; one order's exact total: that order; else by what is left of each.")
    parts = [part for part in case.parts if part.amount]
    words: list[Piece] = []
    for part in parts:
        words += ["; " if words else "", f"{part.order_number}: ", part.amount]
    words.append(".")
    rows = tuple(part.row for part in parts)
    if Money.total([part.amount for part in parts], case.amount.currency) != case.amount:
        off = in_a_row(words, said(_("That is not the %(amount)s in question."), amount=case.amount))
        return Finding(question, Verdict.ACT, off, rule, (case.row, *rows), Deed.OPEN)
    return Finding(question, Verdict.GOOD, tuple(words), rule, rows)


def _still(case: DisputeCase, part: PartFact) -> Finding:
    question = _("Does the money of order %(order)s stand still?", order=part.order_number)
    rule = _("From the first report until the bank's word a share may be neither released nor paid out.")
    row = (part.row,)
    if case.status not in OPEN:
        if part.is_blocked:
            found = (_("The bank has decided, and the share still may not move."),)
            return Finding(question, Verdict.ACT, found, rule, row, Deed.OPEN)
        return Finding(question, Verdict.GOOD, (_("It need not any more: this dispute is over."),), rule, row)
    if not part.is_blocked:
        loose = (_("It may move although the bank has not decided."),)
        return Finding(question, Verdict.ACT, loose, rule, row, Deed.OPEN)
    if part.share_status not in _STILL_HERE:
        status = part.share_status.label
        gone = _("%(status)s: it is not here any more. A loss becomes the seller's debt.", status=status)
        return Finding(question, Verdict.COURSE, (gone,), rule, row)
    yes = _("Yes: %(status)s, and it may not move.", status=part.share_status.label.lower())
    return Finding(question, Verdict.GOOD, (yes,), rule, row)


def _answered(case: DisputeCase, says: ProviderSays) -> Finding:
    question = _("Has the bank our answer?")
    rule = _("Evidence is handed over once and for good, before the day the bank names; without it the buyer wins.")
    if case.kind is DisputeKind.WARNING:
        if case.status is _S.WARNED:
            found = (_("A warning takes no answer. Refund the buyer, or close it with a reason."),)
            return Finding(question, Verdict.ACT, found, rule, (case.row,), Deed.OPEN)
        return Finding(question, Verdict.GOOD, (_("A warning takes no answer, and it is closed."),), rule)
    if case.accepted_at is not None:
        given_up = said(_("An admin accepted the loss on %(at)s."), at=case.accepted_at)
        return Finding(question, Verdict.GOOD, given_up, rule)
    if case.evidence is EvidenceState.SENDING:
        verdict = Verdict.COURSE
        return Finding(question, verdict, (_("It is being handed over."),), rule, (case.row,), Deed.OPEN)
    if case.evidence is EvidenceState.REFUSED:
        refused = (_("The provider refused it: %(note)s", note=case.evidence_note),)
        return Finding(question, Verdict.ACT, refused, rule, (case.row,), Deed.OPEN)
    if case.status in ANSWERABLE:
        return _waits_for_answer(case, question, rule)
    return _given(case, says, question, rule)


def _waits_for_answer(case: DisputeCase, question: str, rule: str) -> Finding:
    found: Sequence[Piece] = [_("Not yet. The bank names no day.")]
    if case.due_by is not None and case.due_by > case.now:
        found = said(_("Not yet. It can be handed over until %(at)s."), at=case.due_by)
    elif case.due_by is not None:
        found = said(_("No, and the last day was %(at)s. The bank will decide without it."), at=case.due_by)
    return Finding(question, Verdict.ACT, tuple(found), rule, (case.row,), Deed.OPEN)


def _given(case: DisputeCase, says: ProviderSays, question: str, rule: str) -> Finding:
    if case.submitted_at is None:
        return Finding(question, Verdict.GOOD, (_("None was given, and none is due any more."),), rule)
    found = said(_("Handed over on %(at)s."), at=case.submitted_at)
    if says.status and not says.submissions and case.status in OPEN:
        lacks = in_a_row(found, [_("The provider says that it has none.")])
        return Finding(question, Verdict.ACT, lacks, rule, (case.row,), Deed.OPEN)
    return Finding(question, Verdict.GOOD, found, rule)


def _booked(case: DisputeCase) -> Finding:
    question = _("Who bears the loss?")
    rule = _("The seller's held money, then what is released, then a debt; the platform gives its fee back pro rata.")
    is_lost = case.status is _S.LOST and bool(case.withdrawn)
    if is_lost != case.is_loss_booked:
        words = (
            _("It is lost, and nobody bears it yet.")
            if is_lost
            else _("A loss is booked, and the bank says otherwise.")
        )
        return Finding(question, Verdict.ACT, (words,), rule, (case.row, *case.entries), Deed.ASK_NOW)
    if not is_lost:
        words = _("Nobody: nothing is lost.") if case.status not in OPEN else _("Nobody yet: the bank has not decided.")
        return Finding(question, Verdict.GOOD, (words,), rule)
    found: list[Sequence[Piece]] = []
    sellers = []
    for part in case.parts:
        if not (part.from_seller or part.from_platform or part.debt):
            continue
        words = _("%(order)s: %(from_seller)s of the seller's, %(from_platform)s of ours.")
        if part.debt:
            words = _(
                "%(order)s: %(from_seller)s of the seller's, %(from_platform)s of ours, %(debt)s as the seller's debt."
            )
            sellers.append(part.seller)
        bears = {"from_seller": part.from_seller, "from_platform": part.from_platform, "debt": part.debt}
        found.append(said(words, order=part.order_number, **bears))
    if case.platform_lost:
        found.append(said(_("No seller bears %(amount)s."), amount=case.platform_lost))
    if sellers:
        return Finding(question, Verdict.COURSE, in_a_row(*found), rule, tuple(sellers), Deed.OPEN)
    return Finding(question, Verdict.GOOD, in_a_row(*found), rule, tuple(case.entries))

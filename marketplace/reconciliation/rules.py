"""Whether a line of the provider's, the ledger and the rows of the business agree, and what is proposed if not. Pure.

The provider is the first side, the ledger the second, the rows the third. Amounts are minor units of the line's
currency, signed from our side.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from marketplace.language import Text
from marketplace.ledger.accounts import Account


class Kind(StrEnum):
    """What does not agree; `label` names it, `words` say what it means to somebody who sees it for the first time."""

    label: str
    words: str

    def __new__(cls, value: str, label: str = "", words: str = "") -> Self:
        """Make a kind."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label, member.words = label, words
        return member

    MISSING_EVENT = (
        "missing_event",
        Text("Message that never came"),
        Text("Money has moved at the provider for something of ours, and nobody has told us."),
    )
    MADE_AT_PROVIDER = (
        "made_at_provider",
        Text("Made at the provider"),
        Text("Somebody has moved money in the provider's dashboard, and it is not in the books yet."),
    )
    UNKNOWN_OBJECT = (
        "unknown_object",
        Text("Unknown to us"),
        Text("Money has moved at the provider for something that none of our rows knows."),
    )
    LINE_WITHOUT_ENTRY = (
        "line_without_entry",
        Text("Line without entry"),
        Text("The provider's account has a line that the ledger does not have."),
    )
    ENTRY_WITHOUT_LINE = (
        "entry_without_line",
        Text("Entry without line"),
        Text("The ledger says that money moved at the provider, and its account has no such line."),
    )
    ROW_WITHOUT_LINE = (
        "row_without_line",
        Text("Row without line"),
        Text("A row of the shop says that money has moved, and the provider's account has no line for it."),
    )
    AMOUNT_DIFFERS = (
        "amount_differs",
        Text("Amount differs"),
        Text("The sides know the same thing with different amounts."),
    )
    STATUS_DIFFERS = (
        "status_differs",
        Text("Status differs"),
        Text("The provider says another state than our row has."),
    )
    DOUBLED = "doubled", Text("Made or booked twice"), Text("The same thing has moved money twice.")
    UNREADABLE = (
        "unreadable",
        Text("Line that can't be read"),
        Text("The provider's line is not what its documents promise."),
    )
    REPEATED_MESSAGE = (
        "repeated_message",
        Text("Message that came twice"),
        Text("The provider has told us the same thing twice. It had its effect once."),
    )

    @property
    def keeps_payouts(self) -> bool:
        """Return whether the touched sellers are not paid while it is open: not where no money is in doubt."""
        return self is not Kind.REPEATED_MESSAGE


class Cause(StrEnum):
    """Why sides do not agree, as far as it is known."""

    words: str

    def __new__(cls, value: str, words: str = "") -> Self:
        """Make a cause."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.words = words
        return member

    LOST = "lost", Text("No message about it has come. It was lost on its way to us.")
    PARKED = "parked", Text("A message about it came and waits, because it did not fit what we knew.")
    STALE = "stale", Text("A message about it came before the provider had this line, and none came after it.")
    BY_HAND = "by_hand", Text("It carries no reference of ours: somebody has made it in the provider's dashboard.")
    NOT_OURS = "not_ours", Text("It carries no reference of ours and belongs to no payment, payout or dispute of ours.")
    NO_RULE = (
        "no_rule",
        Text("The shop books no lines of this kind by itself: the provider's own fees, or our own bank."),
    )
    TWICE_THERE = (
        "twice_there",
        Text("It carries the reference of a row that another object of the provider has served."),
    )
    TWICE_HERE = "twice_here", Text("It was corrected by hand, and its own rule has booked it since.")
    ENTRY_GONE = "entry_gone", Text("The line is in our list of lines, and its ledger entry is not there.")
    BOOKED_OTHERWISE = "booked_otherwise", Text("The ledger has another amount than the provider's line.")
    ROW_OTHERWISE = "row_otherwise", Text("The row of the business has another amount than the provider's line.")
    NO_ROW = "no_row", Text("Line and entry agree, and no row of the business stands behind them.")
    NOT_THERE = (
        "not_there",
        Text("The provider does not know this line. It was booked for another account, or by hand."),
    )
    NOT_YET = "not_yet", Text("The provider's line has not come, although it should have by now.")
    BROKEN = "broken", Text("A field is missing or makes no sense. The other lines were read.")
    SENT_TWICE = "sent_twice", Text("The provider sent it again, as it may. The second one changed nothing.")


class Proposal(StrEnum):
    """What should be done; `is_automatic` when the shop does it by itself."""

    label: str
    words: str
    is_automatic: bool

    def __new__(cls, value: str, label: str = "", words: str = "", is_automatic: bool = False) -> Self:
        """Make a proposal."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label, member.words, member.is_automatic = label, words, is_automatic
        return member

    REREAD = (
        "reread",
        Text("Read it again"),
        Text("Read it at the provider and settle it as its message would have."),
        True,
    )
    MIRROR = (
        "mirror",
        Text("Take it over"),
        Text("Read it at the provider and put it into the books as what it is."),
        True,
    )
    UNDO = "undo", Text("Undo the correction"), Text("Post the inverse of the correcting entry."), True
    NOTHING = "nothing", Text("Nothing to do"), Text("Nothing moved twice. It is noted and closed."), True
    CORRECT = "correct", Text("Correct the books"), Text("Post a correcting entry, or explain why none is needed.")
    ASK = "ask", Text("Ask the provider"), Text("Look at the provider, or ask it. Then correct the books or explain.")


class CounterAccount(StrEnum):
    """Against which account a correction is booked; the words say for what."""

    words: str

    def __new__(cls, value: str, words: str = "") -> Self:
        """Make an account of the choice."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.words = words
        return member

    DIFFERENCE = Account.RECONCILIATION_DIFFERENCE.value, Text("A difference that nobody can explain better")
    OWN_BANK = Account.PLATFORM_BANK.value, Text("Money to or from our own bank account")
    PROCESSING_FEE = Account.PROCESSING_FEE.value, Text("A fee of the provider's")
    REFUND_COST = Account.REFUND_COST.value, Text("Money given back to a buyer that the marketplace bears")
    DISPUTE_FEE = Account.DISPUTE_FEE.value, Text("A fee for a dispute")

    @property
    def account(self) -> Account:
        """Return the account of the ledger."""
        return next(each for each in Account if each.value == self.value)


class MessageState(StrEnum):
    """Whether the inbox has a message that should have booked a line."""

    NONE = "none"
    WAITS = "waits"
    APPLIED = "applied"


_OF_OBJECTS = frozenset({"charge", "payment", "refund", "payment_refund", "refund_failure", "transfer"})
_OF_OBJECTS |= {"transfer_refund"}
_MADE_BY_HAND = frozenset({"refund", "payment_refund", "refund_failure", "transfer_refund"})
_WASHED = frozenset({"failed", "canceled"})
_LOST = {MessageState.NONE: Cause.LOST, MessageState.WAITS: Cause.PARKED, MessageState.APPLIED: Cause.STALE}


@dataclass(frozen=True)
class LineFacts:
    """One line of our account at the provider, and what ledger and rows know of it. None: they know nothing."""

    kind: str
    source_kind: str
    source_status: str
    has_reference: bool
    amount_minor: int
    fee_minor: int
    net_minor: int
    seen: tuple[int, int, int] | None
    """Amount, fee and net as booked with it, from `balance_transaction`."""
    booked_minor: int | None
    """What its entry says that the balance at the provider changed by."""
    corrected_minor: int | None
    row_minor: int | None
    """What the row of the business says that moved; None also when it is in another currency than the line."""
    is_known: bool
    """Whether a payment, refund, payout or dispute of ours is behind it."""
    is_comparable: bool
    """Whether row and line are in one currency."""
    doubles: bool
    """Whether another object of the provider has served the row whose reference it carries."""
    message: MessageState


@dataclass(frozen=True)
class Verdict:
    """What does not agree, why, what to do, and by how much the provider has more than the ledger (minor units)."""

    kind: Kind
    cause: Cause
    proposal: Proposal
    difference_minor: int


def judge_line(line: LineFacts) -> Verdict | None:
    """Return what is wrong about a line of our account; None when all three sides agree."""
    if line.seen is None:
        return _judge_unbooked(line)
    if line.corrected_minor is not None:
        return Verdict(Kind.DOUBLED, Cause.TWICE_HERE, Proposal.UNDO, -line.corrected_minor)
    if line.booked_minor is None:
        return Verdict(Kind.LINE_WITHOUT_ENTRY, Cause.ENTRY_GONE, Proposal.CORRECT, line.net_minor)
    gap = line.net_minor - line.booked_minor
    if gap or line.seen != (line.amount_minor, line.fee_minor, line.net_minor):
        return Verdict(Kind.AMOUNT_DIFFERS, Cause.BOOKED_OTHERWISE, Proposal.CORRECT, gap)
    return _judge_row(line)


def _judge_unbooked(line: LineFacts) -> Verdict | None:
    if line.corrected_minor is not None:
        gap = line.net_minor - line.corrected_minor
        return Verdict(Kind.AMOUNT_DIFFERS, Cause.BOOKED_OTHERWISE, Proposal.CORRECT, gap) if gap else None
    gap = line.net_minor
    if line.doubles:
        return Verdict(Kind.DOUBLED, Cause.TWICE_THERE, Proposal.ASK, gap)
    if line.is_known and line.kind in _MADE_BY_HAND and not line.has_reference:
        return Verdict(Kind.MADE_AT_PROVIDER, Cause.BY_HAND, Proposal.MIRROR, gap)
    if line.is_known:
        return Verdict(Kind.MISSING_EVENT, _LOST[line.message], Proposal.REREAD, gap)
    if line.kind in _OF_OBJECTS or line.source_kind == "dispute":
        return Verdict(Kind.UNKNOWN_OBJECT, Cause.NOT_OURS, Proposal.ASK, gap)
    return Verdict(Kind.LINE_WITHOUT_ENTRY, Cause.NO_RULE, Proposal.CORRECT, gap)


def _judge_row(line: LineFacts) -> Verdict | None:
    if not line.is_comparable:
        return None
    if line.row_minor is None:
        # A refund made there that had failed before we heard of it: two lines, no row, nothing has moved.
        washed = line.kind in _MADE_BY_HAND and line.source_status in _WASHED
        return None if washed else Verdict(Kind.ROW_WITHOUT_LINE, Cause.NO_ROW, Proposal.ASK, 0)
    if line.row_minor != line.amount_minor:
        return Verdict(Kind.AMOUNT_DIFFERS, Cause.ROW_OTHERWISE, Proposal.ASK, line.amount_minor - line.row_minor)
    return None


_ENDED = {"paid": "paid", "failed": "failed", "canceled": "failed"}


def judge_bank_payout(
    *, ours: str, theirs: str, asked_minor: int, amount_minor: int, is_overdue: bool, message: MessageState
) -> Verdict | None:
    """Return what is wrong about a payment to a seller's bank; None when line and row agree.

    `ours` is the payout's status, `theirs` the provider's, `asked_minor` and `amount_minor` what was asked for and what
    left the seller's account. One that is still on its way here although the provider says otherwise is wrong once it
    is overdue: until then its message may come.
    """
    if amount_minor > asked_minor:
        return Verdict(Kind.AMOUNT_DIFFERS, Cause.ROW_OTHERWISE, Proposal.ASK, asked_minor - amount_minor)
    ended = _ENDED.get(theirs)
    if ended is None or ended == ours or ours in {"reversed", "canceled"}:
        return None
    if ours == "in_transit" and not is_overdue:
        return None
    return Verdict(Kind.STATUS_DIFFERS, _LOST[message], Proposal.REREAD, 0)

"""What a look can find, and the looks that all subjects share: messages, calls, work behind the scenes. Pure.

Pieces are texts, amounts and moments in their order; a page says amounts and moments as it says them everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from marketplace.money import Money
from marketplace.outbound.states import CallKind, CallStatus
from marketplace.provider_events.states import EventStatus, RefusalCause

Piece = str | Money | datetime

_TICKS_AT_LEAST = timedelta(minutes=1)
_BEHIND = timedelta(minutes=5)
_CAUSES = {
    RefusalCause.UNSIGNED: "without a signature",
    RefusalCause.NOT_VERIFIED: "signed with another secret, or too old",
    RefusalCause.TOO_LARGE: "too large",
}
_WITHOUT_END = frozenset({CallStatus.PLANNED, CallStatus.SENDING, CallStatus.UNKNOWN, CallStatus.BLOCKED})


class Verdict(StrEnum):
    """What came of one look."""

    GOOD = "good"
    COURSE = "course"
    """Not at its end, and nobody has to do anything: it goes on by itself."""
    ACT = "act"
    UNKNOWN = "unknown"


class RowKind(StrEnum):
    """What kind of row was looked at."""

    EVENT = "event"
    CALL = "call"
    SHARE = "share"
    DISPUTE = "dispute"
    REFUND = "refund"
    SELLER = "seller"
    PAYOUT = "payout"
    ENTRY = "entry"


class Deed(StrEnum):
    """The one thing that helps."""

    OPEN = "open"
    """Open the first row that was looked at: it says what can be done there."""
    ASK_NOW = "ask_now"
    """Read the provider's object and put it into the books, as a message about it would."""
    SEND_TEST = "send_test"
    RETURN_AGAIN = "return_again"
    DECIDE = "decide"
    SEE_JOBS = "see_jobs"
    SEE_SETTINGS = "see_settings"
    RECONCILE = "reconcile"
    LOOK_AGAIN = "look_again"


@dataclass(frozen=True)
class Row:
    """One row that was looked at."""

    kind: RowKind
    key: str
    text: str


@dataclass(frozen=True)
class Finding:
    """One look: what was asked, what was found, and the rule behind it."""

    question: str
    verdict: Verdict
    found: tuple[Piece, ...]
    rule: str
    rows: tuple[Row, ...] = ()
    deed: Deed | None = None


@dataclass(frozen=True)
class EventFact:
    """One stored message about the subject."""

    id: int
    type: str
    status: EventStatus
    note: str
    received_at: datetime

    @property
    def row(self) -> Row:
        """Return it as a row that was looked at."""
        return Row(RowKind.EVENT, str(self.id), f"{self.type}, {self.status.label.lower()}")


@dataclass(frozen=True)
class CallFact:
    """One call to the provider for the subject."""

    id: int
    kind: CallKind
    status: CallStatus
    attempt: int
    error: str
    next_attempt_at: datetime | None

    @property
    def row(self) -> Row:
        """Return it as a row that was looked at."""
        kind = self.kind.value.replace("_", " ")
        return Row(RowKind.CALL, str(self.id), f"Call {self.id}, {kind}, attempt {self.attempt}: {self.status.label}")


@dataclass(frozen=True)
class Wires:
    """How messages and work get through in general; system times, as signatures and workers have them."""

    refused: Sequence[tuple[RefusalCause, int, datetime]]
    """Messages refused in the last day: why, how many, the last one."""
    last_stored_at: datetime | None
    """When a message came and was stored last, whatever it was about; business time."""
    last_tick_at: datetime | None
    tick_error: str
    system_now: datetime


def deliveries(wires: Wires) -> Finding:
    """Return whether messages were refused lately (S4.29: verify webhook signatures, review webhook logs)."""
    question, rule = "Are messages refused at our door?", "Only what the provider has signed with our secret is stored."
    stored: tuple[Piece, ...] = ("No message has been stored yet.",)
    if wires.last_stored_at:
        stored = ("The last message was stored on ", wires.last_stored_at, ".")
    if not wires.refused:
        return Finding(question, Verdict.GOOD, ("None was refused in the last day. ", *stored), rule)
    words: list[Piece] = []
    for cause, count, last_at in wires.refused:
        words += [f"{count:,} in the last day {_CAUSES[cause]}, the last on ", last_at, " (system time). "]
    unsure = any(cause is not RefusalCause.TOO_LARGE for cause, _, _ in wires.refused)
    verdict = Verdict.ACT if unsure else Verdict.GOOD
    hint = (
        "Anybody may send such messages, so a few mean nothing; if the provider's own do not get through, the secret is"
        " another one. A test delivery tells. "
    )
    return Finding(question, verdict, (*words, hint if unsure else "", *stored), rule, deed=Deed.SEND_TEST)


def effects(events: Sequence[EventFact]) -> Finding:
    """Return whether every message about the subject has had its effect."""
    question, rule = "Has every message had its effect?", "What fits nothing we know is parked and read again."
    parked = [event for event in events if event.status in {EventStatus.RECEIVED, EventStatus.PARKED}]
    if parked:
        first = parked[0]
        why = first.note or "not applied yet."
        found = (f"{len(parked)} of {len(events)} wait. {first.type} came on ", first.received_at, f": {why}")
        return Finding(question, Verdict.ACT, found, rule, tuple(event.row for event in parked), Deed.OPEN)
    if not events:
        return Finding(question, Verdict.GOOD, ("There is none that could wait.",), rule)
    words = "Its only one has." if len(events) == 1 else f"All {len(events)} have."
    return Finding(question, Verdict.GOOD, (words,), rule, tuple(event.row for event in events))


def calls(found: Sequence[CallFact]) -> Finding:
    """Return whether a call for the subject is without an end."""
    question = "Is a call to the provider without an answer?"
    rule = "Silence is no answer: the same request is sent again with its key, and after 23 hours only looked up."
    rows = tuple(call.row for call in found)
    for status, verdict in ((CallStatus.BLOCKED, Verdict.ACT), (None, Verdict.COURSE)):
        waiting = [call for call in found if call.status in _WITHOUT_END and status in {None, call.status}]
        if waiting:
            words: list[Piece] = [f"Call {waiting[0].id}: {waiting[0].status.label.lower()}."]
            if waiting[0].next_attempt_at and verdict is Verdict.COURSE:
                words += [" Its next turn is on ", waiting[0].next_attempt_at, "."]
            return Finding(question, verdict, tuple(words), rule, tuple(call.row for call in waiting), Deed.OPEN)
    ended = "No, it has ended." if len(found) == 1 else f"No, all {len(found)} have ended."
    ended = ended if found else "No call was made."
    return Finding(question, Verdict.GOOD, (ended,), rule, rows)


def background(wires: Wires) -> Finding:
    """Return whether the worker does what is due (S4.29: review error logs)."""
    question, rule = "Is what is due being done?", "The worker asks every five seconds what is due."
    if wires.last_tick_at is None:
        return Finding(question, Verdict.ACT, ("The worker has never run.",), rule, deed=Deed.SEE_JOBS)
    found: tuple[Piece, ...] = ("It was asked last on ", wires.last_tick_at, " (system time).")
    if wires.tick_error:
        return Finding(question, Verdict.ACT, (*found, f" It failed: {wires.tick_error}"), rule, deed=Deed.SEE_JOBS)
    late = wires.system_now - wires.last_tick_at
    if late > _BEHIND:
        return Finding(question, Verdict.ACT, (*found, " The worker has stopped since."), rule, deed=Deed.SEE_JOBS)
    return Finding(question, Verdict.GOOD if late <= _TICKS_AT_LEAST else Verdict.COURSE, found, rule)


def silence(question: str, why: str, next_look_at: datetime | None) -> Finding:
    """Return that the provider did not answer just now."""
    found: tuple[Piece, ...] = (f"No answer that counts: {why}",)
    if next_look_at is not None:
        found = (*found, " The sweeper asks by itself on ", next_look_at, ".")
    return Finding(question, Verdict.UNKNOWN, found, "Silence decides nothing.", deed=Deed.LOOK_AGAIN)


def would_not_say(question: str, why: str, rule: str) -> Finding:
    """Return that the provider refused to say."""
    found = (f"It would not say: {why} Are key and address of the provider the right ones?",)
    return Finding(question, Verdict.ACT, found, rule, deed=Deed.SEE_SETTINGS)


def told(events: Sequence[EventFact], *, is_due: bool, what: str) -> Finding:
    """Return whether a message about the subject has come in (S4.29: check endpoint accessibility)."""
    question = "Has the provider told us?"
    rule = "A message that gets lost harms nothing: the return page and the sweeper ask the provider as well."
    if events:
        last = events[-1]
        times = "One message came in," if len(events) == 1 else f"{len(events)} messages came in, the last"
        found = (f"{times} on ", last.received_at, ".")
        return Finding(question, Verdict.GOOD, found, rule, tuple(event.row for event in events))
    if not is_due:
        return Finding(question, Verdict.GOOD, ("No message has come in, and none is due yet.",), rule)
    missing = f"No message about {what} has come in, although something has happened at the provider."
    return Finding(question, Verdict.ACT, (missing,), rule, deed=Deed.SEND_TEST)

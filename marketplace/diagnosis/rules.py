"""What a look can find, and the looks that all subjects share: messages, calls, work behind the scenes. Pure.

Pieces are texts, counts, amounts and moments in their order; a page says the last three as it says them everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from marketplace.diagnosis.words import CALLS, Piece, in_a_row, said
from marketplace.language import Text, ngettext
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.outbound.states import CallKind, CallStatus
from marketplace.provider_events.states import EventStatus, RefusalCause

_TICKS_AT_LEAST = timedelta(minutes=1)
_BEHIND = timedelta(minutes=5)
_CAUSES = {
    RefusalCause.UNSIGNED: Text("%(count)s in the last day without a signature, the last on %(at)s (system time)."),
    RefusalCause.NOT_VERIFIED: Text(
        "%(count)s in the last day signed with another secret, or too old, the last on %(at)s (system time)."
    ),
    RefusalCause.TOO_LARGE: Text("%(count)s in the last day too large, the last on %(at)s (system time)."),
}
_UNTOLD = {
    "payment": Text("No message about this payment has come in, although something has happened at the provider."),
    "refund": Text("No message about this refund has come in, although something has happened at the provider."),
    "payout": Text("No message about this payout has come in, although something has happened at the provider."),
    "dispute": Text("No message about this dispute has come in, although something has happened at the provider."),
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
        words = _(
            "Call %(id)s, %(kind)s, attempt %(attempt)s: %(status)s",
            id=self.id,
            kind=CALLS[self.kind],
            attempt=self.attempt,
            status=self.status.label,
        )
        return Row(RowKind.CALL, str(self.id), words)


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
    question = _("Are messages refused at our door?")
    rule = _("Only what the provider has signed with our secret is stored.")
    stored: tuple[Piece, ...] = (_("No message has been stored yet."),)
    if wires.last_stored_at:
        stored = said(_("The last message was stored on %(at)s."), at=wires.last_stored_at)
    if not wires.refused:
        found = in_a_row([_("None was refused in the last day.")], stored)
        return Finding(question, Verdict.GOOD, found, rule)
    words = [said(_(_CAUSES[cause]), count=count, at=last_at) for cause, count, last_at in wires.refused]
    unsure = any(cause is not RefusalCause.TOO_LARGE for cause, _count, _last_at in wires.refused)
    hint = _(
        "Anybody may send such messages, so a few mean nothing; if the provider's own do not get through, the secret is"
        " another one. A test delivery tells."
    )
    found = in_a_row(*words, [hint if unsure else ""], stored)
    return Finding(question, Verdict.ACT if unsure else Verdict.GOOD, found, rule, deed=Deed.SEND_TEST)


def effects(events: Sequence[EventFact]) -> Finding:
    """Return whether every message about the subject has had its effect."""
    question, rule = _("Has every message had its effect?"), _("What fits nothing we know is parked and read again.")
    parked = [event for event in events if event.status in {EventStatus.RECEIVED, EventStatus.PARKED}]
    if parked:
        first = parked[0]
        found = said(
            _("%(parked)s of %(all)s wait. %(type)s came on %(at)s: %(why)s"),
            parked=str(len(parked)),
            all=str(len(events)),
            type=first.type,
            at=first.received_at,
            why=first.note or _("not applied yet."),
        )
        return Finding(question, Verdict.ACT, found, rule, tuple(event.row for event in parked), Deed.OPEN)
    if not events:
        return Finding(question, Verdict.GOOD, (_("There is none that could wait."),), rule)
    words = ngettext("Its only one has.", "All %(count)s have.", len(events), count=len(events))
    return Finding(question, Verdict.GOOD, (words,), rule, tuple(event.row for event in events))


def calls(found: Sequence[CallFact]) -> Finding:
    """Return whether a call for the subject is without an end."""
    question = _("Is a call to the provider without an answer?")
    rule = _("Silence is no answer: the same request is sent again with its key, and after 23 hours only looked up.")
    rows = tuple(call.row for call in found)
    for status, verdict in ((CallStatus.BLOCKED, Verdict.ACT), (None, Verdict.COURSE)):
        waiting = [call for call in found if call.status in _WITHOUT_END and status in {None, call.status}]
        if waiting:
            first = waiting[0]
            words: tuple[Piece, ...] = (_("Call %(id)s: %(status)s.", id=first.id, status=first.status.label.lower()),)
            if first.next_attempt_at and verdict is Verdict.COURSE:
                words = in_a_row(words, said(_("Its next turn is on %(at)s."), at=first.next_attempt_at))
            return Finding(question, verdict, words, rule, tuple(call.row for call in waiting), Deed.OPEN)
    ended = ngettext("No, it has ended.", "No, all %(count)s have ended.", len(found), count=len(found))
    ended = ended if found else _("No call was made.")
    return Finding(question, Verdict.GOOD, (ended,), rule, rows)


def background(wires: Wires) -> Finding:
    """Return whether the worker does what is due (S4.29: review error logs)."""
    question, rule = _("Is what is due being done?"), _("The worker asks every five seconds what is due.")
    if wires.last_tick_at is None:
        return Finding(question, Verdict.ACT, (_("The worker has never run."),), rule, deed=Deed.SEE_JOBS)
    found = said(_("It was asked last on %(at)s (system time)."), at=wires.last_tick_at)
    if wires.tick_error:
        failed = in_a_row(found, [_("It failed: %(error)s", error=wires.tick_error)])
        return Finding(question, Verdict.ACT, failed, rule, deed=Deed.SEE_JOBS)
    late = wires.system_now - wires.last_tick_at
    if late > _BEHIND:
        stopped = in_a_row(found, [_("The worker has stopped since.")])
        return Finding(question, Verdict.ACT, stopped, rule, deed=Deed.SEE_JOBS)
    return Finding(question, Verdict.GOOD if late <= _TICKS_AT_LEAST else Verdict.COURSE, found, rule)


def balance(available: Money | None, amount: Money, rule: str) -> Finding:
    """Return whether our account there has what is to be taken from it."""
    question = _("Is there enough at the provider?")
    if available is None:
        return Finding(question, Verdict.UNKNOWN, (_("The provider has not said."),), rule, deed=Deed.LOOK_AGAIN)
    found = said(_("%(amount)s is available there now."), amount=available)
    if available.minor >= amount.minor:
        return Finding(question, Verdict.GOOD, found, rule)
    lacks = said(_("%(amount)s is missing. Add it there."), amount=amount - available)
    return Finding(question, Verdict.ACT, in_a_row(found, lacks), rule)


def untouched(rule: str) -> Finding:
    """Return that nothing is to be taken from our account there."""
    found = (_("Nothing is to be taken from it any more."),)
    return Finding(_("Is there enough at the provider?"), Verdict.GOOD, found, rule)


def in_wallet() -> Finding:
    """Return that a refund asks no provider, because a wallet had paid."""
    found = (_("Into the buyer's wallet, in the moment in which it is approved. No provider is asked."),)
    return Finding(_("Where does it go?"), Verdict.GOOD, found, _("What a wallet has paid goes back into it."))


def by_bank() -> Finding:
    """Return that a refund asks no provider, because a bank transfer had paid."""
    found = (_("By a transfer of our bank. No provider is asked; an admin says that the bank has sent it."),)
    return Finding(_("Where does it go?"), Verdict.GOOD, found, _("What a transfer has paid goes back by one."))


class Says(Protocol):
    """What the provider said: an answer, or why there is none."""

    @property
    def silence(self) -> str:
        """Return why there is no answer; "" when there is one."""

    @property
    def refusal(self) -> str:
        """Return why it would not say; "" otherwise."""


def quiet(says: Says, question: str, rule: str, next_look_at: datetime | None) -> Finding | None:
    """Return that the provider did not say, None when it did."""
    if says.silence:
        return silence(question, says.silence, next_look_at)
    return would_not_say(question, says.refusal, rule) if says.refusal else None


def silence(question: str, why: str, next_look_at: datetime | None) -> Finding:
    """Return that the provider did not answer just now."""
    found: tuple[Piece, ...] = (_("No answer that counts: %(why)s", why=why),)
    if next_look_at is not None:
        found = in_a_row(found, said(_("The sweeper asks by itself on %(at)s."), at=next_look_at))
    return Finding(question, Verdict.UNKNOWN, found, _("Silence decides nothing."), deed=Deed.LOOK_AGAIN)


def would_not_say(question: str, why: str, rule: str) -> Finding:
    """Return that the provider refused to say."""
    found = (_("It would not say: %(why)s Are key and address of the provider the right ones?", why=why),)
    return Finding(question, Verdict.ACT, found, rule, deed=Deed.SEE_SETTINGS)


def told(events: Sequence[EventFact], *, is_due: bool, what: str) -> Finding:
    """Return whether a message about the subject has come in (S4.29: check endpoint accessibility)."""
    question = _("Has the provider told us?")
    rule = _("A message that gets lost harms nothing: the return page and the sweeper ask the provider as well.")
    if events:
        words = ngettext(
            "One message came in, on %(at)s.", "%(count)s messages came in, the last on %(at)s.", len(events)
        )
        found = said(words, count=str(len(events)), at=events[-1].received_at)
        return Finding(question, Verdict.GOOD, found, rule, tuple(event.row for event in events))
    if not is_due:
        return Finding(question, Verdict.GOOD, (_("No message has come in, and none is due yet."),), rule)
    return Finding(question, Verdict.ACT, (_(_UNTOLD[what]),), rule, deed=Deed.SEND_TEST)

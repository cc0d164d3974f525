"""What a stored event can be, what may follow, and how it and every later look at it came about."""

from enum import StrEnum

from marketplace.language import Text
from marketplace.transitions import Machine, Status


class EventStatus(Status):
    """What became of an event."""

    RECEIVED = "received", Text("Received")
    APPLIED = "applied", Text("Applied")
    PARKED = "parked", Text("Parked")
    IGNORED = "ignored", Text("Not needed")
    SET_ASIDE = "set_aside", Text("Put aside")


class EventRoad(StrEnum):
    """How an event came to be looked at."""

    WEBHOOK = "webhook"
    """The provider sent it."""
    LISTED = "listed"
    """We missed it and found it in the provider's list of events."""
    MADE = "made"
    """Its event was gone from that list when we looked: it was made from the object, which fitted nothing yet."""
    REREAD = "reread"
    """Stored before; a job or the tick read its object again."""
    REPLAY = "replay"
    """Stored before; a person had it applied once more."""
    DECISION = "decision"
    """It fitted nothing, and a person said whose it is."""


class Endpoint(StrEnum):
    """Which of our addresses an event is for."""

    OURS = "ours"
    ACCOUNTS = "accounts"
    PAYPAL = "paypal"


class RefusalCause(StrEnum):
    """Why a message to one of these addresses was refused."""

    UNSIGNED = "unsigned"
    """It carried no signature."""
    NOT_VERIFIED = "not_verified"
    """Its signature is of no secret of ours, or older than five minutes."""
    TOO_LARGE = "too_large"


class Outcome(StrEnum):
    """What came of one look at an event that its status history does not tell."""

    KNOWN = "known"
    """It was stored before; nothing was done."""
    WAITS = "waits"
    """It still fits nothing we know."""
    UNCHANGED = "unchanged"
    """It was applied again and changed nothing: its fact was in the books."""
    CHANGED = "changed"
    """It had an effect after all, by a replay or a person's decision."""
    NOT_NEEDED = "not_needed"
    """No rule of ours needs it, today as before."""


_E = EventStatus

EVENT = Machine(
    "provider_event",
    EventStatus,
    _E.RECEIVED,
    {
        "apply": (
            [_E.RECEIVED, _E.PARKED],
            _E.APPLIED,
            Text("Its fact is in the books, by this event or an earlier one."),
        ),
        "park": (
            [_E.RECEIVED],
            _E.PARKED,
            Text("It matches nothing we know, or contradicts it; the object is read again."),
        ),
        "ignore": ([_E.RECEIVED, _E.PARKED], _E.IGNORED, Text("No rule of ours needs this type.")),
        "set_aside": ([_E.PARKED], _E.SET_ASIDE, Text("An admin says that it is none of our business.")),
        "take_up": ([_E.SET_ASIDE], _E.PARKED, Text("An admin wants it looked at again.")),
        "replay": ([_E.IGNORED, _E.SET_ASIDE], _E.APPLIED, Text("An admin had it applied after all.")),
    },
)

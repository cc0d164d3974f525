"""What a stored event can be, and what may follow."""

from marketplace.transitions import Machine, Status


class EventStatus(Status):
    """What became of an event."""

    RECEIVED = "received", "Received"
    APPLIED = "applied", "Applied"
    PARKED = "parked", "Parked"
    IGNORED = "ignored", "Not needed"


_E = EventStatus

EVENT = Machine(
    "provider_event",
    EventStatus,
    _E.RECEIVED,
    {
        "apply": ([_E.RECEIVED, _E.PARKED], _E.APPLIED, "Its fact is in the books, by this event or an earlier one."),
        "park": ([_E.RECEIVED], _E.PARKED, "It matches nothing we know, or contradicts it; the object is read again."),
        "ignore": ([_E.RECEIVED, _E.PARKED], _E.IGNORED, "No rule of ours needs this type."),
    },
)

"""What a call to a provider can be, and what may follow. UNKNOWN is a state, not an error."""

from marketplace.transitions import Machine, Status


class CallStatus(Status):
    """Where a call to a provider stands."""

    PLANNED = "planned", "Planned"
    SENDING = "sending", "Sending"
    UNKNOWN = "unknown", "Outcome unknown"
    DONE = "done", "Done"
    REFUSED = "refused", "Refused"
    BLOCKED = "blocked", "Needs a person"
    CANCELED = "canceled", "Called off"


_C = CallStatus

CALL = Machine(
    "outbound_call",
    CallStatus,
    _C.PLANNED,
    {
        "send": ([_C.PLANNED, _C.UNKNOWN, _C.SENDING], _C.SENDING, "The request goes out, always with the same key."),
        "doubt": ([_C.SENDING], _C.UNKNOWN, "No answer that could be trusted came back."),
        "finish": ([_C.SENDING, _C.UNKNOWN, _C.BLOCKED], _C.DONE, "The provider did it."),
        "refuse": ([_C.SENDING, _C.UNKNOWN, _C.BLOCKED], _C.REFUSED, "The provider will not do it."),
        "call_off": ([_C.PLANNED], _C.CANCELED, "It was never sent, and its cause is gone."),
        "block": ([_C.SENDING, _C.UNKNOWN], _C.BLOCKED, "Machines cannot find out what happened."),
    },
)

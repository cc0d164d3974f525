"""What a call to a provider can be, and what may follow. UNKNOWN is a state, not an error."""

from enum import StrEnum

from marketplace.labels import Labelled
from marketplace.language import Text
from marketplace.transitions import Machine, Status


class CallStatus(Status):
    """Where a call to a provider stands."""

    PLANNED = "planned", Text("Planned")
    SENDING = "sending", Text("Sending")
    UNKNOWN = "unknown", Text("Outcome unknown")
    DONE = "done", Text("Done")
    REFUSED = "refused", Text("Refused")
    BLOCKED = "blocked", Text("Needs a person")
    CANCELED = "canceled", Text("Called off")


class CallKind(StrEnum):
    """What a provider is asked to do."""

    CREATE_CHECKOUT = "create_checkout"
    EXPIRE_CHECKOUT = "expire_checkout"
    CAPTURE_CHECKOUT = "capture_checkout"
    """The money of a page whose buyer has agreed, where that does not take it by itself."""
    REFUND = "refund"
    RETURN = "return"
    """Money that could not be used goes back."""
    CREATE_ACCOUNT = "create_account"
    """An account for a seller, to be paid on."""
    TRANSFER = "transfer"
    """A payout's money to the seller's account at the provider."""
    BANK_PAYOUT = "bank_payout"
    """From there to the seller's bank."""
    REVERSAL = "reversal"
    """Money of a transfer taken back."""
    UPLOAD_FILE = "upload_file"
    """A file of the evidence in a dispute."""
    SUBMIT_EVIDENCE = "submit_evidence"
    ACCEPT_DISPUTE = "accept_dispute"
    CREATE_CUSTOMER = "create_customer"
    """A person who saves cards, known to the provider by name."""
    DETACH_METHOD = "detach_method"
    """A saved card taken away from its owner."""
    DEFAULT_METHOD = "default_method"
    """Which of their saved cards a person's payment pages begin with."""


class CallStep(Labelled):
    """What a person may decide about a call that machines can't end; the label says what was done."""

    LOOK_UP = "look_up", Text("Looked up at the provider")
    SEND_AGAIN = "send_again", Text("Sent again with the same key")
    ADOPT = "adopt", Text("Said which object it made")
    GIVE_UP = "give_up", Text("Said that it never happened")


_C = CallStatus

CALL = Machine(
    "outbound_call",
    CallStatus,
    _C.PLANNED,
    {
        "send": (
            [_C.PLANNED, _C.UNKNOWN, _C.SENDING],
            _C.SENDING,
            Text("The request goes out, always with the same key."),
        ),
        "doubt": ([_C.SENDING], _C.UNKNOWN, Text("No answer that could be trusted came back.")),
        "finish": ([_C.SENDING, _C.UNKNOWN, _C.BLOCKED], _C.DONE, Text("The provider did it.")),
        "refuse": ([_C.SENDING, _C.UNKNOWN, _C.BLOCKED], _C.REFUSED, Text("The provider will not do it.")),
        "call_off": ([_C.PLANNED], _C.CANCELED, Text("It was never sent, and its cause is gone.")),
        "block": ([_C.SENDING, _C.UNKNOWN], _C.BLOCKED, Text("Machines cannot find out what happened.")),
        "give_up": ([_C.UNKNOWN, _C.BLOCKED], _C.REFUSED, Text("A person has looked: it never happened.")),
        "turn_up": (
            [_C.BLOCKED, _C.REFUSED],
            _C.DONE,
            Text("It was given up, and what it made has turned up after all."),
        ),
    },
    walks_back=("turn_up",),
)

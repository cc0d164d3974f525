"""What a transfer that came in, and one that goes out, can be, and what may follow (S2.27)."""

from marketplace.language import Text
from marketplace.transitions import Machine, Status


class IncomingStatus(Status):
    """Where money that came to the marketplace's account stands."""

    RECORDED = "recorded", Text("Waiting for a second admin")
    TO_MATCH = "to_match", Text("To match")
    WAITING = "waiting", Text("Waiting for the rest")
    MATCHED = "matched", Text("Matched")
    TO_RETURN = "to_return", Text("To be returned")
    RETURNED = "returned", Text("Sent back")
    STRUCK = "struck", Text("Struck out")


class OutgoingStatus(Status):
    """Where money that leaves the marketplace's account stands."""

    PLANNED = "planned", Text("To be sent")
    EXPORTED = "exported", Text("In a file for the bank")
    SENT = "sent", Text("Sent")
    FAILED = "failed", Text("Failed")


_I = IncomingStatus
_O = OutgoingStatus

INCOMING = Machine(
    "incoming_transfer",
    IncomingStatus,
    _I.RECORDED,
    {
        "book": ([_I.RECORDED], _I.TO_MATCH, Text("It stands on the bank's statement; it is in the books.")),
        "strike": ([_I.RECORDED, _I.TO_MATCH], _I.STRUCK, Text("It does not stand on the bank's statement.")),
        "keep": ([_I.TO_MATCH], _I.WAITING, Text("An admin waits for the rest of the amount.")),
        "match": ([_I.TO_MATCH, _I.WAITING], _I.MATCHED, Text("It pays a purchase.")),
        "send_back": ([_I.TO_MATCH, _I.WAITING], _I.TO_RETURN, Text("An admin sends it back to its sender.")),
        "return": ([_I.TO_RETURN], _I.RETURNED, Text("The bank has sent it back.")),
    },
)
OUTGOING = Machine(
    "outgoing_transfer",
    OutgoingStatus,
    _O.PLANNED,
    {
        "export": ([_O.PLANNED], _O.EXPORTED, Text("It stands in a file for the bank.")),
        "send": ([_O.PLANNED, _O.EXPORTED], _O.SENT, Text("The bank has sent it.")),
        "fail": ([_O.PLANNED, _O.EXPORTED], _O.FAILED, Text("The bank did not send it.")),
    },
)

OPEN = (_I.TO_MATCH, _I.WAITING)
"""Money that is here and pays nothing yet."""
TO_SEND = (_O.PLANNED, _O.EXPORTED)
"""Money that is about to leave."""

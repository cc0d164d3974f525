"""What a break can be, and what may follow."""

from marketplace.language import Text
from marketplace.transitions import Machine, Status


class BreakStatus(Status):
    """What became of a place where provider, ledger and rows do not agree."""

    OPEN = "open", Text("Open")
    MENDED = "mended", Text("Mended by itself")
    DECIDED = "decided", Text("Settled by a person")
    GONE = "gone", Text("Disappeared")


_B = BreakStatus

BREAK = Machine(
    "reconciliation_break",
    BreakStatus,
    _B.OPEN,
    {
        "mend": (
            [_B.OPEN],
            _B.MENDED,
            Text("Its cause is known: the shop has read the object again, and all sides agree."),
        ),
        "decide": ([_B.OPEN], _B.DECIDED, Text("An admin has said what it is, with a reason.")),
        "vanish": ([_B.OPEN], _B.GONE, Text("All sides agree now; a message that was late has done it.")),
    },
)

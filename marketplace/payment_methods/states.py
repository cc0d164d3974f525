"""What a saved card can be, and what may follow."""

from marketplace.language import Text
from marketplace.transitions import Machine, Status


class MethodStatus(Status):
    """Whether something saved can be paid with."""

    ACTIVE = "active", Text("Saved")
    REMOVING = "removing", Text("Being removed")
    REMOVED = "removed", Text("Removed")


_M = MethodStatus

METHOD = Machine(
    "saved_method",
    MethodStatus,
    _M.ACTIVE,
    {
        "remove": (
            [_M.ACTIVE],
            _M.REMOVING,
            Text("Its owner does not want it kept; the provider is asked to drop it."),
        ),
        "keep": ([_M.REMOVING], _M.ACTIVE, Text("The provider did not drop it.")),
        "detach": (
            [_M.ACTIVE, _M.REMOVING],
            _M.REMOVED,
            Text("The provider has dropped it. What was paid with it stays linked."),
        ),
    },
    walks_back=("keep",),
)

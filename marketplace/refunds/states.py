"""What a refund can be, and what may follow (S2.17, C4: the union of both documents' states)."""

from marketplace.language import Text
from marketplace.transitions import Machine, Status


class RefundStatus(Status):
    """Where a refund stands."""

    PENDING = "pending", Text("Waiting for a decision")
    APPROVED = "approved", Text("Approved")
    PROCESSING = "processing", Text("On its way")
    COMPLETED = "completed", Text("Refunded")
    REJECTED = "rejected", Text("Rejected")
    FAILED = "failed", Text("Failed")
    CANCELLED = "cancelled", Text("Withdrawn")


_S = RefundStatus

REFUND = Machine(
    "refund",
    RefundStatus,
    _S.PENDING,
    {
        "approve": ([_S.PENDING, _S.FAILED], _S.APPROVED, Text("An admin agrees; the money is set aside.")),
        "process": ([_S.APPROVED], _S.PROCESSING, Text("The provider has taken it up.")),
        "complete": ([_S.APPROVED, _S.PROCESSING], _S.COMPLETED, Text("The provider has sent the money back.")),
        "grant": ([_S.PENDING], _S.APPROVED, Text("A rule sends the money back by itself; nobody decides an amount.")),
        "reject": ([_S.PENDING, _S.FAILED], _S.REJECTED, Text("An admin does not agree, or will not try again.")),
        "withdraw": ([_S.PENDING], _S.CANCELLED, Text("The buyer does not want it any more.")),
        "absorb": (
            [_S.PENDING, _S.FAILED],
            _S.CANCELLED,
            Text("The order was cancelled, and all that is left goes back by itself."),
        ),
        "fail": (
            [_S.APPROVED, _S.PROCESSING, _S.COMPLETED],
            _S.FAILED,
            Text("The money did not reach the buyer; even a refund that succeeded may come back weeks later."),
        ),
    },
)

# What counts against the order's total: asked for, decided and sent alike (scar S22).
COUNTED = (_S.PENDING, _S.APPROVED, _S.PROCESSING, _S.COMPLETED)
# What has been taken from seller and platform.
TAKEN = (_S.APPROVED, _S.PROCESSING, _S.COMPLETED)
"""A failed refund is given back to both and counts for nothing until it is approved again."""

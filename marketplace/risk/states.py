"""How risky a payment looks, and what may become of one whose money waits for an admin's look."""

from marketplace.labels import Labelled
from marketplace.language import Text
from marketplace.transitions import Machine, Status


class RiskLevel(Labelled):
    """What a score comes to."""

    LOW = "low", Text("Low")
    ELEVATED = "elevated", Text("Elevated")
    HIGH = "high", Text("High")


class ReviewStatus(Status):
    """Where an admin's look at a payment of high risk stands."""

    WAITING = "waiting", Text("To look at")
    CLEARED = "cleared", Text("Cleared")
    REFUSED = "refused", Text("Refused")


_S = ReviewStatus
REVIEW = Machine(
    "risk_review",
    ReviewStatus,
    _S.WAITING,
    {
        "clear": ([_S.WAITING], _S.CLEARED, Text("An admin has looked; the money moves on as any other.")),
        "refuse": ([_S.WAITING], _S.REFUSED, Text("An admin has refused the payment; the money goes back.")),
    },
)

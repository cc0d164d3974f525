"""S1's eight payment statuses and what may follow (S1.15, C3)."""

from marketplace.language import Text
from marketplace.transitions import Machine, Status


class PaymentStatus(Status):
    """One attempt to pay."""

    PENDING = "pending", Text("Waiting for payment")
    PROCESSING = "processing", Text("Processing")
    COMPLETED = "completed", Text("Paid")
    FAILED = "failed", Text("Failed")
    EXPIRED = "expired", Text("Expired")
    CANCELLED = "cancelled", Text("Cancelled")
    REFUNDED = "refunded", Text("Refunded")
    PARTIALLY_REFUNDED = "partially_refunded", Text("Partly refunded")


_S = PaymentStatus

HAS_MONEY = (_S.COMPLETED, _S.PARTIALLY_REFUNDED, _S.REFUNDED)
"""The provider took the money, whatever went back since."""

PAYMENT = Machine(
    "payment",
    PaymentStatus,
    _S.PENDING,
    {
        "process": (
            [_S.PENDING, _S.FAILED, _S.EXPIRED, _S.CANCELLED],
            _S.PROCESSING,
            Text("The buyer has paid by a method that clears later, perhaps in the moment the page was closed."),
        ),
        "complete": (
            [_S.PENDING, _S.PROCESSING, _S.FAILED, _S.EXPIRED, _S.CANCELLED],
            _S.COMPLETED,
            Text("The provider has the money; a payment that arrives late counts all the same."),
        ),
        "fail": ([_S.PENDING, _S.PROCESSING], _S.FAILED, Text("The provider refused it; the buyer may try again.")),
        "expire": ([_S.PENDING], _S.EXPIRED, Text("The payment page closed before anybody paid.")),
        "cancel": ([_S.PENDING, _S.FAILED], _S.CANCELLED, Text("The buyer went back, or started another attempt.")),
        "refund_part": (
            [_S.COMPLETED, _S.PARTIALLY_REFUNDED, _S.REFUNDED],
            _S.PARTIALLY_REFUNDED,
            Text("Some of the money went back to the buyer, or came back from there."),
        ),
        "unrefund": (
            [_S.PARTIALLY_REFUNDED, _S.REFUNDED],
            _S.COMPLETED,
            Text("The refund did not reach the buyer: all of the money is here again."),
        ),
        "refund": (
            [_S.COMPLETED, _S.PARTIALLY_REFUNDED],
            _S.REFUNDED,
            Text("All of the money went back to the buyer."),
        ),
    },
    walks_back=("unrefund",),
)

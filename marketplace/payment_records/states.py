"""S1's eight payment statuses and what may follow (S1.15, C3)."""

from marketplace.transitions import Machine, Status


class PaymentStatus(Status):
    """One attempt to pay."""

    PENDING = "pending", "Waiting for payment"
    PROCESSING = "processing", "Processing"
    COMPLETED = "completed", "Paid"
    FAILED = "failed", "Failed"
    EXPIRED = "expired", "Expired"
    CANCELLED = "cancelled", "Cancelled"
    REFUNDED = "refunded", "Refunded"
    PARTIALLY_REFUNDED = "partially_refunded", "Partly refunded"


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
            "The buyer has paid by a method that clears later, perhaps in the moment the page was closed.",
        ),
        "complete": (
            [_S.PENDING, _S.PROCESSING, _S.FAILED, _S.EXPIRED, _S.CANCELLED],
            _S.COMPLETED,
            "The provider has the money; a payment that arrives late counts all the same.",
        ),
        "fail": ([_S.PENDING, _S.PROCESSING], _S.FAILED, "The provider refused it; the buyer may try again."),
        "expire": ([_S.PENDING], _S.EXPIRED, "The payment page closed before anybody paid."),
        "cancel": ([_S.PENDING, _S.FAILED], _S.CANCELLED, "The buyer went back, or started another attempt."),
        "refund_part": (
            [_S.COMPLETED, _S.PARTIALLY_REFUNDED, _S.REFUNDED],
            _S.PARTIALLY_REFUNDED,
            "Some of the money went back to the buyer, or came back from there.",
        ),
        "unrefund": (
            [_S.PARTIALLY_REFUNDED, _S.REFUNDED],
            _S.COMPLETED,
            "The refund did not reach the buyer: all of the money is here again.",
        ),
        "refund": ([_S.COMPLETED, _S.PARTIALLY_REFUNDED], _S.REFUNDED, "All of the money went back to the buyer."),
    },
    walks_back=("unrefund",),
)

"""What a tracker, a seller's share and an unusable receipt can be, and what may follow (S0, C2, C3)."""

from enum import StrEnum

from marketplace.labels import Labelled
from marketplace.language import Text
from marketplace.transitions import Machine, Status


class TrackerStatus(Status):
    """The provider's payment intent as we know it."""

    CREATED = "created", Text("Reported by the provider")
    REQUIRES_ACTION = "requires_action", Text("Waiting for the buyer's confirmation")
    PROCESSING = "processing", Text("Processing")
    FAILED = "failed", Text("Failed")
    SUCCEEDED = "succeeded", Text("Succeeded")
    CANCELED = "canceled", Text("Cancelled")


class TransactionStatus(Status):
    """One seller's share of a payment."""

    PENDING = "pending", Text("Waiting for payment")
    FAILED = "failed", Text("Payment failed")
    HELD = "held", Text("Held")
    AVAILABLE = "available", Text("Available")
    TRANSFERRING = "transferring", Text("On its way")
    PAID_OUT = "paid_out", Text("Paid out")
    REFUNDED = "refunded", Text("Refunded")


class ReceiptStatus(Status):
    """Money that arrived and cannot be used for what it was meant for."""

    RECEIVED = "received", Text("To be returned")
    RETURNING = "returning", Text("On its way back")
    RETURNED = "returned", Text("Returned")
    FAILED = "failed", Text("Return failed")


class HoldReason(StrEnum):
    """Why a seller's share waits (DESIGN 4.9)."""

    STANDARD = "standard"
    NEW_SELLER = "new_seller"
    FRAUD_REVIEW = "fraud_review"
    DISPUTE = "dispute"
    MANUAL = "manual"


class BlockReason(StrEnum):
    """Why a share must not move, beside its hold."""

    REFUND = "refund"
    DISPUTE = "dispute"
    REVIEW = "review"
    """A bank asks about the payment, or warns of it."""
    RISK = "risk"
    """The payment looks like fraud, and no admin has decided."""
    MANUAL = "manual"


class HoldStep(Labelled):
    """What an admin can do to a share's hold by hand; the label says what was done."""

    STOP = "stop", Text("Stopped")
    LET_GO = "let_go", Text("Let go")
    EXTEND = "extend", Text("Extended")
    RELEASE = "release", Text("Released")


_T = TrackerStatus
_X = TransactionStatus
_R = ReceiptStatus

TRACKER = Machine(
    "payment_tracker",
    TrackerStatus,
    _T.CREATED,
    {
        "require_action": ([_T.CREATED, _T.FAILED], _T.REQUIRES_ACTION, Text("The bank asks the buyer to confirm.")),
        "process": (
            [_T.CREATED, _T.REQUIRES_ACTION, _T.FAILED],
            _T.PROCESSING,
            Text("A method that clears later was accepted."),
        ),
        "fail": ([_T.CREATED, _T.REQUIRES_ACTION, _T.PROCESSING], _T.FAILED, Text("The provider reported a decline.")),
        "succeed": (
            [_T.CREATED, _T.REQUIRES_ACTION, _T.PROCESSING, _T.FAILED, _T.CANCELED],
            _T.SUCCEEDED,
            Text("The provider has the money."),
        ),
        "cancel": (
            [_T.CREATED, _T.REQUIRES_ACTION, _T.PROCESSING, _T.FAILED],
            _T.CANCELED,
            Text("The provider closed the intent."),
        ),
    },
)

TRANSACTION = Machine(
    "payment_transaction",
    TransactionStatus,
    _X.PENDING,
    {
        "fail": (
            [_X.PENDING],
            _X.FAILED,
            Text("A further decline: the first leaves the share pending (S0, scenario 3)."),
        ),
        "hold": (
            [_X.PENDING, _X.FAILED],
            _X.HELD,
            Text("The buyer has paid; the money waits for the end of the hold."),
        ),
        "release": ([_X.HELD], _X.AVAILABLE, Text("The hold is over and nothing blocks it.")),
        "transfer": ([_X.AVAILABLE], _X.TRANSFERRING, Text("A payout took it up.")),
        "pay_out": (
            [_X.TRANSFERRING, _X.AVAILABLE],
            _X.PAID_OUT,
            Text("The bank has it, or it paid what the seller owed."),
        ),
        "put_back": ([_X.TRANSFERRING], _X.AVAILABLE, Text("Its payout was not made; it waits for another.")),
        "bounce": ([_X.PAID_OUT], _X.TRANSFERRING, Text("The bank sent it back after it was paid.")),
        "reopen": ([_X.PAID_OUT, _X.REFUNDED], _X.AVAILABLE, Text("Money of it came back and is to be paid again.")),
        "refund": ([_X.HELD, _X.AVAILABLE, _X.PAID_OUT], _X.REFUNDED, Text("The buyer has all of it back.")),
        "restore_held": ([_X.REFUNDED], _X.HELD, Text("A refund did not reach the buyer; the share is held again.")),
        "restore_available": (
            [_X.REFUNDED],
            _X.AVAILABLE,
            Text("A refund did not reach the buyer; the share is available again."),
        ),
        "restore_paid_out": (
            [_X.REFUNDED],
            _X.PAID_OUT,
            Text("A refund did not reach the buyer; the seller has their money as before."),
        ),
    },
    walks_back=("restore_held", "restore_available", "restore_paid_out", "put_back", "bounce", "reopen"),
)

RECEIPT = Machine(
    "unapplied_receipt",
    ReceiptStatus,
    _R.RECEIVED,
    {
        "send_back": ([_R.RECEIVED, _R.FAILED], _R.RETURNING, Text("The provider was asked to refund it.")),
        "confirm": ([_R.RETURNING, _R.RECEIVED], _R.RETURNED, Text("The provider has refunded it.")),
        "find_returned": ([_R.FAILED], _R.RETURNED, Text("All of it went back in the provider's dashboard.")),
        "fail": ([_R.RETURNING, _R.RETURNED], _R.FAILED, Text("The refund did not reach the buyer.")),
    },
)

"""What a seller's account, a payout and a transfer reversal can be, and what may follow."""

from enum import StrEnum

from marketplace.language import Text
from marketplace.transitions import Machine, Status


class AccountStatus(Status):
    """A seller's account at the provider, as far as being paid goes."""

    STARTED = "started", Text("Started")
    REVIEW = "review", Text("Under review")
    ENABLED = "enabled", Text("Ready")
    RESTRICTED = "restricted", Text("Restricted")
    DISCONNECTED = "disconnected", Text("Disconnected")
    REJECTED = "rejected", Text("Rejected")


class PayoutStatus(Status):
    """One payment to one seller's bank: a transfer to their account at the provider, and from there to the bank."""

    PENDING = "pending", Text("Being sent")
    REFUSED = "refused", Text("Not sent")
    IN_TRANSIT = "in_transit", Text("On its way")
    PAID = "paid", Text("Paid out")
    FAILED = "failed", Text("Failed")
    CANCELED = "canceled", Text("Cancelled")
    REVERSED = "reversed", Text("Taken back")


class ReversalStatus(Status):
    """Money of a transfer on its way back to the platform."""

    PENDING = "pending", Text("Asked for")
    DONE = "done", Text("Taken back")
    REFUSED = "refused", Text("Refused")


class Interval(StrEnum):
    """How often a seller is paid."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    MANUAL = "manual"


_A = AccountStatus
_P = PayoutStatus
_R = ReversalStatus

ACCOUNT = Machine(
    "seller_account",
    AccountStatus,
    _A.STARTED,
    {
        "review": (
            [_A.STARTED, _A.ENABLED, _A.RESTRICTED, _A.DISCONNECTED, _A.REJECTED],
            _A.REVIEW,
            Text("All details are there; the provider checks them."),
        ),
        "enable": (
            [_A.STARTED, _A.REVIEW, _A.RESTRICTED, _A.DISCONNECTED, _A.REJECTED],
            _A.ENABLED,
            Text("The provider lets the seller be paid."),
        ),
        "restrict": (
            [_A.STARTED, _A.REVIEW, _A.ENABLED, _A.DISCONNECTED, _A.REJECTED],
            _A.RESTRICTED,
            Text("The provider asks for something first."),
        ),
        "disconnect": (
            [_A.STARTED, _A.REVIEW, _A.ENABLED, _A.RESTRICTED],
            _A.DISCONNECTED,
            Text("The seller has taken the shop's access away."),
        ),
        "reject": (
            [_A.STARTED, _A.REVIEW, _A.ENABLED, _A.RESTRICTED, _A.DISCONNECTED],
            _A.REJECTED,
            Text("The provider does not want this seller."),
        ),
        "restart": ([_A.DISCONNECTED], _A.STARTED, Text("The seller begins anew, with another account.")),
    },
    walks_back=("restart",),
)

PAYOUT = Machine(
    "payout",
    PayoutStatus,
    _P.PENDING,
    {
        "refuse": ([_P.PENDING], _P.REFUSED, Text("The provider did not make the transfer, and says why.")),
        "retry": ([_P.REFUSED], _P.PENDING, Text("The cause may be gone: a new attempt with the same amount.")),
        "cancel": (
            [_P.PENDING, _P.REFUSED],
            _P.CANCELED,
            Text("Nothing has moved; its shares wait for another payout."),
        ),
        "arrive": (
            [_P.PENDING, _P.REFUSED],
            _P.IN_TRANSIT,
            Text("The seller's account at the provider has the money."),
        ),
        "pay": ([_P.IN_TRANSIT, _P.FAILED], _P.PAID, Text("The bank has it.")),
        "fail": (
            [_P.IN_TRANSIT, _P.PAID],
            _P.FAILED,
            Text("The bank did not take it, perhaps days after it was paid."),
        ),
        "resend": ([_P.FAILED], _P.IN_TRANSIT, Text("It goes to the bank again.")),
        "reverse": ([_P.IN_TRANSIT, _P.PAID, _P.FAILED], _P.REVERSED, Text("All of it was taken back.")),
    },
    walks_back=("retry", "resend"),
)

REVERSAL = Machine(
    "transfer_reversal",
    ReversalStatus,
    _R.PENDING,
    {
        "finish": (
            [_R.PENDING, _R.REFUSED],
            _R.DONE,
            Text("The platform has the money back, even if it was given up because no answer came."),
        ),
        "refuse": ([_R.PENDING], _R.REFUSED, Text("The provider did not take it back; the seller owes it instead.")),
    },
)

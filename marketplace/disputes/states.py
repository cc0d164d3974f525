"""What a dispute can be, and what may follow. The bank decides, also against what it decided before."""

from marketplace.language import Text
from marketplace.transitions import Machine, Status


class DisputeStatus(Status):
    """Where a question of a buyer's bank stands."""

    OPENED = "opened", Text("Reported")
    INQUIRY = "inquiry_needs_response", Text("Inquiry: needs an answer")
    INQUIRY_REVIEW = "inquiry_under_review", Text("Inquiry: under review")
    INQUIRY_CLOSED = "inquiry_closed", Text("Inquiry closed")
    NEEDS_RESPONSE = "needs_response", Text("Needs an answer")
    UNDER_REVIEW = "under_review", Text("Under review")
    WON = "won", Text("Won")
    LOST = "lost", Text("Lost")
    PREVENTED = "prevented", Text("Prevented")
    WARNED = "warned", Text("Fraud warning")
    DISMISSED = "dismissed", Text("Warning closed")


_S = DisputeStatus
_INQUIRIES = (_S.INQUIRY, _S.INQUIRY_REVIEW, _S.INQUIRY_CLOSED)

DISPUTE = Machine(
    "dispute",
    DisputeStatus,
    _S.OPENED,
    {
        "inquire": (
            [_S.OPENED, _S.INQUIRY_REVIEW, _S.INQUIRY_CLOSED],
            _S.INQUIRY,
            Text("The bank asks; no money moves."),
        ),
        "consider": ([_S.OPENED, _S.INQUIRY, _S.INQUIRY_CLOSED], _S.INQUIRY_REVIEW, Text("The bank reads our answer.")),
        "close": ([_S.OPENED, _S.INQUIRY, _S.INQUIRY_REVIEW], _S.INQUIRY_CLOSED, Text("The bank asks no more.")),
        "charge_back": (
            [_S.OPENED, *_INQUIRIES, _S.UNDER_REVIEW, _S.WON, _S.LOST],
            _S.NEEDS_RESPONSE,
            Text("The bank takes the money back and hears us until the due date."),
        ),
        "review": (
            [_S.OPENED, *_INQUIRIES, _S.NEEDS_RESPONSE, _S.WON, _S.LOST],
            _S.UNDER_REVIEW,
            Text("The bank reads our evidence."),
        ),
        "win": (
            [_S.OPENED, *_INQUIRIES, _S.NEEDS_RESPONSE, _S.UNDER_REVIEW, _S.LOST],
            _S.WON,
            Text("The bank decided for the shop, perhaps after it had decided otherwise."),
        ),
        "lose": (
            [_S.OPENED, *_INQUIRIES, _S.NEEDS_RESPONSE, _S.UNDER_REVIEW, _S.WON],
            _S.LOST,
            Text("The bank decided for the buyer, or nobody answered in time."),
        ),
        "prevent": (
            [_S.OPENED, *_INQUIRIES, _S.NEEDS_RESPONSE, _S.UNDER_REVIEW],
            _S.PREVENTED,
            Text("The provider settled it before it counted."),
        ),
        "warn": ([_S.OPENED], _S.WARNED, Text("The bank fears a fraud; nobody has disputed anything yet.")),
        "dismiss": ([_S.WARNED], _S.DISMISSED, Text("An admin has looked at it, or a dispute took its place.")),
    },
)

# What has no end yet, and in it what keeps shares where they are: as a dispute, or as something to be looked at.
TAKEN = (_S.NEEDS_RESPONSE, _S.UNDER_REVIEW)
ASKED = (_S.INQUIRY, _S.INQUIRY_REVIEW, _S.WARNED)
OPEN = (*TAKEN, *ASKED)
CLOSED = (_S.WON, _S.LOST, _S.PREVENTED, _S.INQUIRY_CLOSED)
"""The bank's last word, so far."""
ANSWERABLE = (_S.INQUIRY, _S.NEEDS_RESPONSE)
"""Where the bank takes evidence."""
VERB_OF_WORD = {
    "warning_needs_response": "inquire",
    "warning_under_review": "consider",
    "warning_closed": "close",
    "needs_response": "charge_back",
    "under_review": "review",
    # Newer versions of the API let a lost dispute be appealed; the bank has the money meanwhile.
    "appeal_needs_response": "charge_back",
    "appeal_under_review": "review",
    "won": "win",
    "lost": "lose",
    # An old value for a dispute that ended because the charge was refunded.
    "charge_refunded": "win",
    "prevented": "prevent",
}
"""What a dispute does here for each word of the provider for where it stands."""

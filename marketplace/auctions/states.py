"""What an auction and a bid can be, and what may follow (S3.6, S3.7)."""

from marketplace.language import Text
from marketplace.transitions import Machine, Status


class AuctionStatus(Status):
    """How far an auction is."""

    RUNNING = "running", Text("Open for bids")
    WITHDRAWN = "withdrawn", Text("Withdrawn")
    NOT_SOLD = "not_sold", Text("Not sold")
    WON = "won", Text("Won, waiting for payment")
    UNPAID = "unpaid", Text("Not paid in time")
    SOLD = "sold", Text("Sold and paid")


class BidStatus(Status):
    """How a bid stands in its auction."""

    PLACED = "placed", Text("Placed")
    LEADING = "leading", Text("Highest bid")
    OUTBID = "outbid", Text("Outbid")
    RAISED = "raised", Text("Raised")
    WON = "won", Text("Won, to be paid")
    LOST = "lost", Text("Lost")
    UNPAID = "unpaid", Text("Not paid")
    PAID = "paid", Text("Paid")


_A = AuctionStatus
_B = BidStatus

AUCTION = Machine(
    "auction",
    AuctionStatus,
    _A.RUNNING,
    {
        "withdraw": ([_A.RUNNING], _A.WITHDRAWN, Text("Taken back before anybody had bid.")),
        "end_unsold": ([_A.RUNNING], _A.NOT_SOLD, Text("Its time is over and nobody has won it.")),
        "end_won": (
            [_A.RUNNING],
            _A.WON,
            Text("Its time is over: the highest bid has won, of equals the first."),
        ),
        "pay": ([_A.WON], _A.SOLD, Text("The winner has paid.")),
        "lapse": ([_A.WON], _A.UNPAID, Text("The time to pay is over.")),
        "offer": ([_A.UNPAID], _A.WON, Text("The seller offered it to the next bidder.")),
        "give_up": ([_A.UNPAID], _A.NOT_SOLD, Text("The seller offered it to nobody else.")),
    },
    walks_back=("offer",),
)

BID = Machine(
    "bid",
    BidStatus,
    _B.PLACED,
    {
        "lead": ([_B.PLACED], _B.LEADING, Text("It is the highest.")),
        "outbid": ([_B.PLACED, _B.LEADING], _B.OUTBID, Text("Somebody else bids more, or bid as much before.")),
        "raise": ([_B.LEADING], _B.RAISED, Text("The same person bids more.")),
        "win": ([_B.LEADING], _B.WON, Text("It was the highest when the time was over.")),
        "lose": ([_B.LEADING, _B.OUTBID], _B.LOST, Text("The auction is over.")),
        "offer": ([_B.LOST], _B.WON, Text("The winner did not pay, and the seller offers it to the next bidder.")),
        "pay": ([_B.WON], _B.PAID, Text("The winner has paid.")),
        "lapse": ([_B.WON], _B.UNPAID, Text("The time to pay is over.")),
    },
    walks_back=("offer",),
)

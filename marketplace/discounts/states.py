"""What a discount code and one use of it can be, and what may follow (S2.23)."""

from marketplace.language import Text
from marketplace.transitions import Machine, Status


class DiscountStatus(Status):
    """Whether its owner lets a code be used; its days and its number of uses decide beside it."""

    ACTIVE = "active", Text("Active")
    PAUSED = "paused", Text("Paused")
    ENDED = "ended", Text("Ended")


class UseStatus(Status):
    """What became of one use of a code."""

    RESERVED = "reserved", Text("Reserved")
    REDEEMED = "redeemed", Text("Used")
    RELEASED = "released", Text("Free again")


_D = DiscountStatus
_U = UseStatus
LIVE = (UseStatus.RESERVED, UseStatus.REDEEMED)
"""The uses that count against a code's limits."""

DISCOUNT = Machine(
    "discount",
    DiscountStatus,
    _D.ACTIVE,
    {
        "pause": ([_D.ACTIVE], _D.PAUSED, Text("Its owner takes it out for a while.")),
        "resume": ([_D.PAUSED], _D.ACTIVE, Text("Its owner lets it be used again.")),
        "end": ([_D.ACTIVE, _D.PAUSED], _D.ENDED, Text("Its owner has ended it for good.")),
    },
    walks_back=("resume",),
)

USE = Machine(
    "discount_use",
    UseStatus,
    _U.RESERVED,
    {
        "redeem": ([_U.RESERVED], _U.REDEEMED, Text("The purchase was paid.")),
        "release": ([_U.RESERVED], _U.RELEASED, Text("The purchase was not paid.")),
        "reserve_again": ([_U.RELEASED], _U.RESERVED, Text("The purchase is being paid after all.")),
        "give_back": ([_U.REDEEMED], _U.RELEASED, Text("All that it made cheaper was called off before it was sent.")),
    },
    walks_back=("reserve_again", "give_back"),
)

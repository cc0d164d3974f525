"""What a discount code and one use of it can be, and what may follow (S2.23)."""

from marketplace.transitions import Machine, Status


class DiscountStatus(Status):
    """Whether its owner lets a code be used; its days and its number of uses decide beside it."""

    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    ENDED = "ended", "Ended"


class UseStatus(Status):
    """What became of one use of a code."""

    RESERVED = "reserved", "Reserved"
    REDEEMED = "redeemed", "Used"
    RELEASED = "released", "Free again"


_D = DiscountStatus
_U = UseStatus
LIVE = (UseStatus.RESERVED, UseStatus.REDEEMED)
"""The uses that count against a code's limits."""

DISCOUNT = Machine(
    "discount",
    DiscountStatus,
    _D.ACTIVE,
    {
        "pause": ([_D.ACTIVE], _D.PAUSED, "Its owner takes it out for a while."),
        "resume": ([_D.PAUSED], _D.ACTIVE, "Its owner lets it be used again."),
        "end": ([_D.ACTIVE, _D.PAUSED], _D.ENDED, "Its owner has ended it for good."),
    },
    walks_back=("resume",),
)

USE = Machine(
    "discount_use",
    UseStatus,
    _U.RESERVED,
    {
        "redeem": ([_U.RESERVED], _U.REDEEMED, "The purchase was paid."),
        "release": ([_U.RESERVED], _U.RELEASED, "The purchase was not paid."),
        "reserve_again": ([_U.RELEASED], _U.RESERVED, "The purchase is being paid after all."),
        "give_back": ([_U.REDEEMED], _U.RELEASED, "All that it made cheaper was called off before it was sent."),
    },
    walks_back=("reserve_again", "give_back"),
)

"""What a listing and a stock reservation can be, and what may follow."""

from marketplace.language import Text
from marketplace.transitions import Machine, Status


class ListingStatus(Status):
    """Whether buyers see a listing, or can choose a variant on its page.

    Variants are never active: what looks for listings by that finds none of them.
    """

    DRAFT = "draft", Text("Draft")
    ACTIVE = "active", Text("Active")
    PAUSED = "paused", Text("Paused")
    OFFERED = "offered", Text("Offered")
    WITHHELD = "withheld", Text("Withheld")
    DROPPED = "dropped", Text("Dropped")


class ReservationStatus(Status):
    """What became of units set aside for a purchase."""

    ACTIVE = "active", Text("Reserved")
    REDEEMED = "redeemed", Text("Sold")
    RETURNED = "returned", Text("Returned to stock")
    WRITTEN_OFF = "written_off", Text("Not put back on sale")


LISTING = Machine(
    "listing",
    ListingStatus,
    ListingStatus.DRAFT,
    {
        "publish": ([ListingStatus.DRAFT, ListingStatus.PAUSED], ListingStatus.ACTIVE, Text("The seller offers it.")),
        "pause": ([ListingStatus.ACTIVE], ListingStatus.PAUSED, Text("The seller takes it off the shelf for a while.")),
        "offer": (
            [ListingStatus.DRAFT, ListingStatus.WITHHELD],
            ListingStatus.OFFERED,
            Text("The seller offers this variant of a listing."),
        ),
        "withhold": (
            [ListingStatus.OFFERED],
            ListingStatus.WITHHELD,
            Text("The seller does not offer this variant for a while."),
        ),
        "drop": (
            [ListingStatus.OFFERED, ListingStatus.WITHHELD],
            ListingStatus.DROPPED,
            Text("The seller took this variant out of the listing."),
        ),
    },
)

RESERVATION = Machine(
    "stock_reservation",
    ReservationStatus,
    ReservationStatus.ACTIVE,
    {
        "redeem": ([ReservationStatus.ACTIVE], ReservationStatus.REDEEMED, Text("The purchase was paid.")),
        "give_back": (
            [ReservationStatus.ACTIVE],
            ReservationStatus.RETURNED,
            Text("The purchase was not paid in time."),
        ),
        "put_back": ([ReservationStatus.REDEEMED], ReservationStatus.RETURNED, Text("The order was cancelled.")),
        "write_off": (
            [ReservationStatus.REDEEMED],
            ReservationStatus.WRITTEN_OFF,
            Text("The order was cancelled and the units cannot be sold."),
        ),
    },
    walks_back=("put_back",),
)

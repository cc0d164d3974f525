"""Until when an order must be sent, how its way can be followed, and when it counts as delivered. Values only."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import quote, urlsplit

from marketplace.errors import Conflict, Invalid
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.orders.states import ORDER, OrderStatus
from marketplace.reports.rules import check_length
from marketplace.transitions import MoveNotAllowed

SHIP_WITHIN_WORKING_DAYS = 2
MOST_PARCELS = 20
"""Of one order."""
LONGEST_NOTE = 2_000
_SATURDAY = 5
_LONGEST_LINK = 500
_TRACKING_NUMBER = re.compile(r"[A-Z0-9]{4,40}")
_BETWEEN_SIGNS = re.compile(r"[\s.-]+")


@dataclass(frozen=True, slots=True)
class Carrier:
    """Who carries; `tracking` is the address of a parcel's page with its number left out, "" where there is none."""

    label: str
    tracking: str = ""


BY_HAND = "hand"
OTHER = "other"
CARRIERS = {
    "ups": Carrier("UPS", "https://www.ups.com/track?tracknum={}"),
    "fedex": Carrier("FedEx", "https://www.fedex.com/fedextrack/?trknbr={}"),
    "dhl": Carrier("DHL", "https://www.dhl.com/global-en/home/tracking.html?tracking-id={}"),
    "usps": Carrier("USPS", "https://tools.usps.com/go/TrackConfirmAction?tLabels={}"),
    "canada-post": Carrier(
        "Canada Post", "https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor={}"
    ),
    "postnord": Carrier("PostNord", "https://tracking.postnord.com/en/tracking?id={}"),
    "royal-mail": Carrier("Royal Mail", "https://www.royalmail.com/track-your-item#/tracking-results/{}"),
    OTHER: Carrier(Text("Another carrier")),
    BY_HAND: Carrier(Text("Handed over in person")),
}
"""By the word that is stored. Another carrier brings its own name and link, a handover needs neither."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """How an order was sent: a key of CARRIERS, the carrier's name, and how to follow it; "" for what there is not."""

    carrier: str
    carrier_name: str
    tracking_number: str = ""
    tracking_url: str = ""


def parcel(carrier: str, *, name: str, tracking_number: str, link: str) -> Parcel:
    """Return a parcel as the seller described it; `name` and `link` count only for another carrier.

    Raises Invalid naming the field: carrier, name, tracking_number or link.
    """
    known = CARRIERS.get(carrier)
    if known is None:
        raise Invalid(_("Choose how you sent it."), field="carrier")
    if carrier == BY_HAND:
        return Parcel(carrier, known.label)
    if carrier == OTHER:
        return Parcel(carrier, _name(name), _number(tracking_number), _link(link))
    number = _number(tracking_number)
    return Parcel(carrier, known.label, number, known.tracking.format(quote(number)))


def check_can_ship(status: OrderStatus) -> None:
    """Raise MoveNotAllowed for an order that is not paid or was cancelled, AlreadyThere for one that was sent."""
    if status is OrderStatus.CANCELLED:
        raise MoveNotAllowed(_("This order was cancelled. Do not send it."))
    ORDER.step(status, "ship")


def check_is_on_its_way(status: OrderStatus) -> None:
    """Raise MoveNotAllowed for an order that was not sent, or has arrived: it gets no further parcel."""
    if status is not OrderStatus.SHIPPED:
        raise MoveNotAllowed(_("Another parcel can be added while the order is on its way."))


def check_can_add(known: Collection[tuple[str, str]], parcel: Parcel) -> None:
    """Raise Invalid for a parcel that an order has, Conflict where it has too many.

    `known` are carrier and tracking number of the parcels it has.
    """
    if (parcel.carrier, parcel.tracking_number) in known:
        raise Invalid(_("This order has this parcel already."), field="tracking_number")
    if len(known) >= MOST_PARCELS:
        raise Conflict(_("At most %(most)s parcels for one order.", most=MOST_PARCELS))


def check_note(text: str) -> str:
    """Return a seller's note as it is kept; raises Invalid for one that is too long."""
    kept = text.replace("\r\n", "\n").strip()
    check_length(kept, LONGEST_NOTE, "text")
    return kept


def ship_by(paid_at: datetime, handling_days: int | None = None) -> date:
    """Return the last day to send an order that was paid at `paid_at`, in UTC: so many working days after it.

    `handling_days` are those of the delivery profile, as agreed; without any it is the second working day.
    """
    day, left = paid_at.date(), SHIP_WITHIN_WORKING_DAYS if handling_days is None else handling_days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < _SATURDAY
    return day


def is_overdue(last_day: date, now: datetime) -> bool:
    """Return whether the day to send by has passed at `now`."""
    return now.date() > last_day


def counts_as_delivered(shipped_at: datetime, days: int) -> datetime:
    """Return when an order that was sent at `shipped_at` counts as delivered if nobody says anything."""
    return shipped_at + timedelta(days=days)


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or not name.isprintable() or len(name) > 64:
        raise Invalid(_("Name the carrier, in at most 64 characters."), field="name")
    return name


def _number(text: str) -> str:
    number = _BETWEEN_SIGNS.sub("", text).upper()
    if not _TRACKING_NUMBER.fullmatch(number):
        raise Invalid(_("A tracking number has 4 to 40 letters and digits."), field="tracking_number")
    return number


def _link(text: str) -> str:
    """Return a link that a buyer may follow: to the web, to a named host, without a hidden sign-in."""
    link = text.strip()
    wrong = Invalid(_("Enter the whole link, beginning with https://"), field="link")
    if len(link) > _LONGEST_LINK or not link.isascii() or not link.isprintable() or " " in link:
        raise wrong
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
    except ValueError:
        raise wrong from None
    if parts.scheme not in {"http", "https"} or "." not in host or "@" in parts.netloc or "\\" in link:
        raise wrong
    return link

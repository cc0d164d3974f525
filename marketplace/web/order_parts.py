"""The parts that the buyer's and the seller's order page share: lines, addresses, pictures, the parcel."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import url_for

from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.numerals import number_text
from marketplace.orders.queries import LineRow, OrderDetail, OrderSummary
from marketplace.orders.shipping_queries import ParcelRow, ShipmentRow
from marketplace.orders.states import DeliveredBy
from marketplace.web import countries
from marketplace.web.pages import date_text, money_text
from marketplace.web.picture_parts import picture_url
from marketplace.web.stored_words import as_read

# Where the town's line is "Columbus, OH 43215" (https://www.upu.int, postal addressing systems).
_POSTCODE_LAST = frozenset({"AU", "CA", "US"})
_KINDS = {"car": Text("Car"), "part": Text("Part")}


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of an order."""

    picture_url: str
    title: str
    quantity: int
    unit_price: str
    amount: str
    url: str
    note: str
    explain_url: str


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """One row of a money box."""

    label: str
    amount: str
    explain_url: str
    note: str = ""
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class RelatedOrder:
    """Another thing that belongs to this one."""

    label: str
    url: str
    note: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and what it is; `url` opens it, "" where there is nothing to open."""

    label: str
    value: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Parcel:
    """How an order was sent or handed over; `number` and `url` are "" for a handover."""

    carrier: str
    number: str
    url: str
    host: str
    sent: str
    delivered: str
    is_handover: bool


def is_collected(order: OrderDetail, shipment: ShipmentRow | None) -> bool:
    """Return whether the buyer collects an order: as agreed, until it is known whether it was handed over."""
    return shipment.is_handed_over if shipment else order.agreed.is_pickup


def parcels(shipment: ShipmentRow | None, words: Mapping[DeliveredBy, str]) -> tuple[Parcel, ...]:
    """Return how an order was sent, parcel by parcel; none for one that was not.

    `words` says on whose word it has arrived, `{}` in them is the day; that stands with the last parcel.
    """
    if shipment is None:
        return ()
    arrived = shipment.delivered_at
    delivered = (
        str(words[shipment.delivered_by]).format(date_text(arrived)) if arrived and shipment.delivered_by else ""
    )
    *before, last = shipment.parcels
    return (*(_parcel(each, "") for each in before), _parcel(last, delivered))


def _parcel(row: ParcelRow, delivered: str) -> Parcel:
    return Parcel(
        carrier=as_read(row.carrier_name),
        number=row.tracking_number,
        url=row.tracking_url,
        host=urlsplit(row.tracking_url).hostname or "",
        sent=date_text(row.sent_at),
        delivered=delivered,
        is_handover=row.is_handover,
    )


def line_views(lines: Iterable[LineRow], currency: str, explain_url: str) -> tuple[LineView, ...]:
    """Return an order's lines; their amounts open to the figure they are part of."""
    return tuple(
        LineView(
            picture_url=picture_url(line.picture_file),
            title=line.title,
            quantity=line.quantity,
            unit_price=money_text(line.unit_price_minor, currency),
            amount=money_text(line.subtotal_minor, currency),
            url=url_for("shop.listing", slug=line.slug),
            note=_KINDS[line.kind.value] + less(line.discount_minor, currency),
            explain_url=explain_url,
        )
        for line in lines
    )


def less(discount_minor: int, currency: str) -> str:
    """Return how much less a line costs by a discount, to stand behind other words; "" for nothing."""
    return _(", less %(amount)s", amount=money_text(discount_minor, currency)) if discount_minor else ""


def plus_subsidy(subsidy_minor: int, currency: str) -> str:
    """Return what the marketplace added to what the buyer paid, for its discount; "" for nothing."""
    amount = money_text(subsidy_minor, currency)
    return _("and %(amount)s of discount paid by the marketplace", amount=amount) if subsidy_minor else ""


def discount_label(code: str | None) -> str:
    """Return the label of a discount's row."""
    return _("Discount %(code)s", code=code) if code else _("Discount")


def title_of(order: OrderSummary) -> str:
    """Return what an order is about: its first line, and how many more there are."""
    more = order.line_count - 1
    return order.title if not more else _("%(title)s and %(number)s more", title=order.title, number=number_text(more))


def way(*, is_pickup: bool) -> str:
    """Return how an order comes to its buyer, as it is written in files."""
    return _("Collected by the buyer") if is_pickup else _("To an address")


def by_day_label(*, is_pickup: bool) -> str:
    """Return what the last day to send an order, or to have it ready, is called."""
    return _("Have it ready by") if is_pickup else _("Send it by")


def address_lines(address: Mapping[str, str]) -> tuple[str, ...]:
    """Return an address as it is written on a parcel, or on a bill with its company and VAT number."""
    street = [address.get(part, "") for part in ("company", "full_name", "line1", "line2")]
    vat = _("VAT number %(vat_id)s", vat_id=address["vat_id"]) if address.get("vat_id") else ""
    lines = [*street, *_town(address), countries.name(address.get("country", "")), vat]
    return tuple(line for line in lines if line)


def _town(address: Mapping[str, str]) -> tuple[str, ...]:
    postcode, city, region = (address.get(part, "") for part in ("postcode", "city", "region"))
    if address.get("country", "") in _POSTCODE_LAST:
        place = f"{city}, {region}" if city and region else city or region
        return (f"{place} {postcode}".strip(),)
    return (f"{postcode} {city}".strip(), region)

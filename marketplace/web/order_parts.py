"""The parts that the buyer's and the seller's order page share: lines, addresses, pictures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import url_for

from marketplace.orders.queries import LineRow, OrderSummary
from marketplace.web import countries
from marketplace.web.pages import money_text

_KINDS = {"car": "Car", "part": "Part"}


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
    """A name and what it is."""

    label: str
    value: str


def picture_url(file_name: str | None) -> str:
    """Return the address of a listing's picture, or of a drawing for a listing without one."""
    return url_for("shop.media", file_name=file_name) if file_name else url_for("static", filename="favicon.svg")


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
            note=_KINDS[line.kind.value],
            explain_url=explain_url,
        )
        for line in lines
    )


def title_of(order: OrderSummary) -> str:
    """Return what an order is about: its first line, and how many more there are."""
    more = order.line_count - 1
    return order.title if not more else f"{order.title} and {more} more"


def address_lines(address: Mapping[str, str]) -> tuple[str, ...]:
    """Return an address as it is written on a parcel."""
    town = " ".join(part for part in (address.get("postcode", ""), address.get("city", "")) if part)
    lines = [address.get("full_name", ""), address.get("line1", ""), address.get("line2", ""), town]
    lines += [address.get("region", ""), countries.name(address.get("country", ""))]
    return tuple(line for line in lines if line)

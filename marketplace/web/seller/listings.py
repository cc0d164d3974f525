"""A seller's listings: the list, the choice of what to sell, publishing and pausing."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.catalog import operations, shelf_queries, unsaved_queries
from marketplace.catalog.shelf_queries import ShelfRow, ShelfTab
from marketplace.catalog.unsaved_queries import Unsaved
from marketplace.language import Text, texts
from marketplace.language import gettext as _
from marketplace.paging import every
from marketplace.payments import fee_queries
from marketplace.payments.fee_queries import Quote
from marketplace.transitions import AlreadyThere, MoveNotAllowed
from marketplace.web import guards, lists
from marketplace.web.amounts import amount_text
from marketplace.web.console import Console, seller_console
from marketplace.web.lists import Tab, Tools
from marketplace.web.pages import decimal, money, time_text
from marketplace.web.picture_parts import picture_url
from marketplace.web.seller import listing_text, shelf_edit

_KINDS = {"car": Text("Car"), "part": Text("Part")}
_CSV_COLUMNS = texts(
    "Listing", "Title", "Kind", "Status", "Currency", "Price", "Delivery", "In stock", "Set aside", "Sold",
)  # fmt: skip


class StockFilter(StrEnum):
    """How much is left."""

    LOW = "low"


@dataclass(frozen=True, slots=True)
class QuickEdit:
    """What the form in a row holds: price and stock."""

    action: str
    title: str
    price: str
    currency: str
    in_stock: int
    back: str


@dataclass(frozen=True, slots=True)
class ListingRow:
    """One listing in the list; `deed` is what its button does."""

    listing_id: int
    title: str
    note: str
    url: str
    picture_url: str
    price: str
    receive: str
    in_stock: int
    set_aside: int
    sold: int
    deed_label: str
    deed_url: str
    edit: QuickEdit
    variants_url: str
    """Where price and stock are changed of one with variants; "" for all others."""


@dataclass(frozen=True, slots=True)
class ListingsPage:
    """What templates/seller/listings.html shows."""

    title: str
    console: Console
    tabs: tuple[Tab, ...]
    tab_label: str
    search_text: str
    rows: tuple[ListingRow, ...]
    tools: Tools
    is_low: bool
    has_listings: bool


@dataclass(frozen=True, slots=True)
class UnsavedRow:
    """Text of a new listing that is not saved."""

    title: str
    note: str
    url: str
    key: str


@dataclass(frozen=True, slots=True)
class NewPage:
    """What templates/seller/new_listing.html shows."""

    title: str
    console: Console
    unsaved: tuple[UnsavedRow, ...]


@guards.seller_only
def listings() -> ResponseReturnValue:
    """List the seller's own listings under the tab that the address names, or the first that has any."""
    seller_id, text = guards.viewer().user_id, lists.search_text()
    counts = shelf_queries.shelf_counts(seller_id, text)
    first = next((each for each in ShelfTab if counts[each]), ShelfTab.ACTIVE)
    tab = lists.choice(ShelfTab, "tab") or first
    is_low = tab is ShelfTab.ACTIVE and lists.choice(StockFilter, "stock") is StockFilter.LOW
    filters = {"tab": request.args.get("tab", "") and tab.value, "q": text, "stock": "low" if is_low else ""}
    asked_for = lists.asked(*lists.BY_TIME_AND_AMOUNT, **filters)
    read = partial(shelf_queries.shelf, seller_id, tab, text, asked_for.period, only_low=is_low)
    if asked_for.is_csv:
        return lists.csv_file("listings", _CSV_COLUMNS, map(partial(_csv_row, tab), every(read, asked_for.cursor)))
    listed = read(asked_for.cursor)
    now, taxing = clock.now(), shelf_queries.taxing_of(seller_id)
    asked = [
        fee_queries.asked_at_home(row.price, row.delivery, row.category, taxing, row.tax_category, now.date())
        for row in listed.rows
    ]
    quotes = fee_queries.quotes(seller_id, asked, now)
    page = ListingsPage(
        title=_("Listings"),
        console=seller_console("listings"),
        tabs=tuple(Tab(each.label, _tab_url(each, text), each is tab, counts[each]) for each in ShelfTab),
        tab_label=tab.label,
        search_text=text,
        rows=tuple(_row(row, quote, tab, request.full_path) for row, quote in zip(listed.rows, quotes, strict=True)),
        tools=asked_for.tools(listed, {"q": f"“{text}”", "stock": _("Few left")}),
        is_low=is_low,
        has_listings=bool(text) or any(counts.values()),
    )
    return render_template("seller/listings.html", page=page)


@guards.seller_only
def new() -> ResponseReturnValue:
    """Let the seller choose what to sell."""
    page = NewPage(
        title=_("New listing"),
        console=seller_console("listings"),
        unsaved=tuple(map(_unsaved, unsaved_queries.new_listings(guards.viewer().user_id))),
    )
    return render_template("seller/new_listing.html", page=page)


@guards.seller_only
def publish(listing_id: int) -> ResponseReturnValue:
    """Let buyers see the seller's own listing."""
    return _move(operations.publish, listing_id, _("Buyers see it now."))


@guards.seller_only
def pause(listing_id: int) -> ResponseReturnValue:
    """Hide the seller's own listing from buyers."""
    return _move(operations.pause, listing_id, _("It is paused. Buyers don't see it any more."))


def _move(operation: Callable[..., None], listing_id: int, done: str) -> ResponseReturnValue:
    try:
        db.atomic(operation, (), seller_id=guards.viewer().user_id, listing_id=listing_id, now=clock.now())
    except (AlreadyThere, MoveNotAllowed) as error:
        flash(error.message, "wait")
    else:
        flash(done, "ok")
    # A form in the list leads back to the list, the one on the listing's page to that page.
    place = shelf_edit.back() if "back" in request.form else url_for("seller.edit", listing_id=listing_id)
    return redirect(place, code=303)


def _unsaved(found: Unsaved) -> UnsavedRow:
    return UnsavedRow(
        title=found.title or _("Without a title"),
        note=f"{_KINDS[found.kind.value]}, {time_text(found.kept_at)}",
        url=listing_text.page_url(found),
        key=found.key,
    )


def _tab_url(tab: ShelfTab, text: str) -> str:
    return url_for("seller.listings", tab=tab.value, q=text or None)


def _csv_row(tab: ShelfTab, row: ShelfRow) -> tuple[object, ...]:
    currency = row.price.currency
    amounts = (decimal(row.price.minor, currency), decimal(row.delivery.minor, currency))
    what = (row.listing_id, row.title, _KINDS[row.kind.value], tab.label, currency)
    return (*what, *amounts, row.in_stock, row.set_aside, row.sold)


def _row(row: ShelfRow, quote: Quote, tab: ShelfTab, place: str) -> ListingRow:
    is_shown = tab in {ShelfTab.ACTIVE, ShelfTab.SOLD_OUT}
    return ListingRow(
        listing_id=row.listing_id,
        title=row.title,
        note=_KINDS[row.kind.value],
        url=url_for("seller.edit", listing_id=row.listing_id),
        picture_url=picture_url(row.picture),
        price=_("From %(price)s", price=money(row.price)) if row.has_variants else money(row.price),
        receive=money(quote.share.net),
        in_stock=row.in_stock,
        set_aside=row.set_aside,
        sold=row.sold,
        deed_label=_("Pause") if is_shown else _("Publish"),
        deed_url=url_for("seller.pause" if is_shown else "seller.publish", listing_id=row.listing_id),
        edit=QuickEdit(
            action=url_for("seller.price_and_stock", listing_id=row.listing_id),
            title=row.title,
            price=amount_text(row.price.minor, row.price.currency),
            currency=row.price.currency,
            in_stock=row.in_stock,
            back=place,
        ),
        variants_url=url_for("seller.variants", listing_id=row.listing_id) if row.has_variants else "",
    )

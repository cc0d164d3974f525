"""A seller's listings: the list, the choice of what to sell, publishing and pausing."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.catalog import operations, shelf_queries
from marketplace.catalog.shelf_queries import ShelfRow, ShelfTab
from marketplace.payments import fee_queries
from marketplace.payments.fee_queries import Asked, Quote
from marketplace.transitions import AlreadyThere, MoveNotAllowed
from marketplace.web import guards, lists
from marketplace.web.console import Console, seller_console
from marketplace.web.lists import Pager, Tab
from marketplace.web.pages import money
from marketplace.web.shop.cards import picture_url

_KINDS = {"car": "Car", "part": "Part"}


@dataclass(frozen=True, slots=True)
class ListingRow:
    """One listing in the list; `deed` is what its button does."""

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


@dataclass(frozen=True, slots=True)
class ListingsPage:
    """What templates/seller/listings.html shows."""

    title: str
    console: Console
    tabs: tuple[Tab, ...]
    tab: str
    tab_label: str
    search_text: str
    clear_url: str
    rows: tuple[ListingRow, ...]
    pager: Pager
    has_listings: bool


@dataclass(frozen=True, slots=True)
class NewPage:
    """What templates/seller/new_listing.html shows."""

    title: str
    console: Console


@guards.seller_only
def listings() -> ResponseReturnValue:
    """List the seller's own listings under the tab that the address names, or the first that has any."""
    seller_id, text = guards.viewer().user_id, lists.search_text()
    counts = shelf_queries.shelf_counts(seller_id, text)
    first = next((each for each in ShelfTab if counts[each]), ShelfTab.ACTIVE)
    tab = lists.choice(ShelfTab, "tab") or first
    listed = shelf_queries.shelf(seller_id, tab, text, lists.cursor())
    tax = shelf_queries.tax_basis_points(seller_id)
    asked = [Asked(row.price, row.delivery, row.price.share(tax), row.category) for row in listed.rows]
    quotes = fee_queries.quotes(seller_id, asked, clock.now())
    page = ListingsPage(
        title="Listings",
        console=seller_console("listings"),
        tabs=tuple(Tab(each.label, _tab_url(each, text), each is tab, counts[each]) for each in ShelfTab),
        tab=tab.value,
        tab_label=tab.label,
        search_text=text,
        clear_url=_tab_url(tab, ""),
        rows=tuple(_row(row, quote, tab) for row, quote in zip(listed.rows, quotes, strict=True)),
        pager=lists.pager(listed, "seller.listings", tab=tab.value, q=text),
        has_listings=any(counts.values()),
    )
    return render_template("seller/listings.html", page=page)


@guards.seller_only
def new() -> ResponseReturnValue:
    """Let the seller choose what to sell."""
    return render_template("seller/new_listing.html", page=NewPage("New listing", seller_console("listings")))


@guards.seller_only
def publish(listing_id: int) -> ResponseReturnValue:
    """Let buyers see the seller's own listing."""
    return _move(operations.publish, listing_id, "Buyers see it now.")


@guards.seller_only
def pause(listing_id: int) -> ResponseReturnValue:
    """Hide the seller's own listing from buyers."""
    return _move(operations.pause, listing_id, "It is paused. Buyers don't see it any more.")


def _move(operation: Callable[..., None], listing_id: int, done: str) -> ResponseReturnValue:
    try:
        db.atomic(operation, (), seller_id=guards.viewer().user_id, listing_id=listing_id, now=clock.now())
    except (AlreadyThere, MoveNotAllowed) as error:
        flash(error.message, "wait")
    else:
        flash(done, "ok")
    return redirect(url_for("seller.edit", listing_id=listing_id), code=303)


def _tab_url(tab: ShelfTab, text: str) -> str:
    return url_for("seller.listings", tab=tab.value, q=text or None)


def _row(row: ShelfRow, quote: Quote, tab: ShelfTab) -> ListingRow:
    is_shown = tab in {ShelfTab.ACTIVE, ShelfTab.SOLD_OUT}
    return ListingRow(
        title=row.title,
        note=_KINDS[row.kind.value],
        url=url_for("seller.edit", listing_id=row.listing_id),
        picture_url=picture_url(row.picture),
        price=money(row.price),
        receive=money(quote.share.net),
        in_stock=row.in_stock,
        set_aside=row.set_aside,
        sold=row.sold,
        deed_label="Pause" if is_shown else "Publish",
        deed_url=url_for("seller.pause" if is_shown else "seller.publish", listing_id=row.listing_id),
    )

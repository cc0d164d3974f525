"""Saved listings: the list, and the buttons that save and remove."""

from dataclasses import dataclass
from functools import partial

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import db
from marketplace.language import gettext as _
from marketplace.language import texts
from marketplace.money import Money
from marketplace.paging import every
from marketplace.saved import operations, queries
from marketplace.saved.queries import SavedItem
from marketplace.web import guards, lists
from marketplace.web.console import Console, own_console
from marketplace.web.lists import Tab, Tools
from marketplace.web.pages import date_text, decimal, money
from marketplace.web.picture_parts import picture_url
from marketplace.web.saved import wish
from marketplace.web.shop import seen
from marketplace.web.shop.cards import ShownCard, shown
from marketplace.web.wording import Badge

_CSV_COLUMNS = texts("Listing", "Seller", "Saved (UTC)", "Currency", "Price then", "Price now", "For sale", "In stock")
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One saved listing; `url` is "" where it is not for sale any more."""

    listing_id: int
    title: str
    seller_name: str
    url: str
    picture_url: str
    saved: str
    then: str
    now: str
    badges: tuple[Badge, ...]


@dataclass(frozen=True, slots=True)
class SavedPage:
    """What templates/saved/items.html shows."""

    title: str
    console: Console
    tabs: tuple[Tab, ...]
    rows: tuple[ItemRow, ...]
    tools: Tools
    seen: tuple[ShownCard, ...]
    change_url: str


@guards.signed_in
def saved() -> ResponseReturnValue:
    """List what the viewer keeps, the last saved first, and what they looked at last."""
    viewer = guards.viewer()
    asked = lists.asked()
    read = partial(queries.saved_items, viewer.user_id)
    if asked.is_csv:
        rows = every(partial(read, asked.period), asked.cursor)
        return lists.csv_file("saved", _CSV_COLUMNS, map(_csv_row, rows))
    listed = read(asked.period, asked.cursor)
    page = SavedPage(
        title=_("Saved"),
        console=own_console("saved", is_seller=viewer.is_seller, is_admin=viewer.is_admin),
        tabs=tabs("items"),
        rows=tuple(map(_row, listed.rows)),
        tools=asked.tools(listed),
        seen=shown(seen.cards(), viewer.saved),
        change_url=url_for("saved.change"),
    )
    return seen.forget(make_response(render_template("saved/items.html", page=page)))


@guards.signed_in
def change() -> ResponseReturnValue:
    """Save the listing the pressed button names, or remove it, and go back to where it was pressed."""
    user_id = guards.viewer().user_id
    if listing_id := _id("remove"):
        if db.atomic(operations.remove, (), user_id=user_id, listing_id=listing_id):
            flash(_("Removed from what you have saved."), "ok")
    elif listing_id := _id("listing_id"):
        wish.keep(user_id, listing_id)
    else:
        flash(_("Choose what to save."), "bad")
    return redirect(_back(listing_id), code=303)


def add() -> ResponseReturnValue:
    """Send a visitor to the sign-in page with what they want to save; it is saved once they are in."""
    back = _back(_id("listing_id"))
    if guards.current_viewer() is None and (listing_id := _id("listing_id")):
        guards.make_wish(listing_id)
    return redirect(back if guards.current_viewer() else url_for("auth.login", next=back), code=303)


def tabs(current: str) -> tuple[Tab, ...]:
    """Return the tabs of what a person keeps, `current` (items or searches) marked."""
    return (
        Tab(_("Listings"), url_for("saved.saved"), current == "items"),
        Tab(_("Searches"), url_for("saved.searches"), current == "searches"),
    )


def _back(listing_id: int) -> str:
    """Return the page on which the button was pressed, at its card where that is one of many."""
    place = guards.came_from() or url_for("saved.saved")
    return f"{place}#card-{listing_id}" if (listing_id and place.startswith(("/l?", "/s/"))) or place == "/l" else place


def _id(name: str) -> int:
    text = request.values.get(name, "")
    found = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
    return found if found <= _LARGEST_ID else 0


def _row(item: SavedItem) -> ItemRow:
    return ItemRow(
        listing_id=item.listing_id,
        title=item.title,
        seller_name=item.shop_name,
        url=url_for("shop.listing", slug=item.slug) if item.is_for_sale else "",
        picture_url=picture_url(item.picture),
        saved=date_text(item.saved_at),
        then=money(Money(item.then_minor, item.currency)),
        now=money(Money(item.price_minor, item.currency)),
        badges=tuple(_badges(item)),
    )


def _badges(item: SavedItem) -> list[Badge]:
    if not item.is_for_sale:
        return [Badge(_("Not for sale now"), "mute")]
    change = Money(abs(item.price_minor - item.then_minor), item.currency)
    found = [Badge(_("Sold out"), "wait")] if item.in_stock < 1 else []
    if item.price_minor < item.then_minor:
        return [*found, Badge(_("%(amount)s less", amount=money(change)), "ok")]
    return [*found, Badge(_("%(amount)s more", amount=money(change)), "mute")] if change else found


def _csv_row(item: SavedItem) -> tuple[object, ...]:
    prices = (decimal(item.then_minor, item.currency), decimal(item.price_minor, item.currency))
    for_sale = _("yes") if item.is_for_sale else _("no")
    return (item.title, item.shop_name, item.saved_at, item.currency, *prices, for_sale, item.in_stock)

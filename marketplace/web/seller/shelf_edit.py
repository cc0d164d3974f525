"""Price and stock changed in the list itself, of one listing or several, and a listing copied."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.catalog import bulk_operations, rules, shelf_operations, shelf_queries, variant_operations
from marketplace.catalog.bulk_operations import BulkChange, Deed
from marketplace.catalog.shelf_queries import OwnListing
from marketplace.errors import Invalid
from marketplace.language import gettext as _
from marketplace.language import ngettext
from marketplace.money import Money
from marketplace.payments import fee_queries
from marketplace.web import guards, lists
from marketplace.web.auth.forms import typed
from marketplace.web.pages import money
from marketplace.web.seller.forms import ShelfForm

_TOLD_AT_ONCE = 5


@guards.seller_only
def price_and_stock(listing_id: int) -> ResponseReturnValue:
    """Change the price and the stock of the seller's own listing, and say what it brings now."""
    seller_id, form = guards.viewer().user_id, ShelfForm()
    own = shelf_queries.own_listing(listing_id, seller_id)
    try:
        price = _typed_price(form, own.price.currency)
        db.atomic(
            shelf_operations.reprice_and_restock,
            (),
            seller_id=seller_id,
            listing_id=listing_id,
            price=price,
            units=form.in_stock.data or 0,
            seen_stock=form.seen(),
        )
    except Invalid as error:
        flash(_("%(title)s was not changed. %(message)s", title=own.title, message=error.message), "bad")
    else:
        flash(
            _(
                "%(title)s is changed. You receive %(amount)s for one.",
                title=own.title,
                amount=_received(seller_id, own, price),
            ),
            "ok",
        )
    return redirect(back(), code=303)


@guards.seller_only
def copy(listing_id: int) -> ResponseReturnValue:
    """Write a draft like one of the seller's own listings, and open it."""
    seller_id = guards.viewer().user_id
    copied = db.atomic(variant_operations.copy_listing, (), seller_id=seller_id, listing_id=listing_id, now=clock.now())
    flash(_("This is a copy, saved as a draft. Buyers don't see it yet."), "ok")
    return redirect(url_for("seller.edit", listing_id=copied), code=303)


@guards.seller_only
def several() -> ResponseReturnValue:
    """Change price, stock or visibility of the chosen ones of the seller's own listings."""
    chosen = {each: _seen(each) for each in lists.ids(request.form.getlist("chosen"))}
    deed = next((each for each in Deed if each.value == request.form.get("deed")), None)
    if not chosen or deed is None:
        flash(_("Choose some listings, and what to do with them."), "wait")
        return redirect(back(), code=303)
    try:
        result = db.atomic(
            bulk_operations.change_several,
            (),
            seller_id=guards.viewer().user_id,
            seen_stocks=chosen,
            change=BulkChange(deed, request.form.get("value", "")),
            now=clock.now(),
        )
    except Invalid as error:
        flash(error.message, "bad")
        return redirect(back(), code=303)
    if result.changed:
        said = ngettext(
            "%(number)s listing is changed.", "%(number)s listings are changed.", result.changed, number=result.changed
        )
        flash(said, "ok")
    for title, why in result.refused[:_TOLD_AT_ONCE]:
        flash(f"{title}: {why}", "bad")
    if len(result.refused) > _TOLD_AT_ONCE:
        flash(_("%(number)s others were not changed either.", number=len(result.refused) - _TOLD_AT_ONCE), "bad")
    return redirect(back(), code=303)


def _seen(listing_id: int) -> int:
    text = request.form.get(f"seen-{listing_id}", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def back() -> str:
    """Return the list that a form stood on, with its filters; the plain list when the form does not say."""
    place, shelf = guards.safe_next(request.form.get("back")), url_for("seller.listings")
    return place if place and place.split("?")[0] == shelf else shelf


def _typed_price(form: ShelfForm, currency: str) -> Money:
    if not form.validate():
        raise Invalid(next(error for errors in form.errors.values() for error in errors))
    return rules.typed_amount(typed(form.price), currency, field="price")


def _received(seller_id: int, own: OwnListing, price: Money) -> str:
    now, taxing = clock.now(), shelf_queries.taxing_of(seller_id)
    asked = fee_queries.asked_at_home(price, own.delivery, own.category, taxing, own.tax_category, now.date())
    [quote] = fee_queries.quotes(seller_id, [asked], now)
    return money(quote.share.net)

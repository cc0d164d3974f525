"""Price and stock changed in the list itself, and a listing copied."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.catalog import rules, shelf_operations, shelf_queries
from marketplace.catalog.shelf_queries import OwnListing
from marketplace.errors import Invalid
from marketplace.money import Money
from marketplace.payments import fee_queries
from marketplace.payments.fee_queries import Asked
from marketplace.web import guards
from marketplace.web.auth.forms import typed
from marketplace.web.pages import money
from marketplace.web.seller.forms import ShelfForm


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
        flash(f"{own.title} was not changed. {error.message}", "bad")
    else:
        flash(f"{own.title} is changed. You receive {_received(seller_id, own, price)} for one.", "ok")
    return redirect(back(), code=303)


@guards.seller_only
def copy(listing_id: int) -> ResponseReturnValue:
    """Write a draft like one of the seller's own listings, and open it."""
    seller_id = guards.viewer().user_id
    copied = db.atomic(shelf_operations.copy_listing, (), seller_id=seller_id, listing_id=listing_id, now=clock.now())
    flash("This is a copy, saved as a draft. Buyers don't see it yet.", "ok")
    return redirect(url_for("seller.edit", listing_id=copied), code=303)


def back() -> str:
    """Return the list that a form stood on, with its filters; the plain list when the form does not say."""
    place, shelf = guards.safe_next(request.form.get("back")), url_for("seller.listings")
    return place if place and place.split("?")[0] == shelf else shelf


def _typed_price(form: ShelfForm, currency: str) -> Money:
    if not form.validate():
        raise Invalid(next(error for errors in form.errors.values() for error in errors))
    return rules.typed_amount(typed(form.price), currency, field="price")


def _received(seller_id: int, own: OwnListing, price: Money) -> str:
    tax = price.share(shelf_queries.tax_basis_points(seller_id))
    [quote] = fee_queries.quotes(seller_id, [Asked(price, own.delivery, tax, own.category)], clock.now())
    return money(quote.share.net)

"""Writing a listing: a new one or the own one, with what the seller receives for the price that was typed."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.catalog import operations, picture_queries, rules, shelf_queries
from marketplace.catalog.operations import Offer
from marketplace.catalog.shelf_queries import OwnListing
from marketplace.errors import Invalid, NotFound
from marketplace.money import Money
from marketplace.payments import fee_queries
from marketplace.payments.fee_queries import Asked, Quote
from marketplace.web import guards
from marketplace.web.auth.forms import blame, typed
from marketplace.web.seller import delivery, listing_page
from marketplace.web.seller.forms import CarForm, ListingForm, PartForm
from marketplace.web.shop.filters import amount_text

_FORMS: dict[str, type[CarForm | PartForm]] = {"car": CarForm, "part": PartForm}
_PREVIEW, _PUBLISH = "preview", "publish"


@guards.seller_only
def create(kind: str) -> ResponseReturnValue:
    """Write a new car or part listing: a draft, or published at once."""
    if kind not in _FORMS:
        raise NotFound("Choose a car or a part.")
    seller_id = guards.viewer().user_id
    form = _FORMS[kind](data={"currency": current_app.extensions["settings"].money.main_currency, "in_stock": 1})
    if not form.is_submitted():
        return _show(form, kind, None, None)
    is_valid, quote = _read(form, seller_id)
    if quote is None or not is_valid or _deed() == _PREVIEW:
        return _show(form, kind, None, quote)
    try:
        offer = _offer(form, quote.asked)
        listing_id = db.atomic(operations.create_listing, (), seller_id=seller_id, offer=offer, now=clock.now())
    except Invalid as error:
        blame(form, error)
        return _show(form, kind, None, quote)
    return _saved(seller_id, listing_id, "Saved as a draft. Buyers don't see it yet.")


@guards.seller_only
def edit(listing_id: int) -> ResponseReturnValue:
    """Show the seller's own listing and what it brings, or write it anew."""
    seller_id = guards.viewer().user_id
    own = shelf_queries.own_listing(listing_id, seller_id)
    kind = own.kind.value
    form = _FORMS[kind](data=_stored(own))
    form.currency.data = own.price.currency
    is_valid, quote = _read(form, seller_id)
    if not form.is_submitted() or quote is None or not is_valid or _deed() == _PREVIEW:
        return _show(form, kind, own, quote)
    try:
        db.atomic(
            operations.revise,
            (),
            seller_id=seller_id,
            listing_id=listing_id,
            offer=_offer(form, quote.asked),
            seen_stock=form.seen(),
            now=clock.now(),
        )
    except Invalid as error:
        blame(form, error)
        own = shelf_queries.own_listing(listing_id, seller_id)
        if error.field == "in_stock":
            # Sold in between: the next try is held against the number that is shown now.
            form.seen_stock.data = str(own.in_stock)
        return _show(form, kind, own, quote)
    return _saved(seller_id, listing_id, "Saved.")


def _show(form: ListingForm, kind: str, own: OwnListing | None, quote: Quote | None) -> ResponseReturnValue:
    shown = picture_queries.of_listing(own.listing_id, guards.viewer().user_id) if own else ()
    page = listing_page.build(kind, own, quote, form, shown)
    is_wrong = form.errors or form.form_errors
    sent_by = delivery.of_listing(own) if own else None
    return render_template("seller/listing.html", page=page, form=form, sent_by=sent_by), 422 if is_wrong else 200


def _saved(seller_id: int, listing_id: int, said: str) -> ResponseReturnValue:
    if _deed() == _PUBLISH:
        db.atomic(operations.publish_all, (), seller_id=seller_id, listing_ids=[listing_id], now=clock.now())
        said = "Saved. Buyers see it now."
    flash(said, "ok")
    return redirect(url_for("seller.edit", listing_id=listing_id), code=303)


def _deed() -> str:
    return request.form.get("deed", "")


def _read(form: ListingForm, seller_id: int) -> tuple[bool, Quote | None]:
    """Return whether the form's shape is right and what its price brings: None where that can't be read.

    A preview asks for the price only; the rest of the form may still be empty.
    """
    is_valid = not form.is_submitted() or _deed() == _PREVIEW or form.validate()
    try:
        price, delivery = _typed_price(form)
    except Invalid as error:
        blame(form, error)
        return is_valid, None
    tax = price.share(shelf_queries.tax_basis_points(seller_id))
    [quote] = fee_queries.quotes(seller_id, [Asked(price, delivery, tax, _category(form))], clock.now())
    return is_valid, quote


def _category(form: ListingForm) -> str:
    return typed(form.category) if isinstance(form, PartForm) else rules.CARS


def _typed_price(form: ListingForm) -> tuple[Money, Money]:
    currency = typed(form.currency)
    price = rules.typed_amount(typed(form.price), currency, field="price")
    delivery = rules.typed_amount(typed(form.delivery) or "0", currency, field="delivery")
    rules.check_price(price, delivery)
    return price, delivery


def _offer(form: CarForm | PartForm, asked: Asked) -> Offer:
    return Offer(
        title=typed(form.title),
        description=typed(form.description),
        price=asked.price,
        delivery=asked.delivery,
        units=form.in_stock.data or 0,
        item=form.item(),
    )


def _stored(own: OwnListing) -> dict[str, object]:
    return {
        **own.attributes,
        "title": own.title,
        "description": own.description,
        "price": amount_text(own.price.minor, own.price.currency),
        "delivery": amount_text(own.delivery.minor, own.delivery.currency),
        "currency": own.price.currency,
        "in_stock": own.in_stock,
        "seen_stock": str(own.in_stock),
    }

"""Writing a listing: a new one or the own one, with what the seller receives for the price that was typed."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from marketplace import clock, db
from marketplace.catalog import (
    operations,
    picture_queries,
    rules,
    shelf_operations,
    shelf_queries,
    unsaved_operations,
    unsaved_queries,
    unsaved_rules,
)
from marketplace.catalog.operations import Offer
from marketplace.catalog.shelf_queries import OwnListing
from marketplace.catalog.unsaved_queries import Unsaved
from marketplace.errors import Invalid, NotFound
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.payments import fee_queries
from marketplace.payments.fee_queries import Asked, Quote
from marketplace.taxes.rules import TaxCategory
from marketplace.web import guards
from marketplace.web.amounts import amount_text
from marketplace.web.auth.forms import blame, typed
from marketplace.web.seller import delivery, listing_page, listing_text
from marketplace.web.seller.forms import CarForm, ListingForm, PartForm
from marketplace.web.seller.listing_text import Kept, Ticket

_FORMS: dict[str, type[CarForm | PartForm]] = {"car": CarForm, "part": PartForm}
_PREVIEW, _PUBLISH, _OVER = "preview", "publish", "over"
"""What the buttons do; the last keeps this text instead of another window's."""


@listing_text.outlives_sign_in
@guards.seller_only
def create(kind: str) -> ResponseReturnValue:
    """Write a new car or part listing: a draft, or published at once. Text that can't be saved yet is kept."""
    if kind not in _FORMS:
        raise NotFound(_("Choose a car or a part."))
    seller_id = guards.viewer().user_id
    first = {"currency": current_app.extensions["settings"].money.main_currency, "in_stock": 1}
    found = listing_text.asked_for(seller_id) if request.method == "GET" else None
    form = _form(kind, first, found)
    if not form.is_submitted():
        said = listing_text.opened(seller_id, kind, found, key=found.key if found else "")
        return _show(form, kind, None, None, said)
    ticket = listing_text.ticket_of(seller_id, kind)
    is_valid, quote = _read(form, seller_id)
    if quote is None or not is_valid or _deed() in {_PREVIEW, _OVER}:
        return _again(form, kind, None, quote, ticket)

    def write(session: Session) -> int:
        offer = _offer(form, quote.asked)
        made = operations.create_listing(session, seller_id=seller_id, offer=offer, now=clock.now())
        shelf_operations.set_sku(session, seller_id=seller_id, listing_id=made, sku=typed(form.sku))
        if ticket is not None:
            unsaved_operations.drop(session, seller_id=seller_id, key=ticket.key)
        return made

    try:
        listing_id = db.atomic(write)
    except Invalid as error:
        blame(form, error)
        return _again(form, kind, None, quote, ticket)
    return _saved(seller_id, listing_id, _("Saved as a draft. Buyers don't see it yet."))


@listing_text.outlives_sign_in
@guards.seller_only
def edit(listing_id: int) -> ResponseReturnValue:
    """Show the seller's own listing and what it brings, or write it anew. Text that can't be saved yet is kept."""
    seller_id, key = guards.viewer().user_id, unsaved_rules.key_of(listing_id)
    own = shelf_queries.own_listing(listing_id, seller_id)
    kind = own.kind.value
    found = unsaved_queries.unsaved(seller_id, key) if request.method == "GET" else None
    form = _form(kind, _stored(own), found)
    form.currency.data = own.price.currency
    is_valid, quote = _read(form, seller_id, own.tax_category)
    if not form.is_submitted():
        return _show(form, kind, own, quote, listing_text.opened(seller_id, kind, found, key=key))
    ticket = listing_text.ticket_of(seller_id, kind, key)
    if quote is None or not is_valid or _deed() in {_PREVIEW, _OVER}:
        return _again(form, kind, own, quote, ticket)
    try:
        db.atomic(_revision(form, quote.asked, listing_id, seller_id))
    except Invalid as error:
        blame(form, error)
        own = shelf_queries.own_listing(listing_id, seller_id)
        # Held against what is shown now: saving it once more is a decision.
        form.seen_words.data = own.fingerprint
        if error.field == "in_stock":
            form.seen_stock.data = str(own.in_stock)
        return _again(form, kind, own, quote, ticket)
    return _saved(seller_id, listing_id, _("Saved."))


def _form(kind: str, stored: Mapping[str, Any], found: Unsaved | None) -> CarForm | PartForm:
    """Return the form with what was sent, else with text that was kept, else with what is stored."""
    if found is None:
        return _FORMS[kind](data=stored)
    return _FORMS[kind](MultiDict(found.fields), data=stored)


def _revision(form: CarForm | PartForm, asked: Asked, listing_id: int, seller_id: int) -> Callable[[Session], None]:
    """Return what writes the listing anew, unless another window or an import did meanwhile."""

    def write(session: Session) -> None:
        own = {"seller_id": seller_id, "listing_id": listing_id}
        unsaved_operations.check_unchanged(session, **own, seen=typed(form.seen_words))
        offer, seen_stock = _offer(form, asked), form.seen()
        operations.revise(session, **own, offer=offer, seen_stock=seen_stock, now=clock.now())
        shelf_operations.set_sku(session, **own, sku=typed(form.sku))
        unsaved_operations.drop(session, seller_id=seller_id, key=unsaved_rules.key_of(listing_id))

    return write


def _again(
    form: ListingForm, kind: str, own: OwnListing | None, quote: Quote | None, ticket: Ticket | None
) -> ResponseReturnValue:
    """Return the form with what was typed, which is kept now where the form is one of our pages'."""
    if ticket is not None:
        return _show(form, kind, own, quote, listing_text.kept(ticket, is_over=_deed() == _OVER))
    key = unsaved_rules.key_of(own.listing_id) if own else ""
    return _show(form, kind, own, quote, listing_text.opened(guards.viewer().user_id, kind, key=key))


def _show(form: ListingForm, kind: str, own: OwnListing | None, quote: Quote | None, kept: Kept) -> ResponseReturnValue:
    shown = picture_queries.of_listing(own.listing_id, guards.viewer().user_id) if own else ()
    page = listing_page.build(kind, own, quote, form, kept, shown)
    is_wrong = form.is_submitted() and (form.errors or form.form_errors)
    sent_by = delivery.of_listing(own) if own else None
    return render_template("seller/listing.html", page=page, form=form, sent_by=sent_by), 422 if is_wrong else 200


def _saved(seller_id: int, listing_id: int, said: str) -> ResponseReturnValue:
    if _deed() == _PUBLISH:
        db.atomic(operations.publish_all, (), seller_id=seller_id, listing_ids=[listing_id], now=clock.now())
        said = _("Saved. Buyers see it now.")
    flash(said, "ok")
    return redirect(url_for("seller.edit", listing_id=listing_id), code=303)


def _deed() -> str:
    return request.form.get("deed", "")


def _read(
    form: ListingForm, seller_id: int, tax_category: TaxCategory = TaxCategory.STANDARD
) -> tuple[bool, Quote | None]:
    """Return whether the form's shape is right and what its price brings: None where that can't be read.

    A preview asks for the price only; the rest of the form may still be empty.
    """
    is_valid = not form.is_submitted() or _deed() in {_PREVIEW, _OVER} or form.validate()
    try:
        price, delivery = _typed_price(form)
    except Invalid as error:
        blame(form, error)
        return is_valid, None
    now, taxing = clock.now(), shelf_queries.taxing_of(seller_id)
    asked = fee_queries.asked_at_home(price, delivery, _category(form), taxing, tax_category, now.date())
    [quote] = fee_queries.quotes(seller_id, [asked], now)
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
        "sku": own.sku,
        "seen_words": own.fingerprint,
    }

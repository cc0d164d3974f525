"""A seller's delivery profiles: list, make, change their zones, archive; and which listings are sent by them."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms.fields.choices import SelectChoice

from marketplace import clock, db
from marketplace.catalog import delivering, delivering_queries, shelf_operations
from marketplace.catalog.queries import shop_of
from marketplace.catalog.shelf_queries import OwnListing
from marketplace.delivery import operations, queries
from marketplace.delivery.rules import kilograms, typed_grams
from marketplace.errors import Conflict, Invalid, NotFound
from marketplace.language import Text, ngettext
from marketplace.language import gettext as _
from marketplace.numerals import number_text
from marketplace.web import countries, guards
from marketplace.web.auth.forms import blame, typed
from marketplace.web.seller import delivery_page
from marketplace.web.seller.delivery_form import NameForm, NewProfileForm, SentByForm, ZoneForm, stored

_STANDARD_LABEL = Text("Standard: everywhere, for the price above")


@guards.seller_only
def profiles() -> ResponseReturnValue:
    """List the seller's profiles."""
    seller_id = guards.viewer().user_id
    page = delivery_page.list_page(queries.profiles_of(seller_id), delivering_queries.having(seller_id))
    return render_template("seller/delivery.html", page=page)


@guards.seller_only
def new_profile() -> ResponseReturnValue:
    """Ask for a new profile with its first zone, or make it."""
    seller_id = guards.viewer().user_id
    shop = shop_of(seller_id)
    home = {"countries": countries.name(shop.country), "handling_days": shop.dispatch_days}
    form = NewProfileForm(data={**home, "transit_first": 1, "transit_last": 3})
    if form.validate_on_submit():
        try:
            currency = str(form.currency.data)
            profile_id = db.atomic(
                operations.make_profile,
                (),
                seller_id=seller_id,
                name=typed(form.name),
                currency=currency,
                handling_days=form.handling_days.data or 0,
                zone=form.zone(currency, 0),
                now=clock.now(),
            )
        except (Invalid, Conflict) as error:
            blame(form, error)
        else:
            flash(_("The profile is there. Now choose the listings that are sent by it."), "ok")
            return redirect(url_for("seller.profile", profile_id=profile_id), code=303)
    return _zone_form(delivery_page.new_profile_page(), form)


@guards.seller_only
def profile(profile_id: int) -> ResponseReturnValue:
    """Show a profile with its zones, or change its name and how long sending takes."""
    seller_id = guards.viewer().user_id
    found = queries.own_profile(profile_id, seller_id)
    if found.is_archived:
        raise NotFound(_("This profile is archived."))
    form = NameForm(data={"name": found.name, "handling_days": found.handling_days})
    if form.validate_on_submit():
        try:
            db.atomic(
                operations.change_profile,
                (),
                seller_id=seller_id,
                profile_id=profile_id,
                name=typed(form.name),
                handling_days=form.handling_days.data or 0,
            )
        except Invalid as error:
            blame(form, error)
        else:
            flash(_("Saved. Orders that were placed before stay as they are."), "ok")
            return redirect(url_for("seller.profile", profile_id=profile_id), code=303)
    page = delivery_page.profile_page(found, delivering_queries.having(seller_id))
    return render_template("seller/delivery_profile.html", page=page, form=form), 422 if form.errors else 200


@guards.seller_only
def new_zone(profile_id: int) -> ResponseReturnValue:
    """Ask where else a profile's goods are sent, or add it."""
    return _zone(profile_id, 0)


@guards.seller_only
def zone(profile_id: int, zone_id: int) -> ResponseReturnValue:
    """Show a zone of a profile, or change it."""
    return _zone(profile_id, zone_id)


@guards.seller_only
def remove_zone(profile_id: int, zone_id: int) -> ResponseReturnValue:
    """Take a zone out of a profile."""
    seller_id = guards.viewer().user_id
    try:
        db.atomic(delivering.remove_zone, (), seller_id=seller_id, profile_id=profile_id, zone_id=zone_id)
    except Conflict as error:
        flash(error.message, "bad")
    else:
        flash(_("Removed. Nothing is sent there by this profile any more."), "ok")
    return redirect(url_for("seller.profile", profile_id=profile_id), code=303)


@guards.seller_only
def archive(profile_id: int) -> ResponseReturnValue:
    """Archive a profile that no listing has."""
    seller_id = guards.viewer().user_id
    try:
        db.atomic(delivering.archive, (), seller_id=seller_id, profile_id=profile_id, now=clock.now())
    except Conflict as error:
        flash(error.message, "bad")
        return redirect(url_for("seller.profile", profile_id=profile_id), code=303)
    flash(_("Archived. Orders that were sent by it keep its name."), "ok")
    return redirect(url_for("seller.profiles"), code=303)


@guards.seller_only
def move_listings() -> ResponseReturnValue:
    """Send all listings of one profile by another."""
    seller_id = guards.viewer().user_id
    try:
        currency, old_id = _choice(request.form.get("old", ""))
        new_id = _same_currency(currency, request.form.get("new", ""))
        ids = {"old_id": old_id, "new_id": new_id}
        count = db.atomic(delivering.move_all, (), seller_id=seller_id, currency=currency, **ids)
    except Invalid as error:
        flash(error.message, "bad")
    else:
        said = ngettext(
            "%(number)s listing is sent by it now.",
            "%(number)s listings are sent by it now.",
            count,
            number=number_text(count),
        )
        flash(said, "ok")
    return redirect(url_for("seller.profiles"), code=303)


@guards.seller_only
def choose(listing_id: int) -> ResponseReturnValue:
    """Choose how one listing is sent and taxed, and say what it weighs."""
    seller_id = guards.viewer().user_id
    form = SentByForm()
    try:
        _currency, profile_id = _choice(f":{typed(form.profile)}")
        weight, own = typed(form.weight).strip(), {"seller_id": seller_id, "listing_id": listing_id}
        grams = typed_grams(weight, field="weight") if weight else None

        def write(session: Session) -> None:
            delivering.choose(session, **own, profile_id=profile_id, weight_grams=grams)
            shelf_operations.set_tax_category(session, **own, category=typed(form.tax))

        db.atomic(write)
    except Invalid as error:
        flash(error.message, "bad")
    else:
        flash(_("Saved. Buyers see it from now on."), "ok")
    return redirect(url_for("seller.edit", listing_id=listing_id), code=303)


def of_listing(own: OwnListing) -> delivery_page.SentByView:
    """Return the form that says how a listing is sent."""
    seller_id, currency = guards.viewer().user_id, own.price.currency
    now = delivering_queries.listing_delivery(own.listing_id, seller_id)
    fitting = [each for each in queries.profiles_of(seller_id) if each.currency == currency and not each.is_archived]
    weight = kilograms(now.weight_grams) if now.weight_grams else ""
    shown = {"profile": str(now.profile_id or 0), "weight": weight, "tax": now.tax_category.value}
    form = SentByForm(formdata=None, prefix="", data=shown)
    names = [SelectChoice(str(each.profile_id), each.name) for each in fitting]
    form.profile.choices = [SelectChoice("0", _STANDARD_LABEL), *names]
    return delivery_page.SentByView(
        action=url_for("seller.choose", listing_id=own.listing_id),
        form=form,
        note=_("With a profile, the delivery price above follows the profile.")
        if fitting
        else _(
            "You have no profile in %(currency)s yet: make one to charge by country or by weight.", currency=currency
        ),
        profiles_url=url_for("seller.profiles"),
    )


def _zone(profile_id: int, zone_id: int) -> ResponseReturnValue:
    seller_id = guards.viewer().user_id
    found = queries.own_profile(profile_id, seller_id)
    known = next((each for each in found.zones if each.zone_id == zone_id), None)
    if found.is_archived or (zone_id and known is None):
        raise NotFound(_("There is no such zone."))
    form = ZoneForm(data=stored(found, known) if known else {"transit_first": 3, "transit_last": 7})
    if form.validate_on_submit():
        try:
            written = form.zone(found.currency, zone_id)
            db.atomic(delivering.write_zone, (), seller_id=seller_id, profile_id=profile_id, zone=written)
        except (Invalid, Conflict) as error:
            blame(form, error)
        else:
            flash(_("Saved. Baskets follow it at once."), "ok")
            return redirect(url_for("seller.profile", profile_id=profile_id), code=303)
    return _zone_form(delivery_page.zone_page(found, known), form)


def _zone_form(page: delivery_page.ZonePage, form: ZoneForm) -> ResponseReturnValue:
    return render_template("seller/delivery_zone.html", page=page, form=form), 422 if form.errors else 200


def _choice(text: str) -> tuple[str, int | None]:
    """Return currency and profile of a line of a menu, None for the standard delivery; raises Invalid."""
    currency, _colon, digits = text.partition(":")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        raise Invalid(_("Choose which listings, and how they are sent."))
    return currency, int(digits) or None


def _same_currency(currency: str, text: str) -> int | None:
    new_currency, new_id = _choice(text)
    if currency != new_currency:
        raise Invalid(_("Choose a profile in the same currency as the listings."))
    return new_id

"""The basket page and the forms on it."""

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.carts import operations, queries
from marketplace.carts.parts import CurrencyPart
from marketplace.checkout import queries as checkout
from marketplace.discounts import pricing
from marketplace.errors import DomainError, NotFound
from marketplace.language import gettext as _
from marketplace.web import countries, deliver_to, guards
from marketplace.web.cart import page
from marketplace.web.cart.forms import AddForm, CountryForm, ProceedForm, QuantityForm

_REMOVED = "basket_removed"


def basket() -> ResponseReturnValue:
    """Show what is in the basket."""
    user_id, token_hash = owner()
    set_aside = checkout.set_aside(user_id) if user_id is not None else {}
    now = clock.now()
    parts = queries.contents(user_id, token_hash, set_aside, deliver_to.chosen(), now=now)
    shown = page.basket_page(pricing.priced(parts, user_id, now), session.pop(_REMOVED, None), now.date())
    return render_template("cart/basket.html", page=shown, to=CountryForm(data={"country": _country(parts)}))


def choose_country() -> ResponseReturnValue:
    """Remember the country that delivery is reckoned for."""
    form = CountryForm()
    code = str(form.country.data or "")
    if not form.validate() or not deliver_to.choose(code):
        return _back(_("Choose a country of the list."), "bad")
    there = countries.name(code)
    return _back(_("Delivery is now reckoned for %(country)s. Your address decides in the end.", country=there), "ok")


def add() -> ResponseReturnValue:
    """Put units of a listing in the basket."""
    form = AddForm()
    if not form.validate():
        return _back(_words(form), "bad")
    user_id = _user_id()
    token_hash = None if user_id is not None else guards.start_visit()
    try:
        put = db.atomic(
            operations.add,
            (),
            user_id=user_id,
            token_hash=token_hash,
            listing_id=form.listing_id.data or 0,
            quantity=form.quantity.data or 0,
            now=clock.now(),
        )
    except DomainError as error:
        return _back(error.message, "bad")
    if form.buy.data == "now" and not put.is_capped:
        return redirect(url_for("checkout.review", currency=put.currency), code=303)
    if put.is_capped:
        text = _(
            "There are only %(number)s of %(title)s. All of them are in your basket.",
            number=put.quantity,
            title=put.title,
        )
        return _back(text, "wait")
    return _back(_("%(title)s is in your basket.", title=put.title), "ok")


def change_quantity(line_id: int) -> ResponseReturnValue:
    """Change how many units a line holds."""
    form = QuantityForm()
    if not form.validate():
        return _back(_words(form), "bad")
    user_id, token_hash = owner()
    try:
        put = db.atomic(
            operations.change_quantity,
            (),
            user_id=user_id,
            token_hash=token_hash,
            line_id=line_id,
            quantity=form.quantity.data or 0,
        )
    except DomainError as error:
        return _back(error.message, "bad")
    if put.is_capped:
        text = _("There are only %(number)s of %(title)s. We took that many.", number=put.quantity, title=put.title)
        return _back(text, "wait")
    return _back(_("Your basket holds %(number)s of %(title)s.", number=put.quantity, title=put.title), "ok")


def remove(line_id: int) -> ResponseReturnValue:
    """Take a line out; the next page offers to put it back."""
    user_id, token_hash = owner()
    try:
        gone = db.atomic(operations.remove, (), user_id=user_id, token_hash=token_hash, line_id=line_id)
    except NotFound as error:
        return _back(error.message, "info")
    session[_REMOVED] = [gone.listing_id, gone.title, gone.quantity]
    return redirect(url_for("cart.basket"), code=303)


def proceed(currency: str) -> ResponseReturnValue:
    """Note the prices the buyer has seen and go on to the checkout of one currency."""
    form = ProceedForm()
    if not form.validate():
        return _back(_("Please look at your basket once more."), "wait")
    user_id, token_hash = owner()
    db.atomic(operations.accept_prices, (), user_id=user_id, token_hash=token_hash, prices=form.prices())
    return redirect(url_for("checkout.review", currency=currency), code=303)


def _country(parts: tuple[CurrencyPart, ...]) -> str:
    return parts[0].country if parts else ""


def _user_id() -> int | None:
    here = guards.current_viewer()
    return here.user_id if here else None


def owner() -> tuple[int | None, bytes | None]:
    """Return whose basket this browser shows: a person's, or a visitor's by the hash of a token."""
    return _user_id(), guards.visitor_key()


def _words(form: AddForm | QuantityForm) -> str:
    return " ".join(map(str, form.quantity.errors)) or _("That did not work. Open the listing and try again.")


def _back(text: str, tone: str) -> ResponseReturnValue:
    flash(text, tone)
    return redirect(url_for("cart.basket"), code=303)

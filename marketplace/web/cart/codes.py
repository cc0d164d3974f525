"""The discount code of the basket: entered, and taken out again."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.carts import operations, queries
from marketplace.checkout import queries as checkout
from marketplace.discounts import code_rules, guessing, pricing
from marketplace.discounts.pricing import Priced
from marketplace.errors import DomainError, Invalid
from marketplace.language import gettext as _
from marketplace.web import deliver_to, discount_words
from marketplace.web.cart.forms import CodeForm
from marketplace.web.cart.views import owner


def enter_code() -> ResponseReturnValue:
    """Note a code for the basket if it counts for some of it, and say what it does, or why it does nothing."""
    form = CodeForm()
    letters = code_rules.normal(form.code.data or "")
    if not form.validate() or not letters:
        return _back(_("Enter a code of at most 30 letters and digits."), "bad")
    try:
        text, tone = _enter(letters)
    except DomainError as error:
        return _back(error.message, "bad")
    return _back(text, tone)


def forget_code() -> ResponseReturnValue:
    """Take the code out of the basket."""
    user_id, token_hash = owner()
    try:
        db.atomic(operations.enter_code, (), user_id=user_id, token_hash=token_hash, code=None)
    except DomainError as error:
        return _back(error.message, "bad")
    return _back(_("The code is out of your basket."), "ok")


def tried(letters: str) -> list[Priced]:
    """Return the parts of this browser's basket as if a code were entered; nothing is kept.

    Raises Invalid for a code that does not exist and for an empty basket, NotAllowed after too many of the former.
    """
    guess = guessing.begin(ip_address=request.remote_addr or "", now=clock.system_now())
    if pricing.find(letters) is None:
        raise Invalid(_(discount_words.UNKNOWN, code=letters), field="code")
    guessing.was_right(guess)
    user_id, token_hash = owner()
    set_aside = checkout.set_aside(user_id) if user_id is not None else {}
    now = clock.now()
    parts = queries.contents(user_id, token_hash, set_aside, deliver_to.chosen(), now=now)
    found = pricing.priced([pricing.with_code(part, letters) for part in parts], user_id, now)
    if not found:
        raise Invalid(_("Your basket is empty."), field="code")
    return found


def counts(found: list[Priced]) -> bool:
    """Return whether a code lowers some part of the basket: only such a one is kept."""
    return any(priced.granted is not None for priced in found)


def keep(letters: str) -> None:
    """Note a code for this browser's basket; raises NotFound for no basket."""
    user_id, token_hash = owner()
    db.atomic(operations.enter_code, (), user_id=user_id, token_hash=token_hash, code=letters)


def _enter(letters: str) -> tuple[str, str]:
    """Try a code, and keep one that lowers something now. Raises as `tried` does."""
    found = tried(letters)
    if not counts(found):
        return discount_words.in_basket(found[0]), "bad"
    keep(letters)
    return _("The code %(code)s is in your basket.", code=letters), "ok"


def _back(text: str, tone: str) -> ResponseReturnValue:
    flash(text, tone)
    return redirect(url_for("cart.basket"), code=303)

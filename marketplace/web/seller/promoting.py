"""A seller promotes a listing with credits: it stands first in its lists, marked as promoted, until it ends."""

import secrets
from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, RadioField
from wtforms.validators import Regexp

from marketplace import clock, db
from marketplace.catalog import promotion_queries, shelf_queries
from marketplace.credits import promoting, queries, rules
from marketplace.errors import Conflict, Invalid
from marketplace.language import Text, ngettext
from marketplace.language import gettext as _
from marketplace.web import guards
from marketplace.web.console import Console, seller_console
from marketplace.web.credits.parts import credits_text
from marketplace.web.explaining import Crumb
from marketplace.web.forms import Form
from marketplace.web.pages import time_text

_RELOAD = Text("Reload the page and try again.")


class PromotionForm(Form):
    """For how long a listing is promoted; each number of days says what it costs."""

    days = RadioField(Text("How long?"), coerce=int, choices=[])
    token = HiddenField(Text("Form"), [Regexp(r"[A-Za-z0-9_-]{20,64}\Z", message=_RELOAD)])


@dataclass(frozen=True, slots=True)
class PromotionPage:
    """What templates/seller/promote.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    held: str
    running: str
    """Until when it is promoted already; "" where it is not."""
    can_buy_any: bool
    action: str


@guards.seller_only
def promote(listing_id: int) -> ResponseReturnValue:
    """Show what promoting one of the seller's own listings costs, and do it."""
    seller_id = guards.viewer().user_id
    own = shelf_queries.own_listing(listing_id, seller_id)
    form = PromotionForm()
    form.days.choices = [(days, _choice(days)) for days in rules.DAYS]
    if form.is_submitted() and form.validate():
        try:
            ends_at = db.atomic(
                promoting.promote,
                (f"credits:{seller_id}",),
                seller_id=seller_id,
                listing_id=listing_id,
                days=form.days.data,
                token=str(form.token.data),
                now=clock.now(),
            )
        except Invalid as error:
            form.days.errors = [error.message]
        except Conflict as error:
            form.form_errors.append(error.message)
        else:
            flash(_("%(title)s stands first until %(end)s.", title=own.title, end=time_text(ends_at)), "ok")
            return redirect(url_for("seller.promote", listing_id=listing_id), code=303)
    if not form.is_submitted() or form.token.errors:
        form.token.data = secrets.token_urlsafe(24)
    return _show(listing_id, own.title, form)


def _show(listing_id: int, title: str, form: PromotionForm) -> ResponseReturnValue:
    held, now = queries.balance(guards.viewer().user_id), clock.now()
    until = promotion_queries.promoted_until(listing_id, now)
    page = PromotionPage(
        title=_("Promote %(title)s", title=title),
        console=seller_console("listings"),
        crumbs=(
            Crumb(_("Listings"), url_for("seller.listings")),
            Crumb(title, url_for("seller.edit", listing_id=listing_id)),
        ),
        held=credits_text(held),
        running=_("It is promoted until %(end)s. More days are added to that.", end=time_text(until)) if until else "",
        can_buy_any=held >= min(rules.DAYS) * rules.PER_DAY,
        action=url_for("seller.promote", listing_id=listing_id),
    )
    refused = bool(form.errors or form.form_errors)
    return render_template("seller/promote.html", page=page, form=form), 422 if refused else 200


def _choice(days: int) -> str:
    length = ngettext("%(days)s day", "%(days)s days", days, days=days)
    return _("%(length)s for %(credits)s", length=length, credits=credits_text(rules.cost_of(days)))

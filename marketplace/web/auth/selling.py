"""Opening a shop."""

from dataclasses import dataclass

from flask import flash, redirect, render_template
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.catalog import operations as catalog
from marketplace.errors import Invalid
from marketplace.language import gettext as _
from marketplace.web import guards
from marketplace.web.auth.forms import ShopForm, blame, typed


@dataclass(frozen=True)
class SellPage:
    """What templates/auth/sell.html shows."""

    title: str


@guards.signed_in
def sell() -> ResponseReturnValue:
    """Open the viewer's shop, or show the form; who has one goes there."""
    viewer = guards.viewer()
    if viewer.is_seller:
        return redirect("/seller", code=303)
    form = ShopForm()
    if form.validate_on_submit():
        facts = catalog.ShopFacts(
            name=typed(form.name),
            city=typed(form.city),
            country=typed(form.country),
            about=typed(form.about),
            delivery_policy=typed(form.delivery_policy),
            returns_policy=typed(form.returns_policy),
        )
        try:
            db.atomic(catalog.open_shop, (), seller_id=viewer.user_id, facts=facts, now=clock.now())
        except Invalid as error:
            blame(form, error)
        else:
            flash(_("Your shop is open."), "ok")
            return redirect("/seller", code=303)
    return render_template("auth/sell.html", page=SellPage(_("Open a shop")), form=form), 422 if form.errors else 200

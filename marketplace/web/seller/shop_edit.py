"""What the shop tells about itself, with its shipping and its returns, written anew."""

from dataclasses import asdict, dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import db
from marketplace.catalog import queries, shop_operations
from marketplace.catalog.shop_operations import LegalFacts
from marketplace.errors import Invalid
from marketplace.language import gettext as _
from marketplace.web import countries, guards
from marketplace.web.auth.forms import blame, typed
from marketplace.web.console import Console, seller_console
from marketplace.web.seller.forms import LegalForm, OwnShopForm


@dataclass(frozen=True, slots=True)
class ShopPage:
    """What templates/seller/shop.html shows."""

    title: str
    console: Console
    name: str
    shop_url: str


@dataclass(frozen=True, slots=True)
class LegalPage:
    """What templates/seller/legal.html shows; `town` stands on invoices too and is a fact of the shop."""

    title: str
    console: Console
    town: str


@guards.seller_only
def legal() -> ResponseReturnValue:
    """Show who the seller is on invoices, or write it anew."""
    seller_id = guards.viewer().user_id
    form = LegalForm(data=asdict(shop_operations.legal_facts(seller_id)))
    if form.validate_on_submit():
        try:
            facts = LegalFacts(**{name: typed(form[name]) for name in LegalForm.NAMES})
            db.atomic(shop_operations.change_legal_facts, (), seller_id=seller_id, facts=facts)
        except Invalid as error:
            blame(form, error)
        else:
            flash(_("Saved. It stands on every invoice from now on."), "ok")
            return redirect(url_for("seller.legal"), code=303)
    shop = queries.shop_of(seller_id)
    page = LegalPage(_("On your invoices"), seller_console("shop"), f"{shop.city}, {countries.name(shop.country)}")
    return render_template("seller/legal.html", page=page, form=form), 422 if form.errors else 200


@guards.seller_only
def own_shop() -> ResponseReturnValue:
    """Show what the seller's shop tells, or write it anew."""
    seller_id = guards.viewer().user_id
    shop = queries.shop_of(seller_id)
    shown = (*OwnShopForm.NAMES, "dispatch_days")
    form = OwnShopForm(data={name: getattr(shop, name) for name in shown})
    if form.validate_on_submit():
        try:
            words = {name: typed(form[name]) for name in OwnShopForm.NAMES}
            days = form.dispatch_days.data or 0
            db.atomic(shop_operations.change_shop, (), seller_id=seller_id, dispatch_days=days, **words)
        except Invalid as error:
            blame(form, error)
        else:
            flash(_("Saved. Buyers read it from now on."), "ok")
            return redirect(url_for("seller.own_shop"), code=303)
    page = ShopPage(
        title=_("Shop details"),
        console=seller_console("shop"),
        name=shop.name,
        shop_url=url_for("shop.shop", slug=shop.slug),
    )
    return render_template("seller/shop.html", page=page, form=form), 422 if form.errors else 200

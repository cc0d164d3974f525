"""The page of credits: what one holds, the packages with their prices, and every movement (S1.11)."""

import secrets
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, IntegerField
from wtforms.validators import Length, Regexp

from marketplace import clock
from marketplace.checkout.packages import AgreedPackage, CodeRefused
from marketplace.credits import packages, queries
from marketplace.credits.queries import MovementRow
from marketplace.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from marketplace.language import Text, ngettext
from marketplace.language import gettext as _
from marketplace.money import CREDIT
from marketplace.numerals import number_text
from marketplace.paging import PAGE_SIZE
from marketplace.payments.flow_queries import FlowStatement
from marketplace.web import explaining, guards, lists
from marketplace.web.cart.forms import whole_number
from marketplace.web.console import Console, buyer_console
from marketplace.web.credits import buying, parts
from marketplace.web.credits.buying import Offer
from marketplace.web.credits.parts import Figure, MovementList
from marketplace.web.explaining import Crumb, LedgerRow, Sum
from marketplace.web.forms import Form
from marketplace.web.pages import money

_RELOAD = Text("Reload the page and try again.")


class BuyForm(Form):
    """What the button on a package sends."""

    package = HiddenField(Text("Package"), [Length(min=1, max=64)])
    currency = HiddenField(Text("Currency"), [Regexp(r"[A-Z]{3}\Z", message=_RELOAD)])
    expected_minor = IntegerField(Text("Total"), [whole_number(0, 10**12, _RELOAD)])
    code = HiddenField(Text("Discount code"), [Length(max=buying.LONGEST_CODE)])
    token = HiddenField(Text("Form"), [Regexp(r"[A-Za-z0-9_-]{20,64}\Z", message=_RELOAD)])


@dataclass(frozen=True, slots=True)
class PackageView:
    """A package that can be bought; `fields` go with its button."""

    name: str
    credits: str
    price: str
    was: str
    note: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class CreditsPage:
    """What templates/credits/credits.html shows."""

    title: str
    console: Console
    figures: tuple[Figure, ...]
    packages: tuple[PackageView, ...]
    code: str
    code_note: str
    """What the entered code does, or why it does nothing."""
    code_is_refused: bool
    movements: MovementList
    is_seller: bool


@dataclass(frozen=True, slots=True)
class LedgerTable:
    """The rows of a movement in one unit."""

    title: str
    rows: tuple[LedgerRow, ...]
    total: Sum


@dataclass(frozen=True, slots=True)
class MovementPage:
    """What templates/credits/movement.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    tables: tuple[LedgerTable, ...]


@dataclass(frozen=True, slots=True)
class _Held:
    """The figure of what one holds, as pages that explain figures want it."""

    label: str
    sign: int


@guards.signed_in
def overview() -> ResponseReturnValue:
    """Show what the viewer holds, the packages with what a code takes off them, and the movements, also as CSV."""
    viewer = guards.viewer()
    wanted = parts.wanted(viewer.user_id)
    if wanted.asked.is_csv:
        return parts.csv(wanted)
    code, note, is_refused = "", "", False
    try:
        code = buying.typed_code(request.args.get("code"))
    except DomainError as error:
        note, is_refused = error.message, True
    offers = [buying.offer(package, code, viewer.user_id) for package in packages.offered(clock.now())]
    if code:
        note, is_refused = _said(code, offers)
    page = CreditsPage(
        title=_("Credits"),
        console=buyer_console("credits"),
        figures=parts.figures(queries.held(viewer.user_id), url_for("credits.explain_balance")),
        packages=tuple(_package(offer, "" if is_refused else code) for offer, _why in offers),
        code=code or request.args.get("code", "")[: buying.LONGEST_CODE],
        code_note=note,
        code_is_refused=is_refused,
        movements=parts.movement_list(wanted, _about_url, _rows_url),
        is_seller=viewer.is_seller,
    )
    return render_template("credits/credits.html", page=page)


@guards.signed_in
def buy() -> ResponseReturnValue:
    """Agree to a package and go to its payment page; a free one goes straight to the last page (S1.12)."""
    form = BuyForm()
    if not form.validate():
        flash(_(_RELOAD), "bad")
        return redirect(url_for("credits.overview"), code=303)
    try:
        agreed = AgreedPackage(
            buyer_id=guards.viewer().user_id,
            package=str(form.package.data),
            currency=str(form.currency.data),
            token=str(form.token.data),
            expected_minor=form.expected_minor.data,
            discount_code=buying.typed_code(form.code.data),
        )
        outcome = buying.begin(agreed)
    except CodeRefused as error:
        flash(buying.why_not(error.code, error.priced), "bad")
        return redirect(url_for("credits.overview"), code=303)
    except (Conflict, Invalid, NotAllowed) as error:
        flash(error.message, "bad")
        return redirect(url_for("credits.overview"), code=303)
    return redirect(outcome.redirect_url or url_for("credits.came_back", payment_id=outcome.payment_id), code=303)


@guards.signed_in
def explain_balance() -> ResponseReturnValue:
    """Show the ledger rows that make what the viewer holds."""
    figure, statement = queries.explain(guards.viewer().user_id, lists.row_id("before"), PAGE_SIZE)
    crumbs = [Crumb(_("Credits"), url_for("credits.overview"))]
    held = _Held(_("Credits you hold"), -1)
    return explaining.show_flow(FlowStatement(figure, statement), held, CREDIT, buyer_console("credits"), crumbs)


@guards.signed_in
def movement(movement_id: int) -> ResponseReturnValue:
    """Show the ledger rows of one of the viewer's movements: in credits, and in money what was paid or earned."""
    postings = queries.postings_of_movement(guards.viewer().user_id, movement_id)
    if not postings:
        raise NotFound(_("There is no such movement among yours."))
    tables = []
    for currency in dict.fromkeys(posting.currency for posting in postings):
        own = [posting for posting in postings if posting.currency == currency]
        total = explaining.ledger_total(own, currency, sum(posting.amount_minor for posting in own))
        title = _("In credits") if currency == CREDIT else _("In %(currency)s", currency=currency)
        tables.append(LedgerTable(title, explaining.ledger_table(own, 1), total))
    page = MovementPage(
        title=_("Movement %(number)s", number=movement_id),
        console=buyer_console("credits"),
        crumbs=(Crumb(_("Credits"), url_for("credits.overview")),),
        tables=tuple(tables),
    )
    return render_template("credits/movement.html", page=page)


def _said(code: str, offers: list[tuple[Offer, str]]) -> tuple[str, bool]:
    """Return what a code does for the packages, and whether it does nothing."""
    helped = [offer for offer, why in offers if not why]
    if not helped:
        return (offers[0][1] if offers else ""), True
    if len(helped) == len(offers):
        return _("The code %(code)s lowers these prices.", code=code), False
    count = ngettext("%(number)s package", "%(number)s packages", len(helped), number=number_text(len(helped)))
    return _("The code %(code)s lowers the price of %(packages)s.", code=code, packages=count), False


def _package(offer: Offer, code: str) -> PackageView:
    package, off = offer.package, offer.discount
    return PackageView(
        name=package.name,
        credits=parts.credits_text(package.credits),
        price=money(offer.total) if offer.total else _("Free"),
        was=money(package.price) if off else "",
        note=_("Less %(amount)s by your code", amount=money(off)) if off else "",
        fields={
            "package": package.code,
            "currency": offer.total.currency,
            "expected_minor": str(offer.total.minor),
            "code": code if off else "",
            "token": secrets.token_urlsafe(24),
        },
    )


def _about_url(row: MovementRow) -> str:
    if row.payment_id is not None:
        return url_for("buyer.payment", payment_id=row.payment_id)
    return url_for("seller.promote", listing_id=row.listing_id) if row.listing_id is not None else ""


def _rows_url(row: MovementRow) -> str:
    return url_for("credits.movement", movement_id=row.id)

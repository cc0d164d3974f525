"""The cards a buyer has saved: add one on the provider's page, choose the default, remove one (S4.2, S4.3)."""

from dataclasses import dataclass

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.errors import Conflict, NotFound
from marketplace.language import gettext as _
from marketplace.language import ngettext
from marketplace.payment_methods import flows, queries, rules
from marketplace.payment_methods.queries import MethodRow
from marketplace.payment_methods.rules import Lasting
from marketplace.providers.base import Provider
from marketplace.web import guards, method_parts
from marketplace.web.console import Console, buyer_console
from marketplace.web.pages import date_text
from marketplace.web.providers import providers
from marketplace.web.wording import Badge

PROVIDER = "stripe"
_PAGE_ID = "{CHECKOUT_SESSION_ID}"
"""What the provider writes the name of its page over, in the address it leads back to."""
_LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class MethodCard:
    """One card that is or was saved; an address is "" where there is nothing to press."""

    id: str
    name: str
    until: str
    badges: tuple[Badge, ...]
    used: str
    default_url: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class MethodsPage:
    """What templates/buyer/methods.html shows."""

    title: str
    console: Console
    cards: tuple[MethodCard, ...]
    former: tuple[MethodCard, ...]
    add_url: str
    """"" where one person may save no more."""
    full: str


@dataclass(frozen=True, slots=True)
class RemovePage:
    """What templates/buyer/remove_method.html shows."""

    title: str
    console: Console
    texts: tuple[str, ...]
    action: str
    button: str
    back_url: str


@guards.signed_in
def methods() -> ResponseReturnValue:
    """Show what the viewer has saved, and what once was."""
    found = queries.methods_of(guards.viewer().user_id, with_removed=True)
    active = [row for row in found if row.is_active]
    is_full = len(active) >= rules.MOST_SAVED
    page = MethodsPage(
        title=_("Saved cards"),
        console=buyer_console("methods"),
        cards=tuple(map(_card, active)),
        former=tuple(_card(row) for row in found if not row.is_active),
        add_url="" if is_full else url_for("buyer.add_method"),
        full=_("You have saved %(most)s cards, as many as one may.", most=rules.MOST_SAVED) if is_full else "",
    )
    return render_template("buyer/methods.html", page=page)


@guards.signed_in
def add_method() -> ResponseReturnValue:
    """Go to the provider's page on which a card is saved."""
    try:
        return redirect(saving_page(), code=303)
    except Conflict as error:
        flash(error.message, "bad")
        return redirect(url_for("buyer.methods"), code=303)


def saving_page() -> str:
    """Return the address of a fresh page on which the viewer saves a card. Raises Conflict."""
    base_url = current_app.extensions["settings"].base_url
    return flows.open_page(
        user_id=guards.viewer().user_id,
        provider=provider(),
        success_url=f"{base_url}{url_for('buyer.method_added')}?page={_PAGE_ID}",
        cancel_url=base_url + url_for("buyer.methods"),
        now=clock.now(),
    )


@guards.signed_in
def method_added() -> ResponseReturnValue:
    """Put what was saved on the provider's page into the books: the provider sends the browser back by GET only."""
    page_id = request.args.get("page", "")
    if not 0 < len(page_id) <= _LONGEST_ID or not page_id.isascii():
        raise NotFound(_("There is no such page."))
    user_id = guards.viewer().user_id
    name = flows.came_back(user_id=user_id, page_id=page_id, provider=provider(), now=clock.now())
    if name:
        flash(_("%(card)s is saved. Your next payment page offers it.", card=name), "ok")
    else:
        flash(_("The provider has not told us yet what you saved. Look again in a minute."), "wait")
    return redirect(url_for("buyer.methods"), code=303)


@guards.signed_in
def set_default(method_id: int) -> ResponseReturnValue:
    """Let payment pages begin with one of the viewer's cards."""
    try:
        flows.set_default(user_id=guards.viewer().user_id, method_id=method_id, provider=provider(), now=clock.now())
    except Conflict as error:
        flash(error.message, "bad")
    else:
        flash(_("Payment pages begin with this card from now on."), "ok")
    return redirect(url_for("buyer.methods"), code=303)


@guards.signed_in
def ask_removal(method_id: int) -> ResponseReturnValue:
    """Ask whether a card shall be removed, and say what stays."""
    row = queries.method_of(guards.viewer().user_id, method_id)
    if not row.is_active:
        flash(_("%(card)s is removed already.", card=row.name), "info")
        return redirect(url_for("buyer.methods"), code=303)
    kept = _("What you have paid with it stays as it is, and refunds still go back to it.")
    page = RemovePage(
        title=_("Remove %(card)s?", card=row.name),
        console=buyer_console("methods"),
        texts=(_("Payment pages do not offer it any more. Next time you would type it again."), kept),
        action=url_for("buyer.remove_method", method_id=row.id),
        button=_("Remove %(card)s", card=row.name),
        back_url=url_for("buyer.methods"),
    )
    return render_template("buyer/remove_method.html", page=page)


@guards.signed_in
def remove_method(method_id: int) -> ResponseReturnValue:
    """Take a card out of use and have the provider drop it."""
    user_id = guards.viewer().user_id
    if flows.remove(user_id=user_id, method_id=method_id, provider=provider(), now=clock.now()):
        flash(_("The card is removed."), "ok")
    else:
        flash(_("The card is out of use. Our payment provider is being asked to drop it."), "wait")
    return redirect(url_for("buyer.methods"), code=303)


def provider() -> Provider:
    """Return the provider that keeps the cards."""
    return providers()[PROVIDER]


def _card(row: MethodRow) -> MethodCard:
    today = clock.now().date()
    is_usable = row.is_active and row.lasting(today) is not Lasting.OVER
    can_be_default = is_usable and not row.is_default and row.kind in rules.SUPPORTED
    return MethodCard(
        id=f"method-{row.id}",
        name=row.name,
        until=method_parts.until(row, today),
        badges=method_parts.badges(row, today),
        used=_used(row),
        default_url=url_for("buyer.default_method", method_id=row.id) if can_be_default else "",
        remove_url=url_for("buyer.ask_removal", method_id=row.id) if row.is_active else "",
    )


def _used(row: MethodRow) -> str:
    if row.last_used_at is None:
        return _("Not used yet.")
    return ngettext(
        "Used for one payment, on %(day)s.",
        "Used for %(payments)s payments, last on %(day)s.",
        row.payments,
        payments=row.payments,
        day=date_text(row.last_used_at),
    )

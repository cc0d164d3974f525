"""Where the payment page sends the buyer of a package: paid, not paid or still confirming (S1.13, S1.14, S1.18)."""

from dataclasses import dataclass

from flask import current_app, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.checkout import flows
from marketplace.checkout import queries as checkout
from marketplace.checkout.queries import ReturnState
from marketplace.credits import queries
from marketplace.errors import Conflict, NotFound
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.orders.states import PurchaseStatus
from marketplace.payment_records.states import HAS_MONEY, PaymentStatus
from marketplace.payments import queries as payments
from marketplace.payments.queries import Attempt
from marketplace.web import guards
from marketplace.web.checkout import return_words
from marketplace.web.checkout.returning import LOOKS, NOT_YET, SILENT, ask, asks_by_itself, look
from marketplace.web.credits.parts import credits_text
from marketplace.web.order_parts import Fact
from marketplace.web.pages import money
from marketplace.web.providers import providers

_NOT_MADE = Text("The payment was not made.")


@dataclass(frozen=True, slots=True)
class ReturnPage:
    """What templates/credits/return.html shows; `facts` are S1.18's four, once it is paid."""

    title: str
    text: str
    tone: str
    icon: str
    eyebrow: str
    is_confirming: bool
    facts: tuple[Fact, ...]
    state_url: str
    verify_url: str
    poll: str
    retry_url: str
    payment_url: str


@guards.signed_in
def came_back(payment_id: int) -> ResponseReturnValue:
    """Show how the payment stands; while the webhook is late, ask the provider ourselves (S1.14).

    As for purchases of goods, this GET may settle the payment: it only moves forward, and a second look adds nothing.
    """
    user_id, looked = guards.viewer().user_id, look()
    _own(payment_id)
    found = checkout.return_state(payment_id, user_id)
    if found.state == return_words.CONFIRMING and asks_by_itself(looked):
        ask(payment_id, user_id)
        found = checkout.return_state(payment_id, user_id)
    shown = _page(_own(payment_id), found, looked)
    answer = make_response(render_template("credits/return.html", page=shown))
    if shown.is_confirming and looked < len(LOOKS):
        url = url_for("credits.came_back", payment_id=payment_id, look=looked + 1)
        answer.headers["Refresh"] = f"{LOOKS[looked]}; url={url}"
    return answer


@guards.signed_in
def state(payment_id: int) -> ResponseReturnValue:
    """Tell a waiting page whether to load anew: 204 while nothing has changed."""
    _own(payment_id)
    found = checkout.return_state(payment_id, guards.viewer().user_id)
    answer = make_response("", 204)
    if found.state != return_words.CONFIRMING:
        answer.headers["HX-Refresh"] = "true"
    return answer


@guards.signed_in
def verify(payment_id: int) -> ResponseReturnValue:
    """Ask the provider because the buyer pressed "Check my payment" (S1.18)."""
    user_id = guards.viewer().user_id
    _own(payment_id)
    answered = ask(payment_id, user_id)
    if checkout.return_state(payment_id, user_id).state == return_words.CONFIRMING:
        flash(_(NOT_YET if answered else SILENT), "wait")
    return redirect(url_for("credits.came_back", payment_id=payment_id, look=len(LOOKS)), code=303)


@guards.signed_in
def cancelled(payment_id: int) -> ResponseReturnValue:
    """Cancel the attempt the buyer went back from (S1.23).

    The provider can only send the browser here by GET, so this GET writes. It may: only the signed-in buyer's own
    payment is touched, only while nobody has paid it, and a second visit changes nothing.
    """
    user_id = guards.viewer().user_id
    _own(payment_id)
    try:
        flows.cancel(
            payment_id=payment_id,
            buyer_id=user_id,
            now=clock.now(),
            providers=providers(),
            settings=current_app.extensions["settings"],
        )
    except Conflict as error:
        flash(error.message, "wait")
    return redirect(url_for("credits.came_back", payment_id=payment_id, look=len(LOOKS)), code=303)


@guards.signed_in
def retry(payment_id: int) -> ResponseReturnValue:
    """Start another attempt to pay the same package (S0.2)."""
    attempt = _own(payment_id)
    if attempt.purchase_id is None:
        raise NotFound(_("There is no payment with this number among yours."))
    try:
        outcome = flows.try_again(
            purchase_id=attempt.purchase_id,
            buyer_id=guards.viewer().user_id,
            now=clock.now(),
            providers=providers(),
            settings=current_app.extensions["settings"],
        )
    except Conflict as error:
        flash(error.message, "bad")
        return redirect(url_for("credits.overview"), code=303)
    return redirect(outcome.redirect_url or url_for("credits.came_back", payment_id=outcome.payment_id), code=303)


def facts(attempt: Attempt, balance: int) -> tuple[Fact, ...]:
    """Return S1.18's four facts about a payment of a package."""
    added = attempt.credits_to_add if attempt.credits_added_at else 0
    return (
        Fact(_("Checked"), _("Yes")),
        Fact(_("Payment"), _("Confirmed") if attempt.status in HAS_MONEY else _("Not confirmed")),
        Fact(_("Credits added"), credits_text(added)),
        Fact(_("You hold now"), credits_text(balance)),
    )


def _own(payment_id: int) -> Attempt:
    """Return the viewer's own payment of a package; raises NotFound for any other."""
    attempt = payments.attempt_of_buyer(payment_id, guards.viewer().user_id)
    if not attempt.credits_to_add:
        raise NotFound(_("There is no payment with this number among yours."))
    return attempt


def _page(attempt: Attempt, found: ReturnState, looked: int) -> ReturnPage:
    title, text, tone, icon = _words(attempt, found)
    is_paid, is_confirming = found.state == return_words.PAID, found.state == return_words.CONFIRMING
    is_open = attempt.purchase_status is PurchaseStatus.OPEN and found.can_try_again
    return ReturnPage(
        title=title,
        text=text,
        tone=tone,
        icon=icon,
        eyebrow=attempt.package_name or "",
        is_confirming=is_confirming,
        facts=facts(attempt, queries.balance(guards.viewer().user_id)) if is_paid else (),
        state_url=url_for("credits.state", payment_id=attempt.id),
        verify_url=url_for("credits.verify", payment_id=attempt.id),
        poll="every 3s" if looked < len(LOOKS) else "every 20s",
        retry_url=url_for("credits.retry", payment_id=attempt.id) if is_open and not is_confirming else "",
        payment_url=url_for("buyer.payment", payment_id=attempt.id),
    )


def _words(attempt: Attempt, found: ReturnState) -> tuple[str, str, str, str]:
    added = credits_text(attempt.credits_to_add)
    if found.state == return_words.CONFIRMING:
        text = _("Your bank and our payment provider are finishing up. This page looks again by itself.")
        return _("Confirming your payment"), text, "wait", "refresh-cw"
    if found.state == return_words.PAID:
        text = _("%(credits)s are yours. We received %(total)s.", credits=added, total=money(found.total))
        if not found.total:
            text = _("%(credits)s are yours. There was nothing to pay.", credits=added)
        return _("Thank you, your credits are here"), text, "ok", "circle-check"
    if found.state == return_words.RETURNED:
        reason = _(found.reason or _NOT_MADE)
        text = _("%(reason)s You get %(total)s back.", reason=reason, total=money(found.total))
        return _("Your money is on its way back"), text, "hold", "undo-2"
    if attempt.status is PaymentStatus.CANCELLED:
        return _("You went back"), _("Nothing was paid, and no credits were added."), "mute", "undo-2"
    reason = _(found.reason or _NOT_MADE)
    reason = reason if reason.endswith(".") else f"{reason}."
    text = _("%(reason)s Nothing was charged, and no credits were added.", reason=reason)
    return _("This was not paid"), text, "bad", "circle-x"

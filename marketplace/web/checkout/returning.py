"""Where the payment page sends the buyer: paid, not paid or still confirming, told as it is (S1.13, S1.14)."""

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.checkout import flows, queries
from marketplace.errors import Conflict
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.web import guards
from marketplace.web.checkout import page, went_back
from marketplace.web.providers import providers

_PROVIDER = "stripe"
NOT_YET = Text("It is not confirmed yet. We keep asking the payment provider, so nothing gets lost.")
SILENT = Text(
    "Our payment provider does not answer right now. We keep asking, so nothing gets lost. You need not pay again."
)
# The page looks again by itself this often, in seconds, and then leaves it to the buyer and the sweeper.
LOOKS = (4, 4, 6, 6, 10, 10, 15, 15, 30, 30)


@guards.signed_in
def came_back(payment_id: int) -> ResponseReturnValue:
    """Show how the payment stands; while the webhook is late, ask the provider ourselves (S1.14).

    This GET may settle the payment: that is what the provider reports anyway, it only moves forward, and a second
    look changes nothing.
    """
    here = guards.viewer()
    looked = look()
    found = queries.return_state(payment_id, here.user_id)
    if not found.orders:
        return redirect(url_for("credits.came_back", payment_id=payment_id), code=303)
    if found.state == page.CONFIRMING and found.is_by_transfer:
        return redirect(url_for("checkout.transfer", payment_id=payment_id), code=303)
    if found.state == page.CONFIRMING and asks_by_itself(looked):
        ask(payment_id, here.user_id)
        found = queries.return_state(payment_id, here.user_id)
    answer = make_response(render_template("checkout/return.html", page=page.return_page(payment_id, found, looked)))
    if found.state == page.CONFIRMING and looked < len(LOOKS):
        # For browsers without script; those with it ask `state` first and come here when something has changed.
        url = url_for("checkout.came_back", payment_id=payment_id, look=looked + 1)
        answer.headers["Refresh"] = f"{LOOKS[looked]}; url={url}"
    return answer


@guards.signed_in
def state(payment_id: int) -> ResponseReturnValue:
    """Tell a waiting page whether to load anew: 204 while nothing has changed."""
    found = queries.return_state(payment_id, guards.viewer().user_id)
    answer = make_response("", 204)
    if found.state != page.CONFIRMING:
        answer.headers["HX-Refresh"] = "true"
    return answer


@guards.signed_in
def verify(payment_id: int) -> ResponseReturnValue:
    """Ask the provider because the buyer pressed "Check my payment" (S1.18)."""
    here = guards.viewer()
    answered = ask(payment_id, here.user_id)
    if queries.return_state(payment_id, here.user_id).state == page.CONFIRMING:
        flash(_(NOT_YET if answered else SILENT), "wait")
    return redirect(url_for("checkout.came_back", payment_id=payment_id, look=len(LOOKS)), code=303)


@guards.signed_in
def cancelled(payment_id: int) -> ResponseReturnValue:
    """Cancel the attempt the buyer went back from, and show that the basket is as it was (S1.23).

    The provider can only send the browser here by GET, so this GET writes. It may: only the signed-in buyer's own
    payment is touched, only while nobody has paid it, and a second visit changes nothing. A forged link can at worst
    close a payment page, which the buyer opens again with one press.
    """
    here = guards.viewer()
    found = queries.return_state(payment_id, here.user_id)
    if found.state not in {page.PAID, page.RETURNED}:
        try:
            flows.cancel(
                payment_id=payment_id,
                buyer_id=here.user_id,
                now=clock.now(),
                provider=providers()[_PROVIDER],
                settings=current_app.extensions["settings"],
            )
        except Conflict as error:
            flash(error.message, "wait")
        found = queries.return_state(payment_id, here.user_id)
    if found.state in {page.PAID, page.RETURNED, page.CONFIRMING}:
        return redirect(url_for("checkout.came_back", payment_id=payment_id), code=303)
    return render_template("checkout/cancelled.html", page=went_back.cancelled_page(found))


def look() -> int:
    """Return how often the page has looked, as its address says."""
    text = request.args.get("look", "0")[:3]
    return min(int(text), len(LOOKS)) if text.isascii() and text.isdigit() else 0


def asks_by_itself(looked: int) -> bool:
    """Return whether the page asks the provider without being told to, after so many looks."""
    recovery = current_app.extensions["settings"].recovery
    return recovery.enabled and recovery.auto_verify_on_success_page and looked < recovery.max_verification_attempts


def ask(payment_id: int, buyer_id: int) -> bool:
    """Ask the provider and settle; return whether it answered. The webhook and the sweeper go on in any case."""
    return flows.verify(
        payment_id=payment_id,
        buyer_id=buyer_id,
        now=clock.now(),
        provider=providers()[_PROVIDER],
        settings=current_app.extensions["settings"],
    )

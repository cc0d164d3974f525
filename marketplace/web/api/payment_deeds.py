"""What programs do about a payment: begin, go on, try again, cancel, ask the provider (S1.18, S2.9, C29)."""

from flask import current_app

from marketplace import clock
from marketplace.checkout import flows
from marketplace.config import Settings
from marketplace.credits import queries as credits_held
from marketplace.errors import Conflict, Invalid, NotFound
from marketplace.language import gettext as _
from marketplace.orders import queries as orders
from marketplace.paging import Cursor
from marketplace.payment_records.states import HAS_MONEY
from marketplace.payments import queries, search_queries
from marketplace.payments.queries import Attempt
from marketplace.payments.search_queries import Sought
from marketplace.web import guards, lists
from marketplace.web.api import buying, payments
from marketplace.web.api.order_shapes import Bought
from marketplace.web.api.payment_shapes import NewPayment, PaymentState, Verified, Verifying
from marketplace.web.api.shapes import Empty
from marketplace.web.providers import providers


def begin(body: NewPayment) -> Bought:
    """Return the payment page of an unpaid order's purchase: the one that is open, else a new one."""
    found = orders.buyer_order(lists.number(body.order_id), guards.viewer().user_id)
    return _go_on(found.purchase_id)


def process(payment_id: int, body: Empty) -> Bought:
    """Return the payment page on which this payment is made; a closed one is followed by a new payment."""
    del body
    return _go_on(_purchase(_own(payment_id)))


def retry(payment_id: int, body: Empty) -> Bought:
    """Make a new payment for the same purchase; the old page is closed first, so that nobody pays on both (C29)."""
    del body
    attempt = _own(payment_id)
    if attempt.status in HAS_MONEY:
        raise Conflict(_("You have paid this purchase already. You find it under your orders."))
    flows.cancel(
        payment_id=payment_id,
        buyer_id=guards.viewer().user_id,
        now=clock.now(),
        providers=providers(),
        settings=_settings(),
    )
    return _go_on(_purchase(attempt))


def cancel(payment_id: int, body: Empty) -> PaymentState:
    """Cancel a payment that nobody has made; the order waits for another one. One that is made wins."""
    del body
    flows.cancel(
        payment_id=payment_id,
        buyer_id=guards.viewer().user_id,
        now=clock.now(),
        providers=providers(),
        settings=_settings(),
    )
    found = payments.status(payment_id)
    if found.payment_verified:
        raise Conflict(_("This payment is made already. Cancel the order, or ask for a refund."))
    return found


def verify(payment_id: int, body: Empty) -> Verified:
    """Ask the provider about one of the viewer's payments, and put the answer into the books."""
    del body
    return _verified(_own(payment_id))


def verify_session(body: Verifying) -> Verified:
    """Ask the provider about a payment that is named by the id of its page, or by its own (S1.18)."""
    user_id = guards.viewer().user_id
    if (body.payment_id is None) == (body.session_id is None):
        raise Invalid(_("Name the payment by one of the two: session_id or payment_id."), field="session_id")
    if body.payment_id is not None:
        return _verified(_own(body.payment_id))
    found = search_queries.attempts_of_buyer(user_id, Sought(str(body.session_id).strip() or "-"), Cursor(size=1))
    if not found.rows:
        raise NotFound(_("There is no payment with this number among yours."))
    return _verified(found.rows[0])


def _verified(attempt: Attempt) -> Verified:
    answered = flows.verify(
        payment_id=attempt.id,
        buyer_id=guards.viewer().user_id,
        now=clock.now(),
        providers=providers(),
        settings=_settings(),
    )
    found = _own(attempt.id)
    return Verified(
        success=answered,
        payment_verified=found.status in HAS_MONEY,
        credits_added=found.credits_to_add if found.credits_added_at else 0,
        new_balance=credits_held.balance(guards.viewer().user_id),
        payment_id=found.id,
        status=found.status,
    )


def _go_on(purchase_id: int) -> Bought:
    outcome = flows.try_again(
        purchase_id=purchase_id,
        buyer_id=guards.viewer().user_id,
        now=clock.now(),
        providers=providers(),
        settings=_settings(),
    )
    if outcome.redirect_url is None:
        raise Conflict(_("You have paid this purchase already. You find it under your orders."))
    return buying.bought(outcome)


def _own(payment_id: int) -> Attempt:
    return queries.attempt_of_buyer(payment_id, guards.viewer().user_id)


def _purchase(attempt: Attempt) -> int:
    if attempt.purchase_id is None:
        raise Conflict(_("This payment belongs to no purchase."))
    return attempt.purchase_id


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found

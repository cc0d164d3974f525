"""What programs do with an order: confirm, ship, deliver, cancel (S2.4, C21)."""

from flask import current_app

from marketplace import clock, db
from marketplace.cancellations import flows as cancelling
from marketplace.cancellations import queries as cancellations
from marketplace.cancellations import rules as cancel_rules
from marketplace.cancellations.operations import Wanted
from marketplace.cancellations.rules import Side
from marketplace.checkout import flows as checkout
from marketplace.config import Settings
from marketplace.errors import Conflict, Invalid
from marketplace.language import gettext as _
from marketplace.orders import operations, queries, rules
from marketplace.orders.queries import OrderDetail
from marketplace.orders.states import OrderStatus, PurchaseStatus
from marketplace.payments import holds, shipping
from marketplace.payments import queries as payments
from marketplace.web import guards, lists
from marketplace.web.amounts import typed_minor
from marketplace.web.api import orders
from marketplace.web.api.order_shapes import Cancelling, Shipping, WholeOrder
from marketplace.web.api.orders import Eye
from marketplace.web.api.shapes import Empty
from marketplace.web.providers import providers

_SAID = {"name": "carrier_name", "link": "tracking_url"}
"""What the rules of parcels call otherwise."""


def confirm(number: str, body: Empty) -> WholeOrder:
    """Return an order that its payment has confirmed; for its buyer the provider is asked, in case its word is late.

    Raises Conflict while it is not paid: nobody's word stands for money.
    """
    del body
    found, eye = orders.seen(number)
    if found.status is OrderStatus.PENDING and eye is Eye.BUYER:
        attempts = payments.attempts_of_purchase(found.purchase_id)
        if attempts:
            checkout.verify(
                payment_id=attempts[0].id,
                buyer_id=found.buyer_id,
                now=clock.now(),
                providers=providers(),
                settings=_settings(),
            )
        found, eye = orders.seen(number)
    if found.status is OrderStatus.PENDING:
        raise Conflict(_("This order is not paid yet. Its payment confirms it, nobody else can."))
    if found.status in {OrderStatus.CANCELLED, OrderStatus.REFUNDED}:
        raise Conflict(_("This order is already %(status)s.", status=found.status.label.lower()))
    return orders.whole(found, eye)


def ship(number: str, body: Shipping) -> WholeOrder:
    """Record how an order was sent; only its seller can say so."""
    found = orders.sellers(number)
    rules.check_can_ship(found.status)
    try:
        parcel = rules.parcel(
            body.carrier, name=body.carrier_name, tracking_number=body.tracking_number, link=body.tracking_url
        )
    except Invalid as error:
        raise Invalid(error.message, field=_SAID.get(error.field or "", error.field)) from error
    db.atomic(shipping.ship, (), seller_id=found.seller_id, number=found.number, parcel=parcel, now=clock.now())
    return orders.order(number)


def deliver(number: str, body: Empty) -> WholeOrder:
    """Record that an order has arrived, on the word of its buyer or of its seller."""
    del body
    found, eye = orders.partys(number)
    if eye is Eye.BUYER:
        db.atomic(
            holds.confirm_received,
            (),
            buyer_id=found.buyer_id,
            number=found.number,
            policy=_settings().money,
            now=clock.now(),
        )
    else:
        db.atomic(operations.mark_delivered, (), seller_id=found.seller_id, number=found.number, now=clock.now())
    return orders.order(number)


def cancel(number: str, body: Cancelling) -> WholeOrder:
    """Cancel an order: unpaid with all of its purchase, paid before it is sent with its money going back."""
    found, eye = orders.partys(number)
    if found.purchase_status is PurchaseStatus.OPEN and eye is Eye.BUYER:
        return _cancel_unpaid(found)
    side, policy = Side(eye.value), _settings().money
    cancel_rules.check_can_cancel(side, found.status, buyers_may=policy.buyers_may_cancel)
    cancelling.cancel_and_refund(
        user_id=guards.viewer().user_id,
        side=side,
        number=found.number,
        wanted=Wanted(
            body.reason, body.note, _expected(found, body), body.is_back_on_sale if side is Side.SELLER else None
        ),
        policy=policy,
        providers=providers(),
        now=clock.now(),
    )
    return orders.order(number)


def delete(number: str) -> WholeOrder:
    """Cancel an unpaid order with all of its purchase; nothing with money in it is ever deleted (C21)."""
    found = queries.buyer_order(lists.number(number), guards.viewer().user_id)
    if found.purchase_status is not PurchaseStatus.OPEN:
        raise Conflict(_("Only an unpaid order can be deleted, and this one is not. A paid one can be cancelled."))
    return _cancel_unpaid(found)


def _cancel_unpaid(found: OrderDetail) -> WholeOrder:
    checkout.cancel_purchase(
        purchase_id=found.purchase_id,
        buyer_id=found.buyer_id,
        now=clock.now(),
        providers=providers(),
        settings=_settings(),
    )
    return orders.order(found.number)


def _expected(found: OrderDetail, body: Cancelling) -> int:
    """Return how much is expected to go back, minor units: what was said, else what the plan comes to now."""
    if body.expected_refund is not None:
        minor = typed_minor(body.expected_refund, found.currency)
        if minor is None:
            raise Invalid(_("This amount has more decimals than its currency."), field="expected_refund")
        return minor
    plan = cancellations.preview(found.id, _settings().money)
    return plan.amount.minor if plan else 0


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found

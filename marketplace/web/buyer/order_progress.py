"""Where a buyer's order stands: its steps, and where the money is meanwhile."""

from dataclasses import dataclass
from datetime import datetime

from marketplace.cancellations.queries import CancellationRow
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.orders.queries import OrderDetail
from marketplace.orders.shipping_queries import ShipmentRow
from marketplace.orders.states import OrderStatus, PurchaseStatus
from marketplace.payments.queries import Share
from marketplace.payments.states import TransactionStatus
from marketplace.web import order_parts
from marketplace.web.pages import date_text

_T = TransactionStatus
_PAID = frozenset({_T.HELD, _T.AVAILABLE, _T.TRANSFERRING, _T.PAID_OUT, _T.REFUNDED})
_PAID_ONCE = {
    False: Text("%(shop)s is paid when the order has been delivered. Until then the money stays with us."),
    True: Text("%(shop)s is paid when you have collected the order. Until then the money stays with us."),
}
_PAID_AFTER = {
    False: Text(
        "%(shop)s is paid after that day, and only when the order has been delivered. "
        "Until then the money stays with us."
    ),
    True: Text(
        "%(shop)s is paid after that day, and only when you have collected the order. "
        "Until then the money stays with us."
    ),
}
"""When the seller gets the money, by whether it was agreed that the buyer collects the order; as before."""
_RELEASED = frozenset({_T.AVAILABLE, _T.TRANSFERRING, _T.PAID_OUT})


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an order's way; state is done, now, next or bad."""

    label: str
    state: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Protection:
    """Where the buyer's money is, and until when."""

    title: str
    text: str
    tone: str


def steps(
    order: OrderDetail,
    share: Share | None,
    shipment: ShipmentRow | None,
    cancelled: CancellationRow | None,
    now: datetime,
    *,
    clearing: bool = False,
) -> tuple[Step, ...]:
    """Return an order's way so far at `now` and what comes next; `clearing` while the bank handles the payment."""
    paid = order.purchase_status is PurchaseStatus.PAID
    if cancelled is not None:
        done = (Step(_("Paid"), "done"), Step(_("Cancelled"), "bad", date_text(cancelled.cancelled_at)))
        is_back = order.status is OrderStatus.REFUNDED
        return (*done, Step(_("Money sent back"), "done" if is_back else "now")) if order.total_minor else done
    if order.status in {OrderStatus.CANCELLED, OrderStatus.REFUNDED}:
        return (
            Step(_("Paid"), "done" if paid else "bad", "" if paid else _("Not paid")),
            Step(order.status.label, "bad"),
        )
    reached = _reached(order, share, shipment, now, clearing=clearing)
    if share is not None and share.status is _T.REFUNDED:
        gone_through = [Step(label, "done", note) for label, is_done, note in reached[:-1] if is_done]
        return (*gone_through, Step(_("Money back with you"), "done"))
    first_open = next((i for i, (_label, is_done, _note) in enumerate(reached) if not is_done), len(reached))
    states = ["done" if i < first_open else "now" if i == first_open else "next" for i in range(len(reached))]
    return tuple(Step(label, state, note) for (label, _is_done, note), state in zip(reached, states, strict=True))


def _waits_for_money(*, clearing: bool) -> str:
    return _("On its way from your bank") if clearing else _("Not yet")


def _reached(
    order: OrderDetail, share: Share | None, shipment: ShipmentRow | None, now: datetime, *, clearing: bool
) -> list[tuple[str, bool, str]]:
    """Return the steps of an order that nobody called off: what each is called, whether it is done, and its note."""
    paid = order.purchase_status is PurchaseStatus.PAID
    released = share is not None and share.status in _RELEASED
    received = share.payment_received_date if share else None
    planned = share.planned_release_date if share else None
    arrived = shipment.delivered_at if shipment else None
    is_collected = order_parts.is_collected(order, shipment)
    on_its_way = "" if is_collected else _("On the way")
    return [
        (_("Paid"), paid, date_text(received) if received else _waits_for_money(clearing=clearing)),
        (
            _("Handed over") if is_collected else _("Sent"),
            shipment is not None,
            date_text(shipment.shipped_at) if shipment else _("The seller does this next") if paid else "",
        ),
        (
            _("Collected") if is_collected else _("Delivered"),
            arrived is not None,
            date_text(arrived) if arrived else on_its_way if shipment else "",
        ),
        (
            _("Released to the seller"),
            released,
            _release_note(planned, now, is_collected=is_collected) if planned and not released else "",
        ),
    ]


def _release_note(planned: datetime, now: datetime, *, is_collected: bool) -> str:
    if planned > now:
        return _("Not before %(day)s", day=date_text(planned))
    return _("Once it has been collected") if is_collected else _("Once it has been delivered")


def protection(order: OrderDetail, share: Share | None, now: datetime) -> Protection | None:
    """Return where the buyer's money is at `now`; None while nothing was paid."""
    if share is None or share.status not in _PAID or not share.gross_minor:
        return None
    if order.status is OrderStatus.CANCELLED and share.refunded_minor < share.gross_minor:
        text = _(
            "The order was cancelled, and your bank or the payment provider sent the money back to us. We try again."
        )
        return Protection(_("Your money did not reach you yet"), text, "hold")
    if order.status is OrderStatus.CANCELLED:
        return None
    if share.status is _T.HELD and share.planned_release_date is not None:
        until = date_text(share.planned_release_date)
        if share.planned_release_date <= now:
            text = _(_PAID_ONCE[order.agreed.is_pickup], shop=order.shop_name)
            return Protection(_("Your money is still held"), text, "hold")
        return Protection(
            _("Your money is held until %(until)s", until=until),
            _(_PAID_AFTER[order.agreed.is_pickup], shop=order.shop_name),
            "hold",
        )
    if share.status is _T.REFUNDED:
        return Protection(_("Your money went back to you"), _("The whole amount of this order was refunded."), "ok")
    if share.status is _T.AVAILABLE:
        text = _("%(shop)s is paid for this order with one of its next payouts.", shop=order.shop_name)
        return Protection(_("The money was released"), text, "ok")
    return Protection(
        _("The money was released"), _("%(shop)s has been paid for this order.", shop=order.shop_name), "ok"
    )

"""What a buyer's order page shows: ready texts and addresses, made from what the books say."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from marketplace.orders import rules
from marketplace.orders.queries import LineRow, OrderDetail, PurchaseOrder
from marketplace.orders.shipping_queries import ShipmentRow
from marketplace.orders.states import ORDER, DeliveredBy, OrderStatus, PurchaseStatus
from marketplace.payments.queries import Attempt, Decline, Share
from marketplace.payments.states import TransactionStatus
from marketplace.payments.timeline_queries import Change
from marketplace.refunds.queries import RefundRow
from marketplace.web import order_parts, refund_parts, wording
from marketplace.web.buyer.payments import DeclineView, decline_views, reason_of
from marketplace.web.buyer.refund_page import TITLES as REFUND_TITLES
from marketplace.web.console import Console, buyer_console
from marketplace.web.order_parts import LineView, MoneyRow, Parcel, RelatedOrder
from marketplace.web.pages import date_text, money_text, time_text
from marketplace.web.refund_parts import RefundLink
from marketplace.web.wording import Badge, TimelineEntry

_T = TransactionStatus
REINSTATED = ("confirmed", "shipped", "delivered", "cancelled")
_PAID = frozenset({_T.HELD, _T.AVAILABLE, _T.TRANSFERRING, _T.PAID_OUT, _T.REFUNDED})
_RELEASED = frozenset({_T.AVAILABLE, _T.TRANSFERRING, _T.PAID_OUT})
_ARRIVED = {
    DeliveredBy.BUYER: "You told us that it has arrived, {}.",
    DeliveredBy.SELLER: "The seller marked it as delivered, {}.",
    DeliveredBy.TIME: "It counts as delivered since {}. You did not say that it is missing.",
}
_TITLES = {
    ("order", "begin"): "You placed the order",
    ("order", "confirm"): "Paid, and the seller was told",
    ("order", "revive"): "Paid late, and the seller was told",
    ("order", "ship"): "The seller sent it",
    ("order", "deliver"): "It arrived",
    ("order", "cancel"): "The order was cancelled",
    ("order", "refund"): "The order was refunded",
    **{("order", f"reinstate_{status}"): "The refund came back, so the order stands again" for status in REINSTATED},
    **REFUND_TITLES,
    ("payment", "begin"): "Payment started",
    ("payment", "process"): "The payment is being processed",
    ("payment", "complete"): "The payment arrived",
    ("payment", "fail"): "The payment was refused",
    ("payment", "expire"): "The payment page closed",
    ("payment", "cancel"): "The payment was cancelled",
    ("payment_transaction", "hold"): "Your money is held",
    ("payment_transaction", "release"): "The money was released to the seller",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read for the page."""

    order: OrderDetail
    share: Share | None
    attempts: Sequence[Attempt]
    declines: Sequence[Decline]
    changes: Sequence[Change]
    lines: Sequence[LineRow]
    siblings: Sequence[PurchaseOrder]
    shipment: ShipmentRow | None
    refunds: Sequence[RefundRow]
    may_ask: bool


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


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One attempt to pay the purchase."""

    title: str
    url: str
    when: str
    badge: Badge
    amount: str
    explain_url: str
    reason: str
    declines: tuple[DeclineView, ...]


@dataclass(frozen=True, slots=True)
class OrderPage:
    """What templates/buyer/order.html shows."""

    title: str
    console: Console
    badges: tuple[Badge, Badge]
    note: str
    pay_url: str
    pay_label: str
    pay_note: str
    steps: tuple[Step, ...]
    protection: Protection | None
    parcel: Parcel | None
    received_url: str
    """Where the buyer says that it has arrived; "" when it is not on its way."""
    received_note: str
    money_rows: tuple[MoneyRow, ...]
    lines: tuple[LineView, ...]
    shop_name: str
    shop_url: str
    delivery_lines: tuple[str, ...]
    billing_lines: tuple[str, ...]
    buyer_note: str
    attempts: tuple[AttemptView, ...]
    refunds: tuple[RefundLink, ...]
    ask_url: str
    related: tuple[RelatedOrder, ...]
    entries: tuple[TimelineEntry, ...]


def build(facts: Facts, viewer_id: int, delivered_after_days: int) -> OrderPage:
    """Return the page of the order in `facts`."""
    order, share, shipment = facts.order, facts.share, facts.shipment
    to_receive = received_url(order.number, order.status)
    return OrderPage(
        title=f"Order {order.number}",
        console=buyer_console("orders"),
        badges=badges(order.status, order.purchase_status, share),
        note=f"Placed {time_text(order.created_at)}, purchase {order.purchase_number}",
        pay_url=pay_url(order.purchase_id, order.purchase_status),
        pay_label=f"Pay {money_text(order.purchase_total_minor, order.currency)}",
        pay_note=f"Pay before {time_text(order.open_until)}. This pays all of purchase {order.purchase_number}.",
        steps=_steps(order, share, shipment),
        protection=_protection(order, share),
        parcel=order_parts.parcel(shipment, _ARRIVED) if shipment else None,
        received_url=to_receive,
        received_note=_received_note(shipment, delivered_after_days) if to_receive and shipment else "",
        money_rows=_money_rows(order, share),
        lines=order_parts.line_views(facts.lines, order.currency, explain_url(order.number, "goods")),
        shop_name=order.shop_name,
        shop_url=url_for("shop.shop", slug=order.shop_slug),
        delivery_lines=order_parts.address_lines(order.delivery_address),
        billing_lines=order_parts.address_lines(order.billing_address),
        buyer_note=order.buyer_note,
        attempts=tuple(_attempt(attempt, facts.declines) for attempt in facts.attempts),
        refunds=refund_parts.box(facts.refunds, "buyer"),
        ask_url=url_for("buyer.new_refund", number=order.number) if facts.may_ask else "",
        related=_related(order, facts.siblings),
        entries=wording.timeline(facts.changes, facts.declines, _TITLES, viewer_id, order.shop_name),
    )


def badges(status: OrderStatus, purchase: PurchaseStatus, share: Share | None) -> tuple[Badge, Badge]:
    """Return where the money and where the goods are."""
    return wording.buyer_money_badge(status, purchase, share), wording.fulfilment_badge(status)


def pay_url(purchase_id: int, status: PurchaseStatus) -> str:
    """Return where an unpaid purchase is paid, "" for any other."""
    return url_for("checkout.retry", purchase_id=purchase_id) if status is PurchaseStatus.OPEN else ""


def received_url(number: str, status: OrderStatus) -> str:
    """Return where the buyer says that an order has arrived, "" for one that is not on its way."""
    return url_for("buyer.received", number=number) if ORDER.can(status, "deliver") else ""


def explain_url(number: str, figure: str) -> str:
    """Return the page behind one figure of an order."""
    return url_for("buyer.explain_order", number=number, figure=figure)


def _received_note(shipment: ShipmentRow, days: int) -> str:
    day = date_text(rules.counts_as_delivered(shipment.shipped_at, days))
    return f"If you say nothing, it counts as delivered on {day}."


def _steps(order: OrderDetail, share: Share | None, shipment: ShipmentRow | None) -> tuple[Step, ...]:
    paid = order.purchase_status is PurchaseStatus.PAID
    if order.status in {OrderStatus.CANCELLED, OrderStatus.REFUNDED}:
        return (Step("Paid", "done" if paid else "bad", "" if paid else "Not paid"), Step(order.status.label, "bad"))
    released = share is not None and share.status in _RELEASED
    received = share.payment_received_date if share else None
    planned = share.planned_release_date if share else None
    arrived = shipment.delivered_at if shipment else None
    reached = [
        ("Paid", paid, date_text(received) if received else ""),
        ("Sent", shipment is not None, date_text(shipment.shipped_at) if shipment else ""),
        ("Delivered", arrived is not None, date_text(arrived) if arrived else ""),
        ("Released to the seller", released, f"Not before {date_text(planned)}" if planned and not released else ""),
    ]
    first_open = next((i for i, (_, is_done, _) in enumerate(reached) if not is_done), len(reached))
    states = ["done" if i < first_open else "now" if i == first_open else "next" for i in range(len(reached))]
    return tuple(Step(label, state, note) for (label, _, note), state in zip(reached, states, strict=True))


def _protection(order: OrderDetail, share: Share | None) -> Protection | None:
    if share is None or share.status not in _PAID or not share.gross_minor:
        return None
    if share.status is _T.HELD and share.planned_release_date is not None:
        until = date_text(share.planned_release_date)
        return Protection(
            f"Your money is held until {until}",
            f"{order.shop_name} is paid after that day, and only when the order has been delivered. "
            "Until then the money stays with us.",
            "hold",
        )
    if share.status is _T.REFUNDED:
        return Protection("Your money went back to you", "The whole amount of this order was refunded.", "ok")
    return Protection("The money was released", f"{order.shop_name} has been paid for this order.", "ok")


def _money_rows(order: OrderDetail, share: Share | None) -> tuple[MoneyRow, ...]:
    refunded = share.refunded_minor if share else 0
    rows = [
        ("Goods", order.subtotal_minor, "goods", True),
        ("Delivery", order.delivery_minor, "delivery", True),
        ("Tax", order.tax_minor, "tax", bool(order.tax_minor)),
        ("Discount", -order.discount_minor, "discount", bool(order.discount_minor)),
        ("Total", order.total_minor, "total", True),
        ("Refunded", -refunded, "refunded", bool(refunded)),
    ]
    return tuple(
        MoneyRow(
            label, money_text(minor, order.currency), explain_url(order.number, figure), is_total=figure == "total"
        )
        for label, minor, figure, is_shown in rows
        if is_shown
    )


def _attempt(attempt: Attempt, declines: Sequence[Decline]) -> AttemptView:
    own = [decline for decline in declines if decline.payment_id == attempt.id]
    return AttemptView(
        title=f"Payment {attempt.id}",
        url=url_for("buyer.payment", payment_id=attempt.id),
        when=time_text(attempt.created_at),
        badge=wording.payment_badge(attempt.status),
        amount=money_text(attempt.amount_minor, attempt.currency),
        explain_url=url_for("buyer.explain_payment", payment_id=attempt.id, figure="amount"),
        reason="" if own else reason_of(attempt),
        declines=decline_views(own),
    )


def _related(order: OrderDetail, siblings: Sequence[PurchaseOrder]) -> tuple[RelatedOrder, ...]:
    return tuple(
        RelatedOrder(f"Order {other.number}", url_for("buyer.order", number=other.number), other.shop_name)
        for other in siblings
        if other.id != order.id
    )

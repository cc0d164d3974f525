"""What a buyer's order page shows: ready texts and addresses, made from what the books say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for

from marketplace.cancellations.queries import CancellationRow
from marketplace.cancellations.rules import Side
from marketplace.config import MoneyPolicy
from marketplace.disputes.page_queries import DisputeRow
from marketplace.language import gettext as _
from marketplace.orders import rules
from marketplace.orders.queries import LineRow, OrderDetail, PurchaseOrder
from marketplace.orders.shipping_queries import ShipmentRow
from marketplace.orders.states import ORDER, OrderStatus
from marketplace.payments.queries import Attempt, Decline, Share
from marketplace.payments.states import HoldReason, TransactionStatus
from marketplace.payments.timeline_queries import Change
from marketplace.refunds.queries import RefundRow
from marketplace.web import cancel_parts, delivery_words, dispute_parts, order_parts, refund_parts, tax_words, wording
from marketplace.web.buyer import order_progress, paying
from marketplace.web.buyer.order_progress import Protection, Step
from marketplace.web.buyer.order_titles import ARRIVED, TITLES
from marketplace.web.buyer.payments import DeclineView, decline_views, reason_of
from marketplace.web.cancel_parts import CalledOff
from marketplace.web.console import Console, buyer_console
from marketplace.web.dispute_parts import BankNotice
from marketplace.web.order_parts import LineView, MoneyRow, Parcel, RelatedOrder
from marketplace.web.pages import date_text, money_text, time_text
from marketplace.web.refund_parts import RefundLink
from marketplace.web.sentences import together
from marketplace.web.wording import Badge, TimelineEntry


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
    disputes: Sequence[DisputeRow]
    may_ask: bool
    cancellation: CancellationRow | None
    buyers_may_cancel: bool


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
    badges: tuple[Badge, ...]
    note: str
    called_off: CalledOff | None
    clearing: str
    """What the buyer waits for while the bank handles the payment; "" otherwise."""
    transfer_url: str
    """Where the buyer reads what to transfer; "" where nothing is awaited."""
    pay_url: str
    pay_label: str
    pay_note: str
    steps: tuple[Step, ...]
    protection: Protection | None
    parcels: tuple[Parcel, ...]
    received_url: str
    """Where the buyer says that it has arrived; "" when it is not on its way."""
    received_note: str
    is_collected: bool
    """Whether the buyer collects it."""
    money_rows: tuple[MoneyRow, ...]
    lines: tuple[LineView, ...]
    again_url: str
    """Where what was bought is put in the basket again; "" while it waits to be paid."""
    shop_name: str
    shop_url: str
    delivery_lines: tuple[str, ...]
    billing_lines: tuple[str, ...]
    buyer_note: str
    attempts: tuple[AttemptView, ...]
    refunds: tuple[RefundLink, ...]
    bank: BankNotice | None
    """What the buyer's bank is doing about the payment."""
    ask_url: str
    cancel_url: str
    """Where the order, or the unpaid purchase, is cancelled; "" when it cannot be."""
    cancel_label: str
    cancel_note: str
    related: tuple[RelatedOrder, ...]
    entries: tuple[TimelineEntry, ...]


def build(facts: Facts, viewer_id: int, policy: MoneyPolicy, now: datetime) -> OrderPage:
    """Return the page of the order in `facts`."""
    order, share, shipment = facts.order, facts.share, facts.shipment
    clearing, awaited = paying.is_clearing(facts.attempts), paying.transfer_of(facts.attempts)
    return OrderPage(
        title=_("Order %(number)s", number=order.number),
        console=buyer_console("orders"),
        note=_("Placed %(day)s, purchase %(number)s", day=time_text(order.created_at), number=order.purchase_number),
        called_off=cancel_parts.called_off(facts.cancellation, Side.BUYER, order.shop_name, order.currency),
        clearing=paying.clearing_text(order, clearing=clearing),
        transfer_url=paying.transfer_url(awaited, order.purchase_status),
        pay_url=paying.pay_url(order.purchase_id, order.purchase_status, clearing=clearing or awaited is not None),
        pay_label=_("Pay %(amount)s", amount=money_text(order.purchase_total_minor, order.currency)),
        pay_note=_pay_note(order),
        steps=order_progress.steps(order, share, shipment, facts.cancellation, now, clearing=clearing),
        protection=order_progress.protection(order, share, now),
        **_way(facts, viewer_id, policy, clearing=clearing),
        money_rows=money_rows(order, share),
        lines=order_parts.line_views(facts.lines, order.currency, explain_url(order.number, "goods")),
        again_url="" if order.status is OrderStatus.PENDING else url_for("buyer.again", number=order.number),
        shop_name=order.shop_name,
        shop_url=url_for("shop.shop", slug=order.shop_slug),
        delivery_lines=_goes_to(order),
        billing_lines=order_parts.address_lines(order.billing_address),
        buyer_note=order.buyer_note,
        attempts=tuple(_attempt(attempt, facts.declines) for attempt in facts.attempts),
        refunds=refund_parts.box(facts.refunds, "buyer"),
        bank=dispute_parts.bank_notice(facts.disputes),
        ask_url=url_for("buyer.new_refund", number=order.number) if facts.may_ask and not facts.cancellation else "",
        **paying.cancelling(order, is_allowed=facts.buyers_may_cancel, clearing=clearing),
        related=_related(order, facts.siblings),
    )


def _pay_note(order: OrderDetail) -> str:
    until = time_text(order.open_until)
    return _("Pay before %(until)s. This pays all of purchase %(number)s.", until=until, number=order.purchase_number)


def _way(facts: Facts, viewer_id: int, policy: MoneyPolicy, *, clearing: bool) -> dict[str, Any]:
    """Return how the goods come to the buyer and what happened, in the words of what is sent, or collected."""
    order, share, shipment = facts.order, facts.share, facts.shipment
    to_receive, is_collected = received_url(order.number, order.status), order_parts.is_collected(order, shipment)
    note = _received_note(shipment, share, policy, is_collected=is_collected) if to_receive and shipment else ""
    told = refund_parts.told(facts.changes, facts.refunds)
    return {
        "badges": paying.badges(
            order.status,
            order.purchase_status,
            share,
            clearing=clearing,
            is_collected=is_collected,
            transferring=paying.transfer_of(facts.attempts) is not None,
        ),
        "parcels": order_parts.parcels(shipment, ARRIVED[is_collected]),
        "received_url": to_receive,
        "received_note": note,
        "is_collected": is_collected,
        "entries": wording.timeline(told, facts.declines, TITLES[is_collected], viewer_id, order.shop_name),
    }


def received_url(number: str, status: OrderStatus) -> str:
    """Return where the buyer is asked whether an order has arrived, "" for one that is not on its way."""
    return url_for("buyer.receive", number=number) if ORDER.can(status, "deliver") else ""


def explain_url(number: str, figure: str) -> str:
    """Return the page behind one figure of an order."""
    return url_for("buyer.explain_order", number=number, figure=figure)


def _goes_to(order: OrderDetail) -> tuple[str, ...]:
    """Return where an order goes, or where it is collected."""
    place = order.agreed.pickup_place
    if place is None:
        return order_parts.address_lines(order.delivery_address)
    at = _("Collect it at %(shop)s, %(place)s.", shop=order.shop_name, place=place) if place else ""
    return at or _("Collect it at %(shop)s.", shop=order.shop_name), _("Agree on a time with the seller.")


def ends_now(share: Share | None, policy: MoneyPolicy) -> bool:
    """Return whether the buyer's word that an order has arrived ends the hold of its share."""
    if share is None or share.status is not TransactionStatus.HELD:
        return False
    return policy.release_on_receipt and share.hold_reason is HoldReason.STANDARD


def _received_note(shipment: ShipmentRow, share: Share | None, policy: MoneyPolicy, *, is_collected: bool) -> str:
    day = date_text(rules.counts_as_delivered(shipment.shipped_at, policy.delivered_after_shipping_days))
    paid = _("The seller is paid then; you can still ask for a refund.") if ends_now(share, policy) else ""
    if is_collected:
        return together(paid, _("If you say nothing, it counts as collected on %(day)s.", day=day))
    return together(paid, _("If you say nothing, it counts as delivered on %(day)s.", day=day))


def money_rows(order: OrderDetail, share: Share | None) -> tuple[MoneyRow, ...]:
    """Return what the order comes to, row by row; mails show the same rows."""
    refunded = share.refunded_minor if share else 0
    notes, included = delivery_words.order_notes(order.agreed), order.agreed.is_tax_included
    rows = [
        (_("Goods"), order.subtotal_minor, "goods", True),
        (delivery_words.label(is_pickup=order.agreed.is_pickup), order.delivery_minor, "delivery", True),
        (tax_words.ADDED, order.tax_minor, "tax", bool(order.tax_minor) and not included),
        (
            order_parts.discount_label(order.discount_code),
            -order.discount_minor,
            "discount",
            bool(order.discount_minor),
        ),
        (_("Total"), order.total_minor, "total", True),
        (tax_words.INCLUDED, order.tax_minor, "tax", bool(order.tax_minor) and included),
        (_("Refunded"), -refunded, "refunded", bool(refunded)),
    ]
    return tuple(
        MoneyRow(
            label,
            money_text(minor, order.currency),
            explain_url(order.number, figure),
            note=notes.get(figure, ""),
            is_total=figure == "total",
        )
        for label, minor, figure, is_shown in rows
        if is_shown
    )


def _attempt(attempt: Attempt, declines: Sequence[Decline]) -> AttemptView:
    own = [decline for decline in declines if decline.payment_id == attempt.id]
    return AttemptView(
        title=_("Payment %(number)s", number=attempt.id),
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
        RelatedOrder(
            _("Order %(number)s", number=other.number), url_for("buyer.order", number=other.number), other.shop_name
        )
        for other in siblings
        if other.id != order.id
    )

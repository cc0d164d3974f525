"""What a seller's order page shows: ready texts and addresses. No e-mail address and no card of the buyer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for

from marketplace.cancellations.queries import CancellationRow
from marketplace.cancellations.rules import Side
from marketplace.debts.order_queries import DebtFigure, OrderDebt
from marketplace.disputes.page_queries import DisputeRow
from marketplace.language import gettext as _
from marketplace.language import pgettext
from marketplace.orders import rules
from marketplace.orders.queries import LineRow, OrderDetail
from marketplace.orders.shipping_queries import Paid, ShipmentRow
from marketplace.orders.states import ORDER, OrderStatus, PurchaseStatus
from marketplace.payments.queries import Block, Share
from marketplace.payments.states import BlockReason, TransactionStatus
from marketplace.payments.timeline_queries import Change
from marketplace.payouts.order_queries import PaidIn
from marketplace.refunds.queries import RefundRow
from marketplace.web import (
    cancel_parts,
    delivery_words,
    dispute_parts,
    order_parts,
    payout_parts,
    refund_parts,
    tax_words,
    wording,
)
from marketplace.web.cancel_parts import CalledOff
from marketplace.web.console import Console, seller_console
from marketplace.web.dispute_parts import DisputeLink
from marketplace.web.order_parts import Fact, LineView, MoneyRow, Parcel
from marketplace.web.pages import date_text, money_text, time_text
from marketplace.web.payout_parts import PayoutLink
from marketplace.web.refund_parts import RefundLink
from marketplace.web.seller import hold_words
from marketplace.web.seller.hold_words import Hold, Place
from marketplace.web.seller.order_titles import ARRIVED, TITLES, delivered_note
from marketplace.web.wording import Badge, TimelineEntry

_T = TransactionStatus


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read for the page."""

    order: OrderDetail
    share: Share | None
    place: Place | None
    """Where the share is and what it waits for; None while nothing is paid."""
    shipment: ShipmentRow | None
    paid: Paid | None
    blocks: Sequence[Block]
    changes: Sequence[Change]
    lines: Sequence[LineRow]
    refunds: Sequence[RefundRow]
    disputes: Sequence[DisputeRow]
    cancellation: CancellationRow | None
    debt: OrderDebt
    payouts: Sequence[PaidIn]


@dataclass(frozen=True, slots=True)
class ShipBy:
    """Until when an order must be sent; `badge` underlines that it is too late."""

    text: str
    badge: Badge | None


@dataclass(frozen=True, slots=True)
class OrderPage:
    """What templates/seller/order.html shows."""

    title: str
    console: Console
    badges: tuple[Badge, ...]
    note: str
    called_off: CalledOff | None
    is_checked: bool
    """Whether an admin still has to look at its payment, so that it must not be sent."""
    hold: Hold | None
    ship_url: str
    """Where the form goes that says how it was sent; "" when it cannot be sent now."""
    ship_by: ShipBy | None
    pickup_place: str | None
    """Where it is collected, as agreed, "" where that was not kept: it is handed over. None where it is sent."""
    cancel_url: str
    parcels: tuple[Parcel, ...]
    add_parcel_url: str
    """Where a further parcel is told; "" when none can be."""
    delivered_url: str
    delivered_note: str
    is_collected: bool
    """Whether the buyer collects it."""
    lines: tuple[LineView, ...]
    buyer_name: str
    delivery_lines: tuple[str, ...]
    no_address: str
    """Why the address is not shown, "" where it is."""
    delivery_text: str
    buyer_note: str
    note_url: str
    slip_url: str
    """The packing slip; "" while there is nothing to send."""
    agreed_rows: tuple[MoneyRow, ...]
    money_rows: tuple[MoneyRow, ...]
    debt_note: str
    """Why something is owed for the order, or what its money paid; "" where neither is so."""
    share_facts: tuple[Fact, ...]
    payouts: tuple[PayoutLink, ...]
    refunds: tuple[RefundLink, ...]
    disputes: tuple[DisputeLink, ...]
    entries: tuple[TimelineEntry, ...]


def build(facts: Facts, viewer_id: int, now: datetime, delivered_after_days: int) -> OrderPage:
    """Return the page of the order in `facts`."""
    order, share, shipment = facts.order, facts.share, facts.shipment
    is_unsent, is_collected = ORDER.can(order.status, "ship"), order_parts.is_collected(order, shipment)
    is_checked = is_unsent and any(block.reason is BlockReason.RISK for block in facts.blocks)
    can_ship = is_unsent and not is_checked
    is_paid, is_called_off = order.purchase_status is PurchaseStatus.PAID, facts.cancellation is not None
    address = order_parts.address_lines(order.delivery_address) if is_paid and not is_called_off else ()
    return OrderPage(
        title=_("Order %(number)s", number=order.number),
        console=seller_console("orders"),
        note=_("Placed %(when)s", when=time_text(order.created_at)),
        called_off=cancel_parts.called_off(facts.cancellation, Side.SELLER, order.shop_name, order.currency),
        hold=None
        if is_called_off
        else hold_words.hold(share, facts.place, facts.blocks, now, is_collected=is_collected),
        ship_url=url_for("seller.ship", number=order.number) if can_ship else "",
        ship_by=ship_by(facts.paid, now) if can_ship and facts.paid else None,
        pickup_place=order.agreed.pickup_place,
        is_checked=is_checked,
        cancel_url=url_for("seller.cancel", number=order.number) if is_unsent else "",
        **_way(facts, viewer_id, delivered_after_days),
        lines=order_parts.line_views(facts.lines, order.currency, explain_url(order.number, "goods")),
        buyer_name=order.buyer_name,
        delivery_lines=address,
        no_address=_no_address(is_paid=is_paid, is_called_off=is_called_off),
        delivery_text=", ".join(address),
        buyer_note=order.buyer_note,
        note_url=url_for("seller.keep_note", number=order.number),
        slip_url=url_for("seller.packing_slips", order=order.number) if address else "",
        agreed_rows=agreed_rows(order),
        money_rows=_money_rows(order, share, facts.debt),
        debt_note=_debt_note(order, facts.debt),
        share_facts=_share_facts(share),
        payouts=payout_parts.box(facts.payouts, "seller"),
        refunds=refund_parts.box(facts.refunds, "seller"),
        disputes=dispute_parts.box(facts.disputes, "seller"),
    )


def _way(facts: Facts, viewer_id: int, days: int) -> dict[str, Any]:
    """Return how the goods come to the buyer and what happened, in the words of what is sent, or collected."""
    order, share, shipment = facts.order, facts.share, facts.shipment
    can_arrive, is_collected = ORDER.can(order.status, "deliver"), order_parts.is_collected(order, shipment)
    told = refund_parts.told(facts.changes, facts.refunds)
    goods = badges(order.status, order.purchase_status, share, is_collected=is_collected)
    return {
        "badges": (*goods, *dispute_parts.order_badges(facts.disputes)),
        "parcels": order_parts.parcels(shipment, ARRIVED[is_collected]),
        "add_parcel_url": url_for("seller.add_parcel", number=order.number) if can_arrive and not is_collected else "",
        "delivered_url": url_for("seller.delivered", number=order.number) if can_arrive else "",
        "delivered_note": delivered_note(shipment, days) if can_arrive and shipment else "",
        "is_collected": is_collected,
        "entries": wording.timeline(told, (), TITLES[is_collected], viewer_id, _("The buyer")),
    }


def badges(
    status: OrderStatus, purchase: PurchaseStatus, share: Share | None, *, is_collected: bool
) -> tuple[Badge, ...]:
    """Return where the money and where the goods are."""
    goods = wording.fulfilment_badge(status, is_collected=is_collected)
    return wording.once(wording.seller_money_badge(status, purchase, share), goods)


def ship_by(paid: Paid, now: datetime) -> ShipBy:
    """Return until when a paid order must be sent."""
    last_day = rules.ship_by(paid.at, paid.handling_days)
    return ShipBy(
        date_text(last_day),
        Badge(pgettext("an order to send", "Overdue"), "bad") if rules.is_overdue(last_day, now) else None,
    )


def explain_url(number: str, figure: str) -> str:
    """Return the page behind one figure of an order."""
    return url_for("seller.explain_order", number=number, figure=figure)


def _no_address(*, is_paid: bool, is_called_off: bool) -> str:
    if is_called_off:
        return _("This order was cancelled. There is nothing to send.")
    return "" if is_paid else _("The address appears here once the order is paid.")


def agreed_rows(order: OrderDetail) -> tuple[MoneyRow, ...]:
    """Return what was agreed with the buyer, row by row; mails show the same rows."""
    rows = [
        (_("Goods"), order.subtotal_minor, "goods"),
        (_("The buyer collects it") if order.agreed.is_pickup else _("Delivery"), order.delivery_minor, "delivery"),
        (tax_words.label(is_included=order.agreed.is_tax_included), order.tax_minor, "tax"),
        (order_parts.discount_label(order.discount_code), -order.discount_minor, "discount"),
    ]
    notes = delivery_words.order_notes(order.agreed)
    return tuple(
        MoneyRow(
            label, money_text(minor, order.currency), explain_url(order.number, figure), note=notes.get(figure, "")
        )
        for label, minor, figure in rows
        if minor or notes.get(figure)
    )


def _debt_note(order: OrderDetail, debt: OrderDebt) -> str:
    """Return in words why something is owed for an order, and what its money paid of other debts."""
    found = []
    if debt.made_minor:
        made = money_text(debt.made_minor, order.currency)
        left = money_text(debt.open_minor, order.currency)
        found.append(_("%(amount)s had to go back after it had left your balance here, so you owed it.", amount=made))
        found.append(
            _("%(amount)s is still open; your coming sales pay it.", amount=left)
            if debt.open_minor
            else _("Nothing of it is open any more.")
        )
    if debt.paid_minor:
        found.append(
            _("%(amount)s of this order paid what you owed.", amount=money_text(debt.paid_minor, order.currency))
        )
    return " ".join(found)


def income_rows(order: OrderDetail, *, is_paid: bool) -> tuple[MoneyRow, ...]:
    """Return what the seller receives of an order and what it is made of, row by row; mails show the same rows."""
    return _rows(order, _income(order, is_paid=is_paid))


def _money_rows(order: OrderDetail, share: Share | None, debt: OrderDebt) -> tuple[MoneyRow, ...]:
    held, refunded, taken = (share.held_minor, share.refunded_minor, share.net_taken_minor) if share else (0, 0, 0)
    rows = [
        *_income(order, is_paid=bool(share and share.payment_received_date)),
        *(
            ((_("Refunded to the buyer"), -refunded, "refunded"), (_("Taken from your share"), -taken, "taken"))
            if refunded
            else ((_("Taken from your share"), -taken, "taken"),)
            if taken
            else ()
        ),
        (_("Held now"), held, "held"),
        *((figure.label, debt.minor_of(figure), figure.value) for figure in DebtFigure if debt.minor_of(figure)),
    ]
    return _rows(order, rows)


def _income(order: OrderDetail, *, is_paid: bool) -> list[tuple[str, int, str]]:
    return [
        (_("Paid by the buyer") if is_paid else _("Order total"), order.total_minor, "gross"),
        *(((_("Discount paid by the marketplace"), order.subsidy_minor, "subsidy"),) if order.subsidy_minor else ()),
        (_("Platform fee"), -order.platform_fee_minor, "platform-fee"),
        (_("Card fee"), -order.processing_fee_minor, "card-fee"),
        (_("You receive"), order.net_minor, "net"),
    ]


def _rows(order: OrderDetail, rows: Sequence[tuple[str, int, str]]) -> tuple[MoneyRow, ...]:
    return tuple(
        MoneyRow(label, money_text(minor, order.currency), explain_url(order.number, figure), is_total=figure == "net")
        for label, minor, figure in rows
    )


def _share_facts(share: Share | None) -> tuple[Fact, ...]:
    if share is None:
        return ()
    moments = (
        (_("Payment received"), share.payment_received_date),
        (_("Held since"), share.hold_start_date),
        (_("Planned release"), share.planned_release_date),
    )
    facts = [Fact(_("Share"), str(share.id)), Fact(_("Status"), share.status.label)]
    if share.days_to_hold is not None:
        facts.append(Fact(_("Days on hold"), str(share.days_to_hold)))
    facts += [Fact(label, time_text(moment)) for label, moment in moments if moment is not None]
    if share.failure_code and share.status in {_T.PENDING, _T.FAILED}:
        facts.append(Fact(_("Last refusal"), wording.decline_text(share.failure_code)))
    return tuple(facts)

"""What has no document yet, read in a few statements outside any transaction: no payment waits for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    bindparam,
    cast,
    exists,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP

from marketplace import db
from marketplace.accounts.models import User
from marketplace.bank_transfers.models import TransferRequest
from marketplace.bank_transfers.rules import BANK_TRANSFER
from marketplace.catalog.models import Shop
from marketplace.disputes.models import Dispute, DisputeShare
from marketplace.invoices.crediting import GoneBack
from marketplace.invoices.drafting import Seller, SoldDelivery, SoldLine, SoldOrder
from marketplace.invoices.models import Invoice, InvoiceMark
from marketplace.invoices.rules import LOOK_BACK, MARK_EVERY, Amounts, InvoiceKind
from marketplace.invoices.states import InvoiceStatus
from marketplace.language import Text
from marketplace.orders.models import Order, OrderDeliveryTax, OrderLine, Purchase
from marketplace.orders.states import OrderStatus
from marketplace.payment_records.models import Payment
from marketplace.payment_records.states import PaymentStatus
from marketplace.payments.models import PaymentTransaction
from marketplace.refunds.models import Refund
from marketplace.wallets.rules import WALLET

MOST = 500
"""How many are looked up at once; the sweep goes on with the rest in its next round."""
_BEGINNING = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
_Time = TIMESTAMP(timezone=True)


class Cause(StrEnum):
    """What a document is about."""

    ORDER = "order"
    REFUND = "refund"
    DISPUTE = "dispute"


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that has no document yet; `source_id` is an order's, a refund's or a disputed share's."""

    cause: Cause
    source_id: int
    at: datetime


SALES = "sales"
"""The mark of how far sales have their documents."""
_X = PaymentTransaction
_SALES_MARK = select(InvoiceMark.reached_at).where(InvoiceMark.name == SALES).scalar_subquery()
_SINCE = func.coalesce(_SALES_MARK - LOOK_BACK, literal(_BEGINNING, _Time))
_LIVE = Invoice.status != InvoiceStatus.CANCELLED
_IS_INVOICE = (Invoice.kind == InvoiceKind.INVOICE, _LIVE)


def _lacks(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return ~exists().where(*conditions)


def _cause(cause: Cause) -> ColumnElement[str]:
    return cast(literal(cause.value), String).label("cause")


_PAID = (
    select(_cause(Cause.ORDER), _X.order_id.label("id"), _X.payment_received_date.label("at"))
    .where(_X.payment_received_date >= _SINCE)
    .where(_lacks(Invoice.order_id == _X.order_id, *_IS_INVOICE))
)
# By a method that takes days: agreed, and invoiced before the money is here (C22). What has been given up meanwhile
# has no invoice to come, though its money may: that goes back.
_IS_AWAITED = (Payment.provider == BANK_TRANSFER) & (Payment.status == PaymentStatus.PENDING)
_ON_ITS_WAY = (
    select(_cause(Cause.ORDER), Order.id, Payment.updated_at)
    .join(Payment, Payment.purchase_id == Order.purchase_id)
    .where((Payment.status == PaymentStatus.PROCESSING) | _IS_AWAITED, Order.status != OrderStatus.CANCELLED)
    .where(_lacks(Invoice.order_id == Order.id, *_IS_INVOICE))
)
_INVOICED = (Invoice.kind == InvoiceKind.INVOICE) & _LIVE
_REFUNDED = (
    select(_cause(Cause.REFUND), Refund.id, Refund.completed_at)
    .where(Refund.completed_at >= _SINCE)
    .where(exists().where(Invoice.order_id == Refund.order_id, _INVOICED))
    .where(_lacks(Invoice.refund_id == Refund.id, _LIVE))
)
_LOST = (
    select(_cause(Cause.DISPUTE), DisputeShare.id, func.coalesce(Dispute.closed_at, Dispute.read_at))
    .join(Dispute, Dispute.id == DisputeShare.dispute_id)
    .where(DisputeShare.lost_minor > 0)
    .where(exists().where(Invoice.order_id == DisputeShare.order_id, _INVOICED))
    .where(_lacks(Invoice.dispute_share_id == DisputeShare.id, _LIVE))
)
_ALL = union_all(_PAID, _ON_ITS_WAY, _REFUNDED, _LOST).subquery("missing")
MISSING: Select[*tuple[Any, ...]] = (
    select(_ALL.c.cause, _ALL.c.id, _ALL.c.at).order_by(_ALL.c.at, _ALL.c.id).limit(MOST)
)
"""What has no document though it has happened, since a little before the mark, oldest first."""
MARK_MOVES = select(literal(SALES)).where(
    ~exists().where(InvoiceMark.name == SALES, InvoiceMark.reached_at > bindparam("marked_before", type_=_Time))
)
"""Whether the mark of sales is old enough to be moved."""

_PAID_AT = (
    select(func.min(_X.payment_received_date)).where(_X.order_id == Order.__table__.c.id).correlate(Order)
).scalar_subquery()
LEGAL = (Shop.city, Shop.country, Shop.legal_name, Shop.legal_street, Shop.legal_postcode, Shop.vat_id)
"""What a document says of its seller beside the shop's name, in the order of drafting.Seller."""
_FROM_WALLET = exists().where(Payment.purchase_id == Purchase.__table__.c.id, Payment.provider == WALLET)
_waiting = select(Payment.id, Payment.purchase_id).where(_IS_AWAITED).subquery("waiting")
"""The payments that wait for a transfer: at most one of a purchase."""
_ORDERS = (
    select(
        Order.id,
        Order.number,
        Purchase.number,
        Order.buyer_id,
        Order.seller_id,
        Shop.name,
        *LEGAL,
        Order.currency,
        Order.subtotal_minor,
        Order.delivery_minor,
        Order.tax_minor,
        Order.discount_minor,
        Order.tax_included,
        func.coalesce(Purchase.discount_code, ""),
        Purchase.billing_address,
        Purchase.delivery_address,
        Order.buyer_note,
        Shop.returns_policy,
        Order.created_at,
        _PAID_AT,
        Order.subsidy_minor,
        User.language,
        _FROM_WALLET,
        TransferRequest.reference,
        TransferRequest.due_at,
    )
    .join(User, User.id == Order.buyer_id)
    .join(Purchase, Purchase.id == Order.purchase_id)
    .join(Shop, Shop.seller_id == Order.seller_id)
    .outerjoin(_waiting, _waiting.c.purchase_id == Purchase.id)
    .outerjoin(TransferRequest, TransferRequest.payment_id == _waiting.c.id)
    .where(Order.id.in_(bindparam("ids", expanding=True)))
)
_LINES = (
    select(
        OrderLine.order_id,
        OrderLine.title,
        OrderLine.quantity,
        OrderLine.unit_price_minor,
        OrderLine.subtotal_minor,
        OrderLine.tax_basis_points,
        OrderLine.tax_minor,
        func.nullif(OrderLine.discount_minor, 0),
    )
    .where(OrderLine.order_id.in_(bindparam("ids", expanding=True)))
    .order_by(OrderLine.id)
)
_DELIVERY_TAXES = (
    select(
        OrderDeliveryTax.order_id,
        OrderDeliveryTax.tax_basis_points,
        OrderDeliveryTax.amount_minor,
        OrderDeliveryTax.tax_minor,
    )
    .where(OrderDeliveryTax.order_id.in_(bindparam("ids", expanding=True)))
    .order_by(OrderDeliveryTax.tax_basis_points)
)
_OF_INVOICE = (
    Invoice.id,
    Invoice.number,
    Invoice.content,
    Order.id,
    Order.buyer_id,
    Order.seller_id,
    Order.currency,
)
_REFUNDS = (
    select(
        *_OF_INVOICE,
        Refund.amount_minor,
        Refund.id,
        literal(None),
        Refund.number,
        Refund.reason,
        Refund.completed_at,
        User.language,
    )
    .join(Order, Order.id == Refund.order_id)
    .join(User, User.id == Order.buyer_id)
    .join(Invoice, (Invoice.order_id == Order.id) & _INVOICED)
    .where(Refund.id.in_(bindparam("ids", expanding=True)), Refund.completed_at.is_not(None))
)
_LOSSES = (
    select(
        *_OF_INVOICE,
        DisputeShare.lost_minor,
        literal(None),
        DisputeShare.id,
        Dispute.number,
        literal(None),
        func.coalesce(Dispute.closed_at, Dispute.read_at),
        User.language,
    )
    .join(Dispute, Dispute.id == DisputeShare.dispute_id)
    .join(Order, Order.id == DisputeShare.order_id)
    .join(User, User.id == Order.buyer_id)
    .join(Invoice, (Invoice.order_id == Order.id) & _INVOICED)
    .where(DisputeShare.id.in_(bindparam("ids", expanding=True)), DisputeShare.lost_minor > 0)
)
_LOST_WORDS = Text("the bank gave the money back")
_MARK = select(InvoiceMark.reached_at).where(InvoiceMark.name == bindparam("name"))


def mark(name: str) -> datetime | None:
    """Return how far the sweep `name` has come, or None before its first round."""
    found = db.read_one(_MARK, {"name": name})
    return found[0] if found else None


def missing() -> Sequence[Missing]:
    """Return what has no document though it has happened, oldest first, at most MOST: see `rules.LOOK_BACK`."""
    return [Missing(Cause(cause), source_id, at) for cause, source_id, at in map(tuple, db.read(MISSING))]


def mark_moves_at(now: datetime) -> dict[str, datetime]:
    """Return the parameters of MARK_MOVES."""
    return {"marked_before": now - MARK_EVERY}


def moves_mark(now: datetime) -> bool:
    """Return whether the sweep's mark is old enough to be moved to `now`."""
    return bool(db.read(MARK_MOVES, mark_moves_at(now)))


def sold_orders(order_ids: Sequence[int]) -> Sequence[SoldOrder]:
    """Return what the invoices of these orders say, in the order of `order_ids`."""
    lines: dict[int, list[SoldLine]] = {}
    for order_id, *line in map(tuple, db.read(_LINES, {"ids": order_ids})):
        lines.setdefault(order_id, []).append(SoldLine(*line))
    sent: dict[int, list[SoldDelivery]] = {}
    for order_id, *part in map(tuple, db.read(_DELIVERY_TAXES, {"ids": order_ids})):
        sent.setdefault(order_id, []).append(SoldDelivery(*part))
    found = {row[0]: _sold(tuple(row), lines, sent) for row in db.read(_ORDERS, {"ids": order_ids})}
    return [found[order_id] for order_id in dict.fromkeys(order_ids)]


def gone_back(wanted: Sequence[Missing]) -> Sequence[GoneBack]:
    """Return what the credit notes for these refunds and lost disputes say, oldest first."""
    found: list[GoneBack] = []
    for cause, statement in ((Cause.REFUND, _REFUNDS), (Cause.DISPUTE, _LOSSES)):
        if ids := [each.source_id for each in wanted if each.cause is cause]:
            found += [_gone(tuple(row)) for row in db.read(statement, {"ids": ids})]
    return sorted(found, key=lambda gone: gone.gone_at)


def _sold(
    row: tuple[Any, ...], lines: Mapping[int, list[SoldLine]], sent: Mapping[int, list[SoldDelivery]]
) -> SoldOrder:
    order_id, number, purchase, buyer_id, seller_id, shop_name = row[:6]
    shop, (currency, *rest) = row[6 : 6 + len(LEGAL)], row[6 + len(LEGAL) :]
    seller = Seller(seller_id, shop_name, *shop)
    amounts = Amounts(*rest[:5])
    parts = (tuple(lines[order_id]), tuple(sent.get(order_id, ())))
    *known, reference, due_at = rest[5:]
    facts: list[Any] = [order_id, number, purchase, buyer_id, seller, currency, amounts, *known, *parts]
    facts.append((reference, due_at) if reference else None)
    return SoldOrder(*facts)


def _gone(row: tuple[Any, ...]) -> GoneBack:
    *known, reason, gone_at, language = row
    facts: list[Any] = [*known, reason.label if reason else _LOST_WORDS, gone_at, language]
    return GoneBack(*facts)

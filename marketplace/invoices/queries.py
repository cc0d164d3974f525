"""What pages show of invoices, credit notes and commission invoices. Foreign ones are not found."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from marketplace import counting, db
from marketplace.accounts.models import User
from marketplace.catalog.models import Shop
from marketplace.disputes.models import Dispute, DisputeShare
from marketplace.errors import NotFound
from marketplace.invoices.models import Invoice, InvoiceDelivery
from marketplace.invoices.rules import InvoiceKind
from marketplace.invoices.states import InvoiceStatus
from marketplace.language import ENGLISH
from marketplace.language import gettext as _
from marketplace.orders.models import Order, OrderLine
from marketplace.paging import ALWAYS, Cursor, Listed, Period, read_page
from marketplace.refunds.models import Refund


class Side(StrEnum):
    """Whose eyes read."""

    BUYER = "buyer"
    SELLER = "seller"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Sought:
    """Which documents are wanted: of whom, of which kind and status (None: all), whose number or order `text` names."""

    side: Side
    user_id: int
    kind: InvoiceKind | None = None
    status: InvoiceStatus | None = None
    text: str = ""
    period: Period = ALWAYS
    """When they were issued."""


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One document in a list; minor units of `currency`."""

    id: int
    number: str
    kind: InvoiceKind
    status: InvoiceStatus
    currency: str
    subtotal_minor: int
    delivery_minor: int
    tax_minor: int
    discount_minor: int
    total_minor: int
    paid_minor: int
    issued_at: datetime
    due_at: datetime
    sent_at: datetime | None
    viewed_at: datetime | None
    paid_at: datetime | None
    month: date | None
    order_number: str | None
    corrects: str | None
    """The number of the invoice that a credit note corrects."""
    issuer: str | None
    """The shop; None for the marketplace."""
    recipient: str
    tax_included: bool
    tax_rates: Sequence[int] | None
    """Of the order's tax, in basis points, lowest first; None where there is none."""

    @property
    def due_minor(self) -> int:
        """Return what is still due; nothing of a cancelled one."""
        return 0 if self.status is InvoiceStatus.CANCELLED else self.total_minor - self.paid_minor


@dataclass(frozen=True, slots=True)
class Delivery:
    """One handing over of a document."""

    at: datetime
    email: str
    is_again: bool


@dataclass(frozen=True, slots=True)
class Document:
    """One document with all that its page and its print say."""

    row: InvoiceRow
    content: Mapping[str, Any]
    content_hash: str
    recipient_id: int
    refund_number: str
    """The refund or the dispute that a credit note is about; "" for none."""
    dispute_number: str
    deliveries: Sequence[Delivery]
    credit_notes: Sequence[InvoiceRow]

    @property
    def language(self) -> str:
        """Return the code of the language that it is written and printed in; English where it does not say."""
        return str(self.content.get("language", ENGLISH))


_INVOICE = Invoice.__table__.c
_CORRECTED = aliased(Invoice)
_RATES = (
    select(func.array_agg(aggregate_order_by(OrderLine.tax_basis_points.distinct(), OrderLine.tax_basis_points)))
    .where(OrderLine.order_id == _INVOICE.order_id, OrderLine.tax_basis_points > 0)
    .correlate(Invoice.__table__)
    .scalar_subquery()
)
_ROW: Select[*tuple[Any, ...]] = (
    select(
        Invoice.id,
        Invoice.number,
        Invoice.kind,
        Invoice.status,
        Invoice.currency,
        Invoice.subtotal_minor,
        Invoice.delivery_minor,
        Invoice.tax_minor,
        Invoice.discount_minor,
        Invoice.total_minor,
        Invoice.paid_minor,
        Invoice.issued_at,
        Invoice.due_at,
        Invoice.sent_at,
        Invoice.viewed_at,
        Invoice.paid_at,
        Invoice.month,
        Order.number,
        _CORRECTED.number,
        Shop.name,
        User.name,
        Invoice.tax_included,
        _RATES,
    )
    .join(User, User.id == Invoice.recipient_id)
    .outerjoin(Order, Order.id == Invoice.order_id)
    .outerjoin(_CORRECTED, _CORRECTED.id == Invoice.credits_id)
    .outerjoin(Shop, Shop.seller_id == Invoice.issuer_id)
)
_ONE = (
    _ROW.add_columns(
        Invoice.content,
        func.encode(Invoice.content_hash, "hex"),
        Invoice.recipient_id,
        func.coalesce(Refund.number, ""),
        func.coalesce(Dispute.number, ""),
    )
    .outerjoin(Refund, Refund.id == Invoice.refund_id)
    .outerjoin(DisputeShare, DisputeShare.id == Invoice.dispute_share_id)
    .outerjoin(Dispute, Dispute.id == DisputeShare.dispute_id)
    .where(Invoice.number == bindparam("number"))
)
_DELIVERIES = (
    select(InvoiceDelivery.at, InvoiceDelivery.email, InvoiceDelivery.asked_by_id.is_not(None))
    .where(InvoiceDelivery.invoice_id == bindparam("invoice_id"))
    .order_by(InvoiceDelivery.id)
)
_CREDIT_NOTES = _ROW.where(Invoice.credits_id == bindparam("invoice_id")).order_by(Invoice.id)
_OF_ORDER = _ROW.where(Invoice.order_id == bindparam("order_id")).order_by(Invoice.id)


def invoices(sought: Sought, cursor: Cursor) -> Listed[InvoiceRow]:
    """Return one page of documents, newest first unless the cursor says otherwise."""
    conditions = [*_whose(sought), _says(sought.text), sought.period.of(_INVOICE.issued_at)]
    if sought.kind is not None:
        conditions.append(Invoice.kind == sought.kind)
    if sought.status is not None:
        conditions.append(Invoice.status == sought.status)
    return read_page(_ROW.where(*conditions), _INVOICE.id, cursor, InvoiceRow)


def counts(sought: Sought) -> Mapping[InvoiceKind, int]:
    """Return how many documents of each kind there are, whatever kind, status and words are asked for.

    For admins up to a thousand each.
    """
    if sought.side is Side.ADMIN:
        return counting.by_value(select(Invoice.id), _INVOICE.kind, InvoiceKind)
    statement = select(Invoice.kind, func.count()).where(*_whose(sought)).group_by(Invoice.kind)
    return dict(map(tuple, db.read(statement)))


def document(number: str, side: Side, user_id: int) -> Document:
    """Return one document as its side sees it; raises NotFound for a foreign one, and a draft for its buyer."""
    found = db.read_one(_ONE.where(*_whose(Sought(side, user_id))), {"number": number})
    if found is None:
        raise NotFound(_("There is no document with this number among yours."))
    *row, content, content_hash, recipient_id, refund_number, dispute_number = tuple(found)
    of = {"invoice_id": found[0]}
    return Document(
        InvoiceRow(*row),
        json.loads(content),
        content_hash,
        recipient_id,
        refund_number,
        dispute_number,
        [Delivery(*tuple(each)) for each in db.read(_DELIVERIES, of)],
        [InvoiceRow(*tuple(each)) for each in db.read(_CREDIT_NOTES, of)],
    )


def of_order(order_id: int) -> Sequence[InvoiceRow]:
    """Return an order's documents that were handed over, in the order in which they were made."""
    rows = [InvoiceRow(*tuple(row)) for row in db.read(_OF_ORDER, {"order_id": order_id})]
    return [row for row in rows if row.sent_at is not None]


def invoice_numbers_of(order_number: str) -> Sequence[str]:
    """Return the number of an order's valid invoice; nothing before it is made."""
    order = select(Order.id).where(Order.number == bindparam("order_number")).scalar_subquery()
    valid = (Invoice.kind == InvoiceKind.INVOICE, Invoice.status != InvoiceStatus.CANCELLED)
    rows = db.read(select(Invoice.number).where(Invoice.order_id == order, *valid), {"order_number": order_number})
    return [str(row[0]) for row in rows]


def unopened(purchase_id: int) -> Sequence[int]:
    """Return the documents of a purchase's orders that were handed over and not opened, by id."""
    orders = select(Order.id).where(Order.purchase_id == bindparam("purchase_id"))
    wanted = (Invoice.order_id.in_(orders), Invoice.sent_at.is_not(None), Invoice.viewed_at.is_(None))
    return [int(row[0]) for row in db.read(select(Invoice.id).where(*wanted), {"purchase_id": purchase_id})]


def number_of(invoice_id: int) -> str:
    """Return the number of a document; raises NotFound. For mails, which know its id."""
    found = db.read_one(select(Invoice.number).where(Invoice.id == invoice_id))
    if found is None:
        raise NotFound(_("There is no such document."))
    return str(found[0])


def _whose(sought: Sought) -> list[ColumnElement[bool]]:
    theirs, is_commission = Invoice.recipient_id == sought.user_id, Invoice.kind == InvoiceKind.COMMISSION
    if sought.side is Side.BUYER:
        return [theirs, ~is_commission, Invoice.sent_at.is_not(None)]
    if sought.side is Side.SELLER:
        return [or_(Invoice.issuer_id == sought.user_id, theirs & is_commission)]
    return []


def _says(text: str) -> ColumnElement[bool]:
    if not text:
        return true()
    order = select(Order.id).where(Order.number == text.upper()).scalar_subquery()
    return or_(Invoice.number == text.upper(), Invoice.order_id == order, User.email == text.lower())

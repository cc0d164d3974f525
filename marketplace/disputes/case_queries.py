"""What one dispute's page shows beside its row: shares, what banks moved, texts, statements, files, and the draft."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, String, any_, bindparam, cast, func, or_, select

from marketplace import db
from marketplace.accounts.models import User
from marketplace.catalog.models import Shop
from marketplace.disputes.models import (
    Dispute,
    DisputeEvidence,
    DisputeFile,
    DisputeMovement,
    DisputeShare,
    DisputeStatement,
)
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.ledger.models import LedgerEntry
from marketplace.orders.models import FurtherParcel, Order, OrderLine, Purchase, Shipment
from marketplace.orders.states import DeliveredBy, OrderStatus
from marketplace.payments.models import PaymentTransaction
from marketplace.payments.states import TransactionStatus


@dataclass(frozen=True, slots=True)
class ShareRow:
    """What one order bears of a dispute, and how far that order is; amounts in minor units."""

    id: int
    transaction_id: int
    order_id: int
    order_number: str
    order_status: OrderStatus
    seller_id: int
    shop_name: str
    returns_policy: str
    share_status: TransactionStatus
    gross_minor: int
    amount_minor: int
    lost_minor: int
    fee_minor: int
    platform_minor: int
    held_minor: int
    available_minor: int
    debt_minor: int
    subsidy_minor: int
    ordered_at: datetime
    paid_at: datetime | None
    billing_address: Mapping[str, str]
    delivery_address: Mapping[str, str]
    carrier: str | None
    tracking_number: str | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    delivered_by: DeliveredBy | None


@dataclass(frozen=True, slots=True)
class Movement:
    """What a bank moved: taken (positive) or given back, minor units; with its entry in the books."""

    line_id: str
    amount_minor: int
    fee_minor: int
    moved_at: datetime


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry in the books that the dispute made."""

    id: int
    key: str
    description: str
    booked_at: datetime


@dataclass(frozen=True, slots=True)
class TextRow:
    """A text of the evidence and who wrote it last."""

    field: str
    text: str
    contributor: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class StatementRow:
    """What a seller says."""

    seller_id: int
    shop_name: str
    text: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file of the evidence."""

    id: int
    field: str
    file_name: str
    stored_name: str
    media_type: str
    size_bytes: int
    contributor_id: int
    contributor: str
    is_used: bool
    is_at_provider: bool
    added_at: datetime


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of a disputed order, price in minor units."""

    order_id: int
    title: str
    quantity: int
    unit_price_minor: int


@dataclass(frozen=True, slots=True)
class ParcelRow:
    """A further parcel of a disputed order; `tracking_number` is "" for a handover."""

    order_id: int
    carrier_name: str
    tracking_number: str
    sent_at: datetime


_ID = bindparam("dispute_id", type_=BigInteger)
_SHARES = (
    select(
        DisputeShare.id,
        DisputeShare.transaction_id,
        DisputeShare.order_id,
        Order.number,
        Order.status,
        DisputeShare.seller_id,
        Shop.name,
        Shop.returns_policy,
        PaymentTransaction.status,
        PaymentTransaction.gross_minor,
        DisputeShare.amount_minor,
        DisputeShare.lost_minor,
        DisputeShare.fee_minor,
        DisputeShare.platform_minor,
        DisputeShare.held_minor,
        DisputeShare.available_minor,
        DisputeShare.debt_minor,
        DisputeShare.subsidy_minor,
        Order.created_at,
        PaymentTransaction.payment_received_date,
        Purchase.billing_address,
        Purchase.delivery_address,
        Shipment.carrier_name,
        Shipment.tracking_number,
        Shipment.shipped_at,
        Shipment.delivered_at,
        Shipment.delivered_by,
    )
    .join(Order, Order.id == DisputeShare.order_id)
    .join(Purchase, Purchase.id == Order.purchase_id)
    .join(Shop, Shop.seller_id == DisputeShare.seller_id)
    .join(PaymentTransaction, PaymentTransaction.id == DisputeShare.transaction_id)
    .join(Shipment, Shipment.order_id == Order.id, isouter=True)
    .where(DisputeShare.dispute_id == _ID)
    .order_by(DisputeShare.id)
)
_MOVEMENTS = (
    select(DisputeMovement.line_id, DisputeMovement.amount_minor, DisputeMovement.fee_minor, DisputeMovement.moved_at)
    .where(DisputeMovement.dispute_id == _ID)
    .order_by(DisputeMovement.id)
)
_LINE_KEYS = select("balance_transaction:" + DisputeMovement.line_id).where(DisputeMovement.dispute_id == _ID)
_ENTRIES = (
    select(LedgerEntry.id, LedgerEntry.key, LedgerEntry.description, LedgerEntry.booked_at)
    .join(Dispute, Dispute.payment_id == LedgerEntry.payment_id)
    .where(
        Dispute.id == _ID,
        or_(
            LedgerEntry.key.in_(_LINE_KEYS.scalar_subquery()),
            func.starts_with(LedgerEntry.key, "dispute:" + cast(Dispute.id, LedgerEntry.key.type) + ":"),
        ),
    )
    .order_by(LedgerEntry.id)
)
_TEXTS = (
    select(DisputeEvidence.field, DisputeEvidence.text, User.name, DisputeEvidence.updated_at)
    .join(User, User.id == DisputeEvidence.contributor_id)
    .where(DisputeEvidence.dispute_id == _ID)
)
_STATEMENTS = (
    select(DisputeStatement.seller_id, Shop.name, DisputeStatement.text, DisputeStatement.written_at)
    .join(Shop, Shop.seller_id == DisputeStatement.seller_id)
    .where(DisputeStatement.dispute_id == _ID)
    .order_by(DisputeStatement.id)
)
_FILES = (
    select(
        DisputeFile.id,
        DisputeFile.field,
        DisputeFile.file_name,
        DisputeFile.stored_name,
        DisputeFile.media_type,
        DisputeFile.size_bytes,
        DisputeFile.contributor_id,
        User.name,
        DisputeFile.is_used,
        DisputeFile.provider_file_id.is_not(None),
        DisputeFile.added_at,
    )
    .join(User, User.id == DisputeFile.contributor_id)
    .where(DisputeFile.dispute_id == _ID)
    .order_by(DisputeFile.id)
)
_LINES = (
    select(OrderLine.order_id, OrderLine.title, OrderLine.quantity, OrderLine.unit_price_minor)
    .join(DisputeShare, DisputeShare.order_id == OrderLine.order_id)
    .where(DisputeShare.dispute_id == _ID, DisputeShare.amount_minor > 0)
    .order_by(OrderLine.id)
)
_KEPT = select(DisputeFile.stored_name).where(DisputeFile.stored_name == any_(bindparam("names", type_=ARRAY(String))))
_FURTHER = (
    select(FurtherParcel.order_id, FurtherParcel.carrier_name, FurtherParcel.tracking_number, FurtherParcel.sent_at)
    .join(DisputeShare, DisputeShare.order_id == FurtherParcel.order_id)
    .where(DisputeShare.dispute_id == _ID, DisputeShare.amount_minor > 0)
    .order_by(FurtherParcel.id)
)


def shares_of(dispute_id: int) -> Sequence[ShareRow]:
    """Return every order of the disputed payment with what it bears."""
    return [ShareRow(*tuple(row)) for row in db.read(_SHARES, {"dispute_id": dispute_id})]


def movements_of(dispute_id: int) -> Sequence[Movement]:
    """Return what the bank has moved so far, oldest first."""
    return [Movement(*tuple(row)) for row in db.read(_MOVEMENTS, {"dispute_id": dispute_id})]


def entries_of(dispute_id: int) -> Sequence[EntryRow]:
    """Return the entries in the books that a dispute made, oldest first."""
    return [EntryRow(*tuple(row)) for row in db.read(_ENTRIES, {"dispute_id": dispute_id})]


def texts_of(dispute_id: int) -> Mapping[str, TextRow]:
    """Return the texts of the evidence as they were kept, by field."""
    return {row.field: TextRow(*tuple(row)) for row in db.read(_TEXTS, {"dispute_id": dispute_id})}


def statements_of(dispute_id: int) -> Sequence[StatementRow]:
    """Return what sellers say about a dispute."""
    return [StatementRow(*tuple(row)) for row in db.read(_STATEMENTS, {"dispute_id": dispute_id})]


def files_of(dispute_id: int) -> Sequence[FileRow]:
    """Return the files that were added, oldest first."""
    return [FileRow(*tuple(row)) for row in db.read(_FILES, {"dispute_id": dispute_id})]


def lines_of(dispute_id: int) -> Sequence[LineRow]:
    """Return the lines of the orders that a dispute is about."""
    return [LineRow(*tuple(row)) for row in db.read(_LINES, {"dispute_id": dispute_id})]


def further_parcels_of(dispute_id: int) -> Sequence[ParcelRow]:
    """Return the parcels of the orders that a dispute is about, beside the first of each."""
    return [ParcelRow(*tuple(row)) for row in db.read(_FURTHER, {"dispute_id": dispute_id})]


def kept_among(names: Sequence[str]) -> set[str]:
    """Return those of `names`, files of the store, that a dispute has."""
    return {row.stored_name for row in db.read(_KEPT, {"names": list(names)})}


def file_of(dispute_id: int, file_id: int, contributor_id: int | None = None) -> FileRow:
    """Return a file of a dispute; with `contributor_id`, one that this person added. Raises NotFound."""
    for row in files_of(dispute_id):
        if row.id == file_id and contributor_id in {None, row.contributor_id}:
            return row
    raise NotFound(_("There is no such file."))

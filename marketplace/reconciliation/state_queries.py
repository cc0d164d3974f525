"""What there is of every status of every machine: how many rows, and one of them to look at (S0.20, S1.15)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, case, cast, func, literal, null, select, tuple_, union_all
from sqlalchemy.types import String

from marketplace import db
from marketplace.auctions.models import Auction, Bid
from marketplace.bank_transfers.models import IncomingTransfer, OutgoingTransfer
from marketplace.catalog.models import Listing, StockReservation
from marketplace.catalog.states import ListingStatus
from marketplace.discounts.models import Discount, DiscountUse
from marketplace.disputes.models import Dispute, DisputeFile
from marketplace.history import Ruled, StatusChange
from marketplace.invoices.models import Invoice
from marketplace.job_runs.models import FailedJob
from marketplace.mails.models import Mail
from marketplace.orders.models import Order, Purchase
from marketplace.outbound.models import OF_PAYMENT, CallKind, OutboundCall
from marketplace.payment_methods.models import SavedMethod
from marketplace.payment_records.models import Payment
from marketplace.payments.models import PaymentTracker, PaymentTransaction, UnappliedReceipt
from marketplace.payouts.models import Payout, SellerAccount, TransferReversal
from marketplace.provider_events.models import ProviderEvent
from marketplace.reconciliation.models import Break
from marketplace.refunds.models import Refund
from marketplace.risk.models import RiskAssessment, RiskReview
from marketplace.transitions import Machine


class Page(StrEnum):
    """Where a row can be looked at; the key that goes with it is an id, a number or an address."""

    PAYMENT = "payment"
    PURCHASE = "purchase"
    ORDER = "order"
    JOB = "job"
    REFUND = "refund"
    DISPUTE = "dispute"
    EVENT = "event"
    LISTING = "listing"
    USER = "user"
    PAYOUT = "payout"
    BREAK = "break"
    DISCOUNT = "discount"
    AUCTION = "auction"
    MAIL = "mail"
    INVOICE = "invoice"
    TRANSFER = "transfer"
    OUTGOING = "outgoing"
    NONE = "none"
    """Nowhere: a draft is nobody's business but its seller's."""


@dataclass(frozen=True, slots=True)
class Example:
    """One row in a status; `is_past` when it has been in it and no row is in it now."""

    page: Page
    key: str
    is_past: bool


@dataclass(frozen=True, slots=True)
class StateRow:
    """One status of one machine: how many rows are in it now, and the newest one that is or was."""

    machine: Machine
    status: str
    count: int
    example: Example | None


def states() -> list[StateRow]:
    """Return every status of every machine, in the order of their definitions. Three queries."""
    models = {model.machine.name: model for model in sorted(Ruled.ruled, key=lambda model: model.machine.name)}
    now = {(row.machine, row.status): (int(row.rows), int(row.newest)) for row in db.read(_counts(models.values()))}
    every = [(name, status.value) for name, model in models.items() for status in model.machine.states]
    before = _were_once([key for key in every if key not in now])
    newest = {key: found for key, (_, found) in now.items()} | before
    places = pages({(name, found) for (name, _), found in newest.items()})
    return [
        StateRow(
            machine=models[name].machine,
            status=status,
            count=now.get((name, status), (0, 0))[0],
            example=_example(places.get((name, newest.get((name, status), 0))), is_past=(name, status) in before),
        )
        for name, status in every
    ]


def _example(found: tuple[Page, str] | None, *, is_past: bool) -> Example | None:
    return Example(*found, is_past=is_past) if found else None


def _counts(models: Iterable[type[Ruled]]) -> Select[str, str, int, int]:
    each = [_count(model.machine.name, model.__table__) for model in models]  # type: ignore[attr-defined]
    found = union_all(*each).subquery()
    return select(found.c.machine, found.c.status, found.c.rows, found.c.newest)


def _count(name: str, table: Table) -> Select[str, str, int, int]:
    columns = (literal(name).label("machine"), cast(table.c.status, String).label("status"))
    return select(*columns, func.count().label("rows"), func.max(table.c.id).label("newest")).group_by(table.c.status)


def _were_once(missing: list[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return the row that was last in each of these statuses, where one ever was."""
    if not missing:
        return {}
    subject, status = StatusChange.subject, StatusChange.to_status
    last = (
        select(subject, status, func.max(StatusChange.subject_id).label("row_id"))
        .where(tuple_(subject, status).in_(missing))
        .group_by(subject, status)
    )
    return {(row.subject, row.to_status): row.row_id for row in db.read(last)}


def pages(rows: set[tuple[str, int]]) -> dict[tuple[str, int], tuple[Page, str]]:
    """Return where each row, by machine and id, can be looked at; rows of tables without a status are left out."""
    wanted: dict[str, list[int]] = {}
    for name, row_id in rows:
        if name in _PAGES:
            wanted.setdefault(name, []).append(row_id)
    if not wanted:
        return {}
    each = [_PAGES[name].where(_IDS[name].in_(ids)) for name, ids in sorted(wanted.items())]
    found = union_all(*each).subquery()
    columns = (found.c.machine, found.c.row_id, found.c.page, found.c.key)
    return {
        (row.machine, row.row_id): (Page(row.page) if row.key else Page.NONE, row.key or "")
        for row in db.read(select(*columns))
    }


def _newest_payment(purchase_id: Any) -> Any:
    return select(func.max(Payment.id)).where(Payment.purchase_id == purchase_id).scalar_subquery()


def _shown(name: str, row_id: ColumnElement[int], page: Page, key: Any) -> Select[str, int, str, str]:
    columns = (literal(name).label("machine"), row_id.label("row_id"), literal(page.value).label("page"))
    return select(*columns, cast(key, String).label("key"))


_RECEIPT_OF_CALL = (
    select(UnappliedReceipt.payment_id).where(UnappliedReceipt.id == OutboundCall.subject_id).scalar_subquery()
)
_REFUND_OF_CALL = select(Refund.payment_id).where(Refund.id == OutboundCall.subject_id).scalar_subquery()
_DISPUTE_OF_CALL = select(Dispute.payment_id).where(Dispute.id == OutboundCall.subject_id).scalar_subquery()
_FILE_OF_CALL = (
    select(Dispute.payment_id)
    .join(DisputeFile, DisputeFile.dispute_id == Dispute.id)
    .where(DisputeFile.id == OutboundCall.subject_id)
    .scalar_subquery()
)
_PAYMENT_OF_CALL = case(
    (OutboundCall.kind == CallKind.REFUND, _REFUND_OF_CALL),
    (OutboundCall.kind == CallKind.RETURN, _RECEIPT_OF_CALL),
    (OutboundCall.kind == CallKind.UPLOAD_FILE, _FILE_OF_CALL),
    (OutboundCall.kind.in_([CallKind.SUBMIT_EVIDENCE, CallKind.ACCEPT_DISPUTE]), _DISPUTE_OF_CALL),
    (OutboundCall.kind.in_(OF_PAYMENT), OutboundCall.subject_id),
    else_=null(),
)
_PAYOUT_OF_REVERSAL = select(Payout.number).where(Payout.id == TransferReversal.payout_id).scalar_subquery()
_PAYMENT_OF_REVIEW = (
    select(RiskAssessment.payment_id).where(RiskAssessment.id == RiskReview.assessment_id).scalar_subquery()
)
_page = Listing.__table__.alias("page")
_PAGE_OF_VARIANT = (
    select(_page.c.slug)
    .where(_page.c.id == Listing.__table__.c.parent_id, _page.c.status == ListingStatus.ACTIVE)
    .scalar_subquery()
)
_IDS: Mapping[str, ColumnElement[int]] = {
    model.machine.name: model.__table__.c.id
    for model in (
        Payment, PaymentTracker, PaymentTransaction, UnappliedReceipt, Purchase, Order, Listing, StockReservation,
        OutboundCall, ProviderEvent, Refund, Dispute, FailedJob, Payout, SellerAccount, TransferReversal, Break,
        Discount, DiscountUse, Invoice, Mail, SavedMethod, RiskReview, Auction, Bid, IncomingTransfer,
        OutgoingTransfer,
    )
}  # fmt: skip
_KEYS: Mapping[str, tuple[Page, Any]] = {
    "payment": (Page.PAYMENT, Payment.id),
    "payment_tracker": (Page.PAYMENT, PaymentTracker.payment_id),
    "payment_transaction": (Page.PAYMENT, PaymentTransaction.payment_id),
    "unapplied_receipt": (Page.PAYMENT, UnappliedReceipt.payment_id),
    "purchase": (Page.PURCHASE, Purchase.number),
    "order": (Page.ORDER, Order.number),
    "mail": (Page.MAIL, Mail.status),
    "failed_job": (Page.JOB, FailedJob.job_id),
    "stock_reservation": (Page.PAYMENT, _newest_payment(StockReservation.__table__.c.purchase_id)),
    "discount": (Page.DISCOUNT, Discount.id),
    "discount_use": (Page.DISCOUNT, DiscountUse.discount_id),
    "invoice": (Page.INVOICE, Invoice.number),
    "incoming_transfer": (Page.TRANSFER, IncomingTransfer.id),
    "outgoing_transfer": (Page.OUTGOING, OutgoingTransfer.id),
    "auction": (Page.AUCTION, Auction.id),
    "bid": (Page.AUCTION, Bid.auction_id),
    "outbound_call": (Page.PAYMENT, _PAYMENT_OF_CALL),
    "provider_event": (Page.EVENT, ProviderEvent.id),
    "refund": (Page.REFUND, Refund.number),
    "dispute": (Page.DISPUTE, Dispute.number),
    "listing": (Page.LISTING, case((Listing.status == ListingStatus.ACTIVE, Listing.slug), else_=_PAGE_OF_VARIANT)),
    "payout": (Page.PAYOUT, Payout.number),
    "seller_account": (Page.USER, SellerAccount.seller_id),
    "saved_method": (Page.USER, SavedMethod.user_id),
    "reconciliation_break": (Page.BREAK, Break.number),
    "transfer_reversal": (Page.PAYOUT, _PAYOUT_OF_REVERSAL),
    "risk_review": (Page.PAYMENT, _PAYMENT_OF_REVIEW),
}
_PAGES = {name: _shown(name, _IDS[name], page, key) for name, (page, key) in _KEYS.items()}

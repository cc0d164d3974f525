"""What waits longest, and how late providers' events come: the ages an admin looks at first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, String, case, cast, func, literal, null, select, union_all

from marketplace import db
from marketplace.bank_transfers.models import IncomingTransfer, OutgoingTransfer
from marketplace.bank_transfers.states import TO_SEND, IncomingStatus
from marketplace.disputes.models import Dispute, DisputeFile
from marketplace.disputes.states import DisputeStatus
from marketplace.labels import Labelled
from marketplace.language import Text
from marketplace.orders.models import Order, Purchase
from marketplace.orders.states import OrderStatus
from marketplace.outbound.models import OF_PAYMENT, CallKind, OutboundCall
from marketplace.outbound.states import CallStatus
from marketplace.payments.models import PaymentTransaction, UnappliedReceipt
from marketplace.payments.states import TransactionStatus
from marketplace.payouts.models import Payout
from marketplace.payouts.states import PayoutStatus
from marketplace.provider_events.models import ProviderEvent
from marketplace.provider_events.states import EventStatus
from marketplace.refunds.models import Refund
from marketplace.refunds.states import RefundStatus

_RECENT_EVENTS = 200
_UNFINISHED = (CallStatus.PLANNED, CallStatus.SENDING, CallStatus.UNKNOWN)


class Queue(Labelled):
    """A queue of the house, in words."""

    REFUNDS = "refunds", Text("Refunds waiting for a decision")
    DISPUTES = "disputes", Text("Disputes and warnings to answer")
    PAYOUTS = "payouts", Text("Payouts that have not arrived")
    EVENTS = "events", Text("Events without an effect yet")
    CALLS = "calls", Text("Calls to the provider without an outcome")
    ORDERS = "orders", Text("Paid orders not sent yet")
    TRANSFERS = "transfers", Text("Bank transfers to match")
    OUTGOING = "outgoing", Text("Bank transfers to send")


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits in a queue, since when the oldest, and what to open: its own row, or its payment."""

    queue: Queue
    count: int
    oldest_at: datetime | None
    oldest_id: int | None
    oldest_number: str | None
    payment_id: int | None


@dataclass(frozen=True, slots=True)
class WebhookLag:
    """How long the latest events were on their way here, seconds: half of them at most `typical`."""

    events: int
    typical: int
    slowest: int
    since: datetime


def _first(queue: Queue, *columns: Any, where: Any, by: Any, joins: Any) -> Any:
    """Return a SELECT of how many rows of a queue wait and the oldest of them."""
    count = func.count().over()
    named = (literal(queue.value).label("queue"), count, *columns)
    return select(*named).select_from(joins).where(where).order_by(by).limit(1).subquery().select()


_NO_TEXT, _NO_ID = cast(null(), String), cast(null(), BigInteger)
_RECEIPT_PAYMENT = (
    select(UnappliedReceipt.payment_id).where(UnappliedReceipt.__table__.c.id == OutboundCall.subject_id)
).scalar_subquery()
_REFUND_PAYMENT = select(Refund.payment_id).where(Refund.__table__.c.id == OutboundCall.subject_id).scalar_subquery()
_DISPUTE_PAYMENT = select(Dispute.payment_id).where(Dispute.__table__.c.id == OutboundCall.subject_id).scalar_subquery()
_FILE_PAYMENT = (
    select(Dispute.payment_id)
    .join(DisputeFile, DisputeFile.dispute_id == Dispute.__table__.c.id)
    .where(DisputeFile.__table__.c.id == OutboundCall.subject_id)
    .scalar_subquery()
)
_WAITING = union_all(
    _first(
        Queue.REFUNDS,
        Refund.asked_at,
        Refund.__table__.c.id,
        Refund.number,
        Refund.payment_id,
        where=Refund.status == RefundStatus.PENDING,
        by=Refund.asked_at,
        joins=Refund,
    ),
    _first(
        Queue.DISPUTES,
        Dispute.opened_at,
        Dispute.__table__.c.id,
        Dispute.number,
        Dispute.payment_id,
        where=Dispute.status.in_([DisputeStatus.NEEDS_RESPONSE, DisputeStatus.INQUIRY, DisputeStatus.WARNED]),
        by=func.coalesce(Dispute.due_by, Dispute.opened_at),
        joins=Dispute,
    ),
    _first(
        Queue.PAYOUTS,
        Payout.started_at,
        Payout.__table__.c.id,
        Payout.number,
        _NO_ID,
        where=Payout.status.in_([PayoutStatus.REFUSED, PayoutStatus.FAILED]),
        by=Payout.started_at,
        joins=Payout,
    ),
    _first(
        Queue.EVENTS,
        ProviderEvent.received_at,
        ProviderEvent.__table__.c.id,
        _NO_TEXT,
        ProviderEvent.payment_id,
        where=ProviderEvent.status.in_([EventStatus.RECEIVED, EventStatus.PARKED]),
        by=ProviderEvent.received_at,
        joins=ProviderEvent,
    ),
    _first(
        Queue.CALLS,
        OutboundCall.created_at,
        OutboundCall.__table__.c.id,
        _NO_TEXT,
        case(
            (OutboundCall.kind == CallKind.RETURN, _RECEIPT_PAYMENT),
            (OutboundCall.kind == CallKind.REFUND, _REFUND_PAYMENT),
            (OutboundCall.kind == CallKind.UPLOAD_FILE, _FILE_PAYMENT),
            (OutboundCall.kind.in_([CallKind.SUBMIT_EVIDENCE, CallKind.ACCEPT_DISPUTE]), _DISPUTE_PAYMENT),
            (OutboundCall.kind.in_(OF_PAYMENT), OutboundCall.subject_id),
            else_=null(),
        ),
        where=OutboundCall.status.in_(_UNFINISHED) | (OutboundCall.status == CallStatus.BLOCKED),
        by=OutboundCall.created_at,
        joins=OutboundCall,
    ),
    _first(
        Queue.ORDERS,
        PaymentTransaction.payment_received_date,
        Order.__table__.c.id,
        Purchase.number,
        _NO_ID,
        # Money of what is not sent is always held, and few rows are.
        where=(PaymentTransaction.status == TransactionStatus.HELD) & (Order.status == OrderStatus.CONFIRMED),
        by=PaymentTransaction.payment_received_date,
        joins=PaymentTransaction.__table__.join(Order.__table__, Order.id == PaymentTransaction.order_id).join(
            Purchase.__table__, Purchase.id == Order.purchase_id
        ),
    ),
    _first(
        Queue.TRANSFERS,
        IncomingTransfer.recorded_at,
        IncomingTransfer.__table__.c.id,
        IncomingTransfer.number,
        IncomingTransfer.payment_id,
        where=IncomingTransfer.status.in_([IncomingStatus.RECORDED, IncomingStatus.TO_MATCH]),
        by=IncomingTransfer.recorded_at,
        joins=IncomingTransfer,
    ),
    _first(
        Queue.OUTGOING,
        OutgoingTransfer.planned_at,
        OutgoingTransfer.__table__.c.id,
        OutgoingTransfer.number,
        OutgoingTransfer.payment_id,
        where=OutgoingTransfer.status.in_(TO_SEND),
        by=OutgoingTransfer.planned_at,
        joins=OutgoingTransfer,
    ),
)
_MADE_AT = func.to_timestamp(cast(ProviderEvent.payload["created"].astext, BigInteger))
_NEWEST = select(ProviderEvent.id).order_by(ProviderEvent.__table__.c.id.desc()).limit(_RECENT_EVENTS)
_LATEST = (
    select(
        func.greatest(func.extract("epoch", ProviderEvent.received_at - _MADE_AT), 0).cast(BigInteger).label("lag"),
        ProviderEvent.received_at.label("at"),
    )
    # Only then those that say when they were made: whoever looked for 200 of these might read all events.
    .where(ProviderEvent.id.in_(_NEWEST), ProviderEvent.payload.has_key("created"))
    .subquery()
)
_LAG = select(
    func.count(),
    func.coalesce(func.percentile_disc(0.5).within_group(_LATEST.c.lag), 0),
    func.coalesce(func.max(_LATEST.c.lag), 0),
    func.min(_LATEST.c.at),
)


def waiting() -> dict[Queue, Waiting]:
    """Return every queue with what waits longest in it."""
    found = {queue: Waiting(queue, 0, None, None, None, None) for queue in Queue}
    rows: list[tuple[Any, ...]] = [tuple(row) for row in db.read(_WAITING)]
    for name, *columns in rows:
        queue = next(queue for queue in Queue if queue.value == name)
        found[queue] = Waiting(queue, *columns)
    return found


def webhook_lag() -> WebhookLag | None:
    """Return how late the latest 200 events came, None without any."""
    [row] = db.read(_LAG)
    return WebhookLag(*tuple(row)) if row[0] else None

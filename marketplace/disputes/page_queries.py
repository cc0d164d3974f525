"""What pages show of disputes. Whose eyes read is part of each question: foreign disputes are not found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from marketplace import db
from marketplace.accounts.models import User
from marketplace.catalog.models import Shop
from marketplace.disputes.models import Dispute, DisputeShare
from marketplace.disputes.rules import DisputeKind, EvidenceState
from marketplace.disputes.states import ANSWERABLE, DisputeStatus
from marketplace.errors import NotFound
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.orders.models import Order
from marketplace.paging import ALWAYS, Amounts, Cursor, Listed, Period, Sort, read_page
from marketplace.payment_records.models import Payment

_S = DisputeStatus
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


class DisputeTab(StrEnum):
    """A tab of a list of disputes: its label and the statuses it shows."""

    label: str
    statuses: tuple[DisputeStatus, ...]

    def __new__(cls, value: str, label: str, statuses: tuple[DisputeStatus, ...]) -> Self:
        """Make a tab."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label, member.statuses = label, statuses
        return member

    RESPONSE = "response", Text("Needs an answer"), (_S.NEEDS_RESPONSE,)
    REVIEW = "review", Text("Under review"), (_S.UNDER_REVIEW,)
    WON = "won", Text("Won"), (_S.WON, _S.PREVENTED)
    LOST = "lost", Text("Lost"), (_S.LOST,)
    INQUIRIES = "inquiries", Text("Inquiries"), (_S.INQUIRY, _S.INQUIRY_REVIEW, _S.INQUIRY_CLOSED)
    WARNINGS = "warnings", Text("Warnings"), (_S.WARNED, _S.DISMISSED)

    @property
    def is_queue(self) -> bool:
        """Return whether somebody waits there."""
        return self in {DisputeTab.RESPONSE, DisputeTab.INQUIRIES, DisputeTab.WARNINGS}

    def count_of(self, by_status: Mapping[DisputeStatus, int]) -> int:
        """Return how many disputes the tab holds, given the number of each status."""
        return sum(by_status.get(status, 0) for status in self.statuses)


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """One dispute; amounts are minor units of `currency`, the fee of `fee_currency`."""

    id: int
    number: str
    kind: DisputeKind
    status: DisputeStatus
    reason: str
    network_code: str | None
    currency: str
    amount_minor: int
    withdrawn_minor: int
    platform_lost_minor: int
    fee_minor: int
    fee_currency: str
    due_by: datetime | None
    evidence_state: EvidenceState
    evidence_note: str
    submitted_by: str | None
    submitted_at: datetime | None
    accepted_by: str | None
    accepted_at: datetime | None
    shared_by: str | None
    share_note: str
    opened_at: datetime
    closed_at: datetime | None
    is_loss_booked: bool
    payment_id: int
    charge_id: str
    provider_dispute_id: str
    buyer_id: int
    buyer_name: str
    buyer_email: str
    orders: str
    """The numbers of the orders it is about, separated by commas."""
    shops: str
    own_minor: int
    """What of it the seller who looks bears; all of it for an admin."""

    @property
    def is_answerable(self) -> bool:
        """Return whether the evidence can be written and handed over now."""
        is_open = self.evidence_state in {EvidenceState.DRAFT, EvidenceState.REFUSED}
        return self.status in ANSWERABLE and is_open and self.accepted_at is None

    @property
    def can_be_accepted(self) -> bool:
        """Return whether the loss can be accepted now."""
        return self.is_answerable and self.status is _S.NEEDS_RESPONSE

    @property
    def can_be_reassigned(self) -> bool:
        """Return whether an admin may still say which order bears it."""
        return self.status in (_S.NEEDS_RESPONSE, _S.UNDER_REVIEW, _S.INQUIRY, _S.INQUIRY_REVIEW, _S.WARNED)


@dataclass(frozen=True, slots=True)
class Sought:
    """Which disputes are wanted; `text` is a number of a dispute or an order, or an id of the provider's."""

    tab: DisputeTab
    text: str = ""
    period: Period = ALWAYS
    seller_id: int | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what a dispute must meet, the tab aside."""
        found = [self.period.of(_COLUMNS.opened_at)]
        if self.text:
            named = select(DisputeShare.dispute_id).join(Order, Order.id == DisputeShare.order_id)
            found.append(
                or_(
                    Dispute.number == self.text,
                    Dispute.provider_dispute_id == self.text,
                    Dispute.charge_id == self.text,
                    Dispute.id.in_(named.where(Order.number == self.text)),
                )
            )
        return [*found, _concerns(self.seller_id)] if self.seller_id is not None else found


_COLUMNS = Dispute.__table__.c
_submitter, _accepter, _sharer = aliased(User), aliased(User), aliased(User)


_PLAIN = (
    Dispute.id,
    Dispute.number,
    Dispute.kind,
    Dispute.status,
    Dispute.reason,
    Dispute.network_code,
    Dispute.currency,
    Dispute.amount_minor,
    Dispute.withdrawn_minor,
    Dispute.platform_lost_minor,
    Dispute.fee_minor,
    Dispute.fee_currency,
    Dispute.due_by,
    Dispute.evidence_state,
    Dispute.evidence_note,
    _submitter.name,
    Dispute.submitted_at,
    _accepter.name,
    Dispute.accepted_at,
    _sharer.name,
    Dispute.share_note,
    Dispute.opened_at,
    Dispute.closed_at,
    Dispute.is_loss_booked,
    Dispute.payment_id,
    Dispute.charge_id,
    Dispute.provider_dispute_id,
    Payment.user_id,
    User.name,
    User.email,
)


def _concerns(seller_id: int) -> ColumnElement[bool]:
    """Return whether a dispute is about an order of a seller."""
    return exists().where(
        DisputeShare.dispute_id == _COLUMNS.id, DisputeShare.seller_id == seller_id, DisputeShare.amount_minor > 0
    )


def _rows(seller_id: int | None) -> Select[*tuple[Any, ...]]:
    """Return the rows of disputes, as a seller sees them or an admin: only one's own orders are named to a seller."""
    parts = DisputeShare.amount_minor > 0, DisputeShare.dispute_id == _COLUMNS.id
    own = (*parts, DisputeShare.seller_id == seller_id) if seller_id is not None else parts
    numbers = func.string_agg(Order.number, aggregate_order_by(literal(", "), Order.id))
    orders = select(func.coalesce(numbers, "")).join(DisputeShare, DisputeShare.order_id == Order.id).where(*own)
    names = func.string_agg(Shop.name, aggregate_order_by(literal(", "), Shop.id))
    shops = select(func.coalesce(names, "")).join(DisputeShare, DisputeShare.seller_id == Shop.seller_id).where(*own)
    minor = select(func.coalesce(func.sum(DisputeShare.amount_minor), 0).cast(_COLUMNS.amount_minor.type)).where(*own)
    return (
        select(*_PLAIN, orders.scalar_subquery(), shops.scalar_subquery(), minor.scalar_subquery())
        .join(Payment, Payment.id == Dispute.payment_id)
        .join(User, User.id == Payment.user_id)
        .join(_submitter, _submitter.id == Dispute.submitted_by_id, isouter=True)
        .join(_accepter, _accepter.id == Dispute.accepted_by_id, isouter=True)
        .join(_sharer, _sharer.id == Dispute.shared_by_id, isouter=True)
    )


_ROWS = _rows(None)
_OF_PAYMENT = _ROWS.where(Dispute.payment_id == bindparam("payment_id")).order_by(Dispute.id)
_COUNTS = select(Dispute.status, func.count()).group_by(Dispute.status)
_NEXT_DUE = select(func.count(), func.min(Dispute.due_by)).where(Dispute.status.in_(ANSWERABLE))


def disputes(sought: Sought, cursor: Cursor) -> Listed[DisputeRow]:
    """Return one page of a tab: what is due first where somebody waits, else the newest."""
    statement = _rows(sought.seller_id).where(*sought.conditions(), Dispute.status.in_(sought.tab.statuses))
    due = func.coalesce(_COLUMNS.due_by, _NEVER)
    amounts = Amounts(_COLUMNS.currency, _COLUMNS.amount_minor)
    usual = Sort.DUE if sought.tab.is_queue else Sort.NEWEST
    return read_page(statement, _COLUMNS.id, cursor, DisputeRow, sort=usual, amounts=amounts, due=due)


def counts(sought: Sought) -> dict[DisputeStatus, int]:
    """Return how many of the disputes that are sought have each status, whatever the tab."""
    found = db.read(_COUNTS.where(*sought.conditions()))
    return dict(map(tuple, found))


def dispute(number: str) -> DisputeRow:
    """Return any dispute, for an admin; raises NotFound."""
    return _one(_ROWS, number)


def dispute_of_seller(number: str, seller_id: int) -> DisputeRow:
    """Return a dispute about an order of the seller's own; raises NotFound for a foreign one."""
    return _one(_rows(seller_id).where(_concerns(seller_id)), number)


def disputes_of_payment(payment_id: int) -> Sequence[DisputeRow]:
    """Return the disputes about a payment, oldest first."""
    return [DisputeRow(*tuple(row)) for row in db.read(_OF_PAYMENT, {"payment_id": payment_id})]


def disputes_of_order(order_id: int, seller_id: int | None = None) -> Sequence[DisputeRow]:
    """Return the disputes about an order, oldest first; as its seller sees them, or its buyer."""
    concerned = exists().where(
        DisputeShare.dispute_id == _COLUMNS.id, DisputeShare.order_id == order_id, DisputeShare.amount_minor > 0
    )
    return [DisputeRow(*tuple(row)) for row in db.read(_rows(seller_id).where(concerned).order_by(Dispute.id))]


def waiting(seller_id: int | None = None) -> tuple[int, datetime | None]:
    """Return how many disputes wait for an answer and when the first is due; of one seller, or of all."""
    statement = _NEXT_DUE.where(_concerns(seller_id)) if seller_id is not None else _NEXT_DUE
    count, due_by = tuple(db.read(statement)[0])
    return int(count), due_by


def _one(statement: Select[*tuple[Any, ...]], number: str) -> DisputeRow:
    found = db.read_one(statement.where(Dispute.number == number))
    if found is None:
        raise NotFound(_("There is no dispute with this number."))
    return DisputeRow(*tuple(found))

"""What pages show of refunds. Whose eyes read is part of each question: foreign refunds are not found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import aliased

from marketplace import db
from marketplace.accounts.models import User
from marketplace.bank_transfers.rules import BANK_TRANSFER
from marketplace.catalog.models import Shop
from marketplace.catalog.variants import first_picture
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.states import OrderStatus
from marketplace.paging import Amounts, Cursor, Listed, Period, Sort, read_page
from marketplace.payment_records.models import Payment
from marketplace.refunds.models import Refund, RefundLine
from marketplace.refunds.rules import ASKED_FOR, RefundOrigin, RefundReason
from marketplace.refunds.states import REFUND, RefundStatus
from marketplace.wallets.rules import WALLET

_S = RefundStatus


@dataclass(frozen=True, slots=True)
class RefundRow:
    """One refund with its order and its people; amounts are minor units of `currency`."""

    id: int
    number: str
    order_id: int
    order_number: str
    order_status: OrderStatus
    payment_id: int
    transaction_id: int
    buyer_id: int
    buyer_name: str
    seller_id: int
    shop_name: str
    currency: str
    origin: RefundOrigin
    reason: RefundReason
    description: str
    asked_minor: int
    amount_minor: int
    platform_minor: int
    cost_minor: int
    held_minor: int
    available_minor: int
    debt_minor: int
    subsidy_minor: int
    status: RefundStatus
    attempt: int
    first_approver_id: int | None
    first_approver: str | None
    take_back: bool
    """Whether the first or only admin has what was paid out taken back."""
    decided_by: str | None
    decided_at: datetime | None
    admin_notes: str
    provider_refund_id: str | None
    replaced_by: str | None
    """The number of the refund that sends this one's money too."""
    asked_at: datetime
    completed_at: datetime | None
    title: str
    """The first line of the order."""
    picture_file: str | None
    is_to_wallet: bool
    """Whether it goes back into the wallet that had paid, at once."""
    is_by_bank: bool
    """Whether an admin sends it at the bank, because a transfer had paid."""

    @property
    def can_be_approved(self) -> bool:
        """Return whether an admin may agree now, perhaps again."""
        return REFUND.can(self.status, "approve")

    @property
    def can_be_rejected(self) -> bool:
        """Return whether an admin may refuse now."""
        return REFUND.can(self.status, "reject")

    @property
    def can_be_absorbed(self) -> bool:
        """Return whether cancelling the order would close it now."""
        return REFUND.can(self.status, "absorb")

    @property
    def can_be_withdrawn(self) -> bool:
        """Return whether the buyer may take the request back now."""
        return REFUND.can(self.status, "withdraw")


@dataclass(frozen=True, slots=True)
class RefundUnits:
    """Some units that a refund is about."""

    title: str
    quantity: int
    unit_price_minor: int


@dataclass(frozen=True, slots=True)
class SideHistory:
    """How one side's orders went so far: paid orders, refunds asked for, refunds made."""

    orders: int
    asked: int
    made: int


_first_approver, _decider, _replacement = aliased(User), aliased(User), aliased(Refund)
_FIRST_LINE = (
    select(OrderLine.title, OrderLine.listing_id)
    .where(OrderLine.order_id == Refund.order_id)
    .order_by(OrderLine.id)
    .limit(1)
    .lateral("first_line")
)
_PICTURE = first_picture(_FIRST_LINE.c.listing_id)
REFUND_ROWS = (
    select(
        Refund.id,
        Refund.number,
        Refund.order_id,
        Order.number,
        Order.status,
        Refund.payment_id,
        Refund.transaction_id,
        Refund.buyer_id,
        User.name,
        Refund.seller_id,
        Shop.name,
        Refund.currency,
        Refund.origin,
        Refund.reason,
        Refund.description,
        Refund.asked_minor,
        Refund.amount_minor,
        Refund.platform_minor,
        Refund.cost_minor,
        Refund.held_minor,
        Refund.available_minor,
        Refund.debt_minor,
        Refund.subsidy_minor,
        Refund.status,
        Refund.attempt,
        Refund.first_approver_id,
        _first_approver.name,
        Refund.take_back,
        _decider.name,
        Refund.decided_at,
        Refund.admin_notes,
        Refund.provider_refund_id,
        _replacement.number,
        Refund.asked_at,
        Refund.completed_at,
        _FIRST_LINE.c.title,
        _PICTURE,
        Payment.provider == WALLET,
        Payment.provider == BANK_TRANSFER,
    )
    .join(Order, Order.id == Refund.order_id)
    .join(Payment, Payment.id == Refund.payment_id)
    .join(User, User.id == Refund.buyer_id)
    .join(Shop, Shop.seller_id == Refund.seller_id)
    .join(_first_approver, _first_approver.id == Refund.first_approver_id, isouter=True)
    .join(_decider, _decider.id == Refund.decided_by_id, isouter=True)
    .join(_replacement, _replacement.id == Refund.replaced_by_id, isouter=True)
    .join(_FIRST_LINE, _FIRST_LINE.c.listing_id.is_not(None))
)
_NUMBER = select(Refund.number).where(Refund.id == bindparam("refund_id"))
_UNITS = (
    select(OrderLine.title, RefundLine.quantity, OrderLine.unit_price_minor)
    .join(OrderLine, OrderLine.id == RefundLine.order_line_id)
    .where(RefundLine.refund_id == bindparam("refund_id"))
    .order_by(RefundLine.id)
)


def number_of(refund_id: int) -> str:
    """Return a refund's number."""
    return str(db.read(_NUMBER, {"refund_id": refund_id})[0][0])


def numbers_of(refund_ids: Iterable[int]) -> dict[int, str]:
    """Return the numbers of some refunds by their ids."""
    ids = list(refund_ids)
    statement = select(Refund.id, Refund.number).where(Refund.id.in_(ids))
    return dict(map(tuple, db.read(statement))) if ids else {}


def refund(number: str) -> RefundRow:
    """Return any refund, for an admin; raises NotFound."""
    return _one(REFUND_ROWS, number)


def refund_of_buyer(number: str, buyer_id: int) -> RefundRow:
    """Return the buyer's own refund; raises NotFound for an unknown or foreign one."""
    return _one(REFUND_ROWS.where(Refund.buyer_id == buyer_id), number)


def refund_of_seller(number: str, seller_id: int) -> RefundRow:
    """Return a refund of the seller's own orders; raises NotFound for an unknown or foreign one."""
    return _one(REFUND_ROWS.where(Refund.seller_id == seller_id), number)


def refunds_of_buyer(buyer_id: int, period: Period, cursor: Cursor) -> Listed[RefundRow]:
    """Return one page of the refunds a buyer asked for in `period`, newest first unless the cursor says otherwise."""
    return refund_page(REFUND_ROWS.where(Refund.buyer_id == buyer_id), period, cursor)


def refund_page(
    statement: Select[*tuple[Any, ...]], period: Period, cursor: Cursor, sort: Sort = Sort.NEWEST
) -> Listed[RefundRow]:
    """Return one page of those of REFUND_ROWS in `statement` that were asked for in `period`."""
    columns = Refund.__table__.c
    amounts = Amounts(columns.currency, columns.amount_minor)
    asked = statement.where(period.of(columns.asked_at))
    return read_page(asked, columns.id, cursor, RefundRow, sort=sort, amounts=amounts)


def refunds_of_orders(order_ids: Iterable[int]) -> Sequence[RefundRow]:
    """Return the refunds of some orders, oldest first."""
    ids = list(order_ids)
    statement = REFUND_ROWS.where(Refund.order_id.in_(ids)).order_by(Refund.id)
    return [RefundRow(*tuple(row)) for row in db.read(statement)] if ids else []


def units_of(refund_id: int) -> Sequence[RefundUnits]:
    """Return the units a refund is about; none when it is about an amount."""
    return [RefundUnits(*tuple(row)) for row in db.read(_UNITS, {"refund_id": refund_id})]


def history_of_buyer(buyer_id: int) -> SideHistory:
    """Return how a buyer's orders went so far."""
    return _side(Order.buyer_id == buyer_id, Refund.buyer_id == buyer_id)


def history_of_seller(seller_id: int) -> SideHistory:
    """Return how a seller's orders went so far."""
    return _side(Order.seller_id == seller_id, Refund.seller_id == seller_id)


def _one(statement: Select[*tuple[Any, ...]], number: str) -> RefundRow:
    found = db.read_one(statement.where(Refund.number == number))
    if found is None:
        raise NotFound(_("There is no refund with this number."))
    return RefundRow(*tuple(found))


def _side(orders: ColumnElement[bool], refunds: ColumnElement[bool]) -> SideHistory:
    paid = select(func.count()).where(orders, Order.status.not_in([OrderStatus.PENDING, OrderStatus.CANCELLED]))
    asked = select(func.count()).where(refunds, Refund.reason.in_(ASKED_FOR))
    made = asked.where(Refund.status == RefundStatus.COMPLETED)
    found = db.read(select(paid.scalar_subquery(), asked.scalar_subquery(), made.scalar_subquery()))
    return SideHistory(*tuple(found[0]))

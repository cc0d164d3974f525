"""The commission inside what a buyer paid (S3.10, C6): one row per order paid, and what it comes to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select

from marketplace import db
from marketplace.catalog.models import Shop
from marketplace.orders.models import Order
from marketplace.paging import Cursor, Listed, Period, read_page
from marketplace.payments.models import PaymentTransaction
from marketplace.payments.states import TransactionStatus

_X = PaymentTransaction
_MINOR = _X.net_minor.type


@dataclass(frozen=True, slots=True)
class Commission:
    """The commission in one order that was paid, minor units."""

    id: int
    order_number: str
    shop_name: str
    paid_at: datetime
    currency: str
    gross_minor: int
    commission_minor: int
    refunded_minor: int
    status: TransactionStatus


@dataclass(frozen=True, slots=True)
class CommissionTotal:
    """What a buyer paid in one currency and the commission in it, minor units."""

    currency: str
    orders: int
    gross_minor: int
    commission_minor: int


_IS_PAID = (Order.buyer_id == bindparam("buyer_id"), _X.payment_received_date.is_not(None))
_COMMISSIONS = (
    select(
        _X.id,
        Order.number,
        Shop.name,
        _X.payment_received_date,
        _X.currency,
        _X.gross_minor,
        _X.platform_fee_minor,
        _X.refunded_minor,
        _X.status,
    )
    .join(Order, Order.id == _X.order_id)
    .join(Shop, Shop.seller_id == _X.seller_id)
    .where(*_IS_PAID)
)
_TOTALS = (
    select(
        _X.currency,
        func.count(),
        func.sum(_X.gross_minor).cast(_MINOR),
        func.sum(_X.platform_fee_minor).cast(_MINOR),
    )
    .join(Order, Order.id == _X.order_id)
    .where(*_IS_PAID)
    .group_by(_X.currency)
    .order_by(func.count().desc(), _X.currency)
)


def commissions(buyer_id: int, period: Period, cursor: Cursor) -> Listed[Commission]:
    """Return one page of what a buyer paid in `period`, newest first unless the cursor says otherwise."""
    columns = _X.__table__.c
    statement = _COMMISSIONS.where(period.of(columns.payment_received_date)).params(buyer_id=buyer_id)
    return read_page(statement, columns.id, cursor, Commission)


def totals(buyer_id: int) -> Sequence[CommissionTotal]:
    """Return what a buyer paid and the commission in it, the currency used most first."""
    return [CommissionTotal(*tuple(row)) for row in db.read(_TOTALS, {"buyer_id": buyer_id})]

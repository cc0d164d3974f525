"""Purchases as admins see them: the list, and one with its orders and lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, func, or_, select

from marketplace import counting, db
from marketplace.accounts.models import User
from marketplace.catalog.models import Shop
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.orders.agreed_queries import IS_COLLECTED
from marketplace.orders.models import Order, OrderLine, Purchase
from marketplace.orders.states import OrderStatus, PurchaseStatus
from marketplace.paging import ALWAYS, Amounts, Cursor, Listed, Period, read_page
from marketplace.payment_records.models import Payment


@dataclass(frozen=True, slots=True)
class PurchaseSummary:
    """One purchase in a list; total in minor units."""

    id: int
    number: str
    buyer_id: int
    buyer_name: str
    buyer_email: str
    currency: str
    total_minor: int
    status: PurchaseStatus
    created_at: datetime
    orders: int
    title: str
    """The first line of its first order; of a package of credits its name."""
    payment_id: int | None
    """The latest attempt to pay it."""


@dataclass(frozen=True, slots=True)
class PurchaseDetail:
    """One purchase with its buyer; total in minor units."""

    id: int
    number: str
    buyer_id: int
    buyer_name: str
    buyer_email: str
    currency: str
    total_minor: int
    discount_code: str | None
    status: PurchaseStatus
    created_at: datetime
    open_until: datetime
    delivery_address: Mapping[str, str]
    billing_address: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OrderOfPurchase:
    """One seller's part of a purchase; amounts in minor units."""

    id: int
    number: str
    seller_id: int
    shop_name: str
    status: OrderStatus
    discount_minor: int
    total_minor: int
    subsidy_minor: int
    """What of the discount the marketplace pays; total + this - both fees = net."""
    platform_fee_minor: int
    processing_fee_minor: int
    net_minor: int
    buyer_note: str
    is_collected: bool


@dataclass(frozen=True, slots=True)
class LineOfPurchase:
    """One line of one of the orders, as it was agreed; amount in minor units."""

    order_id: int
    title: str
    quantity: int
    subtotal_minor: int
    discount_minor: int


@dataclass(frozen=True, slots=True)
class Sought:
    """Which purchases are wanted: `text` is a purchase's or an order's number, or who bought; "" for all."""

    text: str = ""
    status: PurchaseStatus | None = None
    period: Period = ALWAYS
    buyer_id: int | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what a purchase must meet, its status aside."""
        found = [self.period.of(_COLUMNS.created_at)]
        if self.buyer_id is not None:
            found.append(Purchase.buyer_id == self.buyer_id)
        return [*found, _named(self.text)] if self.text else found


_COLUMNS = Purchase.__table__.c
_ORDERS = select(func.count()).where(Order.purchase_id == _COLUMNS.id).scalar_subquery()
_TITLE = (
    select(OrderLine.title)
    .join(Order, Order.id == OrderLine.order_id)
    .where(Order.purchase_id == _COLUMNS.id)
    .order_by(OrderLine.id)
    .limit(1)
    .scalar_subquery()
)
_PACKAGE = select(func.min(Payment.package_name)).where(Payment.purchase_id == _COLUMNS.id).scalar_subquery()
_PAYMENT = select(func.max(Payment.id)).where(Payment.purchase_id == _COLUMNS.id).scalar_subquery()
_SUMMARY = select(
    Purchase.id,
    Purchase.number,
    Purchase.buyer_id,
    User.name,
    User.email,
    Purchase.currency,
    Purchase.total_minor,
    Purchase.status,
    Purchase.created_at,
    _ORDERS,
    func.coalesce(_TITLE, _PACKAGE, ""),
    _PAYMENT,
).join(User, User.id == Purchase.buyer_id)
_DETAIL = (
    select(
        Purchase.id,
        Purchase.number,
        Purchase.buyer_id,
        User.name,
        User.email,
        Purchase.currency,
        Purchase.total_minor,
        Purchase.discount_code,
        Purchase.status,
        Purchase.created_at,
        Purchase.open_until,
        Purchase.delivery_address,
        Purchase.billing_address,
    )
    .join(User, User.id == Purchase.buyer_id)
    .where(
        or_(
            Purchase.number == bindparam("number"),
            Purchase.id == select(Order.purchase_id).where(Order.number == bindparam("number")).scalar_subquery(),
        )
    )
)
_OF_PURCHASE = (
    select(
        Order.id,
        Order.number,
        Order.seller_id,
        Shop.name,
        Order.status,
        Order.discount_minor,
        Order.total_minor,
        Order.subsidy_minor,
        Order.platform_fee_minor,
        Order.processing_fee_minor,
        Order.net_minor,
        Order.buyer_note,
        IS_COLLECTED,
    )
    .join(Shop, Shop.seller_id == Order.seller_id)
    .where(Order.purchase_id == bindparam("purchase_id"))
    .order_by(Order.id)
)
_LINES = (
    select(OrderLine.order_id, OrderLine.title, OrderLine.quantity, OrderLine.subtotal_minor, OrderLine.discount_minor)
    .join(Order, Order.id == OrderLine.order_id)
    .where(Order.purchase_id == bindparam("purchase_id"))
    .order_by(OrderLine.id)
)


def purchases(sought: Sought, cursor: Cursor) -> Listed[PurchaseSummary]:
    """Return one page of the purchases that are sought, newest first unless the cursor says otherwise."""
    statement = _SUMMARY.where(*sought.conditions())
    if sought.status is not None:
        statement = statement.where(Purchase.status == sought.status)
    amounts = Amounts(_COLUMNS.currency, _COLUMNS.total_minor)
    return read_page(statement, _COLUMNS.id, cursor, PurchaseSummary, amounts=amounts)


def counts(sought: Sought) -> dict[PurchaseStatus, int]:
    """Return how many of the purchases that are sought have each status, up to a thousand each."""
    return counting.by_value(select(Purchase.id).where(*sought.conditions()), _COLUMNS.status, PurchaseStatus)


def purchase(number: str) -> PurchaseDetail:
    """Return the purchase with this number, or the one an order with this number belongs to; raises NotFound."""
    found = db.read_one(_DETAIL, {"number": number.upper()})
    if found is None:
        raise NotFound(_("There is no purchase with this number."))
    return PurchaseDetail(*tuple(found))


def orders_of(purchase_id: int) -> Sequence[OrderOfPurchase]:
    """Return every seller's part of a purchase."""
    return [OrderOfPurchase(*tuple(row)) for row in db.read(_OF_PURCHASE, {"purchase_id": purchase_id})]


def lines_of(purchase_id: int) -> Sequence[LineOfPurchase]:
    """Return the lines of all orders of a purchase."""
    return [LineOfPurchase(*tuple(row)) for row in db.read(_LINES, {"purchase_id": purchase_id})]


def _named(text: str) -> ColumnElement[bool]:
    number = text.upper()
    if number.startswith("TM-"):
        return Purchase.id.in_(select(Order.purchase_id).where(Order.number == number))
    if number.startswith("P-"):
        return Purchase.number == number
    if "@" in text:
        return Purchase.buyer_id.in_(select(User.id).where(func.lower(User.email) == text.lower()))
    return Purchase.buyer_id.in_(select(User.id).where(User.name.icontains(text, autoescape=True)))

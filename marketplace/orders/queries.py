"""What pages show of purchases and orders. Whose eyes read is part of each question: foreign orders are not found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select, true
from sqlalchemy import text as sql_text

from marketplace import db
from marketplace.accounts.models import User
from marketplace.catalog.models import Listing, ListingKind, Shop
from marketplace.catalog.variants import first_picture
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.orders import agreed_queries
from marketplace.orders.agreed_queries import AgreedTerms
from marketplace.orders.matching import is_with_bank, named, says
from marketplace.orders.models import Order, OrderDelivery, OrderLine, Purchase
from marketplace.orders.states import OrderStatus, PurchaseStatus
from marketplace.orders.tabs import BuyerTab, OrderTab, SellerTab
from marketplace.paging import Amounts, Cursor, Listed, Period, read_page


@dataclass(frozen=True, slots=True)
class OrderSummary:
    """One order in a list. Amounts are minor units of `currency`."""

    id: int
    number: str
    purchase_id: int
    purchase_status: PurchaseStatus
    status: OrderStatus
    currency: str
    total_minor: int
    discount_minor: int
    subsidy_minor: int  # what of the discount the marketplace pays to the seller
    net_minor: int
    created_at: datetime
    shop_name: str
    buyer_name: str
    title: str
    line_count: int
    picture_file: str | None
    """The picture of its first line."""
    is_pickup: bool
    """Whether the buyer collects it: as agreed, until it is known whether it was handed over."""


@dataclass(frozen=True, slots=True)
class OrderDetail:
    """One order with its purchase. Amounts are minor units of `currency`."""

    id: int
    number: str
    purchase_id: int
    purchase_number: str
    purchase_status: PurchaseStatus
    purchase_total_minor: int
    open_until: datetime
    buyer_id: int
    buyer_name: str
    seller_id: int
    shop_name: str
    shop_slug: str
    currency: str
    subtotal_minor: int
    delivery_minor: int
    tax_minor: int
    discount_minor: int
    total_minor: int
    platform_fee_minor: int
    processing_fee_minor: int
    net_minor: int
    subsidy_minor: int
    discount_code: str | None
    delivery_address: Mapping[str, str]
    billing_address: Mapping[str, str]
    buyer_note: str
    seller_note: str
    status: OrderStatus
    created_at: datetime
    agreed: AgreedTerms


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of an order as it was agreed; amounts in minor units."""

    id: int
    order_id: int
    kind: ListingKind
    title: str
    quantity: int
    unit_price_minor: int
    subtotal_minor: int
    discount_minor: int
    slug: str
    picture_file: str | None
    listing_id: int


@dataclass(frozen=True, slots=True)
class PurchaseOrder:
    """One order among the others of its purchase."""

    id: int
    number: str
    shop_name: str
    status: OrderStatus
    total_minor: int
    currency: str


_FIRST_LINE = (
    select(OrderLine.title, OrderLine.listing_id)
    .where(OrderLine.order_id == Order.id)
    .order_by(OrderLine.id)
    .limit(1)
    .lateral("first_line")
)
_LINE_COUNT = select(func.count()).where(OrderLine.order_id == Order.id).scalar_subquery()
SUMMARY = (
    select(
        Order.id,
        Order.number,
        Order.purchase_id,
        Purchase.status,
        Order.status,
        Order.currency,
        Order.total_minor,
        Order.discount_minor,
        Order.subsidy_minor,
        Order.net_minor,
        Order.created_at,
        Shop.name,
        User.name,
        _FIRST_LINE.c.title,
        _LINE_COUNT,
        first_picture(_FIRST_LINE.c.listing_id),
        agreed_queries.IS_COLLECTED,
    )
    .join(Purchase, Purchase.id == Order.purchase_id)
    .join(Shop, Shop.seller_id == Order.seller_id)
    .join(User, User.id == Order.buyer_id)
    .join(_FIRST_LINE, _FIRST_LINE.c.listing_id.is_not(None))
)
_DETAIL = (
    select(
        Order.id,
        Order.number,
        Order.purchase_id,
        Purchase.number,
        Purchase.status,
        Purchase.total_minor,
        Purchase.open_until,
        Order.buyer_id,
        User.name,
        Order.seller_id,
        Shop.name,
        Shop.slug,
        Order.currency,
        Order.subtotal_minor,
        Order.delivery_minor,
        Order.tax_minor,
        Order.discount_minor,
        Order.total_minor,
        Order.platform_fee_minor,
        Order.processing_fee_minor,
        Order.net_minor,
        Order.subsidy_minor,
        Purchase.discount_code,
        Purchase.delivery_address,
        Purchase.billing_address,
        Order.buyer_note,
        Order.seller_note,
        Order.status,
        Order.created_at,
        *agreed_queries.COLUMNS,
    )
    .join(Purchase, Purchase.id == Order.purchase_id)
    .join(Shop, Shop.seller_id == Order.seller_id)
    .join(User, User.id == Order.buyer_id)
    .outerjoin(OrderDelivery, OrderDelivery.order_id == Order.id)
    .where(Order.number == bindparam("number"))
)
_Orders: TypeAlias = Select[*tuple[object, ...]]
_COUNTS = select(Order.status, func.count()).group_by(Order.status)
_IS_UNPAID_AT_BANK = and_(Order.status == OrderStatus.PENDING, is_with_bank())
_BUYER_COUNTS = (
    select(Order.status, _IS_UNPAID_AT_BANK, func.count())
    .where(Order.buyer_id == bindparam("user_id"))
    .group_by(Order.status, sql_text("2"))
)
_SELLER_COUNTS = _COUNTS.where(Order.seller_id == bindparam("user_id"))
_LINES = (
    select(
        OrderLine.id,
        OrderLine.order_id,
        OrderLine.kind,
        OrderLine.title,
        OrderLine.quantity,
        OrderLine.unit_price_minor,
        OrderLine.subtotal_minor,
        OrderLine.discount_minor,
        Listing.slug,
        first_picture(Listing.__table__.c.id),
        OrderLine.listing_id,
    )
    .join(Listing, Listing.id == OrderLine.listing_id)
    .where(OrderLine.order_id == bindparam("order_id"))
    .order_by(OrderLine.id)
)
_PURCHASE_ORDERS = (
    select(Order.id, Order.number, Shop.name, Order.status, Order.total_minor, Order.currency)
    .join(Shop, Shop.seller_id == Order.seller_id)
    .where(Order.purchase_id == bindparam("purchase_id"))
    .order_by(Order.id)
)


def buyer_orders(buyer_id: int, tab: BuyerTab, text: str, period: Period, cursor: Cursor) -> Listed[OrderSummary]:
    """Return one page of the orders a buyer placed in `period`, newest first unless the cursor says otherwise.

    `text` is an order's or a purchase's number, or part of what was bought or of the shop's name; "" for all.
    """
    statement = SUMMARY.where(Order.buyer_id == buyer_id)
    if tab.is_with_bank is not None:
        statement = statement.where(is_with_bank() == tab.is_with_bank)
    return _page(statement.where(named(text)) if text else statement, tab, period, cursor)


def seller_orders(seller_id: int, tab: SellerTab, text: str, period: Period, cursor: Cursor) -> Listed[OrderSummary]:
    """Return one page of a seller's orders placed in `period`, newest first unless the cursor says otherwise.

    `text` narrows them to those whose number, buyer or goods it names; "" for all.
    """
    return _page(SUMMARY.where(Order.seller_id == seller_id, says(text)), tab, period, cursor)


def buyer_order_counts(buyer_id: int) -> dict[BuyerTab, int]:
    """Return how many orders each tab of a buyer holds."""
    rows = [tuple(row) for row in db.read(_BUYER_COUNTS, {"user_id": buyer_id})]
    return {tab: sum(count for status, at_bank, count in rows if tab.holds(status, at_bank)) for tab in BuyerTab}


def seller_order_counts(seller_id: int) -> dict[OrderStatus, int]:
    """Return how many orders a seller has in each status."""
    return dict(map(tuple, db.read(_SELLER_COUNTS, {"user_id": seller_id})))


def buyer_order(number: str, buyer_id: int) -> OrderDetail:
    """Return the buyer's own order `number`; raises NotFound for an unknown or foreign one."""
    return _own(number, Order.buyer_id == buyer_id)


def seller_order(number: str, seller_id: int) -> OrderDetail:
    """Return the seller's own order `number`; raises NotFound for an unknown or foreign one."""
    return _own(number, Order.seller_id == seller_id)


def any_order(number: str) -> OrderDetail:
    """Return order `number`, for an admin; raises NotFound."""
    return _own(number, true())


def lines_of(order_id: int) -> Sequence[LineRow]:
    """Return an order's lines as agreed."""
    return [LineRow(*tuple(row)) for row in db.read(_LINES, {"order_id": order_id})]


def orders_of_purchase(purchase_id: int) -> Sequence[PurchaseOrder]:
    """Return all orders of one purchase, one per seller."""
    return [PurchaseOrder(*tuple(row)) for row in db.read(_PURCHASE_ORDERS, {"purchase_id": purchase_id})]


def _page(statement: _Orders, tab: OrderTab, period: Period, cursor: Cursor) -> Listed[OrderSummary]:
    if tab.statuses:
        statement = statement.where(Order.status.in_(tab.statuses))
    columns = Order.__table__.c
    amounts = Amounts(columns.currency, columns.total_minor)
    return read_page(statement.where(period.of(columns.created_at)), columns.id, cursor, OrderSummary, amounts=amounts)


def _own(number: str, is_own: ColumnElement[bool]) -> OrderDetail:
    found = db.read_one(_DETAIL.where(is_own), {"number": number})
    if found is None:
        raise NotFound(_("There is no order with this number among yours."))
    columns: Sequence[Any] = tuple(found)
    count = len(agreed_queries.COLUMNS)
    return OrderDetail(*(*columns[:-count], agreed_queries.agreed(columns[-count:])))

"""What the pages of codes read: the codes of an owner, one of them, the purchases that used it, and what it cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, select, true

from marketplace import db
from marketplace.accounts.models import User
from marketplace.catalog.models import Listing, Shop
from marketplace.catalog.states import ListingStatus
from marketplace.catalog.variants import IS_LISTING
from marketplace.discounts.models import Discount, DiscountUse
from marketplace.discounts.pricing import TERMS
from marketplace.discounts.rules import Terms
from marketplace.discounts.states import DiscountStatus, UseStatus
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.orders.models import Order, Purchase
from marketplace.orders.states import OrderStatus, PurchaseStatus
from marketplace.paging import Cursor, Listed, read_page
from marketplace.payment_records.models import Payment

_MINOR = Order.discount_minor.type
_GONE = (OrderStatus.CANCELLED, OrderStatus.REFUNDED)


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A code with how often it is used; `shop_name` is None for one of the marketplace."""

    id: int
    terms: Terms
    description: str
    used: int
    """Reserved or redeemed, within the limit."""
    used_late: int
    """Beyond it: paid late and honoured."""
    redeemed: int
    shop_name: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class UseRow:
    """One purchase that uses a code; the amount is in minor units of `currency`."""

    id: int
    purchase_number: str
    order_number: str
    """The first of its orders that the code made cheaper; of a package of credits its name."""
    orders: int
    """How many orders it made cheaper."""
    buyer_name: str
    status: UseStatus
    is_late: bool
    amount_minor: int
    currency: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Cost:
    """What a code took off in one currency, minor units: of paid purchases, and of their orders that stand."""

    currency: str
    purchases: int
    taken_off_minor: int
    stands_minor: int
    """Without orders that were cancelled or refunded as a whole."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A listing that a code may be narrowed to."""

    id: int
    title: str


_REDEEMED = (
    select(func.count())
    .where(DiscountUse.discount_id == Discount.__table__.c.id, DiscountUse.status == UseStatus.REDEEMED)
    .scalar_subquery()
)
_CODES = select(
    *TERMS, Discount.description, Discount.used, Discount.used_late, _REDEEMED, Shop.name, Discount.created_at
).join(Shop, Shop.seller_id == Discount.seller_id, isouter=True)
_LOWERED = (
    select(func.min(Order.number).label("number"), func.count().label("orders"))
    .where(Order.purchase_id == DiscountUse.purchase_id, Order.discount_minor > 0)
    .lateral("lowered")
)
_PACKAGE = select(func.min(Payment.package_name)).where(Payment.purchase_id == DiscountUse.purchase_id)
_USES = (
    select(
        DiscountUse.id,
        Purchase.number,
        func.coalesce(_LOWERED.c.number, _PACKAGE.scalar_subquery(), ""),
        _LOWERED.c.orders,
        User.name,
        DiscountUse.status,
        DiscountUse.is_late,
        DiscountUse.amount_minor,
        DiscountUse.currency,
        DiscountUse.created_at,
    )
    .join(Purchase, Purchase.id == DiscountUse.purchase_id)
    .join(User, User.id == DiscountUse.buyer_id)
    .join(_LOWERED, true())
)
_COSTS = (
    select(
        Order.currency,
        func.count(Order.purchase_id.distinct()),
        func.coalesce(func.sum(Order.discount_minor), 0).cast(_MINOR),
        func.coalesce(func.sum(Order.discount_minor).filter(Order.status.not_in(_GONE)), 0).cast(_MINOR),
    )
    .join(DiscountUse, DiscountUse.purchase_id == Order.purchase_id)
    .join(Purchase, Purchase.id == Order.purchase_id)
    .where(
        DiscountUse.discount_id == bindparam("discount_id"),
        Purchase.status == PurchaseStatus.PAID,
        Order.discount_minor > 0,
    )
    .group_by(Order.currency)
    .order_by(Order.currency)
)
_PACKAGE_COSTS = (
    select(DiscountUse.currency, func.count(), func.sum(DiscountUse.amount_minor).cast(_MINOR))
    .join(Purchase, Purchase.id == DiscountUse.purchase_id)
    .where(
        DiscountUse.discount_id == bindparam("discount_id"),
        Purchase.status == PurchaseStatus.PAID,
        # Packages of credits have no basket, and no orders.
        Purchase.cart_id.is_(None),
    )
    .group_by(DiscountUse.currency)
)
_OFFERED = (
    select(Listing.id, Listing.title)
    .where(Listing.seller_id == bindparam("seller_id"), Listing.status != ListingStatus.DRAFT, IS_LISTING)
    .order_by(Listing.title)
    .limit(500)
)


def codes_of_seller(seller_id: int, status: DiscountStatus | None, cursor: Cursor) -> Listed[CodeRow]:
    """Return one page of a seller's own codes, newest first; `status` None for all."""
    return _codes(Discount.seller_id == seller_id, status, cursor)


def codes_of_all(*, only_ours: bool, status: DiscountStatus | None, cursor: Cursor) -> Listed[CodeRow]:
    """Return one page of codes for an admin, newest first: those of the marketplace, or of everybody."""
    return _codes(Discount.seller_id.is_(None) if only_ours else true(), status, cursor)


def code_of_seller(discount_id: int, seller_id: int) -> CodeRow:
    """Return a seller's own code; raises NotFound."""
    return _one(discount_id, Discount.seller_id == seller_id)


def any_code(discount_id: int) -> CodeRow:
    """Return any code, for an admin; raises NotFound."""
    return _one(discount_id, true())


def uses_of(discount_id: int, cursor: Cursor) -> Listed[UseRow]:
    """Return one page of the purchases that used a code, newest first; who may see the code is asked before."""
    return read_page(_USES.where(DiscountUse.discount_id == discount_id), DiscountUse.__table__.c.id, cursor, UseRow)


def costs(discount_id: int) -> Sequence[Cost]:
    """Return what a code took off paid purchases, by currency."""
    of = {"discount_id": discount_id}
    found = {row.currency: row for row in (Cost(*tuple(row)) for row in db.read(_COSTS, of))}
    for currency, count, minor in map(tuple, db.read(_PACKAGE_COSTS, of)):
        known = found.get(currency, Cost(currency, 0, 0, 0))
        taken, stands = known.taken_off_minor + minor, known.stands_minor + minor
        found[currency] = Cost(currency, known.purchases + count, taken, stands)
    return [found[currency] for currency in sorted(found)]


def offered(seller_id: int) -> Sequence[Offered]:
    """Return the listings of a seller that a code may be narrowed to, by title; at most 500."""
    return [Offered(*tuple(row)) for row in db.read(_OFFERED, {"seller_id": seller_id})]


def _codes(which: ColumnElement[bool], status: DiscountStatus | None, cursor: Cursor) -> Listed[CodeRow]:
    statement = _CODES.where(which)
    if status is not None:
        statement = statement.where(Discount.status == status)
    return read_page(statement, Discount.__table__.c.id, cursor, _row)


def _one(discount_id: int, which: ColumnElement[bool]) -> CodeRow:
    found = db.read_one(_CODES.where(Discount.id == discount_id, which))
    if found is None:
        raise NotFound(_("There is no such code."))
    return _row(*found)


def _row(*columns: Any) -> CodeRow:
    *terms, description, used, used_late, redeemed, shop_name, created_at = columns
    return CodeRow(int(terms[0]), Terms(*terms), description, used, used_late, redeemed, shop_name, created_at)

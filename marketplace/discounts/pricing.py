"""What the code entered for a basket takes off now, read for a page or inside the purchase's own transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, exists, func, select
from sqlalchemy.orm import Session

from marketplace import db
from marketplace.carts import rules as carts
from marketplace.carts.parts import CurrencyPart
from marketplace.catalog.models import Listing, PartDetails, Shop
from marketplace.catalog.rules import CARS
from marketplace.catalog.variants import SHOWN_ID
from marketplace.discounts import rules
from marketplace.discounts.models import Discount, DiscountUse
from marketplace.discounts.rules import Granted, Item, Refusal, Refused, Standing, Terms
from marketplace.discounts.states import LIVE, UseStatus
from marketplace.money import Money
from marketplace.orders.models import Order, Purchase
from marketplace.orders.states import PurchaseStatus
from marketplace.payment_records.models import Payment
from marketplace.payment_records.states import PaymentStatus

Rows = Callable[[Select[*tuple[Any, ...]], dict[str, Any]], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Found:
    """A code with what it promises, and the name of its seller's shop; None for the marketplace's own."""

    terms: Terms
    shop_name: str | None


@dataclass(frozen=True, slots=True)
class Priced:
    """A part of a basket with its code's discount, or with why there is none; both None without a code."""

    part: CurrencyPart
    found: Found | None = None
    granted: Granted | None = None
    refused: Refused | None = None


TERMS = (
    Discount.id,
    Discount.code,
    Discount.seller_id,
    Discount.status,
    Discount.kind,
    Discount.currency,
    Discount.basis_points,
    Discount.amount_minor,
    Discount.cap_minor,
    Discount.minimum_minor,
    Discount.max_uses,
    Discount.max_uses_per_buyer,
    Discount.first_order_only,
    Discount.categories,
    Discount.listing_ids,
    Discount.valid_from,
    Discount.valid_until,
)
"""The columns of Terms, in their order."""
_FOUND = (
    select(*TERMS, Discount.used, Shop.name)
    .join(Shop, Shop.seller_id == Discount.seller_id, isouter=True)
    .where(Discount.code == bindparam("code"))
)
_IS_CLEARING = exists().where(
    Payment.purchase_id == DiscountUse.purchase_id,
    (Payment.status == PaymentStatus.PROCESSING)
    | ((Payment.status == PaymentStatus.PENDING) & (Payment.provider == "bank_transfer")),
)
"""Whether its money is on its way: from the buyer's bank by a method that clears later, or by a transfer."""
_OWN_USES = (
    select(DiscountUse.status, DiscountUse.currency, Purchase.status, _IS_CLEARING, Purchase.cart_id.is_(None))
    .join(Purchase, Purchase.id == DiscountUse.purchase_id)
    .where(
        DiscountUse.buyer_id == bindparam("buyer_id"),
        DiscountUse.discount_id == bindparam("discount_id"),
        DiscountUse.status.in_(LIVE),
    )
)
_PAID = (
    select(Order.id)
    .join(Purchase, Purchase.id == Order.purchase_id)
    .where(Order.buyer_id == bindparam("buyer_id"), Purchase.status == PurchaseStatus.PAID)
    .limit(1)
)
_PAID_TO_SELLER = _PAID.where(Order.seller_id == bindparam("seller_id"))
_CATEGORIES = (
    select(Listing.id, func.coalesce(PartDetails.category, CARS))
    .join(PartDetails, PartDetails.listing_id == SHOWN_ID, isouter=True)
    .where(Listing.id.in_(bindparam("listing_ids", expanding=True)))
)


def priced(parts: Sequence[CurrencyPart], buyer_id: int | None, now: datetime) -> list[Priced]:
    """Return the parts of a basket with what their code takes off now, for a page; `buyer_id` None for a visitor."""
    return _priced(db.read, parts, buyer_id, now)


def priced_now(session: Session, part: CurrencyPart, *, buyer_id: int, now: datetime) -> Priced:
    """Return one part of a basket with what its code takes off, read in the caller's transaction."""

    def rows(statement: Select[*tuple[Any, ...]], values: dict[str, Any]) -> Sequence[Any]:
        return session.execute(statement, values).all()

    return _priced(rows, [part], buyer_id, now)[0]


@dataclass(frozen=True, slots=True)
class PricedPackage:
    """What a code takes off a package of credits, or why it takes nothing; all three None without a code."""

    found: Found | None = None
    granted: Granted | None = None
    refused: Refused | None = None


def priced_package(
    code: str, price: Money, *, buyer_id: int, now: datetime, session: Session | None = None
) -> PricedPackage:
    """Return what a code takes off a package of credits: the marketplace's do that are for all goods (C26).

    In `session`'s transaction, or read for a page without one.
    """

    def in_session(statement: Select[*tuple[Any, ...]], values: dict[str, Any]) -> Sequence[Any]:
        return session.execute(statement, values).all() if session else db.read(statement, values)

    if not code:
        return PricedPackage()
    known = _find(in_session, code)
    if known is None:
        return PricedPackage(refused=Refused(Refusal.UNKNOWN))
    found, used = known
    uses, has_ordered = _before(in_session, found.terms, buyer_id)
    free = [one for one in uses if _comes_free(one, price.currency, is_package=True)]
    standing = Standing(used - len(free), len(uses) - len(free), has_ordered)
    # It is nobody's listing and of no category, so a code that is narrowed to any is not for it.
    verdict = rules.judge(found.terms, [Item(0, 0, 0, "", price)], standing, now)
    if isinstance(verdict, Refused):
        return PricedPackage(found, refused=verdict)
    return PricedPackage(found, granted=verdict)


def with_code(part: CurrencyPart, code: str) -> CurrencyPart:
    """Return a part of a basket as if this code had been entered for it."""
    return replace(part, code=code)


def find(code: str) -> Found | None:
    """Return a code by its letters, read for a page; None when there is no such code."""
    found = _find(db.read, code)
    return found[0] if found else None


def _priced(rows: Rows, parts: Sequence[CurrencyPart], buyer_id: int | None, now: datetime) -> list[Priced]:
    code = parts[0].code if parts else None
    if code is None:
        return [Priced(part) for part in parts]
    known = _find(rows, code)
    if known is None:
        return [Priced(part, refused=Refused(Refusal.UNKNOWN)) for part in parts]
    found, used = known
    uses, has_ordered = _before(rows, found.terms, buyer_id)
    categories = _categories(rows, found.terms, parts)
    made = []
    for part in parts:
        items = _items(part, categories)
        if not items:
            made.append(Priced(part, found, refused=Refused(Refusal.OTHER_GOODS)))
            continue
        free = [one for one in uses if _comes_free(one, part.currency, is_package=False)]
        standing = Standing(used - len(free), len(uses) - len(free), has_ordered)
        verdict = rules.judge(found.terms, items, standing, now)
        if isinstance(verdict, Refused):
            made.append(Priced(part, found, refused=verdict))
        else:
            cheaper = carts.discounted(part, verdict.by_line, lowers_tax=not found.terms.is_subsidy)
            made.append(Priced(cheaper, found, granted=verdict))
    return made


def _find(rows: Rows, code: str) -> tuple[Found, int] | None:
    for row in rows(_FOUND, {"code": code}):
        *terms, used, shop_name = row
        return Found(Terms(*terms), shop_name), int(used)
    return None


def _before(rows: Rows, terms: Terms, buyer_id: int | None) -> tuple[Sequence[Any], bool]:
    """Return the buyer's own uses that count, and whether the buyer has paid an order before."""
    if buyer_id is None:
        return (), False
    uses = rows(_OWN_USES, {"buyer_id": buyer_id, "discount_id": terms.discount_id})
    if not terms.first_order_only:
        return uses, False
    paid = _PAID if terms.is_subsidy else _PAID_TO_SELLER
    whose = {} if terms.is_subsidy else {"seller_id": terms.seller_id}
    return uses, bool(rows(paid, {"buyer_id": buyer_id, **whose}))


def _comes_free(use: Any, currency: str, *, is_package: bool) -> bool:
    """Return whether a use belongs to the buyer's own unfinished purchase, which is given up when they buy anew.

    Who buys a package of credits gives up an unpaid package, and no basket.
    """
    status, of_currency, purchase, is_clearing, is_of_package = use
    is_open = status is UseStatus.RESERVED and purchase is PurchaseStatus.OPEN and not is_clearing
    return is_open and of_currency == currency and is_of_package == is_package


def _categories(rows: Rows, terms: Terms, parts: Sequence[CurrencyPart]) -> dict[int, str]:
    listing_ids = {line.listing_id for part in parts for shop in part.shops for line in shop.counted}
    if not terms.categories or not listing_ids:
        return {}
    return dict(map(tuple, rows(_CATEGORIES, {"listing_ids": sorted(listing_ids)})))


def _items(part: CurrencyPart, categories: dict[int, str]) -> list[Item]:
    return [
        # A code for a listing is for its variants too.
        Item(
            line.line_id,
            line.parent_id or line.listing_id,
            shop.seller_id,
            categories.get(line.listing_id, ""),
            line.subtotal,
        )
        for shop in part.shops
        for line in shop.counted
    ]

"""The writes of a checkout before money: freeze the cart, reserve, plan the payment page, give up what was not paid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.carts import queries
from marketplace.carts.models import Cart
from marketplace.carts.rules import Line, ShopPart
from marketplace.catalog import stock
from marketplace.catalog.models import Listing, ListingKind, PartDetails, Shop
from marketplace.catalog.rules import CARS
from marketplace.checkout import attempts, page, rules
from marketplace.checkout.page import Opened
from marketplace.config import Settings
from marketplace.errors import Conflict, NotFound
from marketplace.history import Actor
from marketplace.money import Money
from marketplace.orders.models import Order, OrderLine, Purchase
from marketplace.orders.states import PurchaseStatus
from marketplace.payment_records.models import Payment
from marketplace.payments import fees
from marketplace.payments import rules as payment_rules
from marketplace.payments.fees import PlatformFee
from marketplace.payments.models import OrderFee


class CartChanged(Conflict):
    """Prices or stock are not what the buyer agreed to; the review shows what changed."""


class OpenedElsewhere(Conflict):
    """Another tab has made a purchase of this cart meanwhile; it is given up first."""


class _Kind(NamedTuple):
    kind: ListingKind
    category: str


@dataclass(frozen=True)
class Agreed:
    """What the buyer sent with the review form: minor units of `currency`."""

    buyer_id: int
    currency: str
    token: str
    expected_total_minor: int
    delivery_address: dict[str, Any]
    billing_address: dict[str, Any]
    buyer_note: str


def find_purchase(session: Session, *, token: str, buyer_id: int) -> int | None:
    """Return the purchase this form has made already, if any; raises NotFound for another buyer's token."""
    row = session.execute(select(Purchase.id, Purchase.buyer_id).where(Purchase.checkout_token == token)).one_or_none()
    if row is None:
        return None
    if row.buyer_id != buyer_id:
        raise NotFound("There is no such purchase.")
    return int(row.id)


def open_purchase(session: Session, *, agreed: Agreed, settings: Settings, now: datetime) -> Opened:
    """Freeze the cart's lines of one currency as a purchase and plan its payment.

    Raises CartChanged when the buyer would not get what the form showed, SoldOut when somebody else was faster,
    OpenedElsewhere when another purchase of this cart waits for its payment.
    """
    actor = Actor.user(agreed.buyer_id)
    known = find_purchase(session, token=agreed.token, buyer_id=agreed.buyer_id)
    if known is not None:
        return Opened(known, 0, agreed.buyer_id, agreed.currency, None, is_known=True)
    if attempts.to_give_up(session, buyer_id=agreed.buyer_id, currency=agreed.currency, token=agreed.token):
        raise OpenedElsewhere("You are paying for this basket in another window. Please try again.")
    part = queries.contents_now(session, user_id=agreed.buyer_id, currency=agreed.currency)
    if part is None or not part.can_be_bought:
        raise CartChanged("There is nothing in your basket that can be bought.")
    if part.total.minor != agreed.expected_total_minor:
        raise CartChanged("A price or the stock has changed since you opened this page. Please look at the new total.")
    purchase = Purchase(
        buyer_id=agreed.buyer_id,
        cart_id=session.execute(select(Cart.id).where(Cart.user_id == agreed.buyer_id)).scalar_one(),
        checkout_token=agreed.token,
        currency=agreed.currency,
        total_minor=part.total.minor,
        delivery_address=agreed.delivery_address,
        billing_address=agreed.billing_address,
        created_at=now,
        open_until=now + timedelta(hours=settings.money.unpaid_order_hours),
    )
    session.add(purchase)
    session.flush()
    history.begin(session, Purchase, [purchase.id], actor=actor, at=now, because="The buyer agreed to the price.")
    shops = [shop for shop in part.shops if shop.counted]
    _open_orders(session, purchase, shops, note=agreed.buyer_note, actor=actor, now=now)
    expires_at = rules.page_expires_at(now, settings.payment_tracking.session_expiry_minutes)
    _reserve(session, purchase.id, page_expires_at=expires_at, settings=settings, actor=actor, now=now)
    return page.plan_payment(session, purchase=purchase, expires_at=expires_at, settings=settings, actor=actor, now=now)


def reopen_purchase(
    session: Session, *, purchase_id: int, after_payment_id: int, settings: Settings, actor: Actor, now: datetime
) -> Opened:
    """Plan another payment for a purchase that is still open, with its goods set aside anew (S0.2, C29).

    When another request has made one after `after_payment_id` already, that one is the answer.

    Raises Conflict when it is paid, given up, its goods are gone, or one of its shops takes no orders now.
    """
    purchase = session.get_one(Purchase, purchase_id)
    if purchase.status != PurchaseStatus.OPEN:
        raise Conflict(f"This purchase is {purchase.status.label.lower()}.")
    newer = select(Payment.id).where(Payment.purchase_id == purchase_id, Payment.id > after_payment_id)
    found = session.execute(newer).scalars().first()
    if found is not None:
        return Opened(purchase_id, found, purchase.buyer_id, purchase.currency, None, is_known=True)
    paused = _paused_shop(session, purchase_id)
    if paused is not None:
        raise Conflict(f"{paused} takes no orders at the moment. Your basket is kept.")
    stock.give_back(session, purchase_id=purchase_id, actor=actor, now=now, because="Set aside anew.")
    expires_at = rules.page_expires_at(now, settings.payment_tracking.session_expiry_minutes)
    _reserve(session, purchase_id, page_expires_at=expires_at, settings=settings, actor=actor, now=now)
    return page.plan_payment(session, purchase=purchase, expires_at=expires_at, settings=settings, actor=actor, now=now)


def _paused_shop(session: Session, purchase_id: int) -> str | None:
    """Return the name of a shop of this purchase that takes no orders now; None when all do."""
    statement = select(Shop.name).join(Order, Order.seller_id == Shop.seller_id)
    return session.execute(statement.where(Order.purchase_id == purchase_id, Shop.is_paused)).scalars().first()


def give_up(session: Session, *, purchase_id: int, actor: Actor, now: datetime, because: str) -> bool:
    """Give up an unpaid purchase: orders cancelled, goods back in stock; return False when it is not open."""
    if not history.move_many(session, Purchase, [purchase_id], "give_up", actor=actor, at=now, because=because):
        return False
    order_ids = [order.id for order in purchase_orders(session, purchase_id)]
    history.move_many(session, Order, order_ids, "cancel", actor=actor, at=now, because=because)
    stock.give_back(session, purchase_id=purchase_id, actor=actor, now=now, because=because)
    return True


def cancel_unpaid(session: Session, *, purchase_id: int, after_payment_id: int, actor: Actor, now: datetime) -> None:
    """Give up an unpaid purchase because its buyer does not want it; `after_payment_id` was ended before.

    Raises OpenedElsewhere when another attempt to pay began meanwhile, Conflict when it is paid or given up.
    """
    newer = select(Payment.id).where(Payment.purchase_id == purchase_id, Payment.id > after_payment_id)
    if session.execute(newer).first() is not None:
        raise OpenedElsewhere("You are paying for this purchase in another window. Please try again.")
    because = "The buyer cancelled the purchase before it was paid."
    if not give_up(session, purchase_id=purchase_id, actor=actor, now=now, because=because):
        purchase = session.get_one(Purchase, purchase_id)
        raise Conflict(f"This purchase is {purchase.status.label.lower()}. Nothing was cancelled.")


def purchase_orders(session: Session, purchase_id: int) -> list[Order]:
    """Return a purchase's orders in the order they were made."""
    return list(session.execute(select(Order).where(Order.purchase_id == purchase_id).order_by(Order.id)).scalars())


def ordered_units(session: Session, purchase_id: int) -> dict[int, int]:
    """Return the units a purchase ordered, by listing."""
    rows = session.execute(
        select(OrderLine.listing_id, OrderLine.quantity)
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.purchase_id == purchase_id)
    )
    units: dict[int, int] = {}
    for row in rows:
        units[row.listing_id] = units.get(row.listing_id, 0) + row.quantity
    return units


def _open_orders(
    session: Session, purchase: Purchase, shops: Sequence[ShopPart], *, note: str, actor: Actor, now: datetime
) -> None:
    sellers = [shop.seller_id for shop in shops]
    agreement = fees.agree(session, channel=fees.STANDARD, seller_ids=sellers, currency=purchase.currency, now=now)
    kinds = _kinds(session, [line.listing_id for shop in shops for line in shop.counted])
    fees_by_shop = [agreement.platform_fees(shop.seller_id, shop.total, _goods(shop, kinds)) for shop in shops]
    platform = [Money.total([part.fee for part in parts], purchase.currency) for parts in fees_by_shop]
    shares = payment_rules.shares([shop.total for shop in shops], platform, agreement.processing)
    for shop, share, parts in zip(shops, shares, fees_by_shop, strict=True):
        order = Order(
            purchase_id=purchase.id,
            buyer_id=purchase.buyer_id,
            seller_id=shop.seller_id,
            currency=purchase.currency,
            subtotal_minor=shop.subtotal.minor,
            delivery_minor=shop.delivery.minor,
            tax_minor=shop.tax.minor,
            discount_minor=0,
            total_minor=share.gross.minor,
            platform_fee_minor=share.platform_fee.minor,
            processing_fee_minor=share.processing_fee.minor,
            net_minor=share.net.minor,
            buyer_note=note,
            created_at=now,
        )
        session.add(order)
        session.flush()
        session.add_all(_order_line(order.id, line, kinds[line.listing_id].kind) for line in shop.counted)
        session.add_all(_order_fee(order.id, part) for part in parts)
        history.begin(session, Order, [order.id], actor=actor, at=now, because="The buyer agreed to the price.")
    session.flush()


def _kinds(session: Session, listing_ids: Sequence[int]) -> dict[int, _Kind]:
    rows = session.execute(
        select(Listing.id, Listing.kind, func.coalesce(PartDetails.category, CARS))
        .join(PartDetails, PartDetails.listing_id == Listing.id, isouter=True)
        .where(Listing.id.in_(listing_ids))
    )
    return {listing_id: _Kind(kind, category) for listing_id, kind, category in rows}


def _goods(shop: ShopPart, kinds: Mapping[int, _Kind]) -> dict[str, Money]:
    """Return the prices of a shop's part by category."""
    goods: dict[str, Money] = {}
    for line in shop.counted:
        category = kinds[line.listing_id].category
        goods[category] = goods.get(category, Money.zero(shop.total.currency)) + line.subtotal
    return goods


def _order_fee(order_id: int, part: PlatformFee) -> OrderFee:
    return OrderFee(
        order_id=order_id,
        fee_schedule_id=part.schedule_id,
        base_minor=part.base.minor,
        platform_fee_minor=part.fee.minor,
    )


def _order_line(order_id: int, line: Line, kind: ListingKind) -> OrderLine:
    return OrderLine(
        order_id=order_id,
        listing_id=line.listing_id,
        kind=kind,
        title=line.title,
        quantity=line.quantity,
        unit_price_minor=line.unit_price.minor,
        subtotal_minor=line.subtotal.minor,
    )


def _reserve(
    session: Session, purchase_id: int, *, page_expires_at: datetime, settings: Settings, actor: Actor, now: datetime
) -> None:
    stock.reserve(
        session,
        purchase_id=purchase_id,
        quantities=ordered_units(session, purchase_id),
        expires_at=rules.goods_kept_until(page_expires_at, settings.money.reservation_grace_minutes),
        actor=actor,
        now=now,
    )

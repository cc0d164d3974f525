"""The writes of a checkout before money: freeze the cart, reserve, plan the payment page, give up what was not paid."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.accounts import suspending
from marketplace.accounts.suspension_models import Side
from marketplace.auctions import keeping, paying_queries
from marketplace.bank_transfers import rules as transfers
from marketplace.bank_transfers.rules import BANK_TRANSFER
from marketplace.carts import queries
from marketplace.carts.models import Cart
from marketplace.carts.parts import CurrencyPart
from marketplace.catalog import stock
from marketplace.catalog.models import Shop
from marketplace.checkout import attempts, opening, page, rules, set_aside
from marketplace.checkout.page import Opened
from marketplace.config import Settings
from marketplace.discounts import pricing, uses
from marketplace.discounts.pricing import Priced
from marketplace.errors import Conflict, NotFound
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.orders.models import Order, Purchase
from marketplace.orders.states import PurchaseStatus
from marketplace.payment_records.models import Payment
from marketplace.payments import fees

_CART = select(Cart.id, suspending.is_open_for(Cart.__table__.c.user_id, Side.BUYER).label("is_suspended")).where(
    Cart.user_id == bindparam("buyer_id")
)
_CHANGED = Text(
    "A price, the stock or the discount has changed since you opened this page. Please look at the new total."
)
_OTHER_NAMES = Text("Something is called otherwise since you opened this page. Please look at what you buy once more.")
_MAY_COLLECT = Text("Some of this can be collected from the seller instead. Please choose, and look at the total.")
_NOTHING = Text("There is nothing in your basket that can be bought.")
_OTHER_COUNTRY = Text("This address is in another country than the total was for. Please look at the new total.")


class _Source(NamedTuple):
    """Where a purchase comes from: its cart, None for an auction; by whose fees, and until when it waits to be paid."""

    cart_id: int | None
    channel: str
    open_until: datetime


class CartChanged(Conflict):
    """Prices or stock are not what the buyer agreed to; the review shows what changed."""


class OpenedElsewhere(Conflict):
    """Another tab has made a purchase of this cart meanwhile; it is given up first."""


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
    shown_country: str = ""
    """Where the total that was shown sends it, ISO 3166-1 alpha-2; "" where the form did not say."""
    shown_names: str = ""
    """CurrencyPart.names of what was shown; "" where the form did not say."""
    collected: tuple[int, ...] = ()
    """The sellers whose goods the buyer collects, where there is a choice."""
    paid_by: str = page.PROVIDER
    """What pays all of it: a provider with a payment page, the buyer's wallet at once, or a transfer within days."""
    auction_id: int | None = None
    """The won auction that is paid, instead of a basket."""

    @property
    def form(self) -> dict[str, Any]:
        """What tells this purchase from others of the same buyer, as `attempts.to_give_up` asks."""
        names = ("buyer_id", "currency", "token", "auction_id")
        return {name: getattr(self, name) for name in names}


def find_purchase(session: Session, *, token: str, buyer_id: int) -> int | None:
    """Return the purchase this form has made already, if any; raises NotFound for another buyer's token."""
    row = session.execute(select(Purchase.id, Purchase.buyer_id).where(Purchase.checkout_token == token)).one_or_none()
    if row is None:
        return None
    if row.buyer_id != buyer_id:
        raise NotFound(_("There is no such purchase."))
    return int(row.id)


def open_purchase(session: Session, *, agreed: Agreed, settings: Settings, now: datetime) -> Opened:
    """Freeze the cart's lines of one currency, or a won auction, as a purchase and plan its payment.

    Raises CartChanged when the buyer would not get what the form showed, SoldOut and UsedUp when somebody else was
    faster, OpenedElsewhere when another purchase of this cart waits for its payment; for an auction also NotFound and
    Conflict as `keeping.won_by` does.
    """
    actor = Actor.user(agreed.buyer_id)
    known = find_purchase(session, token=agreed.token, buyer_id=agreed.buyer_id)
    if known is not None:
        return Opened(known, 0, agreed.buyer_id, agreed.currency, None, is_known=True)
    if attempts.to_give_up(session, **agreed.form):
        raise OpenedElsewhere(_("You are paying for this basket in another window. Please try again."))
    source = _cart(session, agreed, now, settings) if agreed.auction_id is None else _auction(session, agreed, now)
    priced = pricing.priced_now(session, _wanted(session, agreed, now), buyer_id=agreed.buyer_id, now=now)
    part = priced.part
    if part.total.minor != agreed.expected_total_minor:
        raise CartChanged(_(_CHANGED))
    if agreed.shown_names not in {"", part.names}:
        raise CartChanged(_(_OTHER_NAMES))
    purchase = _begin(session, agreed, priced, source, actor=actor, now=now)
    how: dict[str, Any] = {"paid_by": agreed.paid_by, "actor": actor, "now": now}
    opening.open_orders(session, purchase, priced, channel=source.channel, note=agreed.buyer_note, **how)
    expires_at = _pay_until(agreed, settings, now)
    purchase.open_until = max(purchase.open_until, expires_at)
    _reserve(session, purchase, page_expires_at=expires_at, settings=settings, actor=actor, now=now)
    _take_use(session, purchase, priced, settings, actor=actor, now=now)
    return page.plan_payment(session, purchase=purchase, expires_at=expires_at, settings=settings, **how)


def _cart(session: Session, agreed: Agreed, now: datetime, settings: Settings) -> _Source:
    cart = session.execute(_CART, {"buyer_id": agreed.buyer_id}).one_or_none()
    if cart is None:
        raise CartChanged(_(_NOTHING))
    if cart.is_suspended:
        suspending.check_may_buy(session, agreed.buyer_id)
    return _Source(cart.id, fees.STANDARD, now + timedelta(hours=settings.money.unpaid_order_hours))


def _auction(session: Session, agreed: Agreed, now: datetime) -> _Source:
    auction = keeping.won_by(session, auction_id=agreed.auction_id or 0, buyer_id=agreed.buyer_id, now=now)
    suspending.check_may_buy(session, agreed.buyer_id)
    return _Source(None, fees.AUCTION, auction.pay_by or now)


def _begin(
    session: Session, agreed: Agreed, priced: Priced, source: _Source, *, actor: Actor, now: datetime
) -> Purchase:
    purchase = Purchase(
        buyer_id=agreed.buyer_id,
        cart_id=source.cart_id,
        checkout_token=agreed.token,
        currency=agreed.currency,
        total_minor=priced.part.total.minor,
        discount_code=priced.found.terms.code if priced.found and priced.granted else None,
        delivery_address=agreed.delivery_address,
        billing_address=agreed.billing_address,
        created_at=now,
        open_until=source.open_until,
    )
    session.add(purchase)
    session.flush()
    if agreed.auction_id is not None:
        keeping.begin(session, auction_id=agreed.auction_id, purchase_id=purchase.id)
    history.begin(session, Purchase, [purchase.id], actor=actor, at=now, because=Text("The buyer agreed to the price."))
    return purchase


def _pay_until(agreed: Agreed, settings: Settings, now: datetime) -> datetime:
    """Return until when the money may come: while a page is open, or as long as a transfer takes."""
    if agreed.paid_by == BANK_TRANSFER:
        policy = settings.bank_transfers
        return transfers.pay_until(now, policy.due_days, policy.grace_days)
    return rules.page_expires_at(now, settings.payment_tracking.session_expiry_minutes)


def _wanted(session: Session, agreed: Agreed, now: datetime) -> CurrencyPart:
    """Return what of the buyer's basket goes to the agreed address; raises CartChanged where that is nothing."""
    country = str(agreed.delivery_address.get("country", ""))
    where: dict[str, Any] = {"country": country, "collected": agreed.collected, "now": now}
    if agreed.auction_id is None:
        part = queries.contents_now(session, user_id=agreed.buyer_id, currency=agreed.currency, **where)
    else:
        part = paying_queries.contents_now(session, agreed.auction_id, agreed.buyer_id, **where)
    if part is not None and part.is_out_of_reach:
        raise CartChanged(
            _("Nothing of this is delivered to this country. Choose another address or change your basket.")
        )
    if part is None or not part.can_be_bought:
        of_auction = _("This can't be bought at the moment: its shop takes no orders.")
        raise CartChanged(of_auction if agreed.auction_id else _(_NOTHING))
    if part.depends_on_country and agreed.shown_country not in {"", country}:
        raise CartChanged(_(_OTHER_COUNTRY))
    if agreed.shown_country == "" and not agreed.collected and any(shop.ways for shop in part.shops):
        raise CartChanged(_(_MAY_COLLECT))
    return part


def _take_use(
    session: Session, purchase: Purchase, priced: Priced, settings: Settings, *, actor: Actor, now: datetime
) -> None:
    if priced.found and priced.granted:
        uses.take(
            session,
            discount_id=priced.found.terms.discount_id,
            purchase=purchase,
            amount=priced.granted.total,
            may_return=settings.money.code_use_returns,
            actor=actor,
            now=now,
        )


def reopen_purchase(
    session: Session, *, purchase_id: int, after_payment_id: int, settings: Settings, actor: Actor, now: datetime
) -> Opened:
    """Plan another payment for a purchase that is still open, with its goods set aside anew (S0.2, C29).

    When another request has made one after `after_payment_id` already, that one is the answer.

    Raises Conflict when it is paid, given up, its goods or its code's last use are gone, or one of its shops takes no
    orders now.
    """
    purchase = session.get_one(Purchase, purchase_id)
    if purchase.status != PurchaseStatus.OPEN:
        raise Conflict(_("This purchase is %(status)s.", status=purchase.status.label.lower()))
    suspending.check_may_buy(session, purchase.buyer_id)
    newer = select(Payment.id).where(Payment.purchase_id == purchase_id, Payment.id > after_payment_id)
    found = session.execute(newer).scalars().first()
    if found is not None:
        return Opened(purchase_id, found, purchase.buyer_id, purchase.currency, None, is_known=True)
    paused = _paused_shop(session, purchase_id)
    if paused is not None:
        raise Conflict(_("%(shop)s takes no orders at the moment. Your basket is kept.", shop=paused))
    stock.give_back(session, purchase_id=purchase_id, actor=actor, now=now, because=Text("Set aside anew."))
    expires_at = rules.page_expires_at(now, settings.payment_tracking.session_expiry_minutes)
    _reserve(session, purchase, page_expires_at=expires_at, settings=settings, actor=actor, now=now)
    uses.take_again(session, purchase_id=purchase_id, actor=actor, now=now, is_paid=False)
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
    set_aside.give_back(session, purchase_id=purchase_id, actor=actor, now=now, because=because)
    return True


def cancel_unpaid(session: Session, *, purchase_id: int, after_payment_id: int, actor: Actor, now: datetime) -> None:
    """Give up an unpaid purchase because its buyer does not want it; `after_payment_id` was ended before.

    Raises OpenedElsewhere when another attempt to pay began meanwhile, Conflict when it is paid or given up.
    """
    newer = select(Payment.id).where(Payment.purchase_id == purchase_id, Payment.id > after_payment_id)
    if session.execute(newer).first() is not None:
        raise OpenedElsewhere(_("You are paying for this purchase in another window. Please try again."))
    because = Text("The buyer cancelled the purchase before it was paid.")
    if not give_up(session, purchase_id=purchase_id, actor=actor, now=now, because=because):
        purchase = session.get_one(Purchase, purchase_id)
        raise Conflict(_("This purchase is %(status)s. Nothing was cancelled.", status=purchase.status.label.lower()))


def purchase_orders(session: Session, purchase_id: int) -> list[Order]:
    """Return a purchase's orders in the order they were made."""
    return list(session.execute(select(Order).where(Order.purchase_id == purchase_id).order_by(Order.id)).scalars())


def _reserve(
    session: Session, purchase: Purchase, *, page_expires_at: datetime, settings: Settings, actor: Actor, now: datetime
) -> None:
    set_aside.take(
        session,
        purchase=purchase,
        expires_at=rules.goods_kept_until(page_expires_at, settings.money.reservation_grace_minutes),
        actor=actor,
        now=now,
    )

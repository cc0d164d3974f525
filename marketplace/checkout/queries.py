"""What the checkout's pages read: the review before paying, and how a payment stands afterwards."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, exists, false, func, select

from marketplace import db
from marketplace.auctions import paying_queries
from marketplace.auctions.models import AuctionPurchase
from marketplace.bank_transfers.rules import BANK_TRANSFER
from marketplace.carts import queries as carts
from marketplace.carts.parts import Line, ShopPart, Ways
from marketplace.catalog.models import Shop, StockReservation
from marketplace.catalog.states import ReservationStatus
from marketplace.checkout import notices
from marketplace.delivery.rules import Agreed
from marketplace.discounts import pricing
from marketplace.discounts.pricing import Priced
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.orders.models import Order, OrderDelivery, Purchase
from marketplace.orders.states import PurchaseStatus
from marketplace.payment_records.models import Payment
from marketplace.payment_records.states import PaymentStatus
from marketplace.payments.models import PaymentTransaction, UnappliedReceipt
from marketplace.wallets.rules import WALLET


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One line of what is about to be bought."""

    listing_id: int
    slug: str
    title: str
    picture: str | None
    quantity: int
    unit_price: Money
    subtotal: Money
    discount: Money
    """What a discount code takes off all of its units."""


@dataclass(frozen=True, slots=True)
class SellerGroup:
    """One seller's part: it becomes one order."""

    shop_name: str
    shop_slug: str
    lines: tuple[ReviewLine, ...]
    subtotal: Money
    delivery: Money
    tax: Money
    total: Money
    discount: Money
    is_tax_included: bool
    tax_rates: tuple[int, ...]
    """Of the tax that there is, in basis points."""
    agreed: Agreed | None = None
    """How it is delivered; None for the standard delivery."""
    ways: Ways | None = None
    """Where the buyer may have it sent or collect it."""
    seller_id: int = 0
    pickup_place: str = ""
    """Where it is collected; "" where it is sent."""
    is_delivery_taxed: bool = False
    """Whether the tax is of the delivery too."""


@dataclass(frozen=True, slots=True)
class Review:
    """All that is about to be bought in one currency; `notices` say what changed or is left out."""

    currency: str
    groups: tuple[SellerGroup, ...]
    total: Money
    notices: tuple[str, ...]
    can_buy: bool
    country: str = ""
    """Where it goes, ISO 3166-1 alpha-2; "" while nobody knows."""
    depends_on_country: bool = False
    """Whether it would cost something else elsewhere."""
    priced: Priced | None = None
    """What the entered discount code takes off, or why it does not."""
    is_won: bool = False
    """Whether it was won in an auction, so that it is due sooner than a transfer takes."""

    @property
    def names(self) -> str:
        """Return what of CurrencyPart.names is shown; "" for nothing."""
        return self.priced.part.names if self.priced else ""


@dataclass(frozen=True, slots=True)
class ReturnState:
    """How a payment stands: "confirming", "paid", "not_paid" or "returned"."""

    state: str
    purchase_id: int
    purchase_number: str
    orders: tuple[tuple[str, str, Money], ...]
    """Number, shop and total of each order."""
    total: Money
    reason: str | None
    """Why it is not paid or was returned, in the provider's or our words."""
    can_try_again: bool
    release_date: datetime | None
    """When the first of the held money may be released."""
    is_collected: bool = False
    """Whether the buyer collects all of it."""
    is_from_wallet: bool = False
    is_by_transfer: bool = False
    auction_id: int | None = None
    """The auction that was won, instead of a basket."""


_SESSION = select(Payment.provider_session_id).where(
    Payment.id == bindparam("payment_id"), Payment.user_id == bindparam("buyer_id")
)


def review(
    buyer_id: int,
    currency: str,
    now: datetime,
    country: str = "",
    country_name: Callable[[str], str] = str,
    collected: Collection[int] = (),
    auction_id: int | None = None,
) -> Review:
    """Return what the buyer's cart holds in `currency`, as checkout would freeze it at `now` to go to `country`.

    "" stands for the country of the address used last; `country_name` says a country's code in words. `collected` are
    the sellers whose goods the buyer collects. With `auction_id` it is what the buyer has won there.
    """
    if auction_id is None:
        parts = carts.contents(buyer_id, None, set_aside(buyer_id), country, collected, now=now)
        part = next((one for one in parts if one.currency == currency), None)
    else:
        part = paying_queries.contents(auction_id, buyer_id, country, collected, now=now)
    if part is None:
        return Review(currency, (), Money.zero(currency), (), False)
    [priced] = pricing.priced([part], buyer_id, now)
    part = priced.part
    groups = tuple(_group(shop) for shop in part.shops if shop.counted or shop.ways)
    said = tuple(notices.notices_of(part, country_name(part.country) if part.country else _("this country")))
    where = part.country, part.depends_on_country
    return Review(currency, groups, part.total, said, part.can_be_bought, *where, priced, auction_id is not None)


def set_aside(buyer_id: int) -> dict[int, int]:
    """Return the units, by listing, that the buyer's own unfinished payments hold.

    They are the buyer's: paying anew gives them back first. Those whose money is on its way are spoken for.
    """
    return {row.listing_id: int(row.units) for row in db.read(_SET_ASIDE, {"buyer_id": buyer_id})}


_IS_CLEARING = exists().where(
    Payment.purchase_id == Purchase.__table__.c.id,
    (Payment.status == PaymentStatus.PROCESSING)
    | ((Payment.status == PaymentStatus.PENDING) & (Payment.provider == BANK_TRANSFER)),
)
_SET_ASIDE = (
    select(StockReservation.listing_id, func.sum(StockReservation.quantity).label("units"))
    .join(Purchase, Purchase.id == StockReservation.purchase_id)
    .where(
        Purchase.buyer_id == bindparam("buyer_id"),
        Purchase.status == PurchaseStatus.OPEN,
        Purchase.cart_id.is_not(None),
        StockReservation.status == ReservationStatus.ACTIVE,
        ~_IS_CLEARING,
    )
    .group_by(StockReservation.listing_id)
)
_PAYMENT = (
    select(
        Payment.id,
        Payment.status,
        Payment.provider,
        Payment.amount_minor,
        Payment.currency,
        Payment.error_message,
        Payment.session_closed_at,
        Purchase.id.label("purchase_id"),
        Purchase.number,
        Purchase.status.label("purchase_status"),
        UnappliedReceipt.cause,
        AuctionPurchase.auction_id,
    )
    .join(Purchase, Purchase.id == Payment.purchase_id)
    .outerjoin(AuctionPurchase, AuctionPurchase.purchase_id == Purchase.id)
    .outerjoin(UnappliedReceipt, UnappliedReceipt.payment_id == Payment.id)
    .where(Payment.id == bindparam("payment_id"), Payment.user_id == bindparam("buyer_id"))
)
_ORDERS = (
    select(
        Order.number,
        Shop.name,
        Order.total_minor,
        Order.currency,
        PaymentTransaction.planned_release_date,
        func.coalesce(OrderDelivery.is_pickup, false()).label("is_pickup"),
    )
    .outerjoin(OrderDelivery, OrderDelivery.order_id == Order.id)
    .join(Shop, Shop.seller_id == Order.seller_id)
    .outerjoin(
        PaymentTransaction,
        (PaymentTransaction.order_id == Order.id) & (PaymentTransaction.payment_id == bindparam("payment_id")),
    )
    .where(Order.purchase_id == bindparam("purchase_id"))
    .order_by(Order.id)
)


def return_state(payment_id: int, buyer_id: int) -> ReturnState:
    """Return how a buyer's payment stands; raises NotFound for anybody else's."""
    row = db.read_one(_PAYMENT, {"payment_id": payment_id, "buyer_id": buyer_id})
    if row is None:
        raise NotFound(_("There is no such payment."))
    orders = db.read(_ORDERS, {"purchase_id": row.purchase_id, "payment_id": payment_id})
    releases = [order.planned_release_date for order in orders if order.planned_release_date]
    state = _state(row.status, is_returned=row.cause is not None, may_still_pay=row.session_closed_at is None)
    return ReturnState(
        state=state,
        purchase_id=row.purchase_id,
        purchase_number=row.number,
        orders=tuple((order.number, order.name, Money(order.total_minor, order.currency)) for order in orders),
        total=Money(row.amount_minor, row.currency),
        reason=row.cause or row.error_message,
        can_try_again=row.purchase_status == PurchaseStatus.OPEN and row.status != PaymentStatus.PROCESSING,
        release_date=min(releases, default=None),
        is_collected=all(order.is_pickup for order in orders),
        is_from_wallet=row.provider == WALLET,
        is_by_transfer=row.provider == BANK_TRANSFER,
        auction_id=row.auction_id,
    )


def session_of(payment_id: int, buyer_id: int) -> str | None:
    """Return the provider's id of a buyer's payment page; None where there is none, or it is anybody else's."""
    row = db.read_one(_SESSION, {"payment_id": payment_id, "buyer_id": buyer_id})
    return str(row.provider_session_id) if row and row.provider_session_id else None


def _state(status: PaymentStatus, *, is_returned: bool, may_still_pay: bool) -> str:
    if is_returned:
        return "returned"
    if status in {PaymentStatus.COMPLETED, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED}:
        return "paid"
    # A decline is not the end while the page is open: the next card may be on its way (stripe-reference section 4).
    if status in {PaymentStatus.PENDING, PaymentStatus.PROCESSING} or (
        status == PaymentStatus.FAILED and may_still_pay
    ):
        return "confirming"
    return "not_paid"


def _group(shop: ShopPart) -> SellerGroup:
    nothing = Money.zero(shop.total.currency)
    lines = tuple(_review_line(line, shop.discounts.get(line.line_id, nothing)) for line in shop.counted)
    amounts = (shop.subtotal, shop.delivery, shop.tax, shop.total, shop.discount)
    taxed = shop.is_tax_included, shop.tax_rates
    return SellerGroup(
        shop.shop_name,
        shop.shop_slug,
        lines,
        *amounts,
        *taxed,
        shop.agreed,
        shop.ways,
        shop.seller_id,
        shop.pickup_place,
        shop.is_delivery_taxed,
    )


def _review_line(line: Line, discount: Money) -> ReviewLine:
    what = (line.listing_id, line.slug, line.title, line.picture)
    return ReviewLine(*what, line.quantity, line.unit_price, line.subtotal, discount)

"""The orders of a new purchase: one per seller, with lines, discount and fees as they are agreed to now."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.bank_transfers.rules import BANK_TRANSFER
from marketplace.carts.parts import Line, ShopPart
from marketplace.catalog.models import Listing, ListingKind, PartDetails
from marketplace.catalog.rules import CARS
from marketplace.catalog.variants import SHOWN_ID
from marketplace.discounts.pricing import Priced
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.money import Money
from marketplace.orders.models import Order, OrderDelivery, OrderDeliveryTax, OrderLine, Purchase
from marketplace.payments import fees
from marketplace.payments import rules as payment_rules
from marketplace.payments.fees import PlatformFee
from marketplace.payments.models import OrderFee
from marketplace.payments.rules import Share
from marketplace.taxes.rules import DeliveryTax
from marketplace.wallets.rules import WALLET

_FREE = frozenset({WALLET, BANK_TRANSFER})
"""What pays without a provider that would take a fee for it."""


class _Kind(NamedTuple):
    kind: ListingKind
    category: str


def open_orders(
    session: Session,
    purchase: Purchase,
    priced: Priced,
    *,
    channel: str,
    note: str,
    paid_by: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Make one order per seller of what counts in a part of a basket, in the order of the sellers, by a channel's fees.

    A seller's own discount lowers what the platform fee is taken of. One that the marketplace bears does not: the
    marketplace adds it to what the buyer pays. Where no provider takes the payment, nobody takes a fee for it.
    """
    shops = [shop for shop in priced.part.shops if shop.counted]
    is_subsidy = bool(priced.granted and priced.found and priced.found.terms.is_subsidy)
    subsidies = [shop.discount if is_subsidy else Money.zero(purchase.currency) for shop in shops]
    sellers = [shop.seller_id for shop in shops]
    agreement = fees.agree(session, channel=channel, seller_ids=sellers, currency=purchase.currency, now=now)
    kinds = _kinds(session, [line.listing_id for shop in shops for line in shop.counted])
    fees_by_shop = [
        agreement.platform_fees(shop.seller_id, shop.total + subsidy, _goods(shop, subsidy, kinds))
        for shop, subsidy in zip(shops, subsidies, strict=True)
    ]
    platform = [Money.total([part.fee for part in parts], purchase.currency) for parts in fees_by_shop]
    processing = payment_rules.NO_PROCESSING if paid_by in _FREE else agreement.processing
    shares = payment_rules.shares([shop.total for shop in shops], platform, processing, subsidies)
    for shop, share, parts in zip(shops, shares, fees_by_shop, strict=True):
        order = _order(session, purchase, shop, share, note, now)
        session.add_all(
            _order_line(order.id, shop, line, kinds[line.listing_id].kind, tax)
            for line, tax in zip(shop.counted, shop.taxes, strict=True)
        )
        session.add_all(_delivery_tax(order.id, part) for part in shop.delivery_taxes)
        session.add_all(_order_fee(order.id, part) for part in parts)
        session.add_all(_delivery(order.id, shop, priced.part.country, now))
        history.begin(session, Order, [order.id], actor=actor, at=now, because=Text("The buyer agreed to the price."))
    session.flush()


def _kinds(session: Session, listing_ids: Sequence[int]) -> dict[int, _Kind]:
    rows = session.execute(
        select(Listing.id, Listing.kind, func.coalesce(PartDetails.category, CARS))
        .join(PartDetails, PartDetails.listing_id == SHOWN_ID, isouter=True)
        .where(Listing.id.in_(listing_ids))
    )
    return {listing_id: _Kind(kind, category) for listing_id, kind, category in rows}


def _goods(shop: ShopPart, subsidy: Money, kinds: Mapping[int, _Kind]) -> dict[str, Money]:
    """Return what the seller gets for a shop's part by category, before delivery and tax."""
    nothing = Money.zero(shop.total.currency)
    goods: dict[str, Money] = {}
    for line in shop.counted:
        category = kinds[line.listing_id].category
        own_discount = nothing if subsidy else shop.discounts.get(line.line_id, nothing)
        goods[category] = goods.get(category, nothing) + line.subtotal - own_discount
    return goods


def _order(session: Session, purchase: Purchase, shop: ShopPart, share: Share, note: str, now: datetime) -> Order:
    order = Order(
        purchase_id=purchase.id,
        buyer_id=purchase.buyer_id,
        seller_id=shop.seller_id,
        currency=purchase.currency,
        subtotal_minor=shop.subtotal.minor,
        delivery_minor=shop.delivery.minor,
        tax_minor=shop.tax.minor,
        tax_included=shop.is_tax_included,
        discount_minor=shop.discount.minor,
        total_minor=share.gross.minor,
        subsidy_minor=share.subsidy.minor,
        platform_fee_minor=share.platform_fee.minor,
        processing_fee_minor=share.processing_fee.minor,
        net_minor=share.net.minor,
        buyer_note=note,
        created_at=now,
    )
    session.add(order)
    session.flush()
    return order


def _delivery(order_id: int, shop: ShopPart, country: str, now: datetime) -> list[OrderDelivery]:
    if shop.agreed is None:
        return []
    arrival = shop.agreed.arrival(now.date())
    return [
        OrderDelivery(
            order_id=order_id,
            name=shop.agreed.name,
            country=country,
            is_pickup=shop.agreed.is_pickup,
            pickup_place=shop.pickup_place or None,
            weight_grams=shop.agreed.grams,
            arrives_first=arrival.first,
            arrives_last=arrival.last,
            handling_days=shop.agreed.handling_days,
        )
    ]


def _delivery_tax(order_id: int, part: DeliveryTax) -> OrderDeliveryTax:
    return OrderDeliveryTax(
        order_id=order_id,
        tax_basis_points=part.basis_points,
        amount_minor=part.amount.minor,
        tax_minor=part.tax.minor,
    )


def _order_fee(order_id: int, part: PlatformFee) -> OrderFee:
    return OrderFee(
        order_id=order_id,
        fee_schedule_id=part.schedule_id,
        base_minor=part.base.minor,
        platform_fee_minor=part.fee.minor,
    )


def _order_line(order_id: int, shop: ShopPart, line: Line, kind: ListingKind, tax: Money) -> OrderLine:
    discount = shop.discounts.get(line.line_id)
    return OrderLine(
        order_id=order_id,
        listing_id=line.listing_id,
        kind=kind,
        title=line.title,
        quantity=line.quantity,
        unit_price_minor=line.unit_price.minor,
        subtotal_minor=line.subtotal.minor,
        discount_minor=discount.minor if discount else 0,
        tax_basis_points=line.tax_basis_points,
        tax_minor=tax.minor,
    )

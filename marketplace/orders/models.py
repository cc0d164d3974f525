"""Purchases, orders and their lines. Totals are stored at agreement and never computed again."""

from datetime import date
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Computed, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.catalog.models import Listing, ListingKind
from marketplace.db import (
    Base,
    Currency,
    Document,
    EnumText,
    LongText,
    MinorUnits,
    PrimaryKey,
    Text64,
    Text200,
    UtcTime,
)
from marketplace.history import Ruled
from marketplace.orders.states import ORDER, PURCHASE, DeliveredBy, OrderStatus, PurchaseStatus
from marketplace.transitions import Machine


class Purchase(Ruled, Base):
    """What one buyer agreed to buy in one go, in one currency."""

    __tablename__ = "purchase"
    __table_args__ = (
        CheckConstraint("total_minor >= 0", name="total_not_negative"),
        Index(None, "buyer_id", "id"),
        Index(None, "status", "created_at"),
        Index("ix_purchase_created_at", "created_at", postgresql_using="brin"),
        Index("ix_purchase_total", "currency", "total_minor", "id"),
        Index("ix_purchase_open", "open_until", postgresql_where="status = 'open'"),
        {"postgresql_with": {"fillfactor": 70}},
    )
    machine: ClassVar[Machine] = PURCHASE

    number: Mapped[Text64] = mapped_column(Computed("'P-' || (100000 + id)", persisted=True), unique=True)
    buyer_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    cart_id: Mapped[int | None] = mapped_column(BigInteger)
    """The cart it was made from, whose lines go when it is paid."""
    checkout_token: Mapped[Text64] = mapped_column(unique=True)
    """The review form's one-time token: the same form sent twice is the same purchase (scar S62)."""
    currency: Mapped[Currency]
    total_minor: Mapped[MinorUnits]
    """Sum of the orders' totals, minor units."""
    discount_code: Mapped[Text64 | None]
    """The code that made it cheaper; its use is a row of `discount_use`."""
    delivery_address: Mapped[Document]
    billing_address: Mapped[Document]
    status: Mapped[PurchaseStatus] = mapped_column(EnumText(PurchaseStatus), default=PURCHASE.initial)
    created_at: Mapped[UtcTime]
    open_until: Mapped[UtcTime]
    """When an unpaid purchase is given up."""


class Order(Ruled, Base):
    """One seller's part of a purchase: total = subtotal + delivery - discount, and the tax where it is not included."""

    __tablename__ = "order"
    __table_args__ = (
        CheckConstraint(
            "total_minor = subtotal_minor + delivery_minor - discount_minor"
            " + CASE WHEN tax_included THEN 0 ELSE tax_minor END",
            name="total_adds_up",
        ),
        CheckConstraint(
            "net_minor = total_minor + subsidy_minor - platform_fee_minor - processing_fee_minor", name="net_adds_up"
        ),
        CheckConstraint("subsidy_minor BETWEEN 0 AND discount_minor", name="subsidy_within_discount"),
        Index(None, "purchase_id"),
        Index(None, "buyer_id", "id"),
        Index(None, "seller_id", "id"),
        {"postgresql_with": {"fillfactor": 70}},
    )
    machine: ClassVar[Machine] = ORDER

    number: Mapped[Text64] = mapped_column(Computed("'TM-' || (100000 + id)", persisted=True), unique=True)
    purchase_id: Mapped[int] = mapped_column(ForeignKey(Purchase.id))
    buyer_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    seller_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    currency: Mapped[Currency]
    subtotal_minor: Mapped[MinorUnits]
    """Goods, minor units, the buyer's side; as are the next four."""
    delivery_minor: Mapped[MinorUnits]
    tax_minor: Mapped[MinorUnits]
    tax_included: Mapped[bool] = mapped_column(default=False, server_default="false")
    """Whether the prices include the tax, as agreed: it is then a part of goods and delivery and not added."""
    discount_minor: Mapped[MinorUnits]
    total_minor: Mapped[MinorUnits]
    """What the buyer pays for this order: the seller's gross."""
    subsidy_minor: Mapped[MinorUnits] = mapped_column(default=0)
    """What of the discount the marketplace pays to the seller, minor units; the rest the seller bears."""
    platform_fee_minor: Mapped[MinorUnits]
    """Agreed at checkout from the fee schedule of that moment, minor units, taken from the seller; as is the next."""
    processing_fee_minor: Mapped[MinorUnits]
    net_minor: Mapped[MinorUnits]
    """What the seller receives, minor units."""
    buyer_note: Mapped[LongText] = mapped_column(default="")
    seller_note: Mapped[LongText] = mapped_column(default="")
    status: Mapped[OrderStatus] = mapped_column(EnumText(OrderStatus), default=ORDER.initial)
    created_at: Mapped[UtcTime]


class OrderLine(Base):
    """Some units of one listing as they were when the buyer agreed."""

    __tablename__ = "order_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("subtotal_minor = quantity * unit_price_minor", name="subtotal_adds_up"),
        CheckConstraint("discount_minor BETWEEN 0 AND subtotal_minor", name="discount_within_price"),
        CheckConstraint("(tax_minor IS NULL) = (tax_basis_points IS NULL)", name="tax_has_a_rate"),
        CheckConstraint("tax_minor >= 0", name="tax_not_negative"),
        Index(None, "order_id"),
    )

    id: Mapped[PrimaryKey]
    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id))
    listing_id: Mapped[int] = mapped_column(ForeignKey(Listing.id))
    kind: Mapped[ListingKind] = mapped_column(EnumText(ListingKind))
    title: Mapped[Text200]
    quantity: Mapped[int]
    unit_price_minor: Mapped[MinorUnits]
    """Minor units of the order's currency; as are the next two."""
    subtotal_minor: Mapped[MinorUnits]
    discount_minor: Mapped[MinorUnits] = mapped_column(default=0)
    """This line's part of the order's discount."""
    tax_basis_points: Mapped[int | None]
    """The rate of the tax on it, as agreed; NULL where it was agreed before rates were kept, as is the next."""
    tax_minor: Mapped[MinorUnits | None]
    """This line's part of the order's tax; a delivery has its own, where it is taxed."""


class OrderDelivery(Base):
    """How an order is delivered and when it is expected, as agreed. Orders of standard delivery have none."""

    __tablename__ = "order_delivery"
    __table_args__ = (CheckConstraint("arrives_first <= arrives_last", name="arrives_in_order"),)

    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id), primary_key=True)
    name: Mapped[Text200]
    """Of the seller's profiles, as they were named then."""
    country: Mapped[str] = mapped_column(String(2))
    """Where it goes, ISO 3166-1 alpha-2."""
    is_pickup: Mapped[bool]
    """Whether the buyer collects it."""
    pickup_place: Mapped[Text200 | None]
    """Where, as the shop said it then; NULL where it is sent, or was agreed before that was kept."""
    weight_grams: Mapped[int] = mapped_column(BigInteger)
    """Of all of it, as far as the seller has said."""
    arrives_first: Mapped[date] = mapped_column(Date)
    """The first and the last day it is expected, counted from the day it was ordered."""
    arrives_last: Mapped[date] = mapped_column(Date)
    handling_days: Mapped[int | None]
    """Working days from the payment until it is sent; NULL where it was agreed before that was kept."""


class OrderDeliveryTax(Base):
    """What of an order's delivery carries one rate of tax, as agreed. Where deliveries are not taxed there is none."""

    __tablename__ = "order_delivery_tax"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("tax_minor BETWEEN 0 AND amount_minor", name="tax_within_amount"),
        CheckConstraint("tax_basis_points >= 0", name="rate_not_negative"),
    )

    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id), primary_key=True)
    tax_basis_points: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    amount_minor: Mapped[MinorUnits]
    """Of the delivery, minor units, as it is priced; those of all rates sum to the order's `delivery_minor`."""
    tax_minor: Mapped[MinorUnits]
    """On top of it or in it, minor units; with those of the lines they sum to the order's `tax_minor`."""


class Shipment(Base):
    """How an order was sent, in its first parcel, and on whose word it has arrived. One per order that was sent."""

    __tablename__ = "shipment"
    __table_args__ = (
        CheckConstraint("(delivered_at IS NULL) = (delivered_by IS NULL)", name="delivered_on_a_word"),
        CheckConstraint("delivered_at >= shipped_at", name="delivered_after_shipping"),
        Index("ix_shipment_under_way", "shipped_at", postgresql_where="delivered_at IS NULL"),
    )

    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id), primary_key=True)
    carrier: Mapped[Text64]
    """A key of rules.CARRIERS."""
    carrier_name: Mapped[Text64]
    tracking_number: Mapped[Text64]
    tracking_url: Mapped[LongText]
    """Where the buyer follows it, as it was when it was sent; "" for a handover."""
    shipped_at: Mapped[UtcTime]
    delivered_at: Mapped[UtcTime | None]
    delivered_by: Mapped[DeliveredBy | None] = mapped_column(EnumText(DeliveredBy))


class FurtherParcel(Base):
    """Another parcel of an order that did not go in one: its first one is the shipment's."""

    __tablename__ = "further_parcel"
    __table_args__ = (UniqueConstraint("order_id", "carrier", "tracking_number"),)

    id: Mapped[PrimaryKey]
    order_id: Mapped[int] = mapped_column(ForeignKey(Shipment.order_id))
    carrier: Mapped[Text64]
    carrier_name: Mapped[Text64]
    tracking_number: Mapped[Text64]
    tracking_url: Mapped[LongText]
    sent_at: Mapped[UtcTime]

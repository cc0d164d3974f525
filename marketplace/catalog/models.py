"""Shops, listings, their attributes and pictures, and units of stock set aside for purchases."""

from enum import StrEnum
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.catalog.states import LISTING, RESERVATION, ListingStatus, ReservationStatus
from marketplace.db import Base, Currency, EnumText, LongText, MinorUnits, PrimaryKey, Text64, Text200, UtcTime
from marketplace.delivery.models import DeliveryProfile
from marketplace.history import Ruled
from marketplace.taxes.rules import TaxCategory
from marketplace.transitions import Machine

_HIGHEST_PRICE = text("COALESCE(highest_minor, price_minor)")


class ListingKind(StrEnum):
    """What a listing sells."""

    CAR = "car"
    PART = "part"


class Shop(Base):
    """A seller's public face; one per seller."""

    __tablename__ = "shop"
    __table_args__ = (CheckConstraint("dispatch_days BETWEEN 0 AND 30", name="dispatch_within_a_month"),)

    id: Mapped[PrimaryKey]
    seller_id: Mapped[int] = mapped_column(ForeignKey(User.id), unique=True)
    slug: Mapped[Text64] = mapped_column(unique=True)
    name: Mapped[Text64]
    about: Mapped[LongText]
    city: Mapped[Text64]
    country: Mapped[str] = mapped_column(String(2))
    """ISO 3166-1 alpha-2."""
    delivery_policy: Mapped[LongText]
    returns_policy: Mapped[LongText]
    tax_basis_points: Mapped[int] = mapped_column(default=0)
    """The rate of the tax on the goods where the shop keeps none for the country (`tax_rate`), in basis points."""
    prices_include_tax: Mapped[bool] = mapped_column(default=False, server_default="false")
    """Whether the prices of its listings include the tax of the country they go to; else it is added."""
    is_paused: Mapped[bool] = mapped_column(default=False)
    """Whether it takes no orders now, because its seller can't be paid or is suspended; written with what causes it."""
    rating_sum: Mapped[int] = mapped_column(default=0, server_default="0")
    """All stars that buyers gave the seller; `rating_count` is how many reviews. Written with each review."""
    rating_count: Mapped[int] = mapped_column(default=0, server_default="0")
    dispatch_days: Mapped[int] = mapped_column(default=2, server_default="2")
    """Within how many working days it sends what was paid."""
    legal_name: Mapped[Text200] = mapped_column(default="", server_default="")
    """Who sells, as the law knows them: it stands on invoices, as do the next three. "" where they have not said."""
    legal_street: Mapped[Text200] = mapped_column(default="", server_default="")
    legal_postcode: Mapped[Text64] = mapped_column(default="", server_default="")
    vat_id: Mapped[Text64] = mapped_column(default="", server_default="")
    opened_at: Mapped[UtcTime]


class Listing(Ruled, Base):
    """Something a seller offers at a fixed price. Units in stock are those that can be sold now.

    A part may be offered in variants, each a row of this table with a price, a stock and a key of its own: whatever is
    reserved, ordered or paid is a row here, with or without them. Triggers keep what both have in common.
    """

    __tablename__ = "listing"
    __table_args__ = (
        CheckConstraint("price_minor >= 0", name="price_not_negative"),
        CheckConstraint("delivery_minor >= 0", name="delivery_not_negative"),
        CheckConstraint("in_stock >= 0", name="stock_not_negative"),
        CheckConstraint("weight_grams > 0", name="weight_positive"),
        CheckConstraint("parent_id IS NULL OR status NOT IN ('active', 'paused')", name="variant_or_listing"),
        CheckConstraint(
            "parent_id IS NOT NULL OR status NOT IN ('offered', 'withheld', 'dropped')", name="listing_or_variant"
        ),
        CheckConstraint("(parent_id IS NULL) = (option_values = '{}')", name="values_are_of_variants"),
        CheckConstraint("parent_id IS NULL OR option_names = '{}'", name="names_are_of_listings"),
        Index(None, "parent_id", postgresql_where="parent_id IS NOT NULL"),
        Index(
            "uq_listing_parent_id_option_values",
            "parent_id",
            "option_values",
            unique=True,
            postgresql_where="parent_id IS NOT NULL AND status <> 'dropped'",
        ),
        Index(None, "delivery_profile_id", postgresql_where="delivery_profile_id IS NOT NULL"),
        Index("ix_listing_active", "kind", "id", postgresql_where="status = 'active'"),
        Index("ix_listing_price", "currency", "price_minor", "id", postgresql_where="status = 'active'"),
        Index("ix_listing_price_of_any_currency", "price_minor", "id", postgresql_where="status = 'active'"),
        Index("ix_listing_dearest", "currency", _HIGHEST_PRICE, "id", postgresql_where="status = 'active'"),
        Index("ix_listing_dearest_of_any_currency", _HIGHEST_PRICE, "id", postgresql_where="status = 'active'"),
        Index(
            "ix_listing_several_prices",
            "highest_minor",
            postgresql_where="status = 'active' AND highest_minor > price_minor",
        ),
        Index("ix_listing_published", "published_at", postgresql_where="status = 'active'"),
        Index(None, "seller_id", "id"),
        Index("uq_listing_seller_id_sku", "seller_id", "sku", unique=True, postgresql_where="sku IS NOT NULL"),
        {"postgresql_with": {"fillfactor": 70}},
    )
    machine: ClassVar[Machine] = LISTING

    seller_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    kind: Mapped[ListingKind] = mapped_column(EnumText(ListingKind))
    slug: Mapped[Text200] = mapped_column(unique=True)
    title: Mapped[Text200]
    description: Mapped[LongText]
    price_minor: Mapped[MinorUnits]
    """Price of one unit without delivery, minor units; with or without the tax, as the shop says."""
    delivery_minor: Mapped[MinorUnits]
    """Delivery of this listing, however many units; of one in the first zone where it has a profile. Minor units."""
    currency: Mapped[Currency]
    in_stock: Mapped[int]
    """Units that can be sold now: received less reserved less sold."""
    received_units: Mapped[int]
    """Units the seller has ever put on the shelf."""
    rating_sum: Mapped[int] = mapped_column(default=0, server_default="0")
    """All stars that buyers gave the goods; `rating_count` is how many reviews. Written with each review."""
    rating_count: Mapped[int] = mapped_column(default=0, server_default="0")
    status: Mapped[ListingStatus] = mapped_column(EnumText(ListingStatus), default=LISTING.initial)
    created_at: Mapped[UtcTime]
    sku: Mapped[Text64 | None]
    """The seller's own key: by it a file of listings names this one."""
    imported_units: Mapped[int | None]
    """The units that the last file asked for: the same number again leaves what was sold meanwhile sold."""
    published_at: Mapped[UtcTime | None]
    """When buyers could first see it."""
    delivery_profile_id: Mapped[int | None] = mapped_column(ForeignKey(DeliveryProfile.id))
    """How it is sent; NULL for the standard delivery: everywhere, for `delivery_minor`."""
    weight_grams: Mapped[int | None]
    """Of one unit, packed; NULL where the seller has not said."""
    tax_category: Mapped[TaxCategory] = mapped_column(
        EnumText(TaxCategory), default=TaxCategory.STANDARD, server_default="standard"
    )
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("listing.id"))
    """Of a variant: the listing on whose page it is chosen, and which leads its title and delivery."""
    option_names: Mapped[list[str]] = mapped_column(ARRAY(String(64)), default=list, server_default="{}")
    """What buyers choose by, one or two: Side, Diameter. Empty for a listing without variants, and for a variant.

    With variants its price is the lowest of those that can be bought, and its stock the sum of theirs.
    """
    option_values: Mapped[list[str]] = mapped_column(ARRAY(String(64)), default=list, server_default="{}")
    """Of a variant: its answer to each of them: left, 280 mm."""
    highest_minor: Mapped[MinorUnits | None]
    """With variants: the price of the dearest one that can be bought, minor units."""


class PriceDrop(Base):
    """A listing became cheaper, and those who wait for that are not told yet; then they are."""

    __tablename__ = "price_drop"
    __table_args__ = (
        CheckConstraint("price_minor < was_minor", name="falls"),
        Index("ix_price_drop_untold", "id", postgresql_where="NOT is_told"),
    )

    id: Mapped[PrimaryKey]
    listing_id: Mapped[int] = mapped_column(ForeignKey(Listing.id))
    was_minor: Mapped[MinorUnits]
    """The price of one unit before and, next, after; minor units of the listing's currency."""
    price_minor: Mapped[MinorUnits]
    is_told: Mapped[bool] = mapped_column(default=False)


class CarDetails(Base):
    """What a car listing tells."""

    __tablename__ = "car_details"
    __table_args__ = (
        Index("ix_car_details_make_listing_id", "make", "listing_id"),
        Index("ix_car_details_year_listing_id", "year", "listing_id"),
        Index("ix_car_details_mileage_km_listing_id", "mileage_km", "listing_id"),
    )

    listing_id: Mapped[int] = mapped_column(ForeignKey(Listing.id), primary_key=True)
    make: Mapped[Text64]
    model: Mapped[Text64]
    year: Mapped[int]
    mileage_km: Mapped[int]
    body: Mapped[Text64]
    fuel: Mapped[Text64]
    gearbox: Mapped[Text64]
    colour: Mapped[Text64]
    vin: Mapped[str] = mapped_column(String(17))


class PartDetails(Base):
    """What a part listing tells."""

    __tablename__ = "part_details"
    __table_args__ = (
        Index("ix_part_details_category_listing_id", "category", "listing_id"),
        Index("ix_part_details_number_key", "number_key"),
        Index("ix_part_details_brand_listing_id", "brand", "listing_id"),
        Index("ix_part_details_fits_makes", "fits_makes", postgresql_using="gin"),
    )

    listing_id: Mapped[int] = mapped_column(ForeignKey(Listing.id), primary_key=True)
    category: Mapped[Text64]
    brand: Mapped[Text64]
    part_number: Mapped[Text64]
    condition: Mapped[Text64]
    fits: Mapped[Text200]
    fits_makes: Mapped[list[str]] = mapped_column(ARRAY(String(64)), server_default="{}")
    """The makes that `fits` names, from rules.makes_in; filters ask for them."""
    number_key: Mapped[Text64] = mapped_column(
        Computed("lower(regexp_replace(part_number, '[^[:alnum:]]+', '', 'g'))", persisted=True)
    )
    """The part number as people compare it: small letters and digits only."""


class ListingWords(Base):
    """What a listing is found by, kept by triggers: title, numbers and make weigh most, the shop's name least."""

    __tablename__ = "listing_words"
    __table_args__ = (Index("ix_listing_words_words", "words", postgresql_using="gin"),)

    listing_id: Mapped[int] = mapped_column(ForeignKey(Listing.id), primary_key=True)
    words: Mapped[str] = mapped_column(TSVECTOR)


class ListingToLearn(Base):
    """A listing whose words changed since `SearchWord` was told of them; triggers write it, a job takes it away."""

    __tablename__ = "listing_to_learn"

    id: Mapped[PrimaryKey]
    listing_id: Mapped[int] = mapped_column(ForeignKey(Listing.id))


class SearchWord(Base):
    """A word that stands in titles, makes and names, with what is left of it without a letter or two, and its parts.

    Two words that share a key are spelt alike, or have a part in common (spelling_rules). A word stays when its
    listings go: what a suggestion finds is always counted anew.
    """

    __tablename__ = "search_word"
    __table_args__ = (
        Index("ix_search_word_keys", "keys", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    )

    word: Mapped[Text64] = mapped_column(primary_key=True)
    keys: Mapped[list[str]] = mapped_column(ARRAY(String(64)))
    met: Mapped[int]
    """How often a listing with it was learnt: which of two words people more likely mean."""


class ListingPicture(Base):
    """One picture of a listing; the first is its main one. The file lies in the store (`media/picture_names.py`)."""

    __tablename__ = "listing_picture"
    __table_args__ = (
        UniqueConstraint("listing_id", "position"),
        Index(None, "file_name"),
        Index("ix_listing_picture_unsized", "id", postgresql_where="sent_at IS NOT NULL AND NOT is_sized"),
    )

    id: Mapped[PrimaryKey]
    listing_id: Mapped[int] = mapped_column(ForeignKey(Listing.id))
    position: Mapped[int]
    file_name: Mapped[Text200]
    alt: Mapped[Text200]
    """What it shows, in words; "" where the seller has not said: pages take the listing's title."""
    sent_at: Mapped[UtcTime | None]
    """When somebody sent it; NULL for a drawing of the demo."""
    is_sized: Mapped[bool] = mapped_column(default=False, server_default="false")
    """Whether its smaller sizes lie in the store."""


class StockReservation(Ruled, Base):
    """Units of one listing set aside for one purchase until it is paid or given up, or for an auction until it ends."""

    __tablename__ = "stock_reservation"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("purchase_id IS NOT NULL OR auction_id IS NOT NULL", name="for_somebody"),
        Index(None, "purchase_id"),
        Index(None, "listing_id"),
        Index(None, "auction_id", postgresql_where="auction_id IS NOT NULL"),
        Index("ix_stock_reservation_expiry", "expires_at", postgresql_where="status = 'active'"),
        {"postgresql_with": {"fillfactor": 70}},
    )
    machine: ClassVar[Machine] = RESERVATION

    listing_id: Mapped[int] = mapped_column(ForeignKey(Listing.id))
    purchase_id: Mapped[int | None] = mapped_column(BigInteger)
    """NULL for the unit of an auction while nobody is paying for it."""
    auction_id: Mapped[int | None] = mapped_column(BigInteger)
    """The auction that keeps the unit: a purchase of it only borrows it, and gives it back there."""
    quantity: Mapped[int]
    status: Mapped[ReservationStatus] = mapped_column(EnumText(ReservationStatus), default=RESERVATION.initial)
    expires_at: Mapped[UtcTime]
    """Later than the payment page's own expiry, so that a payment made in the last second still finds its goods."""

"""What pages read of a cart: its lines with the listings as they are now, and how many units it holds."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, select
from sqlalchemy.orm import Session

from marketplace import db
from marketplace.accounts.models import Address
from marketplace.carts.models import Cart, CartLine
from marketplace.carts.parts import CurrencyPart, Line
from marketplace.carts.rules import arrange
from marketplace.catalog.models import Listing, Shop
from marketplace.catalog.variants import CAN_BE_BOUGHT, HAS_VARIANTS, first_picture
from marketplace.delivery.queries import Rows, read_profiles
from marketplace.delivery.rules import Profile
from marketplace.money import Money
from marketplace.taxes.queries import DELIVERY_RULES, rates_of
from marketplace.taxes.rules import Taxing, read_delivery_rules, read_rates

NOTHING: Mapping[int, int] = MappingProxyType({})
"""No units set aside."""
_BY_USER = Cart.user_id == bindparam("user_id")
_BY_TOKEN = Cart.token_hash == bindparam("token_hash")

# Where it goes while nobody has said: to the address that was used last.
_HOME = (
    select(Address.country)
    .where(Address.user_id == Cart.user_id)
    .order_by(Address.used_at.desc(), Address.id.desc())
    .limit(1)
    .scalar_subquery()
)
DESCRIBED = (
    Listing.option_values,
    Listing.slug,
    Listing.seller_id,
    Listing.delivery_minor,
    Listing.currency,
    Listing.parent_id,
    Shop.name.label("shop_name"),
    Shop.slug.label("shop_slug"),
    Shop.tax_basis_points,
    Shop.prices_include_tax,
    Shop.country,
    Shop.city,
    Shop.legal_street,
    Shop.legal_postcode,
    rates_of(Shop.__table__.c.seller_id).label("tax_rates"),
    DELIVERY_RULES.label("delivery_rules"),
    Listing.tax_category,
    Shop.is_paused.label("is_shop_paused"),
    first_picture(Listing.__table__.c.id).label("picture"),
    Listing.delivery_profile_id,
    Listing.weight_grams,
)
"""What a line says of its listing and its shop, whatever is bought by it and for how much."""
_LINES = (
    select(
        CartLine.id,
        CartLine.listing_id,
        CartLine.quantity,
        CartLine.seen_price_minor,
        CartLine.seen_values,
        Listing.title,
        Listing.price_minor,
        Listing.in_stock,
        CAN_BE_BOUGHT.label("can_be_bought"),
        HAS_VARIANTS.label("has_variants"),
        Cart.discount_code,
        _HOME.label("home"),
        *DESCRIBED,
    )
    .join_from(CartLine, Cart, Cart.id == CartLine.cart_id)
    .join(Listing, Listing.id == CartLine.listing_id)
    .join(Shop, Shop.seller_id == Listing.seller_id)
    .order_by(CartLine.id)
)
_UNITS = select(func.coalesce(func.sum(CartLine.quantity), 0)).join_from(CartLine, Cart, Cart.id == CartLine.cart_id)

_LINES_BY_USER, _LINES_BY_TOKEN = _LINES.where(_BY_USER), _LINES.where(_BY_TOKEN)
_UNITS_BY_USER, _UNITS_BY_TOKEN = _UNITS.where(_BY_USER), _UNITS.where(_BY_TOKEN)


def count(user_id: int | None, token_hash: bytes | None) -> int:
    """Return how many units lie in the cart of a person, or of a visitor's browser."""
    if user_id is None and token_hash is None:
        return 0
    row = db.read_one(*_of(_UNITS_BY_USER, _UNITS_BY_TOKEN, user_id, token_hash))
    return int(row[0]) if row else 0


def contents(
    user_id: int | None,
    token_hash: bytes | None,
    set_aside: Mapping[int, int] = NOTHING,
    country: str = "",
    collected: Collection[int] = (),
    *,
    now: datetime,
) -> tuple[CurrencyPart, ...]:
    """Return a cart by currency and seller, in one query, two where a profile says how it is sent; empty without one.

    `set_aside` are the units (by listing) that this buyer's own unfinished payment holds: they are still the buyer's.
    `country` is where it goes; "" for where this person's address is. `collected` are the sellers whose goods the buyer
    collects. Taxes are those that hold `now`.
    """
    if user_id is None and token_hash is None:
        return ()
    rows = db.read(*_of(_LINES_BY_USER, _LINES_BY_TOKEN, user_id, token_hash))
    return arranged(db.read, rows, user_id, set_aside, country, collected, now.date())


def contents_now(
    session: Session, *, user_id: int, currency: str, country: str = "", collected: Collection[int] = (), now: datetime
) -> CurrencyPart | None:
    """Return what a person's cart holds in `currency`, read in the caller's transaction; None for nothing."""

    def read(statement: Select[*tuple[Any, ...]], values: dict[str, Any]) -> Sequence[Any]:
        return session.execute(statement, values).all()

    rows = read(_LINES_BY_USER, {"user_id": user_id})
    parts = arranged(read, rows, user_id, NOTHING, country, collected, now.date())
    return next((part for part in parts if part.currency == currency), None)


def arranged(
    read: Rows,
    rows: Sequence[Row[*tuple[Any, ...]]],
    user_id: int | None,
    set_aside: Mapping[int, int],
    country: str,
    collected: Collection[int],
    day: date,
) -> tuple[CurrencyPart, ...]:
    """Return rows of lines by currency and seller; `read` reads the profiles by which they are sent."""
    profiles = read_profiles(read, (row.delivery_profile_id for row in rows if row.delivery_profile_id))
    goes_to = country or (rows[0].home or "" if rows else "")
    lines = (_line(row, set_aside, profiles.get(row.delivery_profile_id), goes_to, day) for row in rows)
    return arrange(lines, user_id, _code(rows), goes_to, collected)


def _of(
    by_user: Select[*tuple[Any, ...]],
    by_token: Select[*tuple[Any, ...]],
    user_id: int | None,
    token_hash: bytes | None,
) -> tuple[Select[*tuple[Any, ...]], Mapping[str, object]]:
    return (by_user, {"user_id": user_id}) if user_id is not None else (by_token, {"token_hash": token_hash})


def _code(rows: Sequence[Row[*tuple[Any, ...]]]) -> str | None:
    return rows[0].discount_code if rows else None


def _line(
    row: Row[*tuple[Any, ...]], set_aside: Mapping[int, int], profile: Profile | None, country: str, day: date
) -> Line:
    is_renamed = row.seen_values and row.seen_values != row.option_values
    rates, of_delivery = read_rates(row.tax_rates), read_delivery_rules(row.delivery_rules)
    taxing = Taxing(row.country, row.tax_basis_points, row.prices_include_tax, rates, of_delivery)
    return Line(
        line_id=row.id,
        listing_id=row.listing_id,
        slug=row.slug,
        title=row.title,
        picture=row.picture,
        seller_id=row.seller_id,
        shop_name=row.shop_name,
        shop_slug=row.shop_slug,
        tax_basis_points=taxing.rate(row.tax_category, country, day),
        quantity=row.quantity,
        unit_price=Money(row.price_minor, row.currency),
        seen_price=Money(row.seen_price_minor, row.currency),
        delivery=Money(row.delivery_minor, row.currency),
        available=row.in_stock + set_aside.get(row.listing_id, 0),
        is_active=row.can_be_bought,
        is_shop_paused=row.is_shop_paused,
        profile=profile,
        weight_grams=row.weight_grams or 0,
        is_tax_included=taxing.is_included,
        is_taxed_by_country=taxing.depends_on_country,
        is_delivery_taxed=taxing.taxes_delivery(country, day),
        shop_place=_place(row.legal_street, f"{row.legal_postcode} {row.city}".strip()),
        parent_id=row.parent_id,
        has_variants=row.has_variants,
        was_called=", ".join(row.seen_values) if is_renamed else "",
        is_called=", ".join(row.option_values) if is_renamed else "",
    )


def _place(*parts: str) -> str:
    return ", ".join(part for part in parts if part)[:200]

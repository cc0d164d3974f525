"""What changes a cart: adding, changing, removing, merging at sign-in. A cart belongs to a person or to a browser.

Every operation takes `user_id` of who is signed in, or None with the `token_hash` of a visitor's browser.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, delete, false, select, update
from sqlalchemy.orm import Session

from marketplace.carts import rules
from marketplace.carts.models import Cart, CartLine
from marketplace.catalog.models import Listing, Shop
from marketplace.catalog.variants import CAN_BE_BOUGHT, HAS_VARIANTS, IS_KNOWN
from marketplace.errors import Conflict, Invalid, NotFound
from marketplace.language import gettext as _


@dataclass(frozen=True, slots=True)
class Put:
    """What a line holds after a change."""

    line_id: int
    title: str
    currency: str
    quantity: int
    is_capped: bool
    """Whether the buyer asked for more than there is."""


@dataclass(frozen=True, slots=True)
class Removed:
    """What was taken out, so that it can be put back."""

    listing_id: int
    title: str
    quantity: int


def add(
    session: Session, *, user_id: int | None, token_hash: bytes | None, listing_id: int, quantity: int, now: datetime
) -> Put:
    """Put `quantity` units of a listing in the cart, on top of those already there, as far as stock goes.

    Raises NotFound for no such listing, NotAllowed for one's own, Conflict when it can't be bought or the cart holds
    all there is, Invalid for less than one unit.
    """
    listing = _listing(session, listing_id)
    rules.check_buyer(user_id, listing.seller_id)
    if listing.has_variants:
        raise Conflict(_("%(title)s comes in several variants. Choose one of them on its page.", title=listing.title))
    if not listing.can_be_bought:
        raise Conflict(_("%(title)s is not for sale at the moment.", title=listing.title))
    if listing.is_shop_paused:
        raise Conflict(_("This shop takes no orders at the moment."))
    if quantity < 1:
        raise Invalid(_("Choose at least one."), field="quantity")
    cart_id = _cart(session, user_id, token_hash, now)
    line = session.execute(select(CartLine).filter_by(cart_id=cart_id, listing_id=listing_id)).scalar_one_or_none()
    before = line.quantity if line else 0
    allowed = rules.allow_quantity(before + quantity, listing.in_stock)
    if line is None:
        line = CartLine(cart_id=cart_id, listing_id=listing_id, seen_price_minor=listing.price_minor, added_at=now)
        session.add(line)
    elif allowed.quantity <= before:
        raise Conflict(
            _(
                "Your basket holds %(before)s of %(title)s already. There are no more.",
                before=before,
                title=listing.title,
            )
        )
    line.quantity, line.seen_values = allowed.quantity, list(listing.option_values)
    session.flush()
    return Put(line.id, listing.title, listing.currency, allowed.quantity, allowed.is_capped)


def change_quantity(
    session: Session, *, user_id: int | None, token_hash: bytes | None, line_id: int, quantity: int
) -> Put:
    """Make a line hold `quantity` units, or as many as there are.

    Raises NotFound for a line that is not in this cart, Conflict when it is sold out, Invalid for less than one unit.
    """
    line = _line(session, user_id, token_hash, line_id)
    listing = _listing(session, line.listing_id)
    allowed = rules.allow_quantity(quantity, listing.in_stock)
    line.quantity = allowed.quantity
    return Put(line.id, listing.title, listing.currency, allowed.quantity, allowed.is_capped)


def remove(session: Session, *, user_id: int | None, token_hash: bytes | None, line_id: int) -> Removed:
    """Take a line out of the cart. Raises NotFound for a line that is not in this cart."""
    line = _line(session, user_id, token_hash, line_id)
    title = session.execute(select(Listing.title).where(Listing.id == line.listing_id)).scalar_one()
    session.delete(line)
    return Removed(line.listing_id, title, line.quantity)


def accept_prices(
    session: Session, *, user_id: int | None, token_hash: bytes | None, prices: Mapping[int, int]
) -> None:
    """Note which prices the buyer saw before going on: line id to minor units, as the page showed them.

    A price that has changed since then stays different and is announced again. Lines of other carts are not touched.
    """
    cart = _owned_by(user_id, token_hash)
    for line in session.execute(select(CartLine).join(Cart).where(cart, CartLine.id.in_(sorted(prices)))).scalars():
        line.seen_price_minor = prices[line.id]


def enter_code(session: Session, *, user_id: int | None, token_hash: bytes | None, code: str | None) -> None:
    """Note the discount code that was entered for a cart, None to forget it; raises NotFound for no cart."""
    cart = session.execute(select(Cart).where(_owned_by(user_id, token_hash))).scalar_one_or_none()
    if cart is None:
        raise NotFound(_("Your basket is empty."))
    cart.discount_code = code


def merge(session: Session, *, user_id: int, token_hash: bytes, now: datetime) -> int:
    """Move what a browser's cart holds into the cart of the person who signed in; return how many lines came over.

    The same listing in both keeps the larger number, the own listings stay behind, and the browser's cart is gone. A
    discount code comes along.
    """
    row = session.execute(select(Cart.id, Cart.discount_code).where(Cart.token_hash == token_hash)).one_or_none()
    if row is None:
        return 0
    found, cart_id = row.id, _cart(session, user_id, None, now)
    if row.discount_code is not None:
        session.execute(update(Cart).where(Cart.id == cart_id).values(discount_code=row.discount_code))
    mine = {line.listing_id: line for line in session.execute(select(CartLine).filter_by(cart_id=cart_id)).scalars()}
    theirs = session.execute(
        select(CartLine, Listing.seller_id)
        .join(Listing, Listing.id == CartLine.listing_id)
        .filter(CartLine.cart_id == found)
    ).all()
    moved = 0
    for line, seller_id in theirs:
        if seller_id == user_id:
            continue
        if line.listing_id in mine:
            mine[line.listing_id].quantity = max(mine[line.listing_id].quantity, line.quantity)
        else:
            line.cart_id = cart_id
        moved += 1
    session.flush()
    session.execute(delete(CartLine).where(CartLine.cart_id == found))
    session.execute(delete(Cart).where(Cart.id == found))
    return moved


def _owned_by(user_id: int | None, token_hash: bytes | None) -> ColumnElement[bool]:
    if user_id is not None:
        return Cart.user_id == user_id
    # A browser without a token owns nothing; comparing with None would mean "is null" and find people's carts.
    return Cart.token_hash == token_hash if token_hash is not None else false()


def _cart(session: Session, user_id: int | None, token_hash: bytes | None, now: datetime) -> int:
    found = session.execute(select(Cart.id).where(_owned_by(user_id, token_hash))).scalar_one_or_none()
    if found is not None:
        return found
    # Two first clicks at once: the loser's insert ends in 40001, because it looked first, and `atomic` tries again.
    cart = Cart(user_id=user_id, token_hash=None if user_id is not None else token_hash, created_at=now)
    session.add(cart)
    session.flush()
    return cart.id


def _line(session: Session, user_id: int | None, token_hash: bytes | None, line_id: int) -> CartLine:
    cart = _owned_by(user_id, token_hash)
    line = session.execute(select(CartLine).join(Cart).where(cart, CartLine.id == line_id)).scalar_one_or_none()
    if line is None:
        raise NotFound(_("This is not in your basket any more."))
    return line


def _listing(session: Session, listing_id: int) -> Row[int, str, str, int, int, list[str], bool, bool, bool]:
    row = session.execute(
        select(
            Listing.seller_id,
            Listing.title,
            Listing.currency,
            Listing.price_minor,
            Listing.in_stock,
            Listing.option_values,
            CAN_BE_BOUGHT.label("can_be_bought"),
            HAS_VARIANTS.label("has_variants"),
            Shop.is_paused.label("is_shop_paused"),
        )
        .join(Shop, Shop.seller_id == Listing.seller_id)
        .where(Listing.id == listing_id, IS_KNOWN)
    ).one_or_none()
    if row is None:
        raise NotFound(_("There is no such listing."))
    return row

"""Price, stock and visibility of several listings at once: each by itself, so that one that can't be stops no other."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.catalog import operations, rules, variant_operations
from marketplace.catalog.models import Listing
from marketplace.errors import DomainError, Invalid
from marketplace.language import gettext as _
from marketplace.money import Money


class Deed(StrEnum):
    """What is done with the chosen listings."""

    PRICE = "price"
    RAISE = "raise"
    LOWER = "lower"
    STOCK = "stock"
    ADD = "add"
    PUBLISH = "publish"
    PAUSE = "pause"


_OF_VARIANTS = {Deed.PUBLISH: variant_operations.offer, Deed.PAUSE: variant_operations.withhold}
"""What publishing and pausing is of a variant, which buyers see on its listing's page."""


@dataclass(frozen=True, slots=True)
class BulkChange:
    """What is asked: `value` as it was typed, an amount, a percentage or a number of units."""

    deed: Deed
    value: str = ""


@dataclass(frozen=True, slots=True)
class BulkResult:
    """How many listings were changed, and by title why others were not."""

    changed: int
    refused: tuple[tuple[str, str], ...]


def change_several(
    session: Session, *, seller_id: int, seen_stocks: Mapping[int, int], change: BulkChange, now: datetime
) -> BulkResult:
    """Change those of the listings, named with the stock the seller saw, that are theirs; return what came of it.

    Raises Invalid when what was typed fits none of them.
    """
    value = _read(change)
    own = select(Listing).where(Listing.seller_id == seller_id, Listing.id.in_(seen_stocks)).order_by(Listing.id)
    changed, refused = 0, []
    for listing in session.execute(own).scalars().all():
        try:
            with session.begin_nested():
                _change(session, listing, change, value, seen_stocks[listing.id], now)
                session.flush()
        except DomainError as error:
            refused.append((listing.title, error.message))
        else:
            changed += 1
    return BulkResult(changed, tuple(refused))


def _read(change: BulkChange) -> int:
    """Return what was typed as a number: basis points, or units; 0 for an amount, which each currency reads itself."""
    if change.deed in {Deed.RAISE, Deed.LOWER}:
        return rules.typed_percentage(change.value, field="value")
    if change.deed in {Deed.STOCK, Deed.ADD}:
        return rules.typed_units(change.value, field="value")
    return 0


def _change(session: Session, listing: Listing, change: BulkChange, value: int, seen: int, now: datetime) -> None:
    here = {"seller_id": listing.seller_id, "listing_id": listing.id}
    price = Money(listing.price_minor, listing.currency)
    if listing.parent_id is not None and change.deed in _OF_VARIANTS:
        _OF_VARIANTS[change.deed](session, seller_id=listing.seller_id, variant_id=listing.id, now=now)
    elif change.deed is Deed.PUBLISH:
        operations.publish(session, **here, now=now)
    elif change.deed is Deed.PAUSE:
        operations.pause(session, **here, now=now)
    elif change.deed is Deed.STOCK:
        operations.restock(session, **here, units=value, seen_stock=seen)
    elif change.deed is Deed.ADD:
        operations.change_stock(session, **here, units=listing.in_stock + value)
    else:
        asked = {
            Deed.PRICE: lambda: rules.typed_amount(change.value, listing.currency, field="value"),
            Deed.RAISE: lambda: price + price.share(value),
            Deed.LOWER: lambda: price - price.share(value),
        }[change.deed]()
        if change.deed is not Deed.PRICE and asked == price:
            raise Invalid(_("This is less than the smallest coin."), field="value")
        delivery = Money(listing.delivery_minor, listing.currency)
        operations.change_price(session, **here, price=asked, delivery=delivery)

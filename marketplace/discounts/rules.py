"""Whether a code counts for some goods, why not where it does not, and what it takes off each line. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from marketplace.discounts.states import DiscountStatus
from marketplace.labels import Labelled
from marketplace.language import Text
from marketplace.money import Money


class DiscountKind(Labelled):
    """How a code reckons."""

    PERCENTAGE = "percentage", Text("Percentage")
    FIXED = "fixed", Text("Fixed amount")


class Refusal(StrEnum):
    """Why a code does not count now; pages have words for each (S2.23)."""

    UNKNOWN = "unknown"
    PAUSED = "paused"
    ENDED = "ended"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    OTHER_CURRENCY = "other_currency"
    OTHER_GOODS = "other_goods"
    BELOW_MINIMUM = "below_minimum"
    USED_UP = "used_up"
    USED_BY_BUYER = "used_by_buyer"
    NOT_FIRST_ORDER = "not_first_order"
    TOO_LITTLE = "too_little"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a code promises. Amounts are in `currency`, which is None for a percentage of any currency."""

    discount_id: int
    code: str
    seller_id: int | None
    """Whose goods it is for and who bears it; None: the marketplace bears it, for everybody's goods."""
    status: DiscountStatus
    kind: DiscountKind
    currency: str | None
    basis_points: int
    amount_minor: int
    cap_minor: int | None
    minimum_minor: int | None
    max_uses: int | None
    max_uses_per_buyer: int | None
    first_order_only: bool
    categories: Sequence[str]
    """The categories it is for; empty for all. As the next, it narrows what it is for."""
    listing_ids: Sequence[int]
    valid_from: datetime
    valid_until: datetime | None

    @property
    def is_subsidy(self) -> bool:
        """Return whether the marketplace pays what it takes off."""
        return self.seller_id is None


@dataclass(frozen=True, slots=True)
class Standing:
    """How often a code is taken, this buyer's own unfinished purchase left out, and what the buyer did before."""

    used: int = 0
    used_by_buyer: int = 0
    has_ordered: bool = False
    """Whether the buyer has paid an order before: from the code's seller, or from anybody."""


@dataclass(frozen=True, slots=True)
class Item:
    """Some units of one listing that are about to be bought, with their price before tax and delivery."""

    line_id: int
    listing_id: int
    seller_id: int
    category: str
    price: Money


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a code does not count; `missing` is what the goods lack to its minimum, where that is why."""

    refusal: Refusal
    missing: Money | None = None


@dataclass(frozen=True, slots=True)
class Granted:
    """What a code takes off, by line; every part is between nothing and the line's price, and they sum to `total`."""

    total: Money
    by_line: Mapping[int, Money]


def judge(terms: Terms, items: Sequence[Item], standing: Standing, now: datetime) -> Granted | Refused:
    """Return what a code takes off `items` (of one currency, at least one) at `now`, or the first reason why nothing.

    Delivery and tax are not touched. The spread follows the prices by largest remainder, to the cent.
    """
    refusal = _of_the_code(terms, now) or _of_the_buyer(terms, standing)
    if refusal:
        return Refused(refusal)
    currency = items[0].price.currency
    if terms.currency not in {None, currency}:
        return Refused(Refusal.OTHER_CURRENCY)
    meant = [item for item in items if is_meant(terms, item)]
    goods = Money.total((item.price for item in meant), currency)
    if not goods:
        return Refused(Refusal.OTHER_GOODS)
    if terms.minimum_minor is not None and goods.minor < terms.minimum_minor:
        return Refused(Refusal.BELOW_MINIMUM, Money(terms.minimum_minor, currency) - goods)
    total = amount_off(terms, goods)
    if not total:
        return Refused(Refusal.TOO_LITTLE)
    parts = total.split([item.price.minor for item in meant])
    return Granted(total, {item.line_id: part for item, part in zip(meant, parts, strict=True)})


def is_open(terms: Terms, now: datetime) -> bool:
    """Return whether a code's owner lets it be used at `now`: its status and its days, whatever the goods."""
    return _of_the_code(terms, now) is None


def is_meant(terms: Terms, item: Item) -> bool:
    """Return whether a code is for these goods."""
    return (
        terms.seller_id in {None, item.seller_id}
        and (not terms.categories or item.category in terms.categories)
        and (not terms.listing_ids or item.listing_id in terms.listing_ids)
    )


def amount_off(terms: Terms, goods: Money) -> Money:
    """Return what a code takes off goods of this price: never more than the price, nor than the code's cap."""
    if terms.kind is DiscountKind.FIXED:
        wanted = Money(terms.amount_minor, goods.currency)
    else:
        wanted = goods.share(terms.basis_points)
    if terms.cap_minor is not None:
        wanted = min(wanted, Money(terms.cap_minor, goods.currency))
    return min(wanted, goods)


def _of_the_code(terms: Terms, now: datetime) -> Refusal | None:
    if terms.status is DiscountStatus.ENDED:
        return Refusal.ENDED
    if terms.status is DiscountStatus.PAUSED:
        return Refusal.PAUSED
    if now < terms.valid_from:
        return Refusal.TOO_EARLY
    if terms.valid_until is not None and now >= terms.valid_until:
        return Refusal.TOO_LATE
    return None


def _of_the_buyer(terms: Terms, standing: Standing) -> Refusal | None:
    if terms.max_uses_per_buyer is not None and standing.used_by_buyer >= terms.max_uses_per_buyer:
        return Refusal.USED_BY_BUYER
    if terms.first_order_only and (standing.has_ordered or standing.used_by_buyer):
        return Refusal.NOT_FIRST_ORDER
    if terms.max_uses is not None and standing.used >= terms.max_uses:
        return Refusal.USED_UP
    return None

"""What may lie in a cart, what of it can be bought now, and what it adds up to. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import groupby

from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.money import Money

MAX_QUANTITY = 99
"""Units of one listing in one cart; the table says the same."""


class Problem(StrEnum):
    """Why a line can't be bought as it stands. Such a line is shown and not counted."""

    OWN = "own"
    SHOP_PAUSED = "shop_paused"
    PAUSED = "paused"
    SOLD_OUT = "sold_out"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class Line:
    """Some units of one listing in a cart, with the listing as it is now. Amounts are for one unit."""

    line_id: int
    listing_id: int
    slug: str
    title: str
    picture: str | None
    seller_id: int
    shop_name: str
    shop_slug: str
    tax_basis_points: int
    quantity: int
    unit_price: Money
    seen_price: Money
    """What the buyer last saw; in the currency the listing has now."""
    delivery: Money
    available: int
    """Units this buyer can take now, those already set aside for the same buyer included."""
    is_active: bool
    is_shop_paused: bool = False
    """Whether its shop takes no orders at the moment."""

    @property
    def subtotal(self) -> Money:
        """Return the price of all units, before tax and delivery."""
        return self.unit_price * self.quantity

    @property
    def is_price_changed(self) -> bool:
        """Return whether the price differs from the one the buyer last saw."""
        return self.unit_price != self.seen_price


@dataclass(frozen=True, slots=True)
class ShopPart:
    """One seller's part of a cart in one currency: what counts, what doesn't, and the totals of what counts."""

    seller_id: int
    shop_name: str
    shop_slug: str
    lines: tuple[Line, ...]
    problems: Mapping[int, Problem]
    """Line id to problem, of those lines that don't count."""
    subtotal: Money
    delivery: Money
    tax: Money
    total: Money
    discounts: Mapping[int, Money] = field(default_factory=dict)
    """Line id to what a discount code takes off that line; `tax` and `total` know of it."""

    @property
    def discount(self) -> Money:
        """Return what a discount code takes off all lines."""
        return Money.total(self.discounts.values(), self.subtotal.currency)

    @property
    def counted(self) -> tuple[Line, ...]:
        """Return the lines that can be bought now."""
        return tuple(line for line in self.lines if line.line_id not in self.problems)


@dataclass(frozen=True, slots=True)
class CurrencyPart:
    """What is bought in one go: all lines of one currency, by seller."""

    currency: str
    shops: tuple[ShopPart, ...]
    subtotal: Money
    delivery: Money
    tax: Money
    total: Money
    code: str | None = None
    """The discount code that was entered; whether it counts is another question."""

    @property
    def discount(self) -> Money:
        """Return what a discount code takes off, of all sellers."""
        return Money.total((shop.discount for shop in self.shops), self.currency)

    @property
    def can_be_bought(self) -> bool:
        """Return whether at least one line counts."""
        return any(shop.counted for shop in self.shops)


@dataclass(frozen=True, slots=True)
class Allowed:
    """How many units a line gets, and whether that is fewer than the buyer asked for."""

    quantity: int
    is_capped: bool


def allow_quantity(wanted: int, available: int) -> Allowed:
    """Return how many of `wanted` units a cart line may hold when `available` can be sold.

    Raises Invalid below one unit and Conflict when nothing is left.
    """
    if wanted < 1:
        raise Invalid("Choose at least one.", field="quantity")
    if available < 1:
        raise Conflict("There are no more of these.")
    quantity = min(wanted, available, MAX_QUANTITY)
    return Allowed(quantity, quantity < wanted)


def check_buyer(buyer_id: int | None, seller_id: int) -> None:
    """Raise NotAllowed when a seller tries to buy from the own shop."""
    if buyer_id == seller_id:
        raise NotAllowed("This is your own listing.")


def problem_of(line: Line, buyer_id: int | None) -> Problem | None:
    """Return why `line` can't be bought now; None when it can."""
    if line.seller_id == buyer_id:
        return Problem.OWN
    if line.is_shop_paused:
        return Problem.SHOP_PAUSED
    if not line.is_active:
        return Problem.PAUSED
    if line.available < 1:
        return Problem.SOLD_OUT
    if line.available < line.quantity:
        return Problem.TOO_FEW
    return None


def delivery_of(lines: Iterable[Line], currency: str) -> Money:
    """Return what one seller asks for one parcel: the dearest delivery of its listings, nothing for no lines."""
    return max((line.delivery for line in lines), key=lambda amount: amount.minor, default=Money.zero(currency))


def arrange(lines: Iterable[Line], buyer_id: int | None, code: str | None = None) -> tuple[CurrencyPart, ...]:
    """Return `lines` by currency and seller with their totals; within a seller they keep their order.

    `code` is the discount code that was entered; nothing is taken off for it here.
    """
    ordered = sorted(lines, key=lambda line: (line.unit_price.currency, line.shop_name, line.seller_id))
    return tuple(
        replace(_currency_part(currency, tuple(group), buyer_id), code=code)
        for currency, group in groupby(ordered, key=lambda line: line.unit_price.currency)
    )


def discounted(part: CurrencyPart, by_line: Mapping[int, Money], *, lowers_tax: bool) -> CurrencyPart:
    """Return `part` with amounts taken off some of its lines (line id to amount).

    `lowers_tax`: the seller gets less for the goods, so that their tax is less too. What another pays to the seller
    instead of the buyer is part of the price.
    """
    shops = tuple(_discounted(shop, by_line, lowers_tax=lowers_tax) for shop in part.shops)
    return replace(_sum_of(part.currency, shops), code=part.code)


def _discounted(shop: ShopPart, by_line: Mapping[int, Money], *, lowers_tax: bool) -> ShopPart:
    own = {line.line_id: by_line[line.line_id] for line in shop.counted if line.line_id in by_line}
    discount = Money.total(own.values(), shop.subtotal.currency)
    if not discount:
        return shop
    taxed = shop.subtotal - discount if lowers_tax else shop.subtotal
    tax = taxed.share(shop.lines[0].tax_basis_points)
    return replace(shop, discounts=own, tax=tax, total=shop.subtotal - discount + shop.delivery + tax)


def _currency_part(currency: str, lines: tuple[Line, ...], buyer_id: int | None) -> CurrencyPart:
    shops = tuple(
        _shop_part(tuple(group), currency, buyer_id) for _, group in groupby(lines, key=lambda line: line.seller_id)
    )
    return _sum_of(currency, shops)


def _sum_of(currency: str, shops: tuple[ShopPart, ...]) -> CurrencyPart:
    return CurrencyPart(
        currency,
        shops,
        subtotal=Money.total((shop.subtotal for shop in shops), currency),
        delivery=Money.total((shop.delivery for shop in shops), currency),
        tax=Money.total((shop.tax for shop in shops), currency),
        total=Money.total((shop.total for shop in shops), currency),
    )


def _shop_part(lines: tuple[Line, ...], currency: str, buyer_id: int | None) -> ShopPart:
    found = {line.line_id: problem_of(line, buyer_id) for line in lines}
    problems = {line_id: problem for line_id, problem in found.items() if problem}
    counted = [line for line in lines if line.line_id not in problems]
    subtotal = Money.total((line.subtotal for line in counted), currency)
    delivery = delivery_of(counted, currency)
    # Tax is on the goods only, and rounded once per seller: the order is what the tax office sees.
    tax = subtotal.share(lines[0].tax_basis_points)
    return ShopPart(
        seller_id=lines[0].seller_id,
        shop_name=lines[0].shop_name,
        shop_slug=lines[0].shop_slug,
        lines=lines,
        problems=problems,
        subtotal=subtotal,
        delivery=delivery,
        tax=tax,
        total=subtotal + delivery + tax,
    )

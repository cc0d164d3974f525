"""What may lie in a cart, what of it can be bought now, and what it adds up to. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import groupby

from marketplace.delivery import rules as sending
from marketplace.delivery.rules import Agreed, Load, Profile
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.money import Money

MAX_QUANTITY = 99
"""Units of one listing in one cart; the table says the same."""


class Problem(StrEnum):
    """Why a line can't be bought as it stands. Such a line is shown and not counted."""

    OWN = "own"
    SHOP_PAUSED = "shop_paused"
    TO_CHOOSE = "to_choose"
    PAUSED = "paused"
    SOLD_OUT = "sold_out"
    TOO_FEW = "too_few"
    NOT_SENT_THERE = "not_sent_there"
    TOO_HEAVY = "too_heavy"


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
    profile: Profile | None = None
    """How it is sent; None for the standard delivery, which is `delivery` to everywhere."""
    weight_grams: int = 0
    """Of one unit; 0 where the seller has not said."""
    parent_id: int | None = None
    """Of a variant: its listing."""
    has_variants: bool = False
    """Whether it is sold in variants since it was put in the cart: the buyer has to choose one."""

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
    agreed: Agreed | None = None
    """How all of it is delivered and how long that takes; None where a part of it has no profile that says so."""

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
    country: str = ""
    """Where it goes, ISO 3166-1 alpha-2; "" while nobody knows."""

    @property
    def discount(self) -> Money:
        """Return what a discount code takes off, of all sellers."""
        return Money.total((shop.discount for shop in self.shops), self.currency)

    @property
    def depends_on_country(self) -> bool:
        """Return whether it would cost something else, or be sent at all, depending on where it goes."""
        return any(line.profile for shop in self.shops for line in shop.lines)

    @property
    def is_out_of_reach(self) -> bool:
        """Return whether nothing can be bought, and only because of where it would go."""
        problems = {problem for shop in self.shops for problem in shop.problems.values()}
        return not self.can_be_bought and bool(problems & {Problem.NOT_SENT_THERE, Problem.TOO_HEAVY})

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


def problem_of(line: Line, buyer_id: int | None, country: str = "") -> Problem | None:
    """Return why `line` can't be bought now and sent to `country`; None when it can."""
    if line.seller_id == buyer_id:
        return Problem.OWN
    if line.is_shop_paused:
        return Problem.SHOP_PAUSED
    if line.has_variants:
        return Problem.TO_CHOOSE
    if not line.is_active:
        return Problem.PAUSED
    if line.available < 1:
        return Problem.SOLD_OUT
    if line.available < line.quantity:
        return Problem.TOO_FEW
    if line.profile is not None and sending.zone_for(line.profile, country) is None:
        return Problem.NOT_SENT_THERE
    return None


def delivery_of(lines: Iterable[Line], currency: str, country: str = "") -> Money:
    """Return what one seller asks for one parcel: the dearest delivery of its listings, nothing for no lines.

    Listings of one profile are one of them: their goods and their weight count together.
    """
    found = list(lines)
    prices = [line.delivery for line in found if line.profile is None]
    for load in _loads(found):
        zone = sending.zone_for(load.profile, country)
        price = sending.price_of(zone, load.goods, load.grams) if zone else None
        prices += [price] if price is not None else []
    return max(prices, key=lambda amount: amount.minor, default=Money.zero(currency))


def arrange(
    lines: Iterable[Line], buyer_id: int | None, code: str | None = None, country: str = ""
) -> tuple[CurrencyPart, ...]:
    """Return `lines` by currency and seller with their totals; within a seller they keep their order.

    `code` is the discount code that was entered; nothing is taken off for it here. `country` is where it goes.
    """
    ordered = sorted(lines, key=lambda line: (line.unit_price.currency, line.shop_name, line.seller_id))
    return tuple(
        replace(_currency_part(currency, tuple(group), buyer_id, country), code=code)
        for currency, group in groupby(ordered, key=lambda line: line.unit_price.currency)
    )


def discounted(part: CurrencyPart, by_line: Mapping[int, Money], *, lowers_tax: bool) -> CurrencyPart:
    """Return `part` with amounts taken off some of its lines (line id to amount).

    `lowers_tax`: the seller gets less for the goods, so that their tax is less too. What another pays to the seller
    instead of the buyer is part of the price.
    """
    shops = tuple(_discounted(shop, by_line, lowers_tax=lowers_tax) for shop in part.shops)
    return replace(_sum_of(part.currency, shops), code=part.code, country=part.country)


def _discounted(shop: ShopPart, by_line: Mapping[int, Money], *, lowers_tax: bool) -> ShopPart:
    own = {line.line_id: by_line[line.line_id] for line in shop.counted if line.line_id in by_line}
    discount = Money.total(own.values(), shop.subtotal.currency)
    if not discount:
        return shop
    taxed = shop.subtotal - discount if lowers_tax else shop.subtotal
    tax = taxed.share(shop.lines[0].tax_basis_points)
    return replace(shop, discounts=own, tax=tax, total=shop.subtotal - discount + shop.delivery + tax)


def _currency_part(currency: str, lines: tuple[Line, ...], buyer_id: int | None, country: str) -> CurrencyPart:
    shops = tuple(
        _shop_part(tuple(group), currency, buyer_id, country)
        for _, group in groupby(lines, key=lambda line: line.seller_id)
    )
    return replace(_sum_of(currency, shops), country=country)


def _sum_of(currency: str, shops: tuple[ShopPart, ...]) -> CurrencyPart:
    return CurrencyPart(
        currency,
        shops,
        subtotal=Money.total((shop.subtotal for shop in shops), currency),
        delivery=Money.total((shop.delivery for shop in shops), currency),
        tax=Money.total((shop.tax for shop in shops), currency),
        total=Money.total((shop.total for shop in shops), currency),
    )


def _shop_part(lines: tuple[Line, ...], currency: str, buyer_id: int | None, country: str) -> ShopPart:
    problems = _problems(lines, buyer_id, country)
    counted = [line for line in lines if line.line_id not in problems]
    subtotal = Money.total((line.subtotal for line in counted), currency)
    costs = delivery_of(counted, currency, country)
    # Tax is on the goods only, and rounded once per seller: the order is what the tax office sees.
    tax = subtotal.share(lines[0].tax_basis_points)
    is_said = all(line.profile for line in counted)
    return ShopPart(
        seller_id=lines[0].seller_id,
        shop_name=lines[0].shop_name,
        shop_slug=lines[0].shop_slug,
        lines=lines,
        problems=problems,
        subtotal=subtotal,
        delivery=costs,
        tax=tax,
        total=subtotal + costs + tax,
        agreed=sending.agreed(_loads(counted), country) if is_said else None,
    )


def _problems(lines: tuple[Line, ...], buyer_id: int | None, country: str) -> dict[int, Problem]:
    """Return by line id why lines can't be bought; what is too heavy together is so with all its lines."""
    found = {line.line_id: problem_of(line, buyer_id, country) for line in lines}
    problems = {line_id: problem for line_id, problem in found.items() if problem}
    counted = [line for line in lines if line.line_id not in problems]
    for load in _loads(counted):
        zone = sending.zone_for(load.profile, country)
        if zone and sending.price_of(zone, load.goods, load.grams) is None:
            together = (line for line in counted if line.profile and line.profile.profile_id == load.profile.profile_id)
            problems.update(dict.fromkeys((line.line_id for line in together), Problem.TOO_HEAVY))
    return problems


def _loads(lines: Iterable[Line]) -> list[Load]:
    """Return what goes together by one profile each; lines without a profile are in none."""
    loads: dict[int, Load] = {}
    for line in lines:
        if line.profile is not None:
            before = loads.get(line.profile.profile_id, Load(line.profile, line.subtotal * 0, 0))
            grams = before.grams + line.weight_grams * line.quantity
            loads[line.profile.profile_id] = Load(line.profile, before.goods + line.subtotal, grams)
    return list(loads.values())

"""What lies in a basket, by currency and seller, as values: lines, what counts of them, and the totals. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

from marketplace.delivery.rules import Agreed, Profile
from marketplace.money import Money
from marketplace.taxes.rules import DeliveryTax


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
    """The rate of the tax on it, where it goes."""
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
    is_tax_included: bool = False
    """Whether its shop's prices include the tax; else it is added."""
    is_taxed_by_country: bool = False
    """Whether its shop has other rates for other countries."""
    is_delivery_taxed: bool = False
    """Whether its delivery is taxed like the goods, where it goes."""
    shop_place: str = ""
    """Where its shop is, in one line: there it is collected."""
    parent_id: int | None = None
    """Of a variant: its listing."""
    has_variants: bool = False
    """Whether it is sold in variants since it was put in the cart: the buyer has to choose one."""
    was_called: str = ""
    """Of a variant that its seller calls something else by now: what the buyer chose it as. `is_called` is the new."""
    is_called: str = ""

    @property
    def subtotal(self) -> Money:
        """Return the price of all units, without delivery."""
        return self.unit_price * self.quantity

    @property
    def is_price_changed(self) -> bool:
        """Return whether the price differs from the one the buyer last saw."""
        return self.unit_price != self.seen_price


@dataclass(frozen=True, slots=True)
class Ways:
    """One seller's goods can be sent or collected, as the buyer likes."""

    sent: Money | None
    """What sending them costs; None where they are too heavy."""
    is_collected: bool
    """What the buyer chose."""
    place: str
    """Where they are collected."""


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
    """Of the goods and, where that is taxed, the delivery: on top of the prices, or in them where `is_tax_included`."""
    total: Money
    discounts: Mapping[int, Money] = field(default_factory=dict)
    """Line id to what a discount code takes off that line; `tax` and `total` know of it."""
    agreed: Agreed | None = None
    """How all of it is delivered and how long that takes; None where a part of it has no profile that says so."""
    is_tax_included: bool = False
    taxes: tuple[Money, ...] = ()
    """The tax of each line of `counted`, in their order; with those of the delivery they sum to `tax`."""
    delivery_taxes: tuple[DeliveryTax, ...] = ()
    """The delivery by the rates it carries; none where it is free or not taxed."""
    pickup_place: str = ""
    """Where it is collected; "" where it is sent."""
    ways: Ways | None = None
    """Where the buyer has a choice; None where the goods are sent, or collected, in any case."""

    @property
    def discount(self) -> Money:
        """Return what a discount code takes off all lines."""
        return Money.total(self.discounts.values(), self.subtotal.currency)

    @property
    def is_delivery_taxed(self) -> bool:
        """Return whether some of the tax is of the delivery."""
        return any(part.tax for part in self.delivery_taxes)

    @property
    def tax_rates(self) -> tuple[int, ...]:
        """Return the rates of the tax that there is, in basis points, lowest first."""
        return tuple(sorted({line.tax_basis_points for line in self.counted} - {0}))

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
    """What is added to the prices, of all shops whose prices do not include it."""
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
    def tax_inside(self) -> Money:
        """Return the tax that the prices include, of the shops whose prices do."""
        return Money.total((shop.tax for shop in self.shops if shop.is_tax_included), self.currency)

    @property
    def names(self) -> str:
        """Return a digest of what is bought, as it is called: with other words it is another one."""
        said = "\n".join(f"{line.line_id} {line.title}" for shop in self.shops for line in shop.counted)
        return sha256(said.encode()).hexdigest()[:16]

    @property
    def depends_on_country(self) -> bool:
        """Return whether it would cost or be taxed otherwise, or be sent at all, depending on where it goes."""
        return any(line.profile or line.is_taxed_by_country for shop in self.shops for line in shop.lines)

    @property
    def is_out_of_reach(self) -> bool:
        """Return whether nothing can be bought, and only because of where it would go."""
        problems = {problem for shop in self.shops for problem in shop.problems.values()}
        return not self.can_be_bought and bool(problems & {Problem.NOT_SENT_THERE, Problem.TOO_HEAVY})

    @property
    def can_be_bought(self) -> bool:
        """Return whether at least one line counts."""
        return any(shop.counted for shop in self.shops)

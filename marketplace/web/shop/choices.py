"""The variants of a listing as its page shows them: each with its price and how many there are, in one list."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from marketplace.catalog.queries import ListingView
from marketplace.catalog.rules import MANY_IN_STOCK, stock_of
from marketplace.catalog.variant_queries import Variant
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.web.pages import money


@dataclass(frozen=True)
class ShownVariant:
    """One that can be chosen, or could be if it were there; `name` is the whole of it, `label` in its group."""

    variant_id: int
    name: str
    label: str
    price: str
    stock: str
    tone: str
    can_buy: bool
    is_chosen: bool


@dataclass(frozen=True)
class ShownGroup:
    """The variants that share the answer to the first of two options; `label` is "" with one option."""

    label: str
    variants: tuple[ShownVariant, ...]


@dataclass(frozen=True)
class ShownChoice:
    """What components/variant_choice.html shows."""

    label: str
    groups: tuple[ShownGroup, ...]


def of(found: ListingView, chosen_id: int) -> ShownChoice | None:
    """Return what a buyer of this listing chooses from; None where there is nothing to choose.

    `chosen_id` is the variant that the address names, 0 for none: chosen is that, or the only one there is.
    """
    options, variants = found.choice.options, found.choice.variants
    if not variants:
        return None
    there = [variant.variant_id for variant in variants if variant.in_stock]
    chosen = chosen_id if chosen_id in there else there[0] if len(there) == 1 else 0
    depth, conjunction = len(options) - 1, _("and")
    order: dict[tuple[str, ...], int] = {}
    for variant in variants:
        order.setdefault(variant.values[:depth], len(order))
    grouped = sorted(variants, key=lambda variant: order[variant.values[:depth]])
    return ShownChoice(
        label=f" {conjunction} ".join([options[0], *(name.lower() for name in options[1:])]),
        groups=tuple(
            ShownGroup(", ".join(key), tuple(_shown(variant, depth, chosen) for variant in group))
            for key, group in groupby(grouped, key=lambda variant: variant.values[:depth])
        ),
    )


def prices(found: ListingView) -> tuple[Money, Money]:
    """Return the lowest and the highest price that this listing can be bought at; both the same without variants."""
    there = [variant.price for variant in found.choice.variants if variant.in_stock]
    asked = there or [variant.price for variant in found.choice.variants] or [found.price]
    return min(asked), max(asked)


def most(found: ListingView) -> int:
    """Return how many units a buyer can ask for at once: of the variant that has most."""
    return min(max(_units(found.choice.variants), default=found.in_stock), MANY_IN_STOCK)


def _units(variants: Sequence[Variant]) -> list[int]:
    return [variant.in_stock for variant in variants]


def _shown(variant: Variant, depth: int, chosen: int) -> ShownVariant:
    stock = stock_of(variant.in_stock, is_car=False)
    return ShownVariant(
        variant_id=variant.variant_id,
        name=", ".join(variant.values),
        label=", ".join(variant.values[depth:]),
        price=money(variant.price),
        stock=stock.text,
        tone="mute" if stock.is_sold_out else "wait" if stock.is_low else "ok",
        can_buy=not stock.is_sold_out,
        is_chosen=variant.variant_id == chosen,
    )

"""What may lie in a cart, what of it can be bought now, and what it adds up to. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from marketplace.carts.parts import CurrencyPart, Line, Problem, ShopPart, Ways
from marketplace.delivery import rules as sending
from marketplace.delivery.rules import Load
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.taxes import rules as taxes

MAX_QUANTITY = 99
"""Units of one listing in one cart; the table says the same."""


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
        raise Invalid(_("Choose at least one."), field="quantity")
    if available < 1:
        raise Conflict(_("There are no more of these."))
    quantity = min(wanted, available, MAX_QUANTITY)
    return Allowed(quantity, quantity < wanted)


def check_buyer(buyer_id: int | None, seller_id: int) -> None:
    """Raise NotAllowed when a seller tries to buy from the own shop."""
    if buyer_id == seller_id:
        raise NotAllowed(_("This is your own listing."))


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


def delivery_of(lines: Iterable[Line], currency: str, country: str = "", *, collects: bool = False) -> Money:
    """Return what one seller asks for one parcel: the dearest delivery of its listings, nothing for no lines.

    Listings of one profile are one of them: their goods and their weight count together. `collects`: the buyer chose to
    collect them.
    """
    found = list(lines)
    prices = [line.delivery for line in found if line.profile is None]
    for load in _loads(found):
        zone = sending.zone_for(load.profile, country, collects=collects)
        price = sending.price_of(zone, load.goods, load.grams) if zone else None
        prices += [price] if price is not None else []
    return max(prices, key=lambda amount: amount.minor, default=Money.zero(currency))


def arrange(
    lines: Iterable[Line],
    buyer_id: int | None,
    code: str | None = None,
    country: str = "",
    collected: Collection[int] = (),
) -> tuple[CurrencyPart, ...]:
    """Return `lines` by currency and seller with their totals; within a seller they keep their order.

    `code` is the discount code that was entered; nothing is taken off for it here. `country` is where it goes, and
    `collected` are the sellers whose goods the buyer collects, where that can be chosen.
    """
    ordered = sorted(lines, key=lambda line: (line.unit_price.currency, line.shop_name, line.seller_id))
    return tuple(
        replace(_currency_part(currency, tuple(group), buyer_id, country, collected), code=code)
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
    return _taxed(replace(shop, discounts=own), own if lowers_tax else {})


def _currency_part(
    currency: str, lines: tuple[Line, ...], buyer_id: int | None, country: str, collected: Collection[int]
) -> CurrencyPart:
    shops = tuple(
        _shop_part(tuple(group), currency, buyer_id, country, wants_to_collect=seller_id in collected)
        for seller_id, group in groupby(lines, key=lambda line: line.seller_id)
    )
    return replace(_sum_of(currency, shops), country=country)


def _sum_of(currency: str, shops: tuple[ShopPart, ...]) -> CurrencyPart:
    return CurrencyPart(
        currency,
        shops,
        subtotal=Money.total((shop.subtotal for shop in shops), currency),
        delivery=Money.total((shop.delivery for shop in shops), currency),
        tax=Money.total((shop.tax for shop in shops if not shop.is_tax_included), currency),
        total=Money.total((shop.total for shop in shops), currency),
    )


def _shop_part(
    lines: tuple[Line, ...], currency: str, buyer_id: int | None, country: str, *, wants_to_collect: bool
) -> ShopPart:
    ways = _ways(lines, currency, buyer_id, country, wants_to_collect=wants_to_collect)
    collects = bool(ways and ways.is_collected)
    problems = _problems(lines, buyer_id, country, collects=collects)
    counted = tuple(line for line in lines if line.line_id not in problems)
    subtotal = Money.total((line.subtotal for line in counted), currency)
    costs = delivery_of(counted, currency, country, collects=collects)
    is_said = all(line.profile for line in counted)
    agreed = sending.agreed(_loads(counted), country, collects=collects) if is_said else None
    part = ShopPart(
        seller_id=lines[0].seller_id,
        shop_name=lines[0].shop_name,
        shop_slug=lines[0].shop_slug,
        lines=lines,
        problems=problems,
        subtotal=subtotal,
        delivery=costs,
        tax=Money.zero(currency),
        total=subtotal + costs,
        agreed=agreed,
        is_tax_included=lines[0].is_tax_included,
        pickup_place=lines[0].shop_place if agreed and agreed.is_pickup else "",
        ways=ways,
    )
    return _taxed(part, {})


def _ways(
    lines: tuple[Line, ...], currency: str, buyer_id: int | None, country: str, *, wants_to_collect: bool
) -> Ways | None:
    """Return the choice between sending and collecting: where all can be collected and some of it can be sent."""
    bought = [line for line in lines if not problem_of(line, buyer_id, country)]
    loads = _loads(bought)
    if not bought or not all(line.profile and sending.can_collect(line.profile, country) for line in bought):
        return None
    if all(len(sending.zones_for(load.profile, country)) == 1 for load in loads):
        return None
    is_too_heavy = Problem.TOO_HEAVY in _problems(lines, buyer_id, country, collects=False).values()
    sent = None if is_too_heavy else delivery_of(bought, currency, country)
    return Ways(sent, wants_to_collect, lines[0].shop_place)


def _taxed(shop: ShopPart, less: Mapping[int, Money]) -> ShopPart:
    """Return a shop's part with the taxes of its lines and its delivery, and the total that follows.

    `less` is what of a line's price is not taxed, by line id. Each rate is rounded once per seller: the order is what
    the tax office sees.
    """
    counted, rates = shop.counted, [line.tax_basis_points for line in shop.counted]
    taxed = [line.subtotal - less.get(line.line_id, line.subtotal * 0) for line in counted]
    sent: dict[int, Money] = {}
    if counted and counted[0].is_delivery_taxed:
        # Goods that a code makes free go by what they were worth before.
        worth = taxed if any(taxed) else [line.subtotal for line in counted]
        sent = taxes.delivery_by_rate(shop.delivery, worth, rates)
    found, of_delivery = taxes.with_delivery(taxed, rates, sent, is_included=shop.is_tax_included)
    tax = Money.total((*found, *(part.tax for part in of_delivery)), shop.subtotal.currency)
    added = Money.zero(tax.currency) if shop.is_tax_included else tax
    total = shop.subtotal - shop.discount + shop.delivery + added
    return replace(shop, tax=tax, taxes=tuple(found), delivery_taxes=of_delivery, total=total)


def _problems(lines: tuple[Line, ...], buyer_id: int | None, country: str, *, collects: bool) -> dict[int, Problem]:
    """Return by line id why lines can't be bought; what is too heavy together is so with all its lines."""
    found = {line.line_id: problem_of(line, buyer_id, country) for line in lines}
    problems = {line_id: problem for line_id, problem in found.items() if problem}
    counted = [line for line in lines if line.line_id not in problems]
    for load in _loads(counted):
        zone = sending.zone_for(load.profile, country, collects=collects)
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

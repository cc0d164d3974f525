"""Which rate of tax holds where and when, what tax goods carry, and how lines share it. Pure.

A shop's prices either include the tax of the country they go to, or it is added to them. Whether a delivery is taxed
the country says: not at all, or like the goods it goes with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from marketplace.errors import Invalid
from marketplace.labels import Labelled
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.money import BASIS_POINTS, Money
from marketplace.numerals import as_written, typed_number

HIGHEST_BASIS_POINTS = 5_000
MOST_RATES = 200
MOST_DELIVERY_RULES = 1_000
_EVERYWHERE = ""


class TaxCategory(Labelled):
    """What tax offices tell apart: most goods are standard."""

    STANDARD = "standard", Text("Standard rate")
    REDUCED = "reduced", Text("Reduced rate")
    EXEMPT = "exempt", Text("No tax")


class DeliveryTaxing(Labelled):
    """What a country says of the tax on a delivery."""

    NONE = "none", Text("Not taxed")
    LIKE_GOODS = "like_goods", Text("Taxed like the goods it goes with")


RATED = (TaxCategory.STANDARD, TaxCategory.REDUCED)
"""The categories that have rates."""


@dataclass(frozen=True, slots=True)
class Rate:
    """The rate of one category in one country from a day (UTC) on, until it ends or a later one of the same begins."""

    country: str
    """ISO 3166-1 alpha-2; "" for every country that has no rate of its own."""
    category: TaxCategory
    basis_points: int
    valid_from: date
    valid_before: date | None = None
    """The first day it holds no longer: from then on what holds everywhere counts again. None: no end is set."""

    def has_ended(self, day: date) -> bool:
        """Return whether it holds no longer on a day."""
        return self.valid_before is not None and self.valid_before <= day


@dataclass(frozen=True, slots=True)
class DeliveryRule:
    """Whether a delivery to a country is taxed, from a day (UTC) on until a later one of the same begins."""

    country: str
    """ISO 3166-1 alpha-2; "" for every country that has none of its own."""
    taxing: DeliveryTaxing
    valid_from: date


@dataclass(frozen=True, slots=True)
class Taxing:
    """How one shop's prices are taxed."""

    home: str
    """The shop's country: what is reckoned with while nobody knows where goods go."""
    general_basis_points: int
    """The rate where no other holds."""
    is_included: bool
    """Whether the prices include the tax; else it is added to them."""
    rates: tuple[Rate, ...] = ()
    delivery: tuple[DeliveryRule, ...] = ()
    """The marketplace's rules of the tax on deliveries; without one no delivery is taxed."""

    @property
    def depends_on_country(self) -> bool:
        """Return whether another country may mean another tax."""
        is_taxed = bool(self.general_basis_points or any(rate.basis_points for rate in self.rates))
        by_delivery = is_taxed and any(rule.country for rule in self.delivery)
        return by_delivery or any(rate.country for rate in self.rates)

    def rate(self, category: TaxCategory, country: str, day: date) -> int:
        """Return the rate in basis points of goods that are bought on a day to go to a country; "" is not known yet.

        A country's own rates come before those of all others; a reduced rate that nobody has set is the standard one.
        A rate that has ended counts as not set, and those before it stay replaced.
        """
        if category is TaxCategory.EXEMPT:
            return 0
        begun = [rate for rate in self.rates if rate.valid_from <= day]
        for place in (country or self.home, _EVERYWHERE):
            for kind in dict.fromkeys((category, TaxCategory.STANDARD)):
                found = [rate for rate in begun if (rate.country, rate.category) == (place, kind)]
                last = max(found, key=lambda rate: rate.valid_from, default=None)
                if last and not last.has_ended(day):
                    return last.basis_points
        return self.general_basis_points

    def taxes_delivery(self, country: str, day: date) -> bool:
        """Return whether the delivery of what is bought on a day to go to a country is taxed; "" is not known yet."""
        begun = [rule for rule in self.delivery if rule.valid_from <= day]
        for place in (country or self.home, _EVERYWHERE):
            found = [rule for rule in begun if rule.country == place]
            if last := max(found, key=lambda rule: rule.valid_from, default=None):
                return last.taxing is DeliveryTaxing.LIKE_GOODS
        return False


@dataclass(frozen=True, slots=True)
class DeliveryTax:
    """What of a delivery carries one rate of tax."""

    basis_points: int
    amount: Money
    """As it is priced: with its tax where prices include it."""
    tax: Money


def tax_of(goods: Money, basis_points: int, *, is_included: bool) -> Money:
    """Return the tax of goods of this price, rounded half up: added to the price, or contained in it."""
    if not is_included:
        return goods.share(basis_points)
    whole = BASIS_POINTS + basis_points
    return Money((goods.minor * basis_points * 2 + whole) // (whole * 2), goods.currency)


def by_line(taxed: Sequence[Money], rates: Sequence[int], *, is_included: bool) -> list[Money]:
    """Return each line's tax, given what of it is taxed and its rate in basis points.

    The tax of each rate is rounded once, for all lines that have it, and shared by largest remainder: the lines sum to
    what the tax office reckons. Where nothing is taxed, there is no tax.
    """
    found = [goods * 0 for goods in taxed]
    for rate in dict.fromkeys(rates):
        places = [place for place, own in enumerate(rates) if own == rate]
        goods = Money.total((taxed[place] for place in places), taxed[0].currency)
        tax = tax_of(goods, rate, is_included=is_included)
        if tax:
            for place, part in zip(places, tax.split([taxed[place].minor for place in places]), strict=True):
                found[place] = part
    return found


def delivery_by_rate(delivery: Money, worth: Sequence[Money], rates: Sequence[int]) -> dict[int, Money]:
    """Return a delivery's price by rate in basis points, lowest first, as the goods have them; by largest remainder.

    `worth` is what each line's goods are worth, without tax, or with it where prices include it: then the delivery's
    parts without tax are to each other as the goods without tax are. Goods worth nothing count alike.
    """
    by_rate = dict.fromkeys(sorted(rates), 0)
    for amount, rate in zip(worth, rates, strict=True):
        by_rate[rate] += amount.minor if any(worth) else 1
    if not by_rate or not delivery:
        return {}
    return {rate: part for rate, part in zip(by_rate, delivery.split(list(by_rate.values())), strict=True) if part}


def with_delivery(
    taxed: Sequence[Money], rates: Sequence[int], delivery: Mapping[int, Money], *, is_included: bool
) -> tuple[list[Money], tuple[DeliveryTax, ...]]:
    """Return each line's tax as `by_line` does, and that of a delivery's parts (rate to amount).

    The tax of each rate is rounded once, for the goods and the part of the delivery together.
    """
    found = by_line([*taxed, *delivery.values()], [*rates, *delivery], is_included=is_included)
    own = zip(delivery.items(), found[len(taxed) :], strict=True)
    return found[: len(taxed)], tuple(DeliveryTax(rate, amount, tax) for (rate, amount), tax in own)


@lru_cache(maxsize=1024)
def read_rates(text: str) -> tuple[Rate, ...]:
    """Return the rates of a shop as its query writes them: "DE:standard:1900:2026-01-01:", with spaces between.

    Last comes the first day it holds no longer, where it ends.
    """
    parts = (word.split(":") for word in text.split())
    return tuple(
        Rate(
            country,
            TaxCategory(category),
            int(basis_points),
            date.fromisoformat(day),
            date.fromisoformat(end) if end else None,
        )
        for country, category, basis_points, day, end in parts
    )


@lru_cache(maxsize=16)
def read_delivery_rules(text: str) -> tuple[DeliveryRule, ...]:
    """Return the rules of the tax on deliveries as their query writes them: "DE:like_goods:2026-01-01", with spaces."""
    parts = (word.split(":") for word in text.split())
    return tuple(DeliveryRule(country, DeliveryTaxing(said), date.fromisoformat(day)) for country, said, day in parts)


def typed_rate(text: str) -> int:
    """Return a percentage as people type it, "7.25" or "19", in basis points; raises Invalid naming `rate`."""
    basis_points = typed_number(text.strip().rstrip("%"), 2, is_grouped=False)
    if basis_points is None:
        example = as_written("7.25")
        raise Invalid(_("Write the rate as a percentage like this: %(example)s", example=example), field="rate")
    if basis_points > HIGHEST_BASIS_POINTS:
        raise Invalid(_("Enter a rate from 0 to %(most)s %%.", most=HIGHEST_BASIS_POINTS // 100), field="rate")
    return basis_points


def check_begin(valid_from: date, today: date) -> date:
    """Return the day from which a rate holds; raises Invalid for one that is over: its orders have been agreed."""
    if valid_from < today:
        raise Invalid(
            _("Choose today or a later day. Orders of past days stay as they were agreed."), field="valid_from"
        )
    if valid_from.year > today.year + 5:
        raise Invalid(_("Choose a day within five years."), field="valid_from")
    return valid_from


def check_end(valid_before: date, valid_from: date, today: date) -> date:
    """Return the day from which a rate holds no longer; raises Invalid for one that is over or before its begin."""
    if valid_before < today:
        raise Invalid(
            _("Choose today or a later day. Orders of past days stay as they were agreed."), field="valid_before"
        )
    if valid_before <= valid_from:
        raise Invalid(_("It has not begun on that day. Choose a later one."), field="valid_before")
    if valid_before.year > today.year + 5:
        raise Invalid(_("Choose a day within five years."), field="valid_before")
    return valid_before

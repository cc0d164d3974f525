"""What a listing page's address asks for, and the address that asks for something: the two are each other's inverse.

An address with a value we don't know shows what it does know; nothing a visitor types is an error.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from marketplace.catalog.browsing import PAGE_SIZES, Place
from marketplace.catalog.filtering import CAR, OTHER_KIND, SINGLE, Facet, Filter, Measure, Range, Sort, sorts_for
from marketplace.catalog.rules import CATEGORIES, CONDITIONS, LARGEST_PRICE_MINOR
from marketplace.catalog.search_rules import clean_search
from marketplace.money import exponent

RANGE_NAMES = {
    Measure.PRICE: ("min", "max"),
    Measure.YEAR: ("year_min", "year_max"),
    Measure.MILEAGE: ("km_min", "km_max"),
}
FIELDS = frozenset(("q", *Facet, *(name for names in RANGE_NAMES.values() for name in names)))
"""What the forms of a listing page send."""
_CARS = "cars"  # the header's first category
_LARGEST_FIGURE = 10_000_000
_MOST_ANSWERS = 20
_AMOUNT = re.compile(r"([0-9]{1,9})(?:[.,]([0-9]{1,3}))?", re.ASCII)
_THOUSANDS = re.compile(r"([1-9][0-9]{0,2}(?:([.,])[0-9]{3})(?:\2[0-9]{3}){0,2})((?:[.,][0-9]{1,2})?)", re.ASCII)
_KNOWN = {
    Facet.KIND: tuple(OTHER_KIND),
    Facet.CATEGORY: tuple(CATEGORIES),
    Facet.CONDITION: tuple(CONDITIONS),
    Facet.STOCK: ("yes",),
    Facet.DELIVERY: ("free",),
}
_PRICE_SORTS = frozenset({Sort.CHEAPEST, Sort.DEAREST})


@dataclass(frozen=True)
class Request:
    """What an address asks for. `path` is the page; on a shop's own page `shop` is its slug, and no filter to choose.

    Prices are those of `price_currency`, the chosen currency or else the shop's main one; "" for whatever is there.
    """

    path: str
    filter: Filter
    sort: Sort = Sort.NEWEST
    place: Place | None = None
    size: int = PAGE_SIZES[0]
    shop: str = ""
    main_currency: str = ""

    def __hash__(self) -> int:
        """Return the same for equal ones: what is cheap to look at tells most of them apart."""
        return hash((self.path, self.filter.text, self.place, self.size))

    @property
    def price_currency(self) -> str:
        """Return the currency in which prices are meant."""
        return self.filter.currency or self.main_currency

    def asking(self, wanted: Filter) -> "Request":
        """Return this from its first page, for `wanted`; without a currency there is no range of prices either."""
        sorts = sorts_for(wanted)
        if self.main_currency and not wanted.currency:
            wanted = wanted.within(Measure.PRICE, Range())
            sorts = tuple(sort for sort in sorts if sort not in _PRICE_SORTS)
        sort = self.sort if self.sort in sorts else sorts[0]
        return replace(self, filter=wanted, sort=sort, place=None)


def read(path: str, values: MultiDict[str, str], *, main_currency: str, shop: str = "") -> Request:
    """Return what `values` of an address ask for.

    Prices compare within one currency, so a price range or an order by price means the main one where none is named.
    """
    return _read(path, tuple(values.items(multi=True)), main_currency, shop)


@lru_cache(maxsize=1_000)
def _read(path: str, pairs: tuple[tuple[str, str], ...], main_currency: str, shop: str) -> Request:
    values: MultiDict[str, str] = MultiDict(pairs)
    text = clean_search(values.get("q", ""))
    choices = {facet: chosen for facet in Facet if (chosen := _chosen(facet, values.getlist(facet.value)))}
    if _CARS in values.getlist(Facet.CATEGORY.value):
        choices[Facet.KIND] = (CAR,)
    if shop:
        choices[Facet.SHOP] = (shop,)
    meant = next(iter(choices.get(Facet.CURRENCY, ())), main_currency)
    ranges = {measure: limits for measure in Measure if (limits := _limits(measure, values, meant))}
    wanted = Filter(text, choices, ranges).fitting_kind()
    sort = next((each for each in sorts_for(wanted) if each == values.get("sort")), sorts_for(wanted)[0])
    if meant and (sort in _PRICE_SORTS or wanted.limits(Measure.PRICE)):
        wanted = wanted.choosing(Facet.CURRENCY, meant)
    size = next((each for each in PAGE_SIZES if str(each) == values.get("size")), PAGE_SIZES[0])
    return Request(path, wanted, sort, Place.parse(values.get("at", "")), size, shop, main_currency)


def address(request: Request) -> str:
    """Return the address that asks for `request`."""
    wanted = request.filter
    pairs = [("q", wanted.text)] if wanted.text else []
    for facet in Facet:
        if facet != Facet.SHOP or not request.shop:  # a shop's own page says so in its path
            pairs.extend((facet.value, value) for value in wanted.chosen(facet))
    for measure, names in RANGE_NAMES.items():
        limits = wanted.limits(measure)
        for name, figure in zip(names, (limits.lowest, limits.highest), strict=True):
            if figure is not None:
                pairs.append((name, figure_text(measure, figure, request.price_currency)))
    pairs.extend(kept_pairs(request))
    if request.place:
        pairs.append(("at", str(request.place)))
    return f"{request.path}?{urlencode(pairs)}" if pairs else request.path


def kept_pairs(request: Request) -> list[tuple[str, str]]:
    """Return what of an address is no filter and stays when filters change: order and page size."""
    pairs = []
    if request.sort != sorts_for(request.filter)[0]:
        pairs.append(("sort", request.sort.value))
    if request.size != PAGE_SIZES[0]:
        pairs.append(("size", str(request.size)))
    return pairs


def figure_text(measure: Measure, figure: int | None, currency: str) -> str:
    """Return a figure as an address holds it in every language: 12.50 for a price, 2015 for a year; "" for none."""
    if figure is None:
        return ""
    digits = exponent(currency) if measure == Measure.PRICE else 0
    whole, fraction = divmod(figure, 10**digits)
    return f"{whole}.{fraction:0{digits}d}" if fraction else str(whole)


def _chosen(facet: Facet, typed: list[str]) -> tuple[str, ...]:
    if facet in _KNOWN:
        found = tuple(value for value in _KNOWN[facet] if value in typed)
    elif facet == Facet.CURRENCY:
        found = tuple(value.upper() for value in typed if re.fullmatch("[A-Za-z]{3}", value))
    else:
        found = _words(typed)
    return found[:1] if facet in SINGLE else found[:_MOST_ANSWERS]


def _limits(measure: Measure, values: MultiDict[str, str], currency: str) -> Range:
    """Return the range that was typed; the larger figure is the upper end, whichever field it stands in."""
    typed = [_figure(measure, values.get(name, ""), currency) for name in RANGE_NAMES[measure]]
    lowest, highest = typed
    if lowest is not None and highest is not None:
        return Range(min(lowest, highest), max(lowest, highest))
    return Range(lowest, highest)


def _figure(measure: Measure, text: str, currency: str) -> int | None:
    """Return a figure typed in whole units with at most the currency's digits, or None for anything else.

    It stands in the address as it was typed, so it is read alike in every language: three digits behind a sign are
    thousands, fewer are cents.
    """
    plain = "".join(text.split())
    grouped = _THOUSANDS.fullmatch(plain)
    if grouped is not None and not grouped[3].startswith(grouped[2]):
        plain = grouped[1].replace(grouped[2], "") + grouped[3]
    found = _AMOUNT.fullmatch(plain)
    if found is None:
        return None
    if measure != Measure.PRICE:
        return min(int(found[1]), _LARGEST_FIGURE)
    digits = exponent(currency)
    fraction = (found[2] or "")[:digits]
    return min(int(found[1]) * 10**digits + int(fraction.ljust(digits, "0") or "0"), LARGEST_PRICE_MINOR)


def _words(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if value and value.isprintable() and len(value) <= 64}))

"""The filters of a listing page: read from the address, shown as form, chips and sort menu, written back as addresses.

An address with a value we don't know shows what it does know; nothing a visitor types is an error.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from babel.numbers import get_currency_name
from werkzeug.datastructures import MultiDict

from marketplace.catalog.browsing import Filter, Kind, Place, Sort
from marketplace.catalog.queries import Choices
from marketplace.catalog.rules import CATEGORIES, LARGEST_PRICE_MINOR
from marketplace.money import exponent
from marketplace.web.pages import money_text

SORT_LABELS = {Sort.NEWEST: "Newest first", Sort.CHEAPEST: "Lowest price", Sort.DEAREST: "Highest price"}
KIND_LABELS = {Kind.CAR: "Cars", Kind.PART: "Parts"}

_LONGEST_SEARCH = 100
_AMOUNT = re.compile(r"([0-9]{1,9})(?:[.,]([0-9]{1,3}))?", re.ASCII)


@dataclass(frozen=True)
class Choice:
    """One box of a filter group."""

    value: str
    label: str
    is_selected: bool


@dataclass(frozen=True)
class Link:
    """A category of the header, a chip, or a line of the sort menu."""

    label: str
    url: str = ""
    slug: str = ""
    remove_url: str = ""
    is_current: bool = False


@dataclass(frozen=True)
class Request:
    """What an address asks for: filter, order and place. `path` is the page the addresses lead to."""

    path: str
    filter: Filter
    sort: Sort = Sort.NEWEST
    place: Place | None = None


def header_categories() -> list[Link]:
    """Return the categories of the shop's header: cars, then the kinds of parts."""
    return [Link("Cars", slug="cars"), *(Link(label, slug=slug) for slug, label in CATEGORIES.items())]


def read(path: str, values: MultiDict[str, str], *, main_currency: str) -> Request:
    """Return what `values` of an address ask for.

    Prices compare within one currency, so a price range or an order by price means the main one where none is named.
    """
    sort = next((sort for sort in Sort if sort == values.get("sort")), Sort.NEWEST)
    kind = next((kind for kind in Kind if kind == values.get("kind")), None)
    categories = values.getlist("category")
    if "cars" in categories:
        kind = Kind.CAR
    currency = values.get("currency", "").upper()
    if not re.fullmatch("[A-Z]{3}", currency):
        currency = ""
    meant = currency or main_currency
    lowest, highest = (_minor(values.get(name, ""), meant) for name in ("min", "max"))
    if sort != Sort.NEWEST or lowest is not None or highest is not None:
        currency = meant
    wanted = Filter(
        text=" ".join("".join(s for s in values.get("q", "") if s.isprintable()).split())[:_LONGEST_SEARCH],
        kind=kind,
        categories=_known(categories, CATEGORIES),
        makes=_words(values.getlist("make")),
        shops=_words(values.getlist("shop")),
        currency=currency,
        lowest_minor=lowest,
        highest_minor=highest,
    )
    return Request(path, wanted, sort, Place.parse(values.get("at", "")))


def address(request: Request) -> str:
    """Return the address that asks for `request`."""
    wanted = request.filter
    pairs: list[tuple[str, str]] = []
    if wanted.text:
        pairs.append(("q", wanted.text))
    if wanted.kind:
        pairs.append(("kind", wanted.kind.value))
    shops = wanted.shops if request.path == "/l" else ()  # a shop's own page says so in its path
    for name, chosen in (("category", wanted.categories), ("make", wanted.makes), ("shop", shops)):
        pairs.extend((name, value) for value in chosen)
    if wanted.currency:
        pairs.append(("currency", wanted.currency))
    for name, minor in (("min", wanted.lowest_minor), ("max", wanted.highest_minor)):
        if minor is not None:
            pairs.append((name, amount_text(minor, wanted.currency)))
    if request.sort != Sort.NEWEST:
        pairs.append(("sort", request.sort.value))
    if request.place:
        pairs.append(("at", str(request.place)))
    return f"{request.path}?{urlencode(pairs)}" if pairs else request.path


def chips(request: Request, found: Choices) -> list[Link]:
    """Return the filters in use, each with the address that drops it."""
    wanted, shop_names = request.filter, dict(found.shops)
    drops: list[tuple[str, Filter]] = []
    if wanted.text:
        drops.append((f"“{wanted.text}”", replace(wanted, text="")))
    if wanted.kind:
        drops.append((KIND_LABELS[wanted.kind], replace(wanted, kind=None)))
    drops += [(CATEGORIES[c], replace(wanted, categories=_less(wanted.categories, c))) for c in wanted.categories]
    drops += [(make, replace(wanted, makes=_less(wanted.makes, make))) for make in wanted.makes]
    drops += [(shop_names.get(s, s), replace(wanted, shops=_less(wanted.shops, s))) for s in wanted.shops]
    if wanted.lowest_minor is not None:
        text = f"From {money_text(wanted.lowest_minor, wanted.currency)}"
        drops.append((text, replace(wanted, lowest_minor=None)))
    if wanted.highest_minor is not None:
        text = f"Up to {money_text(wanted.highest_minor, wanted.currency)}"
        drops.append((text, replace(wanted, highest_minor=None)))
    links = [Link(label, remove_url=address(replace(request, filter=less, place=None))) for label, less in drops]
    if wanted.currency:
        # Without a currency there is no range and no order by price either.
        free = replace(wanted, currency="", lowest_minor=None, highest_minor=None)
        links.append(Link(currency_label(wanted.currency), remove_url=address(Request(request.path, free))))
    return links


def looser(request: Request, found: Choices) -> list[Link]:
    """Return links that each drop one filter, for a page on which nothing was found."""
    return [Link(f"Without {chip.label}", url=chip.remove_url) for chip in chips(request, found)]


def sort_options(request: Request) -> list[Link]:
    """Return the lines of the sort menu."""
    return [
        Link(label, url=address(replace(request, sort=sort, place=None)), is_current=sort == request.sort)
        for sort, label in SORT_LABELS.items()
    ]


def kind_choices(request: Request) -> list[Choice]:
    """Return cars, parts or both."""
    kind = request.filter.kind
    both = Choice("", "Cars and parts", kind is None)
    return [both, *(Choice(k.value, label, k == kind) for k, label in KIND_LABELS.items())]


def several(labels: Iterable[tuple[str, str]], selected: tuple[str, ...]) -> list[Choice]:
    """Return a box for each value and label, ticked where it is selected."""
    return [Choice(value, label, value in selected) for value, label in labels]


def currency_choices(request: Request, found: Choices) -> list[Choice]:
    """Return any currency, or one of those in use."""
    currency = request.filter.currency
    labels = [(code, currency_label(code)) for code in found.currencies]
    return [Choice("", "Any currency", not currency), *(Choice(code, text, code == currency) for code, text in labels)]


def currency_label(code: str) -> str:
    """Return a currency as people call it: US Dollar."""
    return str(get_currency_name(code, locale="en"))


def amount_text(minor: int | None, currency: str) -> str:
    """Return an amount as a form field holds it: 12.50; "" for none."""
    if minor is None:
        return ""
    digits = exponent(currency)
    whole, fraction = divmod(minor, 10**digits)
    return f"{whole}.{fraction:0{digits}d}" if fraction else str(whole)


def _minor(text: str, currency: str) -> int | None:
    """Return an amount typed in whole units with at most the currency's digits, or None for anything else."""
    found = _AMOUNT.fullmatch(text.strip().replace(" ", ""))
    if found is None:
        return None
    digits = exponent(currency)
    fraction = (found[2] or "")[:digits]
    return min(int(found[1]) * 10**digits + int(fraction.ljust(digits, "0") or "0"), LARGEST_PRICE_MINOR)


def _known(values: Iterable[str], allowed: Iterable[str]) -> tuple[str, ...]:
    return tuple(value for value in allowed if value in set(values))


def _words(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if value and value.isprintable() and len(value) <= 64}))[:20]


def _less(values: tuple[str, ...], gone: str) -> tuple[str, ...]:
    return tuple(value for value in values if value != gone)

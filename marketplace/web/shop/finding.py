"""A search and its result: cards, filters beside them, chips above them, and what to try when nothing is found."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from flask import get_template_attribute
from markupsafe import Markup

from marketplace.catalog import browsing, facet_queries, search_rules
from marketplace.catalog.browsing import PAGE_SIZES, Cards
from marketplace.catalog.facet_queries import Facets
from marketplace.catalog.filtering import Facet, Filter, Range, Sort, sorts_for
from marketplace.web.recent import COUNTS_SECONDS, recent
from marketplace.web.shop.answers import Group, answer_text, groups, price_currency, range_text
from marketplace.web.shop.cards import ShownCard, card, count_text
from marketplace.web.shop.filters import Request, address, kept_pairs

_SORT_LABELS = {
    Sort.RELEVANCE: "Best match",
    Sort.NEWEST: "Newest first",
    Sort.CHEAPEST: "Lowest price",
    Sort.DEAREST: "Highest price",
    Sort.LATEST: "Newest model year",
    Sort.LEAST_DRIVEN: "Lowest mileage",
}
_MOST_LOOSER = 6


@dataclass(frozen=True)
class Link:
    """A chip, a line of the sort menu, a page size, or a looser search."""

    label: str
    url: str = ""
    remove_url: str = ""
    is_current: bool = False


@dataclass(frozen=True)
class Pager:
    """The way to the neighbouring pages, and how many cards stand on one."""

    newer_url: str
    older_url: str
    shown: str
    sizes: tuple[Link, ...]


@dataclass(frozen=True)
class FilterForm:
    """What components/find_form.html shows."""

    action: str
    search_text: str
    kept: list[tuple[str, str]]
    groups: list[Group]


@dataclass(frozen=True)
class Finding:
    """What components/finding.html shows."""

    action: str
    note: str
    search_text: str
    form: Markup
    filters_label: str
    chips: tuple[Link, ...]
    clear_url: str
    cards: tuple[ShownCard, ...]
    sort_label: str
    sort_options: tuple[Link, ...]
    pager: Pager
    nothing_title: str
    nothing_text: str
    looser: tuple[Link, ...]


@dataclass(frozen=True)
class Frame:
    """What stands around the cards and depends on none of them. Its counts may be some seconds old."""

    total: int
    finding: Finding


def find(request: Request) -> Finding:
    """Return what `request` finds: in one query inside a recent frame, else in two, in three when that is nothing."""
    cards = browsing.cards(request.filter, request.sort, request.place, size=request.size)
    frame = _frame(request, cards)
    pager = replace(
        frame.finding.pager,
        newer_url=address(replace(request, place=cards.previous)) if cards.previous else "",
        older_url=address(replace(request, place=cards.next)) if cards.next else "",
        shown=f"{len(cards.rows):,} of {frame.total:,}",
    )
    return replace(frame.finding, cards=tuple(card(row) for row in cards.rows), pager=pager)


def _frame(request: Request, cards: Cards) -> Frame:
    """Return a recent frame where it does not contradict the cards, else a new one."""
    wanted = request.filter
    asked = (tuple(wanted.choices.items()), tuple(wanted.ranges.items()), request.sort, request.size)
    key = ("found", request.path, request.main_currency, wanted.text, *asked)
    known: Frame | None = recent().get(key)
    if known is not None and _may_be(known.total, cards):
        return known
    found = facet_queries.facets(wanted, price_currency=request.price_currency)
    frame = Frame(found.total, _without_cards(replace(request, place=None), found))
    recent().keep(key, frame, seconds=COUNTS_SECONDS)
    return frame


def _without_cards(request: Request, found: Facets) -> Finding:
    drops = list(_drops(request, found))
    nothing_title, nothing_text = _nothing(request)
    draw_form = get_template_attribute("components/find_form.html", "find_form")
    form = FilterForm(request.path, request.filter.text, kept_pairs(request), groups(request, found))
    return Finding(
        action=request.path,
        note=count_text(found.total, "listing"),
        search_text=request.filter.text,
        form=draw_form(form),
        filters_label=f"Filters ({len(drops)})" if drops else "Filters",
        chips=tuple(Link(label, remove_url=address(request.asking(less))) for label, less in drops),
        clear_url=request.path,
        cards=(),
        sort_label=_SORT_LABELS[request.sort],
        sort_options=_sort_options(request),
        pager=Pager("", "", "", _sizes(request) if found.total > PAGE_SIZES[0] else ()),
        nothing_title=nothing_title,
        nothing_text=nothing_text,
        looser=() if found.total else _looser(request, drops),
    )


def _may_be(total: int, cards: Cards) -> bool:
    """Return whether `total` can be the number of all listings of which `cards` are one page."""
    is_all = cards.previous is None and cards.next is None
    return total == len(cards.rows) if is_all else total > len(cards.rows)


def _drops(request: Request, found: Facets) -> Iterator[tuple[str, Filter]]:
    """Yield what is asked for, as people call it, and the filter without it."""
    wanted = request.filter
    unnamed = {Facet.CURRENCY, Facet.SHOP} if request.shop else {Facet.CURRENCY}  # the currency's chip stands last
    if wanted.text:
        yield f"“{wanted.text}”", replace(wanted, text="")
    for facet in Facet:
        names = {answer.value: answer.label for answer in found.answers.get(facet, ())}
        for value in wanted.chosen(facet):
            rest = tuple(other for other in wanted.chosen(facet) if other != value)
            if facet not in unnamed:
                yield answer_text(facet, value, names.get(value, "")), wanted.choosing(facet, *rest)
    for measure, limits in wanted.ranges.items():
        yield range_text(measure, limits, price_currency(request, found)), wanted.within(measure, Range())
    if wanted.currency:
        yield answer_text(Facet.CURRENCY, wanted.currency), wanted.choosing(Facet.CURRENCY)


def _looser(request: Request, drops: list[tuple[str, Filter]]) -> tuple[Link, ...]:
    """Return the nearest searches that find something: without one word, or without one filter."""
    tries = [
        (f"Without “{typed.strip(chr(34))}”", replace(request.filter, text=rest))
        for typed, rest in search_rules.parse(request.filter.text).less()
    ]
    # Without the only thing that was asked for there is everything, and that has a link of its own.
    tries += [(f"Without {label}", less) for label, less in drops if len(drops) > 1]
    asked = [request.asking(less) for _, less in tries]
    counted = browsing.counts([each.filter for each in asked])
    hits = [
        Link(f"{label} ({count:,})", url=address(each))
        for (label, _), each, count in zip(tries, asked, counted, strict=True)
        if count
    ]
    return tuple(hits[:_MOST_LOOSER])


def _nothing(request: Request) -> tuple[str, str]:
    wanted = request.filter
    if wanted.text and not search_rules.parse(wanted.text).terms:
        return "Type a word or a part number", "We look for letters and digits, and there are none in this search."
    if wanted.text or wanted.ranges or set(wanted.choices) - ({Facet.SHOP} if request.shop else set()):
        return "Nothing matches all of that", "Try it with a little less."
    if request.shop:
        return "Nothing for sale at the moment", "Come back soon, or look at the other shops."
    return "Nothing for sale at the moment", "There is nothing on the shelves yet."


def _sort_options(request: Request) -> tuple[Link, ...]:
    return tuple(
        Link(_SORT_LABELS[sort], url=address(replace(request, sort=sort, place=None)), is_current=sort == request.sort)
        for sort in sorts_for(request.filter)
    )


def _sizes(request: Request) -> tuple[Link, ...]:
    return tuple(
        Link(str(size), url=address(replace(request, size=size, place=None)), is_current=size == request.size)
        for size in PAGE_SIZES
    )

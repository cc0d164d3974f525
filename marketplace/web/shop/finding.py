"""A search and its result: cards, filters beside them, chips above them, and what to try when nothing is found."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import get_template_attribute
from markupsafe import Markup

from marketplace import clock, language
from marketplace.catalog import browsing, facet_queries, promotion_queries, search_rules
from marketplace.catalog.browsing import PAGE_SIZES, Cards
from marketplace.catalog.facet_queries import Answer, Facets
from marketplace.catalog.filtering import Facet, Filter, Measure, Range, Sort, sorts_for
from marketplace.catalog.promotion_queries import Promoted
from marketplace.catalog.queries import Card
from marketplace.language import Text, remembered
from marketplace.language import gettext as _
from marketplace.numerals import number_text
from marketplace.web.recent import COUNTS_SECONDS, recent
from marketplace.web.shop import other_searches
from marketplace.web.shop.answers import Group, answer_text, count, groups, price_currency, range_text
from marketplace.web.shop.cards import ShownCard, listings_text, promoted, shown
from marketplace.web.shop.filters import Request, address, kept_pairs
from marketplace.web.shop.other_searches import OtherSearch

_SORT_LABELS = {
    Sort.RELEVANCE: Text("Best match"),
    Sort.NEWEST: Text("Newest first"),
    Sort.CHEAPEST: Text("Lowest price"),
    Sort.DEAREST: Text("Highest price"),
    Sort.LATEST: Text("Newest model year"),
    Sort.LEAST_DRIVEN: Text("Lowest mileage"),
}
# With so few hits it is worth asking whether something else was meant.
_FEW = 2
_INSTEAD = 12


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


@dataclass(frozen=True, eq=False)
class Finding:
    """What components/find_results.html shows; `find` returns the same one for the same frame and cards."""

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
    meant: tuple[Link, ...]
    """The same search spelt otherwise, likeliest first, each with more to show."""
    save_url: str
    """Where this search is kept; "" where nothing in particular is asked for."""
    instead: str
    """Whose cards these are when nothing matches: the first of `meant`; "" for the search's own."""
    exactly_url: str
    """Where nothing but what was typed is looked for, where something else is shown."""


@dataclass(frozen=True, eq=False)
class Frame:
    """What stands around the cards and depends on none of them. Its counts may be some seconds old."""

    total: int
    finding: Finding
    instead: Request | None = None
    """The search that was probably meant, where nothing is found as it was typed."""
    is_least: bool = False
    """There may be more than `total`."""


def find(request: Request, saved: Callable[[], frozenset[int]]) -> Finding:
    """Return what `request` finds, what is `saved` marked: in one query inside a recent frame, else in two.

    One more asks which listings are promoted, unless that is recent too, and one for their cards where there are any.
    Where that is next to nothing, two more look for other spellings and looser searches, and one for what was meant.
    """
    cards = browsing.cards(request.filter, request.sort, request.place, size=request.size)
    frame = _frame(request, cards)
    if frame.instead is not None:
        meant = browsing.cards(frame.instead.filter, frame.instead.sort, size=_INSTEAD)
        return replace(frame.finding, cards=shown(meant.rows, saved()))
    kept, first = saved(), _promoted(request)
    seen = [row.listing_id for row in (*first, *cards.rows)]
    return _filled(request, frame, cards, first, kept and kept.intersection(seen))


@remembered(500)
def _filled(request: Request, frame: Frame, cards: Cards, first: tuple[Card, ...], saved: frozenset[int]) -> Finding:
    whole = count(frame.total, is_least=frame.is_least)
    pager = replace(
        frame.finding.pager,
        newer_url=address(replace(request, place=cards.previous)) if cards.previous else "",
        older_url=address(replace(request, place=cards.next)) if cards.next else "",
        shown=_("%(shown)s of %(all)s", shown=number_text(len(cards.rows)), all=whole),
    )
    paid = {row.listing_id for row in first}
    rest = [row for row in cards.rows if row.listing_id not in paid] if paid else cards.rows
    ahead = tuple(promoted(row, is_saved=row.listing_id in saved) for row in first)
    return replace(frame.finding, cards=(*ahead, *shown(rest, saved)), pager=pager)


def _promoted(request: Request) -> tuple[Card, ...]:
    """Return the promoted listings that stand before the first page: which there are may be some seconds old."""
    if request.place is not None:
        return ()
    now = clock.now()
    known: tuple[Promoted, ...] | None = recent().get("promoted")
    if known is None:
        known = promotion_queries.not_over(now)
        recent().keep("promoted", known, seconds=COUNTS_SECONDS)
    running = sorted({each.listing_id for each in known if each.starts_at <= now < each.ends_at})
    return promotion_queries.cards(request.filter, running, now.hour) if running else ()


def asks_for(request: Request) -> tuple[str, ...]:
    """Return what is asked for, as people call it, word for word as the chips say."""
    return tuple(label for label, _less in _drops(request, Facets(0, {}, (), {})))


def _frame(request: Request, cards: Cards) -> Frame:
    """Return a recent frame where it does not contradict the cards, else a new one."""
    first = replace(request, place=None) if request.place else request
    key = ("found", language.current(), first)
    known: Frame | None = recent().get(key)
    if known is not None and _may_be(known.total, cards):
        return known
    found = facet_queries.facets(request.filter, price_currency=request.price_currency)
    frame = _new_frame(first, found)
    recent().keep(key, frame, seconds=COUNTS_SECONDS)
    return frame


def _new_frame(request: Request, found: Facets) -> Frame:
    wanted = request.filter
    # Few hits behind filters are few because of those.
    if found.total > (0 if wanted.choices or wanted.ranges else _FEW):
        least = found.is_least, found.bands_are_least
        answers, reach = tuple(found.answers.items()), tuple(found.reach.items())
        return _known_frame(request, found.total, answers, found.bands, reach, least)
    drops = list(_drops(request, found))
    finding = _without_cards(request, found, drops)
    meant, looser = other_searches.others(request, drops, found.total)
    finding = replace(finding, meant=_links(meant), looser=_links(looser))
    if found.total or not meant:
        return Frame(found.total, finding)
    likeliest = meant[0]
    exactly = f'"{request.filter.text.replace(chr(34), " ").strip()}"'
    shown_instead = replace(
        finding,
        note=listings_text(likeliest.count),
        instead=likeliest.label,
        exactly_url=address(request.asking(replace(wanted, text=exactly))),
    )
    return Frame(0, shown_instead, instead=likeliest.request)


@remembered(200)
def _known_frame(
    request: Request,
    total: int,
    answers: tuple[tuple[Facet, tuple[Answer, ...]], ...],
    bands: tuple[tuple[Range, int], ...],
    reach: tuple[tuple[Measure, Range], ...],
    least: tuple[bool, bool],
) -> Frame:
    """Return the same frame for the same counts: when it is counted anew, most often nothing has changed."""
    found = Facets(total, dict(answers), bands, dict(reach), *least)
    return Frame(total, _without_cards(request, found, list(_drops(request, found))), is_least=found.is_least)


def _without_cards(request: Request, found: Facets, drops: list[tuple[str, Filter]]) -> Finding:
    nothing_title, nothing_text = _nothing(request)
    draw_form = get_template_attribute("components/find_form.html", "find_form")
    form = FilterForm(request.path, request.filter.text, kept_pairs(request), groups(request, found))
    return Finding(
        action=request.path,
        note=_note(found),
        search_text=request.filter.text,
        form=draw_form(form),
        filters_label=_("Filters (%(number)s)", number=len(drops)) if drops else _("Filters"),
        chips=tuple(Link(label, remove_url=address(request.asking(less))) for label, less in drops),
        clear_url=request.path,
        cards=(),
        sort_label=_SORT_LABELS[request.sort],
        sort_options=_sort_options(request),
        pager=Pager("", "", "", _sizes(request) if found.total > PAGE_SIZES[0] else ()),
        nothing_title=nothing_title,
        nothing_text=nothing_text,
        looser=(),
        meant=(),
        save_url=f"/saved/searches/new?{urlencode({'search': address(request)})}" if drops else "",
        instead="",
        exactly_url="",
    )


def _note(found: Facets) -> str:
    if found.is_least:
        return _("%(number)s listings", number=count(found.total, is_least=True))
    return listings_text(found.total) if found.total else _("Nothing found")


def _may_be(total: int, cards: Cards) -> bool:
    """Return whether `total` can be the number of all listings of which `cards` are one page."""
    is_all = cards.previous is None and cards.next is None
    return total == len(cards.rows) if is_all else total > len(cards.rows)


def _drops(request: Request, found: Facets) -> Iterator[tuple[str, Filter]]:
    """Yield what is asked for, as people call it, and the filter without it."""
    wanted = request.filter
    unnamed = {Facet.CURRENCY, Facet.SHOP} if request.shop else {Facet.CURRENCY}  # the currency's chip stands last
    if wanted.text:
        yield _("“%(text)s”", text=wanted.text), replace(wanted, text="")
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


def _links(searches: Sequence[OtherSearch]) -> tuple[Link, ...]:
    return tuple(Link(f"{each.label} ({number_text(each.count)})", url=address(each.request)) for each in searches)


def _nothing(request: Request) -> tuple[str, str]:
    wanted = request.filter
    if wanted.text and not search_rules.parse(wanted.text).terms:
        text = _("We look for letters and digits, and there are none in this search.")
        return _("Type a word or a part number"), text
    if wanted.text or wanted.ranges or set(wanted.choices) - ({Facet.SHOP} if request.shop else set()):
        return _("Nothing matches all of that"), _("Try it with a little less.")
    if request.shop:
        return _("Nothing for sale at the moment"), _("Come back soon, or look at the other shops.")
    return _("Nothing for sale at the moment"), _("There is nothing on the shelves yet.")


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

"""What the answers to facets and the ranges are called, and the groups of boxes that offer them."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from babel.numbers import get_currency_name

from marketplace import language
from marketplace.catalog.facet_queries import Answer, Facets
from marketplace.catalog.filtering import CAR, SINGLE, Facet, Filter, Measure, Range
from marketplace.catalog.rules import CATEGORIES, CONDITIONS
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.numerals import number_text
from marketplace.web import countries
from marketplace.web.amounts import amount_text
from marketplace.web.pages import money_text, sentence
from marketplace.web.shop.filters import RANGE_NAMES, Request, address, figure_text

KIND_LABELS = {CAR: Text("Cars"), "part": Text("Parts")}
_SHOWN_AT_ONCE = 7
_NO_CENTS = re.compile(r"[.,]00(?=\s|$)")
"""$50.00, and 50,00 kr where a comma stands before the cents."""
_ORDERED = {Facet.KIND: tuple(KIND_LABELS), Facet.CATEGORY: tuple(CATEGORIES), Facet.CONDITION: tuple(CONDITIONS)}
_ANY = {Facet.KIND: Text("Cars and parts"), Facet.CURRENCY: Text("Any currency")}
_LEGENDS = {
    Facet.KIND: Text("What"),
    Facet.CATEGORY: Text("Part of the car"),
    Facet.MAKE: Text("Make"),
    Facet.FUEL: Text("Fuel"),
    Facet.GEARBOX: Text("Gearbox"),
    Facet.BODY: Text("Body"),
    Facet.CONDITION: Text("Condition"),
    Facet.BRAND: Text("Brand"),
    Facet.STOCK: Text("Stock"),
    Facet.DELIVERY: Text("Delivery"),
    Facet.SHOP: Text("Seller"),
    Facet.COUNTRY: Text("Sent from"),
    Facet.CURRENCY: Text("Currency"),
}
_RANGE_LEGENDS = {Measure.YEAR: Text("Model year"), Measure.MILEAGE: Text("Mileage in km")}
_PRICE_STANDS_AFTER, _RANGES_STAND_AFTER = Facet.KIND, Facet.MAKE


@dataclass(frozen=True)
class Box:
    """One answer that can be ticked; `id` keeps the keyboard's place when the page is renewed under it."""

    id: str
    value: str
    label: str
    is_selected: bool
    count: str


@dataclass(frozen=True)
class Band:
    """A range of prices to choose with one click."""

    label: str
    url: str
    is_current: bool
    count: str


@dataclass(frozen=True)
class End:
    """One end of a range: a field with what was typed, and how far the figures reach as a hint."""

    name: str
    label: str
    value: str
    placeholder: str


@dataclass(frozen=True)
class Group:
    """One group of the filters: boxes, of which `more` are folded away, or the ends of a range with bands."""

    legend: str
    name: str
    type: str
    boxes: list[Box]
    more: list[Box]
    ends: list[End]
    bands: list[Band]


def groups(request: Request, found: Facets) -> list[Group]:
    """Return the groups of filters that say anything here, in their order."""
    return list(_groups(request, found))


def price_currency(request: Request, found: Facets) -> str:
    """Return the currency that prices are written in: the one they are meant in, or the only one there is, or ""."""
    used = found.answers.get(Facet.CURRENCY, ())
    return request.price_currency or (used[0].value if len(used) == 1 else "")


def answer_text(facet: Facet, value: str, label: str = "") -> str:
    """Return what people call an answer; `label` is the shop's name."""
    names: dict[Facet, Callable[[str], str]] = {
        Facet.KIND: lambda kind: KIND_LABELS[kind],
        Facet.CONDITION: lambda condition: CONDITIONS.get(condition, condition),
        Facet.CATEGORY: lambda category: CATEGORIES.get(category, category),
        Facet.STOCK: lambda _yes: _("In stock"),
        Facet.DELIVERY: lambda _free: _("Free delivery"),
        Facet.COUNTRY: lambda code: countries.name(code) if countries.is_known(code) else code,
        Facet.CURRENCY: currency_label,
        Facet.SHOP: lambda slug: label or slug,
    }
    return str(names[facet](value)) if facet in names else value


def range_text(measure: Measure, limits: Range, currency: str) -> str:
    """Return a range as people read it: $50 to $100, from 2015, up to 90,000 km."""
    lowest, highest = (_figure(measure, end, currency) for end in (limits.lowest, limits.highest))
    if not highest:
        return _("From %(lowest)s", lowest=lowest)
    if not lowest:
        return _("Up to %(highest)s", highest=highest)
    return _("%(lowest)s to %(highest)s", lowest=lowest, highest=highest)


def count(number: int, *, is_least: bool) -> str:
    """Return a count as it stands beside an answer: 1,234, or 1,234+ where there may be more."""
    return f"{number_text(number)}+" if is_least else number_text(number)


def currency_label(code: str) -> str:
    """Return a currency as people call it: US Dollar."""
    return sentence(get_currency_name(code, locale=language.current()))


def _groups(request: Request, found: Facets) -> Iterator[Group]:
    for facet in Facet:
        answers = found.answers.get(facet, ())
        chosen = request.filter.chosen(facet)
        says_something = bool(chosen) or found.is_least or any(answer.count < found.total for answer in answers)
        if says_something and not (facet == Facet.SHOP and request.shop):
            yield _boxes(facet, answers, chosen)
        if facet == _PRICE_STANDS_AFTER:
            currency = price_currency(request, found)
            legend = _("Price in %(currency)s", currency=currency) if currency else _("Price")
            yield _range_group(request, found, Measure.PRICE, legend)
        if facet == _RANGES_STAND_AFTER:
            for measure, words in _RANGE_LEGENDS.items():
                if measure in found.reach or request.filter.limits(measure):
                    yield _range_group(request, found, measure, words)


def _boxes(facet: Facet, answers: Sequence[Answer], chosen: tuple[str, ...]) -> Group:
    known = {answer.value: answer for answer in answers}
    answers = [*answers, *(Answer(value, "", 0) for value in chosen if value not in known)]
    if facet in _ORDERED:
        answers = sorted(answers, key=lambda answer: _ORDERED[facet].index(answer.value))
    is_folded = facet not in _ORDERED and len(answers) > _SHOWN_AT_ONCE + 1
    if is_folded:
        answers = sorted(answers, key=lambda answer: answer.value not in chosen)
    boxes = [_box(facet, answer, is_selected=answer.value in chosen) for answer in answers]
    if facet in _ANY:
        boxes.insert(0, Box(f"{facet.value}-any", "", _ANY[facet], not chosen, ""))
    cut = max(_SHOWN_AT_ONCE, len(chosen)) if is_folded else len(boxes)
    kind = "radio" if facet in SINGLE else "checkbox"
    return Group(_LEGENDS[facet], facet.value, kind, boxes[:cut], boxes[cut:], [], [])


def _box(facet: Facet, answer: Answer, *, is_selected: bool) -> Box:
    return Box(
        id=f"{facet.value}-{answer.value}".replace(" ", "_"),
        value=answer.value,
        label=answer_text(facet, answer.value, answer.label),
        is_selected=is_selected,
        count=count(answer.count, is_least=answer.is_least),
    )


def _range_group(request: Request, found: Facets, measure: Measure, legend: str) -> Group:
    currency = price_currency(request, found)
    chosen, reach = request.filter.limits(measure), found.reach.get(measure, Range())
    words = zip(
        RANGE_NAMES[measure],
        (_("From"), _("To")),
        (chosen.lowest, chosen.highest),
        (reach.lowest, reach.highest),
        strict=True,
    )
    ends = [
        End(name, f"{legend}: {word.lower()}", _field_text(measure, figure, currency), _hint(word, limit))
        for name, word, figure, limit in words
    ]
    bands = _bands(request, found, chosen) if measure == Measure.PRICE else []
    return Group(legend, "", "", [], [], ends, bands)


def _bands(request: Request, found: Facets, chosen: Range) -> list[Band]:
    return [
        Band(
            label=_band_text(limits, price_currency(request, found)),
            url=address(request.asking(_priced(request, Range() if limits == chosen else limits))),
            is_current=limits == chosen,
            count=count(number, is_least=found.bands_are_least),
        )
        for limits, number in found.bands
    ]


def _priced(request: Request, limits: Range) -> Filter:
    wanted = request.filter
    if limits and not wanted.currency and request.main_currency:
        wanted = wanted.choosing(Facet.CURRENCY, request.main_currency)
    return wanted.within(Measure.PRICE, limits)


def _band_text(limits: Range, currency: str) -> str:
    if limits.highest is None:
        return _("%(price)s and up", price=_figure(Measure.PRICE, limits.lowest, currency))
    if limits.lowest is None:
        return _("Under %(price)s", price=_figure(Measure.PRICE, limits.highest + 1, currency))
    return range_text(Measure.PRICE, limits, currency)


def _field_text(measure: Measure, figure: int | None, currency: str) -> str:
    return amount_text(figure, currency) if measure == Measure.PRICE else figure_text(measure, figure, currency)


def _hint(word: str, limit: int | None) -> str:
    return word if limit is None else f"{word} {limit}"


def _figure(measure: Measure, figure: int | None, currency: str) -> str:
    if figure is None:
        return ""
    if measure == Measure.PRICE:
        # A shop of several currencies has no one sign to write.
        text = money_text(figure, currency) if currency else amount_text(figure, currency)
        return _NO_CENTS.sub("", text)
    return str(figure) if measure == Measure.YEAR else f"{number_text(figure)} km"

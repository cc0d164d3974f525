"""How many listings each answer to each facet would leave: one statement, whatever is chosen already.

Each listing for sale is judged once: which of the choices does it miss? It counts for a facet when it misses nothing
but that facet's own choice, so that a ticked box does not hide its neighbours, and a count is what choosing it shows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, array

from marketplace import db
from marketplace.catalog import matching, search_rules
from marketplace.catalog.filtering import (
    CAR,
    ONLY_FOR,
    OTHER_KIND,
    PART,
    PRICE_STEPS,
    Facet,
    Filter,
    Measure,
    Range,
    price_bands,
)
from marketplace.catalog.models import Shop

_TEXTS = ARRAY(Text)
_TOTAL, _STEP, _EITHER = "total", "price-step", "either"
_MEASURES = frozenset(Measure)
_NO_LABEL: ColumnElement[Any] = null().cast(Text)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a facet, what people call it ("" where the value says it), and how many listings it leaves."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """What can be chosen now: answers by facet, most frequent first, price bands, and how far the figures reach."""

    total: int
    answers: Mapping[Facet, tuple[Answer, ...]]
    bands: tuple[tuple[Range, int], ...]
    reach: Mapping[Measure, Range]


def facets(wanted: Filter, *, price_currency: str) -> Facets:
    """Return what can be chosen beside `wanted`, in one query; prices are those in `price_currency`, "" for any.

    Facets that only cars or only parts have are left out until it is clear which of them is looked for or found.
    """
    search = search_rules.parse(wanted.text)
    if wanted.text and not search.terms:
        return Facets(0, {}, (), {})
    values = matching.parameters(wanted) | {"price_currency": price_currency}
    answers: dict[Facet, list[Answer]] = {}
    steps: dict[int, int] = {}
    ends: dict[Measure, dict[str, int]] = {}
    total = 0
    counted = _features(wanted.kind or (_EITHER if wanted.text or wanted.chosen(Facet.SHOP) else ""))
    chosen = frozenset((*wanted.choices, *wanted.ranges))
    for row in db.read(_statement(counted, chosen, with_words=bool(wanted.text)), values):
        name, value, label, number = tuple(row)
        if name == _TOTAL:
            total = number
        elif name == _STEP:
            steps[int(value)] = number
        elif name in _MEASURES:
            ends.setdefault(Measure(name), {})[value] = number
        else:
            answers.setdefault(Facet(name), []).append(Answer(value, label or "", number))
    kinds = [answer.value for answer in answers.get(Facet.KIND, ())]
    shown = _features(wanted.kind or (kinds[0] if len(kinds) == 1 else ""))
    return Facets(
        total=total,
        answers={facet: tuple(sorted(found, key=_most_first)) for facet, found in answers.items() if facet in shown},
        bands=price_bands(steps),
        reach={
            measure: Range(found["lowest"], found["highest"]) for measure, found in ends.items() if measure in shown
        },
    )


def _most_first(answer: Answer) -> tuple[int, str]:
    return -answer.count, answer.label or answer.value


def _features(kind: str) -> frozenset[Facet | Measure]:
    """Return what is asked about a kind: what both have, what it alone has; part categories unless cars are meant."""
    features: set[Facet | Measure] = {*Facet, *Measure}
    hidden = {feature for each, own in ONLY_FOR.items() if kind not in (each, _EITHER) for feature in own}
    return frozenset(features - hidden | ({Facet.CATEGORY} if kind != CAR else set()))


@lru_cache(maxsize=200)
def _statement(
    features: frozenset[Facet | Measure], chosen: frozenset[Facet | Measure], *, with_words: bool
) -> CompoundSelect[Any]:
    """Return the one statement that counts `features` where `chosen` are; what was chosen is a parameter of it."""
    judged = _judged(chosen, with_words=with_words)
    return union_all(
        select(_name(_TOTAL), _NO_LABEL, _NO_LABEL, func.count()).where(_misses_only(judged)),
        *(_answers(judged, facet) for facet in Facet if facet in features),
        _price_steps(judged),
        *(
            _end(judged, measure, end)
            for measure in (Measure.YEAR, Measure.MILEAGE)
            if measure in features
            for end in ("lowest", "highest")
        ),
    )


def _judged(chosen: frozenset[Facet | Measure], *, with_words: bool) -> CTE:
    missed: list[ColumnElement[Any]] = [
        case((matching.misses(facet), _name(facet))) for facet in Facet if facet in chosen
    ]
    missed += [case((matching.misses_range(each), _name(each))) for each in Measure if each in chosen]
    every_miss: ColumnElement[Any] = array(missed, type_=Text())
    columns: list[ColumnElement[Any]] = [
        *(column.label(facet.name.lower()) for facet, column in matching.VALUES.items()),
        matching.MAKES.label("make"),
        *(column.label(measure.name.lower()) for measure, column in matching.FIGURES.items()),
        Shop.name.label("shop_name"),
        (func.array_remove(every_miss, null(), type_=_TEXTS) if chosen else _names()).label("missed"),
    ]
    shelf = matching.on_shelf(select(*columns), with_words=with_words)
    if with_words:
        shelf = shelf.where(matching.has_words(bindparam("wide", type_=Text)))
    return shelf.cte("judged")


def _misses_only(judged: CTE, *features: Facet | Measure) -> ColumnElement[bool]:
    missed: ColumnElement[Any] = judged.c.missed
    return missed.bool_op("<@")(_names(*features))


def _name(word: str) -> ColumnElement[Any]:
    """Return a word of our own as it stands in the statement: a parameter less to send with each page."""
    return literal_column(f"'{word}'::text", Text)


def _names(*features: Facet | Measure) -> ColumnElement[Any]:
    return literal_column("'{" + ",".join(features) + "}'::text[]", _TEXTS)


def _answers(judged: CTE, facet: Facet) -> Select[Any]:
    if facet == Facet.KIND:
        return _kinds(judged)
    value = judged.c[facet.name.lower()]
    label = judged.c.shop_name if facet == Facet.SHOP else _NO_LABEL
    if facet == Facet.MAKE:
        one_each = select(func.unnest(value).label("make")).where(_misses_only(judged, facet)).subquery()
        return _counted(facet, one_each.c.make, label)
    grouped = _counted(facet, value, label).where(_misses_only(judged, facet), value.is_not(None))
    return grouped.group_by(label) if facet == Facet.SHOP else grouped


def _kinds(judged: CTE) -> Select[Any]:
    """Choosing a kind drops what only the other kind has (Filter.fitting_kind): that does not count here."""
    kind = judged.c.kind
    may_miss = {each: _names(Facet.KIND, *sorted(ONLY_FOR[OTHER_KIND[each]])) for each in (CAR, PART)}
    allowed = case((kind == _name(CAR), may_miss[CAR]), else_=may_miss[PART])
    return _counted(Facet.KIND, kind, _NO_LABEL).where(judged.c.missed.bool_op("<@")(allowed))


def _counted(facet: Facet, value: ColumnElement[Any], label: ColumnElement[Any]) -> Select[Any]:
    return select(_name(facet), cast(value, Text), cast(label, Text), func.count()).group_by(value)


def _price_steps(judged: CTE) -> Select[Any]:
    steps = "'{" + ",".join(map(str, PRICE_STEPS)) + "}'::bigint[]"
    step = func.width_bucket(judged.c.price, literal_column(steps, ARRAY(BigInteger)))
    currency = bindparam("price_currency", type_=String)
    is_meant = (currency == _name("")) | (judged.c.currency == currency)
    return (
        select(_name(_STEP), cast(step, Text), _NO_LABEL, func.count())
        .where(_misses_only(judged, Measure.PRICE), is_meant)
        .group_by(step)
    )


def _end(judged: CTE, measure: Measure, end: str) -> Select[Any]:
    figure = judged.c[measure.name.lower()]
    found = func.min(figure) if end == "lowest" else func.max(figure)
    one = select(_name(measure), _name(end), _NO_LABEL, cast(found, BigInteger))
    return one.where(_misses_only(judged, measure)).having(found.is_not(None))

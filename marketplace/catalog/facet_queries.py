"""How many listings each answer to each facet would leave: one statement, whatever is chosen already.

A listing counts for a facet when it fits all choices but that facet's own, so that a ticked box does not hide its
neighbours, and a count is what choosing it shows. Of each such set at most the newest 2,000 listings are looked at: a
larger shelf says of its counts that it is at least so many, and answers no slower than one of that size.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    String,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

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
from marketplace.catalog.models import Listing, Shop

_LOOKED_AT, _WHOLE, _STEP, _EITHER = "looked-at", "whole", "price-step", "either"
_MEASURES = frozenset(Measure)
_NO_LABEL: ColumnElement[Any] = null().cast(Text)


MOST_COUNTED = 2_000
"""Listings that are counted at most, for each facet."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a facet, what people call it ("" where the value says it), and how many listings it leaves."""

    value: str
    label: str
    count: int
    is_least: bool = False
    """There may be more than `count`."""


@dataclass(frozen=True, slots=True)
class Facets:
    """What can be chosen now: answers by facet, most frequent first, price bands, and how far the figures reach."""

    total: int
    answers: Mapping[Facet, tuple[Answer, ...]]
    bands: tuple[tuple[Range, int], ...]
    reach: Mapping[Measure, Range]
    is_least: bool = False
    """There may be more than `total`."""
    bands_are_least: bool = False
    """There may be more in each price band than its count."""


def facets(wanted: Filter, *, price_currency: str) -> Facets:
    """Return what can be chosen beside `wanted`, in one query; prices are those in `price_currency`, "" for any.

    Facets that only cars or only parts have are left out until it is clear which of them is looked for or found.
    """
    search = search_rules.parse(wanted.text)
    if wanted.text and not search.terms:
        return Facets(0, {}, (), {})
    values = matching.parameters(wanted) | {"price_currency": price_currency}
    counted = _features(wanted.kind or (_EITHER if wanted.text or wanted.chosen(Facet.SHOP) else ""))
    chosen = frozenset((*wanted.choices, *wanted.ranges))
    said = next(iter(wanted.chosen(Facet.KIND)), "")
    statement = _statement(counted, chosen, said, with_words=bool(wanted.text))
    return _told(map(tuple, db.read(statement, values)), wanted)


def _told(rows: Iterable[tuple[Any, ...]], wanted: Filter) -> Facets:
    """Return what the rows of the one statement tell."""
    answers: dict[Facet, list[Answer]] = {}
    steps: dict[frozenset[int], int] = {}
    ends: dict[Measure, dict[str, int]] = {}
    # Where something is chosen, each kind has a set of its own, and its count says how many were looked at.
    looked_at: dict[str, int] = {Facet.KIND: 0} if wanted.choices or wanted.ranges else {}
    for name, value, label, number in rows:
        if name == _LOOKED_AT:
            looked_at[value] = number
        elif name == _STEP:
            where = frozenset(map(int, value.split(",")))
            steps[where] = steps.get(where, 0) + number
        elif name in _MEASURES:
            ends.setdefault(Measure(name), {})[value] = number
        else:
            answers.setdefault(Facet(name), []).append(Answer(value, label or "", number))
    whole = looked_at.pop(_WHOLE)
    kinds = [answer.value for answer in answers.get(Facet.KIND, ())]
    shown = _features(wanted.kind or (kinds[0] if len(kinds) == 1 else ""))
    return Facets(
        total=min(whole, MOST_COUNTED),
        answers={
            facet: _answered(found, looked_at.get(facet, whole), wanted.chosen(facet), whole)
            for facet, found in answers.items()
            if facet in shown
        },
        bands=price_bands(steps),
        reach={each: Range(found["lowest"], found["highest"]) for each, found in ends.items() if each in shown},
        is_least=whole > MOST_COUNTED,
        bands_are_least=looked_at.get(Measure.PRICE, whole) > MOST_COUNTED,
    )


def _answered(found: list[Answer], looked_at: int, chosen: tuple[str, ...], whole: int) -> tuple[Answer, ...]:
    """Return the answers to one facet, most frequent first; the only chosen one leaves what is found as it is."""
    if len(chosen) == 1:
        others = [answer for answer in found if answer.value != chosen[0]]
        label = next((answer.label for answer in found if answer.value == chosen[0]), "")
        known = [_counted_to(Answer(chosen[0], label, whole), whole)] if whole else []
    else:
        others, known = found, []
    return tuple(sorted([*known, *(_counted_to(answer, looked_at) for answer in others)], key=_most_first))


def _counted_to(answer: Answer, looked_at: int) -> Answer:
    if max(looked_at, answer.count) <= MOST_COUNTED:
        return answer
    return replace(answer, count=min(answer.count, MOST_COUNTED), is_least=True)


def _most_first(answer: Answer) -> tuple[int, str]:
    return -answer.count, answer.label or answer.value


def _features(kind: str) -> frozenset[Facet | Measure]:
    """Return what is asked about a kind: what both have, what it alone has; part categories unless cars are meant."""
    features: set[Facet | Measure] = {*Facet, *Measure}
    hidden = {feature for each, own in ONLY_FOR.items() if kind not in (each, _EITHER) for feature in own}
    return frozenset(features - hidden | ({Facet.CATEGORY} if kind != CAR else set()))


@lru_cache(maxsize=200)
def _statement(
    features: frozenset[Facet | Measure], chosen: frozenset[Facet | Measure], said: str, *, with_words: bool
) -> CompoundSelect[Any]:
    """Return the one statement that counts `features` where `chosen` are; what was chosen is a parameter of it.

    `said` is the chosen kind, "" for none: it stands in the text, because it decides how tables are joined.
    """
    names = [each for each in (*Facet, *Measure) if each in features or each == Measure.PRICE]
    whole = _set(_WHOLE, [name for name in names if name not in chosen], chosen, said, with_words=with_words)
    own = {
        name: _set(name, [name], chosen - {name}, said, with_words=with_words)
        for name in names
        if name in chosen and name != Facet.KIND
    }
    by_kind = _by_kind(chosen, with_words=with_words) if chosen else {}
    return union_all(
        _looked_at(_WHOLE, whole),
        *(_looked_at(name, found) for name, found in own.items()),
        *(_answers(own.get(facet, whole), facet) for facet in Facet if facet in features and facet != Facet.KIND),
        *(_kind(found, kind) for kind, found in by_kind.items()),
        *(() if chosen else (_counted(Facet.KIND, whole.c.kind, _NO_LABEL),)),
        _price_steps(own.get(Measure.PRICE, whole)),
        *(
            _end(own.get(measure, whole), measure, end)
            for measure in (Measure.YEAR, Measure.MILEAGE)
            if measure in features
            for end in ("lowest", "highest")
        ),
    )


def _set(
    name: str,
    told: Sequence[Facet | Measure],
    fits: frozenset[Facet | Measure],
    said: str,
    *,
    with_words: bool,
) -> CTE:
    """Return the newest listings that fit all of `fits`, with what they tell about `told`."""
    kind = said if Facet.KIND in fits else ""
    kind = kind or next((each for each, own in ONLY_FOR.items() if own & fits), "")
    columns = [column for each in told for column in _columns(each, kind)]
    shelf = matching.on_shelf(select(Listing.id, *columns), with_words=with_words, kind=kind)
    shelf = shelf.where(
        *(matching.holds(each, kind) for each in Facet if each in fits and each != Facet.KIND),
        *(matching.lies_within(each) for each in Measure if each in fits),
    )
    if Facet.KIND in fits:  # a kind that was said may contradict what else was chosen: then nothing fits
        shelf = shelf.where(Listing.kind == literal_column(f"'{said}'"))
    if with_words:
        shelf = shelf.where(matching.has_words(bindparam("wide", type_=Text)))
    else:  # words lead to their listings in no order, so theirs would have to be sorted first
        shelf = shelf.order_by(Listing.id.desc())
    return shelf.limit(MOST_COUNTED + 1).cte(f"fits_{name}")


def _columns(told: Facet | Measure, kind: str) -> Sequence[ColumnElement[Any]]:
    if isinstance(told, Measure):
        if told == Measure.PRICE:
            price_in = Listing.__table__.c.currency.label("price_in")
            return (matching.price_places(_price_step).label(told.name.lower()), price_in)
        return (matching.FIGURES[told].label(told.name.lower()),)
    shop_name = (Shop.__table__.c.name.label("shop_name"),) if told == Facet.SHOP else ()
    value = matching.makes_of(kind) if told == Facet.MAKE else matching.VALUES[told]
    return (value.label(told.name.lower()), *shop_name)


def _by_kind(chosen: frozenset[Facet | Measure], *, with_words: bool) -> Mapping[str, CTE]:
    """Return what each kind would find: choosing it drops what only the other kind has (Filter.fitting_kind)."""
    return {
        kind: _set(kind, [], frozenset({*chosen - ONLY_FOR[OTHER_KIND[kind]], Facet.KIND}), kind, with_words=with_words)
        for kind in (CAR, PART)
    }


def _looked_at(name: str, found: CTE) -> Select[Any]:
    return select(_name(_LOOKED_AT), _name(name), _NO_LABEL, func.count()).select_from(found)


def _name(word: str) -> ColumnElement[Any]:
    """Return a word of our own as it stands in the statement: a parameter less to send with each page."""
    return literal_column(f"'{word}'::text", Text)


def _answers(found: CTE, facet: Facet) -> Select[Any]:
    value = found.c[facet.name.lower()]
    label = found.c.shop_name if facet == Facet.SHOP else _NO_LABEL
    if facet == Facet.MAKE:
        one_each = select(func.unnest(value).label("make")).subquery()
        return _counted(facet, one_each.c.make, label)
    grouped = _counted(facet, value, label).where(value.is_not(None))
    return grouped.group_by(label) if facet == Facet.SHOP else grouped


def _kind(found: CTE, kind: str) -> Select[Any]:
    count = func.count()
    return select(_name(Facet.KIND), _name(kind), _NO_LABEL, count).select_from(found).having(count > 0)


def _counted(facet: Facet, value: ColumnElement[Any], label: ColumnElement[Any]) -> Select[Any]:
    return select(_name(facet), cast(value, Text), cast(label, Text), func.count()).group_by(value)


def _price_step(price: ColumnElement[int]) -> ColumnElement[int]:
    """Return in which of PRICE_STEPS a price lies."""
    steps = "'{" + ",".join(map(str, PRICE_STEPS)) + "}'::bigint[]"
    return func.width_bucket(price, literal_column(steps, ARRAY(BigInteger)), type_=Integer())


def _price_steps(found: CTE) -> Select[Any]:
    step = found.c.price
    currency = bindparam("price_currency", type_=String)
    is_meant = (currency == _name("")) | (found.c.price_in == currency)
    return select(_name(_STEP), step, _NO_LABEL, func.count()).where(is_meant).group_by(step)


def _end(found: CTE, measure: Measure, end: str) -> Select[Any]:
    figure = found.c[measure.name.lower()]
    limit = func.min(figure) if end == "lowest" else func.max(figure)
    one = select(_name(measure), _name(end), _NO_LABEL, cast(limit, BigInteger)).select_from(found)
    return one.having(limit.is_not(None))

"""What a buyer types, understood: words, numbers, phrases, and nothing that could be an error."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalog.filtering import (
    CAR,
    PART,
    PRICE_STEPS,
    Facet,
    Filter,
    Measure,
    Range,
    Sort,
    price_bands,
    sorts_for,
)
from marketplace.catalog.rules import known_make, makes_in
from marketplace.catalog.search_rules import LONGEST_SEARCH, LONGEST_WORD, MOST_WORDS, clean_search, fold, parse

# What the words of a tsquery are made of here, and how they are joined; anything else would need quoting.
_TSQUERY = re.compile(r"(?:[()&|]|<->|'\w+'(?::\*)?| )*")


@pytest.mark.parametrize(
    ("text", "wide"),
    [
        ("", ""),
        ("brak", "('brak':*)"),
        ("Brake Disc", "('brake') & ('disc':*)"),
        ("brake for volvo", "('brake') & ('volvo':*)"),
        ("the", "('the':*)"),
        ('"brake disc" volvo', "('brake' <-> 'disc') & ('volvo':*)"),
        ('volvo "brake', "('volvo') & ('brake':*)"),
        ('""', ""),
        ("27060-0V210", "('27060' <-> '0v210':* | '270600v210':*)"),
        ("27060-0V disc", "('27060' <-> '0v':* | '270600v':*) & ('disc':*)"),
        ("Golf 2 mirror", "('golf') & ('2') & ('mirror':*)"),
        ("240 mirror", "('240':*) & ('mirror':*)"),
        ("front/rear", "('front') & ('rear':*)"),
        ("Trollhättan", "('trollhattan':*)"),
        ("' & :* \\ | ! ( ) <->", ""),
        ("a':*b", "('b':*)"),
        ("😀 disc", "('disc':*)"),
    ],
)  # fmt: skip
def test_words_numbers_and_phrases(text: str, wide: str) -> None:
    assert parse(text).wide == wide


@given(st.text(max_size=400))
def test_any_text_is_a_safe_query(text: str) -> None:
    search = parse(clean_search(text))
    assert len(search.terms) <= MOST_WORDS
    for query in (search.wide, search.exact):
        assert _TSQUERY.fullmatch(query)
        assert all(len(word) <= LONGEST_WORD * 4 for word in re.findall(r"\w+", query))
    assert bool(search.wide) == bool(search.terms)


@given(st.text(max_size=400))
def test_what_is_shown_of_a_search_is_one_clean_line(text: str) -> None:
    cleaned = clean_search(text)
    assert cleaned.isprintable()
    assert len(cleaned) <= LONGEST_SEARCH
    assert clean_search(cleaned) == cleaned


def test_each_word_can_be_left_out() -> None:
    assert parse('"brake disc" volvo 240').less() == (
        ('"brake disc"', "volvo 240"),
        ("volvo", '"brake disc" 240'),
        ("240", '"brake disc" volvo'),
    )
    assert parse("volvo").less() == ()


def test_letters_lose_their_accents_and_their_size() -> None:
    assert fold("Citroën ÅÄÖ ﬁ ²") == "citroen aao fi 2"


@pytest.mark.parametrize(
    ("fits", "makes"),
    [
        ("Volkswagen Golf VI, Audi A3, Skoda Octavia", ["Audi", "Skoda", "Volkswagen"]),
        ("AUDI and BMW", ["Audi", "BMW"]),
        ("volvo 240, saab 900", ["Saab", "Volvo"]),
        ("Any seat with a ram", []),
        ("Fordson tractors", []),
        ("Mercedes-Benz C 200", ["Mercedes-Benz"]),
        ("Ram 1500, Land Rover Defender", ["Land Rover", "Ram"]),
    ],
)
def test_the_makes_that_a_part_fits(fits: str, makes: list[str]) -> None:
    assert makes_in(fits) == makes


def test_a_make_is_written_one_way() -> None:
    assert [known_make(make) for make in ("VOLVO", "bmw", "DeLorean")] == ["Volvo", "BMW", "DeLorean"]


def test_a_kind_drops_what_only_the_other_kind_has() -> None:
    wanted = Filter().choosing(Facet.FUEL, "Petrol").within(Measure.YEAR, Range(1990)).choosing(Facet.MAKE, "Volvo")
    assert wanted.kind == CAR
    parts = wanted.choosing(Facet.KIND, PART)
    assert (dict(parts.choices), dict(parts.ranges)) == ({Facet.MAKE: ("Volvo",), Facet.KIND: (PART,)}, {})
    assert parts.choosing(Facet.KIND).choosing(Facet.MAKE) == Filter()
    assert Filter().choosing(Facet.CATEGORY, "brakes").kind == PART


def test_orders_fit_what_is_looked_for() -> None:
    assert sorts_for(Filter()) == (Sort.NEWEST, Sort.CHEAPEST, Sort.DEAREST)
    cars = Filter("volvo").choosing(Facet.KIND, CAR)
    assert sorts_for(cars) == (Sort.RELEVANCE, Sort.NEWEST, Sort.CHEAPEST, Sort.DEAREST, Sort.LATEST, Sort.LEAST_DRIVEN)


@given(st.dictionaries(st.integers(0, len(PRICE_STEPS)), st.integers(1, 500)))
def test_price_bands_hold_every_listing_once(counts: dict[int, int]) -> None:
    bands = price_bands({frozenset({step}): count for step, count in counts.items()})
    assert len(bands) <= 5
    if len(bands) < 2:
        assert bands == ()
        return
    assert sum(count for _, count in bands) == sum(counts.values())
    assert (bands[0][0].lowest, bands[-1][0].highest) == (None, None)
    for (limits, _), (following, _) in pairwise(bands):
        assert limits.highest is not None
        assert following.lowest == limits.highest + 1

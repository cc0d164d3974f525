"""What a search that finds little may have meant: its words as listings spell them, or longer ones around them."""

from collections.abc import Mapping

from sqlalchemy import String, bindparam, cast, column, func, select, true, union
from sqlalchemy.dialects.postgresql import ARRAY, array

from marketplace import db
from marketplace.catalog import search_rules, spelling_rules
from marketplace.catalog.models import SearchWord
from marketplace.catalog.search_rules import Search, Term

_MOST = 3
_ASKED = (
    func.unnest(bindparam("keys", type_=ARRAY(String(64))))
    .table_valued(column("key", String(64)), name="asked")
    .render_derived()
)
# Key by key, and so by index however large the dictionary; a key that half of it shares tells little.
_OF_KEY = (
    select(SearchWord.word, SearchWord.met)
    .where(SearchWord.__table__.c["keys"].contains(array([_ASKED.c.key], type_=String(64))))
    .limit(100)
    .lateral("near")
)
_WITHIN = (
    func.unnest(bindparam("parts", type_=ARRAY(String(64))), bindparam("thirds", type_=ARRAY(String)))
    .table_valued(column("part", String(64)), column("thirds", String), name="within_words")
    .render_derived()
)
_OF_PART = (
    select(SearchWord.word, SearchWord.met)
    .where(
        SearchWord.__table__.c["keys"].contains(cast(func.string_to_array(_WITHIN.c.thirds, " "), ARRAY(String(64)))),
        SearchWord.word.contains(_WITHIN.c.part),
    )
    .order_by(SearchWord.met.desc())
    .limit(10)
    .lateral("around")
)
_NEAR = union(
    select(_OF_KEY.c.word, _OF_KEY.c.met).select_from(_ASKED).join(_OF_KEY, true()),
    select(_OF_PART.c.word, _OF_PART.c.met).select_from(_WITHIN).join(_OF_PART, true()),
)


def spelt_right(text: str) -> tuple[str, ...]:
    """Return at most three search texts that `text` may mean, likeliest first, in at most one query.

    What they find is not asked here. None when every word is known, or nothing is spelt like the others.
    """
    search = search_rules.parse(text)
    doubtful = {term: word for term in search.terms if (word := _word(term))}
    if not doubtful:
        return ()
    keys = {key for word in doubtful.values() for key in spelling_rules.keys_to_ask(word)}
    parts = {word: " ".join(spelling_rules.parts_to_ask(word)) for word in doubtful.values()}
    asked = {word: thirds for word, thirds in parts.items() if thirds}
    values = {"keys": sorted(keys), "parts": list(asked), "thirds": list(asked.values())}
    known = {row.word: row.met for row in db.read(_NEAR, values)}
    meant = {term: found for term, word in doubtful.items() if (found := _likely(word, known))}
    return _texts(search, meant) if meant else ()


def _texts(search: Search, meant: dict[Term, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the text with the likeliest word for each, then with each next likely one in its place."""
    best = {term: words[0] for term, words in meant.items()}
    choices = [best, *(best | {term: other} for term, words in meant.items() for other in words[1:])]
    texts = [" ".join(chosen.get(term, term.typed) for term in search.terms) for chosen in choices]
    return tuple(dict.fromkeys(texts))[:_MOST]


def _likely(word: str, known: Mapping[str, int]) -> tuple[str, ...]:
    """Return what a word may mean: longer words that it is a part of, then words spelt like it."""
    found = (*spelling_rules.longer(word, known, most=_MOST), *spelling_rules.nearest(word, known, most=_MOST))
    return tuple(dict.fromkeys(found))[:_MOST]


def _word(term: Term) -> str:
    """Return the one word of a term that can be misspelt, or ""."""
    if len(term.words) != 1 or term.is_number or term.typed.startswith('"'):
        return ""
    return term.words[0] if spelling_rules.can_be_misspelt(term.words[0]) else ""

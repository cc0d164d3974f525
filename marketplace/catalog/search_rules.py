"""What a buyer types becomes what the database looks for: words, numbers and phrases. Values only.

Every word must be there. The last one may be unfinished, and so may numbers. Quotes keep words together; a number with
hyphens or dots is found however its parts are written. Words are cut as the database cuts them: letters and digits.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_SEARCH = 200
MOST_WORDS = 8
LONGEST_WORD = 64
# Numbers shorter than this are whole words: "Golf 2" is not about every year since 2000.
_SHORTEST_NUMBER_START = 3
# Words that no listing is about; "brake for volvo" finds what "brake volvo" finds.
FILLERS = frozenset(("a", "an", "and", "for", "from", "in", "is", "my", "of", "on", "or", "the", "to", "with"))
_WORD = re.compile(r"[^\W_]+")
_QUOTED_OR_CHUNK = re.compile(r'"([^"]*)"|([^\s"]+)')


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that must be there: a word, several words in a row, or a number written with signs in between."""

    typed: str
    words: tuple[str, ...]
    is_number: bool = False
    is_start: bool = False

    @property
    def exact(self) -> str:
        """Return this as PostgreSQL's tsquery, whole words only."""
        return self._query(end="")

    @property
    def wide(self) -> str:
        """Return this as PostgreSQL's tsquery; what may be unfinished matches by its beginning."""
        return self._query(end=":*" if self.is_start else "")

    def _query(self, end: str) -> str:
        in_a_row = " <-> ".join(f"'{word}'" for word in self.words) + end
        if self.is_number and len(self.words) > 1:
            return f"({in_a_row} | '{''.join(self.words)[:LONGEST_WORD]}'{end})"
        return f"({in_a_row})"


@dataclass(frozen=True, slots=True)
class Search:
    """A search text, understood. Without terms nothing can be found."""

    terms: tuple[Term, ...]

    @property
    def wide(self) -> str:
        """Return the tsquery that decides what is found; "" without terms."""
        return " & ".join(term.wide for term in self.terms)

    @property
    def exact(self) -> str:
        """Return the tsquery of whole words, which raises what matches it; "" without terms."""
        return " & ".join(term.exact for term in self.terms)

    def less(self) -> tuple[tuple[str, str], ...]:
        """Return each term of several as it was typed, with the search text that is left without it."""
        if len(self.terms) < 2:
            return ()
        return tuple(
            (dropped.typed, " ".join(term.typed for term in self.terms if term is not dropped))
            for dropped in self.terms
        )


def clean_search(text: str) -> str:
    """Return what was typed as it can be shown and stored in an address: one line, at most LONGEST_SEARCH signs."""
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(shown.split())[:LONGEST_SEARCH].rstrip()


def parse(text: str) -> Search:
    """Return the terms of a search text. Any text is safe; one without letters and digits has no terms."""
    terms = list(_terms(text))
    telling = [term for term in terms if term.words[0] not in FILLERS or len(term.words) > 1] or terms
    return Search(tuple(telling[:MOST_WORDS]))


def fold(text: str) -> str:
    """Return `text` in small letters without accents, as the search vector holds it."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in apart if not "\u0300" <= sign <= "\u036f").lower()


def _terms(text: str) -> Iterator[Term]:
    chunks = list(_QUOTED_OR_CHUNK.finditer(text))
    for place, chunk in enumerate(chunks, start=1):
        is_last = place == len(chunks)
        words = tuple(word[:LONGEST_WORD] for word in _WORD.findall(fold(chunk[0])))
        if not words:
            continue
        if chunk[1] is not None:
            yield Term(f'"{" ".join(chunk[1].split())}"', words)
        elif len(words) > 1 and not _has_digit(words):
            yield from (
                Term(word, (word,), is_start=is_last and number == len(words))
                for number, word in enumerate(words, start=1)
            )
        else:
            is_number = _has_digit(words)
            is_start = is_last or (is_number and sum(map(len, words)) >= _SHORTEST_NUMBER_START)
            yield Term(chunk[2], words, is_number=is_number, is_start=is_start)


def _has_digit(words: tuple[str, ...]) -> bool:
    return any(sign.isdigit() for word in words for sign in word)

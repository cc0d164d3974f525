"""Which words are spelt alike: a letter too many, too few, another one, or two that changed places. Values only.

Each word is kept under what is left of its beginning without a letter or two, and looked for in the same way: words
that differ by so much share such a key (symmetric deletion, as in SymSpell). Whoever shares one is then compared.
Each is kept under every three of its letters in a row as well: a longer word has all those of any part of it.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import combinations

from marketplace.catalog.search_rules import FILLERS, fold

_SHORTEST, _LONGEST = 3, 24
# Keys are made of so many first letters: 29 at most, however long the word.
_BEGINNING = 7
_PART = "~"
_IN_A_ROW = 3
_SHORTEST_PART = 4
_MOST_ERRORS = 2
_LONG = 7
# A word that is spelt like one ten times as frequent is probably that one.
_RARER = 10
_LETTERS = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"[^\W_]+")


def words_in(texts: Iterable[str | None]) -> frozenset[str]:
    """Return the words of some texts that can be misspelt: letters only, 3 to 24 of them, without accents."""
    found = (word for text in texts if text for word in _WORD.findall(fold(text)))
    return frozenset(word for word in found if can_be_misspelt(word))


def can_be_misspelt(word: str) -> bool:
    """Return whether `word`, folded, is one that could be written wrongly: no number, no filler, not very short."""
    return _SHORTEST <= len(word) <= _LONGEST and word not in FILLERS and _LETTERS.fullmatch(word) is not None


def keys_to_keep(word: str) -> list[str]:
    """Return the keys under which `word` is found, at most 29."""
    return _keys(word, _MOST_ERRORS if len(word) >= _LONG - _MOST_ERRORS else 1)


def keys_to_ask(word: str) -> list[str]:
    """Return the keys of the words that `word` may mean, at most 29."""
    return _keys(word, _errors(word))


def parts_to_keep(word: str) -> list[str]:
    """Return the keys under which `word` is found by a part of it, at most 22."""
    return sorted({_PART + word[place : place + _IN_A_ROW] for place in range(len(word) - _IN_A_ROW + 1)})


def parts_to_ask(word: str) -> list[str]:
    """Return the keys that every word has of which `word` is a part; none for one that is too short to tell much."""
    return parts_to_keep(word) if len(word) >= _SHORTEST_PART else []


def longer(word: str, known: Mapping[str, int], *, most: int) -> tuple[str, ...]:
    """Return at most `most` words of which `word` is a part, the most frequent first; `known` as for `nearest`."""
    least = max(1, known.get(word, 0) * _RARER)
    found = sorted((-met, other) for other, met in known.items() if word in other != word and met >= least)
    return tuple(other for _met, other in found[:most]) if len(word) >= _SHORTEST_PART else ()


def distance(one: str, other: str) -> int:
    """Return how many letters must be added, dropped, changed or swapped with their neighbour to make `other`."""
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        here = [row]
        for column, wanted in enumerate(other, start=1):
            best = min(above[column] + 1, here[-1] + 1, above[column - 1] + (letter != wanted))
            is_swap = row > 1 < column and letter == other[column - 2] and one[row - 2] == wanted
            here.append(min(best, before[column - 2] + 1) if is_swap else best)
        before, above = above, here
    return above[-1]


def nearest(word: str, known: Mapping[str, int], *, most: int) -> tuple[str, ...]:
    """Return at most `most` words that `word` may mean, likeliest first; none where it is right as it is.

    `known` says how often each word was met. Fewer errors stand before more, the same first letter before another one,
    and the more frequent before the rarer.
    """
    own = known.get(word, 0)
    judged = sorted(
        (errors, other[0] != word[0], -met, other)
        for other, met in known.items()
        if other != word and met >= own * _RARER and (errors := distance(word, other)) <= _errors(word)
        # Nearly every word of three letters is one letter away from another: only swapped ones are told.
        if len(word) > _SHORTEST or sorted(word) == sorted(other)
    )
    return tuple(other for *_, other in judged[:most])


def _errors(word: str) -> int:
    return _MOST_ERRORS if len(word) >= _LONG else 1


def _keys(word: str, errors: int) -> list[str]:
    beginning = word[:_BEGINNING]
    lengths = range(max(1, len(beginning) - errors), len(beginning) + 1)
    return sorted({"".join(left) for length in lengths for left in combinations(beginning, length)})

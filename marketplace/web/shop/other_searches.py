"""What to try where a search finds next to nothing: the same words spelt otherwise, or a little less of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from marketplace.catalog import browsing, search_rules, spelling_queries
from marketplace.catalog.filtering import Filter
from marketplace.language import gettext as _
from marketplace.web.shop.filters import Request

_MOST_LOOSER = 6


@dataclass(frozen=True)
class OtherSearch:
    """Another search that finds more, in words: the text that may be meant, or what is left out."""

    label: str
    request: Request
    count: int


def others(
    request: Request, drops: Sequence[tuple[str, Filter]], total: int
) -> tuple[tuple[OtherSearch, ...], tuple[OtherSearch, ...]]:
    """Return other spellings that find more than `total`, and looser searches where that is nothing; two queries.

    `drops` are what can be left out of `request`, in words, each with the filter without it.
    """
    spelt = [(text, replace(request.filter, text=text)) for text in spelling_queries.spelt_right(request.filter.text)]
    looser = [] if total else list(_looser(request, drops))
    counted = browsing.counts([request.asking(less).filter for _label, less in (*spelt, *looser)])
    found = [
        OtherSearch(label, request.asking(less), count)
        for (label, less), count in zip((*spelt, *looser), counted, strict=True)
    ]
    meant = [each for each in found[: len(spelt)] if each.count > total]
    hits = [each for each in found[len(spelt) :] if each.count]
    return tuple(meant), tuple(hits[:_MOST_LOOSER])


def _looser(request: Request, drops: Sequence[tuple[str, Filter]]) -> Iterator[tuple[str, Filter]]:
    """Yield the nearest searches: without one word, or without one filter."""
    for typed, rest in search_rules.parse(request.filter.text).less():
        yield _("Without “%(word)s”", word=typed.strip(chr(34))), replace(request.filter, text=rest)
    # Without the only thing that was asked for there is everything, and that has a link of its own.
    for label, less in drops if len(drops) > 1 else ():
        yield _("Without %(filter)s", filter=label), less

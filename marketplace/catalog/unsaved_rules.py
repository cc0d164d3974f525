"""Text of a listing's form that is not saved yet: which form it is of, and what the listing was when it was written."""

import hashlib
import json
from collections.abc import Mapping

from babel.numbers import format_decimal

from marketplace import language
from marketplace.errors import Invalid
from marketplace.language import gettext as _

MOST_UNSAVED = 50
"""How many unsaved texts a seller can have."""
_LONGEST_IN_ALL = 100_000


def key_of(listing_id: int) -> str:
    """Return the key of the form that changes a listing; a new listing's form has a random one."""
    return f"listing:{listing_id}"


def listing_of(key: str) -> int | None:
    """Return which listing the form of this key changes; None for a new one's."""
    kind, _colon, number = key.partition(":")
    return int(number) if kind == "listing" else None


def fingerprint(words: Mapping[str, str | int]) -> str:
    """Return what tells one state of a listing's words and prices from another."""
    return hashlib.sha256(json.dumps(words, sort_keys=True).encode()).hexdigest()[:32]


def check_length(fields: Mapping[str, str]) -> None:
    """Raise Invalid for more text than a form can hold."""
    if sum(map(len, fields.values())) > _LONGEST_IN_ALL:
        raise Invalid(
            _(
                "This is more than %(most)s letters. It can't be kept.",
                most=format_decimal(_LONGEST_IN_ALL, locale=language.current()),
            )
        )

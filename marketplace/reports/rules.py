"""Why something is reported and how that ends, in words. Values only."""

import re

from marketplace.errors import Invalid
from marketplace.transitions import Status

LONGEST_TEXT = 1_000
_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


class Reason(Status):
    """Why somebody reports what another has written."""

    SCAM = "scam", "A scam, or an offer to pay elsewhere"
    ABUSE = "abuse", "Insults, threats or hate"
    SPAM = "spam", "Advertising or spam"
    PRIVATE = "private", "Somebody's private details"
    UNTRUE = "untrue", "It is not about this purchase, or not true"
    OTHER = "other", "Something else"


class Decision(Status):
    """What an admin made of a report."""

    LEFT = "left", "Left as it is"
    HIDDEN = "hidden", "Hidden"
    STOPPED = "stopped", "Hidden, and the writer stopped"


def clean(text: str) -> str:
    """Return plain text without invisible signs, its lines ended alike, with at most one empty line in a row."""
    lines = [line.rstrip() for line in _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def check_text(text: str) -> str:
    """Return what a reporter adds, without blanks around it. Raises Invalid when it is too long."""
    kept = clean(text)
    if len(kept) > LONGEST_TEXT:
        raise Invalid(f"At most {LONGEST_TEXT:,} characters.", field="text")
    return kept


def check_note(note: str) -> str:
    """Return why something was decided. Raises Invalid without a reason, or with too long a one."""
    kept = clean(note)
    if not kept:
        raise Invalid("Say why: both sides read it.", field="note")
    if len(kept) > LONGEST_TEXT:
        raise Invalid(f"At most {LONGEST_TEXT:,} characters.", field="note")
    return kept

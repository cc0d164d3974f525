"""Why something is reported and how that ends, in words. Values only."""

import re

from marketplace.errors import Invalid
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.numerals import number_text
from marketplace.transitions import Status

LONGEST_TEXT = 1_000
_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


class Reason(Status):
    """Why somebody reports what another has written."""

    SCAM = "scam", Text("A scam, or an offer to pay elsewhere")
    ABUSE = "abuse", Text("Insults, threats or hate")
    SPAM = "spam", Text("Advertising or spam")
    PRIVATE = "private", Text("Somebody's private details")
    UNTRUE = "untrue", Text("It is not about this purchase, or not true")
    OTHER = "other", Text("Something else")


class Decision(Status):
    """What an admin made of a report."""

    LEFT = "left", Text("Left as it is")
    HIDDEN = "hidden", Text("Hidden")
    STOPPED = "stopped", Text("Hidden, and the writer stopped")


def clean(text: str) -> str:
    """Return plain text without invisible signs, its lines ended alike, with at most one empty line in a row."""
    lines = [line.rstrip() for line in _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def check_text(text: str) -> str:
    """Return what a reporter adds, without blanks around it. Raises Invalid when it is too long."""
    kept = clean(text)
    if len(kept) > LONGEST_TEXT:
        raise Invalid(_("At most %(most)s characters.", most=number_text(LONGEST_TEXT)), field="text")
    return kept


def check_note(note: str) -> str:
    """Return why something was decided. Raises Invalid without a reason, or with too long a one."""
    kept = clean(note)
    if not kept:
        raise Invalid(_("Say why: both sides read it."), field="note")
    if len(kept) > LONGEST_TEXT:
        raise Invalid(_("At most %(most)s characters.", most=number_text(LONGEST_TEXT)), field="note")
    return kept


def check_length(text: str, most: int, field: str) -> None:
    """Raise Invalid, naming the field, for a text of more than `most` characters."""
    if len(text) > most:
        values = {"most": number_text(most), "count": number_text(len(text))}
        raise Invalid(_("At most %(most)s characters. This has %(count)s.", **values), field=field)

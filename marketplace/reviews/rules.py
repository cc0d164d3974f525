"""When something may be reviewed and for how long that can be changed; how stars are summed up. Values only."""

from datetime import datetime, timedelta

from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.language import gettext as _
from marketplace.reports.rules import check_length, clean

LONGEST_TEXT = 2_000
STARS = (5, 4, 3, 2, 1)
MAY_CHANGE_FOR = timedelta(days=30)
MAY_WRITE_FOR = timedelta(days=180)
"""So long after delivery a review may be written."""


def check_may_write(delivered_at: datetime | None, now: datetime) -> None:
    """Raise NotAllowed for an order that has not arrived, or long ago."""
    if delivered_at is None:
        raise NotAllowed(_("You can review it once it has arrived."))
    if now > delivered_at + MAY_WRITE_FOR:
        raise NotAllowed(
            _("It arrived more than %(days)s days ago. It can't be reviewed any more.", days=MAY_WRITE_FOR.days)
        )


def may_write(delivered_at: datetime | None, now: datetime) -> bool:
    """Return whether something that arrived then may be reviewed now."""
    return delivered_at is not None and now <= delivered_at + MAY_WRITE_FOR


def may_change(written_at: datetime, *, is_hidden: bool, now: datetime) -> bool:
    """Return whether a review may still be changed by who wrote it."""
    return not is_hidden and now <= written_at + MAY_CHANGE_FOR


def check_may_change(written_at: datetime, *, is_hidden: bool, now: datetime) -> None:
    """Raise Conflict for a review that is hidden, or older than it may be changed."""
    if not may_change(written_at, is_hidden=is_hidden, now=now):
        if is_hidden:
            raise Conflict(_("This review can't be changed any more. It was hidden."))
        days = MAY_CHANGE_FOR.days
        raise Conflict(_("This review can't be changed any more. It is older than %(days)s days.", days=days))


def check_stars(stars: int, field: str) -> int:
    """Return a number of stars. Raises Invalid for the field."""
    if stars not in STARS:
        raise Invalid(_("Choose one to five stars."), field=field)
    return stars


def check_text(text: str, field: str = "text") -> str:
    """Return plain text as it is kept. Raises Invalid for nothing or too much."""
    kept = clean(text)
    if not kept:
        raise Invalid(_("Say in a few words how it is."), field=field)
    check_length(kept, LONGEST_TEXT, field)
    return kept


def public_name(name: str) -> str:
    """Return how a buyer is called beside a review: the first name, and one letter of the last."""
    words = name.split()
    return f"{words[0]} {words[-1][0]}." if len(words) > 1 else name

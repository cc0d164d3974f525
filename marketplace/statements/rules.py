"""Which month a statement is of, and when a month can be closed. Months are UTC and named by their first day."""

from datetime import UTC, date, datetime, time, timedelta

from marketplace.errors import NotFound
from marketplace.language import gettext as _

SETTLING = timedelta(hours=1)
"""How long after its end a month is closed: what was under way at midnight is booked by then."""


def month_of(moment: datetime) -> date:
    """Return the month in which a moment lies."""
    return moment.astimezone(UTC).date().replace(day=1)


def following(month: date) -> date:
    """Return the month after `month`."""
    return (month + timedelta(days=31)).replace(day=1)


def previous(month: date) -> date:
    """Return the month before `month`."""
    return (month - timedelta(days=1)).replace(day=1)


def start_of(month: date) -> datetime:
    """Return the first moment of a month, UTC."""
    return datetime.combine(month, time(), UTC)


def end_of(month: date) -> datetime:
    """Return the first moment after a month, UTC."""
    return start_of(following(month))


def is_over(month: date, now: datetime) -> bool:
    """Return whether a month has ended and all of it is booked."""
    return end_of(month) + SETTLING <= now


def parse(text: str) -> date:
    """Return the month that an address writes as 2026-11; raises NotFound for anything else."""
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise NotFound(_("There is no such month.")) from None
    if not 2000 <= found.year < 2200 or f"{found:%Y-%m}" != text:
        raise NotFound(_("There is no such month."))
    return found

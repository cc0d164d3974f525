"""Tokens of programs: how long they live, how many a person has, and how often one may ask. Pure."""

from datetime import datetime, timedelta

from marketplace.accounts.rules import printable
from marketplace.errors import Conflict, Invalid
from marketplace.language import gettext as _

PREFIX = "tandem_"
"""By which people and tools that look for secrets tell what it is."""
LIFETIMES = (30, 90, 365)
"""Days."""
MOST_TOKENS = 20
LONGEST_NAME = 64
WINDOW = timedelta(minutes=1)
REQUESTS_PER_WINDOW = 300
"""Of one person, with all of their tokens."""
WRONG_PER_WINDOW = 30
"""Tokens that are none, from one network address."""


def check_name(text: str) -> str:
    """Return what a token is called, as one line; raises Invalid naming the field."""
    name = printable(" ".join(text.split()))
    if not name:
        raise Invalid(_("Say what it is for, so that you know it again."), field="name")
    if len(name) > LONGEST_NAME:
        raise Invalid(_("Use at most %(most)s characters.", most=LONGEST_NAME), field="name")
    return name


def check_days(days: int) -> timedelta:
    """Return how long a token lives; raises Invalid naming the field for another time than is offered."""
    if days not in LIFETIMES:
        raise Invalid(_("Choose how long it works."), field="days")
    return timedelta(days=days)


def check_another(count: int) -> None:
    """Raise Conflict when a person with `count` tokens that work may have no other."""
    if count >= MOST_TOKENS:
        raise Conflict(_("You have %(most)s tokens already. Revoke one first.", most=MOST_TOKENS))


def seconds_to_wait(requests: int, since: datetime, most: int, *, now: datetime) -> int:
    """Return in how many seconds the next request is taken, 0 for now; `requests` includes this one."""
    return max(1, -int(-(since + WINDOW - now).total_seconds() // 1)) if requests > most else 0

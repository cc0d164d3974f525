"""Links in mails: how long they work, which do not any more and why, and how often somebody may ask. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from marketplace.accounts.rules import RecentFailures

LIFETIMES: Mapping[str, timedelta] = {
    "reset": timedelta(minutes=60),
    "verify": timedelta(days=3),
    "change": timedelta(minutes=60),
}
"""By purpose how long a link works after it was asked for, however late its mail is sent."""
LINK_WINDOW = timedelta(hours=1)
LINKS_PER_EMAIL = 3
LINKS_PER_ADDRESS = 20
LINKS_ARE_KEPT = timedelta(days=7)
"""How long it is still known why a link does not work; longer than any lives."""


class LinkEnd(StrEnum):
    """Why a link does not work."""

    UNKNOWN = "unknown"
    """Nobody was sent it, it is not whole, or it is too long ago to be known."""
    USED = "used"
    REPLACED = "replaced"
    """A newer one was asked for."""
    VOID = "void"
    """The password or the address has changed since."""
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it stands: all times are system time."""

    request_id: int
    purpose: str
    user_id: int
    email: str
    """The address it was asked for, in lower case."""
    own_email: str
    """The address of the person today."""
    asked_at: datetime
    used_at: datetime | None
    password_changed_at: datetime | None
    is_newest: bool


def ends_at(purpose: str, asked_at: datetime) -> datetime:
    """Return until when a link of `purpose` works."""
    return asked_at + LIFETIMES[purpose]


def why_not(link: Link, *, now: datetime) -> LinkEnd | None:
    """Return why a link does not work, None when it does."""
    if link.used_at is not None:
        return LinkEnd.USED
    if link.purpose != "change" and link.email != link.own_email.lower():
        return LinkEnd.VOID
    if link.purpose != "verify" and link.password_changed_at is not None and link.password_changed_at >= link.asked_at:
        return LinkEnd.VOID
    if not link.is_newest:
        return LinkEnd.REPLACED
    return LinkEnd.EXPIRED if now >= ends_at(link.purpose, link.asked_at) else None


def minutes_until_link(by_email: RecentFailures, by_address: RecentFailures, *, now: datetime) -> int:
    """Return in how many minutes the next link may be asked for, rounded up; 0 for now.

    Each count includes the request that is being judged, and those within LINK_WINDOW before it.
    """
    waits = [
        found.first_at + LINK_WINDOW - now
        for found, limit in ((by_email, LINKS_PER_EMAIL), (by_address, LINKS_PER_ADDRESS))
        if found.count > limit and found.first_at is not None
    ]
    return max(1, -(-max(waits) // timedelta(minutes=1))) if waits else 0

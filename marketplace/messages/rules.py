"""What may be written and how often, what an address in a text is, and when an admin may look. Values only."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from marketplace.errors import Invalid, NotAllowed, NotFound
from marketplace.language import gettext as _
from marketplace.reports.rules import check_length, clean

LONGEST_TEXT = 4_000
MOST_FILES = 4
MOST_LINKS = 3
NEW_FOR = timedelta(days=3)
"""So long an account is new: it writes less, and no links to people it has bought nothing from."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_LINK = re.compile(r"https?://[!#-&(-;=?-\[\]_a-z~]+", re.IGNORECASE)
_ANY_LINK = re.compile(r"https?://|\bwww\.", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@<>]+(?:@|\s?[\[(]\s?at\s?[\])]\s?)[^\s@<>.]+\.[a-z]{2,}", re.IGNORECASE)
_AT_THE_END = ".,;:!?)]*_"


@dataclass(frozen=True, slots=True)
class Writer:
    """What is known of somebody who wants to write: the account's beginning, and what they wrote lately."""

    registered_at: datetime
    in_last_hour: int
    begun_in_last_day: int
    """Conversations about listings that they began."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a person may write: messages an hour, and conversations about listings begun a day."""

    hourly: int
    begun_daily: int


NEWCOMER = Limits(hourly=10, begun_daily=5)
ANYBODY = Limits(hourly=60, begun_daily=30)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text: words, or a link when `url` is not ""."""

    text: str
    url: str = ""


def is_new(writer: Writer, now: datetime) -> bool:
    """Return whether an account has only just been opened."""
    return now - writer.registered_at < NEW_FOR


def limits_of(writer: Writer, now: datetime) -> Limits:
    """Return how much a person may write."""
    return NEWCOMER if is_new(writer, now) else ANYBODY


def check_pace(writer: Writer, *, begins: bool, is_question: bool, now: datetime) -> None:
    """Raise NotAllowed for somebody who has written too much lately; `begins` a conversation."""
    limits = limits_of(writer, now)
    if writer.in_last_hour >= limits.hourly:
        raise NotAllowed(
            _("You have written %(most)s messages within an hour. Wait a little, then go on.", most=limits.hourly)
        )
    if begins and is_question and writer.begun_in_last_day >= limits.begun_daily:
        raise NotAllowed(
            _("You have asked about %(most)s listings within a day. Go on tomorrow.", most=limits.begun_daily)
        )


def check_text(text: str, *, has_files: bool, is_question: bool, writer: Writer, now: datetime) -> str:
    """Return a message as it is kept: no signs that hide or turn words, at most one empty line in a row.

    Before a purchase nobody needs another's e-mail address, and who is new here sends no links.
    Raises Invalid for the field `text`.
    """
    kept = clean(text)
    if not kept and not has_files:
        raise Invalid(_("Write something, or add a file."), field="text")
    check_length(kept, LONGEST_TEXT, "text")
    links = len(_ANY_LINK.findall(kept))
    if links > MOST_LINKS:
        raise Invalid(_("At most %(most)s links in a message.", most=MOST_LINKS), field="text")
    if is_question and links and is_new(writer, now):
        raise Invalid(_("Your account is new. You can send links once it is three days old."), field="text")
    if is_question and _EMAIL.search(kept):
        raise Invalid(_("Leave e-mail addresses out. What you write here reaches the other side."), field="text")
    return kept


def paragraphs(text: str) -> tuple[tuple[tuple[Piece, ...], ...], ...]:
    """Return a text as paragraphs of lines of pieces; only whole web addresses become links."""
    return tuple(tuple(tuple(_pieces(line)) for line in part.split("\n")) for part in text.split("\n\n") if part)


def without_links(text: str) -> tuple[tuple[tuple[Piece, ...], ...], ...]:
    """Return a text as paragraphs of lines whose web addresses stay words: what everybody reads leads nowhere."""
    return tuple(tuple((Piece(line),) for line in part.split("\n")) for part in text.split("\n\n") if part)


def _pieces(line: str) -> Iterator[Piece]:
    place = 0
    for found in _LINK.finditer(line):
        url = found[0].rstrip(_AT_THE_END)
        if not _is_safe(url):
            continue
        if found.start() > place:
            yield Piece(line[place : found.start()])
        yield Piece(url, url)
        place = found.start() + len(url)
    if place < len(line) or not line:
        yield Piece(line[place:])


def _is_safe(url: str) -> bool:
    """Return whether an address leads to a named host of the web and hides no sign-in before it."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme.lower() in {"http", "https"} and "." in host and "@" not in parts.netloc and url.isascii()


def check_ground(ground: str, grounds: Collection[str]) -> None:
    """Raise NotFound unless a report, refund or dispute gives the reason to look at a conversation."""
    if ground not in grounds:
        raise NotFound(_("Nothing that was reported, refunded or disputed gives a reason to read this conversation."))

"""When is a mail sent, when again, when never? And what may stand in a header."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from marketplace.errors import Invalid
from marketplace.language import Text
from marketplace.mails.topics import Topic, role_in

TRIES_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 2 * 60, 12 * 60, 24 * 60))
"""How long to wait after each try of one mail; who has had them all is failed."""
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 900, 1800))
"""How long all mail waits when the server itself does not answer; the last one again and again."""
TIME_TO_READ = timedelta(minutes=2)
"""How long a message may be read in the app before it is mailed."""
_LONGEST_HEADER = 180


def next_try(tries: int, now: datetime) -> datetime | None:
    """Return when a mail that was tried `tries` times is due again, None when that was the last time."""
    return now + TRIES_AFTER[tries - 1] if tries < len(TRIES_AFTER) else None


def pause_until(failures: int, now: datetime) -> datetime:
    """Return when the server is asked again after it did not answer `failures` times in a row."""
    return now + PAUSES[min(failures, len(PAUSES)) - 1]


def due_at(topic: Topic, now: datetime) -> datetime:
    """Return when a mail of `topic` goes out at the earliest: messages leave time to be read in the app."""
    return now + TIME_TO_READ if topic is Topic.MESSAGES else now


def reason_to_skip(kind: str, topic: Topic, facts: Mapping[str, Any], *, is_silenced: bool, is_read: bool) -> str:
    """Return why a fact is not mailed, "" when it is."""
    if is_silenced:
        return Text("The person has turned these mails off.")
    if is_own_deed(kind, facts):
        return Text("It was their own deed.")
    return Text("It was read in the app.") if is_read and topic is Topic.MESSAGES else ""


def is_own_deed(kind: str, facts: Mapping[str, Any]) -> bool:
    """Return whether the person told has just done it themselves and loses nothing without a mail."""
    if kind == "order_delivered":
        return facts.get("by") == facts.get("to")
    return kind == "refund_withdrawn" and role_in(facts) == "buyer"


def header_text(text: str) -> str:
    """Return `text` as one line of a header: whatever could end the line or hide in it becomes a space."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line if len(line) <= _LONGEST_HEADER else line[: _LONGEST_HEADER - 1].rstrip() + "…"


def wire_address(address: str) -> str:
    """Return an e-mail address as mail servers write it: the domain in ASCII, the rest as it is.

    Raises Invalid for one that no server could take.
    """
    local, at, domain = address.rpartition("@")
    if not at or not local or not address.isprintable() or " " in address:
        raise Invalid("This is no e-mail address.", field="email")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise Invalid(f"No mail server has the name {domain}.", field="email") from error

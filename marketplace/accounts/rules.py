"""Who may sign in, with which password, how long and how often. Values only."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from marketplace.accounts.common_passwords import COMMON_PASSWORDS
from marketplace.errors import Invalid
from marketplace.language import LANGUAGES
from marketplace.language import gettext as _

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 128

IDLE_LIMIT = timedelta(hours=12)
# PCI DSS 8.2.8: a console that shows payments asks again after 15 minutes of rest.
ADMIN_IDLE_LIMIT = timedelta(minutes=15)
SEEN_INTERVAL = timedelta(minutes=5)

ATTEMPT_WINDOW = timedelta(minutes=15)
TRIES_PER_EMAIL = 10
TRIES_PER_ADDRESS = 50

_EMAIL = re.compile(
    r"[^@\s<>\"(),:;\\\[\]]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class RecentFailures:
    """Failed sign-ins within the window, for one e-mail or one network address, and when the first of them was."""

    count: int
    first_at: datetime | None


def clean_email(text: str) -> str:
    """Return `text` trimmed and in NFC. Raises Invalid for what cannot be an e-mail address."""
    email = unicodedata.normalize("NFC", text).strip()
    if len(email) > 200 or not email.isprintable() or not _EMAIL.fullmatch(email):
        raise Invalid(_("Enter an e-mail address like name@example.com."), field="email")
    return email


def printable(text: str) -> str:
    """Return `text` trimmed and without control signs, which a database refuses to look up."""
    return "".join(sign for sign in text if sign.isprintable()).strip()


def known_language(code: str) -> str:
    """Return `code`; raises Invalid when the shop does not speak that language."""
    if code not in LANGUAGES:
        raise Invalid(_("Choose a language from the list."), field="language")
    return code


def clean_name(text: str) -> str:
    """Return a person's name with single spaces. Raises Invalid when it is empty, too long or has control signs."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name or len(name) > 64 or not name.isprintable():
        raise Invalid(_("Enter your name, at most 64 characters."), field="name")
    return name


def clean_password(text: str, *, email: str) -> str:
    """Return a new password in NFC. Raises Invalid when it is too short, too long, or among the first anyone tries.

    Length counts, composition does not (OWASP ASVS 6.2.1 to 6.2.9).
    """
    password = normal_password(text)
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid(_("Use at least %(least)s characters.", least=SHORTEST_PASSWORD), field="password")
    if len(password) > LONGEST_PASSWORD:
        raise Invalid(_("Use at most %(most)s characters.", most=LONGEST_PASSWORD), field="password")
    folded = password.casefold()
    if folded in COMMON_PASSWORDS or len(set(folded)) < 4 or folded == email.casefold():
        raise Invalid(_("This password is too easy to guess. Choose another one."), field="password")
    return password


def normal_password(text: str) -> str:
    """Return `text` in NFC, so that the same password typed on another keyboard is the same."""
    return unicodedata.normalize("NFC", text)


def session_has_ended(*, last_seen_at: datetime, is_admin: bool, now: datetime) -> bool:
    """Return whether a device has rested longer than its owner may: 12 hours, admins 15 minutes."""
    return now - last_seen_at > (ADMIN_IDLE_LIMIT if is_admin else IDLE_LIMIT)


def is_due_to_be_seen(*, last_seen_at: datetime, now: datetime) -> bool:
    """Return whether a device's last visit is old enough to be written again."""
    return now - last_seen_at >= SEEN_INTERVAL


def minutes_to_wait(by_email: RecentFailures, by_address: RecentFailures, *, now: datetime) -> int:
    """Return how many minutes sign-in stays closed, rounded up; 0 when it is open.

    Each count includes the try that is being judged.
    """
    waits = [
        found.first_at + ATTEMPT_WINDOW - now
        for found, limit in ((by_email, TRIES_PER_EMAIL), (by_address, TRIES_PER_ADDRESS))
        if found.count > limit and found.first_at is not None
    ]
    return max(1, -(-max(waits) // timedelta(minutes=1))) if waits else 0


def initials(name: str) -> str:
    """Return one or two letters that stand for a name: "Priya Nair" is PN."""
    words = [word for word in name.split() if word[0].isalnum()]
    letters = [word[0] for word in (words[:1] + words[1:][-1:])]
    return "".join(letters).upper() or "?"


def device_name(user_agent: str) -> str:
    """Return a browser and system as people say them, in English as it is stored: "Firefox on Windows"."""
    browsers = (
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    )
    systems = (
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "Mac"),
        ("CrOS", "Chromebook"),
        ("Linux", "Linux"),
    )
    browser = next((name for mark, name in browsers if mark in user_agent), "A browser")
    system = next((name for mark, name in systems if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser

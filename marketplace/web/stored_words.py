"""What is stored in English, in the language that is read: words of the house are known, anybody else's stay."""

import re

from marketplace.cancellations.rules import CancelReason
from marketplace.diagnosis import notes
from marketplace.language import Text
from marketplace.language import gettext as _

_UNKNOWN_BROWSER = Text("A browser")
_ABOUT_AN_ORDER = re.compile(r"Order (\S+)")
_REASONS = {reason.label: reason.label for reason in CancelReason}
_WHO_CANCELLED = (
    Text("The buyer cancelled the order."),
    Text("The seller cancelled the order."),
    Text("The marketplace cancelled the order."),
)


def as_read(text: str | None) -> str:
    """Return a stored text as people read it: in their language where it is one of ours, else as it was written."""
    return notes.read(text) if text else ""


def device_text(name: str) -> str:
    """Return a stored name of a device, `accounts.rules.device_name`: "Firefox on Windows"."""
    browser, _on, system = name.partition(" on ")
    known = str(_UNKNOWN_BROWSER) if browser == _UNKNOWN_BROWSER else browser
    return _("%(browser)s on %(system)s", browser=known, system=system) if system else known


def about_text(subject: str) -> str:
    """Return what a conversation is about: an order by its number, or the title of a listing."""
    found = _ABOUT_AN_ORDER.fullmatch(subject)
    return _("Order %(number)s", number=found[1]) if found else subject


def cancelled_because(text: str) -> str:
    """Return why an order was cancelled, `cancellations.rules.reason_text`, also with who did it before it."""
    for who in _WHO_CANCELLED:
        # As it is stored: `startswith` sees the English.
        if text.startswith(who):
            return f"{who} {cancelled_because(text[len(who) :].lstrip())}".rstrip()
    label, dot, note = text.partition(".")
    return f"{_REASONS.get(label, label)}{dot}{note}"

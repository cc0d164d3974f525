"""What reconciliation has written down in English, as its reader reads it."""

from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.reconciliation.rules import Kind

_WITH_MORE = (
    Text("The provider does not answer: %(words)s"),
    Text("The provider could not be asked: %(words)s"),
    Text("The provider does not show it: %(words)s"),
    Text("It does not fit: %(words)s."),
    Text("Booked against: %(words)s."),
)
"""What stands in rows with somebody else's words in it."""


def told(text: str) -> str:
    """Return a stored text in the language that is read, if it is one of those that the shop writes."""
    for each in _WITH_MORE:
        start, end = each.split("%(words)s")
        if text.startswith(start) and text.endswith(end):
            words = text.removeprefix(start).removesuffix(end)
            return _(each, words=_(words) if words else "")
    for kind in Kind:
        if text.startswith(kind.words) and (cause := text.removeprefix(kind.words).strip()):
            return f"{kind.words} {_(cause)}"
    return _(text) if text else ""

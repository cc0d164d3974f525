"""What reconciliation has written down in English, as its reader reads it."""

from marketplace.reconciliation.rules import Kind
from marketplace.web.stored_words import as_read


def told(text: str) -> str:
    """Return a stored text in the language that is read: a kind of break with its cause, or any other note."""
    for kind in Kind:
        if text.startswith(kind.words) and (cause := text.removeprefix(kind.words).strip()):
            return f"{kind.words} {as_read(cause)}"
    return as_read(text)

"""How many other devices were signed out, in words."""

from marketplace.language import gettext as _
from marketplace.language import ngettext
from marketplace.numerals import number_text


def ended_text(count: int) -> str:
    """Return how many devices a change has signed out."""
    if not count:
        return _("No other device was signed in.")
    return ngettext(
        "%(number)s other device is signed out.",
        "%(number)s other devices are signed out.",
        count,
        number=number_text(count),
    )

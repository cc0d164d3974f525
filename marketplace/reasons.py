"""Why a person decides something about money: said in words, kept with the decision."""

from marketplace.errors import Invalid
from marketplace.language import gettext as _

LONGEST = 500


def check_reason(reason: str) -> str:
    """Return a reason without blanks around it; raises Invalid for none, or more than 500 characters."""
    text = reason.strip()
    if not text or len(text) > LONGEST:
        raise Invalid(_("Give the reason, at most %(number)s characters.", number=LONGEST), field="reason")
    return text

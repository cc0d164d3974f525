"""Why a person decides something about money: said in words, kept with the decision."""

from marketplace.errors import Invalid

LONGEST = 500


def check_reason(reason: str) -> str:
    """Return a reason without blanks around it; raises Invalid for none, or more than 500 characters."""
    text = reason.strip()
    if not text or len(text) > LONGEST:
        raise Invalid(f"Give the reason, at most {LONGEST} characters.", field="reason")
    return text

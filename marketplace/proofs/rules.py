"""Which seed may be asked for. Values only."""

from collections.abc import Mapping

from marketplace.errors import Invalid

PROFILES: Mapping[str, str] = {
    "default": "Everything goes wrong a little",
    "dark": "No webhook ever arrives",
    "storm": "Every webhook comes several times and in any order",
    "outage": "The provider is down for thirty hours",
    "rush": "Many buyers, few goods, everybody at once",
}
"""The weather of a seed, in words."""
LARGEST_SEED = 2**53 - 1


def check_seed(text: str, profile: str) -> int:
    """Return a typed seed; raises Invalid naming the field for what is no seed, or an unknown profile."""
    if profile not in PROFILES:
        raise Invalid("Choose a profile.", field="profile")
    typed = text.strip()
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 16 and int(typed) <= LARGEST_SEED):
        raise Invalid("Type the number of a seed, such as 7.", field="seed")
    return int(typed)

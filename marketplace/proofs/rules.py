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
RULES: Mapping[str, str] = {
    "I01": "each entry balances",
    "I04": "captures are shared out to the cent",
    "I05": "nothing stays in clearing",
    "I06": "the books hold what the provider holds",
    "I07": "one transfer for each payout",
    "I08": "nothing blocked or undelivered is paid out",
    "I09": "never more refunded than paid",
    "I10": "never more taken back than paid out",
    "I11": "no seller's pot below zero",
    "I12": "stock adds up",
    "I13": "codes are used as often as they allow",
    "I13s": "what a code takes off is borne by whose it is",
    "I14": "one payment counts, others go back",
    "I16": "shop and provider know the same objects",
    "I17": "nothing stays unknown",
    "I18": "one effect for each event",
    "I20": "told once",
    "I21": "charged what was agreed",
    "I23": "nobody decides about their own refund",
    "I24": "no error page, no unexpected error",
    "I25": "each request that moves money has its own key",
    "I30": "who has paid has goods or the money back",
    "books": "questions of check-books",
}
"""What the simulation looks at, in words."""
LARGEST_SEED = 2**53 - 1


def check_seed(text: str, profile: str) -> int:
    """Return a typed seed; raises Invalid naming the field for what is no seed, or an unknown profile."""
    if profile not in PROFILES:
        raise Invalid("Choose a profile.", field="profile")
    typed = text.strip()
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 16 and int(typed) <= LARGEST_SEED):
        raise Invalid("Type the number of a seed, such as 7.", field="seed")
    return int(typed)

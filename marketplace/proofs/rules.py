"""Which seed may be asked for. Values only."""

from collections.abc import Mapping

from marketplace.errors import Invalid
from marketplace.language import Text
from marketplace.language import gettext as _

PROFILES: Mapping[str, str] = {
    "default": Text("Everything goes wrong a little"),
    "dark": Text("No webhook ever arrives"),
    "storm": Text("Every webhook comes several times and in any order"),
    "outage": Text("The provider is down for thirty hours"),
    "rush": Text("Many buyers, few goods, everybody at once"),
}
"""The weather of a seed, in words."""
RULES: Mapping[str, str] = {
    "I01": Text("each entry balances"),
    "I04": Text("captures are shared out to the cent"),
    "I05": Text("nothing stays in clearing"),
    "I06": Text("the books hold what the provider holds"),
    "I07": Text("one transfer for each payout"),
    "I08": Text("nothing blocked or undelivered is paid out"),
    "I09": Text("never more refunded than paid"),
    "I10": Text("never more taken back than paid out"),
    "I11": Text("no seller's pot below zero"),
    "I12": Text("stock adds up"),
    "I13": Text("codes are used as often as they allow"),
    "I13s": Text("what a code takes off is borne by whose it is"),
    "I14": Text("one payment counts, others go back"),
    "I16": Text("shop and provider know the same objects"),
    "I17": Text("nothing stays unknown"),
    "I18": Text("one effect for each event"),
    "I20": Text("told once"),
    "I21": Text("charged what was agreed"),
    "I23": Text("nobody decides about their own refund"),
    "I24": Text("no error page, no unexpected error"),
    "I25": Text("each request that moves money has its own key"),
    "I30": Text("who has paid has goods or the money back"),
    "books": Text("questions of check-books"),
}
"""What the simulation looks at, in words."""
LARGEST_SEED = 2**53 - 1


def check_seed(text: str, profile: str) -> int:
    """Return a typed seed; raises Invalid naming the field for what is no seed, or an unknown profile."""
    if profile not in PROFILES:
        raise Invalid(_("Choose a profile."), field="profile")
    typed = text.strip()
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 16 and int(typed) <= LARGEST_SEED):
        raise Invalid(_("Type the number of a seed, such as 7."), field="seed")
    return int(typed)

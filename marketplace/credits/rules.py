"""What may move credits, what a promotion costs, and what of a package's price is earned. Pure."""

from enum import StrEnum
from typing import Self

from marketplace.errors import Conflict, Invalid
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.numerals import number_text

PER_DAY = 10
"""What a listing's promotion costs, credits a day."""
DAYS = (1, 3, 7, 14, 30)
"""For how many days a listing can be promoted at once."""


class CreditKind(StrEnum):
    """What moved somebody's credits: its label, its label in the plural, and whether it brings credits in."""

    label: str
    plural: str
    is_incoming: bool

    def __new__(cls, value: str, label: str = "", plural: str = "", is_incoming: bool = False) -> Self:
        """Make a kind from its word, its labels and its side."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label, member.plural, member.is_incoming = label, plural, is_incoming
        return member

    BOUGHT = "bought", Text("Package bought"), Text("Packages bought"), True
    SPENT = "spent", Text("Listing promoted"), Text("Listings promoted")
    TAKEN_BACK = "taken_back", Text("Package went back"), Text("Packages that went back")
    GIVEN_BACK = "given_back", Text("Package is yours again"), Text("Packages that are yours again"), True


class ReturnCause(StrEnum):
    """Why the money of a package went back."""

    REFUND = "refund"
    """An admin has sent back a package that nobody had used."""
    PROVIDER = "provider"
    """Somebody made a refund in the provider's dashboard."""
    DISPUTE = "dispute"
    """The buyer's bank took it."""


class TooFew(Conflict):
    """Somebody holds fewer credits than they want to spend."""

    def __init__(self, wanted: int, held: int) -> None:
        super().__init__(
            _("It costs %(wanted)s credits, and you hold %(held)s.", wanted=number_text(wanted), held=number_text(held))
        )


def after(balance: int, kind: CreditKind, count: int) -> int:
    """Return how many credits are held after so many have moved; raises Invalid for none, TooFew below zero."""
    if count <= 0:
        raise Invalid(_("Choose a number above zero."), field="days")
    if not kind.is_incoming and balance < count:
        raise TooFew(count, balance)
    return balance + count if kind.is_incoming else balance - count


def cost_of(days: int) -> int:
    """Return what promoting a listing for so many days costs, credits; raises Invalid for other than DAYS."""
    if days not in DAYS:
        raise Invalid(_("Choose one of the listed numbers of days."), field="days")
    return days * PER_DAY


def part_of(deferred: Money, count: int, left: int) -> Money:
    """Return what so many of the credits that are `left` carry of what is paid for these, by largest remainder.

    The last of them carry all that is left, so that a package's parts make its price to the cent.
    """
    return deferred.split([count, left - count])[0]


def wanted_back(count: int, amount_minor: int, paid_minor: int) -> int:
    """Return how many of a package's credits go back with `amount_minor` of what was paid: whole ones only."""
    return count * min(amount_minor, paid_minor) // paid_minor

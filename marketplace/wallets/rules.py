"""What may move a wallet, and what is refused. Pure."""

from enum import StrEnum
from typing import Self

from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.money import Money

WALLET = "wallet"
"""What a payment names as its provider when its buyer's wallet has paid it: there is no page and no call."""


class WalletKind(StrEnum):
    """What moved a wallet: its label, its label in the plural, and whether it brings money in."""

    label: str
    plural: str
    is_credit: bool

    def __new__(cls, value: str, label: str = "", plural: str = "", is_credit: bool = False) -> Self:
        """Make a kind from its word, its labels and its side."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label, member.plural, member.is_credit = label, plural, is_credit
        return member

    ADDED = "added", Text("Added by us"), Text("Added by us"), True
    TAKEN_BACK = "taken_back", Text("Taken back by us"), Text("Taken back by us")
    SPENT = "spent", Text("Paid a purchase"), Text("Purchases paid")
    REFUNDED = "refunded", Text("Refund"), Text("Refunds"), True


class Overdraft(Conflict):
    """A wallet holds less than somebody wants to take from it; pages say both amounts."""

    def __init__(self, wanted: Money, held: Money) -> None:
        super().__init__(_("The wallet does not hold that much."))
        self.wanted, self.held = wanted, held


def covers(balance_minor: int, total: Money) -> bool:
    """Return whether a balance, minor units of the total's currency, can pay all of a purchase that costs anything."""
    return 0 < total.minor <= balance_minor


def after(balance: Money, kind: WalletKind, amount: Money) -> Money:
    """Return what a wallet holds after `amount` has moved; raises Invalid for nothing or less, Overdraft below zero."""
    if amount.minor <= 0:
        raise Invalid(_("Enter an amount above zero."), field="amount")
    if not kind.is_credit and balance < amount:
        raise Overdraft(amount, balance)
    return balance + amount if kind.is_credit else balance - amount


def check_alone(amount: Money, limit_minor: int) -> None:
    """Raise Invalid for more than one admin may give or take at once, minor units."""
    if amount.minor > limit_minor:
        raise Invalid(_("That is more than one admin may move at once."), field="amount")


def check_not_own(admin_id: int, user_id: int) -> None:
    """Raise NotAllowed for an admin who would move money of their own wallet."""
    if admin_id == user_id:
        raise NotAllowed(_("This wallet is yours. Another admin must do it."))

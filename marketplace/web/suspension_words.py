"""What people are told about being suspended, in words: in notifications, in mails, and at the top of their pages."""

from dataclasses import dataclass

from marketplace.accounts.suspension_queries import Side, SuspensionRow
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.web.sentences import together

_TITLES = {Side.SELLER: Text("Your shop is suspended"), Side.BUYER: Text("Your account is suspended for buying")}
_GOES_ON = {
    Side.SELLER: Text(
        "It takes no new orders, and payouts wait. Orders you have already go on: send them, and answer your buyers."
    ),
    Side.BUYER: Text(
        "You can't buy, ask about listings or review for now. Your orders go on, and you can still ask for refunds."
    ),
}


@dataclass(frozen=True, slots=True)
class Halt:
    """A suspension at the top of a page."""

    title: str
    text: str


def halt(row: SuspensionRow) -> Halt:
    """Return what somebody who is suspended reads."""
    return Halt(title(row.side), text(row.side, row.reason))


def title(side: Side) -> str:
    """Return what has happened."""
    return _(_TITLES[side])


def text(side: Side, reason: str) -> str:
    """Return why, and what goes on."""
    return together(because(reason), _(_GOES_ON[side]))


def because(reason: str) -> str:
    """Return the reason as a sentence."""
    whole = reason if reason.endswith((".", "!", "?")) else f"{reason}."
    return _("The reason: %(reason)s", reason=whole)

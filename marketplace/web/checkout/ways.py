"""The ways to pay on the review: the payment page, the buyer's wallet where it covers the total, a bank transfer."""

from dataclasses import dataclass
from typing import Any

from flask import current_app

from marketplace.bank_policy import BankTransferPolicy
from marketplace.checkout.queries import Review
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.wallets.rules import covers
from marketplace.web.checkout.forms import BY_TRANSFER, FROM_WALLET, PAGE
from marketplace.web.pages import money


@dataclass(frozen=True, slots=True)
class Cards:
    """What the payment page will know of the buyer: the card it begins with, "" for none.

    `can_begin`: it does not know the buyer yet, and offers to save a card only when asked to.
    """

    first: str
    can_begin: bool


@dataclass(frozen=True, slots=True)
class Paying:
    """How a purchase is paid: `asks` where the buyer can choose, `note` what a wallet holds that does not cover it."""

    asks: bool
    text: str
    note: str
    asks_to_keep: bool = False
    """Whether the buyer may ask for a payment page that offers to save a card."""
    offered: str = ""
    """What is said of the saved card that the payment page begins with."""


def to_pay(found: Review, held_minor: int) -> list[tuple[str, str]]:
    """Return the options of paying beside the payment page, and that first; none where there is no other.

    A wallet that holds `held_minor` pays the whole total or nothing; transfers need an account for the currency.
    """
    others = []
    if covers(held_minor, found.total):
        held = Money(held_minor, found.currency)
        left = money(held - found.total)
        wallet = _("From your wallet: it holds %(held)s, %(left)s is left", held=money(held), left=left)
        others.append((FROM_WALLET, wallet))
    if found.total and not found.is_won and _policy().account(found.currency) is not None:
        transfer = _("Bank transfer: within %(days)s days, sent when the money is here", days=_policy().due_days)
        others.append((BY_TRANSFER, transfer))
    return [(PAGE, _("By card or another way, on the payment page")), *others] if others else []


def _policy() -> BankTransferPolicy:
    policy: BankTransferPolicy = current_app.extensions["settings"].bank_transfers
    return policy


def paying(found: Review, held_minor: int, cards: Cards) -> Paying:
    """Return what the review says about paying; `held_minor` is what the wallet holds in its currency."""
    if not found.total:
        return Paying(asks=False, text="", note="")
    offered = _("The payment page offers your %(card)s.", card=cards.first) if cards.first else ""
    of_cards: dict[str, Any] = {"asks_to_keep": cards.can_begin, "offered": offered}
    if covers(held_minor, found.total):
        text = _("From the wallet it is paid at once. A card is typed on the next page; we never see its number.")
        return Paying(asks=True, text=text, note="", **of_cards)
    asks = bool(to_pay(found, held_minor))
    held = money(Money(held_minor, found.currency))
    note = _("Your wallet holds %(held)s. It pays a purchase when it covers all of it.", held=held)
    text = _("You pay on the next page, at our payment provider. We never see your card number.")
    if asks:
        text = _("A card is typed on the next page; we never see its number. A transfer is told on the next page.")
    return Paying(asks=asks, text=text, note=note if held_minor else "", **of_cards)

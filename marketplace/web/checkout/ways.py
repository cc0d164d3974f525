"""The ways to pay: a provider's payment page, the buyer's wallet where it covers the total, a bank transfer."""

from dataclasses import dataclass
from typing import Any

from flask import current_app

from marketplace.bank_policy import BankTransferPolicy
from marketplace.checkout.page import PROVIDER
from marketplace.checkout.queries import ReturnState, Review
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.providers import paypal_objects
from marketplace.wallets.rules import covers
from marketplace.web.checkout.forms import BY_TRANSFER, FROM_WALLET, PAGE, PAYPAL
from marketplace.web.pages import money
from marketplace.web.providers import providers


@dataclass(frozen=True, slots=True)
class Way:
    """One way to pay: `value` is how a form names it, `provider` who is paid then."""

    value: str
    provider: str
    text: str
    instead: str
    """What the button says that tries it after another one."""


@dataclass(frozen=True, slots=True)
class Other:
    """Another way to try again: what its button says, and what it sends."""

    label: str
    fields: dict[str, str]


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


_CARD = Way(
    PAGE, PROVIDER, Text("By card or another way, on the payment page"), Text("Pay by card or another way instead")
)
_PAYPAL = Way(PAYPAL, PAYPAL, Text("With PayPal"), Text("Pay with PayPal instead"))


def pages(total: Money) -> tuple[Way, ...]:
    """Return the ways to pay `total` on a provider's page; the first takes every amount of every currency we know."""
    is_offered = providers()[PAYPAL].is_configured and paypal_objects.can_pay(total)
    return (_CARD, _PAYPAL) if is_offered else (_CARD,)


def named(value: str | None, total: Money) -> str | None:
    """Return the provider of the way that a form names; None where it names none that `total` can be paid by."""
    return next((way.provider for way in pages(total) if way.value == value), None)


def others(found: ReturnState) -> tuple[Other, ...]:
    """Return the other ways by which a purchase that was not paid can be tried again."""
    if not found.can_try_again or not found.total:
        return ()
    left = (way for way in pages(found.total) if way.provider != found.provider)
    return tuple(Other(_(way.instead), {"pay_from": way.value}) for way in left)


def to_pay(found: Review, held_minor: int) -> list[tuple[str, str]]:
    """Return the options of paying, the payment page first; none where there is no other.

    A wallet that holds `held_minor` pays the whole total or nothing; transfers need an account for the currency.
    """
    if not found.total:
        return []
    options = [(way.value, _(way.text)) for way in pages(found.total)]
    if covers(held_minor, found.total):
        held = Money(held_minor, found.currency)
        left = money(held - found.total)
        wallet = _("From your wallet: it holds %(held)s, %(left)s is left", held=money(held), left=left)
        options.append((FROM_WALLET, wallet))
    if not found.is_won and _policy().account(found.currency) is not None:
        transfer = _("Bank transfer: within %(days)s days, sent when the money is here", days=_policy().due_days)
        options.append((BY_TRANSFER, transfer))
    return options if len(options) > 1 else []


def _policy() -> BankTransferPolicy:
    policy: BankTransferPolicy = current_app.extensions["settings"].bank_transfers
    return policy


def paying(found: Review, held_minor: int, cards: Cards) -> Paying:
    """Return what the review says about paying; `held_minor` is what the wallet holds in its currency."""
    if not found.total:
        return Paying(asks=False, text="", note="")
    asks = bool(to_pay(found, held_minor))
    offered = _("The payment page offers your %(card)s.", card=cards.first) if cards.first else ""
    of_cards: dict[str, Any] = {"asks_to_keep": cards.can_begin, "offered": offered}
    if covers(held_minor, found.total):
        text = _("From the wallet it is paid at once. A card is typed on the next page; we never see its number.")
        return Paying(asks=asks, text=text, note="", **of_cards)
    held = money(Money(held_minor, found.currency))
    note = _("Your wallet holds %(held)s. It pays a purchase when it covers all of it.", held=held)
    text = _("You pay on the next page, at the payment provider. We never see your card number.")
    if asks:
        text = _("A card is typed on the next page; we never see its number. A transfer is told on the next page.")
    return Paying(asks=asks, text=text, note=note if held_minor else "", **of_cards)

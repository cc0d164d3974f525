"""The ways to pay: a provider's payment page, or the buyer's wallet where it covers the whole total."""

from dataclasses import dataclass

from marketplace.checkout.page import PROVIDER
from marketplace.checkout.queries import Review
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.wallets.rules import covers
from marketplace.web.checkout.forms import FROM_WALLET, PAGE
from marketplace.web.pages import money


@dataclass(frozen=True, slots=True)
class Way:
    """One way to pay: `value` is how a form names it, `provider` who is paid then."""

    value: str
    provider: str
    text: str


@dataclass(frozen=True, slots=True)
class Paying:
    """How a purchase is paid: `asks` where the buyer can choose, `note` what a wallet holds that does not cover it."""

    asks: bool
    text: str
    note: str


_PAGES = (Way(PAGE, PROVIDER, Text("By card or another way, on the payment page")),)
"""The providers that are paid on a page; the first is meant where a form does not say."""


def pages(total: Money) -> tuple[Way, ...]:
    """Return the ways to pay `total` on a provider's page."""
    del total  # the first one takes every amount of every currency we know
    return _PAGES


def named(value: str | None, total: Money) -> str | None:
    """Return the provider of the way that a form names; None where it names none that `total` can be paid by."""
    return next((way.provider for way in pages(total) if way.value == value), None)


def to_pay(found: Review, held_minor: int) -> list[tuple[str, str]]:
    """Return the options of paying; `held_minor` is what the wallet holds. None where there is only one."""
    if not found.total:
        return []
    options = [(way.value, _(way.text)) for way in pages(found.total)]
    if covers(held_minor, found.total):
        held = Money(held_minor, found.currency)
        wallet = _(
            "From your wallet: it holds %(held)s, %(left)s is left", held=money(held), left=money(held - found.total)
        )
        options.append((FROM_WALLET, wallet))
    return options if len(options) > 1 else []


def paying(found: Review, held_minor: int) -> Paying:
    """Return what the review says about paying; `held_minor` is what the wallet holds in its currency."""
    if not found.total:
        return Paying(asks=False, text="", note="")
    asks = bool(to_pay(found, held_minor))
    if covers(held_minor, found.total):
        text = _("From the wallet it is paid at once. A card is typed on the next page; we never see its number.")
        return Paying(asks=asks, text=text, note="")
    held = money(Money(held_minor, found.currency))
    note = _("Your wallet holds %(held)s. It pays a purchase when it covers all of it.", held=held)
    text = _("You pay on the next page, at our payment provider. We never see your card number.")
    return Paying(asks=asks, text=text, note=note if held_minor else "")

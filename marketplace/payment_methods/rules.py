"""How a saved method is called, when it expires, and whether it can be paid with. Pure."""

from datetime import date, timedelta
from enum import StrEnum

from marketplace.language import Text
from marketplace.language import gettext as _

CARD = "card"
SUPPORTED = frozenset({CARD})
"""What is saved and offered here; the payment page takes more, and none of it is kept."""
MOST_SAVED = 10
"""So many cards one person keeps: a page of the provider offers no more than a few anyway."""
_SOON = timedelta(days=60)
_BRANDS = {
    "amex": "American Express",
    "diners": "Diners Club",
    "discover": "Discover",
    "eftpos_au": "Eftpos Australia",
    "jcb": "JCB",
    "mastercard": "Mastercard",
    "unionpay": "UnionPay",
    "visa": "Visa",
}
_KINDS = {
    "card": Text("Card"),
    "sepa_debit": Text("SEPA bank debit"),
    "us_bank_account": Text("Bank account"),
    "bacs_debit": Text("Bank debit"),
    "au_becs_debit": Text("Bank debit"),
    "acss_debit": Text("Bank debit"),
    "paypal": Text("PayPal"),
    "link": Text("Link"),
}


class Lasting(StrEnum):
    """How long something can still be paid with."""

    GOOD = "good"
    SOON = "soon"
    OVER = "over"


def lasting(valid_until: date | None, today: date) -> Lasting:
    """Return whether what is good up to and with `valid_until` has expired or will within sixty days."""
    if valid_until is None or valid_until - today > _SOON:
        return Lasting.GOOD
    return Lasting.SOON if valid_until >= today else Lasting.OVER


def name(kind: str, brand: str, last4: str) -> str:
    """Return what a method is called, such as Visa •••• 4242."""
    called = brand_name(brand) if brand else kind_name(kind)
    return f"{called} •••• {last4}" if last4 else called


def brand_name(brand: str) -> str:
    """Return a brand as it writes itself; an unknown one as the provider writes it."""
    return _BRANDS.get(brand, brand)


def kind_name(kind: str) -> str:
    """Return what a kind of method is called; an unknown one by the provider's word."""
    return _(_KINDS[kind]) if kind in _KINDS else kind.replace("_", " ").capitalize()

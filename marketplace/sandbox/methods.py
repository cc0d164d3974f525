"""Payment methods: what is kept of a card or a bank account, never its number."""

import hashlib
import hmac
from dataclasses import asdict, dataclass

from marketplace.sandbox.cards import ACCOUNTS, behaviour_of, brand_of
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON

DEBIT_OF_CURRENCY = {"eur": "sepa_debit", "gbp": "bacs_debit", "aud": "au_becs_debit", "cad": "acss_debit"}
OTHER_DEBIT = "us_bank_account"
"""Used for every other currency. Stripe offers it for USD only; here every currency has a slow method."""
DEBITS = frozenset((*DEBIT_OF_CURRENCY.values(), OTHER_DEBIT))


@dataclass(frozen=True)
class Payer:
    """Who pays, as typed on the hosted page."""

    email: str
    name: str
    country: str


@dataclass(frozen=True)
class CardEntry:
    """A card as typed on the hosted page; lives for one request only."""

    number: str
    exp_month: int
    exp_year: int


def debit_type(currency: str) -> str:
    """Return the bank debit offered for `currency`."""
    return DEBIT_OF_CURRENCY.get(currency, OTHER_DEBIT)


def add_card(work: Work, payer: Payer, card: CardEntry, fingerprint_key: str) -> Stored:
    """Store a card as brand, last four digits, expiry and fingerprint, with its behaviour kept aside.

    It is nobody's until it is attached to a customer.
    """
    brand = brand_of(card.number)
    details = {
        "brand": brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "US",
        "display_brand": brand,
        "exp_month": card.exp_month,
        "exp_year": card.exp_year,
        "fingerprint": _fingerprint(card.number, fingerprint_key),
        "funding": "credit",
        "generated_from": None,
        "last4": card.number[-4:],
        "networks": {"available": [brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }
    return _add(work, payer, "card", details, {"behaviour": asdict(behaviour_of(card.number))})


def add_account(work: Work, payer: Payer, number: str, currency: str, fingerprint_key: str) -> Stored:
    """Store a bank account for a debit that settles later."""
    details = {
        "bank_name": "Sandbox Bank",
        "fingerprint": _fingerprint(number, fingerprint_key),
        "last4": number[-4:],
    }
    return _add(work, payer, debit_type(currency), details, {"account": asdict(ACCOUNTS[number])})


def _add(work: Work, payer: Payer, kind: str, details: JSON, private: JSON) -> Stored:
    data = {
        "allow_redisplay": "limited",
        "billing_details": billing_details(payer),
        kind: details,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": kind,
    }
    return work.add("payment_method", data, private)


def blank_billing() -> JSON:
    """Return the billing details of a payment that no person made."""
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return {"address": address, "email": None, "name": None, "phone": None, "tax_id": None}


def billing_details(payer: Payer) -> JSON:
    """Return who pays in the shape charges and payment methods show it."""
    blank = blank_billing()
    address = {**blank["address"], "country": payer.country}
    return {**blank, "address": address, "email": payer.email, "name": payer.name}


def _fingerprint(number: str, key: str) -> str:
    return hmac.new(key.encode(), number.encode(), hashlib.sha256).hexdigest()[:16]

"""Amounts as PayPal writes them: decimal texts with the digits of their currency."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marketplace.sandbox.paypal.errors import malformed, unprocessable
from marketplace.sandbox.wire import JSON

WITHOUT_DECIMALS = frozenset(("HUF", "JPY", "TWD"))
CURRENCIES = WITHOUT_DECIMALS | frozenset(
    "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD ILS MXN MYR NOK NZD PHP PLN SEK SGD THB USD".split()
)
_VALUE = re.compile(r"[0-9]{1,11}(\.[0-9]{2})?")
_FEE = Decimal("0.0349")
_FIXED_FEE = {
    "USD": "0.49", "EUR": "0.39", "GBP": "0.39", "SEK": "4.09", "NOK": "3.90", "DKK": "2.90", "JPY": "40",
    "CHF": "0.49", "CAD": "0.59", "AUD": "0.59",
}  # fmt: skip


def amount(minor: int, currency: str) -> JSON:
    """Return an amount; `minor` counts the smallest digit that PayPal writes of the currency."""
    return {"currency_code": currency, "value": str(Decimal(minor).scaleb(-places(currency)))}


def places(currency: str) -> int:
    """Return how many decimals PayPal writes of a currency."""
    return 0 if currency in WITHOUT_DECIMALS else 2


def minor_of(given: Any, *, least: int = 1) -> tuple[int, str]:
    """Return an amount's smallest units and its currency. Raises Refusal."""
    if not isinstance(given, Mapping):
        raise malformed("MISSING_REQUIRED_PARAMETER", "An amount has a currency_code and a value.")
    currency, value = given.get("currency_code"), given.get("value")
    if not isinstance(currency, str) or not isinstance(value, str) or not _VALUE.fullmatch(value):
        raise malformed("INVALID_PARAMETER_VALUE", "The value of a field is invalid: an amount is a decimal text.")
    if currency not in CURRENCIES:
        raise unprocessable("CURRENCY_NOT_SUPPORTED", "Currency code is not supported.")
    if "." in value and currency in WITHOUT_DECIMALS:
        raise unprocessable("DECIMALS_NOT_SUPPORTED", "Currency does not support decimals.")
    minor = int(Decimal(value).scaleb(places(currency)))
    if minor < least:
        raise unprocessable("CANNOT_BE_ZERO_OR_NEGATIVE", "Must be greater than zero.")
    return minor, currency


def fee(minor: int, currency: str) -> int:
    """Return what is taken for a payment: 3.49 % rounded half up, plus the currency's fixed part."""
    fixed = Decimal(_FIXED_FEE.get(currency, "0.49")).scaleb(places(currency))
    return int((minor * _FEE).to_integral_value("ROUND_HALF_UP") + fixed.to_integral_value())

"""What differs between currencies: decimals, smallest charge, fixed part of the fee.

Source: docs.stripe.com/currencies, as of 2026-11.
"""

from marketplace.sandbox.errors import ApiError, invalid, refused

ZERO_DECIMAL = frozenset("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split())
THREE_DECIMAL = frozenset("bhd jod kwd omr tnd".split())
WHOLE_UNITS_ONLY = frozenset(("isk", "ugx"))  # two decimals on the wire, but the cents must be 00
WHOLE_PAYOUTS = frozenset(("huf", "twd"))  # charged with decimals, paid out without

TWO_DECIMAL = frozenset(
    "aed amd ars aud bgn brl cad chf cny cop czk dkk eur gbp hkd huf idr ils inr isk kes mad mxn myr nok nzd pen php"
    " pln qar ron rsd sar sek sgd thb try twd uah ugx usd uyu zar".split()
)
KNOWN = ZERO_DECIMAL | THREE_DECIMAL | TWO_DECIMAL

_MINIMUM_MINOR = {
    "usd": 50, "eur": 50, "gbp": 30, "cad": 50, "aud": 50, "chf": 50, "sek": 300, "nok": 300, "dkk": 250, "jpy": 50,
    "mxn": 1000, "hkd": 400, "pln": 200, "czk": 1500, "huf": 17500,
}  # fmt: skip
_FIXED_FEE_MINOR = {
    "usd": 30, "eur": 30, "gbp": 20, "cad": 30, "aud": 30, "chf": 30, "sek": 180, "nok": 200, "dkk": 180, "jpy": 40,
    "mxn": 300, "hkd": 235, "pln": 100, "czk": 650, "huf": 8500,
}  # fmt: skip
_DISPUTE_FEE_MINOR = {
    "usd": 1500, "eur": 2000, "gbp": 2000, "cad": 1500, "aud": 2500, "chf": 2000, "sek": 22500, "nok": 22500,
    "dkk": 15000, "jpy": 1300,
}  # fmt: skip
_SYMBOL = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥", "cad": "CA$", "aud": "A$"}
LARGEST_MINOR = 99_999_999
LARGEST_IDR_MINOR = 999_999_999_999
_FEE_BASIS_POINTS = 290


def decimals(currency: str) -> int:
    """Return how many decimals the minor unit of `currency` has."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def processing_fee(amount: int, currency: str) -> int:
    """Return the fee of one charge in minor units: 2.9 % rounded half up, plus the currency's fixed part."""
    return (amount * _FEE_BASIS_POINTS + 5_000) // 10_000 + _FIXED_FEE_MINOR.get(currency, 30)


def dispute_fee(currency: str) -> int:
    """Return the fee of one chargeback in minor units."""
    return _DISPUTE_FEE_MINOR.get(currency, 1500)


def check_amount(amount: int, currency: str, param: str) -> None:
    """Refuse an amount that cannot be charged in `currency`.

    Raises ApiError with `amount_too_small`, `amount_too_large` or a plain validation error.
    """
    largest = LARGEST_IDR_MINOR if currency == "idr" else LARGEST_MINOR
    if amount > largest:
        raise ApiError(
            400, f"Amount must be no more than {display(largest, currency)}", code="amount_too_large", param=param
        )
    smallest = _MINIMUM_MINOR.get(currency, 50)
    if amount < smallest:
        raise refused(
            f"The total amount due must be at least {display(smallest, currency)}.",
            code="amount_too_small",
            param=param,
        )
    check_precision(amount, currency, param)


def check_precision(amount: int, currency: str, param: str) -> None:
    """Refuse minor units that `currency` cannot be paid in. Raises ApiError."""
    if currency in THREE_DECIMAL and amount % 10:
        raise invalid(f"Invalid amount: the last digit of an amount in {currency} must be 0.", param)
    if currency in WHOLE_UNITS_ONLY and amount % 100:
        raise invalid(f"Invalid amount: an amount in {currency} must be a whole number, so it must end in 00.", param)


def check_currency(currency: str, param: str) -> str:
    """Return `currency` in small letters, or raise ApiError when it is unknown."""
    small = currency.lower()
    if small not in KNOWN:
        raise invalid(f"Invalid currency: {currency}. It must be a supported ISO currency code.", param)
    return small


def display(amount: int, currency: str) -> str:
    """Return `amount` minor units as people write them, e.g. $1,234.50 or SEK 80.00."""
    places = decimals(currency)
    sign = "\N{MINUS SIGN}" if amount < 0 else ""
    whole, part = divmod(abs(amount), 10**places)
    number = f"{whole:,}" + (f".{part:0{places}d}" if places else "")
    symbol = _SYMBOL.get(currency)
    return f"{sign}{symbol}{number}" if symbol else f"{sign}{currency.upper()} {number}"

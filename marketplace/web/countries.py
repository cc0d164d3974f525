"""Countries by their ISO 3166-1 alpha-2 codes and English names."""

from functools import cache

from babel import Locale
from wtforms.fields.choices import SelectChoice

# Codes that name no country one can send a parcel to: regions, exceptional reservations, private use.
_NOT_COUNTRIES = frozenset("AC CP CQ DG EA EU EZ IC QO TA UN XA XB ZZ".split())


def name(code: str) -> str:
    """Return the English name of a country, or the code itself when it is none we know."""
    return _names().get(code, code)


def is_known(code: str) -> bool:
    """Return whether `code` names a country one can send a parcel to."""
    return code in _names()


def choices() -> list[SelectChoice]:
    """Return the options of a country field, by name, after an empty one."""
    by_name = sorted(_names().items(), key=lambda item: item[1])
    return [SelectChoice("", "Choose a country"), *(SelectChoice(code, text) for code, text in by_name)]


@cache
def _names() -> dict[str, str]:
    territories = Locale("en").territories
    return {code: str(text) for code, text in territories.items() if _is_country(code)}


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES

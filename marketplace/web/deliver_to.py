"""The country a browser's baskets and listings reckon with until there is an address."""

from flask import session

from marketplace.web import countries

_KEY = "deliver_to"


def chosen() -> str:
    """Return the country that was chosen in this browser, ISO 3166-1 alpha-2; "" for none."""
    code = str(session.get(_KEY, ""))
    return code if countries.is_known(code) else ""


def choose(code: str) -> bool:
    """Remember a country for this browser; return False for what is none."""
    if not countries.is_known(code):
        return False
    session[_KEY] = code
    return True

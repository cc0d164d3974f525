"""The company on a bill and its VAT number: the form is checked here, whether the number is in use is not."""

from typing import Any

from stdnum import exceptions
from stdnum.eu import vat
from stdnum.util import get_cc_module

from marketplace.errors import Invalid
from marketplace.language import gettext as _

# Outside the European Union python-stdnum knows the numbers of these; elsewhere a VAT number is not asked for.
_OTHERS = ("GB", "CH", "NO")
LONGEST_COMPANY = 100


def vat_number(text: str, country: str) -> str:
    """Return a VAT number as it is written on invoices (DE136695976); "" for none.

    `country` is the bill's, which a number without letters in front belongs to. Checked are form and check digit: only
    the tax office knows whether it is in use. Raises Invalid naming the field `vat_id`.
    """
    typed = "".join(text.split()).upper()
    if not typed:
        return ""
    if not typed.isascii() or not typed.isprintable():
        raise _wrong()
    found = _european(typed) or _european(_letters(country) + typed) or _other(typed, country)
    if not found:
        raise _wrong()
    return found


def _european(typed: str) -> str:
    try:
        return str(vat.validate(typed))
    except exceptions.ValidationError:
        return ""


def _other(typed: str, country: str) -> str:
    letters = typed[:2] if typed[:2] in _OTHERS else country
    if letters not in _OTHERS:
        return ""
    module: Any = get_cc_module(letters.lower(), "vat")
    bare = typed.removeprefix(letters) if letters == "GB" else typed
    try:
        number = str(module.validate(bare))
    except exceptions.ValidationError:
        return ""
    return f"GB{number}" if letters == "GB" else number


def _letters(country: str) -> str:
    return "EL" if country == "GR" else country


def _wrong() -> Invalid:
    return Invalid(_("This is not how a VAT number is written. Leave it empty if you have none."), field="vat_id")

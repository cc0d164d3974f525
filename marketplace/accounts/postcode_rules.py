"""How postcodes are written, by country. Pure.

A country that is not named here takes anything: nobody is kept from an address because a table does not know it.
"""

import re
from dataclasses import dataclass

from marketplace.errors import Invalid
from marketplace.language import gettext as _

LONGEST_POSTCODE = 64
"""Characters of a postcode of a country that is not in the table."""
WITHOUT = frozenset(
    "AE AG AO AW BF BI BJ BO BS BW BZ CD CF CG CI CK CM DJ DM ER FJ GA GD GM GQ GY HK KI KM KN ML MO MR MW NR NU QA RW"
    " SB SC SL SR ST SY TD TG TK TO TV UG VU YE ZW".split()
)
"""Countries that have no postcodes, ISO 3166-1 alpha-2."""
_BETWEEN = re.compile(r"[\s.\u2010-\u2015-]+")


@dataclass(frozen=True, slots=True)
class _Form:
    """How a country writes its postcodes: letters and digits without what stands between them, and an example."""

    pattern: re.Pattern[str]
    """Its groups are the parts of a postcode; a part that is not there is left out."""
    example: str
    between: str = " "
    front: tuple[str, ...] = ()
    """Letters that people write in front of it, which are no part of it."""


def _form(pattern: str, example: str, between: str = " ", front: str = "") -> _Form:
    return _Form(re.compile(pattern), example, between, tuple(front.split()))


_BRITISH = r"([A-PR-UWYZ][A-HK-Y]?[0-9][A-Z0-9]?)([0-9][ABD-HJLNP-UW-Z]{2})"
_FORMS = {
    "AT": _form(r"([1-9][0-9]{3})", "1010", front="AT A"),
    "AU": _form(r"([0-9]{4})", "2000"),
    "BE": _form(r"([1-9][0-9]{3})", "1000", front="BE B"),
    "BG": _form(r"([1-9][0-9]{3})", "1000", front="BG"),
    "BR": _form(r"([0-9]{5})([0-9]{3})", "01310-100", "-"),
    "CA": _form(r"([ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z])([0-9][ABCEGHJ-NPRSTV-Z][0-9])", "K1A 0B1"),
    "CH": _form(r"([1-9][0-9]{3})", "8001", front="CH"),
    "CZ": _form(r"([1-7][0-9]{2})([0-9]{2})", "110 00", front="CZ"),
    "DE": _form(r"([0-9]{5})", "10115", front="DE D"),
    "DK": _form(r"([0-9]{4})", "2100", front="DK"),
    "EE": _form(r"([0-9]{5})", "10111", front="EE"),
    "ES": _form(r"((?:0[1-9]|[1-4][0-9]|5[0-2])[0-9]{3})", "28013", front="ES E"),
    "FI": _form(r"([0-9]{5})", "00100", front="FI FIN"),
    "FR": _form(r"([0-9]{5})", "75001", front="FR F"),
    "GB": _form(rf"{_BRITISH}|(GIR)(0AA)", "SW1A 1AA"),
    "GR": _form(r"([1-8][0-9]{2})([0-9]{2})", "104 31", front="GR"),
    "HR": _form(r"([1-5][0-9]{4})", "10000", front="HR"),
    "HU": _form(r"([1-9][0-9]{3})", "1051", front="HU H"),
    "IE": _form(r"([AC-FHKNPRTV-Y][0-9][0-9W])([0-9AC-FHKNPRTV-Y]{4})", "D02 X285"),
    "IN": _form(r"([1-9][0-9]{5})", "110001"),
    "IS": _form(r"([1-9][0-9]{2})", "101", front="IS"),
    "IT": _form(r"([0-9]{5})", "00184", front="IT I"),
    "JP": _form(r"([0-9]{3})([0-9]{4})", "100-0001", "-"),
    "LI": _form(r"(94[89][0-9])", "9490", front="LI FL"),
    "LT": _form(r"([0-9]{5})", "01100", front="LT"),
    "LU": _form(r"([1-9][0-9]{3})", "1009", front="LU L"),
    "LV": _form(r"(LV)?([0-9]{4})", "LV-1010", "-"),
    "MX": _form(r"([0-9]{5})", "06000"),
    "NL": _form(r"([1-9][0-9]{3})([A-Z]{2})", "1012 AB", front="NL"),
    "NO": _form(r"([0-9]{4})", "0150", front="NO N"),
    "NZ": _form(r"([0-9]{4})", "6011"),
    "PL": _form(r"([0-9]{2})([0-9]{3})", "00-001", "-", "PL"),
    "PT": _form(r"([1-9][0-9]{3})([0-9]{3})", "1100-148", "-", "PT P"),
    "RO": _form(r"([0-9]{6})", "010011", front="RO"),
    "SE": _form(r"([1-9][0-9]{2})([0-9]{2})", "111 22", front="SE S"),
    "SI": _form(r"([1-9][0-9]{3})", "1000", front="SI"),
    "SK": _form(r"([089][0-9]{2})([0-9]{2})", "811 01", front="SK"),
    "US": _form(r"([0-9]{5})([0-9]{4})?", "10001", "-"),
}


def is_asked_for(country: str) -> bool:
    """Return whether an address in a country (ISO 3166-1 alpha-2) has a postcode."""
    return country not in WITHOUT


def postcode(text: str, country: str) -> str:
    """Return a postcode as its country writes it: "se-11122" is 111 22 in Sweden.

    Case, spaces, hyphens and the country's letters in front don't matter. Raises Invalid naming `postcode` for one that
    is none there, or is missing; a country without postcodes has "".
    """
    typed = " ".join(text.split())
    if not is_asked_for(country):
        return ""
    if not typed:
        raise Invalid(_("Fill this in."), field="postcode")
    form = _FORMS.get(country)
    if form is None:
        if len(typed) > LONGEST_POSTCODE:
            raise Invalid(_("Use at most %(max)s characters.", max=LONGEST_POSTCODE), field="postcode")
        return typed
    bare = _BETWEEN.sub("", typed).upper()
    tries = (bare, *(bare.removeprefix(letters) for letters in form.front if bare.startswith(letters)))
    found = next((match for each in tries if (match := form.pattern.fullmatch(each))), None)
    if found is None:
        raise Invalid(
            _(
                "This is no postcode of the country you chose. There they look like this: %(example)s",
                example=form.example,
            ),
            field="postcode",
        )
    parts = found.groups() if country != "LV" else ("LV", found[2])
    return form.between.join(part for part in parts if part)

"""Countries by their ISO 3166-1 alpha-2 codes and names in the language that is read."""

from collections.abc import Iterable, Mapping
from typing import Any

from babel import Locale
from markupsafe import Markup, escape
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import Select

from marketplace import language
from marketplace.delivery.rules import EUROPEAN_UNION
from marketplace.language import gettext as _
from marketplace.language import remembered

# Codes that name no country one can send a parcel to: regions, exceptional reservations, private use.
_NOT_COUNTRIES = frozenset("AC CP CQ DG EA EU EZ IC QO TA UN XA XB ZZ".split())


def name(code: str) -> str:
    """Return the name of a country, or the code itself when it is none we know."""
    return _names().get(code, code)


def grouped(codes: Iterable[str]) -> list[str]:
    """Return the names of countries in the order of the alphabet; all members of the European Union are one."""
    left, union = set(codes), []
    if left.issuperset(EUROPEAN_UNION):
        left.difference_update(EUROPEAN_UNION)
        union = [_("the European Union")]
    return union + sorted(name(code) for code in left)


def is_known(code: str) -> bool:
    """Return whether `code` names a country one can send a parcel to."""
    return code in _names()


def names() -> Mapping[str, str]:
    """Return every country one can send a parcel to: code to English name."""
    return _names()


def choices() -> tuple[SelectChoice, ...]:
    """Return the options of a country field, by name, after an empty one."""
    return _choices()


class _CountrySelect(Select):
    """A select whose 250 options are written once for all pages: only what is chosen differs from page to page."""

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        """Return the field as HTML."""
        # The widget of the library writes the element itself, with none of the options.
        field.choices, kept = [], field.choices
        try:
            opening, closing = str(super().__call__(field, **attributes)).split("></select>")
        finally:
            field.choices = kept
        mark = f'<option value="{field.data}">' if is_known(field.data) or field.data == "" else ""
        options = _markup().replace(mark, mark.replace(" ", " selected ", 1), 1) if mark else _markup()
        return Markup(f"{opening}>{options}</select>{closing}")  # noqa: S704  # escaped by the library and in _markup


class CountryField(SelectField):
    """A field for a country, its choices by name."""

    widget = _CountrySelect()

    def __init__(self, label: str, validators: Any = None, **settings: Any) -> None:
        super().__init__(label, validators, choices=choices, **settings)


@remembered(9)
def _choices() -> tuple[SelectChoice, ...]:
    return tuple(SelectChoice(code, text) for code, text in _options())


@remembered(9)
def _options() -> tuple[tuple[str, str], ...]:
    return ("", _("Choose a country")), *sorted(_names().items(), key=lambda item: item[1])


@remembered(9)
def _markup() -> str:
    return "".join(f'<option value="{escape(code)}">{escape(text)}</option>' for code, text in _options())


@remembered(9)
def _names() -> dict[str, str]:
    territories = Locale(language.current()).territories
    return {code: str(text) for code, text in territories.items() if _is_country(code)}


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES

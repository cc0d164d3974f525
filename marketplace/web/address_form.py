"""The fields of an address and what each must hold: the same at the checkout and in the address book."""

from typing import Any

from wtforms import StringField
from wtforms.validators import Length

from marketplace.accounts.operations import PostalAddress
from marketplace.accounts.postcode_rules import postcode
from marketplace.accounts.rules import printable
from marketplace.errors import Invalid
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.web import countries

NAMES = tuple(PostalAddress.__dataclass_fields__)
_OPTIONAL = {"line2", "region", "postcode"}
"""What may be left empty; whether a postcode may is said by its country."""


def line(text: str | None) -> str:
    """Return typed text as one line; control characters would break labels and the database refuses NUL."""
    return printable(" ".join((text or "").split()))


def text_field(label: str, longest: int) -> StringField:
    """Return a field for one line of at most `longest` characters."""
    return StringField(label, [Length(max=longest, message=Text("Use at most %(max)s characters."))], filters=[line])


def country_field() -> countries.CountryField:
    """Return the field for the country; whether it is one is said by `require`."""
    return countries.CountryField(Text("Country"), validate_choice=False)


def require(form: Any, kind: str) -> None:
    """Say at the fields of `kind` (the prefix of their names) what is missing, no country, or no postcode there.

    A postcode is written as its country does.
    """
    for name in NAMES:
        field = form[f"{kind}_{name}"]
        if name not in _OPTIONAL and not field.data:
            field.errors = [*field.errors, _("Choose a country.") if name == "country" else _("Fill this in.")]
        elif name == "country" and not countries.is_known(field.data):
            field.errors = [*field.errors, _("Choose a country of the list.")]
    _write_postcode(form[f"{kind}_postcode"], form[f"{kind}_country"].data or "")


def _write_postcode(field: Any, country: str) -> None:
    try:
        # Which form it must have is not known before the country is.
        field.data = postcode(field.data or "", country if countries.is_known(country) else "")
    except Invalid as error:
        field.errors = [*field.errors, error.message]


def typed_address(form: Any, kind: str) -> PostalAddress:
    """Return the address that was typed in the fields of `kind`."""
    return PostalAddress(**{name: form[f"{kind}_{name}"].data for name in NAMES})

"""The forms of the basket: shape only; stock and ownership are said by the rules of carts."""

from collections.abc import Callable
from typing import Any

from wtforms import HiddenField, IntegerField, StringField
from wtforms.validators import Length, Regexp, StopValidation

from marketplace.carts.rules import MAX_QUANTITY
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.web import countries
from marketplace.web.forms import Form

_LARGEST_ID = 2**63 - 1


def whole_number(lowest: int, highest: int, words: str) -> Callable[[Any, IntegerField], None]:
    """Return a check that a field holds a whole number in this range, typed as digits; `words` may name `most`.

    NumberRange fails at 400 digits, and `int` also reads 1_000 and the digits of every script.
    """

    def check(_form: Any, field: IntegerField) -> None:
        typed = str(field.raw_data[0]).strip() if field.raw_data else str(field.data)
        is_number = typed.isascii() and typed.isdigit()
        if field.data is None or not is_number or not lowest <= field.data <= highest:
            field.errors = []
            raise StopValidation(_(words, most=highest))

    return check


_QUANTITY = [whole_number(1, MAX_QUANTITY, Text("Choose a number from 1 to %(most)s."))]


class CountryForm(Form):
    """Where the basket is reckoned to go."""

    country = countries.CountryField(Text("Delivery to"), validate_choice=False)


class AddForm(Form):
    """What the button on a listing sends; `buy` is "now" when the buyer wants to pay at once."""

    listing_id = IntegerField(Text("Listing"), [whole_number(1, _LARGEST_ID, Text("Choose a listing."))])
    quantity = IntegerField(Text("Quantity"), _QUANTITY, default=1)
    buy = StringField(Text("Buy now"))


class QuantityForm(Form):
    """A new number of units of one line."""

    quantity = IntegerField(Text("Quantity"), _QUANTITY)


class CodeForm(Form):
    """A discount code as it was typed."""

    code = StringField(Text("Discount code"), [Length(max=60)])


class ProceedForm(Form):
    """The prices the page showed, as `line:minor units,...`."""

    seen = HiddenField(Text("Prices"), [Regexp(r"\d{1,18}:\d{1,18}(,\d{1,18}:\d{1,18}){0,999}\Z")])

    def prices(self) -> dict[int, int]:
        """Return the seen prices: line id to minor units."""
        pairs = (pair.split(":") for pair in str(self.seen.data).split(","))
        return {int(line_id): int(minor) for line_id, minor in pairs}

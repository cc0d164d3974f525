"""The forms of the basket: shape only; stock and ownership are said by the rules of carts."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, StringField
from wtforms.validators import InputRequired, NumberRange, Regexp

from marketplace.carts.rules import MAX_QUANTITY

_LARGEST_ID = 2**63 - 1
_QUANTITY = [
    InputRequired("Enter how many you want."),
    NumberRange(1, MAX_QUANTITY, f"Choose a number from 1 to {MAX_QUANTITY}."),
]


class AddForm(FlaskForm):
    """What the button on a listing sends; `buy` is "now" when the buyer wants to pay at once."""

    listing_id = IntegerField("Listing", [InputRequired(), NumberRange(1, _LARGEST_ID)])
    quantity = IntegerField("Quantity", _QUANTITY, default=1)
    buy = StringField("Buy now")


class QuantityForm(FlaskForm):
    """A new number of units of one line."""

    quantity = IntegerField("Quantity", _QUANTITY)


class ProceedForm(FlaskForm):
    """The prices the page showed, as `line:minor units,...`."""

    seen = HiddenField("Prices", [Regexp(r"\d{1,18}:\d{1,18}(,\d{1,18}:\d{1,18}){0,999}\Z")])

    def prices(self) -> dict[int, int]:
        """Return the seen prices: line id to minor units."""
        pairs = (pair.split(":") for pair in str(self.seen.data).split(","))
        return {int(line_id): int(minor) for line_id, minor in pairs}

"""The forms of the seller pages: shape only; what is allowed is said by the rules of orders and of the catalogue."""

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Length

from marketplace.orders.rules import CARRIERS

_TOO_LONG = "This is too long."


class ShipForm(FlaskForm):
    """How an order was sent; `name` and `link` are asked for another carrier only."""

    carrier = SelectField(
        "Sent with",
        choices=[SelectChoice("", "Choose"), *(SelectChoice(key, known.label) for key, known in CARRIERS.items())],
        validate_choice=False,
    )
    name = StringField("Name of the carrier", [Length(max=200, message=_TOO_LONG)])
    tracking_number = StringField("Tracking number", [Length(max=200, message=_TOO_LONG)])
    link = StringField("Link to follow it", [Length(max=1000, message=_TOO_LONG)])

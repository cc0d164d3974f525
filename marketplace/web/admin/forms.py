"""The forms of this blueprint: shape only; what is allowed is said by the concepts' rules."""

from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import HiddenInput

_LARGEST_MINOR = 10**15


class AmountForm(FlaskForm):
    """Another amount to look at; nothing is changed by it, so it needs no token."""

    class Meta(FlaskForm.Meta):
        """A form of an address."""

        csrf = False

    amount = StringField("Amount to refund", [Length(max=20)])


class DecisionForm(FlaskForm):
    """The amount that was looked at, in minor units, and why."""

    amount_minor = IntegerField(
        "Amount", [InputRequired("The amount is missing."), NumberRange(1, _LARGEST_MINOR)], widget=HiddenInput()
    )
    notes = TextAreaField("Reason", [Length(max=2_000, message="At most 2,000 characters.")])

"""The forms of this blueprint: shape only; what is allowed is said by the concepts' rules."""

from wtforms import BooleanField, IntegerField, StringField, TextAreaField
from wtforms.validators import Length
from wtforms.widgets import HiddenInput

from marketplace.language import Text
from marketplace.web.cart.forms import whole_number
from marketplace.web.forms import Form

_LARGEST_MINOR = 10**15


class AmountForm(Form):
    """Another amount to look at; nothing is changed by it, so it needs no token."""

    class Meta(Form.Meta):
        """A form of an address."""

        csrf = False

    amount = StringField(Text("Amount to refund"), [Length(max=20)])


class DecisionForm(Form):
    """The amount that was looked at, in minor units, and why."""

    amount_minor = IntegerField(
        Text("Amount"), [whole_number(1, _LARGEST_MINOR, Text("The amount is missing."))], widget=HiddenInput()
    )
    plan = StringField(Text("Plan"), [Length(max=200)], widget=HiddenInput())
    """The fingerprint of the plan that was looked at; an approval without one has looked at nothing."""
    take_back = BooleanField(Text("Take it back from the seller's account"))
    notes = TextAreaField(Text("Reason"), [Length(max=2_000, message=Text("At most 2,000 characters."))])

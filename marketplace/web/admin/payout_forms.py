"""The forms about payouts: each decision of a person has its reason."""

from wtforms import TextAreaField
from wtforms.validators import Length

from marketplace.language import Text
from marketplace.web.forms import Form

_LENGTH = Length(max=500, message=Text("At most 500 characters."))


class DecisionForm(Form):
    """Why a payout is tried again, sent again or called off; why a seller is stopped, or paid again."""

    reason = TextAreaField(Text("Reason"), [_LENGTH])

"""The forms about events: why something is done, and whose it is."""

from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from marketplace.provider_events.unmatched import Decision

_WHY = "Please say why, in 3 to 500 characters."
LABELS = {
    Decision.OURS: "It is ours: it pays a purchase",
    Decision.GIVE_BACK: "Give the money back",
    Decision.NOT_OURS: "Not ours: put it aside",
}


class ReasonForm(FlaskForm):
    """Why somebody does it; kept with their name."""

    reason = TextAreaField("Reason", [InputRequired(_WHY), Length(3, 500, _WHY)])


class DecisionForm(ReasonForm):
    """What an unmatched event is, and for OURS the number of the purchase."""

    decision = RadioField("What is it?", [InputRequired("Please choose one.")])
    purchase = StringField("Purchase", [Length(max=64, message="At most 64 characters.")])

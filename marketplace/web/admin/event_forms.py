"""The forms about events: why something is done, and whose it is."""

from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from marketplace.language import Text
from marketplace.provider_events.unmatched import Decision
from marketplace.web.forms import Form

_WHY = Text("Please say why, in 3 to 500 characters.")
LABELS = {
    Decision.OURS: Text("It is ours: it pays a purchase"),
    Decision.GIVE_BACK: Text("Give the money back"),
    Decision.NOT_OURS: Text("Not ours: put it aside"),
}


class ReasonForm(Form):
    """Why somebody does it; kept with their name."""

    reason = TextAreaField(Text("Reason"), [InputRequired(_WHY), Length(3, 500, _WHY)])


class DecisionForm(ReasonForm):
    """What an unmatched event is, and for OURS the number of the purchase."""

    decision = RadioField(Text("What is it?"), [InputRequired(Text("Please choose one."))])
    purchase = StringField(Text("Purchase"), [Length(max=64, message=Text("At most 64 characters."))])

"""The form of a bid: shape only; how much counts is said by the rules of auctions."""

from wtforms import StringField
from wtforms.validators import InputRequired, Length

from marketplace.errors import Invalid
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.web.amounts import amount_text, typed_minor
from marketplace.web.auth.forms import typed
from marketplace.web.forms import Form


class BidForm(Form):
    """The most that somebody would pay."""

    amount = StringField(
        Text("Your maximum bid"), [InputRequired(Text("Enter the most that you would pay.")), Length(max=40)]
    )

    def maximum(self, currency: str) -> Money:
        """Return what was typed; raises Invalid for what is no amount."""
        return typed_money(typed(self.amount), currency, field="amount")


def typed_money(text: str, currency: str, *, field: str) -> Money:
    """Return an amount typed in the signs of the language that is read; raises Invalid naming `field`."""
    minor = typed_minor(text, currency)
    if minor is None:
        raise Invalid(_("Write the amount like this: %(example)s", example=amount_text(123_450, "USD")), field=field)
    return Money(minor, currency)

"""The forms of a dispute's page: shape only; what is allowed is said by the concept's rules."""

from collections.abc import Mapping

from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import Length
from wtforms.widgets import HiddenInput

from marketplace.disputes.case_queries import TextRow
from marketplace.disputes.evidence_rules import LONGEST_TEXT, EvidenceText
from marketplace.language import Text
from marketplace.web.cart.forms import whole_number
from marketplace.web.forms import Form

_LARGEST_MINOR = 10**15
_ADDRESSES = (EvidenceText.BILLING_ADDRESS, EvidenceText.SHIPPING_ADDRESS)
_LENGTH = Length(max=LONGEST_TEXT, message=Text("At most 20,000 characters."))


class EvidenceForm(Form):
    """The texts of the evidence, one field for each of the provider's."""

    def fill(self, texts: Mapping[str, TextRow], draft: Mapping[EvidenceText, str]) -> None:
        """Show what was kept, and the draft where nothing was kept at all."""
        for field in EvidenceText:
            kept = texts.get(field.value)
            self[field.value].data = kept.text if kept else "" if texts else draft[field]

    def texts(self) -> dict[EvidenceText, str]:
        """Return what was typed; browsers send line breaks as two characters."""
        return {field: (self[field.value].data or "").replace("\r\n", "\n") for field in EvidenceText}


for _field in EvidenceText:
    if _field in _ADDRESSES:
        # An address is longer than a phone is wide, and what goes to the bank must be seen whole.
        _made = TextAreaField(_field.label, [_LENGTH], render_kw={"rows": 2})
    else:
        _made = (TextAreaField if _field.is_long else StringField)(_field.label, [_LENGTH])
    setattr(EvidenceForm, _field.value, _made)


class SharesForm(Form):
    """Why the orders bear it so; the amounts stand beside, one for each order."""

    parts: Mapping[str, str] = {}
    """What was typed, by the names of the fields."""
    wrong: Mapping[str, str] = {}
    """What is wrong with it, likewise."""

    share_reason = TextAreaField(Text("Reason"), [Length(max=500, message=Text("At most 500 characters."))])


class DismissForm(Form):
    """Why a warning is no reason to keep the money."""

    reason = TextAreaField(Text("Reason"), [Length(max=500, message=Text("At most 500 characters."))])


class AmountSeenForm(Form):
    """The amount that the button said, in minor units."""

    amount_minor = IntegerField(
        Text("Amount"), [whole_number(1, _LARGEST_MINOR, Text("The amount is missing."))], widget=HiddenInput()
    )

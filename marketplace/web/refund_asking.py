"""The form that asks for money of an order back: the buyer's, and the admin's own initiative."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from marketplace.money import Money
from marketplace.orders.queries import LineRow
from marketplace.refunds.rules import RefundReason
from marketplace.refunds.wishes import Wish
from marketplace.web.amounts import typed_minor
from marketplace.web.cart.forms import whole_number
from marketplace.web.pages import money, money_text

_WAYS = [
    SelectChoice("whole", "Everything that is left"),
    SelectChoice("items", "Some items"),
    SelectChoice("percent", "A percentage of the order"),
    SelectChoice("amount", "An amount"),
]
_UNITS = "units_"


class AskFields(FlaskForm):
    """How much, why, and what happened. `how` says which of the quantities, the percentage and the amount counts."""

    how = RadioField("How much?", [InputRequired("Choose how much.")], choices=_WAYS, default="whole")
    percent = IntegerField("Percentage", [Optional()])
    amount = StringField("Amount", [Length(max=20)])
    reason = RadioField(
        "Why?",
        [InputRequired("Choose a reason.")],
        choices=[SelectChoice(each.value, each.label) for each in RefundReason],
    )
    description = TextAreaField("What happened?", [InputRequired("Say in a few words what happened.")])

    def unit_fields(self) -> list[Any]:
        """Return the fields for the quantities, one per line of the order."""
        return [field for field in self if field.name.startswith(_UNITS)]


@dataclass(frozen=True, slots=True)
class AskPage:
    """What the asking pages show beside the form."""

    title: str
    console: Any
    action: str
    order_number: str
    order_url: str
    note: str
    left: str
    currency: str
    expectation: str
    button: str


def ask_form(lines: Sequence[LineRow], currency: str) -> AskFields:
    """Return the form for an order with `lines`."""
    fields = {
        f"{_UNITS}{line.id}": IntegerField(
            f"{line.title}, {money_text(line.unit_price_minor, currency)} each",
            [Optional(), whole_number(0, line.quantity, f"Enter a number from 0 to {line.quantity}.")],
            default=0,
            description=f"{line.quantity} in the order",
        )
        for line in lines
    }
    form: AskFields = type("AskForm", (AskFields,), fields)()
    return form


def wish(form: AskFields, left: Money) -> Wish | None:
    """Return how much is asked for; None, with the error at its field, when it is not said."""
    if form.how.data == "items":
        return Wish(units={int(field.name.removeprefix(_UNITS)): field.data or 0 for field in form.unit_fields()})
    if form.how.data == "percent":
        if form.percent.data is None:
            form.percent.errors = ["Enter a percentage from 1 to 100."]
            return None
        return Wish(percent=form.percent.data)
    if form.how.data == "amount":
        minor = typed_minor(form.amount.data or "", left.currency)
        if minor is None:
            form.amount.errors = [f"Enter an amount such as {money(left)}, without the sign."]
            return None
        return Wish(amount_minor=minor)
    return Wish(amount_minor=left.minor)


def reason(form: AskFields) -> RefundReason:
    """Return the reason that was chosen; the form lets no other word through."""
    return RefundReason(form.reason.data)


def blame(form: AskFields, field: str | None, message: str) -> None:
    """Show a refusal at the field it names, the items at the question how much, or above the form."""
    name = "how" if field == "lines" else field
    if name and name in form:
        form[name].errors = [*form[name].errors, message]
    else:
        form.form_errors.append(message)

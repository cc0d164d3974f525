"""The form that asks for money of an order back: the buyer's, and the admin's own initiative."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_wtf.file import MultipleFileField
from wtforms import HiddenField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, Regexp

from marketplace import clock
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.orders import queries as orders
from marketplace.orders.queries import LineRow, OrderDetail
from marketplace.refunds import picture_flows, queries
from marketplace.refunds.planning_queries import Asking
from marketplace.refunds.rules import ASKED_FOR, RefundReason
from marketplace.refunds.wishes import Wish
from marketplace.web import refund_pictures, uploads
from marketplace.web.amounts import typed_minor
from marketplace.web.cart.forms import whole_number
from marketplace.web.console import Console
from marketplace.web.explaining import Crumb
from marketplace.web.forms import Form
from marketplace.web.pages import money, money_text

_WAYS = [
    SelectChoice("whole", Text("Everything that is left")),
    SelectChoice("items", Text("Some items")),
    SelectChoice("percent", Text("A percentage of the order")),
    SelectChoice("amount", Text("An amount")),
]
_UNITS = "units_"


class AskFields(Form):
    """How much, why, and what happened. `how` says which of the quantities, the percentage and the amount counts.

    The token makes the same form sent twice the same refund (scar S24).
    """

    token = HiddenField("Form", [Regexp(r"[A-Za-z0-9_-]{20,64}\Z", message=Text("Reload the page and try again."))])
    how = RadioField(Text("How much?"), [InputRequired(Text("Choose how much."))], choices=_WAYS, default="whole")
    percent = IntegerField(Text("Percentage"), [Optional()])
    amount = StringField(Text("Amount"), [Length(max=20)])
    reason = RadioField(
        Text("Why?"),
        [InputRequired(Text("Choose a reason."))],
        choices=[SelectChoice(each.value, each.label) for each in ASKED_FOR],
    )
    description = TextAreaField(Text("What happened?"), [InputRequired(Text("Say in a few words what happened."))])
    pictures = MultipleFileField(
        Text("Pictures of it"),
        render_kw={"accept": "image/jpeg,image/png,image/webp", "multiple": True},
    )

    def __init__(self, *data: Any, **settings: Any) -> None:
        super().__init__(*data, **settings)
        self.pictures.description = f"{refund_pictures.hint()} {_('You can add some later, too.')}"

    def unit_fields(self) -> list[Any]:
        """Return the fields for the quantities, one per line of the order."""
        return [field for field in self if field.name.startswith(_UNITS)]


@dataclass(frozen=True, slots=True)
class AskPage:
    """What templates/refunds/ask.html shows beside the form."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    action: str
    note: str
    left: str
    currency: str
    expectation: str
    button: str
    takes_pictures: bool = False


def show(order: OrderDetail, page: AskPage) -> ResponseReturnValue:
    """Return the empty form for an order."""
    form = _form(orders.lines_of(order.id), order.currency)
    return _page(page, form, 200)


def receive(
    order: OrderDetail,
    asking: Asking,
    page: AskPage,
    *,
    operation: Callable[..., int],
    who: dict[str, int],
    opened: Callable[[str], ResponseReturnValue],
) -> ResponseReturnValue:
    """Open the refund that the form asks for, by `operation`, and return the page that follows for its number.

    `who` names the person as the operation does. What is wrong stands at its field, with what was typed.
    """
    form = _form(orders.lines_of(order.id), order.currency)
    wished = _wish(form, asking.left) if form.validate() else None
    if wished is None:
        return _page(page, form, 422)
    try:
        refund_id = picture_flows.open_with(
            picture_flows.take(refund_pictures.sent()) if page.takes_pictures else (),
            operation,
            [f"order:{order.id}"],
            store=uploads.store(picture_flows.FOLDER),
            **who,
            order_id=order.id,
            reason=RefundReason(form.reason.data),
            description=form.description.data or "",
            wish=wished,
            token=form.token.data,
            now=clock.now(),
        )
    except (Invalid, Conflict, NotAllowed) as error:
        _blame(form, getattr(error, "field", None), error.message)
        return _page(page, form, 422 if isinstance(error, Invalid) else 409)
    return opened(queries.number_of(refund_id))


def _page(page: AskPage, form: AskFields, code: int) -> ResponseReturnValue:
    if form.token.errors:
        form.form_errors.append(_("This form was not complete. Look at it and send it again."))
        form.token.errors, form.token.data = [], ""
    if form.pictures.data and any(form.pictures.data) and not form.pictures.errors:
        form.pictures.errors = [_("Choose the pictures once more: a page that comes back has lost them.")]
    form.token.data = form.token.data or secrets.token_urlsafe(24)
    return render_template("refunds/ask.html", page=page, form=form), code


def _form(lines: Sequence[LineRow], currency: str) -> AskFields:
    """Return the form for an order with `lines`."""
    fields = {
        f"{_UNITS}{line.id}": IntegerField(
            _("%(title)s, %(price)s each", title=line.title, price=money_text(line.unit_price_minor, currency)),
            [Optional(), whole_number(0, line.quantity, _("Enter a number from 0 to %(most)s.", most=line.quantity))],
            default=0,
            description=_("%(number)s in the order", number=line.quantity),
        )
        for line in lines
    }
    form: AskFields = type("AskForm", (AskFields,), fields)()
    return form


def _wish(form: AskFields, left: Money) -> Wish | None:
    """Return how much is asked for; None, with the error at its field, when it is not said."""
    if form.how.data == "items":
        return Wish(units={int(field.name.removeprefix(_UNITS)): field.data or 0 for field in form.unit_fields()})
    if form.how.data == "percent":
        if form.percent.data is None:
            form.percent.errors = [_("Enter a percentage from 1 to 100.")]
            return None
        return Wish(percent=form.percent.data)
    if form.how.data == "amount":
        minor = typed_minor(form.amount.data or "", left.currency)
        if minor is None:
            form.amount.errors = [_("Enter an amount such as %(amount)s, without the sign.", amount=money(left))]
            return None
        return Wish(amount_minor=minor)
    return Wish(amount_minor=left.minor)


def _blame(form: AskFields, field: str | None, message: str) -> None:
    """Show a refusal at the field it names, the items at the question how much, or above the form."""
    name = "how" if field == "lines" else field
    if name and name in form:
        form[name].errors = [*form[name].errors, message]
    else:
        form.form_errors.append(message)

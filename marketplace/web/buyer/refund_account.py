"""To which account the refund of a purchase goes that was paid by bank transfer, asked where we do not know it."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import Length

from marketplace import db
from marketplace.bank_transfers import outgoing
from marketplace.bank_transfers.rules import LONGEST_NAME
from marketplace.errors import Conflict, Invalid, NotFound
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.refunds import queries
from marketplace.refunds.queries import RefundRow
from marketplace.web import guards, lists, refund_parts
from marketplace.web.buyer import refund_page
from marketplace.web.console import Console, buyer_console
from marketplace.web.forms import Form


class AccountForm(Form):
    """Whose account it is, and its IBAN."""

    name = StringField(Text("Account holder"), [Length(max=LONGEST_NAME, message=Text("Use at most 140 characters."))])
    iban = StringField(Text("IBAN"), [Length(max=64, message=Text("This is no IBAN. Please look at it once more."))])


@dataclass(frozen=True, slots=True)
class AccountPage:
    """What templates/buyer/refund_account.html shows."""

    title: str
    console: Console
    refund: str
    refund_url: str
    text: str


@guards.signed_in
def refund_account(number: str) -> ResponseReturnValue:
    """Ask to which account one of the viewer's own refunds goes."""
    return _show(_wanting(number), AccountForm(None))


@guards.signed_in
def name_account(number: str) -> ResponseReturnValue:
    """Keep the account to which one of the viewer's own refunds goes; it is stored encrypted."""
    row, form = _wanting(number), AccountForm()
    if not form.validate():
        return _show(row, form, 422)
    try:
        db.atomic(
            outgoing.name_refund_account,
            [f"refund:{row.id}"],
            refund_id=row.id,
            buyer_id=guards.viewer().user_id,
            name=form.name.data or "",
            iban=form.iban.data or "",
        )
    except Invalid as error:
        field = form[error.field or "iban"]
        field.errors = [error.message]
        return _show(row, form, 422)
    except Conflict as error:
        flash(error.message, "info")
    else:
        flash(_("Thank you. We send your money there."), "ok")
    return redirect(url_for("buyer.refund", number=row.number), code=303)


def _wanting(number: str) -> RefundRow:
    row = queries.refund_of_buyer(lists.number(number), guards.viewer().user_id)
    if not refund_page.wants_account(row):
        raise NotFound(_("Nobody has to name an account for this refund."))
    return row


def _show(row: RefundRow, form: AccountForm, code: int = 200) -> ResponseReturnValue:
    page = AccountPage(
        title=_("Your account"),
        console=buyer_console("refunds"),
        refund=_("Refund %(number)s", number=row.number),
        refund_url=url_for("buyer.refund", number=row.number),
        text=_(
            "You paid by bank transfer. Tell us to which account we shall send %(amount)s.",
            amount=refund_parts.amount(row),
        ),
    )
    return render_template("buyer/refund_account.html", page=page, form=form), code

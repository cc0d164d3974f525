"""How transfers that came in become known: typed from the statement, or read from the bank's file."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField
from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from marketplace import clock, db
from marketplace.bank_transfers import rules, statement_files
from marketplace.bank_transfers.rules import NewLine, Origin
from marketplace.bank_transfers.statement_files import COLUMNS, LARGEST_FILE
from marketplace.checkout import transfer_flows, transfer_matching
from marketplace.checkout.transfer_flows import TakenIn
from marketplace.errors import Conflict, Invalid
from marketplace.language import Text, ngettext
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.numerals import number_text
from marketplace.payments.rules import needs_second_approver
from marketplace.web import guards, uploads
from marketplace.web.amounts import typed_minor, typing_text
from marketplace.web.console import Console, admin_console
from marketplace.web.forms import Form

_SHOWN = 50
log = structlog.get_logger()


class LineForm(Form):
    """One line of the bank's statement."""

    amount = StringField(Text("Amount"))
    currency = SelectField(Text("Currency"), choices=[])
    day = DateField(Text("Day"), [InputRequired(message=Text("Enter the day."))])
    text = StringField(Text("Text"), [Length(max=rules.LONGEST_TEXT, message=Text("At most 500 characters."))])
    payer_name = StringField(
        Text("Payer"), [Length(max=rules.LONGEST_NAME, message=Text("Use at most 140 characters."))]
    )
    payer_account = StringField(Text("Payer's account"), [Length(max=64, message=Text("At most 64 characters."))])
    line_id = StringField(Text("The bank's number"), [Length(max=100, message=Text("At most 100 characters."))])

    def line(self) -> NewLine:
        """Return what was typed; raises Invalid naming the field."""
        minor = typed_minor(self.amount.data or "", self.currency.data)
        if minor is None:
            example = typing_text(12_50, "USD")
            raise Invalid(_("Write the amount like this: %(example)s", example=example), field="amount")
        return NewLine(
            origin=Origin.HAND,
            line_id=rules.check_line_id(self.line_id.data or ""),
            amount=Money(minor, self.currency.data),
            booked_on=self.day.data.isoformat(),
            text=self.text.data or "",
            payer_name=self.payer_name.data or "",
            payer_account=(self.payer_account.data or "").strip(),
        )


class FileForm(Form):
    """A file of the bank."""

    file = FileField(
        Text("The bank's file"),
        description=Text("CSV (UTF-8) or camt.053, at most 2 MB and 5,000 lines."),
        render_kw={"accept": ".csv,.xml,text/csv,application/xml,text/xml"},
    )


@dataclass(frozen=True, slots=True)
class RecordPage:
    """What templates/admin/transfer_record.html shows; `wrong` is what could not be taken in, with its place."""

    title: str
    console: Console
    columns: str
    wrong: tuple[tuple[str, str], ...]
    wrong_more: str


@guards.admin_only
def record_transfer() -> ResponseReturnValue:
    """Ask for a line of the statement, or for a file of the bank."""
    return _show(LineForm(None, data={"day": clock.now().date()}), FileForm(None))


@guards.admin_only
def keep_transfer_line() -> ResponseReturnValue:
    """Keep a line that an admin has typed; a large one waits for a second admin."""
    form = _offer(LineForm())
    policy = current_app.extensions["settings"].money
    if not form.validate():
        return _show(form, FileForm(None), 422)
    try:
        line = form.line()
        needs_second = needs_second_approver(line.amount, policy.second_approver_above_minor)
        received = db.atomic(
            transfer_matching.receive,
            (transfer_flows.LOCK, db.TURN),
            line=line,
            admin_id=guards.viewer().user_id,
            needs_second=needs_second,
            policy=policy,
            now=clock.now(),
        )
    except Invalid as error:
        field = form[error.field or "amount"]
        field.errors = [error.message]
        return _show(form, FileForm(None), 422)
    except Conflict as error:
        form.line_id.errors = [error.message]
        return _show(form, FileForm(None), 409)
    if received is None:
        form.line_id.errors = [_("This line is known already. Nothing was booked.")]
        return _show(form, FileForm(None), 409)
    if received.needs_second:
        flash(_("Recorded. A second admin must confirm it before it is in the books."), "wait")
    else:
        paid = _("It is in the books, and has paid its purchase.")
        flash(*((paid, "ok") if received.is_matched else (_("It is in the books, and is to be matched."), "wait")))
    return redirect(url_for("admin.transfer", transfer_id=received.transfer_id), code=303)


@uploads.takes_files
@guards.admin_only
def import_transfers() -> ResponseReturnValue:
    """Take in a file of the bank; taken in again it changes nothing."""
    form = FileForm(None)
    sent = request.files.get("file")
    try:
        found = statement_files.read(sent.stream.read(LARGEST_FILE + 1) if sent else b"")
    except Invalid as error:
        form.file.errors = [error.message]
        return _show(LineForm(None, data={"day": clock.now().date()}), form, 422)
    policy = current_app.extensions["settings"].money
    admin_id = guards.viewer().user_id
    taken = transfer_flows.take_in(found.lines, admin_id=admin_id, policy=policy, now=clock.now())
    log.info("bank file taken in", admin=admin_id, new=taken.new, matched=taken.matched, known=taken.known)
    flash(_said(taken, found.left_out), "ok" if taken.new or taken.known else "wait")
    wrong = sorted([*found.wrong, *taken.wrong])
    if not wrong:
        return redirect(url_for("admin.transfers"), code=303)
    return _show(LineForm(None, data={"day": clock.now().date()}), form, 422, wrong)


def _said(taken: TakenIn, left_out: int) -> str:
    words = [
        ngettext("%(number)s new line.", "%(number)s new lines.", taken.new, number=number_text(taken.new)),
        _("Paid a purchase: %(number)s.", number=number_text(taken.matched)),
        _("Known before: %(number)s.", number=number_text(taken.known)),
    ]
    if left_out:
        words.append(_("Money that went out, left out: %(number)s.", number=number_text(left_out)))
    return " ".join(words)


def _offer(form: LineForm) -> LineForm:
    form.currency.choices = [(each, each) for each in current_app.extensions["settings"].bank_transfers.accounts]
    return form


def _show(
    line: LineForm, file: FileForm, code: int = 200, wrong: Sequence[tuple[int, str]] = ()
) -> ResponseReturnValue:
    _offer(line)
    more = len(wrong) - _SHOWN
    page = RecordPage(
        title=_("Record transfers"),
        console=admin_console("transfers"),
        columns=", ".join(COLUMNS),
        wrong=tuple((_("Line %(line)s", line=number_text(place)), said) for place, said in wrong[:_SHOWN]),
        wrong_more=_("And %(number)s more.", number=number_text(more)) if more > 0 else "",
    )
    return render_template("admin/transfer_record.html", page=page, form=line, file=file), code

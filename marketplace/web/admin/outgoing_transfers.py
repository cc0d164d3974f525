"""Money that is to leave the bank account: into a file for the bank, sent, or not (S2.27)."""

from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField, TextAreaField
from wtforms.validators import Length

from marketplace import clock, db
from marketplace.bank_transfers import outgoing, outgoing_queries
from marketplace.bank_transfers.outgoing_queries import OutgoingRow
from marketplace.bank_transfers.rules import LONGEST_NAME, Purpose, in_groups
from marketplace.bank_transfers.states import TO_SEND, OutgoingStatus
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.language import Text, texts
from marketplace.language import gettext as _
from marketplace.paging import every
from marketplace.refunds import queries as refund_queries
from marketplace.refunds import transfers
from marketplace.web import guards, lists, uploads
from marketplace.web.admin import transfer_words
from marketplace.web.admin.transfer_words import OutgoingView
from marketplace.web.console import Console, admin_console
from marketplace.web.forms import Form
from marketplace.web.lists import Tab, Tools
from marketplace.web.order_parts import Fact
from marketplace.web.pages import decimal, money, time_text
from marketplace.web.wording import Badge

_CSV_COLUMNS = texts(
    "Transfer", "Status", "What", "Currency", "Amount", "Payee", "The bank's reference", "Planned (UTC)",
)  # fmt: skip
_O = OutgoingStatus


class SentForm(Form):
    """What the bank calls the transfer that it has sent."""

    bank_reference = StringField(
        Text("The bank's reference"), [Length(max=100, message=Text("At most 100 characters."))]
    )


class NotSentForm(Form):
    """Why the bank did not send it."""

    reason = TextAreaField(Text("Why not?"), [Length(max=500, message=Text("At most 500 characters."))])


class PayeeForm(Form):
    """To which account money goes back, as its sender has said."""

    name = StringField(Text("Account holder"), [Length(max=LONGEST_NAME, message=Text("Use at most 140 characters."))])
    iban = StringField(Text("IBAN"), [Length(max=64, message=Text("This is no IBAN. Please look at it once more."))])


@dataclass(frozen=True, slots=True)
class ReadyView:
    """What the next file for the bank could hold in one currency."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class OutgoingListPage:
    """What templates/admin/outgoing_transfers.html shows."""

    title: str
    console: Console
    tabs: tuple[Tab, ...]
    text: str
    ready: tuple[ReadyView, ...]
    rows: tuple[OutgoingView, ...]
    tools: Tools


@dataclass(frozen=True, slots=True)
class OutgoingPage:
    """What templates/admin/outgoing_transfer.html shows."""

    title: str
    console: Console
    badge: Badge
    note: str
    facts: tuple[Fact, ...]
    cause: str
    cause_url: str
    file_url: str
    ledger_url: str
    sent_url: str
    failed_url: str
    account_url: str


@guards.admin_only
def outgoing_transfers() -> ResponseReturnValue:
    """List what is to leave the bank account, what stands in a file, and what has left."""
    status, text = lists.choice(_O, "status") or _O.PLANNED, lists.search_text()
    asked = lists.asked(*lists.BY_TIME_AND_AMOUNT, status="" if status is _O.PLANNED else status.value, q=text)
    read = partial(outgoing_queries.listed, status, text, asked.period)
    if asked.is_csv:
        return lists.csv_file("outgoing-transfers", _CSV_COLUMNS, map(_csv_row, every(read, asked.cursor)))
    listed, counts = read(asked.cursor), outgoing_queries.counts()
    page = OutgoingListPage(
        title=_("Transfers to send"),
        console=admin_console("transfers"),
        tabs=tuple(
            Tab(each.label, url_for("admin.outgoing_transfers", status=each.value), each is status, counts.get(each, 0))
            for each in _O
        ),
        text=text,
        ready=tuple(
            ReadyView(
                _("Make a file for the bank: %(count)s, %(amount)s", count=count, amount=money(amount)),
                url_for("admin.make_transfer_file", currency=amount.currency),
            )
            for count, amount in outgoing_queries.ready()
        ),
        rows=tuple(map(transfer_words.outgoing, listed.rows)),
        tools=asked.tools(listed, {"q": _("Search: %(text)s", text=text)}),
    )
    return render_template("admin/outgoing_transfers.html", page=page)


@guards.admin_only
def outgoing_transfer(transfer_id: int) -> ResponseReturnValue:
    """Show one transfer that is to leave, and what an admin can say about it."""
    return _show(outgoing_queries.one(transfer_id))


@guards.admin_only
def make_transfer_file(currency: str) -> ResponseReturnValue:
    """Put everything of a currency that is ready into one file for the bank."""
    settings = current_app.extensions["settings"]
    account = settings.bank_transfers.account(currency)
    if account is None:
        raise NotFound(_("There is no bank account for this currency."))
    try:
        file_id = db.atomic(
            transfers.export,
            ("outgoing transfers",),
            admin_id=guards.viewer().user_id,
            currency=currency,
            account=account,
            second_above_minor=settings.money.second_approver_above_minor,
            now=clock.now(),
        )
    except Conflict as error:
        flash(error.message, "wait")
        return redirect(url_for("admin.outgoing_transfers"), code=303)
    said = _("File %(number)s is made. Give it to the bank once; each of its transfers leads to it.", number=file_id)
    flash(said, "ok")
    return redirect(url_for("admin.transfer_file", file_id=file_id), code=303)


@guards.admin_only
def transfer_file(file_id: int) -> ResponseReturnValue:
    """Return a file for the bank; taken down again, it is the same."""
    content = BytesIO(outgoing_queries.file(file_id).encode())
    return uploads.send(content, file_name=f"tandem-{file_id}.xml", media_type="application/xml")


@guards.admin_only
def transfer_sent(transfer_id: int) -> ResponseReturnValue:
    """Note that the bank has sent a transfer."""
    form = SentForm()
    if not form.validate():
        return _show(outgoing_queries.one(transfer_id), sent=form, code=422)
    limit = current_app.extensions["settings"].money.second_approver_above_minor
    try:
        return _decide(
            transfer_id,
            transfers.sent,
            _("It is sent, and booked."),
            admin_id=guards.viewer().user_id,
            bank_reference=form.bank_reference.data or "",
            second_above_minor=limit,
            now=clock.now(),
        )
    except Invalid as error:
        form.bank_reference.errors = [error.message]
        return _show(outgoing_queries.one(transfer_id), sent=form, code=422)


@guards.admin_only
def transfer_failed(transfer_id: int) -> ResponseReturnValue:
    """Note that the bank did not send a transfer."""
    form = NotSentForm()
    if not form.validate():
        return _show(outgoing_queries.one(transfer_id), failed=form, code=422)
    said = _("It was not sent. A refund is to be decided anew; what goes back needs another account.")
    try:
        return _decide(
            transfer_id,
            transfers.failed,
            said,
            admin_id=guards.viewer().user_id,
            reason=form.reason.data or "",
            now=clock.now(),
        )
    except Invalid as error:
        form.reason.errors = [error.message]
        return _show(outgoing_queries.one(transfer_id), failed=form, code=422)


@guards.admin_only
def name_transfer_account(transfer_id: int) -> ResponseReturnValue:
    """Write down to which account money goes back."""
    form = PayeeForm()
    if not form.validate():
        return _show(outgoing_queries.one(transfer_id), payee=form, code=422)
    try:
        return _decide(
            transfer_id,
            outgoing.name_account,
            _("The account is kept."),
            admin_id=guards.viewer().user_id,
            name=form.name.data or "",
            iban=form.iban.data or "",
        )
    except Invalid as error:
        field = form[error.field or "iban"]
        field.errors = [error.message]
        return _show(outgoing_queries.one(transfer_id), payee=form, code=422)


def _decide(transfer_id: int, operation: Any, said: str, **values: Any) -> ResponseReturnValue:
    try:
        db.atomic(operation, ("outgoing transfers", db.TURN), transfer_id=transfer_id, **values)
    except (Conflict, NotAllowed) as error:
        flash(error.message, "wait")
    else:
        flash(said, "ok")
    return redirect(url_for("admin.outgoing_transfer", transfer_id=transfer_id), code=303)


def _show(
    row: OutgoingRow,
    *,
    sent: SentForm | None = None,
    failed: NotSentForm | None = None,
    payee: PayeeForm | None = None,
    code: int = 200,
) -> ResponseReturnValue:
    url, is_open = partial(url_for, transfer_id=row.id), row.status in TO_SEND
    is_return = row.purpose is Purpose.RETURN
    number = refund_queries.number_of(row.refund_id) if row.refund_id is not None else row.incoming_number or ""
    back = url_for("admin.transfer", transfer_id=row.incoming_id) if is_return else ""
    page = OutgoingPage(
        title=_("Transfer %(number)s", number=row.number),
        console=admin_console("transfers"),
        badge=transfer_words.badge(row.status),
        note=_("%(amount)s to %(name)s", amount=money(row.amount), name=row.payee_name or _("Unknown")),
        facts=_facts(row),
        cause=_("Transfer %(number)s", number=number) if is_return else _("Refund %(number)s", number=number),
        cause_url=back or url_for("admin.refunds", refund=number),
        file_url=url_for("admin.transfer_file", file_id=row.file_id) if row.file_id else "",
        ledger_url=url_for("admin.entries", q=f"outgoing_transfer:{row.id}") if row.status is _O.SENT else "",
        sent_url=url("admin.transfer_sent") if is_open else "",
        failed_url=url("admin.transfer_failed") if is_open else "",
        account_url=url("admin.name_transfer_account") if is_return and row.status is _O.PLANNED else "",
    )
    forms = {
        "form": sent or SentForm(None),
        "failed": failed or NotSentForm(None),
        "payee": payee or PayeeForm(None),
    }
    return render_template("admin/outgoing_transfer.html", page=page, **forms), code


def _facts(row: OutgoingRow) -> tuple[Fact, ...]:
    iban = outgoing_queries.account(row.id)
    facts = (
        (_("Amount"), money(row.amount)),
        (_("What"), row.purpose.label),
        (_("Payee"), row.payee_name),
        (_("IBAN"), in_groups(iban) if iban else _("Not known yet")),
        (_("Reference"), row.number),
        (_("Planned"), _by(row.planned_by, time_text(row.planned_at))),
        (_("The bank's reference"), row.bank_reference),
        (_("Closed"), _by(row.closed_by, time_text(row.closed_at)) if row.closed_at else ""),
    )
    return tuple(Fact(label, value) for label, value in facts if value)


def _by(name: str, when: str) -> str:
    return _("%(name)s, %(when)s", name=name, when=when) if name else when


def _csv_row(row: OutgoingRow) -> tuple[object, ...]:
    amount = (row.amount.currency, decimal(row.amount.minor, row.amount.currency))
    what = (row.number, row.status.label, row.purpose.label, *amount, row.payee_name)
    return (*what, row.bank_reference, row.planned_at)

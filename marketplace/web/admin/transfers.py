"""Bank transfers for admins: what is awaited, what came and does not fit, and what becomes of it (S2.27)."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField, TextAreaField
from wtforms.validators import Length

from marketplace import clock, db
from marketplace.bank_transfers import awaited_queries, outgoing_queries, queries, recording
from marketplace.bank_transfers.queries import IncomingRow, TransferTab
from marketplace.bank_transfers.rules import Doubt, Origin
from marketplace.bank_transfers.states import OPEN, IncomingStatus, OutgoingStatus
from marketplace.checkout import transfer_flows, transfer_matching
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.language import Text, texts
from marketplace.language import gettext as _
from marketplace.ledger.accounts import Account
from marketplace.paging import Listed, Sort, every
from marketplace.reasons import check_reason
from marketplace.web import guards, lists
from marketplace.web.admin import transfer_words
from marketplace.web.admin.transfer_words import IncomingView, OutgoingView, WaitingView
from marketplace.web.console import Console, admin_console
from marketplace.web.forms import Form
from marketplace.web.lists import Asked, Tab, Tools
from marketplace.web.order_parts import Fact
from marketplace.web.pages import date_text, decimal, money, time_text
from marketplace.web.wording import Badge

_CSV_COLUMNS = texts(
    "Transfer", "Status", "Day", "Currency", "Amount", "Used", "Text", "Payer", "The bank's number", "Payment",
)  # fmt: skip
_WAITING_COLUMNS = texts("Payment", "Purchase", "Buyer", "Reference", "Currency", "Amount", "Due (UTC)")
_WAITING = "waiting"
_SORTS = (*lists.BY_TIME_AND_AMOUNT,)


class MatchForm(Form):
    """The reference of the payment that a transfer is for."""

    reference = StringField(Text("Reference of the payment"), [Length(max=64)])


class ReasonForm(Form):
    """Why a transfer is sent back or struck out."""

    reason = TextAreaField(Text("Reason"), [Length(max=500, message=Text("At most 500 characters."))])


@dataclass(frozen=True, slots=True)
class TransfersPage:
    """What templates/admin/transfers.html shows: payments that wait, or transfers that came in."""

    title: str
    console: Console
    tabs: tuple[Tab, ...]
    outgoing_url: str
    outgoing_count: int
    record_url: str
    text: str
    waiting: tuple[WaitingView, ...]
    rows: tuple[IncomingView, ...]
    is_waiting: bool
    tools: Tools


@dataclass(frozen=True, slots=True)
class TransferPage:
    """What templates/admin/transfer.html shows."""

    title: str
    console: Console
    badge: Badge
    note: str
    doubt: str
    facts: tuple[Fact, ...]
    payment_url: str
    ledger_url: str
    """The entries that book it."""
    account_url: str
    going_back: tuple[OutgoingView, ...]
    confirm_url: str
    match_url: str
    keep_url: str
    back_url: str
    strike_url: str


@guards.admin_only
def transfers() -> ResponseReturnValue:
    """List the payments that wait for a transfer, or the transfers that came, by how far they are."""
    tab, text = lists.choice(TransferTab, "tab"), lists.search_text()
    is_waiting = tab is None and request.args.get("tab") == _WAITING
    tab = tab or TransferTab.TO_MATCH
    sorts = (Sort.DUE, Sort.LARGEST, Sort.SMALLEST) if is_waiting else _SORTS
    asked = lists.asked(*sorts, tab=request.args.get("tab", "") if is_waiting else tab.value, q=text)
    if is_waiting:
        return _list_waiting(asked, text)
    read = partial(queries.incoming, tab, text, asked.period)
    if asked.is_csv:
        return lists.csv_file("transfers", _CSV_COLUMNS, map(_csv_row, every(read, asked.cursor)))
    listed = read(asked.cursor)
    return _show_list(asked, text, listed, tab, rows=tuple(map(transfer_words.incoming, listed.rows)))


def _list_waiting(asked: Asked, text: str) -> ResponseReturnValue:
    read = partial(awaited_queries.waiting, text, asked.period)
    if asked.is_csv:
        rows = (
            (
                row.payment_id,
                row.purchase_number,
                row.buyer_name,
                row.reference,
                row.amount.currency,
                decimal(row.amount.minor, row.amount.currency),
                row.due_at,
            )
            for row in every(read, asked.cursor)
        )
        return lists.csv_file("awaited-transfers", _WAITING_COLUMNS, rows)
    listed = read(asked.cursor)
    return _show_list(asked, text, listed, None, waiting=tuple(map(transfer_words.waiting, listed.rows)))


def _show_list(
    asked: Asked, text: str, listed: Listed[Any], tab: TransferTab | None, **rows: Any
) -> ResponseReturnValue:
    awaited, counts = queries.counts()
    to_send = outgoing_queries.counts()
    url = partial(url_for, "admin.transfers")
    page = TransfersPage(
        title=_("Bank transfers"),
        console=admin_console("transfers"),
        tabs=(
            Tab(_("Waiting"), url(tab=_WAITING), tab is None, awaited),
            *(Tab(each.label, url(tab=each.value), each is tab, counts[each]) for each in TransferTab),
        ),
        outgoing_url=url_for("admin.outgoing_transfers"),
        outgoing_count=to_send.get(OutgoingStatus.PLANNED, 0) + to_send.get(OutgoingStatus.EXPORTED, 0),
        record_url=url_for("admin.record_transfer"),
        text=text,
        is_waiting=tab is None,
        tools=asked.tools(listed, {"q": _("Search: %(text)s", text=text)}),
        **({"waiting": (), "rows": ()} | rows),
    )
    return render_template("admin/transfers.html", page=page)


@guards.admin_only
def transfer(transfer_id: int) -> ResponseReturnValue:
    """Show one transfer that came in, what stands in its way, and what an admin can do about it."""
    return _show(queries.one(transfer_id))


@guards.admin_only
def confirm_transfer(transfer_id: int) -> ResponseReturnValue:
    """Confirm what another admin has recorded by hand: from then on it is in the books."""
    return _decide(transfer_id, transfer_matching.confirm, _("It is in the books."), policy=_policy())


@guards.admin_only
def match_transfer(transfer_id: int) -> ResponseReturnValue:
    """Let a transfer pay the payment with a reference; what it is too much goes back."""
    form = MatchForm()
    if not form.validate():
        return _show(queries.one(transfer_id), match=form, code=422)
    reference = form.reference.data or ""
    try:
        return _decide(
            transfer_id, transfer_matching.match, _("The purchase is paid."), reference=reference, policy=_policy()
        )
    except NotFound as error:
        row = queries.one(transfer_id)
        form.reference.errors = [error.message]
        return _show(row, match=form, code=422)


@guards.admin_only
def keep_transfer(transfer_id: int) -> ResponseReturnValue:
    """Let a transfer that is too little wait for the rest."""
    return _decide(transfer_id, transfer_matching.keep, _("It waits for the rest, which pays the purchase by itself."))


@guards.admin_only
def return_transfer(transfer_id: int) -> ResponseReturnValue:
    """Send a transfer back to its sender."""
    return _with_reason(transfer_id, transfer_matching.send_back, _("It goes back. Send it at the bank."))


@guards.admin_only
def strike_transfer(transfer_id: int) -> ResponseReturnValue:
    """Strike out what was recorded by hand and does not stand on the bank's statement."""
    return _with_reason(transfer_id, recording.strike, _("It is struck out, and out of the books."))


def _with_reason(transfer_id: int, operation: Any, said: str) -> ResponseReturnValue:
    form = ReasonForm()
    try:
        if form.validate():
            reason = check_reason(form.reason.data or "")
            return _decide(transfer_id, operation, said, reason=reason)
    except Invalid as error:
        form.reason.errors = [error.message]
    return _show(queries.one(transfer_id), reason=form, code=422)


def _decide(transfer_id: int, operation: Any, said: str, **values: Any) -> ResponseReturnValue:
    try:
        db.atomic(
            operation,
            (transfer_flows.LOCK, db.TURN),
            transfer_id=transfer_id,
            admin_id=guards.viewer().user_id,
            now=clock.now(),
            **values,
        )
    except (Conflict, NotAllowed) as error:
        flash(error.message, "wait")
    else:
        flash(said, "ok")
    return redirect(url_for("admin.transfer", transfer_id=transfer_id), code=303)


def _show(
    row: IncomingRow, *, match: MatchForm | None = None, reason: ReasonForm | None = None, code: int = 200
) -> ResponseReturnValue:
    url = partial(url_for, transfer_id=row.id)
    is_open, is_hand = row.status in OPEN, row.origin is Origin.HAND
    is_recorded = row.status is IncomingStatus.RECORDED
    to_confirm = is_recorded and row.recorded_by_id != guards.viewer().user_id
    may_strike = is_hand and row.status in {IncomingStatus.RECORDED, IncomingStatus.TO_MATCH}
    may_keep = row.status is IncomingStatus.TO_MATCH and row.doubt is Doubt.TOO_LITTLE
    page = TransferPage(
        title=_("Transfer %(number)s", number=row.number),
        console=admin_console("transfers"),
        badge=transfer_words.badge(row.status),
        note=_("%(amount)s on %(day)s", amount=money(row.amount), day=date_text(row.booked_on)),
        doubt=transfer_words.doubt_text(row),
        facts=_facts(row),
        payment_url=url_for("admin.payment", payment_id=row.payment_id) if row.payment_id else "",
        ledger_url="" if is_recorded else url_for("admin.entries", q=f"incoming_transfer:{row.id}"),
        account_url=url_for("admin.account", account=Account.BANK_ACCOUNT.value, currency=row.amount.currency),
        going_back=tuple(_back(*each) for each in map(tuple, queries.going_back(row.id))),
        confirm_url=url("admin.confirm_transfer") if to_confirm else "",
        match_url=url("admin.match_transfer") if is_open else "",
        keep_url=url("admin.keep_transfer") if may_keep else "",
        back_url=url("admin.return_transfer") if is_open else "",
        strike_url=url("admin.strike_transfer") if may_strike else "",
    )
    forms = {"match": match or MatchForm(None), "form": reason or ReasonForm(None)}
    return render_template("admin/transfer.html", page=page, **forms), code


def _back(transfer_id: int, _number: str, _status: OutgoingStatus, _minor: int) -> OutgoingView:
    return transfer_words.outgoing(outgoing_queries.one(transfer_id))


def _facts(row: IncomingRow) -> tuple[Fact, ...]:
    facts = (
        (_("Amount"), money(row.amount)),
        (_("Used"), money(row.used) if row.used else ""),
        (_("Text"), row.text),
        (_("Payer"), row.payer_name),
        (_("Payer's account"), queries.payer_account(row.id)),
        (_("The bank's number"), row.line_id),
        (_("How we know"), row.origin.label),
        (_("Recorded by"), _("%(name)s, %(when)s", name=row.recorded_by, when=time_text(row.recorded_at))),
        (_("Decided by"), row.decided_by),
    )
    return tuple(Fact(label, value) for label, value in facts if value)


def _csv_row(row: IncomingRow) -> tuple[object, ...]:
    currency = row.amount.currency
    amounts = (decimal(row.amount.minor, currency), decimal(row.used.minor, currency))
    return (
        row.number, row.status.label, row.booked_on.isoformat(), currency, *amounts, row.text, row.payer_name,
        row.line_id, row.payment_id,
    )  # fmt: skip


def _policy() -> Any:
    return current_app.extensions["settings"].money

"""Disputes of a seller's orders: what happened, what money stands still, and what they can say about it."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.disputes import case_queries, explain_queries, operations
from marketplace.disputes import page_queries as queries
from marketplace.disputes.explain_queries import DisputeFigure
from marketplace.disputes.page_queries import DisputeRow, DisputeTab, Sought
from marketplace.errors import Conflict, Invalid, NotFound
from marketplace.language import gettext as _
from marketplace.language import texts
from marketplace.paging import Sort, every
from marketplace.payments import timeline_queries
from marketplace.payouts import taking_back_queries
from marketplace.web import dispute_parts, explaining, guards, lists, uploads
from marketplace.web.auth.forms import blame
from marketplace.web.console import Console, seller_console
from marketplace.web.dispute_parts import FileForm
from marketplace.web.explaining import Crumb
from marketplace.web.lists import Tab, Tools
from marketplace.web.pages import date_text, decimal
from marketplace.web.seller import dispute_page
from marketplace.web.seller.dispute_page import StatementForm
from marketplace.web.wording import Badge

_CSV_COLUMNS = texts("Dispute", "Kind", "Status", "Reason", "Orders", "Currency", "Amount", "Opened (UTC)", "Due (UTC)")


@dataclass(frozen=True, slots=True)
class ListedDispute:
    """One dispute in the list."""

    number: str
    url: str
    about: str
    reason: str
    badges: tuple[Badge, ...]
    when: str
    amount: str


@dataclass(frozen=True, slots=True)
class DisputesPage:
    """What templates/seller/disputes.html shows."""

    title: str
    console: Console
    note: str
    tabs: tuple[Tab, ...]
    when_label: str
    rows: tuple[ListedDispute, ...]
    tools: Tools
    tab_label: str
    empty_title: str
    empty_text: str


@guards.seller_only
def disputes() -> ResponseReturnValue:
    """List the disputes of a tab about the seller's own orders."""
    tab = lists.choice(DisputeTab, "tab") or DisputeTab.RESPONSE
    by_time = (Sort.DUE, *lists.BY_TIME) if tab.is_queue else lists.BY_TIME
    asked = lists.asked(*by_time, tab="" if tab is DisputeTab.RESPONSE else tab.value)
    sought = Sought(tab, "", asked.period, guards.viewer().user_id)
    read = partial(queries.disputes, sought)
    if asked.is_csv:
        return lists.csv_file("disputes", _CSV_COLUMNS, map(_csv_row, every(read, asked.cursor)))
    listed, counts, now = read(asked.cursor), queries.counts(sought), clock.now()
    page = DisputesPage(
        title=_("Disputes"),
        console=seller_console("disputes"),
        note=_("A buyer's bank asks about a payment, or takes it back. We answer the bank; what you say helps."),
        tabs=tuple(
            Tab(each.label, url_for("seller.disputes", tab=each.value), each is tab, each.count_of(counts))
            for each in DisputeTab
        ),
        when_label=_("Answer by") if tab.is_queue else _("Opened"),
        rows=tuple(_row(row, now) for row in listed.rows),
        tools=asked.tools(listed),
        tab_label=tab.label,
        empty_title=_("No dispute here") if counts else _("No disputes"),
        empty_text=_("None of your disputes is under “%(tab)s”.", tab=tab.label)
        if counts
        else _("No buyer's bank has asked about a payment. If one does, you are told and see it here."),
    )
    return render_template("seller/disputes.html", page=page)


@guards.seller_only
def dispute(number: str) -> ResponseReturnValue:
    """Show a dispute about an order of the seller's own."""
    return _show(_row_of(number), StatementForm(None), FileForm(None))


@guards.seller_only
def explain_dispute(number: str, figure: str) -> ResponseReturnValue:
    """Show the rows that make one figure of a dispute, as far as it is the seller's own."""
    asked = lists.member(DisputeFigure, figure)
    if asked is None:
        raise NotFound(_("There is no such figure."))
    found = explain_queries.of_seller(lists.number(number), guards.viewer().user_id, asked)
    crumbs = [Crumb(_("Disputes"), url_for("seller.disputes")), Crumb(number, url_for("seller.dispute", number=number))]
    return explaining.show(found, seller_console("disputes"), crumbs, _("dispute %(number)s", number=number))


@guards.seller_only
def say(number: str) -> ResponseReturnValue:
    """Keep what the seller says."""
    row, form, seller_id = _row_of(number), StatementForm(), guards.viewer().user_id
    try:
        if not form.validate():
            return _show(row, form, FileForm(None), 422)
        db.atomic(
            operations.say, (), seller_id=seller_id, dispute_id=row.id, text=form.text.data or "", now=clock.now()
        )
    except Invalid as error:
        blame(form, error)
        return _show(row, form, FileForm(None), 422)
    except Conflict as error:
        return _back(row, error.message, "wait")
    return _back(row, _("Thank you. It is kept, and goes into our answer to the bank."), "ok")


@uploads.takes_files
@guards.seller_only
def add_file(number: str) -> ResponseReturnValue:
    """Add a file of the seller's."""
    row, form = _row_of(number), FileForm()
    try:
        dispute_parts.keep_file(form, row, guards.viewer().user_id, is_admin=False)
    except Invalid as error:
        blame(form, error)
        return _show(row, StatementForm(None), form, 422)
    except Conflict as error:
        return _back(row, error.message, "wait")
    return _back(row, _("The file is added."), "ok")


@guards.seller_only
def dispute_file(number: str, file_id: int) -> ResponseReturnValue:
    """Return a file that the seller added."""
    return dispute_parts.send_file(case_queries.file_of(_row_of(number).id, file_id, guards.viewer().user_id))


def _row_of(number: str) -> DisputeRow:
    return queries.dispute_of_seller(lists.number(number), guards.viewer().user_id)


def _show(row: DisputeRow, form: StatementForm, file_form: FileForm, code: int = 200) -> ResponseReturnValue:
    seller_id = guards.viewer().user_id
    facts = dispute_page.Facts(
        row=row,
        shares=[share for share in case_queries.shares_of(row.id) if share.seller_id == seller_id],
        statement=next((each for each in case_queries.statements_of(row.id) if each.seller_id == seller_id), None),
        files=[file for file in case_queries.files_of(row.id) if file.contributor_id == seller_id],
        changes=timeline_queries.changes_of({"dispute": [row.id]}),
        reversals=taking_back_queries.of_cause(f"dispute:{row.id}"),
    )
    page = dispute_page.build(facts, form, seller_id, clock.now())
    return render_template("seller/dispute.html", page=page, form=form, file_form=file_form), code


def _row(row: DisputeRow, now: datetime) -> ListedDispute:
    return ListedDispute(
        number=row.number,
        url=url_for("seller.dispute", number=row.number),
        about=_("Order %(orders)s", orders=row.orders),
        reason=dispute_parts.reason(row).label,
        badges=(dispute_parts.kind_badge(row), dispute_parts.badge(row)),
        when=dispute_parts.due_text(row, now) or date_text(row.opened_at),
        amount=dispute_parts.amount(row),
    )


def _csv_row(row: DisputeRow) -> tuple[object, ...]:
    kind, reason = dispute_parts.kind_badge(row).label, dispute_parts.reason(row).label
    named = (row.number, kind, row.status.label, reason, row.orders, row.currency)
    return (*named, decimal(row.own_minor, row.currency), row.opened_at, row.due_by)


def _back(row: DisputeRow, message: str, tone: str) -> ResponseReturnValue:
    flash(message, tone)
    return redirect(url_for("seller.dispute", number=row.number), code=303)

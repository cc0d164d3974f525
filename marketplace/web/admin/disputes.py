"""Disputes as admins see them: the list, first due first, and one with all that is known and can be done."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.disputes import case_queries, explain_queries, taking_back_queries
from marketplace.disputes import page_queries as queries
from marketplace.disputes.explain_queries import DisputeFigure
from marketplace.disputes.page_queries import DisputeRow, DisputeTab, Sought
from marketplace.errors import NotFound
from marketplace.language import Text, texts
from marketplace.language import gettext as _
from marketplace.paging import Sort, every
from marketplace.payments import timeline_queries
from marketplace.payouts import taking_back_queries as reversals
from marketplace.refunds import queries as refund_queries
from marketplace.web import dispute_parts, explaining, guards, lists
from marketplace.web.admin import case_talk, dispute_page
from marketplace.web.admin.dispute_page import Desk
from marketplace.web.admin.explain import entry_url
from marketplace.web.console import Console, admin_console
from marketplace.web.explaining import Crumb
from marketplace.web.lists import Tab, Tools
from marketplace.web.pages import date_text, decimal
from marketplace.web.wording import Badge

_CSV_COLUMNS = texts(
    "Dispute", "Kind", "Status", "Reason", "Orders", "Shops", "Buyer", "Currency", "Amount", "Taken by the bank",
    "Fee currency", "Fee", "Opened (UTC)", "Due (UTC)", "Closed (UTC)",
)  # fmt: skip
_NOTES = {
    DisputeTab.RESPONSE: Text("The bank has the money and hears us until the due date."),
    DisputeTab.REVIEW: Text("The bank reads our evidence. Nothing is to be done."),
    DisputeTab.WON: Text("The bank gave the money back."),
    DisputeTab.LOST: Text("The buyer keeps the money."),
    DisputeTab.INQUIRIES: Text("The bank only asks. No money has moved, and a refund still ends it."),
    DisputeTab.WARNINGS: Text("The bank fears a fraud. A refund now costs less than a dispute later."),
}


@dataclass(frozen=True, slots=True)
class ListedDispute:
    """One dispute in the list."""

    number: str
    url: str
    reason: str
    about: str
    badges: tuple[Badge, ...]
    when: str
    is_late: bool
    amount: str
    explain_url: str


@dataclass(frozen=True, slots=True)
class DisputesPage:
    """What templates/admin/disputes.html shows."""

    title: str
    console: Console
    note: str
    tabs: tuple[Tab, ...]
    when_label: str
    text: str
    rows: tuple[ListedDispute, ...]
    tools: Tools
    tab_label: str
    list_url: str


@guards.admin_only
def disputes() -> ResponseReturnValue:
    """List the disputes of a tab, what is due first on top."""
    tab, text = lists.choice(DisputeTab, "tab") or DisputeTab.RESPONSE, lists.search_text()
    by_time = (Sort.DUE, *lists.BY_TIME) if tab.is_queue else lists.BY_TIME
    asked = lists.asked(
        *by_time, Sort.LARGEST, Sort.SMALLEST, tab="" if tab is DisputeTab.RESPONSE else tab.value, q=text
    )
    sought = Sought(tab, text, asked.period)
    read = partial(queries.disputes, sought)
    if asked.is_csv:
        return lists.csv_file("disputes", _CSV_COLUMNS, map(_csv_row, every(read, asked.cursor)))
    listed, counts, now = read(asked.cursor), queries.counts(sought), clock.now()
    page = DisputesPage(
        title=_("Disputes"),
        console=admin_console("disputes"),
        note=_NOTES[tab],
        tabs=tuple(
            Tab(each.label, url_for("admin.disputes", tab=each.value), each is tab, each.count_of(counts))
            for each in DisputeTab
        ),
        when_label=_("Answer by") if tab.is_queue else _("Opened"),
        text=text,
        rows=tuple(_row(row, now) for row in listed.rows),
        tools=asked.tools(listed, {"q": _("Search: %(text)s", text=text)}),
        tab_label=tab.label,
        list_url=url_for("admin.disputes"),
    )
    return render_template("admin/disputes.html", page=page)


@guards.admin_only
def dispute(number: str) -> ResponseReturnValue:
    """Show one dispute."""
    return show(queries.dispute(lists.number(number)), Desk.empty())


@guards.admin_only
def explain_dispute(number: str, figure: str) -> ResponseReturnValue:
    """Show the rows that make one figure of a dispute."""
    asked = lists.member(DisputeFigure, figure)
    if asked is None:
        raise NotFound(_("There is no such figure."))
    found = explain_queries.of_any(lists.number(number), asked)
    crumbs = [Crumb(_("Disputes"), url_for("admin.disputes")), Crumb(number, url_for("admin.dispute", number=number))]
    return explaining.show(found, admin_console("disputes"), crumbs, _("dispute %(number)s", number=number), entry_url)


def show(row: DisputeRow, desk: Desk, code: int = 200) -> ResponseReturnValue:
    """Return the page of a dispute with the forms of `desk`, which may have something to correct."""
    shares = case_queries.shares_of(row.id)
    facts = dispute_page.Facts(
        row=row,
        shares=shares,
        movements=case_queries.movements_of(row.id),
        entries=case_queries.entries_of(row.id),
        texts=case_queries.texts_of(row.id),
        statements=case_queries.statements_of(row.id),
        files=case_queries.files_of(row.id),
        lines=case_queries.lines_of(row.id) if row.is_answerable else (),
        further_parcels=case_queries.further_parcels_of(row.id) if row.is_answerable else (),
        refunds=refund_queries.refunds_of_orders([share.order_id for share in shares if share.amount_minor]),
        changes=timeline_queries.changes_of({"dispute": [row.id]}),
        messages=case_talk.of_orders([share.order_id for share in shares if share.amount_minor], row.number),
        take_back=taking_back_queries.of_dispute(row.id),
        reversals=reversals.of_cause(f"dispute:{row.id}"),
    )
    page = dispute_page.build(facts, desk, clock.now())
    return render_template("admin/dispute.html", page=page, desk=desk), code


def _row(row: DisputeRow, now: datetime) -> ListedDispute:
    due = dispute_parts.due_text(row, now)
    return ListedDispute(
        number=row.number,
        url=url_for("admin.dispute", number=row.number),
        reason=dispute_parts.reason(row).label,
        about=f"{row.orders or _('No order')} · {row.shops or _('No shop')}",
        badges=(dispute_parts.kind_badge(row), dispute_parts.badge(row)),
        when=due or date_text(row.opened_at),
        is_late=bool(due) and row.due_by is not None and (row.due_by - now).days < dispute_parts.SOON_DAYS,
        amount=dispute_parts.amount(row),
        explain_url=url_for("admin.explain_dispute", number=row.number, figure=DisputeFigure.TAKEN.value),
    )


def _csv_row(row: DisputeRow) -> tuple[object, ...]:
    named = (row.number, dispute_parts.kind_badge(row).label, row.status.label, dispute_parts.reason(row).label)
    money = (decimal(row.amount_minor, row.currency), decimal(row.withdrawn_minor, row.currency))
    fee = (row.fee_currency, decimal(row.fee_minor, row.fee_currency))
    when = (row.opened_at, row.due_by, row.closed_at)
    return (*named, row.orders, row.shops, row.buyer_name, row.currency, *money, *fee, *when)

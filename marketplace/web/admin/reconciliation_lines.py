"""The provider's lines as they were read, with what the ledger and our rows say of each."""

from dataclasses import dataclass
from functools import partial

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.language import gettext as _
from marketplace.language import texts
from marketplace.paging import every
from marketplace.reconciliation import read_line_queries
from marketplace.reconciliation.read_line_queries import LineRow, SoughtLines
from marketplace.web import guards, lists
from marketplace.web.admin import reconciliation_figures
from marketplace.web.admin.explain import entry_url
from marketplace.web.console import Console, admin_console
from marketplace.web.explaining import Crumb
from marketplace.web.lists import Tab, Tools
from marketplace.web.pages import decimal, money_text, time_text
from marketplace.web.wording import Badge

_LINE_COLUMNS = texts(
    "Line", "Kind", "Object", "Object status", "Made (UTC)", "Currency", "Amount", "Fee", "Net", "Ledger", "Our row",
    "Matched (UTC)", "Break",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of the provider's, with what the other sides say."""

    line_id: str
    note: str
    when: str
    amount: str
    fee: str
    net: str
    ledger: str
    entry_url: str
    row: str
    badge: Badge
    break_url: str


@dataclass(frozen=True, slots=True)
class LinesPage:
    """What templates/admin/reconciliation_lines.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    tabs: tuple[Tab, ...]
    rows: tuple[LineView, ...]
    tools: Tools


@guards.admin_only
def reconciliation_lines() -> ResponseReturnValue:
    """List the provider's lines with what ledger and rows say of each."""
    currency, kind = request.args.get("currency", ""), request.args.get("kind", "")
    currency = currency if lists.is_currency(currency) else ""
    kind = kind if kind in reconciliation_figures.KINDS else ""
    is_open = lists.row_id("open") is not None
    asked = lists.asked(currency=currency, kind=kind, open="1" if is_open else "")
    read = partial(read_line_queries.lines, SoughtLines(currency, kind, is_open, asked.period))
    if asked.is_csv:
        return lists.csv_file("provider-lines", _LINE_COLUMNS, map(_line_csv, every(read, asked.cursor)))
    listed = read(asked.cursor)
    page = LinesPage(
        title=_("The provider's lines"),
        console=admin_console("reconciliation"),
        crumbs=(Crumb(_("Reconciliation"), url_for("admin.reconciliation")),),
        tabs=(
            Tab(_("All"), asked.url(open=""), not is_open),
            Tab(_("Not matched"), asked.url(open="1"), is_open),
        ),
        rows=tuple(map(_line, listed.rows)),
        tools=asked.tools(listed, {"currency": currency, "kind": reconciliation_figures.KINDS.get(kind, "")}),
    )
    return render_template("admin/reconciliation_lines.html", page=page)


def _line(row: LineRow) -> LineView:
    def text(minor: int | None) -> str:
        return _("Nothing") if minor is None else money_text(minor, row.currency)

    about = row.source_id or _("about nothing")
    badge = Badge(_("Agrees"), "ok") if row.matched_at else Badge(_("Not matched yet"), "wait")
    return LineView(
        line_id=row.line_id,
        note=f"{reconciliation_figures.kind_text(row.kind)} · {about}",
        when=time_text(row.made_at),
        amount=text(row.amount_minor),
        fee=text(row.fee_minor),
        net=text(row.net_minor),
        ledger=text(row.booked_minor),
        entry_url=entry_url(row.entry_id) if row.entry_id else "",
        row=text(row.row_minor),
        badge=Badge(_("Break %(number)s", number=row.break_number), "bad") if row.break_number else badge,
        break_url=url_for("admin.reconciliation_break", number=row.break_number) if row.break_number else "",
    )


def _line_csv(row: LineRow) -> tuple[object, ...]:
    minors = (row.amount_minor, row.fee_minor, row.net_minor, row.booked_minor, row.row_minor)
    amounts = tuple(None if minor is None else decimal(minor, row.currency) for minor in minors)
    kind = reconciliation_figures.kind_text(row.kind)
    named = (row.line_id, kind, row.source_id, row.source_status, row.made_at, row.currency)
    return (*named, *amounts, row.matched_at, row.break_number)

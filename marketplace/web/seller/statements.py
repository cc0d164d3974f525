"""A seller's months: each from its opening to its closing balance, as a page, a file of lines, and for print."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from itertools import groupby
from typing import Any

from flask import Response, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.language import ngettext, pgettext, reading, texts
from marketplace.paging import Cursor, Sort, every
from marketplace.payments.movement_queries import MovementKind
from marketplace.statements import explain_queries, queries, rules, sheet_queries
from marketplace.statements.queries import Month
from marketplace.statements.sheet_queries import Line, Sheet, Which
from marketplace.web import explaining, guards, lists, printing
from marketplace.web.console import Console, seller_console
from marketplace.web.explaining import Crumb
from marketplace.web.lists import Tools
from marketplace.web.pages import date_text, decimal, money_text, sentence
from marketplace.web.seller import phrases
from marketplace.web.seller.statement_parts import LineRow, SumRow, line_row, sum_rows

_CSV_COLUMNS = texts(
    "Line", "Booked (UTC)", "Type", "Order", "Entry", "Currency", "Paid by the buyer",
    "Discount paid by the marketplace", "Platform fee", "Card fee", "Moved between your pots", "Amount", "Balance",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One month in the list."""

    title: str
    url: str
    state: str
    tone: str
    opening: str
    incoming: str
    outgoing: str
    closing: str
    lines: str
    pdf_url: str


@dataclass(frozen=True, slots=True)
class YearRows:
    """The months of one year, newest first."""

    label: str
    rows: tuple[MonthRow, ...]


@dataclass(frozen=True, slots=True)
class StatementsPage:
    """What templates/seller/statements.html shows."""

    title: str
    console: Console
    years: tuple[YearRows, ...]


@dataclass(frozen=True, slots=True)
class StatementPage:
    """What templates/seller/statement.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    state: str
    tone: str
    note: str
    sums: tuple[SumRow, ...]
    difference: str
    agrees: bool
    rows: tuple[LineRow, ...]
    tools: Tools
    pdf_url: str
    before_url: str
    after_url: str


@guards.seller_only
def statements() -> ResponseReturnValue:
    """List the seller's months in all currencies, newest first."""
    found = queries.months(guards.viewer().user_id)
    page = StatementsPage(
        title=_("Statements"),
        console=seller_console("statements"),
        years=tuple(
            YearRows(str(year), tuple(map(_month_row, rows)))
            for year, rows in groupby(found, lambda row: row.month.year)
        ),
    )
    return render_template("seller/statements.html", page=page)


@guards.seller_only
def statement(currency: str, month: str) -> ResponseReturnValue:
    """Show one month: opening, every line, closing, and that they add up."""
    which = _which(currency, month)
    asked = lists.asked(Sort.OLDEST)
    if asked.is_csv:
        sheet, _listed = sheet_queries.sheet(which, Cursor(size=1))
        rows = _all_lines(sheet)
        return lists.csv_file(_file_name(which), _CSV_COLUMNS, map(partial(_csv_row, currency), rows))
    sheet, listed = sheet_queries.sheet(which, asked.cursor)
    now = clock.now()
    page = StatementPage(
        title=_title(which),
        console=seller_console("statements"),
        crumbs=(Crumb(_("Statements"), url_for("seller.statements")),),
        **_state(sheet.closed, which.month),
        note=_note(which, sheet.closed),
        sums=sum_rows(sheet),
        difference=money_text(sheet.difference_minor, currency),
        agrees=sheet.agrees,
        rows=tuple(line_row(line, currency) for line in listed.rows),
        tools=asked.tools(listed),
        pdf_url=_url(which, "seller.statement_pdf"),
        before_url=_url(Which(which.seller_id, currency, rules.previous(which.month))) if sheet.opening_minor else "",
        after_url=_url(Which(which.seller_id, currency, rules.following(which.month)))
        if which.month < rules.month_of(now)
        else "",
    )
    return render_template("seller/statement.html", page=page)


@guards.seller_only
def statement_pdf(currency: str, month: str) -> ResponseReturnValue:
    """Return the same statement for print, with all of its lines, in the language that it was closed in."""
    which = _which(currency, month)
    sheet, _listed = sheet_queries.sheet(which, Cursor(size=1))
    closed = sheet.closed
    # While the month runs, it is the one that its statement would get now.
    with reading((closed and closed.language) or guards.viewer().language):
        made_at = (closed and closed.closed_at) or rules.start_of(which.month)
        document = printing.pdf("statement", _printed(sheet), made_at)
    headers = {"Content-Disposition": f'inline; filename="{_file_name(which)}.pdf"'}
    return Response(document, mimetype="application/pdf", headers=headers)


def _printed(sheet: Sheet) -> Mapping[str, Any]:
    currency = sheet.which.currency
    difference = money_text(sheet.difference_minor, currency)
    return {
        "shop_name": sheet.shop_name,
        "title": _title(sheet.which),
        "note": _note(sheet.which, sheet.closed),
        "sums": [asdict(row) for row in sum_rows(sheet)],
        "lines": [asdict(line_row(line, currency)) for line in _all_lines(sheet)],
        "agreement": _(
            "Opening balance and all lines make the closing balance. Difference: %(amount)s.", amount=difference
        )
        if sheet.agrees
        else _("This statement does not add up. Difference: %(amount)s.", amount=difference),
    }


@guards.seller_only
def explain_entry(entry_id: int) -> ResponseReturnValue:
    """Show the ledger rows of one line."""
    found = explain_queries.explain_entry(guards.viewer().user_id, entry_id)
    when = date_text(found.postings[0].booked_at) if found.postings else ""
    crumbs = [Crumb(_("Statements"), url_for("seller.statements"))]
    return explaining.show(found, seller_console("statements"), crumbs, when)


def _which(currency: str, month: str) -> Which:
    if not lists.is_currency(currency):
        raise NotFound(_("There is no such currency."))
    return Which(guards.viewer().user_id, currency, rules.parse(month))


def _url(which: Which, endpoint: str = "seller.statement") -> str:
    return url_for(endpoint, currency=which.currency, month=f"{which.month:%Y-%m}")


def _file_name(which: Which) -> str:
    return f"statement-{which.month:%Y-%m}-{which.currency}"


def _all_lines(sheet: Sheet) -> Iterator[Line]:
    return every(partial(sheet_queries.lines, sheet.which, sheet.opening_minor), Cursor())


def _state(closed: Month | None, month: date) -> dict[str, str]:
    if closed is not None:
        return {"state": pgettext("a month of the books", "Closed"), "tone": "ok"}
    if rules.is_over(month, clock.now()):
        return {"state": _("Being closed"), "tone": "wait"}
    return {"state": _("Still running"), "tone": "wait"}


def _title(which: Which) -> str:
    return _("Statement of %(month)s", month=phrases.day_text(which.month, "LLLL y"))


def _note(which: Which, closed: Month | None) -> str:
    last = date_text(rules.following(which.month).replace(day=1) - date.resolution)
    span = _(
        "%(first)s to %(last)s, UTC, in %(currency)s.", first=date_text(which.month), last=last, currency=which.currency
    )
    if closed is None or closed.closed_at is None:
        return span + " " + _("It runs on until the month is over.")
    return span + " " + _("Closed on %(day)s; it never changes again.", day=date_text(closed.closed_at))


def _month_row(row: Month) -> MonthRow:
    def text(minor: int) -> str:
        return money_text(minor, row.currency)

    where: dict[str, Any] = {"currency": row.currency, "month": f"{row.month:%Y-%m}"}
    return MonthRow(
        title=f"{sentence(phrases.day_text(row.month, 'LLLL y'))}, {row.currency}",
        url=url_for("seller.statement", **where),
        **_state(row if row.closed_at else None, row.month),
        opening=text(row.opening_minor),
        incoming=text(row.incoming_minor),
        outgoing=text(row.outgoing_minor),
        closing=text(row.closing_minor),
        lines=ngettext("%(number)s line", "%(number)s lines", row.lines, number=row.lines),
        pdf_url=url_for("seller.statement_pdf", **where),
    )


def _csv_row(currency: str, line: Line) -> tuple[object, ...]:
    def amount(minor: int | None, sign: int = 1) -> object:
        return None if minor is None else decimal(sign * minor, currency)

    label = line.description if line.kind is MovementKind.OTHER else line.kind.label
    fees = (amount(line.platform_fee_minor, -1), amount(line.processing_fee_minor, -1))
    what = (line.id, line.booked_at, label, line.order_number, line.key, currency, amount(line.gross_minor))
    moved = (amount(line.moved_minor), amount(line.amount_minor), amount(line.balance_minor))
    return (*what, amount(line.subsidy_minor), *fees, *moved)

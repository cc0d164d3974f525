"""The list of refunds as buyers and sellers see it."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.language import gettext as _
from marketplace.language import texts
from marketplace.paging import Cursor, Listed, Sort, every
from marketplace.refunds.queries import RefundRow
from marketplace.refunds.queue_queries import RefundTab
from marketplace.web import lists, refund_parts
from marketplace.web.console import Console
from marketplace.web.lists import Asked, Tab, Tools
from marketplace.web.pages import decimal
from marketplace.web.picture_parts import picture_url
from marketplace.web.refund_parts import Side
from marketplace.web.wording import Badge

_CSV_COLUMNS = texts(
    "Refund", "Order", "Reason", "Status", "Currency", "Asked", "Amount", "Asked (UTC)", "Decided (UTC)",
    "Sent (UTC)",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Empty:
    """What stands there when nothing does, and the one way on."""

    title: str
    text: str
    action: str
    url: str


@dataclass(frozen=True, slots=True)
class Words:
    """What one side reads around the list; `when` says the date that matters to it."""

    note: str
    when_label: str
    when: Callable[[RefundRow], str]
    amount_label: str
    empty: Empty


@dataclass(frozen=True, slots=True)
class ListedRefund:
    """One refund in the list."""

    number: str
    title: str
    url: str
    picture_url: str
    order: str
    reason: str
    badge: Badge
    when: str
    amount: str
    explain_url: str


@dataclass(frozen=True, slots=True)
class RefundsPage:
    """What templates/refunds/list.html shows."""

    title: str
    console: Console
    note: str
    tabs: tuple[Tab, ...]
    rows: tuple[ListedRefund, ...]
    when_label: str
    amount_label: str
    tools: Tools
    empty: Empty


def show(
    read: Callable[[Cursor], Listed[RefundRow]],
    asked: Asked,
    side: Side,
    console: Console,
    words: Words,
    *,
    tabs: tuple[Tab, ...] = (),
) -> ResponseReturnValue:
    """Return the page, or the file, of the refunds that one side asked for; `read` reads one page of them."""
    if asked.is_csv:
        return csv_file(read, asked)
    listed = read(asked.cursor)
    page = RefundsPage(
        title=_("Refunds"),
        console=console,
        note=words.note,
        tabs=tabs,
        rows=tuple(_row(row, side, words.when(row)) for row in listed.rows),
        when_label=words.when_label,
        amount_label=words.amount_label,
        tools=asked.tools(listed),
        empty=words.empty,
    )
    return render_template("refunds/list.html", page=page)


def sorts(tab: RefundTab) -> tuple[Sort, ...]:
    """Return the orders that a tab offers, its own first: the oldest where somebody waits."""
    by_time = (Sort.OLDEST, Sort.NEWEST) if tab.is_queue else (Sort.NEWEST, Sort.OLDEST)
    return (*by_time, Sort.LARGEST, Sort.SMALLEST)


def csv_file(read: Callable[[Cursor], Listed[RefundRow]], asked: Asked) -> ResponseReturnValue:
    """Return the file of all refunds that were asked for."""
    return lists.csv_file("refunds", _CSV_COLUMNS, map(_csv_row, every(read, asked.cursor)))


def _csv_row(row: RefundRow) -> tuple[object, ...]:
    amounts = (decimal(row.asked_minor, row.currency), decimal(row.amount_minor, row.currency))
    moments = (row.asked_at, row.decided_at, row.completed_at)
    return (row.number, row.order_number, row.reason.label, row.status.label, row.currency, *amounts, *moments)


def _row(row: RefundRow, side: Side, when: str) -> ListedRefund:
    return ListedRefund(
        number=row.number,
        title=row.title,
        url=refund_parts.refund_url(row, side),
        picture_url=picture_url(row.picture_file),
        order=row.order_number,
        reason=row.reason.label,
        badge=refund_parts.badge(row),
        when=when,
        amount=refund_parts.amount(row),
        explain_url=refund_parts.explain_url(row, side),
    )

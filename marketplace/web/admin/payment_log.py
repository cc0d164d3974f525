"""The transaction log of a payment, by S4's types, and as a file (S4.12)."""

from collections import Counter
from dataclasses import dataclass

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.diagnosis import log_queries
from marketplace.diagnosis.log_queries import LogLine, LogType
from marketplace.language import gettext as _
from marketplace.language import texts
from marketplace.web import guards, lists
from marketplace.web.console import Console, admin_console
from marketplace.web.explaining import Crumb
from marketplace.web.lists import Tab
from marketplace.web.pages import time_text
from marketplace.web.wording import Badge

_CSV_COLUMNS = texts("Time (UTC)", "Type", "Message", "By", "Data")
_TONES = {
    LogType.PAYMENT_PROCESSED: "ok",
    LogType.PAYMENT_FAILED: "bad",
    LogType.REFUND_CREATED: "wait",
    LogType.REFUND_PROCESSED: "hold",
}


@dataclass(frozen=True, slots=True)
class LogRow:
    """One line."""

    when: str
    badge: Badge
    message: str
    by: str
    data: str


@dataclass(frozen=True, slots=True)
class LogPage:
    """What templates/admin/payment_log.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    tabs: tuple[Tab, ...]
    csv_url: str
    rows: tuple[LogRow, ...]
    all_url: str


@guards.admin_only
def payment_log(payment_id: int) -> ResponseReturnValue:
    """List what happened to a payment, newest first: all of it, or one type; or give the same as a file."""
    kind = lists.choice(LogType, "type")
    asked = lists.asked(type=kind.value if kind else "")
    lines = log_queries.log_of(payment_id)
    shown = [line for line in lines if kind in {None, line.type}]
    if asked.is_csv:
        return lists.csv_file(f"payment-{payment_id}-log", _CSV_COLUMNS, map(_csv_row, shown))
    counts = Counter(line.type for line in lines)
    here = url_for("admin.payment", payment_id=payment_id)
    page = LogPage(
        title=_("Log of payment %(payment)s", payment=payment_id),
        console=admin_console("payments"),
        crumbs=(
            Crumb(_("Payments"), url_for("admin.payments")),
            Crumb(_("Payment %(number)s", number=payment_id), here),
        ),
        tabs=(
            Tab(_("All"), asked.url(type=""), kind is None, len(lines)),
            *(Tab(each.label, asked.url(type=each.value), each is kind, counts[each]) for each in LogType),
        ),
        csv_url=asked.url(format="csv"),
        rows=tuple(map(_row, shown)),
        all_url=asked.url(type=""),
    )
    return render_template("admin/payment_log.html", page=page)


def _row(line: LogLine) -> LogRow:
    badge = Badge(line.type.label, _TONES.get(line.type, "mute"))
    return LogRow(time_text(line.at), badge, line.message, line.by, _data(line))


def _csv_row(line: LogLine) -> tuple[object, ...]:
    return (line.at, line.type.value, line.message, line.by, _data(line))


def _data(line: LogLine) -> str:
    return ", ".join(f"{name} {value}" for name, value in line.data.items() if value)

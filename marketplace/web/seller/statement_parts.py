"""The parts of a statement that the page and its print share: the sums and the lines, as ready texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for

from marketplace.language import Text, ngettext
from marketplace.language import gettext as _
from marketplace.payments.movement_queries import MovementKind
from marketplace.statements import rules
from marketplace.statements.sheet_queries import Line, Section, Sheet
from marketplace.web import order_parts
from marketplace.web.pages import date_text, money_text
from marketplace.web.seller import entry_links

_ORDER = tuple(MovementKind)
"""Sales first, then what was taken of them, then what moved."""
_MOVED = {
    MovementKind.RELEASED: Text("%(amount)s became available"),
    MovementKind.NETTED: Text("%(amount)s of what was available paid it"),
}
_ELSEWHERE = Text("%(amount)s moved within your balance")
_PLURALS = {MovementKind.SALE: Text("Paid by buyers"), MovementKind.NETTED: Text("Paid what you owed")}


@dataclass(frozen=True, slots=True)
class SumRow:
    """One sum of the statement; the first opens the month, the last closes it."""

    label: str
    amount: str
    note: str = ""
    explain_url: str = ""
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of the statement."""

    date: str
    title: str
    order: str
    order_url: str
    subject: str
    """The payout, dispute or refund that it is about; "" for none."""
    subject_url: str
    note: str
    gross: str
    fees: str
    amount: str
    is_incoming: bool
    explain_url: str
    balance: str


def sum_rows(sheet: Sheet) -> tuple[SumRow, ...]:
    """Return the way from the opening to the closing balance."""
    which = sheet.which
    last = rules.following(which.month) - date.resolution
    opening = SumRow(
        _("Opening balance"),
        money_text(sheet.opening_minor, which.currency),
        _("At the start of %(day)s", day=date_text(which.month)),
    )
    closing = SumRow(
        _("Closing balance"),
        money_text(sheet.closing_minor, which.currency),
        _("At the end of %(day)s", day=date_text(last)),
        is_total=True,
    )
    in_order = sorted(sheet.sections, key=lambda section: _ORDER.index(section.kind))
    between = [row for section in in_order for row in _rows_of(section, sheet, last)]
    return (opening, *between, closing)


def _rows_of(section: Section, sheet: Sheet, last: date) -> Sequence[SumRow]:
    which = sheet.which
    span: dict[str, Any] = {"from": which.month.isoformat(), "to": last.isoformat()}
    url = url_for("seller.transactions", currency=which.currency, type=section.kind.value, **span)

    def row(label: str, minor: int, note: str = "") -> SumRow:
        return SumRow(label, money_text(minor, which.currency), note, url)

    label = _PLURALS.get(section.kind, section.kind.plural)
    lines = section.lines
    if section.kind is not MovementKind.SALE:
        count = (
            ngettext("%(number)s line", "%(number)s lines", lines, number=lines)
            if section.amount_minor
            else ngettext(
                "%(number)s line, within your balance", "%(number)s lines, within your balance", lines, number=lines
            )
        )
        return [row(label, section.amount_minor, count)]
    return [
        row(label, section.gross_minor, ngettext("%(number)s sale", "%(number)s sales", lines, number=lines)),
        *([row(_("Discounts paid by the marketplace"), section.subsidy_minor)] if section.subsidy_minor else []),
        row(_("Platform fees"), -section.platform_fee_minor),
        row(_("Card fees"), -section.processing_fee_minor),
    ]


def line_row(line: Line, currency: str) -> LineRow:
    """Return one line as texts."""
    fees = None if line.gross_minor is None else -((line.platform_fee_minor or 0) + (line.processing_fee_minor or 0))
    subject, subject_url = entry_links.named(line.description)
    if line.moved_minor:
        note = _(_MOVED.get(line.kind, _ELSEWHERE), amount=money_text(line.moved_minor, currency))
    elif line.subsidy_minor:
        note = order_parts.plus_subsidy(line.subsidy_minor, currency)
    else:
        note = (
            ngettext("%(number)s order", "%(number)s orders", line.orders, number=line.orders)
            if line.orders > 1
            else ""
        )
    return LineRow(
        date=date_text(line.booked_at),
        title=line.description if line.kind is MovementKind.OTHER else line.kind.label,
        order=line.order_number or "",
        subject=subject,
        subject_url=subject_url,
        note=note,
        order_url=url_for("seller.order", number=line.order_number) if line.order_number else "",
        gross="" if line.gross_minor is None else money_text(line.gross_minor, currency),
        fees="" if fees is None else money_text(fees, currency),
        amount=("+" if line.amount_minor > 0 else "") + money_text(line.amount_minor, currency),
        is_incoming=line.amount_minor > 0,
        explain_url=url_for("seller.explain_entry", entry_id=line.entry_id),
        balance=money_text(line.balance_minor, currency),
    )

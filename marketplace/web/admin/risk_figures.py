"""How many payments looked how risky in some time, and what became of them; every figure opens its rows (S4.16)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.language import gettext as _
from marketplace.language import texts
from marketplace.numerals import number_text, percent
from marketplace.paging import Listed, Period, Sort
from marketplace.risk import figure_queries
from marketplace.risk.figure_queries import Figures
from marketplace.risk.queries import RiskTab
from marketplace.risk.rules import Rule
from marketplace.risk.states import RiskLevel
from marketplace.web import guards, lists
from marketplace.web.admin import risk_words
from marketplace.web.console import Console, admin_console
from marketplace.web.explaining import Crumb
from marketplace.web.lists import Tools
from marketplace.web.wording import Badge

_CSV_COLUMNS = texts("Level or sign", "Payments", "To look at", "Cleared", "Refused", "Charged back")
_WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class Counted:
    """A figure and the list of what it counts; "" for nothing."""

    text: str
    url: str
    rate: str = ""
    """What part of the row's payments it is; "" where that says nothing."""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """The payments of one level, or of one sign."""

    label: str
    badge: Badge | None
    payments: Counted
    waiting: Counted
    cleared: Counted
    refused: Counted
    disputed: Counted


@dataclass(frozen=True, slots=True)
class FiguresPage:
    """What templates/admin/risk_figures.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    note: str
    levels: tuple[FigureRow, ...]
    rules: tuple[FigureRow, ...]
    tools: Tools


@guards.admin_only
def risk_figures() -> ResponseReturnValue:
    """Show how many payments looked how risky in some time, and what became of them; every figure opens its rows."""
    asked = lists.asked(Sort.NEWEST)
    levels, rules = figure_queries.by_level(asked.period), figure_queries.by_rule(asked.period)
    if asked.is_csv:
        return lists.csv_file("risk-figures", _CSV_COLUMNS, _csv_rows([*levels, *rules]))
    days = {name: request.args[name] for name in ("from", "to") if _is_used(asked.period, name)}
    whole = sum(found.payments for _level, found in levels)
    page = FiguresPage(
        title=_("Fraud in figures"),
        console=admin_console("risk"),
        crumbs=(Crumb(_("Fraud checks"), url_for("admin.risks")),),
        note=lists.period_text(asked.period),
        levels=tuple(
            _figures(level.label, risk_words.level_badge(level), found, {**days, "level": level.value}, whole)
            for level, found in levels
        ),
        rules=tuple(
            _figures(rule.label, None, found, {**days, "rule": rule.value}, whole)
            for rule, found in sorted(rules, key=lambda each: -each[1].payments)
            if found.payments
        ),
        tools=asked.tools(Listed(())),
    )
    return render_template("admin/risk_figures.html", page=page)


def _figures(label: str, tone: Badge | None, found: Figures, narrowed: Mapping[str, str], whole: int) -> FigureRow:
    def counted(count: int, of: int, tab: RiskTab, **more: str) -> Counted:
        given: dict[str, Any] = {name: value for name, value in {**narrowed, **more, "tab": tab.value}.items() if value}
        return Counted(number_text(count), url_for("admin.risks", **given), _rate(count, of))

    return FigureRow(
        label=label,
        badge=tone,
        payments=counted(found.payments, whole, RiskTab.ALL),
        waiting=counted(found.waiting, found.payments, RiskTab.WAITING),
        cleared=counted(found.cleared, found.payments, RiskTab.CLEARED),
        refused=counted(found.refused, found.payments, RiskTab.REFUSED),
        disputed=counted(found.disputed, found.payments, RiskTab.ALL, disputed="yes"),
    )


def _rate(count: int, of: int) -> str:
    """Return what part `count` is of the payments of its row, rounded down; "" for none."""
    return percent(count * _WHOLE // of) if count else ""


def _is_used(period: Period, name: str) -> bool:
    return (period.since if name == "from" else period.until) is not None


def _csv_rows(found: Sequence[tuple[RiskLevel | Rule, Figures]]) -> Iterator[tuple[object, ...]]:
    for each, row in found:
        yield (each.label, row.payments, row.waiting, row.cleared, row.refused, row.disputed)

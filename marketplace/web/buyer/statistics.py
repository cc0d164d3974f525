"""What a buyer paid, got back and spent, per currency and by month; each figure opens to its rows (S1.20)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.language import gettext as _
from marketplace.numerals import number_text
from marketplace.payments import flow_queries, search_queries
from marketplace.payments.flow_queries import BuyerFlow, BuyerTotals
from marketplace.payments.search_queries import Sought
from marketplace.payments.tabs import PaymentTab
from marketplace.web import charts, guards
from marketplace.web.buyer.overview import Figure
from marketplace.web.charts import BarChart, Point
from marketplace.web.console import Console, buyer_console
from marketplace.web.lists import Tab
from marketplace.web.pages import money_text, month_text

_MONTHS = 12


@dataclass(frozen=True, slots=True)
class CurrencyView:
    """One currency's figures."""

    currency: str
    figures: tuple[Figure, ...]
    chart: BarChart


@dataclass(frozen=True, slots=True)
class StatisticsPage:
    """What templates/buyer/statistics.html shows."""

    title: str
    console: Console
    currencies: tuple[CurrencyView, ...]
    attempts: tuple[Tab, ...]


@guards.signed_in
def statistics() -> ResponseReturnValue:
    """Show the viewer's own figures, the currency used most first."""
    buyer_id = guards.viewer().user_id
    totals, months = flow_queries.buyer_totals(buyer_id), flow_queries.buyer_months(buyer_id)
    counts = search_queries.counts_of_buyer(buyer_id, Sought())
    this_month = clock.now().date().replace(day=1)
    page = StatisticsPage(
        title=_("Statistics"),
        console=buyer_console("statistics"),
        currencies=tuple(
            CurrencyView(total.currency, _figures(total), _chart(total.currency, months, this_month))
            for total in totals
        ),
        attempts=tuple(
            Tab(each.label, url_for("buyer.payments", status=each.value), is_current=False, count=each.count_of(counts))
            for each in PaymentTab
            if each.is_shown and each is not PaymentTab.ALL
        ),
    )
    return render_template("buyer/statistics.html", page=page)


def _figures(total: BuyerTotals) -> tuple[Figure, ...]:
    def flow(which: BuyerFlow, minor: int, note: str) -> Figure:
        url = url_for("buyer.explain_flow", figure=which.value, currency=total.currency)
        return Figure(which.label, money_text(minor, total.currency), note, url)

    paid = url_for("buyer.payments", status=PaymentTab.HAS_MONEY.value, currency=total.currency)
    average = money_text(total.average_minor, total.currency)
    return (
        flow(BuyerFlow.SPENT, total.spent_minor, _("Paid less refunded")),
        flow(BuyerFlow.PAID, total.paid_minor, _("All payments that went through")),
        flow(BuyerFlow.REFUNDED, total.refunded_minor, _("Back with you, or on its way")),
        Figure(
            _("Completed payments"),
            number_text(total.payments),
            _("Also those refunded since"),
            paid,
            _("See the payments"),
        ),
        Figure(_("Average payment"), average, _("Paid, by completed payments"), paid, _("See the payments")),
    )


def _chart(currency: str, by_month: Mapping[tuple[str, date], tuple[int, int]], this_month: date) -> BarChart:
    months = [this_month]
    while len(months) < _MONTHS:
        months.insert(0, (months[0] - timedelta(days=1)).replace(day=1))
    points = []
    for month in months:
        paid, refunded = by_month.get((currency, month), (0, 0))
        last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        address: dict[str, Any] = {"from": month.isoformat(), "to": last.isoformat()}
        url = url_for("buyer.explain_flow", figure=BuyerFlow.PAID.value, currency=currency, **address)
        note = _("%(amount)s refunded", amount=money_text(refunded, currency)) if refunded else ""
        points.append(Point(month_text(month), paid, url, note))
    return charts.bar_chart(
        _("Paid by month in %(currency)s", currency=currency),
        points,
        currency,
        first_head=_("Month"),
        amount_head=_("Paid"),
    )

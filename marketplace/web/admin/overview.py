"""The admin's first page: what flows, what waits and whether the books balance. Each figure opens to its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.errors import NotFound
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.ledger import queries as ledger
from marketplace.ledger.accounts import Account
from marketplace.ledger.queries import Balance
from marketplace.numerals import as_written
from marketplace.paging import PAGE_SIZE, Period
from marketplace.payments import flow_queries, search_queries
from marketplace.payments.flow_queries import HouseFlow, HouseTotals
from marketplace.payments.tabs import PaymentTab
from marketplace.reconciliation import waiting
from marketplace.refunds import queue_queries
from marketplace.refunds.queue_queries import RefundTab
from marketplace.web import charts, explaining, guards, lists
from marketplace.web.admin import waiting_page
from marketplace.web.admin.explain import entry_url
from marketplace.web.admin.waiting_page import WaitingRow
from marketplace.web.charts import BarChart, Point
from marketplace.web.console import Console, admin_console
from marketplace.web.explaining import Crumb
from marketplace.web.lists import Choice, Tab
from marketplace.web.pages import date_text, money_text, time_text

SPANS = (7, 30, 90)
_USUAL = 30


@dataclass(frozen=True, slots=True)
class Figure:
    """One tile; `explain_url` opens the rows that make it."""

    label: str
    amount: str
    note: str
    explain_url: str
    explain_label: str = Text("Explain this figure")


@dataclass(frozen=True, slots=True)
class HeldRow:
    """What is held for sellers in one currency, and whether its books balance."""

    currency: str
    held: str
    held_url: str
    is_balanced: bool
    difference: str


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """What templates/admin/overview.html shows."""

    title: str
    console: Console
    note: str
    spans: tuple[Tab, ...]
    currency: str
    currencies: tuple[Choice, ...]
    figures: tuple[Figure, ...]
    chart: BarChart
    waiting: tuple[WaitingRow, ...]
    lag: Figure
    books: tuple[HeldRow, ...]
    books_url: str
    is_balanced: bool


def _address(first: date, last: date | None = None) -> dict[str, Any]:
    """Return these days as addresses write them."""
    return {"from": first.isoformat(), "to": last.isoformat() if last else None}


@dataclass(frozen=True, slots=True)
class _Span:
    """Some days up to today."""

    days: int
    period: Period
    address: dict[str, Any]

    @classmethod
    def until_today(cls, days: int, now: datetime) -> "_Span":
        first, last = now.date() - timedelta(days=days - 1), now.date()
        start = datetime.combine(first, time(), UTC)
        end = datetime.combine(last + timedelta(days=1), time(), UTC)
        return cls(days, Period(start, end), _address(first, last))


@guards.admin_only
def overview() -> ResponseReturnValue:
    """Show how the shop does over the days and in the currency that the address asks for."""
    now = clock.now()
    asked = request.args.get("days", "")
    span = _Span.until_today(int(asked) if asked in map(str, SPANS) else _USUAL, now)
    totals = flow_queries.house_totals(span.period)
    balances = ledger.trial_balance()
    found = waiting.waiting()
    books = _books(balances)
    currencies = [total.currency for total in totals] + [row.currency for row in books]
    currencies = list(dict.fromkeys(currencies)) or ["USD"]
    chosen = request.args.get("currency", "")
    currency = chosen if chosen in currencies else currencies[0]
    of_currency = [total for total in totals if total.currency == currency]
    page = OverviewPage(
        title=_("Overview"),
        console=admin_console("overview", RefundTab.WAITING.count_of(queue_queries.counts())),
        note=_("%(day)s until today, %(now)s", day=date_text(span.period.since or now), now=time_text(now)),
        spans=tuple(_span_tab(days, span.days, chosen) for days in SPANS),
        currency=currency,
        currencies=tuple(
            Choice(each, url_for("admin.overview", days=span.days, currency=each), each == currency)
            for each in currencies
        ),
        figures=_figures(of_currency[0] if of_currency else HouseTotals(currency, 0, 0, 0), span),
        chart=_chart(currency, span),
        waiting=waiting_page.rows(found, now),
        lag=_lag(),
        books=books,
        books_url=url_for("admin.ledger"),
        is_balanced=all(row.is_balanced for row in books),
    )
    return render_template("admin/overview.html", page=page)


@guards.admin_only
def explain_flow(figure: str, currency: str) -> ResponseReturnValue:
    """Show the ledger rows that make a figure of the overview, over the time that the address gives."""
    asked = lists.member(HouseFlow, figure)
    if asked is None or not lists.is_currency(currency):
        raise NotFound(_("There is no such figure."))
    found = flow_queries.explain_house(asked, currency, lists.asked().period, lists.row_id("before"), PAGE_SIZE)
    crumbs = [Crumb(_("Overview"), url_for("admin.overview"))]
    return explaining.show_flow(found, asked, currency, admin_console("overview"), crumbs, entry_url)


def _span_tab(days: int, chosen: int, currency: str) -> Tab:
    return Tab(
        _("%(count)s days", count=days), url_for("admin.overview", days=days, currency=currency or None), days == chosen
    )


def _figures(totals: HouseTotals, span: _Span) -> tuple[Figure, ...]:
    def flow(which: HouseFlow, minor: int, note: str) -> Figure:
        url = url_for("admin.explain_flow", figure=which.value, currency=totals.currency, **span.address)
        return Figure(which.label, money_text(minor, totals.currency), note, url)

    counts = search_queries.exact_counts(span.period)
    tried, refused = sum(counts.values()), PaymentTab.FAILED.count_of(counts)
    return (
        flow(HouseFlow.VOLUME, totals.volume_minor, _("What buyers paid for orders and credits")),
        flow(
            HouseFlow.TAKE,
            totals.take_minor,
            _("%(rate)s of the volume", rate=_rate(totals.take_minor, totals.volume_minor)),
        ),
        Figure(
            _("Failed payments"),
            _rate(refused, tried),
            _("%(refused)s of %(tried)s attempts, all currencies", refused=refused, tried=tried),
            url_for("admin.payments", status=PaymentTab.FAILED.value, **span.address),
            _("See the payments"),
        ),
        flow(
            HouseFlow.REFUNDED,
            totals.refunded_minor,
            _("%(rate)s of the volume", rate=_rate(totals.refunded_minor, totals.volume_minor)),
        ),
    )


def _rate(part: int, whole: int) -> str:
    """Return a share in per cent with one digit: 4.2 %."""
    tenths = (part * 2000 + whole) // (2 * whole) if whole > 0 else 0
    return as_written(f"{tenths // 10}.{tenths % 10}") + " %"


def _chart(currency: str, span: _Span) -> BarChart:
    by_day = flow_queries.volume_by_day(currency, span.period)
    first = span.period.since.date() if span.period.since else clock.now().date()
    days = [first + timedelta(days=number) for number in range(span.days)]
    points = [
        Point(
            date_text(day),
            by_day.get(day, 0),
            url_for(
                "admin.explain_flow",
                figure=HouseFlow.VOLUME.value,
                currency=currency,
                **_address(day, day),
            ),
        )
        for day in days
    ]
    return charts.bar_chart(
        _("Volume per day in %(currency)s", currency=currency), points, currency, amount_head=_("Volume")
    )


def _lag() -> Figure:
    found = waiting.webhook_lag()
    if found is None:
        return Figure(
            _("Events on their way"), _("None yet"), _("No provider has told us anything."), url_for("admin.events")
        )
    typical, slowest = (waiting_page.span_text(timedelta(seconds=span)) for span in (found.typical, found.slowest))
    note = _(
        "Half of the last %(count)s came within %(typical)s, the slowest took %(slowest)s",
        count=found.events,
        typical=typical,
        slowest=slowest,
    )
    return Figure(_("Events on their way"), typical, note, url_for("admin.events", **_address(found.since.date())))


def _books(balances: Sequence[Balance]) -> tuple[HeldRow, ...]:
    rows = []
    for currency in dict.fromkeys(balance.currency for balance in balances):
        own = [balance for balance in balances if balance.currency == currency]
        held = -sum(balance.balance_minor for balance in own if balance.account is Account.SELLER_HELD)
        left = sum(balance.balance_minor for balance in own)
        url = url_for("admin.account", account=Account.SELLER_HELD.value, currency=currency, side="credit")
        rows.append(HeldRow(currency, money_text(held, currency), url, left == 0, money_text(left, currency)))
    return tuple(rows)

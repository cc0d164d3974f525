"""What a seller's overview shows: ready texts and addresses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import url_for

from marketplace.catalog.shelf_queries import ShelfTab
from marketplace.language import gettext as _
from marketplace.language import ngettext, pgettext
from marketplace.orders.states import OrderStatus
from marketplace.payouts.account_queries import AccountRow
from marketplace.payouts.money_queries import Release, Standing
from marketplace.payouts.pot_queries import Pots
from marketplace.refunds.waiting_queries import Waiting
from marketplace.web.console import Console, seller_console
from marketplace.web.lists import Tab
from marketplace.web.pages import money_text, sentence
from marketplace.web.seller import explain, money_parts, phrases, sales_chart, to_do
from marketplace.web.seller.money_parts import FlowBar, FlowRow, Total
from marketplace.web.seller.orders import OrderRow, release_text
from marketplace.web.seller.sales_chart import Chart
from marketplace.web.seller.to_do import ToDo
from marketplace.web.seller.transactions import currency_tabs

PERIODS = (7, 30, 90)


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read for the page."""

    name: str
    now: datetime
    days: int
    currencies: Sequence[str]
    currency: str
    standing: Standing
    orders: Mapping[OrderStatus, int]
    to_send: Mapping[date, int]
    """How many orders wait to be sent, by the day on which they were paid."""
    refunds: Sequence[Waiting]
    disputes: tuple[int, datetime | None]
    """How many wait for an answer, and when the first is due."""
    shelf: Mapping[ShelfTab, int]
    low_stock: int
    account: AccountRow | None
    latest: tuple[OrderRow, ...]

    @property
    def first_day(self) -> date:
        """Return the first of the days that are shown; today is the last."""
        return self.now.date() - timedelta(days=self.days - 1)

    @property
    def pots(self) -> Pots:
        """Return where the money of the chosen currency is."""
        none = Pots(self.currency)
        return next((pots for pots in self.standing.pots if pots.currency == self.currency), none)


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the four figures at the head; the link leads to what makes it."""

    label: str
    amount: str
    note: str
    explain_url: str
    explain_label: str
    change: str = ""
    tone: str = "ok"


@dataclass(frozen=True, slots=True)
class ReleaseDay:
    """What is planned to be released on one day."""

    day: str
    weekday: str
    note: str
    amount: str
    explain_url: str


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One of the three steps of a new shop."""

    label: str
    state: str
    note: str


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """What templates/seller/overview.html shows."""

    title: str
    console: Console
    today: str
    periods: tuple[Tab, ...]
    currencies: tuple[Tab, ...]
    csv_url: str
    figures: tuple[Figure, ...]
    sales_title: str
    chart: Chart
    flow_bars: tuple[FlowBar, ...]
    flow_rows: tuple[FlowRow, ...]
    gone_rows: tuple[FlowRow, ...]
    balance: tuple[Total, ...]
    releases: tuple[ReleaseDay, ...]
    latest: tuple[OrderRow, ...]
    to_do: tuple[ToDo, ...]
    first_steps: tuple[FirstStep, ...]
    """Of a shop that has never had an order; empty for any other."""
    has_listings: bool


def build(facts: Facts) -> OverviewPage:
    """Return the overview of `facts`."""
    currency = facts.currency
    kept: dict[str, Any] = {"currency": currency} if currency != facts.currencies[0] else {}
    period: dict[str, Any] = {"from": facts.first_day.isoformat(), "to": facts.now.date().isoformat()}
    sales_url = url_for("seller.transactions", type="sale", **kept, **period)
    has_listings = any(facts.shelf.values())

    def day_url(day: date) -> str:
        one: dict[str, Any] = {"from": day.isoformat(), "to": day.isoformat()}
        return url_for("seller.transactions", type="sale", **kept, **one)

    waiting = sum(facts.to_send.values())
    return OverviewPage(
        title=_("Hello, %(name)s", name=facts.name.split()[0]),
        console=seller_console("overview", waiting),
        today=sentence(phrases.day_text(facts.now, "EEEE d MMMM")),
        periods=tuple(
            Tab(_("%(days)s days", days=days), url_for("seller.overview", days=days, **kept), days == facts.days)
            for days in PERIODS
        ),
        currencies=currency_tabs(facts.currencies, currency, "seller.overview", days=str(facts.days)),
        csv_url=url_for("seller.transactions", **kept, **period, format="csv"),
        figures=(_sales(facts, sales_url), _to_send(facts, waiting), _held(facts), _refunds(facts)),
        sales_title=_("Sales, last %(days)s days", days=facts.days),
        chart=sales_chart.build(facts.standing.sales, currency, facts.first_day, facts.days, day_url),
        flow_bars=money_parts.bars(facts.pots),
        flow_rows=money_parts.rows(facts.pots, facts.standing.held.next_release, facts.now),
        gone_rows=money_parts.gone(facts.pots),
        balance=money_parts.balance(facts.pots),
        releases=tuple(_release(each, currency) for each in facts.standing.releases),
        latest=facts.latest,
        to_do=_to_do(facts),
        first_steps=() if facts.latest else _first_steps(facts.shelf),
        has_listings=has_listings,
    )


def _to_do(facts: Facts) -> tuple[ToDo, ...]:
    return to_do.build(
        facts.to_send,
        facts.refunds,
        facts.disputes,
        facts.shelf,
        facts.low_stock,
        facts.standing.pots,
        facts.account,
        facts.now,
    )


def _sales(facts: Facts, url: str) -> Figure:
    before_first = facts.first_day - timedelta(days=facts.days)
    sales = facts.standing.sales
    now = sum(each.gross_minor for each in sales if each.day >= facts.first_day)
    before = sum(each.gross_minor for each in sales if before_first <= each.day < facts.first_day)
    return Figure(
        label=_("Sales, last %(days)s days", days=facts.days),
        amount=money_text(now, facts.currency),
        note=_(
            "against %(amount)s in the %(days)s days before", amount=money_text(before, facts.currency), days=facts.days
        )
        if before
        else _("None in the %(days)s days before", days=facts.days),
        explain_url=url,
        explain_label=_("Explain this figure"),
        change=change_text(now, before),
        tone="bad" if now < before else "ok",
    )


def change_text(now: int, before: int) -> str:
    """Return by how much `now` differs from `before`: +12.4%; "" where there is nothing to compare with."""
    if before <= 0:
        return ""
    tenths = ((now - before) * 2000 + before) // (2 * before)
    sign = "+" if tenths >= 0 else "\N{MINUS SIGN}"
    return sign + phrases.percent_text(abs(tenths))


def _to_send(facts: Facts, waiting: int) -> Figure:
    return Figure(
        label=_("Orders to send"),
        amount=str(waiting),
        note=to_do.due_text(facts.to_send, facts.now) or _("Nothing waits"),
        explain_url=url_for("seller.orders"),
        explain_label=_("See them") if waiting else _("Your orders"),
    )


def _held(facts: Facts) -> Figure:
    held, currency = facts.standing.held, facts.currency
    orders = ngettext("%(number)s order", "%(number)s orders", held.orders, number=held.orders)
    return Figure(
        label=_("Held for you"),
        amount=money_text(held.amount_minor, currency),
        note=_held_note(orders, release_text(held.next_release, facts.now), facts.pots)
        if held.next_release
        else _("Nothing is held"),
        explain_url=url_for("seller.explain_held", currency=currency),
        explain_label=_("Explain this figure"),
    )


def _held_note(orders: str, release: str, pots: Pots) -> str:
    """Return what the sum holds: "Where your money is" tells what is in a refund or dispute apart."""
    if not pots.blocked_minor:
        return f"{orders}, {release}"
    return _("%(orders)s, %(release)s. What is in a refund or dispute counts too.", orders=orders, release=release)


def _refunds(facts: Facts) -> Figure:
    asked = [money_text(each.asked_minor, each.currency) for each in facts.refunds]
    count = sum(each.refunds for each in facts.refunds)
    return Figure(
        label=_("Refunds waiting"),
        amount=str(count),
        note=_("%(amounts)s asked back", amounts=phrases.joined(asked)) if asked else _("Nobody waits for a decision"),
        explain_url=url_for("seller.refunds"),
        explain_label=_("See them") if count else _("Your refunds"),
    )


def _release(release: Release, currency: str) -> ReleaseDay:
    day = release.day
    return ReleaseDay(
        day=phrases.day_text(day, "d MMM") if day else pgettext("a release", "Due"),
        weekday=phrases.day_text(day, "EEE") if day else "",
        note=_released(release),
        amount=money_text(release.amount_minor, currency),
        explain_url=url_for("seller.explain_release", currency=currency, day=day.isoformat() if day else explain.DUE),
    )


def _released(release: Release) -> str:
    count = release.orders
    if release.day:
        return ngettext("%(number)s order", "%(number)s orders", count, number=count)
    return ngettext("%(number)s order not free yet", "%(number)s orders not free yet", count, number=count)


def _first_steps(shelf: Mapping[ShelfTab, int]) -> tuple[FirstStep, ...]:
    is_written, is_shown = any(shelf.values()), shelf[ShelfTab.ACTIVE] > 0
    written = "done" if is_written else "now"
    shown = "done" if is_shown else "now" if is_written else "next"
    return (
        FirstStep(
            _("Describe what you sell"), written, _("A car or a part, with its price. You see what you receive.")
        ),
        FirstStep(_("Publish it"), shown, _("Buyers find it from then on.")),
        FirstStep(_("Send your first order"), "now" if is_shown else "next", _("We tell you as soon as it is paid.")),
    )

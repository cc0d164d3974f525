"""Payouts: the list, the next run before it happens, and one payout."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.config import Settings
from marketplace.counting import count_text
from marketplace.language import gettext as _
from marketplace.language import ngettext, texts
from marketplace.numerals import number_text
from marketplace.paging import Period, every
from marketplace.payments import timeline_queries
from marketplace.payouts import admin_queries, flows
from marketplace.payouts.admin_queries import PayoutRow, Sought
from marketplace.payouts.operations import TakenUp
from marketplace.payouts.rules import Occasion
from marketplace.payouts.states import PayoutStatus
from marketplace.web import guards, lists, wording
from marketplace.web.admin import payout_page
from marketplace.web.admin.payout_forms import DecisionForm
from marketplace.web.admin.payout_next import Upcoming, upcoming
from marketplace.web.console import Console, admin_console
from marketplace.web.lists import Asked, Tab, Tools
from marketplace.web.pages import date_text, decimal, money_text, time_text
from marketplace.web.providers import providers
from marketplace.web.stored_words import as_read
from marketplace.web.wording import Badge

_CSV_COLUMNS = texts(
    "Payout", "Begun (UTC)", "Shop", "Status", "Currency", "Amount", "Taken back", "Bank", "Arrives (UTC)",
    "Transfer", "Payment to the bank", "Why not",
)  # fmt: skip
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class ListedPayout:
    """One payout in the list."""

    number: str
    note: str
    url: str
    shop: str
    shop_url: str
    badge: Badge
    begun: str
    arrives: str
    amount: str


@dataclass(frozen=True, slots=True)
class PayoutsPage:
    """What templates/admin/payouts.html shows."""

    title: str
    console: Console
    tabs: tuple[Tab, ...]
    text: str
    rows: tuple[ListedPayout, ...]
    tools: Tools
    list_url: str
    is_narrowed: bool


@dataclass(frozen=True, slots=True)
class NextPage:
    """What templates/admin/payouts_next.html shows."""

    title: str
    console: Console
    tabs: tuple[Tab, ...]
    note: str
    rows: tuple[Upcoming, ...]
    is_cut: bool
    can_run: bool


@guards.admin_only
def payouts() -> ResponseReturnValue:
    """List payouts, newest first, found by number, provider's id or shop."""
    status, text = lists.choice(PayoutStatus, "status"), lists.search_text()
    asked = lists.asked(*lists.BY_TIME_AND_AMOUNT, status=status.value if status else "", q=text)
    sought = Sought(text, status, asked.period)
    read = partial(admin_queries.payouts, sought)
    if asked.is_csv:
        return lists.csv_file("payouts", _CSV_COLUMNS, map(_csv_row, every(read, asked.cursor)))
    listed, counts = read(asked.cursor), admin_queries.counts(sought)
    page = PayoutsPage(
        title=_("Payouts"),
        console=admin_console("payouts"),
        tabs=_tabs(asked, counts, status, is_next=False),
        text=text,
        rows=tuple(_row(row) for row in listed.rows),
        tools=asked.tools(listed, {"q": _("Search: %(text)s", text=text)}),
        list_url=url_for("admin.payouts"),
        is_narrowed=bool(asked.url() != url_for("admin.payouts")),
    )
    return render_template("admin/payouts.html", page=page)


@guards.admin_only
def next_payouts() -> ResponseReturnValue:
    """Show whom the next run pays, how much, and who is left out and why."""
    found = upcoming(_settings().money, clock.now())
    page = NextPage(
        title=_("Next run"),
        console=admin_console("payouts"),
        tabs=_tabs(None, admin_queries.counts(Sought("", None, Period())), None, is_next=True),
        note=found.note,
        rows=found.rows,
        is_cut=found.is_cut,
        can_run=found.is_any_ready,
    )
    return render_template("admin/payouts_next.html", page=page)


@guards.admin_only
def run_payouts() -> ResponseReturnValue:
    """Pay everybody who can be paid, whatever their day; at most 50 payouts, the tick does the rest on its days."""
    begun: list[TakenUp] = []
    flows.run_due(
        providers=providers(),
        policy=_settings().money,
        now=clock.now(),
        limit=_AT_ONCE,
        occasion=Occasion.RUN_NOW,
        progress=begun.append,
    )
    if not begun:
        flash(_("Nobody can be paid now. The list says why."), "wait")
        return redirect(url_for("admin.next_payouts"), code=303)
    count = number_text(len(begun))
    flash(
        ngettext("%(number)s payout was begun.", "%(number)s payouts were begun.", len(begun), number=count),
        "ok",
    )
    return redirect(url_for("admin.payouts"), code=303)


@guards.admin_only
def payout(number: str) -> ResponseReturnValue:
    """Show one payout: its lines, its ways through provider and bank, and what may be done."""
    return show(admin_queries.payout(lists.number(number)), DecisionForm(None), 200)


def show(row: PayoutRow, form: DecisionForm, code: int) -> ResponseReturnValue:
    """Return the page of a payout with the form that decides about it, which may have something to correct."""
    facts = payout_page.Facts(
        payout=row,
        lines=admin_queries.lines_of(row.id),
        calls=admin_queries.calls_of(row.id),
        reversals=admin_queries.reversals_of(row.id),
        entries=admin_queries.entries_of(row.id, row.number),
        changes=timeline_queries.changes_of({"payout": [row.id]}),
    )
    return render_template("admin/payout.html", page=payout_page.build(facts), form=form), code


def _tabs(
    asked: Asked | None, counts: Mapping[PayoutStatus, int], status: PayoutStatus | None, *, is_next: bool
) -> tuple[Tab, ...]:
    """Return the next run, everything, and each status; with the filters of the list where it is shown."""

    def url(value: str) -> str:
        return asked.url(status=value) if asked else url_for("admin.payouts", status=value or None)

    return (
        Tab(_("Next run"), url_for("admin.next_payouts"), is_next),
        Tab(_("All"), url(""), status is None and not is_next, count_text(sum(counts.values()))),
        *(Tab(each.label, url(each.value), each is status, count_text(counts[each])) for each in PayoutStatus),
    )


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


def _row(row: PayoutRow) -> ListedPayout:
    return ListedPayout(
        number=row.number,
        note=payout_page.note(row),
        url=url_for("admin.payout", number=row.number),
        shop=row.shop_name,
        shop_url=url_for("admin.payouts_of_seller", seller_id=row.seller_id),
        badge=wording.badge(row.status),
        begun=time_text(row.started_at),
        arrives=date_text(row.arrives_at) if row.arrives_at else _("Not known yet"),
        amount=money_text(row.amount_minor, row.currency),
    )


def _csv_row(row: PayoutRow) -> tuple[Any, ...]:
    return (
        row.number,
        row.started_at,
        row.shop_name,
        row.status.label,
        row.currency,
        decimal(row.amount_minor, row.currency),
        decimal(row.reversed_minor, row.currency),
        payout_page.bank(row),
        row.arrives_at,
        row.transfer_id,
        row.provider_payout_id,
        as_read(row.failure_reason),
    )

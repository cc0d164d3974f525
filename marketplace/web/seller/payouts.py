"""A seller's payouts: every payment to their bank, what it is made of, and what is wrong with it if anything is."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.language import gettext as _
from marketplace.language import ngettext, texts
from marketplace.paging import every
from marketplace.payouts import balance_queries, pot_queries, seller_queries
from marketplace.payouts import money_queries as money
from marketplace.payouts.pot_queries import Pots
from marketplace.payouts.seller_queries import Line, PayoutRow, PayoutTab, Sought
from marketplace.payouts.states import PayoutStatus
from marketplace.web import guards, lists
from marketplace.web.console import Console, seller_console
from marketplace.web.lists import Asked, Choice, Tab, Tools
from marketplace.web.pages import date_text, decimal, money_text
from marketplace.web.seller import balance_page, payout_page, transactions
from marketplace.web.seller.balance_page import NextPayout
from marketplace.web.stored_words import as_read

_CSV_COLUMNS = texts(
    "Payout", "Taken up (UTC)", "Status", "Currency", "Amount", "Taken back", "Orders", "Bank", "Arrives (UTC)",
    "Problem",
)  # fmt: skip
_LINE_COLUMNS = texts(
    "Line", "Payout", "Order", "Currency", "Net of the sale", "Not paid here", "Paid here", "Taken back",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PayoutLine:
    """One payout in the list."""

    number: str
    url: str
    started: str
    note: str
    amount: str
    status: str
    tone: str
    arrives: str
    bank: str


@dataclass(frozen=True, slots=True)
class PayoutsPage:
    """What templates/seller/payouts.html shows."""

    title: str
    console: Console
    next_payout: NextPayout
    pending: str
    currencies: tuple[Choice, ...]
    tabs: tuple[Tab, ...]
    tab_label: str
    rows: tuple[PayoutLine, ...]
    tools: Tools


_NOT_THERE = frozenset({PayoutStatus.REFUSED, PayoutStatus.FAILED, PayoutStatus.CANCELED, PayoutStatus.REVERSED})


@guards.seller_only
def payouts() -> ResponseReturnValue:
    """List the seller's payouts, newest first, and say when the next one is."""
    seller_id, now = guards.viewer().user_id, clock.now()
    policy = current_app.extensions["settings"].money
    known = transactions.in_order(money.currencies(seller_id), policy.main_currency)
    currency = transactions.chosen(["", *known])
    tab = lists.choice(PayoutTab, "tab") or PayoutTab.ALL
    asked = lists.asked(*lists.BY_TIME_AND_AMOUNT, tab="" if tab is PayoutTab.ALL else tab.value, currency=currency)
    sought = Sought(seller_id, tab, currency, asked.period)
    if asked.is_csv:
        rows = every(partial(seller_queries.payouts, sought), asked.cursor)
        return lists.csv_file("payouts", _CSV_COLUMNS, map(_csv_row, rows))
    listed = seller_queries.payouts(sought, asked.cursor)
    shown = currency or known[0]
    account = balance_queries.account(seller_id, shown, policy=policy, now=now)
    pots = next((pots for pots in pot_queries.pots_of(seller_id) if pots.currency == shown), Pots(shown))
    page = PayoutsPage(
        title=_("Payouts"),
        console=seller_console("payouts"),
        next_payout=balance_page.next_payout(account, shown, now),
        pending=money_text(pots.pending_minor, shown),
        currencies=(
            Choice(_("All"), "", not currency),
            *(Choice(each, each, each == currency) for each in (known if len(known) > 1 else ())),
        ),
        tabs=_tabs(asked, tab, sought),
        tab_label=tab.label,
        rows=tuple(map(_row, listed.rows)),
        tools=asked.tools(listed, {"currency": currency}),
    )
    return render_template("seller/payouts.html", page=page)


@guards.seller_only
def payout(number: str) -> ResponseReturnValue:
    """Show one payout: its lines, which make its amount, the debts paid before it, and what happened to it."""
    found = seller_queries.payout(guards.viewer().user_id, lists.number(number))
    row = found.payout
    if lists.asked().is_csv:
        return lists.csv_file(f"payout-{row.number}", _LINE_COLUMNS, map(partial(_csv_line, row), found.lines))
    return render_template("seller/payout.html", page=payout_page.build(found))


def _row(row: PayoutRow) -> PayoutLine:
    return PayoutLine(
        number=row.number,
        url=url_for("seller.payout", number=row.number),
        started=date_text(row.started_at),
        note=ngettext("%(number)s order", "%(number)s orders", row.shares, number=row.shares),
        amount=money_text(row.amount_minor, row.currency),
        status=row.status.label,
        tone=payout_page.TONES[row.status],
        arrives=date_text(row.arrives_at) if row.arrives_at and row.status not in _NOT_THERE else "",
        bank=payout_page.bank(row),
    )


def _tabs(asked: Asked, tab: PayoutTab, sought: Sought) -> tuple[Tab, ...]:
    counts = seller_queries.counts(sought)
    return tuple(
        Tab(
            each.label,
            asked.url(tab="" if each is PayoutTab.ALL else each.value),
            each is tab,
            sum(counts.get(status, 0) for status in each.statuses),
        )
        for each in PayoutTab
    )


def _csv_row(row: PayoutRow) -> tuple[object, ...]:
    amounts: tuple[Any, ...] = (decimal(row.amount_minor, row.currency), decimal(row.reversed_minor, row.currency))
    return (
        row.number, row.started_at, row.status.label, row.currency, *amounts, row.shares, payout_page.bank(row),
        row.arrives_at, as_read(row.failure_reason),
    )  # fmt: skip


def _csv_line(row: PayoutRow, line: Line) -> tuple[object, ...]:
    amounts = (line.net_minor, line.before_minor, line.amount_minor, line.reversed_minor)
    return (line.id, row.number, line.order_number, row.currency, *(decimal(minor, row.currency) for minor in amounts))

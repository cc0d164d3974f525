"""Every movement of a seller's money, with the balance after each: what the ledger says, line by line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.language import Text, texts
from marketplace.language import gettext as _
from marketplace.ledger.accounts import Account
from marketplace.paging import Period, every
from marketplace.payments import movement_queries
from marketplace.payments.movement_queries import Asked, Movement, MovementKind, Totals
from marketplace.payouts import money_queries
from marketplace.web import guards, lists, order_parts
from marketplace.web.console import Console, seller_console
from marketplace.web.lists import Choice, Tab, Tools
from marketplace.web.pages import date_text, decimal, money_text
from marketplace.web.seller import entry_links

_WHERE = {
    Account.SELLER_HELD: Text("Held"),
    Account.SELLER_PAYABLE: Text("Available"),
    Account.SELLER_DEBT: Text("Owed"),
}
_CSV_COLUMNS = texts(
    "Posting", "Booked (UTC)", "Type", "Where", "Order", "Entry", "Currency", "Paid by the buyer",
    "Discount paid by the marketplace", "Platform fee", "Card fee", "Amount", "Balance",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure above the list."""

    label: str
    amount: str
    note: str = ""
    explain_url: str = ""


@dataclass(frozen=True, slots=True)
class TransactionRow:
    """One movement in the list."""

    title: str
    note: str
    url: str
    date: str
    where: str
    gross: str
    fees: str
    amount: str
    is_incoming: bool
    balance: str


@dataclass(frozen=True, slots=True)
class TransactionsPage:
    """What templates/seller/transactions.html shows."""

    title: str
    console: Console
    currencies: tuple[Tab, ...]
    """Empty where there is only one."""
    kinds: tuple[Choice, ...]
    """The choices of the filter; their `url` is the value that is sent."""
    figures: tuple[Figure, ...]
    rows: tuple[TransactionRow, ...]
    tools: Tools


@guards.seller_only
def transactions() -> ResponseReturnValue:
    """List the movements of the seller's money in one currency, newest first, and what they make together."""
    seller_id = guards.viewer().user_id
    main = current_app.extensions["settings"].money.main_currency
    known = in_order(money_queries.currencies(seller_id), main)
    currency = chosen(known)
    kind = lists.choice(MovementKind, "type")
    asked = lists.asked(
        *lists.BY_TIME, currency="" if currency == known[0] else currency, type=kind.value if kind else ""
    )
    wanted = Asked(seller_id, currency, kind, asked.period)
    if asked.is_csv:
        rows = every(partial(movement_queries.movements, wanted), asked.cursor)
        return lists.csv_file(f"transactions-{currency}", _CSV_COLUMNS, map(partial(_csv_row, currency), rows))
    listed, totals = movement_queries.statement(wanted, asked.cursor)
    page = TransactionsPage(
        title=_("Transactions"),
        console=seller_console("transactions"),
        currencies=currency_tabs(known, currency, "seller.transactions"),
        kinds=(
            Choice(_("All"), "", kind is None),
            *(Choice(each.plural, each.value, each is kind) for each in MovementKind),
        ),
        figures=_figures(wanted, totals),
        rows=tuple(_row(row, currency) for row in listed.rows),
        tools=asked.tools(listed, {"type": kind.plural if kind else ""}),
    )
    return render_template("seller/transactions.html", page=page)


def in_order(currencies: Sequence[str], main: str) -> list[str]:
    """Return a seller's currencies, the house's main one first where it is among them; it alone when there is none."""
    return sorted(currencies, key=lambda currency: (currency != main, currency)) or [main]


def chosen(known: Sequence[str]) -> str:
    """Return the currency that the address asks for, or the first of those the seller has."""
    wanted = request.args.get("currency", "")
    return wanted if wanted in known else known[0]


def currency_tabs(known: Sequence[str], current: str, endpoint: str, **kept: Any) -> tuple[Tab, ...]:
    """Return a tab per currency, none where there is no choice."""
    if len(known) < 2:
        return ()
    return tuple(Tab(each, url_for(endpoint, currency=each, **kept), each == current) for each in known)


def _figures(asked: Asked, totals: Totals) -> tuple[Figure, ...]:
    """Return what the rows make: from the opening to the closing balance, or what those of one kind are together."""
    currency, period = asked.currency, asked.period
    closing = Figure(
        label=_("Balance at the end of %(day)s", day=_last_day(period)) if period.until else _("Balance now"),
        amount=money_text(totals.closing_minor, currency),
        explain_url="" if period.until else url_for("seller.explain_pot", pot="balance", currency=currency),
    )
    incoming = Figure(_("Came in"), money_text(totals.incoming_minor, currency))
    outgoing = Figure(_("Went out"), money_text(totals.outgoing_minor, currency))
    if asked.kind is MovementKind.SALE:
        fees = totals.platform_fee_minor + totals.processing_fee_minor
        note = _(
            "Platform fee %(platform)s, card fee %(card)s",
            platform=money_text(totals.platform_fee_minor, currency),
            card=money_text(totals.processing_fee_minor, currency),
        )
        return (
            Figure(
                _("Paid by buyers"),
                money_text(totals.gross_minor, currency),
                order_parts.plus_subsidy(totals.subsidy_minor, currency),
            ),
            Figure(_("Fees"), money_text(-fees, currency), note),
            Figure(_("You received"), money_text(totals.incoming_minor, currency)),
            closing,
        )
    if asked.kind is not None:
        return (incoming, outgoing, closing)
    opening = Figure(_("Opening balance"), money_text(totals.opening_minor, currency), _opening_note(period))
    return (opening, incoming, outgoing, closing)


def _opening_note(period: Period) -> str:
    return _("At the start of %(day)s", day=date_text(period.since)) if period.since else _("Before your first sale")


def _last_day(period: Period) -> str:
    return date_text(period.until - timedelta(days=1)) if period.until else ""


def _row(row: Movement, currency: str) -> TransactionRow:
    subject, subject_url = entry_links.named(row.description)
    order_url = url_for("seller.order", number=row.order_number) if row.order_number else ""
    fees = None if row.gross_minor is None else -((row.platform_fee_minor or 0) + (row.processing_fee_minor or 0))
    return TransactionRow(
        title=row.kind.label if row.kind is not MovementKind.OTHER else row.description,
        note=" · ".join(
            filter(None, (subject, row.order_number, order_parts.plus_subsidy(row.subsidy_minor or 0, currency)))
        ),
        url=subject_url or order_url,
        date=date_text(row.booked_at),
        where=_WHERE.get(row.account, row.account.label),
        gross="" if row.gross_minor is None else money_text(row.gross_minor, currency),
        fees="" if fees is None else money_text(fees, currency),
        amount=("+" if row.amount_minor > 0 else "") + money_text(row.amount_minor, currency),
        is_incoming=row.amount_minor > 0,
        balance=money_text(row.balance_minor, currency),
    )


def _csv_row(currency: str, row: Movement) -> tuple[object, ...]:
    def amount(minor: int | None, sign: int = 1) -> object:
        return None if minor is None else decimal(sign * minor, currency)

    where = _WHERE.get(row.account, row.account.label)
    what = (row.id, row.booked_at, row.kind.label, where, row.order_number, row.key, currency)
    fees = (amount(row.platform_fee_minor, -1), amount(row.processing_fee_minor, -1))
    return (
        *what,
        amount(row.gross_minor),
        amount(row.subsidy_minor),
        *fees,
        amount(row.amount_minor),
        amount(row.balance_minor),
    )

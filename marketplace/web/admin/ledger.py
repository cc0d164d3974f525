"""The books: trial balance, one account, one entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.errors import NotFound
from marketplace.ledger import queries
from marketplace.ledger.accounts import Account
from marketplace.ledger.queries import Balance
from marketplace.paging import PAGE_SIZE
from marketplace.web import explaining, guards, lists
from marketplace.web.admin.explain import entry_url
from marketplace.web.console import Console, admin_console
from marketplace.web.explaining import Crumb, ExplainPage, LedgerRow, Sum
from marketplace.web.order_parts import Fact
from marketplace.web.pages import money_text, time_text

_DEBIT = 1


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """One account of the trial balance."""

    account: str
    label: str
    url: str
    postings: int
    debit: str
    credit: str
    balance: str


@dataclass(frozen=True, slots=True)
class CurrencyBalance:
    """The trial balance of one currency."""

    currency: str
    rows: tuple[BalanceRow, ...]
    is_balanced: bool
    sum: str


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """What templates/admin/ledger.html shows."""

    title: str
    console: Console
    currencies: tuple[CurrencyBalance, ...]


@dataclass(frozen=True, slots=True)
class EntryPage:
    """What templates/admin/entry.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    note: str
    facts: tuple[Fact, ...]
    hash: str
    payment_url: str
    rows: tuple[LedgerRow, ...]
    total: Sum
    is_balanced: bool


@guards.admin_only
def ledger() -> ResponseReturnValue:
    """Show the trial balance of every currency; each balance opens to its postings."""
    by_currency = groupby(queries.trial_balance(), key=lambda balance: balance.currency)
    page = LedgerPage(
        title="Ledger",
        console=admin_console("ledger"),
        currencies=tuple(_currency(currency, list(balances)) for currency, balances in by_currency),
    )
    return render_template("admin/ledger.html", page=page)


@guards.admin_only
def account(account: str, currency: str) -> ResponseReturnValue:
    """Show one account's postings with their running sum."""
    asked = lists.member(Account, account)
    if asked is None or not (currency.isascii() and currency.isalpha() and currency.isupper()):
        raise NotFound("There is no such account.")
    found = queries.statement_page(asked, currency, lists.row_id("before"), PAGE_SIZE)
    rows, total = explaining.stretch(found, currency, _DEBIT, entry_url)
    older = found.rows[0].id if found.earlier.postings and found.rows else None
    page = ExplainPage(
        title=f"{asked.label}, {currency}",
        console=admin_console("ledger"),
        crumbs=(Crumb("Ledger", url_for("admin.ledger")),),
        figure=money_text(found.balance_minor, currency),
        sum=money_text(found.total_minor, currency),
        agrees=found.balance_minor == found.total_minor,
        intro="Debits less credits. These are the postings of the account, oldest first.",
        rows=rows,
        total=total,
        parts=(),
        older_url=url_for("admin.account", account=asked.value, currency=currency, before=older) if older else "",
        newest_url=url_for("admin.account", account=asked.value, currency=currency) if found.later.postings else "",
    )
    return render_template("explain/figure.html", page=page)


@guards.admin_only
def entry(entry_id: int) -> ResponseReturnValue:
    """Show one entry: its postings sum to zero."""
    found = queries.entry(entry_id)
    currency = found.postings[0].currency if found.postings else ""
    balance = sum(posting.amount_minor for posting in found.postings)
    page = EntryPage(
        title=f"Entry {entry_id}",
        console=admin_console("ledger"),
        crumbs=(Crumb("Ledger", url_for("admin.ledger")),),
        note=found.description,
        facts=(Fact("Key", found.key), Fact("Booked", time_text(found.booked_at)), Fact("Currency", currency)),
        hash=found.hash.hex(),
        payment_url=url_for("admin.payment", payment_id=found.payment_id) if found.payment_id else "",
        rows=explaining.ledger_table(found.postings, _DEBIT),
        total=explaining.ledger_total(found.postings, currency, balance),
        is_balanced=balance == 0,
    )
    return render_template("admin/entry.html", page=page)


def _currency(currency: str, balances: Sequence[Balance]) -> CurrencyBalance:
    left = sum(balance.balance_minor for balance in balances)
    rows = tuple(
        BalanceRow(
            account=balance.account.value,
            label=balance.account.label,
            url=url_for("admin.account", account=balance.account.value, currency=currency),
            postings=balance.postings,
            debit=money_text(balance.debit_minor, currency),
            credit=money_text(balance.credit_minor, currency),
            balance=money_text(balance.balance_minor, currency),
        )
        for balance in balances
    )
    return CurrencyBalance(currency, rows, left == 0, money_text(left, currency))

"""The books: trial balance, one account, the entries, one entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import groupby

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.errors import NotFound
from marketplace.language import Text, texts
from marketplace.language import gettext as _
from marketplace.ledger import queries
from marketplace.ledger.accounts import Account
from marketplace.ledger.queries import Balance, EntrySummary, PostingRow, Scope
from marketplace.paging import Listed, Sort, every
from marketplace.web import explaining, guards, lists
from marketplace.web.admin.explain import entry_url
from marketplace.web.console import Console, admin_console
from marketplace.web.explaining import Crumb, LedgerRow, Sum
from marketplace.web.lists import Tools
from marketplace.web.order_parts import Fact
from marketplace.web.pages import date_text, decimal, money_text, time_text

_DEBIT, _CREDIT = 1, -1
_SIDES = {_DEBIT: Text("Debits less credits"), _CREDIT: Text("Credits less debits")}
_DAY = timedelta(days=1)
_BALANCE_COLUMNS = texts("Currency", "Account", "Name", "Postings", "Debit", "Credit", "Balance")
_ENTRY_COLUMNS = texts("Entry", "Key", "Description", "Booked (UTC)", "Payment", "Currency", "Amount")
_POSTING_COLUMNS = texts(
    "Posting", "Entry", "Key", "Description", "Booked (UTC)", "Account", "Owner", "Order", "Payment", "Currency",
    "Amount",
)  # fmt: skip


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
    debit: str
    credit: str
    is_balanced: bool
    sum: str


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """What templates/admin/ledger.html shows."""

    title: str
    console: Console
    note: str
    as_of: str
    clear_url: str
    entries_url: str
    csv_url: str
    currencies: tuple[CurrencyBalance, ...]


@dataclass(frozen=True, slots=True)
class AccountPage:
    """What templates/admin/account.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    figure: str
    sum: str
    agrees: bool
    intro: str
    rows: tuple[LedgerRow, ...]
    total: Sum
    tools: Tools
    older_url: str
    newest_url: str


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry in the list."""

    key: str
    url: str
    note: str
    booked: str
    payment: str
    payment_url: str
    amount: str


@dataclass(frozen=True, slots=True)
class EntriesPage:
    """What templates/admin/entries.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    text: str
    rows: tuple[EntryRow, ...]
    tools: Tools
    list_url: str


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
    """Show the trial balance of every currency, now or at the end of a day; each balance opens to its postings."""
    asked = lists.asked()
    until = asked.period.until
    balances = queries.trial_balance(until)
    if asked.is_csv:
        return lists.csv_file("trial-balance", _BALANCE_COLUMNS, map(_balance_csv, balances))
    by_currency = groupby(balances, key=lambda balance: balance.currency)
    as_of = request.args.get("to", "") if until else ""
    page = LedgerPage(
        title=_("Ledger"),
        console=admin_console("ledger"),
        note=_("The trial balance at the end of %(day)s.", day=date_text(until - _DAY))
        if until
        else _("The trial balance, now."),
        as_of=as_of,
        clear_url=url_for("admin.ledger"),
        entries_url=url_for("admin.entries"),
        csv_url=asked.url(format="csv"),
        currencies=tuple(_currency(currency, list(found), as_of) for currency, found in by_currency),
    )
    return render_template("admin/ledger.html", page=page)


@guards.admin_only
def account(account: str, currency: str) -> ResponseReturnValue:
    """Show one account's postings with their running sum: of all or one owner, of all or some time."""
    kind = lists.member(Account, account)
    if kind is None or not lists.is_currency(currency):
        raise NotFound(_("There is no such account."))
    owner_id = lists.row_id("owner")
    # Whoever comes from a figure such as what is held for sellers sees it with the same sign.
    side = "credit" if request.args.get("side") == "credit" else ""
    asked = lists.asked(Sort.OLDEST, owner=str(owner_id or ""), side=side)
    scope = Scope(kind, currency, owner_id, asked.period)
    if asked.is_csv:
        rows = every(partial(queries.postings_in, scope), asked.cursor)
        return lists.csv_file(f"{kind.value}-{currency}", _POSTING_COLUMNS, map(_posting_csv, rows))
    found = queries.statement_page(scope, lists.row_id("before"), asked.cursor.size)
    sign = _CREDIT if side else _DEBIT
    rows_shown, total = explaining.stretch(found, currency, sign, entry_url)
    older = found.rows[0].id if found.earlier.postings and found.rows else None
    page = AccountPage(
        title=f"{kind.label}, {currency}",
        console=admin_console("ledger"),
        crumbs=(Crumb(_("Ledger"), url_for("admin.ledger")),),
        figure=money_text(sign * found.balance_minor, currency),
        sum=money_text(sign * found.total_minor, currency),
        agrees=found.balance_minor == found.total_minor,
        intro=_("%(sides)s. %(period)s Oldest first.", sides=_SIDES[sign], period=lists.period_text(asked.period)),
        rows=rows_shown,
        total=total,
        tools=asked.tools(Listed(()), {"owner": _("Owner: user %(number)s", number=owner_id)}),
        older_url=asked.url(before=str(older)) if older else "",
        newest_url=asked.url() if found.later.postings else "",
    )
    return render_template("admin/account.html", page=page)


@guards.admin_only
def entries() -> ResponseReturnValue:
    """List the entries of the ledger, newest first, found by key or by the payment they are about."""
    text = lists.search_text()
    asked = lists.asked(q=text)
    read = partial(queries.entries, text, asked.period)
    if asked.is_csv:
        return lists.csv_file("entries", _ENTRY_COLUMNS, map(_entry_csv, every(read, asked.cursor)))
    listed = read(asked.cursor)
    page = EntriesPage(
        title=_("Ledger entries"),
        console=admin_console("ledger"),
        crumbs=(Crumb(_("Ledger"), url_for("admin.ledger")),),
        text=text,
        rows=tuple(_entry_row(row) for row in listed.rows),
        tools=asked.tools(listed, {"q": _("Search: %(text)s", text=text)}),
        list_url=url_for("admin.entries"),
    )
    return render_template("admin/entries.html", page=page)


@guards.admin_only
def entry(entry_id: int) -> ResponseReturnValue:
    """Show one entry: its postings sum to zero."""
    found = queries.entry(entry_id)
    currency = found.postings[0].currency if found.postings else ""
    balance = sum(posting.amount_minor for posting in found.postings)
    page = EntryPage(
        title=_("Entry %(number)s", number=entry_id),
        console=admin_console("ledger"),
        crumbs=(Crumb(_("Ledger"), url_for("admin.ledger")),),
        note=found.description,
        facts=(Fact(_("Key"), found.key), Fact(_("Booked"), time_text(found.booked_at)), Fact(_("Currency"), currency)),
        hash=found.hash.hex(),
        payment_url=url_for("admin.payment", payment_id=found.payment_id) if found.payment_id else "",
        rows=explaining.ledger_table(found.postings, _DEBIT),
        total=explaining.ledger_total(found.postings, currency, balance),
        is_balanced=balance == 0,
    )
    return render_template("admin/entry.html", page=page)


def _entry_row(row: EntrySummary) -> EntryRow:
    return EntryRow(
        key=row.key,
        url=entry_url(row.id),
        note=row.description,
        booked=time_text(row.booked_at),
        payment=_("Payment %(number)s", number=row.payment_id) if row.payment_id else "",
        payment_url=url_for("admin.payment", payment_id=row.payment_id) if row.payment_id else "",
        amount=money_text(row.debit_minor, row.currency),
    )


def _entry_csv(row: EntrySummary) -> tuple[object, ...]:
    amount = decimal(row.debit_minor, row.currency)
    return (row.id, row.key, row.description, row.booked_at, row.payment_id, row.currency, amount)


def _posting_csv(row: PostingRow) -> tuple[object, ...]:
    amount = decimal(row.amount_minor, row.currency)
    about = (row.owner_id, row.order_id, row.payment_id, row.currency, amount)
    return (row.id, row.entry_id, row.key, row.description, row.booked_at, row.account.value, *about)


def _balance_csv(row: Balance) -> tuple[object, ...]:
    sides = (decimal(minor, row.currency) for minor in (row.debit_minor, row.credit_minor, row.balance_minor))
    return (row.currency, row.account.value, row.account.label, row.postings, *sides)


def _currency(currency: str, balances: Sequence[Balance], as_of: str) -> CurrencyBalance:
    left = sum(balance.balance_minor for balance in balances)
    rows = tuple(
        BalanceRow(
            account=balance.account.value,
            label=balance.account.label,
            url=url_for("admin.account", account=balance.account.value, currency=currency, to=as_of or None),
            postings=balance.postings,
            debit=money_text(balance.debit_minor, currency),
            credit=money_text(balance.credit_minor, currency),
            balance=money_text(balance.balance_minor, currency),
        )
        for balance in balances
    )
    debit, credit = (
        money_text(sum(side), currency)
        for side in zip(*((each.debit_minor, each.credit_minor) for each in balances), strict=True)
    )
    return CurrencyBalance(currency, rows, debit, credit, left == 0, money_text(left, currency))

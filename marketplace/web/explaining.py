"""The page behind every figure: the figure, the rows that make it, and whether both agree."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.language import gettext as _
from marketplace.language import ngettext
from marketplace.ledger.queries import AccountStatement, PostingRow
from marketplace.ledger.sums import Carried
from marketplace.payments.explain_queries import Explanation
from marketplace.payments.flow_queries import FlowStatement
from marketplace.web import lists
from marketplace.web.console import Console
from marketplace.web.pages import date_text, money_text


class Figure(Protocol):
    """What a sum of ledger rows is called, and its sign: +1 counts debits, -1 credits."""

    @property
    def label(self) -> str:
        """Return its name."""

    @property
    def sign(self) -> int:
        """Return which side counts as plus."""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One posting as a table row; all texts."""

    date: str
    key: str
    account: str
    debit: str
    credit: str
    running: str
    note: str = ""
    entry_url: str = ""


@dataclass(frozen=True, slots=True)
class Sum:
    """The last line of a ledger table."""

    debit: str
    credit: str
    running: str


@dataclass(frozen=True, slots=True)
class Part:
    """One agreed part of a figure, or their total."""

    label: str
    amount: str
    note: str = ""
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the way here."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class ExplainPage:
    """What templates/explain/figure.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    figure: str
    sum: str
    agrees: bool
    intro: str
    rows: tuple[LedgerRow, ...]
    total: Sum
    parts: tuple[Part, ...]
    older_url: str = ""
    newest_url: str = ""


EntryUrl = Callable[[int], str]


def show(
    found: Explanation, console: Console, crumbs: Sequence[Crumb], of: str, entry_url: EntryUrl | None = None
) -> ResponseReturnValue:
    """Return the page that explains `found`, a figure of `of` (an order, a payment)."""
    currency = found.currency
    parts = [Part(row.label, money_text(row.amount_minor, currency), row.note) for row in found.agreed]
    if parts:
        parts.append(Part(_("Sum of these rows"), money_text(found.sum_minor, currency), is_total=True))
    page = ExplainPage(
        title=f"{found.label}, {of}",
        console=console,
        crumbs=tuple(crumbs),
        figure=money_text(found.figure_minor, currency),
        sum=money_text(found.sum_minor, currency),
        agrees=found.agrees,
        intro=_intro(found),
        rows=ledger_table(found.postings, found.sign, entry_url),
        total=ledger_total(found.postings, currency, found.sum_minor),
        parts=tuple(parts),
    )
    return render_template("explain/figure.html", page=page)


def show_flow(
    found: FlowStatement,
    flow: Figure,
    currency: str,
    console: Console,
    crumbs: Sequence[Crumb],
    entry_url: EntryUrl | None = None,
) -> ResponseReturnValue:
    """Return the page that explains a sum over some time, which the address gives; it reads on with `before`."""
    asked = lists.asked()
    statement = found.statement
    rows, total = stretch(statement, currency, flow.sign, entry_url)
    older = statement.rows[0].id if statement.earlier.postings and statement.rows else None
    page = ExplainPage(
        title=f"{flow.label}, {currency}",
        console=console,
        crumbs=tuple(crumbs),
        figure=money_text(found.figure_minor, currency),
        sum=money_text(flow.sign * statement.total_minor, currency),
        agrees=found.figure_minor == flow.sign * statement.total_minor,
        intro=f"{lists.period_text(asked.period)} {_('These are the ledger rows that make it.')}",
        rows=rows,
        total=total,
        parts=(),
        older_url=asked.url(before=str(older)) if older else "",
        newest_url=asked.url() if statement.later.postings else "",
    )
    return render_template("explain/figure.html", page=page)


def ledger_table(
    postings: Sequence[PostingRow], sign: int, entry_url: EntryUrl | None = None, start_minor: int = 0
) -> tuple[LedgerRow, ...]:
    """Return postings as table rows with their running sum from `start_minor` on; `sign` -1 counts credits as plus."""
    rows, running = [], start_minor
    for posting in postings:
        running += sign * posting.amount_minor
        rows.append(
            LedgerRow(
                date=date_text(posting.booked_at),
                key=posting.key,
                account=posting.account.label,
                debit=_side(posting.amount_minor, posting.currency),
                credit=_side(-posting.amount_minor, posting.currency),
                running=money_text(running, posting.currency),
                note=posting.description,
                entry_url=entry_url(posting.entry_id) if entry_url else "",
            )
        )
    return tuple(rows)


def ledger_total(postings: Sequence[PostingRow], currency: str, running_minor: int) -> Sum:
    """Return the last line of a table of `postings`."""
    amounts = [posting.amount_minor for posting in postings]
    debit, credit = sum(amount for amount in amounts if amount > 0), -sum(amount for amount in amounts if amount < 0)
    return Sum(_side(debit, currency), _side(credit, currency), money_text(running_minor, currency))


def stretch(
    statement: AccountStatement, currency: str, sign: int, entry_url: EntryUrl | None = None
) -> tuple[tuple[LedgerRow, ...], Sum]:
    """Return an account's stretch as a table: what came earlier, the postings, what came later, and the balance."""
    earlier, later = statement.earlier, statement.later
    start, total = sign * earlier.balance_minor, sign * statement.total_minor
    rows = list(ledger_table(statement.rows, sign, entry_url, start))
    if earlier.postings:
        rows.insert(0, _carried(_("Earlier postings"), earlier, start, currency))
    if later.postings:
        rows.append(_carried(_("Later postings"), later, total, currency))
    amounts = [row.amount_minor for row in statement.rows]
    debit = earlier.debit_minor + sum(amount for amount in amounts if amount > 0) + later.debit_minor
    credit = earlier.credit_minor - sum(amount for amount in amounts if amount < 0) + later.credit_minor
    return tuple(rows), Sum(_side(debit, currency), _side(credit, currency), money_text(total, currency))


def _carried(label: str, outside: Carried, running_minor: int, currency: str) -> LedgerRow:
    return LedgerRow(
        date="",
        key=ngettext("%(number)s posting", "%(number)s postings", outside.postings, number=outside.postings),
        account="",
        debit=_side(outside.debit_minor, currency),
        credit=_side(outside.credit_minor, currency),
        running=money_text(running_minor, currency),
        note=label,
    )


def _side(amount_minor: int, currency: str) -> str:
    return money_text(amount_minor, currency) if amount_minor > 0 else ""


def _intro(found: Explanation) -> str:
    if found.postings:
        return _("This figure is booked. These are the ledger rows that make it.")
    if found.agreed:
        return _("This figure was agreed at checkout. These are the rows that make it.")
    return (
        _("No row makes this figure. It is zero.")
        if found.agrees
        else _("The rows that should make this figure are missing.")
    )

"""The three sides in words and figures, per currency, and the runs that found them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from flask import url_for

from marketplace.language import Text, ngettext
from marketplace.language import gettext as _
from marketplace.ledger import queries as ledger
from marketplace.ledger.accounts import Account
from marketplace.numerals import number_text
from marketplace.reconciliation.run_queries import FigureRow, RunRow
from marketplace.reconciliation.runs import ENTRIES
from marketplace.web.admin.reconciliation_words import told
from marketplace.web.pages import money_text, time_text
from marketplace.web.wording import Badge

KINDS: Mapping[str, str] = {
    "charge": Text("Card payments"),
    "payment": Text("Payments by bank debit"),
    "refund": Text("Refunds to cards"),
    "payment_refund": Text("Refunds to banks"),
    "refund_failure": Text("Refunds that came back"),
    "transfer": Text("Transfers to sellers"),
    "transfer_refund": Text("Transfers taken back"),
    "adjustment": Text("Disputes and adjustments"),
    "payout": Text("Payouts to our own bank"),
    "topup": Text("Paid in from our own bank"),
    "stripe_fee": Text("The provider's fees"),
}
"""The provider's kinds of line in words; any other is shown by its own word."""
_STEPS = {
    "lines": Text("reading the provider's lines"),
    "match": Text("comparing the lines"),
    "entries": Text("looking for the ledger's entries"),
    "payment": Text("looking for payments"),
    "refund": Text("looking for refunds"),
    "receipt": Text("looking for returned receipts"),
    "accounts": Text("reading sellers' accounts"),
    "payouts": Text("comparing payouts"),
    "messages": Text("looking for messages that came twice"),
    "breaks": Text("looking at open breaks again"),
    "mend": Text("mending what has a known cause"),
    "figures": Text("adding up"),
}


@dataclass(frozen=True, slots=True)
class KindFigures:
    """What the three sides say about one kind of line, net of fees."""

    label: str
    lines: str
    provider: str
    ledger: str
    rows: str
    difference: str
    agrees: bool
    url: str


@dataclass(frozen=True, slots=True)
class CurrencyFigures:
    """The three sides in one currency."""

    currency: str
    kinds: tuple[KindFigures, ...]
    total: KindFigures
    statement: str
    """What the provider says it holds, against what its lines add up to."""
    is_complete: bool
    explained: str
    """What of the difference a person has explained; "" for nothing."""
    ledger_url: str


@dataclass(frozen=True, slots=True)
class RunView:
    """One run."""

    title: str
    note: str
    badge: Badge
    lines: str
    found: str
    mended: str
    left_out: str


def note(run: RunRow | None) -> str:
    """Return when the sides were compared last."""
    if run is None or run.finished_at is None:
        return _("The provider, the ledger and our rows have not been compared yet.")
    return _(
        "The provider, the ledger and our rows as of %(time)s. Compared every night at 3:00 UTC.",
        time=time_text(run.until),
    )


def progress(run: RunRow) -> str:
    """Return how far the run under way is."""
    step = _STEPS.get(run.step, run.step)
    found = ngettext(
        "A run is under way since %(time)s: %(step)s, %(lines)s lines so far.",
        "A run is under way since %(time)s: %(step)s, %(lines)s lines so far.",
        run.lines,
        time=time_text(run.started_at),
        step=step,
        lines=number_text(run.lines),
    )
    return f"{found} {told(run.note)}" if run.note else found


def currencies(figures: Sequence[FigureRow]) -> tuple[CurrencyFigures, ...]:
    """Return the figures of a run by currency."""
    return tuple(_currency(currency, list(rows)) for currency, rows in groupby(figures, key=lambda row: row.currency))


@dataclass(frozen=True, slots=True)
class HeldElsewhere:
    """What another provider holds for us in one currency, and where the ledger says so."""

    currency: str
    amount: str
    url: str


def at_paypal() -> tuple[HeldElsewhere, ...]:
    """Return what is at PayPal, per currency: it is compared with nothing here, and pays no seller where it is."""
    return tuple(
        HeldElsewhere(
            row.currency,
            money_text(row.balance_minor, row.currency),
            url_for("admin.account", account=row.account.value, currency=row.currency),
        )
        for row in ledger.trial_balance()
        if row.account is Account.PAYPAL_BALANCE
    )


def kind_text(kind: str) -> str:
    """Return a kind of line in words."""
    return str(KINDS[kind]) if kind in KINDS else _(kind.replace("_", " ").capitalize())


def run(row: RunRow) -> RunView:
    """Return one run in words."""
    who = _("Asked for by %(name)s", name=row.started_by) if row.started_by else _("By the clock or the command")
    is_done = row.finished_at is not None
    unread = row.unreadable + row.failed
    return RunView(
        title=time_text(row.started_at),
        note=who if row.mends else _("%(who)s, only to look", who=who),
        badge=Badge(_("Finished"), "ok") if is_done else Badge(_("Under way"), "wait"),
        lines=_lines(row),
        found=str(row.found),
        mended=f"{row.mended + row.gone}",
        left_out=f"{unread}" if unread else _("None"),
    )


def _lines(row: RunRow) -> str:
    read, agree = number_text(row.lines), number_text(row.matched)
    if not row.waiting:
        return _("%(lines)s read, %(agree)s agree", lines=read, agree=agree)
    young = number_text(row.waiting)
    return _("%(lines)s read, %(agree)s agree, %(young)s too young", lines=read, agree=agree, young=young)


def _currency(currency: str, rows: list[FigureRow]) -> CurrencyFigures:
    kinds = [row for row in rows if not row.is_statement]
    stated = next((row for row in rows if row.is_statement), None)
    total = FigureRow(
        currency,
        "",
        sum(row.lines for row in kinds),
        sum(row.provider_minor for row in kinds),
        sum(row.ledger_minor for row in kinds),
        sum(row.rows_minor for row in kinds),
        sum(row.explained_minor for row in kinds),
    )
    balance_url = url_for("admin.account", account=Account.PROVIDER_BALANCE.value, currency=currency)
    is_complete = stated is None or not stated.difference_minor
    return CurrencyFigures(
        currency=currency,
        kinds=tuple(_kind(row, kind_text(row.kind)) for row in kinds),
        total=_kind(total, _("Together")),
        statement=_statement(stated) if stated else "",
        is_complete=is_complete,
        explained=money_text(total.explained_minor, currency) if total.explained_minor else "",
        ledger_url=balance_url,
    )


def _kind(row: FigureRow, label: str) -> KindFigures:
    if row.kind == ENTRIES:
        url = url_for("admin.reconciliation", kind="entry_without_line")
    else:
        url = url_for("admin.reconciliation_lines", currency=row.currency, kind=row.kind or None)
    return KindFigures(
        label=label,
        lines=number_text(row.lines),
        provider=money_text(row.provider_minor, row.currency),
        ledger=money_text(row.ledger_minor, row.currency),
        rows=money_text(row.rows_minor, row.currency),
        difference=money_text(row.difference_minor, row.currency),
        agrees=row.provider_minor == row.ledger_minor == row.rows_minor,
        url=url,
    )


def _statement(row: FigureRow) -> str:
    held, added = money_text(row.provider_minor, row.currency), money_text(row.ledger_minor, row.currency)
    if not row.difference_minor:
        return _("The provider says that it holds %(held)s for us, and its lines add up to just that.", held=held)
    return _(
        "The provider says that it holds %(held)s for us, and the lines we have read add up to %(added)s.",
        held=held,
        added=added,
    )

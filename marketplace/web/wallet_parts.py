"""What the wallet's pages of its owner and of admins share: figures, movements, the filter and the file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Response, request, url_for

from marketplace.bank_transfers.rules import BANK_TRANSFER
from marketplace.language import Text, texts
from marketplace.language import gettext as _
from marketplace.paging import every
from marketplace.wallets import queries
from marketplace.wallets.queries import Held, MovementRow, Sought, WalletFigure
from marketplace.wallets.rules import WALLET, WalletKind
from marketplace.web import lists
from marketplace.web.lists import Asked, Choice, Tab, Tools
from marketplace.web.pages import date_text, decimal, money_text, sentence, time_text

_PROVIDERS = {
    "stripe": "Stripe",
    "none": Text("Nothing to pay"),
    WALLET: Text("Wallet"),
    BANK_TRANSFER: Text("Bank transfer"),
}
_NOTES = {
    WalletFigure.BALANCE: Text("Earned less spent"),
    WalletFigure.EARNED: Text("Added, less what was taken back"),
    WalletFigure.SPENT: Text("Paid, less what came back"),
}
CSV_COLUMNS = texts(
    "Movement", "Booked (UTC)", "Type", "Currency", "Amount", "Balance", "Purchase", "Order", "Payment", "Reason",
)  # fmt: skip
Url = Callable[[MovementRow], str]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a wallet; `explain_url` opens the ledger rows that make it."""

    label: str
    amount: str
    note: str
    explain_url: str


@dataclass(frozen=True, slots=True)
class MovementView:
    """One movement in the list."""

    title: str
    note: str
    url: str
    when: str
    amount: str
    is_incoming: bool
    balance: str
    by: str


@dataclass(frozen=True, slots=True)
class WalletList:
    """The movements of a wallet with what stands around them."""

    currencies: tuple[Tab, ...]
    """Empty where there is only one."""
    kinds: tuple[Choice, ...]
    """The choices of the filter; their `url` is the value that is sent."""
    rows: tuple[MovementView, ...]
    tools: Tools


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks of a wallet's movements."""

    asked: Asked
    sought: Sought


def provider_text(provider: str) -> str:
    """Return through what a payment was paid."""
    return str(_PROVIDERS.get(provider, sentence(provider)))


def wanted(user_id: int, known: Sequence[Held], *, endpoint: str = "") -> Wanted:
    """Return what the address asks of the movements of a wallet that has these currencies.

    `endpoint` is the list's, where the answer to a form shows it.
    """
    kind, currency = lists.choice(WalletKind, "type"), request.args.get("currency", "")
    currency = currency if currency in {held.currency for held in known} else ""
    asked = lists.asked(
        *lists.BY_TIME_AND_AMOUNT, currency=currency, type=kind.value if kind else "", endpoint=endpoint
    )
    return Wanted(asked, Sought(user_id, currency, kind, asked.period))


def csv(found: Wanted) -> Response:
    """Return all movements that are asked for as a file."""
    rows = every(partial(queries.movements, found.sought), found.asked.cursor)
    return lists.csv_file("wallet", CSV_COLUMNS, map(_csv_row, rows))


def movement_list(found: Wanted, known: Sequence[Held], url: Url, endpoint: str, **path: Any) -> WalletList:
    """Return one page of the movements; `url` is where the reader sees what a movement is about."""
    listed = queries.movements(found.sought, found.asked.cursor)
    kind, currency = found.sought.kind, found.sought.currency
    currencies = [Tab(_("All"), url_for(endpoint, **path), not currency)]
    currencies += [
        Tab(held.currency, url_for(endpoint, currency=held.currency, **path), held.currency == currency)
        for held in known
    ]
    return WalletList(
        currencies=tuple(currencies) if len(known) > 1 else (),
        kinds=(
            Choice(_("All"), "", kind is None),
            *(Choice(each.plural, each.value, each is kind) for each in WalletKind),
        ),
        rows=tuple(_view(row, url(row)) for row in listed.rows),
        tools=found.asked.tools(listed, {"type": kind.plural if kind else ""}),
    )


def figures(held: Held, explain_url: Callable[[WalletFigure, str], str]) -> tuple[Figure, ...]:
    """Return what a wallet holds in one currency, and what it earned and spent (S2.19)."""
    minors = {
        WalletFigure.BALANCE: held.balance_minor,
        WalletFigure.EARNED: held.earned_minor,
        WalletFigure.SPENT: held.spent_minor,
    }
    return tuple(
        Figure(
            _("%(what)s, %(currency)s", what=figure.label, currency=held.currency),
            money_text(minor, held.currency),
            _(_NOTES[figure]),
            explain_url(figure, held.currency),
        )
        for figure, minor in minors.items()
    )


def _view(row: MovementRow, url: str) -> MovementView:
    return MovementView(
        title=row.kind.label,
        note=_note(row),
        url=url,
        when=date_text(row.at),
        amount=("+" if row.amount_minor > 0 else "") + money_text(row.amount_minor, row.currency),
        is_incoming=row.amount_minor > 0,
        balance=money_text(row.balance_minor, row.currency),
        by=f"{row.by}, {time_text(row.at)}" if row.by else time_text(row.at),
    )


def _note(row: MovementRow) -> str:
    """Return why it moved, and for which purchase or order."""
    if row.kind is WalletKind.SPENT:
        return _("Purchase %(number)s", number=row.purchase_number or "")
    order = _("Order %(number)s", number=row.order_number) if row.order_number else ""
    if row.kind is WalletKind.REFUNDED:
        return order
    return f"{row.reason} {order}".strip()


def _csv_row(row: MovementRow) -> tuple[object, ...]:
    amounts = (decimal(row.amount_minor, row.currency), decimal(row.balance_minor, row.currency))
    about = (row.purchase_number, row.order_number, row.payment_id)
    return (row.id, row.at, row.kind.label, row.currency, *amounts, *about, _note(row))

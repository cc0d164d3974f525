"""What pages of credits show their owner and admins: figures, and movements with the balance after each."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from flask import Response

from marketplace.credits import queries
from marketplace.credits.queries import Held, MovementRow, Sought
from marketplace.credits.rules import CreditKind
from marketplace.language import Text, texts
from marketplace.language import gettext as _
from marketplace.money import CREDIT
from marketplace.numerals import number_text
from marketplace.paging import every
from marketplace.web import lists
from marketplace.web.lists import Asked, Choice, Tools
from marketplace.web.pages import date_text, money_text
from marketplace.web.stored_words import as_read

_COLUMNS = texts("Movement", "Booked (UTC)", "Type", "Credits", "Balance", "Payment", "Listing", "Reason")
Url = Callable[[MovementRow], str]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure; `explain_url` opens the ledger rows that make it."""

    label: str
    amount: str
    note: str = ""
    explain_url: str = ""


@dataclass(frozen=True, slots=True)
class MovementView:
    """One movement in the list; its title opens what it is about, `rows_url` its ledger rows."""

    title: str
    note: str
    url: str
    when: str
    amount: str
    is_incoming: bool
    balance: str
    rows_url: str


@dataclass(frozen=True, slots=True)
class MovementList:
    """The movements with what stands around them."""

    kinds: tuple[Choice, ...]
    """The choices of the filter; their `url` is the value that is sent."""
    rows: tuple[MovementView, ...]
    tools: Tools


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks of the movements."""

    asked: Asked
    sought: Sought


def credits_text(count: int) -> str:
    """Return a number of credits as people read it: 1 credit, 1,150 credits."""
    return money_text(count, CREDIT)


def wanted(user_id: int, *, endpoint: str = "", **kept: str) -> Wanted:
    """Return what the address asks of somebody's movements; `kept` are other parts of it that stay."""
    kind = lists.choice(CreditKind, "type")
    asked = lists.asked(*lists.BY_TIME, type=kind.value if kind else "", endpoint=endpoint, **kept)
    return Wanted(asked, Sought(user_id, kind, asked.period))


def csv(found: Wanted) -> Response:
    """Return all movements that are asked for as a file."""
    rows = every(partial(queries.movements, found.sought), found.asked.cursor)
    return lists.csv_file("credits", _COLUMNS, map(_csv_row, rows))


def movement_list(found: Wanted, url: Url, rows_url: Url) -> MovementList:
    """Return one page of movements; `url` is what a movement is about, `rows_url` where its ledger rows are."""
    listed = queries.movements(found.sought, found.asked.cursor)
    kind = found.sought.kind
    return MovementList(
        kinds=(
            Choice(_("All"), "", kind is None),
            *(Choice(each.plural, each.value, each is kind) for each in CreditKind),
        ),
        rows=tuple(_view(row, url(row), rows_url(row)) for row in listed.rows),
        tools=found.asked.tools(listed, {"type": kind.plural if kind else ""}),
    )


def figures(held: Held, explain_url: str) -> tuple[Figure, ...]:
    """Return how many credits somebody holds, and how it came to that."""
    gone = (Figure(_("Went back"), number_text(held.gone), _("With the money for them")),) if held.gone else ()
    return (
        Figure(_("You hold"), credits_text(held.balance), _(_HELD), explain_url),
        Figure(_("Bought"), number_text(held.bought), _("In packages")),
        Figure(_("Used"), number_text(held.spent), _("To promote listings")),
        *gone,
    )


_HELD = Text("Bought less used")


def _view(row: MovementRow, url: str, rows_url: str) -> MovementView:
    return MovementView(
        title=row.kind.label,
        note=row.package_name or row.listing_title or "",
        url=url,
        when=date_text(row.at),
        amount=("+" if row.credits > 0 else "") + money_text(row.credits, CREDIT),
        is_incoming=row.credits > 0,
        balance=number_text(row.balance),
        rows_url=rows_url,
    )


def _csv_row(row: MovementRow) -> tuple[object, ...]:
    about = (row.payment_id, row.listing_title, as_read(row.reason))
    return (row.id, row.at, row.kind.label, row.credits, row.balance, *about)

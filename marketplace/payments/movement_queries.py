"""Every movement of a seller's money: the postings on the seller's accounts, with the balance after each."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    and_,
    case,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
)

from marketplace import db
from marketplace.language import Text
from marketplace.ledger import queries as ledger
from marketplace.ledger.accounts import Account
from marketplace.ledger.models import LedgerEntry, Posting
from marketplace.orders.models import Order
from marketplace.paging import Cursor, Listed, Period, Sort, read_page
from marketplace.payments.models import BalanceTransaction

_MINOR = Posting.amount_minor.type


class MovementKind(StrEnum):
    """What moved the money, told by the key of the entry."""

    label: str
    plural: str

    def __new__(cls, value: str, label: str = "", plural: str = "") -> Self:
        """Make a kind from its word, its label and its label in the plural."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label, member.plural = label, plural
        return member

    SALE = "sale", Text("Sale"), Text("Sales")
    REFUND = "refund", Text("Refund"), Text("Refunds")
    RETURNED = "returned", Text("Refund that came back"), Text("Refunds that came back")
    RELEASED = "released", Text("Released"), Text("Releases")
    UNSOLD = "unsold", Text("Our discount taken back, the sale was cancelled"), Text("Our discounts taken back")
    PAYOUT = "payout", Text("Payout"), Text("Payouts")
    TAKEN_BACK = "taken_back", Text("Payout taken back"), Text("Payouts taken back")
    DISPUTE = "dispute", Text("Lost dispute"), Text("Lost disputes")
    REGAINED = "regained", Text("Lost dispute that was won after all"), Text("Lost disputes that were won after all")
    NETTED = "netted", Text("Paid what you owed"), Text("Payments of what you owed")
    UNDONE = "undone", Text("Not owed any more, given back"), Text("Payments of what you do not owe any more")
    WRITTEN_OFF = "written_off", Text("Debt written off"), Text("Debts written off")
    OWED_AGAIN = "owed_again", Text("Debt no longer written off"), Text("Debts no longer written off")
    OTHER = "other", Text("Other"), Text("Other movements")


def _of_provider(*kinds: str) -> ColumnElement[bool]:
    """Return the condition that an entry books a line of the provider's balance of one of these kinds."""
    line = select(BalanceTransaction.kind).where(
        BalanceTransaction.provider_id == func.substr(LedgerEntry.key, len(_LINE) + 1)
    )
    # Asked for its kind, not for its existence, which the server would find out by reading all lines of that kind.
    return LedgerEntry.key.startswith(_LINE) & line.scalar_subquery().in_(kinds)


_LINE = "balance_transaction:"
_KEYS = {
    MovementKind.SALE: LedgerEntry.key.like("payment:%:captured"),
    MovementKind.REFUND: LedgerEntry.key.like("refund:%:approved:%"),
    MovementKind.RETURNED: LedgerEntry.key.like("refund:%:failed:%"),
    MovementKind.RELEASED: LedgerEntry.key.like("transaction:%:released"),
    MovementKind.UNSOLD: LedgerEntry.key.like("transaction:%:unsold"),
    MovementKind.PAYOUT: _of_provider("transfer"),
    MovementKind.TAKEN_BACK: _of_provider("transfer_refund"),
    MovementKind.DISPUTE: LedgerEntry.key.like("dispute:%:lost:%"),
    MovementKind.REGAINED: LedgerEntry.key.like("dispute:%:regained:%"),
    # What is undone comes first: the key of what it undoes fits it too.
    MovementKind.UNDONE: LedgerEntry.key.like("netting:%:undone"),
    MovementKind.NETTED: LedgerEntry.key.like("netting:%"),
    MovementKind.OWED_AGAIN: LedgerEntry.key.like("debt_write_off:%:undone"),
    MovementKind.WRITTEN_OFF: LedgerEntry.key.like("debt_write_off:%"),
}
MOVES_OUT = or_(_KEYS[MovementKind.PAYOUT], _KEYS[MovementKind.TAKEN_BACK])
"""The condition that a joined LedgerEntry is a transfer to a seller, or takes one back."""
kind_of_entry = case(
    *((condition, literal(kind.value)) for kind, condition in _KEYS.items()), else_=literal(MovementKind.OTHER.value)
)
"""The kind of a joined LedgerEntry, as the word of a MovementKind."""
IS_SALE = _KEYS[MovementKind.SALE]


@dataclass(frozen=True, slots=True)
class Movement:
    """One posting of the seller's money, minor units; what comes in is positive."""

    id: int
    booked_at: datetime
    kind: MovementKind
    account: Account
    key: str
    description: str
    order_number: str | None
    gross_minor: int | None
    """What the buyer paid, for a sale."""
    subsidy_minor: int | None
    """What the marketplace added for its discount; gross + this - both fees is what the seller receives."""
    platform_fee_minor: int | None
    processing_fee_minor: int | None
    amount_minor: int
    balance_minor: int
    """What all of the seller's accounts hold after it."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What the movements of a list make, minor units; opening + incoming + outgoing = closing when no kind is asked."""

    opening_minor: int
    incoming_minor: int
    outgoing_minor: int
    """Not positive."""
    closing_minor: int
    gross_minor: int
    """What buyers paid, when sales are asked for, and the discounts and fees of it; else zero."""
    subsidy_minor: int
    platform_fee_minor: int
    processing_fee_minor: int


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose movements, in which currency, of which kind (None: all) and when."""

    seller_id: int
    currency: str
    kind: MovementKind | None
    period: Period


def movements(asked: Asked, cursor: Cursor) -> Listed[Movement]:
    """Return one page of a seller's movements, newest first unless the cursor says otherwise."""
    return _page(asked, cursor, None)


def statement(asked: Asked, cursor: Cursor) -> tuple[Listed[Movement], Totals]:
    """Return one page of movements, and what all pages of it make, read at one moment."""
    with db.snapshot() as connection:
        found = _page(asked, cursor, connection)
        return found, Totals(*tuple(connection.execute(_totals(asked)).one()))


def _page(asked: Asked, cursor: Cursor, connection: Connection | None) -> Listed[Movement]:
    own = _own(asked, cursor)
    statement = _rows(own).where(_is_asked(asked))

    def make(*row: Any) -> Movement:
        posting_id, booked_at, kind, *rest = row
        return Movement(posting_id, booked_at, MovementKind(kind), *rest)

    if connection is None:
        return read_page(statement, own.c.id, cursor, make)
    return read_page(statement, own.c.id, cursor, make, read=lambda page: connection.execute(page).all())


def _own(asked: Asked, cursor: Cursor) -> Subquery:
    """Return the postings of the seller's money that the cursor's page may show, each with the balance after it.

    The window runs in the order in which the page is read, so that the database stops after the rows of one page; what
    lies before them is one sum that an index answers.
    """
    backwards = cursor.before is not None and cursor.after is None
    falls = (cursor.sort is not Sort.OLDEST) != backwards
    place = cursor.before if backwards else cursor.after
    scope, amount = ledger.of_seller(asked.seller_id, asked.currency), -Posting.amount_minor
    older = Posting.id <= place if place is not None else false()
    behind: ColumnElement[bool] = true()
    if place is not None:
        behind = Posting.id < place if falls else Posting.id > place
    known = select(func.coalesce(func.sum(amount), 0)).where(scope, behind if falls else older).scalar_subquery()
    if falls:
        newer = func.sum(amount).over(order_by=Posting.id.desc(), rows=(None, -1))
        balance = known - func.coalesce(newer, 0)
    else:
        balance = known + func.sum(amount).over(order_by=Posting.id, rows=(None, 0))
    columns = (Posting.id, Posting.entry_id, Posting.account, Posting.order_id)
    rows = select(*columns, amount.label("amount"), balance.cast(_MINOR).label("balance"))
    return rows.where(scope, behind).subquery("own")


def _rows(own: Subquery) -> Select[*tuple[Any, ...]]:
    agreed = (Order.total_minor, Order.subsidy_minor, Order.platform_fee_minor, Order.processing_fee_minor)
    return (
        select(
            own.c.id,
            LedgerEntry.booked_at,
            kind_of_entry,
            own.c.account,
            LedgerEntry.key,
            LedgerEntry.description,
            Order.number,
            *(case((IS_SALE, column), else_=null()) for column in agreed),
            own.c.amount,
            own.c.balance,
        )
        .join(LedgerEntry, LedgerEntry.id == own.c.entry_id)
        .outerjoin(Order, Order.id == own.c.order_id)
    )


def _is_asked(asked: Asked) -> ColumnElement[bool]:
    conditions = [kind_of_entry == asked.kind.value] if asked.kind else []
    if asked.period != Period():
        conditions.append(asked.period.of(LedgerEntry.__table__.c.booked_at))
    return and_(true(), *conditions)


def _totals(asked: Asked) -> Select[*tuple[Any, ...]]:
    amount = -Posting.amount_minor
    booked_at = LedgerEntry.__table__.c.booked_at
    period, shown = asked.period, _is_asked(asked)
    before = booked_at < period.since if period.since is not None else false()
    until = booked_at < period.until if period.until is not None else true()
    is_sales = asked.kind is MovementKind.SALE
    sold = (Order.total_minor, Order.subsidy_minor, Order.platform_fee_minor, Order.processing_fee_minor)

    def total(column: ColumnElement[int], *conditions: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(column).filter(*conditions), 0).cast(_MINOR)

    statement = select(
        total(amount, before),
        total(amount, shown, amount > 0),
        total(amount, shown, amount < 0),
        total(amount, until),
        *(total(column.expression, shown) if is_sales else literal(0) for column in sold),
    ).where(ledger.of_seller(asked.seller_id, asked.currency))
    # Without a filter the seller's own index has all that is needed.
    if asked.kind or period != Period():
        statement = statement.join_from(Posting, LedgerEntry, LedgerEntry.id == Posting.entry_id)
    return statement.outerjoin(Order, Order.id == Posting.order_id) if is_sales else statement

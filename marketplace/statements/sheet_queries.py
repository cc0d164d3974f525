"""One statement from the ledger: what the month opened with, every line, what it closed with. Read at one moment.

A line is one entry: what it did to the seller's money, whichever accounts it touched. So a release and the payment of a
debt are lines of zero: the money stays the seller's and only stands elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Subquery, case, func, null, select

from marketplace import db
from marketplace.catalog.models import Shop
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.ledger import queries as ledger
from marketplace.ledger.models import LedgerEntry, Posting
from marketplace.orders.models import Order
from marketplace.paging import Cursor, Listed, Period, Sort, read_page
from marketplace.payments.movement_queries import IS_SALE, MovementKind, kind_of_entry
from marketplace.statements import rules
from marketplace.statements.models import SellerStatement
from marketplace.statements.queries import CLOSED, Month

_MINOR = Posting.amount_minor.type
_THEIRS = -Posting.amount_minor  # what stands to the seller's credit is the seller's
_booked_at = LedgerEntry.__table__.c.booked_at


@dataclass(frozen=True, slots=True)
class Which:
    """Whose statement, in which currency, of which month."""

    seller_id: int
    currency: str
    month: date

    @property
    def period(self) -> Period:
        """Return the month's time."""
        return Period(rules.start_of(self.month), rules.end_of(self.month))


@dataclass(frozen=True, slots=True)
class Section:
    """All lines of one kind; minor units. Gross, subsidy and fees are of sales alone.

    There gross + subsidy (what the marketplace adds for its discounts) - both fees = amount.
    """

    kind: MovementKind
    lines: int
    amount_minor: int
    gross_minor: int
    subsidy_minor: int
    platform_fee_minor: int
    processing_fee_minor: int


@dataclass(frozen=True, slots=True)
class Line:
    """One entry and what it did to the seller's money, minor units; what comes in is positive."""

    id: int
    entry_id: int
    booked_at: datetime
    kind: MovementKind
    key: str
    description: str
    order_number: str | None
    """None where the entry is about several of the seller's orders, or none."""
    orders: int
    gross_minor: int | None
    """What the buyer paid, for a sale."""
    subsidy_minor: int | None
    """What the marketplace added for its discount; the fees are taken from both."""
    platform_fee_minor: int | None
    processing_fee_minor: int | None
    moved_minor: int
    """What only went from one of the seller's pots to another."""
    amount_minor: int
    balance_minor: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A statement's figures: both balances are the ledger's own sums, the sections those of its lines; minor units."""

    which: Which
    shop_name: str
    opening_minor: int
    closing_minor: int
    sections: Sequence[Section]
    closed: Month | None
    """What was frozen when the month was closed; None while it runs."""

    @property
    def lines_minor(self) -> int:
        """Return what all lines make."""
        return sum(section.amount_minor for section in self.sections)

    @property
    def difference_minor(self) -> int:
        """Return what opening and lines lack to make the closing balance: zero."""
        return self.closing_minor - self.opening_minor - self.lines_minor

    @property
    def agrees(self) -> bool:
        """Return whether it adds up and is what it was when it was closed."""
        frozen = self.closed is None or (
            (self.closed.opening_minor, self.closed.closing_minor, self.closed.lines)
            == (self.opening_minor, self.closing_minor, sum(section.lines for section in self.sections))
        )
        return frozen and not self.difference_minor


def sheet(which: Which, cursor: Cursor) -> tuple[Sheet, Listed[Line]]:
    """Return a statement and one page of its lines; raises NotFound for a month in which nothing was and nothing is."""
    with db.snapshot() as connection:
        found = _sheet(connection, which)
        listed = _page(which, found.opening_minor, cursor, connection)
    if not found.sections and not found.opening_minor and found.closed is None:
        raise NotFound(_("There is no statement of this month."))
    return found, listed


def lines(which: Which, opening_minor: int, cursor: Cursor) -> Listed[Line]:
    """Return one page of a statement's lines, oldest first, given what the month opened with, minor units."""
    return _page(which, opening_minor, cursor, None)


def _sheet(connection: Connection, which: Which) -> Sheet:
    period = which.period
    own = ledger.of_seller(which.seller_id, which.currency)
    balances = (
        select(
            func.coalesce(func.sum(_THEIRS).filter(_booked_at < period.since), 0).cast(_MINOR),
            func.coalesce(func.sum(_THEIRS), 0).cast(_MINOR),
        )
        .join_from(Posting, LedgerEntry, LedgerEntry.id == Posting.entry_id)
        .where(own, _booked_at < period.until)
    )
    opening, closing = connection.execute(balances).one()
    closed = connection.execute(
        CLOSED.where(SellerStatement.currency == which.currency, SellerStatement.month == which.month),
        {"seller_id": which.seller_id},
    ).one_or_none()
    sections = connection.execute(_sections(which)).all()
    shop_name = connection.execute(select(Shop.name).where(Shop.seller_id == which.seller_id)).scalar_one()
    return Sheet(
        which=which,
        shop_name=shop_name,
        opening_minor=opening,
        closing_minor=closing,
        sections=[Section(MovementKind(kind), *rest) for kind, *rest in map(tuple, sections)],
        closed=Month(*tuple(closed)) if closed else None,
    )


def _grouped(which: Which) -> Subquery:
    """Return one row per entry that touched the seller's money in the month."""
    on_one = case((func.min(Posting.order_id) == func.max(Posting.order_id), func.min(Posting.order_id)))
    moved = func.coalesce(func.sum(_THEIRS).filter(_THEIRS > 0), 0)
    return (
        select(
            func.min(Posting.id).label("id"),
            Posting.entry_id,
            on_one.label("order_id"),
            func.count(Posting.order_id.distinct()).label("orders"),
            moved.label("moved"),
            func.sum(_THEIRS).label("amount"),
        )
        .join(LedgerEntry, LedgerEntry.id == Posting.entry_id)
        .where(ledger.of_seller(which.seller_id, which.currency), which.period.of(_booked_at))
        .group_by(Posting.entry_id)
        .subquery("grouped")
    )


def _sold() -> tuple[ColumnElement[Any], ...]:
    columns = (Order.total_minor, Order.subsidy_minor, Order.platform_fee_minor, Order.processing_fee_minor)
    return tuple(case((IS_SALE, column), else_=null()) for column in columns)


def _sections(which: Which) -> Select[*tuple[Any, ...]]:
    grouped = _grouped(which)
    return (
        select(
            kind_of_entry.label("kind"),
            func.count(),
            func.sum(grouped.c.amount).cast(_MINOR),
            *(func.coalesce(func.sum(column), 0).cast(_MINOR) for column in _sold()),
        )
        .join_from(grouped, LedgerEntry, LedgerEntry.id == grouped.c.entry_id)
        .outerjoin(Order, Order.id == grouped.c.order_id)
        .group_by("kind")
        .order_by(func.min(grouped.c.id))
    )


def _page(which: Which, opening_minor: int, cursor: Cursor, connection: Connection | None) -> Listed[Line]:
    grouped = _grouped(which)
    running = opening_minor + func.sum(grouped.c.amount).over(order_by=grouped.c.id)
    balanced = select(*grouped.c, running.cast(_MINOR).label("balance")).subquery("balanced")
    statement = (
        select(
            balanced.c.id,
            balanced.c.entry_id,
            LedgerEntry.booked_at,
            kind_of_entry,
            LedgerEntry.key,
            LedgerEntry.description,
            Order.number,
            balanced.c.orders,
            *_sold(),
            case((balanced.c.amount == 0, balanced.c.moved), else_=0).cast(_MINOR),
            balanced.c.amount.cast(_MINOR),
            balanced.c.balance,
        )
        .join_from(balanced, LedgerEntry, LedgerEntry.id == balanced.c.entry_id)
        .outerjoin(Order, Order.id == balanced.c.order_id)
    )

    def make(*row: Any) -> Line:
        line_id, entry_id, booked_at, kind, *rest = row
        return Line(line_id, entry_id, booked_at, MovementKind(kind), *rest)

    if connection is None:
        return read_page(statement, balanced.c.id, cursor, make, sort=Sort.OLDEST)
    return read_page(
        statement, balanced.c.id, cursor, make, sort=Sort.OLDEST, read=lambda page: connection.execute(page).all()
    )

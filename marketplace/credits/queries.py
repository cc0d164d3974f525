"""What pages read of credits: what somebody holds, every movement, what it earned, and what went back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, func, select

from marketplace import db
from marketplace.accounts.models import User
from marketplace.catalog.models import Listing
from marketplace.credits.models import CreditBalance, CreditLot, CreditMovement, CreditReturn, CreditUse
from marketplace.credits.rules import CreditKind, ReturnCause
from marketplace.ledger import queries as ledger
from marketplace.ledger.accounts import Account
from marketplace.ledger.models import LedgerEntry, Posting
from marketplace.ledger.queries import AccountStatement, PostingRow
from marketplace.money import CREDIT
from marketplace.paging import Cursor, Listed, Period, read_page
from marketplace.payment_records.models import Payment

_COUNT = CreditMovement.credits.type


@dataclass(frozen=True, slots=True)
class Held:
    """How many credits somebody holds, and how it came to that: balance = bought - spent - gone."""

    balance: int
    bought: int
    spent: int
    gone: int
    """Taken back with the money, less what was given back."""


@dataclass(frozen=True, slots=True)
class MovementRow:
    """One movement; what came in is positive."""

    id: int
    at: datetime
    kind: CreditKind
    credits: int
    balance: int
    reason: str
    payment_id: int | None
    package_name: str | None
    listing_id: int | None
    listing_title: str | None
    entry_id: int
    by: str | None
    """Who did it; None for the provider or a rule."""


@dataclass(frozen=True, slots=True)
class LotRow:
    """The credits of one payment; minor units of its currency."""

    id: int
    payment_id: int
    user_id: int
    credits: int
    used: int
    taken: int
    currency: str
    paid_minor: int
    earned_minor: int
    returned_minor: int

    @property
    def left(self) -> int:
        """Return how many are there to be spent."""
        return self.credits - self.used - self.taken

    @property
    def deferred_minor(self) -> int:
        """Return what of the price is not earned and did not go back."""
        return self.paid_minor - self.earned_minor - self.returned_minor


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """Money of a package that went back, minor units, with the credits that were there and those that were missing."""

    cause: ReturnCause
    subject: str
    amount_minor: int
    credits: int
    missing: int
    deferred_minor: int
    reason: str
    at: datetime
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sought:
    """Whose movements: of one kind or None for all, and when."""

    user_id: int
    kind: CreditKind | None
    period: Period


def _sum_of(*kinds: CreditKind) -> ColumnElement[int]:
    total = func.sum(CreditMovement.credits).filter(CreditMovement.kind.in_(kinds))
    return func.coalesce(total, 0).cast(_COUNT)


_HELD = select(
    func.coalesce(func.sum(CreditMovement.credits), 0).cast(_COUNT),
    _sum_of(CreditKind.BOUGHT),
    _sum_of(CreditKind.SPENT),
    _sum_of(CreditKind.TAKEN_BACK, CreditKind.GIVEN_BACK),
).where(CreditMovement.user_id == bindparam("user_id"))
_BALANCE = select(CreditBalance.credits).where(CreditBalance.user_id == bindparam("user_id"))
_MOVEMENTS = (
    select(
        CreditMovement.id,
        CreditMovement.at,
        CreditMovement.kind,
        CreditMovement.credits,
        CreditMovement.balance,
        CreditMovement.reason,
        CreditMovement.payment_id,
        Payment.package_name,
        CreditMovement.listing_id,
        Listing.title,
        CreditMovement.entry_id,
        User.name,
    )
    .join(Payment, Payment.id == CreditMovement.payment_id, isouter=True)
    .join(Listing, Listing.id == CreditMovement.listing_id, isouter=True)
    .join(User, User.id == CreditMovement.by_id, isouter=True)
)
_LOT = select(
    CreditLot.id,
    CreditLot.payment_id,
    CreditLot.user_id,
    CreditLot.credits,
    CreditLot.used,
    CreditLot.taken,
    CreditLot.currency,
    CreditLot.paid_minor,
    CreditLot.earned_minor,
    CreditLot.returned_minor,
).where(CreditLot.payment_id == bindparam("payment_id"))
_RETURNS = (
    select(
        CreditReturn.cause,
        CreditReturn.subject,
        CreditReturn.amount_minor,
        CreditReturn.credits,
        CreditReturn.missing,
        CreditReturn.deferred_minor,
        CreditReturn.reason,
        CreditReturn.at,
        CreditReturn.undone_at,
    )
    .join(CreditLot, CreditLot.id == CreditReturn.lot_id)
    .order_by(CreditReturn.id)
)


def held(user_id: int) -> Held:
    """Return how many credits somebody holds, bought and spent."""
    [row] = db.read(_HELD, {"user_id": user_id})
    balance, bought, spent, gone = (int(each) for each in tuple(row))
    return Held(balance, bought, -spent, -gone)


def balance(user_id: int) -> int:
    """Return how many credits somebody holds."""
    found = db.read_one(_BALANCE, {"user_id": user_id})
    return int(found.credits) if found else 0


def movements(sought: Sought, cursor: Cursor) -> Listed[MovementRow]:
    """Return one page of somebody's movements, newest first unless the cursor says otherwise."""
    columns = CreditMovement.__table__.c
    statement = _MOVEMENTS.where(columns.user_id == sought.user_id, sought.period.of(columns.at))
    if sought.kind is not None:
        statement = statement.where(columns.kind == sought.kind)
    return read_page(statement, columns.id, cursor, MovementRow)


def lot(payment_id: int) -> LotRow | None:
    """Return the credits of a payment; None for a payment of something else."""
    found = db.read_one(_LOT, {"payment_id": payment_id})
    return LotRow(*tuple(found)) if found else None


def returns_of_payment(payment_id: int) -> Sequence[ReturnRow]:
    """Return what of a package's price went back, oldest first."""
    return [ReturnRow(*tuple(row)) for row in db.read(_RETURNS.where(CreditLot.payment_id == payment_id))]


def missing_of(user_id: int) -> int:
    """Return how many credits somebody had used whose money went back: what a person may look at."""
    counts = [
        row.missing for row in db.read(_RETURNS.where(CreditLot.user_id == user_id, CreditReturn.undone_at.is_(None)))
    ]
    return sum(counts)


def explain(user_id: int, before: int | None, size: int) -> tuple[int, AccountStatement]:
    """Return what somebody holds with a stretch of the postings that make it, read in one snapshot."""
    scope = [Posting.account == Account.CREDITS_HELD, Posting.owner_id == user_id, Posting.currency == CREDIT]
    with db.snapshot() as connection:
        found = ledger.statement(connection, *scope, before=before, size=size)
        row = connection.execute(_BALANCE, {"user_id": user_id}).one_or_none()
        return (int(row.credits) if row else 0), found


def postings_of_movement(user_id: int, movement_id: int) -> tuple[PostingRow, ...]:
    """Return the ledger rows of one movement: in credits, and of what was earned or went back with it."""
    own = select(CreditMovement.id).where(CreditMovement.id == movement_id, CreditMovement.user_id == user_id)
    keys = select(func.concat("credit_return:", CreditReturn.id)).where(CreditReturn.movement_id.in_(own))
    undone = select(func.concat("credit_return:", CreditReturn.id, ":undone")).where(
        CreditReturn.undone_movement_id.in_(own)
    )
    captures = select(func.concat("payment:", CreditMovement.payment_id, ":captured")).where(
        CreditMovement.id.in_(own), CreditMovement.kind == CreditKind.BOUGHT
    )
    entries = select(LedgerEntry.id).where(
        LedgerEntry.id.in_(select(CreditMovement.entry_id).where(CreditMovement.id.in_(own)))
        | LedgerEntry.id.in_(select(CreditUse.entry_id).where(CreditUse.movement_id.in_(own)))
        | LedgerEntry.key.in_(keys)
        | LedgerEntry.key.in_(undone)
        | LedgerEntry.key.in_(captures)
    )
    with db.snapshot() as connection:
        return ledger.postings(connection, Posting.entry_id.in_(entries))

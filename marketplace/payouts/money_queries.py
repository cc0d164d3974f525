"""Where a seller's money is and when it comes: from the ledger, all read at one moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Date,
    bindparam,
    case,
    cast,
    column,
    func,
    nulls_first,
    select,
)

from marketplace import db
from marketplace.language import gettext as _
from marketplace.ledger import queries as ledger
from marketplace.ledger.accounts import Account
from marketplace.ledger.models import Posting
from marketplace.payments.explain_queries import Explanation
from marketplace.payments.models import PaymentTransaction
from marketplace.payments.states import TransactionStatus
from marketplace.payouts import pot_queries
from marketplace.payouts.pot_queries import ALL_OF_SELLER, Pots

_MINOR = Posting.amount_minor.type
_LEFT = PaymentTransaction.left_minor
_NEXT_DAYS = 6


@dataclass(frozen=True, slots=True)
class Sales:
    """What was paid on one day, UTC, minor units: gross by buyers, net to the seller; gross + subsidy - fees = net."""

    day: date
    gross_minor: int
    subsidy_minor: int
    """What the marketplace added for its discounts."""
    net_minor: int
    orders: int


@dataclass(frozen=True, slots=True)
class Release:
    """What is planned to be released on one day, UTC, minor units; `day` None is what is due since earlier days."""

    day: date | None
    amount_minor: int
    orders: int


@dataclass(frozen=True, slots=True)
class Held:
    """What is held for a seller in one currency, minor units."""

    amount_minor: int
    orders: int
    next_release: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A seller's money in one currency at one moment."""

    pots: Sequence[Pots]
    """One per currency in which the seller has ever had any."""
    held: Held
    sales: Sequence[Sales]
    """Days without a sale are left out."""
    releases: Sequence[Release]
    """What is due, and the next days on which something is planned; at most six rows."""


def _day(moment: ColumnElement[datetime]) -> ColumnElement[date]:
    return cast(func.timezone("UTC", moment), Date)


_SELLER: BindParameter[int] = bindparam("seller_id")


_CURRENCIES = select(Posting.currency).where(*ALL_OF_SELLER).distinct().order_by(Posting.currency)
_OWN = (PaymentTransaction.seller_id == _SELLER, PaymentTransaction.currency == bindparam("currency"))
_IS_HELD = (*_OWN, PaymentTransaction.status == TransactionStatus.HELD)
_HELD = select(
    func.coalesce(func.sum(_LEFT), 0).cast(_MINOR), func.count(), func.min(PaymentTransaction.planned_release_date)
).where(*_IS_HELD)
_RECEIVED = PaymentTransaction.__table__.c.payment_received_date
_SALES = (
    select(
        _day(_RECEIVED).label("day"),
        func.sum(PaymentTransaction.gross_minor).cast(_MINOR),
        func.sum(PaymentTransaction.subsidy_minor).cast(_MINOR),
        func.sum(PaymentTransaction.net_minor).cast(_MINOR),
        func.count(),
    )
    .where(*_OWN, PaymentTransaction.payment_received_date >= bindparam("since"))
    .group_by("day")
    .order_by("day")
)
_planned_day = _day(PaymentTransaction.__table__.c.planned_release_date)
_release_day = case((_planned_day >= bindparam("today"), _planned_day))
_RELEASES = (
    select(_release_day.label("day"), func.sum(_LEFT).cast(_MINOR), func.count())
    .where(*_IS_HELD, _LEFT > 0)
    .group_by("day")
    .order_by(nulls_first(column("day")))
    .limit(_NEXT_DAYS)
)
_RELEASED_ON = (*_IS_HELD, _planned_day.between(bindparam("first"), bindparam("last")))
_RELEASE = select(func.coalesce(func.sum(_LEFT), 0).cast(_MINOR)).where(*_RELEASED_ON)
_RELEASE_ORDERS = select(PaymentTransaction.order_id).where(*_RELEASED_ON)


def currencies(seller_id: int) -> Sequence[str]:
    """Return the currencies in which a seller has ever had money, by their codes."""
    return [currency for (currency,) in db.read(_CURRENCIES, {"seller_id": seller_id})]


def standing(seller_id: int, currency: str, *, since: datetime, today: date) -> Standing:
    """Return a seller's money: all pots, and of `currency` what is held, sold since `since` and to be released."""
    values = {"seller_id": seller_id, "currency": currency, "today": today}
    with db.snapshot() as connection:
        pots = pot_queries.pots(connection, seller_id)
        held = connection.execute(_HELD, values).one()
        sales = connection.execute(_SALES, {**values, "since": since}).all()
        releases = connection.execute(_RELEASES, values).all()
    return Standing(
        pots=pots,
        held=Held(*tuple(held)),
        sales=tuple(Sales(*tuple(row)) for row in sales),
        releases=tuple(Release(*tuple(row)) for row in releases),
    )


def explain_release(seller_id: int, currency: str, first: date, last: date) -> Explanation:
    """Return the rows behind what is planned to be released on these days: all postings of its orders on hold."""
    values = {"seller_id": seller_id, "currency": currency, "first": first, "last": last}
    with db.snapshot() as connection:
        planned = connection.execute(_RELEASE, values).scalar_one()
        orders = connection.execute(_RELEASE_ORDERS, values).scalars().all()
        postings = _held_postings(connection, seller_id, currency, orders)
    return Explanation(_("Planned release"), currency, planned, -1, postings, ())


def _held_postings(
    connection: Connection, seller_id: int, currency: str, orders: Sequence[int]
) -> tuple[ledger.PostingRow, ...]:
    own = ledger.of_seller(seller_id, currency)
    return ledger.postings(connection, own, Posting.account == Account.SELLER_HELD, Posting.order_id.in_(orders))

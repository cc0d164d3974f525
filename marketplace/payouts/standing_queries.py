"""Who could be paid now, in which currency, and what decides it: the same statement for preview, run and take-up."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, Subquery, and_, bindparam, case, func, select, tuple_
from sqlalchemy.orm import Session

from marketplace import db
from marketplace.bank_transfers.rules import BANK_TRANSFER
from marketplace.config import MoneyPolicy
from marketplace.payment_records.models import Payment
from marketplace.payments.models import BalanceTransaction, PaymentBlock, PaymentTransaction
from marketplace.payments.states import TransactionStatus
from marketplace.payouts import rules
from marketplace.payouts.day_queries import moment, more_today, paid_today
from marketplace.payouts.models import PayoutPause, PayoutSchedule, PayoutSkip, PayoutStop, SellerAccount
from marketplace.payouts.rules import Schedule, Standing
from marketplace.wallets.rules import WALLET

_PAGE = 500
_OF_CHARGES = ("charge", "payment")
_OF_OURS = (WALLET, BANK_TRANSFER)
_X = PaymentTransaction


@dataclass(frozen=True, slots=True)
class Candidate:
    """A seller with something available in one currency."""

    seller_id: int
    currency: str
    standing: Standing
    skip_cause: str | None
    """Why runs have not paid it so far, as written down; None when nothing is written."""
    skipped_minor: int | None
    planned_run: datetime | None

    @property
    def amount_minor(self) -> int:
        """Return all that is available, paid now or not, minor units."""
        return self.standing.ready_minor + self.standing.blocked_minor + self.standing.unsettled_minor


_IS_OURS = (
    select(Payment.id)
    .where(Payment.id == _X.payment_id, (Payment.amount_minor == 0) | Payment.provider.in_(_OF_OURS))
    .exists()
)
IS_SETTLED = (
    select(BalanceTransaction.id)
    .where(
        BalanceTransaction.payment_id == _X.payment_id,
        BalanceTransaction.kind.in_(_OF_CHARGES),
        BalanceTransaction.available_on <= bindparam("now"),
    )
    .exists()
) | _IS_OURS
"""The condition that the buyer's payment is in our balance at `now`: only then does it pay anybody.

What the marketplace alone has paid, because its code made a purchase free, never arrives: it is ours already. So is
what a wallet has paid, because the marketplace put it there, and what came to its own bank account: it pays sellers out
of its balance at the provider, which it fills from there.
"""
_IS_AVAILABLE = and_(_X.status == TransactionStatus.AVAILABLE, _X.left_minor > 0)
AVAILABLE = select(_X.id).where(_IS_AVAILABLE)
"""What is available to anybody: without it nobody is to be paid."""
SETTLES_AT = case(
    (_IS_OURS, _X.payment_received_date),
    else_=select(func.min(BalanceTransaction.available_on))
    .where(BalanceTransaction.payment_id == _X.payment_id, BalanceTransaction.kind.in_(_OF_CHARGES))
    .scalar_subquery(),
)
"""When the buyer's payment is in our balance, or since when."""
READY = and_(
    _X.status == TransactionStatus.AVAILABLE,
    _X.left_minor > 0,
    ~PaymentBlock.is_open_for(_X.id),
    IS_SETTLED,
)
"""The condition that a share can be paid at `now`."""


def _money() -> Subquery:
    """Return what is available per seller and currency, by whether it can be paid."""
    shares = (
        select(
            _X.seller_id,
            _X.currency,
            _X.left_minor.label("left_minor"),
            PaymentBlock.is_open_for(_X.id).label("is_blocked"),
            IS_SETTLED.label("is_settled"),
        )
        .where(_IS_AVAILABLE)
        .subquery()
    )
    left, blocked, settled = shares.c.left_minor, shares.c.is_blocked, shares.c.is_settled
    return (
        select(
            shares.c.seller_id,
            shares.c.currency,
            func.coalesce(func.sum(left).filter(~blocked, settled), 0).label("ready_minor"),
            func.coalesce(func.sum(left).filter(blocked), 0).label("blocked_minor"),
            func.coalesce(func.sum(left).filter(~blocked, ~settled), 0).label("unsettled_minor"),
        )
        .group_by(shares.c.seller_id, shares.c.currency)
        .subquery()
    )


def _candidates() -> Select[Any]:
    money = _money()
    stopped = select(PayoutStop.id).where(PayoutStop.seller_id == money.c.seller_id, PayoutStop.lifted_at.is_(None))
    skip = and_(
        PayoutSkip.seller_id == money.c.seller_id,
        PayoutSkip.currency == money.c.currency,
        PayoutSkip.ended_at.is_(None),
    )
    return (
        select(
            *money.c,
            stopped.exists().label("is_stopped"),
            PayoutPause.is_open_for(money.c.seller_id).label("is_in_doubt"),
            SellerAccount.status.label("account"),
            SellerAccount.transfers_enabled,
            PayoutSchedule.interval,
            PayoutSchedule.weekday,
            PayoutSchedule.month_day,
            PayoutSchedule.minimums,
            PayoutSchedule.changed_at,
            PayoutSkip.cause,
            PayoutSkip.amount_minor.label("skipped_minor"),
            PayoutSkip.planned_run,
            PayoutSkip.last_at,
            paid_today(money.c.seller_id, money.c.currency).label("is_paid_today"),
            more_today(money.c.seller_id, money.c.currency).label("more_at"),
        )
        .outerjoin(SellerAccount, SellerAccount.seller_id == money.c.seller_id)
        .outerjoin(PayoutSchedule, PayoutSchedule.seller_id == money.c.seller_id)
        .outerjoin(PayoutSkip, skip)
        .order_by(money.c.seller_id, money.c.currency)
    )


_ALL = _candidates()
_PAIR = (_ALL.selected_columns.seller_id, _ALL.selected_columns.currency)
_AFTER = _ALL.where(tuple_(*_PAIR) > tuple_(bindparam("seller_id"), bindparam("currency"))).limit(_PAGE)
_OF_SELLER = _ALL.where(_PAIR[0] == bindparam("seller_id"))
_ONE = _ALL.where(_PAIR[0] == bindparam("seller_id"), _PAIR[1] == bindparam("currency"))


def candidates(policy: MoneyPolicy, now: datetime) -> Iterator[Candidate]:
    """Yield every seller and currency with something available at `now`; a page of rows in memory at a time."""
    seller_id, currency = 0, ""
    while rows := db.read(_AFTER, {"seller_id": seller_id, "currency": currency, **moment(now)}):
        yield from (_candidate(row, policy) for row in rows)
        seller_id, currency = rows[-1].seller_id, rows[-1].currency
        if len(rows) < _PAGE:
            return


def candidates_of(seller_id: int, policy: MoneyPolicy, now: datetime) -> list[Candidate]:
    """Return how a seller stands in every currency in which something is available to them."""
    return [_candidate(row, policy) for row in db.read(_OF_SELLER, {"seller_id": seller_id, **moment(now)})]


def candidate(
    session: Session, *, seller_id: int, currency: str, policy: MoneyPolicy, now: datetime
) -> Candidate | None:
    """Return how a seller stands in one currency, inside a transaction; None when nothing is available."""
    row = session.execute(_ONE, {"seller_id": seller_id, "currency": currency, **moment(now)}).one_or_none()
    return _candidate(row, policy) if row else None


def _candidate(row: Row[Any], policy: MoneyPolicy) -> Candidate:
    # A seller who has chosen other days since has made the day that was written down void.
    is_void = row.changed_at is not None and row.last_at is not None and row.changed_at > row.last_at
    planned_run = None if is_void else row.planned_run
    standing = Standing(
        currency=row.currency,
        schedule=schedule_from(row, policy),
        ready_minor=int(row.ready_minor),
        blocked_minor=int(row.blocked_minor),
        unsettled_minor=int(row.unsettled_minor),
        is_stopped=row.is_stopped,
        account=row.account,
        may_receive=bool(row.transfers_enabled),
        planned_run=planned_run,
        is_in_doubt=row.is_in_doubt,
        is_paid_today=row.is_paid_today,
        more_at=row.more_at,
    )
    return Candidate(row.seller_id, row.currency, standing, row.cause, row.skipped_minor, row.planned_run)


def schedule_from(row: Any, policy: MoneyPolicy) -> Schedule:
    """Return the schedule in the columns of PayoutSchedule of a row, all of them empty for the house's own."""
    if row.interval is None:
        return rules.default_schedule(policy)
    return Schedule(row.interval, row.weekday, row.month_day, row.minimums, policy.payout_minimum_minor)

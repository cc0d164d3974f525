"""A seller's balance cent by cent: each share with what it waits for, what they owe, and how their payouts stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import Select, and_, bindparam, func, select, true

from marketplace import db
from marketplace.config import MoneyPolicy
from marketplace.debts.models import SellerDebt
from marketplace.language import Text
from marketplace.orders.models import Order, Shipment
from marketplace.orders.states import DeliveredBy, OrderStatus
from marketplace.paging import Cursor, Listed, Period, Sort, read_page
from marketplace.payments.models import PaymentBlock, PaymentTransaction
from marketplace.payments.states import BlockReason, TransactionStatus
from marketplace.payouts import balance_rules, rules
from marketplace.payouts.balance_rules import SellerFacts, ShareFacts, Why
from marketplace.payouts.day_queries import moment, more_today, paid_today
from marketplace.payouts.models import Payout, PayoutLine, PayoutPause, PayoutSchedule, PayoutStop, SellerAccount
from marketplace.payouts.rules import Occasion, Schedule, SkipCause, Standing
from marketplace.payouts.standing_queries import IS_SETTLED, SETTLES_AT, schedule_from
from marketplace.payouts.states import AccountStatus, PayoutStatus

_X = PaymentTransaction
_MINOR = _X.net_minor.type
_T = TransactionStatus


class Place(StrEnum):
    """Where a share is: a tab of the list."""

    label: str
    statuses: tuple[TransactionStatus, ...]

    def __new__(cls, value: str, label: str = "", statuses: tuple[TransactionStatus, ...] = ()) -> Self:
        """Make a place from its word, its label and the statuses that are there."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label, member.statuses = label, statuses
        return member

    OPEN = "open", Text("Not with you yet"), (_T.HELD, _T.AVAILABLE, _T.TRANSFERRING)
    HELD = "held", Text("Held"), (_T.HELD,)
    AVAILABLE = "available", Text("Available"), (_T.AVAILABLE,)
    ON_ITS_WAY = "on-its-way", Text("On its way"), (_T.TRANSFERRING,)
    PAID_OUT = "paid-out", Text("Paid out"), (_T.PAID_OUT,)
    REFUNDED = "refunded", Text("Refunded"), (_T.REFUNDED,)


@dataclass(frozen=True, slots=True)
class ShareRow:
    """One share, minor units, and why it is where it is."""

    id: int
    order_number: str
    order_status: OrderStatus
    status: TransactionStatus
    net_minor: int
    taken_minor: int
    netted_minor: int
    left_minor: int
    paid_out_minor: int
    facts: ShareFacts
    is_delivered_by_seller: bool
    payout_number: str | None
    payout_failure: str | None
    why: Why


@dataclass(frozen=True, slots=True)
class Account:
    """How a seller is paid, and what stands in the way in one currency now; minor units."""

    schedule: Schedule
    account: AccountStatus | None
    bank_name: str | None
    bank_last4: str | None
    stop_reason: str | None
    ready_minor: int
    """What a run at this moment could pay: in whole units where banks take no others."""
    skip: SkipCause | None
    next_run: datetime | None


@dataclass(frozen=True, slots=True)
class Debt:
    """What a seller still owes for one order, minor units."""

    id: int
    order_number: str
    subject: str
    amount_minor: int
    open_minor: int
    created_at: datetime


_blocks = (
    select(func.array_agg(PaymentBlock.reason.distinct()))
    .where(PaymentBlock.transaction_id == _X.id, PaymentBlock.lifted_at.is_(None))
    .scalar_subquery()
)
_last_payout = (
    select(Payout.number, Payout.status, Payout.arrives_at, Payout.failure_reason)
    .join(PayoutLine, PayoutLine.payout_id == Payout.id)
    .where(PayoutLine.transaction_id == _X.id, Payout.status != PayoutStatus.CANCELED)
    .order_by(PayoutLine.id.desc())
    .limit(1)
    .lateral("last_payout")
)
_SHARES: Select[*tuple[Any, ...]] = (
    select(
        _X.id,
        Order.number,
        Order.status,
        _X.status,
        _X.net_minor,
        _X.net_taken_minor,
        _X.netted_minor,
        _X.left_minor,
        _X.paid_out_minor,
        _X.hold_reason,
        _X.days_to_hold,
        _X.planned_release_date,
        Shipment.shipped_at,
        Shipment.delivered_by,
        _blocks,
        SETTLES_AT,
        _last_payout.c.number,
        _last_payout.c.status,
        _last_payout.c.arrives_at,
        _last_payout.c.failure_reason,
    )
    .join(Order, Order.id == _X.order_id)
    .outerjoin(Shipment, Shipment.order_id == Order.id)
    .outerjoin(_last_payout, true())
    .where(_X.seller_id == bindparam("seller_id"), _X.currency == bindparam("currency"))
)
_ONE = _SHARES.where(_X.id == bindparam("share_id"))
_COUNTS = (
    select(_X.status.label("status"), func.count().label("shares"))
    .where(_X.seller_id == bindparam("seller_id"), _X.currency == bindparam("currency"))
    .group_by(_X.status)
)
_left = _X.left_minor
_available = and_(_X.status == _T.AVAILABLE, _X.left_minor > 0)
_is_blocked = PaymentBlock.is_open_for(_X.id)


def _sum(*conditions: Any) -> Any:
    return func.coalesce(func.sum(_left).filter(*conditions), 0).cast(_MINOR)


_AVAILABLE = select(_sum(~_is_blocked, IS_SETTLED), _sum(_is_blocked), _sum(~_is_blocked, ~IS_SETTLED)).where(
    _X.seller_id == bindparam("seller_id"), _X.currency == bindparam("currency"), _available
)
_stop = (
    select(PayoutStop.reason)
    .where(PayoutStop.seller_id == bindparam("seller_id"), PayoutStop.lifted_at.is_(None))
    .scalar_subquery()
)
_person = select(bindparam("seller_id").label("id")).subquery()
_ACCOUNT = (
    select(
        SellerAccount.status,
        SellerAccount.transfers_enabled,
        SellerAccount.bank_name,
        SellerAccount.bank_last4,
        _stop,
        PayoutPause.is_open_for(_person.c.id).label("is_in_doubt"),
        PayoutSchedule.interval,
        PayoutSchedule.weekday,
        PayoutSchedule.month_day,
        PayoutSchedule.minimums,
        paid_today(_person.c.id, bindparam("currency")).label("is_paid_today"),
        more_today(_person.c.id, bindparam("currency")).label("more_at"),
    )
    .select_from(_person)
    .outerjoin(SellerAccount, SellerAccount.seller_id == _person.c.id)
    .outerjoin(PayoutSchedule, PayoutSchedule.seller_id == _person.c.id)
)
_DEBTS = (
    select(
        SellerDebt.id,
        Order.number,
        SellerDebt.subject,
        SellerDebt.amount_minor,
        (SellerDebt.amount_minor - SellerDebt.netted_minor - SellerDebt.forgiven_minor).cast(_MINOR),
        SellerDebt.created_at,
    )
    .join(Order, Order.id == SellerDebt.order_id)
    .where(
        SellerDebt.seller_id == bindparam("seller_id"),
        SellerDebt.currency == bindparam("currency"),
        SellerDebt.netted_minor + SellerDebt.forgiven_minor < SellerDebt.amount_minor,
    )
    .order_by(SellerDebt.id)
)


def account(seller_id: int, currency: str, *, policy: MoneyPolicy, now: datetime) -> Account:
    """Return how a seller is paid in one currency, and whether a run at `now` would pay what is available."""
    values = {"seller_id": seller_id, "currency": currency, **moment(now)}
    with db.snapshot() as connection:
        chosen = connection.execute(_ACCOUNT, values).one()
        ready, blocked, unsettled = connection.execute(_AVAILABLE, values).one()
    schedule = schedule_from(chosen, policy)
    status, may_receive, bank_name, last4, stop_reason, is_in_doubt = chosen[:6]
    standing = Standing(
        currency=currency,
        schedule=schedule,
        ready_minor=ready,
        blocked_minor=blocked,
        unsettled_minor=unsettled,
        is_stopped=stop_reason is not None,
        account=status,
        may_receive=bool(may_receive),
        planned_run=None,
        is_in_doubt=is_in_doubt,
        is_paid_today=chosen.is_paid_today,
        more_at=chosen.more_at,
    )
    cause = rules.why_not(standing, Occasion.SCHEDULE, now)
    run = rules.due_at(standing, now)
    return Account(schedule, status, bank_name, last4, stop_reason, standing.payable_minor, cause, run)


def counts(seller_id: int, currency: str) -> Mapping[TransactionStatus, int]:
    """Return how many shares a seller has in one currency, by status."""
    rows = db.read(_COUNTS, {"seller_id": seller_id, "currency": currency})
    return {TransactionStatus(row.status): int(row.shares) for row in rows}


def shares(
    seller_id: int, currency: str, place: Place, period: Period, cursor: Cursor, *, seller: SellerFacts, now: datetime
) -> Listed[ShareRow]:
    """Return one page of a seller's shares at a place, paid by the buyer in `period`, newest first by default."""
    statement = _SHARES.where(_X.status.in_(place.statuses), period.of(_X.__table__.c.payment_received_date)).params(
        seller_id=seller_id, currency=currency
    )

    def make(*row: Any) -> ShareRow:
        return _share(row, seller, now)

    return read_page(statement, _X.__table__.c.id, cursor, make, sort=Sort.NEWEST)


def share(seller_id: int, share_id: int, currency: str, *, seller: SellerFacts, now: datetime) -> ShareRow | None:
    """Return one share of a seller, and why it is where it is; None when it is not theirs."""
    found = db.read_one(_ONE, {"seller_id": seller_id, "currency": currency, "share_id": share_id})
    return _share(tuple(found), seller, now) if found else None


def debts(seller_id: int, currency: str) -> Sequence[Debt]:
    """Return what a seller owes in one currency, oldest first, as it is paid."""
    return [Debt(*tuple(row)) for row in db.read(_DEBTS, {"seller_id": seller_id, "currency": currency})]


def facts_of(found: Account, policy: MoneyPolicy) -> SellerFacts:
    """Return what counts for all shares of a seller."""
    return SellerFacts(found.schedule, found.skip, found.next_run, timedelta(days=policy.delivered_after_shipping_days))


def _share(row: tuple[Any, ...], seller: SellerFacts, now: datetime) -> ShareRow:
    of_share, hold, parcel, checks, payout = row[:9], row[9:12], row[12:14], row[14:16], row[16:]
    (hold_reason, days, planned), (shipped_at, delivered_by), (blocks, settles_at) = hold, parcel, checks
    number, status, arrives_at, failure = payout
    is_late = shipped_at is not None and shipped_at + seller.delivered_after <= now
    facts = ShareFacts(
        status=of_share[3],
        hold_reason=hold_reason,
        days_to_hold=days,
        planned_release_date=planned,
        shipped_at=shipped_at,
        has_arrived=delivered_by in {DeliveredBy.BUYER, DeliveredBy.TIME} or (delivered_by is not None and is_late),
        blocks=frozenset(BlockReason(reason) for reason in blocks or ()),
        settles_at=settles_at,
        payout=status,
        arrives_at=arrives_at,
    )
    explained = balance_rules.explain(facts, seller, now)
    columns: Sequence[Any] = (*of_share, facts, delivered_by is DeliveredBy.SELLER, number, failure, explained)
    return ShareRow(*columns)

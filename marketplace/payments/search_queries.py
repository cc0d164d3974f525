"""The lists of payments, found by any id, number or e-mail address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, false, func, select, true, union_all
from sqlalchemy.orm import aliased

from marketplace import counting, db
from marketplace.accounts.models import User
from marketplace.orders.models import Order, Purchase
from marketplace.paging import ALWAYS, Amounts, Cursor, Listed, Period, read_page
from marketplace.payment_records.models import Payment
from marketplace.payment_records.states import PaymentStatus
from marketplace.payments.models import BalanceTransaction, PaymentFailure, PaymentTracker, UnappliedReceipt
from marketplace.payments.queries import ATTEMPT, Attempt
from marketplace.payments.states import TrackerStatus
from marketplace.payments.tabs import PaymentTab

LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class PaymentSummary:
    """One payment in the admin's list; amount in minor units."""

    id: int
    purchase_number: str | None
    buyer_name: str
    buyer_email: str
    amount_minor: int
    currency: str
    provider: str
    status: PaymentStatus
    tracker_status: TrackerStatus | None
    declines: int
    provider_payment_id: str | None
    created_at: datetime


_TRACKER = (
    select(PaymentTracker.status, PaymentTracker.attempts, PaymentTracker.payment_intent_id)
    .where(PaymentTracker.payment_id == Payment.id)
    .order_by(PaymentTracker.id.desc())
    .limit(1)
    .lateral("tracker")
)
_SUMMARY = (
    select(
        Payment.id,
        Purchase.number,
        User.name,
        User.email,
        Payment.amount_minor,
        Payment.currency,
        Payment.provider,
        Payment.status,
        _TRACKER.c.status,
        func.coalesce(_TRACKER.c.attempts, 0),
        func.coalesce(Payment.provider_payment_id, _TRACKER.c.payment_intent_id),
        Payment.created_at,
    )
    .join(User, User.id == Payment.user_id)
    .join(Purchase, Purchase.id == Payment.purchase_id, isouter=True)
    .join(_TRACKER, true(), isouter=True)
)


_COLUMNS = Payment.__table__.c
_same = aliased(Payment)
_AMOUNTS = Amounts(_COLUMNS.currency, _COLUMNS.amount_minor)


@dataclass(frozen=True, slots=True)
class Sought:
    """Which payments are wanted: `text` is any id, number or e-mail address, "" for all, as is `currency`.

    `named_by_events` are the payments that provider events of this id or about this object were matched to.
    """

    text: str = ""
    tab: PaymentTab = PaymentTab.ALL
    period: Period = ALWAYS
    currency: str = ""
    named_by_events: tuple[int, ...] = ()

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what a payment must meet, its tab aside."""
        found = [self.period.of(_COLUMNS.created_at)]
        if self.text:
            found.append(_named(self.text, self.named_by_events))
        if self.currency:
            found.append(Payment.currency == self.currency)
        return found


def payments(sought: Sought, cursor: Cursor) -> Listed[PaymentSummary]:
    """Return one page of the payments that are sought, newest first unless the cursor says otherwise."""
    statement = _SUMMARY.where(*sought.conditions())
    if sought.tab.statuses:
        statement = statement.where(Payment.status.in_(sought.tab.statuses))
    return read_page(statement, _COLUMNS.id, cursor, PaymentSummary, amounts=_AMOUNTS)


def attempts_of_buyer(user_id: int, sought: Sought, cursor: Cursor) -> Listed[Attempt]:
    """Return one page of a buyer's attempts to pay, newest first unless the cursor says otherwise (S1.1, S1.19)."""
    statement = ATTEMPT.where(Payment.user_id == user_id, *sought.conditions())
    if sought.tab.statuses:
        statement = statement.where(Payment.status.in_(sought.tab.statuses))
    return read_page(statement, _COLUMNS.id, cursor, Attempt, amounts=_AMOUNTS)


def row_before(user_id: int, sought: Sought, count: int) -> int | None:
    """Return the id of a buyer's attempt after which, newest first, `count` have passed; None when there are fewer.

    For those who count pages (S1.19): it costs what it passes over.
    """
    statement = select(Payment.id).where(Payment.user_id == user_id, *sought.conditions())
    if sought.tab.statuses:
        statement = statement.where(Payment.status.in_(sought.tab.statuses))
    row = db.read_one(statement.order_by(Payment.id.desc()).offset(count - 1).limit(1))
    return int(row.id) if row else None


def counts(sought: Sought) -> dict[PaymentStatus, int]:
    """Return how many of the payments that are sought have each status, whatever the tab, up to a thousand each."""
    return counting.by_value(select(Payment.id).where(*sought.conditions()), _COLUMNS.status, PaymentStatus)


def counts_of_buyer(user_id: int, sought: Sought) -> dict[PaymentStatus, int]:
    """Return how many of a buyer's payments that are sought have each status, whatever the tab."""
    return _exact(Payment.user_id == user_id, *sought.conditions())


def exact_counts(period: Period) -> dict[PaymentStatus, int]:
    """Return how many of the payments that began in `period` have each status, every one of them counted."""
    return _exact(period.of(_COLUMNS.created_at))


def _exact(*conditions: ColumnElement[bool]) -> dict[PaymentStatus, int]:
    statement = select(Payment.status, func.count()).where(*conditions).group_by(Payment.status)
    return dict(map(tuple, db.read(statement)))


def _named(text: str, by_events: Sequence[int]) -> ColumnElement[bool]:
    if text.isascii() and text.isdigit():
        return Payment.id == int(text) if int(text) <= LARGEST_ID else false()
    if "@" in text:
        return Payment.user_id.in_(select(User.id).where(func.lower(User.email) == text.lower()))
    number = text.upper()
    if number.startswith("TM-"):
        return Payment.purchase_id.in_(select(Order.purchase_id).where(Order.number == number))
    if number.startswith("P-"):
        return Payment.purchase_id.in_(select(Purchase.id).where(Purchase.number == number))
    declined = select(PaymentTracker.payment_id).join(PaymentFailure, PaymentFailure.tracker_id == PaymentTracker.id)
    # One set of ids, each part by its own index: an OR over six tables would read all payments.
    return Payment.id.in_(
        union_all(
            select(_same.id).where(_same.id.in_(by_events)),
            select(_same.id).where(_same.provider_session_id == text),
            select(_same.id).where(_same.provider_payment_id == text),
            select(PaymentTracker.payment_id).where(PaymentTracker.payment_intent_id == text),
            declined.where(PaymentFailure.charge_id == text),
            select(BalanceTransaction.payment_id).where(BalanceTransaction.provider_id == text),
            select(UnappliedReceipt.payment_id).where(UnappliedReceipt.provider_refund_id == text),
        )
    )

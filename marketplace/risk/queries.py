"""The list of assessed payments as admins see it, and how many there are of each kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, bindparam, exists, false, func, or_, select
from sqlalchemy.orm import aliased

from marketplace import db
from marketplace.accounts.models import User
from marketplace.disputes.models import Dispute
from marketplace.disputes.rules import DisputeKind
from marketplace.errors import NotFound
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.orders.models import Order
from marketplace.paging import ALWAYS, Amounts, Cursor, Listed, Period, Sort, read_page
from marketplace.payments.models import PaymentTransaction
from marketplace.risk.models import RiskAssessment, RiskReview
from marketplace.risk.rules import Rule
from marketplace.risk.states import ReviewStatus, RiskLevel

_A = RiskAssessment.__table__.c
_LARGEST_ID = 2**63 - 1


class RiskTab(StrEnum):
    """A tab of the list: its label, and the status of the reviews or the level that it shows."""

    label: str
    review: ReviewStatus | None
    level: RiskLevel | None

    def __new__(
        cls, value: str, label: str, review: ReviewStatus | None = None, level: RiskLevel | None = None
    ) -> Self:
        """Make a tab."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label, member.review, member.level = label, review, level
        return member

    WAITING = "waiting", Text("To look at"), ReviewStatus.WAITING
    CLEARED = "cleared", Text("Cleared"), ReviewStatus.CLEARED
    REFUSED = "refused", Text("Refused"), ReviewStatus.REFUSED
    ELEVATED = "elevated", Text("Elevated"), None, RiskLevel.ELEVATED
    LOW = "low", Text("Low"), None, RiskLevel.LOW
    ALL = "all", Text("All")

    def condition(self) -> ColumnElement[bool]:
        """Return what an assessment of this tab meets."""
        if self.review is not None:
            return RiskReview.status == self.review
        return _A.level == self.level if self.level is not None else ~false()


@dataclass(frozen=True, slots=True)
class Sought:
    """Which assessments are wanted; `text` is a payment, an order or an e-mail address, "" for all."""

    tab: RiskTab
    text: str = ""
    level: RiskLevel | None = None
    rule: Rule | None = None
    is_disputed: bool = False
    period: Period = ALWAYS
    """When they were settled."""

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what an assessment must meet, the tab aside."""
        found = [self.period.of(_A.settled_at)]
        if self.level is not None:
            found.append(_A.level == self.level)
        if self.rule is not None:
            found.append(has_fired(self.rule))
        if self.is_disputed:
            found.append(IS_DISPUTED)
        return [*found, _named(self.text)] if self.text else found


@dataclass(frozen=True, slots=True)
class RiskRow:
    """One assessed payment; the amount is in minor units. What a review says is None where there is none."""

    id: int
    payment_id: int
    user_id: int
    buyer_name: str
    buyer_email: str
    currency: str
    amount_minor: int
    score: int
    level: RiskLevel
    fired: list[dict[str, Any]]
    settled_at: datetime
    assessed_at: datetime
    review_id: int | None
    status: ReviewStatus | None
    reason: str | None
    decided_by: str | None
    decided_at: datetime | None
    is_disputed: bool

    @property
    def is_waiting(self) -> bool:
        """Return whether an admin has to look."""
        return self.status is ReviewStatus.WAITING


IS_DISPUTED = exists().where(Dispute.payment_id == _A.payment_id, Dispute.kind == DisputeKind.CHARGEBACK)
"""Whether the buyer's bank has taken an assessed payment back, however that ended."""
_admin = aliased(User)
_ROWS = (
    select(
        _A.id,
        _A.payment_id,
        _A.user_id,
        User.name,
        User.email,
        _A.currency,
        _A.amount_minor,
        _A.score,
        RiskAssessment.level,
        RiskAssessment.fired,
        _A.settled_at,
        _A.assessed_at,
        RiskReview.id,
        RiskReview.status,
        RiskReview.reason,
        _admin.name,
        RiskReview.decided_at,
        IS_DISPUTED,
    )
    .join(User, User.id == _A.user_id)
    .join(RiskReview, RiskReview.assessment_id == _A.id, isouter=True)
    .join(_admin, _admin.id == RiskReview.decided_by_id, isouter=True)
)
_OF_PAYMENT = _ROWS.where(_A.payment_id == bindparam("payment_id"))
_OF_PAYMENTS = _ROWS.where(_A.payment_id.in_(bindparam("payment_ids", expanding=True)))


def has_fired(rule: Rule) -> ColumnElement[bool]:
    """Return the condition that a rule applied."""
    return RiskAssessment.fired.contains([{"rule": rule.value}])


def assessments(sought: Sought, cursor: Cursor) -> Listed[RiskRow]:
    """Return one page of a tab: what waits longest first where somebody waits, else the newest."""
    statement = _ROWS.where(*sought.conditions(), sought.tab.condition())
    usual = Sort.OLDEST if sought.tab is RiskTab.WAITING else Sort.NEWEST
    amounts = Amounts(_A.currency, _A.amount_minor)
    return read_page(statement, _A.id, cursor, RiskRow, sort=usual, amounts=amounts)


def counts(sought: Sought) -> Mapping[RiskTab, int]:
    """Return how many of what is sought each tab holds."""
    statement = _counted(*(func.count().filter(tab.condition()) for tab in RiskTab)).where(*sought.conditions())
    return dict(zip(RiskTab, map(int, db.read(statement)[0]), strict=True))


def waiting() -> int:
    """Return how many payments wait for an admin's look."""
    return int(db.read(select(func.count()).where(RiskReview.status == ReviewStatus.WAITING))[0][0])


def of_payment(payment_id: int) -> RiskRow | None:
    """Return how a payment was assessed; None while it was not."""
    found = db.read_one(_OF_PAYMENT, {"payment_id": payment_id})
    return RiskRow(*tuple(found)) if found else None


def of_payments(payment_ids: list[int]) -> Mapping[int, RiskRow]:
    """Return how payments were assessed, by payment."""
    rows = db.read(_OF_PAYMENTS, {"payment_ids": payment_ids}) if payment_ids else ()
    return {row.payment_id: row for row in (RiskRow(*tuple(each)) for each in rows)}


def assessed(payment_id: int) -> RiskRow:
    """Return how a payment was assessed; raises NotFound while it was not."""
    found = of_payment(payment_id)
    if found is None:
        raise NotFound(_("This payment has not been assessed."))
    return found


def _counted(*figures: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(*figures)
        .select_from(RiskAssessment)
        .join(User, User.id == _A.user_id)
        .join(RiskReview, RiskReview.assessment_id == _A.id, isouter=True)
    )


def _named(text: str) -> ColumnElement[bool]:
    shares = (
        select(PaymentTransaction.payment_id)
        .join(Order, Order.id == PaymentTransaction.order_id)
        .where(Order.number == text.upper())
    )
    named = [func.lower(User.email) == text.lower(), _A.payment_id.in_(shares)]
    if text.isascii() and text.isdigit() and int(text[:20]) <= _LARGEST_ID:
        named.append(_A.payment_id == int(text[:20]))
    return or_(*named)

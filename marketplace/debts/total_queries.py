"""What all sellers owe together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from marketplace import db
from marketplace.debts.models import SellerDebt

_MINOR = SellerDebt.amount_minor.type
_OPEN = SellerDebt.open_minor


@dataclass(frozen=True, slots=True)
class DebtTotal:
    """What all sellers owe in one currency, minor units."""

    currency: str
    sellers: int
    open_minor: int
    oldest: datetime


def totals() -> Sequence[DebtTotal]:
    """Return what is owed now, one row per currency."""
    return [DebtTotal(*tuple(row)) for row in db.read(_TOTALS)]


_TOTALS = (
    select(
        SellerDebt.currency,
        func.count(SellerDebt.seller_id.distinct()),
        func.sum(_OPEN).cast(_MINOR),
        func.min(SellerDebt.__table__.c.created_at),
    )
    .where(_OPEN > 0)
    .group_by(SellerDebt.currency)
    .order_by(SellerDebt.currency)
)

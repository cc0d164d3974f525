"""Refunds of a seller's orders that nobody has decided yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select

from marketplace import db
from marketplace.refunds.models import Refund
from marketplace.refunds.states import RefundStatus


@dataclass(frozen=True, slots=True)
class Waiting:
    """What buyers ask back in one currency, minor units, and since when the oldest of them waits."""

    currency: str
    refunds: int
    asked_minor: int
    oldest: datetime


_WAITING = (
    select(
        Refund.currency,
        func.count(),
        func.sum(Refund.amount_minor).cast(Refund.amount_minor.type),
        func.min(Refund.asked_at),
    )
    .where(Refund.seller_id == bindparam("seller_id"), Refund.status == RefundStatus.PENDING)
    .group_by(Refund.currency)
    .order_by(Refund.currency)
)


def waiting_of_seller(seller_id: int) -> Sequence[Waiting]:
    """Return what waits for a decision, one row per currency."""
    return [Waiting(*tuple(row)) for row in db.read(_WAITING, {"seller_id": seller_id})]

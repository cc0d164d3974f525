"""Which fee schedule applies to a sale: the newest valid one, a seller's own before the channel's (DESIGN 4.8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.orm import Session

from marketplace.payments.models import FeeSchedule
from marketplace.payments.rules import ProcessingRate

STANDARD = "standard"


@dataclass(frozen=True)
class Agreement:
    """The rates of one sale: the processing rate of the payment, and schedule and platform rate by seller."""

    processing: ProcessingRate
    schedule_ids: dict[int, int]
    platform_basis_points: dict[int, int]


def agree(session: Session, *, channel: str, seller_ids: Sequence[int], currency: str, now: datetime) -> Agreement:
    """Return the rates that hold at `now` for a sale of `seller_ids` through `channel` in `currency`."""
    valid = session.execute(valid_schedules(channel=channel, seller_ids=seller_ids, now=now)).all()
    return agreement_of(valid, seller_ids, currency)


def valid_schedules(*, channel: str, seller_ids: Sequence[int], now: datetime) -> Select[*tuple[Any, ...]]:
    """Return the query for the schedules that `agreement_of` chooses from, for a write or for a page."""
    return (
        select(
            FeeSchedule.id,
            FeeSchedule.seller_id,
            FeeSchedule.platform_basis_points,
            FeeSchedule.processing_basis_points,
            FeeSchedule.processing_fixed,
        )
        .where(
            FeeSchedule.channel == channel,
            FeeSchedule.valid_from <= now,
            or_(FeeSchedule.seller_id.is_(None), FeeSchedule.seller_id.in_(seller_ids)),
        )
        .order_by(FeeSchedule.valid_from, FeeSchedule.id)
    )


def agreement_of(schedules: Sequence[Row[*tuple[Any, ...]]], seller_ids: Sequence[int], currency: str) -> Agreement:
    """Return the rates that the newest of `schedules` (oldest first) give to a sale in `currency`."""
    newest = {schedule.seller_id: schedule for schedule in schedules}
    general = newest[None]
    by_seller = {seller_id: newest.get(seller_id, general) for seller_id in seller_ids}
    return Agreement(
        processing=ProcessingRate(general.processing_basis_points, int(general.processing_fixed.get(currency, 0))),
        schedule_ids={seller_id: schedule.id for seller_id, schedule in by_seller.items()},
        platform_basis_points={s: schedule.platform_basis_points for s, schedule in by_seller.items()},
    )

"""Which fee schedule applies to a sale: the newest valid one, a seller's own before the channel's (DESIGN 4.8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
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
    valid = session.execute(
        select(FeeSchedule)
        .where(
            FeeSchedule.channel == channel,
            FeeSchedule.valid_from <= now,
            or_(FeeSchedule.seller_id.is_(None), FeeSchedule.seller_id.in_(seller_ids)),
        )
        .order_by(FeeSchedule.valid_from, FeeSchedule.id)
    ).scalars()
    newest = {schedule.seller_id: schedule for schedule in valid}
    general = newest[None]
    by_seller = {seller_id: newest.get(seller_id, general) for seller_id in seller_ids}
    return Agreement(
        processing=ProcessingRate(general.processing_basis_points, int(general.processing_fixed.get(currency, 0))),
        schedule_ids={seller_id: schedule.id for seller_id, schedule in by_seller.items()},
        platform_basis_points={s: schedule.platform_basis_points for s, schedule in by_seller.items()},
    )

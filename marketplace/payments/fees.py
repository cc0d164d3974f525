"""Which fee schedule applies to a sale (DESIGN 4.8): the newest valid one of the narrowest kind.

The narrowest is a seller's own for the category, then a seller's own, then the category's, then the channel's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.orm import Session

from marketplace.money import Money
from marketplace.payments.models import FeeSchedule
from marketplace.payments.rules import ProcessingRate

STANDARD, AUCTION = "standard", "auction"
"""The channels of sale: by a basket, or by an auction (S3: 7 % and nothing for the card)."""


@dataclass(frozen=True, slots=True)
class PlatformFee:
    """What one schedule takes of one order: its rate on the part of the order's total that it applies to."""

    schedule_id: int
    basis_points: int
    base: Money

    @property
    def fee(self) -> Money:
        """The fee, rounded to whole minor units."""
        return self.base.share(self.basis_points)


@dataclass(frozen=True)
class Agreement:
    """The rates of one sale: the processing rate of the payment, and the schedules by seller and category."""

    processing: ProcessingRate
    schedules: Mapping[tuple[int | None, str | None], Row[*tuple[Any, ...]]]

    def platform_fees(self, seller_id: int, gross: Money, goods: Mapping[str, Money]) -> list[PlatformFee]:
        """Return what the platform takes of a seller's `gross`, one part per schedule that applies.

        `goods` are the prices by category; delivery and tax follow them in proportion, so the bases sum to `gross`.
        """
        found: dict[int, tuple[int, int]] = {}
        for category, price in goods.items():
            schedule = self._schedule(seller_id, category)
            _, so_far = found.get(schedule.id, (0, 0))
            found[schedule.id] = schedule.platform_basis_points, so_far + price.minor
        weights = [minor for _, minor in found.values()]
        bases = gross.split(weights if any(weights) else [1] * len(weights))
        return [PlatformFee(key, rate, base) for (key, (rate, _)), base in zip(found.items(), bases, strict=True)]

    def _schedule(self, seller_id: int, category: str) -> Row[*tuple[Any, ...]]:
        kinds = ((seller_id, category), (seller_id, None), (None, category), (None, None))
        return next(self.schedules[kind] for kind in kinds if kind in self.schedules)


def agree(session: Session, *, channel: str, seller_ids: Sequence[int], currency: str, now: datetime) -> Agreement:
    """Return the rates that hold at `now` for a sale of `seller_ids` through `channel` in `currency`."""
    valid = session.execute(valid_schedules(channel=channel, seller_ids=seller_ids, now=now)).all()
    return agreement_of(valid, currency)


def valid_schedules(*, channel: str, seller_ids: Sequence[int], now: datetime) -> Select[*tuple[Any, ...]]:
    """Return the query for the schedules that `agreement_of` chooses from, for a write or for a page."""
    return (
        select(
            FeeSchedule.id,
            FeeSchedule.seller_id,
            FeeSchedule.category,
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


def agreement_of(schedules: Sequence[Row[*tuple[Any, ...]]], currency: str) -> Agreement:
    """Return the rates that the newest of `schedules` (oldest first) give to a sale in `currency`.

    The processing rate is the channel's: the provider takes it once of the whole payment, whoever sells.
    """
    newest = {(schedule.seller_id, schedule.category): schedule for schedule in schedules}
    general = newest[None, None]
    fixed = int(general.processing_fixed.get(currency, 0))
    return Agreement(ProcessingRate(general.processing_basis_points, fixed), newest)

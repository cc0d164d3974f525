"""When each seller wants to be paid: chosen on their page, read by pages and runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from marketplace import db
from marketplace.catalog.rules import CURRENCIES, LARGEST_PRICE_MINOR
from marketplace.config import MoneyPolicy
from marketplace.errors import Invalid
from marketplace.language import gettext as _
from marketplace.payouts import rules
from marketplace.payouts.models import PayoutSchedule
from marketplace.payouts.rules import Schedule
from marketplace.payouts.states import Interval

_OF_SELLER = select(
    PayoutSchedule.interval, PayoutSchedule.weekday, PayoutSchedule.month_day, PayoutSchedule.minimums
).where(PayoutSchedule.seller_id == bindparam("seller_id"))


@dataclass(frozen=True, slots=True)
class Chosen:
    """A seller's schedule, and whether they chose it themselves."""

    schedule: Schedule
    is_own: bool


def choose(
    session: Session,
    *,
    seller_id: int,
    interval: Interval,
    weekday: int,
    month_day: int,
    minimums: Mapping[str, int],
    now: datetime,
) -> None:
    """Write when a seller wants to be paid, and from how much on: minor units by currency, 0 for no wish.

    Raises Invalid naming the field.
    """
    if not 0 <= weekday <= 6:
        raise Invalid(_("Choose a day of the week."), field="weekday")
    if not 1 <= month_day <= 31:
        raise Invalid(_("Choose a day of the month from 1 to 31."), field="month_day")
    for currency, minor in minimums.items():
        if currency not in CURRENCIES or not 0 <= minor <= LARGEST_PRICE_MINOR:
            raise Invalid(_("Enter an amount from 0 to 999,999.99."), field=f"minimum_{currency}")
    row = session.get(PayoutSchedule, seller_id) or PayoutSchedule(seller_id=seller_id)
    row.interval, row.weekday, row.month_day = interval, weekday, month_day
    row.minimums = {currency: minor for currency, minor in minimums.items() if minor}
    row.changed_at = now
    session.add(row)


def schedule_of(seller_id: int, policy: MoneyPolicy) -> Chosen:
    """Return when a seller is paid: as they chose, or as the house does it."""
    row = db.read_one(_OF_SELLER, {"seller_id": seller_id})
    if row is None:
        return Chosen(rules.default_schedule(policy), is_own=False)
    own = Schedule(row.interval, row.weekday, row.month_day, row.minimums, policy.payout_minimum_minor)
    return Chosen(own, is_own=True)

"""Until when a payment page, its goods and its offer stand. Pure; what a purchase costs is in carts/rules.py."""

from datetime import datetime, timedelta

# The provider refuses less than 30 minutes by its own clock, and clocks differ (stripe-reference section 3).
_CLOCK_MARGIN = timedelta(minutes=1)
_DELAYED_METHOD_DAYS = 21


def page_expires_at(now: datetime, session_expiry_minutes: int) -> datetime:
    """Return when the payment page made at `now` closes (S1.22)."""
    return now + timedelta(minutes=session_expiry_minutes) + _CLOCK_MARGIN


def goods_kept_until(page_expires: datetime, grace_minutes: int) -> datetime:
    """Return until when stock stays set aside: longer than the page, so its last payment finds its goods."""
    return page_expires + timedelta(minutes=grace_minutes)


def goods_kept_while_clearing(now: datetime) -> datetime:
    """Return until when stock stays set aside for a method that clears later (2 to 14 days, so 21)."""
    return now + timedelta(days=_DELAYED_METHOD_DAYS)


def minutes_until(moment: datetime, now: datetime) -> int:
    """Return how many minutes it is to `moment`, begun ones counted whole; at least one."""
    return max(1, -(-(moment - now) // timedelta(minutes=1)))

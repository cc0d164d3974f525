"""A payout schedule in words."""

from datetime import date, datetime, timedelta

from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.payouts.rules import Schedule
from marketplace.payouts.states import Interval
from marketplace.web.order_parts import Fact
from marketplace.web.pages import date_text, money_text
from marketplace.web.seller import phrases

WEEKDAYS = (
    Text("Monday"),
    Text("Tuesday"),
    Text("Wednesday"),
    Text("Thursday"),
    Text("Friday"),
    Text("Saturday"),
    Text("Sunday"),
)
_ORDINALS = {1: Text("%(day)sst"), 2: Text("%(day)snd"), 3: Text("%(day)srd")}
_NTH = Text("%(day)sth")
_MONDAY = date(2026, 11, 30)


def interval_text(schedule: Schedule) -> str:
    """Return how often a seller is paid."""
    if schedule.interval is Interval.WEEKLY:
        day = phrases.day_text(_MONDAY + timedelta(days=schedule.weekday), "EEEE")
        return _("Every %(weekday)s", weekday=day)
    if schedule.interval is Interval.MONTHLY:
        return _("On the %(day)s of each month", day=day_text(schedule.month_day))
    return _("Every day") if schedule.interval is Interval.DAILY else _("When you ask for it")


def day_text(day: int) -> str:
    """Return a day of the month: 1st, 22nd, 31st."""
    return _(_NTH if 10 < day < 14 else _ORDINALS.get(day % 10, _NTH), day=day)


def next_text(run: datetime | None) -> str:
    """Return the day of the seller's next payout, or that they have to ask."""
    if run is None:
        return _("None by itself")
    return _("%(weekday)s, %(day)s", weekday=phrases.day_text(run, "EEEE"), day=date_text(run))


def minimum_facts(schedule: Schedule) -> tuple[Fact, ...]:
    """Return from which amounts on a seller is paid, one line per currency they named."""
    named = sorted(schedule.minimums.items())
    return tuple(
        Fact(_("At least, in %(currency)s", currency=currency), money_text(minor, currency))
        for currency, minor in named
    )

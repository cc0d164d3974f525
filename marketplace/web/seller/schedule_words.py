"""A payout schedule in words."""

from datetime import datetime

from marketplace.payouts import rules
from marketplace.payouts.rules import Schedule
from marketplace.payouts.states import Interval
from marketplace.web.order_parts import Fact
from marketplace.web.pages import date_text, money_text
from marketplace.language import Text
from marketplace.language import gettext as _

WEEKDAYS = (Text("Monday"), Text("Tuesday"), Text("Wednesday"), Text("Thursday"), Text("Friday"), Text("Saturday"), Text("Sunday"))
_SUFFIXES = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}


def interval_text(schedule: Schedule) -> str:
    """Return how often a seller is paid."""
    if schedule.interval is Interval.WEEKLY:
        return _("Every %(part)s", part=WEEKDAYS[schedule.weekday])
    if schedule.interval is Interval.MONTHLY:
        return _("On the %(month_day)s of each month", month_day=day_text(schedule.month_day))
    return _("Every day") if schedule.interval is Interval.DAILY else _("When you ask for it")


def day_text(day: int) -> str:
    """Return a day of the month: 1st, 22nd, 31st."""
    return f"{day}{_SUFFIXES.get(day, 'th')}"


def next_text(schedule: Schedule, now: datetime) -> str:
    """Return the next day of payouts, or that the seller has to ask."""
    run = rules.next_run(schedule, now)
    return f"{run:%A}, {date_text(run)}" if run else _("None by itself")


def minimum_facts(schedule: Schedule) -> tuple[Fact, ...]:
    """Return from which amounts on a seller is paid, one line per currency they named."""
    named = sorted(schedule.minimums.items())
    return tuple(Fact(_("At least, in %(currency)s", currency=currency), money_text(minor, currency)) for currency, minor in named)

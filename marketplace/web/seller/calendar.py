"""A month of what comes, day by day: a grid on a wide screen, a list of days on a phone; the same markup is both."""

from calendar import Calendar
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import url_for

from marketplace.language import Text, ngettext
from marketplace.language import gettext as _
from marketplace.payouts.calendar_queries import Coming, DayEvent
from marketplace.payouts.pot_queries import Pot
from marketplace.web.pages import date_text, money_text, sentence
from marketplace.web.seller import phrases

_MONDAY = date(2026, 11, 30)
_LABELS = {
    Coming.RELEASE: (Text("Release"), "held"),
    Coming.PAYOUT: (Text("Payout planned"), "available"),
    Coming.ARRIVAL: (Text("Arrives"), "on-its-way"),
    Coming.PAID: (Text("Paid out"), "paid-out"),
}


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One thing on a day."""

    kind: str
    label: str
    amount: str
    note: str
    url: str


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day of the grid; those of the months before and after fill its weeks."""

    number: str
    name: str
    is_today: bool
    is_outside: bool
    entries: tuple[CalendarEntry, ...]


@dataclass(frozen=True, slots=True)
class MonthGrid:
    """What templates/components/calendar.html shows."""

    title: str
    before_url: str
    before_label: str
    after_url: str
    after_label: str
    weekdays: tuple[str, ...]
    days: tuple[CalendarDay, ...]
    is_empty: bool


def span(text: str, now: datetime) -> tuple[date, date]:
    """Return the first and the last day of the month that an address writes as 2026-12; nonsense is this month."""
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        found = now.date()
    first = (found if 2000 <= found.year < 2200 else now.date()).replace(day=1)
    return first, _after(first) - timedelta(days=1)


def build(
    events: Sequence[DayEvent], first: date, currency: str, now: datetime, month_url: Callable[[str], str]
) -> MonthGrid:
    """Return the month that begins on `first`; `month_url` makes the address of another one."""
    before, after = (first - timedelta(days=1)).replace(day=1), _after(first)
    by_day: dict[date, list[CalendarEntry]] = {}
    for event in events:
        by_day.setdefault(event.day, []).append(_entry(event, currency))
    return MonthGrid(
        title=sentence(phrases.day_text(first, "LLLL y")),
        before_url=month_url(f"{before:%Y-%m}"),
        before_label=sentence(phrases.day_text(before, "LLLL")),
        after_url=month_url(f"{after:%Y-%m}"),
        after_label=sentence(phrases.day_text(after, "LLLL")),
        weekdays=tuple(phrases.day_text(_MONDAY + timedelta(days=ahead), "EEE") for ahead in range(7)),
        days=tuple(
            CalendarDay(
                number=str(day.day),
                name=phrases.day_text(day, "EEEE d MMMM"),
                is_today=day == now.date(),
                is_outside=day.month != first.month,
                entries=tuple(by_day.get(day, ())) if day.month == first.month else (),
            )
            for day in Calendar().itermonthdates(first.year, first.month)
        ),
        is_empty=not by_day,
    )


def _after(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _entry(event: DayEvent, currency: str) -> CalendarEntry:
    label, kind = _LABELS[event.coming]
    orders = ngettext("%(number)s order", "%(number)s orders", event.orders, number=event.orders)
    note, url = orders, ""
    if event.coming is Coming.RELEASE:
        url = url_for("seller.explain_release", currency=currency, day=event.day.isoformat())
    elif event.first and event.last:
        days = event.first.isoformat() + ("" if event.first == event.last else f"..{event.last.isoformat()}")
        url = url_for("seller.explain_release", currency=currency, day=days)
    elif event.coming is Coming.PAYOUT:
        note = _("Available now")
        url = url_for("seller.explain_pot", pot=Pot.AVAILABLE.value, currency=currency)
    elif event.payout_number:
        note, url = event.payout_number, url_for("seller.payout", number=event.payout_number)
    return CalendarEntry(kind, label, money_text(event.amount_minor, currency), note, url)


def day_text(moment: date) -> str:
    """Return a day with its weekday: Thu 3 Dec 2026."""
    return f"{phrases.day_text(moment, 'EEE')} {date_text(moment)}"

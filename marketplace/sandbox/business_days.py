"""The days banks work, in UTC: when a payout leaves and when it arrives."""

from datetime import UTC, datetime, timedelta

DAY_SECONDS = 86_400
_SATURDAY = 5


def midnight(moment: int) -> int:
    """Return the beginning of the day of `moment`, both in Unix seconds."""
    return moment - moment % DAY_SECONDS


def is_business_day(moment: int) -> bool:
    """Return whether banks work on the day of `moment`; only weekends count, no holidays."""
    return datetime.fromtimestamp(moment, UTC).weekday() < _SATURDAY


def after(moment: int, days: int) -> int:
    """Return the beginning of the day that is `days` business days after the day of `moment`."""
    day = midnight(moment)
    while days or not is_business_day(day):
        day += DAY_SECONDS
        days -= int(is_business_day(day) and days > 0)
    return day


def weekday(moment: int) -> str:
    """Return the English name of the day of `moment`, in small letters."""
    return datetime.fromtimestamp(moment, UTC).strftime("%A").lower()


def falls_on(moment: int, dates: list[int]) -> bool:
    """Return whether the day of `moment` is one of `dates`; 29 to 31 mean the last day of a shorter month."""
    day = datetime.fromtimestamp(moment, UTC)
    last = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return day.day in {min(date, last.day) for date in dates}


def is_date(year: str, month: str, day: str) -> bool:
    """Return whether three texts are a day of the calendar between 1900 and 2100."""
    parts = (year, month, day)
    if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
        return False
    try:
        return 1900 <= datetime(int(year), int(month), int(day), tzinfo=UTC).year <= 2100
    except ValueError:
        return False

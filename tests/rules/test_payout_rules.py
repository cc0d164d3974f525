"""When sellers are paid, why not, and what follows a refusal: tables with the nasty days."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from marketplace.config import MoneyPolicy
from marketplace.payouts.amount_rules import lines_of, payable_minor
from marketplace.payouts.refusal_rules import Again, refusal
from marketplace.payouts.rules import (
    Occasion,
    Schedule,
    SkipCause,
    Standing,
    Today,
    default_schedule,
    due_at,
    expected_payout,
    next_payout,
    next_run,
    payout_of,
    planned_run,
    why_not,
)
from marketplace.payouts.states import AccountStatus, Interval

DAILY = Schedule(Interval.DAILY)
MONDAYS = Schedule(Interval.WEEKLY, weekday=0)
ON_31ST = Schedule(Interval.MONTHLY, month_day=31)
ON_1ST = Schedule(Interval.MONTHLY, month_day=1)
MANUAL = Schedule(Interval.MANUAL)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        (DAILY, "2026-12-01 05:59", "2026-12-01 06:00"),
        (DAILY, "2026-12-01 06:00", "2026-12-01 06:00"),
        (DAILY, "2026-12-01 14:23", "2026-12-01 14:23"),
        (DAILY, "2026-12-31 23:59", "2026-12-31 23:59"),
        (MONDAYS, "2026-11-30 00:00", "2026-11-30 06:00"),
        (MONDAYS, "2026-11-30 22:00", "2026-11-30 22:00"),
        (MONDAYS, "2026-12-01 00:00", "2026-12-07 06:00"),
        (ON_31ST, "2026-11-30 12:00", "2026-11-30 12:00"),
        (ON_31ST, "2026-12-01 00:00", "2026-12-31 06:00"),
        (ON_31ST, "2027-02-01 00:00", "2027-02-28 06:00"),
        (ON_31ST, "2028-02-28 00:00", "2028-02-29 06:00"),
        (ON_1ST, "2026-12-02 00:00", "2027-01-01 06:00"),
    ],
)
def test_the_next_run(schedule: Schedule, after: str, expected: str) -> None:
    assert next_run(schedule, at(after)) == at(expected)
    assert expected_payout(at(after), schedule) == at(expected), "a date that is due on that day counts"


def test_whoever_wants_to_ask_has_no_date() -> None:
    assert next_run(MANUAL, at("2026-12-01 12:00")) is None
    assert expected_payout(at("2026-12-01 12:00"), MANUAL) is None


def test_what_is_released_after_todays_payout_is_paid_on_the_next_day() -> None:
    later = at("2026-12-01 15:00")
    tomorrow = next_payout(DAILY, Today(is_paid=True, more_at=None), at("2026-12-01 12:00"))
    assert tomorrow == at("2026-12-02 06:00")
    assert payout_of(DAILY, later, tomorrow) == tomorrow
    assert payout_of(DAILY, later, at("2026-12-01 12:00")) == later, "today's is still to come and takes it with it"
    assert payout_of(MANUAL, later, None) is None


@pytest.mark.parametrize("schedule", [DAILY, MONDAYS, ON_31ST, ON_1ST])
def test_a_run_is_never_before_and_is_its_own_next(schedule: Schedule) -> None:
    moment = at("2027-01-01 00:00")
    for _ in range(800):
        run = next_run(schedule, moment)
        assert run is not None
        assert moment <= run < moment + timedelta(days=32)
        assert next_run(schedule, run) == run
        moment += timedelta(hours=13)


def test_the_house_decides_for_those_who_have_not_chosen() -> None:
    schedule = default_schedule(MoneyPolicy(payout_interval="weekly", payout_minimum_minor=500))
    assert schedule.interval is Interval.WEEKLY
    assert schedule.minimum_minor("USD") == 500
    own = replace(schedule, minimums={"USD": 2_000, "EUR": 100})
    assert [own.minimum_minor(currency) for currency in ("USD", "EUR", "SEK")] == [2_000, 500, 500]


NOW = at("2026-12-01 12:00")
READY = Standing(
    currency="USD",
    schedule=Schedule(Interval.DAILY, least_minor=100),
    ready_minor=5_000,
    blocked_minor=0,
    unsettled_minor=0,
    is_stopped=False,
    account=AccountStatus.ENABLED,
    may_receive=True,
    planned_run=None,
)


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({}, None),
        ({"is_stopped": True, "account": None}, SkipCause.STOPPED),
        ({"account": None}, SkipCause.NO_ACCOUNT),
        ({"account": AccountStatus.STARTED}, SkipCause.NO_ACCOUNT),
        ({"account": AccountStatus.REVIEW}, SkipCause.UNDER_REVIEW),
        ({"account": AccountStatus.RESTRICTED}, SkipCause.RESTRICTED),
        ({"account": AccountStatus.DISCONNECTED}, SkipCause.DISCONNECTED),
        ({"account": AccountStatus.REJECTED}, SkipCause.REJECTED),
        ({"may_receive": False}, SkipCause.RESTRICTED),
        ({"ready_minor": 0, "blocked_minor": 900, "unsettled_minor": 900}, SkipCause.BLOCKED),
        ({"ready_minor": 0, "unsettled_minor": 900}, SkipCause.NOT_SETTLED),
        ({"blocked_minor": 900}, None),
        ({"ready_minor": 99}, SkipCause.BELOW_MINIMUM),
        ({"ready_minor": 100}, None),
        ({"schedule": MANUAL}, SkipCause.MANUAL),
        ({"schedule": MONDAYS}, SkipCause.SCHEDULED),
        ({"schedule": MONDAYS, "planned_run": NOW - timedelta(hours=1)}, None),
        ({"schedule": MONDAYS, "planned_run": NOW + timedelta(days=6)}, SkipCause.SCHEDULED),
    ],
)
def test_why_a_seller_is_not_paid(change: dict[str, object], cause: SkipCause | None) -> None:
    assert why_not(replace(READY, **change), Occasion.SCHEDULE, NOW) is cause  # type: ignore[arg-type]


def test_an_admin_may_ignore_days_and_a_seller_may_ask_whatever_the_schedule() -> None:
    waits = replace(READY, schedule=MONDAYS)
    assert why_not(waits, Occasion.RUN_NOW, NOW) is None
    by_hand = replace(READY, schedule=MANUAL)
    assert why_not(by_hand, Occasion.RUN_NOW, NOW) is SkipCause.MANUAL
    assert why_not(by_hand, Occasion.REQUEST, NOW) is None
    for occasion in Occasion:
        assert why_not(replace(by_hand, is_stopped=True), occasion, NOW) is SkipCause.STOPPED
    assert why_not(replace(READY, ready_minor=1), Occasion.REQUEST, NOW) is SkipCause.BELOW_MINIMUM


def test_every_cause_has_words_for_the_seller() -> None:
    for cause in SkipCause:
        assert cause.label
        assert cause.words.endswith(".")


@pytest.mark.parametrize(
    ("code", "again", "wait"),
    [
        ("balance_insufficient", Again.NEXT_DAY, timedelta(days=1)),
        ("account_invalid", Again.WHEN_ENABLED, timedelta(days=1)),
        ("account_closed", Again.WHEN_BANK_CHANGED, timedelta(0)),
        ("not_found", Again.BY_PERSON, None),
        ("a_word_nobody_knew", Again.BY_PERSON, None),
    ],
)
def test_s36_what_follows_a_refusal(code: str, again: Again, wait: timedelta | None) -> None:
    found = refusal(code, "Provider's words.", NOW)
    assert found.again is again
    assert found.next_attempt_at == (None if wait is None else NOW + wait)
    assert found.words.endswith(".")


@pytest.mark.parametrize(
    ("currency", "shares", "expected"),
    [
        ("USD", [(1, 9_380), (2, 55)], [(1, 9_380), (2, 55)]),
        ("JPY", [(1, 9_381)], [(1, 9_381)]),
        ("HUF", [(1, 9_300), (2, 9_400)], [(1, 9_300), (2, 9_400)]),
        ("HUF", [(1, 9_380), (2, 9_355)], [(1, 9_380), (2, 9_320)]),
        ("TWD", [(1, 9_380), (2, 20), (3, 5)], [(1, 9_380), (2, 20)]),
        ("TWD", [(1, 9_380), (2, 15), (3, 4)], [(1, 9_300)]),
        ("KWD", [(1, 9_387)], [(1, 9_380)]),
        ("HUF", [(1, 99)], []),
    ],
)
def test_banks_take_whole_units_of_some_currencies_and_the_last_shares_keep_the_rest(
    currency: str, shares: list[tuple[int, int]], expected: list[tuple[int, int]]
) -> None:
    """https://docs.stripe.com/currencies: HUF and TWD are charged with decimals and paid out without."""
    lines, ready = lines_of(currency, shares), sum(left for _, left in shares)
    assert lines == expected
    assert sum(amount for _, amount in lines) == payable_minor(currency, ready)


def test_less_than_a_whole_unit_is_below_the_minimum() -> None:
    forints = replace(READY, currency="HUF", ready_minor=199, schedule=replace(DAILY, least_minor=101))
    assert why_not(forints, Occasion.SCHEDULE, NOW) is SkipCause.BELOW_MINIMUM
    assert why_not(replace(forints, ready_minor=200), Occasion.SCHEDULE, NOW) is None


LATER, TOMORROW = at("2026-12-01 18:30"), at("2026-12-02 06:00")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, NOW),
        ({"more_at": LATER}, LATER),
        ({"is_paid_today": True}, TOMORROW),
        ({"is_paid_today": True, "more_at": LATER}, TOMORROW),
        ({"planned_run": at("2026-11-28 06:00")}, at("2026-11-28 06:00")),
        ({"planned_run": at("2026-11-28 06:00"), "more_at": LATER}, LATER),
        ({"schedule": replace(MONDAYS, least_minor=100), "more_at": LATER}, at("2026-12-07 06:00")),
        ({"schedule": MANUAL}, None),
    ],
)
def test_one_payout_a_day_takes_all_that_is_released_on_it(
    changed: dict[str, object], expected: datetime | None
) -> None:
    standing = replace(READY, **changed)  # type: ignore[arg-type]
    assert due_at(standing, NOW) == expected
    is_due = expected is not None and expected <= NOW
    assert (why_not(standing, Occasion.SCHEDULE, NOW) is None) == is_due
    if expected is not None and not is_due:
        assert planned_run(standing, SkipCause.SCHEDULED, NOW) == expected
    assert why_not(standing, Occasion.REQUEST, NOW) is None, "whoever asks is paid at once"

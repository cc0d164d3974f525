"""Whatever weekday and hour the demo's past begins at, it holds what its visitors are promised."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from marketplace.demo.past import PAST
from marketplace.demo.past.buying import check_out, wait
from marketplace.demo.past.returning import approve, ask, reject, withdraw
from marketplace.demo.past.script import Step
from marketplace.demo.past.selling import confirm_received, mark_delivered, ship
from marketplace.demo.past.writing import write_past

Steps = tuple[Step, ...]
_DAY = timedelta(days=1)


def of(steps: Steps, *deeds: object) -> Iterator[Step]:
    return (step for step in steps if step.deed in deeds)


def order(step: Step) -> tuple[str, str]:
    return step.values["purchase"], step.values["seller"]


@pytest.mark.parametrize("day", range(7))
def test_on_any_day_at_any_hour_the_past_holds_what_it_promises(day: int) -> None:
    for hour in range(day % 4, 24, 4):
        steps = write_past(datetime(2026, 8, 24, hour, 17, 5, tzinfo=UTC) + day * _DAY)
        assert all(timedelta(0) <= step.at < PAST for step in steps), hour
        sold = {step.values["purchase"]: step for step in of(steps, check_out)}
        several = [step for step in sold.values() if len({line[0] for line in step.values["basket"]}) > 1]
        assert len(several) >= 10, hour
        arrived = {order(step) for step in of(steps, confirm_received, mark_delivered)}
        under_way = [one for one in of(steps, ship) if order(one) not in arrived and PAST - one.at < 13 * _DAY]
        assert len(under_way) >= 3, hour
        assert len(list(of(steps, wait))) > 50, hour


@pytest.mark.parametrize("day", range(7))
def test_on_any_day_at_any_hour_the_same_refunds_wait_and_one_admin_has_approved(day: int) -> None:
    for hour in range(day % 4, 24, 4):
        steps = write_past(datetime(2026, 8, 24, hour, 17, 5, tzinfo=UTC) + day * _DAY)
        asked = {order(step): step for step in of(steps, ask)}
        decided = [order(step) for step in of(steps, approve, reject, withdraw)]
        ages = sorted((PAST - step.at) // _DAY for key, step in asked.items() if key not in decided)
        assert ages == [0, 0, 1, 1, 3, 4, 6], hour
        car = next(key for key, step in asked.items() if step.values["minor"] == 1_450_00)
        assert decided.count(car) == 1, (hour, "one approver, and a second one is waited for")
        assert (PAST - asked[car].at) // _DAY == 2, hour

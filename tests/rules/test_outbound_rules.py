"""When a call with an unknown outcome is sent again, and when never again."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.outbound import rules
from marketplace.outbound.rules import idempotency_key, must_look_up, next_attempt_at

NOW = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(("sends", "minutes"), [(1, 1), (2, 5), (3, 30), (4, 120), (5, 720), (6, 720), (50, 720)])
def test_the_ladder_has_five_rungs_and_stays_on_the_last(sends: int, minutes: int) -> None:
    assert next_attempt_at(sends, NOW) == NOW + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(0), False),
        (timedelta(hours=22, minutes=59, seconds=59), False),
        (timedelta(hours=23), True),
        (timedelta(days=30), True),
    ],
)
def test_s37_after_23_hours_the_key_counts_as_forgotten(age: timedelta, expected: bool) -> None:
    assert must_look_up(NOW, NOW + age) is expected


def test_s25_a_key_is_made_of_row_and_attempt_and_fits_the_provider() -> None:
    installation = "7cb4a3a5-0d1f-4b54-9f5b-1ad2bd7e4a5e"
    keys = {
        idempotency_key(installation, kind, subject_id, attempt)
        for kind in ("refund", "create_checkout")
        for subject_id in (1, 11)
        for attempt in (1, 11)
    }
    assert len(keys) == 8
    assert idempotency_key(installation, "refund", 9, 2) == f"{installation}/refund/9/2"
    assert max(map(len, keys)) <= 255
    assert len(idempotency_key(installation, "create_checkout", 2**63 - 1, 10**9)) <= 200, "fits its column"


def test_what_is_not_final_is_asked_about_less_and_less_often() -> None:
    """Ten minutes, an hour, six, twelve, then every day; once final, after a week and five weeks, and never again."""
    waits = [rules.next_look_at(looks, NOW) - NOW for looks in range(7)]
    hours = timedelta(hours=1)
    assert waits == [timedelta(minutes=10), hours, 6 * hours, 12 * hours, 24 * hours, 24 * hours, 24 * hours]
    assert rules.look_after_final(NOW, NOW) == NOW + timedelta(days=7)
    assert rules.look_after_final(NOW, NOW + timedelta(days=7)) == NOW + timedelta(days=35)
    assert rules.look_after_final(NOW, NOW + timedelta(days=35)) is None


def test_the_coming_sends_end_before_the_key_may_be_forgotten() -> None:
    coming = rules.coming_sends(1, NOW + timedelta(minutes=1), NOW)
    assert coming == [NOW + timedelta(minutes=minutes) for minutes in (1, 6, 36, 156, 876)]
    assert rules.looked_up_from(NOW) == NOW + timedelta(hours=23)
    assert rules.coming_sends(3, NOW + timedelta(hours=23), NOW) == []

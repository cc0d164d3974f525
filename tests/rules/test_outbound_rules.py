"""When a call with an unknown outcome is sent again, and when never again."""

from datetime import UTC, datetime, timedelta

import pytest

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

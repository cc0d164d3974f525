"""Links in mails: which work, which do not and why, and how long somebody waits for the next one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from marketplace.accounts.link_rules import (
    LIFETIMES,
    LINK_WINDOW,
    LINKS_ARE_KEPT,
    LINKS_PER_ADDRESS,
    LINKS_PER_EMAIL,
    Link,
    LinkEnd,
    minutes_until_link,
    why_not,
)
from marketplace.accounts.models import LinkPurpose
from marketplace.accounts.rules import RecentFailures

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
RESET = Link(
    request_id=1,
    purpose="reset",
    user_id=7,
    email="bo@example.com",
    own_email="Bo@Example.com",
    asked_at=NOW - timedelta(minutes=59, seconds=59),
    used_at=None,
    password_changed_at=NOW - timedelta(days=1),
    is_newest=True,
)
NONE = RecentFailures(0, None)


def test_a_link_works_once_until_its_hour_is_over_and_only_the_newest() -> None:
    assert why_not(RESET, now=NOW) is None
    assert why_not(RESET, now=NOW + timedelta(seconds=1)) is LinkEnd.EXPIRED
    assert why_not(replace(RESET, used_at=NOW), now=NOW) is LinkEnd.USED
    assert why_not(replace(RESET, is_newest=False), now=NOW) is LinkEnd.REPLACED


def test_a_changed_password_or_address_voids_a_link() -> None:
    assert why_not(replace(RESET, own_email="bo@other.example"), now=NOW) is LinkEnd.VOID
    changed = replace(RESET, password_changed_at=RESET.asked_at + timedelta(seconds=1))
    assert why_not(changed, now=NOW) is LinkEnd.VOID
    assert why_not(replace(changed, purpose="verify"), now=NOW) is None, "an address stays theirs"


def test_every_purpose_has_a_lifetime_and_is_known_for_longer() -> None:
    assert set(LIFETIMES) == {purpose.value for purpose in LinkPurpose}
    assert max(LIFETIMES.values()) < LINKS_ARE_KEPT
    assert max(LIFETIMES.values()) > LINK_WINDOW, "what counts is still there when it is counted"


@pytest.mark.parametrize(
    ("by_email", "by_address", "minutes"),
    [
        (NONE, NONE, 0),
        (RecentFailures(LINKS_PER_EMAIL, NOW), NONE, 0),
        (RecentFailures(LINKS_PER_EMAIL + 1, NOW), NONE, 60),
        (RecentFailures(LINKS_PER_EMAIL + 1, NOW - timedelta(seconds=1)), NONE, 60),
        (RecentFailures(LINKS_PER_EMAIL + 1, NOW - timedelta(minutes=59, seconds=59)), NONE, 1),
        (NONE, RecentFailures(LINKS_PER_ADDRESS + 1, NOW - timedelta(minutes=30)), 30),
    ],
)
def test_the_wait_ends_an_hour_after_the_first(
    by_email: RecentFailures, by_address: RecentFailures, minutes: int
) -> None:
    assert minutes_until_link(by_email, by_address, now=NOW) == minutes

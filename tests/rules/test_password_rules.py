"""Which passwords are taken, how long a device stays signed in, and when sign-in closes."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.accounts import passwords
from marketplace.accounts.common_passwords import COMMON_PASSWORDS
from marketplace.accounts.rules import (
    SHORTEST_PASSWORD,
    TRIES_PER_ADDRESS,
    TRIES_PER_EMAIL,
    RecentFailures,
    clean_email,
    clean_name,
    clean_password,
    device_name,
    initials,
    is_due_to_be_seen,
    minutes_to_wait,
    session_has_ended,
)
from marketplace.errors import Invalid

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
NONE = RecentFailures(0, None)


@pytest.mark.parametrize(
    "password",
    ["correct horse", "demo-marketplace", "        x1y2", "ÄÖÜäöüßéèê", "🚗🔧🛞🔩🚙🚕🚚🚛🏎️🚓", "x1y2" + "z" * 124],
)
def test_long_passwords_of_any_composition_are_taken(password: str) -> None:
    assert clean_password(password, email="a@example.com") == password


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short",
        "123456789",
        "x1y2" + "z" * 125,
        "aaaaaaaaaaaa",
        "abababababab",
        "Password123",
        "QWERTYUIOP",
        "marketplace1",
        "Bo@Example.com",
    ],
)
def test_short_endless_and_common_passwords_are_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        clean_password(password, email="bo@example.com")
    assert refused.value.field == "password"


def test_the_same_password_typed_in_two_ways_is_the_same() -> None:
    composed, decomposed = "caf\u00e9 noir olé", "cafe\u0301 noir ole\u0301"
    assert clean_password(composed, email="") == clean_password(decomposed, email="")
    assert passwords.is_password(passwords.hash_password(composed), decomposed)


def test_the_list_holds_only_passwords_that_the_length_rule_lets_through() -> None:
    assert len(COMMON_PASSWORDS) > 500
    assert all(len(word) >= SHORTEST_PASSWORD and word == word.casefold() for word in COMMON_PASSWORDS)


@pytest.mark.covers("S2.31")
def test_passwords_are_stored_as_argon2id_of_today() -> None:
    stored = passwords.hash_password("correct horse")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.is_password(stored, "correct horse")
    assert not passwords.is_password(stored, "Correct horse")
    assert not passwords.is_outdated(stored)
    assert passwords.is_outdated(stored.replace("m=19456", "m=8192"))


@pytest.mark.parametrize("stored", [None, "", "no hash", "$2b$12$old"])
def test_nobody_and_a_broken_hash_have_no_password(stored: str | None) -> None:
    assert not passwords.is_password(stored, "correct horse")
    assert not passwords.is_password(stored, "")


def test_bytes_after_the_72nd_count() -> None:
    stored = passwords.hash_password("x" * 80 + "a")
    assert not passwords.is_password(stored, "x" * 80 + "b")


@pytest.mark.parametrize(("rested", "buyer", "admin"), [(14, False, False), (16, False, True), (721, True, True)])
def test_a_device_rests_twelve_hours_and_an_admins_fifteen_minutes(rested: int, *, buyer: bool, admin: bool) -> None:
    seen = NOW - timedelta(minutes=rested)
    assert session_has_ended(last_seen_at=seen, is_admin=False, now=NOW) is buyer
    assert session_has_ended(last_seen_at=seen, is_admin=True, now=NOW) is admin


def test_a_visit_is_written_every_five_minutes() -> None:
    assert not is_due_to_be_seen(last_seen_at=NOW - timedelta(seconds=299), now=NOW)
    assert is_due_to_be_seen(last_seen_at=NOW - timedelta(seconds=300), now=NOW)


@pytest.mark.parametrize(
    ("by_email", "by_address", "minutes"),
    [
        (NONE, NONE, 0),
        (RecentFailures(TRIES_PER_EMAIL, NOW), NONE, 0),
        (RecentFailures(TRIES_PER_EMAIL + 1, NOW), NONE, 15),
        (RecentFailures(TRIES_PER_EMAIL + 1, NOW - timedelta(minutes=4, seconds=30)), NONE, 11),
        (RecentFailures(TRIES_PER_EMAIL + 1, NOW - timedelta(minutes=14, seconds=59)), NONE, 1),
        (NONE, RecentFailures(TRIES_PER_ADDRESS, NOW), 0),
        (NONE, RecentFailures(TRIES_PER_ADDRESS + 1, NOW - timedelta(minutes=5)), 10),
        (RecentFailures(11, NOW - timedelta(minutes=9)), RecentFailures(51, NOW - timedelta(minutes=2)), 13),
    ],
)
def test_sign_in_closes_until_the_first_failure_is_fifteen_minutes_old(
    by_email: RecentFailures, by_address: RecentFailures, minutes: int
) -> None:
    assert minutes_to_wait(by_email, by_address, now=NOW) == minutes


@pytest.mark.parametrize(
    "email", ["bo@example.com", " Bo.Buyer+tag@mail.example.co.uk ", "ü@exämple.com".replace("ä", "a")]
)
def test_e_mail_addresses_are_taken_as_typed_but_trimmed(email: str) -> None:
    assert clean_email(email) == email.strip()


@pytest.mark.parametrize(
    "email",
    ["", "bo", "bo@", "@example.com", "bo@localhost", "a b@example.com", "bo@-.com", "x\0@e.com", f"{'x' * 200}@e.com"],
)
def test_what_is_no_e_mail_address_is_refused(email: str) -> None:
    with pytest.raises(Invalid):
        clean_email(email)


def test_names_have_single_spaces_and_no_control_signs() -> None:
    assert clean_name("  Ann \t Bell ") == "Ann Bell"
    for wrong in ("", "   ", "a\x00b", "x" * 65):
        with pytest.raises(Invalid):
            clean_name(wrong)


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Priya Nair", "PN"), ("cher", "C"), ("Ludwig van Beethoven", "LB"), ("…", "?"), ("éa b", "ÉB")],
)
def test_initials_stand_for_a_name(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0", "Firefox on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/150.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/150.0 Safari/537.36 Edg/150.0", "Edge on Windows"),
        ("", "A browser"),
    ],
)
def test_devices_have_names_people_know(agent: str, name: str) -> None:
    assert device_name(agent) == name

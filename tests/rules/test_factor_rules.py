"""The second step of a sign-in: which codes are taken when, and how they are written."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.accounts import factor_rules as rules
from marketplace.accounts import totp

NOW = datetime(2026, 3, 1, 12, 0, 10, tzinfo=UTC)
SECRET = totp.new_secret()
# The secret and the codes of RFC 6238, appendix B; six digits are the last six of its eight.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC_CODES = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 20000000000: "353130"}


def code_at(moment: datetime) -> str:
    """Return what an app shows at that time."""
    codes = totp.codes(SECRET, now=moment)
    return codes[sorted(codes)[1]]


def step_of(typed: str, used_step: int | None = None, now: datetime = NOW) -> int | None:
    return rules.step_of(typed, totp.codes(SECRET, now=now), used_step)


@pytest.mark.parametrize(("second", "code"), RFC_CODES.items())
def test_codes_are_those_of_the_rfc(second: int, code: str) -> None:
    assert code in totp.codes(RFC_SECRET, now=datetime.fromtimestamp(second, UTC)).values()
    assert rules.step_of(code, totp.codes(RFC_SECRET, now=datetime.fromtimestamp(second, UTC)), None) == second // 30


@pytest.mark.parametrize(("seconds", "is_taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_clocks_may_be_one_step_apart(seconds: int, *, is_taken: bool) -> None:
    assert (step_of(code_at(NOW + timedelta(seconds=seconds))) is not None) is is_taken


def test_a_code_and_those_before_it_are_used_once() -> None:
    used = step_of(code_at(NOW))
    assert used is not None
    assert step_of(code_at(NOW), used) is None
    assert step_of(code_at(NOW - timedelta(seconds=30)), used) is None, "an earlier one is no news"
    assert step_of(code_at(NOW + timedelta(seconds=30)), used) == used + 1


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "\N{ARABIC-INDIC DIGIT FOUR}" * 6])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert step_of(typed) is None


def test_codes_are_typed_as_people_type_them() -> None:
    assert rules.clean_code(" 123 456\t") == "123456"
    assert rules.clean_code("123-456") == "123456"
    assert rules.clean_code("\N{FULLWIDTH DIGIT ONE}23456") == "123456"
    assert rules.clean_code("ABCD efgh-jkmn pqrs") == "abcdefghjkmnpqrs"
    assert len(rules.clean_code("1" * 100_000)) <= 200


@given(st.binary(min_size=10, max_size=10))
def test_a_recovery_code_survives_being_copied(randomness: bytes) -> None:
    code = rules.recovery_code(randomness)
    assert rules.is_recovery_code(code)
    assert not rules.is_app_code(code)
    assert rules.clean_code(rules.in_groups(code).upper()) == code


@given(st.binary(min_size=10, max_size=10), st.binary(min_size=10, max_size=10))
def test_recovery_codes_keep_all_their_randomness(one: bytes, other: bytes) -> None:
    assert (rules.recovery_code(one) == rules.recovery_code(other)) == (one == other)


def test_a_half_done_sign_in_lasts_ten_minutes_and_ends_with_its_password() -> None:
    def has_ended(minutes: float, changed: float | None = None) -> bool:
        changed_at = None if changed is None else NOW + timedelta(minutes=changed)
        later = NOW + timedelta(minutes=minutes)
        return rules.half_has_ended(begun_at=NOW, password_changed_at=changed_at, now=later)

    assert not has_ended(9.9)
    assert has_ended(10)
    assert has_ended(1, changed=0.5)
    assert not has_ended(1, changed=-1)


def test_a_secret_waits_half_an_hour_for_its_first_code() -> None:
    assert not rules.setup_has_ended(begun_at=NOW, now=NOW + timedelta(minutes=29))
    assert rules.setup_has_ended(begun_at=NOW, now=NOW + timedelta(minutes=30))


def test_an_app_reads_whose_account_it_is() -> None:
    address = totp.address(SECRET, email="bo+parts@example.com", issuer="Tandem & Co")
    assert address == (
        f"otpauth://totp/Tandem%20%26%20Co:bo%2Bparts%40example.com?secret={SECRET}&issuer=Tandem%20%26%20Co"
    )

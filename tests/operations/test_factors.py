"""Two-step sign-in against the database: set up, used once, counted, encrypted, told."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from marketplace import clock, db
from marketplace.accounts import factor_flows, factor_operations, factor_queries, flows, operations, queries, totp
from marketplace.accounts.factor_operations import HalfEnded
from marketplace.accounts.operations import Device
from marketplace.encryption import CannotDecrypt
from marketplace.errors import Conflict, Invalid
from tests.builders import PASSWORD, World
from tests.builders_factors import Phone, with_phone
from tests.fixtures_mail import PostOffice
from tests.races import at_once, refusals

HOME = Device("203.0.113.9", "Firefox")


def email_of(world: World, user_id: int) -> str:
    [(email,)] = world.rows('SELECT email FROM "user" WHERE id = %s', user_id)
    return str(email)


def key_of(world: World, user_id: int, *, now: datetime | None = None) -> str:
    """Give the right password; return the key that takes the second step."""
    with pytest.raises(flows.CodeNeeded) as needed:
        flows.sign_in(email=email_of(world, user_id), password=PASSWORD, device=HOME, now=now or clock.system_now())
    return needed.value.key


def enter(key: str, code: str, *, now: datetime | None = None) -> str:
    return flows.enter_code(key=key, code=code, device=HOME, now=now or clock.system_now())[1]


def again(world: World, user_id: int, code: str, password: str = PASSWORD) -> None:
    flows.check_again(
        user_id=user_id,
        email=email_of(world, user_id),
        password=password,
        code=code,
        device=HOME,
        now=clock.system_now(),
    )


def open_session(user_id: int, token: str) -> int:
    now = clock.system_now()
    return db.atomic(operations.open_session, (), user_id=user_id, token=token, device=HOME, now=now)


def is_open(token: str) -> bool:
    return queries.signed_in(operations.token_hash(token)) is not None


def test_a_password_alone_opens_nothing(world: World) -> None:
    user_id = world.person()
    phone = with_phone(user_id)
    key = key_of(world, user_id)
    assert world.rows("SELECT count(*) FROM user_session") == [(0,)]
    token = enter(key, phone.code())
    assert is_open(token)
    with pytest.raises(HalfEnded):
        enter(key, phone.code(steps=1))


def test_a_set_up_that_was_not_confirmed_asks_for_nothing(world: World) -> None:
    user_id = world.person()
    email = email_of(world, user_id)
    factor_flows.begin_app(
        user_id=user_id, session_id=0, email=email, password=PASSWORD, device=HOME, now=clock.system_now()
    )
    assert flows.sign_in(email=email, password=PASSWORD, device=HOME, now=clock.system_now())[0] == user_id
    assert not factor_queries.has_second_step(user_id)
    with pytest.raises(Invalid):
        factor_flows.confirm_app(user_id=user_id, session_id=0, code="000000", now=clock.system_now())
    assert not factor_queries.has_second_step(user_id)


def test_setting_up_wants_the_password_and_happens_once(world: World) -> None:
    user_id = world.person()
    values = {"user_id": user_id, "email": email_of(world, user_id), "device": HOME, "now": clock.system_now()}
    with pytest.raises(Invalid) as wrong:
        factor_flows.begin_app(session_id=0, password="not this one", **values)  # type: ignore[arg-type]
    assert wrong.value.field == "password"
    assert factor_queries.waiting_secret(user_id, 0, now=clock.system_now()) is None
    phone = with_phone(user_id)
    with pytest.raises(Conflict):
        db.atomic(
            factor_operations.begin_app, (), user_id=user_id, session_id=0, secret=phone.secret, now=clock.system_now()
        )
    with pytest.raises(Conflict):
        factor_flows.confirm_app(user_id=user_id, session_id=0, code=phone.code(), now=clock.system_now())


def test_a_secret_that_waited_too_long_is_not_confirmed(world: World) -> None:
    user_id, then = world.person(), clock.system_now() - timedelta(minutes=31)
    phone = Phone("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    db.atomic(factor_operations.begin_app, (), user_id=user_id, session_id=0, secret=phone.secret, now=then)
    assert factor_queries.waiting_secret(user_id, 0, now=clock.system_now()) is None
    with pytest.raises(Conflict):
        factor_flows.confirm_app(user_id=user_id, session_id=0, code=phone.code(), now=clock.system_now())


def test_a_secret_is_shown_and_confirmed_on_the_device_that_asked_for_it(world: World) -> None:
    user_id, now = world.person(), clock.system_now()
    here, there = open_session(user_id, "here"), open_session(user_id, "there")
    phone = Phone(totp.new_secret())
    db.atomic(factor_operations.begin_app, (), user_id=user_id, session_id=here, secret=phone.secret, now=now)
    assert factor_queries.waiting_secret(user_id, there, now=now) is None
    with pytest.raises(Conflict):
        factor_flows.confirm_app(user_id=user_id, session_id=there, code=phone.code(), now=now)
    assert factor_queries.waiting_secret(user_id, here, now=now) == phone.secret
    factor_flows.confirm_app(user_id=user_id, session_id=here, code=phone.code(), now=now)


@pytest.mark.parametrize("later", [0, 29, 30])
def test_a_code_is_used_once_and_so_are_those_before_it(world: World, later: int) -> None:
    user_id, now = world.person(), clock.system_now()
    phone = with_phone(user_id)
    code, earlier = phone.code(now=now), phone.code(now=now, steps=-1)
    enter(key_of(world, user_id), code, now=now)
    for used in (code, earlier):
        with pytest.raises(Invalid, match="used already"):
            enter(key_of(world, user_id), used, now=now + timedelta(seconds=later))


def test_two_that_use_one_code_at_once_give_one_sign_in(world: World) -> None:
    user_id, now = world.person(), clock.system_now()
    phone = with_phone(user_id)
    keys = [key_of(world, user_id) for _number in range(6)]
    code = phone.code(now=now)
    answers = at_once(world.app, [lambda key=key: enter(key, code, now=now) for key in keys])
    assert len(refusals(answers)) == 5
    assert world.rows("SELECT count(*) FROM user_session") == [(1,)]


def test_two_that_use_one_recovery_code_at_once_give_one_sign_in(world: World) -> None:
    user_id = world.person()
    phone = with_phone(user_id)
    keys = [key_of(world, user_id) for _number in range(6)]
    code = phone.recovery_codes[3]
    answers = at_once(world.app, [lambda key=key: enter(key, code) for key in keys])
    assert len(refusals(answers)) == 5
    assert factor_queries.second_step(user_id).recovery_codes_left == 9


def test_two_codes_for_one_key_give_one_sign_in(world: World) -> None:
    user_id = world.person()
    phone = with_phone(user_id)
    key = key_of(world, user_id)
    answers = at_once(world.app, [lambda code=code: enter(key, code) for code in phone.recovery_codes[:4]])
    assert len(refusals(answers)) == 3
    assert world.rows("SELECT count(*) FROM user_session") == [(1,)]
    assert factor_queries.second_step(user_id).recovery_codes_left == 9, "the other codes are not used up"


def test_recovery_codes_are_used_once_each_and_replaced_together(world: World) -> None:
    user_id = world.person()
    phone = with_phone(user_id)
    assert len(set(phone.recovery_codes)) == 10
    first = phone.recovery_codes[0]
    enter(key_of(world, user_id), f"{first[:4]}-{first[4:].upper()} ")
    with pytest.raises(Invalid, match="used already"):
        enter(key_of(world, user_id), first)
    assert factor_queries.second_step(user_id).recovery_codes_left == 9
    fresh = factor_flows.renew_codes(
        user_id=user_id,
        email=email_of(world, user_id),
        password=PASSWORD,
        code=phone.code(),
        device=HOME,
        now=clock.system_now(),
    )
    assert factor_queries.second_step(user_id).recovery_codes_left == 10
    for old in phone.recovery_codes[1:3]:
        with pytest.raises(Invalid, match="used already"):
            enter(key_of(world, user_id), old)
    enter(key_of(world, user_id), fresh[0])


def test_somebody_elses_codes_let_nobody_in(world: World) -> None:
    one, other = world.person(), world.person("Una Other")
    mine, theirs = with_phone(one), with_phone(other)
    key = key_of(world, one)
    for code in (theirs.code(), theirs.recovery_codes[0]):
        with pytest.raises(Invalid):
            enter(key, code)
    enter(key, mine.code())


def test_every_wrong_code_reads_the_same(world: World) -> None:
    """It says nothing about which codes there are."""
    user_id = world.person()
    phone = with_phone(user_id)
    enter(key_of(world, user_id), phone.recovery_codes[0])
    key, words = key_of(world, user_id), set()
    for code in ("000000", phone.recovery_codes[0], "a" * 16, "what", phone.code(steps=-9)):
        with pytest.raises(Invalid) as wrong:
            enter(key, code)
        words.add((wrong.value.message, wrong.value.field))
    assert words == {("This code is not right, or it was used already.", "code")}


def test_right_passwords_between_do_not_let_codes_be_guessed_on(world: World) -> None:
    user_id, now = world.person(), clock.system_now()
    phone = with_phone(user_id)
    for second in range(10):
        moment = now + timedelta(seconds=second)
        key = key_of(world, user_id, now=moment)
        with pytest.raises(Invalid):
            enter(key, "000000", now=moment)
    with pytest.raises(flows.TooManyTries) as refused:
        enter(key, phone.code(now=now), now=now + timedelta(minutes=4))
    assert refused.value.minutes == 11
    later = now + timedelta(minutes=16)
    enter(key_of(world, user_id, now=later), phone.code(now=later), now=later)


def test_a_right_code_forgets_the_wrong_ones(world: World) -> None:
    user_id = world.person()
    phone = with_phone(user_id)
    for round_ in range(3):
        key = key_of(world, user_id)
        for _number in range(8):
            with pytest.raises(Invalid):
                enter(key, "000000")
        enter(key, phone.recovery_codes[round_])


def test_guessing_by_parallel_tries_ends_at_the_limit(world: World) -> None:
    user_id = world.person()
    with_phone(user_id)
    key = key_of(world, user_id)
    answers = at_once(world.app, [lambda code=code: enter(key, f"{code:06}") for code in range(20)])
    looked_at = [answer for answer in refusals(answers) if isinstance(answer, Invalid)]
    assert len(looked_at) <= 10


def test_a_half_done_sign_in_ends(world: World) -> None:
    user_id, now = world.person(), clock.system_now()
    phone = with_phone(user_id)
    key = key_of(world, user_id, now=now)
    with pytest.raises(HalfEnded):
        enter(key, phone.code(now=now + timedelta(minutes=10)), now=now + timedelta(minutes=10))
    with pytest.raises(HalfEnded):
        enter("of nobody", phone.code())
    key_of(world, user_id, now=now + timedelta(minutes=11))
    assert world.rows("SELECT count(*) FROM half_sign_in") == [(1,)], "the old one is forgotten"


def test_a_new_password_ends_what_was_begun_with_the_old_one(world: World) -> None:
    user_id = world.person()
    phone = with_phone(user_id)
    key = key_of(world, user_id)
    flows.change_password(
        user_id=user_id,
        session_id=open_session(user_id, "here"),
        email=email_of(world, user_id),
        old=PASSWORD,
        new="another-good-password",
        device=HOME,
        now=clock.system_now(),
    )
    with pytest.raises(HalfEnded):
        enter(key, phone.code())
    assert factor_queries.has_second_step(user_id)


@pytest.mark.parametrize("code", ["", "000000", "used"])
def test_who_has_a_second_step_says_it_again_with_a_code(world: World, code: str) -> None:
    user_id = world.person()
    phone = with_phone(user_id)
    again(world, user_id, phone.code())
    with pytest.raises(Invalid) as wrong:
        again(world, user_id, phone.code() if code == "used" else code)
    assert wrong.value.field == "code"
    with pytest.raises(Invalid) as wrong:
        again(world, user_id, phone.code(steps=1), password="not this one")
    assert wrong.value.field == "password"
    again(world, user_id, phone.code(steps=1))


def test_setting_up_and_taking_off_sign_other_devices_out(world: World) -> None:
    user_id = world.person()
    here = open_session(user_id, "here")
    open_session(user_id, "there")
    phone = with_phone(user_id, session_id=here)
    assert (is_open("here"), is_open("there")) == (True, False)
    open_session(user_id, "there again")
    values = {"user_id": user_id, "email": email_of(world, user_id), "device": HOME, "now": clock.system_now()}
    with pytest.raises(Invalid):
        factor_flows.take_off(session_id=here, password=PASSWORD, code="", **values)  # type: ignore[arg-type]
    ended = factor_flows.take_off(session_id=here, password=PASSWORD, code=phone.code(), **values)  # type: ignore[arg-type]
    assert (ended, is_open("here"), is_open("there again")) == (1, True, False)
    assert flows.sign_in(email=email_of(world, user_id), password=PASSWORD, device=HOME, now=clock.system_now())
    assert world.rows("SELECT count(*) FROM app_factor") == [(0,)]
    assert world.rows("SELECT count(*) FROM recovery_code") == [(0,)]


@pytest.mark.covers("S2.32", "S2.35")
def test_the_database_holds_neither_secret_nor_codes(world: World) -> None:
    user_id = world.person()
    phone = with_phone(user_id)
    [(stored,)] = world.rows("SELECT secret FROM app_factor")
    assert phone.secret not in str(stored)
    again_stored = db.atomic(factor_operations.encrypt_anew)
    assert again_stored == 1
    assert world.rows("SELECT secret FROM app_factor") != [(stored,)]
    [(hashes,)] = world.rows("SELECT string_agg(encode(code_hash, 'escape'), ' ') FROM recovery_code")
    assert not any(code in str(hashes) for code in phone.recovery_codes)


def test_keys_are_rotated(world: World, settings_are: Callable[..., None]) -> None:
    user_id = world.person()
    phone = with_phone(user_id)
    old = world.settings.secret_keys
    settings_are(secret_keys=("fresh",))
    with pytest.raises(CannotDecrypt):
        enter(key_of(world, user_id), phone.code())
    settings_are(secret_keys=("fresh", *old))
    enter(key_of(world, user_id), phone.code())
    result = world.app.test_cli_runner().invoke(args=["rotate-keys"])
    assert (result.exit_code, result.output) == (0, '{"encrypted": 1}\n')
    settings_are(secret_keys=("fresh",))
    enter(key_of(world, user_id), phone.code(steps=1))


def test_the_operator_lets_somebody_in_who_has_lost_everything(world: World) -> None:
    user_id = world.person()
    with_phone(user_id)
    open_session(user_id, "stolen")
    runner, email = world.app.test_cli_runner(), email_of(world, user_id)
    assert runner.invoke(args=["turn-two-step-off", "nobody@example.com"]).exit_code == 1
    result = runner.invoke(args=["turn-two-step-off", email])
    assert (result.exit_code, result.output) == (0, '{"signed_out": 1}\n')
    assert not is_open("stolen")
    assert runner.invoke(args=["turn-two-step-off", email]).exit_code == 1


def test_what_happened_is_kept_for_good(world: World) -> None:
    with_phone(world.person())

    def forge(session: Session) -> None:
        session.execute(text("UPDATE security_event SET kind = 'second_step_off'"))

    with pytest.raises(ProgrammingError) as refused:
        db.atomic(forge)
    assert isinstance(refused.value.orig, InsufficientPrivilege)


def test_each_change_is_told_once(post: PostOffice) -> None:
    world = post.world
    user_id = world.person()
    phone = with_phone(user_id)
    enter(key_of(world, user_id), phone.recovery_codes[0])
    values = {"user_id": user_id, "email": email_of(world, user_id), "password": PASSWORD, "device": HOME}
    factor_flows.renew_codes(code=phone.code(), now=clock.system_now(), **values)  # type: ignore[arg-type]
    factor_flows.take_off(session_id=0, code=phone.code(steps=1), now=clock.system_now(), **values)  # type: ignore[arg-type]
    for _number in range(2):
        post.run()
    assert post.taken.subjects == [
        "Two-step sign-in was turned on",
        "A recovery code was used",
        "New recovery codes were made",
        "Two-step sign-in was turned off",
    ]
    told = [str(mail.get_body(("plain",)).get_content()) for mail in post.taken.mails]  # type: ignore[union-attr]
    assert "9 recovery codes are left." in told[1]
    assert all("If it was not you, change your password" in each for each in told)

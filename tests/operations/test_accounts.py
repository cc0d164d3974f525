"""Registering, signing in, devices and passwords, on the real database."""

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher

from marketplace import db
from marketplace.accounts import flows, operations, queries
from marketplace.accounts.operations import Device, EmailTaken, PostalAddress
from marketplace.accounts.rules import TRIES_PER_EMAIL
from marketplace.errors import Invalid, NotFound
from tests.builders import PASSWORD, World
from tests.races import at_once, refusals

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOME = Device("203.0.113.7", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")


def register(email: str = "bo@example.com", password: str = PASSWORD, **how: object) -> tuple[int, str]:
    given = {"name": "Bo Buyer", "device": HOME, "now": NOW, "joined_at": NOW, **how}
    return flows.register(email=email, password=password, **given)  # type: ignore[arg-type]


def sign_in(email: str = "bo@example.com", password: str = PASSWORD, device: Device = HOME, now: datetime = NOW) -> str:
    return flows.sign_in(email=email, password=password, device=device, now=now)[1]


def email_of(world: World, user_id: int) -> str:
    [(email,)] = world.rows('SELECT email FROM "user" WHERE id = %s', user_id)
    return str(email)


@pytest.mark.covers("S2.31")
def test_a_person_registers_and_is_signed_in_by_a_token_stored_nowhere(world: World) -> None:
    user_id, token = register()
    found = queries.signed_in(operations.token_hash(token))
    assert found
    assert (found.user_id, found.name, found.is_seller, found.is_admin) == (user_id, "Bo Buyer", False, False)
    stored = str(world.rows('SELECT * FROM user_session, "user"'))
    assert token not in stored
    assert PASSWORD not in stored


def test_one_e_mail_is_one_person_however_it_is_written(world: World) -> None:
    register("bo@example.com")
    with pytest.raises(EmailTaken):
        register("Bo@Example.COM")
    assert world.rows('SELECT count(*) FROM "user"') == [(1,)]
    assert sign_in("BO@example.com")


def test_two_who_register_one_e_mail_at_once_are_one(world: World) -> None:
    calls = [lambda number=number: register("twin@example.com", name=f"Twin {number}") for number in range(6)]
    answers = at_once(world.app, calls)
    assert [type(refusal) for refusal in refusals(answers)] == [EmailTaken] * 5
    assert world.rows('SELECT count(*) FROM "user"') == [(1,)]


@pytest.mark.covers("S2.31")
def test_a_wrong_password_and_an_unknown_e_mail_get_the_same_answer(world: World) -> None:
    email = email_of(world, world.person())
    texts = set()
    for pair in ((email, "not the password"), ("nobody@example.com", PASSWORD), ("\x00", "\x00"), ("", "")):
        with pytest.raises(Invalid) as refused:
            sign_in(*pair)
        texts.add((refused.value.message, refused.value.field))
    assert texts == {(flows.WRONG_PAIR, None)}


def test_sign_in_closes_after_ten_failures_of_one_e_mail_and_opens_again(world: World) -> None:
    email = email_of(world, world.person())
    for second in range(TRIES_PER_EMAIL):
        with pytest.raises(Invalid):
            sign_in(email, "wrong", Device(f"203.0.113.{second}", ""), NOW + timedelta(seconds=second))
    with pytest.raises(flows.TooManyTries) as closed:
        sign_in(email.upper(), PASSWORD, now=NOW + timedelta(minutes=3))
    assert closed.value.minutes == 12
    with pytest.raises(flows.TooManyTries):
        sign_in(email, PASSWORD, now=NOW + timedelta(minutes=14))
    assert sign_in(email, PASSWORD, now=NOW + timedelta(minutes=16))


def test_a_success_forgives_the_failures_before_it(world: World) -> None:
    email = email_of(world, world.person())
    for minute in range(4):
        for second in range(5):
            with pytest.raises(Invalid):
                sign_in(email, "wrong", now=NOW + timedelta(minutes=minute, seconds=second))
        assert sign_in(email, PASSWORD, now=NOW + timedelta(minutes=minute, seconds=30))


def test_one_address_cannot_try_many_people(world: World) -> None:
    for number in range(50):
        with pytest.raises(Invalid):
            sign_in(f"guess{number}@example.com", "wrong")
    with pytest.raises(flows.TooManyTries):
        sign_in("guess51@example.com", "wrong")
    email = email_of(world, world.person())
    assert sign_in(email, PASSWORD, Device("198.51.100.1", ""))


def test_tries_at_once_count_together(world: World) -> None:
    email = email_of(world, world.person())

    answers = at_once(world.app, [lambda number=number: sign_in(email, f"guess {number}") for number in range(20)])
    closed = [refusal for refusal in refusals(answers) if isinstance(refusal, flows.TooManyTries)]
    assert len(refusals(answers)) == 20
    assert len(closed) >= 20 - TRIES_PER_EMAIL


def test_old_tries_are_forgotten_after_a_day(world: World) -> None:
    for day in range(3):
        with pytest.raises(Invalid):
            sign_in("gone@example.com", "wrong", now=NOW + timedelta(days=2 * day))
    assert world.rows("SELECT count(*) FROM sign_in_attempt") == [(1,)]


def test_a_hash_of_older_work_factors_is_renewed_at_sign_in(world: World) -> None:
    world.password_hash = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    email = email_of(world, world.person())
    assert sign_in(email, PASSWORD)
    [(stored,)] = world.rows('SELECT password_hash FROM "user"')
    assert str(stored).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert sign_in(email, PASSWORD)


def test_a_changed_password_signs_every_other_device_out(world: World) -> None:
    user_id, first = register()
    second, third = sign_in(), sign_in()
    here = queries.signed_in(operations.token_hash(second))
    assert here
    given = {"user_id": user_id, "session_id": here.session_id, "email": here.email, "device": HOME, "now": NOW}
    with pytest.raises(Invalid) as refused:
        flows.change_password(old="not it at all", new="another long one", **given)  # type: ignore[arg-type]
    assert refused.value.field == "old"
    assert flows.change_password(old=PASSWORD, new="another long one", **given) == 2  # type: ignore[arg-type]
    alive = [queries.signed_in(operations.token_hash(token)) is not None for token in (first, second, third)]
    assert alive == [False, True, False]
    with pytest.raises(Invalid):
        sign_in(password=PASSWORD)
    assert sign_in(password="another long one")


def test_nobody_signs_a_strangers_device_out(world: World) -> None:
    user_id, token = register()
    session = queries.signed_in(operations.token_hash(token))
    assert session
    with pytest.raises(NotFound):
        db.atomic(operations.close_session, (), user_id=world.person(), session_id=session.session_id, now=NOW)
    assert queries.signed_in(operations.token_hash(token))
    db.atomic(operations.close_session, (), user_id=user_id, session_id=session.session_id, now=NOW)
    assert queries.signed_in(operations.token_hash(token)) is None


def test_an_address_is_remembered_once_and_the_last_used_comes_first(world: World) -> None:
    user_id = world.person()
    home = PostalAddress("Bo Buyer", "1 Main Street", "Springfield", "62701", "US")
    work = PostalAddress("Bo Buyer", "9 Mill Lane", "Springfield", "62702", "US", line2="Gate 4")
    for hour, address in enumerate((home, work, home)):
        db.atomic(operations.remember_address, (), user_id=user_id, address=address, now=NOW + timedelta(hours=hour))
    assert [row.line1 for row in queries.addresses(user_id)] == ["1 Main Street", "9 Mill Lane"]

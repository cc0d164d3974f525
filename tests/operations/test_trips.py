"""Statements that travel together past psycopg: each answer is its own, and what goes wrong stays in order."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb
from sqlalchemy import bindparam, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from marketplace import batches, db, trips
from marketplace.accounts.models import User
from marketplace.catalog.models import Shop
from marketplace.history import ActorKind
from tests.builders import World

_MINE = "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'trip_%%'"


@pytest.fixture
def line(database_urls: Any) -> Iterator[trips.Line]:
    """Return a line of its own."""
    with psycopg.connect(database_urls.application, autocommit=True) as driver:
        yield trips.Line(driver)


def one(line: trips.Line, statement: str, *values: object) -> object:
    [answer] = line.send([(statement, values)])
    [[found]] = answer.rows()
    return found


def test_values_go_there_and_back(line: trips.Line) -> None:
    now = datetime(2026, 11, 22, 4, 5, 6, 7, UTC)
    values = (7, 10**12, ActorKind.JOB, now, Jsonb({"a": [1]}), [1, 10**9], b"\0x", None, True)
    shown = (
        "SELECT %s::int, %s::bigint, %s::text, %s::timestamptz, %s::jsonb, %s::bigint[], %s::bytea, %s::text, %s::bool"
    )
    [answer] = line.send([(shown, values)])
    assert answer.rows() == [(7, 10**12, "job", now, {"a": [1]}, [1, 10**9], b"\0x", None, True)]
    [named] = line.send([("SELECT %(b)s::text || '100%%' || %(a)s::text AS both, %(b)s AS b", {"a": "x", "b": "y"})])
    assert [(row.both, row.b) for row in named.named_rows()] == [("y100%x", "y")]


def test_each_statement_is_prepared_once_whatever_the_size_of_its_numbers(line: trips.Line) -> None:
    for number in (1, 40_000, 10**10):
        twice = [("SELECT %s::bigint + 1", (number,))] * 2
        assert [answer.rows() for answer in line.send(twice)] == [[(number + 1,)]] * 2
    assert one(line, _MINE) == 2  # the question itself is one


@pytest.mark.parametrize("wrong", [("SELECT 1 / %s", (0,)), ("SELECT no_such_column", ()), ("SELEC", ())])
def test_one_that_fails_is_told_and_the_next_trip_is_in_order(line: trips.Line, wrong: trips.Statement) -> None:
    for _ in range(2):
        with pytest.raises(psycopg.Error):
            line.send([("SELECT 1", ()), wrong, ("SELECT 2", ())])
        assert line.is_idle
        assert [answer.rows() for answer in line.send([("SELECT 1", ()), ("SELECT 2", ())])] == [[(1,)], [(2,)]]


def test_a_value_that_can_not_be_sent_is_told_before_anything_is(line: trips.Line) -> None:
    with pytest.raises(psycopg.ProgrammingError):
        line.send([("SELECT 1", ()), ("SELECT %s", (object(),))])
    assert one(line, "SELECT 3") == 3


def test_much_is_sent_and_received(line: trips.Line) -> None:
    text_of_megabytes = "x" * 3_000_000
    answers = line.send([("SELECT %s::text", (text_of_megabytes,))] * 3)
    assert {len(answer.rows()[0][0]) for answer in answers} == {3_000_000}


def test_others_go_on_while_one_waits(line: trips.Line) -> None:
    waiter = threading.Thread(target=lambda: line.send([("SELECT pg_sleep(1)", ())]))
    waiter.start()
    steps = sum(1 for _ in iter(waiter.is_alive, False))
    assert steps > 1_000


def test_a_lost_connection_is_told(line: trips.Line, world: World) -> None:
    world.rows("SELECT pg_terminate_backend(%s)", one(line, "SELECT pg_backend_pid()"))
    with pytest.raises(psycopg.OperationalError):
        line.send([("SELECT 1", ())])


def test_statements_that_the_server_has_forgotten_are_prepared_anew(line: trips.Line) -> None:
    assert one(line, "SELECT 1") == 1
    line.send([("DEALLOCATE ALL", ())])
    assert one(line, "SELECT 1") == 1


def test_after_a_rollback_batches_go_on_and_leave_nothing_behind(world: World) -> None:
    """Psycopg lets the server forget every statement of a connection after the rollback of a savepoint."""
    counted = [0]

    def busy(session: Session, *, fails: bool) -> None:
        for _ in range(6):
            session.execute(text("SELECT 1"))  # psycopg prepares it, and so has something to forget
        with session.begin_nested() as savepoint:
            session.execute(text("SELECT 1"))  # before that there is none
            savepoint.rollback()
        batches.send(session, [("SELECT 5", ())])
        counted[0] = session.execute(text(_MINE.replace("%%", "%"))).scalar_one()
        batches.later(session, [("SELECT 6", ())])
        if fails:
            raise LookupError

    for fails in (False, True, False, True, False, False):
        if fails:
            with pytest.raises(LookupError):
                db.atomic(busy, (), fails=fails)
        else:
            db.atomic(busy, (), fails=fails)
    assert counted[0] <= 4


_PREPARED = "SELECT name FROM pg_prepared_statements"


# Would fail if psycopg were left to roll back: it lets the server forget every statement of the connection.
def test_what_is_prepared_stays_prepared_over_a_rollback(world: World) -> None:
    seen: list[set[str]] = []

    def work(session: Session, *, fails: bool) -> None:
        for number in (1, 40_000, 10**10):
            session.execute(text("SELECT CAST(:number AS bigint)"), {"number": number})
        batches.send(session, [("SELECT 7", ())])
        seen.append(set(session.execute(text(_PREPARED)).scalars()))
        if fails:
            session.execute(text("SELECT 1 / 0"))

    db.atomic(work, (), fails=False)
    for _ in range(2):
        with pytest.raises(DBAPIError):
            db.atomic(work, (), fails=True)
    db.atomic(work, (), fails=False)
    assert seen[0] <= seen[1] <= seen[2] <= seen[3]
    assert len(seen[3] - seen[2]) <= 1, "numbers of any size are one statement"


# Would fail if SQLAlchemy's giving back of an autocommit connection were taken for a rollback, as it announces it.
def test_a_connection_given_back_without_a_transaction_forgets_nothing(world: World) -> None:
    engine = db.database.engines["reader"]
    counts = []
    for _ in range(3):
        taken = engine.raw_connection()
        counts.append(one(trips.line_of(taken), _MINE))
        taken.close()
        assert db.read(select(func.count()).select_from(Shop)) == [(0,)], "built anew, it goes SQLAlchemy's way"
    assert counts == [counts[0], counts[1], counts[1]]
    assert counts[1] > 0


def test_questions_travel_with_the_first_read_of_a_block(world: World) -> None:
    names = select(User.name).where(User.id == bindparam("id", type_=User.id.type))
    shops = select(func.count()).select_from(Shop)
    someone, other = world.person(), world.person()
    for _ in range(3):
        with db.reading_ahead((names, {"id": someone}), None, (names, {"id": other})):
            assert db.read(shops) == [(0,)]
            assert len(db.read(names, {"id": other})) == len(db.read(names, {"id": someone})) == 1
            world.rows("UPDATE \"user\" SET name = 'changed' WHERE id = %s RETURNING 1", someone)
            assert db.read(names, {"id": someone}) == [("changed",)]  # an answer is given once
        assert db.read(names, {"id": someone}) == [("changed",)]
    with db.reading_ahead((names, {"id": someone}), (select(User.id / 0), {})):
        assert db.read(shops) == [(0,)]  # a question that can't be answered is told to whoever asks it

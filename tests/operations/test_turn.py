"""What a turn reads first travels with its lock, and is as it stands once the turn is there."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from marketplace import batches, db
from marketplace.errors import Conflict
from tests.builders import World
from tests.fixtures_queries import CountQueries
from tests.operations.test_webhook_intake import post, signed

_UNITS = "SELECT in_stock, id FROM listing WHERE id = %s"
_WAITS = "SELECT count(*) FROM pg_locks WHERE relation = 'turn'::regclass AND NOT granted"


def test_what_comes_with_the_turn_is_what_the_one_before_left(world: World) -> None:
    question = (_UNITS, (world.listing(world.seller(), units=5),))
    holds, may_end = threading.Event(), threading.Event()

    def holder(session: Session) -> None:
        holds.set()
        assert may_end.wait(30)
        session.execute(text("UPDATE listing SET in_stock = 2"))

    def waiter(session: Session) -> int:
        [found] = batches.rows(session, question)
        session.execute(text("UPDATE listing SET in_stock = in_stock - 1"))
        [again] = batches.rows(session, question)
        assert (again.in_stock, again.id) == (found.in_stock - 1, found.id)
        return int(found.in_stock)

    def inside(*call: object) -> object:
        with world.app.app_context():
            return call[0](*call[1:])  # type: ignore[operator]

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(inside, db.atomic, holder, (db.TURN,))
        assert holds.wait(30)
        second = threads.submit(inside, db.in_turn, waiter, [question])
        while world.rows(_WAITS) == [(0,)]:
            assert not second.done()
        may_end.set()
        first.result()
        assert second.result() == 2
    assert world.rows("UPDATE listing SET in_stock = in_stock + 4 RETURNING in_stock") == [(5,)]


def test_a_turn_that_does_not_come_is_a_conflict_and_leaves_the_connection_in_order(
    world: World, database_urls
) -> None:
    question = (_UNITS, (world.listing(world.seller()),))
    with psycopg.connect(database_urls.owner) as other, other.transaction():
        other.execute("LOCK TABLE turn")
        with pytest.raises(Conflict):
            db.in_turn(lambda session: batches.rows(session, question), [question])
    assert len(db.in_turn(lambda session: batches.rows(session, question), [question])) == 1


def test_a_question_that_is_wrong_is_told_and_nothing_is_held(world: World) -> None:
    with pytest.raises(DBAPIError, match="no_such_column"):
        db.in_turn(lambda session: None, [("SELECT no_such_column FROM listing", ())])
    assert db.in_turn(lambda session: batches.rows(session, (_UNITS, (-1,))), [(_UNITS, (-1,))]) == []


def test_turns_do_not_nest(world: World) -> None:
    with pytest.raises(RuntimeError, match="nest"):
        db.atomic(lambda session: db.in_turn(lambda inner: None, []))


def test_a_payments_event_makes_two_trips_under_the_turn(world: World, count_queries: CountQueries) -> None:
    """Both carry many statements and go past SQLAlchemy; what goes through it makes a trip of its own."""
    bought = world.open_purchase(10_000)
    world.pay(bought)
    for kind in ("checkout.session.completed", "payment_intent.succeeded"):
        [event] = world.sandbox.events(kind)
        body = json.dumps(event).encode()
        with count_queries() as statements:
            assert post(world, body, signed(world, body)).status_code == 200
        if kind.startswith("checkout"):
            assert [statement.split("(")[0] for statement in statements] == ["WITH inserted AS \n"]
        assert world.rows("SELECT status FROM provider_event WHERE event_id = %s", event["id"]) == [("applied",)]
    assert world.rows("SELECT status FROM payment") == [("completed",)]

"""The write boundary, and the facts of PostgreSQL it stands on, measured on the version that is shipped.

Each row of reliability.md section 6 is one test with two real sessions: `first` works, `rival` comes between.
"""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from marketplace import db
from marketplace.errors import Conflict
from marketplace.outbound import flows as outbound
from marketplace.outbound.models import Installation
from tests.builders import World
from tests.races import at_once, refusals

pytestmark = pytest.mark.covers("S0.11")

READ_COMMITTED, SERIALIZABLE = psycopg.IsolationLevel.READ_COMMITTED, psycopg.IsolationLevel.SERIALIZABLE
SERIALIZATION_FAILURE, DUPLICATE, LOCK_TIMEOUT = "40001", "23505", "55P03"


class Two:
    """Two sessions of the owner on one small table of the test's own."""

    def __init__(self, url: str, level: psycopg.IsolationLevel) -> None:
        self.first, self.rival = psycopg.connect(url), psycopg.connect(url)
        self.first.isolation_level = self.rival.isolation_level = level

    def rival_runs(self, *statements: str) -> None:
        for statement in statements:
            self.rival.execute(statement)
        self.rival.commit()

    @contextmanager
    def waiting(self, statement: str) -> Iterator[list[object]]:
        """Run `statement` in `first`, in a thread, and hand over once it waits for the rival; collect what it gave."""
        found: list[object] = []
        pid = self.first.info.backend_pid
        with ThreadPoolExecutor(1) as threads:
            running = threads.submit(outcome, self.first, statement)
            with psycopg.connect(self.first.info.dsn, password=self.first.info.password, autocommit=True) as watcher:
                while not (
                    running.done()
                    or watcher.execute(
                        "SELECT 1 FROM pg_stat_activity WHERE pid = %s AND wait_event_type = 'Lock'", (pid,)
                    ).fetchone()
                ):
                    pass
            yield found
            found.append(running.result())

    def close(self) -> None:
        self.first.close()
        self.rival.close()


def outcome(connection: psycopg.Connection, statement: str) -> object:
    """Return the first column of the rows, how many rows were touched, or the SQL state of the refusal."""
    try:
        cursor = connection.execute(statement)
    except psycopg.Error as refusal:
        return refusal.sqlstate
    return [row[0] for row in cursor] if cursor.description else cursor.rowcount


def commit(connection: psycopg.Connection) -> str | None:
    """Commit; return the SQL state of the refusal, None when it went through."""
    try:
        connection.commit()
    except psycopg.Error as refusal:
        return refusal.sqlstate
    return None


@pytest.fixture
def two(database_urls) -> Iterator:
    """Make two sessions of one isolation level on the table `fact` (key, amount) holding ('shelf', 100)."""
    opened: list[Two] = []
    with psycopg.connect(database_urls.superuser, autocommit=True) as owner:
        owner.execute("CREATE TABLE fact (key text PRIMARY KEY, amount int NOT NULL)")
        owner.execute("INSERT INTO fact VALUES ('shelf', 100)")

        def make(level: psycopg.IsolationLevel) -> Two:
            opened.append(Two(database_urls.superuser, level))
            return opened[-1]

        yield make
        for pair in opened:
            pair.close()
        owner.execute("DROP TABLE fact")


def test_the_shipped_version_is_the_one_measured(world: World) -> None:
    assert world.rows("SHOW server_version") == [("18.4",)]


@pytest.mark.parametrize(("level", "expected"), [(READ_COMMITTED, 0), (SERIALIZABLE, SERIALIZATION_FAILURE)])
def test_on_conflict_do_nothing_with_a_rival_committed_after_the_snapshot(two, level, expected) -> None:
    pair = two(level)
    pair.first.execute("SELECT 1 FROM fact")
    pair.rival_runs("INSERT INTO fact VALUES ('new', 1)")
    assert outcome(pair.first, "INSERT INTO fact VALUES ('new', 2) ON CONFLICT DO NOTHING") == expected


@pytest.mark.parametrize(("level", "expected"), [(READ_COMMITTED, 0), (SERIALIZABLE, SERIALIZATION_FAILURE)])
def test_on_conflict_do_nothing_with_a_rival_in_flight(two, level, expected) -> None:
    pair = two(level)
    pair.rival.execute("INSERT INTO fact VALUES ('new', 1)")
    with pair.waiting("INSERT INTO fact VALUES ('new', 2) ON CONFLICT DO NOTHING") as found:
        pair.rival.commit()
    assert found == [expected]


@pytest.mark.parametrize("level", [READ_COMMITTED, SERIALIZABLE])
def test_a_plain_insert_behind_a_rival_in_flight_is_a_duplicate(two, level) -> None:
    pair = two(level)
    pair.rival.execute("INSERT INTO fact VALUES ('new', 1)")
    with pair.waiting("INSERT INTO fact VALUES ('new', 2)") as found:
        pair.rival.commit()
    assert found == [DUPLICATE]


@pytest.mark.parametrize(("level", "expected"), [(READ_COMMITTED, DUPLICATE), (SERIALIZABLE, SERIALIZATION_FAILURE)])
def test_look_then_insert_with_a_rival_between(two, level, expected) -> None:
    pair = two(level)
    assert outcome(pair.first, "SELECT amount FROM fact WHERE key = 'new'") == []
    pair.rival_runs("SELECT amount FROM fact WHERE key = 'new'", "INSERT INTO fact VALUES ('new', 1)")
    assert outcome(pair.first, "INSERT INTO fact VALUES ('new', 2)") == expected


@pytest.mark.parametrize(("level", "expected"), [(READ_COMMITTED, [60]), (SERIALIZABLE, SERIALIZATION_FAILURE)])
def test_select_for_update_that_waited(two, level, expected) -> None:
    pair = two(level)
    pair.rival.execute("UPDATE fact SET amount = 60")
    with pair.waiting("SELECT amount FROM fact FOR UPDATE") as found:
        pair.rival.commit()
    assert found == [expected]


@pytest.mark.parametrize(("level", "expected"), [(READ_COMMITTED, 1), (SERIALIZABLE, SERIALIZATION_FAILURE)])
def test_a_transaction_lock_taken_first_comes_after_the_snapshot(two, level, expected) -> None:
    pair = two(level)
    pair.rival.execute("SELECT pg_advisory_xact_lock(7)")
    pair.rival.execute("UPDATE fact SET amount = amount - 40")
    with pair.waiting("SELECT pg_advisory_xact_lock(7)"):
        pair.rival.commit()
    assert outcome(pair.first, "UPDATE fact SET amount = amount - 10") == expected


@pytest.mark.parametrize("level", [READ_COMMITTED, SERIALIZABLE])
def test_a_session_lock_in_its_own_transaction_is_fine(two, level) -> None:
    pair = two(level)
    pair.rival.execute("SELECT pg_advisory_lock(7)")
    pair.rival.commit()
    with pair.waiting("SELECT pg_advisory_lock(7)"):
        pair.rival_runs("UPDATE fact SET amount = 60", "SELECT pg_advisory_unlock(7)")
    pair.first.commit()
    assert outcome(pair.first, "UPDATE fact SET amount = amount - 10 RETURNING amount") == [50]
    assert commit(pair.first) is None


@pytest.mark.parametrize("level", [READ_COMMITTED, SERIALIZABLE])
def test_a_table_lock_taken_first_is_fine(two, level) -> None:
    pair = two(level)
    lock = "LOCK TABLE fact IN SHARE ROW EXCLUSIVE MODE"
    pair.rival.execute(lock)
    with pair.waiting(lock):
        pair.rival_runs("UPDATE fact SET amount = 60")
    assert outcome(pair.first, "UPDATE fact SET amount = amount - 10 RETURNING amount") == [50]
    assert commit(pair.first) is None


@pytest.mark.parametrize(("level", "expected"), [(READ_COMMITTED, []), (SERIALIZABLE, SERIALIZATION_FAILURE)])
def test_a_job_claim_of_a_row_taken_after_the_snapshot(two, level, expected) -> None:
    pair = two(level)
    pair.first.execute("SELECT count(*) FROM pg_class")
    pair.rival_runs("UPDATE fact SET amount = 0")
    claim = "SELECT key FROM fact WHERE amount = 100 FOR UPDATE SKIP LOCKED"
    assert outcome(pair.first, claim) == expected


@pytest.mark.parametrize(("level", "expected"), [(READ_COMMITTED, None), (SERIALIZABLE, SERIALIZATION_FAILURE)])
def test_s22_two_refunds_under_one_cap(two, level, expected) -> None:
    pair = two(level)
    cap = "SELECT coalesce(sum(amount), 0) FROM fact WHERE key LIKE 'refund%'"
    for connection, key in ((pair.first, "refund 1"), (pair.rival, "refund 2")):
        assert outcome(connection, cap) == [0]
        assert outcome(connection, f"INSERT INTO fact VALUES ('{key}', 70)") == 1
    assert commit(pair.first) is None
    assert commit(pair.rival) == expected, "write skew shows at COMMIT, not before"


def test_a_savepoint_does_not_rescue_a_stale_snapshot(two) -> None:
    pair = two(SERIALIZABLE)
    pair.first.execute("SELECT amount FROM fact")
    pair.rival_runs("UPDATE fact SET amount = 60")
    for _ in range(3):
        pair.first.execute("SAVEPOINT again")
        assert outcome(pair.first, "UPDATE fact SET amount = amount - 10") == SERIALIZATION_FAILURE
        pair.first.execute("ROLLBACK TO SAVEPOINT again")


# The boundary itself.


def test_a_unit_runs_serializable_without_scans_and_in_utc(world: World) -> None:
    shown = ("transaction_isolation", "enable_seqscan", "TimeZone", "transaction_read_only")

    def look(session: Session) -> list[str]:
        return [session.execute(text(f"SHOW {name}")).scalar_one() for name in shown]

    assert db.atomic(look) == ["serializable", "off", "UTC", "off"]


def test_pages_read_only_and_hold_nothing(world: World) -> None:
    assert db.read_one(text("SHOW transaction_read_only")) == ("on",)
    with pytest.raises(DBAPIError, match="read-only transaction"):
        db.read(text("UPDATE listing SET in_stock = 0 RETURNING id"))
    held = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in tr%%'"
    assert world.rows(held) == [(0,)]


def test_inbox_rows_are_appended_read_committed(world: World) -> None:
    assert db.append(text("SHOW transaction_isolation")) == [("read committed",)]
    assert db.atomic(lambda session: session.execute(text("SHOW transaction_isolation")).scalar_one()) == "serializable"


def test_the_whole_unit_runs_again_after_a_collision(world: World) -> None:
    listing_id = world.listing(world.seller(), units=10)
    seen: list[int] = []

    def take_one(session: Session) -> int:
        left = session.execute(text("SELECT in_stock FROM listing WHERE id = :id"), {"id": listing_id}).scalar_one()
        seen.append(left)
        if len(seen) == 1:
            world.rows("UPDATE listing SET in_stock = in_stock - 4 WHERE id = %s RETURNING id", listing_id)
        write = text("UPDATE listing SET in_stock = :left WHERE id = :id")
        session.execute(write, {"left": left - 1, "id": listing_id})
        return left - 1

    before = committed_within(2) - committed_within(1)
    assert db.atomic(take_one) == 5
    assert seen == [10, 6], "the second try has read again"
    assert committed_within(2) - committed_within(1) == before + 1, "it is counted among those that took two"
    world.rows("UPDATE listing SET in_stock = 10 WHERE id = %s RETURNING id", listing_id)


def committed_within(most: int) -> float:
    """Return how many units of this process were committed within so many tries."""
    return REGISTRY.get_sample_value("marketplace_unit_tries_bucket", {"le": f"{most}.0"}) or 0


def test_a_collision_at_commit_is_run_again_too(world: World) -> None:
    """Write skew between two units: each reads what the other writes."""
    ids = [world.listing(world.seller(), units=1) for _ in range(2)]
    barrier = threading.Barrier(2, timeout=30)
    tries = [0, 0]

    def take_if_both(session: Session, *, mine: int) -> bool:
        tries[mine] += 1
        left = session.execute(
            text("SELECT sum(in_stock) FROM listing WHERE id IN (:a, :b)"), {"a": ids[0], "b": ids[1]}
        ).scalar_one()
        if tries[mine] == 1:
            barrier.wait()
        if left < 2:
            return False
        session.execute(text("UPDATE listing SET in_stock = 0 WHERE id = :id"), {"id": ids[mine]})
        return True

    answers = at_once(world.app, [lambda mine=mine: db.atomic(take_if_both, (), mine=mine) for mine in (0, 1)])
    assert sorted(answers) == [False, True]
    assert sorted(tries) == [1, 2]
    world.rows("UPDATE listing SET in_stock = 1 RETURNING id")


def test_a_hot_row_is_counted_right_by_twenty_threads(world: World) -> None:
    listing_id = world.listing(world.seller(), units=20)

    def take_one(session: Session) -> None:
        session.execute(text("UPDATE listing SET in_stock = in_stock - 1 WHERE id = :id"), {"id": listing_id})

    lock = [f"listing:{listing_id}"]
    at_once(world.app, [lambda: db.atomic(take_one, lock)] * 20)
    assert world.rows("SELECT in_stock FROM listing") == [(0,)]
    world.rows("UPDATE listing SET in_stock = 20 RETURNING id")


def test_it_gives_up_after_twelve_tries_and_says_why(world: World) -> None:
    listing_id = world.listing(world.seller(), units=1)
    tries: list[int] = []

    def never(session: Session) -> None:
        session.execute(text("SELECT title FROM listing WHERE id = :id"), {"id": listing_id})
        world.rows("UPDATE listing SET in_stock = in_stock WHERE id = %s RETURNING id", listing_id)
        tries.append(1)
        session.execute(text("UPDATE listing SET in_stock = 5 WHERE id = :id"), {"id": listing_id})

    with pytest.raises(OperationalError) as error:
        db.atomic(never)
    assert error.value.orig.sqlstate == SERIALIZATION_FAILURE
    assert len(tries) == 12


def test_other_errors_are_not_tried_again(world: World) -> None:
    tries: list[int] = []

    def wrong(session: Session) -> None:
        tries.append(1)
        session.execute(text("SELECT 1 / 0"))

    with pytest.raises(DBAPIError, match="division by zero"):
        db.atomic(wrong)
    assert tries == [1]
    assert db.atomic(lambda session: session.execute(text("SELECT 1")).scalar_one()) == 1


def test_an_exception_leaves_nothing_behind(world: World) -> None:
    listing_id = world.listing(world.seller())

    def half(session: Session) -> None:
        session.execute(text("UPDATE listing SET in_stock = 1 WHERE id = :id"), {"id": listing_id})
        raise Conflict("Changed our mind.")

    with pytest.raises(Conflict):
        db.atomic(half, [f"listing:{listing_id}"])
    assert world.rows("SELECT in_stock FROM listing") == [(10,)]
    assert held_locks(world) == 0
    assert db.atomic(lambda session: "open again", [f"listing:{listing_id}"]) == "open again"


def test_atomic_does_not_nest(world: World) -> None:
    with pytest.raises(RuntimeError, match="does not nest"):
        db.atomic(lambda session: db.atomic(lambda inner: None))
    assert db.atomic(lambda session: "fine") == "fine"


def test_no_provider_is_called_inside(world: World) -> None:
    """Invariant I26: every road to a provider asks first whether a transaction is open."""
    with pytest.raises(RuntimeError, match="inside a transaction"):
        db.atomic(lambda session: db.forbid_open_transaction())
    with pytest.raises(RuntimeError, match="inside a transaction"):
        db.atomic(lambda session: outbound.send(1, providers={}, outcomes={}, now=world.now))
    db.forbid_open_transaction()


# Named locks.


def held_locks(world: World) -> int:
    [(count,)] = world.rows(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        " AND pid IN (SELECT pid FROM pg_stat_activity WHERE usename = 'marketplace_app')"
    )
    return int(str(count))


def test_a_lock_is_held_while_the_unit_runs_and_gone_after_it(world: World) -> None:
    assert db.atomic(lambda session: held_locks(world), ["b", "a", "b"]) == 2
    assert held_locks(world) == 0


def test_locks_in_any_order_never_deadlock(world: World) -> None:
    orders = [["a", "b", "c"], ["c", "b", "a"], ["b", "c", "a"]] * 4
    answers = at_once(world.app, [lambda names=names: db.atomic(lambda session: 1, names) for names in orders])
    assert answers == [1] * 12


def test_a_lock_that_stays_taken_becomes_a_conflict_in_words(world: World) -> None:
    with psycopg.connect(world.urls.application, autocommit=True) as holder:
        holder.execute("SELECT pg_advisory_lock(hashtextextended('z:taken', 0))")
        [refusal] = refusals(at_once(world.app, [lambda: db.atomic(lambda session: 1, ["a:free", "z:taken"])]))
        assert isinstance(refusal, Conflict)
        assert "try again" in refusal.message
        assert held_locks(world) == 1, "the lock it had got is given back"
    assert db.atomic(lambda session: 1, ["a:free", "z:taken"]) == 1


def test_a_killed_holder_leaves_no_lock_and_no_dead_connection(world: World) -> None:
    inside, killed = threading.Event(), threading.Event()

    def dies(session: Session) -> None:
        [pid] = session.execute(text("SELECT pg_backend_pid()")).scalars()
        inside.set()
        world.rows("SELECT pg_terminate_backend(%s)", pid)
        killed.set()
        session.execute(select(Installation.id))

    def holder() -> str:
        with pytest.raises(OperationalError, match=r"terminat|closed|lost"):
            db.atomic(dies, ["hot"])
        return "killed"

    def waiter() -> str:
        inside.wait(30)
        return db.atomic(lambda session: "through", ["hot"])

    assert at_once(world.app, [holder, waiter]) == ["killed", "through"]
    assert killed.is_set()
    assert held_locks(world) == 0
    assert {db.atomic(lambda session: 1, ["hot"]) for _ in range(30)} == {1}

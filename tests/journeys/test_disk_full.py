"""F36: the inbox cannot be written because the disk is full. The provider is told so and sends again; all arrives."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from tests.builders import World


@contextmanager
def full_disk(world: World, table: str) -> Iterator[None]:
    """Let PostgreSQL refuse every new row of a table as it does when the disk is full (53100), until the block ends."""
    with psycopg.connect(world.urls.superuser, autocommit=True) as connection:
        connection.execute(
            "CREATE FUNCTION refuse_row() RETURNS trigger LANGUAGE plpgsql AS"
            " $$BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END$$"
        )
        connection.execute(f"CREATE TRIGGER full_disk BEFORE INSERT ON {table} EXECUTE FUNCTION refuse_row()")
        try:
            yield
        finally:
            connection.execute("DROP FUNCTION refuse_row() CASCADE")


def test_an_event_that_could_not_be_stored_is_sent_again(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.pay(bought)
    with full_disk(world, "provider_event"):
        refused = world.sandbox.deliver_pending()
        assert refused
        assert all(one.status is not None and one.status >= 500 for one in refused)
    assert world.rows("SELECT count(*) FROM provider_event") == [(0,)]
    assert world.rows("SELECT status FROM payment") == [("pending",)]
    world.advance(minutes=1)
    world.settle_down()
    assert world.rows("SELECT count(*) FROM provider_event WHERE status = 'applied'") == [(len(refused),)]
    assert world.rows("SELECT status FROM payment") == [("completed",)]


def test_an_effect_that_could_not_be_stored_waits_in_the_inbox(world: World) -> None:
    """The event is stored, its effect is not: the tick goes on with it once there is room again."""
    bought = world.open_purchase(10_000)
    world.pay(bought)
    with full_disk(world, "posting"):
        assert {one.status for one in world.sandbox.deliver_pending()} == {200}
        assert world.rows("SELECT status FROM payment") == [("pending",)]
        assert world.rows("SELECT count(*) FROM ledger_entry") == [(0,)]
    for _ in range(2):  # the fee's event waits for the payment's
        world.later(minutes=10)
    assert world.rows("SELECT status FROM payment") == [("completed",)]
    assert world.rows("SELECT count(*) FROM provider_event WHERE status IN ('received', 'parked')") == [(0,)]

"""A rehearsal does everything but keep it: the difference is told row by row, and the books stay as they were."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from marketplace import db, rehearsal
from marketplace.ledger import operations as ledger
from marketplace.ledger.accounts import Account
from marketplace.ledger.operations import Line
from marketplace.orders import operations as orders
from marketplace.orders import rules
from marketplace.payments import holds
from tests.builders import World

_TABLES = ("payment_transaction", "ledger_entry", "posting", "status_change", "notification")


def counts(world: World) -> list[object]:
    return [world.rows(f"SELECT count(*), max(t::text) FROM {table} t") for table in _TABLES]


def test_a_rehearsal_tells_what_the_operation_then_does_and_keeps_nothing(world: World) -> None:
    world.paid_purchase(10_000)
    [(number, seller_id)] = world.rows('SELECT number, seller_id FROM "order"')
    parcel = rules.parcel("ups", name="", tracking_number="1Z999AA10123456784", link="")
    db.atomic(orders.ship, (), seller_id=int(str(seller_id)), number=str(number), parcel=parcel, now=world.now)
    world.advance(days=20)
    world.settle_down()
    world.advance(days=20)
    before, now = counts(world), world.now
    policy = world.settings.money
    found = rehearsal.rehearse(holds.release_due, (db.TURN,), policy=policy, now=now)
    assert counts(world) == before
    assert found.answer == 1
    [share] = [change for change in found.changes if change.table == "payment_transaction"]
    assert (share.before["status"], share.after["status"]) == ("held", "available")
    assert "status" in share.columns
    assert "gross_minor" not in share.columns
    [moved] = [change for change in found.changes if change.table == "status_change"]
    assert (moved.before, moved.after["verb"]) == ({}, "release")
    assert {change.table for change in found.changes} >= {"ledger_entry", "posting"}
    assert db.atomic(holds.release_due, (db.TURN,), policy=policy, now=now) == 1
    assert rehearsal.rehearse(holds.release_due, (db.TURN,), policy=policy, now=now) == rehearsal.Rehearsed(0, ())


def _unbalanced(session: Session, world: World) -> int:
    lines = [Line(Account.PLATFORM_FEE, 5), Line(Account.PROVIDER_BALANCE, -4)]
    return ledger.book(
        session, key="never", description="Never", currency="USD", lines=lines, payment_id=None, now=world.now
    )


def test_what_the_database_refuses_at_the_end_is_refused_in_the_rehearsal(world: World) -> None:
    with pytest.raises(DBAPIError):
        rehearsal.rehearse(_unbalanced, (), world)


def _touch(session: Session) -> None:
    """Write what is there already, delete something, and do a part in a savepoint."""
    connection = session.connection()
    connection.execute(text('UPDATE "user" SET name = name'))
    connection.execute(text("DELETE FROM cart_line"))
    with session.begin_nested():
        connection.execute(text("UPDATE listing SET title = title || '!'"))


def test_rewriting_a_row_is_no_change_and_savepoints_and_deletions_are_seen(world: World) -> None:
    buyer, seller = world.person(), world.seller()
    listing = world.listing(seller)
    world.put_in_cart(buyer, listing)
    found = rehearsal.rehearse(_touch)
    assert [(change.table, change.columns, change.deleted) for change in found.changes] == [
        ("cart_line", (), 1),
        ("listing", ("title",), 0),
        ("listing_to_learn", ("id", "listing_id"), 0),
    ]

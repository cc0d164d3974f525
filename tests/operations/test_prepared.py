"""Page reads the fast way: the same rows, the same errors, and the next read works after a lost connection."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Executable, bindparam, func, literal, select, text, union_all
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.exc import DBAPIError, MultipleResultsFound, StatementError

from marketplace import db, prepared
from marketplace.accounts.models import User
from marketplace.catalog.models import Listing, Shop
from marketplace.catalog.states import ListingStatus
from tests.builders import World

BY_STATUS = select(Listing.id, Listing.status, Shop.opened_at, Shop.id, Shop.name.label("shop")).where(
    Listing.seller_id == Shop.seller_id, Listing.status == bindparam("status", type_=Listing.status.type)
)
STATEMENTS: dict[str, tuple[Executable, dict[str, Any]]] = {
    "enums and times": (BY_STATUS, {"status": ListingStatus.ACTIVE}),
    "a document, a list and numbers": (
        select(
            func.jsonb_build_array(Listing.title, Listing.id), array([Listing.id, Listing.seller_id]), literal(0.5),
            func.sum(Listing.price_minor), func.count(),
        ).group_by(Listing.id),
        {},
    ),
    "several selects": (union_all(select(Listing.id, Listing.title), select(User.id, User.name)), {}),
    "a limit and a status": (
        select(Listing.id, literal(-1), literal("it's 5 %(x)s"), literal(True))
        .where(Listing.status == ListingStatus.ACTIVE, Listing.price_minor > -5)
        .order_by(Listing.id.desc())
        .limit(1),
        {},
    ),
    "no row": (select(User.name).where(User.id == -1), {}),
    "a list that grows the text": (select(User.id).where(User.id.in_(bindparam("ids", expanding=True))), {"ids": [1]}),
    "plain text": (text("SELECT 1 AS one"), {}),
}  # fmt: skip


@pytest.mark.parametrize("name", STATEMENTS)
def test_the_rows_are_the_same_each_time(world: World, name: str) -> None:
    world.listing(world.seller())
    statement, values = STATEMENTS[name]
    with db.database.engines["reader"].connect() as connection:
        result = connection.execute(statement, values)
        names, expected = list(result.keys()), result.all()
    for _ in range(3):
        found = db.read(statement, values)
        assert found == expected
        assert [list(map(type, row)) for row in found] == [list(map(type, row)) for row in expected]
        assert all(list(row._mapping) == names for row in found)


def test_it_is_the_fast_way_and_a_row_has_names(world: World) -> None:
    world.listing(world.seller())
    values = {"status": ListingStatus.ACTIVE}
    db.read(BY_STATUS, values), db.read(BY_STATUS, values)
    found = prepared.rows(db.database.engines["reader"], [(BY_STATUS, values)])
    assert found is not None
    [[row]] = found
    assert (row.status, row.shop) == (ListingStatus.ACTIVE, row[4])
    assert isinstance(row.opened_at, datetime)
    assert row.opened_at.utcoffset() is not None


def test_the_server_plans_a_page_of_rows_once(world: World) -> None:
    world.listing(world.seller())
    newest = select(Listing.id.label("newest_one"), Shop.name).join(Shop, Shop.seller_id == Listing.seller_id)
    page = newest.where(Listing.status == ListingStatus.ACTIVE).order_by(Listing.id.desc()).limit(25)
    for _ in range(20):
        db.read(page)
    mine = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE '%newest_one%'"
    with db.database.engines["reader"].connect() as connection:
        [(generic, custom)] = connection.exec_driver_sql(mine.replace("%", "%%")).all()
    assert (generic >= 10, custom) == (True, 0)


def test_a_wrong_value_is_told_as_ever_and_hides_what_was_sent(world: World) -> None:
    statement = select(User.id).where(User.email == bindparam("email"), 1 / bindparam("by", type_=User.id.type) > 0)
    for _ in range(3):
        with pytest.raises(DBAPIError) as told:
            db.read(statement, {"email": "secret@example.com", "by": 0})
        assert "secret@example.com" not in str(told.value)
        assert db.read(statement, {"email": "secret@example.com", "by": 1}) == []
    with pytest.raises(StatementError):
        db.read(statement, {"email": "nobody@example.com"})
    for _ in range(3):
        with pytest.raises(StatementError):
            db.read(BY_STATUS, {"status": "no such status"})


def test_one_row_or_none(world: World) -> None:
    world.person(), world.person()
    with pytest.raises(MultipleResultsFound):
        db.read_one(select(User.id))
    assert db.read_one(select(User.id).where(User.id == -1)) is None


def test_after_a_lost_connection_reading_goes_on(world: World) -> None:
    statement = select(func.count()).select_from(User)
    for _ in range(3):
        db.read(statement)
    [(backend,)] = db.read(select(func.pg_backend_pid()))
    world.rows("SELECT pg_terminate_backend(%s)", backend)
    for _ in range(3):
        assert db.read(statement) == [(0,)]


def test_a_read_can_not_write(world: World) -> None:
    statement = select(func.nextval(text("pg_get_serial_sequence('shop', 'id')")))
    for _ in range(3):
        with pytest.raises(DBAPIError, match="read-only"):
            db.read(statement)

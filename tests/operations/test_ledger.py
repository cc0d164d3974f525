"""The ledger: one entry per fact, balanced, never changed, chained."""

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from marketplace import db
from marketplace.errors import NotFound
from marketplace.ledger import operations as ledger
from marketplace.ledger import queries
from marketplace.ledger.accounts import Account
from marketplace.ledger.operations import Line
from marketplace.reconciliation.checks import check_books
from tests.builders import World

APPEND_ONLY = ("ledger_entry", "posting", "ledger_chain", "status_change", "payment_failure", "balance_transaction")
CHANGES = ("UPDATE {table} SET {key} = {key}", "DELETE FROM {table}", "TRUNCATE {table} CASCADE")


def forget_trials(world: World) -> None:
    """Take out what was no real fact, or the check after the test would name it."""
    world.tamper("DELETE FROM posting; DELETE FROM ledger_entry")


def book(world: World, key: str, *lines: tuple[Account, int], description: str = "A trial") -> int:
    return db.atomic(
        ledger.book,
        (),
        key=key,
        description=description,
        currency="USD",
        lines=[Line(account, amount) for account, amount in lines],
        payment_id=None,
        now=world.now,
    )


def test_a_balanced_entry_is_kept_with_its_postings(world: World) -> None:
    lines = (Account.PROVIDER_BALANCE, 500), (Account.FX_CLEARING, 0), (Account.PLATFORM_FEE, -500)
    entry_id = book(world, "trial:1", *lines)

    entry = queries.entry(entry_id)
    assert (entry.key, [(row.account, row.amount_minor) for row in entry.postings]) == (
        "trial:1",
        [(Account.PROVIDER_BALANCE, 500), (Account.PLATFORM_FEE, -500)],
    )
    assert db.atomic(ledger.is_booked, (), key="trial:1")
    assert not db.atomic(ledger.is_booked, (), key="trial:2")
    with pytest.raises(NotFound):
        queries.entry(entry_id + 1)
    forget_trials(world)


@pytest.mark.parametrize("amounts", [(500, -499), (1,), (-1,), (10**15, -(10**15) + 1)])
def test_the_database_refuses_what_does_not_balance(world: World, amounts: tuple[int, ...]) -> None:
    with pytest.raises(IntegrityError, match="out of balance by"):
        book(world, "trial:1", *((Account.PROVIDER_BALANCE, amount) for amount in amounts))
    assert world.rows("SELECT count(*) FROM ledger_entry") == [(0,)]


def test_two_currencies_do_not_balance_each_other(world: World) -> None:
    bought = world.paid_purchase(10_000)
    with psycopg.connect(world.urls.application) as application:
        [(entry_id,)] = application.execute(
            "SELECT id FROM ledger_entry WHERE payment_id = %s LIMIT 1", (bought.payment_id,)
        ).fetchall()
        with pytest.raises(psycopg.errors.IntegrityError, match="out of balance"):
            application.execute(
                "INSERT INTO posting (entry_id, account, currency, amount_minor)"
                " VALUES (%s, 'platform_fee', 'USD', 5), (%s, 'platform_fee', 'EUR', -5)",
                (entry_id, entry_id),
            )


def test_a_posting_of_nothing_is_refused(world: World) -> None:
    with psycopg.connect(world.urls.application) as application, pytest.raises(psycopg.errors.CheckViolation):
        application.execute(
            "WITH entry AS (INSERT INTO ledger_entry (key, description, booked_at, hash)"
            " VALUES ('trial:1', '', now(), '') RETURNING id)"
            " INSERT INTO posting (entry_id, account, currency, amount_minor)"
            " SELECT id, 'platform_fee', 'USD', 0 FROM entry"
        )


def test_a_fact_is_booked_once(world: World) -> None:
    lines = (Account.PROVIDER_BALANCE, 500), (Account.PLATFORM_FEE, -500)
    book(world, "trial:1", *lines)
    with pytest.raises(IntegrityError, match="uq_ledger_entry_key"):
        book(world, "trial:1", *lines)
    forget_trials(world)


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("deed", CHANGES)
def test_the_application_has_no_right_to_change_it(world: World, table: str, deed: str) -> None:
    deed = deed.format(table=table, key="position" if table == "ledger_chain" else "id")
    with (
        psycopg.connect(world.urls.application) as application,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"),
    ):
        application.execute(deed)


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("deed", CHANGES)
def test_the_database_refuses_even_its_owner(world: World, table: str, deed: str) -> None:
    deed = deed.format(table=table, key="position" if table == "ledger_chain" else "id")
    with (
        psycopg.connect(world.urls.owner) as owner,
        pytest.raises(psycopg.errors.IntegrityError, match="is append-only"),
    ):
        owner.execute(deed)


@pytest.mark.parametrize(
    "deed",
    ["ALTER TABLE posting DISABLE TRIGGER ALL", "DROP TABLE posting", "SET session_replication_role = replica"],
)
def test_the_application_cannot_switch_the_guards_off(world: World, deed: str) -> None:
    with psycopg.connect(world.urls.application) as application, pytest.raises(psycopg.errors.InsufficientPrivilege):
        application.execute(deed)


def test_money_rows_cannot_be_deleted_by_the_application(world: World) -> None:
    tables = ["payment", "payment_transaction", "purchase", '"order"', "order_line", "outbound_call", "provider_event",
              "unapplied_receipt", "payment_tracker", "stock_reservation", "payment_block", "fee_schedule"]  # fmt: skip
    with psycopg.connect(world.urls.application, autocommit=True) as application:
        for table in tables:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                application.execute(f"DELETE FROM {table}")


def test_the_chain_links_each_entry_once_whatever_the_order_of_commits(world: World) -> None:
    world.paid_purchase(10_000)
    world.paid_purchase(5_000)
    assert world.rows("SELECT count(*), count(DISTINCT entry_id), max(position) FROM ledger_chain") == [(4, 4, 4)]
    assert world.rows("SELECT count(*) FROM ledger_entry") == [(4,)]
    assert db.atomic(ledger.extend_chain, ["ledger:chain"]) == 0


def test_the_hash_is_over_every_field_and_the_order_of_postings(world: World) -> None:
    now = world.now
    postings = [(Account.PROVIDER_BALANCE, None, 7, "USD", 5), (Account.PLATFORM_FEE, 3, None, "USD", -5)]
    reference = ledger.entry_hash("k", "d", 1, now, postings)
    others = [
        ledger.entry_hash("K", "d", 1, now, postings),
        ledger.entry_hash("k", "ð", 1, now, postings),
        ledger.entry_hash("k", "d", None, now, postings),
        ledger.entry_hash("k", "d", 1, now.replace(microsecond=(now.microsecond + 1) % 10**6), postings),
        ledger.entry_hash("k", "d", 1, now, postings[::-1]),
        ledger.entry_hash("k", "d", 1, now, postings[:1]),
        *(
            ledger.entry_hash("k", "d", 1, now, [changed, postings[1]])
            for changed in (
                (Account.FX_CLEARING, None, 7, "USD", 5),
                (Account.PROVIDER_BALANCE, 1, 7, "USD", 5),
                (Account.PROVIDER_BALANCE, 7, None, "USD", 5),
                (Account.PROVIDER_BALANCE, None, 7, "EUR", 5),
                (Account.PROVIDER_BALANCE, None, 7, "USD", 6),
            )
        ),
    ]
    assert len({reference, *others}) == len(others) + 1


def test_words_of_any_script_hash_the_same_after_the_database(world: World) -> None:
    lines = (Account.PROVIDER_BALANCE, 5), (Account.PLATFORM_FEE, -5)
    book(world, "trial:ü", *lines, description="Ålöf 部品 🚗 e\u0301")
    wrong = [one for one in check_books().differences if one.check == "entries are as they were booked"]
    assert wrong == []
    forget_trials(world)


@pytest.mark.tampers
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amounts=st.lists(st.integers(-(10**12), 10**12).filter(bool), min_size=1, max_size=8))
def test_whatever_is_booked_sums_to_nothing(world: World, amounts: list[int]) -> None:
    rest = [] if sum(amounts) == 0 else [-sum(amounts)]
    number = len(world.rows("SELECT 1 FROM ledger_entry"))
    book(world, f"trial:{number}", *((Account.FX_CLEARING, amount) for amount in amounts + rest))
    assert world.rows("SELECT coalesce(sum(amount_minor), 0) FROM posting") == [(0,)]

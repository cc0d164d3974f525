"""`check-books` finds tampering with payouts, sellers' accounts, debts, disputes and statements."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from marketplace.reconciliation.checks import check_books
from marketplace.sandbox import disputes as bank
from tests.builders import World
from tests.faults import Fault, wire_fault
from tests.journeys.test_disputes import FRAUD, at_the_bank, bought_with
from tests.journeys.test_refund_after_payout import seller_with


@contextmanager
def tampered(world: World, table: str, columns: str, damage: str) -> Iterator[None]:
    """Damage all rows of a table and put the damaged columns back afterwards."""
    world.tamper(f"CREATE TABLE kept AS SELECT id, {columns} FROM {table}; {damage}")
    yield
    values = ", ".join(f"{column} = kept.{column}" for column in columns.split(", "))
    world.tamper(f"UPDATE {table} SET {values} FROM kept WHERE kept.id = {table}.id; DROP TABLE kept")


def found(world: World, table: str, columns: str, damage: str) -> set[str]:
    """Return the tables of the rows that `check-books` names after a damage."""
    with tampered(world, table, columns, damage):
        return {difference.table for difference in check_books().differences}


ONE_CENT_TO_THE_LAST = """
    UPDATE payout_line SET amount_minor = amount_minor
        + CASE transaction_id WHEN (SELECT max(transaction_id) FROM payout_line) THEN 1 ELSE -1 END
"""


@pytest.mark.tampers
def test_payouts_accounts_and_statements(world: World) -> None:
    seller_id, _ = seller_with(world, 10_000)
    world.sold(seller_id, 5_000)
    other = world.seller()
    world.onboard(other)
    world.advance(days=30)
    world.sandbox.deliver_pending()
    with wire_fault(world.sandbox, "/v1/transfers", Fault(after=False, status=503)):
        world.tick()
        assert world.payouts() == [("pending", 9_380 + 4_675)]
        assert check_books().agrees
        damages = [
            (
                "payout",
                "seller_account_id",
                "UPDATE payout SET seller_account_id = (SELECT max(id) FROM seller_account)",
            ),
            (
                "seller_account",
                "account_id",
                f"UPDATE seller_account SET account_id = 'acct_x' WHERE seller_id = {other}",
            ),
            ("outbound_call", "request", replaced("account_id", '"acct_of_a_thief"')),
            ("outbound_call", "request", replaced("amount_minor", "99999")),
            ("outbound_call", "request", replaced("currency", '"SEK"')),
            (
                "payout_line",
                "amount_minor",
                ONE_CENT_TO_THE_LAST,
            ),
        ]
        for table, columns, damage in damages:
            assert table in found(world, table, columns, damage), damage
        assert check_books().agrees
    world.advance(days=40)
    world.settle_down()
    assert check_books().agrees
    forged = "UPDATE seller_statement SET incoming_minor = incoming_minor + 5, outgoing_minor = outgoing_minor - 5"
    assert "seller_statement" in found(world, "seller_statement", "incoming_minor, outgoing_minor", forged)
    # With the months after it, in which nothing moved: they would say that the one before is missing.
    last = "SELECT max(month) FROM seller_statement WHERE lines > 0"
    world.tamper(f"DELETE FROM seller_statement WHERE month >= ({last})")
    assert {(one.check, one.row_id) for one in check_books().differences} == {
        ("closed months have their statements", seller_id)
    }


def replaced(name: str, value: str) -> str:
    return f"UPDATE outbound_call SET request = request || '{{\"{name}\": {value}}}' WHERE kind = 'transfer'"


@pytest.mark.tampers
def test_debts_and_disputes(world: World) -> None:
    other = world.seller("Olga Other")
    bought_with(world, FRAUD, 10_000)
    at_the_bank(world, bank.decide, "lost")
    assert world.rows("SELECT amount_minor FROM seller_debt") == [(320,)]
    assert check_books().agrees
    damages = [
        ("seller_debt", "seller_id", f"UPDATE seller_debt SET seller_id = {other}"),
        ("seller_debt", "subject", "UPDATE seller_debt SET subject = 'refund:77:1'"),
        ("dispute_share", "seller_id", f"UPDATE dispute_share SET seller_id = {other}"),
        (
            "dispute_share",
            "platform_minor, debt_minor",
            "UPDATE dispute_share SET platform_minor = platform_minor - 1, debt_minor = debt_minor + 1",
        ),
    ]
    for table, columns, damage in damages:
        assert table in found(world, table, columns, damage), damage
    assert check_books().agrees
    world.tamper(
        "INSERT INTO debt_write_off (debt_id, amount_minor, reason, first_approver_id, asked_at)"
        " SELECT id, 320, 'x', seller_id, now() FROM seller_debt"
    )
    assert {one.table for one in check_books().differences} == {"debt_write_off"}

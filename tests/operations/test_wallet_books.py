"""`check-books` finds each tampering with a wallet and names the row. The tamperer is the superuser, triggers off."""

import pytest

from marketplace.reconciliation.checks import check_books
from marketplace.refunds import flows as refunds
from marketplace.refunds.wishes import Wish
from tests import builders_wallets as wallets
from tests.builders import Bought, World
from tests.snapshots import walked_once

_SPENT = "(SELECT id FROM wallet_movement WHERE kind = 'spent')"
_REFUNDED = "(SELECT id FROM wallet_movement WHERE kind = 'refunded')"
_POSTING = f"account = 'wallet' AND entry_id = (SELECT entry_id FROM wallet_movement WHERE id = {_SPENT})"
_ENTRY = "(SELECT entry_id FROM wallet_movement WHERE kind = 'taken_back')"
_NEW_MOVEMENT = (
    "INSERT INTO wallet_movement (user_id, currency, number, kind, amount_minor, balance_minor, entry_id, by_id,"
    " reason, form_token, at) SELECT user_id, currency, 9, 'added', 100, balance_minor + 100, 999999, by_id, 'x', 'x',"
    " at FROM wallet_movement WHERE kind = 'refunded'"
)


@pytest.fixture
def bought(world: World) -> Bought:
    """Return a purchase from a wallet of which a part went back; something was added and taken back before."""
    return moved(world)


@walked_once
def moved(world: World) -> Bought:
    buyer_id = world.person()
    wallets.fill(world, buyer_id, 3_000)
    wallets.take_back(world, buyer_id, 1_000)
    bought = wallets.bought(world, 10_000, buyer_id=buyer_id)
    refunds.approve_and_send(
        admin_id=world.person(is_admin=True),
        refund_id=world.ask_refund(bought, Wish(amount_minor=2_500)),
        amount_minor=2_500,
        notes="",
        policy=world.settings.money,
        providers={},
        now=world.now,
    )
    assert check_books().agrees
    return bought


@pytest.mark.tampers
@pytest.mark.parametrize(
    ("damage", "table", "row", "check"),
    [
        (
            f"UPDATE wallet_movement SET amount_minor = amount_minor - 1 WHERE id = {_SPENT}",
            "wallet_movement", _SPENT, "wallet movements are booked as they are",
        ),
        (
            f"UPDATE wallet_movement SET balance_minor = balance_minor + 1 WHERE id = {_SPENT}",
            "wallet_movement", _SPENT, "wallets are the sum of their movements",
        ),
        (
            f"UPDATE wallet_movement SET number = 9 WHERE id = {_REFUNDED}",
            "wallet_movement", _REFUNDED, "wallets are the sum of their movements",
        ),
        (
            f"DELETE FROM wallet_movement WHERE id = {_REFUNDED}",
            "ledger_entry", "(SELECT max(id) FROM ledger_entry WHERE starts_with(key, 'wallet:'))",
            "entries of wallets have their movement",
        ),
        (
            f"DELETE FROM wallet_movement WHERE id = {_REFUNDED}",
            "refund", "(SELECT id FROM refund)", "refunds of wallets are in the wallet",
        ),
        (
            f"DELETE FROM posting WHERE entry_id = {_ENTRY}; DELETE FROM ledger_entry WHERE id = {_ENTRY}",
            "wallet_movement", "(SELECT id FROM wallet_movement WHERE kind = 'taken_back')",
            "wallet movements are booked as they are",
        ),
        (
            _NEW_MOVEMENT,
            "wallet_movement", "(SELECT max(id) FROM wallet_movement)", "wallet movements are booked as they are",
        ),
        (
            "UPDATE wallet_balance SET balance_minor = balance_minor + 100",
            "user", "(SELECT user_id FROM wallet_balance)", "wallets hold what their last movement left",
        ),
        (
            "DELETE FROM wallet_balance",
            "user", "(SELECT DISTINCT user_id FROM wallet_movement)", "wallets hold what their last movement left",
        ),
        (
            f"UPDATE posting SET amount_minor = 99999 WHERE {_POSTING}",
            "user", "(SELECT user_id FROM wallet_balance)", "no wallet is below zero",
        ),
        (
            "UPDATE payment SET provider = 'stripe'",
            "payment", "(SELECT id FROM payment)", "wallets pay whole payments of their owners",
        ),
        (
            f'UPDATE wallet_movement SET user_id = (SELECT min(id) FROM "user") + 1 WHERE id = {_SPENT}',
            "payment", "(SELECT id FROM payment)", "wallets pay whole payments of their owners",
        ),
        (
            f"UPDATE posting SET account = 'provider_clearing' WHERE {_POSTING}",
            "wallet_movement", _SPENT, "wallet movements are booked as they are",
        ),
        (
            f"UPDATE wallet_movement SET refund_id = 999999 WHERE id = {_REFUNDED}",
            "wallet_movement", _REFUNDED, "refunds of wallets are in the wallet",
        ),
    ],
)  # fmt: skip
def test_what_is_changed_in_a_wallet_is_named(
    world: World, bought: Bought, damage: str, table: str, row: str, check: str
) -> None:
    [(row_id,)] = world.rows(f"SELECT {row}")
    world.tamper(damage)
    if damage is _NEW_MOVEMENT:
        [(row_id,)] = world.rows(f"SELECT {row}")
    assert (check, table, row_id) in {(one.check, one.table, one.row_id) for one in check_books().differences}

"""`check-books` finds each tampering and names the row. The tamperer is the superuser with every trigger off."""

import json

import pytest

from marketplace.cancellations.flows import cancel_and_refund
from marketplace.cancellations.operations import Wanted
from marketplace.cancellations.rules import CancelReason, Side
from marketplace.reconciliation.checks import Report, check_books
from tests.builders import Bought, World
from tests.snapshots import walked_once

SELLER_HELD = "SELECT p.id FROM posting p WHERE p.account = 'seller_held'"


def one(world: World, statement: str, *values: object) -> int:
    [(found,)] = world.rows(statement, *values)
    return int(str(found))


def named(report: Report, table: str, row_id: int) -> bool:
    return any((one.table, one.row_id) == (table, row_id) for one in report.differences)


def captured(world: World, bought: Bought) -> int:
    return one(world, "SELECT id FROM ledger_entry WHERE key = %s", f"payment:{bought.payment_id}:captured")


@pytest.fixture
def bought(world: World) -> Bought:
    """Return one of two paid purchases."""
    return two_paid(world)


@walked_once
def two_paid(world: World) -> Bought:
    world.paid_purchase(3_000)
    found = world.paid_purchase(10_000)
    assert check_books().agrees
    return found


def test_untouched_books_agree_and_say_what_was_looked_at(world: World, bought: Bought) -> None:
    report = check_books()
    assert (report.entries, report.postings, report.agrees) == (4, 2 * (4 + 3), True)
    answer = world.app.test_cli_runner().invoke(args=["check-books"])
    assert answer.exit_code == 0
    assert json.loads(answer.output)["agrees"] is True


@pytest.mark.tampers
def test_one_postings_amount(world: World, bought: Bought) -> None:
    entry_id = captured(world, bought)
    where = f"entry_id = {entry_id} AND account = 'seller_held'"
    world.tamper(f"UPDATE posting SET amount_minor = amount_minor - 1 WHERE {where}")
    assert named(check_books(), "ledger_entry", entry_id)
    answer = world.app.test_cli_runner().invoke(args=["check-books"])
    assert answer.exit_code == 1
    assert f'"row_id": {entry_id}' in answer.output


@pytest.mark.tampers
def test_a_pair_that_still_balances(world: World, bought: Bought) -> None:
    entry_id = captured(world, bought)
    world.tamper(
        f"UPDATE posting SET amount_minor = amount_minor - 100 WHERE entry_id = {entry_id} AND account = 'seller_held';"
        f"UPDATE posting SET amount_minor = amount_minor + 100 WHERE entry_id = {entry_id} AND account = 'platform_fee'"
    )
    report = check_books()
    assert named(report, "ledger_entry", entry_id)
    assert not any(one.check == "entries balance" for one in report.differences)


@pytest.mark.tampers
def test_money_given_to_another_seller(world: World, bought: Bought) -> None:
    """No amount changes, only whose it is."""
    entry_id = captured(world, bought)
    other = one(world, "SELECT min(owner_id) FROM posting WHERE account = 'seller_held'")
    world.tamper(f"UPDATE posting SET owner_id = {other} WHERE entry_id = {entry_id} AND account = 'seller_held'")
    assert named(check_books(), "ledger_entry", entry_id)


@pytest.mark.tampers
def test_a_posting_deleted(world: World, bought: Bought) -> None:
    entry_id = captured(world, bought)
    world.tamper(f"DELETE FROM posting WHERE entry_id = {entry_id} AND account = 'platform_fee'")
    assert named(check_books(), "ledger_entry", entry_id)


@pytest.mark.tampers
@pytest.mark.parametrize("is_chained", [True, False])
@pytest.mark.parametrize("kind", ["payment:", "balance_transaction:"])
def test_an_entry_deleted_with_its_postings(world: World, bought: Bought, kind: str, is_chained: bool) -> None:
    entry_id = one(
        world, "SELECT max(id) FROM ledger_entry WHERE payment_id = %s AND key LIKE %s", bought.payment_id, f"{kind}%"
    )
    unchained = "" if is_chained else "DELETE FROM ledger_chain;"
    line_id = one(world, "SELECT id FROM balance_transaction WHERE payment_id = %s", bought.payment_id)
    world.tamper(
        f"{unchained} DELETE FROM posting WHERE entry_id = {entry_id}; DELETE FROM ledger_entry WHERE id = {entry_id}"
    )
    report = check_books()
    assert named(report, "ledger_entry", entry_id) is is_chained
    cause = ("payment", bought.payment_id) if kind == "payment:" else ("balance_transaction", line_id)
    assert named(report, *cause)


@pytest.mark.tampers
def test_an_entry_without_its_row_leaves_its_postings_named(world: World, bought: Bought) -> None:
    entry_id = captured(world, bought)
    world.tamper(f"DELETE FROM ledger_entry WHERE id = {entry_id}")
    assert named(check_books(), "ledger_entry", entry_id)


@pytest.mark.tampers
def test_an_entry_invented_with_a_right_hash(world: World, bought: Bought) -> None:
    """A forger who knows the hash books a fact that never happened."""
    key, postings = "payment:999999:captured", "provider_clearing|None|None|USD|500\nplatform_fee|None|None|USD|-500"
    content = f"{key}\nx\nNone\n2026-01-01T00:00:00+00:00\n{postings}"
    world.tamper(
        "INSERT INTO ledger_entry (key, description, payment_id, booked_at, hash)"
        f" SELECT '{key}', 'x', NULL, '2026-01-01T00:00:00Z', sha256(convert_to('{content}', 'UTF8'));"
        "INSERT INTO posting (entry_id, account, currency, amount_minor)"
        f" SELECT id, 'provider_clearing', 'USD', 500 FROM ledger_entry WHERE key = '{key}';"
        "INSERT INTO posting (entry_id, account, currency, amount_minor)"
        f" SELECT id, 'platform_fee', 'USD', -500 FROM ledger_entry WHERE key = '{key}'"
    )
    report = check_books()
    assert named(report, "ledger_entry", one(world, "SELECT id FROM ledger_entry WHERE key = %s", key))
    assert not any(difference.check == "entries are as they were booked" for difference in report.differences)


@pytest.mark.tampers
@pytest.mark.parametrize(
    ("table", "status"),
    [
        ("payment", "refunded"),
        ("payment_tracker", "failed"),
        ("payment_transaction", "available"),
        ("order", "delivered"),
        ("purchase", "given_up"),
        ("stock_reservation", "returned"),
        ("listing", "paused"),
        ("outbound_call", "blocked"),
        ("provider_event", "ignored"),
    ],
)
def test_a_status_changed_without_history(world: World, bought: Bought, table: str, status: str) -> None:
    row_id = one(world, f'SELECT max(id) FROM "{table}"')
    world.tamper(f"UPDATE \"{table}\" SET status = '{status}' WHERE id = {row_id}")
    assert named(check_books(), table, row_id)


@pytest.mark.tampers
@pytest.mark.parametrize("which", ["min", "max"])
def test_a_line_of_history_deleted(world: World, bought: Bought, which: str) -> None:
    change_id = one(
        world,
        f"SELECT {which}(id) FROM status_change WHERE subject = 'payment' AND subject_id = %s",
        bought.payment_id,
    )
    world.tamper(f"DELETE FROM status_change WHERE id = {change_id}")
    assert named(check_books(), "payment", bought.payment_id)


@pytest.mark.tampers
def test_a_row_deleted_is_missed_by_its_history(world: World, bought: Bought) -> None:
    share_id = one(world, "SELECT id FROM payment_transaction WHERE payment_id = %s", bought.payment_id)
    world.tamper(f"DELETE FROM payment_transaction WHERE id = {share_id}")
    assert named(check_books(), "payment_transaction", share_id)


@pytest.mark.tampers
@pytest.mark.parametrize(
    ("change", "table", "row"),
    [
        ("UPDATE payment SET amount_minor = amount_minor + 1", "payment", "SELECT max(id) FROM payment"),
        (
            "UPDATE payment_transaction SET net_minor = net_minor + 1, platform_fee_minor = platform_fee_minor - 1",
            "payment_transaction",
            "SELECT max(id) FROM payment_transaction",
        ),
        (
            "UPDATE purchase SET total_minor = total_minor - 1",
            "purchase",
            "SELECT max(id) FROM purchase",
        ),
        (
            "UPDATE order_line SET quantity = 2, subtotal_minor = 2 * unit_price_minor",
            "order",
            'SELECT max(id) FROM "order"',
        ),
        ("UPDATE listing SET in_stock = in_stock + 1", "listing", "SELECT max(id) FROM listing"),
        (
            "UPDATE payment_transaction SET planned_release_date = NULL",
            "payment_transaction",
            "SELECT max(id) FROM payment_transaction",
        ),
        (
            "UPDATE balance_transaction SET fee_minor = fee_minor + 1, net_minor = net_minor - 1",
            "balance_transaction",
            "SELECT max(id) FROM balance_transaction",
        ),
        ("DELETE FROM ledger_chain WHERE position = 2", "ledger_chain", "SELECT 3"),
        ("UPDATE ledger_chain SET hash = sha256('') WHERE position = 2", "ledger_chain", "SELECT 2"),
    ],
)
def test_other_rows_changed(world: World, bought: Bought, change: str, table: str, row: str) -> None:
    world.tamper(change)
    assert named(check_books(), table, one(world, row))


@pytest.mark.tampers
@pytest.mark.parametrize(
    ("table", "damage"),
    [
        ("order", "DELETE FROM cancellation"),
        ("order", "UPDATE refund SET amount_minor = amount_minor - 1, held_minor = held_minor - 1"),
        ("refund", "DELETE FROM automatic_refund"),
        ("refund", "UPDATE automatic_refund SET amount_minor = 1"),
        ("automatic_refund", "UPDATE cancellation SET refund_id = NULL"),
        ("purchase", "UPDATE stock_reservation SET status = 'redeemed' WHERE status = 'returned'"),
        ("order", "INSERT INTO shipment SELECT order_id, 'ups', 'UPS', '1234', '', cancelled_at FROM cancellation"),
    ],
)
def test_a_cancelled_order_that_was_tampered_with(world: World, table: str, damage: str) -> None:
    bought = world.open_purchase(10_000)
    world.pay(bought, "4000000000007726")
    world.settle_down()
    cancel_and_refund(
        user_id=bought.buyer_id,
        side=Side.BUYER,
        number=str(world.rows('SELECT number FROM "order"')[0][0]),
        wanted=Wanted(CancelReason.MISTAKE, "", 10_000),
        policy=world.settings.money,
        providers=world.app.extensions["providers"],
        now=world.now,
    )
    assert check_books().agrees
    world.tamper(damage)
    assert table in {difference.table for difference in check_books().differences}


@pytest.mark.tampers
def test_an_order_sent_without_a_parcel(world: World, bought: Bought) -> None:
    order_id = one(world, 'SELECT id FROM "order" WHERE purchase_id = %s', bought.purchase_id)
    world.tamper(f"UPDATE \"order\" SET status = 'shipped' WHERE id = {order_id}")
    assert any(found.check == "sent orders have a shipment" for found in check_books().differences)


@pytest.mark.tampers
def test_a_listing_that_is_found_by_other_words(world: World, bought: Bought) -> None:
    listing_id = one(world, "SELECT max(id) FROM listing")
    world.tamper(f"UPDATE listing SET title = 'Something else' WHERE id = {listing_id}")
    assert named(check_books(), "listing", listing_id)


@pytest.mark.tampers
def test_a_line_that_says_another_tax_than_its_order_is_found(world: World) -> None:
    seller, buyer = world.seller(tax_basis_points=725), world.person()
    world.put_in_cart(buyer, world.listing(seller, 3_333))
    world.check_out(buyer)
    assert check_books().agrees
    world.tamper("UPDATE order_line SET tax_minor = tax_minor + 1")
    assert any(found.check == "taxes of lines sum to the order's" for found in check_books().differences)

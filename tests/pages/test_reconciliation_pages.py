"""The pages of reconciliation: the three sides, their breaks, and what an admin decides about one."""

import csv
import io

from werkzeug.test import TestResponse

from marketplace import db
from marketplace.orders import sweeps as orders
from marketplace.payments import holds
from tests.builders import World, form_token
from tests.builders_reconciliation import book_at_the_provider, break_of, reconcile, refund_at_the_provider


def press(world: World, admin_id: int, number: str, deed: str, **fields: str) -> TestResponse:
    """Send one of the forms of a break's page, and follow to where it leads."""
    client = world.client(admin_id)
    token = form_token(client.get(f"/admin/reconciliation/{number}").text)
    prefix = {"reread": "r", "correct": "c", "explain": "e"}[deed]
    data = {f"{prefix}-{name}": value for name, value in fields.items()} | {f"{prefix}-csrf_token": token}
    return client.post(f"/admin/reconciliation/{number}/{deed}", data=data, follow_redirects=True)


def test_a_fee_that_no_rule_books_is_corrected_above_the_limit_by_two_admins(world: World) -> None:
    world.paid_purchase(100_000)
    first, second = (world.person(name, is_admin=True) for name in ("Ada Admin", "Ben Admin"))
    line_id = book_at_the_provider(world, "stripe_fee", -60_000)
    reconcile(world, mends=True, in_minutes=10)
    number = break_of(world, "line_without_entry")
    page = world.client(first).get(f"/admin/reconciliation/{number}").text
    assert line_id in page
    assert "It touches no seller" in page
    assert "$600.00" in page
    asked = press(world, first, number, "correct", seen_minor="-60000", account="processing_fee", reason="Yearly fee.")
    assert "A second admin must confirm" in asked.text
    again = press(world, first, number, "correct", seen_minor="-60000", account="processing_fee", reason="Yearly fee.")
    assert "You have asked for this already" in again.text
    assert world.rows("SELECT count(*) FROM ledger_entry WHERE key LIKE 'correction:%%'") == [(0,)]
    other = press(world, second, number, "correct", seen_minor="-60000", account="refund_cost", reason="Ours to bear.")
    assert "A second admin must confirm" in other.text, "another entry than the first asked for is a new question"
    done = press(world, first, number, "correct", seen_minor="-60000", account="refund_cost", reason="It is so.")
    assert "The correcting entry is booked" in done.text
    assert world.rows("SELECT status FROM reconciliation_break") == [("decided",)]
    assert world.rows("SELECT deed, reason FROM break_decision ORDER BY id") == [
        ("correct", "Yearly fee."),
        ("correct", "Ours to bear."),
        ("confirm", "It is so."),
    ]
    reconcile(world, in_minutes=20)
    overview = world.client(first).get("/admin/reconciliation").text
    assert "Everything agrees" in overview
    assert "the difference is $0.00" in overview


def test_an_explained_break_stays_settled_and_its_difference_is_told(world: World) -> None:
    world.paid_purchase(10_000)
    admin_id = world.person("Ada Admin", is_admin=True)
    book_at_the_provider(world, "payout", -1_000)
    reconcile(world, in_minutes=10)
    number = break_of(world, "line_without_entry")
    empty = press(world, admin_id, number, "explain", reason=" ")
    assert empty.status_code == 422
    assert "Settle without an entry" in empty.text
    done = press(world, admin_id, number, "explain", reason="Known; booked elsewhere.")
    assert "Explained, no entry" in done.text
    reconcile(world, in_minutes=20)
    assert world.rows("SELECT count(*) FROM reconciliation_break") == [(1,)]
    assert "explained by a person" in world.client(admin_id).get("/admin/reconciliation").text


def test_a_seller_reads_why_they_are_not_paid_and_decides_nothing_about_it(world: World) -> None:
    seller_id = world.paid_seller(10_000)
    world.advance(days=30)
    world.settle_down()
    assert len(world.transfers()) == 1
    world.sold(seller_id, 4_000)
    [(payment_id,)] = world.rows("SELECT max(id) FROM payment")
    refund_at_the_provider(world, int(str(payment_id)), 1_000)
    reconcile(world, in_minutes=10)
    number = break_of(world, "made_at_provider")
    admin_id = world.person("Ada Admin", is_admin=True)
    shop = world.client(admin_id).get(f"/admin/payouts/sellers/{seller_id}").text
    assert number in shop
    words = "do not agree about your money yet"
    world.advance(days=30)
    world.sandbox.deliver_pending()
    db.atomic(orders.deliver_overdue, (), days=14, now=world.now)
    db.atomic(holds.release_due, (), policy=world.settings.money, now=world.now)
    assert words in world.client(admin_id).get("/admin/payouts/next").text
    assert words in world.client(seller_id).get("/seller/balance").text
    done = press(world, admin_id, number, "reread", reason="Made by Cy in the dashboard.")
    assert "All sides agree now" in done.text
    assert number not in world.client(admin_id).get(f"/admin/payouts/sellers/{seller_id}").text


def test_the_providers_lines_stand_in_the_order_of_their_time(world: World) -> None:
    """One run reads them newest first, so their numbers say the opposite of their time."""
    for gross in (1_000, 2_000, 3_000):
        world.paid_purchase(gross)
        world.advance(minutes=20)
    reconcile(world, in_minutes=10)
    admin = world.client(world.person("Ada Admin", is_admin=True))
    for order, is_newest in (("newest", True), ("oldest", False)):
        file = admin.get(f"/admin/reconciliation/lines?sort={order}&format=csv").text
        amounts = [row["Amount"] for row in csv.DictReader(io.StringIO(file))]
        assert amounts == sorted(["10.00", "20.00", "30.00"], reverse=is_newest)

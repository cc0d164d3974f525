"""Invoices are made after payments, numbered without a gap, frozen and followed to their end (issue 6 item 6)."""

import json

import psycopg
import pytest
from sqlalchemy.orm import Session

from marketplace import db
from marketplace.invoices import flows, missing_queries, operations
from marketplace.reconciliation.checks import check_books
from marketplace.refunds import flows as refunds
from marketplace.refunds.wishes import Wish
from marketplace.sandbox import disputes as bank
from tests import builders_discounts as codes
from tests.builders import Bought, World
from tests.builders_invoices import documents, the_invoice
from tests.races import at_once

CLEARS, BOUNCES, NEVER_ENDS = "000123456789", "000222222227", "000000000009"
REFUND_FAILS, LOST = "4000000000005126", "4000000000000259"
WORKERS = 20
NONE_MADE = (
    "DELETE FROM invoice; UPDATE invoice_series SET last_position = 0;"
    " UPDATE invoice_mark SET reached_at = reached_at + interval '9 days'"
)


def histories(world: World) -> list[str]:
    rows = world.rows("SELECT to_status FROM status_change WHERE subject = 'invoice' ORDER BY id")
    return [str(status) for (status,) in rows]


def refund(world: World, bought: Bought, amount_minor: int) -> None:
    """Ask for money back, approve it and let it arrive."""
    refund_id = world.ask_refund(bought, Wish(amount_minor=amount_minor))
    refunds.approve_and_send(
        admin_id=world.person("Ada Admin", is_admin=True),
        refund_id=refund_id,
        amount_minor=amount_minor,
        notes="",
        policy=world.settings.money,
        providers={"stripe": world.provider},
        now=world.now,
    )
    world.settle_down()


@pytest.mark.covers("S2.10")
def test_each_paid_order_has_an_invoice_of_its_seller_that_says_it_is_paid(world: World) -> None:
    bought = world.open_purchase(10_000, 5_000)
    world.settle_down()
    assert documents(world) == [], "nothing is paid"
    world.pay(bought)
    world.settle_down()
    first, second = documents(world)
    sellers = [seller_id for (seller_id,) in world.rows('SELECT seller_id FROM "order" ORDER BY id')]
    assert [first.number, second.number] == [f"INV-{seller_id}-00001" for seller_id in sellers]
    assert [(doc.total, doc.paid, doc.status) for doc in (first, second)] == [
        (10_000, 10_000, "paid"), (5_000, 5_000, "paid"),
    ]  # fmt: skip
    assert histories(world).count("paid") == 2
    assert world.rows("SELECT sent_at IS NOT NULL, paid_at < issued_at, due_at = issued_at FROM invoice") == [
        (True, True, True), (True, True, True),
    ]  # fmt: skip
    told = world.rows("SELECT user_id, kind FROM notification WHERE kind = 'invoice_ready'")
    assert told == [(bought.buyer_id, "invoice_ready")] * 2
    world.settle_down()
    assert len(documents(world)) == 2, "a second sweep makes nothing"


@pytest.mark.covers("S2.11")
def test_a_debit_on_its_way_is_invoiced_opened_overdue_and_paid_in_the_end(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.sandbox.pay(bought.session_id, account=CLEARS)
    world.settle_down()
    found = the_invoice(world)
    assert (found.status, found.paid) == ("sent", 0)
    assert "It is due on" in str(world.rows("SELECT content FROM invoice"))
    stranger = world.person("Eve Else")
    db.atomic(operations.view, (), user_id=stranger, invoice_id=found.id, now=world.now)
    assert the_invoice(world).status == "sent", "somebody else's look is no look"
    world.client(bought.buyer_id).get(f"/invoices/{found.number}")
    assert the_invoice(world).status == "viewed"
    world.advance(days=3)
    world.settle_down()
    assert (the_invoice(world).status, the_invoice(world).paid) == ("paid", 10_000)
    assert histories(world) == ["draft", "sent", "viewed", "paid"]


@pytest.mark.covers("S2.11")
def test_a_debit_that_never_ends_is_overdue_when_the_clock_has_passed_its_due_date(world: World) -> None:
    world.sandbox.pay(world.open_purchase(10_000).session_id, account=NEVER_ENDS)
    world.settle_down()
    world.advance(days=13)
    world.settle_down()
    assert the_invoice(world).status == "sent"
    world.advance(days=2)
    world.settle_down()
    assert the_invoice(world).status == "overdue"


def test_a_debit_that_bounces_cancels_the_invoice_and_keeps_its_number(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.sandbox.pay(bought.session_id, account=BOUNCES)
    world.settle_down()
    number = the_invoice(world).number
    world.advance(days=3)
    world.settle_down()
    assert the_invoice(world).status == "sent", "the buyer may still pay in another way"
    world.advance(days=2)
    world.settle_down()
    assert (the_invoice(world).status, the_invoice(world).number) == ("cancelled", number)
    [seller_id] = [seller_id for (seller_id,) in world.rows('SELECT seller_id FROM "order"')]
    world.put_in_cart(bought.buyer_id, world.listing(int(str(seller_id)), 2_000))
    world.pay(world.check_out(bought.buyer_id))
    world.settle_down()
    assert [doc.number for doc in documents(world)] == [number, number[:-1] + "2"]


def test_orders_paid_before_there_were_invoices_get_theirs(world: World) -> None:
    for _ in range(2):
        world.pay(world.open_purchase(3_000))
        world.sandbox.deliver_pending()
    world.advance(days=90)
    assert documents(world) == []
    assert flows.make_due(now=world.now) == 2
    assert {doc.issued_at.date() for doc in documents(world)} == {world.now.date()}, "issued when they are made"
    assert "Paid in full on" in str(world.rows("SELECT content FROM invoice"))


@pytest.mark.scar("S60")
def test_twenty_workers_with_rollbacks_leave_no_gap(world: World) -> None:
    seller_id, buyer_id = world.seller(), world.person()
    listing_id = world.listing(seller_id, 1_000, units=2 * WORKERS)
    for _ in range(WORKERS):
        world.put_in_cart(buyer_id, listing_id)
        world.pay(world.check_out(buyer_id))
        world.sandbox.deliver_pending()
    orders = missing_queries.sold_orders([each.source_id for each in missing_queries.missing()])
    assert len(orders) == WORKERS
    falling = set(range(0, WORKERS, 10))  # one in ten fails after it has taken its number

    class Fallen(Exception):
        """The worker dies before its commit."""

    def make(session: Session, *, place: int) -> list[int]:
        made = operations.invoice_orders(session, orders=orders[place : place + 1], now=world.now)
        if place in falling:
            raise Fallen
        return made

    def work(place: int) -> list[int]:
        try:
            return db.atomic(make, [f"series:{seller_id}:invoice"], place=place)
        except Fallen:
            return []

    answers = at_once(world.app, [lambda place=place: work(place) for place in range(WORKERS)])  # type: ignore[misc]
    assert sum(len(answer) for answer in answers if isinstance(answer, list)) == WORKERS - len(falling)
    numbers = sorted(doc.number for doc in documents(world))
    assert numbers == [f"INV-{seller_id}-{place:05d}" for place in range(1, WORKERS - len(falling) + 1)]
    world.settle_down()
    assert len({doc.number for doc in documents(world)}) == WORKERS, "the sweep makes what the fallen left"


def test_two_sweeps_at_once_make_each_document_once(world: World) -> None:
    for _ in range(3):
        world.pay(world.open_purchase(2_000, 1_000))
        world.sandbox.deliver_pending()
    at_once(world.app, [lambda: flows.make_due(now=world.now)] * 6)
    assert len(documents(world)) == 6


@pytest.mark.parametrize("parts", [(10_000,), (3_333, 3_333, 1, 4_133)])
def test_credit_notes_of_nasty_parts_sum_to_the_invoice_and_its_tax(world: World, parts: tuple[int, ...]) -> None:
    buyer_id = world.person()
    whole = sum(parts)
    price = whole * 100 // 108 if whole != 10_000 else 9_260
    world.put_in_cart(buyer_id, world.listing(world.seller(tax_basis_points=800), price))
    bought = world.check_out(buyer_id)
    world.pay(bought)
    world.settle_down()
    invoice = the_invoice(world)
    [(tax,)] = world.rows("SELECT tax_minor FROM invoice")
    assert tax
    *some, _ = parts
    for part in (*some, invoice.total - sum(some)):
        refund(world, bought, part)
    notes = documents(world, "credit_note")
    assert [-doc.total for doc in notes] == [*some, invoice.total - sum(some)]
    assert [(doc.status, doc.paid) for doc in notes] == [("paid", doc.total) for doc in notes]
    assert world.rows("SELECT -sum(tax_minor) FROM invoice WHERE kind = 'credit_note'") == [(tax,)]
    assert world.rows("SELECT DISTINCT credits_id FROM invoice WHERE kind = 'credit_note'") == [(invoice.id,)]
    assert [doc.number[:3] for doc in notes] == ["CRN"] * len(parts)
    assert the_invoice(world).status == "paid", "what is corrected is never changed"


def test_what_went_back_before_anybody_looked_has_both_documents(world: World) -> None:
    """Found by the simulation: invoice and credit note are due in the same round, days after the mark of the last."""
    flows.make_due(now=world.now)
    bought = world.open_purchase(10_000)
    world.pay(bought)
    world.sandbox.deliver_pending()
    refund_id = world.ask_refund(bought, Wish(amount_minor=2_000))
    approving = {"admin_id": world.person("Ada Admin", is_admin=True), "refund_id": refund_id, "amount_minor": 2_000}
    known = {"policy": world.settings.money, "providers": {"stripe": world.provider}, "now": world.now}
    refunds.approve_and_send(**approving, notes="", **known)
    world.sandbox.deliver_pending()
    assert world.rows("SELECT status FROM refund") == [("completed",)]
    for _ in range(2):
        world.advance(days=3)
        flows.make_due(now=world.now)
    assert [doc.total for doc in documents(world, "credit_note")] == [-2_000]


def test_a_refund_that_fails_after_all_cancels_its_credit_note(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.pay(bought, REFUND_FAILS)
    world.settle_down()
    refund(world, bought, 2_000)
    statuses = {doc.status for doc in documents(world, "credit_note")}
    world.advance(days=20)
    world.settle_down()
    assert world.rows("SELECT status FROM refund") == [("failed",)]
    [note] = documents(world, "credit_note") or [None]
    assert statuses <= {"paid", "cancelled"}
    assert note is None or note.status == "cancelled"


def test_a_lost_dispute_has_a_credit_note_that_goes_when_the_bank_thinks_again(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.pay(bought, LOST)
    world.settle_down()
    deed(world, bank.decide, "lost")
    [note] = documents(world, "credit_note")
    assert (note.total, note.status, note.number[:3]) == (-10_000, "paid", "CRN")
    deed(world, bank.decide, "won")
    assert [doc.status for doc in documents(world, "credit_note")] == ["cancelled"]


def deed(world: World, what: object, *values: object) -> None:
    with world.sandbox.sandbox.work() as work:
        [found] = work.rows("SELECT id FROM objects WHERE kind = 'dispute'")
        what(work, found["id"], *values)  # type: ignore[operator]
    world.settle_down()


def test_the_months_fees_are_billed_once_with_the_figures_of_the_statement(world: World) -> None:
    bought = world.paid_purchase(10_000)
    refund(world, bought, 2_500)
    world.advance(days=40)
    world.settle_down()
    bills = documents(world, "commission")
    [(month, fees)] = world.rows(
        "SELECT min(e.booked_at)::date - (extract(day FROM min(e.booked_at))::int - 1), -sum(p.amount_minor)"
        " FROM posting p JOIN ledger_entry e ON e.id = p.entry_id"
        " WHERE p.account IN ('platform_fee', 'processing_fee_recovery')"
    )
    assert [(doc.total, doc.status, doc.number) for doc in bills] == [(fees, "paid", "COM-00001")]
    lines = json.loads(str(world.rows("SELECT content FROM invoice WHERE kind = 'commission'")[0][0]))["lines"]
    assert [(line["title"], line["amount_minor"]) for line in lines] == [
        ("Platform fees on 1 order", 300),
        ("Card fees on 1 order", 320),
        ("Platform fees given back, refunds of 1 order", -75),
    ]
    [(seller_id,)] = world.rows("SELECT recipient_id FROM invoice WHERE kind = 'commission'")
    page = world.client(int(str(seller_id))).get(f"/seller/statements/USD/{month:%Y-%m}").text
    assert "\N{MINUS SIGN}$3.00" in page
    assert "\N{MINUS SIGN}$3.20" in page


def test_a_free_order_has_its_invoice_of_nothing(world: World) -> None:
    seller_id, buyer_id = world.seller(), world.person()
    codes.code(world.now, "FREE", seller_id=seller_id, actor_id=seller_id, basis_points=10_000)
    world.put_in_cart(buyer_id, world.listing(seller_id, 1_000))
    codes.enter(buyer_id, "FREE")
    world.begin(world.agreed(buyer_id))
    world.settle_down()
    found = the_invoice(world)
    assert (found.total, found.paid, found.status) == (0, 0, "paid")


def test_the_database_refuses_to_change_or_delete_a_document(world: World) -> None:
    world.paid_purchase(10_000)
    with psycopg.connect(world.urls.superuser) as connection:
        for statement in ("UPDATE invoice SET total_minor = 1, subtotal_minor = 1", "DELETE FROM invoice"):
            with pytest.raises(psycopg.errors.IntegrityConstraintViolation), connection.transaction():
                connection.execute(statement)


@pytest.mark.tampers
@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("UPDATE invoice SET content = replace(content, '10000', '10001')", "invoices are as they were frozen"),
        ("UPDATE invoice SET paid_minor = 1", "invoices are paid when nothing is due"),
        ("DELETE FROM invoice WHERE id = (SELECT min(id) FROM invoice)", "invoice numbers have no gaps"),
        ("UPDATE invoice SET position = 7 WHERE id = (SELECT max(id) FROM invoice)", "invoice numbers have no gaps"),
        ("UPDATE invoice SET number = 'INV-0-00001'", "invoices have the numbers of their series"),
        (
            "UPDATE invoice SET subtotal_minor = 1, total_minor = 1, paid_minor = 1",
            "invoices say what their rows say",
        ),
        (
            "UPDATE invoice SET subtotal_minor = 1, total_minor = 1, paid_minor = 1",
            "invoices equal their orders as charged",
        ),
        (NONE_MADE, "what was paid has its invoice"),
    ],
)
def test_check_books_names_what_is_wrong(world: World, statement: str, check: str) -> None:
    world.paid_purchase(10_000)
    world.tamper(statement)
    assert check in {difference.check for difference in check_books().differences}

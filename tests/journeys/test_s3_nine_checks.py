"""S3's integration test, its nine lines literally: a sale of 11,000 SEK at 7 % in both dashboards (S3.12)."""

import pytest

from tests.builders import World
from tests.pages.test_seller_day import page

BREAK = "\N{NO-BREAK SPACE}"


@pytest.mark.covers("S3.2", "S3.4", "S3.12")
def test_the_nine_checks_of_the_document(world: World) -> None:
    # Given a seller who pays 7 % and nothing for the card, and a buyer who pays 11,000 SEK
    world.tamper(
        "INSERT INTO fee_schedule (channel, valid_from, platform_basis_points, processing_basis_points,"
        " processing_fixed) VALUES ('standard', '2026-01-01', 700, 0, '{}')"
    )
    buyer_id = world.person()
    world.noon()
    seller_id = world.seller()
    world.onboard(seller_id, "SE")
    world.sold(seller_id, 1_100_000, currency="SEK", buyer_id=buyer_id)
    # When each part is looked for where people look for it
    [(payment_id, order)] = world.rows('SELECT t.payment_id, o.number FROM payment_transaction t, "order" o')
    buyer, seller = world.client(buyer_id), world.client(seller_id)
    admin = page(world.client(world.person("Ada Admin", is_admin=True)), f"/admin/payments/{payment_id}").main.text
    bought, sold = page(buyer, "/transactions/").main.text, page(seller, "/transactions/").main.text
    expected = page(seller, "/seller/balance").main.text
    [(planned,)] = world.rows("SELECT planned_release_date::date FROM payment_transaction")
    assert (planned - world.now.date()).days == 30
    net, fee = f"SEK{BREAK}10,230.00", f"SEK{BREAK}770.00"
    checks = {
        "Payment Intent Created": world.rows("SELECT status FROM payment_tracker") == [("succeeded",)],
        "Payment Completed": world.rows("SELECT status FROM payment") == [("completed",)],
        "Transactions Created": net in admin and fee in admin,
        "Commission Transaction": fee in bought and order in bought,
        "Payout Transaction": net in sold,
        "Payout Schedule Created": f"{planned.day} {planned:%b %Y}" in expected and net in expected,
        "Buyer API Working": buyer.get("/transactions/").status_code == 200,
        "Seller API Working": seller.get("/transactions/").status_code == 200,
        "Payout API Working": net in page(seller, "/payouts/").main.text,
    }
    # Then all nine hold, in the document's words
    print("".join(f"\n{'✅' if holds else '❌'} {check}" for check, holds in checks.items()))  # noqa: T201  the row asks for the lines
    assert all(checks.values()), checks

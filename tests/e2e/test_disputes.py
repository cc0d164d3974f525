"""A dispute in a real browser, with scripts and without: the seller helps, an admin answers once, the bank decides."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import evidence
from tests.builders import World
from tests.e2e.test_refunds import paid_order, until
from tests.e2e.visitor import Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])]

Visit = Callable[..., Visitor]
NOT_RECEIVED = "4000000000002685"


@pytest.mark.covers("S4.19")
def test_a_chargeback_is_answered_and_won(shop: World, visit: Visit, tmp_path: Path, *, javascript: bool) -> None:
    # Given a paid order whose buyer's bank takes the money back
    bought, seller_id, order = paid_order(shop, NOT_RECEIVED)
    until(shop, "SELECT FROM dispute WHERE status = 'needs_response'")
    [(number,)] = shop.rows("SELECT number FROM dispute")
    buyer, seller = visit(bought.buyer_id), visit(seller_id)
    admin = visit(shop.person("Ada Admin", is_admin=True))
    buyer.open(f"/orders/{order}").sees("Your bank is looking at this payment")

    # When the seller says what they know and adds a receipt
    seller.open("/seller").sees("1 buyer's bank asks about an order")
    seller.open("/seller/disputes").follow(str(number))
    seller.sees("The bank has taken the money back", "Your share of the order stands still")
    seller.page.get_by_label("What happened").fill("The carrier left it at the door, here is the receipt.")
    seller.press("Save your answer")
    seller.sees("goes into our answer to the bank")
    receipt = tmp_path / "receipt.pdf"
    receipt.write_bytes(evidence.pdf(b"signed"))
    seller.page.get_by_label("File", exact=True).set_input_files(receipt)
    seller.press("Add the file")
    seller.sees("receipt.pdf", "Goes to the bank")

    # And an admin checks the draft and hands it over
    admin.open("/admin/disputes").follow(str(number))
    admin.sees("The buyer says that the goods never arrived", "The carrier left it at the door", "receipt.pdf")
    admin.page.get_by_label("What happened, in our words").fill("winning_evidence")
    admin.press("Check and submit")
    admin.sees("The bank takes this once", "winning_evidence", "receipt.pdf")
    admin.press("Submit to the bank")
    admin.sees("The bank has our evidence", "Under review")

    # Then the bank decides for the seller, and everybody reads it
    shop.advance(hours=2)
    until(shop, "SELECT FROM dispute WHERE status = 'won'")
    admin.open(f"/admin/disputes/{number}").sees("The money is back")
    seller.open(f"/seller/disputes/{number}").sees("Won", "The bank gave the money back")
    buyer.open(f"/orders/{order}").sees("The payment stands")


def test_a_loss_is_accepted_with_its_amount_and_taken_like_a_refund(
    shop: World, visit: Visit, *, javascript: bool
) -> None:
    bought, seller_id, order = paid_order(shop, NOT_RECEIVED)
    until(shop, "SELECT FROM dispute WHERE status = 'needs_response'")
    [(number,)] = shop.rows("SELECT number FROM dispute")
    admin = visit(shop.person("Ada Admin", is_admin=True))
    admin.open(f"/admin/disputes/{number}").follow("Accept the loss of $100.00")
    admin.sees("The buyer keeps $100.00")
    admin.press("Accept the loss of $100.00")
    admin.sees("The loss is accepted", "Lost", "$93.80", "$3.20")
    seller = visit(seller_id)
    seller.open(f"/seller/disputes/{number}").main.get_by_role("link", name="$93.80").click()
    seller.sees("From what is held for the seller", "$93.80")
    visit(bought.buyer_id).open(f"/orders/{order}").sees("Your bank gave you the money back")

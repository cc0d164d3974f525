"""The four test scenarios of the payments document (S2, "Testing Scenarios"), step by step through the shop's pages."""

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from tests import builders_discounts as codes
from tests.builders import Bought, World, form_token
from tests.pages.test_checkout import pay
from tests.pages.test_refund_pages import ask, decide


def words(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return BeautifulSoup(answer.text, "html.parser").main.get_text(" ", strip=True)


def send(client: FlaskClient, page: str, path: str, **typed: str) -> None:
    """Send the form of a page that goes to `path`, its hidden fields included."""
    form = BeautifulSoup(client.get(page).text, "html.parser").select_one(f'form[method=post][action="{path}"]')
    hidden = {field["name"]: field.get("value", "") for field in form.select("input[type=hidden]")}
    assert client.post(path, data={**hidden, **typed}).status_code == 303, path


def paid(world: World) -> tuple[Bought, str]:
    bought = world.paid_purchase(8_000)
    [(number,)] = world.rows('SELECT number FROM "order" WHERE purchase_id = %s', bought.purchase_id)
    return bought, str(number)


@pytest.mark.covers("S2.33")
def test_1_a_purchase_is_paid_its_order_confirmed_and_its_invoice_made(world: World) -> None:
    bought, number = paid(world)
    buyer = world.client(bought.buyer_id)
    assert "Paid" in words(buyer, f"/account/payments/{bought.payment_id}")
    assert "Paid · held for you" in words(buyer, f"/orders/{number}")
    assert world.rows('SELECT status FROM "order"') == [("confirmed",)]
    world.settle_down()
    [(invoice,)] = world.rows("SELECT number FROM invoice WHERE kind = 'invoice'")
    assert "Paid in full on" in words(buyer, f"/invoices/{invoice}")


@pytest.mark.covers("S2.33")
def test_2_a_refund_is_asked_for_approved_completed_and_seen(world: World) -> None:
    bought, _number = paid(world)
    buyer, refund = ask(world, bought, how="percent", percent="25")
    admin = world.client(world.person(is_admin=True))
    assert "$20.00" in words(admin, f"/admin/refunds?refund={refund}")
    decide(admin, refund, "approve")
    world.settle_down()
    assert world.rows("SELECT status, amount_minor FROM refund") == [("completed", 2_000)]
    assert "Your money went back to you" in words(buyer, f"/refunds/{refund}")


@pytest.mark.covers("S2.33")
def test_3_a_code_is_validated_applied_and_lowers_the_total(world: World) -> None:
    seller_id, buyer_id = world.seller(), world.person()
    codes.code(world.now, "TENTH", seller_id=seller_id, actor_id=seller_id)
    world.put_in_cart(buyer_id, world.listing(seller_id, 8_000))
    buyer = world.client(buyer_id)
    token = {"X-CSRFToken": form_token(buyer.get("/basket").text)}
    verdict = buyer.post("/api/discounts/validate/", json={"code": "tenth"}, headers=token).json
    assert verdict["valid"] is True
    assert buyer.post("/api/discounts/apply/", json={"code": "tenth"}, headers=token).status_code == 200
    assert pay(buyer).status_code == 303
    assert world.rows('SELECT subtotal_minor, discount_minor, total_minor FROM "order"') == [(8_000, 800, 7_200)]


@pytest.mark.covers("S2.33")
def test_4_a_wallets_balance_is_read_added_to_deducted_from_and_its_history_is_there(world: World) -> None:
    buyer_id = world.person()
    buyer, admin = world.client(buyer_id), world.client(world.person(is_admin=True))
    assert buyer.get("/api/wallets/my_wallet/").json["balances"] == []
    path = f"/admin/users/{buyer_id}/wallet"
    for way, amount in (("add", "80"), ("take_back", "5.50")):
        send(admin, path, f"{path}/change", way=way, amount=amount, currency="USD", reason="It is so.")
    assert [held["balance"] for held in buyer.get("/api/wallets/my_wallet/").json["balances"]] == ["74.50"]
    world.put_in_cart(buyer_id, world.listing(world.seller(), 7_000))
    assert "/checkout/return/" in pay(buyer, pay_from="wallet").location
    history = buyer.get(f"/api/wallets/{buyer_id}/").json["transactions"]
    assert [(row["kind"], row["balance"]) for row in history] == [
        ("spent", "4.50"), ("taken_back", "74.50"), ("added", "80.00"),
    ]  # fmt: skip
    assert "$4.50" in words(buyer, "/wallet")

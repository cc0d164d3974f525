"""Orders as programs list, make, change and cancel them (S2.6, C18, C19, C21)."""

import re

import pytest

from marketplace.web.api import roots
from marketplace.web.api.table import OPERATIONS
from tests import builders_discounts as codes
from tests.builders import ADDRESS, World
from tests.builders_api import program


def numbers(world: World) -> list[str]:
    return [str(number) for (number,) in world.rows('SELECT number FROM "order" ORDER BY id')]


@pytest.mark.covers("S2.6")
def test_an_order_is_made_paid_shipped_delivered_and_told_to_each_side_as_its_own(world: World) -> None:
    seller_id, buyer_id = world.seller(), world.person()
    listing_id = world.listing(seller_id, 10_000)
    world.put_in_cart(buyer_id, listing_id, 2)
    buyer, seller, stranger = program(world, buyer_id), program(world, seller_id), program(world, world.person())
    wish = {"currency": "USD", "shipping_address": ADDRESS, "buyer_notes": "Ring twice.", "expected_total": "200.00"}
    assert buyer.post("/api/orders/", **(wish | {"expected_total": "199.99"}))[0] == 409
    code, bought = buyer.post("/api/orders/", key="order-0001", **wish)
    assert (code, bought["total_amount"], len(bought["orders"])) == (201, "200.00", 1)
    assert bought["session_id"].startswith("cs_")
    assert bought["checkout_url"].startswith("http")
    assert buyer.post("/api/v1/orders/", key="order-0001", **wish) == (201, bought), "the same key, the same purchase"
    assert world.rows("SELECT count(*) FROM purchase") == [(1,)]
    [number] = bought["orders"]
    path = f"/api/v1/orders/{number}/"

    assert buyer.post(f"{path}confirm/")[0] == 409, "nobody's word stands for money"
    world.sandbox.pay(bought["session_id"])
    assert buyer.post(f"{path}confirm/")[1]["status"] == "confirmed", "the provider is asked, its word is late"
    world.settle_down()
    assert seller.post(f"{path}confirm/")[1]["payment_status"] == "paid"

    assert buyer.post(f"{path}ship/", carrier="ups")[0] == 403
    code, refused = seller.post(f"{path}ship/", carrier="other", tracking_number="A 1234")
    assert (code, refused["errors"][0]["field"]) == (422, "carrier_name")
    code, sent = seller.post(f"{path}ship/", carrier="ups", tracking_number="1Z999AA10123456784")
    assert (code, sent["status"], sent["tracking_number"]) == (200, "shipped", "1Z999AA10123456784")
    assert "1Z999AA10123456784" in sent["tracking_url"]
    assert sent["shipped_at"]
    assert seller.post(f"{path}ship/", carrier="ups", tracking_number="1Z999AA10123456784")[0] == 409
    assert stranger.post(f"{path}deliver/")[0] == 404
    code, arrived = buyer.post(f"{path}deliver/")
    assert (code, arrived["status"]) == (200, "delivered")
    assert arrived["delivered_at"] is not None
    assert arrived["confirmed_at"] is not None

    seen = buyer.get(path)
    goods = (seen["order_type"], seen["item_name"], seen["quantity"], seen["unit_price"], seen["subtotal"])
    assert goods == ("part", seen["lines"][0]["item_name"], 2, "100.00", "200.00")
    assert (seen["buyer_notes"], seen["shipping_address"]["city"]) == ("Ring twice.", "Springfield")
    assert (seen["net_amount"], seen["seller_notes"], seen["payments"]) == (None, None, [bought["payment_id"]])
    theirs = seller.get(path)
    assert (theirs["platform_fee"], theirs["processing_fee"], theirs["net_amount"]) == ("6.00", "6.10", "187.90")
    assert (theirs["billing_address"], theirs["payments"], theirs["buyer"]) == (None, None, "Bo Buyer")
    assert program(world, world.person(is_admin=True)).get(path)["net_amount"] == "187.90"
    world.settle_down()


def test_the_note_is_its_sellers_and_nothing_else_changes(world: World) -> None:
    bought = world.paid_purchase(10_000)
    [(seller_id,)] = world.rows('SELECT seller_id FROM "order"')
    [number] = numbers(world)
    seller, buyer, path = program(world, int(str(seller_id))), program(world, bought.buyer_id), f"/api/orders/{number}/"
    assert seller.ask("PATCH", path, {"seller_notes": "Shelf 7"})[1]["seller_notes"] == "Shelf 7"
    assert seller.ask("PUT", path, {"seller_notes": "Shelf 8"})[1]["seller_notes"] == "Shelf 8"
    assert buyer.ask("PATCH", path, {"seller_notes": "Shelf 9"})[0] == 403
    code, refused = seller.ask("PATCH", path, {"seller_notes": "x", "total_amount": "1.00"})
    assert (code, refused["errors"]) == (422, [{"field": "total_amount", "message": "There is no such field."}])
    assert seller.get(path)["seller_notes"] == "Shelf 8"


def test_a_code_lowers_what_is_bought_by_either_name(world: World) -> None:
    seller_id = world.seller()
    codes.code(world.now, "SPRING", seller_id=seller_id, actor_id=seller_id)
    for name in ("coupon_code", "discount_code"):
        buyer_id = world.person()
        world.put_in_cart(buyer_id, world.listing(seller_id, 10_000))
        buyer = program(world, buyer_id)
        wish = {"currency": "USD", "shipping_address": ADDRESS}
        code, refused = buyer.post("/api/v1/orders/", **wish, **{name: "AUTUMN"})
        assert (code, "AUTUMN" in refused["detail"]) == (422, True)
        code, bought = buyer.post("/api/v1/orders/", **wish, **{name: "spring"})
        assert (code, bought["total_amount"]) == (201, "90.00")


def test_an_order_goes_to_an_address_that_can_be_written_on_a_parcel(world: World) -> None:
    buyer_id = world.person()
    buyer = program(world, buyer_id)
    assert buyer.post("/api/orders/", currency="USD")[1]["errors"][0]["field"] == "shipping_address"
    for name, wrong in (("city", " "), ("country", "XX"), ("postcode", "no"), ("full_name", "x" * 65)):
        code, refused = buyer.post("/api/orders/", currency="USD", shipping_address=ADDRESS | {name: wrong})
        assert (code, refused["errors"][0]["field"]) == (422, f"shipping_address.{name}")
    assert buyer.post("/api/orders/", currency="USD", address_id=1)[0] == 404
    assert buyer.post("/api/orders/", currency="USD", shipping_address=ADDRESS)[0] == 409, "the basket is empty"
    assert buyer.post("/api/orders/", key="short", currency="USD")[1]["errors"][0]["field"] == "Idempotency-Key"


@pytest.mark.parametrize("body", ["[]", "7", "{", '"text"', "[" * 100_000, "{}" * 2, "\x00"])
def test_a_body_that_is_no_object_is_told(world: World, body: str) -> None:
    asking = program(world, world.person())
    headers = {"Authorization": f"Bearer {asking.token}", "Content-Type": "application/json"}
    answer = asking.client.post("/api/v1/orders/", data=body, headers=headers)
    assert (answer.status_code, answer.json["title"]) == (400, "The request is not complete")
    headers["Content-Type"] = "text/plain"
    assert asking.client.post("/api/v1/orders/", data="x", headers=headers).status_code == 400


def test_deleting_gives_up_what_is_unpaid_and_nothing_else(world: World) -> None:
    unpaid = world.open_purchase(10_000, 5_000)
    buyer, path = program(world, unpaid.buyer_id), f"/api/orders/{numbers(world)[0]}/"
    assert program(world, world.person()).ask("DELETE", path)[0] == 404
    code, gone = buyer.ask("DELETE", path)
    assert (code, gone["status"], gone["payment_status"]) == (200, "cancelled", "given_up")
    assert world.rows('SELECT DISTINCT status FROM "order"') == [("cancelled",)], "the whole purchase is given up"
    assert buyer.ask("DELETE", path)[0] == 409
    paid = world.paid_purchase(10_000)
    world.settle_down()
    buyer, path = program(world, paid.buyer_id), f"/api/v1/orders/{numbers(world)[-1]}/"
    assert buyer.ask("DELETE", path)[0] == 409, "nothing with money in it is deleted"
    assert world.rows('SELECT count(*) FROM "order"') == [(3,)]
    assert buyer.post(f"{path}cancel/", reason="mistake", expected_refund="99.00")[0] == 409
    code, refused = buyer.post(f"{path}cancel/", reason="because")
    assert (code, refused["errors"][0]["field"]) == (422, "reason")
    code, gone = buyer.post(f"{path}cancel/", reason="mistake", expected_refund="100.00")
    assert (code, gone["status"], len(gone["refunds"])) == (200, "refunded", 1)
    world.settle_down()


def test_lists_are_the_own_and_go_on_where_they_ended(world: World) -> None:
    buyer_id = world.person()
    for _ in range(3):
        world.pay(world.open_purchase(1_000, buyer_id=buyer_id))
        world.settle_down()
    buyer = program(world, buyer_id)
    assert len(buyer.get("/api/orders/")["orders"]) == 3
    newest = numbers(world)[-1]
    assert [row["id"] for row in buyer.get(f"/api/orders/?q={newest}")["orders"]] == [newest]
    assert buyer.get("/api/orders/?tab=to-pay")["orders"] == []
    assert buyer.ask("GET", "/api/orders/?as=seller")[0] == 403
    assert buyer.ask("GET", "/api/orders/?as=everybody")[0] == 422
    assert buyer.ask("GET", "/api/orders/?size=7")[1]["errors"][0]["message"].startswith("Choose one of these: 25")
    [(seller_id,)] = world.rows('SELECT max(seller_id) FROM "order"')
    sold = program(world, int(str(seller_id))).get("/api/orders/?as=seller")["orders"]
    assert all(row["net_amount"] and row["buyer"] for row in sold)
    assert sold


def test_every_operation_answers_at_each_of_its_addresses(world: World) -> None:
    """With a token that is none, each address of the documents is refused by the same view; none is unknown."""
    client, seen = world.client(), 0
    for operation in OPERATIONS:
        aliases = roots.aliases(operation.path)
        assert aliases, operation.name
        for path in (roots.VERSION + operation.path, *aliases):
            full = re.sub(r"<int[^>]*>", "7", path).replace("<number>", "TM-1")
            client.environ_base["REMOTE_ADDR"] = f"203.0.113.{seen % 200}"
            answer = client.open(full, method=operation.method, headers={"Authorization": "Bearer none"}, json={})
            assert (answer.status_code, answer.json["title"]) == (401, "Nobody is signed in"), full
            seen += 1
    assert seen > 70
    assert client.get("/api/nothing/").json["status"] == 404
    answer = client.put("/api/payments/")
    assert (answer.json["status"], "GET" in answer.headers["Allow"]) == (405, True)

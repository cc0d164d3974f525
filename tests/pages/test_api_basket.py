"""The basket as a program fills, changes and empties it, and what it then buys (S2.6)."""

from tests.builders import ADDRESS, World
from tests.builders_api import program

BASKET = "/api/v1/basket/"


def test_a_program_fills_a_basket_and_buys_it(world: World) -> None:
    first, second, buyer_id = world.seller(), world.seller(), world.person()
    discs, pads = world.listing(first, 10_000, units=3), world.listing(second, 2_550, delivery_minor=450)
    buyer = program(world, buyer_id)
    assert buyer.get(BASKET) == {"parts": []}
    code, held = buyer.post("/api/basket/lines/", listing_id=discs, quantity=5)
    assert code == 201
    [line] = held["parts"][0]["lines"]
    assert (line["quantity"], line["unit_price"], line["subtotal"], line["problem"]) == (3, "100.00", "300.00", None)
    assert buyer.post(f"{BASKET}lines/", listing_id=discs)[0] == 409, "it holds all there is"
    [part] = buyer.ask("PATCH", f"{BASKET}lines/{line['id']}/", {"quantity": 2})[1]["parts"]
    assert (part["currency"], part["subtotal"], part["total_amount"]) == ("USD", "200.00", "200.00")
    [part] = buyer.post(f"{BASKET}lines/", listing_id=pads)[1]["parts"]
    assert (part["shipping"], part["total_amount"], len(part["lines"])) == ("4.50", "230.00", 2)

    wish = {"currency": "USD", "shipping_address": ADDRESS, "expected_total": part["total_amount"]}
    code, bought = buyer.post("/api/v1/orders/", key="basket-0001", **wish)
    assert (code, bought["total_amount"], len(bought["orders"])) == (201, "230.00", 2)
    assert buyer.ask("DELETE", f"{BASKET}lines/{line['id']}/")[1]["parts"][0]["total_amount"] == "30.00"


def test_what_cannot_be_bought_is_said_with_its_reason(world: World) -> None:
    seller_id, buyer_id = world.seller(), world.person()
    listing_id = world.listing(seller_id)
    seller, buyer = program(world, seller_id), program(world, buyer_id)
    assert seller.post(f"{BASKET}lines/", listing_id=listing_id)[0] == 403, "one's own"
    assert buyer.post(f"{BASKET}lines/", listing_id=listing_id + 1)[0] == 404
    code, refused = buyer.post(f"{BASKET}lines/", listing_id=listing_id, quantity=0)
    assert (code, refused["errors"][0]["field"]) == (422, "quantity")
    line = buyer.post(f"{BASKET}lines/", listing_id=listing_id)[1]["parts"][0]["lines"][0]
    faster = world.person()
    world.put_in_cart(faster, listing_id, 10)
    world.check_out(faster)
    part = buyer.get(BASKET)["parts"][0]
    assert (part["lines"][0]["problem"], part["total_amount"], part["can_be_bought"]) == ("sold_out", "0.00", False)
    for method, body in (("PATCH", {"quantity": 2}), ("DELETE", None)):
        assert seller.ask(method, f"{BASKET}lines/{line['id']}/", body)[0] == 404, "another person's"
    reading = program(world, buyer_id, may_write=False)
    assert reading.get(BASKET)["parts"]
    assert reading.post(f"{BASKET}lines/", listing_id=listing_id)[0] == 403

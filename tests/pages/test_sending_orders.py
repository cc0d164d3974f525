"""Orders sent from the list, in several parcels, with slips and notes; and what was bought, bought again."""

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from marketplace import db
from marketplace.catalog import shelf_operations
from marketplace.orders import packing_queries
from tests.builders import World, form_token
from tests.pages.test_order_life_pages import UPS, buttons, order, page, post, text

_MORE = {"carrier": "dhl", "tracking_number": "JD01 4600"}


def several(world: World, count: int) -> tuple[FlaskClient, list[str], int]:
    """Return a seller's browser, the numbers of that many paid orders of theirs, oldest first, and their buyer."""
    seller_id, buyer_id = world.seller(), world.person()
    for _ in range(count):
        world.put_in_cart(buyer_id, world.listing(seller_id, 5_000))
        world.pay(world.check_out(buyer_id))
        world.settle_down()
    numbers = [str(number) for (number,) in world.rows('SELECT number FROM "order" ORDER BY id')]
    return world.client(seller_id), numbers, buyer_id


def post_all(client: FlaskClient, path: str, form: dict[str, str | list[str]]) -> TestResponse:
    token = form_token(client.get("/account/security").text)
    return client.post(path, data={"csrf_token": token, **form})


def statuses(world: World) -> list[str]:
    return [str(status) for (status,) in world.rows('SELECT status FROM "order" ORDER BY id')]


def test_chosen_orders_are_sent_at_once_and_one_with_a_mistake_stays(world: World) -> None:
    seller, numbers, buyer_id = several(world, 3)
    waiting = page(seller, "/seller/orders")
    boxes = [box["value"] for box in waiting.select('input[name="order"][form="chosen"]')]
    assert sorted(boxes) == numbers
    first, second, third = numbers

    packing = page(seller, f"/seller/orders/send?order={first}&order={second}")
    assert packing.h1.text == "Send 2 orders"
    assert [box["value"] for box in packing.select('input[name="order"]')] == [first, second]
    typed = {
        "order": [first, second],
        f"{first}-carrier": "ups",
        f"{first}-tracking_number": "1Z999AA10123456784",
        f"{second}-carrier": "ups",
        f"{second}-tracking_number": "?",
    }
    answer = post_all(seller, "/seller/orders/send", typed)
    assert answer.status_code == 422
    left = BeautifulSoup(answer.text, "html.parser")
    assert f"Order {first} is marked as sent. The buyer was told." in text(left)
    assert "A tracking number has 4 to 40 letters and digits." in text(left)
    assert [box["value"] for box in left.select('input[name="order"]')] == [second]
    assert statuses(world) == ["shipped", "confirmed", "confirmed"]

    again = page(seller, f"/seller/orders/send?order={second}&order={third}")
    chosen = again.select_one(f'select[name="{second}-carrier"] option[selected]')
    assert chosen["value"] == "ups", "the carrier of the last one"
    typed = {"order": [second, third], f"{second}-carrier": "hand", f"{third}-carrier": "hand"}
    assert post_all(seller, "/seller/orders/send", typed).location == "/seller/orders"
    assert statuses(world) == ["shipped"] * 3
    assert "2 orders are marked as sent." in text(page(seller, "/seller/orders?tab=sent"))

    assert post_all(seller, "/seller/orders/arrived", {"order": numbers[:2]}).location == "/seller/orders?tab=sent"
    assert statuses(world) == ["delivered", "delivered", "shipped"]
    told = world.rows("SELECT count(*) FROM notification WHERE user_id = %s AND kind = 'order_delivered'", buyer_id)
    assert told == [(2,)]


def test_nothing_chosen_foreign_or_sent_already_is_said_and_changes_nothing(world: World) -> None:
    seller, [number], _ = several(world, 1)
    stranger = world.client(world.seller())
    for path in ("/seller/orders/send", "/seller/orders/send?order=TM-1", f"/seller/orders/send?order={number}é"):
        assert seller.get(path).location == "/seller/orders", path
    assert "Choose orders that wait to be sent." in text(page(seller, "/seller/orders"))
    typed = {"order": [number], f"{number}-carrier": "hand"}
    assert post_all(stranger, "/seller/orders/send", typed).location == "/seller/orders"
    assert post_all(stranger, "/seller/orders/arrived", {"order": [number]}).status_code == 303
    assert stranger.get(f"/seller/orders/packing-slips?order={number}").status_code == 404
    assert statuses(world) == ["confirmed"]
    assert post_all(seller, "/seller/orders/arrived", {"order": [number]}).status_code == 303
    assert statuses(world) == ["confirmed"], "it was not sent yet"
    post_all(seller, "/seller/orders/send", typed)
    assert post_all(seller, "/seller/orders/send", typed).status_code == 303, "pressed twice: nothing waits any more"
    assert world.rows("SELECT count(*) FROM shipment") == [(1,)]


def test_an_order_goes_in_several_parcels_and_the_buyer_follows_each(world: World) -> None:
    world.paid_purchase(10_000)
    number, seller_id, buyer_id = order(world)
    seller, buyer = world.client(seller_id), world.client(buyer_id)
    early = post(seller, f"/seller/orders/{number}/parcels", **_MORE)
    assert early.status_code == 303
    assert "while the order is on its way" in text(page(seller, f"/seller/orders/{number}"))
    post(seller, f"/seller/orders/{number}/ship", **UPS)
    assert "Add this parcel" in buttons(page(seller, f"/seller/orders/{number}"))
    post(seller, f"/seller/orders/{number}/parcels", **_MORE)
    twice = post(seller, f"/seller/orders/{number}/parcels", **_MORE)
    assert twice.status_code == 422
    assert "This order has this parcel already." in twice.text

    shown = text(page(buyer, f"/orders/{number}"))
    assert "2 parcels" in shown
    assert "1Z999AA10123456784" in shown
    assert "JD014600" in shown
    assert f"Another parcel of order {number} is on its way" in text(page(buyer, "/notifications"))
    post(buyer, f"/orders/{number}/received")
    assert "Add this parcel" not in buttons(page(seller, f"/seller/orders/{number}"))
    assert post(seller, f"/seller/orders/{number}/parcels", carrier="hand").status_code == 303
    assert world.rows("SELECT carrier, tracking_number FROM further_parcel") == [("dhl", "JD014600")]


@pytest.mark.covers("S2.2")
def test_a_slip_says_what_goes_where_without_prices_and_the_note_is_the_sellers(world: World) -> None:
    world.paid_purchase(10_000)
    number, seller_id, buyer_id = order(world)
    seller, buyer = world.client(seller_id), world.client(buyer_id)
    slip = seller.get(f"/seller/orders/packing-slips?order={number}")
    assert slip.mimetype == "application/pdf"
    assert slip.data.startswith(b"%PDF")
    assert b"pdfaid:part" in slip.data, "to be kept"
    assert b"pdfuaid:part" in slip.data, "and to be read aloud"
    assert seller.get(f"/seller/orders/packing-slips?order={number}").data == slip.data, "the same each time"
    [(listing_id,)] = world.rows("SELECT id FROM listing")
    key = {"seller_id": seller_id, "listing_id": int(str(listing_id)), "sku": "SHELF-4/BD-1"}
    db.atomic(shelf_operations.set_sku, (), **key)
    [line] = packing_queries.to_pack(seller_id, [number])[0].lines
    assert line.sku == "SHELF-4/BD-1"
    assert seller.get(f"/seller/orders/packing-slips?order={number}").data != slip.data, "the seller's key is on it"

    post(seller, f"/seller/orders/{number}/note", text="Shelf 4, <b>fragile</b>")
    assert "Shelf 4, &lt;b&gt;fragile&lt;/b&gt;" in seller.get(f"/seller/orders/{number}").text
    assert "Shelf 4" not in buyer.get(f"/orders/{number}").text
    refused = post(seller, f"/seller/orders/{number}/note", text="x" * 2_001)
    assert refused.status_code == 422
    assert "At most 2,000 characters" in refused.text


def test_what_was_bought_is_bought_again_as_far_as_it_is_there(world: World) -> None:
    seller_id, buyer_id = world.seller(), world.person()
    lamp, door = world.listing(seller_id, 5_000, units=5), world.listing(seller_id, 7_000, units=1)
    for listing_id in (lamp, door):
        world.put_in_cart(buyer_id, listing_id)
    bought = world.check_out(buyer_id)
    buyer = world.client(buyer_id)
    number, _, _ = order(world)
    assert "Buy again" not in buttons(page(buyer, f"/orders/{number}")), "not paid yet"
    world.pay(bought)
    world.settle_down()
    assert "Buy again" in buttons(page(buyer, f"/orders/{number}"))
    assert post(buyer, f"/orders/{number}/again").location == "/basket"
    basket = text(page(buyer, "/basket"))
    assert "at the prices of today" in basket
    assert world.rows("SELECT listing_id, quantity FROM cart_line ORDER BY listing_id") == [(lamp, 1)]

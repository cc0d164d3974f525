"""A seller's orders: own transactions only, what they bring, until when it is held and why."""

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from tests.builders import World


def page(client: FlaskClient, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200, path
    html = BeautifulSoup(answer.text, "html.parser")
    assert html.title.text.startswith(html.h1.text)
    return html


def text(html: BeautifulSoup) -> str:
    return html.main.get_text(" ", strip=True)


def sold(world: World) -> list[tuple[int, str]]:
    """Return each order's seller and number."""
    return [(int(str(who)), str(number)) for who, number in world.rows('SELECT seller_id, number FROM "order"')]


@pytest.mark.covers("S0.9", "S0.12", "S3.1")
def test_one_hundred_dollars_bring_93_80_held_for_thirty_days(world: World) -> None:
    world.paid_purchase(10_000)
    [(seller_id, number)] = sold(world)
    client = world.client(seller_id)

    listed = page(client, "/seller/orders")
    assert listed.select_one(".kpis-value").text == "$93.80"
    cells = {cell["data-label"]: cell.get_text(" ", strip=True) for cell in listed.select("tbody td[data-label]")}
    assert cells["Order total"].startswith("$100.00")
    assert cells["You receive"].startswith("$93.80")
    assert cells["Status"] == "Paid · held To be sent"

    shown = page(client, f"/seller/orders/{number}")
    money = [row.dd.contents[0].contents[0] for row in shown.select(".money-box")[-1].select(".money-box-row")]
    assert money == ["$100.00", "\N{MINUS SIGN}$3.00", "\N{MINUS SIGN}$3.20", "$93.80", "$93.80"]
    [(released,)] = world.rows("SELECT planned_release_date FROM payment_transaction")
    assert cells["Release"] == f"{released.day} {released:%b %Y}"
    words = text(shown)
    assert f"$93.80 is held for you until {cells['Release']}" in words
    assert "Every payment is held at first" in words
    assert "Days on hold 30" in words


@pytest.mark.covers("S0.18", "S2.31")
def test_a_seller_sees_only_the_own_part(world: World) -> None:
    bought = world.paid_purchase(10_000, 4_000)
    (first, own), (_second, foreign) = sold(world)
    client = world.client(first)
    assert client.get(f"/seller/orders/{foreign}").status_code == 404
    assert client.get(f"/seller/orders/{foreign}/explain/net").status_code == 404
    [(email,)] = world.rows('SELECT email FROM "user" WHERE id = %s', bought.buyer_id)
    for path in ("/seller/orders?tab=all", f"/seller/orders/{own}", f"/seller/orders/{own}/explain/gross"):
        shown = text(page(client, path))
        assert foreign not in shown
        assert str(email) not in shown
        assert "4242" not in shown
        assert "$140.00" not in shown


def test_the_address_appears_when_the_order_is_paid(world: World) -> None:
    bought = world.open_purchase(10_000)
    [(seller_id, number)] = sold(world)
    client = world.client(seller_id)
    assert "Springfield" not in text(page(client, f"/seller/orders/{number}"))
    assert number in text(page(client, "/seller/orders?tab=waiting"))

    world.pay(bought)
    world.settle_down()
    assert page(client, f"/seller/orders/{number}").select_one("[data-copy]").text.startswith("Bo Buyer, 1 Main Street")
    assert "None of your orders" in text(page(client, "/seller/orders?tab=waiting"))


@pytest.mark.covers("S0.14", "S0.15")
def test_declines_are_seen_on_the_same_share_until_it_is_held(world: World) -> None:
    bought = world.open_purchase(10_000)
    [(seller_id, number)] = sold(world)
    client = world.client(seller_id)
    for status in ("Waiting for payment", "Payment failed"):
        world.pay(bought, "4000000000009995")
        world.settle_down()
        assert f"Status {status}" in text(page(client, f"/seller/orders/{number}"))
    world.pay(bought)
    world.settle_down()
    assert "Status Held" in text(page(client, f"/seller/orders/{number}"))


@pytest.mark.covers("S2.31")
def test_the_pages_are_for_sellers(world: World) -> None:
    buyer = world.client(world.person())
    for path in ("/seller", "/seller/orders", "/seller/orders/TM-100001", "/seller/explain/held/USD"):
        assert buyer.get(path).status_code == 403, path
        assert world.client().get(path).status_code == 303, path
    seller = world.client(world.seller())
    assert "Three steps to your first sale" in text(page(seller, "/seller"))
    assert "No orders yet" in text(page(seller, "/seller/orders"))
    for path in ("/seller/explain/held/usd", "/seller/explain/held/U%00D", "/seller/orders/%00"):
        assert seller.get(path).status_code == 404, path

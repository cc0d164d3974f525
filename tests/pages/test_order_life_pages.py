"""Sending and receiving an order on its pages: the buttons that are allowed, the form, the parcel, who is told."""

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from marketplace.web.pages import date_text
from tests.builders import World, form_token

UPS = {"carrier": "ups", "tracking_number": "1Z 999 AA1 01 2345 6784"}
UPS_LINK = "https://www.ups.com/track?tracknum=1Z999AA10123456784"


def page(client: FlaskClient, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200, path
    html = BeautifulSoup(answer.text, "html.parser")
    assert html.title.text.startswith(html.h1.text)
    return html


def text(html: BeautifulSoup) -> str:
    return html.main.get_text(" ", strip=True)


def buttons(html: BeautifulSoup) -> list[str]:
    return [button.get_text(strip=True) for button in html.main.select("button")]


def post(client: FlaskClient, path: str, **form: str) -> TestResponse:
    token = form_token(client.get("/account/security").text)
    return client.post(path, data={"csrf_token": token, **form})


def order(world: World) -> tuple[str, int, int]:
    """Return the newest order's number, seller and buyer."""
    [(number, seller, buyer), *_] = world.rows('SELECT number, seller_id, buyer_id FROM "order" ORDER BY id DESC')
    return str(number), int(str(seller)), int(str(buyer))


@pytest.mark.covers("S2.3", "S2.5", "S2.29")
def test_the_seller_sends_and_the_buyer_follows_and_receives(world: World) -> None:
    world.paid_purchase(10_000)
    number, seller_id, buyer_id = order(world)
    seller, buyer = world.client(seller_id), world.client(buyer_id)
    assert "Mark as sent" in buttons(page(seller, f"/seller/orders/{number}"))
    assert "I have received it" not in buttons(page(buyer, f"/orders/{number}"))

    sent = post(seller, f"/seller/orders/{number}/ship", **UPS)
    assert (sent.status_code, sent.location) == (303, f"/seller/orders/{number}")
    after = page(seller, f"/seller/orders/{number}")
    assert "is marked as sent. The buyer was told." in text(after)
    assert buttons(after) == ["Mark as delivered", "Add this parcel", "Send", "Save the note", "Pause"]
    assert "If nobody says anything, it counts as delivered on" in text(after)

    told = page(buyer, "/notifications")
    assert f"Order {number} is on its way" in text(told)
    assert "UPS, tracking number 1Z999AA10123456784" in text(told)
    shown = page(buyer, f"/orders/{number}")
    link = shown.select_one(".parcel a")
    assert link["href"] == UPS_LINK
    assert set(link["rel"]) == {"noopener", "noreferrer", "nofollow"}
    assert "Follow it at www.ups.com" in link.get_text(" ", strip=True)
    assert [step["class"][-1] for step in shown.select(".progress-steps-item")] == [
        "is-done",
        "is-done",
        "is-now",
        "is-next",
    ]
    for html in (shown, page(buyer, "/orders?tab=coming")):
        assert "I have received it" not in buttons(html), "one click releases no money"
        [asked] = [link["href"] for link in html.select("a.button") if link.text == "I have received it"]
        assert asked == f"/orders/{number}/received"
    asking = page(buyer, f"/orders/{number}/received")
    assert "which we hold for you, goes to" in text(asking)
    assert "I have it: release $100.00" in buttons(asking)
    assert world.rows('SELECT status FROM "order"') == [("shipped",)]

    assert post(buyer, f"/orders/{number}/received").location == f"/orders/{number}"
    arrived = page(buyer, f"/orders/{number}")
    assert f"You told us that it has arrived, {date_text(world.now)}." in text(arrived)
    assert "I have received it" not in text(arrived)
    assert buyer.get(f"/orders/{number}/received").location == f"/orders/{number}"
    assert f"The buyer has received it, {date_text(world.now)}." in text(page(seller, f"/seller/orders/{number}"))
    assert f"Order {number} has arrived" in text(page(seller, "/notifications"))
    assert number in text(page(seller, "/seller/orders?tab=delivered"))


def test_a_second_click_and_a_click_too_early_are_answered_in_words(world: World) -> None:
    bought = world.open_purchase(10_000)
    number, seller_id, buyer_id = order(world)
    seller, buyer = world.client(seller_id), world.client(buyer_id)

    def flashed(client: FlaskClient, path: str, **form: str) -> str:
        answer = post(client, path, **form)
        assert answer.status_code == 303
        return text(page(client, answer.location))

    early = "This order is waiting for payment; that comes too early."
    assert early in flashed(seller, f"/seller/orders/{number}/ship", **UPS)
    assert early in flashed(seller, f"/seller/orders/{number}/ship")
    world.pay(bought)
    world.settle_down()
    early = "This order is confirmed; that comes too early."
    assert early in flashed(seller, f"/seller/orders/{number}/delivered")
    assert early in flashed(buyer, f"/orders/{number}/received")
    assert "is marked as sent" in flashed(seller, f"/seller/orders/{number}/ship", **UPS)
    assert "This order is already shipped." in flashed(seller, f"/seller/orders/{number}/ship", **UPS)
    assert "is marked as delivered" in flashed(seller, f"/seller/orders/{number}/delivered")
    assert "This order is already delivered." in flashed(seller, f"/seller/orders/{number}/delivered")
    assert "This order is already delivered." in flashed(buyer, f"/orders/{number}/received")


def test_others_cannot_reach_the_order(world: World) -> None:
    world.paid_purchase(10_000)
    number, seller_id, buyer_id = order(world)
    other = world.client(world.seller("Olga Other"))
    assert post(other, f"/seller/orders/{number}/ship", **UPS).status_code == 404
    assert post(other, f"/seller/orders/{number}/delivered").status_code == 404
    assert post(other, f"/orders/{number}/received").status_code == 404
    assert post(world.client(buyer_id), f"/seller/orders/{number}/ship", **UPS).status_code == 403
    assert post(world.client(seller_id), f"/orders/{number}/received").status_code == 404
    assert world.client().post(f"/orders/{number}/received").status_code == 400, "no form token"
    assert world.rows("SELECT count(*) FROM shipment") == [(0,)]


@pytest.mark.covers("S2.5")
def test_a_wrong_form_says_so_at_its_field_and_keeps_what_was_typed(world: World) -> None:
    world.paid_purchase(10_000)
    number, seller_id, _ = order(world)
    seller = world.client(seller_id)
    typed = {"carrier": "other", "name": "Bo's Vans", "tracking_number": "AB 1234", "link": "javascript:alert(1)"}
    answer = post(seller, f"/seller/orders/{number}/ship", **typed)
    assert answer.status_code == 422
    html = BeautifulSoup(answer.text, "html.parser")
    assert html.select_one("[name=link]")["aria-invalid"] == "true"
    assert "Enter the whole link, beginning with https://" in html.select_one("#link-error").text
    assert html.select_one("[name=name]")["value"] == "Bo's Vans"
    assert html.select_one("option[selected]")["value"] == "other"

    assert post(seller, f"/seller/orders/{number}/ship", **typed | {"link": "https://vans.example/t?n=1&m=2"}).location
    assert world.rows("SELECT carrier_name, tracking_url FROM shipment") == [
        ("Bo's Vans", "https://vans.example/t?n=1&m=2")
    ]


def test_a_handover_needs_no_number_and_shows_no_link(world: World) -> None:
    world.paid_purchase(10_000)
    number, seller_id, buyer_id = order(world)
    assert post(world.client(seller_id), f"/seller/orders/{number}/ship", carrier="hand").status_code == 303
    shown = page(world.client(buyer_id), f"/orders/{number}")
    assert "Handover Handed over" in text(shown)
    assert not shown.select(".parcel a:not(.button), .parcel [data-copy]")


def test_who_has_waited_longest_is_sent_first(world: World) -> None:
    seller_id = world.seller()
    listing = world.listing(seller_id, 10_000, units=50)
    late_payer = world.person("Lara Late")
    world.put_in_cart(late_payer, listing)
    late = world.check_out(late_payer)
    numbers = {"late": order(world)[0]}
    for name in ("second", "third"):
        buyer_id = world.person(name.capitalize())
        world.put_in_cart(buyer_id, listing)
        bought = world.check_out(buyer_id)
        numbers[name] = order(world)[0]
        world.pay(bought)
        world.settle_down()
    world.pay(late)
    world.settle_down()
    client = world.client(seller_id)

    def rows() -> list[str]:
        listed = page(client, "/seller/orders")
        return [link.text for link in listed.select("tbody .row-title-link")]

    assert rows() == [numbers["second"], numbers["third"], numbers["late"]]
    assert "Overdue" not in text(page(client, "/seller/orders"))
    world.advance(days=7)
    client = world.client(seller_id)
    listed = page(client, "/seller/orders")
    assert text(listed).count("Overdue") == 3
    assert "Overdue" in text(page(client, f"/seller/orders/{numbers['late']}"))
    post(client, f"/seller/orders/{numbers['second']}/ship", **UPS)
    assert rows() == [numbers["third"], numbers["late"]]


def test_orders_to_ship_page_from_the_oldest_on(world: World) -> None:
    seller_id = world.seller()
    listing = world.listing(seller_id, 0, units=50)
    numbers = []
    for _ in range(27):
        buyer_id = world.person()
        world.put_in_cart(buyer_id, listing)
        world.begin(world.agreed(buyer_id))
        numbers.append(order(world)[0])
    client = world.client(seller_id)

    def walk(html: BeautifulSoup, label: str) -> BeautifulSoup:
        [url] = [link["href"] for link in html.select(".pager a") if label in link.get_text(" ", strip=True)]
        return page(client, url)

    def shown(html: BeautifulSoup) -> list[str]:
        return [link.text for link in html.select("tbody .row-title-link")]

    first = page(client, "/seller/orders")
    assert shown(first) == numbers[:25]
    second = walk(first, "More")
    assert shown(second) == numbers[25:]
    assert shown(walk(second, "Back")) == numbers[:25]

"""The basket page as a visitor, as a person, and as somebody who sends nonsense."""

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from marketplace import db
from marketplace.catalog import operations as catalog
from marketplace.money import Money
from tests.builders import PASSWORD, World, form_token


def basket(client: FlaskClient) -> BeautifulSoup:
    answer = client.get("/basket")
    assert answer.status_code == 200
    html = BeautifulSoup(answer.text, "html.parser")
    assert html.title.text.startswith(html.h1.text)
    return html


def post(client: FlaskClient, path: str, **fields: object) -> TestResponse:
    found = client.get("/login")
    page = found.text if found.status_code == 200 else client.get("/account/security").text
    return client.post(path, data={"csrf_token": form_token(page), **fields})


def words(client: FlaskClient) -> str:
    return basket(client).select_one(".flash-messages").get_text(" ", strip=True)


def add(client: FlaskClient, listing_id: int, quantity: int = 1) -> None:
    answer = post(client, "/basket/add", listing_id=listing_id, quantity=quantity)
    assert (answer.status_code, answer.location) == (303, "/basket")


def form_of(html: BeautifulSoup, label: str) -> dict[str, str]:
    button = next(button for button in html.select("main form button") if button.get_text(strip=True) == label)
    form = button.find_parent("form")
    return {"action": form["action"], **{i["name"]: i.get("value", "") for i in form.select("input[name]")}}


def press(client: FlaskClient, label: str, **changed: object) -> TestResponse:
    fields = form_of(basket(client), label)
    return client.post(fields.pop("action"), data={**fields, **changed})


def test_an_empty_basket_says_so_and_leads_on(world: World) -> None:
    html = basket(world.client())
    assert "Your basket is empty" in html.main.text
    assert html.main.select_one('a[href="/l"]')


def test_a_visitors_basket_is_grouped_by_seller_and_comes_along_at_sign_in(world: World) -> None:
    first, second, buyer = world.seller("Ann Axle"), world.seller("Bea Brake", tax_basis_points=800), world.person()
    client = world.client()
    add(client, world.listing(first, 4_999, delivery_minor=1_295, title="Axle"), 2)
    add(client, world.listing(second, 1_999, delivery_minor=700, title="Brake"))

    html = basket(client)
    assert [h.text.split(" Parts")[0] for h in html.select("main h2.panel-title")] == [
        "Ann Axle",
        "Bea Brake",
        "Summary",
    ]
    rows = {row.dt.text: row.dd.text for row in html.select(".money-box-row")}
    assert rows == {"Items": "$119.97", "Delivery": "$19.95", "Tax": "$1.60", "Total": "$141.52"}
    assert html.select_one('a[href="/basket"] .dot').text == "3"

    page = client.get("/login").text
    [(email,)] = world.rows('SELECT email FROM "user" WHERE id = %s', buyer)
    client.post("/login", data={"csrf_token": form_token(page), "email": email, "password": PASSWORD})
    assert len(basket(client).select(".basket-line")) == 2
    assert world.rows("SELECT user_id FROM cart") == [(buyer,)]


def test_each_currency_is_paid_on_its_own(world: World) -> None:
    seller, client = world.seller(), world.client()
    add(client, world.listing(seller, 1_000))
    add(client, world.listing(seller, 2_000, currency="EUR"))
    html = basket(client)
    assert [h.text for h in html.select("main section > h2")] == ["To pay in EUR", "To pay in USD"]
    assert press(client, "Check out €20.00").location == "/checkout/EUR"


def test_more_than_there_is_becomes_what_there_is_in_words(world: World) -> None:
    client, listing = world.client(), world.listing(world.seller(), units=2)
    add(client, listing, 3)
    assert "There are only 2 of Brake disc. All of them are in your basket." in words(client)
    add(client, listing)
    assert "Your basket holds 2 of Brake disc already." in words(client)
    assert press(client, "Update", quantity="1").location == "/basket"
    assert world.rows("SELECT quantity FROM cart_line") == [(1,)]


def test_removing_can_be_undone(world: World) -> None:
    client, listing = world.client(), world.listing(world.seller())
    add(client, listing, 4)
    press(client, "Remove")
    html = basket(client)
    assert "Brake disc is no longer in your basket." in html.main.text
    assert world.rows("SELECT count(*) FROM cart_line") == [(0,)]
    fields = form_of(BeautifulSoup(str(html), "html.parser"), "Put it back")
    client.post(fields.pop("action"), data=fields)
    assert world.rows("SELECT listing_id, quantity FROM cart_line") == [(listing, 4)]


def test_buy_now_goes_to_the_checkout(world: World) -> None:
    client, listing = world.client(), world.listing(world.seller())
    assert post(client, "/basket/add", listing_id=listing, quantity=1, buy="now").location == "/checkout/USD"


def test_sellers_cannot_buy_from_themselves(world: World) -> None:
    seller = world.seller()
    client = world.client(seller)
    post(client, "/basket/add", listing_id=world.listing(seller), quantity=1)
    assert "This is your own listing." in words(client)
    assert world.rows("SELECT count(*) FROM cart_line") == [(0,)]


def test_sold_out_and_paused_lines_are_shown_and_not_counted(world: World) -> None:
    seller, client = world.seller(), world.client()
    sold_out, paused, few = (world.listing(seller, 5_000, title=title) for title in ("Horn", "Lamp", "Seal"))
    kept = world.listing(seller, 1_000, title="Disc")
    for listing in (sold_out, paused, kept):
        add(client, listing)
    add(client, few, 5)
    db.atomic(catalog.change_stock, (), seller_id=seller, listing_id=sold_out, units=0)
    db.atomic(catalog.change_stock, (), seller_id=seller, listing_id=few, units=2)
    db.atomic(catalog.pause, (), seller_id=seller, listing_id=paused, now=world.now)

    html = basket(client)
    notices = " ".join(note.get_text(" ", strip=True) for note in html.select(".basket-line-notice"))
    assert "Sold out" in notices
    assert "taken this off the shelf" in notices
    assert "Only 2 left, and you want 5" in notices
    assert html.select_one(".money-box-row.is-total dd").text == "$10.00"
    press(client, "Take 2")
    assert basket(client).select_one(".money-box-row.is-total dd").text == "$110.00"


def test_a_changed_price_is_announced_until_the_buyer_goes_on(world: World) -> None:
    seller, client = world.seller(), world.client()
    listing = world.listing(seller, 1_000)
    add(client, listing)
    price, delivery = Money(1_250, "USD"), Money(0, "USD")
    db.atomic(catalog.change_price, (), seller_id=seller, listing_id=listing, price=price, delivery=delivery)
    assert "The price changed from $10.00 to $12.50." in basket(client).main.text
    assert press(client, "Go to checkout").location == "/checkout/USD"
    assert "The price changed" not in basket(client).main.text


@pytest.mark.parametrize("is_person", [True, False])
def test_another_browsers_lines_cannot_be_touched(world: World, is_person: bool) -> None:
    owner, stranger = world.client(world.person() if is_person else None), world.client()
    add(owner, world.listing(world.seller()), 2)
    [(line_id,)] = world.rows("SELECT id FROM cart_line")
    post(stranger, f"/basket/{line_id}/remove")
    assert "not in your basket" in words(stranger)
    post(stranger, f"/basket/{line_id}/quantity", quantity=1)
    post(stranger, "/basket/continue/USD", seen=f"{line_id}:1")
    assert world.rows("SELECT quantity, seen_price_minor FROM cart_line") == [(2, 10_000)]


@pytest.mark.parametrize("listing_id", ["", "x", "-1", "0", "9" * 30, "1.5", "'; --", "\0"])
@pytest.mark.parametrize("quantity", ["", "x", "-1", "0", "100", "9" * 30, "1e3"])
def test_nonsense_is_answered_in_words(world: World, listing_id: str, quantity: str) -> None:
    client = world.client()
    answer = post(client, "/basket/add", listing_id=listing_id, quantity=quantity)
    assert answer.status_code == 303
    assert words(client)


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/basket/99999999999999999999/remove", {}, 404),
        ("/basket/7/quantity", {"quantity": "9" * 400}, 303),
        ("/basket/99999999999999999999/quantity", {"quantity": "2"}, 404),
        ("/basket/continue/USD", {"seen": "x"}, 303),
        ("/basket/continue/USD", {"seen": "1:" + "9" * 19}, 303),
        ("/basket/continue/USD", {"seen": "1:2,999999999999999999:5"}, 303),
        ("/basket/continue/DOLLAR", {"seen": "1:2"}, 404),
    ],
)
def test_tampered_forms_never_break_the_page(world: World, path: str, fields: dict[str, str], status: int) -> None:
    client = world.client()
    assert post(client, path, **fields).status_code == status
    basket(client)


def test_forms_without_a_token_are_refused(world: World) -> None:
    assert world.client().post("/basket/add", data={"listing_id": "1"}).status_code == 400

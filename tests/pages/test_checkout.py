"""The checkout: review, address, the payment page, and the honest pages one comes back to."""

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from marketplace import db
from marketplace.catalog import operations as catalog
from marketplace.money import Money
from tests.builders import World, form_token

TYPED = {
    "delivery_choice": "new",
    "delivery_full_name": "Bo Buyer",
    "delivery_line1": "1 Main Street",
    "delivery_line2": "",
    "delivery_city": "Springfield",
    "delivery_region": "IL",
    "delivery_postcode": "62701",
    "delivery_country": "US",
    "billing_same": "y",
    "buyer_note": "Ring twice.",
}


def parsed(answer: TestResponse) -> BeautifulSoup:
    html = BeautifulSoup(answer.text, "html.parser")
    assert html.title.text.startswith(html.h1.text)
    return html


def hidden(html: BeautifulSoup) -> dict[str, str]:
    return {field["name"]: field["value"] for field in html.select("form[data-once] input[type=hidden]")}


def pay(client: FlaskClient, currency: str = "USD", **changed: str) -> TestResponse:
    html = parsed(client.get(f"/checkout/{currency}"))
    return client.post(f"/checkout/{currency}", data={**hidden(html), **TYPED, **changed})


def post(client: FlaskClient, path: str) -> TestResponse:
    return client.post(path, data={"csrf_token": form_token(client.get("/basket").text)})


def shopper(world: World, *prices: int, units: int = 5) -> tuple[FlaskClient, int]:
    buyer = world.person()
    for price in prices:
        world.put_in_cart(buyer, world.listing(world.seller(), price, units=units))
    return world.client(buyer), buyer


def h1(client: FlaskClient, path: str) -> str:
    return parsed(client.get(path)).h1.text


def test_visitors_sign_in_first_and_come_back(world: World) -> None:
    assert world.client().get("/checkout/USD").location == "/login?next=/checkout/USD"


@pytest.mark.parametrize(("currency", "status"), [("USD", 303), ("usd", 404), ("ÄÖÜ", 404), ("DOLLAR", 404)])
def test_nothing_to_pay_leads_back_to_the_basket(world: World, currency: str, status: int) -> None:
    assert world.client(world.person()).get(f"/checkout/{currency}").status_code == status


@pytest.mark.covers("S1.12")
def test_the_payment_is_pending_before_the_redirect(world: World) -> None:
    client, buyer = shopper(world, 10_000, 2_550)
    html = parsed(client.get("/checkout/USD"))
    assert "Pay $125.50" in html.main.text
    answer = pay(client)
    assert answer.status_code == 303
    assert answer.location.startswith(world.sandbox.base_url)
    assert world.rows("SELECT user_id, status, amount_minor FROM payment") == [(buyer, "pending", 12_550)]
    [(delivery, billing)] = world.rows("SELECT delivery_address, billing_address FROM purchase")
    assert delivery == billing
    assert delivery["full_name"] == "Bo Buyer"
    assert world.rows('SELECT DISTINCT buyer_note FROM "order"') == [("Ring twice.",)]


def test_the_same_form_sent_twice_is_one_purchase_and_one_page(world: World) -> None:
    client, _ = shopper(world, 10_000)
    fields = {**hidden(parsed(client.get("/checkout/USD"))), **TYPED}
    first = client.post("/checkout/USD", data=fields)
    second = client.post("/checkout/USD", data=fields)
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert world.rows("SELECT count(*) FROM purchase") == [(1,)]


def test_mistakes_stand_at_their_fields_and_nothing_typed_is_lost(world: World) -> None:
    client, _ = shopper(world, 10_000)
    answer = pay(client, delivery_city=" ", delivery_country="XX", delivery_line1="Long " * 60, billing_same="")
    html = parsed(answer)
    assert answer.status_code == 422
    assert html.select_one("#delivery_full_name")["value"] == "Bo Buyer"
    assert html.select_one("#delivery_city-error")
    assert html.select_one("#delivery_country-error")
    assert html.select_one("#delivery_line1-error")
    assert html.select_one("#billing_full_name-error")
    linked = {link["href"] for link in html.select("#form-errors a")}
    assert {"#delivery_city", "#delivery_country", "#billing_postcode"} <= linked
    assert all(html.select_one(target) for target in linked)
    assert world.rows("SELECT count(*) FROM purchase") == [(0,)]
    # What is wrong in the address that is not asked for does not count.
    assert pay(client, billing_city="Long " * 20).status_code == 303


def test_an_address_is_typed_once(world: World) -> None:
    client, buyer = shopper(world, 10_000)
    pay(client)
    assert world.rows("SELECT user_id, city, country FROM address") == [(buyer, "Springfield", "US")]
    html = parsed(client.get("/checkout/USD"))
    [saved] = html.select("input[name=delivery_choice][checked]")
    answer = client.post("/checkout/USD", data={**hidden(html), "delivery_choice": saved["value"], "billing_same": "y"})
    assert answer.status_code == 303
    [(one,), (two,)] = world.rows("SELECT delivery_address FROM purchase ORDER BY id")
    assert one == two
    assert world.rows("SELECT count(*) FROM address") == [(1,)]


def test_another_persons_address_cannot_be_chosen(world: World) -> None:
    owner, _ = shopper(world, 10_000)
    pay(owner)
    [(address_id,)] = world.rows("SELECT id FROM address")
    stranger, _ = shopper(world, 10_000)
    answer = pay(stranger, delivery_choice=str(address_id))
    assert answer.status_code == 422
    assert "1 Main Street" not in " ".join(label.text for label in parsed(answer).select("label"))


def test_another_bill_address_is_kept_apart(world: World) -> None:
    client, _ = shopper(world, 10_000)
    bill = {name.replace("delivery", "billing"): text for name, text in TYPED.items() if name.startswith("delivery_")}
    pay(client, **{**bill, "billing_city": "Chicago", "billing_same": ""})
    [(delivery, billing)] = world.rows("SELECT delivery_address, billing_address FROM purchase")
    assert (delivery["city"], billing["city"]) == ("Springfield", "Chicago")


@pytest.mark.parametrize(
    "changed",
    [
        {"token": ""},
        {"token": "x" * 500},
        {"expected_total_minor": "x"},
        {"expected_total_minor": "9" * 500},
        {"expected_total_minor": "-1"},
        {"delivery_choice": "'"},
        {"delivery_full_name": "\0\N{RIGHT-TO-LEFT OVERRIDE}"},
        {"buyer_note": "x" * 5000},
        {"buyer_note": "\0"},
    ],
)
def test_tampered_forms_are_shown_again_and_can_be_sent_then(world: World, changed: dict[str, str]) -> None:
    client, _ = shopper(world, 10_000)
    answer = pay(client, **changed)
    assert answer.status_code in (303, 409, 422)
    if answer.status_code != 303:
        again = client.post("/checkout/USD", data={**hidden(parsed(answer)), **TYPED})
        assert again.status_code == 303


def test_a_price_that_changed_meanwhile_is_shown_before_it_is_charged(world: World) -> None:
    seller, buyer = world.seller(), world.person()
    listing = world.listing(seller, 10_000)
    world.put_in_cart(buyer, listing)
    client = world.client(buyer)
    fields = {**hidden(parsed(client.get("/checkout/USD"))), **TYPED}
    price, delivery = Money(11_000, "USD"), Money(0, "USD")
    db.atomic(catalog.change_price, (), seller_id=seller, listing_id=listing, price=price, delivery=delivery)

    answer = client.post("/checkout/USD", data=fields)
    assert answer.status_code == 409
    html = parsed(answer)
    assert "Pay $110.00" in html.main.text
    assert html.select_one("#delivery_full_name")["value"] == "Bo Buyer"
    assert client.post("/checkout/USD", data={**hidden(html), **TYPED}).status_code == 303


def test_goods_on_an_open_payment_page_are_still_the_buyers(world: World) -> None:
    client, _ = shopper(world, 10_000, units=1)
    pay(client)
    assert world.rows("SELECT in_stock FROM listing") == [(0,)]
    assert "Sold out" not in client.get("/basket").text
    assert pay(client).status_code == 303
    assert world.rows("SELECT status, count(*) FROM purchase GROUP BY status ORDER BY status") == [
        ("given_up", 1),
        ("open", 1),
    ]


def test_nothing_to_pay_is_placed_at_once(world: World) -> None:
    client, _ = shopper(world, 0)
    assert "Place order" in client.get("/checkout/USD").text
    answer = pay(client)
    assert answer.status_code == 303
    assert h1(client, answer.location) == "Your order is placed"


@pytest.mark.covers("S1.14")
def test_the_return_page_asks_by_itself_when_the_webhook_is_late(world: World) -> None:
    bought = world.open_purchase(10_000, 5_000)
    client, path = world.client(bought.buyer_id), f"/checkout/return/{bought.payment_id}"
    answer = client.get(path)
    assert parsed(answer).h1.text == "Confirming your payment"
    assert answer.headers["Refresh"] == f"4; url={path}?look=1"
    assert client.get(f"{path}/state").headers.get("HX-Refresh") is None

    world.pay(bought)
    answer = client.get(f"{path}?look=1")
    html = parsed(answer)
    assert html.h1.text == "Thank you, it is paid"
    assert "Refresh" not in answer.headers
    assert "$150.00" in html.main.text
    assert len(html.select('main a[href^="/orders/TM-"]')) == 2
    assert client.get(f"{path}/state").headers["HX-Refresh"] == "true"
    world.settle_down()
    assert world.rows("SELECT count(*) FROM ledger_entry WHERE key LIKE '%%captured'") == [(1,)]


def test_the_page_asks_the_provider_only_so_often(world: World) -> None:
    bought = world.open_purchase(10_000)
    client, path = world.client(bought.buyer_id), f"/checkout/return/{bought.payment_id}"
    for look in range(6):
        client.get(f"{path}?look={look}")
    assert world.rows("SELECT verification_attempts FROM payment") == [(3,)]
    last = client.get(f"{path}?look=10")
    assert "Refresh" not in last.headers
    post(client, f"{path}/verify")
    assert world.rows("SELECT verification_attempts FROM payment") == [(4,)]


@pytest.mark.parametrize("look", ["", "x", "-1", "99999", "9" * 5000, "²"])
def test_odd_addresses_of_the_return_page_do_no_harm(world: World, look: str) -> None:
    bought = world.open_purchase(10_000)
    answer = world.client(bought.buyer_id).get(f"/checkout/return/{bought.payment_id}?look={look}")
    assert answer.status_code == 200


@pytest.mark.covers("S1.13")
@pytest.mark.parametrize(
    "ways", ["webhook page button", "page webhook button", "button webhook page", "button page webhook"]
)
def test_webhook_page_and_button_end_the_same_in_any_order(world: World, ways: str) -> None:
    bought = world.open_purchase(10_000)
    world.pay(bought)
    client, path = world.client(bought.buyer_id), f"/checkout/return/{bought.payment_id}"
    roads = {
        "webhook": world.settle_down,
        "page": lambda: client.get(path),
        "button": lambda: post(client, f"{path}/verify"),
    }
    for way in ways.split():
        roads[way]()
    assert h1(client, path) == "Thank you, it is paid"
    assert world.rows("SELECT status FROM payment") == [("completed",)]
    assert world.rows("SELECT status, net_minor FROM payment_transaction") == [("held", 9_380)]


@pytest.mark.covers("S1.23", "S0.2")
def test_going_back_cancels_and_trying_again_opens_a_new_page(world: World) -> None:
    bought = world.open_purchase(10_000)
    client = world.client(bought.buyer_id)
    path = f"/checkout/cancelled/{bought.payment_id}"
    html = parsed(client.get(path))
    assert html.h1.text == "You went back"
    assert world.rows("SELECT status FROM payment") == [("cancelled",)]
    assert world.rows("SELECT count(*) FROM cart_line") == [(1,)]
    assert client.get(path).status_code == 200  # a second visit changes nothing

    answer = post(client, html.select_one("main form")["action"])
    assert answer.status_code == 303
    assert answer.location not in ("", bought.url)
    assert world.rows("SELECT status FROM payment ORDER BY id") == [("cancelled",), ("pending",)]
    assert world.rows("SELECT count(*) FROM purchase") == [(1,)]
    assert world.rows("SELECT count(*) FROM payment_tracker") == [(0,)]


def test_going_back_from_a_paid_page_shows_that_it_is_paid(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.pay(bought)
    client = world.client(bought.buyer_id)
    answer = client.get(f"/checkout/cancelled/{bought.payment_id}")
    assert answer.location == f"/checkout/return/{bought.payment_id}"
    assert h1(client, answer.location) == "Thank you, it is paid"
    world.settle_down()


@pytest.mark.covers("S1.22")
def test_a_payment_page_that_ran_out_of_time_can_be_opened_anew(world: World) -> None:
    bought = world.open_purchase(10_000)
    client, path = world.client(bought.buyer_id), f"/checkout/return/{bought.payment_id}"
    world.advance(minutes=32)
    world.settle_down()
    html = parsed(client.get(path))
    assert html.h1.text == "This was not paid"
    assert world.rows("SELECT status FROM payment") == [("expired",)]
    answer = post(client, html.select_one("main form")["action"])
    assert answer.status_code == 303
    assert answer.location.startswith(world.sandbox.base_url)


def test_other_peoples_payments_are_not_found(world: World) -> None:
    bought = world.open_purchase(10_000)
    stranger = world.client(world.person())
    for path in ("return/{}", "return/{}/state", "cancelled/{}"):
        assert stranger.get(f"/checkout/{path.format(bought.payment_id)}").status_code == 404
        assert stranger.get(f"/checkout/{path.format(2**63)}").status_code == 404
    assert post(stranger, f"/checkout/return/{bought.payment_id}/verify").status_code == 404
    assert post(stranger, f"/checkout/retry/{bought.purchase_id}").status_code == 404
    assert world.rows("SELECT status, verification_attempts FROM payment") == [("pending", 0)]


def test_a_paid_purchase_cannot_be_tried_again(world: World) -> None:
    bought = world.paid_purchase(10_000)
    client = world.client(bought.buyer_id)
    answer = post(client, f"/checkout/retry/{bought.purchase_id}")
    assert answer.location == f"/checkout/return/{bought.payment_id}"
    assert world.rows("SELECT count(*) FROM payment") == [(1,)]

"""The address book: several addresses with defaults, nobody else's, and what a checkout makes of them."""

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from marketplace.accounts.address_operations import MOST_ADDRESSES
from tests import builders_addresses as addresses
from tests.builders import World, form_token

HOME = {
    "address_full_name": "Bo Buyer",
    "address_line1": "1 Main Street",
    "address_city": "Springfield",
    "address_region": "IL",
    "address_postcode": "62701",
    "address_country": "US",
}
BOOK = "/account/addresses"


def send(client: FlaskClient, page: str, action: str, **fields: str) -> TestResponse:
    return client.post(action, data={"csrf_token": form_token(client.get(page).text), **fields})


def shown(client: FlaskClient) -> list[tuple[str, list[str]]]:
    """Return the first line of each address of the book, with its marks."""
    cards = BeautifulSoup(client.get(BOOK).text, "html.parser").select(".address-book > li")
    return [
        (next(card.select_one("address").stripped_strings), [badge.text.strip() for badge in card.select(".badge")])
        for card in cards
    ]


def test_addresses_are_added_changed_and_removed_and_there_is_one_default_of_each_kind(world: World) -> None:
    client = world.client(world.person())
    assert "No address yet" in client.get(BOOK).text
    form = BeautifulSoup(client.get(f"{BOOK}/new").text, "html.parser")
    marks = {field["name"]: field.get("autocomplete") for field in form.select("[name^=address_]")}
    assert marks == {
        "address_full_name": "section-book name",
        "address_line1": "section-book address-line1",
        "address_line2": "section-book address-line2",
        "address_postcode": "section-book postal-code",
        "address_city": "section-book address-level2",
        "address_region": "section-book address-level1",
        "address_country": "section-book country",
    }
    add = f"{BOOK}/add"
    assert send(client, BOOK + "/new", add, **HOME, is_delivery_default="y", is_billing_default="y").location == BOOK
    work = {**HOME, "address_line1": "9 Mill Lane", "is_delivery_default": "y"}
    assert send(client, BOOK + "/new", add, **work).status_code == 303
    assert shown(client) == [("9 Mill Lane", ["Default for orders"]), ("1 Main Street", ["Default for bills"])]
    again = send(client, BOOK + "/new", add, **HOME)
    assert again.status_code == 409
    assert "in your address book already" in again.text

    [(home,)] = world.rows("SELECT id FROM address WHERE line1 = '1 Main Street'")
    path = f"{BOOK}/{home}"
    filled = BeautifulSoup(client.get(path).text, "html.parser")
    assert filled.select_one("#address_postcode")["value"] == "62701"
    assert filled.select_one("#is_billing_default").has_attr("checked")
    assert not filled.select_one("#is_delivery_default").has_attr("checked")
    changed = {**HOME, "address_line1": "<b>2 Main Street", "is_delivery_default": "y"}
    assert send(client, path, f"{path}/save", **changed).location == BOOK
    assert shown(client) == [("<b>2 Main Street", ["Default for orders"]), ("9 Mill Lane", [])]
    assert send(client, path, f"{path}/save", **work).status_code == 409
    assert send(client, BOOK, f"{path}/remove").location == BOOK
    assert shown(client) == [("9 Mill Lane", [])]


def test_mistakes_stand_at_their_fields_as_at_the_checkout_and_the_book_has_an_end(world: World) -> None:
    user_id = world.person()
    client, stranger = world.client(user_id), world.client(world.person("Eve Else"))
    wrong = {**HOME, "address_city": " ", "address_postcode": "", "address_country": "XX", "address_region": "R" * 65}
    answer = send(client, f"{BOOK}/new", f"{BOOK}/add", **wrong)
    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 422
    assert {each["id"] for each in page.select(".field-error")} == {
        f"address_{name}-error" for name in ("city", "postcode", "country", "region")
    }
    assert page.select_one("#address_line1")["value"] == "1 Main Street"
    ids = [addresses.kept(world, user_id, f"{number} Quay Road") for number in range(MOST_ADDRESSES)]
    full = send(client, f"{BOOK}/new", f"{BOOK}/add", **HOME)
    assert f"holds {MOST_ADDRESSES} addresses" in full.text
    assert f"{BOOK}/new" not in client.get(BOOK).text
    token = form_token(stranger.get(BOOK).text or stranger.get(f"{BOOK}/new").text)
    assert stranger.get(f"{BOOK}/{ids[0]}").status_code == 404
    for deed in ("save", "remove"):
        data = {"csrf_token": token, **HOME}
        assert stranger.post(f"{BOOK}/{ids[0]}/{deed}", data=data).status_code == 404, deed
    assert world.rows("SELECT count(*) FROM address") == [(MOST_ADDRESSES,)]


@pytest.mark.parametrize("has_bill_default", [False, True])
def test_a_checkout_starts_with_the_defaults_and_offers_the_whole_book(world: World, *, has_bill_default: bool) -> None:
    user_id = world.person()
    home = addresses.kept(world, user_id, "1 Main Street", is_delivery=not has_bill_default)
    world.advance(hours=1)
    office = addresses.kept(world, user_id, "9 Mill Lane", is_billing=has_bill_default)
    world.put_in_cart(user_id, world.listing(world.seller(), 10_000))
    client = world.client(user_id)
    page = BeautifulSoup(client.get("/checkout/USD").text, "html.parser")

    def chosen(name: str) -> list[str]:
        return [str(field["value"]) for field in page.select(f"input[name={name}][checked]")]

    assert chosen("delivery_choice") == [str(home)]
    assert chosen("billing_choice") == [str(office) if has_bill_default else "new"]
    assert bool(chosen("billing_same")) is not has_bill_default
    assert len(page.select("input[name=billing_choice]")) == 3
    hidden = {field["name"]: field["value"] for field in page.select("form[data-once] input[type=hidden]")}
    sent = {**hidden, "delivery_choice": str(home), "billing_choice": str(office)}
    assert client.post("/checkout/USD", data={**sent, "billing_choice": "0"}).status_code == 422
    assert client.post("/checkout/USD", data=sent).status_code == 303
    [(delivery, billing)] = world.rows("SELECT delivery_address, billing_address FROM purchase")
    assert (delivery["line1"], billing["line1"]) == ("1 Main Street", "9 Mill Lane")
    assert world.rows("SELECT count(*) FROM address") == [(2,)]


@pytest.mark.parametrize(
    ("country", "typed", "kept"), [("SE", "se-41301", "413 01"), ("GB", "sw1a1aa", "SW1A 1AA"), ("HK", "", "")]
)
def test_a_postcode_is_written_as_its_country_does(world: World, country: str, typed: str, kept: str) -> None:
    client = world.client(world.person())
    there = {**HOME, "address_country": country}
    wrong = send(client, f"{BOOK}/new", f"{BOOK}/add", **{**there, "address_postcode": typed + "?" * 20})
    refused = BeautifulSoup(wrong.text, "html.parser").select_one("#address_postcode-error")
    assert (refused is None) == (not kept)
    if refused:
        assert f"There they look like this: {postcode_like(country)}" in refused.text
        assert send(client, f"{BOOK}/new", f"{BOOK}/add", **{**there, "address_postcode": typed}).location == BOOK
    assert world.rows("SELECT postcode FROM address") == [(kept,)]


def postcode_like(country: str) -> str:
    return {"SE": "111 22", "GB": "SW1A 1AA"}[country]

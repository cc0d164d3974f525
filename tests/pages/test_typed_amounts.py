"""Amounts, weights and rates are typed and shown in the signs of the reader; addresses and files keep one way."""

from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup

from tests.builders import World
from tests.pages.test_finding import offer, part
from tests.pages.test_language import choose
from tests.pages.test_refund_pages import hidden, order_of
from tests.pages.test_seller_listings import PART, post, typed
from tests.pages.test_shop_pages import page, titles


def test_a_seller_types_amounts_in_swedish_and_reads_them_so(world: World) -> None:
    client = world.client(world.seller())
    choose(client, "sv")
    made = post(client, "/seller/listings/new/part", {**PART, "price": "1 234,50", "delivery": "5.5"}, deed="save")
    path = made.location
    assert world.rows("SELECT price_minor, delivery_minor FROM listing") == [(123_450, 550)]
    shown = typed(client, path)
    assert (shown["price"], shown["delivery"]) == ("1234,50", "5,50")
    sent = {"profile": "0", "weight": "1,25", "tax": "standard"}
    post(client, path.removesuffix("/edit") + "/delivery", sent)
    assert world.rows("SELECT weight_grams FROM listing") == [(1_250,)]
    assert page(client, path).select_one("#weight")["value"] == "1,25"
    choose(client, "en")
    assert page(client, path).select_one("#weight")["value"] == "1.25"
    assert typed(client, path)["price"] == "1234.50"
    choose(client, "sv")
    for wrong in ("1.234", "1,234", "1.234,50", "dyrt"):
        answer = post(client, path, {**shown, "price": wrong}, deed="save")
        assert answer.status_code == 422
        field = BeautifulSoup(answer.text, "html.parser").select_one("#price-error")
        assert "Skriv beloppet så här: 1234,50" in field.text
    assert world.rows("SELECT price_minor FROM listing") == [(123_450,)]


def test_a_code_takes_a_swedish_percentage(world: World) -> None:
    client = world.client(world.seller())
    choose(client, "sv")
    form = {"code": "HALV12", "kind": "percentage", "value": "12,5", "valid_from": f"{world.now:%Y-%m-%d}"}
    made = post(client, "/seller/discounts/new", {**form, "currency": "USD", "minimum": "1 000,5"})
    assert made.status_code == 303, made.text
    assert world.rows("SELECT basis_points, minimum_minor FROM discount") == [(1_250, 100_050)]


def test_a_refund_is_asked_for_in_swedish(world: World) -> None:
    bought = world.paid_purchase(200_000)
    buyer = world.client(bought.buyer_id)
    choose(buyer, "sv")
    path = f"/orders/{order_of(world, bought)[1]}/refund/new"
    form = hidden(buyer, path) | {"how": "amount", "reason": "other", "description": "Det gnisslar."}
    assert buyer.post(path, data=form | {"amount": "1.234"}).status_code == 422
    assert buyer.post(path, data=form | {"amount": "1 234,50"}).status_code == 303
    assert world.rows("SELECT amount_minor FROM refund") == [(123_450,)]


@pytest.mark.parametrize("code", ["en", "sv"])
def test_a_range_of_prices_is_read_alike_in_every_language_and_linked_with_a_point(world: World, code: str) -> None:
    seller_id = world.seller()
    for title, price in (("Cheap disc", 99_900), ("Disc", 150_050), ("Dear disc", 999_900)):
        offer(world, seller_id, part(title), price)
    visitor = world.client()
    choose(visitor, code)
    for typed_text in ("1 250,50", "1250.5", "1,250.50", "1.250,50", "1250,50"):
        assert titles(page(visitor, f"/l?{urlencode({'min': typed_text, 'max': '2000'})}")) == ["Disc"], typed_text
    found = page(visitor, "/l?min=1250,50")
    assert found.select_one("input[name=min]")["value"] == ("1250.50" if code == "en" else "1250,50")
    links = [link["href"] for link in found.select("a[href*='min=']")]
    assert links
    assert any("min=1250.50" in link for link in links)
    assert not any("1250%2C50" in link for link in links)

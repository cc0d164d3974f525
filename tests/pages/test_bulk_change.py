"""Several listings changed at once: each by itself, told by title where it can't be, nobody else's ever."""

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from tests.builders import World


def press(client: FlaskClient, deed: str, value: str = "", *, chosen: list[int]) -> str:
    """Choose rows of the list, send its one form as a browser would, and return the words of the page it leads to."""
    html = BeautifulSoup(client.get("/seller/listings?tab=active").text, "html.parser")
    form = html.select_one("form#bulk")
    fields = [*form.select("input[type=hidden]"), *html.select("input[type=hidden][form=bulk]")]
    data: dict[str, object] = {field["name"]: field["value"] for field in fields}
    answer = client.post(form["action"], data={**data, "deed": deed, "value": value, "chosen": chosen})
    assert answer.status_code == 303
    assert answer.location.startswith("/seller/listings?tab=active")
    return BeautifulSoup(client.get(answer.location).text, "html.parser").main.get_text(" ", strip=True)


def prices(world: World) -> list[object]:
    return [price for (price,) in world.rows("SELECT price_minor FROM listing ORDER BY id")]


def stocks(world: World) -> list[tuple[object, ...]]:
    return world.rows("SELECT in_stock, received_units FROM listing ORDER BY id")


@pytest.fixture
def shelf(world: World) -> tuple[FlaskClient, list[int]]:
    seller_id = world.seller()
    ids = [world.listing(seller_id, price, title=f"Disc {price}") for price in (10_000, 5_005, 1)]
    return world.client(seller_id), ids


def test_prices_and_stock_of_the_chosen_ones(world: World, shelf: tuple[FlaskClient, list[int]]) -> None:
    client, ids = shelf
    assert "2 listings are changed." in press(client, "price", "12.50", chosen=ids[:2])
    assert prices(world) == [1_250, 1_250, 1]
    assert "2 listings are changed." in press(client, "raise", "10", chosen=ids[:2])
    assert prices(world) == [1_375, 1_375, 1]
    told = press(client, "lower", "2.5 %", chosen=ids)
    assert "2 listings are changed." in told
    assert "Disc 1: This is less than the smallest coin." in told
    assert prices(world) == [1_341, 1_341, 1]
    assert "1 listing is changed." in press(client, "stock", "7", chosen=ids[:1])
    assert "3 listings are changed." in press(client, "add", "2", chosen=ids)
    assert stocks(world) == [(9, 9), (12, 12), (12, 12)]
    assert "2 listings are changed." in press(client, "pause", chosen=ids[1:])
    statuses = [status for (status,) in world.rows("SELECT status FROM listing ORDER BY id")]
    assert statuses == ["active", "paused", "paused"]


def test_a_sale_in_between_is_not_undone(world: World, shelf: tuple[FlaskClient, list[int]]) -> None:
    client, ids = shelf
    html = BeautifulSoup(client.get("/seller/listings").text, "html.parser")
    data = {field["name"]: field["value"] for field in html.select("[form=bulk][type=hidden], form#bulk [type=hidden]")}
    buyer_id = world.person()
    world.put_in_cart(buyer_id, ids[0], 4)
    world.check_out(buyer_id)
    client.post("/seller/listings/several", data={**data, "deed": "stock", "value": "20", "chosen": ids})
    told = client.get("/seller/listings").text
    assert "In between this has changed to 6. Enter the number again." in told
    assert [stock for stock, _ in stocks(world)] == [6, 20, 20]


@pytest.mark.parametrize(
    ("deed", "value", "why"),
    [
        ("raise", "0", "Write a percentage from 0.1 to 90."),
        ("raise", "ten", "Write a percentage from 0.1 to 90."),
        ("stock", "-1", "Enter a number from 0 to 100000."),
        ("add", "", "Enter a number from 0 to 100000."),
        ("price", "12,50", "Write the amount like this: 1234.50"),
        ("", "1", "Choose some listings"),
        ("nonsense", "1", "Choose some listings"),
    ],
)
def test_what_does_not_fit_is_told(
    world: World, shelf: tuple[FlaskClient, list[int]], deed: str, value: str, why: str
) -> None:
    client, ids = shelf
    before = prices(world), stocks(world)
    assert why in press(client, deed, value, chosen=ids)
    assert (prices(world), stocks(world)) == before


def test_nobody_elses_listing_is_changed(world: World, shelf: tuple[FlaskClient, list[int]]) -> None:
    _, ids = shelf
    other_id = world.seller("Olga Other")
    own = world.listing(other_id, 700)
    assert "1 listing is changed." in press(world.client(other_id), "price", "1", chosen=[*ids, own])
    assert prices(world) == [10_000, 5_005, 1, 100]

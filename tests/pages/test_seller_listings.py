"""A seller's listings: writing, what it brings, publishing, pausing, stock that is sold meanwhile, and the list."""

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.builders import World, form_token

PART = {
    "title": "Brake disc, front",
    "description": "Vented, 300 mm.",
    "category": "brakes",
    "brand": "Bosch",
    "part_number": "BD-300",
    "condition": "New",
    "fits": "Most cars",
    "price": "100.00",
    "delivery": "",
    "currency": "USD",
    "in_stock": "3",
}
CAR = {
    "title": "Saab 900",
    "description": "One owner.",
    "make": "Saab",
    "model": "900",
    "year": "1987",
    "mileage_km": "214000",
    "body": "Hatchback",
    "fuel": "Petrol",
    "gearbox": "Manual",
    "colour": "Red",
    "vin": "YS3AC35S8H7012345",
    "price": "8,900",
    "delivery": "0",
    "currency": "EUR",
    "in_stock": "1",
}


def parsed(answer: TestResponse) -> BeautifulSoup:
    html = BeautifulSoup(answer.text, "html.parser")
    assert html.title.text.startswith(html.h1.text)
    return html


def page(client: FlaskClient, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return parsed(answer)


def text(html: BeautifulSoup) -> str:
    return html.main.get_text(" ", strip=True)


def post(client: FlaskClient, path: str, form: dict[str, str] | None = None, **more: str) -> TestResponse:
    token = form_token(client.get("/account/security").text)
    return client.post(path, data={"csrf_token": token, **(form or {}), **more})


def typed(client: FlaskClient, path: str) -> dict[str, str]:
    """Return the form of a page as the browser would send it."""
    form = page(client, path).select_one("form.cols")
    values = {field["name"]: field.get("value", "") for field in form.select("input[name]")}
    values |= {area["name"]: area.text.removeprefix("\r\n") for area in form.select("textarea")}
    for select in form.select("select"):
        values[select["name"]] = (select.select_one("option[selected]") or select.option)["value"]
    return values


def money(html: BeautifulSoup) -> dict[str, str]:
    rows = html.select(".money-box-row")
    return {row.dt.contents[0].strip(): row.dd.get_text(strip=True) for row in rows}


def listing_of(answer: TestResponse) -> int:
    assert answer.status_code == 303, answer.text
    return int(answer.location.split("/")[-2])


@pytest.mark.covers("S2.1", "S0.12")
def test_a_part_is_written_previewed_published_bought_and_paused(world: World) -> None:
    seller_id = world.seller()
    client = world.client(seller_id)
    empty = page(client, "/seller/listings")
    assert "No listings yet" in text(empty)
    [action] = empty.select(".empty-state a")
    chosen = page(client, action["href"])
    [part] = [link["href"] for link in chosen.main.select("a") if "part" in link.get("href", "")]

    preview = post(client, part, {"price": "100", "currency": "USD"}, deed="preview")
    assert preview.status_code == 200
    assert money(parsed(preview)) == {
        "Price": "$100.00",
        "Delivery": "$0.00",
        "The buyer pays": "$100.00",
        "Platform fee": "\N{MINUS SIGN}$3.00",
        "Card fee": "\N{MINUS SIGN}$3.20",
        "You receive": "$93.80",
    }
    assert world.rows("SELECT count(*) FROM listing") == [(0,)]

    listing_id = listing_of(post(client, part, PART, deed="save"))
    [(slug, status)] = world.rows("SELECT slug, status FROM listing")
    assert status == "draft"
    assert client.get(f"/l/{slug}").status_code == 404
    assert "You receive $93.80" in text(page(client, f"/seller/listings/{listing_id}/edit"))

    assert post(client, f"/seller/listings/{listing_id}/publish").location == f"/seller/listings/{listing_id}/edit"
    bare = page(world.client(), f"/l/{slug}")
    assert "no-picture.svg" in bare.select_one(".listing-gallery img")["src"]
    assert "Brake disc, front" in text(page(world.client(), "/l"))

    buyer_id = world.person()
    world.put_in_cart(buyer_id, listing_id)
    bought = world.check_out(buyer_id)
    world.pay(bought)
    world.settle_down()
    [(net,)] = world.rows('SELECT net_minor FROM "order"')
    assert net == 9_380, "the preview kept its word"
    listed = page(client, "/seller/listings")
    cells = {cell["data-label"]: cell.get_text(strip=True) for cell in listed.select("td[data-label]")}
    assert (cells["In stock"], cells["Set aside"], cells["Sold"]) == ("2", "0", "1")

    post(client, f"/seller/listings/{listing_id}/pause")
    assert client.get(f"/l/{slug}").status_code == 404
    assert "Brake disc, front" in text(page(client, "/seller/listings?tab=paused"))


@pytest.mark.covers("S2.1")
def test_a_car_is_published_at_once_and_written_anew(world: World) -> None:
    client = world.client(world.seller())
    listing_id = listing_of(post(client, "/seller/listings/new/car", CAR, deed="publish"))
    assert "Saved. Buyers see it now." in text(page(client, f"/seller/listings/{listing_id}/edit"))
    shown = typed(client, f"/seller/listings/{listing_id}/edit")
    assert {name: shown[name] for name in CAR if name in shown} | {"price": "8,900", "currency": "EUR"} == CAR
    assert shown["price"] == "8900"

    changed = {**shown, "title": "Saab 900 Turbo", "colour": "Black", "mileage_km": "215000", "price": "9500.50"}
    assert listing_of(post(client, f"/seller/listings/{listing_id}/edit", changed, deed="save")) == listing_id
    [(slug,)] = world.rows("SELECT slug FROM listing")
    public = text(page(world.client(), f"/l/{slug}"))
    assert slug == "saab-900", "the address stays"
    for words in ("Saab 900 Turbo", "Black", "215,000 km", "€9,500.50"):
        assert words in public


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("title", "", "Fill this in."),
        ("title", "x" * 201, "Use at most 200 characters."),
        ("description", "", "Fill this in."),
        ("price", "", "Write the amount like this: 1234.50"),
        ("price", "12,50", "Write the amount like this: 1234.50"),
        ("price", "1.005", "Write the amount like this: 1234.50"),
        ("price", "-1", "Write the amount like this: 1234.50"),
        ("price", "1000000", "Enter an amount from 0 to 999,999.99."),
        ("delivery", "free", "Write the amount like this: 1234.50"),
        ("currency", "XXX", "Choose one of the currencies of the marketplace."),
        ("in_stock", "-1", "Enter a number from 0 to 100000."),
        ("in_stock", "9" * 400, "Enter a number from 0 to 100000."),
        ("in_stock", "", "Enter a number from 0 to 100000."),
        ("category", "", "Choose a category."),
        ("category", "boats", "Choose a category."),
        ("condition", "Broken", "Choose a condition."),
        ("brand", "\0", "Fill this in."),
    ],
)
def test_a_wrong_answer_is_said_at_its_field_and_nothing_is_saved(
    world: World, field: str, value: str, words: str
) -> None:
    client = world.client(world.seller())
    answer = post(client, "/seller/listings/new/part", {**PART, field: value}, deed="publish")
    assert answer.status_code == 422
    html = parsed(answer)
    assert words in html.select_one(f"#{field}-error").text
    assert html.select_one(f"[name={field}]")["aria-invalid"] == "true"
    assert world.rows("SELECT count(*) FROM listing") == [(0,)]


def test_an_empty_form_names_every_empty_field_at_once(world: World) -> None:
    client = world.client(world.seller())
    html = parsed(post(client, "/seller/listings/new/part", {"currency": "USD"}, deed="save"))
    named = {link["href"].removeprefix("#") for link in html.select(".form-errors a")}
    assert named == set(PART) - {"currency", "delivery", "in_stock"}
    html = parsed(post(client, "/seller/listings/new/car", {"currency": "USD"}, deed="save"))
    named = {link["href"].removeprefix("#") for link in html.select(".form-errors a")}
    assert named == set(CAR) - {"currency", "delivery", "in_stock"}


@pytest.mark.parametrize(
    ("field", "value"), [("year", "1850"), ("mileage_km", ""), ("vin", "1M8GDM9A0KP042788"), ("in_stock", "2")]
)
def test_a_wrong_car_is_said_at_its_field(world: World, field: str, value: str) -> None:
    client = world.client(world.seller())
    answer = post(client, "/seller/listings/new/car", {**CAR, field: value}, deed="save")
    assert answer.status_code == 422
    assert parsed(answer).select_one(f"#{field}-error")


def test_a_sale_in_between_is_not_undone_by_an_old_form(world: World) -> None:
    seller_id = world.seller()
    listing_id = world.listing(seller_id, 10_000, units=5)
    client = world.client(seller_id)
    path = f"/seller/listings/{listing_id}/edit"
    old = typed(client, path)
    buyer_id = world.person()
    world.put_in_cart(buyer_id, listing_id, 2)
    world.check_out(buyer_id)

    # Words can be changed all the same; the number of units was not touched.
    assert listing_of(post(client, path, {**old, "title": "Brake disc, new words"}, deed="save"))
    assert world.rows("SELECT title, in_stock, received_units FROM listing") == [("Brake disc, new words", 3, 5)]
    # The words are a matter of their own (test_listing_text.py): the old form is held against the units only.
    old["seen_words"] = typed(client, path)["seen_words"]

    refused = post(client, path, {**old, "in_stock": "6"}, deed="save")
    assert refused.status_code == 422
    html = parsed(refused)
    assert "In between this has changed to 3." in html.select_one("#in_stock-error").text
    again = {**old, "in_stock": "6", "seen_stock": html.select_one("[name=seen_stock]")["value"]}
    assert listing_of(post(client, path, again, deed="save"))
    assert world.rows("SELECT in_stock, received_units FROM listing") == [(6, 8)]
    units = text(page(client, path))
    assert "Set aside for buyers 2" in units


def test_tax_is_part_of_the_preview(world: World) -> None:
    seller_id = world.seller(tax_basis_points=825)
    listing_id = world.listing(seller_id, 10_000, delivery_minor=700)
    shown = money(page(world.client(seller_id), f"/seller/listings/{listing_id}/edit"))
    assert (shown["Tax"], shown["The buyer pays"]) == ("$8.25", "$115.25")
    buyer_id = world.person()
    world.put_in_cart(buyer_id, listing_id)
    world.check_out(buyer_id)
    [(net,)] = world.rows('SELECT net_minor FROM "order"')
    assert shown["You receive"] == f"${net // 100}.{net % 100:02d}"


@pytest.mark.covers("S2.31")
def test_others_listings_are_not_there(world: World) -> None:
    listing_id = world.listing(world.seller(), 10_000)
    other = world.client(world.seller("Olga Other"))
    assert other.get(f"/seller/listings/{listing_id}/edit").status_code == 404
    for deed in ("edit", "publish", "pause"):
        assert post(other, f"/seller/listings/{listing_id}/{deed}", PART).status_code == 404
    assert other.get("/seller/listings/new/boat").status_code == 404
    buyer = world.client(world.person())
    for path in ("/seller/listings", "/seller/listings/new", f"/seller/listings/{listing_id}/edit"):
        assert buyer.get(path).status_code == 403
        assert world.client().get(path).location.startswith("/login")
    assert "Brake disc" not in text(page(other, "/seller/listings"))


def test_a_car_does_not_become_a_part(world: World) -> None:
    client = world.client(world.seller())
    listing_id = listing_of(post(client, "/seller/listings/new/car", CAR, deed="save"))
    answer = post(client, f"/seller/listings/{listing_id}/edit", {**PART, "seen_stock": "1"}, deed="save")
    assert answer.status_code == 422
    assert world.rows("SELECT kind, title FROM listing") == [("car", "Saab 900")]


def test_the_list_has_tabs_counts_search_and_pages(world: World) -> None:
    seller_id = world.seller()
    client = world.client(seller_id)
    for number in range(27):
        world.listing(seller_id, 1_000, title=f"Lamp {number:02d}", units=number and 5)
    post(client, "/seller/listings/new/part", {**PART, "title": "100% wool_mat"}, deed="save")

    listed = page(client, "/seller/listings")
    tabs = [tab.get_text(" ", strip=True) for tab in listed.select(".tabs a")]
    assert tabs == ["Active 26", "Paused 0", "Draft 1", "Sold out 1"]
    first = [link.text for link in listed.select(".row-title-link")]
    assert first == [f"Lamp {number:02d}" for number in range(26, 1, -1)]
    [older] = [link["href"] for link in listed.select(".pager a[rel=next]")]
    assert [link.text for link in page(client, older).select(".row-title-link")] == ["Lamp 01"]

    found = page(client, "/seller/listings?q=LAMP 00")
    assert [link.text for link in found.select(".row-title-link")] == ["Lamp 00"]
    assert found.select_one(".tabs [aria-current]").get_text(" ", strip=True) == "Sold out 1"
    assert "100% wool_mat" in text(page(client, "/seller/listings?q=0%25 wool_"))
    assert "Nothing found" in text(page(client, "/seller/listings?q=%25%25"))
    assert "None of your listings is under “Paused”." in text(page(client, "/seller/listings?tab=paused"))

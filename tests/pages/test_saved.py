"""What people keep: listings with a word when they cost less, searches that go on, and what they looked at last."""

import re
from urllib.parse import quote, unquote

from flask.testing import FlaskClient

from marketplace import db
from marketplace.catalog import operations as catalog
from marketplace.money import Money
from tests.builders import PASSWORD, World, form_token
from tests.fixtures_queries import CountQueries
from tests.pages.test_finding import offer, part
from tests.pages.test_shop_pages import page, slug_of, titles


def press(client: FlaskClient, place: str, **fields: object) -> str:
    """Press a save button on the page `place`; return where that leads."""
    token = form_token(client.get("/saved").text)
    answer = client.post(
        "/saved/change", data={"csrf_token": token, **fields}, headers={"Referer": f"http://localhost{place}"}
    )
    assert answer.status_code == 303, answer.text
    return answer.location


def reprice(world: World, seller_id: int, listing_id: int, minor: int) -> None:
    ids = {"seller_id": seller_id, "listing_id": listing_id}
    db.atomic(catalog.change_price, (), price=Money(minor, "USD"), delivery=Money(0, "USD"), **ids)


def told(world: World, user_id: int, kind: str) -> list[dict[str, object]]:
    found = world.rows("SELECT facts FROM notification WHERE user_id = %s AND kind = %s ORDER BY id", user_id, kind)
    return [facts for (facts,) in found]  # type: ignore[misc]


def test_a_listing_is_saved_from_its_card_and_removed_from_its_page(world: World, count_queries: CountQueries) -> None:
    seller_id, buyer_id = world.seller(), world.person()
    lamp, pump = world.listing(seller_id, title="Head lamp"), world.listing(seller_id, title="Pump")
    client = world.client(buyer_id)
    client.get("/l")
    with count_queries() as before:
        client.get("/l")
    html = page(client, "/l")
    assert html.select_one(f"#card-{lamp} button[form=save-form][name=listing_id]")["value"] == str(lamp)
    assert press(client, "/l?q=lamp", listing_id=lamp) == f"/l?q=lamp#card-{lamp}"
    with count_queries() as after:
        html = page(client, "/l")
    assert len(after) == len(before)
    assert html.select_one(f"#card-{lamp} .is-saved[name=remove]")["aria-label"] == "Remove Head lamp"
    assert not html.select(f"#card-{pump} .is-saved")
    assert html.select_one('a[href="/saved"]')["aria-label"] == "Saved, 1 listings"
    assert press(client, f"/l/{slug_of(world, lamp)}", listing_id=lamp) == f"/l/{slug_of(world, lamp)}"
    assert world.rows("SELECT user_id, listing_id FROM saved_listing") == [(buyer_id, lamp)]
    listing = page(client, f"/l/{slug_of(world, lamp)}")
    assert listing.select_one("button.is-saved.is-wide").text == "Saved: remove it"
    press(client, "/saved", remove=lamp)
    assert "Nothing saved yet" in page(client, "/saved").text


def test_a_visitor_signs_in_and_it_is_saved(world: World) -> None:
    seller_id, buyer_id = world.seller(), world.person()
    lamp = world.listing(seller_id, title="Head lamp")
    [(email,)] = world.rows('SELECT email FROM "user" WHERE id = %s', buyer_id)
    client = world.client()
    assert page(client, "/l").select_one("form#save-form")["action"] == "/saved/add"
    answer = client.get(f"/saved/add?listing_id={lamp}", headers={"Referer": "http://localhost/l?q=lamp"})
    assert unquote(answer.location) == f"/login?next=/l?q=lamp#card-{lamp}"
    form = client.get(answer.location)
    data = {
        "csrf_token": form_token(form.text), "email": email, "password": PASSWORD, "next": f"/l?q=lamp#card-{lamp}",
    }  # fmt: skip
    answer = client.post("/login", data=data)
    assert answer.location == f"/l?q=lamp#card-{lamp}"
    assert world.rows("SELECT user_id, listing_id FROM saved_listing") == [(buyer_id, lamp)]
    assert "Head lamp is saved" in client.get("/l?q=lamp").text


def test_ones_own_and_what_is_not_for_sale_is_not_saved(world: World) -> None:
    seller_id, buyer_id = world.seller(), world.person()
    lamp = world.listing(seller_id)
    press(world.client(seller_id), "/l", listing_id=lamp)
    db.atomic(catalog.pause, (), seller_id=seller_id, listing_id=lamp, now=world.now)
    for wanted in (lamp, 10**15, "x", "-1", 10**25):
        press(world.client(buyer_id), "/l", listing_id=wanted)
    assert world.rows("SELECT count(*) FROM saved_listing") == [(0,)]


def test_a_new_low_is_told_once_and_shown_beside_the_price_then(world: World) -> None:
    seller_id, keeper, other = world.seller(), world.person(), world.person()
    lamp = world.listing(seller_id, 10_000, title="Head lamp")
    press(world.client(keeper), "/l", listing_id=lamp)
    reprice(world, seller_id, lamp, 12_000)
    world.tick()
    assert told(world, keeper, "price_dropped") == []
    reprice(world, seller_id, lamp, 11_000)  # a fall, but not below what it cost when it was saved
    reprice(world, seller_id, lamp, 9_000)
    reprice(world, seller_id, lamp, 8_000)
    assert world.tick()["price drops told"] == 1
    assert world.tick()["price drops told"] == 0
    facts = {"title": "Head lamp", "slug": slug_of(world, lamp), "currency": "USD"}
    assert told(world, keeper, "price_dropped") == [{**facts, "was_minor": 10_000, "price_minor": 8_000}]
    assert told(world, other, "price_dropped") == []
    reprice(world, seller_id, lamp, 9_500)
    reprice(world, seller_id, lamp, 8_500)  # not below the lowest they know
    world.tick()
    reprice(world, seller_id, lamp, 7_000)
    world.tick()
    assert [each["price_minor"] for each in told(world, keeper, "price_dropped")] == [8_000, 7_000]
    client = world.client(keeper)
    assert "Head lamp costs $70.00 now" in page(client, "/notifications").text
    row = page(client, "/saved").select_one("tbody tr").text
    assert "$100.00" in row
    assert "$70.00 $30.00 less" in " ".join(row.split())
    db.atomic(catalog.pause, (), seller_id=seller_id, listing_id=lamp, now=world.now)
    reprice(world, seller_id, lamp, 1_000)
    world.tick()
    assert len(told(world, keeper, "price_dropped")) == 2
    assert "Not for sale now" in page(client, "/saved").text
    assert "Head lamp" in client.get("/saved?format=csv").text


def test_a_search_is_saved_and_tells_once_a_day_what_is_new(world: World) -> None:
    seller_id, buyer_id = world.seller(), world.person()
    offer(world, seller_id, part("Head lamp", fits="Volvo 240"))
    client = world.client(buyer_id)
    link = page(client, "/l?q=lamp&make=Volvo&sort=newest&size=48").find("a", string="Save this search")["href"]
    form = client.get(link)
    assert 'value="“lamp”, Volvo"' in form.text
    search = re.search(r'name="search" value="([^"]+)"', form.text)
    data = {"csrf_token": form_token(form.text), "search": search[1].replace("&amp;", "&"), "name": "Lamps"}
    assert client.post("/saved/searches/save", data={**data, "name": " "}).status_code == 422
    assert client.post("/saved/searches/save", data=data).location == "/saved/searches"
    client.post("/saved/searches/save", data={**data, "name": "My lamps"})
    assert world.rows("SELECT name FROM saved_search") == [("My lamps",)]

    world.advance(days=1, minutes=1)
    assert world.tick()["saved searches asked"] == 1
    assert told(world, buyer_id, "search_found") == []
    offer(world, seller_id, part("Rear lamp", "RL-1", fits="Volvo 850"))
    offer(world, seller_id, part("Fog lamp", "FL-1", fits="Saab 900"))
    assert world.tick()["saved searches asked"] == 0  # the day has not passed
    world.advance(days=1, minutes=1)
    assert world.tick()["saved searches asked"] == 1
    world.advance(days=1, minutes=1)
    world.tick()
    [facts] = told(world, buyer_id, "search_found")
    assert (facts["name"], facts["listings"]) == ("My lamps", 1)
    assert "Something new for “My lamps”" in page(client, "/notifications").text
    assert "Rear lamp" in titles(page(client, str(facts["address"])))
    assert "1 new on" in page(client, "/saved/searches").text
    [(search_id,)] = world.rows("SELECT id FROM saved_search")
    token = form_token(client.get("/saved/searches").text)
    client.post(f"/saved/searches/{search_id}/remove", data={"csrf_token": token})
    assert world.rows("SELECT count(*) FROM saved_search") == [(0,)]
    assert "No saved searches yet" in page(client, "/saved/searches").text


def test_only_addresses_of_searches_are_saved(world: World) -> None:
    client = world.client(world.person())
    for wrong in ("https://example.com/l", "//example.com/l", "/orders", "/s/a/b", "javascript:1", "/login", ""):
        assert client.get(f"/saved/searches/new?search={quote(wrong, safe='')}").status_code == 404, wrong


def test_what_was_looked_at_last_stands_on_the_front_page_and_costs_the_listing_page_nothing(
    world: World, count_queries: CountQueries
) -> None:
    seller_id, buyer_id = world.seller(), world.person()
    ids = [world.listing(seller_id, title=f"Lamp {number}") for number in range(14)]
    paths = [f"/l/{slug_of(world, listing_id)}" for listing_id in ids]
    visitor, client = world.client(), world.client(buyer_id)
    for path in (*paths, paths[3]):
        visitor.get(path)
    expected = ["Lamp 3", *(f"Lamp {number}" for number in range(13, 1, -1) if number != 3)]
    assert titles(page(visitor, "/").select_one("[aria-labelledby=seen]")) == expected[:12]
    with count_queries() as statements:
        client.get(paths[0])
    assert not [each for each in statements if "seen_listing" in each or each.startswith(("INSERT", "UPDATE"))]
    client.get(paths[1])
    assert titles(page(client, "/").select_one("[aria-labelledby=seen]")) == ["Lamp 1", "Lamp 0"]
    elsewhere = world.client(buyer_id)  # another device of the same person
    assert titles(page(elsewhere, "/saved").select_one("[aria-labelledby=seen]")) == ["Lamp 1", "Lamp 0"]
    with count_queries() as statements:
        page(client, "/")
    assert not [each for each in statements if each.startswith("INSERT")]
    for path in paths:
        client.get(path)
    page(client, "/saved")
    assert world.rows("SELECT count(*) FROM seen_listing WHERE user_id = %s", buyer_id) == [(12,)]


def test_a_forged_cookie_shows_nothing(world: World) -> None:
    lamp = world.listing(world.seller())
    for forged in (f"{lamp}-{'0' * 32}", "1", "1.2.-", "é", f"{lamp}-"):
        client = world.client()
        client.set_cookie("tandem_seen", forged)
        assert not page(client, "/").select("[aria-labelledby=seen]")

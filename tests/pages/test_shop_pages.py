"""The public shop: finding things, one listing, one shop, pictures."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from sqlalchemy import event

from marketplace import clock, db, demo
from marketplace.catalog import operations as catalog
from marketplace.catalog.operations import CarFacts, Offer
from marketplace.errors import NotFound
from marketplace.money import Money
from tests.builders import World, form_token

CAR = CarFacts("Volvo", "240", 1990, 312_000, "Estate", "Petrol", "Manual", "Blue", "YV1AX8849L1234567")

EVERYTHING = {"1990 Volvo 240", "Brake disc", "Oil filter", "Svensk lampa"}


def page(client: FlaskClient, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    html = BeautifulSoup(answer.text, "html.parser")
    assert html.title.text == f"{html.h1.text} · Tandem"
    return html


def titles(html: BeautifulSoup | Tag) -> list[str]:
    return [title.text for title in html.select(".listing-card-title")]


def slug_of(world: World, listing_id: int) -> str:
    [(slug,)] = world.rows("SELECT slug FROM listing WHERE id = %s", listing_id)
    return str(slug)


def car(world: World, seller_id: int, price_minor: int = 500_000) -> int:
    price = Money(price_minor, "USD")
    offer = Offer("1990 Volvo 240", "Runs.\n\nStarts, too.", price, Money.zero("USD"), 1, CAR)
    listing_id = db.atomic(catalog.create_listing, (), seller_id=seller_id, offer=offer, now=world.now)
    db.atomic(catalog.publish, (), seller_id=seller_id, listing_id=listing_id, now=world.now)
    return listing_id


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    found: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        found.append(statement)

    engines = list(db.database.engines.values())
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield found
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


def test_an_empty_shop_says_so(world: World) -> None:
    page(world.client(), "/")
    html = page(world.client(), "/l")
    assert "There is nothing on the shelves yet." in html.main.text


@pytest.mark.covers("S2.1")
def test_cars_and_parts_show_their_own_attributes(world: World) -> None:
    seller_id = world.seller()
    part_page = page(world.client(), f"/l/{slug_of(world, world.listing(seller_id))}")
    car_page = page(world.client(), f"/l/{slug_of(world, car(world, seller_id))}")
    assert {term.text for term in part_page.select("main dt")} == {"Brand", "Part number", "Condition", "Fits"}
    of_car = {term.text for term in car_page.select("main dt")}
    assert {"Make", "Model", "Year", "Mileage", "Fuel", "Chassis number"} <= of_car
    assert "312,000 km" in car_page.text
    assert "$5,000.00" in car_page.main.text
    assert [text.text for text in car_page.select("#details .prose p")] == ["Runs.", "Starts, too."]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", EVERYTHING),
        ("?kind=car", {"1990 Volvo 240"}),
        ("?category=cars", {"1990 Volvo 240"}),
        ("?kind=part", {"Brake disc", "Oil filter", "Svensk lampa"}),
        ("?category=brakes", {"Brake disc", "Oil filter", "Svensk lampa"}),
        ("?category=engine", set()),
        ("?make=Volvo", {"1990 Volvo 240"}),
        ("?currency=SEK", {"Svensk lampa"}),
        ("?max=30", {"Oil filter"}),
        ("?min=30&max=200", {"Brake disc"}),
        ("?min=99.99&max=100.00", {"Brake disc"}),
        ("?min=nonsense&max=-3", EVERYTHING),
        ("?q=brake", {"Brake disc", "Oil filter", "Svensk lampa"}),  # all of them stand among the brakes
        ("?q=disc", {"Brake disc"}),
        ("?q=DISC+bra", {"Brake disc"}),
        ("?q=240", {"1990 Volvo 240"}),
        ("?q=BD-1+filter", {"Oil filter"}),
        ("?q=%25", set()),
        ("?q='%3B+drop+table+listing", set()),
        ("?q=%26+%7C+!()*:", set()),
        ("?q=a%00b", EVERYTHING),  # "a b": all have a word that begins with b
        ("?kind=boat&sort=sideways&currency=xx&at=zzz&category=no", EVERYTHING),
        ("?min=" + "9" * 400, EVERYTHING),
        ("?at=f" + "9" * 18 + "-" + "9" * 18, EVERYTHING),
    ],
)  # fmt: skip
@pytest.mark.covers("S2.31")
def test_filters_and_search_find_what_they_say_and_survive_anything(world: World, query: str, found: set[str]) -> None:
    seller_id = world.seller()
    world.listing(seller_id, 10_000)
    world.listing(seller_id, 1_425, title="Oil filter")
    world.listing(seller_id, 9_900, title="Svensk lampa", currency="SEK")
    car(world, seller_id)
    assert set(titles(page(world.client(), f"/l{query}"))) == found


def test_each_chip_drops_its_own_filter(world: World) -> None:
    world.listing(world.seller(), 10_000)
    client = world.client()
    html = page(client, "/l?q=brake&kind=part&category=brakes&min=50&max=150&sort=dearest")
    chips = {chip.contents[0]: chip["href"] for chip in html.select(".chips-item")}
    assert list(chips) == ["“brake”", "Parts", "Brakes", "$50 to $150", "US Dollar"]
    assert chips["Brakes"] == "/l?q=brake&kind=part&currency=USD&min=50&max=150&sort=dearest"
    assert chips["US Dollar"] == "/l?q=brake&kind=part&category=brakes"
    for url in chips.values():
        assert titles(page(client, url)) == ["Brake disc"]


def test_nothing_found_offers_a_looser_search(world: World) -> None:
    world.listing(world.seller(), 10_000)
    client = world.client()
    html = page(client, "/l?q=brake+zebra&category=brakes")
    looser = {link.text.strip(): link["href"] for link in html.select(".empty-state a")}
    assert looser == {
        "Without “zebra” (1)": "/l?q=brake&category=brakes",
        "Without “brake zebra” (1)": "/l?category=brakes",
    }
    for url in looser.values():
        assert titles(page(client, url)) == ["Brake disc"]


@pytest.mark.parametrize("sort", ["newest", "cheapest", "dearest"])
def test_paging_shows_each_listing_once_in_order_both_ways(world: World, sort: str) -> None:
    seller_id = world.seller()
    for number in range(50):
        world.listing(seller_id, 1_000 + number % 5 * 100, title=f"Part {number:02d}")
    client, url, seen, pages = world.client(), f"/l?sort={sort}", [], []
    while url:
        html = page(client, url)
        pages.append(titles(html))
        seen += titles(html)
        following = html.select_one(".pager a[rel=next]")
        url = following["href"] if following else ""
    assert [len(found) for found in pages] == [24, 24, 2]
    assert len(set(seen)) == 50
    prices = [1_000 + int(title[-2:]) % 5 * 100 for title in seen]
    if sort != "newest":
        assert prices == sorted(prices, reverse=sort == "dearest")
    else:
        assert seen == sorted(seen, reverse=True)
    back = html.select_one(".pager a[rel=prev]")["href"]
    assert titles(page(client, back)) == pages[1]
    assert titles(page(client, page(client, back).select_one(".pager a[rel=prev]")["href"])) == pages[0]


def test_the_number_of_queries_does_not_grow_with_the_shelves(world: World) -> None:
    seller_id = world.seller()
    world.listing(seller_id)
    [(shop_slug,)] = world.rows("SELECT slug FROM shop")
    client = world.client(world.person())
    paths = ["/l/brake-disc", "/", "/l", "/l?q=brake&sort=cheapest", f"/s/{shop_slug}"]

    def counts() -> list[int]:
        found = []
        for path in paths:
            with counted_queries() as queries:
                assert client.get(path).status_code == 200
            found.append(len(queries))
        return found

    before = counts()
    for number in range(30):
        world.listing(seller_id, title=f"Brake disc {number}")
    assert counts() == before
    assert max(before) <= 8


def test_a_visitor_without_a_basket_costs_no_query_for_the_header(world: World) -> None:
    with counted_queries() as queries:
        world.client().get("/l")
    assert not [statement for statement in queries if "notification" in statement or "cart" in statement]
    with counted_queries() as queries:
        world.client().get("/login")
        world.client().get("/nowhere")
        world.client().get("/static/favicon.svg").close()
    assert queries == []


def test_drafts_and_paused_listings_are_nobodys_business(world: World) -> None:
    seller_id = world.seller()
    listing_id = world.listing(seller_id)
    client, slug = world.client(), slug_of(world, listing_id)
    assert client.get(f"/l/{slug}").status_code == 200
    db.atomic(catalog.pause, (), seller_id=seller_id, listing_id=listing_id, now=world.now)
    assert client.get(f"/l/{slug}").status_code == 404
    assert world.client(seller_id).get(f"/l/{slug}").status_code == 404
    assert titles(page(client, "/l")) == []
    for path in ("/l/no-such-thing", "/s/no-such-shop", "/l/" + "x" * 3000):
        assert client.get(path).status_code == 404


def test_a_sold_out_listing_stays_and_cannot_be_bought(world: World) -> None:
    listing_id = world.listing(world.seller(), units=0)
    html = page(world.client(), f"/l/{slug_of(world, listing_id)}")
    assert "Sold out" in html.main.text
    assert html.select_one('form[action="/basket/add"]') is None
    assert "Sold out" in page(world.client(), "/l").select_one(".listing-card").text


def test_the_own_listing_is_looked_at_not_bought(world: World) -> None:
    seller_id = world.seller()
    slug = slug_of(world, world.listing(seller_id))
    html = page(world.client(seller_id), f"/l/{slug}")
    assert "This is your own listing" in html.main.text
    assert html.select_one('form[action="/basket/add"]') is None


def test_add_to_basket_and_buy_now_send_what_the_basket_takes(world: World) -> None:
    listing_id = world.listing(world.seller(), units=5)
    client = world.client(world.person())
    path = f"/l/{slug_of(world, listing_id)}"
    html = page(client, path)
    form = html.select_one('form[action="/basket/add"]')
    assert form.select_one("input[name=quantity]")["max"] == "5"
    fields = {"csrf_token": form_token(str(form)), "listing_id": listing_id, "quantity": 2}
    assert client.post("/basket/add", data=fields).location == "/basket"
    assert "Basket, 2 items" in client.get(path).text
    buy = form.select_one("button[name=buy]")
    answer = client.post("/basket/add", data={**fields, "quantity": 1, "buy": buy["value"]})
    assert answer.status_code == 303
    assert answer.location.startswith("/checkout")


@pytest.mark.covers("S2.31")
def test_what_sellers_write_is_text_never_markup(world: World) -> None:
    seller_id = world.seller()
    listing_id = world.listing(seller_id, title='<script>alert("x")</script> & <b>bold</b>')
    for path in ("/", "/l", f"/l/{slug_of(world, listing_id)}"):
        answer = world.client().get(path)
        assert "<script>alert" not in answer.text
        assert "&lt;script&gt;alert" in answer.text


def test_a_shop_shows_itself_and_its_own_listings(world: World) -> None:
    seller_id, other = world.seller("Ann Axle"), world.seller("Bea Brake")
    world.listing(seller_id, 2_000, title="Axle", currency="EUR")
    world.listing(seller_id, 1_000, title="Boot", currency="EUR")
    world.listing(other, title="Not here")
    [(slug,)] = world.rows("SELECT slug FROM shop WHERE seller_id = %s", seller_id)
    html = page(world.client(), f"/s/{slug}?sort=cheapest")
    assert titles(html) == ["Boot", "Axle"]
    assert "Detroit, United States" in html.main.text
    assert "Thirty days." in html.main.text


def test_prices_and_stock_are_changed_by_their_seller_only(world: World) -> None:
    seller_id = world.seller()
    listing_id = world.listing(seller_id, 1_000, units=3)
    own = {"seller_id": seller_id, "listing_id": listing_id}
    db.atomic(catalog.change_price, (), **own, price=Money(1_250, "USD"), delivery=Money(300, "USD"))
    assert db.atomic(catalog.change_stock, (), **own, units=8) == 5
    html = page(world.client(), "/l")
    assert "$12.50" in html.text
    assert "+ $3.00 delivery" in html.text
    assert world.rows("SELECT in_stock, received_units FROM listing") == [(8, 8)]
    with pytest.raises(NotFound):
        db.atomic(catalog.change_stock, (), seller_id=world.seller("Eve"), listing_id=listing_id, units=1)


@pytest.mark.covers("S2.1")
def test_the_demo_shop_is_complete_and_loaded_once(world: World) -> None:
    var_dir = world.settings.var_dir
    assert "8 sellers, 122 listings" in demo.load(var_dir, clock.now())
    assert "already" in demo.load(var_dir, clock.now())
    assert world.rows("SELECT count(*) FILTER (WHERE kind = 'car'), count(*) FROM listing WHERE status = 'active'") == [
        (35, 122)
    ]
    assert world.rows("SELECT count(DISTINCT seller_id), count(DISTINCT currency) FROM listing") == [(8, 3)]
    [(hundred,)] = world.rows(
        'SELECT count(*) FROM listing l JOIN "user" u ON u.id = seller_id '
        "WHERE email = 'seller@example.com' AND price_minor = 10000 AND delivery_minor = 0 AND currency = 'USD'"
    )
    assert hundred == 1
    assert world.rows("SELECT count(*) FROM listing WHERE price_minor = 0 AND delivery_minor = 0") == [(1,)]
    assert world.rows("SELECT count(*) > 0 FROM listing WHERE kind = 'part' AND in_stock = 1") == [(True,)]
    assert world.rows("SELECT count(*) FROM listing WHERE in_stock = 0 AND status = 'active'") == [(1,)]
    client = world.client()
    token = form_token(client.get("/login").text)
    for who in ("buyer", "seller", "seller2", "admin"):
        pair = {"email": f"{who}@example.com", "password": "demo-marketplace", "csrf_token": token}
        assert world.client().get("/login").status_code == 200
        assert client.post("/login", data={**pair, "csrf_token": token}).status_code == 303
        token = form_token(client.get("/account/security").text)


def test_pictures_are_sent_for_ever_and_nothing_else_is(world: World) -> None:
    demo.load(world.settings.var_dir, clock.now())
    [(name,)] = world.rows("SELECT file_name FROM listing_picture ORDER BY id LIMIT 1")
    client = world.client()
    answer = client.get(f"/media/{name}")
    assert answer.status_code == 200
    assert answer.mimetype == "image/svg+xml"
    assert re.fullmatch(r"[0-9a-f]{64}\.svg", str(name))
    assert {"public", "immutable", "max-age=31536000"} <= set(answer.headers["Cache-Control"].split(", "))
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "Set-Cookie" not in answer.headers
    answer.close()
    (world.settings.var_dir / "media" / "notes.txt").write_text("private")
    for wrong in ("notes.txt", "../demo.env", "..%2Fdemo.env", f"{'0' * 64}.svg", f"{'0' * 64}.html", "%00", "."):
        assert client.get(f"/media/{wrong}").status_code == 404

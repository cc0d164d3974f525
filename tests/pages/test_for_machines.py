"""What search engines and link previews read: sitemap, robots.txt, canonical addresses, Open Graph and JSON-LD."""

import json
import re
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup

from marketplace import db
from marketplace.catalog import operations as catalog
from tests.builders import World
from tests.fixtures_queries import CountQueries
from tests.pages.test_finding import car, offer, part
from tests.pages.test_shop_pages import page, slug_of

_LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


def places(world: World, path: str) -> list[str]:
    answer = world.client().get(path)
    assert (answer.status_code, answer.mimetype) == (200, "application/xml"), path
    # Our own answer, not a stranger's file.
    return [str(each.text) for each in ET.fromstring(answer.text).iter(_LOC)]


def about(html: BeautifulSoup) -> dict[str, object]:
    found: dict[str, object] = json.loads(html.select_one('script[type="application/ld+json"]').string)
    return found


@pytest.mark.tampers
def test_the_sitemap_names_what_is_for_sale_page_by_page(world: World, count_queries: CountQueries) -> None:
    assert places(world, "/sitemap.xml") == []
    seller_id, idle = world.seller("Ann"), world.seller("Bob")
    first, second, hidden = (offer(world, seller_id, part(title)) for title in ("Lamp", "Pump", "Hidden"))
    db.atomic(catalog.pause, (), seller_id=seller_id, listing_id=hidden, now=world.now)
    world.tamper(f"UPDATE listing_words SET listing_id = 70000 WHERE listing_id = {second}")
    world.tamper(f"UPDATE part_details SET listing_id = 70000 WHERE listing_id = {second}")
    world.tamper(f"UPDATE listing SET id = 70000 WHERE id = {second}")
    with count_queries() as statements:
        index = places(world, "/sitemap.xml")
    assert len(statements) == 2
    start = first // 5_000 * 5_000
    assert index[:2] == [f"http://localhost/sitemap.xml?listings={each}" for each in (start, 70_000)]
    assert places(world, index[0]) == [f"http://localhost/l/{slug_of(world, first)}"]
    assert places(world, index[1]) == [f"http://localhost/l/{slug_of(world, 70_000)}"]
    [(shop,)] = world.rows("SELECT slug FROM shop WHERE seller_id = %s", seller_id)
    assert places(world, index[2]) == [f"http://localhost/s/{shop}"]
    assert idle
    for wrong in ("1", "-1", "x", "", "9" * 40, "500000"):
        assert world.client().get(f"/sitemap.xml?listings={wrong}").status_code == 404, wrong


def test_robots_are_kept_from_what_is_ones_own(world: World) -> None:
    text = world.client().get("/robots.txt").text
    assert "Sitemap: http://localhost/sitemap.xml\n" in text
    closed = re.findall(r"^Disallow: (\S+)$", text, re.MULTILINE)
    assert {"/basket", "/admin", "/saved"} <= set(closed)
    public = ("/", "/l", "/l/brake-disc", "/s/ann", "/media/x", "/static/css/all.css")
    assert not [path for path in public for start in closed if path.startswith(start)]


@pytest.mark.tampers
def test_a_listing_tells_product_offer_and_rating(world: World) -> None:
    seller_id = world.seller("Ann")
    listing_id = offer(world, seller_id, part("Lamp </script><b>&", "L-1", condition="Used, good"), 1_250, units=2)
    world.tamper(f"UPDATE listing SET rating_sum = 9, rating_count = 2 WHERE id = {listing_id}")
    html = page(world.client(), f"/l/{slug_of(world, listing_id)}")
    url = f"http://localhost/l/{slug_of(world, listing_id)}"
    assert html.select_one("link[rel=canonical]")["href"] == url
    assert html.select_one('meta[property="og:title"]')["content"] == "Lamp </script><b>&"
    found = about(html)
    assert found["@context"] == "https://schema.org/"
    assert (found["@type"], found["name"], found["mpn"], found["url"]) == ("Product", "Lamp </script><b>&", "L-1", url)
    assert found["brand"] == {"@type": "Brand", "name": "Bosch"}
    assert found["aggregateRating"] == {"@type": "AggregateRating", "ratingValue": "4.5", "reviewCount": 2}
    told = found["offers"]
    assert isinstance(told, dict)
    assert (told["price"], told["priceCurrency"]) == ("12.50", "USD")
    assert told["availability"] == "https://schema.org/InStock"
    assert told["itemCondition"] == "https://schema.org/UsedCondition"
    sold = offer(world, seller_id, car("Volvo", "240", 1990, 5), units=0)
    found = about(page(world.client(), f"/l/{slug_of(world, sold)}"))
    assert found["@type"] == ["Product", "Car"]
    assert "aggregateRating" not in found
    assert found["offers"]["availability"] == "https://schema.org/OutOfStock"  # type: ignore[index]


def test_lists_name_their_plain_address_and_searches_are_not_kept(world: World) -> None:
    offer(world, world.seller("Ann"), part("Lamp"))
    client = world.client()
    for path, plain in (
        ("/", "/"),
        ("/l", "/l"),
        ("/l?kind=part&size=48&sort=newest&at=f9-9", "/l?kind=part"),
        ("/l?sort=cheapest", "/l?currency=USD"),
    ):
        html = page(client, path)
        assert html.select_one("link[rel=canonical]")["href"] == f"http://localhost{plain}"
        assert not html.select("meta[name=robots]")
    assert page(client, "/l?q=lamp").select_one("meta[name=robots]")["content"] == "noindex, follow"
    [(slug,)] = world.rows("SELECT slug FROM shop")
    html = page(client, f"/s/{slug}?kind=part")
    assert html.select_one("link[rel=canonical]")["href"] == f"http://localhost/s/{slug}"
    assert about(html)["@type"] == "Store"

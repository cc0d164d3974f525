"""Finding things: words, facets with counts, order, pages, what is related. Whatever is typed, a page comes back."""

import re
from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace import db
from marketplace.catalog import browsing, facet_queries
from marketplace.catalog import operations as catalog
from marketplace.catalog.filtering import SINGLE, Facet, Filter, Measure, Range, Sort, sorts_for
from marketplace.catalog.operations import CarFacts, Offer, PartFacts
from marketplace.money import Money
from tests.builders import World
from tests.fixtures_queries import CountQueries
from tests.pages.test_shop_pages import page, slug_of, titles
from tests.snapshots import walked_once

_SOME = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def part(title: str, number: str = "BD-1", **facts: str) -> tuple[str, PartFacts]:
    known = {"category": "brakes", "brand": "Bosch", "condition": "New", "fits": "Most cars", **facts}
    return title, PartFacts(part_number=number, **known)


def car(make: str, model: str, year: int, mileage_km: int, **facts: str) -> tuple[str, CarFacts]:
    known = {"body": "Estate, 5 doors", "fuel": "Petrol", "gearbox": "Manual, 5 gears", "colour": "Blue", **facts}
    return f"{year} {make} {model}", CarFacts(make, model, year, mileage_km, vin="YV1AX8849L1234567", **known)


def offer(
    world: World,
    seller_id: int,
    item: tuple[str, PartFacts | CarFacts],
    price_minor: int = 10_000,
    *,
    currency: str = "USD",
    units: int = 1,
    delivery_minor: int = 0,
    text: str = "As described.",
) -> int:
    title, facts = item
    price, delivery = Money(price_minor, currency), Money(delivery_minor, currency)
    wanted = Offer(title, text, price, delivery, units, facts)
    listing_id = db.atomic(catalog.create_listing, (), seller_id=seller_id, offer=wanted, now=world.now)
    db.atomic(catalog.publish, (), seller_id=seller_id, listing_id=listing_id, now=world.now)
    return listing_id


@pytest.fixture
def shelf(world: World) -> World:
    """Two shops, four parts and three cars, alike in some ways and different in others."""
    _fill(world)
    return world


@walked_once
def _fill(world: World) -> None:
    ann, bob = world.seller("Ann Axle"), world.seller("Bob Bolt")
    offer(world, ann, part("Brake disc, vented", "27060-0V210", fits="Volvo 240, Saab 900"), 7_000, units=5)
    offer(world, ann, part("Brake pads", "PAD 77", condition="Used, good", fits="Volvo 850"), 3_000, delivery_minor=500)
    offer(world, bob, part("Oil filter", "OF-3", category="engine", brand="Mann"), 1_500, text="Keeps the brakes away.")
    offer(world, bob, part("Gearbox mount", "27061", category="engine"), 99_00, currency="SEK", units=0)
    offer(world, ann, car("Volvo", "240 GL", 1990, 312_000), 500_000)
    offer(world, bob, car("Saab", "900", 1987, 201_000, gearbox="Automatic, 3 gears", body="Saloon, 4 doors"), 420_000)
    offer(world, bob, car("TESLA", "Model 3", 2021, 40_000, fuel="Electric"), 2_400_000)


# Words


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("brak", ["Brake disc, vented", "Brake pads", "Oil filter"]),
        ("brakes", ["Brake disc, vented", "Brake pads", "Oil filter"]),
        ("discs vented", ["Brake disc, vented"]),
        ("vented for brake", ["Brake disc, vented"]),
        ('"brake disc"', ["Brake disc, vented"]),
        ('"disc brake"', []),
        ("27060-0V210", ["Brake disc, vented"]),
        ("270600v210", ["Brake disc, vented"]),
        ("27060 0v210", ["Brake disc, vented"]),
        ("2706", ["Brake disc, vented", "Gearbox mount"]),
        ("27061", ["Gearbox mount"]),
        ("pad77", ["Brake pads"]),
        ("ann axle volvo", ["1990 Volvo 240 GL", "Brake disc, vented", "Brake pads"]),
        ("volvo electric", []),
        ("YV1AX8849L1234567 tesla", ["2021 TESLA Model 3"]),
    ],
)
def test_words_find_what_they_say_the_best_first(shelf: World, words: str, found: list[str]) -> None:
    shown = titles(page(shelf.client(), f"/l?{urlencode({'q': words})}"))
    assert sorted(shown) == sorted(found)
    if words in {"brakes", "brak"}:
        assert shown[-1] == "Oil filter"  # the word stands in its text only


def test_an_exact_number_stands_before_its_longer_brothers(world: World) -> None:
    seller_id = world.seller()
    for number in ("4711", "47110", "47119"):
        offer(world, seller_id, part(f"Seal {number[-2:]}", number))
    assert titles(page(world.client(), "/l?q=4711"))[0] == "Seal 11"


def test_what_is_sold_out_stands_behind_what_can_be_bought(world: World) -> None:
    seller_id = world.seller()
    offer(world, seller_id, part("Alternator"))
    offer(world, seller_id, part("Alternator, sold"), units=0)
    assert titles(page(world.client(), "/l?q=alternator")) == ["Alternator", "Alternator, sold"]


@pytest.mark.covers("S2.31")
@pytest.mark.parametrize(
    "text",
    [
        "'",
        "&",
        ":*",
        "\\",
        "''",
        "a'b",
        "!(",
        "<->",
        "x" * 200,
        "😀",
        "a\0b",
        "the of and",
        '"',
        '"" "',
        "%",
        "()",
        "-",
    ],
)
def test_odd_words_are_answered(shelf: World, text: str) -> None:
    answer = shelf.client().get("/l", query_string={"q": text})
    assert answer.status_code == 200
    assert shelf.client().get("/l", query_string={"q": f"brake {text}"}).status_code == 200


def test_any_text_is_answered(shelf: World) -> None:
    client = shelf.client()

    @_SOME
    @given(st.text(max_size=80), st.sampled_from(["q", "make", "min", "year_max", "from", "at", "currency", "sort"]))
    def answered(text: str, name: str) -> None:
        assert client.get("/l", query_string={name: text}, follow_redirects=True).status_code == 200

    answered()


def test_words_follow_what_sellers_change(shelf: World) -> None:
    client = shelf.client()
    [(listing_id, seller_id)] = shelf.rows("SELECT id, seller_id FROM listing WHERE title = 'Oil filter'")
    revised = Offer("Oil strainer", "Fine mesh.", Money(1_500, "USD"), Money(0, "USD"), 1, part("", "ZZ-9")[1])
    db.atomic(
        catalog.revise, (), seller_id=seller_id, listing_id=listing_id, offer=revised, seen_stock=1, now=shelf.now
    )
    assert titles(page(client, "/l?q=zz9")) == ["Oil strainer"]
    assert titles(page(client, "/l?q=strainer+mesh")) == ["Oil strainer"]
    assert titles(page(client, "/l?q=keeps")) == []
    [(wrong,)] = shelf.rows("SELECT count(*) FROM listing_words WHERE words <> listing_vector(listing_id)")
    assert wrong == 0


def test_a_sign_without_letters_says_what_to_type(shelf: World) -> None:
    html = page(shelf.client(), "/l?q=%26%26")
    assert "Type a word or a part number" in html.main.text


def test_nothing_found_leads_to_the_nearest_that_is(shelf: World) -> None:
    html = page(shelf.client(), "/l?q=brake+zeppelin&make=Volvo&condition=New")
    links = {link.text.strip(): link["href"] for link in html.select(".empty-state a")}
    assert "Without “zeppelin” (1)" in links
    assert not any("(0)" in label for label in links)
    for label, url in links.items():
        count = int(re.search(r"\((\d+)\)", label)[1])
        assert len(titles(page(shelf.client(), url))) == count


# Facets


def counts(client: FlaskClient, path: str, legend: str) -> dict[str, int]:
    html = page(client, path)
    for group in html.select("fieldset"):
        if group.legend.text.startswith(legend):
            rows = group.select(".check, .find-group-bands a")
            pairs = [(row.select_one("span").text, row.select_one(".find-group-count")) for row in rows]
            return {label: int(count.text) for label, count in pairs if count}
    return {}


def test_facets_count_without_their_own_choice(shelf: World) -> None:
    client = shelf.client()
    assert counts(client, "/l", "What") == {"Cars": 3, "Parts": 4}
    assert counts(client, "/l", "Make") == {"Volvo": 3, "Saab": 2, "Tesla": 1}
    chosen = "/l?make=Volvo&kind=car"
    assert counts(client, chosen, "Make") == {"Volvo": 1, "Saab": 1, "Tesla": 1}
    assert counts(client, chosen, "What") == {"Cars": 1, "Parts": 2}
    assert counts(client, chosen, "Gearbox") == {}  # one answer for all says nothing
    assert counts(client, "/l?kind=car", "Gearbox") == {"Manual": 2, "Automatic": 1}
    assert counts(client, "/l?kind=part", "Condition") == {"New": 3, "Used, good": 1}
    assert counts(client, "/l?category=brakes", "Condition") == {"New": 1, "Used, good": 1}
    assert counts(client, "/l", "Stock") == {"In stock": 6}
    assert counts(client, "/l", "Delivery") == {"Free delivery": 6}
    assert counts(client, "/l", "Price in USD") == {"Under $50": 2, "$50 to $4,999.99": 2, "$5,000 and up": 2}


def test_several_answers_mean_any_of_them_and_several_facets_all(shelf: World) -> None:
    client = shelf.client()
    assert len(titles(page(client, "/l?make=Volvo&make=Saab"))) == 4
    assert titles(page(client, "/l?make=Volvo&make=Saab&kind=car&gearbox=Automatic")) == ["1987 Saab 900"]
    assert titles(page(client, "/l?kind=car&year_min=1988&km_max=400000&sort=mileage")) == [
        "2021 TESLA Model 3",
        "1990 Volvo 240 GL",
    ]
    swapped = titles(page(client, "/l?kind=car&year_min=1990&year_max=1980"))
    assert sorted(swapped) == ["1987 Saab 900", "1990 Volvo 240 GL"]


def answers(found: facet_queries.Facets, wanted: Filter) -> Iterator[tuple[Filter, int, str]]:
    """Yield what every offered answer would make of `wanted`, the count it promises, and its name."""
    for facet, offered in found.answers.items():
        for answer in offered:
            # Beside other answers to the same facet a count says what this one adds, so each is chosen alone.
            yield wanted.choosing(facet, answer.value), answer.count, f"{facet}={answer.value}"
    for limits, count in found.bands:
        priced = wanted if wanted.currency else wanted.choosing(Facet.CURRENCY, "USD")
        yield priced.within(Measure.PRICE, limits), count, str(limits)


def test_every_count_is_the_number_of_listings_that_choosing_it_shows(shelf: World) -> None:
    values = facet_queries.facets(Filter(), price_currency="USD").answers
    cars = facet_queries.facets(Filter().choosing(Facet.KIND, "car"), price_currency="USD").answers
    parts = facet_queries.facets(Filter().choosing(Facet.KIND, "part"), price_currency="USD").answers
    known = {facet: [answer.value for answer in {**values, **cars, **parts}[facet]] for facet in Facet}
    one_range = st.builds(Range, st.none() | st.integers(1980, 2025), st.none() | st.integers(1980, 2025))

    @_SOME
    @given(
        st.sampled_from(["", "brak", "volvo", "27", '"brake disc"']),
        st.fixed_dictionaries(
            {facet: st.lists(st.sampled_from(known[facet]), unique=True, max_size=2) for facet in Facet}
        ),
        st.sets(st.sampled_from(Facet), max_size=3),
        one_range,
    )
    def holds(text: str, drawn: dict[Facet, list[str]], used: set[Facet], years: Range) -> None:
        choices = {facet: tuple(drawn[facet][: 1 if facet in SINGLE else 2]) for facet in used if drawn[facet]}
        wanted = Filter(text, choices).within(Measure.YEAR, years).fitting_kind()
        found = facet_queries.facets(wanted, price_currency=wanted.currency or "USD")
        assert found.total == len(browsing.cards(wanted, size=96).rows)
        offered = list(answers(found, wanted))
        assert [count for _, count, _ in offered] == browsing.counts([each for each, _, _ in offered]), offered

    holds()


def test_chips_take_back_one_choice_each_and_all_of_them(shelf: World) -> None:
    client = shelf.client()
    html = page(client, "/l?q=brake&make=Volvo&make=Saab&stock=yes&year_min=1980&size=48")
    chips = {chip.contents[0]: chip["href"] for chip in html.select(".chips-item")}
    assert list(chips) == ["“brake”", "Saab", "Volvo", "In stock", "From 1980"]
    assert chips["Saab"] == "/l?q=brake&make=Volvo&stock=yes&year_min=1980&size=48"
    assert html.select_one(".chips-clear")["href"] == "/l"
    for url in chips.values():
        page(client, url)


def test_a_forms_empty_fields_leave_the_address(shelf: World) -> None:
    answer = shelf.client().get("/l?q=&kind=&min=&max=50&make=Volvo&year_min=")
    assert (answer.status_code, answer.location) == (303, "/l?make=Volvo&currency=USD&max=50")


def test_a_swap_tells_the_browser_its_address(shelf: World) -> None:
    answer = shelf.client().get("/l?q=&kind=car&min=", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Push-Url"]) == (200, "/l?kind=car")


@pytest.mark.parametrize(
    "query",
    [
        "kind=boat&category=no&make=" + "x" * 300 + "&year_min=1e9&km_max=-4&stock=maybe&from=%00&size=9999",
        "shop=nobody&fuel=%27&gearbox=%5C&body=%25&brand=%F0%9F%98%80&condition=Broken",
        "min=1&min=2&max=a&currency=123&at=f99999999999999999999-1&sort=relevance",
        "year_min=99999999999&year_max=0&km_min=" + "9" * 60,
        "&".join(f"make=m{number}" for number in range(200)),
    ],
)
def test_nonsense_in_the_address_is_left_out(shelf: World, query: str) -> None:
    page(shelf.client(), f"/l?{query}")


# Order and pages


@pytest.mark.parametrize("sort", list(Sort))
def test_pages_follow_each_other_in_every_order(world: World, sort: Sort) -> None:
    seller_id = world.seller()
    for number in range(30):
        offer(
            world, seller_id, car("Volvo", f"V{number % 4}", 1990 + number % 5, 1_000 * (number % 7)), number % 3 * 100
        )
    wanted = Filter("volvo").choosing(Facet.KIND, "car").choosing(Facet.CURRENCY, "USD")
    assert sort in sorts_for(wanted)
    seen, place, pages = [], None, []
    while True:
        found = browsing.cards(wanted, sort, place, size=7)
        seen += found.rows
        pages.append(found)
        if found.next is None:
            break
        place = browsing.Place.parse(str(found.next))
    assert len({row.listing_id for row in seen}) == len(seen) == 30
    for each, following in pairwise(pages):
        assert following.previous
        assert browsing.cards(wanted, sort, following.previous, size=7).rows == each.rows
    figures = {
        Sort.CHEAPEST: [row.price.minor for row in seen],
        Sort.DEAREST: [-row.price.minor for row in seen],
        Sort.LATEST: [-(row.year or 0) for row in seen],
        Sort.LEAST_DRIVEN: [row.mileage_km or 0 for row in seen],
        Sort.NEWEST: [-row.listing_id for row in seen],
    }.get(sort, [])
    assert figures == sorted(figures)


def test_a_page_holds_as_many_cards_as_one_likes(world: World) -> None:
    seller_id = world.seller()
    for number in range(50):
        world.listing(seller_id, title=f"Part {number:02d}")
    html = page(world.client(), "/l?size=48")
    assert len(titles(html)) == 48
    assert [link["href"] for link in html.select(".pager-sizes a")] == ["/l", "/l?size=48", "/l?size=96"]


def test_a_search_with_facets_takes_two_statements(shelf: World, count_queries: CountQueries) -> None:
    """And a short one that asks which listings are promoted: a running shop knows that for some seconds."""
    client = shelf.client()
    for path in ("/l", "/l?q=brake&make=Volvo&min=5", "/l?kind=car&fuel=Petrol&sort=year"):
        client.get(path)
        with count_queries() as statements:
            assert client.get(path).status_code == 200
        of_search = [statement for statement in statements if "FROM promotion" not in statement]
        assert len(of_search) == 2, path
        assert len(statements) == 3, path


# What is related


def test_the_same_part_elsewhere_stands_first_then_what_is_like_it(world: World) -> None:
    ann, bob, eve = world.seller("Ann"), world.seller("Bob"), world.seller("Eve")
    here = offer(world, ann, part("Brake disc", "BD 4711", fits="Volvo 240"), 5_000)
    offer(world, bob, part("Disc for Volvo", "bd-4711", brand="BOSCH.", fits="Volvo 240"), 4_000)
    offer(world, eve, part("Volvo disc, cheap", "BD4711", fits="Volvo 240"), 3_000)
    offer(world, eve, part("Another brand", "BD4711", brand="Ate"), 2_000)
    offer(world, eve, part("Sold out", "BD4711"), 2_000, units=0)
    offer(world, bob, part("Pads", "P-1", fits="Volvo 740"), 2_000)
    offer(world, bob, part("Oil filter", "O-1", category="engine"), 2_000)
    offer(world, ann, part("Wing", "W-1", category="body"), 2_000)
    html = page(world.client(), f"/l/{slug_of(world, here)}")
    sections = {section.h2.text: titles(section) for section in html.select("section:has(.listing-card)")}
    [own] = [title for title in sections if title.startswith("More from")]
    offers = [row.select_one("td").get_text(" ", strip=True) for row in html.select("#same-part tbody tr")]
    assert [text.rpartition(" Ann")[0] or text.partition(" Eve")[0].partition(" Bob")[0] for text in offers] == [
        "This offer", "Volvo disc, cheap", "Disc for Volvo",
    ]  # fmt: skip
    assert [row.select("td")[-1].text for row in html.select("#same-part tbody tr")] == ["$50.00", "$30.00", "$40.00"]
    assert [row.select("td")[2].text for row in html.select("#same-part tbody tr")] == ["United States"] * 3
    assert sections["Similar parts"] == ["Pads", "Another brand"]
    assert sections[own] == ["Wing"]


def test_cars_lead_to_cars_of_the_same_make(world: World) -> None:
    seller_id = world.seller()
    here = offer(world, seller_id, car("Volvo", "240", 1990, 1))
    offer(world, world.seller("Bob"), car("Saab", "900", 1990, 1))
    offer(world, world.seller("Eve"), car("Volvo", "740", 1991, 1))
    html = page(world.client(), f"/l/{slug_of(world, here)}")
    assert titles(html.select_one("section[aria-labelledby=alike]")) == ["1991 Volvo 740", "1990 Saab 900"]


def test_a_shop_is_searched_by_itself(shelf: World) -> None:
    [(slug,)] = shelf.rows("SELECT slug FROM shop ORDER BY id LIMIT 1")
    client = shelf.client()
    html = page(client, f"/s/{slug}?q=volvo")
    assert sorted(titles(html)) == ["1990 Volvo 240 GL", "Brake disc, vented", "Brake pads"]
    assert counts(client, f"/s/{slug}", "What") == {"Cars": 1, "Parts": 2}
    assert counts(client, f"/s/{slug}", "Seller") == {}
    assert titles(page(client, f"/s/{slug}?q=tesla")) == []
    assert html.select_one('form[role=search][action^="/s/"]')

"""Search goes by the prices a listing can be bought at: of its variants that are there, not only the lowest."""

import random

from marketplace import db
from marketplace.catalog import browsing, facet_queries, variant_operations, variant_queries
from marketplace.catalog.browsing import Place
from marketplace.catalog.filtering import Facet, Filter, Measure, Range, Sort
from marketplace.catalog.variant_operations import VariantChange
from marketplace.money import Money
from tests.builders import World
from tests.pages.test_variants import main, words

_USD = {Facet.CURRENCY: ("USD",)}


def offer(world: World, seller_id: int, variants: list[tuple[int, int]], title: str) -> int:
    """Offer a part with variants of these prices and units, as one thing where it is only one; return its id."""
    price, units = variants[0]
    listing_id = world.listing(seller_id, price, units=units, title=title)
    if len(variants) == 1:
        return listing_id
    mine = {"seller_id": seller_id, "listing_id": listing_id, "now": world.now}
    names = [f"no {place}" for place in range(len(variants))]
    db.atomic(variant_operations.offer_in_variants, (), **mine, names=["Kind"], values=[names])
    rows = variant_queries.of_listing(listing_id, seller_id)
    changes = [
        VariantChange(row.variant_id, Money(asked, "USD"), number, 0, "", is_offered=True)
        for row, (asked, number) in zip(rows, variants, strict=True)
    ]
    db.atomic(variant_operations.change, (), **mine, changes=changes)
    return listing_id


def bought_at(variants: list[tuple[int, int]], limits: Range) -> list[int]:
    """Return the prices within `limits` at which one of these variants can be bought; all count when all are gone."""
    is_gone = not any(units for _, units in variants)
    low, high = limits.lowest or 0, limits.highest or 10**9
    return [price for price, units in variants if (units or is_gone) and low <= price <= high]


def walked(wanted: Filter, sort: Sort) -> list[int]:
    """Return the ids of all pages in an order, two cards at a time; back they are the same."""
    pages, place = [], None
    while True:
        page = browsing.cards(wanted, sort, place, size=2)
        pages.append([card.listing_id for card in page.rows])
        if page.next is None:
            break
        place = page.next
    back: Place | None = page.previous
    for expected in reversed(pages[:-1]):
        assert back is not None
        page = browsing.cards(wanted, sort, back, size=2)
        assert [card.listing_id for card in page.rows] == expected
        back = page.previous
    return [listing_id for page_ids in pages for listing_id in page_ids]


def test_ranges_orders_counts_and_bands_go_by_what_can_be_bought(world: World) -> None:
    seller_id, chance = world.seller(), random.Random(7)
    shelf = {}
    for number in range(16):
        prices = [chance.randrange(1_000, 60_000, 500) for _ in range(chance.choice((1, 1, 2, 3, 4)))]
        variants = [(price, chance.choice((0, 1, 3))) for price in prices]
        shelf[offer(world, seller_id, variants, f"Disc {number}")] = variants
    ends = [None, 4_000, 15_000, 15_500, 33_000, 52_000]
    for limits in [Range(low, high) for low in ends for high in ends if low is None or high is None or low <= high]:
        wanted = Filter(choices=_USD).within(Measure.PRICE, limits)
        fits = {key: found for key, variants in shelf.items() if (found := bought_at(variants, limits))}
        assert walked(wanted, Sort.CHEAPEST) == sorted(fits, key=lambda key: (min(fits[key]), key))
        assert walked(wanted, Sort.DEAREST) == sorted(fits, key=lambda key: (max(fits[key]), key), reverse=True)
        assert walked(wanted, Sort.NEWEST) == sorted(fits, reverse=True)
        assert browsing.counts([wanted]) == [len(fits)], limits
        assert facet_queries.facets(wanted, price_currency="USD").total == len(fits), limits
    # A count of a band is what choosing it shows: one with several prices counts in each band where it has one.
    bands = facet_queries.facets(Filter(choices=_USD), price_currency="USD").bands
    assert len(bands) > 2
    assert sum(count for _, count in bands) > len(shelf)
    for limits, count in bands:
        assert browsing.counts([Filter(choices=_USD).within(Measure.PRICE, limits)]) == [count]


def test_a_variant_that_is_gone_is_no_price_any_more(world: World) -> None:
    seller_id = world.seller()
    listing_id = offer(world, seller_id, [(9_000, 5), (12_000, 1), (30_000, 5)], "Vented disc")
    offer(world, seller_id, [(20_000, 5)], "Plain disc")
    client = world.client()

    def titles(query: str) -> list[str]:
        found = main(client.get(f"/l?currency=USD&{query}").text).select(".listing-card-title")
        return [words(each) for each in found]

    assert titles("min=100&max=150") == ["Vented disc"]
    assert titles("sort=dearest") == ["Vented disc", "Plain disc"]
    assert titles("min=100&sort=cheapest") == ["Vented disc", "Plain disc"]
    buyer_id = world.person()
    world.put_in_cart(buyer_id, variant_queries.of_listing(listing_id, seller_id)[1].variant_id)
    world.check_out(buyer_id)
    assert titles("min=100&max=150") == []
    assert titles("min=100&sort=cheapest") == ["Plain disc", "Vented disc"]
    assert titles("max=95") == ["Vented disc"]

"""What a search reads of twenty thousand listings: rows found by an index, whatever is typed."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from marketplace import db
from marketplace.catalog import browsing, facet_queries, spelling_operations, spelling_queries
from marketplace.catalog.filtering import Facet, Filter, Measure, Range, Sort
from tests.builders import World
from tests.postgres_server import kept_connection

# Rows as the product writes them, a thousand at a time instead of one; triggers are off, so words are written here.
_FILL = (
    """
    INSERT INTO listing (seller_id, kind, slug, title, description, price_minor, delivery_minor, currency, in_stock,
                         received_units, status, created_at)
    SELECT seller_id, 'part', 'bulk-' || n, word || ' ' || n, 'As described.', 1000 + n, 0, 'USD', 1, 1, 'active', now()
    FROM generate_series(1, 20000) n, shop,
         LATERAL (SELECT (ARRAY['Alternator','Brake disc','Head lamp','Radiator','Gearbox'])[1 + n % 5] AS word) w
    """,
    """
    INSERT INTO part_details (listing_id, category, brand, part_number, condition, fits, fits_makes)
    SELECT id, (ARRAY['engine','brakes','wheels','lighting','body'])[1 + id % 5], 'Bosch', 'N-' || id, 'New',
           CASE WHEN id % 500 = 0 THEN 'Volvo 240' ELSE 'Most cars' END,
           CASE WHEN id % 500 = 0 THEN ARRAY['Volvo'] ELSE '{}' END
    FROM listing
    """,
    """
    INSERT INTO listing_words (listing_id, words)
    SELECT id, setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', fits), 'B')
    FROM listing JOIN part_details ON listing_id = id
    """,
    """
    INSERT INTO listing_picture (listing_id, position, file_name, alt)
    SELECT id, 1, 'brake-disc.svg', 'A drawing' FROM listing
    """,
    # A dictionary as long as a big shop's.
    """
    INSERT INTO search_word (word, keys, met)
    SELECT word, ARRAY[left(word, 7), left(word, 6), left(word, 5)] || ARRAY(
               SELECT DISTINCT '~' || substr(word, place, 3) FROM generate_series(1, length(word) - 2) place), 1
    FROM (SELECT translate(md5(n::text), '0123456789', 'ghijklmnop') AS word FROM generate_series(1, 20000) n) w
    """,
    "INSERT INTO listing_to_learn (listing_id) SELECT id FROM listing WHERE id % 500 < 5",
    # Every twentieth comes in two variants, the second 400 dearer.
    """
    INSERT INTO listing (seller_id, kind, slug, title, description, price_minor, delivery_minor, currency, in_stock,
                         received_units, status, created_at, parent_id, option_values)
    SELECT seller_id, kind, slug || '-' || v, title, '', price_minor + v * 400, 0, currency, 1, 1, 'offered', now(), id,
           ARRAY[v::text]
    FROM listing, generate_series(0, 1) v WHERE id % 20 = 0
    """,
    """
    UPDATE listing SET option_names = '{Side}', highest_minor = price_minor + 400
    WHERE parent_id IS NULL AND id % 20 = 0
    """,
)


@contextmanager
def heard() -> Iterator[list[tuple[str, Any]]]:
    """Yield what is sent to the database, with its parameters."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        sent.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def _between(sort: Sort, lowest: int | None, highest: int | None) -> Callable[[], object]:
    """Return what asks for the first page in an order within a range of prices."""
    ranges = {Measure.PRICE: Range(lowest, highest)}
    return lambda: browsing.cards(Filter(choices={Facet.CURRENCY: ("USD",)}, ranges=ranges), sort)


@pytest.mark.tampers
def test_searches_suggestions_and_lists_read_by_index(world: World) -> None:
    world.seller()
    connection = kept_connection(world.urls.superuser)
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        for statement in _FILL:
            connection.execute(statement)
    while spelling_operations.learn_due():
        pass
    for table in ("listing", "part_details", "car_details", "listing_words", "search_word", "shop", "listing_picture"):
        connection.execute(f"VACUUM (ANALYZE) {table}")  # as the server does by itself after so many rows

    asked = {
        "misspelt": lambda: spelling_queries.spelt_right("altenator volov"),
        "a part of a word": lambda: spelling_queries.spelt_right("ternat"),
        "words": lambda: browsing.cards(Filter("volvo alternator"), Sort.RELEVANCE),
        "facets of words": lambda: facet_queries.facets(Filter("volvo"), price_currency="USD"),
        "counts": lambda: browsing.counts([Filter("volvo"), Filter("volvo alternator")]),
        "newest": lambda: browsing.cards(Filter(), Sort.NEWEST),
        "category": lambda: browsing.cards(Filter(choices={Facet.CATEGORY: ("brakes",)}), Sort.NEWEST),
        "facets": lambda: facet_queries.facets(Filter(), price_currency="USD"),
        "facets of a category": lambda: facet_queries.facets(
            Filter(choices={Facet.CATEGORY: ("brakes",)}), price_currency="USD"
        ),
        "facets of a make and a price": lambda: facet_queries.facets(
            Filter(
                choices={Facet.KIND: ("part",), Facet.MAKE: ("Volvo",), Facet.CURRENCY: ("USD",)},
                ranges={Measure.PRICE: Range(5_000, 5_200)},
            ),
            price_currency="USD",
        ),
        "parts of a make": lambda: browsing.cards(
            Filter(choices={Facet.KIND: ("part",), Facet.MAKE: ("Volvo",)}), Sort.NEWEST
        ),
        "prices": lambda: browsing.cards(
            Filter(choices={Facet.CURRENCY: ("USD",)}, ranges={Measure.PRICE: Range(5_000, 6_000)}), Sort.CHEAPEST
        ),
        **{f"prices, {sort}": _between(sort, 5_000, 5_200) for sort in (Sort.CHEAPEST, Sort.DEAREST, Sort.NEWEST)},
        **{f"prices from, {sort}": _between(sort, 20_900, None) for sort in (Sort.CHEAPEST, Sort.DEAREST)},
        **{f"all, {sort}": _between(sort, None, None) for sort in (Sort.CHEAPEST, Sort.DEAREST)},
        "any currency, dearest": lambda: browsing.cards(Filter(), Sort.DEAREST),
        "counts of prices": lambda: browsing.counts([Filter(ranges={Measure.PRICE: Range(5_000, 5_200)})]),
        "facets of prices": lambda: facet_queries.facets(
            Filter(choices={Facet.CURRENCY: ("USD",)}, ranges={Measure.PRICE: Range(5_000, 5_200)}),
            price_currency="USD",
        ),
    }
    for name, ask in asked.items():
        with heard() as sent:
            answer = ask()
        assert answer, name
        [(statement, parameters)] = sent
        with db.database.engines["reader"].connect() as reader:
            plan = "\n".join(str(line) for (line,) in reader.exec_driver_sql(f"EXPLAIN {statement}", parameters))
        # One shop and no car: reading those tables is no search.
        read = set(re.findall(r"Seq Scan on (\w+)", plan)) - {"shop", "car_details"}
        assert not read, f"{name}\n{plan}"
        assert "Index" in plan, f"{name}\n{plan}"
    assert spelling_queries.spelt_right("altenator volov") == ("alternator volvo",)

    shelf = facet_queries.facets(Filter(), price_currency="USD")
    assert (shelf.total, shelf.is_least, shelf.bands_are_least) == (facet_queries.MOST_COUNTED, True, True)
    assert all(answer.is_least for answers in shelf.answers.values() for answer in answers)
    assert "2,000+ listings" in world.client().get("/l").text
    volvos = facet_queries.facets(Filter(choices={Facet.MAKE: ("Volvo",)}), price_currency="USD")
    assert (volvos.total, volvos.is_least) == (40, False)
    assert [(answer.value, answer.count, answer.is_least) for answer in volvos.answers[Facet.MAKE]] == [
        ("Volvo", 40, False)
    ]

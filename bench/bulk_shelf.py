"""Sellers, buyers and listings for `bench.bulk`, by the thousand: rows as registering, opening and publishing leave them.

The triggers make each listing's words; `words learnt` is the product's own job.
"""

from dataclasses import dataclass

import psycopg

from bench.bulk_seed import BUYERS, Seed
from marketplace import db
from marketplace.catalog import rules
from marketplace.catalog import spelling_operations as spelling

_THINGS = {
    "engine": "Timing belt kit,Water pump,Oil filter,Turbocharger,Cylinder head gasket,Camshaft sensor",
    "brakes": "Brake disc,Brake caliper,Brake pads,Brake hose,Master cylinder,Handbrake cable",
    "suspension": "Shock absorber,Control arm,Wheel bearing,Coil spring,Tie rod end,Stabiliser link",
    "wheels": "Alloy wheel,Winter tyre,Wheel bolt set,Hub cap,Spare wheel,Tyre pressure sensor",
    "lighting": "Headlight,Tail light,Fog lamp,Indicator lens,Bulb set,Number plate light",
    "electrics": "Alternator,Starter motor,Battery cable,Ignition coil,Fuse box,Window motor",
    "body": "Front bumper,Door mirror,Bonnet,Wing panel,Windscreen,Boot lid",
    "interior": "Driver seat,Steering wheel,Floor mats,Gear knob,Dashboard trim,Seat belt",
    "exhaust": "Exhaust manifold,Catalytic converter,Silencer,Lambda sensor,Flexible pipe,Tailpipe",
    "cooling": "Radiator,Thermostat,Cooling fan,Heater core,Expansion tank,Coolant hose",
}
_BRANDS = "Bosch,Brembo,Sachs,Valeo,Hella,Mahle,SKF,Febi,Lemforder,NGK,Denso,Continental,Meyle,TRW,Gates,Pierburg"
_MODELS = "Comfort,Estate,Sport,Touring,Classic,Cross,Limited,Premium,City,Terra,Vista,Nova"
_COUNTRIES = "US,US,US,DE,GB,SE,FR,CA"
_CITIES = "Detroit,Chicago,Austin,Hamburg,Leeds,Malmö,Lyon,Toronto"
_CURRENCIES = "USD,USD,USD,EUR,GBP,SEK,EUR,CAD"

_PEOPLE = """
INSERT INTO "user" (id, email, name, password_hash, is_seller, is_admin, created_at)
OVERRIDING SYSTEM VALUE
SELECT %(first)s + n, %(word)s || n || '@example.net', initcap(%(word)s) || ' ' || n, '-', %(sells)s, false,
    %(now)s - interval '500 days'
FROM generate_series(0, %(count)s - 1) n
"""
# Shops, accounts and listings are made after one of the seed's: whatever columns they have, these are changed.
_AFTER_MODEL = """
INSERT INTO {table} SELECT made.* FROM (SELECT t AS one FROM {table} t WHERE id = %(model)s) m, {rows} n,
    LATERAL jsonb_populate_record(m.one, jsonb_build_object({changes})) made
"""
_SHOP = """'id', %(shop)s + n, 'seller_id', %(first)s + n, 'slug', 'bulk-shop-' || n, 'name', 'Bulk Shop ' || n,
    'city', (%(cities)s::text[])[1 + n %% 8], 'country', (%(countries)s::text[])[1 + n %% 8]"""
_ACCOUNT = "'id', %(account)s + n, 'seller_id', %(first)s + n, 'account_id', (m.one).account_id || '_' || n"
# Every fifth listing is a car. Prime steps mix makes, things and prices, so that no filter meets a run of neighbours.
_LISTING = """'id', %(listing)s + n, 'seller_id', %(first)s + n %% %(sellers)s,
    'kind', CASE WHEN is_car THEN 'car' ELSE 'part' END, 'slug', 'bulk-' || n,
    'title', CASE WHEN is_car THEN make || ' ' || model || ' ' || (1998 + n %% 27)
        ELSE brand || ' ' || thing || ' for ' || make || ' ' || model END,
    'description', CASE WHEN is_car THEN 'Serviced every year, two keys, no rust. Driven by one family.'
        ELSE 'Tested and cleaned. Comes with all bolts and a guarantee of thirty days.' END,
    'price_minor', CASE WHEN is_car THEN 100000 + (n::bigint * 7919) %% 4000000
        ELSE 500 + (n::bigint * 7919) %% 90000 END,
    'delivery_minor', CASE n %% 4 WHEN 0 THEN 0 ELSE 900 END,
    'currency', (%(currencies)s::text[])[1 + n %% %(sellers)s %% 8],
    'in_stock', CASE WHEN n %% 23 = 7 THEN 0 WHEN is_car THEN 1 ELSE 3 + n %% 50 END,
    'status', CASE WHEN n %% 19 = 3 THEN 'paused' ELSE 'active' END,
    'created_at', %(now)s - interval '400 days' + (n * interval '400 days') / %(listings)s,
    'published_at', %(now)s - interval '400 days' + (n * interval '400 days') / %(listings)s"""
_GOODS = """
CREATE TEMP TABLE bulk_goods AS
SELECT n, n %% 5 = 4 AS is_car, (%(makes)s::text[])[1 + (n * 7 + n / 36) %% %(make_count)s] AS make,
    (%(models)s::text[])[1 + (n * 5 + n / 12) %% 12] AS model, (%(brands)s::text[])[1 + (n * 3 + n / 16) %% 16] AS brand,
    (%(things)s::text[])[1 + (n * 11 + n / 60) %% 60] AS thing,
    (%(categories)s::text[])[1 + ((n * 11 + n / 60) %% 60) / 6] AS category
FROM generate_series(0, %(listings)s - 1) n
"""
_CARS = """
INSERT INTO car_details SELECT %(listing)s + n, make, model, 1998 + n %% 27, (n::bigint * 6151) %% 280000,
    CASE n %% 3 WHEN 0 THEN 'Estate, 5 doors' WHEN 1 THEN 'Saloon, 4 doors' ELSE 'Hatchback, 3 doors' END,
    CASE n %% 4 WHEN 0 THEN 'Diesel' WHEN 1 THEN 'Electric' ELSE 'Petrol' END,
    CASE n %% 2 WHEN 0 THEN 'Manual, 5 gears' ELSE 'Automatic' END,
    CASE n %% 3 WHEN 0 THEN 'Red' WHEN 1 THEN 'Blue' ELSE 'Silver' END, 'WVW' || lpad(n::text, 14, '0')
FROM bulk_goods WHERE is_car ORDER BY n
"""
_PARTS = """
INSERT INTO part_details (listing_id, category, brand, part_number, condition, fits, fits_makes)
SELECT %(listing)s + n, category, brand, left(brand, 2) || '-' || 10000 + n / 3,
    (%(conditions)s::text[])[1 + n %% 5], make || ' ' || model, ARRAY[make] FROM bulk_goods WHERE NOT is_car ORDER BY n
"""
_HISTORY = """
INSERT INTO status_change (subject, subject_id, verb, from_status, to_status, because, actor_kind, actor_user_id,
    source, at)
SELECT subject, %(account)s + n, verb, from_status, to_status, because, actor_kind,
    CASE WHEN actor_user_id IS NULL THEN NULL ELSE %(first)s + n END, source, at - interval '500 days'
FROM status_change, generate_series(0, %(count)s - 1) n
WHERE subject = 'seller_account' AND subject_id = %(model)s ORDER BY n, id
"""
_SERIES = """
INSERT INTO invoice_series (id, key, kind, issuer_id, prefix, last_position)
OVERRIDING SYSTEM VALUE
SELECT %(series)s + n, (%(first)s + n) || ':invoice', 'invoice', %(first)s + n, 'INV-' || %(first)s + n || '-', 0
FROM generate_series(0, %(count)s - 1) n
"""
_NEXT = """SELECT setval(pg_get_serial_sequence('"{table}"', 'id'), max(id)) FROM "{table}\""""


@dataclass(frozen=True)
class Crowd:
    """The people and goods that orders are spread over: first ids, which are followed by the others, and how many."""

    first_seller: int
    sellers: int
    first_buyer: int
    buyers: int
    first_listing: int
    per_seller: int
    """Listings of each seller: the n-th stands at `first_listing + place of the seller + n * sellers`."""
    first_shop: int
    first_account: int
    first_series: int


def fill(owner: psycopg.Connection, seed: Seed, *, listings: int, orders: int) -> Crowd:
    """Add people, shops and listings in one transaction, and return where they are."""
    sellers = max(12, min(400, listings // 50))
    buyers = max(BUYERS, min(10_000, orders // 100))
    first = seed.done["user"] + 1
    crowd = Crowd(
        first_seller=first,
        sellers=sellers,
        first_buyer=first + sellers,
        buyers=buyers,
        first_listing=seed.done["listing"] + 1,
        per_seller=listings // sellers,
        first_shop=seed.done["shop"] + 1,
        first_account=seed.done["seller_account"] + 1,
        first_series=seed.done["invoice_series"] + 1,
    )
    with owner.transaction():
        _people(owner, crowd)
        _goods(owner, crowd, listings)
    return crowd


def learn_words() -> None:
    """Let the product's job learn the words of all listings. Inside an application context."""
    while spelling.learn_due():
        pass
    for engine in db.database.engines.values():
        engine.dispose()


def _people(owner: psycopg.Connection, crowd: Crowd) -> None:
    sides = ((crowd.first_seller, crowd.sellers, "seller", True), (crowd.first_buyer, crowd.buyers, "buyer", False))
    [(now,)] = owner.execute("SELECT max(created_at) FROM purchase").fetchall()
    for first, count, word, sells in sides:
        owner.execute(_PEOPLE, {"first": first, "count": count, "word": word, "sells": sells, "now": now})
    values = {"first": crowd.first_seller, "count": crowd.sellers, "now": now}
    values |= {"cities": _CITIES.split(","), "countries": _COUNTRIES.split(",")}
    values |= {"shop": crowd.first_shop, "account": crowd.first_account, "model": 1}
    rows = "generate_series(0, %(count)s - 1)"
    owner.execute(_AFTER_MODEL.format(table="shop", rows=rows, changes=_SHOP).encode(), values)
    owner.execute(_AFTER_MODEL.format(table="seller_account", rows=rows, changes=_ACCOUNT).encode(), values)
    owner.execute(_HISTORY, values)
    owner.execute(_SERIES, values | {"series": crowd.first_series})


def _goods(owner: psycopg.Connection, crowd: Crowd, listings: int) -> None:
    [(now,)] = owner.execute("SELECT max(created_at) FROM purchase").fetchall()
    values = {
        "first": crowd.first_seller,
        "model": 1,
        "sellers": crowd.sellers,
        "listing": crowd.first_listing,
        "listings": listings,
        "now": now,
        "currencies": _CURRENCIES.split(","),
        "makes": list(rules.MAKES),
        "make_count": len(rules.MAKES),
        "models": _MODELS.split(","),
        "brands": _BRANDS.split(","),
        "things": ",".join(_THINGS.values()).split(","),
        "categories": list(_THINGS),
        "conditions": list(rules.CONDITIONS),
    }
    owner.execute(_GOODS, values)
    owner.execute(_AFTER_MODEL.format(table="listing", rows="bulk_goods", changes=_LISTING).encode(), values)
    owner.execute(_CARS, values)
    owner.execute(_PARTS, values)
    for table in ("user", "shop", "seller_account", "listing", "invoice_series"):
        owner.execute(_NEXT.format(table=table).encode())
    # One row of history each, as publishing writes it after the draft.
    for verb, before, after, where in (
        ("begin", None, "draft", "true"),
        ("publish", "draft", "active", "true"),
        ("pause", "active", "paused", "status = 'paused'"),
    ):
        owner.execute(
            "INSERT INTO status_change (subject, subject_id, verb, from_status, to_status, because, actor_kind,"
            " actor_user_id, source, at) SELECT 'listing', id, %s, %s, %s, 'bench', 'user', seller_id, 'bench',"
            f" created_at FROM listing WHERE id >= %s AND {where} ORDER BY id",
            (verb, before, after, crowd.first_listing),
        )

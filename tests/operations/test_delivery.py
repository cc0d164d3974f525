"""Delivery profiles from the basket to the order: what is charged, what is not sent, and what is frozen."""

from dataclasses import replace

import pytest

from marketplace import db
from marketplace.carts import queries as carts
from marketplace.carts.parts import Problem
from marketplace.catalog import delivering, shelf_operations
from marketplace.checkout import queries as checkout
from marketplace.checkout.operations import CartChanged
from marketplace.delivery import operations, queries
from marketplace.delivery.rules import Zone
from marketplace.errors import Conflict, Invalid, NotFound
from marketplace.money import Money
from tests.builders import ADDRESS, World
from tests.builders_delivery import by_weight, flat, pickup, profile, send_by

CANADA = {**ADDRESS, "country": "CA", "region": "ON"}


def shown_minor(world: World, listing_id: int) -> object:
    return world.rows("SELECT delivery_minor FROM listing WHERE id = %s", listing_id)[0][0]


def test_an_order_pays_what_its_country_costs_and_keeps_what_was_agreed(world: World) -> None:
    seller, buyer = world.seller(), world.person()
    profile_id, _ = profile(world, seller, flat("US"), by_weight("CA", bands=((1_000, 1_500), (9_000, 4_000))))
    disc, pad = world.listing(seller, 10_000), world.listing(seller, 333, title="Brake pad")
    send_by(seller, disc, profile_id, 700)
    send_by(seller, pad, profile_id, 200)
    world.put_in_cart(buyer, disc, 2)
    world.put_in_cart(buyer, pad)
    assert checkout.review(buyer, "USD", world.now, "US").total.minor == 20_333 + 900
    agreed = world.agreed(buyer)
    there = checkout.review(buyer, "USD", world.now, "CA").total.minor
    assert there == 20_333 + 4_000
    with pytest.raises(CartChanged):
        world.begin(replace(agreed, delivery_address=CANADA, shown_country="US"))
    with pytest.raises(CartChanged):
        world.begin(replace(agreed, delivery_address=CANADA))
    world.begin(replace(agreed, delivery_address=CANADA, expected_total_minor=there, shown_country="CA"))
    [(total, delivery, name, country, is_pickup, grams)] = world.rows(
        'SELECT total_minor, delivery_minor, name, country, is_pickup, weight_grams FROM "order" JOIN order_delivery'
        " ON order_id = id"
    )
    assert (total, delivery, name, country, is_pickup, grams) == (there, 4_000, "Parcel", "CA", False, 1_600)


def test_what_is_frozen_does_not_follow_the_profile(world: World) -> None:
    seller, buyer = world.seller(), world.person()
    profile_id, [zone_id, _] = profile(world, seller)
    listing = world.listing(seller)
    send_by(seller, listing, profile_id)
    world.put_in_cart(buyer, listing)
    world.pay(world.check_out(buyer))
    world.settle_down()
    before = world.rows("SELECT * FROM order_delivery")
    dearer = Zone(zone_id, ("US",), flat().method, 5_000, None, 9, 9)
    db.atomic(delivering.write_zone, (), seller_id=seller, profile_id=profile_id, zone=dearer)
    values = {"seller_id": seller, "profile_id": profile_id, "name": "Slow", "handling_days": 9}
    db.atomic(operations.change_profile, (), **values)
    assert world.rows("SELECT * FROM order_delivery") == before
    assert world.rows('SELECT delivery_minor FROM "order"') == [(900,)]


def test_a_country_in_no_zone_leaves_out_what_is_not_sent_there(world: World) -> None:
    seller, buyer = world.seller(), world.person()
    profile_id, _ = profile(world, seller, flat("CA"))
    near, free = world.listing(seller, 5_000), world.listing(seller, 700, delivery_minor=100, title="Cap")
    send_by(seller, near, profile_id)
    world.put_in_cart(buyer, near)
    world.put_in_cart(buyer, free)
    found = checkout.review(buyer, "USD", world.now, "US", {"US": "the United States"}.__getitem__)
    assert found.total.minor == 800
    assert found.notices == ("Brake disc is not delivered to the United States and is left out.",)
    assert found.depends_on_country
    [part] = carts.contents(buyer, None, country="CA", now=world.now)
    assert part.total.minor == 5_700 + 900
    assert part.shops[0].agreed is None, "the standard delivery says no day"


def test_nothing_is_bought_where_nothing_is_sent(world: World) -> None:
    seller, buyer = world.seller(), world.person()
    profile_id, _ = profile(world, seller, flat("CA"))
    listing = world.listing(seller)
    send_by(seller, listing, profile_id)
    world.put_in_cart(buyer, listing)
    agreed = world.agreed(buyer)
    with pytest.raises(CartChanged):
        world.begin(agreed)
    assert world.rows("SELECT count(*) FROM purchase") == [(0,)]


def test_too_heavy_together_is_said_of_all_that_goes_together(world: World) -> None:
    seller, buyer = world.seller(), world.person()
    profile_id, _ = profile(world, seller, by_weight("US", bands=((2_000, 700),)))
    one, other = world.listing(seller), world.listing(seller, title="Brake pad")
    for listing in (one, other):
        send_by(seller, listing, profile_id, 1_500)
        world.put_in_cart(buyer, listing)
    [part] = carts.contents(buyer, None, now=world.now)
    assert set(part.shops[0].problems.values()) == {Problem.TOO_HEAVY}
    assert not part.can_be_bought


def test_lists_show_what_the_first_zone_costs(world: World) -> None:
    seller = world.seller()
    profile_id, [zone_id, other_id] = profile(world, seller, flat("US", free_from=20_000), pickup())
    listing = world.listing(seller, 10_000, delivery_minor=333)
    send_by(seller, listing, profile_id)
    assert shown_minor(world, listing) == 900
    values = {"seller_id": seller, "listing_id": listing, "seen_stock": 10, "units": 10}
    db.atomic(shelf_operations.reprice_and_restock, (), price=Money(20_000, "USD"), **values)
    assert shown_minor(world, listing) == 0
    zone = Zone(zone_id, ("US",), flat().method, 1_100, None, 1, 1)
    db.atomic(delivering.write_zone, (), seller_id=seller, profile_id=profile_id, zone=zone)
    assert shown_minor(world, listing) == 1_100
    db.atomic(delivering.remove_zone, (), seller_id=seller, profile_id=profile_id, zone_id=zone_id)
    assert shown_minor(world, listing) == 0
    with pytest.raises(Conflict):
        db.atomic(delivering.remove_zone, (), seller_id=seller, profile_id=profile_id, zone_id=other_id)


def test_a_profile_is_archived_when_no_listing_has_it(world: World) -> None:
    seller, rival = world.seller(), world.seller()
    profile_id, _ = profile(world, seller)
    listing = world.listing(seller, delivery_minor=333)
    send_by(seller, listing, profile_id)
    copy = db.atomic(shelf_operations.copy_listing, (), seller_id=seller, listing_id=listing, now=world.now)
    ids = {"seller_id": seller, "profile_id": profile_id}
    with pytest.raises(Conflict, match="2 of your listings"):
        db.atomic(delivering.archive, (), now=world.now, **ids)
    with pytest.raises(NotFound):
        db.atomic(delivering.archive, (), seller_id=rival, profile_id=profile_id, now=world.now)
    moved = db.atomic(delivering.move_all, (), seller_id=seller, currency="USD", old_id=profile_id, new_id=None)
    assert moved == 2
    db.atomic(delivering.archive, (), now=world.now, **ids)
    assert queries.profile(profile_id).is_archived
    with pytest.raises(NotFound):
        send_by(seller, copy, profile_id)


def test_a_listing_takes_profiles_of_its_seller_and_currency_only(world: World) -> None:
    seller, rival = world.seller(), world.seller()
    listing = world.listing(seller)
    with pytest.raises(Invalid):
        send_by(seller, listing, profile(world, seller, currency="EUR")[0])
    with pytest.raises(NotFound):
        send_by(seller, listing, profile(world, rival)[0])
    with pytest.raises(NotFound):
        send_by(rival, listing, None)
    with pytest.raises(Invalid):
        send_by(seller, listing, None, 2_000_001)


def test_names_and_countries_are_there_once(world: World) -> None:
    seller = world.seller()
    profile(world, seller)
    for name in ("Parcel", " parcel ".title(), "Standard", ""):
        with pytest.raises(Invalid):
            profile(world, seller, name=name)
    with pytest.raises(Invalid):
        profile(world, seller, flat("US"), flat("US"), name="Twice")

"""Carts with real commits: adding, changing, removing, merging at sign-in."""

import hashlib
import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event

from marketplace import clock, db
from marketplace.carts import operations as carts
from marketplace.carts import queries
from marketplace.carts.operations import Put
from marketplace.carts.parts import Line, Problem, ShopPart
from marketplace.catalog import operations as catalog
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.money import Money
from tests.builders import World

_numbers = itertools.count(1)
NOBODY = {"user_id": None, "token_hash": None}


def add(listing_id: int, quantity: int = 1, *, user_id: int | None = None, token: bytes | None = None) -> Put:
    return db.atomic(
        carts.add, (), user_id=user_id, token_hash=token, listing_id=listing_id, quantity=quantity, now=clock.now()
    )


def visitor() -> bytes:
    return hashlib.sha256(f"visitor {next(_numbers)}".encode()).digest()


def quantities(user_id: int | None = None, token: bytes | None = None) -> dict[int, int]:
    parts = queries.contents(user_id, token, now=clock.now())
    return {line.listing_id: line.quantity for part in parts for shop in part.shops for line in shop.lines}


def only_line(user_id: int) -> tuple[ShopPart, Line]:
    [part] = queries.contents(user_id, None, now=clock.now())
    [shop] = part.shops
    [line] = shop.lines
    return shop, line


def reprice(seller_id: int, listing_id: int, minor: int) -> None:
    price, delivery = Money(minor, "USD"), Money(0, "USD")
    db.atomic(catalog.change_price, (), seller_id=seller_id, listing_id=listing_id, price=price, delivery=delivery)


def test_units_add_up_on_one_line_as_far_as_stock_goes(world: World) -> None:
    buyer, listing = world.person(), world.listing(world.seller(), units=3)
    assert add(listing, 2, user_id=buyer).quantity == 2
    put = add(listing, 2, user_id=buyer)
    assert (put.quantity, put.is_capped) == (3, True)
    with pytest.raises(Conflict, match="holds 3 of Brake disc already"):
        add(listing, 1, user_id=buyer)
    assert quantities(buyer) == {listing: 3}
    assert queries.count(buyer, None) == 3


def test_what_cannot_be_bought_is_refused_in_words(world: World) -> None:
    seller_id = world.seller()
    listing, paused, sold_out = world.listing(seller_id), world.listing(seller_id), world.listing(seller_id, units=1)
    db.atomic(catalog.pause, (), seller_id=seller_id, listing_id=paused, now=world.now)
    db.atomic(catalog.change_stock, (), seller_id=seller_id, listing_id=sold_out, units=0)
    buyer = world.person()
    with pytest.raises(NotAllowed, match="This is your own listing"):
        add(listing, user_id=seller_id)
    with pytest.raises(Conflict, match="not for sale"):
        add(paused, user_id=buyer)
    with pytest.raises(Conflict):
        add(sold_out, user_id=buyer)
    with pytest.raises(Invalid):
        add(listing, 0, user_id=buyer)
    with pytest.raises(NotFound):
        add(2**62, user_id=buyer)
    assert queries.contents(buyer, None, now=clock.now()) == ()


def test_a_changed_quantity_is_capped_and_removing_can_be_undone(world: World) -> None:
    buyer, listing = world.person(), world.listing(world.seller(), units=5)
    line_id = add(listing, 2, user_id=buyer).line_id
    put = db.atomic(carts.change_quantity, (), user_id=buyer, token_hash=None, line_id=line_id, quantity=9)
    assert (put.quantity, put.is_capped) == (5, True)
    gone = db.atomic(carts.remove, (), user_id=buyer, token_hash=None, line_id=line_id)
    assert quantities(buyer) == {}
    add(gone.listing_id, gone.quantity, user_id=buyer)
    assert quantities(buyer) == {listing: 5}


def test_lines_of_other_carts_are_not_found(world: World) -> None:
    owner, stranger, listing = world.person(), world.person(), world.listing(world.seller())
    line_id = add(listing, user_id=owner).line_id
    for key in ({"user_id": stranger, "token_hash": None}, {"user_id": None, "token_hash": visitor()}, NOBODY):
        with pytest.raises(NotFound):
            db.atomic(carts.remove, (), line_id=line_id, **key)
        with pytest.raises(NotFound):
            db.atomic(carts.change_quantity, (), line_id=line_id, quantity=2, **key)
        db.atomic(carts.accept_prices, (), prices={line_id: 1}, **key)
    assert only_line(owner)[1].seen_price == Money(10_000, "USD")


def test_a_new_price_is_announced_until_the_buyer_has_seen_it(world: World) -> None:
    seller_id, buyer = world.seller(), world.person()
    listing = world.listing(seller_id, price_minor=10_000)
    line_id = add(listing, user_id=buyer).line_id
    reprice(seller_id, listing, 12_000)
    assert only_line(buyer)[1].is_price_changed
    db.atomic(carts.accept_prices, (), user_id=buyer, token_hash=None, prices={line_id: 12_000})
    assert not only_line(buyer)[1].is_price_changed
    # The page showed 1200, but before the buyer went on the price rose again: that is announced too.
    reprice(seller_id, listing, 13_000)
    db.atomic(carts.accept_prices, (), user_id=buyer, token_hash=None, prices={line_id: 12_000})
    assert only_line(buyer)[1].is_price_changed


def test_stock_that_shrinks_takes_a_line_out_of_the_count(world: World) -> None:
    seller_id, buyer = world.seller(), world.person()
    listing = world.listing(seller_id, units=3)
    line_id = add(listing, 3, user_id=buyer).line_id
    db.atomic(catalog.change_stock, (), seller_id=seller_id, listing_id=listing, units=1)
    shop, _ = only_line(buyer)
    assert shop.problems == {line_id: Problem.TOO_FEW}
    assert shop.total == Money(0, "USD")


def test_units_set_aside_for_the_buyer_still_count_as_available(world: World) -> None:
    seller_id, buyer = world.seller(), world.person()
    listing = world.listing(seller_id, units=1)
    add(listing, user_id=buyer)
    db.atomic(catalog.change_stock, (), seller_id=seller_id, listing_id=listing, units=0)
    (part,) = queries.contents(buyer, None, {listing: 1}, now=clock.now())
    assert part.can_be_bought


def test_a_visitors_cart_goes_along_at_sign_in(world: World) -> None:
    seller_id = world.seller()
    first, second, own_shop = world.listing(seller_id), world.listing(seller_id), world.seller()
    own = world.listing(own_shop)
    token = visitor()
    for listing, quantity in ((first, 1), (second, 2), (own, 1)):
        add(listing, quantity, token=token)
    add(first, 3, user_id=own_shop)
    assert db.atomic(carts.merge, (), user_id=own_shop, token_hash=token, now=world.now) == 2
    assert quantities(own_shop) == {first: 3, second: 2}
    assert queries.count(None, token) == 0
    assert db.atomic(carts.merge, (), user_id=own_shop, token_hash=token, now=world.now) == 0


def test_merging_keeps_the_larger_number_and_the_price_the_visitor_saw(world: World) -> None:
    seller_id, buyer, token = world.seller(), world.person(), visitor()
    listing = world.listing(seller_id, price_minor=10_000)
    add(listing, 2, token=token)
    reprice(seller_id, listing, 9_000)
    db.atomic(carts.merge, (), user_id=buyer, token_hash=token, now=world.now)
    _, line = only_line(buyer)
    assert (line.quantity, line.seen_price.minor, line.unit_price.minor) == (2, 10_000, 9_000)


def test_the_same_click_many_times_at_once_makes_one_cart_and_one_line(world: World) -> None:
    buyer, listing = world.person(), world.listing(world.seller(), units=50)

    def click(_number: int) -> None:
        with world.app.app_context():
            add(listing, user_id=buyer)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(click, range(8)))
    assert quantities(buyer) == {listing: 8}


def test_a_cart_costs_one_query_however_full_it_is(world: World) -> None:
    buyer, statements = world.person(), []
    for _ in range(5):
        add(world.listing(world.seller()), user_id=buyer)
    reader = db.database.engines["reader"]

    def note(*_: object) -> None:
        statements.append(1)

    event.listen(reader, "after_cursor_execute", note)
    try:
        [part] = queries.contents(buyer, None, now=clock.now())
    finally:
        event.remove(reader, "after_cursor_execute", note)
    assert len(part.shops) == 5
    assert len(statements) == 1

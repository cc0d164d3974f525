"""What may lie in a cart, and what it adds up to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.carts.parts import Line, Problem
from marketplace.carts.rules import MAX_QUANTITY, Allowed, allow_quantity, arrange, check_buyer, delivery_of, problem_of
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.money import Money

BUYER, SELLER, OTHER_SELLER = 1, 20, 10


def line(
    line_id: int = 1,
    *,
    seller_id: int = SELLER,
    shop_name: str = "Nordic Parts",
    quantity: int = 1,
    price: int = 1000,
    seen: int | None = None,
    delivery: int = 500,
    currency: str = "USD",
    tax: int = 0,
    available: int = 5,
    is_active: bool = True,
) -> Line:
    return Line(
        line_id=line_id,
        listing_id=line_id + 100,
        slug=f"listing-{line_id}",
        title=f"Listing {line_id}",
        picture=None,
        seller_id=seller_id,
        shop_name=shop_name,
        shop_slug=shop_name.lower().replace(" ", "-"),
        tax_basis_points=tax,
        quantity=quantity,
        unit_price=Money(price, currency),
        seen_price=Money(price if seen is None else seen, currency),
        delivery=Money(delivery, currency),
        available=available,
        is_active=is_active,
    )


@pytest.mark.parametrize(
    ("wanted", "available", "allowed"),
    [
        (1, 1, Allowed(1, is_capped=False)),
        (3, 2, Allowed(2, is_capped=True)),
        (99, 500, Allowed(99, is_capped=False)),
        (100, 500, Allowed(MAX_QUANTITY, is_capped=True)),
        (10**30, 500, Allowed(MAX_QUANTITY, is_capped=True)),
    ],
)
def test_a_line_holds_what_is_wanted_as_far_as_stock_goes(wanted, available, allowed):
    assert allow_quantity(wanted, available) == allowed


@pytest.mark.parametrize("wanted", [0, -1])
def test_less_than_one_unit_is_refused(wanted):
    with pytest.raises(Invalid):
        allow_quantity(wanted, 5)


def test_nothing_left_is_refused():
    with pytest.raises(Conflict):
        allow_quantity(1, 0)


def test_nobody_buys_from_the_own_shop():
    with pytest.raises(NotAllowed, match="This is your own listing"):
        check_buyer(SELLER, SELLER)
    check_buyer(BUYER, SELLER)
    check_buyer(None, SELLER)


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        (line(), None),
        (line(seller_id=BUYER), Problem.OWN),
        (line(is_active=False, available=0), Problem.PAUSED),
        (line(available=0), Problem.SOLD_OUT),
        (line(quantity=6), Problem.TOO_FEW),
        (line(quantity=5), None),
    ],
)
def test_each_line_that_cannot_be_bought_says_why(found, problem):
    assert problem_of(found, BUYER) is problem


def test_one_parcel_per_seller_costs_its_dearest_delivery():
    assert delivery_of([line(1, delivery=300), line(2, delivery=900)], "USD") == Money(900, "USD")
    assert delivery_of([], "USD") == Money(0, "USD")


def test_a_cart_is_grouped_by_currency_and_then_by_seller():
    parts = arrange(
        [
            line(1, price=1999, quantity=2, delivery=500),
            line(2, currency="EUR", price=700),
            line(3, seller_id=OTHER_SELLER, shop_name="Aldo Classics", price=333, delivery=0),
            line(4, price=1, delivery=900),
        ],
        BUYER,
    )
    assert [(part.currency, [shop.shop_name for shop in part.shops]) for part in parts] == [
        ("EUR", ["Nordic Parts"]),
        ("USD", ["Aldo Classics", "Nordic Parts"]),
    ]
    dollars = parts[1]
    assert [shop.total.minor for shop in dollars.shops] == [333, 1999 * 2 + 1 + 900]
    assert dollars.total == Money(333 + 3999 + 900, "USD")


def test_lines_with_a_problem_are_shown_and_not_counted():
    (part,) = arrange([line(1, price=1000), line(2, price=5000, delivery=9000, available=0)], BUYER)
    (shop,) = part.shops
    assert [found.line_id for found in shop.lines] == [1, 2]
    assert shop.problems == {2: Problem.SOLD_OUT}
    assert part.total == Money(1500, "USD")
    assert part.can_be_bought


def test_a_cart_of_problems_costs_nothing_and_cannot_be_bought():
    (part,) = arrange([line(is_active=False)], BUYER)
    assert part.total == Money(0, "USD")
    assert not part.can_be_bought


def test_two_shops_of_one_name_stay_two_sellers():
    (part,) = arrange([line(1, seller_id=1, shop_name="Garage"), line(2, seller_id=2, shop_name="Garage")], None)
    assert [shop.seller_id for shop in part.shops] == [1, 2]


def test_a_changed_price_is_noticed():
    assert line(price=1200, seen=1000).is_price_changed
    assert not line(price=1000, seen=1000).is_price_changed


_goods = st.tuples(st.integers(0, 10**9), st.integers(1, 99), st.integers(0, 10**6), st.sampled_from([0, 1, 99]))


@given(st.lists(_goods, min_size=1, max_size=6), st.integers(0, 5000))
def test_parts_always_sum_to_the_whole(goods, tax):
    cart = [
        line(i, seller_id=i % 2, price=price, quantity=quantity, delivery=delivery, available=left, tax=tax)
        for i, (price, quantity, delivery, left) in enumerate(goods)
    ]
    (part,) = arrange(cart, BUYER + 1)
    assert part.total == part.subtotal + part.delivery + part.tax
    assert part.total == Money.total((shop.total for shop in part.shops), "USD")
    assert {found.line_id for shop in part.shops for found in shop.lines} == set(range(len(goods)))
    assert all(shop.tax == shop.subtotal.share(tax) for shop in part.shops)

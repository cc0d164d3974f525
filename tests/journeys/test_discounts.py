"""Purchases with a code: who bears it, what is paid, and what becomes of its use. Real webhooks, real books."""

import pytest

from marketplace import db
from marketplace.cancellations import flows as cancellations
from marketplace.cancellations.operations import Wanted
from marketplace.cancellations.rules import CancelReason, Side
from marketplace.checkout import attempts, set_aside
from marketplace.checkout import queries as checkout
from marketplace.checkout.operations import give_up
from marketplace.discounts.rules import Refusal
from marketplace.errors import Conflict
from marketplace.history import Actor
from marketplace.orders import operations as orders
from marketplace.orders import rules
from marketplace.payments import holds
from marketplace.reconciliation.checks import check_books
from marketplace.refunds.wishes import Wish
from marketplace.sandbox import disputes as bank
from tests import builders_discounts as codes
from tests.builders import Bought, World
from tests.journeys.test_delayed_methods import BOUNCES, CLEARS
from tests.races import at_once, refusals


def bought_with(world: World, letters: str, *prices: tuple[int, int], buyer_id: int | None = None) -> Bought:
    """Check out one part per (seller, price) with a code, as far as the payment page."""
    buyer_id = buyer_id or world.person()
    for seller_id, price in prices:
        world.put_in_cart(buyer_id, world.listing(seller_id, price))
    codes.enter(buyer_id, letters)
    return world.check_out(buyer_id)


def uses(world: World) -> list[tuple[object, ...]]:
    return world.rows("SELECT status, is_late FROM discount_use ORDER BY id")


def test_a_sellers_code_lowers_what_its_seller_gets_and_nobody_elses(world: World) -> None:
    seller_id, other_id = world.seller(tax_basis_points=700), world.seller()
    codes.code(world.now, "TENTH", seller_id=seller_id, actor_id=seller_id)
    bought = bought_with(world, "TENTH", (seller_id, 3_333), (seller_id, 6_666), (other_id, 5_000))
    world.pay(bought)
    world.settle_down()

    orders = world.rows(
        "SELECT subtotal_minor, discount_minor, tax_minor, total_minor, subsidy_minor, platform_fee_minor FROM"
        ' "order" ORDER BY seller_id'
    )
    # 10 % of 99.99 is 10.00; 7 % tax and 3 % fee are of what is paid for the goods, and of all that is paid.
    assert orders == [(9_999, 1_000, 630, 9_629, 0, 289), (5_000, 0, 0, 5_000, 0, 150)]
    assert world.rows("SELECT discount_minor FROM order_line ORDER BY id") == [(333,), (667,), (0,)]
    assert world.rows("SELECT amount_minor, status FROM payment") == [(14_629, "completed")]
    assert uses(world) == [("redeemed", False)]
    [page] = [event["data"]["object"] for event in world.sandbox.events("checkout.session.completed")]
    assert page["amount_total"] == 14_629
    assert world.rows("SELECT discount_code FROM cart") == [(None,)]


def test_the_marketplaces_code_leaves_every_seller_what_they_ask_for(world: World) -> None:
    first_id, second_id = world.seller(), world.seller()
    codes.code(world.now, "HOUSE", seller_id=None, actor_id=world.person(is_admin=True), **codes.fixed(3_001))
    bought = bought_with(world, "HOUSE", (first_id, 10_000), (second_id, 5_000))
    world.pay(bought)
    world.settle_down()

    shares = world.rows(
        "SELECT gross_minor, subsidy_minor, platform_fee_minor, processing_fee_minor, net_minor"
        " FROM payment_transaction ORDER BY seller_id"
    )
    # The card fee is of what is paid: 2.9 % of 119.99 and 0.30. The platform fee is of what the seller sells for.
    assert shares == [(7_999, 2_001, 300, 252, 9_448), (4_000, 1_000, 150, 126, 4_724)]
    assert world.rows("SELECT sum(amount_minor) FROM posting WHERE account = 'discount_expense'") == [(3_001,)]


@pytest.mark.parametrize("is_sellers", [True, False])
def test_a_purchase_that_a_code_makes_free_needs_no_payment_page(world: World, is_sellers: bool) -> None:
    seller_id = world.seller()
    owner = seller_id if is_sellers else None
    codes.code(world.now, "ALL", seller_id=owner, actor_id=seller_id, basis_points=10_000)
    buyer_id = world.person()
    world.put_in_cart(buyer_id, world.listing(seller_id, 5_000))
    codes.enter(buyer_id, "ALL")
    outcome = world.begin(world.agreed(buyer_id))
    assert outcome.redirect_url is None
    assert uses(world) == [("redeemed", False)]
    net = 0 if is_sellers else 5_000 - 150
    assert world.rows("SELECT status, gross_minor, net_minor FROM payment_transaction") == [("held", 0, net)]


def test_s51_fifty_buyers_race_for_the_last_use(world: World) -> None:
    seller_id = world.seller()
    codes.code(world.now, "LAST", seller_id=seller_id, actor_id=seller_id, max_uses=1)
    listing_id = world.listing(seller_id, 5_000, units=99)
    agreed = []
    for _ in range(50):
        buyer_id = world.person()
        world.put_in_cart(buyer_id, listing_id)
        codes.enter(buyer_id, "LAST")
        agreed.append(world.agreed(buyer_id))
    answers = at_once(world.app, [lambda one=one: world.begin(one) for one in agreed])  # type: ignore[misc]
    assert len(refusals(answers)) == 49
    assert all(isinstance(refusal, Conflict) for refusal in refusals(answers))
    assert uses(world) == [("reserved", False)]
    assert world.rows("SELECT used, used_late FROM discount") == [(1, 0)]


def test_s51_a_use_is_free_when_nobody_pays_and_is_honoured_when_the_money_comes_late(world: World) -> None:
    seller_id = world.seller()
    codes.code(world.now, "ONCE", seller_id=seller_id, actor_id=seller_id, max_uses=1)
    abandoned = bought_with(world, "ONCE", (seller_id, 5_000))
    second_id = world.person()
    world.put_in_cart(second_id, world.listing(seller_id, 4_000))
    codes.enter(second_id, "ONCE")
    refused = checkout.review(second_id, "USD", world.now).priced
    assert refused is not None
    assert refused.refused is not None
    assert refused.refused.refusal is Refusal.USED_UP

    # The page closes unpaid, the use is free, and another buyer takes it.
    world.advance(hours=2)
    world.settle_down()
    assert uses(world) == [("released", False)]
    world.pay(world.check_out(second_id))
    world.settle_down()
    assert uses(world) == [("released", False), ("redeemed", False)]

    # The first buyer can't pay at that price any more.
    with pytest.raises(Conflict, match="as often as it may be"):
        world.try_again(abandoned)
    assert world.rows("SELECT used, used_late FROM discount") == [(1, 0)]


# Would fail if a use were let go, or called wrong, while a debit clears for a purchase that was given up meanwhile.
@pytest.mark.parametrize(("account", "ends"), [(CLEARS, "redeemed"), (BOUNCES, "released")])
def test_a_use_stays_with_a_given_up_purchase_while_its_debit_clears(world: World, account: str, ends: str) -> None:
    seller_id = world.seller()
    codes.code(world.now, "ONCE", seller_id=seller_id, actor_id=seller_id, max_uses=1)
    bought = bought_with(world, "ONCE", (seller_id, 5_000))
    world.sandbox.pay(bought.session_id, account=account)
    # The buyer starts over, and the shop has not heard of the debit yet.
    job, because = Actor.job("tick"), "The buyer started over."
    db.atomic(attempts.withdraw, (), payment_id=bought.payment_id, actor=job, because=because, now=world.now)
    db.atomic(give_up, (), purchase_id=bought.purchase_id, actor=job, now=world.now, because=because)
    assert uses(world) == [("released", False)]
    world.settle_down()
    assert uses(world) == [("reserved", False)]
    assert world.rows("SELECT p.status, y.status FROM purchase p JOIN payment y ON y.purchase_id = p.id") == [
        ("given_up", "processing")
    ]
    assert check_books().agrees

    world.later(days=8)
    assert uses(world) == [(ends, False)]


@pytest.mark.scar("S51")
def test_a_payment_after_its_use_was_let_go_counts_beyond_the_limit_and_says_so(world: World) -> None:
    seller_id = world.seller()
    codes.code(world.now, "ONCE", seller_id=seller_id, actor_id=seller_id, max_uses=1)
    late = bought_with(world, "ONCE", (seller_id, 5_000))
    # The goods' time is up while the buyer is at the bank; another buyer takes the use.
    db.atomic(set_aside.give_back, (), purchase_id=late.purchase_id, actor=Actor.job("tick"), now=world.now)
    taken = bought_with(world, "ONCE", (seller_id, 4_000))
    for bought in (late, taken):
        world.pay(bought)
    world.settle_down()
    assert uses(world) == [("redeemed", True), ("redeemed", False)]
    assert world.rows("SELECT used, used_late FROM discount") == [(1, 1)]


@pytest.mark.scar("S51")
def test_one_buyer_in_two_windows_uses_a_code_once(world: World) -> None:
    seller_id = world.seller()
    codes.code(world.now, "MINE", seller_id=seller_id, actor_id=seller_id, max_uses_per_buyer=1)
    buyer_id = world.person()
    for currency in ("USD", "EUR"):
        world.put_in_cart(buyer_id, world.listing(seller_id, 5_000, currency=currency))
    codes.enter(buyer_id, "MINE")
    both = [world.agreed(buyer_id, currency) for currency in ("USD", "EUR")]
    answers = at_once(world.app, [lambda one=one: world.begin(one) for one in both])  # type: ignore[misc]
    assert len(refusals(answers)) == 1
    assert uses(world) == [("reserved", False)]


def test_a_cancelled_order_gives_the_marketplace_its_part_and_the_code_its_use_back(world: World) -> None:
    seller_id = world.seller()
    codes.code(world.now, "HOUSE", seller_id=None, actor_id=world.person(is_admin=True), basis_points=2_500, max_uses=1)
    bought = bought_with(world, "HOUSE", (seller_id, 9_999))
    world.pay(bought)
    world.settle_down()
    cancel(world, bought, seller_id, 7_499)
    world.settle_down()
    assert world.rows("SELECT amount_minor, subsidy_minor, platform_minor, debt_minor FROM refund") == [
        (7_499, 2_500, 300, 247)
    ]
    assert world.rows("SELECT sum(amount_minor) FROM posting WHERE account = 'discount_expense'") == [(0,)]
    assert uses(world) == [("released", False)]
    assert world.rows("SELECT used FROM discount") == [(0,)]


def test_a_cancelled_order_that_cost_nothing_gives_the_marketplace_all_of_it_back(world: World) -> None:
    seller_id = world.seller()
    codes.code(world.now, "ALL", seller_id=None, actor_id=world.person(is_admin=True), basis_points=10_000)
    buyer_id = world.person()
    world.put_in_cart(buyer_id, world.listing(seller_id, 5_000))
    codes.enter(buyer_id, "ALL")
    agreed = world.agreed(buyer_id)
    bought = world.bought(world.begin(agreed), agreed)
    cancel(world, bought, seller_id, 0)
    accounts = dict(world.rows("SELECT account, sum(amount_minor) FROM posting GROUP BY account"))
    assert set(accounts.values()) == {0}
    assert world.rows("SELECT status, net_taken_minor FROM payment_transaction") == [("refunded", 4_850)]
    assert uses(world) == [("released", False)]


def test_a_free_order_pays_its_seller_from_the_marketplaces_own_money(world: World) -> None:
    seller_id = world.paid_seller(400_000)
    before = world.transfers()
    codes.code(world.now, "ALL", seller_id=None, actor_id=world.person(is_admin=True), basis_points=10_000)
    buyer_id = world.person()
    world.put_in_cart(buyer_id, world.listing(seller_id, 5_000))
    codes.enter(buyer_id, "ALL")
    world.begin(world.agreed(buyer_id))
    [(number,)] = world.rows('SELECT number FROM "order" WHERE total_minor = 0')
    parcel = rules.parcel("hand", name="", tracking_number="", link="")
    db.atomic(orders.ship, (), seller_id=seller_id, number=str(number), parcel=parcel, now=world.now)
    policy = world.settings.money
    db.atomic(holds.confirm_received, (), buyer_id=buyer_id, number=str(number), policy=policy, now=world.now)
    world.later(days=2)
    assert sorted(world.transfers()) == sorted([*before, 4_850])


def cancel(world: World, bought: Bought, seller_id: int, expected_minor: int) -> None:
    """Let the seller cancel the only order of a purchase."""
    [(number,)] = world.rows('SELECT number FROM "order" WHERE purchase_id = %s', bought.purchase_id)
    cancellations.cancel_and_refund(
        user_id=seller_id,
        side=Side.SELLER,
        number=str(number),
        wanted=Wanted(CancelReason.CANNOT_DELIVER, "", expected_minor),
        policy=world.settings.money,
        providers={"stripe": world.provider},
        now=world.now,
    )


def test_a_lost_dispute_takes_the_marketplaces_part_back_too_and_gives_it_again_when_it_is_won(world: World) -> None:
    seller_id = world.seller()
    codes.code(world.now, "HOUSE", seller_id=None, actor_id=world.person(is_admin=True), **codes.fixed(3_333))
    bought = bought_with(world, "HOUSE", (seller_id, 10_000))
    world.pay(bought, "4000000000000259")
    world.settle_down()
    for outcome, taken in (("lost", 3_333), ("won", 0)):
        with world.sandbox.sandbox.work() as work:
            [found] = work.rows("SELECT id FROM objects WHERE kind = 'dispute'")
            bank.decide(work, found["id"], outcome)
        world.settle_down()
        assert world.rows("SELECT subsidy_taken_minor FROM payment_transaction") == [(taken,)]
        assert world.rows("SELECT sum(amount_minor) FROM posting WHERE account = 'discount_expense'") == [
            (3_333 - taken,)
        ]


def test_a_line_goes_back_for_what_was_paid_for_it(world: World) -> None:
    seller_id, admin_id = world.seller(), world.person(is_admin=True)
    codes.code(world.now, "HOUSE", seller_id=None, actor_id=admin_id, **codes.fixed(1_000))
    bought = bought_with(world, "HOUSE", (seller_id, 1_000), (seller_id, 2_000))
    world.pay(bought)
    world.settle_down()
    [(first, _), _] = world.rows("SELECT id, title FROM order_line ORDER BY id")
    refund_id = world.ask_refund(bought, Wish(units={int(str(first)): 1}))
    # A third of the discount was on the first line.
    assert world.rows("SELECT asked_minor FROM refund WHERE id = %s", refund_id) == [(667,)]

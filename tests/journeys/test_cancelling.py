"""Orders called off before they are sent: by the buyer, by the seller, before and after the payment; and the money."""

import pytest

from marketplace import db
from marketplace.cancellations import flows
from marketplace.cancellations.operations import Wanted
from marketplace.cancellations.rules import CancelReason, Side
from marketplace.checkout import flows as checkout
from marketplace.errors import Conflict, Invalid, NotFound
from marketplace.orders import operations as orders
from marketplace.orders import rules as order_rules
from marketplace.refunds.flows import approve_and_send
from marketplace.refunds.wishes import Wish
from marketplace.transitions import AlreadyThere, MoveNotAllowed
from tests.builders import Bought, World
from tests.faults import Line
from tests.journeys.test_refunds import balances
from tests.races import at_once, refusals
from tests.snapshots import walked_once_from_nothing

SELLERS = CancelReason.SOLD_ELSEWHERE
BUYERS = CancelReason.NOT_NEEDED
SLOW_REFUNDS, FAILED_REFUNDS = "4000000000007726", "4000000000005126"


@walked_once_from_nothing
def paid_by(world: World, card: str, *grosses: int) -> Bought:
    bought = world.open_purchase(*grosses)
    world.pay(bought, card)
    world.settle_down()
    return bought


def orders_of(world: World, bought: Bought) -> list[tuple[str, int]]:
    """Return number and seller of each order of a purchase."""
    found = world.rows('SELECT number, seller_id FROM "order" WHERE purchase_id = %s ORDER BY id', bought.purchase_id)
    return [(str(number), int(str(seller))) for number, seller in found]


def cancel(
    world: World,
    number: str,
    user_id: int,
    side: Side,
    *,
    seen: int,
    reason: CancelReason | None = None,
    back: bool | None = None,
    note: str = "",
) -> None:
    flows.cancel_and_refund(
        user_id=user_id,
        side=side,
        number=number,
        wanted=Wanted(reason or (BUYERS if side is Side.BUYER else SELLERS), note, seen, back),
        policy=world.settings.money,
        providers=world.app.extensions["providers"],
        now=world.now,
    )


def ship(world: World, number: str, seller_id: int) -> None:
    parcel = order_rules.parcel("hand", name="", tracking_number="", link="")
    db.atomic(orders.ship, (), seller_id=seller_id, number=number, parcel=parcel, now=world.now)


def approve(world: World, refund_id: int, minor: int, admin_id: int) -> bool:
    return approve_and_send(
        admin_id=admin_id,
        refund_id=refund_id,
        amount_minor=minor,
        notes="As agreed.",
        policy=world.settings.money,
        providers=world.app.extensions["providers"],
        now=world.now,
    )


def stock(world: World) -> list[object]:
    return [units for (units,) in world.rows("SELECT in_stock FROM listing ORDER BY id")]


def one(world: World, statement: str) -> tuple[object, ...]:
    [row] = world.rows(statement)
    return row


@pytest.mark.covers("S2.3", "S2.4")
def test_the_buyer_cancels_one_of_two_orders_and_gets_its_money_back_by_itself(world: World) -> None:
    bought = paid_by(world, SLOW_REFUNDS, 10_000, 4_000)
    (first, seller_id), _ = orders_of(world, bought)
    assert stock(world) == [9, 9]

    cancel(world, first, bought.buyer_id, Side.BUYER, seen=10_000)
    assert world.rows('SELECT status FROM "order" ORDER BY id') == [("cancelled",), ("confirmed",)]
    assert one(world, "SELECT status FROM refund") == ("processing",)
    world.advance(days=1)
    world.settle_down()

    assert world.rows('SELECT status FROM "order" ORDER BY id') == [("refunded",), ("confirmed",)]
    assert one(world, "SELECT origin, reason, status, amount_minor, decided_by_id FROM refund") == (
        "buyer_cancelled", "cancelled", "completed", 10_000, None,
    )  # fmt: skip
    assert one(world, "SELECT rule, amount_minor, payment_id FROM automatic_refund") == (
        "buyer_cancels", 10_000, bought.payment_id,
    )  # fmt: skip
    assert one(world, "SELECT status FROM payment") == ("partially_refunded",)
    assert stock(world) == [10, 9]
    told = world.rows("SELECT user_id FROM notification WHERE kind = 'order_cancelled' ORDER BY id")
    assert told == [(bought.buyer_id,), (seller_id,)]
    trail = world.rows(
        "SELECT subject, verb, actor_kind, actor_user_id, source FROM status_change"
        " WHERE verb IN ('cancel', 'grant', 'put_back') ORDER BY id"
    )
    assert trail == [
        ("order", "cancel", "user", bought.buyer_id, "web"),
        ("refund", "grant", "job", None, "buyer_cancelled"),
        ("stock_reservation", "put_back", "user", bought.buyer_id, "web"),
    ]
    assert balances(world)["provider_balance"] == world.sandbox.balance_sum("usd")


@pytest.mark.covers("S2.3", "S2.4")
def test_one_hundred_dollars_cancelled_by_the_seller(world: World) -> None:
    """Buyer +100.00, platform -3.00, seller -97.00, of which 93.80 was held and 3.20 is debt."""
    bought = world.paid_purchase(10_000)
    [(number, seller_id)] = orders_of(world, bought)
    cancel(world, number, seller_id, Side.SELLER, seen=10_000)
    world.settle_down()
    assert one(world, "SELECT status, platform_minor, held_minor, debt_minor FROM refund") == (
        "completed", 300, 9_380, 320,
    )  # fmt: skip
    assert one(world, 'SELECT status FROM "order"') == ("refunded",)
    assert one(world, "SELECT status FROM payment_transaction") == ("refunded",)
    assert stock(world) == [9], "sold elsewhere: it is not for sale again"
    assert one(world, "SELECT status FROM stock_reservation") == ("written_off",)
    found = balances(world)
    assert found["seller_debt"] == 320
    assert found["provider_balance"] == world.sandbox.balance_sum("usd") == -320


@pytest.mark.parametrize(
    ("reason", "back", "left"),
    [
        (CancelReason.SOLD_ELSEWHERE, None, 9),
        (CancelReason.DAMAGED, None, 9),
        (CancelReason.DAMAGED, True, 10),
        (CancelReason.CANNOT_DELIVER, None, 10),
        (CancelReason.CANNOT_DELIVER, False, 9),
        (CancelReason.OTHER, None, 10),
    ],
)
def test_the_goods_are_for_sale_again_as_the_reason_or_the_seller_says(
    world: World, reason: CancelReason, back: bool | None, left: int
) -> None:
    bought = world.paid_purchase(10_000)
    [(number, seller_id)] = orders_of(world, bought)
    cancel(world, number, seller_id, Side.SELLER, seen=10_000, reason=reason, back=back, note="As it is.")
    world.settle_down()
    assert stock(world) == [left]


def test_above_the_limit_no_second_admin_is_needed(world: World) -> None:
    bought = world.paid_purchase(90_000)
    [(number, _)] = orders_of(world, bought)
    cancel(world, number, bought.buyer_id, Side.BUYER, seen=90_000)
    world.settle_down()
    assert one(world, "SELECT status, first_approver_id FROM refund") == ("completed", None)


def test_open_requests_are_absorbed_and_what_was_approved_stays(world: World) -> None:
    bought = world.paid_purchase(10_000)
    [(number, seller_id)] = orders_of(world, bought)
    admin_id = world.person("Ada Admin", is_admin=True)
    approve(world, world.ask_refund(bought, Wish(amount_minor=2_500)), 2_500, admin_id)
    world.ask_refund(bought, Wish(amount_minor=1_000))

    cancel(world, number, seller_id, Side.SELLER, seen=7_500)
    world.settle_down()

    assert world.rows("SELECT amount_minor, status, replaced_by_id IS NOT NULL FROM refund ORDER BY id") == [
        (2_500, "completed", False),
        (1_000, "cancelled", True),
        (7_500, "completed", False),
    ]
    assert one(world, 'SELECT status FROM "order"') == ("refunded",)
    assert world.rows("SELECT count(*) FROM payment_block WHERE lifted_at IS NULL") == [(0,)]
    assert balances(world)["provider_balance"] == world.sandbox.balance_sum("usd") == -320


def test_with_all_of_it_on_the_way_already_only_the_order_is_cancelled(world: World) -> None:
    bought = paid_by(world, SLOW_REFUNDS, 10_000)
    [(number, _)] = orders_of(world, bought)
    approve(world, world.ask_refund(bought, Wish(percent=100)), 10_000, world.person("Ada Admin", is_admin=True))
    cancel(world, number, bought.buyer_id, Side.BUYER, seen=0)
    assert one(world, 'SELECT status FROM "order"') == ("cancelled",)
    world.advance(days=1)
    world.settle_down()
    assert one(world, "SELECT refund_id FROM cancellation") == (None,)
    assert world.rows("SELECT * FROM automatic_refund") == []
    assert one(world, 'SELECT status FROM "order"') == ("refunded",)


def test_nothing_paid_nothing_to_send_back(world: World) -> None:
    buyer_id = world.person()
    world.put_in_cart(buyer_id, world.listing(world.seller(), 0))
    world.begin(world.agreed(buyer_id))
    [(number,)] = world.rows('SELECT number FROM "order"')
    cancel(world, str(number), buyer_id, Side.BUYER, seen=0)
    assert one(world, 'SELECT status FROM "order"') == ("cancelled",)
    assert world.rows("SELECT * FROM refund") == []


def test_a_refund_that_comes_back_weeks_later_can_be_approved_again(world: World) -> None:
    bought = paid_by(world, FAILED_REFUNDS, 10_000)
    [(number, _)] = orders_of(world, bought)
    cancel(world, number, bought.buyer_id, Side.BUYER, seen=10_000)
    world.settle_down()
    assert one(world, 'SELECT status FROM "order"') == ("refunded",)
    world.advance(days=20)
    world.settle_down()
    assert one(world, "SELECT status FROM refund") == ("failed",)
    assert one(world, 'SELECT status FROM "order"') == ("cancelled",)

    [(refund_id,)] = world.rows("SELECT id FROM refund")
    approve(world, int(str(refund_id)), 10_000, world.person("Ada Admin", is_admin=True))
    world.settle_down()
    assert one(world, "SELECT attempt FROM refund") == (2,)
    assert balances(world)["provider_balance"] == world.sandbox.balance_sum("usd")


@pytest.mark.covers("S2.4")
def test_only_the_own_order_only_before_it_is_sent_and_only_with_a_reason(world: World) -> None:
    bought = world.paid_purchase(10_000, 4_000)
    (first, seller_id), (_, other_seller) = orders_of(world, bought)
    stranger = world.person("Eve Eavesdropper")
    for user_id, side in (
        (stranger, Side.BUYER), (seller_id, Side.BUYER), (other_seller, Side.SELLER), (bought.buyer_id, Side.SELLER),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            cancel(world, first, user_id, side, seen=10_000)
    with pytest.raises(Invalid):
        cancel(world, first, bought.buyer_id, Side.BUYER, seen=10_000, reason=CancelReason.DAMAGED)
    with pytest.raises(Invalid):
        cancel(world, first, seller_id, Side.SELLER, seen=10_000, reason=CancelReason.OTHER, note="  ")
    with pytest.raises(Conflict, match="amount has changed"):
        cancel(world, first, seller_id, Side.SELLER, seen=9_999)
    ship(world, first, seller_id)
    for user_id, side in ((bought.buyer_id, Side.BUYER), (seller_id, Side.SELLER)):
        with pytest.raises(AlreadyThere, match="was sent already"):
            cancel(world, first, user_id, side, seen=10_000)
    assert world.rows("SELECT * FROM refund") == []
    assert world.rows("SELECT * FROM cancellation") == []


def test_a_cancelled_order_is_not_sent_and_not_cancelled_again(world: World) -> None:
    bought = paid_by(world, SLOW_REFUNDS, 10_000)
    [(number, seller_id)] = orders_of(world, bought)
    cancel(world, number, bought.buyer_id, Side.BUYER, seen=10_000)
    with pytest.raises(MoveNotAllowed, match="cancelled"):
        ship(world, number, seller_id)
    with pytest.raises(AlreadyThere, match="already cancelled"):
        cancel(world, number, seller_id, Side.SELLER, seen=10_000)
    world.advance(days=1)
    world.settle_down()
    with pytest.raises(AlreadyThere, match="refunded"):
        ship(world, number, seller_id)
    assert world.rows("SELECT count(*) FROM refund") == [(1,)]


# At the same moment


@pytest.mark.covers("S2.4")
@pytest.mark.parametrize("side", Side)
def test_cancelled_and_sent_at_once_exactly_one_wins(world: World, side: Side) -> None:
    bought = world.paid_purchase(10_000)
    [(number, seller_id)] = orders_of(world, bought)
    user_id = bought.buyer_id if side is Side.BUYER else seller_id
    answers = at_once(
        world.app,
        [lambda: cancel(world, number, user_id, side, seen=10_000), lambda: ship(world, number, seller_id)] * 3,
    )
    assert len(refusals(answers)) == 5
    world.settle_down()
    [(status, parcels, back)] = world.rows(
        'SELECT status, (SELECT count(*) FROM shipment), (SELECT count(*) FROM refund) FROM "order"'
    )
    assert (status, parcels, back) in {("shipped", 1, 0), ("refunded", 0, 1)}


def test_buyer_and_seller_cancel_at_once_one_cancellation_one_refund(world: World) -> None:
    bought = world.paid_purchase(10_000)
    [(number, seller_id)] = orders_of(world, bought)
    answers = at_once(
        world.app,
        [
            lambda: cancel(world, number, bought.buyer_id, Side.BUYER, seen=10_000),
            lambda: cancel(world, number, seller_id, Side.SELLER, seen=10_000),
        ]
        * 3,
    )
    assert {type(refusal) for refusal in refusals(answers)} == {AlreadyThere}
    assert len(refusals(answers)) == 5
    world.settle_down()
    assert one(world, "SELECT count(*), sum(amount_minor) FROM refund") == (1, 10_000)
    assert world.rows("SELECT count(*) FROM outbound_call WHERE kind = 'refund'") == [(1,)]
    assert world.sandbox.balance_sum("usd") == -320


def test_cancelled_while_an_admin_approves_sends_back_the_whole_and_no_more(world: World) -> None:
    bought = world.paid_purchase(10_000)
    [(number, seller_id)] = orders_of(world, bought)
    refund_id = world.ask_refund(bought, Wish(percent=60))
    admin_id = world.person("Ada Admin", is_admin=True)
    answers = at_once(
        world.app,
        [
            lambda: cancel(world, number, seller_id, Side.SELLER, seen=10_000),
            lambda: approve(world, refund_id, 6_000, admin_id),
        ],
    )
    assert len(refusals(answers)) == 1
    world.settle_down()
    assert one(world, "SELECT sum(amount_minor) FROM refund WHERE status = 'completed'") in {(10_000,), (6_000,)}
    if one(world, 'SELECT status FROM "order"') == ("confirmed",):
        cancel(world, number, seller_id, Side.SELLER, seen=4_000)
        world.settle_down()
    assert one(world, "SELECT sum(amount_minor) FROM refund WHERE status = 'completed'") == (10_000,)
    assert world.sandbox.balance_sum("usd") == -320


# Before it is paid


def cancel_purchase(world: World, bought: Bought) -> None:
    checkout.cancel_purchase(
        purchase_id=bought.purchase_id,
        buyer_id=bought.buyer_id,
        now=world.now,
        providers=world.providers,
        settings=world.settings,
    )


def test_an_unpaid_purchase_is_cancelled_with_all_its_orders_and_its_page_is_closed(world: World) -> None:
    bought = world.open_purchase(10_000, 4_000)
    assert stock(world) == [9, 9]
    cancel_purchase(world, bought)
    assert world.rows('SELECT DISTINCT status FROM "order"') == [("cancelled",)]
    assert one(world, "SELECT status FROM purchase") == ("given_up",)
    assert one(world, "SELECT status, session_closed_at IS NOT NULL FROM payment") == ("cancelled", True)
    assert stock(world) == [10, 10]
    world.settle_down()
    assert world.rows("SELECT count(*) FROM refund") == [(0,)]
    with pytest.raises(Conflict, match="not paid"):
        cancel_purchase(world, bought)
    with pytest.raises(Conflict, match="not paid"):
        world.try_again(bought)


def test_a_declined_purchase_is_cancelled_too(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.pay(bought, "4000000000000002")
    world.settle_down()
    cancel_purchase(world, bought)
    assert one(world, "SELECT status FROM purchase") == ("given_up",)
    assert stock(world) == [10]


def test_who_has_paid_meanwhile_is_told_and_nothing_is_cancelled(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.pay(bought)  # the webhook has not come yet
    with pytest.raises(Conflict, match="You have paid this purchase already"):
        cancel_purchase(world, bought)
    assert one(world, "SELECT status FROM purchase") == ("paid",)
    assert one(world, 'SELECT status FROM "order"') == ("confirmed",)
    world.settle_down()
    with pytest.raises(Conflict, match="You have paid this purchase already"):
        cancel_purchase(world, bought)


def test_paid_on_a_page_that_could_not_be_closed_counts_all_the_same(world: World) -> None:
    """The provider was out of reach when the purchase was cancelled, and its page was paid a moment later."""
    bought = world.open_purchase(10_000)
    checkout.cancel_purchase(
        purchase_id=bought.purchase_id,
        buyer_id=bought.buyer_id,
        now=world.now,
        providers={"stripe": Line(world.provider, {"expire_checkout"})},  # type: ignore[dict-item]
        settings=world.settings,
    )
    assert one(world, 'SELECT status FROM "order"') == ("cancelled",)
    world.pay(bought)
    world.settle_down()
    assert one(world, 'SELECT status FROM "order"') == ("confirmed",)
    [(number, _)] = orders_of(world, bought)
    cancel(world, number, bought.buyer_id, Side.BUYER, seen=10_000)
    assert one(world, "SELECT count(*) FROM refund") == (1,)


def test_a_debit_that_clears_is_waited_for(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.pay(bought, account="000123456789")
    world.settle_down()
    with pytest.raises(Conflict, match="takes a few days to clear"):
        cancel_purchase(world, bought)
    assert one(world, "SELECT status FROM purchase") == ("open",)


def test_nobody_cancels_a_foreign_purchase(world: World) -> None:
    bought = world.open_purchase(10_000)
    with pytest.raises(NotFound):
        checkout.cancel_purchase(
            purchase_id=bought.purchase_id,
            buyer_id=world.person("Eve Eavesdropper"),
            now=world.now,
            providers=world.providers,
            settings=world.settings,
        )


def test_cancelled_and_tried_again_at_once_ends_in_one_of_both(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.pay(bought, "4000000000000002")
    world.settle_down()

    def press(which: int) -> object:
        return world.try_again(bought) if which % 2 else cancel_purchase(world, bought)

    at_once(world.app, [lambda which=which: press(which) for which in range(4)])
    world.settle_down()
    [(status, open_pages)] = world.rows(
        "SELECT p.status, (SELECT count(*) FROM payment WHERE status = 'pending' AND session_closed_at IS NULL)"
        " FROM purchase p"
    )
    assert (status, open_pages) == ("given_up", 0)
    assert stock(world) == [10]

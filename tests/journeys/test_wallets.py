"""Wallets: filled and emptied by admins, spent on whole purchases, filled again by their refunds. Real books."""

import psycopg
import pytest

from marketplace import db
from marketplace.cancellations.flows import cancel_and_refund
from marketplace.cancellations.operations import Wanted
from marketplace.cancellations.rules import CancelReason, Side
from marketplace.checkout.operations import Agreed, CartChanged
from marketplace.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from marketplace.orders import operations as orders
from marketplace.orders import rules
from marketplace.reconciliation.checks import check_books
from marketplace.refunds import flows as refunds
from marketplace.refunds.wishes import Wish
from marketplace.wallets import operations, queries
from marketplace.wallets.rules import Overdraft
from tests import builders_discounts as codes
from tests import builders_wallets as wallets
from tests.builders import Bought, World
from tests.builders_reconciliation import reconcile
from tests.journeys.test_reconciliation import agree, open_breaks
from tests.races import at_once, refusals


def moved(world: World, user_id: int) -> list[tuple[object, ...]]:
    return world.rows(
        "SELECT kind, amount_minor, balance_minor, number FROM wallet_movement WHERE user_id = %s ORDER BY id", user_id
    )


def ready(world: World, *grosses: int, held: int) -> Agreed:
    """Return the review form of a buyer with a basket and `held` in the wallet."""
    buyer_id = world.person()
    wallets.fill(world, buyer_id, held)
    for gross in grosses:
        world.put_in_cart(buyer_id, world.listing(world.seller(), gross))
    return world.agreed(buyer_id)


def approve(world: World, refund_id: int, minor: int, *, notes: str = "It is so.") -> bool:
    return refunds.approve_and_send(
        admin_id=world.person("Al Admin", is_admin=True),
        refund_id=refund_id,
        amount_minor=minor,
        notes=notes,
        policy=world.settings.money,
        providers=world.app.extensions["providers"],
        now=world.now,
    )


def nothing_was_asked(world: World, bought: Bought) -> bool:
    """Return whether no provider knows of a purchase and nobody is about to ask one."""
    world.settle_down()
    return world.rows("SELECT id FROM outbound_call") == [] and world.rows("SELECT id FROM provider_event") == []


@pytest.mark.covers("S2.20", "S2.21")
def test_an_admin_adds_and_takes_back_and_each_movement_has_its_entry(world: World) -> None:
    buyer_id = world.person()
    wallets.fill(world, buyer_id, 5_000)
    wallets.take_back(world, buyer_id, 1_200)
    wallets.fill(world, buyer_id, 700, "EUR")
    assert moved(world, buyer_id) == [
        ("added", 5_000, 5_000, 1),
        ("taken_back", -1_200, 3_800, 2),
        ("added", 700, 700, 1),
    ]
    assert world.rows(
        "SELECT e.key, p.account, p.owner_id, p.amount_minor FROM posting p JOIN ledger_entry e ON e.id = p.entry_id"
        " ORDER BY p.id"
    ) == [
        (f"wallet:{buyer_id}:USD:1", "wallet_expense", None, 5_000),
        (f"wallet:{buyer_id}:USD:1", "wallet", buyer_id, -5_000),
        (f"wallet:{buyer_id}:USD:2", "wallet_expense", None, -1_200),
        (f"wallet:{buyer_id}:USD:2", "wallet", buyer_id, 1_200),
        (f"wallet:{buyer_id}:EUR:1", "wallet_expense", None, 700),
        (f"wallet:{buyer_id}:EUR:1", "wallet", buyer_id, -700),
    ]
    told = world.rows("SELECT kind, facts->>'reason' FROM notification WHERE user_id = %s ORDER BY id", buyer_id)
    assert told == [(f"wallet_{kind}", "For your patience.") for kind in ("added", "taken_back", "added")]
    [usd, eur] = queries.held(buyer_id)
    assert (usd.currency, usd.balance_minor, usd.earned_minor, usd.spent_minor) == ("USD", 3_800, 3_800, 0)
    assert (eur.currency, eur.balance_minor) == ("EUR", 700)


@pytest.mark.covers("S2.21")
def test_more_than_a_wallet_holds_is_refused_and_nothing_is_booked(world: World) -> None:
    buyer_id = world.person()
    with pytest.raises(Overdraft):
        wallets.take_back(world, buyer_id, 1)
    wallets.fill(world, buyer_id, 500)
    with pytest.raises(Overdraft, match="does not hold that much") as refused:
        wallets.take_back(world, buyer_id, 501)
    assert (refused.value.wanted.minor, refused.value.held.minor) == (501, 500)
    assert moved(world, buyer_id) == [("added", 500, 500, 1)]
    assert world.rows("SELECT count(*) FROM ledger_entry") == [(1,)]


@pytest.mark.parametrize(
    ("minor", "more", "error"),
    [
        (0, {}, Invalid),
        (-5, {}, Invalid),
        (wallets.LIMIT + 1, {}, Invalid),
        (100, {"reason": " "}, Invalid),
        (100, {"reason": "x" * 501}, Invalid),
        (100, {"order_number": "TD-1"}, NotFound),
    ],
)
def test_what_makes_no_sense_is_refused(
    world: World, minor: int, more: dict[str, str], error: type[DomainError]
) -> None:
    buyer_id, admin_id = world.person(), world.person(is_admin=True)
    with pytest.raises(error):
        db.atomic(
            operations.add, (), admin_id=admin_id, user_id=buyer_id, wish=wallets.wish(minor, **more),
            limit_minor=wallets.LIMIT, now=world.now,
        )  # fmt: skip
    assert moved(world, buyer_id) == []


def test_nobody_fills_their_own_wallet_and_a_form_sent_twice_is_one_movement(world: World) -> None:
    buyer_id, admin_id = world.person(), world.person(is_admin=True)
    with pytest.raises(NotAllowed):
        wallets.fill(world, admin_id, 100, admin_id=admin_id)
    values = {"admin_id": admin_id, "wish": wallets.wish(100), "limit_minor": wallets.LIMIT, "now": world.now}
    first = db.atomic(operations.add, (), user_id=buyer_id, **values)
    assert db.atomic(operations.add, (), user_id=buyer_id, **values) == first
    with pytest.raises(NotFound):
        db.atomic(operations.add, (), user_id=world.person(), **values)
    with pytest.raises(Conflict, match="sent already"):
        db.atomic(operations.deduct, (), user_id=buyer_id, **values)
    assert moved(world, buyer_id) == [("added", 100, 100, 1)]


def test_the_database_lets_nobody_change_a_movement(world: World) -> None:
    wallets.fill(world, world.person(), 100)
    for url in (world.urls.application, world.urls.owner):
        for statement in ("UPDATE wallet_movement SET amount_minor = 200", "DELETE FROM wallet_movement"):
            with psycopg.connect(url) as connection, pytest.raises(psycopg.Error):
                connection.execute(statement)


@pytest.mark.covers("S2.19")
def test_a_wallet_pays_a_whole_purchase_at_once_without_any_provider(world: World) -> None:
    bought = wallets.bought(world, 10_000, 5_000, held=20_000)
    assert bought.url == ""
    assert world.rows("SELECT provider, status, amount_minor FROM payment") == [("wallet", "completed", 15_000)]
    # 3 % for the marketplace, and no card fee: no provider takes one.
    assert world.rows(
        "SELECT status, gross_minor, platform_fee_minor, processing_fee_minor, net_minor FROM payment_transaction"
        " ORDER BY id"
    ) == [("held", 10_000, 300, 0, 9_700), ("held", 5_000, 150, 0, 4_850)]
    assert world.rows('SELECT DISTINCT status FROM "order"') == [("confirmed",)]
    assert world.rows("SELECT account, sum(amount_minor) FROM posting GROUP BY 1 ORDER BY 1") == [
        ("platform_fee", -450), ("seller_held", -14_550), ("wallet", -5_000), ("wallet_expense", 20_000),
    ]  # fmt: skip
    assert moved(world, bought.buyer_id)[1:] == [("spent", -15_000, 5_000, 2)]
    assert world.rows("SELECT count(*) FROM cart_line") == [(0,)]
    assert nothing_was_asked(world, bought)
    [held] = queries.held(bought.buyer_id)
    assert (held.balance_minor, held.earned_minor, held.spent_minor) == (5_000, 20_000, 15_000)
    assert check_books().agrees


def test_too_little_in_the_wallet_buys_nothing_and_leaves_all_as_it_was(world: World) -> None:
    agreed = ready(world, 10_000, held=9_999)
    with pytest.raises(Overdraft):
        wallets.pay(world, agreed)
    assert world.rows("SELECT (SELECT count(*) FROM purchase), (SELECT count(*) FROM payment)") == [(0, 0)]
    assert world.rows("SELECT in_stock, (SELECT count(*) FROM cart_line) FROM listing") == [(10, 1)]
    assert wallets.holds(world, agreed.buyer_id) == 9_999


def test_the_same_form_twice_is_one_purchase_and_another_total_is_refused(world: World) -> None:
    agreed = ready(world, 4_000, held=9_000)
    first = wallets.pay(world, agreed)
    assert wallets.pay(world, agreed) == first
    with pytest.raises(CartChanged):
        wallets.pay(world, world.agreed(agreed.buyer_id))
    assert moved(world, agreed.buyer_id)[1:] == [("spent", -4_000, 5_000, 2)]


@pytest.mark.covers("S2.21")
def test_s50_eight_spends_of_one_balance_take_exactly_what_it_holds(world: World) -> None:
    """Eight times 1.00 at the same moment, and 3.50 in the wallet: three, and five polite refusals."""
    buyer_id = world.person()
    wallets.fill(world, buyer_id, 350)
    admins = [world.person(is_admin=True) for _ in range(8)]
    answers = at_once(
        world.app,
        [lambda admin_id=admin_id: wallets.take_back(world, buyer_id, 100, admin_id=admin_id) for admin_id in admins],  # type: ignore[misc]
    )
    assert len(refusals(answers)) == 5
    assert all(isinstance(refusal, Overdraft) for refusal in refusals(answers))
    assert wallets.holds(world, buyer_id) == 50
    assert [row[3] for row in moved(world, buyer_id)] == [1, 2, 3, 4]
    assert check_books().agrees


@pytest.mark.covers("S2.21")
def test_s50_eight_tabs_and_an_admin_want_the_same_money(world: World) -> None:
    """Each tab has a form of its own; a basket is bought once, and what an admin takes back meanwhile is not spent."""
    agreed = ready(world, 10_000, held=10_000)
    tabs = [world.agreed(agreed.buyer_id) for _ in range(8)]
    calls = [lambda tab=tab: wallets.pay(world, tab) for tab in tabs]
    admin_id = world.person(is_admin=True)
    takes_back = lambda: wallets.take_back(world, agreed.buyer_id, 10_000, admin_id=admin_id)  # noqa: E731
    answers = at_once(world.app, [*calls, takes_back])  # type: ignore[list-item]
    assert len(refusals(answers)) == 8
    assert all(isinstance(refusal, Conflict) for refusal in refusals(answers))
    assert wallets.holds(world, agreed.buyer_id) == 0
    assert len(moved(world, agreed.buyer_id)) == 2
    assert check_books().agrees


def test_a_code_lowers_what_the_wallet_pays(world: World) -> None:
    seller_id = world.seller()
    codes.code(world.now, "TENTH", seller_id=None, actor_id=world.person(is_admin=True))
    buyer_id = world.person()
    wallets.fill(world, buyer_id, 9_000)
    world.put_in_cart(buyer_id, world.listing(seller_id, 10_000))
    codes.enter(buyer_id, "TENTH")
    wallets.pay(world, world.agreed(buyer_id))
    assert world.rows(
        "SELECT gross_minor, subsidy_minor, processing_fee_minor, net_minor FROM payment_transaction"
    ) == [(9_000, 1_000, 0, 9_700)]
    assert world.rows("SELECT status FROM discount_use") == [("redeemed",)]
    assert wallets.holds(world, buyer_id) == 0


def test_a_card_page_that_was_open_is_closed_before_the_wallet_pays(world: World) -> None:
    agreed = ready(world, 4_000, held=9_000)
    card = world.bought(world.begin(agreed), agreed)
    outcome = wallets.pay(world, agreed)
    world.settle_down()
    assert outcome.payment_id != card.payment_id
    statuses = world.rows(
        "SELECT p.provider, p.status, u.status FROM payment p JOIN purchase u ON u.id = p.purchase_id ORDER BY p.id"
    )
    assert statuses == [("stripe", "cancelled", "given_up"), ("wallet", "completed", "paid")]
    assert world.rows("SELECT DISTINCT in_stock FROM listing") == [(9,)]


def test_a_card_that_paid_in_another_tab_wins_over_the_wallet(world: World) -> None:
    agreed = ready(world, 4_000, held=9_000)
    card = world.bought(world.begin(agreed), agreed)
    world.pay(card)
    with pytest.raises(Conflict, match="paid this purchase already"):
        wallets.pay(world, world.agreed(agreed.buyer_id))
    world.settle_down()
    assert world.rows("SELECT provider, status FROM payment") == [("stripe", "completed")]
    assert wallets.holds(world, agreed.buyer_id) == 9_000


@pytest.mark.covers("S2.20")
def test_a_refund_of_a_wallet_payment_is_in_the_wallet_at_once(world: World) -> None:
    bought = wallets.bought(world, 10_000, held=12_000)
    refund_id = world.ask_refund(bought, Wish(amount_minor=4_000))
    assert approve(world, refund_id, 4_000)
    assert world.rows("SELECT status, provider_refund_id FROM refund") == [("completed", None)]
    assert moved(world, bought.buyer_id)[2:] == [("refunded", 4_000, 6_000, 3)]
    [(order_id,)] = world.rows('SELECT id FROM "order"')
    assert world.rows("SELECT refund_id, payment_id, order_id FROM wallet_movement WHERE kind = 'refunded'") == [
        (refund_id, bought.payment_id, order_id)
    ]
    steps = world.rows("SELECT verb FROM status_change WHERE subject = 'refund' ORDER BY id")
    assert steps == [("begin",), ("approve",), ("complete",)]
    assert world.rows("SELECT status FROM payment") == [("partially_refunded",)]
    told = world.rows("SELECT kind, facts->>'is_in_wallet' FROM notification WHERE subject = 'refund' ORDER BY id")
    assert told == [("refund_asked", None)] * 2 + [("refund_completed", "true")] * 2
    assert nothing_was_asked(world, bought)
    assert wallets.holds(world, bought.buyer_id) == 6_000
    rest_id = world.ask_refund(bought, Wish(amount_minor=6_000))
    assert approve(world, rest_id, 6_000)
    assert world.rows('SELECT o.status, p.status FROM "order" o, payment p') == [("refunded", "refunded")]
    [held] = queries.held(bought.buyer_id)
    assert (held.balance_minor, held.earned_minor, held.spent_minor) == (12_000, 12_000, 0)
    assert world.rows("SELECT status, net_minor - net_taken_minor FROM payment_transaction") == [("refunded", 0)]


def test_a_large_refund_into_a_wallet_needs_its_second_admin_too(world: World) -> None:
    bought = wallets.bought(world, 90_000)
    refund_id = world.ask_refund(bought, Wish(amount_minor=90_000))
    assert not approve(world, refund_id, 90_000)
    assert world.rows("SELECT status FROM refund") == [("pending",)]
    assert wallets.holds(world, bought.buyer_id) == 0
    assert approve(world, refund_id, 90_000)
    assert wallets.holds(world, bought.buyer_id) == 90_000


def test_a_cancelled_order_is_back_in_the_wallet_in_the_same_moment(world: World) -> None:
    bought = wallets.bought(world, 10_000, 5_000)
    [(number,)] = world.rows('SELECT min(number) FROM "order"')
    cancel_and_refund(
        user_id=bought.buyer_id,
        side=Side.BUYER,
        number=str(number),
        wanted=Wanted(CancelReason.MISTAKE, "", 10_000),
        policy=world.settings.money,
        providers={},
        now=world.now,
    )
    assert world.rows("SELECT status, origin FROM refund") == [("completed", "buyer_cancelled")]
    assert world.rows('SELECT status FROM "order" ORDER BY id') == [("refunded",), ("confirmed",)]
    assert moved(world, bought.buyer_id)[2:] == [("refunded", 10_000, 10_000, 3)]
    assert world.rows("SELECT by_id FROM wallet_movement WHERE kind = 'refunded'") == [(None,)]
    assert world.rows("SELECT status FROM payment_transaction ORDER BY id") == [("refunded",), ("held",)]
    assert nothing_was_asked(world, bought)


def test_a_seller_is_paid_for_what_a_wallet_bought_and_the_provider_agrees(world: World) -> None:
    """The money was the marketplace's before: nobody waits for it to arrive. Refunds of it ask no provider either."""
    seller_id, buyer_id = world.paid_seller(10_000), world.person()
    world.paid_purchase(20_000)  # the marketplace has money of its own at the provider
    wallets.fill(world, buyer_id, 5_000)
    world.put_in_cart(buyer_id, world.listing(seller_id, 5_000))
    wallets.pay(world, world.agreed(buyer_id))
    [(number,)] = world.rows('SELECT number FROM "order" WHERE buyer_id = %s', buyer_id)
    parcel = rules.parcel("ups", name="", tracking_number="1Z999AA10123456784", link="")
    db.atomic(orders.ship, (), seller_id=seller_id, number=str(number), parcel=parcel, now=world.now)
    refunded = wallets.bought(world, 3_000)
    assert approve(world, world.ask_refund(refunded, Wish(amount_minor=3_000)), 3_000)
    world.later(days=30, hours=1)
    assert world.payouts() == [("in_transit", 9_380 + 4_850)]
    world.later(days=6)
    assert world.payouts() == [("paid", 14_230)]
    reconcile(world)
    agree(world)
    assert open_breaks(world) == []
    assert check_books().agrees


def test_its_invoice_says_that_the_wallet_has_paid(world: World) -> None:
    bought = wallets.bought(world, 10_000)
    world.settle_down()
    terms = "SELECT content::json->'terms'->>0, status, paid_minor FROM invoice WHERE kind = 'invoice'"
    [(said, status, paid)] = world.rows(terms)
    assert str(said).startswith("Paid in full from the wallet on ")
    assert (status, paid) == ("paid", 10_000)
    assert approve(world, world.ask_refund(bought, Wish(amount_minor=2_000)), 2_000)
    world.settle_down()
    assert world.rows("SELECT total_minor FROM invoice WHERE kind = 'credit_note'") == [(-2_000,)]
    assert check_books().agrees

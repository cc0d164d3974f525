"""What buyers' banks ask and take: the money line by line, exactly the shares concerned, and every way it ends."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from marketplace import db
from marketplace.disputes import following, sharing
from marketplace.errors import Conflict, Invalid
from marketplace.orders import operations as orders
from marketplace.orders import rules as order_rules
from marketplace.provider_events import flows
from marketplace.sandbox import disputes as bank
from tests.builders import Bought, World
from tests.races import at_once
from tests.snapshots import walked_once_from_nothing

FRAUD, NOT_RECEIVED, INQUIRY, WARNING, TWICE = (
    "4000000000000259",
    "4000000000002685",
    "4000000000001976",
    "4000000000005423",
    "4000004040000079",
)
FEE = 1_500


@walked_once_from_nothing
def bought_with(world: World, card: str, *grosses: int) -> Bought:
    """Let a buyer pay with a card that is disputed at once."""
    bought = world.open_purchase(*grosses)
    world.pay(bought, card)
    world.settle_down()
    return bought


def at_the_bank(world: World, deed: Callable[..., object], *values: object) -> None:
    """Let the bank do something about the first dispute, and let the shop hear of it."""
    with world.sandbox.sandbox.work() as work:
        [found] = work.rows("SELECT id FROM objects WHERE kind = 'dispute' ORDER BY seq LIMIT 1")
        deed(work, found["id"], *values)
    world.settle_down()


def dispute(world: World, reason: str, amount: int, *, inquiry: bool = False) -> None:
    """Let the bank open a dispute about the only charge, and let the shop hear of it."""
    open_at_the_bank(world, reason, amount, inquiry=inquiry)
    world.settle_down()


def open_at_the_bank(world: World, reason: str, amount: int, *, inquiry: bool = False) -> None:
    """Let the bank open a dispute about the only charge; the shop has not heard of it."""
    with world.sandbox.sandbox.work() as work:
        [found] = work.rows("SELECT id FROM objects WHERE kind = 'charge'")
        charge = work.need("charge", found["id"], lock=True)
        bank.open_dispute(work, charge, reason, amount, inquiry=inquiry)


def balances(world: World) -> dict[str, int]:
    rows = world.rows("SELECT account, sum(amount_minor) FROM posting GROUP BY account HAVING sum(amount_minor) <> 0")
    return {str(account): int(str(amount)) for account, amount in rows}


def of_seller(world: World) -> dict[str, int]:
    return {name: minor for name, minor in balances(world).items() if name.startswith("seller_")}


def states(world: World) -> list[object]:
    return [status for (status,) in world.rows("SELECT status FROM dispute ORDER BY id")]


def blocked(world: World) -> list[tuple[object, ...]]:
    """Return the open blocks: the share's gross and the reason."""
    return world.rows(
        "SELECT t.gross_minor, b.reason FROM payment_block b JOIN payment_transaction t ON t.id = b.transaction_id"
        " WHERE b.lifted_at IS NULL ORDER BY t.id, b.id"
    )


def shares(world: World) -> list[object]:
    return [status for (status,) in world.rows("SELECT status FROM payment_transaction ORDER BY id")]


def send_and_confirm(world: World, bought: Bought) -> None:
    """Let every seller send and the buyer say nothing: the days will do."""
    parcel = order_rules.parcel("ups", name="", tracking_number="1Z999AA10123456784", link="")
    for number, seller_id in world.rows('SELECT number, seller_id FROM "order"'):
        db.atomic(orders.ship, (), seller_id=int(str(seller_id)), number=str(number), parcel=parcel, now=world.now)


def later(world: World, **span: float) -> None:
    world.advance(**span)
    world.settle_down()


def the_bank_agrees(world: World) -> None:
    """The books and the provider's own account say the same."""
    assert balances(world).get("provider_balance", 0) == world.sandbox.balance_sum("usd")


@pytest.mark.covers("S4.19")
def test_a_chargeback_opens_a_case_takes_the_money_and_freezes_the_share(world: World) -> None:
    bought_with(world, FRAUD, 10_000)
    assert world.rows("SELECT kind, status, reason, amount_minor, withdrawn_minor, fee_minor FROM dispute") == [
        ("chargeback", "needs_response", "fraudulent", 10_000, 10_000, FEE)
    ]
    books = balances(world)
    assert (books["dispute_hold"], books["dispute_fee"]) == (10_000, FEE)
    assert books["seller_held"] == -9_380, "nothing is decided yet"
    assert blocked(world) == [(10_000, "dispute")]
    assert world.rows('SELECT status FROM "order"') == [("confirmed",)]
    told = world.rows("SELECT facts->>'role', kind FROM notification WHERE kind LIKE 'dispute%%' ORDER BY id")
    assert told == [("seller", "dispute_taken"), ("buyer", "dispute_taken")]
    the_bank_agrees(world)


def test_s47_an_inquiry_moves_no_money_and_closes_without_a_change(world: World) -> None:
    bought_with(world, INQUIRY, 10_000)
    before = balances(world)
    assert states(world) == ["inquiry_needs_response"]
    assert blocked(world) == [(10_000, "review")]
    assert "dispute_hold" not in before
    assert "dispute_fee" not in before
    at_the_bank(world, bank.decide, "warning_closed")
    assert states(world) == ["inquiry_closed"]
    assert balances(world) == before
    assert blocked(world) == []


def test_s47_an_inquiry_that_escalates_costs_the_amount_and_the_fee(world: World) -> None:
    bought_with(world, INQUIRY, 10_000)
    at_the_bank(world, bank.escalate)
    assert world.rows("SELECT kind, status FROM dispute") == [("chargeback", "needs_response")]
    books = balances(world)
    assert (books["dispute_hold"], books["dispute_fee"]) == (10_000, FEE)
    assert blocked(world) == [(10_000, "dispute")]
    the_bank_agrees(world)


def test_s48_lost_and_won_the_next_day_ends_where_it_began(world: World) -> None:
    bought_with(world, FRAUD, 10_000)
    at_the_bank(world, bank.decide, "lost")
    assert states(world) == ["lost"]
    assert blocked(world) == []
    assert of_seller(world) == {"seller_debt": 320}, "as a refund: the platform fee goes back, the card fee is owed"
    assert shares(world) == ["refunded"]
    later(world, days=1)
    at_the_bank(world, bank.decide, "won")
    assert states(world) == ["won"]
    books = balances(world)
    assert of_seller(world) == {"seller_held": -9_380}
    assert "dispute_hold" not in books
    assert books["dispute_fee"] == FEE, "the fee is never given back"
    assert shares(world) == ["held"]
    the_bank_agrees(world)


def test_s48_won_and_lost_and_won_again(world: World) -> None:
    bought_with(world, FRAUD, 10_000)
    for outcome in ("won", "lost", "won", "lost"):
        at_the_bank(world, bank.decide, outcome)
        assert states(world) == [outcome]
        the_bank_agrees(world)
    at_the_bank(world, bank.reopen)
    assert states(world) == ["needs_response"]
    assert of_seller(world) == {"seller_held": -9_380}, "asked anew, nothing is decided"
    assert blocked(world) == [(10_000, "dispute")]


def test_s48_two_disputes_on_one_charge_are_two_cases(world: World) -> None:
    bought_with(world, TWICE, 10_000)
    assert world.rows("SELECT status, amount_minor, fee_minor FROM dispute ORDER BY id") == [
        ("needs_response", 5_000, FEE),
        ("needs_response", 5_000, FEE),
    ]
    assert blocked(world) == [(10_000, "dispute")] * 2
    at_the_bank(world, bank.decide, "lost")
    assert sorted(map(str, states(world))) == ["lost", "needs_response"]
    assert blocked(world) == [(10_000, "dispute")], "the other one still keeps it"
    assert of_seller(world) == {"seller_held": -(9_380 - 5_000 + 150)}
    the_bank_agrees(world)


@pytest.mark.parametrize("order", ["reverse", None], ids=["reverse", "in order"])
def test_s06_events_in_any_order_and_doubled_make_one_dispute(world: World, order: str | None) -> None:
    bought = world.open_purchase(10_000)
    world.pay(bought, "4242424242424242")
    world.settle_down()
    with world.sandbox.sandbox.work() as work:
        [found] = work.rows("SELECT id FROM objects WHERE kind = 'charge'")
        opened = bank.open_dispute(work, work.need("charge", found["id"], lock=True), "general", 10_000)
        bank.decide(work, opened.id, "won")
    world.sandbox.deliver_pending((lambda due: due[::-1]) if order else None, copies=2)
    world.settle_down()
    later(world, minutes=1)
    assert states(world) == ["won"]
    assert world.rows("SELECT count(*) FROM dispute_movement") == [(2,)]
    the_bank_agrees(world)


def test_s06_reports_read_at_the_same_moment_are_booked_once(world: World) -> None:
    world.paid_purchase(10_000)
    with world.sandbox.sandbox.work() as work:
        [found] = work.rows("SELECT id FROM objects WHERE kind = 'charge'")
        opened = bank.open_dispute(work, work.need("charge", found["id"], lock=True), "general", 10_000)
        bank.decide(work, opened.id, "won")
    world.sandbox.deliver_pending(copies=2)
    events = [
        int(str(row_id)) for (row_id,) in world.rows("SELECT id FROM provider_event WHERE type LIKE '%%dispute%%'")
    ]
    assert len(events) == 4

    def apply(event_id: int) -> None:
        flows.apply(event_id, provider=world.provider, settings=world.settings, now=world.now, reread=True)

    at_once(world.app, [lambda one=one: apply(one) for one in events * 2])
    later(world, minutes=1)
    assert states(world) == ["won"]
    assert world.rows("SELECT count(*), sum(amount_minor), sum(fee_minor) FROM dispute_movement") == [(2, 0, FEE)]
    assert world.rows("SELECT DISTINCT status FROM provider_event WHERE type LIKE '%%dispute%%'") == [("applied",)]
    the_bank_agrees(world)


def test_only_the_seller_it_is_about_is_frozen(world: World) -> None:
    bought = world.paid_purchase(10_000, 5_000)
    send_and_confirm(world, bought)
    dispute(world, "product_not_received", 5_000)
    assert blocked(world) == [(5_000, "dispute")]
    later(world, days=31)
    assert shares(world) == ["available", "refunded"], "nobody answered in time, so it was lost; the other goes on"
    the_bank_agrees(world)


def test_a_part_is_shared_by_what_is_left_and_an_admin_may_say_otherwise(world: World) -> None:
    world.paid_purchase(10_000, 5_000)
    admin = world.person("Ada Admin", is_admin=True)
    dispute(world, "general", 3_001)
    parts = world.rows("SELECT id, amount_minor FROM dispute_share ORDER BY id")
    assert [minor for _, minor in parts] == [2_001, 1_000]
    assert blocked(world) == [(10_000, "dispute"), (5_000, "dispute")]
    first, second = (int(str(part_id)) for part_id, _ in parts)

    def say(*minors: int, reason: str = "The buyer wrote about the second parcel.") -> None:
        [(dispute_id,)] = world.rows("SELECT id FROM dispute")
        db.atomic(
            sharing.reassign,
            (),
            admin_id=admin,
            dispute_id=int(str(dispute_id)),
            minors=dict(zip((first, second), minors, strict=True)),
            reason=reason,
            now=world.now,
        )

    for wrong in ((3_000, 0), (-1, 3_002), (4_000, 5_000)):
        with pytest.raises(Invalid):
            say(*wrong)
    with pytest.raises(Invalid):
        say(0, 3_001, reason=" ")
    say(0, 3_001)
    assert blocked(world) == [(5_000, "dispute")]
    at_the_bank(world, bank.decide, "lost")
    assert of_seller(world) == {"seller_held": -(9_395 + 4_690 - 3_001 + 90)}
    with pytest.raises(Conflict):
        say(3_001, 0)


@pytest.mark.covers("S4.19")
def test_s49_on_day_29_it_stops_the_release_of_day_30_for_that_share_only(world: World) -> None:
    bought = world.paid_purchase(10_000, 5_000)
    send_and_confirm(world, bought)
    later(world, days=29)
    dispute(world, "product_not_received", 10_000)
    later(world, days=2)
    assert shares(world) == ["held", "available"]
    at_the_bank(world, bank.decide, "won")
    later(world, minutes=1)
    assert shares(world) == ["available", "available"], "the hold was over; the dispute alone kept it"
    the_bank_agrees(world)


def test_s49_on_day_31_a_loss_takes_what_is_available_and_records_the_rest_as_a_debt(world: World) -> None:
    bought = world.paid_purchase(10_000)
    send_and_confirm(world, bought)
    later(world, days=31)
    assert shares(world) == ["available"]
    dispute(world, "product_not_received", 10_000)
    assert of_seller(world) == {"seller_payable": -9_380}
    at_the_bank(world, bank.decide, "lost")
    assert of_seller(world) == {"seller_debt": 320}
    assert world.rows("SELECT subject, amount_minor FROM seller_debt") == [("dispute:" + only_id(world) + ":1", 320)]
    at_the_bank(world, bank.decide, "won")
    assert of_seller(world) == {"seller_payable": -9_380}
    assert shares(world) == ["available"]
    the_bank_agrees(world)


def only_id(world: World) -> str:
    return str(world.rows("SELECT id FROM dispute")[0][0])


def test_the_seller_pays_the_fee_of_a_lost_dispute_where_the_policy_says_so(world: World) -> None:
    bought_with(world, FRAUD, 10_000)
    policy = replace(world.settings.money, dispute_fee_bearer="seller")
    settings = replace(world.settings, money=policy)
    world.app.extensions["settings"] = settings
    try:
        at_the_bank(world, bank.decide, "lost")
        assert of_seller(world) == {"seller_debt": 320 + FEE}
        assert "dispute_fee" not in balances(world)
        at_the_bank(world, bank.decide, "won")
        assert of_seller(world) == {"seller_held": -9_380}
        assert balances(world)["dispute_fee"] == FEE, "after a win the platform pays it"
    finally:
        world.app.extensions["settings"] = replace(settings, money=replace(policy, dispute_fee_bearer="platform"))


def test_the_platform_pays_the_fee_by_default(world: World) -> None:
    bought_with(world, FRAUD, 10_000)
    at_the_bank(world, bank.decide, "lost")
    assert balances(world)["dispute_fee"] == FEE
    assert of_seller(world) == {"seller_debt": 320}


def test_a_warning_keeps_the_money_until_an_admin_has_looked(world: World) -> None:
    admin = world.person("Ada Admin", is_admin=True)
    bought_with(world, WARNING, 10_000)
    assert world.rows("SELECT kind, status FROM dispute") == [("warning", "warned")]
    assert blocked(world) == [(10_000, "review")]
    told = world.rows("SELECT facts->>'role' FROM notification WHERE kind = 'dispute_warned' ORDER BY 1")
    assert told == [("admin",), ("seller",)], "who paid with it must not know"
    db.atomic(
        following.dismiss, (), admin_id=admin, dispute_id=int(only_id(world)), reason="Known buyer.", now=world.now
    )
    assert blocked(world) == []
    assert states(world) == ["dismissed"]


def test_a_dispute_takes_the_place_of_a_warning(world: World) -> None:
    bought_with(world, WARNING, 10_000)
    dispute(world, "fraudulent", 10_000)
    assert states(world) == ["dismissed", "needs_response"]
    assert blocked(world) == [(10_000, "dispute")]

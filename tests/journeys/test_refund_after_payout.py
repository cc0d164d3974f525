"""A refund of an order whose money has left: the seller owes it, the next sale pays, or it is taken back if asked."""

from collections.abc import Callable

import pytest

from marketplace import db
from marketplace.orders import operations as orders
from marketplace.orders import rules
from marketplace.payouts import pot_queries
from marketplace.refunds import flows
from marketplace.refunds.wishes import Wish
from marketplace.sandbox import reversals
from tests.builders import Bought, World
from tests.faults import Line
from tests.journeys.test_debts import FAILS_LATER, agreed, owed, shares
from tests.journeys.test_refund_ladder import seen_by_an_admin
from tests.journeys.test_refunds import balances, sent_back
from tests.snapshots import walked_once_from_nothing

CLOSED_BANK = "000111111116"


@walked_once_from_nothing
def seller_with(
    world: World, gross: int, *, bank: str = "000123456789", card: str = "4242424242424242"
) -> tuple[int, Bought]:
    """Return a seller whose account is ready, and what was bought from them; its hold ends thirty days from now."""
    world.noon()
    seller_id = world.seller()
    world.onboard(seller_id, bank=bank)
    return seller_id, sell(world, seller_id, gross, card)


def sell(world: World, seller_id: int, gross: int, card: str = "4242424242424242") -> Bought:
    """Let somebody buy from a seller, who sends it."""
    buyer_id = world.person()
    world.put_in_cart(buyer_id, world.listing(seller_id, gross))
    bought = world.check_out(buyer_id)
    world.pay(bought, card)
    world.settle_down()
    parcel = rules.parcel("ups", name="", tracking_number="1Z999AA10123456784", link="")
    [(number,)] = world.rows('SELECT number FROM "order" WHERE purchase_id = %s', bought.purchase_id)
    db.atomic(orders.ship, (), seller_id=seller_id, number=str(number), parcel=parcel, now=world.now)
    return bought


def until_the_bank_has_answered(world: World) -> None:
    """Let the holds end, the payouts go out, and the banks say what they do with them."""
    world.later(days=30, hours=1)
    world.later(days=6)


def refund(world: World, bought: Bought, amount: int, admin: int, *, take_back: bool = False, **more: object) -> int:
    """Let the buyer ask, an admin look at the plan and approve just that; return the refund's id."""
    refund_id = world.ask_refund(bought, Wish(amount_minor=amount))
    seen = seen_by_an_admin(world, refund_id, amount)
    providers = {"stripe": more.get("provider", world.provider)}
    flows.approve_and_send(
        admin_id=admin,
        refund_id=refund_id,
        amount_minor=amount,
        notes="",
        policy=world.settings.money,
        providers=providers,  # type: ignore[arg-type]
        seen=seen,
        take_back=take_back,
        now=world.now,
    )
    agreed(world)
    return refund_id


@pytest.mark.covers("S4.8")
def test_a_paid_out_order_is_refunded_and_the_next_sale_pays_for_it(world: World) -> None:
    seller, bought = seller_with(world, 10_000)
    until_the_bank_has_answered(world)
    agreed(world)
    assert shares(world) == [("paid_out", 0)]

    admin = world.person("Ada Admin", is_admin=True)
    refund_id = world.ask_refund(bought, Wish(percent=100))
    assert seen_by_an_admin(world, refund_id, 10_000) == "10000-300-0-0-0-9700-9380-0"
    assert pot_queries.pots_of(seller)[0].blocked_orders == 0, "nothing of it waits here for a decision"
    agreed(world)
    flows.approve_and_send(
        admin_id=admin,
        refund_id=refund_id,
        amount_minor=10_000,
        notes="",
        policy=world.settings.money,
        providers={"stripe": world.provider},
        seen="10000-300-0-0-0-9700-9380-0",
        now=world.now,
    )
    agreed(world)
    world.settle_down()
    agreed(world)
    assert sent_back(world) == [("succeeded", 10_000)]
    assert shares(world) == [("refunded", 0)]
    assert world.rows('SELECT status FROM "order"') == [("refunded",)]
    assert balances(world)["seller_debt"] == 9_700, "the seller's balance is negative"
    assert owed(world) == [(9_700, 0, 0)]

    sell(world, seller, 20_000)
    agreed(world)
    world.later(days=31)
    agreed(world)
    assert owed(world) == [(9_700, 9_700, 0)]
    assert balances(world).get("seller_debt") is None
    # 200.00 less 6.00 and 6.10 leaves 187.90; 97.00 of it paid the debt, the rest goes to the bank.
    assert world.transfers() == [9_380, 18_790 - 9_700]
    assert balances(world)["provider_balance"] == world.sandbox.balance_sum("usd")


@pytest.mark.covers("S4.8")
def test_what_the_sellers_account_still_has_is_taken_back_if_the_admin_says_so(world: World) -> None:
    """The bank has sent the payout back, so the money is still in the seller's account at the provider."""
    _, bought = seller_with(world, 10_000, bank=CLOSED_BANK)
    until_the_bank_has_answered(world)
    assert [status for status, _ in world.payouts()] == ["failed"]
    admin = world.person("Ada Admin", is_admin=True)
    refund(world, bought, 10_000, admin, take_back=True)
    assert world.rows("SELECT status, amount_minor FROM transfer_reversal") == [("done", 9_380)]
    assert owed(world) == [(9_700, 9_380, 0)], "only the card fee is owed"
    world.settle_down()
    agreed(world)
    assert world.payouts() == [("reversed", 9_380)]
    assert shares(world) == [("refunded", 0)]
    assert world.rows(
        "SELECT kind, user_id = %s FROM notification WHERE kind LIKE 'reversal%%' ORDER BY id", admin
    ) == [
        ("reversal_done", False),
        ("reversal_done", True),
    ]
    assert balances(world)["provider_balance"] == world.sandbox.balance_sum("usd")


def test_without_being_asked_nothing_is_taken_back(world: World) -> None:
    _, bought = seller_with(world, 10_000, bank=CLOSED_BANK)
    until_the_bank_has_answered(world)
    refund(world, bought, 10_000, world.person("Ada Admin", is_admin=True))
    assert world.rows("SELECT count(*) FROM transfer_reversal") == [(0,)]
    assert owed(world) == [(9_700, 0, 0)]


@pytest.mark.covers("S4.8")
def test_a_reversal_that_is_refused_stays_a_debt_and_both_are_told(world: World) -> None:
    seller, bought = seller_with(world, 10_000)
    until_the_bank_has_answered(world)
    admin = world.person("Ada Admin", is_admin=True)
    refund(world, bought, 10_000, admin, take_back=True)
    world.settle_down()
    agreed(world)
    assert world.rows("SELECT status FROM transfer_reversal") == [("refused",)]
    assert world.rows("SELECT status FROM refund") == [("completed",)]
    assert owed(world) == [(9_700, 0, 0)]
    assert balances(world).get("refund_cost") is None, "a debt, not a loss"
    told = world.rows("SELECT user_id FROM notification WHERE kind = 'reversal_refused' ORDER BY id")
    assert told == [(seller,), (admin,)]


class Later:
    """The provider's part for reversals behind a line that loses answers."""

    def __init__(self, line: Line, reversals: Line) -> None:
        self.line, self.reversals = line, reversals

    def __getattr__(self, name: str) -> Callable[..., object]:
        found: Callable[..., object] = getattr(self.line, name)
        return found


@pytest.mark.covers("S4.8")
@pytest.mark.parametrize(("happens", "days"), [(True, 0), (False, 0), (True, 1), (False, 1)])
def test_a_reversal_without_an_answer_is_found_out(world: World, happens: bool, days: int) -> None:
    """Sent again with the same key within a day, looked up after it; found or given up, the books agree."""
    _, bought = seller_with(world, 10_000, bank=CLOSED_BANK)
    until_the_bank_has_answered(world)
    admin = world.person("Ada Admin", is_admin=True)
    lost = Line(world.provider.reversals, {"reverse"}, happens=happens)  # type: ignore[arg-type]
    refund(world, bought, 10_000, admin, take_back=True, provider=Later(Line(world.provider), lost))
    assert world.rows("SELECT status FROM outbound_call WHERE kind = 'reversal'") == [("unknown",)]
    assert owed(world) == [(9_700, 0, 0)]
    if days:
        world.sandbox.advance_clock(days * 86_400)
        world.tick()
    else:
        world.advance(minutes=1)
    world.settle_down()
    agreed(world)
    is_back = happens or not days
    assert world.rows("SELECT status FROM transfer_reversal") == [("done" if is_back else "refused",)]
    assert owed(world) == [(9_700, 9_380 if is_back else 0, 0)]
    assert world.sandbox.balance_sum("usd") == balances(world)["provider_balance"]


def taken_at_the_dashboard(world: World, amount: int) -> None:
    """Let somebody take back a part of the only transfer at the provider, of no share in particular."""
    [(transfer_id,)] = world.rows("SELECT transfer_id FROM payout")
    with world.sandbox.sandbox.work() as work:
        reversals.reverse(work, work.need("transfer", str(transfer_id), lock=True), amount, work.now, {})
    world.settle_down()


@pytest.mark.parametrize("amount", [4_000, 10_000])
def test_a_reversal_of_ours_meets_one_made_at_the_provider_and_the_lines_hold(world: World, amount: int) -> None:
    """Two shares in one payout. Ours is for all of the first; meanwhile somebody takes a part of the transfer back.

    40.00 leaves 100.55, so the provider makes ours: the first line has less than it, and the other one gives the rest.
    100.00 leaves 40.55, so the provider refuses ours, and what is owed is paid by what came back.
    """
    seller, bought = seller_with(world, 10_000, bank=CLOSED_BANK)
    sell(world, seller, 5_000)
    until_the_bank_has_answered(world)
    assert world.payouts() == [("failed", 9_380 + 4_675)]
    admin = world.person("Ada Admin", is_admin=True)
    lost = Line(world.provider.reversals, {"reverse"})  # type: ignore[arg-type]
    refund(world, bought, 10_000, admin, take_back=True, provider=Later(Line(world.provider), lost))
    taken_at_the_dashboard(world, amount)
    world.advance(minutes=2)
    world.settle_down()
    is_made = amount == 4_000
    assert world.rows("SELECT status, amount_minor FROM transfer_reversal ORDER BY id") == [
        ("done" if is_made else "refused", 9_380),
        ("done", amount),
    ]
    assert world.rows("SELECT DISTINCT status FROM outbound_call WHERE kind = 'reversal'") == [
        ("done" if is_made else "refused",)
    ]
    back = amount + (9_380 if is_made else 0)
    assert world.rows("SELECT sum(reversed_minor), max(reversed_minor - amount_minor) <= 0 FROM payout_line") == [
        (back, True)
    ]
    assert world.rows("SELECT reversed_minor FROM payout") == [(back,)]
    assert balances(world)["provider_balance"] == world.sandbox.balance_sum("usd")
    agreed(world)
    if is_made:
        assert owed(world) == [(9_700, 9_380, 0)]
        assert shares(world) == [("refunded", 0), ("transferring", 4_000)], "waits for its payout's end"


@pytest.mark.covers("S4.8")
@pytest.mark.parametrize("take_back", [False, True])
def test_s21_a_refund_that_fails_after_the_payout_leaves_the_seller_as_before(world: World, take_back: bool) -> None:
    _, bought = seller_with(world, 10_000, bank=CLOSED_BANK if take_back else "000123456789", card=FAILS_LATER)
    until_the_bank_has_answered(world)
    refund(world, bought, 10_000, world.person("Ada Admin", is_admin=True), take_back=take_back)
    world.settle_down()
    assert shares(world) == [("refunded", 0)]
    agreed(world)
    world.later(days=20)
    agreed(world)
    assert world.rows("SELECT status FROM refund") == [("failed",)]
    assert world.rows('SELECT status FROM "order"') == [("delivered",)]
    assert owed(world) == [(9_700, 0, 9_700)]
    # What was taken back is the seller's again and waits behind the refund that an admin must decide about.
    assert shares(world) == [("available", 9_380) if take_back else ("paid_out", 0)]


@pytest.mark.covers("S4.8")
def test_partial_refunds_across_hold_release_and_payout_sum_to_the_cent(world: World) -> None:
    _, bought = seller_with(world, 9_999)
    admin = world.person("Ada Admin", is_admin=True)
    for part, days in ((3_333, 31), (1, 6), (6_665, 0)):
        refund(world, bought, part, admin)
        world.later(days=days)
        agreed(world)
    assert world.rows("SELECT held_minor, available_minor, debt_minor FROM refund ORDER BY id") == [
        (3_233, 0, 0),
        (0, 0, 1),
        (0, 0, 6_465),
    ]
    assert world.rows("SELECT sum(platform_minor)::int FROM refund") == [(300,)]
    assert shares(world) == [("refunded", 0)]


def test_a_refund_of_a_share_in_a_payout_waits_for_nothing_and_the_share_follows(world: World) -> None:
    _, bought = seller_with(world, 10_000)
    world.later(days=30, hours=1)
    assert world.payouts() == [("in_transit", 9_380)]
    refund(world, bought, 10_000, world.person("Ada Admin", is_admin=True))
    world.settle_down()
    agreed(world)
    assert world.rows('SELECT status FROM "order"') == [("refunded",)]
    assert shares(world) == [("transferring", 0)]
    world.later(days=6)
    agreed(world)
    assert world.payouts() == [("paid", 9_380)]
    assert shares(world) == [("refunded", 0)]

"""Money that has to go back after it was released: other money pays at once, coming sales pay the rest, books agree."""

import pytest

from marketplace import db
from marketplace.config import MoneyPolicy
from marketplace.debts import operations as debts
from marketplace.debts import writing_off
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.orders import operations as orders
from marketplace.orders import rules
from marketplace.payments import holds
from marketplace.reconciliation.checks import check_books
from marketplace.refunds.wishes import Wish
from tests.builders import Bought, World
from tests.journeys.test_refunds import approve, balances

FAILS_LATER = "4000000000005126"


def sale(
    world: World, seller_id: int, gross: int, card: str = "4242424242424242", *, is_released: bool = True
) -> Bought:
    """Let somebody buy from a seller, receive it and say so: the share is available, or would be at the next tick."""
    buyer_id = world.person()
    world.put_in_cart(buyer_id, world.listing(seller_id, gross))
    bought = world.check_out(buyer_id)
    world.pay(bought, card)
    world.settle_down()
    parcel = rules.parcel("ups", name="", tracking_number="1Z999AA10123456784", link="")
    [(number,)] = world.rows('SELECT number FROM "order" WHERE purchase_id = %s', bought.purchase_id)
    db.atomic(orders.ship, (), seller_id=seller_id, number=str(number), parcel=parcel, now=world.now)
    policy = world.settings.money
    db.atomic(holds.confirm_received, (), buyer_id=bought.buyer_id, number=str(number), policy=policy, now=world.now)
    if is_released:
        world.settle_down()
    return bought


def give_back(world: World, bought: Bought, amount_minor: int, admin_id: int) -> int:
    """Ask for money of an order back and approve it; return the refund's id."""
    refund_id = world.ask_refund(bought, Wish(amount_minor=amount_minor))
    assert approve(world, refund_id, amount_minor, admin_id)
    agreed(world)
    world.settle_down()
    agreed(world)
    return refund_id


def agreed(world: World) -> None:
    report = check_books()
    assert report.agrees, report.differences


def shares(world: World) -> list[tuple[object, ...]]:
    """Return status and what is left of each share, oldest first."""
    return world.rows(
        "SELECT status, (net_minor - net_taken_minor - netted_minor - paid_out_minor)::int"
        " FROM payment_transaction ORDER BY id"
    )


def owed(world: World) -> list[tuple[object, ...]]:
    """Return amount, paid by sales and forgiven of each debt, oldest first."""
    return world.rows("SELECT amount_minor, netted_minor, forgiven_minor FROM seller_debt ORDER BY id")


@pytest.mark.covers("S4.8")
def test_a_refund_after_release_takes_the_share_and_then_what_else_is_available(world: World) -> None:
    seller, admin = world.seller(), world.person("Ada Admin", is_admin=True)
    sold, _ = sale(world, seller, 10_000), sale(world, seller, 10_000)
    give_back(world, sold, 10_000, admin)
    assert world.rows("SELECT held_minor, available_minor, debt_minor FROM refund") == [(0, 9_380, 320)]
    assert owed(world) == [(320, 320, 0)], "paid at once"
    assert shares(world) == [("refunded", 0), ("available", 9_060)]
    assert balances(world).get("seller_debt") is None
    told = world.rows("SELECT facts->>'amount_minor', facts->>'left_minor' FROM notification WHERE kind = 'debt_paid'")
    assert told == [("320", "0")]


def test_coming_sales_pay_what_is_owed_once_they_are_released(world: World) -> None:
    seller, admin = world.seller(), world.person("Ada Admin", is_admin=True)
    give_back(world, sale(world, seller, 10_000), 10_000, admin)
    assert owed(world) == [(320, 0, 0)]
    sale(world, seller, 300)  # leaves 2.52
    assert owed(world) == [(320, 252, 0)]
    assert shares(world)[1] == ("paid_out", 0), "all of it paid what was owed"
    agreed(world)
    sale(world, seller, 10_000)
    assert owed(world) == [(320, 320, 0)]
    assert shares(world)[2] == ("available", 9_380 - 68)


def test_blocked_shares_and_other_sellers_pay_nothing(world: World) -> None:
    seller, admin = world.seller(), world.person("Ada Admin", is_admin=True)
    stopped = sale(world, seller, 5_000)
    refund_id = world.ask_refund(stopped, Wish(amount_minor=1_000))
    sale(world, world.seller("Sue Seller"), 5_000)
    give_back(world, sale(world, seller, 10_000), 10_000, admin)
    assert owed(world) == [(320, 0, 0)]
    approve(world, refund_id, 1_000, admin)
    world.settle_down()
    assert owed(world) == [(320, 320, 0)], "once nothing blocks the share any more"


@pytest.mark.covers("S4.8")
@pytest.mark.parametrize("other_gross", [300, 10_000], ids=["used up", "left over"])
def test_s21_a_late_failure_walks_back_what_other_sales_have_paid(world: World, other_gross: int) -> None:
    seller, admin = world.seller(), world.person("Ada Admin", is_admin=True)
    other_net = {300: 252, 10_000: 9_380}[other_gross]
    sold, _ = sale(world, seller, 10_000, FAILS_LATER), sale(world, seller, other_gross)
    give_back(world, sold, 10_000, admin)
    assert owed(world)[0][1] == min(320, other_net)

    world.advance(days=20)
    world.settle_down()
    assert world.rows("SELECT status FROM refund") == [("failed",)]
    assert owed(world) == [(320, 0, 320)]
    assert shares(world) == [("available", 9_380), ("available", other_net)]
    assert world.rows('SELECT status FROM "order" ORDER BY id') == [("delivered",), ("delivered",)]
    assert balances(world).get("seller_debt") is None


def test_a_share_that_paid_a_debt_and_was_refunded_itself_comes_back_and_pays_its_own(world: World) -> None:
    """Order 1 is refunded and order 2 pays for it; order 2 is refunded too; then the first refund fails."""
    seller, admin = world.seller(), world.person("Ada Admin", is_admin=True)
    first, second = sale(world, seller, 10_000, FAILS_LATER), sale(world, seller, 300)
    give_back(world, first, 10_000, admin)
    give_back(world, second, 300, admin)
    assert owed(world) == [(320, 252, 0), (291, 0, 0)]
    assert shares(world) == [("refunded", 0), ("refunded", 0)]

    world.advance(days=20)
    world.settle_down()
    # What comes back of the second order pays its own debt, and the first order's money pays the rest.
    assert owed(world) == [(320, 0, 320), (291, 291, 0)]
    assert world.rows('SELECT status FROM "order" ORDER BY id') == [("delivered",), ("refunded",)]
    assert sum(int(str(left)) for _, left in shares(world)) == 9_380 + 252 - 291
    assert balances(world).get("seller_debt") is None


@pytest.mark.covers("S4.8")
def test_partial_refunds_across_the_release_sum_to_the_cent(world: World) -> None:
    seller, admin = world.seller(), world.person("Ada Admin", is_admin=True)
    sold = sale(world, seller, 9_999)
    other = sale(world, seller, 10_000)
    for part in (3_333, 1, 6_665):
        give_back(world, sold, part, admin)
    assert world.rows(
        "SELECT sum(platform_minor)::int, sum(held_minor + available_minor + debt_minor)::int FROM refund"
    ) == [(300, 9_699)]
    assert shares(world)[0] == ("refunded", 0)
    give_back(world, other, 5_000, admin)
    assert world.rows("SELECT status FROM payment ORDER BY id") == [("refunded",), ("partially_refunded",)]
    assert balances(world).get("seller_debt") is None


@pytest.mark.tampers
def test_a_debt_that_nobody_booked_and_a_forgiven_cent_are_named(world: World) -> None:
    give_back(world, sale(world, world.seller(), 10_000), 10_000, world.person("Ada Admin", is_admin=True))
    world.tamper("UPDATE seller_debt SET forgiven_minor = 1")
    found = {one.check for one in check_books().differences}
    assert {"forgiven debts were written off or given up", "what sellers owe equals their debts"} <= found
    world.tamper("UPDATE seller_debt SET forgiven_minor = 0, amount_minor = 321")
    assert "refunds that count made the debts they say" in {one.check for one in check_books().differences}


class WritingOff:
    """A debt of 3.20 for which nothing will ever pay, and who decides about it."""

    def __init__(self, world: World, card: str = "4242424242424242") -> None:
        self.world, self.seller = world, world.seller()
        self.admin, self.second = (world.person(name, is_admin=True) for name in ("Ada Admin", "Bea Admin"))
        give_back(world, sale(world, self.seller, 10_000, card), 10_000, self.admin)
        [(debt_id,)] = world.rows("SELECT id FROM seller_debt")
        self.debt_id = int(str(debt_id))

    def by(self, admin_id: int, seen: int = 320, *, limit: int = 50_000, reason: str = "The shop is closed.") -> bool:
        policy = MoneyPolicy(second_approver_above_minor=limit)
        return db.atomic(
            writing_off.write_off,
            (),
            admin_id=admin_id,
            debt_id=self.debt_id,
            seen_minor=seen,
            reason=reason,
            policy=policy,
            now=self.world.now,
        )


def test_what_can_never_be_collected_is_borne_by_the_platform(world: World) -> None:
    debt = WritingOff(world)
    with pytest.raises(Invalid):
        debt.by(debt.admin, reason="  ")
    with pytest.raises(Conflict, match="changed"):
        debt.by(debt.admin, seen=319)
    with pytest.raises(NotAllowed, match="your own"):
        debt.by(debt.seller)
    assert debt.by(debt.admin)
    assert owed(world) == [(320, 0, 320)]
    assert balances(world)["refund_cost"] == 320
    assert balances(world).get("seller_debt") is None
    with pytest.raises(Conflict, match="changed"):
        debt.by(debt.second)
    sale(world, debt.seller, 10_000)
    assert shares(world)[1] == ("available", 9_380), "it is not owed any more"
    assert world.rows("SELECT kind FROM notification WHERE kind LIKE 'debt%%' AND user_id = %s", debt.seller) == [
        ("debt_written_off",)
    ]


@pytest.mark.covers("S4.9")
def test_i23_a_large_debt_is_written_off_by_two_admins(world: World) -> None:
    debt = WritingOff(world)
    assert not debt.by(debt.admin, limit=100)
    assert owed(world) == [(320, 0, 0)]
    with pytest.raises(NotAllowed, match="second admin"):
        debt.by(debt.admin, limit=100)
    assert debt.by(debt.second, limit=100)
    assert world.rows("SELECT first_approver_id, decided_by_id FROM debt_write_off") == [(debt.admin, debt.second)]
    assert balances(world)["refund_cost"] == 320


@pytest.mark.parametrize("is_decided", [True, False])
def test_a_debt_written_off_whose_refund_fails_costs_the_platform_nothing(world: World, is_decided: bool) -> None:
    debt = WritingOff(world, FAILS_LATER)
    assert debt.by(debt.admin, limit=1_000 if is_decided else 100) is is_decided
    world.advance(days=20)
    world.settle_down()
    assert owed(world) == [(320, 0, 320)]
    assert balances(world).get("refund_cost") is None
    assert shares(world) == [("available", 9_380)]
    with pytest.raises(Conflict):
        debt.by(debt.second, seen=0)


def test_nothing_is_paid_twice_however_often_it_is_asked(world: World) -> None:
    seller, admin = world.seller(), world.person("Ada Admin", is_admin=True)
    give_back(world, sale(world, seller, 10_000), 10_000, admin)
    sale(world, seller, 10_000)
    for _ in range(2):
        assert db.atomic(debts.net, (), seller_id=seller, currency="USD", now=world.now) == 0
        assert db.atomic(debts.net_due, (), now=world.now) == 0
    assert owed(world) == [(320, 320, 0)]

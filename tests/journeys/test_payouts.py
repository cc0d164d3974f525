"""A sale becomes money in the seller's bank: on its day, once, for as much as was promised."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from marketplace import db
from marketplace.errors import NotAllowed
from marketplace.history import Actor
from marketplace.orders import operations as orders
from marketplace.orders import rules
from marketplace.payments import hold_decisions, holds
from marketplace.payouts import operations, pot_queries, queries
from marketplace.payouts.pot_queries import Pot
from marketplace.provider_events import flows as events
from marketplace.sandbox import reversals
from tests.builders import World
from tests.snapshots import walked_once_from_nothing


@pytest.mark.covers("S2.39")
def test_what_is_released_is_paid_the_same_day_and_reaches_the_bank(world: World) -> None:
    seller_id = world.paid_seller(10_000, 2_500)
    world.later(days=29)
    assert world.payouts() == [], "none before its date"
    world.later(days=1, hours=1)
    assert world.payouts() == [("in_transit", 9_380 + 2_322)]
    assert world.transfers() == [11_702]
    world.later(days=5)
    assert world.payouts() == [("paid", 11_702)]
    assert world.rows("SELECT DISTINCT status FROM payment_transaction") == [("paid_out",)]
    told = world.rows("SELECT kind FROM notification WHERE user_id = %s AND subject = 'payout' ORDER BY id", seller_id)
    assert told == [("payout_sent",), ("payout_paid",)]
    [(balance,)] = world.rows("SELECT sum(amount_minor) FROM posting WHERE account = 'provider_balance'")
    assert balance == world.sandbox.balance_sum("usd")


@walked_once_from_nothing
def due(world: World, *grosses: int, **seller: str) -> int:
    """Return a seller whose holds of sales of `grosses` minor units end now; nothing has been released yet."""
    seller_id = world.paid_seller(*grosses, **seller)
    world.advance(days=30)
    world.sandbox.deliver_pending()
    return seller_id


# Would fail if each of the messages about one object were a question of its own, though they say nothing themselves.
def test_one_look_answers_all_messages_about_a_payment_to_a_bank_that_wait_together(world: World) -> None:
    due(world, 10_000)
    world.tick()
    world.advance(days=5)  # created, handed over and paid: three messages, none heard so far
    [(payout_id,)] = world.rows("SELECT provider_payout_id FROM payout")
    world.sandbox.deliver_pending()
    events.apply_due(providers={"stripe": world.provider}, settings=world.settings, now=world.now)
    applied = "SELECT count(*) FROM provider_event WHERE type LIKE 'payout.%%' AND status = 'applied'"
    assert world.rows(applied) == [(3,)]
    assert world.payouts() == [("paid", 9_380)]
    with world.sandbox.sandbox.work() as work:
        asked = work.rows("SELECT id FROM requests WHERE path = %(path)s", path=f"/v1/payouts/{payout_id}")
    assert len(asked) == 1


def test_s39_a_part_taken_back_at_the_provider_is_booked_by_its_id_and_waits_for_a_person(world: World) -> None:
    admin_id = world.person("Ada Admin", is_admin=True)
    due(world, 10_000, 2_500)
    world.settle_down()
    world.later(days=7)
    assert world.payouts() == [("paid", 11_702)]
    [(transfer_id,)] = world.rows("SELECT transfer_id FROM payout")
    with world.sandbox.sandbox.work() as work:
        transfer = work.need("transfer", str(transfer_id), lock=True)
        reversals.reverse(work, transfer, 1_170, work.now, {})
    world.settle_down()
    assert world.rows("SELECT status, amount_minor, subject FROM transfer_reversal") == [("done", 1_170, "provider")]
    assert world.rows("SELECT sum(reversed_minor) FROM payout_line") == [(1_170,)]
    spread = world.rows("SELECT net_minor - paid_out_minor, status FROM payment_transaction ORDER BY id")
    assert spread == [(938, "available"), (232, "available")]
    [(balance,)] = world.rows("SELECT sum(amount_minor) FROM posting WHERE account = 'provider_balance'")
    assert balance == world.sandbox.balance_sum("usd")
    world.later(days=1)
    assert len(world.transfers()) == 1, "what somebody took back is not paid again by itself"
    for (share_id,) in world.rows("SELECT id FROM payment_transaction"):
        db.atomic(hold_decisions.let_go, (), admin_id=admin_id, share_id=share_id, reason="Settled.", now=world.now)
    world.settle_down()
    assert world.transfers() == [11_702, 1_170]
    # Each share is in two payouts now, one with the bank and one on its way.
    [(seller_id,)] = world.rows("SELECT DISTINCT seller_id FROM payment_transaction")
    [pots] = pot_queries.pots_of(int(str(seller_id)))
    assert (pots.on_its_way_minor, pots.paid_out_minor, pots.balance_minor) == (1_170, 11_702 - 1_170, 0)
    [(number,)] = world.rows('SELECT number FROM "order" ORDER BY id LIMIT 1')
    for pot, of_all, of_first in ((Pot.ON_ITS_WAY, 1_170, 938), (Pot.PAID_OUT, 10_532, 9_380 - 938)):
        found = pot_queries.pot_statement(int(str(seller_id)), "USD", pot, None, 50)
        assert found.figure_minor == found.ledger_minor == of_all, pot
        explained = pot_queries.explain_share(int(str(seller_id)), str(number), pot)
        assert explained.figure_minor == of_first
        assert explained.sum_minor == of_first


def test_s42_a_seller_disabled_on_day_29_is_paid_when_they_are_back_on_day_40(world: World) -> None:
    world.noon()
    seller_id = world.seller()
    account_id = world.onboard(seller_id)
    world.sold(seller_id, 10_000)
    world.later(days=29)
    world.press(account_id, "restrict")
    world.later(days=2)
    assert world.payouts() == []
    skip = "SELECT cause, amount_minor FROM payout_skip WHERE ended_at IS NULL"
    assert world.rows(skip) == [("restricted", 9_380)]
    told = "SELECT count(*) FROM notification WHERE kind = 'payout_skipped'"
    assert world.rows(told) == [(1,)], "told once, however many runs pass by"
    world.later(days=9)
    world.press(account_id, "verify")
    assert world.payouts() == [("in_transit", 9_380)]
    assert world.rows(skip) == []
    assert world.rows(told) == [(1,)]


def choose(world: World, seller_id: int, interval: str, weekday: int = 0, minimums: str = "{}") -> None:
    """Let a seller choose how often they are paid."""
    db.append(
        text(
            "INSERT INTO payout_schedule (seller_id, interval, weekday, month_day, minimums, changed_at)"
            " VALUES (:seller, :interval, :weekday, 1, CAST(:minimums AS jsonb), :now)"
        ),
        {"seller": seller_id, "interval": interval, "weekday": weekday, "minimums": minimums, "now": world.now},
    )


def test_s3_a_sale_of_11000_sek_at_seven_percent_pays_10230_on_the_day_that_was_promised(world: World) -> None:
    world.tamper(
        "INSERT INTO fee_schedule (channel, valid_from, platform_basis_points, processing_basis_points,"
        " processing_fixed) VALUES ('standard', '2026-01-01', 700, 0, '{}')"
    )
    seller_id = world.paid_seller(1_100_000, country="SE", currency="SEK")
    [(share_id, planned)] = world.rows("SELECT id, planned_release_date FROM payment_transaction")
    ids, policy = [int(str(share_id))], world.settings.money
    promised = queries.expected_dates(seller_id, ids, policy=policy, now=world.now)[ids[0]]
    assert promised == queries.Expected(planned, None, None), "said from the payment on"  # type: ignore[arg-type]
    assert promised.at is not None
    day = promised.at.date()
    assert (day - world.now.date()).days == 30
    world.later(days=29, hours=23)
    assert world.payouts() == []
    world.later(hours=2)
    assert world.now.date() == day
    assert world.rows("SELECT amount_minor, currency, status FROM payout") == [(1_023_000, "SEK", "in_transit")]
    arrival = queries.expected_dates(seller_id, ids, policy=policy, now=world.now)[ids[0]]
    assert arrival.payout_number == world.rows("SELECT number FROM payout")[0][0]
    world.later(days=5)
    assert world.payouts() == [("paid", 1_023_000)]
    assert queries.expected_dates(seller_id, ids, policy=policy, now=world.now) == {}


def test_a_busy_seller_is_paid_once_a_day_with_all_that_is_released_on_it(world: World) -> None:
    """Three sales of one day whose holds end at noon, two hours later and six hours later: one payout, that day."""
    world.noon()
    seller_id = world.seller()
    world.onboard(seller_id)
    for hours in (0, 2, 4):
        world.advance(hours=hours)
        world.sold(seller_id, 10_000)
    world.later(days=29, hours=18, minutes=30)
    shares = "SELECT status, count(*) FROM payment_transaction GROUP BY status ORDER BY status"
    assert world.rows(shares) == [("available", 1), ("held", 2)]
    assert world.payouts() == [], "more comes today"
    skip = "SELECT cause, planned_run::date FROM payout_skip WHERE ended_at IS NULL"
    assert world.rows(skip) == [("scheduled", world.now.date())]
    world.later(hours=6)
    assert world.payouts() == [("in_transit", 3 * 9_380)]
    [(begun,)] = world.rows("SELECT started_at FROM payout")

    # The buyer's own word releases one more on the same day: it waits for tomorrow's payout, and is asked for at once.
    db.atomic(holds.confirm_received, (), **received(world, seller_id))
    world.settle_down()
    assert world.payouts() == [("in_transit", 3 * 9_380)]
    [(share_id,)] = world.rows("SELECT max(id) FROM payment_transaction")
    ids, policy = [int(str(share_id))], world.settings.money
    promised = queries.expected_dates(seller_id, ids, policy=policy, now=world.now)[ids[0]].at
    assert promised is not None
    assert promised.date() == world.now.date() + timedelta(days=1)
    world.later(days=1)
    assert world.payouts() == [("in_transit", 3 * 9_380), ("in_transit", 9_380)]
    [_, (next_begun,)] = world.rows("SELECT started_at FROM payout ORDER BY id")
    assert begun.date() < next_begun.date()  # type: ignore[attr-defined]


def received(world: World, seller_id: int) -> dict[str, Any]:
    """Sell one more part; return what confirming its receipt takes."""
    buyer_id = world.person()
    world.put_in_cart(buyer_id, world.listing(seller_id, 10_000))
    world.pay(world.check_out(buyer_id), "4000000000000077")  # settled at once
    world.settle_down()
    [(number,)] = world.rows('SELECT number FROM "order" ORDER BY id DESC LIMIT 1')
    parcel = rules.parcel("ups", name="", tracking_number="1Z999AA10123456784", link="")
    db.atomic(orders.ship, (), seller_id=seller_id, number=str(number), parcel=parcel, now=world.now)
    return {"buyer_id": buyer_id, "number": str(number), "policy": world.settings.money, "now": world.now}


def test_banks_take_whole_forints_and_the_rest_goes_with_the_next_payout(world: World) -> None:
    seller_id = world.paid_seller(3_000_055, country="HU", currency="HUF")
    [(net,)] = world.rows("SELECT net_minor FROM payment_transaction")
    whole, rest = int(str(net)) // 100 * 100, int(str(net)) % 100
    assert rest
    world.later(days=30, hours=1)
    assert world.payouts() == [("in_transit", whole)]
    assert world.transfers() == [whole]
    assert world.rows("SELECT rest_minor FROM payout") == [(rest,)]
    assert world.rows("SELECT DISTINCT status FROM outbound_call WHERE kind = 'bank_payout'") == [("done",)]
    [(number,)] = world.rows("SELECT number FROM payout")
    browser = world.client(seller_id)
    assert "banks take whole HUF only" in browser.get(f"/seller/payouts/{number}").text
    assert f"0.{rest:02d}" in browser.get("/seller/balance?currency=HUF").text
    world.later(days=7)
    assert world.payouts() == [("paid", whole)]
    assert world.rows("SELECT status, paid_out_minor FROM payment_transaction") == [("available", whole)]
    assert world.rows("SELECT cause, amount_minor FROM payout_skip WHERE ended_at IS NULL") == [("below_minimum", rest)]

    world.sold(seller_id, 2_000_000, currency="HUF")
    [(other,)] = world.rows("SELECT net_minor FROM payment_transaction ORDER BY id DESC LIMIT 1")
    world.later(days=31)
    both = rest + int(str(other))
    assert world.payouts()[1:] == [("in_transit", both - both % 100)]


@pytest.mark.parametrize("is_little_left", [False, True])
def test_what_a_reversal_leaves_below_a_whole_forint_stays_in_the_account_and_is_told(
    world: World, is_little_left: bool
) -> None:
    admin_id = world.person("Ada Admin", is_admin=True)
    seller_id = world.paid_seller(3_000_055, country="HU", currency="HUF", bank="000111111116")
    world.later(days=30, hours=1)
    world.later(days=5)  # the bank knows no such account
    [(status, amount, number, transfer_id)] = world.rows("SELECT status, amount_minor, number, transfer_id FROM payout")
    taken = int(str(amount)) - 60 if is_little_left else 40
    with world.sandbox.sandbox.work() as work:
        reversals.reverse(work, work.need("transfer", str(transfer_id), lock=True), taken, work.now, {})
    world.settle_down()
    for status in ("failed", "failed" if is_little_left else "in_transit"):
        assert world.rows("SELECT status FROM payout") == [(status,)]
        words = world.client(seller_id).get(f"/seller/payouts/{number}").text
        assert "Left in your account at the provider" in words
        assert "HUF\N{NO-BREAK SPACE}0.60: banks take whole HUF only" in words
        [(account_id,)] = world.rows("SELECT account_id FROM seller_account WHERE seller_id = %s", seller_id)
        world.sandbox.set_up(str(account_id), bank="000123456789")
        world.settle_down()
        world.later(hours=2)
    admin = world.client(admin_id)
    assert "Left in the seller&#39;s account" in admin.get(f"/admin/payouts/{number}").text
    if is_little_left:
        actor = Actor.user(admin_id, "admin")
        [(payout_id,)] = world.rows("SELECT id FROM payout")
        with pytest.raises(NotAllowed, match="Less than one whole HUF"):
            db.atomic(operations.resend, (), payout_id=payout_id, actor=actor, reason="Again.", now=world.now)
    else:
        sent = "SELECT (request->>'amount_minor')::int FROM outbound_call WHERE kind = 'bank_payout' ORDER BY id"
        assert world.rows(sent) == [(amount,), (int(str(amount)) - 100,)]


def test_a_weekly_seller_is_paid_on_their_weekday_and_late_runs_make_up_for_it(world: World) -> None:
    seller_id = world.paid_seller(10_000)
    weekday = (world.now + timedelta(days=33)).weekday()
    choose(world, seller_id, "weekly", weekday)
    for days in (30, 1, 1):
        world.later(days=days)
    skipped = world.rows("SELECT cause FROM payout_skip WHERE ended_at IS NULL")
    assert (world.payouts(), skipped) == ([], [("scheduled",)])
    world.later(days=2)  # the day has passed while nothing ran
    assert world.payouts() == [("in_transit", 9_380)]


def test_less_than_the_minimum_waits_for_the_next_sales(world: World) -> None:
    seller_id = world.paid_seller(10_000)
    choose(world, seller_id, "daily", minimums='{"USD": 12000}')
    world.sold(seller_id, 5_000)
    world.later(days=30)
    world.later(hours=1)
    assert world.payouts() == [("in_transit", 9_380 + 4_675)]


def test_expected_dates_of_others_are_not_told(world: World) -> None:
    due(world, 10_000)
    [(share_id,)] = world.rows("SELECT id FROM payment_transaction")
    policy = world.settings.money
    assert queries.expected_dates(world.seller(), [int(str(share_id))], policy=policy, now=world.now) == {}

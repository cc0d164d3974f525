"""Packages of credits from the button to the books: paid once, spent once, taken back with their money."""

import secrets

import pytest

from marketplace import db
from marketplace.catalog.rules import CARS
from marketplace.checkout import package_refunds
from marketplace.checkout.settlement import PaidReport, settle
from marketplace.errors import Conflict
from marketplace.history import Actor
from marketplace.sandbox import disputes as bank
from tests import builders_credits as credits_of
from tests import builders_discounts as discounts
from tests.builders import World, form_token
from tests.builders_api import program
from tests.builders_credits import BoughtPackage
from tests.journeys.test_disputes import at_the_bank, dispute
from tests.journeys.test_refunds import at_the_provider
from tests.races import at_once, refusals

DECLINED = "4000000000000002"


def posted(world: World) -> list[tuple[object, ...]]:
    return world.rows(
        "SELECT account, currency, sum(amount_minor)::bigint FROM posting WHERE account LIKE 'credit%%'"
        " GROUP BY 1, 2 HAVING sum(amount_minor) <> 0 ORDER BY 1, 2"
    )


@pytest.mark.covers("S1.2", "S1.10", "S1.11", "S1.12")
def test_a_package_is_recorded_before_the_redirect_and_its_credits_come_once(world: World) -> None:
    """Return page five times, the webhook three times, two threads at the same moment: 150 credits, one entry each."""
    buyer_id = world.person()
    client = world.client(buyer_id)
    html = client.get("/credits").text
    assert "Creator Pack" in html
    assert "$9.99" in html
    bought = credits_of.open_package(world, buyer_id)
    [(status, count, code, name, minor)] = world.rows(
        "SELECT status, credits_to_add, package_id, package_name, amount_minor FROM payment"
    )
    assert (status, count, code, name, minor) == ("pending", 150, "creator", "Creator Pack", 999)
    world.sandbox.hold_webhooks()
    world.sandbox.pay(bought.session_id)
    intent = world.provider.get_checkout(bought.session_id).intent_id
    report = PaidReport(bought.payment_id, 999, "USD", intent, bought.session_id)
    policy, actor = world.settings.money, Actor.job("tick")
    once = [
        lambda: db.atomic(settle, (db.TURN,), paid=report, actor=actor, policy=policy, now=world.now) for _ in range(2)
    ]
    assert sorted(map(str, at_once(world.app, once))) == ["already", "counted"]
    for _ in range(5):
        page = client.get(f"/credits/return/{bought.payment_id}").text
        assert "150 credits are yours" in page
    world.sandbox.release_webhooks()
    world.settle_down()
    world.tick()
    assert credits_of.held(world, buyer_id) == 150
    assert world.rows("SELECT kind, credits, balance FROM credit_movement") == [("bought", 150, 150)]
    assert world.rows("SELECT status, credits_added_at IS NOT NULL FROM payment") == [("completed", True)]
    assert posted(world) == [
        ("credits_deferred", "USD", -999), ("credits_held", "XCR", -150), ("credits_issued", "XCR", 150),
    ]  # fmt: skip
    [(fees,)] = world.rows("SELECT sum(amount_minor)::bigint FROM posting WHERE account = 'processing_fee'")
    assert int(str(fees)) > 0, "the true fee is booked"
    assert world.rows("SELECT count(*) FROM posting WHERE account = 'fee_variance'") == [(0,)]
    assert world.rows("SELECT count(*) FROM notification WHERE kind = 'credits_added'") == [(1,)]


@pytest.mark.covers("S1.16", "S1.18", "S1.20")
def test_a_program_buys_with_a_coupon_and_reads_the_four_facts(world: World) -> None:
    admin_id, buyer_id = world.person(is_admin=True), world.person()
    discounts.code(world.now, "WELCOME10", seller_id=None, actor_id=admin_id, max_uses=1)
    discounts.code(world.now, "CARSONLY", seller_id=None, actor_id=admin_id, categories=(CARS,))
    buyer = program(world, buyer_id)
    path = "/api/credits/checkout/package"
    assert [each["package_id"] for each in buyer.get("/api/credits/packages")["packages"]][:2] == ["starter", "creator"]
    assert buyer.post(path, package_id="creator", coupon_code="CARSONLY")[0] == 422
    assert buyer.post(path, package_id="creator", coupon_code="NOSUCH")[0] == 422
    assert buyer.post(path, package_id="nothing")[0] == 404
    code, opened = buyer.post(path, key="once-and-only", package_id="creator", coupon_code="welcome10")
    assert (code, opened["amount_cents"], opened["credits"]) == (201, 899, 150)
    again = buyer.post(path, key="once-and-only", package_id="creator", coupon_code="welcome10")[1]
    assert (again["payment_id"], again["checkout_url"]) == (opened["payment_id"], opened["checkout_url"])
    assert world.rows("SELECT used FROM discount WHERE code = 'WELCOME10'") == [(1,)]
    before = buyer.post("/api/credits/verify-payment", session_id=opened["session_id"])[1]
    assert (before["payment_verified"], before["credits_added"], before["new_balance"]) == (False, 0, 0)
    world.sandbox.hold_webhooks()
    world.sandbox.pay(opened["session_id"])
    for _ in range(2):
        facts = buyer.post("/api/credits/verify-payment", session_id=opened["session_id"])[1]
        assert (facts["success"], facts["payment_verified"]) == (True, True)
        assert (facts["credits_added"], facts["new_balance"]) == (150, 150)
    stats = buyer.get("/api/credits/payment-stats")
    assert (stats["total_spent_usd"], stats["total_credits_purchased"], stats["completed_payments"]) == ("8.99", 150, 1)
    [row] = buyer.get("/api/credits/payment-history?page=1&page_size=20&status=completed")["payments"]
    assert (row["package_name"], row["credits_added"]) == ("Creator Pack", True)
    world.sandbox.release_webhooks()
    world.settle_down()


def test_a_declined_an_expired_and_a_cancelled_package_add_nothing_and_free_the_code(world: World) -> None:
    admin_id, buyer_id = world.person(is_admin=True), world.person()
    discounts.code(world.now, "WELCOME10", seller_id=None, actor_id=admin_id, max_uses=1, max_uses_per_buyer=1)
    bought = credits_of.open_package(world, buyer_id, code="WELCOME10")
    world.sandbox.pay(bought.session_id, DECLINED)
    world.settle_down()
    assert world.rows("SELECT status FROM payment") == [("failed",)]
    client = world.client(buyer_id)
    page = client.get(f"/account/payments/{bought.payment_id}").text
    answer = client.post(f"/credits/retry/{bought.payment_id}", data={"csrf_token": form_token(page)})
    assert answer.status_code == 303
    [(second, session)] = world.rows("SELECT id, provider_session_id FROM payment ORDER BY id DESC LIMIT 1")
    assert session != bought.session_id
    assert "You went back" in client.get(f"/credits/cancelled/{second}", follow_redirects=True).text
    assert world.rows("SELECT status FROM discount_use") == [("released",)]
    assert client.post(f"/credits/retry/{second}", data={"csrf_token": form_token(page)}).status_code == 303
    world.advance(hours=2)
    world.settle_down()
    assert world.rows("SELECT status FROM payment ORDER BY id") == [("cancelled",), ("cancelled",), ("expired",)]
    assert "This was not paid" in client.get(f"/credits/return/{newest(world)}").text
    world.advance(days=3)
    world.settle_down()
    assert world.rows("SELECT status FROM purchase") == [("given_up",)]
    assert world.rows("SELECT used FROM discount") == [(0,)]
    assert credits_of.held(world, buyer_id) == 0


def test_a_promotion_spends_credits_once_earns_to_the_cent_and_ends_by_the_clock(world: World) -> None:
    seller_id = world.seller()
    first, second = world.listing(seller_id, 5_000), world.listing(seller_id, 6_000)
    credits_of.paid_package(world, seller_id, "starter")
    credits_of.paid_package(world, seller_id)
    token = secrets.token_urlsafe(16)
    ends = credits_of.promote(world, seller_id, first, 3, token=token)
    assert credits_of.promote(world, seller_id, first, 3, token=token) == ends, "one form, one deed"
    assert credits_of.held(world, seller_id) == 180
    assert world.rows("SELECT credits, earned_minor FROM credit_use") == [(30, 250)], "half of 4.99, rounded once"
    both = [lambda: credits_of.promote(world, seller_id, second, 14) for _ in range(2)]
    answers = at_once(world.app, both)
    assert len(refusals(answers)) == 1, "two at once cannot spend the same credits"
    assert credits_of.held(world, seller_id) == 40
    earned = world.rows("SELECT credits, earned_minor FROM credit_use ORDER BY id")
    assert earned == [(30, 250), (30, 249), (110, 733)]
    with pytest.raises(Conflict, match="It costs 70 credits, and you hold 40"):
        credits_of.promote(world, seller_id, second, 7)
    visitor = world.client()
    assert visitor.get("/l").text.count("is-promoted") == 2
    world.advance(days=4)
    assert visitor.get("/l").text.count("is-promoted") == 1
    world.advance(days=20)
    assert "is-promoted" not in visitor.get("/l").text


def test_an_admin_sends_an_unused_package_back_and_no_used_one(world: World) -> None:
    admin_id, seller_id = world.person(is_admin=True), world.seller()
    listing_id = world.listing(seller_id, 5_000)
    used = credits_of.paid_package(world, seller_id)
    credits_of.promote(world, seller_id, listing_id)
    unused = credits_of.paid_package(world, seller_id)
    for bought, refusal in ((used, "10 of its 150 credits are used"), (unused, "")):
        if refusal:
            with pytest.raises(Conflict, match=refusal):
                refund(world, bought, admin_id)
        else:
            refund(world, bought, admin_id)
    assert credits_of.held(world, seller_id) == 140
    world.settle_down()
    assert world.rows("SELECT status FROM unapplied_receipt") == [("returned",)]
    assert world.rows("SELECT status FROM payment ORDER BY id") == [("completed",), ("refunded",)]
    html = world.client(admin_id).get(f"/admin/payments/{unused.payment_id}").text
    assert "Sent back unused" in html
    with pytest.raises(Conflict, match="went back before"):
        refund(world, unused, admin_id)


def newest(world: World) -> object:
    [(payment_id,)] = world.rows("SELECT max(id) FROM payment")
    return payment_id


def refund(world: World, bought: BoughtPackage, admin_id: int) -> int:
    return db.atomic(
        package_refunds.refund,
        (),
        payment_id=bought.payment_id,
        admin_id=admin_id,
        reason="Bought by mistake.",
        now=world.now,
    )


@pytest.mark.scar("S20")
def test_a_refund_in_the_dashboard_takes_what_is_there_and_says_what_is_missing(world: World) -> None:
    """Half of the price while 10 credits are used, then the rest: 140 go, 10 are missing, and nothing breaks."""
    admin_id, seller_id = world.person(is_admin=True), world.seller()
    bought = credits_of.paid_package(world, seller_id)
    credits_of.promote(world, seller_id, world.listing(seller_id, 5_000))
    at_the_provider(world, bought, 500)
    world.settle_down()
    assert credits_of.held(world, seller_id) == 65, "500 of 999 are 75 whole credits"
    assert world.rows("SELECT status FROM payment") == [("partially_refunded",)]
    at_the_provider(world, bought, 499)
    world.settle_down()
    assert credits_of.held(world, seller_id) == 0
    assert world.rows("SELECT credits, missing FROM credit_return ORDER BY id") == [(75, 0), (65, 10)]
    assert world.rows("SELECT status FROM payment") == [("refunded",)]
    assert world.rows("SELECT status FROM provider_event WHERE status NOT IN ('applied', 'ignored', 'processed')") == []
    html = world.client(admin_id).get(f"/admin/payments/{bought.payment_id}").text
    assert "10 credits were used before their money went back" in html
    assert "10 credits" in world.client(admin_id).get(f"/admin/users/{seller_id}").text


def test_a_lost_dispute_takes_the_credits_and_a_won_one_gives_them_back(world: World) -> None:
    admin_id, buyer_id = world.person(is_admin=True), world.person()
    bought = credits_of.paid_package(world, buyer_id)
    dispute(world, "fraudulent", 999)
    with pytest.raises(Conflict, match="has taken this money"):
        refund(world, bought, admin_id)
    at_the_bank(world, bank.decide, "lost")
    assert credits_of.held(world, buyer_id) == 0
    at_the_bank(world, bank.reopen)
    at_the_bank(world, bank.decide, "won")
    assert credits_of.held(world, buyer_id) == 150
    assert world.rows("SELECT kind, credits FROM credit_movement ORDER BY id") == [
        ("bought", 150), ("taken_back", -150), ("given_back", 150),
    ]  # fmt: skip

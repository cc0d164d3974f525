"""A payment that looks like fraud stands still until an admin has looked: cleared it moves on, refused it goes back."""

from collections.abc import Callable
from functools import partial

import pytest

from marketplace import db, jobs
from marketplace.errors import NotAllowed, TooMany
from marketplace.orders.rules import parcel
from marketplace.payments import holds, shipping
from marketplace.reconciliation.checks import check_books
from marketplace.risk import flows, operations
from marketplace.risk_policy import RiskPolicy
from marketplace.transitions import AlreadyThere, MoveNotAllowed
from tests.builders import Bought, World, form_token
from tests.races import at_once, refusals

DECLINED = ("4000000000000002", "4000000000009995", "4000000000009987", "4000000000009979")
PARCEL = parcel("ups", name="", tracking_number="1Z999AA10123456784", link="")
_LEVELS = "SELECT level, score FROM risk_assessment ORDER BY payment_id"
_OPEN = "SELECT count(*) FROM payment_block WHERE reason = 'risk' AND lifted_at IS NULL"


def suspicious(world: World, *grosses: int) -> Bought:
    """Buy with the fifth card that was tried, and let the provider tell of it; nobody has looked at it yet."""
    bought = world.open_purchase(*grosses)
    for card in DECLINED:
        assert world.pay(bought, card).outcome == "declined"
    assert world.pay(bought).outcome == "paid"
    world.sandbox.deliver_pending()
    return bought


def orders_of(world: World, bought: Bought) -> list[tuple[str, int]]:
    found = world.rows('SELECT number, seller_id FROM "order" WHERE purchase_id = %s ORDER BY id', bought.purchase_id)
    return [(str(number), int(str(seller_id))) for number, seller_id in found]


def ship(world: World, number: str, seller_id: int) -> None:
    db.atomic(shipping.ship, (), seller_id=seller_id, number=number, parcel=PARCEL, now=world.now)


def decide(
    world: World, admin_id: int, bought: Bought, decision: str, reason: str = "Looked at it."
) -> tuple[int, str]:
    """Send the form of a payment's page; return the answer's code and the words of the page that follows."""
    client, path = world.client(admin_id), f"/admin/risk/{bought.payment_id}"
    token = form_token(client.get(path).text)
    form = {"csrf_token": token, "decision": decision, "reason": reason}
    answer = client.post(f"{path}/decide", data=form, follow_redirects=True)
    return answer.status_code, answer.text


def refuse(world: World, admin_id: int, bought: Bought) -> None:
    flows.refuse(
        admin_id=admin_id,
        payment_id=bought.payment_id,
        reason="Five cards.",
        settings=world.settings,
        providers=world.app.extensions["providers"],
        now=world.now,
    )


@pytest.mark.covers("S2.32", "S2.35", "S4.16")
def test_high_risk_stands_still_until_it_is_cleared_and_is_released_after_its_hold(world: World) -> None:
    admin_id = world.person("Ada Admin", is_admin=True)
    bought = suspicious(world, 10_000)
    [(number, seller_id)] = orders_of(world, bought)
    world.settle_down()
    assert world.rows(_LEVELS) == [("high", 65)]
    assert world.rows("SELECT DISTINCT brand, country FROM risk_method") == [("visa", "US")]
    assert world.rows("SELECT count(DISTINCT fingerprint), count(*) FROM risk_method") == [(5, 5)]
    told = world.rows("SELECT user_id, kind FROM notification WHERE kind LIKE 'check%%' ORDER BY id")
    assert told == [(seller_id, "check_began"), (admin_id, "check_needed")], "and the buyer is told nothing"
    page = world.client(seller_id).get(f"/seller/orders/{number}").text
    assert "Please do not send it yet" in page
    assert f"/seller/orders/{number}/ship" not in page
    with pytest.raises(MoveNotAllowed, match="do not send it yet"):
        ship(world, number, seller_id)
    world.later(days=40)
    assert world.rows("SELECT status FROM payment_transaction") == [("held",)]

    admin = world.client(admin_id)
    listed, shown = admin.get("/admin/risk").text, admin.get(f"/admin/risk/{bought.payment_id}").text
    assert f"Payment {bought.payment_id}" in listed
    assert "5 different cards were tried for this purchase." in shown
    assert "4 tries were declined within the hour before." in shown
    assert "65 of 100" in admin.get(f"/admin/payments/{bought.payment_id}").text
    assert "65 of 100" in admin.get(f"/admin/purchases/{number}").text
    assert "Payments to look at" in admin.get("/admin/health").text
    code, words = decide(world, admin_id, bought, "clear", " ")
    assert (code, "Give the reason" in words) == (422, True)
    assert decide(world, admin_id, bought, "clear")[0] == 200
    assert world.rows(_OPEN) == [(0,)]
    assert f"You can send order {number} now" in world.client(seller_id).get("/notifications").text
    ship(world, number, seller_id)
    how = {"buyer_id": bought.buyer_id, "number": number, "policy": world.settings.money}
    db.atomic(holds.confirm_received, (), **how, now=world.now)
    world.settle_down()
    assert world.rows("SELECT status FROM payment_transaction") == [("available",)]
    decided = world.rows(
        "SELECT verb, because, actor_user_id FROM status_change WHERE subject = 'risk_review' ORDER BY id"
    )
    assert decided[1:] == [("clear", "Looked at it.", admin_id)]


@pytest.mark.covers("S4.16")
def test_a_refused_payment_goes_back_and_what_was_sent_before_stays_with_its_seller(world: World) -> None:
    admin_id = world.person("Ada Admin", is_admin=True)
    bought = suspicious(world, 10_000, 5_000)
    (kept, first_seller), (called_off, second_seller) = orders_of(world, bought)
    ship(world, kept, first_seller)  # before anybody looked
    world.settle_down()
    assert world.rows(_OPEN) == [(2,)]
    assert "A refusal leaves " + kept in world.client(admin_id).get(f"/admin/risk/{bought.payment_id}").text
    code, words = decide(world, admin_id, bought, "refuse", "Five cards, and nobody answers.")
    assert (code, "Refused. What was not sent is cancelled" in words) == (200, True)
    world.settle_down()
    assert world.rows('SELECT number, status FROM "order" ORDER BY id') == [(kept, "shipped"), (called_off, "refunded")]
    refund = world.rows("SELECT origin, status, amount_minor, debt_minor FROM refund")
    assert refund == [("payment_refused", "completed", 5_000, 0)], "and the seller owes no card fee"
    assert world.rows("SELECT rule FROM automatic_refund") == [("payment_refused",)]
    assert world.rows(_OPEN) == [(0,)]
    for person, role in ((bought.buyer_id, "buyer"), (second_seller, "seller")):
        page = world.client(person).get("/notifications").text
        assert f"We cancelled order {called_off}" in page, role
        assert "The payment was not accepted" in page, role
        assert "nobody answers" not in page, role

    figures = world.client(admin_id).get("/admin/risk/figures").text
    assert "/admin/risk?level=high&amp;tab=refused" in figures
    assert "Several cards for one purchase" in figures
    csv = world.client(admin_id).get("/admin/risk?tab=refused&format=csv").text
    assert f"{bought.payment_id}," in csv
    assert "Five cards, and nobody answers." in csv
    # Whoever was refused once is known the next time.
    world.put_in_cart(bought.buyer_id, world.listing(first_seller, 1_000))
    world.pay(world.check_out(bought.buyer_id))
    world.settle_down()
    [(signs,)] = world.rows("SELECT fired FROM risk_assessment ORDER BY id DESC LIMIT 1")
    assert {"rule": "strikes", "points": 25, "facts": {"count": 1}} in signs  # type: ignore[operator]


def test_of_two_decisions_at_once_one_counts(world: World) -> None:
    first, second = (world.person(name, is_admin=True) for name in ("Ada Admin", "Al Admin"))
    bought = suspicious(world, 10_000)
    world.settle_down()
    values = {"payment_id": bought.payment_id, "reason": "Looked at it.", "now": world.now}
    answers = at_once(
        world.app,
        [
            partial(db.atomic, operations.clear, (db.TURN,), admin_id=first, **values),
            partial(refuse, world, second, bought),
        ],
    )
    assert [type(refusal) for refusal in refusals(answers)] == [AlreadyThere]
    world.settle_down()
    [(review, order)] = world.rows('SELECT r.status, o.status FROM risk_review r, "order" o')
    assert (review, order) in {("cleared", "confirmed"), ("refused", "refunded")}


def test_an_admin_does_not_decide_about_an_own_purchase(world: World) -> None:
    bought = suspicious(world, 10_000)
    world.tamper(f'UPDATE "user" SET is_admin = true WHERE id = {bought.buyer_id}')
    world.settle_down()
    page = world.client(bought.buyer_id).get(f"/admin/risk/{bought.payment_id}").text
    assert "You bought or sold this. Another admin decides." in page
    values = {"admin_id": bought.buyer_id, "payment_id": bought.payment_id, "reason": "All is well."}
    with pytest.raises(NotAllowed):
        db.atomic(operations.clear, (), **values, now=world.now)


def test_bounds_are_settings_and_an_assessment_is_made_once(world: World, settings_are: Callable[..., None]) -> None:
    settings_are(risk=RiskPolicy(cards_points=5))
    suspicious(world, 10_000)
    assert world.tick()["payments assessed"] == 1
    assert world.rows(_LEVELS) == [("elevated", 30)]
    assert world.rows("SELECT count(*) FROM payment_block") == [(0,)], "what is elevated is listed, and moves"
    settings_are(risk=RiskPolicy())
    assert world.tick()["payments assessed"] == 0
    admin = world.client(world.person("Ada Admin", is_admin=True))
    assert "Several cards for one purchase" in admin.get("/admin/risk?tab=elevated").text
    assert "What is usual" in admin.get("/admin/settings").text


def test_a_payment_whose_charge_nobody_tells_of_is_assessed_all_the_same(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.sandbox.hold_webhooks()
    world.pay(bought)
    assert world.client(bought.buyer_id).get(f"/checkout/return/{bought.payment_id}").status_code == 200
    assert world.rows("SELECT status FROM payment") == [("completed",)]
    assert world.tick()["payments assessed"] == 0, "the provider may still say which card it was"
    world.advance(minutes=61)
    without = frozenset({"missed events taken in", "provider asked"})
    assert jobs.tick(world.app, without)["payments assessed"] == 1
    assert world.rows(_LEVELS) == [("low", 0)]
    world.sandbox.release_webhooks()


@pytest.mark.covers("S4.16")
def test_a_seller_who_buys_from_themselves_is_found_by_card_address_and_device(
    world: World, settings_are: Callable[..., None]
) -> None:
    settings_are(risk=RiskPolicy(test_cards_tell=True))
    seller_id, buyer_id, stranger_id = world.seller(), world.person("Second Self"), world.person("Stan Stranger")
    other = world.listing(world.seller("Otto Other"), 1_000)
    for person in (seller_id, stranger_id):
        world.put_in_cart(person, other)
        world.pay(world.check_out(person), "5555555555554444" if person == seller_id else "4242424242424242")
    for person in (seller_id, buyer_id):
        world.client(person)
        world.tamper(f"UPDATE user_session SET ip_address = '8.8.4.4' WHERE user_id = {person}")
    world.settle_down()
    assert world.rows(_LEVELS) == [("low", 0), ("low", 0)]
    for person in (stranger_id, buyer_id):
        world.put_in_cart(person, world.listing(seller_id, 1_000))
        world.pay(world.check_out(person), "5555555555554444" if person == buyer_id else "4242424242424242")
        world.settle_down()
    [honest, own] = world.rows("SELECT level, fired FROM risk_assessment ORDER BY id DESC LIMIT 2")[::-1]
    assert honest == ("low", [])
    assert own[0] == "high"
    assert [each["rule"] for each in own[1]] == ["shared_card", "shared_device"]  # type: ignore[attr-defined]


@pytest.mark.covers("S2.32")
def test_whoever_tries_too_fast_is_stopped_at_the_checkout(world: World, settings_are: Callable[..., None]) -> None:
    settings_are(risk=RiskPolicy(most_declines_an_hour=2, most_purchases_an_hour=2))
    bought = world.open_purchase(10_000)
    for card in DECLINED[:2]:
        world.pay(bought, card)
    world.sandbox.deliver_pending()
    buyer = world.client(bought.buyer_id)
    token = form_token(buyer.get("/account/security").text)
    answer = buyer.post(f"/checkout/retry/{bought.purchase_id}", data={"csrf_token": token})
    assert answer.status_code == 429
    assert "Too many of your payments were declined within an hour" in answer.text
    assert "Go to your basket" in answer.text
    assert world.rows("SELECT count(*) FROM payment") == [(1,)], "no payment page was opened"
    world.advance(minutes=61)
    fast = world.person("Fay Fast")
    for _ in range(2):
        world.put_in_cart(fast, world.listing(world.seller(), 1_000))
        world.check_out(fast)
    with pytest.raises(TooMany, match="You have begun 2 purchases within an hour"):
        world.check_out(fast)
    world.advance(minutes=61)
    world.check_out(fast)


@pytest.mark.tampers
def test_the_books_know_when_a_share_moves_before_anybody_has_looked(world: World) -> None:
    suspicious(world, 10_000)
    world.settle_down()
    assert check_books().agrees
    world.tamper("UPDATE payment_block SET lifted_at = set_at WHERE reason = 'risk'")
    found = {each.check for each in check_books().differences}
    assert found == {"shares stand still while an admin must look, and no longer"}
    world.tamper("UPDATE payment_block SET lifted_at = NULL; UPDATE risk_assessment SET score = 40")
    assert {each.check for each in check_books().differences} == {"scores are the sum of their signs"}

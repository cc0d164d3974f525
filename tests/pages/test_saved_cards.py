"""Saved cards: added on the provider's page, offered at the next payment, made default, removed (S4.2, S4.3)."""

from datetime import timedelta

import pytest
import stripe
from bs4 import BeautifulSoup

from marketplace import db
from marketplace.payment_methods import flows, operations
from marketplace.payment_methods.flows import OUTCOMES
from tests import builders_methods as cards
from tests.builders import World, form_token
from tests.builders_api import program
from tests.faults import Fault, wire_fault
from tests.races import at_once

ANSWER_LOST = Fault(after=True, status=500)
NEVER_ARRIVES = Fault(after=False)


def words(page: str) -> str:
    return BeautifulSoup(page, "html.parser").get_text(" ", strip=True)


def press(world: World, user_id: int, path: str, at: str = "/account/methods") -> str:
    """Send a form of the page `at`; return what the page says then."""
    browser = world.client(user_id)
    answer = browser.post(path, data={"csrf_token": form_token(browser.get(at).text)}, follow_redirects=True)
    assert answer.status_code == 200
    return words(answer.text)


def customers(world: World) -> list[str]:
    """Return the ids of the customers at the provider."""
    with world.sandbox.sandbox.work() as work:
        return [row["id"] for row in work.rows("SELECT id FROM objects WHERE kind = 'customer' ORDER BY seq")]


def stripe_of(world: World) -> stripe.StripeClient:
    return stripe.StripeClient(world.sandbox.api_key, base_addresses={"api": world.sandbox.base_url})


def default_at_provider(world: World) -> str:
    found = stripe_of(world).v1.customers.retrieve(customers(world)[0]).invoice_settings.default_payment_method
    return str(found)


@pytest.mark.covers("S4.2", "S4.3")
def test_a_card_is_added_made_default_and_removed_and_what_it_paid_stays_linked(world: World) -> None:
    buyer = world.person()
    browser = world.client(buyer)
    assert "No card is saved" in browser.get("/account/methods").text
    token = form_token(browser.get("/account/methods").text)
    answer = browser.post("/account/methods", data={"csrf_token": token})
    page_id = answer.location.rpartition("/")[2]
    assert page_id.startswith("cs_test_")
    world.sandbox.save_card(page_id, "4242424242424242", expiry="12/39")
    came_back = browser.get(f"/account/methods/added?page={page_id}", follow_redirects=True)
    assert "Visa •••• 4242 is saved." in came_back.text
    assert "Good until the end of December 2039." in came_back.text
    world.settle_down()
    second = cards.save(world, buyer, cards.MASTERCARD)
    assert cards.standing(world, buyer) == [
        ("visa", "4242", "active", True), ("mastercard", "4444", "active", False),
    ]  # fmt: skip
    assert "Payment pages begin with this card" in press(world, buyer, f"/account/methods/{second}/default")
    [(token,)] = world.rows("SELECT provider_method_id FROM saved_method WHERE id = %s", second)
    assert default_at_provider(world) == token

    bought = world.open_purchase(10_000, buyer_id=buyer)
    assert world.pay(bought, saved=str(token)).outcome == "paid"
    world.settle_down()
    paid = browser.get(f"/account/payments/{bought.payment_id}").text
    assert f'href="/account/methods#method-{second}">Mastercard •••• 4444' in paid
    admin = world.client(world.person("Ada Admin", is_admin=True))
    assert "Mastercard •••• 4444, saved" in admin.get(f"/admin/payments/{bought.payment_id}").text
    assert "One payment." in admin.get(f"/admin/users/{buyer}").text

    asked = browser.get(f"/account/methods/{second}/remove").text
    assert "Remove Mastercard •••• 4444?" in asked
    said = press(world, buyer, f"/account/methods/{second}/removal", f"/account/methods/{second}/remove")
    assert "The card is removed." in said
    assert "No longer saved" in said
    assert cards.standing(world, buyer) == [
        ("visa", "4242", "active", True), ("mastercard", "4444", "removed", False),
    ]  # fmt: skip
    world.settle_down()
    assert stripe_of(world).v1.payment_methods.retrieve(str(token)).customer is None
    assert "Mastercard •••• 4444, saved then" in admin.get(f"/admin/payments/{bought.payment_id}").text
    assert world.rows("SELECT count(*) FROM outbound_call WHERE status <> 'done'") == [(0,)]
    with pytest.raises(Exception, match="payment_method_use"):
        world.rows("DELETE FROM saved_method WHERE id = %s RETURNING id", second)


def test_a_card_is_learnt_by_each_road_once(world: World) -> None:
    """By its events in any order and twice, on the way back, by looking; all of them in one world change nothing."""
    buyer = world.person()
    page_id = cards.page_of(world, buyer)
    world.sandbox.save_card(page_id)
    world.sandbox.deliver_pending(lambda deliveries: deliveries[::-1], copies=2)
    world.settle_down()
    flows.came_back(user_id=buyer, page_id=page_id, provider=world.provider, now=world.now)
    world.later(hours=30)
    assert cards.standing(world, buyer) == [("visa", "4242", "active", True)]
    assert world.rows("SELECT count(*) FROM status_change WHERE subject = 'saved_method'") == [(1,)]
    [(method_id,)] = world.rows("SELECT provider_method_id FROM saved_method")
    stripe_of(world).v1.payment_methods.update(str(method_id), {"card": {"exp_year": 2041}})
    stripe_of(world).v1.payment_methods.detach(str(method_id))
    world.settle_down()
    assert cards.standing(world, buyer) == [("visa", "4242", "removed", False)]


def test_what_no_event_told_is_found_by_looking(world: World) -> None:
    buyer = world.person()
    cards.type_in(world, buyer)
    with world.sandbox.sandbox.work() as work:
        work.rows("DELETE FROM deliveries")
        work.rows("DELETE FROM events")
    world.settle_down()
    assert cards.standing(world, buyer) == []
    world.advance(minutes=11)
    world.tick()
    assert cards.standing(world, buyer) == [("visa", "4242", "active", True)]
    [(method_id,)] = world.rows("SELECT provider_method_id FROM saved_method")
    stripe_of(world).v1.payment_methods.detach(str(method_id))
    with world.sandbox.sandbox.work() as work:
        work.rows("DELETE FROM deliveries")
        work.rows("DELETE FROM events")
    world.advance(hours=1)
    world.tick()
    assert cards.standing(world, buyer) == [("visa", "4242", "removed", False)]


@pytest.mark.parametrize("fault", [ANSWER_LOST, NEVER_ARRIVES])
def test_a_customer_is_made_once_however_the_answer_is_lost(world: World, fault: Fault) -> None:
    buyer = world.person()
    with wire_fault(world.sandbox, "/v1/customers", fault):
        assert not flows.is_known(user_id=buyer, provider=world.provider, now=world.now)
    world.advance(minutes=2)
    world.tick()
    cards.save(world, buyer)
    assert len(customers(world)) == 1
    assert world.rows("SELECT count(*), max(status) FROM outbound_call WHERE kind = 'create_customer'") == [(1, "done")]


def test_ten_clicks_make_one_customer(world: World) -> None:
    buyer = world.person()
    at_once(
        world.app, [lambda: flows.is_known(user_id=buyer, provider=world.provider, now=world.now) for _ in range(10)]
    )
    assert len(customers(world)) == 1


@pytest.mark.parametrize("fault", [ANSWER_LOST, NEVER_ARRIVES])
def test_a_card_whose_removal_nobody_answered_is_out_of_use_and_goes_later(world: World, fault: Fault) -> None:
    buyer = world.person()
    method_id = cards.save(world, buyer)
    [(token,)] = world.rows("SELECT provider_method_id FROM saved_method")
    with wire_fault(world.sandbox, f"/v1/payment_methods/{token}/detach", fault):
        said = press(world, buyer, f"/account/methods/{method_id}/removal", f"/account/methods/{method_id}/remove")
    assert "is being asked to drop it" in said
    assert cards.standing(world, buyer)[0][2:] == ("removing", False)
    world.advance(minutes=2)
    world.settle_down()
    assert cards.standing(world, buyer)[0][2] == "removed"
    assert world.rows("SELECT status FROM outbound_call WHERE kind = 'detach_method'") == [("done",)]


def test_a_card_that_is_gone_at_the_provider_is_gone_here_when_it_refuses(world: World) -> None:
    buyer = world.person()
    method_id = cards.save(world, buyer)
    [(token,)] = world.rows("SELECT provider_method_id FROM saved_method")
    stripe_of(world).v1.payment_methods.detach(str(token))
    assert not flows.remove(user_id=buyer, method_id=method_id, provider=world.provider, now=world.now)
    assert cards.standing(world, buyer)[0][2] == "removed"
    world.settle_down()
    assert cards.standing(world, buyer)[0][2] == "removed"


def test_the_last_default_wins_whatever_became_of_the_one_before(world: World) -> None:
    buyer = world.person()
    first, second = cards.save(world, buyer), cards.save(world, buyer, cards.MASTERCARD)
    [customer] = customers(world)
    with wire_fault(world.sandbox, f"/v1/customers/{customer}", NEVER_ARRIVES):
        flows.set_default(user_id=buyer, method_id=second, provider=world.provider, now=world.now)
    flows.set_default(user_id=buyer, method_id=first, provider=world.provider, now=world.now)
    world.advance(minutes=2)
    world.settle_down()
    [(token,)] = world.rows("SELECT provider_method_id FROM saved_method WHERE is_default")
    assert world.rows("SELECT id FROM saved_method WHERE is_default") == [(first,)]
    assert default_at_provider(world) == token


def test_the_payment_page_knows_its_buyer_and_saves_at_their_wish(world: World) -> None:
    """Who asks for it on the review is made known to the provider; the card they type is there next time."""
    buyer = world.person()
    world.put_in_cart(buyer, world.listing(world.seller(), 10_000))
    browser = world.client(buyer)
    assert "Let me save my card" in browser.get("/checkout/USD").text
    assert flows.is_known(user_id=buyer, provider=world.provider, now=world.now)
    bought = world.check_out(buyer)
    assert world.pay(bought, keeps=True).outcome == "paid"
    world.settle_down()
    assert cards.standing(world, buyer) == [("visa", "4242", "active", True)]
    [(linked,)] = world.rows("SELECT saved_method_id IS NOT NULL FROM payment_method_use")
    assert linked is True
    world.put_in_cart(buyer, world.listing(world.seller(), 10_000))
    review = words(browser.get("/checkout/USD").text)
    assert "The payment page offers your Visa •••• 4242." in review
    assert "Let me save my card" not in review


def test_a_customer_whom_the_provider_has_deleted_can_pay_and_begin_anew(world: World) -> None:
    buyer = world.person()
    cards.save(world, buyer)
    stripe_of(world).v1.customers.delete(customers(world)[0])
    world.put_in_cart(buyer, world.listing(world.seller(), 10_000))
    with pytest.raises(Exception, match="did not open"):
        world.check_out(buyer)
    assert cards.standing(world, buyer) == [("visa", "4242", "removed", False)]
    bought = world.check_out(buyer)
    assert world.pay(bought).outcome == "paid"
    world.settle_down()
    cards.save(world, buyer, cards.MASTERCARD)
    assert cards.standing(world, buyer)[1] == ("mastercard", "4444", "active", True)
    assert len(customers(world)) == 2


@pytest.mark.covers("S4.3")
def test_programs_save_read_change_and_remove(world: World) -> None:
    buyer, other = world.person(), world.person("Eve Else")
    method_id = cards.save(world, buyer)
    ask, theirs = program(world, buyer), program(world, other)
    for root in ("/api/payments/methods/", "/api/v1/payments/methods/"):
        [found] = ask.get(root)["methods"]
        assert (found["name"], found["last4"], found["is_default"]) == ("Visa •••• 4242", "4242", True)
        assert found["provider_payment_method_id"].startswith("pm_…")
    one = f"/api/payments/methods/{method_id}/"
    code, made = ask.post("/api/payments/methods/", type="card")
    assert (code, made["url"].startswith(f"{world.sandbox.base_url}/c/setup/")) == (201, True)
    code, refused = ask.post("/api/payments/methods/", type="crypto")
    assert (code, refused["detail"]) == (422, "Crypto can't be saved here, only cards.")
    assert ask.ask("PUT", one, {"metadata": {"use": "parts"}})[1]["metadata"] == {"use": "parts"}
    assert ask.post(f"{one}set-default/")[1]["is_default"] is True
    for answer in (theirs.ask("GET", one), theirs.ask("DELETE", one), theirs.post(f"{one}set-default/")):
        assert answer[0] == 404
    code, gone = ask.ask("DELETE", one)
    assert (code, gone["is_active"], gone["status"], gone["is_default"]) == (200, False, "removed", False)
    assert ask.ask("DELETE", one)[0] == 200, "a second time changes nothing"
    code, late = ask.post(f"{one}set-default/")
    assert (code, late["detail"]) == (409, "Visa •••• 4242 is removed, so it can't be used any more.")


def test_a_card_that_has_expired_is_said_to_have_and_is_no_default(world: World) -> None:
    buyer = world.person()
    soon = world.now + timedelta(days=25)
    method_id = cards.save(world, buyer, expiry=f"{soon:%m/%y}")
    browser = world.client(buyer)
    assert "Expires soon" in browser.get("/account/methods").text
    world.advance(days=100)
    world.settle_down()
    shown = browser.get("/account/methods").text
    assert "It expired at the end of" in shown
    assert "Make it the default" not in shown
    with pytest.raises(operations.Conflict, match="has expired"):
        db.atomic(operations.set_default, (), user_id=buyer, method_id=method_id, now=world.now)
    world.put_in_cart(buyer, world.listing(world.seller(), 10_000))
    assert "The payment page offers" not in browser.get("/checkout/USD").text


def test_nobody_reads_or_removes_what_somebody_else_has_saved(world: World) -> None:
    buyer, eve = world.person(), world.person("Eve Else")
    page_id = cards.page_of(world, buyer)
    world.sandbox.save_card(page_id)
    world.settle_down()
    [(method_id,)] = world.rows("SELECT id FROM saved_method")
    browser = world.client(eve)
    cards.page_of(world, eve)
    for path in (f"/account/methods/added?page={page_id}", f"/account/methods/{method_id}/remove"):
        assert browser.get(path).status_code == 404
    token = form_token(browser.get("/account/methods").text)
    for deed in ("removal", "default"):
        answer = browser.post(f"/account/methods/{method_id}/{deed}", data={"csrf_token": token})
        assert answer.status_code == 404
    assert cards.standing(world, buyer) == [("visa", "4242", "active", True)]


def test_every_call_about_cards_has_its_outcome() -> None:
    assert {kind.value for kind in OUTCOMES} == {"create_customer", "detach_method", "default_method"}

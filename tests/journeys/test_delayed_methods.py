"""Methods that take days, questions of the bank, second thoughts, second attempts: each ends right."""

import time

import pytest
import stripe

from marketplace.checkout import flows
from marketplace.errors import Conflict, NotFound
from marketplace.provider_events import replay
from marketplace.provider_events.replay import By
from marketplace.provider_events.states import Outcome
from tests.builders import Bought, World, form_token
from tests.faults import Line

CLEARS, BOUNCES = "000123456789", "000222222227"
ASKS, ASKS_THEN_DECLINES = "4000002500003155", "4000008400001629"


def payments(world: World) -> list[object]:
    return [status for (status,) in world.rows("SELECT status FROM payment ORDER BY id")]


def tracker(world: World) -> list[object]:
    return [status for (status,) in world.rows("SELECT status FROM payment_tracker ORDER BY id")]


def stock(world: World) -> object:
    [(left,)] = world.rows("SELECT in_stock FROM listing")
    return left


def cancel(world: World, bought: Bought, provider: object = None) -> None:
    flows.cancel(
        payment_id=bought.payment_id,
        buyer_id=bought.buyer_id,
        now=world.now,
        providers={"stripe": provider or world.provider},  # type: ignore[dict-item]
        settings=world.settings,
    )


@pytest.mark.covers("S1.15")
def test_a_bank_debit_that_clears(world: World) -> None:
    bought = world.open_purchase(10_000)
    assert world.sandbox.pay(bought.session_id, account=CLEARS).outcome == "paid"
    world.settle_down()
    assert (payments(world), tracker(world)) == (["processing"], ["processing"])
    assert world.rows("SELECT count(*) FROM ledger_entry UNION ALL SELECT count(*) FROM payment_transaction") == [
        (0,), (0,),
    ]  # fmt: skip

    world.advance(hours=30)
    world.settle_down()
    assert (payments(world), stock(world)) == (["processing"], 9), "a day later the goods are still set aside"

    world.advance(days=1)
    world.settle_down()
    assert (payments(world), tracker(world)) == (["completed"], ["succeeded"])
    assert world.rows("SELECT status FROM payment_transaction") == [("held",)]
    assert world.rows('SELECT status FROM "order"') == [("confirmed",)]


@pytest.mark.covers("S1.15")
def test_a_bank_debit_that_bounces(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.sandbox.pay(bought.session_id, account=BOUNCES)
    world.settle_down()
    world.advance(days=3)
    world.settle_down()
    assert (payments(world), tracker(world), stock(world)) == (["failed"], ["failed"], 10)
    told = world.rows("SELECT kind, count(*) FROM notification GROUP BY kind ORDER BY kind")
    assert told == [("invoice_ready", 1), ("payment_failed", 1)]
    assert world.rows("SELECT count(*) FROM ledger_entry") == [(0,)]
    text = world.client(bought.buyer_id).get(f"/checkout/return/{bought.payment_id}").text
    assert "not paid" in text


@pytest.mark.covers("S0.2")
def test_a_bounced_debit_is_tried_again_by_card(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.sandbox.pay(bought.session_id, account=BOUNCES)
    world.settle_down()
    world.advance(hours=20)
    with pytest.raises(Conflict, match="on its way"):
        world.try_again(bought)
    world.advance(days=3)
    world.settle_down()
    again = world.try_again(bought)
    [(session_id,)] = world.rows("SELECT provider_session_id FROM payment WHERE id = %s", again.payment_id)
    world.sandbox.pay(str(session_id))
    world.settle_down()
    assert world.rows("SELECT status FROM purchase") == [("paid",)]
    assert payments(world) == ["failed", "completed"]


def test_nobody_tries_again_after_a_bounce_for_ever(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.sandbox.pay(bought.session_id, account=BOUNCES)
    world.advance(days=3)
    world.settle_down()
    world.advance(hours=25)
    world.settle_down()
    with pytest.raises(Conflict, match="not paid"):
        world.try_again(bought)
    assert world.rows("SELECT status FROM purchase") == [("given_up",)]


def test_a_late_copy_of_the_bounce_takes_nothing_from_the_next_attempt(world: World) -> None:
    """The event of a first attempt's end comes once more, as another event, while the second attempt is open."""
    bought = world.open_purchase(10_000)
    world.sandbox.pay(bought.session_id, account=BOUNCES)
    world.sandbox.deliver_pending()
    world.sandbox.advance_clock(2 * 86_400 + 60)
    world.sandbox.run_due()
    again = world.try_again(bought)
    [event] = world.sandbox.events("checkout.session.async_payment_failed")
    copy = {**event, "id": "evt_copy"}
    receive(world, copy)
    assert stock(world) == 9, "the second attempt keeps its goods"
    [(session_id,)] = world.rows("SELECT provider_session_id FROM payment WHERE id = %s", again.payment_id)
    world.sandbox.pay(str(session_id))
    world.settle_down()
    assert payments(world) == ["failed", "completed"]


def receive(world: World, event: dict[str, object]) -> None:
    body = world.app.json.dumps(event)
    signature = stripe.WebhookSignature.generate_signature_header(body, world.sandbox.webhook_secret, int(time.time()))
    answer = world.app.test_client().post("/webhooks/stripe", data=body, headers={"Stripe-Signature": signature})
    assert answer.status_code == 200


def test_a_debit_submitted_in_the_moment_of_closing_is_on_its_way_and_not_cancelled(world: World) -> None:
    """The buyer sends the debit in one tab and goes back in another: the money comes, so the order stands."""
    bought = world.open_purchase(10_000)
    world.sandbox.pay(bought.session_id, account=CLEARS)
    with pytest.raises(Conflict, match="paid"):
        cancel(world, bought)
    world.settle_down()
    assert (payments(world), stock(world)) == (["processing"], 9)
    with pytest.raises(Conflict, match="on its way"):
        world.try_again(bought)
    world.advance(days=3)
    world.settle_down()
    assert payments(world) == ["completed"]
    assert world.rows("SELECT status FROM purchase") == [("paid",)]


@pytest.mark.covers("S4.21")
def test_3d_secure_passed(world: World) -> None:
    bought = world.open_purchase(10_000)
    assert world.pay(bought, ASKS, authenticate=None).outcome == "authenticate"
    world.settle_down()
    assert (payments(world), tracker(world)) == (["pending"], ["requires_action"])
    assert world.rows("SELECT count(*) FROM payment_failure") == [(0,)], "a question is no decline"
    assert world.pay(bought, ASKS).outcome == "paid"
    world.settle_down()
    assert (payments(world), tracker(world)) == (["completed"], ["succeeded"])


@pytest.mark.covers("S4.21", "S0.5")
@pytest.mark.parametrize(("card", "passes"), [(ASKS, False), (ASKS_THEN_DECLINES, True)])
def test_3d_secure_failed_and_then_another_card(world: World, card: str, passes: bool) -> None:
    bought = world.open_purchase(10_000)
    assert world.pay(bought, card, authenticate=passes).outcome == "declined"
    world.settle_down()
    assert (payments(world), tracker(world)) == (["failed"], ["failed"])
    assert world.rows("SELECT status FROM payment_transaction") == [("pending",)]
    world.pay(bought)
    world.settle_down()
    assert payments(world) == ["completed"]


@pytest.mark.covers("S1.23")
def test_going_back_cancels_and_keeps_the_basket(world: World) -> None:
    bought = world.open_purchase(10_000)
    page = world.client(bought.buyer_id).get(f"/checkout/cancelled/{bought.payment_id}")
    assert page.status_code == 200
    assert "Nothing was paid" in page.text
    assert (payments(world), stock(world)) == (["cancelled"], 10)
    assert world.pay(bought).outcome == "expired", "the page is closed at the provider too"
    assert world.rows("SELECT count(*) FROM cart_line") == [(1,)]
    [actor] = world.rows(
        "SELECT actor_kind, actor_user_id FROM status_change WHERE subject = 'payment' AND verb = 'cancel'"
    )
    assert actor == ("user", bought.buyer_id)
    world.settle_down()
    assert payments(world) == ["cancelled"]


def test_nobody_cancels_or_checks_anothers_payment(world: World) -> None:
    bought = world.open_purchase(10_000)
    stranger = world.client(world.person("Eve"))
    for path in (f"/checkout/cancelled/{bought.payment_id}", f"/checkout/return/{bought.payment_id}"):
        assert stranger.get(path).status_code == 404
    with pytest.raises(NotFound):
        flows.try_again(
            purchase_id=bought.purchase_id,
            buyer_id=world.person("Eve"),
            now=world.now,
            providers=world.providers,
            settings=world.settings,
        )
    assert payments(world) == ["pending"]


def test_going_back_after_paying_finds_the_purchase_paid(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.pay(bought)
    with pytest.raises(Conflict, match="paid this purchase already"):
        cancel(world, bought)
    assert payments(world) == ["completed"]
    world.settle_down()
    assert payments(world) == ["completed"]
    assert stock(world) == 9


@pytest.mark.covers("S0.2")
def test_try_again_closes_the_old_page_first(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.pay(bought, "4000000000000002")
    world.settle_down()
    line = Line(world.provider)
    outcome = flows.try_again(
        purchase_id=bought.purchase_id,
        buyer_id=bought.buyer_id,
        now=world.now,
        providers={"stripe": line},  # type: ignore[dict-item]
        settings=world.settings,
    )
    assert [method for method, _ in line.calls] == ["expire_checkout", "create_checkout"]
    assert outcome.redirect_url != bought.url
    assert world.pay(bought).outcome == "expired"
    second = world.bought(outcome, world.agreed(bought.buyer_id, token=bought.token))
    world.pay(second)
    world.settle_down()
    assert payments(world) == ["cancelled", "completed"]
    assert world.rows("SELECT count(*) FROM purchase") == [(1,)]
    assert world.rows('SELECT status FROM "order"') == [("confirmed",)]


def test_try_again_on_an_open_page_leads_back_to_it(world: World) -> None:
    bought = world.open_purchase(10_000)
    assert world.try_again(bought).redirect_url == bought.url
    assert payments(world) == ["pending"]


def test_try_again_of_something_paid_leads_to_the_return_page(world: World) -> None:
    bought = world.paid_purchase(10_000)
    outcome = world.try_again(bought)
    assert (outcome.payment_id, outcome.redirect_url) == (bought.payment_id, None)


@pytest.mark.covers("S1.22")
def test_an_expired_page_is_tried_again_on_a_new_one(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.advance(minutes=32)
    world.settle_down()
    assert (payments(world), stock(world)) == (["expired"], 10)
    second = world.bought(world.try_again(bought), world.agreed(bought.buyer_id, token=bought.token))
    assert stock(world) == 9
    world.pay(second)
    world.settle_down()
    assert payments(world) == ["expired", "completed"]


@pytest.mark.covers("S1.22")
def test_after_a_day_without_payment_the_purchase_is_given_up(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.advance(hours=25)
    world.settle_down()
    assert world.rows("SELECT status FROM purchase") == [("given_up",)]
    assert world.rows('SELECT status FROM "order"') == [("cancelled",)]
    assert stock(world) == 10
    with pytest.raises(Conflict, match="not paid"):
        world.try_again(bought)


@pytest.mark.covers("S1.5")
def test_s70_all_webhooks_lost_and_the_sweeper_finds_the_payment(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.pay(bought)
    world.sandbox.hold_webhooks()
    world.advance(minutes=40)
    world.tick()
    assert payments(world) == ["completed"]
    world.sandbox.release_webhooks()
    world.settle_down()
    assert payments(world) == ["completed"]


def test_s21_a_return_that_fails_later_is_owed_again_and_waits_for_a_person(world: World) -> None:
    """The refund of a second payment succeeds and bounces days later: the books owe the buyer once more."""
    first = world.open_purchase(10_000)
    world.pay(first, "4000000000000002")
    world.settle_down()
    line = Line(world.provider, {"expire_checkout"})
    outcome = flows.try_again(
        purchase_id=first.purchase_id,
        buyer_id=first.buyer_id,
        now=world.now,
        providers={"stripe": line},  # type: ignore[dict-item]
        settings=world.settings,
    )
    second = world.bought(outcome, world.agreed(first.buyer_id, token=first.token))
    world.pay(second)
    world.settle_down()
    world.pay(first, "4000000000005126")
    world.settle_down()
    assert world.rows("SELECT status FROM unapplied_receipt") == [("returned",)]

    world.advance(days=6)
    world.settle_down()

    owed = "SELECT -sum(amount_minor) FROM posting WHERE account = 'unapplied_receipts'"
    assert world.rows("SELECT status FROM unapplied_receipt") == [("failed",)]
    assert world.rows(owed) == [(10_000,)]
    [(balance,)] = world.rows("SELECT sum(amount_minor) FROM posting WHERE account = 'provider_balance'")
    assert balance == world.sandbox.balance_sum("usd")
    assert world.rows("SELECT status FROM payment WHERE id = %s", first.payment_id) == [("completed",)]
    told_buyer = "SELECT kind FROM notification WHERE kind IN ('payment_returned', 'return_failed') ORDER BY id"
    assert world.rows(told_buyer) == [("payment_returned",), ("return_failed",)]
    read = world.client(first.buyer_id).get("/notifications").text
    assert "$100.00 did not reach you" in read
    assert f'href="/account/payments/{first.payment_id}"' in read

    admin = world.client(world.person("Ada Admin", is_admin=True))
    page = f"/admin/payments/{first.payment_id}"
    shown = admin.get(page).text
    assert "Return failed" in shown
    assert "Send it back again" in shown
    form = {"csrf_token": form_token(shown)}
    told = admin.post(f"{page}/return-again", data=form, follow_redirects=True).text
    assert "The money is on its way back." in told
    assert "Send it back again" not in told
    assert admin.post(f"{page}/return-again", data=form).status_code == 404, "nothing waits any more"
    world.settle_down()
    assert world.rows("SELECT status FROM unapplied_receipt") == [("returned",)]
    assert world.rows(told_buyer)[2:] == [("payment_returned",)], "and that it has gone back after all"
    assert world.rows("SELECT attempt, status FROM outbound_call WHERE kind = 'return' ORDER BY id") == [
        (1, "done"), (2, "done"),
    ]  # fmt: skip
    assert world.rows("SELECT status FROM payment WHERE id = %s", first.payment_id) == [("refunded",)]


def test_an_old_word_that_it_clears_does_not_revive_a_debit_that_bounced(world: World) -> None:
    """Would fail if "processing" were believed whenever it comes: goods would be kept for a payment that is over."""
    bought = world.open_purchase(10_000)
    world.sandbox.pay(bought.session_id, account=BOUNCES)
    world.settle_down()
    world.advance(days=3)
    world.settle_down()
    before = world.rows("SELECT open_until FROM purchase")
    world.advance(days=1)
    for kind in ("payment_intent.processing", "checkout.session.completed", "checkout.session.async_payment_failed"):
        [(event_id,)] = world.rows("SELECT id FROM provider_event WHERE type = %s", kind)
        found = replay.replay(
            int(str(event_id)), provider=world.provider, settings=world.settings, by=By(None, "A test."), now=world.now
        )
        assert found.outcome is Outcome.UNCHANGED, (kind, found)
    assert (payments(world), tracker(world), stock(world)) == (["failed"], ["failed"], 10)
    assert world.rows("SELECT open_until FROM purchase") == before, "a report that comes twice gives no more time"

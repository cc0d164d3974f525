"""S0's scenarios, literally: each event by name, and what it makes of tracker and transactions."""

import time

import pytest
import stripe

from tests.builders import Bought, World

DECLINED, NO_MONEY, PAYS = "4000000000000002", "4000000000009995", "4242424242424242"


def deliver(world: World, *kinds: str) -> None:
    """Let the events of these types arrive, and lose all others for now."""
    attempted = world.sandbox.deliver_pending(order=lambda due: [one for one in due if one.type in kinds])
    assert {one.type for one in attempted} == set(kinds), attempted
    assert {one.status for one in attempted} == {200}


def tracker(world: World) -> list[tuple[object, ...]]:
    return world.rows("SELECT status, attempts, failure_code FROM payment_tracker")


def shares(world: World) -> list[tuple[object, ...]]:
    return world.rows("SELECT id, status FROM payment_transaction ORDER BY id")


def status_of_shares(world: World) -> set[object]:
    return {status for _, status in shares(world)}


@pytest.mark.covers("S0.3", "S0.9", "S0.13", "S0.19")
def test_scenario_1_direct_success(world: World) -> None:
    bought = world.open_purchase(10_000, 4_000, 2_500)
    assert (tracker(world), shares(world)) == ([], [])
    world.pay(bought)

    deliver(world, "checkout.session.completed")

    assert tracker(world) == [("succeeded", 0, None)]
    assert [status for _, status in shares(world)] == ["held"] * 3
    [(intent_id, notes)] = world.rows("SELECT payment_intent_id, notes FROM payment_tracker")
    assert str(intent_id).startswith("pi_")
    assert bought.session_id in str(notes)
    held_as_s0_says(world)
    world.settle_down()
    assert world.rows("SELECT notes FROM payment_tracker") == [(notes,)], "a replay leaves the note alone"


def held_as_s0_says(world: World) -> None:
    rows = world.rows(
        "SELECT hold_reason, days_to_hold, hold_start_date = payment_received_date,"
        " planned_release_date - hold_start_date = interval '30 days',"
        " abs(extract(epoch FROM payment_received_date - %s)) < 60 FROM payment_transaction WHERE status = 'held'",
        world.now,
    )
    assert rows
    assert set(rows) == {("standard", 30, True, True, True)}


@pytest.mark.covers("S0.5", "S0.6", "S0.14", "S0.19")
def test_scenario_2_failure_then_success(world: World) -> None:
    bought = world.open_purchase(10_000, 4_000)
    world.pay(bought, NO_MONEY)
    deliver(world, "payment_intent.payment_failed")
    assert tracker(world) == [("failed", 1, "insufficient_funds")]
    first = shares(world)
    assert [status for _, status in first] == ["pending", "pending"]

    world.pay(bought, PAYS)
    deliver(world, "checkout.session.completed")
    assert tracker(world) == [("succeeded", 1, "insufficient_funds")]
    assert shares(world) == [(row_id, "held") for row_id, _ in first], "the same rows"
    held_as_s0_says(world)
    world.settle_down()


@pytest.mark.covers("S0.4", "S0.7", "S0.15", "S0.19")
def test_scenario_3_failure_failure_success(world: World) -> None:
    bought = world.open_purchase(10_000, 4_000, 100)
    world.pay(bought, NO_MONEY)
    deliver(world, "payment_intent.payment_failed")
    first = shares(world)
    assert [status for _, status in first] == ["pending"] * 3

    world.pay(bought, DECLINED)
    deliver(world, "payment_intent.payment_failed")
    assert tracker(world) == [("failed", 2, "generic_decline")], "the same tracker, counted up"
    assert shares(world) == [(row_id, "failed") for row_id, _ in first]
    assert world.rows("SELECT DISTINCT payment_failure_code FROM payment_transaction") == [("generic_decline",)]

    world.pay(bought, PAYS)
    deliver(world, "checkout.session.completed")
    assert tracker(world) == [("succeeded", 2, "generic_decline")]
    assert shares(world) == [(row_id, "held") for row_id, _ in first]
    held_as_s0_says(world)
    world.settle_down()


@pytest.mark.parametrize(
    "card", [DECLINED, NO_MONEY, "4000000000000069", "4000000000000127", "4000000000000119", "4100000000000019"]
)
def test_s04_a_decline_reads_the_same_whichever_of_its_two_events_comes_first(world: World, card: str) -> None:
    told = []
    both = ("charge.failed", "payment_intent.payment_failed")
    for kinds in (both, both[::-1]):
        world.pay(world.open_purchase(10_000), card)
        for kind in kinds:
            deliver(world, kind)
        told.append(
            world.rows(
                "SELECT t.failure_code, t.failure_reason, t.stripe_error_data, f.code, f.decline_code, f.error_data,"
                " p.error_code, x.payment_failure_code FROM payment p JOIN payment_tracker t ON t.payment_id = p.id"
                " JOIN payment_failure f ON f.tracker_id = t.id JOIN payment_transaction x ON x.payment_id = p.id"
                " ORDER BY p.id DESC LIMIT 1"
            )
        )
    assert told[0] == told[1]
    world.settle_down()


def test_one_decline_told_by_two_events_is_one_failure(world: World) -> None:
    """The intent's event and the charge's event name the same charge: the shares stay pending."""
    bought = world.open_purchase(10_000)
    world.pay(bought, DECLINED)
    for _ in range(3):
        world.sandbox.deliver_pending(copies=2)
        world.tick()
    assert {"payment_intent.payment_failed", "charge.failed"} <= {event["type"] for event in world.sandbox.events()}
    assert tracker(world) == [("failed", 1, "generic_decline")]
    assert status_of_shares(world) == {"pending"}
    assert world.rows("SELECT count(*) FROM payment_failure") == [(1,)]


@pytest.mark.covers("S0.1", "S0.2")
def test_no_tracker_before_the_buyer_tries_to_pay_and_none_for_a_new_page(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.settle_down()
    assert tracker(world) == []
    world.pay(bought, DECLINED)
    world.settle_down()
    assert len(tracker(world)) == 1
    again = world.try_again(bought)
    world.settle_down()
    assert len(tracker(world)) == 1, "the new page has none yet"
    assert world.rows("SELECT provider_payment_id FROM payment WHERE id = %s", again.payment_id) == [(None,)]
    assert world.rows("SELECT payment_intent_id LIKE 'pi_%%' FROM payment_tracker") == [(True,)], "never without its id"


@pytest.mark.covers("S0.5")
@pytest.mark.parametrize(
    ("card", "code", "words"),
    [
        (NO_MONEY, "insufficient_funds", "Your card has insufficient funds."),
        ("4000000000009987", "lost_card", "Your card was declined."),
        ("4000000000000069", "expired_card", "Your card has expired."),
        ("4000000000000127", "incorrect_cvc", "Your card's security code is incorrect."),
        ("4100000000000019", "fraudulent", "Your card was declined."),
    ],
)
def test_a_first_failure_makes_a_tracker_with_code_reason_data_and_note(
    world: World, card: str, code: str, words: str
) -> None:
    world.pay(world.open_purchase(10_000), card)
    world.settle_down()
    [(status, failure_code, reason, data, notes)] = world.rows(
        "SELECT status, failure_code, failure_reason, stripe_error_data, notes FROM payment_tracker"
    )
    assert (status, failure_code, reason) == ("failed", code, words)
    assert isinstance(data, dict)
    assert data["message"] == words
    assert "decline_code" in data or "code" in data
    assert notes == f"Declined: {words}"
    assert world.rows("SELECT status, error_code, error_message FROM payment") == [("failed", code, words)]


@pytest.mark.covers("S0.6", "S0.12")
def test_a_first_failure_makes_a_pending_transaction_per_seller_with_fees(world: World) -> None:
    world.pay(world.open_purchase(10_000, 3_333, 1), DECLINED)
    world.settle_down()
    rows = world.rows(
        "SELECT status, gross_minor, platform_fee_minor, processing_fee_minor, net_minor, payment_failure_code,"
        " payment_failure_reason, hold_reason FROM payment_transaction ORDER BY gross_minor DESC"
    )
    assert [row[:2] for row in rows] == [("pending", 10_000), ("pending", 3_333), ("pending", 1)]
    assert all(gross - platform - fee == net for _, gross, platform, fee, net, *_ in rows)  # type: ignore[operator]
    assert sum(int(str(row[3])) for row in rows) == 387 + 30
    assert {row[5:] for row in rows} == {("generic_decline", "Your card was declined.", None)}
    assert world.rows("SELECT count(*) FROM ledger_entry") == [(0,)], "nothing was captured"


@pytest.mark.covers("S0.7")
def test_failed_transactions_can_still_be_retried(world: World) -> None:
    bought = world.open_purchase(10_000, 500)
    for _ in range(4):
        world.pay(bought, DECLINED)
        world.settle_down()
    assert tracker(world) == [("failed", 4, "generic_decline")]
    assert status_of_shares(world) == {"failed"}
    assert world.rows("SELECT in_stock FROM listing") == [(9,), (9,)], "the goods stay set aside"
    world.pay(bought)
    world.settle_down()
    assert status_of_shares(world) == {"held"}


@pytest.mark.covers("S0.8", "S0.10")
def test_ten_success_events_of_three_kinds_change_nothing_more(world: World) -> None:
    bought = world.paid_purchase(10_000, 2_000)
    before = everything(world)
    for kind in ("checkout.session.completed", "payment_intent.succeeded", "charge.succeeded"):
        [event] = world.sandbox.events(kind)
        for number in range(10):
            again(world, {**event, "id": f"evt_{kind}_{number}"})
            again(world, event)
    world.settle_down()
    assert everything(world) == before
    assert world.rows("SELECT status, count(*) FROM provider_event GROUP BY status HAVING status = 'parked'") == []
    assert bought.session_id in str(before)


def again(world: World, event: dict[str, object]) -> None:
    body = world.app.json.dumps(event)
    signature = stripe.WebhookSignature.generate_signature_header(body, world.sandbox.webhook_secret, int(time.time()))
    answer = world.app.test_client().post("/webhooks/stripe", data=body, headers={"Stripe-Signature": signature})
    assert answer.status_code == 200


def everything(world: World) -> list[list[tuple[object, ...]]]:
    tables = ("payment", "payment_tracker", "payment_transaction", "payment_failure", "ledger_entry", "posting",
              "purchase", '"order"', "notification", "stock_reservation", "balance_transaction")  # fmt: skip
    rows = [world.rows(f"SELECT * FROM {table} ORDER BY id") for table in tables]
    return [*rows, world.rows("SELECT * FROM status_change WHERE subject <> 'provider_event' ORDER BY id")]


@pytest.mark.covers("S0.16", "S1.6")
def test_past_failures_stay_listed_after_the_success(world: World) -> None:
    bought = world.open_purchase(10_000)
    for card in (NO_MONEY, DECLINED, PAYS):
        world.pay(bought, card)
        world.settle_down()
    assert world.rows("SELECT code, decline_code, reason FROM payment_failure ORDER BY id") == [
        ("card_declined", "insufficient_funds", "Your card has insufficient funds."),
        ("card_declined", "generic_decline", "Your card was declined."),
    ]
    admin = world.client(world.person("Ada Admin", is_admin=True))
    page = admin.get(f"/admin/payments/{bought.payment_id}")
    assert page.status_code == 200
    assert "insufficient_funds" in page.text
    assert "generic_decline" in page.text
    trail = world.rows(
        "SELECT verb, from_status, to_status FROM status_change WHERE subject = 'payment' AND subject_id = %s"
        " ORDER BY id",
        bought.payment_id,
    )
    assert trail == [("begin", None, "pending"), ("fail", "pending", "failed"), ("complete", "failed", "completed")]


@pytest.mark.covers("S0.18")
def test_buyer_and_seller_each_see_their_own(world: World) -> None:
    bought: Bought = world.paid_purchase(10_000, 4_000)
    orders = world.rows('SELECT number, seller_id FROM "order" ORDER BY id')
    buyer, first, second = (world.client(int(str(who))) for who in (bought.buyer_id, orders[0][1], orders[1][1]))
    assert all(str(number) in buyer.get("/orders").text for number, _ in orders)
    for client, (own, _), (foreign, _) in ((first, *orders), (second, *reversed(orders))):
        assert client.get(f"/seller/orders/{own}").status_code == 200
        assert client.get(f"/seller/orders/{foreign}").status_code == 404

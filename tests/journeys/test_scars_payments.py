"""Bugs that other shops had with payments, replayed against this one. Numbers S.. name the collection's entries."""

import time

import psycopg
import pytest
import stripe
from bs4 import BeautifulSoup

from marketplace import db
from marketplace.catalog.stock import SoldOut
from marketplace.checkout import attempts, flows, sweeps
from marketplace.checkout.flows import Outcome
from marketplace.errors import Conflict, DomainError
from marketplace.provider_events import operations as inbox
from tests.builders import ADDRESS, Bought, World, form_token
from tests.faults import Crash, Line
from tests.races import at_once, refusals

PAID_ONCE = (
    [("completed",)],
    [("succeeded",)],
    [("held",)],
    [("confirmed",)],
    [("order_paid", 1), ("order_received", 1)],
)


def effects(world: World) -> tuple[list[tuple[object, ...]], ...]:
    """Return what a single-seller purchase has come to."""
    return (
        world.rows("SELECT status FROM payment"),
        world.rows("SELECT status FROM payment_tracker"),
        world.rows("SELECT status FROM payment_transaction"),
        world.rows('SELECT status FROM "order"'),
        # The invoice follows with a tick, which is not part of every history.
        world.rows("SELECT kind, count(*) FROM notification WHERE kind <> 'invoice_ready' GROUP BY kind ORDER BY kind"),
    )


def captures(world: World) -> object:
    [(count,)] = world.rows("SELECT count(*) FROM ledger_entry WHERE key LIKE 'payment:%%:captured'")
    return count


def webhook(world: World, event: dict[str, object]) -> tuple[bytes, dict[str, str]]:
    body = world.app.json.dumps(event).encode()
    now = int(time.time())
    secret = world.sandbox.webhook_secret
    return body, {"Stripe-Signature": stripe.WebhookSignature.generate_signature_header(body.decode(), secret, now)}


def page_text(world: World, bought: Bought) -> str:
    return world.client(bought.buyer_id).get(f"/checkout/return/{bought.payment_id}").text


# A. Webhook intake, duplicates, order.


@pytest.mark.covers("S0.10", "S0.11", "S0.13")
def test_s01_one_event_delivered_20_times_at_once(world: World, caplog: pytest.LogCaptureFixture) -> None:
    bought = world.open_purchase(10_000)
    world.pay(bought)
    [event] = world.sandbox.events("checkout.session.completed")
    body, headers = webhook(world, event)

    def deliver() -> int:
        return world.app.test_client().post("/webhooks/stripe", data=body, headers=headers).status_code

    assert at_once(world.app, [deliver] * 20) == [200] * 20
    assert world.rows("SELECT type, status FROM provider_event") == [("checkout.session.completed", "applied")]
    assert effects(world) == PAID_ONCE
    assert captures(world) == 1
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    world.settle_down()


@pytest.mark.covers("S0.10", "S1.2")
def test_s01_every_event_of_a_payment_delivered_10_times_at_once(world: World) -> None:
    """Different events that tell of one fact: whoever is first books it, all the others find it done."""
    bought = world.open_purchase(10_000)
    world.pay(bought)
    messages = [webhook(world, event) for event in world.sandbox.events()] * 10
    client = world.app.test_client

    def deliver(body: bytes, headers: dict[str, str]) -> int:
        return client().post("/webhooks/stripe", data=body, headers=headers).status_code

    answers = at_once(world.app, [lambda m=message: deliver(*m) for message in messages])
    assert set(answers) == {200}
    world.settle_down()
    assert effects(world) == PAID_ONCE
    assert captures(world) == 1


@pytest.mark.covers("S1.13")
def test_s03_the_webhook_comes_before_our_own_commit(world: World) -> None:
    """The buyer pays, and the provider tells so, before the answer that carries the session id has been written."""
    buyer_id = world.person()
    world.put_in_cart(buyer_id, world.listing(world.seller()))

    def paid_meanwhile(checkout: object) -> None:
        world.sandbox.pay(checkout.session_id)  # type: ignore[attr-defined]
        world.sandbox.deliver_pending()

    line = Line(world.provider, before_answer={"create_checkout": paid_meanwhile})
    agreed = world.agreed(buyer_id)
    outcome = flows.begin(agreed=agreed, now=world.now, providers={"stripe": line}, settings=world.settings)  # type: ignore[dict-item]
    assert effects(world) == PAID_ONCE
    assert world.rows("SELECT provider_session_id IS NOT NULL FROM payment") == [(True,)]
    world.settle_down()
    assert effects(world) == PAID_ONCE
    assert "Thank you, it is paid" in page_text(world, world.bought(outcome, agreed))


@pytest.mark.covers("S1.5", "S1.12")
def test_s03_the_process_dies_between_call_and_commit_and_the_buyer_pays_all_the_same(world: World) -> None:
    buyer_id = world.person()
    world.put_in_cart(buyer_id, world.listing(world.seller()))
    pages: list[str] = []

    def crash(checkout: object) -> None:
        pages.append(checkout.session_id)  # type: ignore[attr-defined]
        raise Crash

    line = Line(world.provider, before_answer={"create_checkout": crash})
    with pytest.raises(Crash):
        flows.begin(agreed=world.agreed(buyer_id), now=world.now, providers={"stripe": line}, settings=world.settings)  # type: ignore[dict-item]
    assert world.rows("SELECT status, provider_session_id FROM payment") == [("pending", None)]

    world.sandbox.pay(pages[0])
    world.advance(minutes=2)
    world.settle_down()
    assert effects(world) == PAID_ONCE
    assert world.rows("SELECT status, sends FROM outbound_call") == [("done", 2)]
    assert world.rows("SELECT provider_session_id FROM payment") == [(pages[0],)]


@pytest.mark.covers("S1.13", "S1.14")
def test_s07_page_webhook_and_poller_race_50_times(world: World) -> None:
    listing_id = world.listing(world.seller(), units=60)
    # Nobody may begin more than thirty purchases within an hour.
    buyers = [world.person(), world.person("Bea Buyer")]
    browsers = {buyer_id: world.client(buyer_id) for buyer_id in buyers}
    shown: list[str] = []

    def look(buyer_id: int, payment_id: int) -> None:
        answer = browsers[buyer_id].get(f"/checkout/return/{payment_id}")
        assert answer.status_code == 200
        shown.append(answer.text)

    for number in range(50):
        buyer_id = buyers[number % 2]
        world.put_in_cart(buyer_id, listing_id)
        bought = world.check_out(buyer_id)
        world.pay(bought)
        at_once(world.app, [lambda b=bought: look(b.buyer_id, b.payment_id), world.sandbox.deliver_pending, world.tick])
    world.settle_down()
    assert world.rows("SELECT status, count(*) FROM payment GROUP BY status") == [("completed", 50)]
    assert world.rows("SELECT status, count(*) FROM payment_transaction GROUP BY status") == [("held", 50)]
    assert captures(world) == 50
    assert world.rows("SELECT kind, count(*) FROM notification GROUP BY kind ORDER BY kind") == [
        ("invoice_ready", 50),
        ("order_paid", 50),
        ("order_received", 50),
    ]
    assert world.rows("SELECT count(*), count(DISTINCT order_id) FROM invoice") == [(50, 50)]
    assert world.rows("SELECT count(*) FROM unapplied_receipt") == [(0,)]
    assert not [text for text in shown if "not paid" in text.lower() or "try again" in text.lower()]


@pytest.mark.covers("S0.10", "S1.2")
@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("payment", "provider, provider_session_id"),
        ("payment", "provider, provider_payment_id"),
        ("payment_tracker", "provider, payment_intent_id"),
        ("payment_transaction", "payment_id, order_id"),
        ("payment_failure", "charge_id"),
        ("provider_event", "provider, event_id"),
        ("ledger_entry", "key"),
        ("ledger_chain", "entry_id"),
        ("outbound_call", "idempotency_key"),
        ("outbound_call", "kind, subject_id, attempt"),
        ("unapplied_receipt", "payment_id"),
        ("unapplied_receipt", "provider_refund_id"),
        ("balance_transaction", "provider_id"),
        ("purchase", "checkout_token"),
        ("purchase", "number"),
        ("order", "number"),
        ("notification", "user_id, kind, subject, subject_id"),
    ],
)
def test_s08_what_must_be_unique_is_unique_in_the_database(world: World, table: str, columns: str) -> None:
    found = world.rows("SELECT indexdef FROM pg_indexes WHERE tablename = %s", table)
    definitions = [str(definition) for (definition,) in found]
    assert any(one.startswith("CREATE UNIQUE") and one.endswith(f"({columns})") for one in definitions), definitions


def test_s08_a_second_row_for_one_fact_is_refused(world: World) -> None:
    world.pay(bought := world.open_purchase(10_000), "4000000000000002")
    world.pay(bought)
    world.settle_down()
    copies = {
        "payment": "purchase_id, user_id, amount_minor, currency, credits_to_add, provider, provider_session_id,"
        " status, verification_attempts, metadata, created_at, updated_at",
        "payment_tracker": "provider, payment_intent_id, payment_id, status, attempts, notes, created_at, updated_at",
        "payment_transaction": "payment_id, order_id, seller_id, currency, gross_minor, platform_fee_minor,"
        " processing_fee_minor, net_minor, status, created_at",
        "payment_failure": "tracker_id, charge_id, code, reason, error_data, failed_at",
        "provider_event": "provider, event_id, type, payload, body_sha256, status, attempts, note, received_at",
    }
    with psycopg.connect(world.urls.application, autocommit=True) as application:
        for table, columns in copies.items():
            with pytest.raises(psycopg.errors.UniqueViolation):
                application.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table} LIMIT 1")


@pytest.mark.covers("S1.14")
def test_s09_while_webhooks_are_late_the_page_says_confirming_and_never_offers_to_pay_again(world: World) -> None:
    """A delayed method: paid at the provider, not cleared. Nothing on the page may lead to a second payment."""
    bought = world.open_purchase(10_000)
    assert world.sandbox.pay(bought.session_id, account="000123456789").outcome == "paid"
    world.advance(minutes=10)
    browser = world.client(bought.buyer_id)
    for _ in range(3):
        text = browser.get(f"/checkout/return/{bought.payment_id}").text
        assert "onfirming" in text or "on its way" in text
        assert f"/checkout/retry/{bought.purchase_id}" not in text
        assert "failed" not in text.lower()
    with pytest.raises(Conflict, match="on its way"):
        world.try_again(bought)
    assert world.rows("SELECT count(*) FROM payment") == [(1,)]


@pytest.mark.covers("S1.5", "S1.13")
def test_s09_the_page_itself_finds_out_when_no_webhook_comes(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.pay(bought)
    world.sandbox.hold_webhooks()
    try:
        world.advance(minutes=10)
        text = page_text(world, bought)
        assert f"/checkout/retry/{bought.purchase_id}" not in text
        assert effects(world) == PAID_ONCE
    finally:
        world.sandbox.release_webhooks()
    world.settle_down()
    assert effects(world) == PAID_ONCE


@pytest.mark.covers("S0.10")
def test_s13_a_loser_that_gives_up_marks_nothing_over_a_winner(world: World) -> None:
    """The event was applied by one process; the other's late note of failure finds it applied and leaves it."""
    world.paid_purchase(10_000)
    applied = world.rows("SELECT id, status, note, attempts, next_attempt_at FROM provider_event ORDER BY id")
    for event_id, *_ in applied:
        db.atomic(inbox.park, (), event_id=event_id, note="It raised an unexpected error.", now=world.now)
        db.atomic(inbox.ignore, (), event_id=event_id, note="Nobody needs it.", now=world.now)
    after = world.rows("SELECT id, status, note, attempts, next_attempt_at FROM provider_event ORDER BY id")
    assert [row for row in after if row[1] != "ignored"] == [row for row in applied if row[1] != "ignored"]


# E. Stock and sessions.


def test_s53_fifty_buyers_race_for_the_last_item(world: World) -> None:
    listing_id = world.listing(world.seller(), units=1)
    agreements = []
    for number in range(50):
        buyer_id = world.person(f"Buyer {number}")
        world.put_in_cart(buyer_id, listing_id)
        agreements.append(world.agreed(buyer_id))

    answers = at_once(world.app, [lambda agreed=agreed: world.begin(agreed) for agreed in agreements])

    winners = [answer for answer in answers if isinstance(answer, Outcome)]
    assert len(winners) == 1
    assert all(isinstance(refusal, Conflict) for refusal in refusals(answers))
    assert world.rows("SELECT in_stock FROM listing") == [(0,)]
    assert world.rows("SELECT count(*), sum(quantity) FROM stock_reservation") == [(1, 1)]
    assert world.rows("SELECT count(*) FROM purchase") == [(1,)]
    assert world.rows("SELECT count(*) FROM outbound_call") == [(1,)], "nobody else was sent to a payment page"


def paid_after_the_reservation_lapsed(world: World, *, units: int) -> Bought:
    """Return a purchase that was paid in time, heard of only after its goods had gone back to stock."""
    bought = world.open_purchase(10_000, units=units)
    world.pay(bought)
    world.sandbox.hold_webhooks()
    world.advance(minutes=60)
    assert db.atomic(sweeps.reap_reservations, (), now=world.now) == 1
    assert world.rows("SELECT in_stock FROM listing") == [(units,)]
    return bought


def test_s54_paid_after_the_reservation_lapsed_is_honoured_when_stock_allows(world: World) -> None:
    paid_after_the_reservation_lapsed(world, units=1)
    world.sandbox.release_webhooks()
    world.settle_down()
    assert effects(world) == PAID_ONCE
    assert world.rows("SELECT in_stock FROM listing") == [(0,)]


def test_s54_paid_after_the_goods_are_gone_comes_back_by_itself(world: World) -> None:
    late = paid_after_the_reservation_lapsed(world, units=1)
    faster = world.person("Fay Faster")
    [(listing_id,)] = world.rows("SELECT id FROM listing")
    world.put_in_cart(faster, int(str(listing_id)))
    world.pay(world.check_out(faster))
    world.sandbox.release_webhooks()
    world.settle_down()

    returned(world, late, 10_000)
    assert world.rows("SELECT status FROM payment WHERE user_id = %s", faster) == [("completed",)]
    assert "The payment came late and the goods are gone" in page_text(world, late)


def returned(world: World, bought: Bought, amount_minor: int) -> None:
    """Check that the buyer has all of it back, and that everybody knows."""
    row = world.rows(
        "SELECT p.status, r.status, r.amount_minor, r.provider_refund_id IS NOT NULL FROM payment p"
        " JOIN unapplied_receipt r ON r.payment_id = p.id WHERE p.id = %s",
        bought.payment_id,
    )
    assert row == [("refunded", "returned", amount_minor, True)]
    owed = "SELECT coalesce(sum(amount_minor), 0) FROM posting WHERE account = 'unapplied_receipts'"
    assert world.rows(owed) == [(0,)]
    shares = "SELECT count(*) FROM payment_transaction WHERE payment_id = %s AND status NOT IN ('pending', 'failed')"
    assert world.rows(shares, bought.payment_id) == [(0,)], "no seller's share has come of it"
    told = "SELECT count(*) FROM notification WHERE kind = 'payment_returned' AND facts->>'payment_id' = %s"
    assert world.rows(told, str(bought.payment_id)) == [(1,)]
    assert len(world.sandbox.events("refund.created")) == 1


@pytest.mark.covers("S1.22", "S1.23")
@pytest.mark.parametrize("closer", ["cancel", "tick", "provider"])
def test_s61_expire_and_pay_race_and_paid_wins(world: World, closer: str) -> None:
    """Whoever comes first at the provider decides, and both sides agree on it afterwards."""
    for pause in (0.0, 0.01, 0.03, 0.06):
        bought = world.open_purchase(10_000)
        world.sandbox.advance_clock(60 * (32 if closer != "cancel" else 5))

        def close(bought: Bought = bought, pause: float = pause) -> None:
            time.sleep(pause)
            if closer == "cancel":
                flows.cancel(
                    payment_id=bought.payment_id,
                    buyer_id=bought.buyer_id,
                    now=world.now,
                    providers=world.providers,
                    settings=world.settings,
                )
            elif closer == "tick":
                world.tick()
            else:
                world.sandbox.run_due()

        answers = at_once(world.app, [close, lambda bought=bought: world.pay(bought)])
        world.settle_down()
        is_paid = world.provider.get_checkout(bought.session_id).is_paid
        [(payment, purchase)] = world.rows(
            "SELECT p.status, u.status FROM payment p JOIN purchase u ON u.id = p.purchase_id WHERE p.id = %s",
            bought.payment_id,
        )
        if is_paid:
            assert (payment, purchase) == ("completed", "paid")
        else:
            assert purchase == "open"
            assert payment in {"expired", "cancelled"}
            assert answers[1].outcome != "paid"
        assert captures(world) == world.rows("SELECT count(*) FROM payment WHERE status = 'completed'")[0][0]
    assert world.rows("SELECT count(*) FROM unapplied_receipt") == [(0,)]


@pytest.mark.covers("S0.11", "S1.10")
def test_s62_ten_presses_of_one_button_open_one_page(world: World) -> None:
    """The very form, sent ten times at once by the buyer's browser."""
    buyer_id = world.person()
    world.put_in_cart(buyer_id, world.listing(world.seller(), 10_000))
    browsers = [world.client(buyer_id)]
    review = browsers[0].get("/checkout/USD").text
    cookies = browsers[0]._cookies
    fields = {
        "csrf_token": form_token(review),
        "token": _value(review, "token"),
        "expected_total_minor": _value(review, "expected_total_minor"),
        "delivery_choice": "new",
        "billing_same": "y",
        **{f"delivery_{name}": value for name, value in ADDRESS.items()},
    }

    def press() -> tuple[int, str]:
        browser = world.client()
        browser._cookies = cookies.copy()
        answer = browser.post("/checkout/USD", data=fields)
        return answer.status_code, answer.location

    answers = at_once(world.app, [press] * 10)
    assert len(set(answers)) == 1, answers
    assert answers[0][0] == 303
    assert "/c/pay/" in answers[0][1]
    assert world.rows("SELECT count(*) FROM purchase") == [(1,)]
    assert world.rows("SELECT status, count(*) FROM payment GROUP BY status") == [("pending", 1)]
    assert world.rows("SELECT count(*) FROM outbound_call") == [(1,)]


def test_s62_a_form_sent_again_does_not_give_up_its_own_purchase(world: World) -> None:
    """The second press may look for earlier purchases just after the first one has made its own."""
    bought = world.open_purchase(10_000)

    def given_up_by(token: str) -> list[int]:
        found = db.atomic(attempts.to_give_up, (), buyer_id=bought.buyer_id, currency="USD", token=token)
        return [attempt.payment_id for attempt in found]

    assert given_up_by(bought.token) == []
    assert given_up_by("another form") == [bought.payment_id]


def _value(html: str, name: str) -> str:
    return str(BeautifulSoup(html, "html.parser").select_one(f"form input[name={name}]")["value"])


def open_pages(world: World) -> list[Bought]:
    rows = world.rows(
        "SELECT p.user_id, p.id, p.purchase_id, p.provider_session_id, p.checkout_url, u.checkout_token FROM payment p"
        " JOIN purchase u ON u.id = p.purchase_id WHERE p.provider_session_id IS NOT NULL ORDER BY p.id"
    )
    pages = [Bought(*row) for row in rows]  # type: ignore[arg-type]
    return [page for page in pages if world.provider.get_checkout(page.session_id).is_open]


def test_s62_two_tabs_one_after_the_other_leave_one_page_open(world: World) -> None:
    buyer_id = world.person()
    world.put_in_cart(buyer_id, world.listing(world.seller(), units=1))
    first = world.check_out(buyer_id)
    second = world.check_out(buyer_id)
    assert [page.payment_id for page in open_pages(world)] == [second.payment_id]
    assert world.pay(first).outcome == "expired"
    world.pay(second)
    world.settle_down()
    assert world.rows("SELECT status FROM purchase ORDER BY id") == [("given_up",), ("paid",)]


@pytest.mark.parametrize("tabs", [2, 5])
def test_s62_tabs_at_the_same_moment_leave_one_purchase_waiting(world: World, tabs: int) -> None:
    buyer_id = world.person()
    world.put_in_cart(buyer_id, world.listing(world.seller(), units=10))
    forms = [world.agreed(buyer_id) for _ in range(tabs)]
    answers = at_once(world.app, [lambda form=form: world.begin(form) for form in forms])
    assert any(isinstance(answer, Outcome) for answer in answers)
    assert world.rows("SELECT count(*) FROM purchase WHERE status = 'open'") == [(1,)]
    world.settle_down()
    assert len(open_pages(world)) == 1
    assert world.rows("SELECT in_stock FROM listing") == [(9,)], "one of them has its goods set aside"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_s62_two_tabs_whose_closing_was_lost_are_both_paid_and_one_comes_back(
    world: World, order: tuple[int, int]
) -> None:
    """The provider was out of reach when the second tab closed the first one's page."""
    buyer_id = world.person()
    world.put_in_cart(buyer_id, world.listing(world.seller(), 10_000, units=10))
    first = world.check_out(buyer_id)
    line = Line(world.provider, {"expire_checkout"})
    agreed = world.agreed(buyer_id)
    outcome = flows.begin(agreed=agreed, now=world.now, providers={"stripe": line}, settings=world.settings)  # type: ignore[dict-item]
    tabs = [first, world.bought(outcome, agreed)]

    for number in order:
        assert world.pay(tabs[number]).outcome == "paid"
        world.settle_down()

    counted, other = tabs[order[0]], tabs[order[1]]
    assert world.rows("SELECT status FROM payment WHERE id = %s", counted.payment_id) == [("completed",)]
    returned(world, other, 10_000)
    assert world.rows("SELECT in_stock FROM listing") == [(9,)]


@pytest.mark.covers("S0.2")
@pytest.mark.parametrize("at_the_same_time", [False, True])
def test_s62_two_open_pages_of_one_purchase_are_both_paid_and_one_comes_back(
    world: World, at_the_same_time: bool
) -> None:
    first, second = two_open_pages(world)
    if at_the_same_time:
        at_once(world.app, [lambda page=page: world.pay(page) for page in (first, second)])
        events = world.sandbox.events("checkout.session.completed")
        messages = [webhook(world, event) for event in events]
        client = world.app.test_client
        answers = at_once(
            world.app,
            [lambda m=m: client().post("/webhooks/stripe", data=m[0], headers=m[1]).status_code for m in messages],
        )
        assert answers == [200, 200]
    else:
        world.pay(second)
        world.settle_down()
        world.pay(first)
    world.settle_down()

    statuses = dict(world.rows("SELECT id, status FROM payment"))  # type: ignore[arg-type]
    assert sorted(statuses.values()) == ["completed", "refunded"]
    back = next(page for page in (first, second) if statuses[page.payment_id] == "refunded")
    returned(world, back, 10_000)
    assert captures(world) == 1
    assert world.rows('SELECT status FROM "order"') == [("confirmed",)]


def two_open_pages(world: World) -> tuple[Bought, Bought]:
    """Return two open pages of one purchase: the closing of the first was lost on the way."""
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
    assert second.payment_id != first.payment_id
    assert len(open_pages(world)) == 2
    return first, second


def test_s62_ten_presses_of_try_again_open_one_new_page(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.pay(bought, "4000000000000002")
    world.settle_down()
    answers = at_once(world.app, [lambda: world.try_again(bought)] * 10)
    assert refusals(answers) == []
    assert len({answer.payment_id for answer in answers if not isinstance(answer, DomainError)}) == 1
    assert world.rows("SELECT status FROM payment ORDER BY id") == [("cancelled",), ("pending",)]
    assert len(open_pages(world)) == 1
    assert world.rows("SELECT in_stock FROM listing") == [(9,)]


def test_sold_out_names_what_is_gone(world: World) -> None:
    listing_id = world.listing(world.seller(), units=1)
    slow, fast = world.person("Slow"), world.person("Fast")
    for buyer_id in (slow, fast):
        world.put_in_cart(buyer_id, listing_id)
    agreed = world.agreed(slow)
    world.check_out(fast)
    with pytest.raises(Conflict) as refused:
        world.begin(agreed)
    assert not isinstance(refused.value, SoldOut) or "Brake disc" in refused.value.message

"""Diagnose: each thing that can be wrong is looked at in order, with its rule and the one thing that helps (S4.29)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from marketplace import clock
from marketplace.provider_events import refusals
from marketplace.provider_events.states import Endpoint, RefusalCause
from marketplace.providers.stripe import StripeProvider
from marketplace.refunds.wishes import Wish
from tests.builders import Bought, World, form_token
from tests.builders_foreign import paid_elsewhere
from tests.journeys.test_disputes import FRAUD, bought_with
from tests.journeys.test_refunds import approve
from tests.operations.test_call_decisions import blocked, lost_refund
from tests.pages.test_admin_pages import admin, page, text
from tests.pages.test_silent_provider import asking

REFUND_FAILS_LATER = "4000000000005126"
PAID = (
    "Was a payment page opened?",
    "Has the buyer paid or tried to?",
    "What does the provider say now?",
    "Has the provider told us?",
    "Are messages refused at our door?",
    "Has every message had its effect?",
    "Is a call to the provider without an answer?",
    "Is the money in the books?",
)


def looks(client: FlaskClient, path: str) -> dict[str, tuple[str, str, str]]:
    """Return each question with its verdict, all of its words, and where what helps leads; "" for nothing."""
    shown = page(client, path)
    found = {}
    for item in shown.select(".finding-item"):
        way = item.select_one("form.post-button") or item.select_one("a.button")
        where = "" if way is None else str(way.get("action") or way.get("href"))
        badge = item.select_one(".badge").get_text(" ", strip=True)
        found[item.h2.get_text(strip=True)] = (badge, item.get_text(" ", strip=True), where)
    return found


def of_payment(world: World, bought: Bought, client: FlaskClient | None = None) -> dict[str, tuple[str, str, str]]:
    return looks(client or admin(world), f"/admin/payments/{bought.payment_id}/diagnose")


def of_refund(client: FlaskClient, world: World) -> dict[str, tuple[str, str, str]]:
    [(number,)] = world.rows("SELECT number FROM refund ORDER BY id DESC LIMIT 1")
    return looks(client, f"/admin/refunds/{number}/diagnose")


def press(client: FlaskClient, shown: str, action: str) -> str:
    """Press a button of the page `shown`; return the page it leads to, as text."""
    answer = client.post(action, data={"csrf_token": form_token(client.get(shown).text)}, follow_redirects=True)
    assert answer.status_code == 200
    return str(answer.text)


def test_a_paid_payment_has_nothing_wrong_and_says_where_each_share_is(world: World) -> None:
    bought = world.open_purchase(10_000, 3_333)
    world.pay(bought, "4000000000000002")
    world.pay(bought)
    world.settle_down()
    client = admin(world)
    found = of_payment(world, bought, client)
    numbers = [str(row[0]) for row in world.rows('SELECT number FROM "order" ORDER BY id')]
    assert list(found) == [*PAID, *(f"Where is the money of order {number}?" for number in numbers),
                           "Is what is due being done?"]  # fmt: skip
    assert {verdict for verdict, _, _ in found.values()} == {"Good", "Goes on by itself"}
    assert "Declined once, last on" in found[PAID[1]][1]
    assert f"paid ({bought.session_id})" in found[PAID[2]][1]
    assert "Yes, all of it: $133.33." in found[PAID[7]][1]
    assert "Held until" in found[f"Where is the money of order {numbers[0]}?"][1]
    assert "Nothing wrong was found." in text(page(client, f"/admin/payments/{bought.payment_id}/diagnose"))
    for link in page(client, f"/admin/payments/{bought.payment_id}/diagnose").select("main a"):
        assert client.get(link["href"]).status_code == 200, link["href"]
    assert (
        f'href="/admin/payments/{bought.payment_id}/diagnose"'
        in client.get(f"/admin/payments/{bought.payment_id}").text
    )


@pytest.mark.covers("S4.29")
def test_a_payment_that_no_webhook_told_of_is_found_and_taken_up(world: World) -> None:
    bought = world.open_purchase(10_000)
    client = admin(world)
    assert of_payment(world, bought, client)[PAID[1]][0] == "Goes on by itself"
    world.pay(bought)  # its webhooks wait
    here = f"/admin/payments/{bought.payment_id}/diagnose"
    found = of_payment(world, bought, client)
    verdict, words, take_up = found[PAID[2]]
    assert verdict == "Look here"
    assert f"It is paid there ({bought.session_id}), and waiting for payment here." in words
    verdict, words, test = found[PAID[3]]
    assert (verdict, test) == ("Look here", "/admin/events/test")
    assert world.rows("SELECT status FROM payment") == [("pending",)], "looking changes nothing"
    assert "What the provider says is in the books now." in press(client, here, take_up)
    assert world.rows("SELECT status FROM payment") == [("completed",)]
    assert world.rows(
        "SELECT count(*) FROM status_change WHERE subject = 'payment' AND verb = 'complete' AND source = 'admin'"
    ) == [(1,)]
    assert of_payment(world, bought, client)[PAID[2]][0] == "Good"
    world.settle_down()


def test_silence_is_told_as_silence_and_decides_nothing(world: World) -> None:
    bought = world.paid_purchase(10_000)
    world.ask_refund(bought, Wish(percent=25))
    client = admin(world)
    # Nobody listens on port 9: a provider that can't be reached.
    unreachable = StripeProvider(replace(world.settings, stripe_api_base="http://127.0.0.1:9"))
    here = f"/admin/payments/{bought.payment_id}"
    with asking(world, unreachable):
        verdict, words, way = of_payment(world, bought, client)[PAID[2]]
        assert (verdict, way) == ("Not known", f"{here}/diagnose")
        assert "No answer that counts:" in words
        assert "Silence decides nothing." in words
        assert "The provider did not answer. Nothing has changed" in press(client, here, f"{here}/diagnose/take-up")
        found = of_refund(client, world)
        assert found["Does the provider allow it?"][0] == "Not known"
        assert found["Is there enough at the provider?"][0] == "Not known"
    strange = StripeProvider(replace(world.settings, stripe_secret_key="sk_test_of_somebody_else"))
    with asking(world, strange):
        verdict, words, _ = of_payment(world, bought, client)[PAID[2]]
        assert verdict == "Not known"
        assert "Invalid API Key provided" in words


@pytest.mark.covers("S4.29")
def test_refused_messages_are_counted_and_a_test_delivery_tells(world: World) -> None:
    bought = world.paid_purchase(10_000)
    client = admin(world)
    assert of_payment(world, bought, client)[PAID[4]][0] == "Good"
    machine = world.client()
    machine.post("/webhooks/stripe", data=b"{}")
    machine.post("/webhooks/stripe", data=b"{}", headers={"Stripe-Signature": "t=1,v1=00"})
    machine.post("/webhooks/stripe", data=b"{}", headers={"Stripe-Signature": "t=1,v1=00"})
    machine.post("/webhooks/stripe/connect", data=b"x" * 300_000, headers={"Stripe-Signature": "t=1,v1=00"})
    counted = world.rows("SELECT endpoint, cause, sum(count)::int FROM webhook_refusal GROUP BY 1, 2 ORDER BY 1, 2")
    assert counted == [
        (Endpoint.ACCOUNTS, RefusalCause.TOO_LARGE, 1),
        (Endpoint.OURS, RefusalCause.NOT_VERIFIED, 2),
        (Endpoint.OURS, RefusalCause.UNSIGNED, 1),
    ]
    verdict, words, way = of_payment(world, bought, client)[PAID[4]]
    assert (verdict, way) == ("Look here", "/admin/events/test")
    assert "2 in the last day signed with another secret, or too old" in words
    assert "1 in the last day without a signature" in words
    assert "To have the provider send one itself" in words
    before = clock.system_now() - timedelta(hours=2)
    assert [each.count for each in refusals.refused_since(before)] == [1, 2, 1]
    assert refusals.refused_since(clock.system_now() + timedelta(hours=2)) == []


def test_a_parked_message_and_a_blocked_call_lead_to_where_they_are_decided(world: World) -> None:
    lost_refund(world)
    call_id = blocked(world, "refund")
    client = admin(world)
    found = of_refund(client, world)
    verdict, words, way = found["Was the provider asked, and how often?"]
    assert (verdict, way) == ("Look here", f"/admin/calls/{call_id}")
    assert "needs a person" in words
    paid_elsewhere(world, 4_200)
    world.settle_down()
    [(payment_id,)] = world.rows("SELECT id FROM payment LIMIT 1")
    [(event_id,)] = world.rows("SELECT id FROM provider_event WHERE status = 'parked' LIMIT 1")
    world.tamper(f"UPDATE provider_event SET payment_id = {payment_id} WHERE id = {event_id}")
    verdict, words, way = looks(client, f"/admin/payments/{payment_id}/diagnose")[PAID[5]]
    assert (verdict, way) == ("Look here", f"/admin/events/{event_id}")


@pytest.mark.covers("S4.29")
def test_a_refund_says_by_which_rule_it_may_be(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.pay(bought, REFUND_FAILS_LATER)
    world.settle_down()
    world.ask_refund(bought, Wish(percent=25))
    client = admin(world)
    found = of_refund(client, world)
    assert found["Has the order been paid?"][0] == "Good"
    assert "Buyers may ask within 120 days of the payment." in found["Was it asked for in time?"][1]
    assert "$25.00 is asked for, and $100.00 is left." in found["Is that much left of the order?"][1]
    assert found["Has somebody decided?"][0] == "Look here"
    assert "Paid by card. No limit in time, and parts may go back." in found["Does the provider allow it?"][1]
    assert "The seller's share may not move" in found["What of the order stands still meanwhile?"][1]
    # Nothing has settled there yet: the balance is pending.
    assert found["Is there enough at the provider?"][0] == "Look here"
    world.advance(days=10)
    world.settle_down()
    found = of_refund(client, world)
    assert found["Is there enough at the provider?"][0] == "Good"
    assert "Not yet." in found["Was the provider asked, and how often?"][1]
    [(refund_id, number)] = world.rows("SELECT id, number FROM refund")
    approve(world, int(str(refund_id)), 2_500, world.person("Ben Admin", is_admin=True))
    world.settle_down()
    assert {verdict for verdict, _, _ in of_refund(client, world).values()} == {"Good"}
    # Five days later the bank sends the money back, and no message says so.
    world.advance(days=6)
    verdict, words, take_up = of_refund(client, world)["What does the provider say of it now?"]
    assert (verdict, take_up) == ("Look here", f"/admin/refunds/{number}/diagnose/take-up")
    assert "is failed there, and here it is refunded" in words
    press(client, f"/admin/refunds/{number}/diagnose", take_up)
    assert world.rows("SELECT status FROM refund") == [("failed",)]
    assert of_refund(client, world)["Has somebody decided?"][0] == "Look here"
    world.settle_down()


def test_a_disputed_payment_is_told_with_its_dispute(world: World) -> None:
    bought = bought_with(world, FRAUD, 10_000)
    world.settle_down()
    client = admin(world)
    [(number,)] = world.rows("SELECT number FROM dispute")
    found = of_payment(world, bought, client)
    [share] = [words for question, (_, words, _) in found.items() if question.startswith("Where is the money")]
    assert "it may not move" in share
    world.ask_refund(bought, Wish(percent=10))
    verdict, words, way = of_refund(client, world)["Does the buyer's bank take the payment back?"]
    assert (verdict, way) == ("Look here", f"/admin/disputes/{number}")
    assert "would pay twice" in words

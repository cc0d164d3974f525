"""The inbox and the health board: what an event did, a replay, a decision, and tiles that open what they count."""

import re
import time

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from marketplace.provider_events import trial
from marketplace.refunds.wishes import Wish
from tests.builders import World, form_token
from tests.builders_foreign import client_of, paid_elsewhere
from tests.builders_reconciliation import book_at_the_provider, reconcile
from tests.faults import wire_fault
from tests.journeys.test_refunds import approve
from tests.operations.test_call_decisions import NEVER_ARRIVES, blocked, lost_refund
from tests.pages.test_admin_pages import admin, page, text


def send(client: FlaskClient, shown: str, action: str, **form: str) -> str:
    """Post a form of the page `shown`; return where it leads, or the page that refuses it."""
    token = form_token(client.get(shown).text)
    answer = client.post(action, data={"csrf_token": token, **form})
    return answer.headers.get("Location", "") or answer.text


def test_an_event_shows_how_it_came_what_it_changed_and_every_look_at_it(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.pay(bought)
    world.sandbox.deliver_pending(copies=2)
    world.settle_down()
    client = admin(world)
    [(event_id,)] = world.rows("SELECT id FROM provider_event WHERE note = 'Paid: counted.'")
    shown = page(client, f"/admin/events/{event_id}")
    words = text(shown)
    for part in ("Came by Webhook", "Verified with the newest secret of its day", "Account Ours", "User-Agent"):
        assert part in words, part
    assert "Delivered again; it was stored before" in words
    assert "v1=" not in words
    effects = [row.get_text(" ", strip=True) for row in shown.select("table")[0].select("tbody tr")]
    moved = world.rows(
        "SELECT DISTINCT subject, subject_id FROM status_change WHERE subject <> 'provider_event' AND source ="
        " (SELECT event_id FROM provider_event WHERE id = %s)",
        event_id,
    )
    assert len(effects) == len(moved) > 3
    assert any(row.startswith(f"Payment {bought.payment_id} Waiting for payment Paid") for row in effects), effects
    assert any(re.match(r"Share \d+ Not there Held", row) for row in effects), effects
    [entry] = shown.select("table")[1].select("tbody tr")
    assert f"payment:{bought.payment_id}:captured" in entry.text
    assert client.get(entry.select_one("a")["href"]).status_code == 200
    told = shown.select("table")[2].select("tbody tr")
    assert len(told) == len(world.rows("SELECT 1 FROM notification WHERE kind <> 'invoice_ready'"))
    for link in shown.select("main table a"):
        assert client.get(link["href"]).status_code == 200, link["href"]


def test_events_are_found_by_type_object_account_road_and_state(world: World) -> None:
    world.paid_seller(6_000)
    world.settle_down()
    client = admin(world)

    def found(**asked: str) -> int:
        return len(page(client, "/admin/events", size="100", **asked).select("tbody tr"))

    def stored(where: str) -> int:
        return len(world.rows(f"SELECT 1 FROM provider_event WHERE {where}"))

    [(account,)] = world.rows("SELECT DISTINCT account FROM provider_event WHERE account IS NOT NULL")
    cases = {
        ("type", "charge.succeeded"): "type = 'charge.succeeded'",
        ("account", "accounts"): "account IS NOT NULL",
        ("account", "ours"): "account IS NULL",
        ("road", "webhook"): "road = 'webhook'",
        ("status", "ignored"): "status = 'ignored'",
        ("q", str(account)): f"account = '{account}' OR object_id = '{account}'",
    }
    for (name, value), where in cases.items():
        assert found(**{name: value}) == stored(where) > 0, (name, value)
    assert found(road="listed") == 0
    lines = client.get("/admin/events?format=csv&account=accounts").text.splitlines()
    assert len(lines) == 1 + stored("account IS NOT NULL")


def test_a_replay_is_rehearsed_and_then_done_with_a_reason(world: World) -> None:
    paid = world.open_purchase(4_200)
    world.pay(paid)
    world.sandbox.deliver_pending()
    [(event_id,)] = world.rows("SELECT id FROM provider_event WHERE type = 'charge.updated'")
    client, here = admin(world), f"/admin/events/{event_id}/replay"
    shown = text(page(client, here))
    assert "A replay changes something" in shown
    assert "New ledger entry key balance_transaction:" in shown
    assert "Please say why" in send(client, here, f"{here}/run", reason="")
    assert world.rows("SELECT count(*) FROM balance_transaction") == [(0,)], "nothing of it was kept"
    assert send(client, here, f"{here}/run", reason="It came too early.").endswith(f"/admin/events/{event_id}")
    assert world.rows("SELECT count(*) FROM balance_transaction") == [(1,)]
    assert "A replay changes nothing" in text(page(client, here))
    assert "Reason: It came too early." in text(page(client, f"/admin/events/{event_id}"))
    world.settle_down()


def test_an_admin_decides_whose_money_it_is(world: World) -> None:
    paid_elsewhere(world, 4_200)
    world.settle_down()
    client = admin(world)
    queue = page(client, "/admin/unmatched")
    here = queue.select_one("tbody a")["href"]
    assert "$42.00" in text(queue)
    assert "What the provider says now Payment at the provider pi_" in text(page(client, here))
    refused = send(client, here, f"{here}/decide", decision="ours", purchase="P-1", reason="By telephone.")
    assert "There is no purchase with this number." in refused
    assert "Please say why" in send(client, here, f"{here}/decide", decision="give_back", reason="")
    assert send(client, here, f"{here}/decide", decision="give_back", reason="By telephone.") == "/admin/unmatched"
    world.settle_down()
    assert "Everything that providers told us fits." in text(page(client, "/admin/unmatched"))
    assert world.rows("SELECT status FROM unapplied_receipt") == [("returned",)]
    late = send(client, "/admin/events", f"{here}/decide", decision="not_ours", reason="No.")
    assert "Somebody has decided about this event already" in text(page(client, late))


def tiles(client: FlaskClient) -> dict[str, tuple[str, str, str]]:
    """Return figure, state and address of each tile by its label."""
    found = {}
    for item in page(client, "/admin/health").select(".kpis-item"):
        state = item.select_one(".kpis-note b").text
        found[item.select_one("dt").text] = (item.select_one("dd").text, state, item.select_one("a")["href"])
    return found


@pytest.mark.covers("S2.40")
def test_every_tile_opens_exactly_what_it_counts(world: World) -> None:
    world.person()
    world.open_purchase(1_000)  # its page stays open: nobody closes it while the provider is away
    world.paid_purchase(3_000)
    paid_elsewhere(world, 4_200)
    world.settle_down()
    world.failed_job()
    world.sandbox.hold_webhooks()
    world.advance(hours=2)
    client = admin(world)
    found = tiles(client)
    assert found["Unmatched events"][:2] == ("5", "Look")
    assert found["Payments that stand still"][:2] == ("1", "Act")
    assert found["Failed jobs"][:2] == ("1", "Look")
    assert found["Negative balances"][:2] == ("0", "Good")
    for label, (figure, _, url) in found.items():
        rows = BeautifulSoup(client.get(url).text, "html.parser").select_one("main tbody")
        if figure.isdecimal() and int(figure):
            assert rows is not None, label
            assert len(rows.select("tr")) == int(figure), label
    figures = client.get("/metrics").text
    assert 'marketplace_health{tile="stuck-payments"} 1.0' in figures
    assert 'marketplace_health_level{tile="stuck-payments"} 2.0' in figures
    assert 'marketplace_health_level{tile="negative-balances"} 0.0' in figures
    world.sandbox.release_webhooks()
    world.settle_down()


def test_the_tiles_of_calls_breaks_and_drift_open_exactly_what_they_count(world: World) -> None:
    lost_refund(world)
    blocked(world, "refund")
    refund_id = world.ask_refund(world.paid_purchase(4_000), Wish(percent=100))
    with wire_fault(world.sandbox, "/v1/refunds", NEVER_ARRIVES):
        approve(world, refund_id, 4_000, world.person("Ben Admin", is_admin=True))
    book_at_the_provider(world, "stripe_fee", -600)
    book_at_the_provider(world, "payout", -1_000)
    reconcile(world, in_minutes=10)
    client = admin(world)
    lists = {
        "Calls for a person": ("1", "main tbody tr"),
        "Calls without an answer": ("1", "main tbody tr"),
        "Breaks": ("2", "#breaks tbody tr"),
        "Drift from the provider": ("2", "main td[data-label=Difference] .badge"),
    }
    found = tiles(client)
    for label, (figure, row) in lists.items():
        assert found[label][0] == figure, label
        shown = BeautifulSoup(client.get(found[label][2]).text, "html.parser")
        assert len(shown.select(row)) == int(figure), label


# Would fail if a list that is cut off said nothing of the rest.
def test_a_list_beyond_what_a_page_shows_says_how_many_there_are(world: World) -> None:
    world.tamper(
        "WITH made AS (INSERT INTO procrastinate_jobs (queue_name, task_name, scheduled_at)"
        "  SELECT 'default', 'nobody', now() - interval '1 hour' FROM generate_series(1, 203) RETURNING id)"
        " INSERT INTO procrastinate_events (job_id, type, at) SELECT id, 'deferred', now() - interval '1h' FROM made"
    )
    client = admin(world)
    figure, _, url = tiles(client)["Jobs nobody works on"]
    shown = page(client, url)
    assert figure == "203"
    assert len(shown.select("main tbody tr")) == 200
    assert "The first 200 of 203." in text(shown)


def test_the_books_are_recomputed_on_demand_and_the_board_says_how_it_went(world: World) -> None:
    world.paid_purchase(3_000)
    client = admin(world)
    assert tiles(client)["Books recomputed"][:2] == ("Never", "Look")
    run = "/admin/health/check-books/run"
    assert send(client, "/admin/health/check-books", run).endswith("/admin/health/check-books")
    assert tiles(client)["Books recomputed"][:2] == ("All agrees", "Good")
    world.tamper("UPDATE payment SET amount_minor = amount_minor + 1")
    send(client, "/admin/health/check-books", run)
    assert tiles(client)["Books recomputed"][:2] == ("Differences", "Act")
    [(payment_id,)] = world.rows("SELECT id FROM payment")
    assert f"payment {payment_id} amount 3001, shares 3000" in text(page(client, "/admin/health/check-books"))
    world.tamper("UPDATE payment SET amount_minor = amount_minor - 1")


def test_a_test_delivery_goes_the_whole_way_and_a_failing_one_says_why(world: World) -> None:
    origin, now = world.app.config["TEST_ORIGIN"], int(time.time())
    for path, about_accounts in (("/webhooks/stripe", False), ("/webhooks/stripe/connect", True)):
        done = trial.send(origin + path, provider=world.provider, about_accounts=about_accounts, now_seconds=now)
        assert (done.problem, done.event_id[:9]) == ("", "evt_test_")
    assert world.rows("SELECT type, status, road FROM provider_event") == [("tandem.test", "ignored", "webhook")] * 2
    crossed = trial.send(f"{origin}/webhooks/stripe", provider=world.provider, about_accounts=True, now_seconds=now)
    assert crossed.problem == "It was answered 400: the signature was refused: another secret is in use there."
    gone = trial.send(f"{origin}/nothing", provider=world.provider, about_accounts=False, now_seconds=now)
    assert "404: nothing is at this address" in gone.problem
    client = admin(world)
    send(client, "/admin/events", "/admin/events/test")
    words = text(page(client, "/admin/events"))
    assert "Test delivery to http://localhost/webhooks/stripe/connect failed. The address can't be reached" in words


def test_what_was_made_at_the_provider_is_noted_and_pays_nothing_here(world: World) -> None:
    """A transfer and a payment to a bank that somebody made in the provider's dashboard."""
    seller_id = world.paid_seller(6_000)
    world.settle_down()
    [(account_id,)] = world.rows("SELECT account_id FROM seller_account WHERE seller_id = %s", seller_id)
    world.advance(days=8)
    client_of(world).v1.transfers.create({"amount": 700, "currency": "usd", "destination": str(account_id)})
    world.settle_down()
    client_of(world).v1.payouts.create({"amount": 700, "currency": "usd"}, {"stripe_account": str(account_id)})
    world.settle_down()
    client, entries = admin(world), world.rows("SELECT count(*) FROM ledger_entry")
    for kind in ("transfer.created", "payout.created"):
        [(event_id,)] = world.rows("SELECT id FROM provider_event WHERE type = %s", kind)
        shown = text(page(client, f"/admin/events/{event_id}"))
        assert "It was made at the provider and pays none of our payouts." in shown, kind
    assert world.rows("SELECT count(*) FROM payout") == [(0,)]
    assert world.rows("SELECT count(*) FROM ledger_entry") == entries

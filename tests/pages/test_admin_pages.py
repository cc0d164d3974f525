"""The admin's pages: every id finds its payment, everything known is shown, nothing secret is."""

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from marketplace.provider_events.rules import HIDDEN, redacted
from tests.builders import Bought, World


def page(client: FlaskClient, path: str, **query: str) -> BeautifulSoup:
    answer = client.get(path, query_string=query)
    assert answer.status_code == 200, path
    html = BeautifulSoup(answer.text, "html.parser")
    assert html.title.text.startswith(html.h1.text)
    return html


def text(html: BeautifulSoup) -> str:
    return html.main.get_text(" ", strip=True)


def admin(world: World) -> FlaskClient:
    return world.client(world.person("Ada Admin", is_admin=True))


def declined_then_paid(world: World) -> Bought:
    bought = world.open_purchase(10_000, 3_333)
    world.pay(bought, "4000000000000002")
    world.pay(bought, "4000000000009995")
    world.pay(bought)
    world.settle_down()
    return bought


@pytest.mark.covers("S4.5", "S2.7")
def test_every_id_finds_the_payment(world: World) -> None:
    world.paid_purchase(700)
    bought = declined_then_paid(world)
    client = admin(world)
    ids = {
        "payment": "SELECT id::text FROM payment WHERE id = %s",
        "intent": "SELECT provider_payment_id FROM payment WHERE id = %s",
        "session": "SELECT provider_session_id FROM payment WHERE id = %s",
        "order": 'SELECT o.number FROM "order" o JOIN payment p USING (purchase_id) WHERE p.id = %s',
        "purchase": "SELECT u.number FROM purchase u JOIN payment p ON p.purchase_id = u.id WHERE p.id = %s",
        "email": 'SELECT upper(u.email) FROM "user" u JOIN payment p ON p.user_id = u.id WHERE p.id = %s',
        "failed charge": "SELECT charge_id FROM payment_failure f JOIN payment_tracker t ON t.id = f.tracker_id"
        " WHERE t.payment_id = %s",
        "charge": "SELECT object_id FROM provider_event WHERE type = 'charge.succeeded' AND payment_id = %s",
        "event": "SELECT event_id FROM provider_event WHERE payment_id = %s",
        "balance transaction": "SELECT provider_id FROM balance_transaction WHERE payment_id = %s",
    }
    for name, statement in ids.items():
        found = world.rows(statement, bought.payment_id)
        assert found, name
        for (wanted,) in found:
            rows = page(client, "/admin/payments", q=f" {wanted} ").select("tbody tr")
            assert [row.a.text for row in rows] == [f"Payment {bought.payment_id}"], (name, wanted)
    for nonsense in ("pi_none", "TM-1", "P-x", "nobody@example.com", "9" * 30, "\0", "%"):
        assert "No payment found" in text(page(client, "/admin/payments", q=nonsense)) or nonsense == "\0"
    assert len(page(client, "/admin/payments", status="completed").select("tbody tr")) == 2
    assert not page(client, "/admin/payments", status="failed").select("tbody tr")


@pytest.mark.covers("S0.3", "S0.4", "S0.5", "S0.8", "S0.16", "S1.6", "S1.21")
def test_a_payment_shows_everything_that_is_known(world: World) -> None:
    bought = declined_then_paid(world)
    words = text(page(admin(world), f"/admin/payments/{bought.payment_id}"))
    columns = "provider_session_id, provider_payment_id"
    [known] = world.rows(f"SELECT {columns} FROM payment WHERE id = %s", bought.payment_id)
    for value in known:
        assert str(value) in words
    for (charge,) in world.rows("SELECT charge_id FROM payment_failure"):
        assert str(charge) in words
    for (key,) in world.rows("SELECT idempotency_key FROM outbound_call"):
        assert str(key) in words
    for (event_id,) in world.rows("SELECT event_id FROM provider_event"):
        assert str(event_id) in words
    for part in ("Declines 2", "insufficient_funds", f"payment:{bought.payment_id}:captured", "Standard hold, 30 days"):
        assert part in words
    for part in ("Share", "Tracker", "Call", "Purchase"):
        assert f"{part} " in words


@pytest.mark.covers("S0.1", "S1.12")
def test_an_attempt_nobody_paid_has_no_tracker(world: World) -> None:
    bought = world.open_purchase(10_000)
    client = admin(world)
    assert "No tracker" in page(client, "/admin/payments").select_one("tbody").text
    words = text(page(client, f"/admin/payments/{bought.payment_id}"))
    assert "No tracker. The provider has not reported a try to pay yet." in words
    assert "Nothing is booked for this payment." in words


@pytest.mark.covers("S1.17", "S2.7")
def test_events_are_listed_and_their_payload_names_nobody(world: World) -> None:
    bought = world.paid_purchase(10_000)
    client = admin(world)
    rows = page(client, "/admin/events", status="applied").select("tbody tr")
    assert len(rows) == len(world.rows("SELECT 1 FROM provider_event WHERE status = 'applied'"))
    [(email,)] = world.rows('SELECT email FROM "user" WHERE id = %s', bought.buyer_id)
    for (row_id,) in world.rows("SELECT id FROM provider_event"):
        answer = client.get(f"/admin/events/{row_id}").text
        assert str(email) not in answer
        assert "_secret_" not in answer
        assert "4242" not in answer
    payment = client.get(f"/admin/payments/{bought.payment_id}").text
    assert payment.count(str(email)) == 1  # who paid, in the header; not in any request or error
    assert "_secret_" not in payment


def test_the_trial_balance_sums_to_zero_and_opens_to_its_postings(world: World) -> None:
    world.paid_purchase(10_000, 3_333)
    client = admin(world)
    ledger = page(client, "/admin/ledger")
    assert "All balances in USD sum to $0.00" in text(ledger)
    for row in ledger.select("tbody tr"):
        debit, credit, balance = (link.contents[0] for link in row.select("td.num a"))
        account = page(client, row.select_one("a")["href"])
        total = [cell.text for cell in account.select("tfoot td")]
        assert [part or "$0.00" for part in total] == [debit, credit, balance]
        assert len(account.select(".ledger-rows tbody tr")) == int(row.select_one("td.num").text)
    [entry] = world.rows("SELECT id FROM ledger_entry WHERE key LIKE 'payment:%%:captured'")
    assert "Debits and credits are equal." in text(page(client, f"/admin/ledger/entries/{entry[0]}"))


@pytest.mark.covers("S2.31")
def test_the_pages_are_for_admins(world: World) -> None:
    bought = world.paid_purchase(10_000)
    paths = ["/admin", "/admin/payments", f"/admin/payments/{bought.payment_id}", "/admin/events", "/admin/events/1"]
    paths += ["/admin/ledger", "/admin/ledger/seller_held/USD", "/admin/ledger/entries/1"]
    buyer, seller = world.client(bought.buyer_id), world.client(world.seller())
    for path in [*paths, f"/admin/payments/{bought.payment_id}/explain/net"]:
        assert buyer.get(path).status_code == 403, path
        assert seller.get(path).status_code == 403, path
        assert world.client().get(path).status_code == 303, path


def test_what_does_not_exist_is_not_found(world: World) -> None:
    client = admin(world)
    for path in ("payments/1", f"payments/{2**63}", "events/1", "ledger/entries/1", "ledger/nothing/USD", "payments/x"):
        assert client.get(f"/admin/{path}").status_code == 404, path
    bought = world.open_purchase(100)
    assert client.get(f"/admin/payments/{bought.payment_id}/explain/nothing").status_code == 404
    assert client.get(f"/admin/payments/{bought.payment_id}/explain/net?order=%00").status_code == 404


def test_only_named_fields_are_shown() -> None:
    shown = redacted(
        {
            "id": "cs_1",
            "client_secret": "cs_1_secret_2",
            "customer_email": "bo@example.com",
            "customer_details": {"email": "bo@example.com", "address": {"city": "Detroit"}},
            "amount_total": 100,
            "metadata": {"payment_id": "7", "note": "call Bo"},
            "url": "https://pay.example/c/1",
            "a_field_of_next_year": {"id": 1},
            "last_payment_error": {"code": "card_declined", "message": "write to bo@example.com"},
            "payment_method_types": ["card", "sepa_debit"],
            "livemode": False,
            "invoice": None,
        }
    )
    assert shown == {
        "id": "cs_1",
        "client_secret": HIDDEN,
        "customer_email": HIDDEN,
        "customer_details": HIDDEN,
        "amount_total": 100,
        "metadata": {"payment_id": "7", "note": HIDDEN},
        "url": HIDDEN,
        "a_field_of_next_year": HIDDEN,
        "last_payment_error": {"code": "card_declined", "message": HIDDEN},
        "payment_method_types": ["card", "sepa_debit"],
        "livemode": False,
        "invoice": None,
    }

"""What of a provider's message is shown and kept, and when a figure of the health board is out of its bound."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.provider_events.rules import HIDDEN, kept_headers, redacted, shown_value
from marketplace.providers.base import Proof
from marketplace.reconciliation.board_rules import BOUNDS, Level, Reading, Tile, level

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PERSONAL = {
    "customer_email": "bo@example.com",
    "customer_details": {"email": "bo@example.com", "phone": "+1 555", "address": {"line1": "1 Elm St"}},
    "billing_details": {"name": "Bo Buyer"},
    "shipping": {"address": {"postal_code": "94103"}},
    "client_secret": "pi_1_secret_2",
    "payment_method_details": {"card": {"brand": "visa", "last4": "4242", "fingerprint": "Xt5E", "exp_year": 2039}},
    "url": "https://pay.example/c/1",
    "receipt_url": "https://pay.example/r/1",
    "hosted_verification_url": "https://pay.example/v/1",
    "description": "call bo@example.com",
    "a_field_of_next_year": "who knows",
    "metadata": {"payment_id": "7", "note": "ring twice"},
}


def test_nothing_that_names_a_person_or_opens_a_page_is_shown() -> None:
    text = str(redacted({"id": "evt_1", "amount": 4_200, **PERSONAL}))
    for secret in ("bo@", "555", "Elm", "Bo Buyer", "94103", "_secret_", "4242", "Xt5E", "2039", "https:", "who knows"):
        assert secret not in text, secret
    assert "ring twice" not in text
    for kept in ("evt_1", "4200", "visa", "'payment_id': '7'"):
        assert kept in text, kept


def test_a_list_keeps_its_length_and_nothing_stays_nothing() -> None:
    found = redacted({"refunds": {"data": [{"id": "re_1"}, {"id": "re_2", "email": "x@y"}]}, "shipping": None})
    assert found == {"refunds": {"data": [{"id": "re_1"}, {"id": "re_2", "email": HIDDEN}]}, "shipping": None}


def test_of_the_headers_only_the_named_ones_are_kept_and_never_the_signature() -> None:
    headers = {
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)\x00" + "x" * 500,
        "Content-Type": "application/json",
        "Stripe-Signature": "t=1,v1=abc",
        "Cookie": "session=secret",
        "X-Forwarded-For": "203.0.113.9",
        "Authorization": "Bearer sk",
    }
    kept = kept_headers(headers, Proof(1_790_000_000, 1))
    assert sorted(kept) == ["Content-Type", "User-Agent", "secret", "signed_at"]
    assert len(kept["User-Agent"]) == 200
    assert "\x00" not in kept["User-Agent"]
    assert (kept["signed_at"], kept["secret"]) == (1_790_000_000, 1)
    assert kept_headers({}, None) == {}


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [
        ("status", "held", "held"),
        ("amount_minor", 5, 5),
        ("facts", {"name": "Bo"}, HIDDEN),
        ("email", "bo", HIDDEN),
        ("because", "ring bo@example.com", HIDDEN),
        ("customer_name", None, None),
    ],
)
def test_of_our_rows_documents_and_people_stay_hidden(column: str, value: object, shown: object) -> None:
    assert shown_value(column, value) == shown


@pytest.mark.parametrize(
    ("reading", "asks"),
    [
        (Reading(Tile.WEBHOOK_LAG, 300), Level.GOOD),
        (Reading(Tile.WEBHOOK_LAG, 301), Level.LOOK),
        (Reading(Tile.WEBHOOK_LAG, 3_601), Level.ACT),
        (Reading(Tile.EVENTS_WAITING, 9, NOW - timedelta(minutes=5)), Level.GOOD),
        (Reading(Tile.EVENTS_WAITING, 1, NOW - timedelta(minutes=6)), Level.LOOK),
        (Reading(Tile.EVENTS_WAITING, 1, NOW - timedelta(hours=2)), Level.ACT),
        (Reading(Tile.UNMATCHED, 0), Level.GOOD),
        (Reading(Tile.UNMATCHED, 2, NOW), Level.LOOK),
        (Reading(Tile.UNMATCHED, 2, NOW, more=1), Level.ACT),
        (Reading(Tile.BLOCKED_CALLS, 1, NOW), Level.ACT),
        (Reading(Tile.DEBTS, 1, NOW), Level.LOOK),
        (Reading(Tile.DEBTS, 1, NOW - timedelta(days=91)), Level.ACT),
        (Reading(Tile.BOOKS, 0), Level.LOOK),
        (Reading(Tile.BOOKS, 0, NOW - timedelta(hours=3)), Level.GOOD),
        (Reading(Tile.BOOKS, 0, NOW - timedelta(hours=37)), Level.LOOK),
        (Reading(Tile.BOOKS, 1, NOW), Level.ACT),
        (Reading(Tile.TICK, 0), Level.LOOK),
        (Reading(Tile.TICK, 0, NOW - timedelta(minutes=6)), Level.ACT),
    ],
)
def test_the_level_of(reading: Reading, asks: Level) -> None:
    assert level(reading, NOW) is asks


def test_every_tile_has_a_bound() -> None:
    assert set(BOUNDS) == set(Tile)

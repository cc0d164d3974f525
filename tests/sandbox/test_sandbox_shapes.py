"""Every object has the fields that Stripe's own example objects have, and none that its SDK does not know."""

import json
from pathlib import Path

import pytest
import stripe

SHAPES = json.loads((Path(__file__).parent / "fixtures" / "shapes.json").read_text("utf-8"))

# Only shown when expanded (since API 2022-11-15), as the reference says.
EXPANDED_ONLY = {"charge": {"refunds"}}
SDK_CLASSES = {
    "checkout.session": stripe.checkout.Session,
    "payment_intent": stripe.PaymentIntent,
    "payment_method": stripe.PaymentMethod,
    "charge": stripe.Charge,
    "refund": stripe.Refund,
    "balance": stripe.Balance,
    "balance_transaction": stripe.BalanceTransaction,
    "customer": stripe.Customer,
    "event": stripe.Event,
    "webhook_endpoint": stripe.WebhookEndpoint,
    "item": stripe.LineItem,
    "price": stripe.Price,
}


@pytest.fixture
def objects(sandbox, client, pay):
    session = pay()
    client.v1.customers.create({"email": "buyer@example.com"})
    intent = session.payment_intent
    charge = intent.latest_charge
    items = client.v1.checkout.sessions.line_items.list(session.id)
    return {
        "checkout.session": session,
        "payment_intent": intent,
        "payment_method": client.v1.payment_methods.retrieve(intent.payment_method),
        "charge": charge,
        "refund": client.v1.refunds.create({"charge": charge.id}),
        "balance": client.v1.balance.retrieve(),
        "balance_transaction": charge.balance_transaction,
        "customer": client.v1.customers.list().data[0],
        "event": client.v1.events.list().data[0],
        "webhook_endpoint": client.v1.webhook_endpoints.list().data[0],
        "item": items.data[0],
        "price": items.data[0].price,
    }


def test_every_field_of_the_official_examples_is_there(objects):
    missing = {
        kind: wanted
        for kind, found in objects.items()
        if (wanted := SHAPES[kind].keys() - found.to_dict().keys() - EXPANDED_ONLY.get(kind, set()))
    }
    assert missing == {}


def test_no_field_is_unknown_to_the_sdk(objects):
    unknown = {
        kind: extra
        for kind, found in objects.items()
        if (extra := found.to_dict().keys() - SDK_CLASSES[kind].__annotations__.keys() - SHAPES[kind].keys())
    }
    assert unknown == {}


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("checkout.session", "total_details"),
        ("checkout.session", "customer_details"),
        ("checkout.session", "automatic_tax"),
        ("charge", "outcome"),
        ("charge", "billing_details"),
        ("balance", "available"),
        ("event", "request"),
        ("payment_method", "billing_details"),
    ],
)
def test_nested_groups_have_the_official_fields(objects, kind, part):
    found = objects[kind].to_dict()[part]
    found = found[0] if isinstance(found, list) else found
    if isinstance(SHAPES[kind][part], dict):
        assert SHAPES[kind][part].keys() <= found.keys()
    else:
        assert {"amount", "currency", "source_types"} <= found.keys()


def test_card_details_of_a_charge_have_the_official_fields(objects):
    official = {
        "amount_authorized", "brand", "checks", "country", "exp_month", "exp_year", "extended_authorization",
        "fingerprint", "funding", "incremental_authorization", "installments", "last4", "mandate", "multicapture",
        "network", "network_token", "overcapture", "three_d_secure", "wallet", "authorization_code",
        "regulated_status", "network_transaction_id", "transaction_link_id",
    }  # fmt: skip
    assert objects["charge"].payment_method_details.card.to_dict().keys() == official


def test_ids_have_the_known_prefixes(objects):
    prefixes = {
        "checkout.session": "cs_test_", "payment_intent": "pi_", "payment_method": "pm_", "charge": "ch_",
        "refund": "re_", "balance_transaction": "txn_", "customer": "cus_", "event": "evt_",
        "webhook_endpoint": "we_", "item": "li_", "price": "price_",
    }  # fmt: skip
    assert all(objects[kind].id.startswith(prefix) for kind, prefix in prefixes.items())


def test_nothing_claims_to_be_live(objects):
    assert not any(found.to_dict().get("livemode") for found in objects.values())

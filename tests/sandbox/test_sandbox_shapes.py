"""Every object has the fields that Stripe's own example objects have, and none that its SDK does not know."""

import json
from pathlib import Path

import pytest
import stripe
from stripe import _transfer_reversal as transfer_reversal

SHAPES = json.loads((Path(__file__).parent / "fixtures" / "shapes.json").read_text("utf-8"))

# Only shown when expanded (since API 2022-11-15), as the reference says.
EXPANDED_ONLY = {"charge": {"refunds"}}
SDK_CLASSES = {
    "checkout.session": stripe.checkout.Session,
    "payment_intent": stripe.PaymentIntent,
    "payment_method": stripe.PaymentMethod,
    "setup_intent": stripe.SetupIntent,
    "charge": stripe.Charge,
    "refund": stripe.Refund,
    "balance": stripe.Balance,
    "balance_transaction": stripe.BalanceTransaction,
    "customer": stripe.Customer,
    "event": stripe.Event,
    "webhook_endpoint": stripe.WebhookEndpoint,
    "item": stripe.LineItem,
    "price": stripe.Price,
    "account": stripe.Account,
    "account_link": stripe.AccountLink,
    "login_link": stripe.LoginLink,
    "capability": stripe.Capability,
    "bank_account": stripe.BankAccount,
    "transfer": stripe.Transfer,
    "transfer_reversal": transfer_reversal.TransferReversal,
    "payout": stripe.Payout,
    "balance_settings": stripe.BalanceSettings,
    "dispute": stripe.Dispute,
    "radar.early_fraud_warning": stripe.radar.EarlyFraudWarning,
    "file": stripe.File,
}


@pytest.fixture
def connect_objects(sandbox, client, pay, new_seller, tmp_path):
    """Return one of every kind that has to do with paying sellers and with disputes."""
    seller = new_seller(schedule={"interval": "manual"})
    on = {"stripe_account": seller.id}
    pay("4000000000000077")
    transfer = client.v1.transfers.create({"amount": 5_000, "currency": "usd", "destination": seller.id})
    reversal = client.v1.transfers.reversals.create(transfer.id, {"amount": 1_000})
    addresses = {"refresh_url": "http://shop.test/again", "return_url": "http://shop.test/back"}
    pay("4000000000000259"), pay("4000000000005423")
    (tmp_path / "a.png").write_bytes(b"png")
    files = stripe.StripeClient(sandbox.api_key, base_addresses={"api": sandbox.base_url, "files": sandbox.base_url})
    with (tmp_path / "a.png").open("rb") as opened:
        uploaded = files.v1.files.create({"purpose": "dispute_evidence", "file": opened})
    return {
        "account": seller,
        "account_link": client.v1.account_links.create(
            {"account": seller.id, "type": "account_onboarding", **addresses}
        ),
        "login_link": client.v1.accounts.login_links.create(seller.id),
        "capability": client.v1.accounts.capabilities.retrieve(seller.id, "transfers"),
        "bank_account": client.v1.accounts.external_accounts.list(seller.id).data[0],
        "transfer": client.v1.transfers.retrieve(transfer.id),
        "transfer_reversal": reversal,
        "payout": client.v1.payouts.create({"amount": 1_000, "currency": "usd"}, on),
        "balance_settings": client.v1.balance_settings.retrieve(None, on),
        "dispute": client.v1.disputes.list().data[0],
        "radar.early_fraud_warning": client.v1.radar.early_fraud_warnings.list().data[0],
        "file": uploaded,
        "charge": client.v1.charges.list(None, on).data[0],
        "refund": client.v1.refunds.list(None, on).data[0],
        "balance": client.v1.balance.retrieve(None, on),
    }


def saved_card(sandbox, client):
    """Save a card on the page for it; return its setup intent."""
    addresses = {"success_url": "http://shop.test/done", "cancel_url": "http://shop.test/cards"}
    page = client.v1.checkout.sessions.create({"mode": "setup", "payment_method_types": ["card"], **addresses})
    sandbox.save_card(page.id)
    return client.v1.setup_intents.retrieve(page.setup_intent)


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
        "setup_intent": saved_card(sandbox, client),
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


# Only the platform has a reserve for its accounts.
NOT_ON_ACCOUNTS = {"balance": {"connect_reserved"}, "charge": {"refunds"}}


def test_objects_of_sellers_and_disputes_have_every_official_field(connect_objects):
    missing = {
        kind: wanted
        for kind, found in connect_objects.items()
        if (wanted := SHAPES[kind].keys() - found.to_dict().keys() - NOT_ON_ACCOUNTS.get(kind, set()))
    }
    assert missing == {}


def test_objects_of_sellers_and_disputes_have_no_field_the_sdk_does_not_know(connect_objects):
    unknown = {
        kind: extra
        for kind, found in connect_objects.items()
        if (extra := found.to_dict().keys() - SDK_CLASSES[kind].__annotations__.keys() - SHAPES[kind].keys())
    }
    assert unknown == {}


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("account", "business_profile"),
        ("account", "requirements"),
        ("account", "future_requirements"),
        ("account", "settings"),
        ("account", "tos_acceptance"),
        ("account", "external_accounts"),
        ("capability", "requirements"),
        ("transfer", "reversals"),
        ("dispute", "evidence"),
        ("dispute", "evidence_details"),
        ("dispute", "payment_method_details"),
        ("payout", "trace_id"),
        ("balance_settings", "payments"),
    ],
)
def test_groups_of_theirs_have_the_official_fields(connect_objects, kind, part):
    assert SHAPES[kind][part].keys() <= connect_objects[kind].to_dict()[part].keys()


def test_their_ids_have_the_known_prefixes(connect_objects):
    prefixes = {
        "account": "acct_", "bank_account": "ba_", "transfer": "tr_", "transfer_reversal": "trr_", "payout": "po_",
        "dispute": "du_", "radar.early_fraud_warning": "issfr_", "file": "file_", "charge": "py_", "refund": "pyr_",
    }  # fmt: skip
    assert all(connect_objects[kind].id.startswith(prefix) for kind, prefix in prefixes.items())
    assert not any(found.to_dict().get("livemode") for found in connect_objects.values())


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

"""What of a provider's object and request may be kept and shown to an admin: named fields only.

So a new field is hidden until somebody has seen it.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from marketplace.providers.base import Proof

HIDDEN = "[hidden]"

# Never shown, whatever is inside: people, places, secrets, and addresses that open a payment page or a receipt.
_DENIED = re.compile(
    r"secret|email|phone|address|name|shipping|billing|customer_details|customer_creation|customer_email|collected"
    r"|fingerprint|owner|url|ip$|^ip_|iban|last4|exp_month|exp_year|networks|wallet|mandate|statement_descriptor"
)
_CONTAINERS = {
    "card",
    "charges",
    "data",
    "items",
    "last_payment_error",
    "metadata",
    "object",
    "outcome",
    "payment_method",
    "payment_method_details",
    "payment_method_types",
    "refunds",
    "request",
    "total_details",
    "fee_details",
    "latest_charge",
    "previous_attributes",
    "balance_transaction",
    "payment_intent",
    "status_transitions",
    "expires_at",
    # PayPal's
    "resource",
    "purchase_units",
    "payments",
    "captures",
    "seller_receivable_breakdown",
    "seller_payable_breakdown",
    "gross_amount",
    "paypal_fee",
    "net_amount",
    "total_refunded_amount",
    "supplementary_data",
    "related_ids",
    "status_details",
    "dispute_amount",
    "dispute_outcome",
    "disputed_transactions",
}
_SHOWN = _CONTAINERS | {
    "advice_code",
    "create_time",
    "currency_code",
    "custom_id",
    "dispute_id",
    "dispute_life_cycle_stage",
    "event_type",
    "event_version",
    "final_capture",
    "intent",
    "order_id",
    "outcome_code",
    "reference_id",
    "resource_type",
    "resource_version",
    "seller_transaction_id",
    "update_time",
    "value",
    "amount",
    "amount_captured",
    "amount_capturable",
    "amount_discount",
    "amount_received",
    "amount_refunded",
    "amount_reversed",
    "amount_shipping",
    "amount_subtotal",
    "amount_tax",
    "amount_total",
    "api_version",
    "arrival_date",
    "automatic",
    "available_on",
    "brand",
    "canceled_at",
    "cancellation_reason",
    "capture_method",
    "captured",
    "charge",
    "client_reference_id",
    "code",
    "created",
    "currency",
    "customer",
    "decline_code",
    "destination",
    "destination_payment",
    "disputed",
    "exchange_rate",
    "failure_balance_transaction",
    "failure_code",
    "failure_message",
    "failure_reason",
    "fee",
    "funding",
    "has_more",
    "id",
    "idempotency_key",
    "invoice",
    "livemode",
    "message",
    "mode",
    "net",
    "network_decline_code",
    "network_status",
    "paid",
    "param",
    "payment_status",
    "pending_webhooks",
    "reason",
    "refunded",
    "reporting_category",
    "reversed",
    "risk_level",
    "risk_score",
    "seller_message",
    "source",
    "source_transaction",
    "status",
    "submit_type",
    "transfer_group",
    "type",
}
_OUR_METADATA = re.compile(r"^(installation|order_ids?|payment_id|purchase(_id|_number)?|reference|subject_id|kind)$")
TELLING_COLUMNS = frozenset(
    "status verb from_status to_status subject subject_id because key description account amount_minor gross_minor"
    " net_minor currency kind payment_id order_id user_id owner_id cause rule reason task_name".split()
)
"""The columns that say what a new row is."""
KEPT_HEADERS = ("User-Agent", "Content-Type", "Content-Length", "Paypal-Transmission-Id")
_LONGEST_HEADER = 200
_PERSONAL_TEXT = re.compile(r"[^\s@]+@[^\s@]+|_secret_|https?://")


def kept_headers(headers: Mapping[str, str], proof: Proof | None) -> dict[str, Any]:
    """Return what is kept of a delivery's headers: what sent it, and of the signature how it was verified.

    Never the signature itself, an address of the network, or a cookie.
    """
    kept: dict[str, Any] = {}
    for name in KEPT_HEADERS:
        text = "".join(filter(str.isprintable, headers.get(name, "")))[:_LONGEST_HEADER]
        if text:
            kept[name] = text
    if proof is not None:
        kept |= {"signed_at": proof.signed_at, "secret": proof.secret_place}
    return kept


def shown_value(column: str, value: Any) -> Any:
    """Return what may be shown of a column of one of our rows: documents and what names a person stay hidden."""
    if isinstance(value, Mapping | list) or (isinstance(value, str) and _PERSONAL_TEXT.search(value)):
        return HIDDEN
    return HIDDEN if value is not None and _DENIED.search(column) else value


def redacted(document: Any) -> Any:
    """Return a copy of a provider's object in which everything but known harmless fields reads "[hidden]".

    A list that is shown is shown in full length, so that its shape stays true.
    """
    return _redacted(document, _is_shown)


def _redacted(value: Any, is_shown: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _field(str(key), inner, is_shown) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_redacted(inner, is_shown) for inner in value]
    return HIDDEN if isinstance(value, str) and _PERSONAL_TEXT.search(value) else value


def _field(key: str, value: Any, is_shown: Any) -> Any:
    if value is None or value in ({}, []):
        return value
    if not is_shown(key):
        return HIDDEN
    return _redacted(value, _OUR_METADATA.match if key == "metadata" else is_shown)


def _is_shown(key: str) -> bool:
    return key in _SHOWN and not _DENIED.search(key)

"""The account's money: balance transactions and the balance that is their sum."""

from marketplace.sandbox.currencies import processing_fee
from marketplace.sandbox.reading import list_objects
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON, Reader

SETTLEMENT_SECONDS = 2 * 86_400
"""How long after a charge its money becomes available, in virtual seconds."""


def book(
    work: Work,
    source: Stored,
    *,
    kind: str,
    amount: int,
    available_on: int,
    fee: int = 0,
    description: str | None = None,
) -> Stored:
    """Record one movement of money: `amount` minor units, signed, and the `fee` taken from it."""
    currency = source.data["currency"]
    fees = [{"amount": fee, "application": None, "currency": currency, "description": "Stripe processing fees",
             "type": "stripe_fee"}] if fee else []  # fmt: skip
    category = {"payment": "charge", "payment_refund": "refund"}.get(kind, kind)
    return work.add(
        "balance_transaction",
        {
            "amount": amount,
            "available_on": available_on,
            "balance_type": "payments",
            "currency": currency,
            "description": description,
            "exchange_rate": None,
            "fee": fee,
            "fee_details": fees,
            "net": amount - fee,
            "reporting_category": category,
            "source": source.id,
            "status": "pending",
            "type": kind,
        },
    )


def book_charge(work: Work, charge: Stored, *, available_at_once: bool) -> Stored:
    """Record the money of a successful charge less its processing fee."""
    amount, currency = charge.data["amount"], charge.data["currency"]
    return book(
        work,
        charge,
        kind="charge" if charge.id.startswith("ch_") else "payment",
        amount=amount,
        fee=processing_fee(amount, currency),
        available_on=work.now if available_at_once else work.now + SETTLEMENT_SECONDS,
        description=charge.data["description"],
    )


def balance_sum(work: Work, currency: str) -> int:
    """Return the sum of the nets of all balance transactions in `currency`, in minor units."""
    row = work.row(
        "SELECT coalesce(sum((data->>'net')::bigint), 0) AS total FROM objects"
        " WHERE kind = 'balance_transaction' AND currency = %(currency)s",
        currency=currency,
    )
    return int(row["total"]) if row else 0


def retrieve_balance(work: Work) -> JSON:
    """Return the balance per currency: what is available now and what is still pending."""
    rows = work.rows(
        "SELECT currency,"
        " coalesce(sum(net) FILTER (WHERE available_on <= %(now)s), 0) AS available,"
        " coalesce(sum(net) FILTER (WHERE available_on > %(now)s), 0) AS pending"
        " FROM (SELECT currency, (data->>'net')::bigint AS net, (data->>'available_on')::bigint AS available_on"
        " FROM objects WHERE kind = 'balance_transaction') AS moves GROUP BY currency ORDER BY currency",
        now=work.now,
    )
    found = [(row["currency"], int(row["available"]), int(row["pending"])) for row in rows] or [("usd", 0, 0)]
    return {
        "object": "balance",
        "available": [_part(currency, available) for currency, available, _ in found],
        "connect_reserved": [{"amount": 0, "currency": currency} for currency, _, _ in found],
        "livemode": False,
        "pending": [_part(currency, pending) for currency, _, pending in found],
        "refund_and_dispute_prefunding": {
            "available": [_part(currency, 0) for currency, _, _ in found],
            "pending": [_part(currency, 0) for currency, _, _ in found],
        },
    }


def list_balance_transactions(work: Work, params: Reader) -> JSON:
    """Return one page of balance transactions, newest first. Raises ApiError."""
    return list_objects(work, "balance_transaction", params, "/v1/balance_transactions", ("source", "type", "currency"))


def _part(currency: str, amount: int) -> JSON:
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}

"""Everybody's money, the platform's and each connected account's: balance transactions and what they add up to."""

from marketplace.sandbox.currencies import processing_fee
from marketplace.sandbox.errors import ApiError, refused
from marketplace.sandbox.reading import list_objects
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON, Reader

SETTLEMENT_SECONDS = 2 * 86_400
"""How long after a charge its money becomes available, in virtual seconds."""

_CATEGORY = {
    "payment": "charge", "payment_refund": "refund", "transfer_refund": "transfer_reversal",
    "payout_failure": "payout_reversal", "payout_cancel": "payout_reversal", "stripe_fee": "fee",
}  # fmt: skip
"""The reporting category of a type, where it has another name (docs.stripe.com/reports/reporting-categories)."""


def book(
    work: Work,
    source: Stored,
    *,
    kind: str,
    amount: int,
    available_on: int,
    fee: int = 0,
    description: str | None = None,
    category: str = "",
    fee_for: str = "Stripe processing fees",
) -> Stored:
    """Record one movement of money of whoever `source` belongs to.

    `amount` is in minor units and signed; `fee` is taken from it, `fee_for` says what it is for. `category` is the
    reporting category where the type does not decide it, as with adjustments.
    """
    currency = source.data["currency"]
    fees = [{"amount": fee, "application": None, "currency": currency, "description": fee_for, "type": "stripe_fee"}]
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
            "fee_details": fees if fee else [],
            "net": amount - fee,
            "reporting_category": category or _CATEGORY.get(kind, kind),
            "source": source.id or None,
            "status": "pending",
            "type": kind,
        },
        account=source.account,
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


def settles_on(work: Work, charge: Stored) -> int:
    """Return when the money of a charge is available at its owner: foreseen while its fee is not known, never past."""
    transaction = work.get("balance_transaction", charge.data["balance_transaction"])
    planned = transaction.data["available_on"] if transaction else work.now + SETTLEMENT_SECONDS
    return max(work.now, int(planned))


def balance_sum(work: Work, currency: str, account: str = "") -> int:
    """Return the sum of the nets of all balance transactions in `currency`, in minor units."""
    row = work.row(
        "SELECT coalesce(sum(net), 0) AS total FROM objects"
        " WHERE kind = 'balance_transaction' AND account = %(account)s AND currency = %(currency)s",
        currency=currency, account=account,
    )  # fmt: skip
    return int(row["total"]) if row else 0


def purses(work: Work, account: str) -> dict[str, tuple[int, int]]:
    """Return the available and the pending minor units of `account` (empty for the platform) in each currency."""
    rows = work.rows(
        "SELECT currency,"
        " coalesce(sum(net) FILTER (WHERE available_on <= %(now)s), 0) AS available,"
        " coalesce(sum(net) FILTER (WHERE available_on > %(now)s), 0) AS pending"
        " FROM objects WHERE kind = 'balance_transaction' AND account = %(account)s"
        " GROUP BY currency ORDER BY currency",
        now=work.now, account=account,
    )  # fmt: skip
    return {row["currency"]: (int(row["available"]), int(row["pending"])) for row in rows}


def available(work: Work, account: str, currency: str) -> int:
    """Return what `account` can spend now in `currency`, in minor units; may be negative."""
    row = work.row(
        "SELECT coalesce(sum(net), 0) AS total FROM objects WHERE kind = 'balance_transaction'"
        " AND account = %(account)s AND currency = %(currency)s AND available_on <= %(now)s",
        account=account, currency=currency, now=work.now,
    )  # fmt: skip
    return int(row["total"]) if row else 0


def check_available(work: Work, account: str, amount: int, currency: str, words: str) -> None:
    """Refuse to spend more than is available of a balance that is held; `words` say what the lack means.

    Raises ApiError with `balance_insufficient`.
    """
    if available(work, account, currency) < amount:
        raise refused(words, code="balance_insufficient")


def retrieve_balance(work: Work) -> JSON:
    """Return the balance of the account the request acts for: what is available now and what is still pending."""
    found = purses(work, work.account) or {_currency_of(work): (0, 0)}
    whole = {
        "object": "balance",
        "available": [_part(currency, available) for currency, (available, _) in found.items()],
        "livemode": False,
        "pending": [_part(currency, pending) for currency, (_, pending) in found.items()],
        "refund_and_dispute_prefunding": {
            "available": [_part(currency, 0) for currency in found],
            "pending": [_part(currency, 0) for currency in found],
        },
    }
    if not work.account:
        whole["connect_reserved"] = [{"amount": 0, "currency": currency} for currency in found]
    return whole


def _currency_of(work: Work) -> str:
    account = work.get("account", work.account)
    return str(account.data["default_currency"]) if account else "usd"


def list_balance_transactions(work: Work, params: Reader) -> JSON:
    """Return one page of balance transactions, newest first. Raises ApiError.

    With `payout` only what an automatic payout paid out, together with the payout's own transaction.
    """
    payout_id = params.text("payout", 255)
    if payout_id is not None:
        payout = work.get("payout", payout_id)
        if payout is None or payout.account != work.account:
            raise ApiError(400, f"No such payout: '{payout_id}'", code="resource_missing", param="payout")
        if not payout.data["automatic"]:
            raise refused("Balance transaction history can only be filtered on automatic payouts, not manual.")
    inside = (" AND private->>'payout' = %(payout)s", {"payout": payout_id}) if payout_id else ("", {})
    filters = ("source", "type", "currency")
    return list_objects(work, "balance_transaction", params, "/v1/balance_transactions", filters, inside)


def _part(currency: str, amount: int) -> JSON:
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}

"""What the dashboard reads: lists, one object with all it belongs to, events with their deliveries."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from marketplace.sandbox import sessions
from marketplace.sandbox.currencies import display
from marketplace.sandbox.reading import show
from marketplace.sandbox.store import Stored, Work, stored_from
from marketplace.sandbox.wire import JSON, written

ROWS_ON_A_PAGE = 25
SECTIONS = {
    "payments": ("payment_intent", "Payments"),
    "sessions": ("checkout.session", "Checkout sessions"),
    "charges": ("charge", "Charges"),
    "refunds": ("refund", "Refunds"),
    "disputes": ("dispute", "Disputes"),
    "warnings": ("radar.early_fraud_warning", "Fraud warnings"),
    "balance": ("balance_transaction", "Balance transactions"),
    "customers": ("customer", "Customers"),
    "methods": ("payment_method", "Payment methods"),
    "setups": ("setup_intent", "Setups"),
    "accounts": ("account", "Connected accounts"),
    "transfers": ("transfer", "Transfers"),
    "reversals": ("transfer_reversal", "Transfer reversals"),
    "payouts": ("payout", "Payouts"),
    "banks": ("bank_account", "Bank accounts"),
    "files": ("file", "Files"),
}
ONE = {
    "payment_intent": "Payment", "checkout.session": "Checkout session", "charge": "Charge", "refund": "Refund",
    "balance_transaction": "Balance transaction", "customer": "Customer", "payment_method": "Payment method",
    "setup_intent": "Setup",
    "webhook_endpoint": "Webhook endpoint", "dispute": "Dispute", "radar.early_fraud_warning": "Early fraud warning",
    "account": "Connected account", "transfer": "Transfer", "transfer_reversal": "Transfer reversal",
    "payout": "Payout", "bank_account": "Bank account", "file": "File", "account_link": "Account link",
    "login_link": "Login link", "connect_collection_transfer": "Collection from the platform",
}  # fmt: skip
_TONES = {
    "succeeded": "ok", "complete": "ok", "available": "ok", "delivered": "ok", "enabled": "ok",
    "failed": "bad", "canceled": "bad", "given_up": "bad", "disabled": "bad",
    "processing": "wait", "pending": "wait", "requires_action": "wait", "open": "wait", "waiting": "wait",
    "requires_payment_method": "wait", "paid": "ok", "in_transit": "wait", "won": "ok", "lost": "bad",
    "needs_response": "bad", "under_review": "wait", "warning_needs_response": "wait", "warning_under_review": "wait",
    "warning_closed": "ok", "errored": "bad",
}  # fmt: skip
_ID_IN_JSON = re.compile(
    r'"((?:cs_test|pi|pm|seti|ch|py|re|pyr|txn|cus|we|evt|acct|tr|trr|po|du|ba|issfr|file|connct)_[A-Za-z0-9]{14,})"'
)


@dataclass(frozen=True)
class Badge:
    """A status and its tone: ok, wait, bad or none."""

    words: str
    tone: str


@dataclass(frozen=True)
class Row:
    """One line of a list."""

    seq: int
    id: str
    href: str
    badge: Badge | None
    amount: str
    about: str
    when: str


@dataclass(frozen=True)
class Piece:
    """A piece of JSON text; ids are links."""

    text: str
    href: str = ""


@dataclass(frozen=True)
class Try:
    """One attempt to deliver an event."""

    when: str
    status: int | None
    milliseconds: int
    answer: str


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one endpoint."""

    id: int
    event_id: str
    type: str
    url: str
    endpoint_id: str
    badge: Badge
    next_try: str
    tries: list[Try]


def when(seconds: int) -> str:
    """Return a virtual moment as people write it, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%-d %b %Y, %H:%M:%S")


def badge(status: str | None) -> Badge | None:
    """Return the badge of a status."""
    return Badge(status.replace("_", " "), _TONES.get(status, "")) if status else None


def href(object_id: str) -> str:
    """Return the dashboard address of any object or event."""
    return f"/dashboard/events/{object_id}" if object_id.startswith("evt_") else f"/dashboard/objects/{object_id}"


def list_rows(work: Work, kind: str, *, status: str, before: int) -> list[Row]:
    """Return up to a page and one of rows, newest first, older than the row numbered `before` (0 from the newest)."""
    found = work.rows(
        "SELECT * FROM objects WHERE kind = %(kind)s AND (%(status)s = '' OR status = %(status)s)"
        " AND (%(before)s = 0 OR seq < %(before)s) ORDER BY seq DESC LIMIT %(limit)s",
        kind=kind, status=status, before=before, limit=ROWS_ON_A_PAGE + 1,
    )  # fmt: skip
    return [_row(work, row["seq"], stored_from(row)) for row in found]


def statuses(work: Work, kind: str) -> list[tuple[str, int]]:
    """Return the statuses that objects of `kind` have now, with their number."""
    found = work.rows(
        "SELECT status, count(*) AS n FROM objects WHERE kind = %(kind)s AND status IS NOT NULL GROUP BY status"
        " ORDER BY status",
        kind=kind,
    )
    # The stored status of a balance transaction is the one it began with; what it is now depends on the clock.
    return [] if kind == "balance_transaction" else [(row["status"], row["n"]) for row in found]


def _row(work: Work, seq: int, stored: Stored) -> Row:
    data = show(work, stored)
    amount = data.get("amount_total", data.get("net", data.get("amount")))
    shown = display(amount, data["currency"]) if isinstance(amount, int) and data.get("currency") else ""
    mark = standing(stored) if stored.kind == "account" else badge(data.get("status"))
    return Row(seq, stored.id, href(stored.id), mark, shown, _about(stored), when(stored.created))


def standing(account: Stored) -> Badge:
    """Return in a word or two how a connected account stands."""
    data, reason = account.data, str(account.data["requirements"]["disabled_reason"] or "")
    if account.private.get("deleted"):
        return Badge("disconnected", "bad")
    if reason.startswith(("rejected", "platform")):
        return Badge(reason.replace(".", ": ").replace("_", " "), "bad")
    if not data["details_submitted"]:
        return Badge("not set up", "wait")
    if "pending" in data["capabilities"].values():
        return Badge("being checked", "wait")
    if not (data["charges_enabled"] and data["payouts_enabled"]):
        return Badge("restricted", "bad")
    return Badge("more is due", "wait") if data["requirements"]["currently_due"] else Badge("enabled", "ok")


def _about_money_out(stored: Stored) -> str:
    """Return in a few words what an object of the seller's side is about; empty for all others."""
    data = stored.data
    if stored.kind == "account":
        return f"{data['business_profile']['name'] or data['email'] or 'No name yet'} · {data['country']}"
    if stored.kind == "transfer":
        return f"to {data['destination']}" + (f" · {data['transfer_group']}" if data["transfer_group"] else "")
    if stored.kind == "transfer_reversal":
        return f"of {data['transfer']}"
    if stored.kind == "payout":
        why = f" · {data['failure_code']}" if data["failure_code"] else ""
        return f"{stored.account or 'platform'} · {'by schedule' if data['automatic'] else 'by hand'}{why}"
    if stored.kind == "bank_account":
        return f"•• {data['last4']} · {stored.account or 'platform'} · {data['currency'].upper()}"
    if stored.kind == "dispute":
        return f"{data['reason'].replace('_', ' ')} · answer by {when(data['evidence_details']['due_by'])}"
    if stored.kind == "radar.early_fraud_warning":
        return str(data["fraud_type"]).replace("_", " ")
    return str(data["filename"]) if stored.kind == "file" else ""


def _about(stored: Stored) -> str:
    data = stored.data
    words = _about_money_out(stored)
    if words:
        return words
    if stored.kind == "checkout.session":
        return sessions.about(stored) or "Saves a card"
    if stored.kind == "charge":
        details = data["payment_method_details"]
        reason = f" · {data['failure_code']}" if data["failure_code"] else ""
        if details["type"] == "stripe_account":
            return f"received by {stored.account}"
        return f"{details['type'].replace('_', ' ')} •• {details[details['type']]['last4']}{reason}"
    if stored.kind == "payment_intent":
        error = data["last_payment_error"]
        return str(error["message"] if error else stored.private["about"])
    if stored.kind == "balance_transaction":
        return str(data["type"]).replace("_", " ") + (f" · {stored.account}" if stored.account else "")
    if stored.kind == "payment_method":
        return f"{data['type'].replace('_', ' ')} •• {data[data['type']]['last4']}"
    if stored.kind == "webhook_endpoint":
        data = {"url": data["url"]}
    return str(data.get("email") or data.get("description") or data.get("reason") or data.get("url") or "")


def related(work: Work, stored: Stored) -> list[Row]:
    """Return the newest objects that belong to this one, oldest first."""
    found = work.rows(
        "SELECT * FROM objects WHERE id <> %(id)s AND (payment_intent = %(id)s OR charge = %(id)s OR source = %(id)s"
        " OR customer = %(id)s OR destination = %(id)s OR transfer = %(id)s OR source_transaction = %(id)s"
        " OR (account = %(id)s AND kind <> 'balance_transaction') OR id = ANY(%(linked)s))"
        " AND kind NOT LIKE '%%link' ORDER BY seq DESC LIMIT 50",
        id=stored.id, linked=[*_linked_ids(stored.data), stored.account],
    )  # fmt: skip
    return [_row(work, row["seq"], stored_from(row)) for row in reversed(found)]


def _linked_ids(data: JSON) -> list[str]:
    names = (
        "payment_intent", "latest_charge", "charge", "customer", "payment_method", "balance_transaction", "source",
        "failure_balance_transaction", "destination", "destination_payment", "destination_payment_refund", "transfer",
        "source_transaction", "source_transfer", "transfer_reversal", "account",
    )  # fmt: skip
    return [value for name in names if isinstance(value := data.get(name), str)]


def json_pieces(data: JSON) -> list[Piece]:
    """Return JSON as text with every id a link."""
    text, pieces, end = written(data), [], 0
    for match in _ID_IN_JSON.finditer(text):
        pieces += [Piece(text[end : match.start(1)]), Piece(match[1], href(match[1]))]
        end = match.end(1)
    return [*pieces, Piece(text[end:])]


def event_rows(
    work: Work, *, object_id: str = "", event_type: str = "", before: int = 0, request_id: str = ""
) -> list[Row]:
    """Return up to a page and one of events, newest first."""
    found = work.rows(
        "SELECT e.seq, e.id, e.type, e.object_id, e.created,"
        " (SELECT count(*) FROM deliveries d WHERE d.event_id = e.id AND d.state = 'waiting') AS waiting,"
        " (SELECT count(*) FROM deliveries d WHERE d.event_id = e.id AND d.state = 'given_up') AS given_up,"
        " (SELECT count(*) FROM deliveries d WHERE d.event_id = e.id) AS wanted"
        " FROM events e WHERE (%(object)s = '' OR object_id = %(object)s) AND (%(type)s = '' OR type = %(type)s)"
        " AND (%(request)s = '' OR request_id = %(request)s) AND (%(before)s = 0 OR seq < %(before)s)"
        " ORDER BY seq DESC LIMIT %(limit)s",
        object=object_id, type=event_type, before=before, request=request_id, limit=ROWS_ON_A_PAGE + 1,
    )  # fmt: skip
    return [
        Row(r["seq"], r["type"], href(r["id"]), _reach(r), r["object_id"], r["id"], when(r["created"])) for r in found
    ]


def _reach(row: dict[str, Any]) -> Badge:
    if not row["wanted"]:
        return Badge("nobody listens", "")
    if row["given_up"]:
        return Badge("given up", "bad")
    return Badge("waiting", "wait") if row["waiting"] else Badge("delivered", "ok")


def deliveries(work: Work, *, event_id: str = "", endpoint_id: str = "") -> list[Delivery]:
    """Return the deliveries of an event or the newest ones of an endpoint, with all their tries."""
    found = work.rows(
        "SELECT d.*, e.type, o.data->>'url' AS url FROM deliveries d JOIN events e ON e.id = d.event_id"
        " LEFT JOIN objects o ON o.id = d.endpoint_id"
        " WHERE (%(event)s = '' OR d.event_id = %(event)s) AND (%(endpoint)s = '' OR d.endpoint_id = %(endpoint)s)"
        " ORDER BY d.id DESC LIMIT %(limit)s",
        event=event_id, endpoint=endpoint_id, limit=ROWS_ON_A_PAGE,
    )  # fmt: skip
    tries = work.rows(
        "SELECT * FROM attempts WHERE delivery_id = ANY(%(ids)s) ORDER BY id", ids=[row["id"] for row in found]
    )
    return [_delivery(row, [t for t in tries if t["delivery_id"] == row["id"]]) for row in found]


def _delivery(row: dict[str, Any], tries: list[dict[str, Any]]) -> Delivery:
    waiting = row["state"] == "waiting"
    return Delivery(
        id=row["id"],
        event_id=row["event_id"],
        type=row["type"],
        url=row["url"] or "An endpoint that was deleted",
        endpoint_id=row["endpoint_id"],
        badge=badge(row["state"]) or Badge("", ""),
        next_try=when(row["next_at"]) if waiting else "",
        tries=[Try(when(t["at"]), t["status"], t["milliseconds"], t["answer"]) for t in tries],
    )

"""The other direction: what ledger and rows say that moved, and what of it the provider's lines do not have."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from marketplace import db
from marketplace.reconciliation.rules import Cause, Kind, MessageState, Proposal, Verdict, judge_bank_payout

_LINE = "balance_transaction:"
_ENTRIES = """
    SELECT p.id, p.amount_minor, p.currency, e.id AS entry_id, e.key, e.payment_id, l.id AS line
    FROM posting p JOIN ledger_entry e ON e.id = p.entry_id
    LEFT JOIN provider_line l ON starts_with(e.key, 'balance_transaction:') AND l.line_id = substr(e.key, 21)
    WHERE p.account = 'provider_balance' AND NOT starts_with(e.key, 'correction:')
"""
_NEXT_ENTRIES = text(_ENTRIES + " AND p.id > :after AND e.booked_at <= :until ORDER BY p.id LIMIT :size")
_ENTRY = text(_ENTRIES + " AND e.id = :entry_id")
_CORRECTED = text("""
    SELECT coalesce(sum(c.amount_minor), 0)::bigint AS minor FROM correction c
    JOIN reconciliation_break b ON b.id = c.break_id
    WHERE b.subject = :subject AND c.booked_at IS NOT NULL AND c.undone_at IS NULL
""")
_PAYMENTS = """
    SELECT m.id, m.currency, m.amount_minor, m.provider_payment_id AS object_id, m.id AS payment_id,
        NULL::bigint AS refund_id
    FROM payment m
    WHERE m.status IN ('completed', 'refunded', 'partially_refunded') AND m.amount_minor > 0
        AND NOT EXISTS (SELECT FROM balance_transaction b WHERE b.payment_id = m.id AND b.kind IN ('charge', 'payment'))
        AND NOT EXISTS (SELECT FROM provider_line l WHERE l.payment_id = m.id AND l.kind IN ('charge', 'payment'))
"""
_REFUNDS = """
    SELECT r.id, r.currency, -r.amount_minor AS amount_minor, r.provider_refund_id AS object_id, r.payment_id,
        r.id AS refund_id
    FROM refund r WHERE r.status = 'completed' AND r.provider_refund_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM provider_line l WHERE l.source_id = r.provider_refund_id)
"""
_RECEIPTS = """
    SELECT u.id, u.currency, -u.amount_minor AS amount_minor, u.provider_refund_id AS object_id, u.payment_id,
        NULL::bigint AS refund_id
    FROM unapplied_receipt u WHERE u.status = 'returned' AND u.provider_refund_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM provider_line l WHERE l.source_id = u.provider_refund_id)
"""
_OF_PROVIDER = "EXISTS (SELECT FROM payment m WHERE m.id = {}.payment_id AND m.provider = :provider)"
_ROWS = {
    "payment": (_PAYMENTS, "m.completed_at > :since AND m.completed_at <= :until AND m.provider = :provider", "m.id"),
    "refund": (
        _REFUNDS,
        "r.completed_at > :since AND r.completed_at <= :until AND " + _OF_PROVIDER.format("r"),
        "r.id",
    ),
    "receipt": (_RECEIPTS, "u.created_at > :since AND u.created_at <= :until AND " + _OF_PROVIDER.format("u"), "u.id"),
}
_NEXT_ROWS = {
    name: text(f"{query} AND {when} AND {key} > :after ORDER BY {key} LIMIT :size")
    for name, (query, when, key) in _ROWS.items()
}
_ONE_ROW = {name: text(f"{query} AND {key} = :row_id") for name, (query, _, key) in _ROWS.items()}
ROWS = tuple(_ROWS)
"""The rows whose lines are looked for, in this order."""
_BANK_PAYOUTS = """
    SELECT p.id, p.currency, p.amount_minor AS asked_minor, p.status, p.provider_payout_id AS object_id, p.seller_id,
        c.account_id, l.minor, l.theirs, l.line, p.arrives_at, v.id AS event_id, v.status AS message, v.note
    FROM payout p
    JOIN LATERAL (SELECT o.request->>'account_id' AS account_id FROM outbound_call o
        WHERE o.kind = 'bank_payout' AND o.subject_id = p.id ORDER BY o.attempt DESC LIMIT 1) c ON true
    LEFT JOIN LATERAL (SELECT sum(n.amount_minor) FILTER (WHERE n.kind = 'payout')::bigint AS minor,
            min(n.source_status) AS theirs, min(n.id) AS line
        FROM provider_line n WHERE n.source_id = p.provider_payout_id) l ON true
    LEFT JOIN LATERAL (SELECT e.id, e.status, e.note FROM provider_event e
        WHERE e.object_id = p.provider_payout_id AND e.type IN ('payout.paid', 'payout.failed', 'payout.canceled')
        ORDER BY e.id DESC LIMIT 1) v ON true
    WHERE p.provider_payout_id IS NOT NULL
"""
_NEXT_PAYOUTS = text(
    _BANK_PAYOUTS
    + " AND p.id > :after AND p.started_at <= :until AND (p.started_at > :since OR p.status = 'in_transit')"
    " AND EXISTS (SELECT FROM provider_line n WHERE n.account_id = c.account_id) ORDER BY p.id LIMIT :size"
)
_ONE_PAYOUT = text(_BANK_PAYOUTS + " AND p.id = :row_id")
_ACCOUNTS = text("""
    SELECT c.request->>'account_id' AS account_id, min(p.started_at) AS since
    FROM payout p JOIN outbound_call c ON c.kind = 'bank_payout' AND c.subject_id = p.id
    WHERE p.provider_payout_id IS NOT NULL AND (p.started_at > :since OR p.status = 'in_transit')
        AND c.request->>'account_id' > :after
        AND (:all OR p.status = 'in_transit' OR (hashtext(c.request->>'account_id')::bigint + :day) % 7 = 0
            OR NOT EXISTS (SELECT FROM provider_line l WHERE l.source_id = p.provider_payout_id))
    GROUP BY 1 ORDER BY 1 LIMIT 1
""")
_REPEATED = text("""
    SELECT v.id, v.id AS first_id, count(*) + 1 AS times, v.type, v.object_id, v.payment_id,
        v.status IN ('applied', 'ignored') AS is_done
    FROM event_attempt a JOIN provider_event v ON v.id = a.event_id
    WHERE a.at > :since AND a.at <= :until AND a.outcome = 'known' AND v.object_id IS NOT NULL
    GROUP BY v.id
    UNION ALL
    SELECT max(v.id) AS id, min(v.id) AS first_id, count(*) AS times, v.type, v.object_id,
        max(v.payment_id) AS payment_id, bool_and(v.status IN ('applied', 'ignored')) AS is_done
    FROM provider_event v WHERE v.received_at > :since AND v.received_at <= :until AND v.object_id IS NOT NULL
    GROUP BY v.type, v.object_id, v.payload->>'created', md5((v.payload->'data')::text)
    HAVING count(*) > 1
""")


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that ledger or rows have and the provider's lines do not, or a payout whose bank says otherwise."""

    subject: str
    verdict: Verdict
    currency: str
    object_id: str | None
    account_id: str = ""
    line_id: int | None = None
    entry_id: int | None = None
    event_id: int | None = None
    payment_id: int | None = None
    refund_id: int | None = None
    payout_id: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Repeated:
    """A message of the provider's that came more than once."""

    event_id: int
    object_id: str
    payment_id: int | None
    words: str


def entries(*, after: int, until: datetime, size: int) -> tuple[list[Missing], int, bool]:
    """Return what is wrong about the next entries of the balance at the provider.

    With it come the last posting looked at, and whether there are more.
    """
    rows = db.read(_NEXT_ENTRIES, {"after": after, "until": until, "size": size})
    return [_entry(row) for row in rows if row.line is None], (rows[-1].id if rows else after), len(rows) == size


def entry(entry_id: int) -> Missing | None:
    """Return what is wrong about one entry of the balance at the provider now, None for nothing."""
    rows = db.read(_ENTRY, {"entry_id": entry_id})
    if not rows or rows[0].line is not None:
        return None
    [corrected] = db.read(_CORRECTED, {"subject": f"entry:{entry_id}"})
    return None if corrected.minor == -rows[0].amount_minor else _entry(rows[0])


def rows_of(
    name: str, *, after: int, since: datetime, until: datetime, provider: str, size: int
) -> tuple[list[Missing], int | None]:
    """Return the next rows of one of ROWS that moved money in this time and have no line.

    With them comes where to go on; None when there are no more.
    """
    values = {"after": after, "since": since, "until": until, "size": size, "provider": provider}
    rows = db.read(_NEXT_ROWS[name], values)
    return [_row(name, row) for row in rows], (rows[-1].id if len(rows) == size else None)


def row_of(name: str, row_id: int) -> Missing | None:
    """Return what is wrong about one row now, None when it has its line."""
    rows = db.read(_ONE_ROW[name], {"row_id": row_id})
    return _row(name, rows[0]) if rows else None


def next_account(*, after: str, since: datetime, day: int | None) -> tuple[str, datetime] | None:
    """Return the next seller's account whose payments to banks are read, and from when on; None after the last.

    Those with a payment on its way or without its line are read every time, the others on one `day` (its ordinal) in
    seven, because what a bank had may still come back. None reads all.
    """
    rows = db.read(_ACCOUNTS, {"after": after, "since": since, "all": day is None, "day": day or 0})
    return (rows[0].account_id, rows[0].since) if rows else None


def bank_payouts(*, after: int, since: datetime, until: datetime, size: int) -> tuple[list[Missing], int | None]:
    """Return what is wrong about the next payments to banks, and where to go on; of accounts that were read."""
    rows = db.read(_NEXT_PAYOUTS, {"after": after, "since": since, "until": until, "size": size})
    wrong = [found for row in rows if (found := _bank_payout(row, until)) is not None]
    return wrong, (rows[-1].id if len(rows) == size else None)


def bank_payout(payout_id: int, now: datetime) -> Missing | None:
    """Return what is wrong about one payment to a bank now, None for nothing."""
    rows = db.read(_ONE_PAYOUT, {"row_id": payout_id})
    return _bank_payout(rows[0], now) if rows else None


def repeated(*, since: datetime, until: datetime) -> Sequence[Repeated]:
    """Return the messages of this time that came more than once, under one id or under ids of their own."""
    return [
        Repeated(
            row.id, row.object_id, row.payment_id, f"{row.type} came {row.times} times, first as event {row.first_id}."
        )
        for row in db.read(_REPEATED, {"since": since, "until": until})
        if row.is_done
    ]


def _entry(row: Row[Any]) -> Missing:
    verdict = Verdict(Kind.ENTRY_WITHOUT_LINE, Cause.NOT_THERE, Proposal.CORRECT, -row.amount_minor)
    line_id = row.key.removeprefix(_LINE)
    return Missing(
        f"entry:{row.entry_id}",
        verdict,
        row.currency,
        line_id if line_id != row.key else None,
        entry_id=row.entry_id,
        payment_id=row.payment_id,
    )


def _row(name: str, row: Row[Any]) -> Missing:
    verdict = Verdict(Kind.ROW_WITHOUT_LINE, Cause.NOT_YET, Proposal.ASK, -row.amount_minor)
    found = {"payment_id": row.payment_id, "refund_id": row.refund_id}
    return Missing(f"{name}:{row.id}", verdict, row.currency, row.object_id, **found)


def _bank_payout(row: Row[Any], now: datetime) -> Missing | None:
    if row.line is None:
        verdict: Verdict | None = Verdict(Kind.ROW_WITHOUT_LINE, Cause.NOT_YET, Proposal.REREAD, 0)
    else:
        verdict = judge_bank_payout(
            ours=row.status,
            theirs=row.theirs,
            asked_minor=row.asked_minor,
            amount_minor=-(row.minor or 0),
            is_overdue=row.arrives_at is not None and row.arrives_at < now,
            message=_message(row.message),
        )
    if verdict is None:
        return None
    return Missing(
        f"payout:{row.id}",
        verdict,
        row.currency,
        row.object_id,
        account_id=row.account_id,
        line_id=row.line,
        event_id=row.event_id,
        payout_id=row.id,
        note=row.note or "",
    )


def _message(status: str | None) -> MessageState:
    if status is None:
        return MessageState.NONE
    return MessageState.WAITS if status in {"received", "parked"} else MessageState.APPLIED

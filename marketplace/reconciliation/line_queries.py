"""What ledger and rows know of the provider's lines, many at once: the facts that `rules.judge_line` judges.

One statement for a batch, whatever its lines are about. It reads outside of any transaction: what it finds wrong is
looked at again in the transaction that writes a break down.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from marketplace import db
from marketplace.reconciliation.rules import LineFacts, MessageState, Verdict, judge_line

_FACTS = """
SELECT l.id, l.line_id, l.kind, l.source_id, l.source_kind, l.source_status, l.reference, l.currency, l.amount_minor,
    l.fee_minor, l.net_minor, l.made_at, l.transfer_id,
    b.id AS seen_id, b.amount_minor AS seen_amount, b.fee_minor AS seen_fee, b.net_minor AS seen_net,
    e.id AS entry_id, booked.minor AS booked, corrected.minor AS corrected,
    m.id AS payment_id, m.status IN ('completed', 'refunded', 'partially_refunded') AS has_money,
    m.amount_minor AS payment_minor, m.currency AS payment_currency,
    coalesce(back.id, asked.id) AS refund_id, coalesce(back.minor, attempt.minor, receipt.amount_minor) AS back_minor,
    coalesce(back.currency, attempt.currency, receipt.currency) AS back_currency,
    coalesce(paid.id, taken.payout_id, named.id, reversed.id) AS payout_id, paid.amount_minor AS paid_minor,
    coalesce(paid.currency, taken.currency) AS payout_currency, taken.amount_minor AS taken_minor,
    d.id AS dispute_id, d.currency AS dispute_currency, moved.amount_minor AS moved_minor,
    message.id AS event_id, message.status AS message, message.note AS message_note,
    (attempt.object_id IS NULL AND asked.id IS NOT NULL AND served.object_id IS NOT NULL)
        OR (paid.id IS NULL AND named.transfer_id IS NOT NULL)
        OR (l.kind IN ('charge', 'payment') AND b.id IS NULL AND other.id IS NOT NULL) AS doubles
FROM provider_line l
LEFT JOIN balance_transaction b ON b.provider_id = l.line_id
LEFT JOIN ledger_entry e ON e.key = 'balance_transaction:' || l.line_id
LEFT JOIN LATERAL (SELECT sum(p.amount_minor)::bigint AS minor FROM posting p
    WHERE p.entry_id = e.id AND p.account = 'provider_balance' AND p.currency = l.currency) booked ON true
LEFT JOIN LATERAL (SELECT sum(c.amount_minor)::bigint AS minor FROM correction c
    WHERE c.provider_line_id = l.line_id AND c.booked_at IS NOT NULL AND c.undone_at IS NULL) corrected ON true
LEFT JOIN payment m ON m.id = coalesce(b.payment_id, l.payment_id, (SELECT i.id FROM payment i
    WHERE i.provider = l.provider AND i.provider_payment_id = l.intent_id))
LEFT JOIN LATERAL (SELECT min(r.id) AS id, sum(r.amount_minor)::bigint AS minor, min(r.currency) AS currency
    FROM refund r WHERE r.provider_refund_id = l.source_id HAVING count(*) > 0) back ON true
LEFT JOIN refund asked ON asked.id = substring(l.reference FROM '^refund:([0-9]{1,18}):[0-9]+$')::bigint
LEFT JOIN LATERAL (SELECT c.provider_object_id AS object_id, (c.request->>'amount_minor')::bigint AS minor,
        asked.currency FROM outbound_call c WHERE c.kind = 'refund' AND c.subject_id = asked.id
        AND c.provider_object_id = l.source_id LIMIT 1) attempt ON true
LEFT JOIN LATERAL (SELECT c.provider_object_id AS object_id FROM outbound_call c WHERE c.kind = 'refund'
        AND c.subject_id = asked.id AND c.provider_object_id <> l.source_id
        AND c.attempt = substring(l.reference FROM ':([0-9]{1,9})$')::int LIMIT 1) served ON true
LEFT JOIN unapplied_receipt receipt ON receipt.provider_refund_id = l.source_id
LEFT JOIN payout paid ON paid.transfer_id = l.source_id AND l.kind = 'transfer'
LEFT JOIN payout named ON named.id = substring(l.reference FROM '^payout:([0-9]{1,18})$')::bigint
    AND l.kind = 'transfer'
LEFT JOIN payout reversed ON reversed.transfer_id = l.transfer_id AND l.kind = 'transfer_refund'
LEFT JOIN LATERAL (SELECT t.payout_id, t.amount_minor, p.currency FROM transfer_reversal t
    JOIN payout p ON p.id = t.payout_id WHERE t.provider_reversal_id = l.source_id) taken ON true
LEFT JOIN dispute d ON d.provider = l.provider AND d.provider_dispute_id = l.source_id
LEFT JOIN dispute_movement moved ON moved.line_id = l.line_id
LEFT JOIN LATERAL (SELECT o.id FROM balance_transaction o WHERE o.payment_id = m.id
    AND o.kind IN ('charge', 'payment') AND o.provider_id <> l.line_id LIMIT 1) other ON true
LEFT JOIN LATERAL (SELECT v.id, v.status, v.note FROM provider_event v WHERE b.id IS NULL
    AND v.object_id = CASE WHEN l.kind = 'transfer_refund' THEN l.transfer_id ELSE l.source_id END
    AND v.type = ANY (
        CASE WHEN l.kind IN ('charge', 'payment') THEN ARRAY['charge.updated']
        WHEN l.kind IN ('refund', 'payment_refund', 'refund_failure')
        THEN ARRAY['refund.created', 'refund.updated', 'refund.failed']
        WHEN l.kind = 'transfer' THEN ARRAY['transfer.created', 'transfer.reversed']
        WHEN l.kind = 'transfer_refund' THEN ARRAY['transfer.reversed']
        WHEN l.source_kind = 'dispute' THEN ARRAY['charge.dispute.created', 'charge.dispute.updated',
        'charge.dispute.closed', 'charge.dispute.funds_withdrawn', 'charge.dispute.funds_reinstated']
        ELSE ARRAY[]::text[] END
    ) ORDER BY v.id DESC LIMIT 1) message ON true
"""
_UNMATCHED = text(
    _FACTS  # noqa: S608  # ours
    + " WHERE (l.matched_at IS NULL OR l.line_id IN (SELECT c.provider_line_id FROM correction c"
    " WHERE c.booked_at IS NOT NULL AND c.undone_at IS NULL))"
    " AND l.account_id = '' AND l.is_ours AND l.id > :after AND l.made_at <= :until ORDER BY l.id LIMIT :size"
)
_IDS = text("""
    SELECT id FROM provider_line
    WHERE matched_at IS NULL AND account_id = '' AND is_ours AND id > :after AND made_at <= :until
    ORDER BY id LIMIT :size
""")
_WAITING = text("""
    SELECT count(*) FROM provider_line WHERE matched_at IS NULL AND account_id = '' AND is_ours AND made_at > :after
""")
_ONE = text(_FACTS + " WHERE l.id = :line_id")
_SELLERS = text("""
    SELECT seller_id FROM payment_transaction WHERE payment_id = :payment_id
    UNION SELECT seller_id FROM refund WHERE id = :refund_id
    UNION SELECT seller_id FROM payout WHERE id = :payout_id
""")
_REFUNDS = frozenset({"refund", "payment_refund", "refund_failure"})


@dataclass(frozen=True, slots=True)
class JudgedLine:
    """One line, what the other sides say of it, what is wrong about it (None: nothing), and what it is about."""

    id: int
    line_id: str
    object_id: str | None
    currency: str
    made_at: datetime
    booked_minor: int | None
    row_minor: int | None
    verdict: Verdict | None
    entry_id: int | None
    event_id: int | None
    payment_id: int | None
    refund_id: int | None
    payout_id: int | None
    dispute_id: int | None
    note: str


def unmatched(*, after: int, until: datetime, size: int) -> list[JudgedLine]:
    """Return the next lines of our account that have not matched yet, made until `until`, each judged.

    Those that a correction stands for are judged every time: their own rule may have booked them since.
    """
    return [_judged(row) for row in db.read(_UNMATCHED, {"after": after, "until": until, "size": size})]


def unmatched_ids(*, after: int, until: datetime, size: int) -> list[int]:
    """Return the ids of the lines that `unmatched` would judge, for when one of them can't be."""
    return [int(row[0]) for row in db.read(_IDS, {"after": after, "until": until, "size": size})]


def waiting(*, after: datetime) -> int:
    """Return how many lines made after `after` have not matched yet: their messages may be on their way."""
    return int(db.read(_WAITING, {"after": after})[0][0])


def line(line_id: int) -> JudgedLine | None:
    """Return one line as it is judged now; None when it is not there."""
    rows = db.read(_ONE, {"line_id": line_id})
    return _judged(rows[0]) if rows else None


def sellers(*, payment_id: int | None, refund_id: int | None, payout_id: int | None) -> Sequence[int]:
    """Return the sellers whose money these rows are about."""
    found = db.read(_SELLERS, {"payment_id": payment_id, "refund_id": refund_id, "payout_id": payout_id})
    return [int(row[0]) for row in found]


def _judged(row: Row[Any]) -> JudgedLine:
    row_minor, row_currency = _row_side(row)
    is_comparable = row_currency in {None, row.currency}
    facts = LineFacts(
        kind=row.kind,
        source_kind=row.source_kind,
        source_status=row.source_status,
        has_reference=row.reference is not None,
        amount_minor=row.amount_minor,
        fee_minor=row.fee_minor,
        net_minor=row.net_minor,
        seen=(row.seen_amount, row.seen_fee, row.seen_net) if row.seen_id is not None else None,
        booked_minor=row.booked,
        corrected_minor=row.corrected,
        row_minor=row_minor if is_comparable else None,
        is_known=_is_known(row),
        is_comparable=is_comparable,
        doubles=bool(row.doubles),
        message=_message(row.message),
    )
    verdict = judge_line(facts)
    agrees_by_rule = verdict is None and (row_minor is None or not is_comparable or row.corrected is not None)
    return JudgedLine(
        id=row.id,
        line_id=row.line_id,
        object_id=row.source_id,
        currency=row.currency,
        made_at=row.made_at,
        booked_minor=_sum(row.booked, row.corrected),
        row_minor=row.amount_minor if agrees_by_rule else facts.row_minor,
        verdict=verdict,
        entry_id=row.entry_id,
        event_id=row.event_id,
        payment_id=row.payment_id,
        refund_id=row.refund_id,
        payout_id=row.payout_id,
        dispute_id=row.dispute_id,
        note=row.message_note or "",
    )


def _row_side(row: Row[Any]) -> tuple[int | None, str | None]:
    """Return what the row of the business says that moved, minor units, and in which currency."""
    if row.kind in {"charge", "payment"}:
        return (row.payment_minor, row.payment_currency) if row.has_money else (None, None)
    if row.kind in _REFUNDS:
        sign = 1 if row.kind == "refund_failure" else -1
        return (None if row.back_minor is None else sign * row.back_minor), row.back_currency
    if row.kind == "transfer":
        return (None if row.paid_minor is None else -row.paid_minor), row.payout_currency
    if row.kind == "transfer_refund":
        return row.taken_minor, row.payout_currency
    if row.source_kind == "dispute":
        return (None if row.moved_minor is None else -row.moved_minor), row.dispute_currency
    return None, None


def _is_known(row: Row[Any]) -> bool:
    if row.kind in {"transfer", "transfer_refund"}:
        return row.payout_id is not None
    if row.kind in _REFUNDS:
        return row.payment_id is not None or row.refund_id is not None
    return row.payment_id is not None


def _message(status: str | None) -> MessageState:
    if status is None:
        return MessageState.NONE
    return MessageState.WAITS if status in {"received", "parked"} else MessageState.APPLIED


def _sum(booked: int | None, corrected: int | None) -> int | None:
    return None if booked is None and corrected is None else (booked or 0) + (corrected or 0)

"""What `check-books` knows of money on its way back: within what was paid, and booked until it is there."""

from collections.abc import Mapping

REFUND_CHECKS: Mapping[str, str] = {
    "refunds stay within their order": """
        SELECT 'order', o.id, 'total ' || o.total_minor || ', refunds ' || sum(r.amount_minor)
        FROM "order" o JOIN refund r ON r.order_id = o.id
        WHERE r.status IN ('approved', 'processing', 'completed')
            -- What was only asked for may be overtaken by a refund that somebody made at the provider.
            OR (r.status = 'pending' AND NOT EXISTS
                (SELECT FROM refund m WHERE m.order_id = o.id AND m.origin = 'provider' AND m.status <> 'failed'))
        GROUP BY o.id HAVING sum(r.amount_minor) > o.total_minor
    """,
    "refunds on their way are booked": """
        SELECT 'payment', payment_id, 'refunds taken and not sent ' || sum(rows) || ', booked ' || sum(booked)
        FROM (
            SELECT payment_id, amount_minor AS rows, 0 AS booked
            FROM refund WHERE status IN ('approved', 'processing', 'completed')
            UNION ALL
            SELECT b.payment_id, b.amount_minor, 0 FROM balance_transaction b
            WHERE b.kind NOT IN ('charge', 'payment')
                AND NOT EXISTS (SELECT FROM dispute_movement m WHERE m.line_id = b.provider_id)
                AND (EXISTS (SELECT FROM refund r WHERE r.payment_id = b.payment_id)
                    OR EXISTS (SELECT FROM credit_lot l WHERE l.payment_id = b.payment_id
                        AND NOT EXISTS (SELECT FROM unapplied_receipt u WHERE u.payment_id = b.payment_id)))
            UNION ALL
            SELECT l.payment_id, r.amount_minor, 0 FROM credit_return r JOIN credit_lot l ON l.id = r.lot_id
            WHERE r.cause = 'provider' AND r.undone_at IS NULL
            UNION ALL
            SELECT m.payment_id, -m.amount_minor, 0 FROM wallet_movement m WHERE m.kind = 'refunded'
            UNION ALL
            SELECT g.payment_id, -g.amount_minor, 0 FROM outgoing_transfer g
            WHERE g.status = 'sent' AND g.purpose = 'refund'
            UNION ALL
            SELECT e.payment_id, 0, -p.amount_minor FROM posting p JOIN ledger_entry e ON e.id = p.entry_id
            WHERE p.account = 'refund_pending'
        ) both_sides
        GROUP BY payment_id HAVING sum(rows) <> sum(booked)
    """,
}

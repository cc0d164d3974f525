"""What `check-books` knows of bank transfers: each line booked once, the account adds up, payments are covered."""

from collections.abc import Mapping

TRANSFER_CHECKS: Mapping[str, str] = {
    "transfers that came in are booked once": """
        SELECT 'incoming_transfer', t.id, 'of ' || t.amount_minor || ' is ' || t.status || ', booked '
            || coalesce(sum(p.amount_minor), 0)
        FROM incoming_transfer t
        LEFT JOIN ledger_entry e ON e.key IN ('incoming_transfer:' || t.id, 'incoming_transfer:' || t.id || ':struck')
        LEFT JOIN posting p ON p.entry_id = e.id AND p.account = 'bank_account' AND p.currency = t.currency
        GROUP BY t.id
        HAVING coalesce(sum(p.amount_minor), 0)
            <> CASE WHEN t.status IN ('recorded', 'struck') THEN 0 ELSE t.amount_minor END
    """,
    "transfers that went out are booked once": """
        SELECT 'outgoing_transfer', t.id, 'of ' || t.amount_minor || ' is ' || t.status || ', booked '
            || coalesce(-sum(p.amount_minor), 0)
        FROM outgoing_transfer t
        LEFT JOIN ledger_entry e ON e.key = 'outgoing_transfer:' || t.id
        LEFT JOIN posting p ON p.entry_id = e.id AND p.account = 'bank_account' AND p.currency = t.currency
        GROUP BY t.id
        HAVING coalesce(-sum(p.amount_minor), 0) <> CASE WHEN t.status = 'sent' THEN t.amount_minor ELSE 0 END
    """,
    "the bank account holds what came in less what went out": """
        SELECT 'posting', 0, currency || ': transfers make ' || sum(made) || ', booked ' || sum(booked)
        FROM (
            SELECT currency, amount_minor AS made, 0 AS booked FROM incoming_transfer
            WHERE status NOT IN ('recorded', 'struck')
            UNION ALL
            SELECT currency, -amount_minor, 0 FROM outgoing_transfer WHERE status = 'sent'
            UNION ALL
            SELECT currency, 0, amount_minor FROM posting WHERE account = 'bank_account'
        ) both_sides
        GROUP BY currency HAVING sum(made) <> sum(booked)
    """,
    "money received by transfer is used, here or back": """
        SELECT 'posting', 0, currency || ': transfers leave ' || sum(made) || ', booked ' || sum(booked)
        FROM (
            SELECT currency, amount_minor - used_minor AS made, 0 AS booked FROM incoming_transfer
            WHERE status NOT IN ('recorded', 'struck')
            UNION ALL
            SELECT currency, -amount_minor, 0 FROM outgoing_transfer WHERE status = 'sent' AND purpose = 'return'
            UNION ALL
            SELECT currency, 0, -amount_minor FROM posting WHERE account = 'transfers_received'
        ) both_sides
        GROUP BY currency HAVING sum(made) <> sum(booked)
    """,
    "payments by transfer are covered": """
        SELECT 'payment', p.id, 'of ' || p.amount_minor || ' ' || p.currency || ' through ' || p.provider || ' is '
            || p.status || ', transfers paid ' || coalesce(sum(t.used_minor), 0)
        FROM payment p LEFT JOIN incoming_transfer t ON t.payment_id = p.id AND t.status = 'matched'
            AND t.currency = p.currency
        WHERE p.provider = 'bank_transfer'
            OR EXISTS (SELECT FROM incoming_transfer o WHERE o.payment_id = p.id AND o.status = 'matched')
        GROUP BY p.id
        HAVING p.provider <> 'bank_transfer' OR coalesce(sum(t.used_minor), 0)
            <> CASE WHEN p.status IN ('completed', 'refunded', 'partially_refunded') THEN p.amount_minor ELSE 0 END
    """,
    "what a transfer did not pay goes back": """
        SELECT 'incoming_transfer', t.id, 'of ' || t.amount_minor || ' is ' || t.status || ', used ' || t.used_minor
            || ', goes back ' || coalesce(sum(o.amount_minor), 0)
        FROM incoming_transfer t
        LEFT JOIN outgoing_transfer o ON o.incoming_id = t.id AND o.currency = t.currency AND o.status <> 'failed'
        GROUP BY t.id
        HAVING coalesce(sum(o.amount_minor), 0) <> CASE
                WHEN t.status IN ('matched', 'to_return', 'returned') THEN t.amount_minor - t.used_minor ELSE 0 END
            OR (t.status IN ('to_return', 'returned')
                AND (t.status = 'returned') <> coalesce(bool_and(o.status = 'sent'), false))
    """,
    "refunds by transfer are as far as their transfer": """
        SELECT 'refund', r.id, 'of ' || r.amount_minor || ' is ' || r.status || ', its transfer of '
            || coalesce(o.amount_minor, 0) || ' is ' || coalesce(o.status, 'none')
        FROM refund r JOIN payment p ON p.id = r.payment_id
        LEFT JOIN outgoing_transfer o ON o.refund_id = r.id AND o.attempt = r.attempt
        WHERE (p.provider = 'bank_transfer' OR o.id IS NOT NULL)
            AND CASE
                WHEN r.status = 'approved' THEN o.status IS DISTINCT FROM 'planned'
                WHEN r.status = 'processing' THEN o.status IS DISTINCT FROM 'exported'
                WHEN r.status = 'completed' THEN o.status IS DISTINCT FROM 'sent'
                ELSE o.status IS NOT NULL AND o.status <> 'failed' END
        UNION ALL
        SELECT 'outgoing_transfer', o.id, 'of ' || o.amount_minor || ' is for refund ' || o.refund_id
            || ', which is of another amount, payment or buyer'
        FROM outgoing_transfer o LEFT JOIN refund r ON r.id = o.refund_id AND r.payment_id = o.payment_id
            AND r.buyer_id = o.user_id AND r.currency = o.currency AND r.order_id = o.order_id
        WHERE o.purpose = 'refund' AND (r.id IS NULL
            OR (o.status IN ('planned', 'exported', 'sent') AND r.amount_minor <> o.amount_minor))
    """,
    "references are those of their payments": """
        SELECT 'transfer_request', q.payment_id, 'is for a payment through ' || p.provider
        FROM transfer_request q JOIN payment p ON p.id = q.payment_id WHERE p.provider <> 'bank_transfer'
        UNION ALL
        SELECT 'payment', p.id, 'waits for a transfer that nobody was told about'
        FROM payment p LEFT JOIN transfer_request q ON q.payment_id = p.id
        WHERE p.provider = 'bank_transfer' AND q.payment_id IS NULL
    """,
}

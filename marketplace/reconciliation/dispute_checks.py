"""What `check-books` knows of disputes: what banks have, what they took line by line, and who bears what is lost."""

from collections.abc import Mapping

DISPUTE_CHECKS: Mapping[str, str] = {
    "shares know what refunds and disputes took": """
        SELECT 'payment_transaction', id, 'refunded ' || refunded_minor || ' and charged back ' || charged_back_minor
            || ', refunds ' || refunds || ' and lost disputes ' || lost
        FROM (
            SELECT t.id, t.refunded_minor, t.charged_back_minor, t.net_taken_minor,
                coalesce(r.amount, 0) AS refunds, coalesce(d.amount, 0) AS lost,
                coalesce(r.taken, 0) + coalesce(d.taken, 0)
                    -- What the marketplace alone had paid went back to it when the order was cancelled.
                    + CASE WHEN t.gross_minor = 0 AND t.subsidy_taken_minor > 0 THEN t.net_minor ELSE 0 END AS taken
            FROM payment_transaction t
            LEFT JOIN (
                SELECT transaction_id, sum(amount_minor) AS amount, sum(held_minor + available_minor) AS taken
                FROM refund WHERE status IN ('approved', 'processing', 'completed') GROUP BY transaction_id
            ) r ON r.transaction_id = t.id
            LEFT JOIN (
                SELECT transaction_id, sum(lost_minor) AS amount, sum(held_minor + available_minor) AS taken
                FROM dispute_share GROUP BY transaction_id
            ) d ON d.transaction_id = t.id
        ) shares
        WHERE refunded_minor <> refunds OR charged_back_minor <> lost OR net_taken_minor <> taken
    """,
    "what banks have is held as disputed": """
        SELECT 'payment', payment_id, 'banks have ' || sum(rows) || ' undecided, booked ' || sum(booked)
        FROM (
            SELECT d.payment_id, d.withdrawn_minor - d.platform_lost_minor
                - coalesce((SELECT sum(s.lost_minor) FROM dispute_share s WHERE s.dispute_id = d.id), 0) AS rows,
                0 AS booked
            FROM dispute d
            UNION ALL
            SELECT e.payment_id, 0, p.amount_minor FROM posting p JOIN ledger_entry e ON e.id = p.entry_id
            WHERE p.account = 'dispute_hold'
        ) both_sides
        GROUP BY payment_id HAVING sum(rows) <> sum(booked)
    """,
    "disputes know what banks moved": """
        SELECT 'dispute', d.id, 'withdrawn ' || d.withdrawn_minor || ' and fee ' || d.fee_minor || ', lines '
            || coalesce(sum(m.amount_minor), 0) || ' and ' || coalesce(sum(m.fee_minor), 0)
        FROM dispute d LEFT JOIN dispute_movement m ON m.dispute_id = d.id
        GROUP BY d.id
        HAVING d.withdrawn_minor <> coalesce(sum(m.amount_minor), 0) OR d.fee_minor <> coalesce(sum(m.fee_minor), 0)
    """,
    "what banks moved is a line of the provider's": """
        SELECT 'dispute_movement', m.id, 'fee ' || m.fee_minor || ', the line says ' || coalesce(t.fee_minor, 0)
        FROM dispute_movement m
        JOIN dispute d ON d.id = m.dispute_id
        LEFT JOIN balance_transaction t ON t.provider_id = m.line_id AND t.payment_id = d.payment_id
        WHERE t.id IS NULL OR t.fee_minor <> m.fee_minor
            OR (t.currency = d.currency AND t.amount_minor <> -m.amount_minor)
    """,
    "disputed amounts are shared out": """
        SELECT 'dispute', d.id, 'is about ' || d.amount_minor || ', its shares about ' || sum(s.amount_minor)
        FROM dispute d JOIN dispute_share s ON s.dispute_id = d.id
        GROUP BY d.id HAVING d.amount_minor <> sum(s.amount_minor)
    """,
    "shares of disputes are of their payment": """
        SELECT 'dispute_share', s.id, 'is about another payment, order or seller than share ' || t.id
        FROM dispute_share s
        JOIN dispute d ON d.id = s.dispute_id
        JOIN payment_transaction t ON t.id = s.transaction_id
        WHERE (s.order_id, s.seller_id, d.payment_id) <> (t.order_id, t.seller_id, t.payment_id)
    """,
    "lost disputes made the debts they say": """
        SELECT 'dispute_share', s.id, 'made a debt of ' || s.debt_minor || ', recorded ' || coalesce(o.amount_minor, 0)
        FROM dispute d
        JOIN dispute_share s ON s.dispute_id = d.id
        LEFT JOIN seller_debt o ON o.subject = 'dispute:' || d.id || ':' || d.losses
            AND o.transaction_id = s.transaction_id
        WHERE d.is_loss_booked AND s.debt_minor <> coalesce(o.amount_minor, 0)
    """,
    "only lost disputes take from shares": """
        SELECT 'dispute', d.id, 'is ' || d.status || ' with ' || d.withdrawn_minor || ' at the bank, and its loss is '
            || CASE WHEN d.is_loss_booked THEN '' ELSE 'not ' END || 'booked'
        FROM dispute d
        WHERE d.is_loss_booked <> (d.status = 'lost' AND d.withdrawn_minor > 0)
    """,
    "open disputes keep their shares from moving": """
        SELECT 'dispute', d.id, 'is ' || d.status || ' and ' || CASE WHEN b.id IS NULL THEN 'does not block'
            ELSE 'blocks' END || ' share ' || s.transaction_id
        FROM dispute d
        JOIN dispute_share s ON s.dispute_id = d.id
        LEFT JOIN payment_block b ON b.transaction_id = s.transaction_id AND b.subject_id = d.id
            AND b.reason IN ('dispute', 'review') AND b.lifted_at IS NULL
        WHERE (b.reason IS NOT DISTINCT FROM CASE
            WHEN s.amount_minor = 0 THEN NULL
            WHEN d.status IN ('needs_response', 'under_review') THEN 'dispute'
            WHEN d.status IN ('inquiry_needs_response', 'inquiry_under_review', 'warned') THEN 'review'
            END) IS FALSE
    """,
}

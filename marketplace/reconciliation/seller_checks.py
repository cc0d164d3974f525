"""Checks of what is due to sellers after the hold: available, owed, on its way, paid out. Each names the row."""

SELLER_CHECKS = {
    "available money equals the released shares": """
        SELECT 'order', order_id, 'has ' || sum(shares) || ' left by its share, ' || sum(booked) || ' booked'
        FROM (
            SELECT seller_id, order_id, currency, net_minor - net_taken_minor - netted_minor - paid_out_minor AS shares,
                0 AS booked
            FROM payment_transaction WHERE status IN ('available', 'transferring', 'paid_out', 'refunded')
            UNION ALL
            SELECT owner_id, order_id, currency, 0, -amount_minor FROM posting WHERE account = 'seller_payable'
        ) both_sides
        GROUP BY seller_id, order_id, currency HAVING sum(shares) <> sum(booked)
    """,
    "what sellers owe equals their debts": """
        SELECT 'order', order_id, 'owes ' || sum(debts) || ' by debts, ' || sum(booked) || ' booked'
        FROM (
            SELECT seller_id, order_id, currency, amount_minor - netted_minor - forgiven_minor AS debts, 0 AS booked
            FROM seller_debt
            UNION ALL
            SELECT owner_id, order_id, currency, 0, amount_minor FROM posting WHERE account = 'seller_debt'
        ) both_sides
        GROUP BY seller_id, order_id, currency HAVING sum(debts) <> sum(booked)
    """,
    "debts know what sales paid": """
        SELECT 'seller_debt', d.id, 'netted ' || d.netted_minor || ', nettings '
            || coalesce(sum(n.amount_minor - n.undone_minor), 0)
        FROM seller_debt d LEFT JOIN debt_netting n ON n.debt_id = d.id
        GROUP BY d.id HAVING d.netted_minor <> coalesce(sum(n.amount_minor - n.undone_minor), 0)
    """,
    "shares know which debts they paid": """
        SELECT 'payment_transaction', t.id, 'netted ' || t.netted_minor || ', nettings '
            || coalesce(sum(n.amount_minor - n.undone_minor), 0)
        FROM payment_transaction t LEFT JOIN debt_netting n ON n.transaction_id = t.id
        GROUP BY t.id HAVING t.netted_minor <> coalesce(sum(n.amount_minor - n.undone_minor), 0)
    """,
    "paid out shares have nothing left": """
        SELECT 'payment_transaction', id, 'is paid out and has something left' FROM payment_transaction
        WHERE status = 'paid_out' AND net_minor - net_taken_minor - netted_minor - paid_out_minor <> 0
    """,
    "forgiven debts were written off or given up": """
        SELECT 'seller_debt', d.id, 'forgiven ' || d.forgiven_minor || ' of ' || d.amount_minor || ', written off '
            || coalesce(sum(w.amount_minor), 0)
        FROM seller_debt d
        LEFT JOIN debt_write_off w ON w.debt_id = d.id AND w.decided_at IS NOT NULL AND w.undone_at IS NULL
        GROUP BY d.id
        HAVING d.forgiven_minor <> coalesce(sum(w.amount_minor), 0)
            -- Given up: its cause fell away, so sales paid nothing of it and nobody bears it.
            AND NOT (d.forgiven_minor = d.amount_minor AND d.netted_minor = 0 AND count(w.id) = 0)
    """,
    "debts have their cause, and are of their share": """
        SELECT 'seller_debt', d.id, 'is called ' || d.subject || ', which is not about share ' || d.transaction_id
        FROM seller_debt d
        JOIN payment_transaction t ON t.id = d.transaction_id
        LEFT JOIN refund r ON r.transaction_id = t.id AND starts_with(d.subject, 'refund:' || r.id || ':')
        LEFT JOIN dispute_share s ON s.transaction_id = t.id
            AND starts_with(d.subject, 'dispute:' || s.dispute_id || ':')
        WHERE (r.id IS NULL AND s.id IS NULL)
            OR (d.seller_id, d.order_id, d.currency) <> (t.seller_id, t.order_id, t.currency)
    """,
    "nobody writes off what they owe themselves": """
        SELECT 'debt_write_off', w.id, 'was written off by its debtor'
        FROM debt_write_off w JOIN seller_debt d ON d.id = w.debt_id
        WHERE d.seller_id IN (w.first_approver_id, w.decided_by_id)
    """,
    "refunds that count made the debts they say": """
        SELECT 'refund', r.id, 'made a debt of ' || r.debt_minor || ', recorded ' || coalesce(sum(d.amount_minor), 0)
        FROM refund r LEFT JOIN seller_debt d ON d.subject = 'refund:' || r.id || ':' || r.attempt
            AND d.transaction_id = r.transaction_id
        WHERE r.status IN ('approved', 'processing', 'completed')
        GROUP BY r.id HAVING r.debt_minor <> coalesce(sum(d.amount_minor), 0)
    """,
    "refunds that failed left no debt": """
        SELECT 'refund', r.id, 'failed and its debt of ' || d.amount_minor || ' is forgiven by ' || d.forgiven_minor
        FROM refund r JOIN seller_debt d ON d.subject = 'refund:' || r.id || ':' || r.attempt
            AND d.transaction_id = r.transaction_id
        WHERE r.status NOT IN ('approved', 'processing', 'completed') AND d.forgiven_minor <> d.amount_minor
    """,
}

"""Checks of what is due to sellers after the hold: available, owed, on its way, paid out. Each names the row."""

SELLER_CHECKS = {
    "available money equals the released shares": """
        SELECT 'order', order_id, 'has ' || sum(shares) || ' left by its share, ' || sum(booked) || ' booked'
        FROM (
            SELECT order_id, net_minor - net_taken_minor - netted_minor - paid_out_minor AS shares, 0 AS booked
            FROM payment_transaction WHERE status IN ('available', 'transferring', 'paid_out', 'refunded')
            UNION ALL
            SELECT order_id, 0, -amount_minor FROM posting WHERE account = 'seller_payable'
        ) both_sides
        GROUP BY order_id HAVING sum(shares) <> sum(booked)
    """,
    "what sellers owe equals their debts": """
        SELECT 'order', order_id, 'owes ' || sum(debts) || ' by debts, ' || sum(booked) || ' booked'
        FROM (
            SELECT order_id, amount_minor - netted_minor - forgiven_minor AS debts, 0 AS booked FROM seller_debt
            UNION ALL
            SELECT order_id, 0, amount_minor FROM posting WHERE account = 'seller_debt'
        ) both_sides
        GROUP BY order_id HAVING sum(debts) <> sum(booked)
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
}

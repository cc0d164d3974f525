"""What `check-books` knows of discount codes: uses within limits, parts that sum, and what the marketplace bears."""

from collections.abc import Mapping

DISCOUNT_CHECKS: Mapping[str, str] = {
    "codes count their uses": """
        SELECT 'discount', d.id, 'counts ' || d.used || ' uses and ' || d.used_late || ' late ones, has '
            || count(u.id) FILTER (WHERE NOT u.is_late) || ' and ' || count(u.id) FILTER (WHERE u.is_late)
        FROM discount d LEFT JOIN discount_use u ON u.discount_id = d.id AND u.status <> 'released'
        GROUP BY d.id
        HAVING d.used <> count(u.id) FILTER (WHERE NOT u.is_late)
            OR d.used_late <> count(u.id) FILTER (WHERE u.is_late)
    """,
    "buyers stay within a code's limit": """
        SELECT 'discount', d.id, 'is used ' || count(*) || ' times by user ' || u.buyer_id
        FROM discount d JOIN discount_use u ON u.discount_id = d.id AND u.status <> 'released' AND NOT u.is_late
        GROUP BY d.id, u.buyer_id HAVING count(*) > d.max_uses_per_buyer
    """,
    "uses belong to purchases that stand": """
        SELECT 'discount_use', u.id, 'is ' || u.status || ', its purchase ' || p.status
        FROM discount_use u JOIN purchase p ON p.id = u.purchase_id
        WHERE (u.status = 'redeemed' AND p.status <> 'paid')
            -- Given up in the moment in which its buyer paid by a method that clears later: the money is on its way.
            OR (u.status = 'reserved' AND p.status <> 'open' AND NOT (p.status = 'given_up' AND EXISTS
                (SELECT FROM payment y WHERE y.purchase_id = p.id AND y.status = 'processing')))
            OR (u.status = 'released' AND p.status = 'paid' AND EXISTS (SELECT FROM "order" o
                WHERE o.purchase_id = p.id AND o.discount_minor > 0 AND o.status IN ('shipped', 'delivered')))
    """,
    "purchases with a code have its use": """
        SELECT 'purchase', p.id, 'has code ' || coalesce(p.discount_code, 'none') || ' and orders lowered by '
            || coalesce(sum(o.discount_minor), 0) || ', its use says ' || coalesce(max(u.amount_minor), 0)
        FROM purchase p JOIN "order" o ON o.purchase_id = p.id
        LEFT JOIN discount_use u ON u.purchase_id = p.id
        LEFT JOIN discount d ON d.id = u.discount_id
        GROUP BY p.id
        HAVING sum(o.discount_minor) <> coalesce(max(u.amount_minor), 0)
            OR (p.discount_code IS NULL) <> (max(u.id) IS NULL) OR max(d.code) IS DISTINCT FROM p.discount_code
    """,
    "discounts are the sum of their lines": """
        SELECT 'order', o.id, 'discount ' || o.discount_minor || ', lines ' || coalesce(sum(l.discount_minor), 0)
        FROM "order" o LEFT JOIN order_line l ON l.order_id = o.id
        GROUP BY o.id HAVING o.discount_minor <> coalesce(sum(l.discount_minor), 0)
    """,
    "discounts are borne by whose code it is": """
        SELECT 'order', o.id, 'of a discount of ' || o.discount_minor || ' the marketplace bears ' || o.subsidy_minor
        FROM "order" o JOIN discount_use u ON u.purchase_id = o.purchase_id JOIN discount d ON d.id = u.discount_id
        WHERE o.subsidy_minor <> CASE WHEN d.seller_id IS NULL THEN o.discount_minor ELSE 0 END
            OR (d.seller_id <> o.seller_id AND o.discount_minor > 0)
    """,
    "shares carry their order's subsidy": """
        SELECT 'payment_transaction', t.id, 'subsidy ' || t.subsidy_minor || ', its order says ' || o.subsidy_minor
        FROM payment_transaction t JOIN "order" o ON o.id = t.order_id WHERE t.subsidy_minor <> o.subsidy_minor
    """,
    "subsidies that were taken back are known": """
        SELECT 'payment_transaction', t.id, 'of a subsidy of ' || t.subsidy_minor || ' ' || t.subsidy_taken_minor
            || ' was taken back, booked ' || coalesce(b.minor, 0) || ', refunds and losses say '
            || coalesce(r.minor, 0) + coalesce(d.minor, 0)
        FROM payment_transaction t
        LEFT JOIN (SELECT transaction_id, sum(subsidy_minor) AS minor FROM refund
            WHERE status IN ('approved', 'processing', 'completed') GROUP BY transaction_id) r
            ON r.transaction_id = t.id
        LEFT JOIN (SELECT transaction_id, sum(subsidy_minor) AS minor FROM dispute_share GROUP BY transaction_id) d
            ON d.transaction_id = t.id
        LEFT JOIN (SELECT p.order_id, -sum(p.amount_minor) AS minor FROM posting p JOIN ledger_entry e
            ON e.id = p.entry_id WHERE p.account = 'discount_expense' AND NOT starts_with(e.key, 'payment:')
            GROUP BY p.order_id) b ON b.order_id = t.order_id AND t.status NOT IN ('pending', 'failed')
        LEFT JOIN cancellation c ON c.order_id = t.order_id AND t.gross_minor = 0 AND t.status = 'refunded'
        WHERE t.subsidy_taken_minor <> coalesce(r.minor, 0) + coalesce(d.minor, 0)
                + CASE WHEN c.order_id IS NULL THEN 0 ELSE t.subsidy_minor END
            OR t.subsidy_taken_minor <> coalesce(b.minor, 0)
    """,
}

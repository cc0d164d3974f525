"""What `check-books` knows of credits: each movement with its entry, lots that add up, and what of prices is earned."""

from collections.abc import Mapping

CREDIT_CHECKS: Mapping[str, str] = {
    "credit movements are booked as they are": """
        SELECT 'credit_movement', m.id, 'moves ' || m.credits || ', booked ' || coalesce(-sum(p.amount_minor), 0)
            || ' as ' || coalesce(max(e.key), 'nothing')
        FROM credit_movement m
        LEFT JOIN ledger_entry e ON e.id = m.entry_id
        LEFT JOIN posting p ON p.entry_id = e.id AND p.account = 'credits_held' AND p.owner_id = m.user_id
            AND p.currency = 'XCR'
        GROUP BY m.id
        HAVING m.credits <> coalesce(-sum(p.amount_minor), 0)
            OR max(e.key) IS DISTINCT FROM 'credits:' || m.user_id || ':' || m.number
            OR max(e.payment_id) IS DISTINCT FROM m.payment_id
    """,
    "entries of credits have their movement": """
        SELECT 'ledger_entry', e.id, e.key || ' moves credits of user ' || coalesce(p.owner_id::text, 'nobody')
            || ' in ' || p.currency || ', and no movement says so'
        FROM posting p JOIN ledger_entry e ON e.id = p.entry_id
        LEFT JOIN credit_movement m ON m.entry_id = e.id AND (m.user_id = p.owner_id OR p.account = 'credits_issued')
            AND p.currency = 'XCR'
        WHERE (p.account IN ('credits_held', 'credits_issued') OR p.currency = 'XCR') AND m.id IS NULL
        GROUP BY e.id, p.owner_id, p.currency
    """,
    "credits are the sum of their movements": """
        SELECT 'credit_movement', id, 'is number ' || number || ' and leaves ' || balance
            || ', those up to it make ' || made || ' in ' || position
        FROM (SELECT m.id, m.number, m.balance, sum(m.credits) OVER own AS made, row_number() OVER own AS position
            FROM credit_movement m WINDOW own AS (PARTITION BY m.user_id ORDER BY m.number)) running
        WHERE balance <> made OR number <> position
    """,
    "people hold what their last movement left, and their lots": """
        SELECT 'user', coalesce(b.user_id, m.user_id, l.user_id), 'holds ' || coalesce(b.credits, 0)
            || ' credits after ' || coalesce(b.movements, 0) || ', movements make ' || coalesce(m.made, 0) || ' in '
            || coalesce(m.number, 0) || ', lots have ' || coalesce(l.left_over, 0)
        FROM credit_balance b
        FULL JOIN (SELECT user_id, sum(credits) AS made, count(*) AS number FROM credit_movement GROUP BY user_id) m
            ON m.user_id = b.user_id
        FULL JOIN (SELECT user_id, sum(credits - used - taken) AS left_over FROM credit_lot GROUP BY user_id) l
            ON l.user_id = coalesce(b.user_id, m.user_id)
        WHERE (b.credits, b.movements, l.left_over) IS DISTINCT FROM (m.made, m.number, b.credits)
    """,
    "lots know what was used of them": """
        SELECT 'credit_lot', l.id, 'used ' || l.used || ' and earned ' || l.earned_minor || ', uses say '
            || coalesce(sum(u.credits), 0) || ' and ' || coalesce(sum(u.earned_minor), 0)
        FROM credit_lot l LEFT JOIN credit_use u ON u.lot_id = l.id
        GROUP BY l.id
        HAVING l.used <> coalesce(sum(u.credits), 0) OR l.earned_minor <> coalesce(sum(u.earned_minor), 0)
            OR (l.used + l.taken = l.credits AND l.paid_minor <> l.earned_minor + l.returned_minor)
    """,
    "lots know what went back of them": """
        SELECT 'credit_lot', l.id, 'gave back ' || l.taken || ' for ' || l.returned_minor || ', returns say '
            || coalesce(sum(r.credits), 0) || ' for ' || coalesce(sum(r.deferred_minor), 0)
        FROM credit_lot l LEFT JOIN credit_return r ON r.lot_id = l.id AND r.undone_at IS NULL
        GROUP BY l.id
        HAVING l.taken <> coalesce(sum(r.credits), 0) OR l.returned_minor <> coalesce(sum(r.deferred_minor), 0)
    """,
    "movements that spent are uses of lots": """
        SELECT 'credit_movement', m.id, 'spent ' || -m.credits || ', uses say ' || coalesce(sum(u.credits), 0)
        FROM credit_movement m LEFT JOIN credit_use u ON u.movement_id = m.id
        GROUP BY m.id
        HAVING coalesce(sum(u.credits), 0) <> CASE m.kind WHEN 'spent' THEN -m.credits ELSE 0 END
    """,
    "what is paid for unused credits is owed": """
        SELECT 'payment', payment_id, 'has ' || sum(lots) || ' of its credits unearned, booked ' || sum(booked)
        FROM (
            SELECT payment_id, paid_minor - earned_minor - returned_minor AS lots, 0 AS booked FROM credit_lot
            UNION ALL
            SELECT e.payment_id, 0, -p.amount_minor FROM posting p JOIN ledger_entry e ON e.id = p.entry_id
            WHERE p.account = 'credits_deferred'
        ) both_sides
        GROUP BY payment_id HAVING sum(lots) <> sum(booked)
    """,
    "what credits earned is booked": """
        SELECT 'credit_use', u.id, 'earned ' || u.earned_minor || ', booked ' || coalesce(-sum(p.amount_minor), 0)
        FROM credit_use u JOIN credit_movement m ON m.id = u.movement_id JOIN credit_lot l ON l.id = u.lot_id
        LEFT JOIN ledger_entry e ON e.id = u.entry_id AND e.payment_id = l.payment_id
            AND e.key = 'credits:' || m.user_id || ':' || m.number || ':used:' || l.id
        LEFT JOIN posting p ON p.entry_id = e.id AND p.account = 'credit_revenue' AND p.currency = l.currency
        GROUP BY u.id HAVING u.earned_minor <> coalesce(-sum(p.amount_minor), 0)
    """,
    "credits are added when they are paid, once": """
        SELECT 'payment', p.id, 'is ' || p.status || ' for ' || p.credits_to_add || ' credits, added '
            || coalesce(p.credits_added_at::text, 'never') || ', movement ' || coalesce(m.credits, 0) || ', lot '
            || coalesce(l.credits, 0)
        FROM payment p
        LEFT JOIN credit_movement m ON m.payment_id = p.id AND m.kind = 'bought' AND m.user_id = p.user_id
        LEFT JOIN credit_lot l ON l.payment_id = p.id AND l.user_id = p.user_id
        LEFT JOIN ledger_entry e ON e.key = 'payment:' || p.id || ':unapplied'
        WHERE CASE WHEN p.credits_to_add > 0 AND p.status IN ('completed', 'refunded', 'partially_refunded')
                AND e.id IS NULL
            THEN (m.credits, l.credits, p.credit_transaction_id, l.paid_minor)
                    IS DISTINCT FROM (p.credits_to_add, p.credits_to_add, m.id, p.amount_minor)
                OR p.credits_added_at IS NULL
            ELSE num_nonnulls(m.id, l.id, p.credits_added_at, p.credit_transaction_id) > 0 END
    """,
    "payments of packages are as they were agreed": """
        SELECT 'payment', p.id, 'is for ' || p.credits_to_add || ' credits and ' || p.amount_minor || ', agreed '
            || coalesce(s.credits, 0) || ' for ' || coalesce(s.price_minor - s.discount_minor, 0)
        FROM payment p JOIN purchase u ON u.id = p.purchase_id LEFT JOIN credit_sale s ON s.purchase_id = u.id
        WHERE p.credits_to_add <> coalesce(s.credits, 0) OR p.package_id IS DISTINCT FROM s.code
            OR (s.purchase_id IS NOT NULL AND p.amount_minor <> s.price_minor - s.discount_minor)
    """,
    "packages with a code have its use": """
        SELECT 'purchase', p.id, 'has code ' || coalesce(p.discount_code, 'none') || ' and a package lowered by '
            || s.discount_minor || ', its use says ' || coalesce(u.amount_minor, 0)
        FROM credit_sale s JOIN purchase p ON p.id = s.purchase_id
        LEFT JOIN discount_use u ON u.purchase_id = p.id
        LEFT JOIN discount d ON d.id = u.discount_id
        WHERE s.discount_minor <> coalesce(u.amount_minor, 0) OR d.code IS DISTINCT FROM p.discount_code
            OR d.seller_id IS NOT NULL
    """,
    "returns of packages are booked": """
        SELECT 'credit_return', r.id, 'took ' || r.deferred_minor || ' for ' || r.amount_minor || ', booked '
            || coalesce(sum(p.amount_minor) FILTER (WHERE p.account = 'credits_deferred'), 0)
        FROM credit_return r
        LEFT JOIN ledger_entry e ON e.key IN ('credit_return:' || r.id, 'credit_return:' || r.id || ':undone')
        LEFT JOIN posting p ON p.entry_id = e.id
        GROUP BY r.id
        HAVING coalesce(sum(p.amount_minor) FILTER (WHERE p.account = 'credits_deferred'), 0)
                <> CASE WHEN r.undone_at IS NULL THEN r.deferred_minor ELSE 0 END
            OR coalesce(-sum(p.amount_minor) FILTER (WHERE p.account IN ('refund_pending', 'unapplied_receipts')), 0)
                <> CASE WHEN r.undone_at IS NULL AND r.cause <> 'dispute' THEN r.amount_minor ELSE 0 END
    """,
    "promotions are paid with their credits": """
        SELECT 'credit_movement', coalesce(m.id, p.movement_id), 'spent ' || coalesce(-m.credits, 0)
            || ', its promotion cost ' || coalesce(p.credits, 0)
        FROM (SELECT * FROM credit_movement WHERE kind = 'spent') m
        FULL JOIN promotion p ON p.movement_id = m.id AND p.listing_id = m.listing_id
        WHERE -m.credits IS DISTINCT FROM p.credits
    """,
    "purchases are the sum of their orders, or a package": """
        SELECT 'purchase', p.id, 'total ' || p.total_minor || ', orders ' || coalesce(sum(o.total_minor), 0)
            || ', package ' || coalesce(max(s.price_minor - s.discount_minor), 0)
        FROM purchase p LEFT JOIN "order" o ON o.purchase_id = p.id LEFT JOIN credit_sale s ON s.purchase_id = p.id
        GROUP BY p.id
        HAVING p.total_minor <> coalesce(sum(o.total_minor), 0) + coalesce(max(s.price_minor - s.discount_minor), 0)
            OR (count(o.id) > 0 AND count(s.purchase_id) > 0)
    """,
}

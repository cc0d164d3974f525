"""The rules (reliability.md 5) as questions in SQL: each returns a row of words for everything that should not be."""

from collections.abc import Mapping

ALWAYS: Mapping[str, str] = {
    "I01": """
        SELECT 'entry ' || entry_id || ' is out of balance by ' || sum(amount_minor) || ' ' || currency
        FROM posting GROUP BY entry_id, currency HAVING sum(amount_minor) <> 0
    """,
    "I04": """
        SELECT 'payment ' || p.id || ' of ' || p.amount_minor || ' is shared out as '
            || sum(t.net_minor + t.platform_fee_minor + t.processing_fee_minor - t.subsidy_minor)
        FROM payment p JOIN payment_transaction t ON t.payment_id = p.id
        GROUP BY p.id
        HAVING p.amount_minor <> sum(t.net_minor + t.platform_fee_minor + t.processing_fee_minor - t.subsidy_minor)
    """,
    "I07": """
        SELECT 'payout ' || subject_id || ' has ' || count(*) || ' transfers'
        FROM outbound_call WHERE kind = 'transfer' AND status = 'done' GROUP BY subject_id HAVING count(*) > 1
    """,
    "I08": """
        SELECT 'share ' || t.id || ' is ' || t.status || ' although ' || CASE
            WHEN b.id IS NOT NULL THEN 'it is blocked: ' || b.reason ELSE 'its order is ' || o.status END
        FROM payout p JOIN payout_line l ON l.payout_id = p.id JOIN payment_transaction t ON t.id = l.transaction_id
        JOIN "order" o ON o.id = t.order_id
        LEFT JOIN payment_block b ON b.transaction_id = t.id AND b.lifted_at IS NULL AND b.set_at < p.started_at
        WHERE p.status = 'pending' AND p.transfer_id IS NULL AND t.status = 'transferring'
            AND (b.id IS NOT NULL OR o.status NOT IN ('delivered', 'refunded', 'cancelled'))
            -- An admin may release a share whatever its date and its parcel say.
            AND NOT EXISTS (SELECT FROM hold_decision h WHERE h.transaction_id = t.id AND h.step = 'release')
    """,
    "I09": """
        SELECT 'payment ' || p.id || ' of ' || p.amount_minor || ' has refunds of ' || sum(r.amount_minor)
        FROM payment p JOIN refund r ON r.payment_id = p.id
        WHERE r.status IN ('approved', 'processing', 'completed')
        GROUP BY p.id HAVING sum(r.amount_minor) > p.amount_minor
    """,
    "I10": """
        SELECT 'payout ' || id || ' of ' || amount_minor || ' has ' || reversed_minor || ' taken back'
        FROM payout WHERE reversed_minor > amount_minor OR reversed_minor < 0
    """,
    "I11": """
        SELECT 'seller ' || owner_id || ' has ' || -sum(amount_minor) || ' ' || currency || ' in ' || account
        FROM posting WHERE account IN ('seller_held', 'seller_payable')
        GROUP BY account, owner_id, currency HAVING -sum(amount_minor) < 0
    """,
    "I12": """
        SELECT 'listing ' || l.id || ' received ' || l.received_units || ' and has ' || l.in_stock || ' + '
            || coalesce(sum(r.quantity), 0)
        FROM listing l LEFT JOIN stock_reservation r
            ON r.listing_id = l.id AND r.status IN ('active', 'redeemed', 'written_off')
        -- With variants it has no units of its own and shows the sum of theirs.
        GROUP BY l.id HAVING l.received_units <> CASE WHEN l.option_names = '{}' THEN l.in_stock ELSE 0 END
            + coalesce(sum(r.quantity), 0) OR l.in_stock < 0
            OR l.option_names <> '{}' AND l.in_stock <> (
                SELECT coalesce(sum(v.in_stock), 0) FROM listing v WHERE v.parent_id = l.id AND v.status = 'offered'
            )
    """,
    "I13": """
        SELECT 'code ' || d.code || ' allows ' || coalesce(d.max_uses::text, 'any') || ' uses and '
            || coalesce(d.max_uses_per_buyer::text, 'any') || ' a buyer, and has ' || count(u.id) || ' of '
            || count(DISTINCT u.buyer_id) || ' buyers'
        FROM discount d JOIN discount_use u ON u.discount_id = d.id
        JOIN purchase p ON p.id = u.purchase_id
        WHERE u.status <> 'released' AND NOT u.is_late
        GROUP BY d.id
        HAVING count(u.id) > d.max_uses OR count(u.id) > d.max_uses_per_buyer * count(DISTINCT u.buyer_id)
            OR count(u.id) <> count(u.id) FILTER (WHERE
                (u.status = 'reserved' AND p.status = 'open') OR (u.status = 'redeemed' AND p.status = 'paid')
                -- Given up in the moment in which its buyer paid by a method that clears later. That this has failed
                -- is told of the charge first and then of the page, which lets go.
                OR (u.status = 'reserved' AND p.status = 'given_up' AND EXISTS (SELECT FROM status_change c
                    JOIN payment y ON y.id = c.subject_id AND c.subject = 'payment' AND c.verb = 'process'
                    WHERE y.purchase_id = p.id AND y.status IN ('processing', 'failed'))))
    """,
    "I13s": """
        SELECT 'purchase ' || u.purchase_id || ' takes ' || u.amount_minor || ' off, its orders '
            || sum(o.discount_minor) || ', and the marketplace bears ' || sum(o.subsidy_minor)
        FROM discount_use u JOIN discount d ON d.id = u.discount_id JOIN "order" o ON o.purchase_id = u.purchase_id
        GROUP BY u.id, d.id
        HAVING u.amount_minor <> sum(o.discount_minor)
            OR sum(o.subsidy_minor) <> CASE WHEN d.seller_id IS NULL THEN u.amount_minor ELSE 0 END
    """,
    "I14": """
        SELECT 'purchase ' || p.purchase_id || ' has ' || count(*) || ' payments that count'
        FROM payment p JOIN ledger_entry e ON e.key = 'payment:' || p.id || ':captured'
        GROUP BY p.purchase_id HAVING count(*) > 1
    """,
    "I18": """
        SELECT 'event ' || subject_id || ' was applied ' || count(*) || ' times'
        FROM status_change WHERE subject = 'provider_event' AND verb = 'apply' GROUP BY subject_id HAVING count(*) > 1
    """,
    "I21": """
        SELECT 'payment ' || p.id || ' is ' || p.amount_minor || ' ' || p.currency || ', its purchase '
            || u.total_minor || ' ' || u.currency
        FROM payment p JOIN purchase u ON u.id = p.purchase_id
        WHERE (p.amount_minor, p.currency) <> (u.total_minor, u.currency)
    """,
    "I23": """
        SELECT 'refund ' || number || ' was decided by ' || coalesce(decided_by_id::text, 'nobody')
        FROM refund
        WHERE status IN ('approved', 'processing', 'completed') AND origin IN ('buyer', 'admin')
            AND (decided_by_id IS NULL OR decided_by_id = buyer_id OR decided_by_id = first_approver_id)
    """,
}
"""What holds after every commit."""

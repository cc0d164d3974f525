"""What `check-books` knows of reconciliation: what matched still does, corrections are booked, doubts keep payouts."""

from collections.abc import Mapping

BREAK_CHECKS: Mapping[str, str] = {
    "the provider's balance is the sum of its lines": """
        SELECT 'balance_transaction', 0, currency || ': lines ' || sum(seen) || ', booked ' || sum(booked)
        FROM (
            SELECT currency, net_minor AS seen, 0 AS booked FROM balance_transaction WHERE provider <> 'paypal'
            UNION ALL
            SELECT currency, amount_minor, 0 FROM correction WHERE booked_at IS NOT NULL AND undone_at IS NULL
            UNION ALL
            SELECT currency, 0, amount_minor FROM posting WHERE account = 'provider_balance'
        ) both_sides
        GROUP BY currency HAVING sum(seen) <> sum(booked)
    """,
    "lines that matched are booked as they are": """
        SELECT 'provider_line', l.id, 'net ' || l.net_minor || ' is booked as ' || coalesce(sum(p.amount_minor), 0)
        FROM provider_line l
        LEFT JOIN ledger_entry e ON e.key = 'balance_transaction:' || l.line_id OR e.key IN (
            SELECT 'correction:' || c.id || k.kind FROM correction c CROSS JOIN (VALUES (''), (':undone')) k (kind)
            WHERE c.provider_line_id = l.line_id)
        LEFT JOIN posting p ON p.entry_id = e.id AND p.account = 'provider_balance' AND p.currency = l.currency
        WHERE l.matched_at IS NOT NULL AND l.account_id = '' AND l.is_ours
        GROUP BY l.id HAVING coalesce(sum(p.amount_minor), 0) <> l.net_minor
    """,
    "corrections are booked as they say": """
        SELECT 'correction', c.id, 'changes the balance by ' || c.amount_minor || CASE WHEN c.undone_at IS NULL THEN ''
            ELSE ' and is undone' END || ', booked ' || coalesce(sum(p.amount_minor), 0) || ' in ' || count(p.id)
        FROM correction c
        LEFT JOIN ledger_entry e ON e.key IN ('correction:' || c.id, 'correction:' || c.id || ':undone')
        LEFT JOIN posting p ON p.entry_id = e.id AND p.account = 'provider_balance' AND p.currency = c.currency
        GROUP BY c.id
        HAVING coalesce(sum(p.amount_minor), 0) <> CASE WHEN c.booked_at IS NULL OR c.undone_at IS NOT NULL THEN 0
                ELSE c.amount_minor END
            OR count(p.id) <> CASE WHEN c.booked_at IS NULL THEN 0 WHEN c.undone_at IS NULL THEN 1 ELSE 2 END
    """,
    "corrections have their reason, and large ones two admins": """
        SELECT 'correction', c.id, 'was booked without a word of ' || CASE WHEN d.id IS NULL THEN 'its admin'
            ELSE 'its first admin' END
        FROM correction c
        LEFT JOIN break_decision d ON d.break_id = c.break_id AND d.admin_id = c.approved_by_id
            AND d.deed IN ('correct', 'confirm')
        LEFT JOIN break_decision f ON f.break_id = c.break_id AND f.admin_id = c.asked_by_id AND f.deed = 'correct'
        WHERE c.booked_at IS NOT NULL AND (d.id IS NULL OR f.id IS NULL)
    """,
    "open breaks keep their sellers from being paid": """
        -- A share that came later is held for weeks; the next run that finds the break keeps its seller too. Many
        -- things may happen in one moment of the clock: which was first, their histories tell.
        SELECT 'reconciliation_break', b.id, 'is open, and seller ' || t.seller_id || ' may be paid'
        FROM reconciliation_break b
        JOIN payment_transaction t ON t.payment_id = b.payment_id
            AND (SELECT min(id) FROM status_change WHERE subject = 'payment_transaction' AND subject_id = t.id)
                < (SELECT min(id) FROM status_change WHERE subject = 'reconciliation_break' AND subject_id = b.id)
        LEFT JOIN payout_pause p ON p.subject = 'break:' || b.id AND p.seller_id = t.seller_id AND p.ended_at IS NULL
        WHERE b.status = 'open' AND b.kind <> 'repeated_message' AND p.id IS NULL
    """,
    "doubts about sellers have their break": """
        SELECT 'payout_pause', p.id, 'keeps seller ' || p.seller_id || ' from being paid for ' || p.subject
        FROM payout_pause p
        LEFT JOIN reconciliation_break b ON p.subject = 'break:' || b.id AND b.status = 'open'
        WHERE p.ended_at IS NULL AND b.id IS NULL
    """,
}

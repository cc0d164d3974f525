"""Checks of what was told to sellers as final: a closed statement is what the ledger says, now and for ever."""

STATEMENT_CHECKS = {
    "closed statements equal the ledger": """
        SELECT 'seller_statement', s.id, 'says ' || s.opening_minor || ', ' || s.incoming_minor || ', '
            || s.outgoing_minor || ' in ' || s.lines || ' lines; the ledger says ' || l.opening || ', ' || l.incoming
            || ', ' || l.outgoing || ' in ' || l.lines
        FROM seller_statement s
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(amount) FILTER (WHERE is_before), 0) AS opening,
                coalesce(sum(amount) FILTER (WHERE NOT is_before AND amount > 0), 0) AS incoming,
                coalesce(sum(amount) FILTER (WHERE NOT is_before AND amount < 0), 0) AS outgoing,
                count(*) FILTER (WHERE NOT is_before) AS lines
            FROM (
                SELECT e.booked_at < s.month::timestamp AT TIME ZONE 'UTC' AS is_before, -sum(p.amount_minor) AS amount
                FROM posting p JOIN ledger_entry e ON e.id = p.entry_id
                WHERE p.account IN ('seller_held', 'seller_payable', 'seller_debt')
                    AND p.owner_id = s.seller_id AND p.currency = s.currency
                    AND e.booked_at < (s.month + interval '1 month') AT TIME ZONE 'UTC'
                GROUP BY e.id
            ) entries
        ) l
        WHERE (s.opening_minor, s.incoming_minor, s.outgoing_minor, s.lines)
            IS DISTINCT FROM (l.opening, l.incoming, l.outgoing, l.lines)
    """,
    "closed months have their statements": """
        SELECT 'user', booked.owner_id, 'has no statement of ' || m.month || ' in ' || booked.currency
        FROM statement_month m
        JOIN (
            SELECT DISTINCT p.owner_id, p.currency, date_trunc('month', e.booked_at AT TIME ZONE 'UTC')::date AS month
            FROM posting p JOIN ledger_entry e ON e.id = p.entry_id
            WHERE p.account IN ('seller_held', 'seller_payable', 'seller_debt')
        ) booked ON booked.month = m.month
        LEFT JOIN seller_statement s
            ON (s.seller_id, s.currency, s.month) = (booked.owner_id, booked.currency, m.month)
        WHERE m.finished_at IS NOT NULL AND s.id IS NULL
    """,
    "statements open with what the last one closed with": """
        SELECT 'seller_statement', id, 'opens with ' || opening_minor || ', the one before closed with ' || before
        FROM (
            SELECT id, opening_minor,
                lag(closing_minor, 1, 0::bigint) OVER (PARTITION BY seller_id, currency ORDER BY month) AS before
            FROM seller_statement
        ) statements
        WHERE opening_minor <> before
    """,
}

"""Checks of what was told to sellers as final: a closed statement is what the ledger says, now and for ever."""

STATEMENT_CHECKS = {
    "closed statements equal the ledger": """
        SELECT 'seller_statement', s.id, 'opened with ' || s.opening_minor || ' and closed with ' || s.closing_minor
            || ' by ' || s.lines || ' lines; the ledger says ' || l.opening || ', ' || l.closing || ', ' || l.lines
        FROM seller_statement s
        CROSS JOIN LATERAL (
            SELECT coalesce(-sum(p.amount_minor) FILTER (WHERE e.booked_at < s.month::timestamp AT TIME ZONE 'UTC'), 0)
                    AS opening,
                coalesce(-sum(p.amount_minor), 0) AS closing,
                count(DISTINCT e.id) FILTER (WHERE e.booked_at >= s.month::timestamp AT TIME ZONE 'UTC') AS lines
            FROM posting p JOIN ledger_entry e ON e.id = p.entry_id
            WHERE p.account IN ('seller_held', 'seller_payable', 'seller_debt')
                AND p.owner_id = s.seller_id AND p.currency = s.currency
                AND e.booked_at < (s.month + interval '1 month') AT TIME ZONE 'UTC'
        ) l
        WHERE (s.opening_minor, s.closing_minor, s.lines) IS DISTINCT FROM (l.opening, l.closing, l.lines)
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

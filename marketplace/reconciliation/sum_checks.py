"""The check that the ledger's kept sums are what its postings make: balances on pages are read from them."""

SUM_CHECKS = {
    "kept sums are those of the postings": """
        WITH real AS (
            SELECT p.account, p.currency, p.id >> 17 AS block, (e.booked_at AT TIME ZONE 'UTC')::date AS day,
                sum(greatest(p.amount_minor, 0)) AS debit, sum(greatest(-p.amount_minor, 0)) AS credit,
                count(*) AS postings
            FROM posting p JOIN ledger_entry e ON e.id = p.entry_id
            LEFT JOIN ledger_unsummed u ON u.entry_id = p.entry_id AND p.id BETWEEN u.first_id AND u.last_id
            WHERE u.first_id IS NULL GROUP BY 1, 2, 3, 4)
        SELECT 'ledger_sum', block, account || ' ' || currency || ' on ' || day || ': kept '
            || coalesce(k.debit_minor, 0) || ' less ' || coalesce(k.credit_minor, 0) || ' of '
            || coalesce(k.postings, 0) || ' postings, made ' || coalesce(r.debit, 0) || ' less '
            || coalesce(r.credit, 0) || ' of ' || coalesce(r.postings, 0)
        FROM ledger_sum k FULL JOIN real r USING (account, currency, block, day)
        WHERE (k.debit_minor, k.credit_minor, k.postings) IS DISTINCT FROM (r.debit, r.credit, r.postings)
    """,
}

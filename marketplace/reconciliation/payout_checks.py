"""Checks of payouts: one transfer each, lines that add up, shares that know what they were paid. Each names the row."""

PAYOUT_CHECKS = {
    "payouts are the sum of their lines": """
        SELECT 'payout', p.id, 'amount ' || p.amount_minor || ', lines ' || coalesce(sum(l.amount_minor), 0)
            || '; taken back ' || p.reversed_minor || ', of lines ' || coalesce(sum(l.reversed_minor), 0)
        FROM payout p LEFT JOIN payout_line l ON l.payout_id = p.id
        GROUP BY p.id HAVING p.amount_minor <> coalesce(sum(l.amount_minor), 0)
            OR p.reversed_minor <> coalesce(sum(l.reversed_minor), 0)
    """,
    "lines are of their payout's seller and currency": """
        SELECT 'payout_line', l.id, 'pays a share of another seller or currency'
        FROM payout_line l
        JOIN payout p ON p.id = l.payout_id
        JOIN payment_transaction t ON t.id = l.transaction_id
        WHERE (t.seller_id, t.currency) <> (p.seller_id, p.currency)
    """,
    "shares know what they were paid": """
        SELECT 'payment_transaction', t.id, 'paid out ' || t.paid_out_minor || ', lines '
            || coalesce(sum(l.amount_minor - l.reversed_minor), 0)
        FROM payment_transaction t
        LEFT JOIN (payout_line l JOIN payout p ON p.id = l.payout_id AND p.transfer_id IS NOT NULL)
            ON l.transaction_id = t.id
        GROUP BY t.id HAVING t.paid_out_minor <> coalesce(sum(l.amount_minor - l.reversed_minor), 0)
    """,
    "shares on their way belong to an open payout": """
        SELECT 'payment_transaction', t.id, 'is on its way in ' || count(p.id) || ' open payouts'
        FROM payment_transaction t
        LEFT JOIN (payout_line l JOIN payout p ON p.id = l.payout_id
                AND p.status IN ('pending', 'refused', 'in_transit', 'failed') AND l.reversed_minor < l.amount_minor)
            ON l.transaction_id = t.id
        WHERE t.status = 'transferring'
        GROUP BY t.id HAVING count(p.id) <> 1
    """,
    "each payout has one transfer": """
        SELECT 'payout', p.id, 'is ' || p.status || ', transfer ' || coalesce(p.transfer_id, 'none') || ', calls done '
            || count(c.id)
        FROM payout p
        LEFT JOIN outbound_call c ON c.kind = 'transfer' AND c.subject_id = p.id AND c.status = 'done'
        GROUP BY p.id
        HAVING (p.transfer_id IS NULL) <> (p.status IN ('pending', 'refused', 'canceled'))
            OR count(c.id) > 1 OR count(c.id) FILTER (WHERE c.provider_object_id <> p.transfer_id) > 0
            OR (p.transfer_id IS NULL AND count(c.id) > 0)
    """,
    "transfers and what came back are the provider's lines": """
        SELECT 'payout', id, 'moved ' || sum(rows) || ', the provider''s lines say ' || sum(lines)
        FROM (
            SELECT id, amount_minor - reversed_minor AS rows, 0 AS lines FROM payout WHERE transfer_id IS NOT NULL
            UNION ALL
            SELECT p.id, 0, -b.amount_minor FROM payout p
            JOIN ledger_entry e ON e.description = 'Payout ' || p.number || ' transferred'
            JOIN balance_transaction b ON e.key = 'balance_transaction:' || b.provider_id
            UNION ALL
            SELECT p.id, 0, -b.amount_minor FROM payout p
            JOIN ledger_entry e ON e.description = 'Taken back of payout ' || p.number
            JOIN balance_transaction b ON e.key = 'balance_transaction:' || b.provider_id
        ) both_sides
        GROUP BY id HAVING sum(rows) <> sum(lines)
    """,
    "payouts go to their seller's account": """
        SELECT 'payout', p.id, 'goes to the account of seller ' || a.seller_id
        FROM payout p JOIN seller_account a ON a.id = p.seller_account_id
        WHERE a.seller_id <> p.seller_id
    """,
    "sellers' accounts are those the provider made": """
        SELECT 'seller_account', a.id, 'is ' || a.account_id || ', made was ' || made.provider_object_id
        FROM seller_account a
        JOIN LATERAL (
            SELECT c.provider_object_id FROM outbound_call c
            WHERE c.kind = 'create_account' AND c.subject_id = a.id AND c.status = 'done'
            ORDER BY c.attempt DESC LIMIT 1
        ) made ON made.provider_object_id <> a.account_id
    """,
    "calls ask for what their payout says": """
        SELECT 'outbound_call', c.id, 'asks for ' || (c.request->>'amount_minor') || ' to '
            || (c.request->>'account_id') || ', its payout pays ' || p.amount_minor
        FROM outbound_call c
        JOIN payout p ON p.id = c.subject_id
        JOIN seller_account a ON a.id = p.seller_account_id
        WHERE c.kind IN ('transfer', 'bank_payout') AND (
            (c.request->>'currency', c.request->>'reference') <> (p.currency, 'payout:' || p.id)
            OR (c.request->>'amount_minor')::bigint > p.amount_minor
            OR (c.kind = 'transfer' AND (c.request->>'amount_minor')::bigint <> p.amount_minor)
            OR (c.request->>'account_id' <> a.account_id AND NOT EXISTS (
                SELECT FROM outbound_call former WHERE former.kind = 'create_account' AND former.subject_id = a.id
                    AND former.provider_object_id = c.request->>'account_id')))
    """,
    "what is not sent yet is left of its share": """
        SELECT 'payout_line', l.id, 'is to pay ' || l.amount_minor || ' of share ' || t.id || ', which has less'
        FROM payout_line l
        JOIN payout p ON p.id = l.payout_id AND p.status IN ('pending', 'refused')
        JOIN payment_transaction t ON t.id = l.transaction_id
        WHERE l.amount_minor > t.net_minor - t.net_taken_minor - t.netted_minor - t.paid_out_minor
    """,
    "what was taken back is the sum of its reversals": """
        SELECT 'payout', p.id, 'taken back ' || p.reversed_minor || ', reversals ' || coalesce(sum(r.amount_minor), 0)
        FROM payout p LEFT JOIN transfer_reversal r ON r.payout_id = p.id AND r.status = 'done'
        GROUP BY p.id HAVING p.reversed_minor <> coalesce(sum(r.amount_minor), 0)
    """,
    "what is taken back pays a debt of its own cause": """
        SELECT 'transfer_reversal', r.id, 'takes back for ' || r.subject || ' of share ' || r.transaction_id
            || ', which owes ' || coalesce(d.amount_minor, 0)
        FROM (
            SELECT min(id) AS id, subject, transaction_id, sum(amount_minor) AS amount_minor FROM transfer_reversal
            WHERE transaction_id IS NOT NULL AND status IN ('pending', 'done') GROUP BY subject, transaction_id
        ) r
        LEFT JOIN seller_debt d ON d.subject = r.subject AND d.transaction_id = r.transaction_id
        WHERE d.id IS NULL OR r.amount_minor > d.amount_minor
    """,
    "calls take back what their reversal says": """
        SELECT 'outbound_call', c.id, 'takes back ' || (c.request->>'amount_minor') || ' of '
            || (c.request->>'transfer_id') || ', its reversal ' || r.amount_minor || ' of ' || p.transfer_id
        FROM outbound_call c
        JOIN transfer_reversal r ON r.id = c.subject_id
        JOIN payout p ON p.id = r.payout_id
        WHERE c.kind = 'reversal' AND (
            (c.request->>'amount_minor')::bigint <> r.amount_minor OR c.request->>'transfer_id' <> p.transfer_id
            OR c.request->>'reference' <> 'reversal:' || r.id)
    """,
    "one reason holds per seller who is not paid": """
        SELECT 'payout_skip', min(id), 'seller ' || seller_id || ' has ' || count(*) || ' reasons in ' || currency
        FROM payout_skip WHERE ended_at IS NULL GROUP BY seller_id, currency HAVING count(*) > 1
    """,
}

"""What providers hold for us, by their lines and by the ledger."""

from collections.abc import Mapping

PROVIDER_CHECKS: Mapping[str, str] = {
    "the provider's lines are booked as they are": """
        SELECT 'balance_transaction', t.id, 'net ' || t.net_minor || ' and fee ' || t.fee_minor || ' are booked as '
            || coalesce(sum(b.amount_minor) FILTER (WHERE b.account IN ('provider_balance', 'paypal_balance')), 0)
            || ' and '
            || coalesce(sum(b.amount_minor) FILTER (WHERE b.account IN ('processing_fee', 'dispute_fee')), 0)
        FROM balance_transaction t
        LEFT JOIN ledger_entry e ON e.key = 'balance_transaction:' || t.provider_id
        LEFT JOIN posting b ON b.entry_id = e.id AND b.currency = t.currency
        GROUP BY t.id
        HAVING coalesce(sum(b.amount_minor) FILTER (WHERE b.account =
                CASE t.provider WHEN 'paypal' THEN 'paypal_balance' ELSE 'provider_balance' END), 0)
            -- PayPal's gross is in its balance by the capture already.
            <> CASE WHEN t.provider = 'paypal' AND t.kind = 'payment' THEN -t.fee_minor ELSE t.net_minor END
            OR coalesce(sum(b.amount_minor) FILTER (WHERE b.account IN ('processing_fee', 'dispute_fee')), 0)
                <> t.fee_minor
    """,
    "PayPal's balance is what it took in, less fees and what went back": """
        SELECT 'posting', 0, currency || ': captures, fees and refunds make ' || sum(seen) || ', booked ' || sum(booked)
        FROM (
            SELECT currency, amount_minor AS seen, 0 AS booked FROM payment
            WHERE provider = 'paypal' AND status IN ('completed', 'refunded', 'partially_refunded')
            UNION ALL
            SELECT currency, CASE WHEN kind = 'payment' THEN -fee_minor ELSE net_minor END, 0
            FROM balance_transaction WHERE provider = 'paypal'
            UNION ALL
            SELECT currency, 0, amount_minor FROM posting WHERE account = 'paypal_balance'
        ) both_sides
        GROUP BY currency HAVING sum(seen) <> sum(booked)
    """,
    "a line is of the provider that its payment was paid to": """
        SELECT 'balance_transaction', t.id, 'is of ' || t.provider || ', payment ' || p.id || ' of ' || p.provider
        FROM balance_transaction t JOIN payment p ON p.id = t.payment_id WHERE t.provider <> p.provider
    """,
}

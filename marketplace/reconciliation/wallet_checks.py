"""What `check-books` knows of wallets: each movement with its one entry, balances that add up, nothing below zero."""

from collections.abc import Mapping

WALLET_CHECKS: Mapping[str, str] = {
    "wallet movements are booked as they are": """
        SELECT 'wallet_movement', m.id, 'moves ' || m.amount_minor || ' ' || m.currency || ', booked '
            || coalesce(-sum(p.amount_minor), 0) || ' as ' || coalesce(max(e.key), 'nothing')
        FROM wallet_movement m
        LEFT JOIN ledger_entry e ON e.id = m.entry_id
        LEFT JOIN posting p ON p.entry_id = e.id AND p.account = 'wallet'
            AND p.owner_id = m.user_id AND p.currency = m.currency
        GROUP BY m.id
        HAVING m.amount_minor <> coalesce(-sum(p.amount_minor), 0)
            OR max(e.key) IS DISTINCT FROM CASE m.kind WHEN 'spent' THEN 'payment:' || m.payment_id || ':captured'
                ELSE 'wallet:' || m.user_id || ':' || m.currency || ':' || m.number END
            OR max(e.payment_id) IS DISTINCT FROM m.payment_id
    """,
    "entries of wallets have their movement": """
        SELECT 'ledger_entry', e.id, e.key || ' moves the wallet of user ' || coalesce(p.owner_id::text, 'nobody')
            || ', and no movement says so'
        FROM posting p JOIN ledger_entry e ON e.id = p.entry_id
        LEFT JOIN wallet_movement m ON m.entry_id = e.id AND m.user_id = p.owner_id AND m.currency = p.currency
        WHERE p.account = 'wallet' AND m.id IS NULL
        GROUP BY e.id, p.owner_id
    """,
    "wallets are the sum of their movements": """
        SELECT 'wallet_movement', id, 'is number ' || number || ' and leaves ' || balance_minor
            || ', those up to it make ' || made || ' in ' || position
        FROM (SELECT m.id, m.number, m.balance_minor,
                sum(m.amount_minor) OVER own AS made, row_number() OVER own AS position
            FROM wallet_movement m WINDOW own AS (PARTITION BY m.user_id, m.currency ORDER BY m.number)) running
        WHERE balance_minor <> made OR number <> position
    """,
    "wallets hold what their last movement left": """
        SELECT 'user', coalesce(b.user_id, m.user_id), 'wallet in ' || coalesce(b.currency, m.currency) || ' holds '
            || coalesce(b.balance_minor, 0) || ' after ' || coalesce(b.movements, 0) || ', movements make '
            || coalesce(m.made, 0) || ' in ' || coalesce(m.number, 0)
        FROM wallet_balance b
        FULL JOIN (SELECT user_id, currency, sum(amount_minor) AS made, count(*) AS number FROM wallet_movement
            GROUP BY user_id, currency) m ON m.user_id = b.user_id AND m.currency = b.currency
        WHERE (b.balance_minor, b.movements) IS DISTINCT FROM (m.made, m.number)
    """,
    "no wallet is below zero": """
        SELECT 'user', owner_id, 'wallet is at ' || -sum(amount_minor) || ' ' || currency
        FROM posting WHERE account = 'wallet' GROUP BY owner_id, currency HAVING sum(amount_minor) > 0
        UNION ALL
        SELECT 'wallet_movement', id, 'leaves ' || balance_minor FROM wallet_movement WHERE balance_minor < 0
    """,
    "wallets pay whole payments of their owners": """
        SELECT 'payment', p.id, 'of ' || p.amount_minor || ' ' || p.currency || ' by user ' || p.user_id || ' through '
            || p.provider || ', wallets paid ' || coalesce(-sum(m.amount_minor), 0)
        FROM payment p LEFT JOIN wallet_movement m ON m.payment_id = p.id AND m.kind = 'spent'
            AND m.user_id = p.user_id AND m.currency = p.currency
        WHERE p.provider = 'wallet' OR EXISTS (SELECT FROM wallet_movement o WHERE o.payment_id = p.id)
        GROUP BY p.id
        HAVING p.provider <> 'wallet' OR p.amount_minor <> coalesce(-sum(m.amount_minor), 0)
            OR p.status NOT IN ('completed', 'refunded', 'partially_refunded')
    """,
    "refunds of wallets are in the wallet": """
        SELECT 'refund', r.id, 'of ' || r.amount_minor || ' is ' || r.status || ', the wallet got '
            || coalesce(m.amount_minor, 0)
        FROM refund r JOIN payment p ON p.id = r.payment_id
        LEFT JOIN wallet_movement m ON m.refund_id = r.id AND m.payment_id = r.payment_id AND m.user_id = r.buyer_id
            AND m.currency = r.currency AND m.order_id = r.order_id
        WHERE (p.provider = 'wallet' OR m.id IS NOT NULL)
            AND coalesce(m.amount_minor, 0) <> CASE r.status WHEN 'completed' THEN r.amount_minor ELSE 0 END
        UNION ALL
        SELECT 'wallet_movement', m.id, 'is of refund ' || m.refund_id || ', which is none of payment ' || m.payment_id
        FROM wallet_movement m LEFT JOIN refund r ON r.id = m.refund_id AND r.payment_id = m.payment_id
        WHERE m.kind = 'refunded' AND r.id IS NULL
    """,
}

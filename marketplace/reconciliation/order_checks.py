"""What `check-books` knows of goods and the life of an order: sent with a parcel, cancelled with money and goods."""

from collections.abc import Mapping

from marketplace.reconciliation.invoice_checks import SWEPT

_CHECKS: Mapping[str, str] = {
    "one payment counts per purchase": """
        SELECT 'purchase', p.purchase_id, count(*) || ' payments count'
        FROM payment p JOIN ledger_entry e ON e.key = 'payment:' || p.id || ':captured'
        GROUP BY p.purchase_id HAVING count(*) > 1
    """,
    "taxes of lines sum to the order's": """
        SELECT 'order', o.id, 'tax ' || o.tax_minor || ', of its lines ' || sum(l.tax_minor) || ', of its delivery '
            || sent.tax
        FROM "order" o JOIN order_line l ON l.order_id = o.id
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(tax_minor), 0) AS tax FROM order_delivery_tax WHERE order_id = o.id
        ) sent
        GROUP BY o.id, sent.tax
        HAVING sum(l.tax_minor) + sent.tax <> o.tax_minor
    """,
    "taxed deliveries are shared like the goods": """
        -- By largest remainder: no rate is a minor unit or more away from its part. Goods given away have no parts.
        SELECT 'order', o.id, 'delivery ' || o.delivery_minor || ' at ' || parts.rate || ' basis points '
            || parts.amount || ', of goods of ' || parts.goods || ' in ' || parts.whole || ', together ' || parts.sent
        FROM "order" o
        CROSS JOIN LATERAL (
            SELECT rate, sum(amount) AS amount, sum(goods) AS goods, sum(sum(goods)) OVER () AS whole,
                sum(sum(amount)) OVER () AS sent
            FROM (
                SELECT tax_basis_points AS rate, 0 AS amount,
                    subtotal_minor - CASE WHEN o.subsidy_minor > 0 THEN 0 ELSE discount_minor END AS goods
                FROM order_line WHERE order_id = o.id
                UNION ALL
                SELECT tax_basis_points, amount_minor, 0 FROM order_delivery_tax WHERE order_id = o.id
            ) both_kinds
            GROUP BY rate
        ) parts
        WHERE EXISTS (SELECT FROM order_delivery_tax d WHERE d.order_id = o.id)
            AND (parts.sent <> o.delivery_minor OR parts.rate IS NULL
                OR (parts.whole > 0
                    AND abs(parts.amount * parts.whole - o.delivery_minor * parts.goods) >= parts.whole))
    """,
    "taxes follow their rates": """
        -- What is taxed is the price that the seller gets: a discount of the marketplace lowers nothing. Half is up.
        -- The delivery's part of a rate is rounded together with the goods.
        SELECT 'order', agreed.id, 'tax at ' || rate || ' basis points ' || tax || ', of prices of ' || goods
        FROM (
            SELECT o.id, o.tax_included, taxed.rate, sum(taxed.tax) AS tax, sum(taxed.price) AS goods
            FROM "order" o
            CROSS JOIN LATERAL (
                SELECT tax_basis_points AS rate, tax_minor AS tax,
                    subtotal_minor - CASE WHEN o.subsidy_minor > 0 THEN 0 ELSE discount_minor END AS price
                FROM order_line WHERE order_id = o.id AND tax_basis_points IS NOT NULL
                UNION ALL
                SELECT tax_basis_points, tax_minor, amount_minor FROM order_delivery_tax WHERE order_id = o.id
            ) taxed
            GROUP BY o.id, taxed.rate
        ) agreed
        CROSS JOIN LATERAL (SELECT 10000 + CASE WHEN tax_included THEN rate ELSE 0 END AS whole) of_price
        WHERE tax <> div(goods * rate * 2 + whole, whole * 2)
    """,
    "sent orders have a shipment": """
        SELECT 'order', o.id, 'is ' || o.status || CASE WHEN s.order_id IS NULL THEN ' and has no' ELSE ' with a' END
            || ' shipment'
        FROM "order" o LEFT JOIN shipment s ON s.order_id = o.id
        WHERE (o.status IN ('shipped', 'delivered') AND s.order_id IS NULL)
            OR (o.status IN ('pending', 'confirmed', 'cancelled') AND s.order_id IS NOT NULL)
    """,
    "cancelled paid orders know by whom": """
        SELECT 'order', o.id, 'is ' || o.status || CASE WHEN c.order_id IS NULL THEN ', paid,' ELSE '' END
            || ' and has ' || CASE WHEN c.order_id IS NULL THEN 'no' ELSE 'a' END || ' cancellation'
        FROM "order" o
        JOIN purchase p ON p.id = o.purchase_id
        LEFT JOIN cancellation c ON c.order_id = o.id
        WHERE (o.status = 'cancelled' AND p.status = 'paid' AND c.order_id IS NULL)
            OR (c.order_id IS NOT NULL AND o.status NOT IN ('cancelled', 'refunded'))
    """,
    "cancelled paid orders give all of their money back": """
        SELECT 'order', o.id, 'total ' || o.total_minor || ', refunds ' || coalesce(sum(r.amount_minor), 0)
        FROM cancellation c
        JOIN "order" o ON o.id = c.order_id
        LEFT JOIN payment_transaction t ON t.order_id = o.id AND t.charged_back_minor > 0
        LEFT JOIN refund r ON r.order_id = o.id AND r.status NOT IN ('rejected', 'cancelled')
        GROUP BY o.id
        -- What a lost dispute gave back is with the buyer too.
        HAVING coalesce(sum(r.amount_minor), 0) + coalesce(max(t.charged_back_minor), 0)
            -- What a bank looks at once more, after it had decided for the buyer, it has itself; what it has given back
            -- is sent on by the next tick. Only that.
            + (SELECT coalesce(sum(s.amount_minor), 0) FROM dispute_share s JOIN dispute d ON d.id = s.dispute_id
                WHERE s.order_id = o.id AND (d.status IN ('needs_response', 'under_review')
                    OR d.status = 'won' AND d.closed_at >= coalesce({swept}, d.closed_at)))
            < o.total_minor
    """,
    "refunds that were replaced are closed": """
        SELECT 'refund', r.id, 'was replaced by refund ' || r.replaced_by_id || ' and is ' || r.status
        FROM refund r JOIN refund other ON other.id = r.replaced_by_id
        WHERE r.status <> 'cancelled' OR other.order_id <> r.order_id
    """,
    "rules that send money back are logged": """
        SELECT sources.name, sources.id, 'sends back ' || sources.amount_minor || ', logged '
            || coalesce(a.amount_minor, 0)
        FROM (
            SELECT 'unapplied_receipt' AS name, id, amount_minor, id AS receipt_id, NULL::bigint AS order_id
            FROM unapplied_receipt u
            -- A package of credits that nobody had used is sent back by a person.
            WHERE NOT EXISTS (SELECT FROM credit_return c WHERE c.subject = 'receipt:' || u.id)
            UNION ALL
            SELECT 'refund', r.id, r.asked_minor, NULL, c.order_id
            FROM cancellation c JOIN refund r ON r.id = c.refund_id
        ) sources
        LEFT JOIN automatic_refund a ON a.receipt_id = sources.receipt_id OR a.order_id = sources.order_id
        WHERE a.amount_minor IS DISTINCT FROM sources.amount_minor
    """,
    "logged rules have their cause": """
        SELECT 'automatic_refund', a.id, 'is about order ' || a.order_id || ', which was not cancelled'
        FROM automatic_refund a LEFT JOIN cancellation c ON c.order_id = a.order_id
        WHERE a.order_id IS NOT NULL AND c.refund_id IS NULL
    """,
    "stock received is in stock, set aside or sold": """
        -- With variants the stock of a listing is the sum of theirs: the next check is about that.
        SELECT 'listing', l.id, 'received ' || l.received_units || ', in stock ' || l.in_stock || ', set aside or sold '
            || coalesce(sum(r.quantity) FILTER (WHERE r.status <> 'returned'), 0)
        FROM listing l LEFT JOIN stock_reservation r ON r.listing_id = l.id
        GROUP BY l.id
        HAVING l.received_units <> CASE WHEN l.option_names = '{}' THEN l.in_stock ELSE 0 END
            + coalesce(sum(r.quantity) FILTER (WHERE r.status <> 'returned'), 0)
    """,
    "listings with variants show what these come to": """
        SELECT 'listing', l.id, 'shows ' || l.in_stock || ' units from ' || l.price_minor || ' to '
            || coalesce(l.highest_minor::text, 'none') || ', its variants have ' || coalesce(sum(v.in_stock), 0)
        FROM listing l LEFT JOIN listing v ON v.parent_id = l.id AND v.status = 'offered'
        WHERE l.option_names <> '{}' OR l.highest_minor IS NOT NULL
        GROUP BY l.id
        HAVING l.in_stock <> coalesce(sum(v.in_stock), 0) OR l.price_minor
                <> coalesce(min(v.price_minor) FILTER (WHERE v.in_stock > 0), min(v.price_minor), l.price_minor)
            OR l.highest_minor
                IS DISTINCT FROM coalesce(max(v.price_minor) FILTER (WHERE v.in_stock > 0), max(v.price_minor))
    """,
    "variants are what their listing is": """
        SELECT 'listing', v.id, 'is a variant of ' || l.id || ' and is sold or sent otherwise'
        FROM listing v JOIN listing l ON l.id = v.parent_id
        WHERE v.status <> 'dropped' AND (
            v.title <> variant_title(l.title, v.option_values) OR v.currency <> l.currency
            OR v.seller_id <> l.seller_id OR v.kind <> l.kind OR v.delivery_minor <> l.delivery_minor
            OR v.delivery_profile_id IS DISTINCT FROM l.delivery_profile_id
            OR v.weight_grams IS DISTINCT FROM l.weight_grams OR v.tax_category <> l.tax_category
            OR cardinality(v.option_values) <> cardinality(l.option_names)
        )
    """,
    "listings are found by their own words": """
        SELECT 'listing', l.id, 'is found by other words than its own'
        FROM listing l LEFT JOIN listing_words w ON w.listing_id = l.id
        WHERE l.parent_id IS NULL AND w.words IS DISTINCT FROM listing_vector(l.id)
    """,
    "paid purchases have their goods": """
        SELECT 'purchase', p.id, 'is paid, but other units are sold to it than it has in orders that stand'
        FROM purchase p
        WHERE p.status = 'paid' AND
            (SELECT coalesce(sum(l.quantity), 0) FROM order_line l JOIN "order" o ON o.id = l.order_id
             WHERE o.purchase_id = p.id AND NOT EXISTS (SELECT FROM cancellation c WHERE c.order_id = o.id))
            <> (SELECT coalesce(sum(r.quantity), 0) FROM stock_reservation r
                WHERE r.purchase_id = p.id AND r.status = 'redeemed')
    """,
}
ORDER_CHECKS = {check: statement.replace("{swept}", SWEPT) for check, statement in _CHECKS.items()}

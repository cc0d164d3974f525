"""What `check-books` knows of auctions: bids that only rise, one winner each, one purchase, one unit (I22)."""

from collections.abc import Mapping

AUCTION_CHECKS: Mapping[str, str] = {
    "auctions stand where their last bid left them": """
        SELECT 'auction', a.id, 'stands at ' || a.price_minor || ' after ' || a.bid_count || ' bids, its rows say '
            || coalesce(last.price_minor, a.start_minor) || ' after ' || coalesce(last.number, 0)
        FROM auction a
        LEFT JOIN (SELECT auction_id, count(*) AS number, (array_agg(price_minor ORDER BY id DESC))[1] AS price_minor
            FROM bid GROUP BY auction_id) last ON last.auction_id = a.id
        WHERE a.bid_count <> coalesce(last.number, 0)
            -- What was offered to the next bidder costs what they had bid.
            OR NOT EXISTS (SELECT FROM bid u WHERE u.auction_id = a.id AND u.status = 'unpaid')
                AND a.price_minor <> coalesce(last.price_minor, a.start_minor)
    """,
    "bids only rise": """
        SELECT 'bid', id, 'leaves its auction at ' || price_minor || ', the one before at ' || before
        FROM (SELECT id, price_minor, maximum_minor,
                lag(price_minor) OVER (PARTITION BY auction_id ORDER BY id) AS before FROM bid) rising
        WHERE price_minor < before
    """,
    "bids came in time": """
        SELECT 'bid', b.id, 'was placed after the end of auction ' || a.id
        FROM bid b JOIN auction a ON a.id = b.auction_id
        WHERE b.placed_at >= a.ends_at OR b.placed_at < a.begun_at OR b.bidder_id = a.seller_id
    """,
    "the highest bid wins, of equals the first": """
        SELECT 'auction', a.id, 'is ' || a.status || ', bid ' || coalesce(held.id::text, 'none')
            || ' has it and bid ' || coalesce(best.id::text, 'none') || ' is the highest'
        FROM auction a
        LEFT JOIN bid held ON held.auction_id = a.id AND held.status IN ('leading', 'won', 'paid')
        LEFT JOIN LATERAL (SELECT b.id FROM bid b
            -- Who has not paid is out.
            WHERE b.auction_id = a.id AND NOT EXISTS (SELECT FROM bid u WHERE u.auction_id = a.id
                AND u.bidder_id = b.bidder_id AND u.status = 'unpaid')
            ORDER BY b.maximum_minor DESC, b.id LIMIT 1) best ON true
        WHERE a.status IN ('running', 'won', 'sold') AND held.id IS DISTINCT FROM best.id
            OR a.status NOT IN ('running', 'won', 'sold') AND held.id IS NOT NULL
    """,
    "sold auctions are paid once, at their price": """
        SELECT 'auction', a.id, 'is ' || a.status || ' at ' || a.price_minor || ', paid purchases have it '
            || count(u.id) || ' times for ' || coalesce(sum(o.subtotal_minor), 0)
        FROM auction a
        LEFT JOIN auction_purchase p ON p.auction_id = a.id
        LEFT JOIN purchase u ON u.id = p.purchase_id AND u.status = 'paid'
        LEFT JOIN "order" o ON o.purchase_id = u.id AND o.seller_id = a.seller_id AND o.currency = a.currency
        GROUP BY a.id
        HAVING count(u.id) <> CASE a.status WHEN 'sold' THEN 1 ELSE 0 END
            OR a.status = 'sold' AND coalesce(sum(o.subtotal_minor), 0) <> a.price_minor
    """,
    "purchases of auctions are their winners'": """
        SELECT 'purchase', u.id, 'is ' || u.status || ' for auction ' || p.auction_id || ', whose bid ' || b.id
            || ' is ' || b.status
        FROM auction_purchase p JOIN purchase u ON u.id = p.purchase_id JOIN bid b ON b.id = p.bid_id
        WHERE u.buyer_id <> b.bidder_id OR b.auction_id <> p.auction_id
            OR u.status = 'paid' AND b.status <> 'paid' OR u.status = 'open' AND b.status <> 'won'
    """,
    "auctions have one purchase at a time": """
        SELECT 'auction', p.auction_id, 'has ' || count(*) || ' purchases that are open or paid'
        FROM auction_purchase p JOIN purchase u ON u.id = p.purchase_id
        WHERE u.status IN ('open', 'paid') GROUP BY p.auction_id HAVING count(*) > 1
    """,
    "auctions keep their unit until they end": """
        SELECT 'auction', a.id, 'is ' || a.status || ' and keeps ' || count(r.id) || ' units'
        FROM auction a
        LEFT JOIN stock_reservation r ON r.auction_id = a.id AND r.listing_id = a.listing_id AND r.status = 'active'
        GROUP BY a.id
        HAVING count(r.id) <> CASE WHEN a.status IN ('running', 'won', 'unpaid') THEN 1 ELSE 0 END
    """,
}

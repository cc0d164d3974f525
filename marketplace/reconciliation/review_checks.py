"""What reviews sum to, recomputed: on each listing and on each shop."""

from collections.abc import Mapping

REVIEW_CHECKS: Mapping[str, str] = {
    "ratings of listings are the sum of their reviews": """
        SELECT 'listing', l.id, 'says ' || l.rating_sum || ' stars of ' || l.rating_count || ', its reviews '
            || coalesce(sum(r.goods_stars), 0) || ' of ' || count(r.id)
        FROM listing l LEFT JOIN review r ON r.listing_id = l.id AND r.hidden_at IS NULL
        GROUP BY l.id HAVING l.rating_sum <> coalesce(sum(r.goods_stars), 0) OR l.rating_count <> count(r.id)
    """,
    "ratings of shops are the sum of their reviews": """
        SELECT 'shop', s.id, 'says ' || s.rating_sum || ' stars of ' || s.rating_count || ', its reviews '
            || coalesce(sum(r.seller_stars), 0) || ' of ' || count(r.id)
        FROM shop s LEFT JOIN review r ON r.seller_id = s.seller_id AND r.hidden_at IS NULL
        GROUP BY s.id HAVING s.rating_sum <> coalesce(sum(r.seller_stars), 0) OR s.rating_count <> count(r.id)
    """,
    "reviews are of what arrived": """
        SELECT 'review', r.id, 'is of line ' || r.order_line_id || ', which is not the buyer''s or has not arrived'
        FROM review r JOIN order_line l ON l.id = r.order_line_id JOIN "order" o ON o.id = l.order_id
        JOIN listing sold ON sold.id = l.listing_id
        LEFT JOIN shipment s ON s.order_id = o.id
        WHERE r.order_id <> o.id OR r.listing_id <> coalesce(sold.parent_id, sold.id) OR r.buyer_id <> o.buyer_id
            OR r.seller_id <> o.seller_id OR s.delivered_at IS NULL
    """,
}

"""What `check-books` knows of fraud checks: scores that add up, shares that stand still while an admin must look."""

from collections.abc import Mapping

RISK_CHECKS: Mapping[str, str] = {
    "scores are the sum of their signs": """
        SELECT 'risk_assessment', a.id, 'is ' || a.score || ', its signs make ' || coalesce(sum(points), 0)
        FROM risk_assessment a
        LEFT JOIN LATERAL (SELECT (sign ->> 'points')::int AS points FROM jsonb_array_elements(a.fired) sign) s ON true
        GROUP BY a.id HAVING a.score <> least(100, coalesce(sum(points), 0))
    """,
    "assessed payments are settled": """
        SELECT 'risk_assessment', a.id, 'of payment ' || a.payment_id || ', which is ' || p.status || ', of '
            || a.amount_minor || ' ' || a.currency
        FROM risk_assessment a JOIN payment p ON p.id = a.payment_id
        WHERE p.completed_at IS NULL OR p.user_id <> a.user_id
            OR (p.amount_minor, p.currency) IS DISTINCT FROM (a.amount_minor, a.currency)
    """,
    "payments of high risk have a look, and no others": """
        SELECT 'risk_assessment', a.id, 'is ' || a.level || ' and has ' || count(r.id) || ' looks'
        FROM risk_assessment a LEFT JOIN risk_review r ON r.assessment_id = a.id
        GROUP BY a.id HAVING count(r.id) <> CASE a.level WHEN 'high' THEN 1 ELSE 0 END
    """,
    "shares stand still while an admin must look, and no longer": """
        SELECT 'payment_transaction', coalesce(t.id, b.transaction_id), CASE WHEN b.transaction_id IS NULL
            THEN 'is not blocked, and look ' || r.id || ' waits' ELSE 'is blocked for look ' || b.subject_id
            || ', which does not wait' END
        FROM risk_review r
        JOIN risk_assessment a ON a.id = r.assessment_id AND r.status = 'waiting'
        JOIN payment_transaction t ON t.payment_id = a.payment_id
        FULL JOIN (SELECT transaction_id, subject_id FROM payment_block WHERE reason = 'risk' AND lifted_at IS NULL) b
            ON b.transaction_id = t.id AND b.subject_id = r.id
        WHERE b.transaction_id IS NULL OR t.id IS NULL
    """,
    "refused payments gave back what was not sent": """
        SELECT 'order', o.id, 'is ' || o.status || ', and look ' || r.id || ' has refused its payment'
        FROM risk_review r JOIN risk_assessment a ON a.id = r.assessment_id
        JOIN payment_transaction t ON t.payment_id = a.payment_id JOIN "order" o ON o.id = t.order_id
        WHERE r.status = 'refused' AND o.status = 'confirmed'
    """,
}

"""What `check-books` knows of saved cards: whose they are, and what was paid with them."""

from collections.abc import Mapping

METHOD_CHECKS: Mapping[str, str] = {
    "customers are those the provider made": """
        SELECT 'provider_customer', c.id, 'is ' || c.customer_id || ', which no call has made'
        FROM provider_customer c
        WHERE c.customer_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM outbound_call o WHERE o.kind = 'create_customer' AND o.subject_id = c.id
                AND o.status = 'done' AND o.provider_object_id = c.customer_id)
    """,
    "saved cards are their customer's": """
        SELECT 'saved_method', m.id, 'belongs to user ' || m.user_id || ', who is no customer of ' || m.provider
        FROM saved_method m
        LEFT JOIN provider_customer c ON c.user_id = m.user_id AND c.provider = m.provider
        WHERE c.id IS NULL OR (m.status = 'active' AND c.customer_id IS NULL)
    """,
    "cards on their way out are being dropped": """
        SELECT 'saved_method', m.id, 'is being removed, and nobody asks the provider for it'
        FROM saved_method m
        WHERE m.status = 'removing' AND NOT EXISTS (
            SELECT FROM outbound_call o WHERE o.kind = 'detach_method' AND o.subject_id = m.id
                AND o.status IN ('planned', 'sending', 'unknown', 'blocked'))
    """,
    "whoever has cards has a default": """
        SELECT 'user', m.user_id, 'has saved cards at ' || m.provider || ' and no default'
        FROM saved_method m WHERE m.status = 'active' AND m.kind = 'card'
        GROUP BY m.user_id, m.provider HAVING NOT bool_or(m.is_default)
    """,
    "payments are made with their buyer's cards": """
        SELECT 'payment_method_use', u.payment_id, 'was made with card ' || m.id || ' of user ' || m.user_id
        FROM payment_method_use u
        JOIN payment p ON p.id = u.payment_id
        JOIN saved_method m ON m.id = u.saved_method_id
        WHERE m.user_id <> p.user_id OR m.provider_method_id <> u.provider_method_id
    """,
    "what was paid with a saved card is linked to it": """
        SELECT 'payment_method_use', u.payment_id, 'was made with card ' || m.id || ', and is not linked to it'
        FROM payment_method_use u
        JOIN payment p ON p.id = u.payment_id
        JOIN saved_method m ON m.provider = p.provider AND m.provider_method_id = u.provider_method_id
        WHERE u.saved_method_id IS NULL
    """,
}

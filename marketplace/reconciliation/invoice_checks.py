"""Checks of invoices: unbroken numbers, frozen content, and the same sums as orders, refunds and fees."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from marketplace import db

# The sweeps run after the fact: what is younger than their mark less two days may still be without its document.
SWEPT = "(SELECT reached_at - interval '2 days' FROM invoice_mark WHERE name = 'sales')"

_CHECKS = {
    "invoice numbers have no gaps": """
        SELECT 'invoice_series', s.id, s.prefix || ': ' || s.last_position || ' numbers were taken, '
            || count(i.id) || ' documents have one, the last is ' || coalesce(max(i.position), 0)
        FROM invoice_series s LEFT JOIN invoice i ON i.series_id = s.id
        GROUP BY s.id
        HAVING count(i.id) <> s.last_position OR coalesce(max(i.position), 0) <> s.last_position
            OR coalesce(min(i.position), 1) <> 1
    """,
    "invoices have the numbers of their series": """
        SELECT 'invoice', i.id, i.number || ' stands at ' || i.position || ' of ' || s.prefix
        FROM invoice i JOIN invoice_series s ON s.id = i.series_id
        WHERE i.number <> s.prefix || lpad(i.position::text, greatest(5, length(i.position::text)), '0')
            OR i.kind <> s.kind OR i.issuer_id IS DISTINCT FROM s.issuer_id
    """,
    "invoices are as they were frozen": """
        SELECT 'invoice', id, number || ': the hash does not fit the content'
        FROM invoice WHERE sha256(convert_to(content, 'UTF8')) <> content_hash
    """,
    "invoices say what their rows say": """
        SELECT 'invoice', i.id, i.number || ' is printed with other figures than its row has'
        FROM invoice i CROSS JOIN LATERAL (SELECT i.content::jsonb AS says) c
        WHERE (says->>'number', says->>'kind', says->>'currency', (says->>'subtotal_minor')::bigint,
                (says->>'delivery_minor')::bigint, (says->>'tax_minor')::bigint, (says->>'discount_minor')::bigint,
                (says->>'total_minor')::bigint, coalesce((says->>'tax_included')::boolean, false))
            IS DISTINCT FROM (i.number::text, i.kind::text, i.currency::text, i.subtotal_minor, i.delivery_minor,
                i.tax_minor, i.discount_minor, i.total_minor, i.tax_included)
    """,
    "invoices are the sum of their lines": """
        SELECT 'invoice', i.id, i.number || ': subtotal ' || i.subtotal_minor || ', lines ' || lines.minor
        FROM invoice i CROSS JOIN LATERAL (
            SELECT coalesce(sum((line->>'amount_minor')::bigint), 0) AS minor
            FROM jsonb_array_elements(i.content::jsonb->'lines') line
        ) lines
        WHERE lines.minor <> i.subtotal_minor
    """,
    "invoices sum to their tax by rate": """
        -- What the marketplace pays of a price is taxed too, so the table of such an order is more than what was paid.
        SELECT 'invoice', i.id, i.number || ': tax ' || i.tax_minor || ' of ' || (i.total_minor + due.subsidy)
            || ', by rate ' || rates.tax || ' and ' || rates.net
        FROM invoice i
        CROSS JOIN LATERAL (
            SELECT sum((part->>'tax_minor')::bigint) AS tax, sum((part->>'net_minor')::bigint) AS net
            FROM jsonb_array_elements(i.content::jsonb->'taxes') part
        ) rates
        CROSS JOIN LATERAL (
            SELECT CASE WHEN i.kind = 'invoice' THEN o.subsidy_minor ELSE 0 END AS subsidy
            FROM "order" o WHERE o.id = i.order_id
        ) due
        WHERE rates.tax <> i.tax_minor OR rates.net + rates.tax <> i.total_minor + due.subsidy
    """,
    "invoices tax the delivery as agreed": """
        SELECT 'invoice', i.id, i.number || ' taxes the delivery otherwise than its order'
        FROM invoice i
        CROSS JOIN LATERAL (
            SELECT coalesce(array_agg(ARRAY[d.tax_basis_points, d.amount_minor, d.tax_minor]
                ORDER BY d.tax_basis_points), '{}') AS parts
            FROM order_delivery_tax d JOIN "order" o ON o.id = d.order_id
            WHERE d.order_id = i.order_id AND o.tax_minor > 0
        ) agreed
        CROSS JOIN LATERAL (
            SELECT coalesce(array_agg(ARRAY[(part->>'tax_basis_points')::bigint, (part->>'amount_minor')::bigint,
                (part->>'tax_minor')::bigint] ORDER BY (part->>'tax_basis_points')::bigint), '{}') AS parts
            FROM jsonb_array_elements(i.content::jsonb->'delivery_taxes') part
        ) says
        WHERE i.kind = 'invoice' AND i.status <> 'cancelled' AND says.parts <> agreed.parts
    """,
    "invoices equal their orders as charged": """
        SELECT 'invoice', i.id, i.number || ' says ' || i.total_minor || ', order ' || o.number || ' '
            || o.total_minor || ', charged ' || coalesce(x.gross_minor::text, 'nothing')
        FROM invoice i JOIN "order" o ON o.id = i.order_id
        LEFT JOIN payment_transaction x ON x.order_id = o.id AND x.payment_received_date IS NOT NULL
        WHERE i.kind = 'invoice' AND i.status <> 'cancelled'
            AND ((i.subtotal_minor, i.delivery_minor, i.tax_minor, i.discount_minor, i.tax_included, i.currency,
                    i.issuer_id, i.recipient_id)
                IS DISTINCT FROM (o.subtotal_minor, o.delivery_minor, o.tax_minor, o.discount_minor, o.tax_included,
                    o.currency, o.seller_id, o.buyer_id)
                OR x.gross_minor <> i.total_minor OR (i.paid_minor <> 0 AND x.id IS NULL))
    """,
    "credit notes equal what went back": """
        SELECT 'invoice', i.id, i.number || ' says ' || i.total_minor || ', refund ' || r.number || ' '
            || r.amount_minor || ', ' || r.status
        FROM invoice i JOIN refund r ON r.id = i.refund_id JOIN invoice c ON c.id = i.credits_id
        WHERE i.status <> 'cancelled'
            AND ((r.status = 'completed' AND -i.total_minor <> r.amount_minor)
                OR c.order_id <> i.order_id OR r.order_id <> i.order_id OR c.currency <> i.currency
                OR (r.status <> 'completed' AND {swept} > (SELECT max(at) FROM status_change
                    WHERE subject = 'refund' AND subject_id = r.id)))
    """,
    "what was paid has its invoice": """
        SELECT 'order', x.order_id, 'was paid and has no invoice'
        FROM payment_transaction x
        WHERE x.payment_received_date < {swept} AND NOT EXISTS (SELECT FROM invoice i
            WHERE i.order_id = x.order_id AND i.kind = 'invoice' AND i.status <> 'cancelled')
    """,
    "what went back has its credit note": """
        SELECT 'refund', r.id, 'is complete and has no credit note' FROM refund r
        WHERE r.completed_at < {swept}
            AND NOT EXISTS (SELECT FROM invoice i WHERE i.refund_id = r.id AND i.status <> 'cancelled')
    """,
    "invoices are paid when nothing is due": """
        SELECT 'invoice', id, number || ' is ' || status || ', paid ' || paid_minor || ' of ' || total_minor
        FROM invoice
        WHERE (status = 'paid' AND paid_minor <> total_minor)
            OR (status IN ('sent', 'viewed', 'overdue') AND paid_minor = total_minor AND total_minor <> 0)
            OR (status IN ('sent', 'viewed', 'paid', 'overdue') AND sent_at IS NULL)
            OR (status = 'viewed' AND viewed_at IS NULL) OR (status = 'paid' AND paid_at IS NULL)
    """,
    "commission invoices equal the fees of their month": """
        SELECT 'invoice', i.id, i.number || ' says ' || i.total_minor || ', the ledger ' || fees.minor
        FROM invoice i CROSS JOIN LATERAL (
            SELECT coalesce(-sum(p.amount_minor), 0) AS minor
            FROM posting p JOIN ledger_entry e ON e.id = p.entry_id JOIN "order" o ON o.id = p.order_id
            WHERE p.account IN ('platform_fee', 'processing_fee_recovery') AND o.seller_id = i.recipient_id
                AND p.currency = i.currency AND e.booked_at >= i.month::timestamp AT TIME ZONE 'UTC'
                AND e.booked_at < (i.month + interval '1 month') AT TIME ZONE 'UTC'
        ) fees
        WHERE i.kind = 'commission' AND fees.minor <> i.total_minor
    """,
}
INVOICE_CHECKS = {check: statement.replace("{swept}", SWEPT) for check, statement in _CHECKS.items()}
_DOCUMENTS = "SELECT count(*), count(DISTINCT series_id) FROM invoice"


@dataclass(frozen=True, slots=True)
class Found:
    """What one check found: a sentence for each document that is wrong."""

    check: str
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InvoiceReport:
    """What checking all documents found, at one moment."""

    documents: int
    series: int
    found: Sequence[Found]


def check_invoices() -> InvoiceReport:
    """Check every number, hash and sum of every document, as `check-books` does."""
    with db.snapshot() as connection:
        documents, series = connection.execute(text(_DOCUMENTS)).one()
        found = [
            Found(check, tuple(str(message) for _, _, message in connection.exec_driver_sql(statement)))
            for check, statement in INVOICE_CHECKS.items()
        ]
    return InvoiceReport(documents, series, found)

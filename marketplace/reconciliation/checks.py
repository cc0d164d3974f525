"""`check-books`: recompute all of it from one moment and name every row that is wrong (DESIGN 4.7).

Each SQL check returns rows of (table, id, message). They read SERIALIZABLE READ ONLY DEFERRABLE.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, select, text

from marketplace import db, trips
from marketplace.history import Ruled
from marketplace.ledger.models import LedgerChain, LedgerEntry, Posting
from marketplace.ledger.operations import entry_hash, link_hash
from marketplace.reconciliation.auction_checks import AUCTION_CHECKS
from marketplace.reconciliation.break_checks import BREAK_CHECKS
from marketplace.reconciliation.credit_checks import CREDIT_CHECKS
from marketplace.reconciliation.discount_checks import DISCOUNT_CHECKS
from marketplace.reconciliation.dispute_checks import DISPUTE_CHECKS
from marketplace.reconciliation.invoice_checks import INVOICE_CHECKS
from marketplace.reconciliation.method_checks import METHOD_CHECKS
from marketplace.reconciliation.order_checks import ORDER_CHECKS
from marketplace.reconciliation.payout_checks import PAYOUT_CHECKS
from marketplace.reconciliation.refund_checks import REFUND_CHECKS
from marketplace.reconciliation.review_checks import REVIEW_CHECKS
from marketplace.reconciliation.risk_checks import RISK_CHECKS
from marketplace.reconciliation.seller_checks import SELLER_CHECKS
from marketplace.reconciliation.statement_checks import STATEMENT_CHECKS
from marketplace.reconciliation.sum_checks import SUM_CHECKS
from marketplace.reconciliation.transfer_checks import TRANSFER_CHECKS
from marketplace.reconciliation.wallet_checks import WALLET_CHECKS

_CHECKS: Mapping[str, str] = {
    "entries balance": """
        SELECT 'ledger_entry', entry_id, 'is out of balance by ' || sum(amount_minor) || ' ' || currency
        FROM posting GROUP BY entry_id, currency HAVING sum(amount_minor) <> 0
    """,
    "orders are the sum of their lines": """
        SELECT 'order', o.id, 'subtotal ' || o.subtotal_minor || ', lines ' || coalesce(sum(l.subtotal_minor), 0)
        FROM "order" o LEFT JOIN order_line l ON l.order_id = o.id
        GROUP BY o.id HAVING o.subtotal_minor <> coalesce(sum(l.subtotal_minor), 0)
    """,
    "platform fees are the sum of their parts": """
        SELECT 'order', o.id, 'platform fee ' || o.platform_fee_minor || ' of ' || o.total_minor || ', parts '
            || coalesce(sum(f.platform_fee_minor), 0) || ' of ' || coalesce(sum(f.base_minor), 0)
        FROM "order" o LEFT JOIN order_fee f ON f.order_id = o.id
        GROUP BY o.id HAVING o.platform_fee_minor <> coalesce(sum(f.platform_fee_minor), 0)
            OR o.total_minor + o.subsidy_minor <> coalesce(sum(f.base_minor), 0)
    """,
    "payments are the sum of their shares": """
        SELECT 'payment', p.id, 'amount ' || p.amount_minor || ', shares ' || sum(t.gross_minor)
        FROM payment p JOIN payment_transaction t ON t.payment_id = p.id
        GROUP BY p.id HAVING p.amount_minor <> sum(t.gross_minor)
    """,
    "payments with money are booked once": """
        SELECT 'payment', p.id, 'has money and ' || count(e.id) || ' entries for it'
        FROM payment p LEFT JOIN ledger_entry e
            ON e.key IN ('payment:' || p.id || ':captured', 'payment:' || p.id || ':unapplied')
        WHERE p.status IN ('completed', 'refunded', 'partially_refunded') AND p.amount_minor > 0
        GROUP BY p.id HAVING count(e.id) <> 1
    """,
    "entries belong to payments with money": """
        SELECT 'ledger_entry', e.id, 'is about payment ' || e.payment_id || ', which has no money'
        FROM ledger_entry e LEFT JOIN payment p ON p.id = e.payment_id
        WHERE e.payment_id IS NOT NULL
            AND (p.id IS NULL OR p.status NOT IN ('completed', 'refunded', 'partially_refunded'))
    """,
    "entries have their cause": """
        SELECT 'ledger_entry', e.id, 'is ' || e.key || ', which never happened'
        FROM (SELECT l.* FROM ledger_entry l WHERE NOT EXISTS (SELECT FROM debt_write_off w
            WHERE l.key IN ('debt_write_off:' || w.id, 'debt_write_off:' || w.id || ':undone'))
            AND NOT EXISTS (SELECT FROM wallet_movement m
                WHERE m.entry_id = l.id AND l.key = 'wallet:' || m.user_id || ':' || m.currency || ':' || m.number)
            AND NOT EXISTS (SELECT FROM incoming_transfer i
                WHERE l.key IN ('incoming_transfer:' || i.id, 'incoming_transfer:' || i.id || ':struck'))
            AND NOT EXISTS (SELECT FROM outgoing_transfer g WHERE l.key = 'outgoing_transfer:' || g.id)
            AND NOT EXISTS (SELECT FROM credit_movement m WHERE m.entry_id = l.id)
            AND NOT EXISTS (SELECT FROM credit_use u WHERE u.entry_id = l.id)
            AND NOT EXISTS (SELECT FROM credit_return r
                WHERE l.key = 'credit_return:' || r.id OR (l.key = 'credit_return:' || r.id || ':undone'
                    AND r.undone_at IS NOT NULL))
            AND NOT EXISTS (SELECT FROM correction c
                WHERE l.key IN ('correction:' || c.id, 'correction:' || c.id || ':undone'))) e
        LEFT JOIN payment p
            ON p.id = e.payment_id AND e.key IN ('payment:' || p.id || ':captured', 'payment:' || p.id || ':unapplied')
        LEFT JOIN balance_transaction t
            ON t.payment_id = e.payment_id AND e.key IN ('balance_transaction:' || t.provider_id,
                'balance_transaction:' || t.provider_id || ':exchanged')
        LEFT JOIN refund r
            ON r.payment_id = e.payment_id AND (starts_with(e.key, 'refund:' || r.id || ':approved:')
                OR starts_with(e.key, 'refund:' || r.id || ':failed:'))
        LEFT JOIN payment_transaction x
            ON x.payment_id = e.payment_id AND ((e.key = 'transaction:' || x.id || ':released'
                    AND x.status IN ('available', 'transferring', 'paid_out', 'refunded'))
                OR (e.key = 'transaction:' || x.id || ':unsold' AND x.gross_minor = 0))
        LEFT JOIN dispute d
            ON d.payment_id = e.payment_id AND (starts_with(e.key, 'dispute:' || d.id || ':lost:')
                OR starts_with(e.key, 'dispute:' || d.id || ':regained:'))
        LEFT JOIN debt_netting n
            ON e.key IN ('netting:' || n.id, 'netting:' || n.id || ':undone')
        LEFT JOIN balance_transaction o
            ON o.payment_id IS NULL AND e.payment_id IS NULL AND e.key = 'balance_transaction:' || o.provider_id
        WHERE p.id IS NULL AND t.id IS NULL AND r.id IS NULL AND x.id IS NULL AND n.id IS NULL AND o.id IS NULL
            AND d.id IS NULL
    """,
    "captures equal the shares": """
        SELECT 'payment_transaction', t.id, 'gross, net and fees differ from the capture''s postings'
        FROM payment_transaction t
        JOIN ledger_entry e ON e.key = 'payment:' || t.payment_id || ':captured'
        LEFT JOIN posting b ON b.entry_id = e.id AND b.order_id = t.order_id
        GROUP BY t.id
        HAVING coalesce(sum(b.amount_minor) FILTER (WHERE b.account IN ('provider_clearing', 'wallet',
                'transfers_received')), 0) <> t.gross_minor
            OR coalesce(sum(b.amount_minor) FILTER (WHERE b.account = 'discount_expense'), 0) <> t.subsidy_minor
            OR coalesce(-sum(b.amount_minor) FILTER (WHERE b.account = 'seller_held'), 0) <> t.net_minor
            OR coalesce(-sum(b.amount_minor) FILTER (WHERE b.account = 'platform_fee'), 0) <> t.platform_fee_minor
            OR coalesce(-sum(b.amount_minor) FILTER (WHERE b.account = 'processing_fee_recovery'), 0)
                <> t.processing_fee_minor
    """,
    "held money equals the held shares": """
        SELECT 'user', seller_id, currency || ': holds ' || sum(shares) || ' by shares, ' || sum(booked) || ' booked'
        FROM (
            SELECT seller_id, currency, net_minor - net_taken_minor AS shares, 0 AS booked
            FROM payment_transaction WHERE status = 'held'
            UNION ALL
            SELECT owner_id, currency, 0, -amount_minor FROM posting WHERE account = 'seller_held'
        ) both_sides
        GROUP BY seller_id, currency HAVING sum(shares) <> sum(booked)
    """,
    "held shares know their release": """
        SELECT 'payment_transaction', id, 'is held without reason, days or dates' FROM payment_transaction
        WHERE status = 'held' AND (hold_reason IS NULL OR days_to_hold IS NULL OR hold_start_date IS NULL
            OR planned_release_date IS NULL OR payment_received_date IS NULL)
    """,
    "unusable receipts are owed to their buyers": """
        SELECT 'unapplied_receipt', r.id, 'owes ' || r.amount_minor + gone.minor || ', booked ' || owed.minor
        FROM unapplied_receipt r CROSS JOIN LATERAL (SELECT coalesce(sum(t.amount_minor), 0) AS minor
            FROM balance_transaction t WHERE t.payment_id = r.payment_id AND t.kind NOT IN ('charge', 'payment')
                AND NOT EXISTS (SELECT FROM dispute_movement m WHERE m.line_id = t.provider_id)) gone
        CROSS JOIN LATERAL (SELECT coalesce(-sum(b.amount_minor), 0) AS minor FROM posting b JOIN ledger_entry e
            ON e.id = b.entry_id WHERE b.account = 'unapplied_receipts' AND e.payment_id = r.payment_id) owed
        WHERE r.amount_minor + gone.minor <> owed.minor
    """,
    "the provider's lines are booked as they are": """
        SELECT 'balance_transaction', t.id, 'net ' || t.net_minor || ' and fee ' || t.fee_minor || ' are booked as '
            || coalesce(sum(b.amount_minor) FILTER (WHERE b.account = 'provider_balance'), 0) || ' and '
            || coalesce(sum(b.amount_minor) FILTER (WHERE b.account IN ('processing_fee', 'dispute_fee')), 0)
        FROM balance_transaction t
        LEFT JOIN ledger_entry e ON e.key = 'balance_transaction:' || t.provider_id
        LEFT JOIN posting b ON b.entry_id = e.id AND b.currency = t.currency
        GROUP BY t.id
        HAVING coalesce(sum(b.amount_minor) FILTER (WHERE b.account = 'provider_balance'), 0) <> t.net_minor
            OR coalesce(sum(b.amount_minor) FILTER (WHERE b.account IN ('processing_fee', 'dispute_fee')), 0)
                <> t.fee_minor
    """,
}

_SQL_CHECKS = {
    **_CHECKS,
    **REFUND_CHECKS,
    **ORDER_CHECKS,
    **SELLER_CHECKS,
    **PAYOUT_CHECKS,
    **REVIEW_CHECKS,
    **RISK_CHECKS,
    **STATEMENT_CHECKS,
    **DISPUTE_CHECKS,
    **BREAK_CHECKS,
    **DISCOUNT_CHECKS,
    **WALLET_CHECKS,
    **TRANSFER_CHECKS,
    **METHOD_CHECKS,
    **CREDIT_CHECKS,
    **AUCTION_CHECKS,
    **INVOICE_CHECKS,
    **SUM_CHECKS,
}
_STATUS = """
    SELECT '{table}', coalesce(row.id, last.subject_id),
        'status ' || coalesce(row.status, 'gone') || ', history ' || coalesce(last.to_status, 'none')
    FROM "{table}" row
    FULL JOIN (SELECT DISTINCT ON (subject_id) subject_id, to_status FROM status_change
        WHERE subject = '{table}' ORDER BY subject_id, id DESC
    ) last ON last.subject_id = row.id
    WHERE row.status IS DISTINCT FROM last.to_status
"""

_STEPS = """
    SELECT subject, subject_id, 'history goes from ' || coalesce(from_status, 'nothing') || ' after '
        || coalesce(before, 'nothing')
    FROM (
        SELECT subject, subject_id, from_status,
            lag(to_status) OVER (PARTITION BY subject, subject_id ORDER BY id) AS before
        FROM status_change
    ) steps
    WHERE from_status IS DISTINCT FROM before
"""


@dataclass(frozen=True)
class Difference:
    """One row that does not agree, and why."""

    check: str
    table: str
    row_id: int
    message: str


@dataclass(frozen=True)
class Report:
    """What `check-books` found."""

    entries: int
    postings: int
    checks: int
    differences: tuple[Difference, ...]

    @property
    def agrees(self) -> bool:
        """Return whether everything agrees."""
        return not self.differences

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON can carry it."""
        return {**asdict(self), "agrees": self.agrees}


def check_books() -> Report:
    """Recompute every figure of the books and return what does not agree."""
    with db.snapshot(deferrable=True) as connection:
        differences = [*_sql_differences(connection), *_entry_differences(connection), *_chain_differences(connection)]
        entries = connection.execute(text("SELECT count(*) FROM ledger_entry")).scalar_one()
        postings = connection.execute(text("SELECT count(*) FROM posting")).scalar_one()
    return Report(entries, postings, len(_SQL_CHECKS) + len(Ruled.ruled) + 3, tuple(differences))


def _sql_differences(connection: Connection) -> Iterator[Difference]:
    statements = dict(_SQL_CHECKS)
    for model in Ruled.ruled:
        name = model.machine.name
        statements[f"the status of each {name} is its history's last"] = _STATUS.format(table=name)
    statements["histories have no gaps"] = _STEPS
    # In one trip, and prepared: planning takes seven times as long as looking through the books of a small shop.
    line = trips.line_of(connection.connection)
    _, *answers = line.send([line.begin(), *((statement, ()) for statement in statements.values())])
    for check, answer in zip(statements, answers, strict=True):
        for table, row_id, message in answer.rows():
            yield Difference(check, table, row_id, message)


def _entry_differences(connection: Connection) -> Iterator[Difference]:
    """Compute each entry's hash again: an amount changed, even in a balancing pair, or a posting gone, shows here."""
    entries = connection.execute(select(LedgerEntry.__table__).order_by(LedgerEntry.id)).all()
    rows = connection.execute(select(Posting.__table__).order_by(Posting.entry_id, Posting.id))
    postings = {entry_id: list(group) for entry_id, group in groupby(rows, key=lambda row: row.entry_id)}
    for entry in entries:
        own = postings.pop(entry.id, [])
        lines = [(row.account, row.owner_id, row.order_id, row.currency, row.amount_minor) for row in own]
        if entry_hash(entry.key, entry.description, entry.payment_id, entry.booked_at, lines) != entry.hash:
            message = f"{entry.key}: the hash does not fit the entry and its {len(lines)} postings"
            yield Difference("entries are as they were booked", "ledger_entry", entry.id, message)
    for entry_id in postings:
        yield Difference("entries are as they were booked", "ledger_entry", entry_id, "is gone, its postings are not")


def _chain_differences(connection: Connection) -> Iterator[Difference]:
    """Follow the chain: an entry that vanished, or was put in between, breaks it."""
    links = connection.execute(
        select(LedgerChain.position, LedgerChain.entry_id, LedgerChain.hash, LedgerEntry.hash.label("entry_hash"))
        .outerjoin(LedgerEntry, LedgerEntry.id == LedgerChain.entry_id)
        .order_by(LedgerChain.position)
    )
    digest = b""
    for number, link in enumerate(links, start=1):
        if link.entry_hash is None:
            yield Difference("the chain holds", "ledger_entry", link.entry_id, "is in the chain and gone")
            return
        digest = link_hash(digest, link.entry_hash)
        if link.hash != digest or link.position != number:
            yield Difference("the chain holds", "ledger_chain", link.position, "does not follow from the link before")
            return

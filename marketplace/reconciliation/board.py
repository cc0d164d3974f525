"""The health board: one statement per family of figures, and the rows behind those that have no list of their own.

A figure and its list are the same statement, so a tile opens exactly what it counted. Business time and system time
are told apart: providers and money live in the first, workers and jobs in the second.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from marketplace import db
from marketplace.reconciliation import state_queries
from marketplace.reconciliation.board_rules import Reading, Tile

MOST = 200
"""How many rows a list of the board shows."""

_EVENTS = text("""
    WITH latest AS (
        SELECT greatest(extract(epoch FROM received_at - to_timestamp((payload->>'created')::bigint)), 0)::bigint AS lag
        FROM (SELECT received_at, payload FROM provider_event WHERE road = 'webhook' ORDER BY id DESC LIMIT 200) newest
        WHERE payload ? 'created')
    SELECT 'webhook-lag' AS tile, coalesce(percentile_disc(0.5) WITHIN GROUP (ORDER BY lag), 0) AS count,
           NULL::timestamptz AS since, coalesce(max(lag), 0) AS more, '' AS note FROM latest
    UNION ALL SELECT 'events-waiting', count(*), min(received_at), 0, '' FROM provider_event
        WHERE status = 'received'
    UNION ALL SELECT 'unmatched', count(*), min(received_at), count(*) FILTER (WHERE next_attempt_at IS NULL), ''
        FROM provider_event WHERE status = 'parked'
""")
# Since when a row has the status it has: its history says so.
_BY_HISTORY = "(SELECT max(c.at) FROM status_change c WHERE c.subject = '{table}' AND c.subject_id = t.id)"
_ROWS = """
    SELECT subject, id, status, since FROM (
        SELECT '{table}' AS subject, t.id, t.status, {since} AS since FROM {table} t WHERE t.status IN ({statuses})
    ) AS rows WHERE since <= CAST(:now AS timestamptz) - CASE status {bounds} END
"""


def _rows(table: str, since: str, bounds: Mapping[str, str]) -> str:
    """Return the statement of the rows of a table that have had a status for longer than its bound."""
    cases = " ".join(f"WHEN '{status}' THEN interval '{bound}'" for status, bound in bounds.items())
    statuses = ", ".join(f"'{status}'" for status in bounds)
    return _ROWS.format(table=table, since=since.format(table=table), statuses=statuses, bounds=cases)


# What the bounds of the tiles say in words. Banks take two weeks at most to clear, and to bring a refund.
_STUCK: Mapping[Tile, str] = {
    Tile.UNKNOWN_CALLS: _rows("outbound_call", "t.created_at", {"unknown": "0"}),
    Tile.BLOCKED_CALLS: _rows("outbound_call", "t.created_at", {"blocked": "0"}),
    Tile.STUCK_PAYMENTS: _rows(
        "payment",
        "CASE t.status WHEN 'pending' THEN coalesce(t.expires_at, t.created_at) ELSE t.updated_at END",
        {"pending": "1 hour", "processing": "14 days"},
    ),
    Tile.STUCK_REFUNDS: _rows("refund", _BY_HISTORY, {"approved": "1 hour", "processing": "14 days"}),
    Tile.STUCK_RETURNS: _rows(
        "unapplied_receipt", _BY_HISTORY, {"received": "1 hour", "returning": "14 days", "failed": "0"}
    ),
    Tile.STUCK_PAYOUTS: _rows(
        "payout",
        _BY_HISTORY,
        {"pending": "1 hour", "in_transit": "10 days", "refused": "2 days", "failed": "2 days"},
    ),
}
_ON_ITS_WAY = text(
    " UNION ALL ".join(
        f"SELECT '{tile.value}' AS tile, count(*) AS count, min(since) AS since, 0 AS more, '' AS note"  # noqa: S608  made of constants
        f" FROM ({rows}) AS rows"
        for tile, rows in _STUCK.items()
    )
)
# What a seller is owed is a credit; below zero it is a debit.
_NEGATIVE_ROWS = """
    SELECT account, owner_id, currency, sum(amount_minor)::bigint AS amount_minor FROM posting
    WHERE account IN ('seller_held', 'seller_payable') GROUP BY account, owner_id, currency HAVING sum(amount_minor) > 0
"""
_BALANCES = text(f"""
    SELECT 'debts' AS tile, count(DISTINCT (seller_id, currency)) AS count, min(created_at) AS since, 0 AS more,
           '' AS note FROM seller_debt WHERE netted_minor + forgiven_minor < amount_minor
    UNION ALL SELECT 'risk', count(*), min(a.assessed_at), 0, ''
        FROM risk_review r JOIN risk_assessment a ON a.id = r.assessment_id WHERE r.status = 'waiting'
    UNION ALL SELECT 'negative-balances', count(*), NULL, 0, '' FROM ({_NEGATIVE_ROWS}) AS rows
""")  # noqa: S608  made of constants
_NEGATIVE = text(f"SELECT * FROM ({_NEGATIVE_ROWS}) AS rows ORDER BY 1, 3, 2 LIMIT {MOST}")  # noqa: S608  made of constants
_STUCK_JOBS = """
    SELECT j.id, j.task_name, j.status::text AS status, min(e.at) AS since FROM procrastinate_jobs j
    JOIN procrastinate_events e ON e.job_id = j.id LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
    WHERE CASE j.status::text WHEN 'todo' THEN coalesce(j.scheduled_at, e.at) WHEN 'doing' THEN
        coalesce(w.last_heartbeat, e.at) END < CAST(:system_now AS timestamptz) - interval '5 minutes'
    GROUP BY j.id
"""
_JOBS = text(f"""
    SELECT 'tick' AS tile, 0 AS count, max(started_at) AS since, 0 AS more, coalesce(max(error), '') AS note
        FROM last_run WHERE name = 'tick'
    UNION ALL SELECT 'check-books', coalesce(sum((error <> '')::int), 0), max(started_at), coalesce(sum(done), 0),
        coalesce(max(error), '') FROM last_run WHERE name = 'check-books'
    UNION ALL SELECT 'stuck-jobs', count(*), min(since), 0, '' FROM ({_STUCK_JOBS}) AS rows
    UNION ALL SELECT 'failed-jobs', count(*), NULL, 0, '' FROM procrastinate_jobs WHERE status = 'failed'
""")  # noqa: S608  made of constants
_MAILS = text("""
    SELECT 'failed-mails' AS tile, count(*) AS count, NULL::timestamptz AS since, 0 AS more,
        coalesce((SELECT trouble FROM mail_desk), '') AS note FROM mail WHERE status = 'failed'
""")
_RECONCILIATION = text("""
    WITH latest AS (SELECT id, finished_at FROM reconciliation_run WHERE finished_at IS NOT NULL
        ORDER BY id DESC LIMIT 1)
    SELECT 'breaks' AS tile, count(*) AS count, min(found_at) AS since, 0 AS more, '' AS note
        FROM reconciliation_break WHERE status = 'open'
    UNION ALL SELECT 'drift',
        count(f.id) FILTER (WHERE f.kind <> 'balance' AND f.provider_minor <> f.ledger_minor + f.explained_minor),
        max(l.finished_at), 0, '' FROM latest l LEFT JOIN reconciliation_figure f ON f.run_id = l.id
""")
_FAMILIES = (_EVENTS, _ON_ITS_WAY, _BALANCES, _JOBS, _MAILS, _RECONCILIATION)


@dataclass(frozen=True, slots=True)
class StuckRow:
    """One row that has not moved on in time, with where it can be looked at."""

    subject: str
    id: int
    status: str
    since: datetime
    page: state_queries.Page
    key: str


@dataclass(frozen=True, slots=True)
class NegativeRow:
    """One balance of a seller that is below zero; minor units, positive: what is missing."""

    account: str
    owner_id: int
    currency: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class StuckJob:
    """One job of the queue that nobody works on; system time."""

    id: int
    name: str
    status: str
    since: datetime


def readings(*, now: datetime, system_now: datetime) -> list[Reading]:
    """Return every figure of the board, in its order. One statement per family."""
    moments = {"now": now, "system_now": system_now}
    found: dict[Tile, Reading] = {}
    for family in _FAMILIES:
        wanted = {name: moments[name] for name in moments if name in family.compile().params}
        rows: Sequence[Any] = db.read(family, wanted)
        for row in rows:
            tile = Tile(row.tile)
            found[tile] = Reading(tile, int(row.count), row.since, int(row.more), row.note)
    return [found[tile] for tile in Tile]


def stuck(tile: Tile, now: datetime) -> Sequence[StuckRow]:
    """Return the rows that a tile of what is on its way counts, the oldest first; at most MOST."""
    statement = text(f"SELECT * FROM ({_STUCK[tile]}) AS rows ORDER BY since, id LIMIT {MOST}")  # noqa: S608  constants
    rows: Sequence[Any] = db.read(statement, {"now": now})
    places = state_queries.pages({(row.subject, row.id) for row in rows})
    nowhere = (state_queries.Page.NONE, "")
    return [
        StuckRow(row.subject, row.id, row.status, row.since, *places.get((row.subject, row.id), nowhere))
        for row in rows
    ]


def negative_balances() -> Sequence[NegativeRow]:
    """Return the sellers' balances that are below zero; at most MOST."""
    return [NegativeRow(*tuple(row)) for row in db.read(_NEGATIVE)]


def stuck_jobs(system_now: datetime) -> Sequence[StuckJob]:
    """Return the jobs that nobody works on, the oldest first; at most MOST."""
    statement = text(f"SELECT * FROM ({_STUCK_JOBS}) AS rows ORDER BY since, id LIMIT {MOST}")  # noqa: S608  constants
    return [StuckJob(*tuple(row)) for row in db.read(statement, {"system_now": system_now})]

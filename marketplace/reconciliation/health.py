"""How the shop is doing, in figures that a machine can watch."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from alembic.script import ScriptDirectory
from sqlalchemy import text

from marketplace import db

_VERSION = text("SELECT version_num FROM alembic_version")
_FIGURES: Mapping[str, tuple[str, tuple[str, ...], str]] = {
    "marketplace_payments": (
        "Payments by status",
        ("status",),
        "SELECT status, count(*) FROM payment GROUP BY status",
    ),
    "marketplace_held_minor": (
        "Money held for sellers, minor units",
        ("currency",),
        "SELECT currency, -sum(amount_minor) FROM posting WHERE account = 'seller_held' GROUP BY currency",
    ),
    "marketplace_events_waiting": (
        "Provider events without an effect yet, by status",
        ("status",),
        "SELECT status, count(*) FROM provider_event WHERE status IN ('received', 'parked') GROUP BY status",
    ),
    "marketplace_calls_unfinished": (
        "Calls to providers without an outcome, by status",
        ("status",),
        "SELECT status, count(*) FROM outbound_call WHERE status NOT IN ('done', 'refused') GROUP BY status",
    ),
    "marketplace_receipts_owed_minor": (
        "Money owed back to buyers, minor units",
        ("currency",),
        "SELECT currency, sum(amount_minor) FROM unapplied_receipt WHERE status <> 'returned' GROUP BY currency",
    ),
    "marketplace_jobs": (
        "Background jobs by status",
        ("status",),
        "SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status",
    ),
}


@dataclass(frozen=True)
class Figure:
    """One figure with its labels: each sample is the labels' values and the number."""

    name: str
    meaning: str
    labels: tuple[str, ...]
    samples: tuple[tuple[tuple[str, ...], int], ...]


def not_ready(migrations: str) -> str | None:
    """Return why the shop cannot serve, in words; None when the database is at the newest revision in `migrations`."""
    found = db.read_one(_VERSION)
    newest = _newest_revision(migrations)
    if found is None or found.version_num != newest:
        return f"the database is at revision {found and found.version_num}, this version needs {newest}"
    return None


def figures() -> list[Figure]:
    """Return the figures as they are now."""
    return [
        Figure(name, meaning, labels, tuple((tuple(row[:-1]), int(row[-1])) for row in db.read(text(statement))))
        for name, (meaning, labels, statement) in _FIGURES.items()
    ]


@cache
def _newest_revision(migrations: str) -> str | None:
    return ScriptDirectory(migrations).get_current_head()

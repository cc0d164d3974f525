"""What tests of invoices ask the shop."""

from dataclasses import dataclass
from datetime import datetime

from tests.builders import World


@dataclass(frozen=True)
class Doc:
    """One document as it is stored."""

    id: int
    number: str
    kind: str
    status: str
    total: int
    paid: int
    order_id: int | None
    issued_at: datetime
    viewed_at: datetime | None


def documents(world: World, kind: str = "") -> list[Doc]:
    """Return all documents, or those of one kind, in the order in which they were made."""
    rows = world.rows(
        "SELECT id, number, kind, status, total_minor, paid_minor, order_id, issued_at, viewed_at FROM invoice"
        " WHERE %s IN ('', kind) ORDER BY id",
        kind,
    )
    return [Doc(*row) for row in rows]  # type: ignore[arg-type]


def the_invoice(world: World) -> Doc:
    """Return the only invoice there is."""
    [found] = documents(world, "invoice")
    return found

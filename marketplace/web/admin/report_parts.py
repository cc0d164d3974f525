"""What pages about reports are made of: figures, rows of figures, and where a report is from."""

from dataclasses import dataclass

from marketplace.language import gettext as _
from marketplace.proofs.queries import Report
from marketplace.web.pages import time_text
from marketplace.web.wording import Badge


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure."""

    label: str
    amount: str
    note: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A name, its figures in words, and how they compare with what is wanted."""

    name: str
    cells: tuple[str, ...]
    badge: Badge | None = None


def origin(report: Report) -> str:
    """Return when a report was written, and of which revision: figures without it say nothing."""
    revision = report.figures.get("revision", "unknown")
    return _(
        "Written %(written_at)s (system time), revision %(revision)s",
        written_at=time_text(report.written_at),
        revision=revision,
    )

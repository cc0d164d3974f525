"""What pages about reports are made of: figures, rows of figures, and where a report is from."""

from dataclasses import dataclass

from babel.numbers import format_decimal

from marketplace import language
from marketplace.language import ENGLISH
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
    revision = report.figures.get("revision") or _("unknown")
    return _(
        "Written %(when)s (system time), revision %(revision)s",
        when=time_text(report.written_at),
        revision=revision,
    )


def decimal_text(number: float, digits: int) -> str:
    """Return a number with so many digits behind its point, as people read it: 1,234.50 or 1 234,50."""
    code = language.current()
    locale = "en_US" if code == ENGLISH else code
    return format_decimal(f"{number:.{digits}f}", format=f"#,##0.{'0' * digits}", locale=locale)

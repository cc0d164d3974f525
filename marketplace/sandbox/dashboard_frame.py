"""What the dashboard's pages share: the frame of a list, and the answer when there is nothing."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import render_template
from werkzeug.wrappers import Response

from marketplace.sandbox.dashboard_rows import ROWS_ON_A_PAGE, Row

Answer = Response | str | tuple[str, int]


@dataclass(frozen=True)
class ListPage:
    """One list with its filters."""

    section: str
    title: str
    rows: list[Row]
    tabs: list[tuple[str, int]]
    chosen: str
    older: str


def older(rows: list[Row], **filters: str) -> str:
    """Return the address of the next page, empty on the last one."""
    if len(rows) <= ROWS_ON_A_PAGE:
        return ""
    given = {name: value for name, value in filters.items() if value}
    return "?" + urlencode({**given, "before": rows[ROWS_ON_A_PAGE - 1].seq})


def missing() -> tuple[str, int]:
    """Return the page that says there is nothing here."""
    return render_template("sandbox/missing.html"), 404

"""What the dashboard's pages share: the frame of a list, and the answer when there is nothing."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from urllib.parse import urlencode

from flask import render_template
from werkzeug.wrappers import Response

from marketplace.sandbox.currencies import decimals
from marketplace.sandbox.dashboard_rows import ROWS_ON_A_PAGE, Row
from marketplace.sandbox.errors import ApiError

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


def major(amount: int, currency: str) -> str:
    """Return minor units as a plain number in the currency's own digits, for a form."""
    return str(Decimal(amount).scaleb(-decimals(currency)))


def minor(text: str, currency: str) -> int:
    """Return a typed amount in minor units. Raises ApiError when it is none or has too many digits."""
    try:
        amount = Decimal(text.strip().replace(",", "")).scaleb(decimals(currency))
    except InvalidOperation:
        raise ApiError(400, "Type an amount, such as 12.50.") from None
    if not amount.is_finite() or amount != amount.to_integral_value() or amount < 1:
        raise ApiError(400, "Type an amount greater than 0, with no more digits than the currency has.")
    return int(amount)

"""The payouts that pay an order, as they stand in a box on the page of the order or of its payment."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from flask import url_for

from marketplace.language import gettext as _
from marketplace.payouts.order_queries import PaidIn
from marketplace.payouts.pot_queries import Pot
from marketplace.payouts.states import PayoutStatus
from marketplace.web import wording
from marketplace.web.pages import date_text, money_text
from marketplace.web.wording import Badge

_POTS = {PayoutStatus.PAID: Pot.PAID_OUT, PayoutStatus.IN_TRANSIT: Pot.ON_ITS_WAY, PayoutStatus.FAILED: Pot.ON_ITS_WAY}
"""In which part of the seller's money an amount stands that has left the balance."""


@dataclass(frozen=True, slots=True)
class PayoutLink:
    """A payout in the box."""

    label: str
    url: str
    amount: str
    explain_url: str
    badge: Badge
    note: str


def box(rows: Sequence[PaidIn], side: Literal["seller", "admin"]) -> tuple[PayoutLink, ...]:
    """Return payouts for the box, each with what it takes of the order."""
    return tuple(
        PayoutLink(
            label=row.number,
            url=url_for(f"{side}.payout", number=row.number),
            amount=money_text(row.amount_minor, row.currency),
            explain_url=_explain_url(row) if side == "seller" else "",
            badge=wording.badge(row.status),
            note=_note(row, side),
        )
        for row in rows
    )


def _note(row: PaidIn, side: Literal["seller", "admin"]) -> str:
    day = date_text(row.started_at)
    return f"{_('Order %(number)s', number=row.order_number)}, {day}" if side == "admin" else day


def _explain_url(row: PaidIn) -> str:
    pot = _POTS.get(row.status)
    return url_for("seller.explain_share", pot=pot.value, number=row.order_number) if pot else ""

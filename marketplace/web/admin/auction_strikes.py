"""What the page of a person says of auctions that they won and did not pay in time."""

from dataclasses import dataclass

from flask import url_for

from marketplace.auctions import desk_queries
from marketplace.language import gettext as _
from marketplace.web.pages import money_text, time_text


@dataclass(frozen=True, slots=True)
class StrikeLine:
    """One auction that was won and not paid."""

    title: str
    note: str
    url: str


def of(user_id: int) -> tuple[StrikeLine, ...]:
    """Return the auctions that somebody won and did not pay in time, newest first."""
    return tuple(
        StrikeLine(
            title=strike.title,
            note=_(
                "Their bid of %(amount)s, %(time)s",
                amount=money_text(strike.price_minor, strike.currency),
                time=time_text(strike.placed_at),
            ),
            url=url_for("admin.auction", auction_id=strike.auction_id),
        )
        for strike in desk_queries.strikes(user_id)
    )

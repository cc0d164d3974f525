"""What the pages of auctions share: badges, bids, how long is left, and what a bid says when it is refused."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import url_for

from marketplace.auctions import rules
from marketplace.auctions.queries import AuctionRow, BidRow
from marketplace.auctions.rules import NotMore, TooLow
from marketplace.auctions.states import AuctionStatus, BidStatus
from marketplace.errors import DomainError
from marketplace.language import gettext as _
from marketplace.language import ngettext
from marketplace.money import Money
from marketplace.numerals import number_text
from marketplace.web.order_parts import Fact
from marketplace.web.pages import money, time_text
from marketplace.web.picture_parts import picture_url
from marketplace.web.wording import Badge

_A, _B = AuctionStatus, BidStatus
_TONES = {
    _A.RUNNING: "ok",
    _A.WITHDRAWN: "mute",
    _A.NOT_SOLD: "mute",
    _A.WON: "wait",
    _A.UNPAID: "bad",
    _A.SOLD: "ok",
}
_BID_TONES = {_B.LEADING: "ok", _B.OUTBID: "wait", _B.WON: "wait", _B.PAID: "ok", _B.UNPAID: "bad"}


@dataclass(frozen=True, slots=True)
class BidView:
    """One bid in a list."""

    bidder: str
    amount: str
    when: str
    when_iso: str
    badge: Badge
    is_mine: bool


@dataclass(frozen=True, slots=True)
class AuctionLine:
    """One auction in a table."""

    title: str
    note: str
    url: str
    picture_url: str
    badge: Badge
    price: str
    bids: str
    ends: str


def badge(row: AuctionRow) -> Badge:
    """Return how an auction stands."""
    return Badge(row.status.label, _TONES[row.status])


def bid_badge(status: BidStatus) -> Badge:
    """Return how a bid stands."""
    return Badge(status.label, _BID_TONES.get(status, "mute"))


def count_of_bids(number: int) -> str:
    """Return how many bids there are, in words."""
    if not number:
        return _("No bids yet")
    return ngettext("%(number)s bid", "%(number)s bids", number, number=number_text(number))


def reserve_text(row: AuctionRow) -> str:
    """Return whether the hidden reserve is met; "" where there is none."""
    if row.reserve_minor is None:
        return ""
    return _("Reserve met") if row.is_reserve_met else _("Reserve not met")


def left_text(ends_at: datetime, now: datetime) -> str:
    """Return how long is left, in one unit: days, hours or minutes."""
    left = ends_at - now
    if left <= timedelta():
        return _("Ends any moment")
    if left.days:
        return ngettext("%(number)s day left", "%(number)s days left", left.days, number=left.days)
    hours, minutes = left.seconds // 3600, left.seconds // 60
    if hours:
        return ngettext("%(number)s hour left", "%(number)s hours left", hours, number=hours)
    if minutes:
        return ngettext("%(number)s minute left", "%(number)s minutes left", minutes, number=minutes)
    return _("Less than a minute left")


def price_label(row: AuctionRow) -> str:
    """Return what the price of an auction is called now."""
    if not row.bid_count:
        return _("First bid")
    return _("Highest bid") if row.status is _A.RUNNING else _("Ended at")


def facts(row: AuctionRow) -> tuple[Fact, ...]:
    """Return what everybody may know of an auction."""
    begins, ends = time_text(row.begun_at), time_text(row.ends_at)
    ended = [Fact(_("Ended"), time_text(row.ended_at))] if row.ended_at else [Fact(_("Ends"), ends)]
    reserve = reserve_text(row)
    return (
        Fact(_("Bids"), number_text(row.bid_count)),
        *((Fact(_("Reserve"), reserve),) if reserve else ()),
        Fact(_("First bid from"), money(Money(row.start_minor, row.currency))),
        Fact(_("Began"), begins),
        *ended,
    )


def bid_views(row: AuctionRow, bids: Iterable[BidRow], viewer_id: int | None = None) -> tuple[BidView, ...]:
    """Return bids as strangers may see them: names masked, and of a maximum no more than the auction stands at."""
    return tuple(
        BidView(
            bidder=_("You") if bid.bidder_id == viewer_id else rules.masked(bid.bidder),
            amount=money(Money(min(bid.maximum_minor, row.price_minor), row.currency)),
            when=time_text(bid.placed_at),
            when_iso=bid.placed_at.isoformat(),
            badge=bid_badge(bid.status),
            is_mine=bid.bidder_id == viewer_id,
        )
        for bid in bids
    )


def line(row: AuctionRow, url: str, now: datetime) -> AuctionLine:
    """Return an auction as a line of a seller's or an admin's table."""
    runs = row.status is _A.RUNNING
    ends = left_text(row.ends_at, now) if runs else time_text(row.ended_at or row.ends_at)
    if row.status is _A.WON and row.pay_by:
        ends = _("Pay by %(time)s", time=time_text(row.pay_by))
    return AuctionLine(
        title=row.title,
        note=reserve_text(row) or row.shop_name,
        url=url,
        picture_url=picture_url(row.picture),
        badge=badge(row),
        price=money(row.price),
        bids=number_text(row.bid_count),
        ends=ends,
    )


def refusal(error: DomainError) -> str:
    """Return why a bid does not count, with its amounts."""
    if isinstance(error, TooLow):
        return _("Bid at least %(amount)s.", amount=money(error.least))
    if isinstance(error, NotMore):
        return _("You lead, and your maximum is %(amount)s already. Bid more to raise it.", amount=money(error.maximum))
    return error.message


def page_url(auction_id: int) -> str:
    """Return the address of an auction's page."""
    return url_for("auctions.auction", auction_id=auction_id)

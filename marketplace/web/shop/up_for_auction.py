"""The box on the page of a listing that is, or was, up for auction."""

from dataclasses import dataclass

from marketplace.auctions.queries import Box
from marketplace.auctions.states import AuctionStatus
from marketplace.language import gettext as _
from marketplace.web import auction_parts
from marketplace.web.pages import money


@dataclass(frozen=True, slots=True)
class ShownAuction:
    """What components/auction_box.html shows."""

    title: str
    text: str
    action: str
    url: str
    is_running: bool


def box(found: Box | None, *, is_sold_out: bool) -> ShownAuction | None:
    """Return what is said of a listing's auction; of one that is over only where that was the last unit."""
    if found is None or (found.status is not AuctionStatus.RUNNING and not is_sold_out):
        return None
    price, url = money(found.price), auction_parts.page_url(found.auction_id)
    if found.status is AuctionStatus.RUNNING:
        first = _("First bid from %(price)s. Nobody has bid yet.", price=price)
        bids = auction_parts.count_of_bids(found.bid_count)
        highest = _("Highest bid %(price)s, %(bids)s.", price=price, bids=bids)
        met = "" if found.is_reserve_met else _("Reserve not met.")
        text = " ".join(part for part in (highest if found.bid_count else first, met) if part)
        return ShownAuction(_("Up for auction"), text, _("See the auction and bid"), url, is_running=True)
    is_sold = found.status is AuctionStatus.SOLD
    said = _("Sold and paid for %(price)s.", price=price) if is_sold else _("It ended at %(price)s.", price=price)
    return ShownAuction(_("The auction is over"), said, _("See the auction"), url, is_running=False)

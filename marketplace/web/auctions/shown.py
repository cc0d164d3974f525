"""The public auction pages as frozen values: the running ones, and one with its bids."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from marketplace.auctions.queries import AuctionRow, BidRow
from marketplace.auctions.states import AuctionStatus, BidStatus
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.paging import Listed
from marketplace.web import auction_parts
from marketplace.web.auction_parts import BidView
from marketplace.web.explaining import Crumb
from marketplace.web.guards import Viewer
from marketplace.web.lists import Tools
from marketplace.web.order_parts import Fact
from marketplace.web.pages import money, time_text
from marketplace.web.picture_parts import picture_url
from marketplace.web.wording import Badge

_CARD, _LARGE = 320, 640


@dataclass(frozen=True, slots=True)
class AuctionCard:
    """One running auction, as components/listing_card.html shows it."""

    picture_url: str
    url: str
    title: str
    facts: str
    seller_name: str
    price: str
    note: str
    flag: str
    flag_tone: str


@dataclass(frozen=True, slots=True)
class AuctionsPage:
    """What templates/auctions/list.html shows."""

    title: str
    cards: tuple[AuctionCard, ...]
    tools: Tools
    mine_url: str
    """Where the viewer's own bids are; "" for a visitor."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the viewer stands in an auction."""

    title: str
    text: str
    tone: str
    pay_url: str = ""


@dataclass(frozen=True, slots=True)
class AuctionPage:
    """What templates/auctions/auction.html shows."""

    title: str
    is_signed_in: bool
    crumbs: tuple[Crumb, ...]
    picture_url: str
    badge: Badge
    price_label: str
    price: str
    currency: str
    note: str
    facts: tuple[Fact, ...]
    standing: Standing | None
    bids: tuple[BidView, ...]
    shop_name: str
    shop_url: str
    listing_url: str
    bid_url: str
    """Where a bid goes; "" when nobody can bid, or not this viewer."""
    bid_note: str
    login_url: str
    """Where a visitor signs in to bid; "" for anybody else."""
    manage_url: str
    """Its seller's own page of it; "" for anybody else."""


def list_page(found: Listed[AuctionRow], tools: Tools, viewer: Viewer | None, now: datetime) -> AuctionsPage:
    """Return one page of the running auctions."""
    return AuctionsPage(
        title=_("Auctions"),
        cards=tuple(_card(row, now) for row in found.rows),
        tools=tools,
        mine_url=url_for("buyer.bids") if viewer else "",
    )


def auction_page(
    row: AuctionRow, bids: Sequence[BidRow], mine: BidRow | None, viewer: Viewer | None, now: datetime
) -> AuctionPage:
    """Return an auction as `viewer` may see it; `mine` is what they bid last."""
    runs = row.status is AuctionStatus.RUNNING and now < row.ends_at
    is_own = viewer is not None and viewer.user_id == row.seller_id
    least = money(row.least)
    leads = mine is not None and mine.status is BidStatus.LEADING
    return AuctionPage(
        title=row.title,
        is_signed_in=viewer is not None,
        crumbs=(Crumb(_("Auctions"), url_for("auctions.auctions")),),
        picture_url=picture_url(row.picture, _LARGE),
        badge=auction_parts.badge(row),
        price_label=auction_parts.price_label(row),
        price=money(row.price),
        currency=row.currency,
        note=_note(row, now),
        facts=auction_parts.facts(row),
        standing=_standing(row, mine, now) if mine else None,
        bids=auction_parts.bid_views(row, bids, viewer.user_id if viewer else None),
        shop_name=row.shop_name,
        shop_url=url_for("shop.shop", slug=row.shop_slug),
        listing_url=url_for("shop.listing", slug=row.slug) if row.is_shown else "",
        bid_url=url_for("auctions.bid", auction_id=row.id) if runs and viewer and not is_own else "",
        bid_note=_("More than your maximum so far.") if leads else _("At least %(amount)s.", amount=least),
        login_url=url_for("auth.login", next=auction_parts.page_url(row.id)) if runs and viewer is None else "",
        manage_url=url_for("seller.auction", auction_id=row.id) if is_own else "",
    )


def _card(row: AuctionRow, now: datetime) -> AuctionCard:
    return AuctionCard(
        picture_url=picture_url(row.picture, _CARD),
        url=auction_parts.page_url(row.id),
        title=row.title,
        facts=_("Ends %(time)s", time=time_text(row.ends_at)),
        seller_name=row.shop_name,
        price=money(row.price),
        note=auction_parts.count_of_bids(row.bid_count),
        flag=auction_parts.left_text(row.ends_at, now),
        flag_tone="plain",
    )


def _note(row: AuctionRow, now: datetime) -> str:
    if row.status is AuctionStatus.RUNNING:
        left = auction_parts.left_text(row.ends_at, now)
        return _("%(left)s: ends %(time)s", left=left, time=time_text(row.ends_at))
    if row.status is AuctionStatus.WITHDRAWN:
        return _("The seller took it back: %(reason)s", reason=row.reason)
    if row.status is AuctionStatus.NOT_SOLD:
        return _("It ended without a buyer.")
    if row.status is AuctionStatus.SOLD:
        return _("Sold and paid.")
    return _("It is over. The winner has some time to pay.")


def _standing(row: AuctionRow, mine: BidRow, now: datetime) -> Standing:
    maximum = money(Money(mine.maximum_minor, row.currency))
    if mine.status is BidStatus.LEADING:
        text = _("Your maximum is %(amount)s. The shop bids up to it for you, by steps.", amount=maximum)
        return Standing(_("You lead"), text, "ok")
    if mine.status is BidStatus.OUTBID:
        text = _(
            "Your maximum was %(amount)s. Bid at least %(least)s to go on.", amount=maximum, least=money(row.least)
        )
        return Standing(_("Somebody bids more"), text, "wait")
    if mine.status is BidStatus.WON and row.pay_by and now < row.pay_by:
        text = _("Pay %(amount)s by %(time)s, or it goes back.", amount=money(row.price), time=time_text(row.pay_by))
        return Standing(_("You have won"), text, "ok", url_for("checkout.won", auction_id=row.id))
    if mine.status is BidStatus.PAID:
        return Standing(_("You have won and paid"), _("You find it under your orders."), "ok")
    if mine.status in {BidStatus.UNPAID, BidStatus.WON}:
        return Standing(_("Not paid in time"), _("You had won this, and the time to pay is over."), "bad")
    return Standing(_("You did not win"), _("Your maximum was %(amount)s.", amount=maximum), "info")

"""What a seller's pages of auctions show: ready texts and addresses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from marketplace.auctions.desk_queries import PayingRow
from marketplace.auctions.queries import AuctionRow, BidRow
from marketplace.auctions.states import AuctionStatus, BidStatus
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.numerals import percent
from marketplace.orders.states import PurchaseStatus
from marketplace.payments.explain_queries import SellerFigure
from marketplace.web import auction_parts
from marketplace.web.auction_parts import AuctionLine, BidView
from marketplace.web.console import Console, seller_console
from marketplace.web.lists import Tab, Tools
from marketplace.web.order_parts import Fact, MoneyRow
from marketplace.web.pages import money, money_text, time_text
from marketplace.web.picture_parts import picture_url
from marketplace.web.wording import Badge


@dataclass(frozen=True, slots=True)
class ListPage:
    """What templates/auctions/desk.html shows, for a seller or an admin."""

    title: str
    console: Console
    tabs: tuple[Tab, ...]
    rows: tuple[AuctionLine, ...]
    tools: Tools
    empty_url: str
    empty_label: str
    empty_text: str


@dataclass(frozen=True, slots=True)
class EditPage:
    """What templates/seller/auction_edit.html shows beside its form."""

    title: str
    console: Console
    currency: str
    note: str
    button: str
    back_url: str
    back_label: str


@dataclass(frozen=True, slots=True)
class OwnAuctionPage:
    """What templates/seller/auction.html shows."""

    title: str
    console: Console
    badge: Badge
    picture_url: str
    price_label: str
    price: str
    note: str
    facts: tuple[Fact, ...]
    bids: tuple[BidView, ...]
    public_url: str
    edit_url: str
    withdraw_url: str
    offer_url: str
    """Where it is offered to the next bidder; "" when that is not the question, or nobody is left."""
    offer_label: str
    again_url: str
    must_decide: bool
    """Whether listing it again ends this auction first."""
    order_url: str
    money: tuple[MoneyRow, ...]
    """What its seller receives; empty before it is paid."""


def build(row: AuctionRow, bids: Sequence[BidRow], paying: Sequence[PayingRow], now: datetime) -> OwnAuctionPage:
    """Return the page of a seller's own auction."""
    is_untouched = row.status is AuctionStatus.RUNNING and not row.bid_count and now < row.ends_at
    is_unpaid = row.status is AuctionStatus.UNPAID
    following = _next(bids) if is_unpaid else None
    paid = next((each for each in paying if each.status is PurchaseStatus.PAID), None)
    return OwnAuctionPage(
        title=row.title,
        console=seller_console("auctions"),
        badge=auction_parts.badge(row),
        picture_url=picture_url(row.picture),
        price_label=auction_parts.price_label(row),
        price=money(row.price),
        note=_note(row, now),
        facts=_facts(row),
        bids=auction_parts.bid_views(row, bids),
        public_url=auction_parts.page_url(row.id),
        edit_url=url_for("seller.edit_auction", auction_id=row.id) if is_untouched else "",
        withdraw_url=url_for("seller.withdraw_auction", auction_id=row.id) if is_untouched else "",
        offer_url=url_for("seller.offer_auction", auction_id=row.id) if following else "",
        offer_label=_offer_label(following, row.currency) if following else "",
        again_url=url_for("seller.list_again", auction_id=row.id) if is_unpaid else _again(row),
        must_decide=is_unpaid,
        order_url=url_for("seller.order", number=paid.order_number) if paid else "",
        money=_money(paid) if paid else (),
    )


def money_rows(paid: PayingRow, explained: Callable[[SellerFigure], str], net_label: str) -> tuple[MoneyRow, ...]:
    """Return what a paid auction came to: what the buyer paid, our fee, and what its seller receives (S3.9)."""

    def row(figure: SellerFigure, minor: int, note: str = "", *, is_total: bool = False) -> MoneyRow:
        url, label = explained(figure) if minor else "", net_label if is_total else figure.label
        return MoneyRow(label, money_text(minor, paid.currency), url, note, is_total=is_total)

    return (
        row(SellerFigure.GROSS, paid.total_minor),
        row(SellerFigure.PLATFORM_FEE, -paid.platform_fee_minor, percent(paid.platform_basis_points)),
        row(SellerFigure.CARD_FEE, -paid.processing_fee_minor),
        row(SellerFigure.NET, paid.net_minor, is_total=True),
    )


def _money(paid: PayingRow) -> tuple[MoneyRow, ...]:
    number = paid.order_number

    def explained(figure: SellerFigure) -> str:
        return url_for("seller.explain_order", number=number, figure=figure.value)

    return money_rows(paid, explained, SellerFigure.NET.label)


def _facts(row: AuctionRow) -> tuple[Fact, ...]:
    hidden = () if row.reserve_minor is None else (Money(row.reserve_minor, row.currency),)
    return (*auction_parts.facts(row), *(Fact(_("Your reserve, which nobody sees"), money(each)) for each in hidden))


def _next(bids: Sequence[BidRow]) -> BidRow | None:
    """Return the bid that comes after those who did not pay: `ending.next_bid` decides, this one only names it."""
    out = {bid.bidder_id for bid in bids if bid.status is BidStatus.UNPAID}
    left = [bid for bid in bids if bid.status is BidStatus.LOST and bid.bidder_id not in out]
    return min(left, key=lambda bid: (-bid.maximum_minor, bid.id), default=None)


def _offer_label(bid: BidRow, currency: str) -> str:
    return _("Offer it to the next bidder for %(price)s", price=money_text(bid.maximum_minor, currency))


def _again(row: AuctionRow) -> str:
    is_over = row.status in {AuctionStatus.NOT_SOLD, AuctionStatus.WITHDRAWN}
    return url_for("seller.new_auction", listing_id=row.listing_id) if is_over else ""


def _note(row: AuctionRow, now: datetime) -> str:
    if row.status is AuctionStatus.RUNNING:
        left = auction_parts.left_text(row.ends_at, now)
        return _("%(left)s: ends %(time)s", left=left, time=time_text(row.ends_at))
    if row.status is AuctionStatus.WON and row.pay_by:
        return _("The winner has until %(time)s to pay.", time=time_text(row.pay_by))
    if row.status is AuctionStatus.UNPAID:
        return _("The winner has not paid in time. The piece is kept until you decide.")
    if row.status is AuctionStatus.WITHDRAWN:
        return _("You took it back: %(reason)s", reason=row.reason)
    if row.status is AuctionStatus.NOT_SOLD:
        return _("It ended without a buyer. The piece is for sale again.")
    return _("Sold and paid. Send it as any other order.")

"""The running auctions, one of them, and a bid (S3.6)."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.auctions import operations, queries
from marketplace.auctions.queries import AuctionRow
from marketplace.errors import DomainError, Invalid, NotFound
from marketplace.language import gettext as _
from marketplace.paging import Sort
from marketplace.web import auction_parts, guards, lists
from marketplace.web.auctions import shown
from marketplace.web.auctions.forms import BidForm
from marketplace.web.pages import money

_BIDS = 50


def auctions() -> ResponseReturnValue:
    """List the running auctions, those that end soonest first."""
    asked = lists.asked(Sort.DUE)
    found = queries.running(asked.cursor)
    page = shown.list_page(found, asked.tools(found), guards.current_viewer(), clock.now())
    return render_template("auctions/list.html", page=page)


def auction(auction_id: int) -> ResponseReturnValue:
    """Show an auction with its bids, and let the viewer bid."""
    return _show(queries.auction(auction_id), BidForm(None))


@guards.signed_in
def bid(auction_id: int) -> ResponseReturnValue:
    """Bid up to the maximum that was typed."""
    found, form = queries.auction(auction_id), BidForm()
    if not form.validate():
        return _show(found, form), 422
    try:
        maximum = form.maximum(found.currency)
        placed = db.atomic(
            operations.place_bid,
            [f"auction:{auction_id}"],
            bidder_id=guards.viewer().user_id,
            auction_id=auction_id,
            maximum=maximum,
            now=clock.now(),
        )
    except NotFound:
        raise
    except DomainError as error:
        form.amount.errors = [*form.amount.errors, auction_parts.refusal(error)]
        return _show(queries.auction(auction_id), form), 422 if isinstance(error, Invalid) else 409
    price = money(placed.price)
    if placed.leads:
        flash(_("You lead at %(price)s. We bid up to %(most)s for you.", price=price, most=money(maximum)), "ok")
    else:
        flash(_("Somebody else bids as much or more: it is at %(price)s now.", price=price), "wait")
    return redirect(url_for("auctions.auction", auction_id=auction_id), code=303)


def _show(row: AuctionRow, form: BidForm) -> str:
    viewer = guards.current_viewer()
    mine = queries.last_bid(row.id, viewer.user_id) if viewer else None
    page = shown.auction_page(row, queries.bids(row.id, _BIDS), mine, viewer, clock.now())
    return render_template("auctions/auction.html", page=page, form=form)

"""A seller's auctions: put a listing up, change or take it back before the first bid, and what to do when unpaid."""

from collections.abc import Callable

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.auctions import desk_queries, ending, operations, queries
from marketplace.auctions.desk_queries import DeskTab
from marketplace.catalog import shelf_queries
from marketplace.errors import Conflict, DomainError, Invalid, NotFound
from marketplace.language import gettext as _
from marketplace.numerals import percent
from marketplace.web import auction_parts, guards, lists
from marketplace.web.auth.forms import blame, typed
from marketplace.web.console import seller_console
from marketplace.web.lists import Tab
from marketplace.web.seller import auction_form, auction_page
from marketplace.web.seller.auction_form import AuctionForm, WithdrawForm
from marketplace.web.seller.auction_page import EditPage, ListPage


@guards.seller_only
def auctions() -> ResponseReturnValue:
    """List the seller's auctions under the tab that the address names, or the first that has any."""
    seller_id = guards.viewer().user_id
    counts = desk_queries.counts(seller_id)
    first = next((tab for tab in (DeskTab.TO_DO, *DeskTab) if counts[tab]), DeskTab.RUNNING)
    tab = lists.choice(DeskTab, "tab") or first
    asked = lists.asked(tab=tab.value)
    found, now = desk_queries.auctions(tab, asked.cursor, seller_id), clock.now()
    page = ListPage(
        title=_("Auctions"),
        console=seller_console("auctions"),
        tabs=tuple(
            Tab(each.label, url_for("seller.auctions", tab=each.value), each is tab, counts[each]) for each in DeskTab
        ),
        rows=tuple(auction_parts.line(row, url_for("seller.auction", auction_id=row.id), now) for row in found.rows),
        tools=asked.tools(found),
        empty_url=url_for("seller.listings"),
        empty_label=_("Your listings"),
        empty_text=_("Put one piece of a listing up for auction from its page."),
    )
    return render_template("auctions/desk.html", page=page)


@guards.seller_only
def auction(auction_id: int) -> ResponseReturnValue:
    """Show one of the seller's own auctions, with what can be done now."""
    return _show(auction_id, WithdrawForm(None))


@guards.seller_only
def new_auction(listing_id: int) -> ResponseReturnValue:
    """Ask for the terms of a new auction of one of the seller's own listings, or begin it."""
    seller_id = guards.viewer().user_id
    listing = shelf_queries.own_listing(listing_id, seller_id)
    currency = listing.price.currency
    form = AuctionForm(data=auction_form.suggested(listing.price.minor, currency, clock.now()))
    page = EditPage(
        title=_("Put %(title)s up for auction", title=listing.title),
        console=seller_console("auctions"),
        currency=currency,
        note=_(
            "One piece of it is set aside until the auction is over. Our fee is %(rate)s of what is paid.",
            rate=percent(desk_queries.platform_rate(seller_id, clock.now())),
        ),
        button=_("Begin the auction"),
        back_url=url_for("seller.edit", listing_id=listing_id),
        back_label=listing.title,
    )

    def begin() -> str:
        terms, now = form.terms(currency), clock.now()
        made = db.atomic(operations.put_up, (), seller_id=seller_id, listing_id=listing_id, terms=terms, now=now)
        flash(_("The auction has begun. Buyers can bid."), "ok")
        return url_for("seller.auction", auction_id=made)

    return _ask(form, page, begin)


@guards.seller_only
def edit_auction(auction_id: int) -> ResponseReturnValue:
    """Ask for other terms of an auction that nobody has bid in, or change it."""
    seller_id = guards.viewer().user_id
    row = desk_queries.own_auction(auction_id, seller_id)
    form = AuctionForm(data=auction_form.stored(row))
    page = EditPage(
        title=_("Change the auction of %(title)s", title=row.title),
        console=seller_console("auctions"),
        currency=row.currency,
        note=_("From the first bid on it stays as it is."),
        button=_("Save"),
        back_url=url_for("seller.auction", auction_id=auction_id),
        back_label=row.title,
    )

    def keep() -> str:
        terms = form.terms(row.currency)
        ids = {"seller_id": seller_id, "auction_id": auction_id}
        db.atomic(operations.change, [f"auction:{auction_id}"], **ids, terms=terms, now=clock.now())
        flash(_("Saved."), "ok")
        return url_for("seller.auction", auction_id=auction_id)

    return _ask(form, page, keep)


@guards.seller_only
def withdraw_auction(auction_id: int) -> ResponseReturnValue:
    """Take an auction back that nobody has bid in."""
    form = WithdrawForm()
    desk_queries.own_auction(auction_id, guards.viewer().user_id)
    if not form.validate():
        return _show(auction_id, form), 422
    return _do(operations.withdraw, auction_id, _("The auction is withdrawn."), reason=typed(form.reason))


@guards.seller_only
def offer_auction(auction_id: int) -> ResponseReturnValue:
    """Offer what was not paid to the next bidder, for what they had bid."""
    hours = current_app.extensions["settings"].money.auction_pay_hours
    return _do(ending.offer_to_next, auction_id, _("Offered. They have been told, and can pay now."), pay_hours=hours)


@guards.seller_only
def list_again(auction_id: int) -> ResponseReturnValue:
    """End an unpaid auction for good and go to the form of a new one of the same listing."""
    seller_id = guards.viewer().user_id
    locks = [f"auction:{auction_id}"]
    try:
        listing_id = db.atomic(ending.give_up, locks, seller_id=seller_id, auction_id=auction_id, now=clock.now())
    except Conflict as error:
        flash(error.message, "bad")
        return redirect(url_for("seller.auction", auction_id=auction_id), code=303)
    flash(_("The piece is for sale again. Begin another auction when you like."), "ok")
    return redirect(url_for("seller.new_auction", listing_id=listing_id), code=303)


def _show(auction_id: int, form: WithdrawForm) -> str:
    row, now = desk_queries.own_auction(auction_id, guards.viewer().user_id), clock.now()
    bids, paying = queries.bids(row.id), desk_queries.paying(row.id)
    page = auction_page.build(row, bids, paying, now)
    return render_template("seller/auction.html", page=page, form=form)


def _do(operation: Callable[..., None], auction_id: int, done: str, **values: object) -> ResponseReturnValue:
    seller_id = guards.viewer().user_id
    try:
        db.atomic(
            operation, [f"auction:{auction_id}"], seller_id=seller_id, auction_id=auction_id, now=clock.now(), **values
        )
    except NotFound:
        raise
    except DomainError as error:
        flash(error.message, "bad")
    else:
        flash(done, "ok")
    return redirect(url_for("seller.auction", auction_id=auction_id), code=303)


def _ask(form: AuctionForm, page: EditPage, keep: Callable[[], str]) -> ResponseReturnValue:
    """Show the form, or `keep` what was sent; `keep` returns where to go."""
    if form.validate_on_submit():
        try:
            return redirect(keep(), code=303)
        except (Invalid, Conflict) as error:
            blame(form, error)
    return render_template("seller/auction_edit.html", page=page, form=form), 422 if form.errors else 200

"""A listing that buyers don't see yet, as they will: for its seller alone."""

from dataclasses import dataclass

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.catalog import queries, shelf_queries
from marketplace.catalog.related_queries import Related
from marketplace.catalog.shelf_queries import ShelfTab
from marketplace.language import Text
from marketplace.web import guards, tax_words
from marketplace.web.shop import shown
from marketplace.web.shop.shown import ListingPage

_NOTES = {
    ShelfTab.DRAFT: Text("Nobody else sees it: it is a draft."),
    ShelfTab.PAUSED: Text("Nobody else sees it: it is paused."),
}
_NOTHING_BESIDE = Related((), (), ())


@dataclass(frozen=True)
class PreviewPage:
    """What templates/seller/preview.html shows around the listing's own page."""

    title: str
    listing: ListingPage
    note: str
    edit_url: str
    publish_url: str


@guards.seller_only
def preview(listing_id: int) -> ResponseReturnValue:
    """Show the seller's own draft or paused listing as buyers will; what they see already is shown where they do."""
    seller_id = guards.viewer().user_id
    own = shelf_queries.own_listing(listing_id, seller_id)
    if own.tab not in _NOTES:
        return redirect(url_for("shop.listing", slug=own.slug), code=303)
    found = queries.own_listing(listing_id, seller_id)
    note = tax_words.price_note(found.shop.taxing, found.tax_category, "", clock.now().date())
    listing = shown.listing_page(found, _NOTHING_BESIDE, (), is_own=True, saved=frozenset(), tax_note=note)
    page = PreviewPage(
        title=found.title,
        listing=listing,
        note=_NOTES[own.tab],
        edit_url=url_for("seller.edit", listing_id=listing_id),
        publish_url=url_for("seller.publish", listing_id=listing_id),
    )
    return render_template("seller/preview.html", page=page)

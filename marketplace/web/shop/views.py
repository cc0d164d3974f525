"""The public pages: home, listings, one listing, one shop, pictures."""

from collections.abc import Callable, Hashable
from contextlib import suppress
from os import SEEK_END
from typing import Any, BinaryIO

from flask import Response, current_app, make_response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.auctions import queries as auctions
from marketplace.catalog import browsing, queries, related_queries, variant_queries
from marketplace.catalog.browsing import Kind
from marketplace.catalog.picture_flows import FOLDER
from marketplace.catalog.queries import ListingView, ShopView
from marketplace.catalog.related_queries import Related, RelatedIds
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.media import picture_names
from marketplace.reviews import queries as reviews
from marketplace.taxes.rules import TaxCategory
from marketplace.web import deliver_to, drawing, guards, tax_words, uploads
from marketplace.web.recent import ALIKE_SECONDS, recent
from marketplace.web.shop import filters, finding, seen, sent, shown
from marketplace.web.shop.filters import Request
from marketplace.web.shop.finding import Finding

_ON_HOME = 10
_RELATED = 5
_REVIEWS = 3
# No name is given twice, so a picture never changes under its name.
_YEAR, _SOON = 31_536_000, 5
_TYPES = {"svg": "image/svg+xml", "jpg": "image/jpeg", "webp": "image/webp"}


def home() -> ResponseReturnValue:
    """Show the front page."""
    cars, parts = browsing.newest(Kind.CAR, _ON_HOME), browsing.newest(Kind.PART, _ON_HOME)
    page = shown.home_page(cars, parts, seen.cards(), viewer=guards.current_viewer())
    return seen.forget(make_response(render_template("shop/home.html", page=page)))


def listings() -> ResponseReturnValue:
    """Show the listings that match the address."""
    wanted = filters.read("/l", request.args, main_currency=_main_currency())
    return _found(wanted, lambda found: ("shop/listings.html", drawing.once(shown.listings_page, wanted, found)))


def listing(slug: str) -> ResponseReturnValue:
    """Show one listing. Raises NotFound for what is not for sale."""
    key = ("alike", slug)
    known: RelatedIds | None = recent().get(key)
    ahead = (auctions.box_question(slug), related_queries.question(known) if known else None)
    with db.reading_ahead(guards.question(), *(ahead if _may_be_slug(slug) else ())):
        found = queries.listing(slug) if _may_be_slug(slug) else None
        if found is None:
            return _of_variant(slug)
        # Which ones stand beside it may be five minutes old; what they cost and whether they are there is read now.
        others = related_queries.related_again(known) if known else _related(found, key)
        viewer, auction = guards.current_viewer(), auctions.box(slug)
    said = reviews.of_listing(found.listing_id, _REVIEWS) if found.rating_count else ()
    is_own = viewer is not None and viewer.user_id == found.seller_id
    taxed = _tax_note(found.shop, found.tax_category)
    weighed = (found.profile_id, found.price, found.weight_grams)
    how = sent.of(*weighed, deliver_to.chosen(), clock.now().date()) if found.profile_id else None
    saved = shown.saved_among(viewer, found, others)
    beside = (found, others, tuple(said))
    page = drawing.once(
        shown.listing_page,
        *beside,
        is_own=is_own,
        saved=saved,
        tax_note=taxed,
        sent=how,
        chosen_id=_chosen(found),
        auction=auction,
    )
    answer = make_response(drawing.draw("shop/listing.html", page))
    if not is_own:
        seen.note(answer, found.listing_id)
    return answer


def shop(slug: str) -> ResponseReturnValue:
    """Show one shop and what it sells. Raises NotFound without such a shop."""
    found = queries.shop(slug) if _may_be_slug(slug) else None
    if found is None:
        raise NotFound(_("There is no such shop."))
    # One shop, one currency as a rule: its prices compare without naming one.
    wanted = filters.read(f"/s/{slug}", request.args, main_currency="", shop=slug)
    taxed = _tax_note(found, TaxCategory.STANDARD)

    def show(finding: Finding) -> tuple[str, Any]:
        return "shop/shop.html", drawing.once(shown.shop_page, found, wanted, finding, tax_note=taxed)

    return _found(wanted, show)


def media(file_name: str) -> ResponseReturnValue:
    """Send a picture; the whole one while the size that is asked for is not made yet.

    Raises NotFound for any name that is not a picture's.
    """
    originals = picture_names.originals_of(file_name)
    if not originals:
        raise NotFound(_("There is no such picture."))
    if request.if_none_match.contains(file_name):
        return Response(status=304, headers={"ETag": f'"{file_name}"'})
    store = uploads.store(FOLDER)
    for name in dict.fromkeys((file_name, *originals)):
        with suppress(NotFound):
            return _picture(store.open(name), name, is_asked_for=name == file_name)
    raise NotFound(_("There is no such picture."))


def _picture(content: BinaryIO, name: str, *, is_asked_for: bool) -> Response:
    length = content.seek(0, SEEK_END)
    content.seek(0)
    answer = send_file(content, mimetype=_TYPES[name.rpartition(".")[2]], max_age=_YEAR if is_asked_for else _SOON)
    answer.content_length = length
    answer.cache_control.public = True
    if is_asked_for:
        answer.cache_control.immutable = True
    answer.set_etag(name)
    return answer


def _found(wanted: Request, show: Callable[[Finding], tuple[str, Any]]) -> ResponseReturnValue:
    """Answer with what is found; a form's empty fields leave the address, so that it can be passed on."""
    is_swap = "HX-Request" in request.headers
    if not is_swap and any(name in filters.FIELDS and not value for name, value in request.args.items(multi=True)):
        return redirect(filters.address(wanted), 303)
    with db.reading_ahead(guards.question()):
        template, page = show(finding.find(wanted, lambda: shown.saved_by(guards.current_viewer())))
        guards.current_viewer()
    answer = make_response(drawing.draw(template, page))
    answer.headers["Vary"] = "HX-Request"
    if is_swap:
        answer.headers["HX-Push-Url"] = filters.address(wanted)
    return answer


def _chosen(found: ListingView) -> int:
    """Return the variant that the address names; 0 for none, also where there is nothing to choose."""
    return request.args.get("choice", 0, type=int) if found.choice.variants else 0


def _of_variant(slug: str) -> ResponseReturnValue:
    """Lead to the page on which the variant at this address is chosen. Raises NotFound for what is none."""
    page = variant_queries.page_of(slug) if _may_be_slug(slug) else None
    if page is None:
        raise NotFound(_("This listing is not for sale any more, or never was."))
    return redirect(url_for("shop.listing", slug=page[0], choice=page[1]), 302)


def _related(found: ListingView, key: Hashable) -> Related:
    others = related_queries.related(found.listing_id, found.seller_id, count=_RELATED)
    recent().keep(key, others.ids, seconds=ALIKE_SECONDS)
    return others


def _tax_note(shop: ShopView, category: TaxCategory) -> str:
    """Return what tax a shop's prices carry, where the viewer is if that makes a difference."""
    country = deliver_to.chosen() if shop.taxing.depends_on_country else ""
    return tax_words.price_note(shop.taxing, category, country, clock.now().date())


def _may_be_slug(text: str) -> bool:
    """Return whether `text` can be looked up: the database refuses a NUL with an error."""
    return text.isascii() and text.isprintable()


def _main_currency() -> str:
    return str(current_app.extensions["settings"].money.main_currency)

"""The public pages: home, listings, one listing, one shop, pictures."""

import re
from collections.abc import Callable
from typing import Any

from flask import current_app, make_response, redirect, render_template, request, send_from_directory
from flask.typing import ResponseReturnValue

from marketplace.catalog import browsing, queries, related_queries
from marketplace.catalog.browsing import Kind
from marketplace.catalog.queries import ListingView
from marketplace.catalog.related_queries import Related, RelatedIds
from marketplace.errors import NotFound
from marketplace.reviews import queries as reviews
from marketplace.web import guards
from marketplace.web.recent import ALIKE_SECONDS, recent
from marketplace.web.shop import filters, finding, seen, shown
from marketplace.web.shop.filters import Request
from marketplace.web.shop.finding import Finding

_ON_HOME = 10
_RELATED = 5
_REVIEWS = 3
# Names are SHA-256 sums of the content, so a picture never changes under its name.
_MEDIA = re.compile(r"[0-9a-f]{64}\.(?:svg|png|jpg|webp)", re.ASCII)


def home() -> ResponseReturnValue:
    """Show the front page."""
    cars, parts = browsing.newest(Kind.CAR, _ON_HOME), browsing.newest(Kind.PART, _ON_HOME)
    page = shown.home_page(cars, parts, seen.cards(), viewer=guards.current_viewer())
    return seen.forget(make_response(render_template("shop/home.html", page=page)))


def listings() -> ResponseReturnValue:
    """Show the listings that match the address."""
    wanted = filters.read("/l", request.args, main_currency=_main_currency())
    return _found(wanted, lambda found: ("shop/listings.html", shown.listings_page(wanted, found)))


def listing(slug: str) -> ResponseReturnValue:
    """Show one listing. Raises NotFound for what is not for sale."""
    found = queries.listing(slug) if _may_be_slug(slug) else None
    if found is None:
        raise NotFound("This listing is not for sale any more, or never was.")
    said = reviews.of_listing(found.listing_id, _REVIEWS) if found.rating_count else ()
    page = shown.listing_page(found, _related(found), said, viewer=guards.current_viewer())
    answer = make_response(render_template("shop/listing.html", page=page))
    if not page.is_own:
        seen.note(answer, found.listing_id)
    return answer


def shop(slug: str) -> ResponseReturnValue:
    """Show one shop and what it sells. Raises NotFound without such a shop."""
    found = queries.shop(slug) if _may_be_slug(slug) else None
    if found is None:
        raise NotFound("There is no such shop.")
    # One shop, one currency as a rule: its prices compare without naming one.
    wanted = filters.read(f"/s/{slug}", request.args, main_currency="", shop=slug)
    return _found(wanted, lambda finding: ("shop/shop.html", shown.shop_page(found, wanted, finding)))


def media(file_name: str) -> ResponseReturnValue:
    """Send a picture. Raises NotFound for any name that is not a content hash."""
    if not _MEDIA.fullmatch(file_name):
        raise NotFound("There is no such picture.")
    folder = current_app.extensions["settings"].var_dir.resolve() / "media"
    answer = make_response(send_from_directory(folder, file_name, max_age=31_536_000))
    answer.cache_control.public = True
    answer.cache_control.immutable = True
    return answer


def _found(wanted: Request, show: Callable[[Finding], tuple[str, Any]]) -> ResponseReturnValue:
    """Answer with what is found; a form's empty fields leave the address, so that it can be passed on."""
    is_swap = "HX-Request" in request.headers
    if not is_swap and any(name in filters.FIELDS and not value for name, value in request.args.items(multi=True)):
        return redirect(filters.address(wanted), 303)
    template, page = show(finding.find(wanted, shown.saved_by(guards.current_viewer())))
    answer = make_response(render_template(template, page=page))
    answer.headers["Vary"] = "HX-Request"
    if is_swap:
        answer.headers["HX-Push-Url"] = filters.address(wanted)
    return answer


def _related(found: ListingView) -> Related:
    """Return what stands beside a listing: which ones may be five minutes old, what they cost and are is read now."""
    key = ("alike", found.listing_id)
    known: RelatedIds | None = recent().get(key)
    if known is not None:
        return related_queries.related_again(known)
    others = related_queries.related(found.listing_id, found.seller_id, count=_RELATED)
    recent().keep(key, others.ids, seconds=ALIKE_SECONDS)
    return others


def _may_be_slug(text: str) -> bool:
    """Return whether `text` can be looked up: the database refuses a NUL with an error."""
    return text.isascii() and text.isprintable()


def _main_currency() -> str:
    return str(current_app.extensions["settings"].money.main_currency)

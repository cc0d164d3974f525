"""The public pages: home, listings, one listing, one shop, pictures."""

import re
from collections.abc import Callable, Hashable
from typing import Any

from flask import current_app, make_response, redirect, render_template, request, send_from_directory
from flask.typing import ResponseReturnValue

from marketplace import db
from marketplace.catalog import browsing, queries, related_queries
from marketplace.catalog.browsing import Kind
from marketplace.catalog.queries import ListingView
from marketplace.catalog.related_queries import Related, RelatedIds
from marketplace.errors import NotFound
from marketplace.reviews import queries as reviews
from marketplace.web import guards
from marketplace.web.recent import ALIKE_SECONDS, recent
from marketplace.web.shop import filters, finding, shown
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
    return render_template("shop/home.html", page=shown.home_page(cars, parts, viewer=guards.current_viewer()))


def listings() -> ResponseReturnValue:
    """Show the listings that match the address."""
    wanted = filters.read("/l", request.args, main_currency=_main_currency())
    return _found(wanted, lambda found: ("shop/listings.html", shown.listings_page(wanted, found)))


def listing(slug: str) -> ResponseReturnValue:
    """Show one listing. Raises NotFound for what is not for sale."""
    key = ("alike", slug)
    known: RelatedIds | None = recent().get(key)
    with db.reading_ahead(guards.question(), related_queries.question(known) if known else None):
        found = queries.listing(slug) if _may_be_slug(slug) else None
        if found is None:
            raise NotFound("This listing is not for sale any more, or never was.")
        # Which ones stand beside it may be five minutes old; what they cost and whether they are there is read now.
        others = related_queries.related_again(known) if known else _related(found, key)
        viewer = guards.current_viewer()
    said = reviews.of_listing(found.listing_id, _REVIEWS) if found.rating_count else ()
    is_own = viewer is not None and viewer.user_id == found.seller_id
    return render_template("shop/listing.html", page=shown.listing_page(found, others, tuple(said), is_own=is_own))


def shop(slug: str) -> ResponseReturnValue:
    """Show one shop and what it sells. Raises NotFound without such a shop."""
    found = queries.shop(slug) if _may_be_slug(slug) else None
    if found is None:
        raise NotFound("There is no such shop.")
    # One shop, one currency as a rule: its prices compare without naming one.
    wanted = filters.read(f"/s/{slug}", request.args, main_currency="", shop=slug)
    return _found(wanted, lambda finding: ("shop/shop.html", shown.shop_page(found, finding)))


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
    with db.reading_ahead(guards.question()):
        template, page = show(finding.find(wanted))
        guards.current_viewer()
    answer = make_response(render_template(template, page=page))
    answer.headers["Vary"] = "HX-Request"
    if is_swap:
        answer.headers["HX-Push-Url"] = filters.address(wanted)
    return answer


def _related(found: ListingView, key: Hashable) -> Related:
    others = related_queries.related(found.listing_id, found.seller_id, count=_RELATED)
    recent().keep(key, others.ids, seconds=ALIKE_SECONDS)
    return others


def _may_be_slug(text: str) -> bool:
    """Return whether `text` can be looked up: the database refuses a NUL with an error."""
    return text.isascii() and text.isprintable()


def _main_currency() -> str:
    return str(current_app.extensions["settings"].money.main_currency)

"""The public pages: home, listings, one listing, one shop, pictures."""

import re

from flask import current_app, make_response, render_template, request, send_from_directory
from flask.typing import ResponseReturnValue

from marketplace.catalog import browsing, queries
from marketplace.catalog.browsing import Kind
from marketplace.errors import NotFound
from marketplace.web import guards
from marketplace.web.shop import filters, shown

_ON_HOME = 10
_MORE_OF_SHOP = 5
# Names are SHA-256 sums of the content, so a picture never changes under its name.
_MEDIA = re.compile(r"[0-9a-f]{64}\.(?:svg|png|jpg|webp)", re.ASCII)


def home() -> ResponseReturnValue:
    """Show the front page."""
    cars, parts = browsing.newest(Kind.CAR, _ON_HOME), browsing.newest(Kind.PART, _ON_HOME)
    return render_template("shop/home.html", page=shown.home_page(cars, parts, viewer=guards.current_viewer()))


def listings() -> ResponseReturnValue:
    """Show the listings that match the address."""
    wanted = filters.read("/l", request.args, main_currency=_main_currency())
    found = browsing.cards(wanted.filter, wanted.sort, wanted.place)
    return render_template("shop/listings.html", page=shown.listings_page(wanted, found, queries.choices()))


def listing(slug: str) -> ResponseReturnValue:
    """Show one listing. Raises NotFound for what is not for sale."""
    found = queries.listing(slug) if _may_be_slug(slug) else None
    if found is None:
        raise NotFound("This listing is not for sale any more, or never was.")
    others = browsing.others_of_shop(found.seller_id, but=found.listing_id, count=_MORE_OF_SHOP)
    page = shown.listing_page(found, others, viewer=guards.current_viewer())
    return render_template("shop/listing.html", page=page)


def shop(slug: str) -> ResponseReturnValue:
    """Show one shop and what it sells. Raises NotFound without such a shop."""
    found = queries.shop(slug) if _may_be_slug(slug) else None
    if found is None:
        raise NotFound("There is no such shop.")
    values = request.args.copy()
    values.setlist("shop", [slug])
    # One shop, one currency as a rule: its prices compare without naming one.
    wanted = filters.read(f"/s/{slug}", values, main_currency="")
    cards = browsing.cards(wanted.filter, wanted.sort, wanted.place)
    return render_template("shop/shop.html", page=shown.shop_page(found, wanted, cards))


def media(file_name: str) -> ResponseReturnValue:
    """Send a picture. Raises NotFound for any name that is not a content hash."""
    if not _MEDIA.fullmatch(file_name):
        raise NotFound("There is no such picture.")
    folder = current_app.extensions["settings"].var_dir.resolve() / "media"
    answer = make_response(send_from_directory(folder, file_name, max_age=31_536_000))
    answer.cache_control.public = True
    answer.cache_control.immutable = True
    return answer


def _may_be_slug(text: str) -> bool:
    """Return whether `text` can be looked up: the database refuses a NUL with an error."""
    return text.isascii() and text.isprintable()


def _main_currency() -> str:
    return str(current_app.extensions["settings"].money.main_currency)

"""What search engines ask for: which addresses there are, and which they should leave alone."""

from collections.abc import Iterable
from xml.sax.saxutils import escape

from flask import Response, current_app, request

from marketplace.catalog import sitemap_queries
from marketplace.errors import NotFound
from marketplace.language import gettext as _

_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_PATHS = {"listings": "/l/", "shops": "/s/"}
# What is somebody's own, what only forms lead to, and searches without end.
_PRIVATE = (
    "/account", "/admin", "/basket", "/checkout", "/login", "/logout", "/messages", "/notifications", "/orders",
    "/payouts", "/refunds", "/register", "/reviews", "/saved", "/sell", "/transactions",
    "/l?*q=", "/s/*?*q=",
)  # fmt: skip


def robots() -> Response:
    """Tell what is of no use to search engines, and where the list of addresses is."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _PRIVATE), f"Sitemap: {base_url()}/sitemap.xml"]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


def sitemap() -> Response:
    """List the pages of addresses, or the addresses of one page. Raises NotFound for a page that there is not.

    Listings and shops that are for sale stand on pages by their ids, so that a page stays as it is while others grow.
    """
    for kind in sitemap_queries.KINDS:
        if kind in request.args:
            return _addresses(kind, request.args[kind])
    found = [
        f"{base_url()}/sitemap.xml?{kind}={start}"
        for kind in sitemap_queries.KINDS
        for start in sitemap_queries.pages(kind)
    ]
    return _xml("sitemapindex", "sitemap", found)


def base_url() -> str:
    """Return the shop's own address, without a slash at its end."""
    return str(current_app.extensions["settings"].base_url).rstrip("/")


def _addresses(kind: str, text: str) -> Response:
    start = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else -1
    slugs = [] if start < 0 or start % sitemap_queries.PER_PAGE else sitemap_queries.slugs(kind, start)
    if not slugs:
        raise NotFound(_("There is no such page of addresses."))
    return _xml("urlset", "url", (f"{base_url()}{_PATHS[kind]}{slug}" for slug in slugs))


def _xml(outer: str, inner: str, addresses: Iterable[str]) -> Response:
    lines = "".join(f"<{inner}><loc>{escape(address)}</loc></{inner}>\n" for address in addresses)
    return Response(f'{_XML}<{outer} xmlns="{_SPACE}">\n{lines}</{outer}>\n', mimetype="application/xml")

"""Which addresses search engines may read: listings for sale and the shops that have some, in pages by their ids."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, bindparam, column, exists, func, literal, select

from marketplace import db
from marketplace.catalog.matching import IS_FOR_SALE
from marketplace.catalog.models import Listing, Shop

PER_PAGE = 5_000
"""Ids on one page, so that none holds more addresses; the protocol allows 50,000 (sitemaps.org)."""

_START = bindparam("start", type_=BigInteger)
_SELLS = exists().where(Listing.seller_id == Shop.seller_id, IS_FOR_SALE)
_LISTING_ID, _SHOP_ID = Listing.__table__.c.id, Shop.__table__.c.id


def _on_page(key: ColumnElement[int], start: ColumnElement[int]) -> ColumnElement[bool]:
    return (key >= start) & (key < start + PER_PAGE)


def _starts(key: ColumnElement[int], shown: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Return where the pages start that show anything: each is asked for one row by the key's index."""
    last = select(func.max(key)).scalar_subquery()
    series = func.generate_series(literal(0, BigInteger), last, PER_PAGE)
    pages = series.table_valued(column("start", BigInteger), name="pages").render_derived()
    has_one = select(key).where(shown, _on_page(key, pages.c.start)).limit(1).correlate(pages).scalar_subquery()
    return select(pages.c.start).where(has_one.is_not(None)).order_by(pages.c.start)


_PAGES = {"listings": _starts(_LISTING_ID, IS_FOR_SALE), "shops": _starts(_SHOP_ID, _SELLS)}
_ADDRESSES = {
    "listings": select(Listing.slug).where(IS_FOR_SALE, _on_page(_LISTING_ID, _START)).order_by(_LISTING_ID),
    "shops": select(Shop.slug).where(_SELLS, _on_page(_SHOP_ID, _START)).order_by(_SHOP_ID),
}
KINDS = tuple(_PAGES)
"""What has pages of its own: listings and shops."""


def pages(kind: str) -> list[int]:
    """Return the ids at which the pages of `kind` start, in one query."""
    return [int(row.start) for row in db.read(_PAGES[kind])]


def slugs(kind: str, start: int) -> list[str]:
    """Return the addresses on the page of `kind` that starts at an id, in one query."""
    return [str(row.slug) for row in db.read(_ADDRESSES[kind], {"start": start})]

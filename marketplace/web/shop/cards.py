"""Catalogue rows become what the listing card, the seller card and the listing page show."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from babel.numbers import get_decimal_symbol

from marketplace import language
from marketplace.accounts.rules import initials
from marketplace.catalog.browsing import Kind
from marketplace.catalog.queries import Card, ListingView, ShopView
from marketplace.catalog.rules import CATEGORIES, stock_of
from marketplace.language import Text, ngettext, remembered
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.numerals import number_text
from marketplace.web import countries
from marketplace.web.pages import money, month_text
from marketplace.web.picture_parts import Shot, picture_set, picture_url, shot

_CARD_WIDTH = 640


@dataclass(frozen=True, eq=False)
class ShownCard:
    """What components/listing_card.html takes; `card` returns the same one for the same row, so they need no look."""

    url: str
    title: str
    picture_url: str
    picture_set: str
    """Its sizes as `srcset` has them; "" for one size only."""
    price: str
    seller_name: str
    facts: str
    note: str
    flag: str
    flag_tone: str
    rating: str
    """The seller's, "" without a review; as is the next."""
    rating_count: str
    listing_id: int
    is_saved: bool = False
    is_promoted: bool = False
    """Whether its seller has paid for it to stand here; it says so."""


@dataclass(frozen=True)
class ShownSeller:
    """What components/seller_card.html takes."""

    name: str
    url: str
    initials: str
    place: str
    since: str
    listings: str
    about: str
    rating: str
    rating_count: str


@dataclass(frozen=True)
class HeaderCategory:
    """What the shop's header lists."""

    slug: str
    label: str


def header_categories() -> tuple[HeaderCategory, ...]:
    """Return the categories of the shop's header: cars, then the kinds of parts."""
    return HeaderCategory("cars", Text("Cars")), *(HeaderCategory(slug, label) for slug, label in CATEGORIES.items())


@remembered(4_096)
def card(row: Card) -> ShownCard:
    """Return a listing as a card; the same row is the same card."""
    stock = stock_of(row.in_stock, is_car=row.kind == Kind.CAR)
    return ShownCard(
        url=f"/l/{row.slug}",
        title=row.title,
        picture_url=picture_url(row.picture, _CARD_WIDTH),
        picture_set=picture_set(row.picture),
        price=prices_text(row),
        seller_name=row.shop_name,
        facts=_facts(row),
        note=delivery_note(row.delivery),
        flag=stock.text if stock.is_sold_out or stock.is_low else "",
        flag_tone="low" if stock.is_low else "plain",
        rating=rating_text(row.rating_sum, row.rating_count),
        rating_count=count_or_nothing(row.rating_count),
        listing_id=row.listing_id,
    )


@remembered(4_096)
def _saved_card(row: Card) -> ShownCard:
    return replace(card(row), is_saved=True)


@remembered(500)
def promoted(row: Card, *, is_saved: bool) -> ShownCard:
    """Return a promoted listing as a card that says so."""
    return replace(card(row), is_saved=is_saved, is_promoted=True)


def shown(rows: Iterable[Card], saved: frozenset[int]) -> tuple[ShownCard, ...]:
    """Return listings as cards, those marked that are among the `saved` ids."""
    if not saved:
        return tuple(map(card, rows))
    return tuple(_saved_card(row) if row.listing_id in saved else card(row) for row in rows)


@remembered(1_000)
def seller(shop: ShopView, *, with_about: bool = False) -> ShownSeller:
    """Return a shop as a seller card; the same shop is the same card."""
    return ShownSeller(
        name=shop.name,
        url=f"/s/{shop.slug}",
        initials=initials(shop.name),
        place=f"{shop.city}, {countries.name(shop.country)}",
        since=_("Since %(month)s", month=month_text(shop.opened_at)),
        listings=listings_text(shop.listings),
        about=shop.about if with_about else "",
        rating=rating_text(shop.rating_sum, shop.rating_count),
        rating_count=count_or_nothing(shop.rating_count),
    )


def price_text(price: Money) -> str:
    """Return a price as people read it; nothing to pay is "Free"."""
    return money(price) if price else _("Free")


def prices_text(row: Card) -> str:
    """Return the price of a card; of several variants the lowest and the highest, which searches go by."""
    highest = max(row.price.minor, row.highest_minor or 0)
    return range_text(row.price, Money(highest, row.price.currency))


def range_text(lowest: Money, highest: Money) -> str:
    """Return the prices that a listing can be bought at."""
    if lowest == highest:
        return price_text(lowest)
    return _("%(lowest)s to %(highest)s", lowest=price_text(lowest), highest=price_text(highest))


def delivery_note(delivery: Money) -> str:
    """Return the delivery as it stands beside a price."""
    return _("+ %(price)s delivery", price=money(delivery)) if delivery else _("Free delivery")


def dispatch_text(days: int) -> str:
    """Return within how many working days a shop sends, as a sentence."""
    if not days:
        return _("Sent on the day it is paid, on working days.")
    return ngettext("Sent within %(days)s working day.", "Sent within %(days)s working days.", days, days=days)


def count_text(count: int, noun: str) -> str:
    """Return "1 listing" or "12 listings"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def listings_text(count: int) -> str:
    """Return "1 listing" or "12 listings"."""
    return ngettext("%(number)s listing", "%(number)s listings", count, number=number_text(count))


def rating_text(stars: int, reviews: int) -> str:
    """Return the average of `reviews` that gave `stars` in all as people read it; "" without a review."""
    return rating_figure(stars, reviews).replace(".", get_decimal_symbol(language.current())) if reviews else ""


def rating_figure(stars: int, reviews: int) -> str:
    """Return the average of `reviews`, one at least, that gave `stars` in all, to a tenth: 4.7."""
    whole, tenth = divmod((20 * stars + reviews) // (2 * reviews), 10)
    return f"{whole}.{tenth}"


def count_or_nothing(count: int) -> str:
    """Return a number as people read it, "" for none."""
    return number_text(count) if count else ""


def _facts(row: Card) -> str:
    if row.kind == Kind.CAR:
        return f"{row.year} · {number_text(row.mileage_km or 0)} km · {row.fuel}"
    return f"{row.brand} · {_(row.condition) if row.condition else ''}"


def shots(found: ListingView) -> tuple[Shot, ...]:
    """Return the pictures of a listing's page; the stand-in of one without."""
    pictures = tuple(shot(each.file_name, each.alt or found.title) for each in found.pictures)
    return pictures or (shot(None, _("No picture yet")),)

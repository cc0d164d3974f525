"""The pages of this blueprint as frozen values: templates only place them.

They are told apart as objects: views make each of them `once` (web/drawing.py), and draw it once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.auctions.queries import Box
from marketplace.catalog.browsing import Kind
from marketplace.catalog.filtering import CAR, Facet, Filter
from marketplace.catalog.queries import Card, ListingView, ShopView
from marketplace.catalog.related_queries import Related
from marketplace.catalog.rules import CATEGORIES, stock_of
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.reviews.queries import ReviewRow
from marketplace.web import countries, review_parts
from marketplace.web.guards import Viewer
from marketplace.web.pages import money
from marketplace.web.picture_parts import Shot, picture_url
from marketplace.web.review_parts import ReviewView
from marketplace.web.shop import cards as shown_cards
from marketplace.web.shop import choices, meta, offers, up_for_auction
from marketplace.web.shop.answers import KIND_LABELS
from marketplace.web.shop.cards import ShownCard, ShownSeller
from marketplace.web.shop.choices import ShownChoice
from marketplace.web.shop.filters import Request
from marketplace.web.shop.finding import Finding, Link
from marketplace.web.shop.meta import Meta
from marketplace.web.shop.offers import ShownOffer
from marketplace.web.shop.sent import Sent, SentRow
from marketplace.web.shop.up_for_auction import ShownAuction

_HERO_WIDTH = 640
_TITLE = Text("Cars and parts from people who know them")
_TEXT = Text("Buy from several sellers in one go and pay once. Your money is held until your order has arrived.")


@dataclass(frozen=True)
class HomePage:
    """What templates/shop/home.html shows."""

    title: str
    meta: Meta
    text: str
    pictures: list[dict[str, str]]
    cars: tuple[ShownCard, ...]
    parts: tuple[ShownCard, ...]
    seen: tuple[ShownCard, ...]
    """What the viewer looked at last."""
    categories: list[Link]
    may_open_shop: bool


@dataclass(frozen=True, eq=False)
class ListingsPage:
    """What templates/shop/listings.html shows."""

    title: str
    meta: Meta
    category: str
    search_text: str
    find: Finding


@dataclass(frozen=True)
class Spec:
    """One line of components/spec_list.html."""

    label: str
    value: str


@dataclass(frozen=True)
class ListingFacts:
    """What components/listing_facts.html shows: nothing that changes with each unit sold."""

    more: Link
    """Where there is more of its sort."""
    paragraphs: tuple[str, ...]
    specs: tuple[Spec, ...]
    delivery_policy: tuple[str, ...]
    returns_policy: tuple[str, ...]
    seller: ShownSeller
    reviews: tuple[ReviewView, ...]
    ask_url: str
    """Where the seller is asked; "" for the seller."""
    offers: tuple[ShownOffer, ...]
    """Of the same part by several sellers, this one first; none where nobody else has it."""
    alike_title: str
    alike: tuple[ShownCard, ...]
    of_shop: tuple[ShownCard, ...]


@dataclass(frozen=True, eq=False)
class ListingPage:
    """What templates/shop/listing.html shows."""

    title: str
    meta: Meta
    listing_id: int
    kind_label: str
    category: str
    crumbs: tuple[Link, ...]
    pictures: tuple[Shot, ...]
    price: str
    tax_note: str
    delivery: str
    not_sent: str
    """That it is not delivered to the viewer's country; "" where it is, or where nobody knows."""
    sent_rows: tuple[SentRow, ...]
    """Where its profile sends it, for how much and when; none for the standard delivery."""
    stock_text: str
    stock_tone: str
    can_buy: bool
    is_own: bool
    is_saved: bool
    is_shop_paused: bool
    most: int
    choice: ShownChoice | None
    rating: str
    """Of the goods; "" without a review."""
    rating_count: str
    facts: ListingFacts
    auction: ShownAuction | None


@dataclass(frozen=True, eq=False)
class ShopPage:
    """What templates/shop/shop.html shows."""

    title: str
    meta: Meta
    seller: ShownSeller
    about: tuple[str, ...]
    delivery_policy: tuple[str, ...]
    returns_policy: tuple[str, ...]
    tax_note: str
    is_paused: bool
    reviews_url: str
    find: Finding


def home_page(cars: Sequence[Card], parts: Sequence[Card], seen: Sequence[Card], *, viewer: Viewer | None) -> HomePage:
    """Return the front page; the first car and the first parts are its pictures."""
    leading, saved = [*cars[:1], *parts[:2]], saved_by(viewer)
    return HomePage(
        title=str(_TITLE),
        meta=meta.of_home(str(_TITLE), str(_TEXT)),
        text=str(_TEXT),
        pictures=[{"url": picture_url(row.picture, _HERO_WIDTH)} for row in leading],
        cars=shown_cards.shown(cars, saved),
        parts=shown_cards.shown(parts, saved),
        seen=shown_cards.shown(seen, saved),
        categories=[Link(label, url=f"/l?category={slug}") for slug, label in CATEGORIES.items()],
        may_open_shop=viewer is None or not viewer.is_seller,
    )


def listings_page(wanted: Request, found: Finding) -> ListingsPage:
    """Return one page of listings with its filters."""
    title = _listings_title(wanted.filter)
    return ListingsPage(
        title=title,
        meta=meta.of_listings(wanted, title),
        category=_header_category(wanted.filter),
        search_text=wanted.filter.text,
        find=found,
    )


def listing_page(
    found: ListingView,
    others: Related,
    reviews: tuple[ReviewRow, ...],
    *,
    is_own: bool,
    saved: frozenset[int],
    tax_note: str,
    sent: Sent | None = None,
    chosen_id: int = 0,
    auction: Box | None = None,
) -> ListingPage:
    """Return one listing as its seller (`is_own`) sees it, or who keeps `saved`; `chosen_id` is a variant."""
    stock = stock_of(found.in_stock, is_car=found.kind == Kind.CAR)
    return ListingPage(
        title=found.title,
        meta=meta.of_listing(found),
        listing_id=found.listing_id,
        kind_label=_("Car") if found.kind == Kind.CAR else _("Part"),
        category=_category(found),
        crumbs=_crumbs(found),
        pictures=shown_cards.shots(found),
        price=shown_cards.range_text(*choices.prices(found)),
        tax_note=tax_note,
        delivery=sent.summary if sent else _delivery_text(found),
        not_sent=sent.refused if sent else "",
        sent_rows=sent.rows if sent else (),
        stock_text=stock.text,
        stock_tone="mute" if stock.is_sold_out else "wait" if stock.is_low else "ok",
        can_buy=not stock.is_sold_out and not is_own and not found.shop.is_paused,
        is_own=is_own,
        is_saved=found.listing_id in saved,
        is_shop_paused=found.shop.is_paused,
        most=choices.most(found),
        choice=choices.of(found, chosen_id),
        rating=shown_cards.rating_text(found.rating_sum, found.rating_count),
        rating_count=shown_cards.count_or_nothing(found.rating_count),
        facts=_facts(found, others, reviews, is_own=is_own, saved=saved),
        auction=up_for_auction.box(auction, is_sold_out=stock.is_sold_out),
    )


def _delivery_text(found: ListingView) -> str:
    return _("Delivery %(price)s", price=money(found.delivery)) if found.delivery else _("Free delivery")


def _facts(
    found: ListingView, others: Related, reviews: tuple[ReviewRow, ...], *, is_own: bool, saved: frozenset[int]
) -> ListingFacts:
    return ListingFacts(
        more=_crumbs(found)[-1],
        paragraphs=_paragraphs(found.description),
        specs=tuple(Spec(label, value) for label, value in found.specs),
        delivery_policy=_delivery(found.shop),
        returns_policy=_paragraphs(found.shop.returns_policy),
        seller=shown_cards.seller(found.shop),
        reviews=tuple(review_parts.view(row) for row in reviews),
        ask_url="" if is_own else f"/messages/listing/{found.slug}",
        offers=offers.side_by_side(found, others.same_part),
        alike_title=_("Similar cars") if found.kind == Kind.CAR else _("Similar parts"),
        alike=shown_cards.shown(others.alike, saved),
        of_shop=shown_cards.shown(others.of_shop, saved),
    )


def _category(found: ListingView) -> str:
    return "cars" if found.kind == Kind.CAR else found.category or ""


def _crumbs(found: ListingView) -> tuple[Link, ...]:
    category = _category(found)
    label = _("Cars") if found.kind == Kind.CAR else CATEGORIES.get(category, _("Parts"))
    return Link(_("Everything"), url="/l"), Link(label, url=f"/l?category={category}")


def shop_page(found: ShopView, wanted: Request, finding: Finding, *, tax_note: str) -> ShopPage:
    """Return one shop with one page of its listings; `tax_note` says what tax its prices carry."""
    return ShopPage(
        title=found.name,
        meta=meta.of_shop(found, wanted),
        seller=shown_cards.seller(found),
        about=_paragraphs(found.about),
        delivery_policy=(shown_cards.dispatch_text(found.dispatch_days), *_paragraphs(found.delivery_policy)),
        returns_policy=_paragraphs(found.returns_policy),
        tax_note=tax_note,
        is_paused=found.is_paused,
        reviews_url=f"/s/{found.slug}/reviews" if found.rating_count else "",
        find=finding,
    )


def saved_by(viewer: Viewer | None) -> frozenset[int]:
    """Return which listings `viewer` keeps; a visitor keeps none."""
    return viewer.saved if viewer else frozenset()


def saved_among(viewer: Viewer | None, found: ListingView, others: Related) -> frozenset[int]:
    """Return which of the listings on the page of `found` are kept: most often none, so that pages are alike."""
    saved, beside = saved_by(viewer), (*others.alike, *others.of_shop)
    return saved and saved.intersection((found.listing_id, *(row.listing_id for row in beside)))


def _listings_title(wanted: Filter) -> str:
    if wanted.text:
        return _("Search for “%(text)s”", text=wanted.text)
    categories, kinds = wanted.chosen(Facet.CATEGORY), wanted.chosen(Facet.KIND)
    if len(categories) == 1:
        return str(CATEGORIES[categories[0]])
    return str(KIND_LABELS[kinds[0]]) if kinds else _("Everything for sale")


def _header_category(wanted: Filter) -> str:
    categories = wanted.chosen(Facet.CATEGORY)
    if wanted.chosen(Facet.KIND) == (CAR,):
        return "cars"
    if len(categories) == 1:
        return categories[0]
    return "several" if categories else ""


def _delivery(shop: ShopView) -> tuple[str, ...]:
    place, when = f"{shop.city}, {countries.name(shop.country)}", shown_cards.dispatch_text(shop.dispatch_days)
    first = _("Sent from %(place)s. %(when)s", place=place, when=when)
    return (first, *_paragraphs(shop.delivery_policy))


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(line for line in text.split("\n") if line.strip())

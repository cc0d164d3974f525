"""The pages of this blueprint as frozen values: templates only place them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from marketplace.catalog.browsing import Cards, Kind
from marketplace.catalog.queries import Card, Choices, ListingView, ShopView
from marketplace.catalog.rules import CATEGORIES, stock_of
from marketplace.web import countries
from marketplace.web.guards import Viewer
from marketplace.web.pages import money
from marketplace.web.shop import cards as shown_cards
from marketplace.web.shop import filters
from marketplace.web.shop.cards import ShownCard, ShownSeller, card, count_text
from marketplace.web.shop.filters import Choice, Link, Request

_MOST_AT_ONCE = 99


@dataclass(frozen=True)
class HomePage:
    """What templates/shop/home.html shows."""

    title: str
    text: str
    pictures: list[dict[str, str]]
    cars: list[ShownCard]
    parts: list[ShownCard]
    categories: list[Link]
    may_open_shop: bool


@dataclass(frozen=True)
class Pager:
    """The way to the neighbouring pages."""

    newer_url: str
    older_url: str
    shown: str


@dataclass(frozen=True)
class ListingsPage:
    """What templates/shop/listings.html shows."""

    title: str
    note: str
    search_text: str
    category: str
    cards: list[ShownCard]
    chips: list[Link]
    looser: list[Link]
    kinds: list[Choice]
    categories: list[Choice]
    makes: list[Choice]
    shops: list[Choice]
    currencies: list[Choice]
    lowest: str
    highest: str
    sort: str
    sort_label: str
    sort_options: list[Link]
    pager: Pager


@dataclass(frozen=True)
class ListingPage:
    """What templates/shop/listing.html shows."""

    title: str
    listing_id: int
    kind_label: str
    category: str
    crumbs: list[Link]
    pictures: list[dict[str, str]]
    price: str
    tax_note: str
    delivery: str
    stock_text: str
    stock_tone: str
    can_buy: bool
    is_own: bool
    most: int
    paragraphs: list[str]
    specs: list[dict[str, str]]
    delivery_policy: list[str]
    returns_policy: list[str]
    seller: ShownSeller
    others: list[ShownCard]


@dataclass(frozen=True)
class ShopPage:
    """What templates/shop/shop.html shows."""

    title: str
    seller: ShownSeller
    about: list[str]
    delivery_policy: list[str]
    returns_policy: list[str]
    tax_note: str
    note: str
    cards: list[ShownCard]
    sort_label: str
    sort_options: list[Link]
    pager: Pager


def home_page(cars: Sequence[Card], parts: Sequence[Card], *, viewer: Viewer | None) -> HomePage:
    """Return the front page; the first car and the first parts are its pictures."""
    leading = [*cars[:1], *parts[:2]]
    return HomePage(
        title="Cars and parts from people who know them",
        text="Buy from several sellers in one go and pay once. Your money is held until your order has arrived.",
        pictures=[{"url": shown_cards.picture_url(row.picture)} for row in leading],
        cars=[card(row) for row in cars],
        parts=[card(row) for row in parts],
        categories=[Link(label, url=f"/l?category={slug}", slug=slug) for slug, label in CATEGORIES.items()],
        may_open_shop=viewer is None or not viewer.is_seller,
    )


def listings_page(wanted: Request, found: Cards, choices: Choices) -> ListingsPage:
    """Return one page of listings with its filters."""
    chosen = wanted.filter
    return ListingsPage(
        title=_listings_title(wanted),
        note=count_text(found.total, "listing"),
        search_text=chosen.text,
        category=_header_category(wanted),
        cards=[card(row) for row in found.rows],
        chips=filters.chips(wanted, choices),
        looser=filters.looser(wanted, choices),
        kinds=filters.kind_choices(wanted),
        categories=filters.several(CATEGORIES.items(), chosen.categories),
        makes=filters.several(((make, make) for make in choices.makes), chosen.makes),
        shops=filters.several(choices.shops, chosen.shops),
        currencies=filters.currency_choices(wanted, choices),
        lowest=filters.amount_text(chosen.lowest_minor, chosen.currency),
        highest=filters.amount_text(chosen.highest_minor, chosen.currency),
        sort=wanted.sort.value,
        sort_label=filters.SORT_LABELS[wanted.sort],
        sort_options=filters.sort_options(wanted),
        pager=_pager(wanted, found),
    )


def listing_page(found: ListingView, others: Sequence[Card], *, viewer: Viewer | None) -> ListingPage:
    """Return one listing as `viewer` sees it."""
    is_car = found.kind == Kind.CAR
    stock = stock_of(found.in_stock, is_car=is_car)
    is_own = viewer is not None and viewer.user_id == found.seller_id
    category = "cars" if is_car else found.category or ""
    label = "Cars" if is_car else CATEGORIES.get(category, "Parts")
    return ListingPage(
        title=found.title,
        listing_id=found.listing_id,
        kind_label="Car" if is_car else "Part",
        category=category,
        crumbs=[Link("Everything", url="/l"), Link(label, url=f"/l?category={category}")],
        pictures=[{"url": shown_cards.picture_url(p.file_name), "alt": p.alt} for p in found.pictures]
        or [{"url": shown_cards.picture_url(None), "alt": "No picture yet"}],
        price=shown_cards.price_text(found.price),
        tax_note=_tax_note(found.shop),
        delivery=f"Delivery {money(found.delivery)}" if found.delivery else "Free delivery",
        stock_text=stock.text,
        stock_tone="mute" if stock.is_sold_out else "wait" if stock.is_low else "ok",
        can_buy=not stock.is_sold_out and not is_own,
        is_own=is_own,
        most=min(found.in_stock, _MOST_AT_ONCE),
        paragraphs=_paragraphs(found.description),
        specs=[{"label": label, "value": value} for label, value in found.specs],
        delivery_policy=[
            f"Sent from {found.shop.city}, {countries.name(found.shop.country)}.",
            *_paragraphs(found.shop.delivery_policy),
        ],
        returns_policy=_paragraphs(found.shop.returns_policy),
        seller=shown_cards.seller(found.shop),
        others=[card(row) for row in others],
    )


def shop_page(found: ShopView, wanted: Request, cards: Cards) -> ShopPage:
    """Return one shop with one page of its listings."""
    return ShopPage(
        title=found.name,
        seller=shown_cards.seller(found),
        about=_paragraphs(found.about),
        delivery_policy=_paragraphs(found.delivery_policy),
        returns_policy=_paragraphs(found.returns_policy),
        tax_note=_tax_note(found),
        note=count_text(cards.total, "listing"),
        cards=[card(row) for row in cards.rows],
        sort_label=filters.SORT_LABELS[wanted.sort],
        sort_options=filters.sort_options(wanted),
        pager=_pager(wanted, cards),
    )


def _pager(wanted: Request, found: Cards) -> Pager:
    return Pager(
        newer_url=filters.address(replace(wanted, place=found.previous)) if found.previous else "",
        older_url=filters.address(replace(wanted, place=found.next)) if found.next else "",
        shown=f"{len(found.rows)} of {found.total:,}",
    )


def _listings_title(wanted: Request) -> str:
    chosen = wanted.filter
    if chosen.text:
        return f"Search for “{chosen.text}”"
    if len(chosen.categories) == 1:
        return CATEGORIES[chosen.categories[0]]
    return filters.KIND_LABELS[chosen.kind] if chosen.kind else "Everything for sale"


def _header_category(wanted: Request) -> str:
    chosen = wanted.filter
    if chosen.kind == Kind.CAR:
        return "cars"
    if len(chosen.categories) == 1:
        return chosen.categories[0]
    return "several" if chosen.categories else ""


def _tax_note(shop: ShopView) -> str:
    if not shop.tax_basis_points:
        return "No tax is added."
    whole, part = divmod(shop.tax_basis_points, 100)
    rate = f"{whole}.{part:02d}".rstrip("0") if part else str(whole)
    return f"Plus {rate} % sales tax, shown before you pay."


def _paragraphs(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]

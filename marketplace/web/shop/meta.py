"""What a public page tells machines about itself: its one address, what a link to it shows, and schema.org's words."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from marketplace.catalog.browsing import PAGE_SIZES, Kind
from marketplace.catalog.filtering import sorts_for
from marketplace.catalog.queries import ListingView, ShopView
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.web.pages import decimal
from marketplace.web.picture_parts import picture_url
from marketplace.web.shop import cards, choices, filters
from marketplace.web.shop.filters import Request
from marketplace.web.shop.machines import base_url

_SCHEMA = "https://schema.org/"
_LONGEST_DESCRIPTION = 160
_SHARED_WIDTH = 1280
_CONDITIONS = {"New": "NewCondition", "Refurbished": "RefurbishedCondition", "For parts": "DamagedCondition"}


@dataclass(frozen=True)
class Meta:
    """What templates/components/meta_tags.html writes into the head; `image` and `data` are "" for none."""

    url: str
    title: str
    description: str
    kind: str
    image: str
    data: Markup
    """JSON-LD, written so that no text of anybody can end its element."""
    is_for_machines: bool = True
    """Whether search engines should keep the page."""


def of_home(title: str, text: str) -> Meta:
    """Return what the front page tells."""
    search = {"@type": "SearchAction", "target": f"{base_url()}/l?q={{words}}", "query-input": "required name=words"}
    site = {"@type": "WebSite", "name": "Tandem", "url": f"{base_url()}/", "potentialAction": search}
    return Meta(f"{base_url()}/", title, text, "website", "", _data(site))


def of_listings(wanted: Request, title: str) -> Meta:
    """Return what a page of listings tells: order, size and place make no page of their own, words none at all."""
    plain = replace(wanted, place=None, size=PAGE_SIZES[0], sort=sorts_for(wanted.filter)[0])
    url = base_url() + filters.address(plain)
    text = _("%(title)s: from several sellers, paid once, held until it has arrived.", title=title)
    return Meta(url, title, text, "website", "", Markup(""), is_for_machines=not wanted.filter.text)


def of_shop(found: ShopView, wanted: Request) -> Meta:
    """Return what a shop's page tells."""
    url = f"{base_url()}/s/{found.slug}"
    shop: dict[str, Any] = {
        "@type": "Store",
        "name": found.name,
        "description": _short(found.about),
        "url": url,
        "address": {"@type": "PostalAddress", "addressLocality": found.city, "addressCountry": found.country},
        **_rating(found.rating_sum, found.rating_count),
    }
    return Meta(url, found.name, _short(found.about), "website", "", _data(shop), not wanted.filter.text)


def of_listing(found: ListingView) -> Meta:
    """Return what a listing's page tells: schema.org's Product with its Offer, and how buyers rate it."""
    url, specs = f"{base_url()}/l/{found.slug}", dict(found.specs)
    images = [f"{base_url()}{picture_url(each.file_name, _SHARED_WIDTH)}" for each in found.pictures]
    condition = _CONDITIONS.get(specs.get("Condition", ""), "UsedCondition")
    product: dict[str, Any] = {
        "@type": ["Product", "Car"] if found.kind == Kind.CAR else "Product",
        "name": found.title,
        "description": found.description,
        "sku": str(found.listing_id),
        "url": url,
        "brand": {"@type": "Brand", "name": specs.get("Make") or specs["Brand"]},
        "offers": _offers(found, url, condition),
        **({"image": images} if images else {}),
        **({"mpn": specs["Part number"]} if "Part number" in specs else {}),
        **_rating(found.rating_sum, found.rating_count),
    }
    return Meta(url, found.title, _short(found.description), "product", images[0] if images else "", _data(product))


def _offers(found: ListingView, url: str, condition: str) -> dict[str, Any]:
    """Return the offer of a listing; of one with variants what these cost, each an offer of its own."""
    if not found.choice.variants:
        return _offer(found, url, condition, found.price, in_stock=found.in_stock)
    lowest, highest = choices.prices(found)
    return {
        "@type": "AggregateOffer",
        "lowPrice": str(decimal(lowest.minor, lowest.currency)),
        "highPrice": str(decimal(highest.minor, highest.currency)),
        "priceCurrency": lowest.currency,
        "offerCount": len(found.choice.variants),
        "offers": [
            {
                **_offer(found, f"{url}?choice={each.variant_id}", condition, each.price, in_stock=each.in_stock),
                "name": f"{found.title} ({', '.join(each.values)})",
                "sku": str(each.variant_id),
            }
            for each in found.choice.variants
        ],
    }


def _offer(found: ListingView, url: str, condition: str, price: Money, *, in_stock: int) -> dict[str, Any]:
    return {
        "@type": "Offer",
        "url": url,
        "price": str(decimal(price.minor, price.currency)),
        "priceCurrency": price.currency,
        "availability": _SCHEMA + ("InStock" if in_stock and not found.shop.is_paused else "OutOfStock"),
        "itemCondition": _SCHEMA + condition,
        "seller": {"@type": "Organization", "name": found.shop.name, "url": f"{base_url()}/s/{found.shop.slug}"},
    }


def _rating(stars: int, reviews: int) -> dict[str, Any]:
    if not reviews:
        return {}
    value = cards.rating_figure(stars, reviews)
    return {"aggregateRating": {"@type": "AggregateRating", "ratingValue": value, "reviewCount": reviews}}


def _short(text: str) -> str:
    line = " ".join(text.split())
    if len(line) <= _LONGEST_DESCRIPTION:
        return line
    return line[:_LONGEST_DESCRIPTION].rpartition(" ")[0] + " …"


def _data(thing: Mapping[str, Any]) -> Markup:
    return htmlsafe_json_dumps({"@context": _SCHEMA, **thing}, ensure_ascii=False)

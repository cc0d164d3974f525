"""The same part by several sellers, side by side: what it costs, its condition, where it comes from, who sells it."""

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.catalog.queries import Card, ListingView
from marketplace.language import gettext as _
from marketplace.web import countries
from marketplace.web.shop import cards, choices


@dataclass(frozen=True)
class ShownOffer:
    """One line of the table; `url` is "" for the listing whose page it stands on."""

    title: str
    url: str
    seller_name: str
    rating: str
    rating_count: str
    condition: str
    sent_from: str
    delivery: str
    price: str


def side_by_side(here: ListingView, others: Sequence[Card]) -> tuple[ShownOffer, ...]:
    """Return this listing and `others`, in their order; nothing without others."""
    if not others:
        return ()
    own = ShownOffer(
        title=_("This offer"),
        url="",
        seller_name=here.shop.name,
        rating=cards.rating_text(here.shop.rating_sum, here.shop.rating_count),
        rating_count=cards.count_or_nothing(here.shop.rating_count),
        condition=dict(here.specs).get("Condition", ""),
        sent_from=countries.name(here.shop.country),
        delivery=cards.delivery_note(here.delivery),
        price=cards.range_text(*choices.prices(here)),
    )
    return (own, *map(_offer, others))


def _offer(row: Card) -> ShownOffer:
    return ShownOffer(
        title=row.title,
        url=f"/l/{row.slug}",
        seller_name=row.shop_name,
        rating=cards.rating_text(row.rating_sum, row.rating_count),
        rating_count=cards.count_or_nothing(row.rating_count),
        condition=_(row.condition) if row.condition else "",
        sent_from=countries.name(row.country),
        delivery=cards.delivery_note(row.delivery),
        price=cards.prices_text(row),
    )

"""What the pages that show reviews share."""

from dataclasses import dataclass

from flask import url_for

from marketplace.language import gettext as _
from marketplace.messages import rules as messages
from marketplace.reviews.queries import ReviewRow
from marketplace.reviews.rules import public_name
from marketplace.web.message_parts import Paragraphs
from marketplace.web.pages import date_text


@dataclass(frozen=True, slots=True)
class ReviewView:
    """A review, ready to be placed; its words are pieces, never markup."""

    url: str
    title: str
    listing_url: str
    goods: int
    seller: int
    by: str
    when: str
    note: str
    paragraphs: Paragraphs
    shop: str
    answer: Paragraphs
    answered: str


def view(row: ReviewRow) -> ReviewView:
    """Return a review as everybody reads it: no full name, no e-mail address; links stay words."""
    notes = [_("Changed later")] if row.changed_at else []
    notes += [_("The money was returned")] if row.was_refunded else []
    return ReviewView(
        url=url_for("reviews.review", review_id=row.id),
        title=row.title,
        listing_url=url_for("shop.listing", slug=row.listing_slug),
        goods=row.goods_stars,
        seller=row.seller_stars,
        by=public_name(row.buyer),
        when=date_text(row.written_at),
        note=" · ".join(notes),
        paragraphs=messages.without_links(row.text),
        shop=row.shop,
        answer=messages.without_links(row.answer or ""),
        answered=date_text(row.answered_at) if row.answered_at else "",
    )

"""The part of a buyer's order page that leads to reviewing what arrived."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from marketplace.language import gettext as _
from marketplace.reviews import queries, rules
from marketplace.reviews.queries import LineToReview


@dataclass(frozen=True, slots=True)
class LineReview:
    """A line of an order with what was said of it, and what can be done; `goods` is 0 before."""

    title: str
    goods: int
    seller: int
    note: str
    url: str
    action: str


def line_reviews(order_id: int, now: datetime) -> tuple[LineReview, ...]:
    """Return the lines of an order that has arrived; nothing before."""
    lines = queries.lines_of_order(order_id)
    return tuple(_line(line, now) for line in lines if line.delivered_at is not None)


def _line(line: LineToReview, now: datetime) -> LineReview:
    write_url = url_for("reviews.write", order_line_id=line.line_id)
    stars = (line.goods_stars or 0, line.seller_stars or 0)
    if line.review_id is None:
        if rules.may_write(line.delivered_at, now):
            return LineReview(line.title, *stars, "", write_url, _("Write a review"))
        return LineReview(line.title, *stars, _("It arrived too long ago to be reviewed."), "", "")
    if line.hidden_reason is not None:
        return LineReview(line.title, *stars, _("We have hidden it: %(reason)s", reason=line.hidden_reason), "", "")
    answered = _("%(shop)s has answered.", shop=line.shop) if line.answer is not None else ""
    if line.written_at is not None and rules.may_change(line.written_at, is_hidden=False, now=now):
        return LineReview(line.title, *stars, answered, write_url, _("Change your review"))
    return LineReview(line.title, *stars, answered, url_for("reviews.review", review_id=line.review_id), _("Read it"))

"""A shop's reviews with how its stars are spread, and one review with the seller's answer."""

from dataclasses import dataclass
from functools import partial

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField

from marketplace.catalog import queries as catalog
from marketplace.errors import NotFound
from marketplace.language import Text, ngettext
from marketplace.language import gettext as _
from marketplace.numerals import number_text
from marketplace.reviews import queries
from marketplace.reviews.queries import ReviewRow
from marketplace.reviews.rules import STARS
from marketplace.web import guards, lists, review_parts
from marketplace.web.forms import Form
from marketplace.web.lists import Tools
from marketplace.web.review_parts import ReviewView
from marketplace.web.shop.cards import rating_text


class AnswerForm(Form):
    """What the seller says to a review."""

    answer = TextAreaField(Text("Your answer"))


@dataclass(frozen=True, slots=True)
class StarRow:
    """How many reviews give so many stars, and where to read only those."""

    stars: int
    count: str
    reviews: int
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ShopReviewsPage:
    """What templates/reviews/shop.html shows."""

    title: str
    shop: str
    shop_url: str
    rating: str
    count: str
    total: int
    """How many reviews, at least one: the length of the bars is out of it."""
    spread: tuple[StarRow, ...]
    all_url: str
    is_filtered: bool
    rows: tuple[ReviewView, ...]
    tools: Tools


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """What templates/reviews/review.html shows."""

    title: str
    shop: str
    shop_url: str
    reviews_url: str
    review: ReviewView
    answer_url: str
    """Where its seller answers it; "" for anybody else, and once it is answered."""
    change_hint: str
    report_url: str


def of_shop(slug: str) -> ResponseReturnValue:
    """List what buyers said of a shop. Raises NotFound without such a shop."""
    found = catalog.shop(slug) if slug.isascii() and slug.isprintable() else None
    if found is None:
        raise NotFound(_("There is no such shop."))
    stars = next((each for each in STARS if request.args.get("stars") == str(each)), None)
    asked = lists.asked(stars=str(stars) if stars else "")
    read = partial(queries.of_shop, found.seller_id, stars=stars)
    listed, spread = read(asked.cursor), queries.spread_of(found.seller_id)
    here = partial(url_for, "reviews.of_shop", slug=slug)
    page = ShopReviewsPage(
        title=_("Reviews of %(shop)s", shop=found.name),
        shop=found.name,
        shop_url=url_for("shop.shop", slug=slug),
        rating=rating_text(found.rating_sum, found.rating_count),
        count=ngettext(
            "%(number)s review", "%(number)s reviews", found.rating_count, number=number_text(found.rating_count)
        ),
        total=max(found.rating_count, 1),
        spread=tuple(
            StarRow(
                each,
                number_text(spread.get(each, 0)),
                spread.get(each, 0),
                here(stars=each),
                each == stars,
            )
            for each in STARS
        ),
        all_url=here(),
        is_filtered=stars is not None,
        rows=tuple(review_parts.view(row) for row in listed.rows),
        tools=asked.tools(listed),
    )
    return render_template("reviews/shop.html", page=page)


def review(review_id: int) -> ResponseReturnValue:
    """Show one review; its seller may answer it. Raises NotFound for a hidden one."""
    return show(seen(review_id), AnswerForm(None))


def seen(review_id: int) -> ReviewRow:
    """Return a review that can be seen. Raises NotFound."""
    row = queries.review(review_id)
    if row.hidden_reason is not None:
        raise NotFound(_("This review was hidden."))
    return row


def show(row: ReviewRow, form: AnswerForm, code: int = 200) -> ResponseReturnValue:
    """Return the page of a review, with the form that answers it."""
    viewer = guards.current_viewer()
    is_seller = viewer is not None and viewer.user_id == row.seller_id
    is_own = viewer is not None and viewer.user_id == row.buyer_id
    page = ReviewPage(
        title=_("Review of %(title)s", title=row.title),
        shop=row.shop,
        shop_url=url_for("shop.shop", slug=row.shop_slug),
        reviews_url=url_for("reviews.of_shop", slug=row.shop_slug),
        review=review_parts.view(row),
        answer_url=url_for("reviews.answer", review_id=row.id) if is_seller and row.answer is None else "",
        change_hint=_("You wrote this. You can change it from the page of its order.") if is_own else "",
        report_url="" if is_own else url_for("reviews.report", review_id=row.id),
    )
    return render_template("reviews/review.html", page=page, form=form), code

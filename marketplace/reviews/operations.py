"""Write and change a review, answer it, report it, hide it. The sums follow in the same transaction."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.accounts import suspending
from marketplace.accounts.models import User
from marketplace.catalog.models import Listing, Shop
from marketplace.catalog.variants import SHOWN_ID
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.notifications import operations as notifications
from marketplace.notifications.models import NotificationKind
from marketplace.notifications.operations import NewFact
from marketplace.orders.models import Order, OrderLine, Shipment
from marketplace.reports import operations as reports
from marketplace.reports.models import Subject
from marketplace.reports.rules import Decision, Reason
from marketplace.reviews import rules
from marketplace.reviews.models import Review
from marketplace.transitions import AlreadyThere


@dataclass(frozen=True)
class Opinion:
    """What a buyer says: stars for the goods and for the seller, and words."""

    goods_stars: int
    seller_stars: int
    text: str


def write(session: Session, *, buyer_id: int, line_id: int, opinion: Opinion, now: datetime) -> int:
    """Review one line of an own order that has arrived, or change what one said of it; return the review's id.

    An order whose money went back may be reviewed as well: what arrived, arrived.
    Raises NotFound, NotAllowed before it has arrived or for who may not write, Conflict when it is too late to change.
    """
    said = _checked(opinion)
    line = session.get(OrderLine, line_id)
    order = session.get(Order, line.order_id) if line else None
    if line is None or order is None or order.buyer_id != buyer_id:
        raise NotFound(_("There is no such thing among what you bought."))
    reports.check_may_write(session, buyer_id)
    suspending.check_may_buy(session, buyer_id)
    review = session.execute(select(Review).where(Review.order_line_id == line_id)).scalar_one_or_none()
    if review is not None:
        return _change(session, review, said, now)
    shipment = session.get(Shipment, order.id)
    rules.check_may_write(shipment.delivered_at if shipment else None, now)
    review = Review(
        order_line_id=line.id,
        order_id=order.id,
        listing_id=session.execute(select(SHOWN_ID).where(Listing.id == line.listing_id)).scalar_one(),
        buyer_id=buyer_id,
        seller_id=order.seller_id,
        goods_stars=said.goods_stars,
        seller_stars=said.seller_stars,
        text=said.text,
        written_at=now,
    )
    session.add(review)
    session.flush()
    _count(session, review, goods=said.goods_stars, seller=said.seller_stars, reviews=1)
    facts = {"about": line.title, "review": review.id, "stars": said.goods_stars, "order": order.number}
    _tell(session, review.seller_id, NotificationKind.REVIEW_RECEIVED, review.id, facts, now)
    return review.id


def answer(session: Session, *, seller_id: int, review_id: int, text: str, now: datetime) -> None:
    """Answer a review of one's own shop, once. Raises NotFound, AlreadyThere, Invalid, NotAllowed."""
    review = session.get(Review, review_id)
    if review is None or review.seller_id != seller_id or review.hidden_at is not None:
        raise NotFound(_("There is no such review of your shop."))
    if review.answer is not None:
        raise AlreadyThere(_("You have answered this review."))
    reports.check_may_write(session, seller_id)
    review.answer, review.answered_at = rules.check_text(text, "answer"), now
    shop = session.execute(select(Shop.name).where(Shop.seller_id == seller_id)).scalar_one()
    number = session.execute(select(Order.number).where(Order.id == review.order_id)).scalar_one()
    facts = {"shop": shop, "review": review.id, "order": number}
    _tell(session, review.buyer_id, NotificationKind.REVIEW_ANSWERED, review.id, facts, now)


def report(session: Session, *, reporter_id: int, review_id: int, reason: Reason, text: str, now: datetime) -> str:
    """Report a review that can be seen; return the report's number. Raises NotFound, and what a report raises."""
    review = session.get(Review, review_id)
    if review is None or review.hidden_at is not None:
        raise NotFound(_("There is no such review."))
    row = reports.report(
        session,
        subject=Subject.REVIEW,
        subject_id=review.id,
        author_id=review.buyer_id,
        reporter_id=reporter_id,
        reason=reason,
        text=text,
        now=now,
    )
    admins = select(User.id).where(User.is_admin, User.id.not_in([row.author_id, row.reporter_id])).order_by(User.id)
    facts = {"number": row.number, "report": row.id, "reason": row.reason.label}
    told = [
        NewFact(user_id, NotificationKind.REPORT_RECEIVED, "report", row.id, facts)
        for user_id in session.execute(admins).scalars()
    ]
    notifications.tell_new(session, told, now=now)
    return row.number


def decide(session: Session, *, admin_id: int, report_id: int, decision: Decision, note: str, now: datetime) -> None:
    """Decide a report of a review; a hidden one is taken out of the sums. Both sides are told."""
    row = reports.decide(session, admin_id=admin_id, report_id=report_id, decision=decision, note=note, now=now)
    review = session.get_one(Review, row.subject_id)
    title = session.execute(select(OrderLine.title).where(OrderLine.id == review.order_line_id)).scalar_one()
    number = session.execute(select(Order.number).where(Order.id == review.order_id)).scalar_one()
    if decision is not Decision.LEFT and review.hidden_at is None:
        review.hidden_at, review.hidden_reason = now, row.note
        _count(session, review, goods=-review.goods_stars, seller=-review.seller_stars, reviews=-1)
    facts = {
        "number": row.number,
        "about": title,
        "subject": row.subject.value,
        "order": number,
        "decision": decision.value,
        "note": row.note,
    }
    told = [NewFact(row.reporter_id, NotificationKind.REPORT_DECIDED, "report", row.id, facts)]
    if decision is not Decision.LEFT:
        told.append(NewFact(row.author_id, NotificationKind.REVIEW_HIDDEN, "report", row.id, facts))
    notifications.tell_new(session, told, now=now)


def _checked(opinion: Opinion) -> Opinion:
    return Opinion(
        rules.check_stars(opinion.goods_stars, "goods_stars"),
        rules.check_stars(opinion.seller_stars, "seller_stars"),
        rules.check_text(opinion.text),
    )


def _change(session: Session, review: Review, said: Opinion, now: datetime) -> int:
    rules.check_may_change(review.written_at, is_hidden=review.hidden_at is not None, now=now)
    goods, seller = said.goods_stars - review.goods_stars, said.seller_stars - review.seller_stars
    if (goods, seller, said.text) != (0, 0, review.text):
        review.goods_stars, review.seller_stars = said.goods_stars, said.seller_stars
        review.text, review.changed_at = said.text, now
        _count(session, review, goods=goods, seller=seller, reviews=0)
    return review.id


def _count(session: Session, review: Review, *, goods: int, seller: int, reviews: int) -> None:
    """Bring the sums on listing and shop in line with a review that comes, goes or changes."""
    if not (goods or seller or reviews):
        return
    session.flush()
    for table, mine, stars in (
        (Listing, Listing.id == review.listing_id, goods),
        (Shop, Shop.seller_id == review.seller_id, seller),
    ):
        sums = {"rating_sum": table.rating_sum + stars, "rating_count": table.rating_count + reviews}
        session.execute(update(table).where(mine).values(sums))


def _tell(
    session: Session, user_id: int, kind: NotificationKind, review_id: int, facts: dict[str, object], now: datetime
) -> None:
    notifications.tell_new(session, [NewFact(user_id, kind, "review", review_id, facts)], now=now)

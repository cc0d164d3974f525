"""Writing an assessment down, and what an admin decides about a payment that waits for it."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from marketplace import db, history
from marketplace.cancellations import operations as cancellations
from marketplace.config import MoneyPolicy
from marketplace.errors import NotAllowed, NotFound
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.orders.models import Order
from marketplace.orders.states import ORDER
from marketplace.payments.models import PaymentTransaction
from marketplace.reasons import check_reason
from marketplace.risk import blocks, telling
from marketplace.risk.gathering import Known
from marketplace.risk.models import RiskAssessment, RiskMark, RiskMethod, RiskReview
from marketplace.risk.rules import Score
from marketplace.risk.states import ReviewStatus
from marketplace.transitions import AlreadyThere

_TICK = Actor.job("risk")
_MARK_MOVES = timedelta(hours=6)
_NOTE = (
    insert(RiskAssessment.__table__)
    .on_conflict_do_nothing(index_elements=["payment_id"])
    .returning(RiskAssessment.__table__.c.id)
)
_CARDS = insert(RiskMethod.__table__).on_conflict_do_nothing(index_elements=["charge_id"])


def note(known: Known, score: Score, *, now: datetime) -> bool:
    """Keep what the rules say of a settled payment that may move on, once; return whether it was new.

    One statement by itself: no money rule reads the row, so that nobody has to take turns for it.
    """
    return bool(db.append(_NOTE, [_values(known, score, now)]))


def keep_cards(known: Known) -> None:
    """Keep the cards that were tried for a payment's purchase, each try once."""
    if known.tried:
        db.append(_CARDS, [{"payment_id": each.payment_id, **asdict(each.card)} for each in known.tried])


def hold_back(session: Session, *, known: Known, score: Score, now: datetime) -> bool:
    """Keep that a payment looks like fraud, once; return whether it was new.

    Its shares are blocked until an admin has looked, and its sellers are told to wait.
    """
    if session.execute(select(exists().where(RiskAssessment.payment_id == known.payment_id))).scalar_one():
        return False
    assessment = RiskAssessment(**_values(known, score, now))
    session.add(assessment)
    session.flush()
    review = RiskReview(assessment_id=assessment.id)
    session.add(review)
    session.flush()
    because = Text("The rules say that this payment looks like fraud.")
    history.begin(session, RiskReview, [review.id], actor=_TICK, at=now, because=because)
    blocks.set_for(session, review, payment_id=assessment.payment_id, score=assessment.score, now=now)
    telling.begun(session, assessment, now=now)
    return True


def move_mark(session: Session, *, reached_at: datetime) -> None:
    """Note that all that was settled before `reached_at` is assessed, now and then: the look for more stays short."""
    mark = session.execute(select(RiskMark)).scalar_one_or_none()
    if mark is None:
        session.add(RiskMark(since=datetime.fromisoformat("2000-01-01T00:00:00+00:00"), reached_at=reached_at))
    elif reached_at - mark.reached_at >= _MARK_MOVES:
        session.execute(update(RiskMark).where(RiskMark.id == mark.id).values(reached_at=reached_at))


def clear(session: Session, *, admin_id: int, payment_id: int, reason: str, now: datetime) -> None:
    """Let the money of a payment that waited move on, and tell its sellers that they may send.

    Raises NotFound where no look is asked for, Invalid without a reason, AlreadyThere when it is decided, NotAllowed
    for an admin who bought or sold it.
    """
    review, assessment = _waiting(session, payment_id, admin_id)
    _decide(session, review, "clear", admin_id=admin_id, reason=reason, now=now)
    blocks.lift(session, review, now=now)
    telling.cleared(session, assessment, now=now)


def refuse(
    session: Session, *, admin_id: int, payment_id: int, reason: str, policy: MoneyPolicy, now: datetime
) -> list[int]:
    """Refuse a payment that waited: cancel what was not sent, with its money on the way back; return the calls.

    What was sent before anybody looked stays: its seller acted in good faith, and is paid. Raises as `clear` does, and
    NotAllowed while the buyer's bank takes the payment back itself.
    """
    review, assessment = _waiting(session, payment_id, admin_id)
    _decide(session, review, "refuse", admin_id=admin_id, reason=reason, now=now)
    blocks.lift(session, review, now=now)
    calls = []
    for order in _orders(session, assessment.payment_id):
        if ORDER.can(order.status, "cancel"):
            done = cancellations.refuse(session, admin_id=admin_id, order=order, policy=policy, now=now)
            calls += [done.call_id] if done.call_id is not None else []
    return calls


def _values(known: Known, score: Score, now: datetime) -> dict[str, Any]:
    return {
        "payment_id": known.payment_id,
        "user_id": known.user_id,
        "currency": known.circumstances.currency,
        "amount_minor": known.circumstances.amount_minor,
        "score": score.points,
        "level": score.level,
        "fired": [{"rule": each.rule.value, "points": each.points, "facts": dict(each.facts)} for each in score.fired],
        "settled_at": known.settled_at,
        "assessed_at": now,
    }


def _waiting(session: Session, payment_id: int, admin_id: int) -> tuple[RiskReview, RiskAssessment]:
    statement = (
        select(RiskReview, RiskAssessment)
        .join(RiskAssessment, RiskAssessment.id == RiskReview.assessment_id)
        .where(RiskAssessment.payment_id == payment_id)
    )
    found = session.execute(statement).one_or_none()
    if found is None:
        raise NotFound(_("No look at this payment is asked for."))
    review: RiskReview = found[0]
    assessment: RiskAssessment = found[1]
    sellers = {order.seller_id for order in _orders(session, payment_id)}
    if admin_id in {assessment.user_id, *sellers}:
        raise NotAllowed(_("You bought or sold this. Another admin decides."))
    return review, assessment


def _decide(session: Session, review: RiskReview, verb: str, *, admin_id: int, reason: str, now: datetime) -> None:
    why = check_reason(reason)
    if review.status is not ReviewStatus.WAITING:
        raise AlreadyThere(
            _("Another admin was first: this payment is %(status)s.", status=review.status.label.lower())
        )
    review.reason, review.decided_by_id, review.decided_at = why, admin_id, now
    history.move(session, review, verb, actor=Actor.user(admin_id, "admin"), at=now, because=why)


def _orders(session: Session, payment_id: int) -> list[Order]:
    statement = (
        select(Order)
        .join(PaymentTransaction, PaymentTransaction.order_id == Order.id)
        .where(PaymentTransaction.payment_id == payment_id)
        .order_by(Order.id)
    )
    return list(session.execute(statement).scalars())

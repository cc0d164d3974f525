"""Doubts about sellers' money: while one lasts, its seller is not paid.

No PaymentBlock, which keeps one share where it is: here nobody knows which share is wrong. No PayoutStop, which is a
person's word and waits for a person: a doubt ends with its cause.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.history import Actor
from marketplace.language import Text
from marketplace.payouts import calling_off
from marketplace.payouts.models import PayoutPause


def begin(session: Session, *, seller_ids: Collection[int], subject: str, actor: Actor, now: datetime) -> None:
    """Keep these sellers from being paid until `end(subject)`, and call off what was not sent yet.

    A seller who is kept for the same subject already is left alone.
    """
    known = select(PayoutPause.seller_id).where(PayoutPause.subject == subject, PayoutPause.ended_at.is_(None))
    new = sorted(set(seller_ids) - set(session.execute(known).scalars()))
    session.add_all(PayoutPause(seller_id=seller_id, subject=subject, since=now) for seller_id in new)
    session.flush()
    because = Text("The books and the provider do not agree about the seller's money.")
    for seller_id in new:
        calling_off.call_off_of_seller(session, seller_id, actor=actor, because=because, now=now)


def end(session: Session, *, subject: str, now: datetime) -> None:
    """End what `subject` has begun; a seller about whom nothing else is in doubt is paid by the next run."""
    session.execute(
        update(PayoutPause).where(PayoutPause.subject == subject, PayoutPause.ended_at.is_(None)).values(ended_at=now)
    )

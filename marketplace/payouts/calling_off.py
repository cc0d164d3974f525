"""Calling payouts off whose money has not moved: by a person, or because something holds a share back."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.errors import NotAllowed
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.outbound import operations as outbound
from marketplace.outbound.flows import NOT_FOUND
from marketplace.outbound.models import CallKind
from marketplace.payments.models import PaymentBlock, PaymentTransaction
from marketplace.payments.states import TransactionStatus
from marketplace.payouts.models import Payout, PayoutLine
from marketplace.payouts.operations import RUN, check_decided, known, shares_of
from marketplace.payouts.states import PayoutStatus
from marketplace.prepared import is_any
from marketplace.reasons import check_reason

HELD_BACK = (
    select(Payout.id)
    .where(
        is_any(Payout.status, (PayoutStatus.PENDING, PayoutStatus.REFUSED)),
        Payout.failure_code.is_distinct_from(NOT_FOUND),
        select(PayoutLine.id)
        .where(PayoutLine.payout_id == Payout.id, PaymentBlock.is_open_for(PayoutLine.transaction_id))
        .exists(),
    )
    .order_by(Payout.id)
)
"""Payouts of which something holds a share back and nothing can have moved: not those that nobody knows about."""


def cancel(session: Session, *, payout_id: int, actor: Actor, because: str, now: datetime) -> None:
    """Call off a payout whose money has not moved: refused, or never sent. Its shares are available again.

    Raises Invalid without a reason, NotAllowed when its transfer is under way or done, or when nobody knows and a
    person must decide about the call first.
    """
    because = check_reason(because)
    payout = known(session, payout_id)
    check_decided(session, payout, CallKind.TRANSFER)
    if not _stays_here(session, payout, because=because, now=now):
        raise NotAllowed(
            _("This payout is %(status)s; it can't be called off any more.", status=payout.status.label.lower())
        )
    _cancel(session, payout, actor=actor, because=because, now=now)


def call_off_for(session: Session, *, transaction_id: int, because: str, now: datetime) -> bool:
    """Call off the payout that has taken a share up and not sent it yet; return whether there was one.

    Whoever blocks a share calls this in the same transaction: False for a share that is transferring means that its
    money is on its way and can't be kept any more.
    """
    open_ones = (
        select(Payout.id)
        .join(PayoutLine, PayoutLine.payout_id == Payout.id)
        .where(
            PayoutLine.transaction_id == transaction_id,
            Payout.status.in_((PayoutStatus.PENDING, PayoutStatus.REFUSED)),
        )
    )
    payout_id = session.execute(open_ones).scalar_one_or_none()
    payout = known(session, payout_id) if payout_id else None
    if payout is None or is_in_doubt(payout) or not _stays_here(session, payout, because=because, now=now):
        return False
    _cancel(session, payout, actor=RUN, because=because, now=now)
    return True


def call_off_of_seller(
    session: Session, seller_id: int, *, actor: Actor, because: str, now: datetime
) -> tuple[list[str], list[str]]:
    """Call off what a seller was to be paid and nothing of has moved.

    Returns the payouts called off, and those for which it is too late because the provider has been asked.
    """
    open_ones = (
        select(Payout)
        .where(Payout.seller_id == seller_id, Payout.status.in_((PayoutStatus.PENDING, PayoutStatus.REFUSED)))
        .order_by(Payout.id)
    )
    called_off, under_way = [], []
    for payout in session.execute(open_ones).scalars().all():
        if is_in_doubt(payout) or not _stays_here(session, payout, because=because, now=now):
            under_way.append(payout.number)
        else:
            _cancel(session, payout, actor=actor, because=because, now=now)
            called_off.append(payout.number)
    return called_off, under_way


def is_in_doubt(payout: Payout) -> bool:
    """Return whether no answer came and no transfer was found: only who has looked there may call it off."""
    return payout.failure_code == NOT_FOUND


def _stays_here(session: Session, payout: Payout, *, because: str, now: datetime) -> bool:
    """Return whether nothing of a payout has moved or can move; a call that was never sent is called off for it."""
    if payout.status is PayoutStatus.PENDING:
        return outbound.call_off(session, kind=CallKind.TRANSFER, subject_id=payout.id, because=because, now=now)
    return payout.status is PayoutStatus.REFUSED


def _cancel(session: Session, payout: Payout, *, actor: Actor, because: str, now: datetime) -> None:
    history.move(session, payout, "cancel", actor=actor, at=now, because=because)
    payout.next_attempt_at = None
    share_ids = shares_of(session, payout.id, TransactionStatus.TRANSFERRING)
    because = f"Payout {payout.number} was called off."
    history.move_many(session, PaymentTransaction, share_ids, "put_back", actor=actor, at=now, because=because)


def call_off_held_back(session: Session, *, now: datetime, limit: int) -> int:
    """Call off what has not been sent and pays a share that something holds back; return how many."""
    because = Text("Something holds one of its shares back.")
    called_off = 0
    for payout_id in list(session.execute(HELD_BACK.limit(limit)).scalars()):
        payout = known(session, payout_id)
        if _stays_here(session, payout, because=because, now=now):
            _cancel(session, payout, actor=RUN, because=because, now=now)
            called_off += 1
    return called_off

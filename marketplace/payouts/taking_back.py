"""Taking back from sellers' accounts at the provider what they owe: planned, answered, called off.

One road for refunds and lost disputes. An admin chooses it; each is a call of its own. Without it, or when the provider
refuses, the seller goes on owing the money, and coming sales pay it.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.debts import operations as debts
from marketplace.errors import Conflict
from marketplace.history import Actor
from marketplace.language import gettext as _
from marketplace.notifications.models import NotificationKind
from marketplace.outbound import operations as outbound
from marketplace.outbound.models import CallKind
from marketplace.outbound.requests import Answer
from marketplace.payments.models import PaymentTransaction
from marketplace.payouts import reversing, taking_back_queries, telling
from marketplace.payouts.models import Payout, PayoutLine, SellerAccount, TransferReversal
from marketplace.payouts.states import ReversalStatus
from marketplace.providers.transfers import MadeReversal
from marketplace.reasons import check_reason

REFUSED_WORDS = "The seller's account at the provider does not have the money."


def plan(session: Session, *, subject: str, because: str, actor: Actor, now: datetime) -> tuple[int, ...]:
    """Plan to take back what sellers owe because of `subject` as far as they were paid it; return the calls' ids.

    No more of a share than was transferred for it and is not being taken back already, and from the latest payout
    first: the earlier ones have long been at the bank.
    """
    call_ids = []
    for share_id, wanted_minor in taking_back_queries.possible(session, subject).items():
        call_ids += _plan_share(session, subject, share_id, wanted_minor, because=because, actor=actor, now=now)
    return tuple(call_ids)


def ask(
    session: Session, *, subject: str, seen_minor: int, reason: str, what: str, admin_id: int, now: datetime
) -> tuple[int, ...]:
    """Plan it because an admin says so after the fact, with the reason; `what` names the cause in the history.

    `seen_minor` is what the admin saw, minor units. Raises Invalid without a reason, Conflict when it would be
    another amount now, or nothing.
    """
    why = check_reason(reason)
    possible_minor = sum(taking_back_queries.possible(session, subject).values())
    if not possible_minor:
        raise Conflict(
            _("There is nothing to take back: nothing is owed, or nothing of it is in the seller's account.")
        )
    if possible_minor != seen_minor:
        raise Conflict(_("The money has moved since you looked. Look again at what can be taken back."))
    because = f"For {what}: {why}"
    return plan(session, subject=subject, because=because, actor=Actor.user(admin_id, "admin"), now=now)


def answered(session: Session, *, subject_id: int, answer: Answer | None, code: str, now: datetime) -> None:
    """Write what the provider said: the money is here and pays what the seller owes, or the seller goes on owing it."""
    reversal = session.get_one(TransferReversal, subject_id)
    share = session.get_one(PaymentTransaction, reversal.transaction_id)
    if isinstance(answer, MadeReversal):
        payout = session.get_one(Payout, reversal.payout_id)
        reversing.booked(session, payout, answer, actor=outbound.SENDER, now=now)
        debts.pay_from(session, share, now=now)
        telling.reversal_ended(session, reversal, share, NotificationKind.REVERSAL_DONE, now=now)
    elif reversal.machine.can(reversal.status, "refuse"):
        reversal.failure_code = code
        history.move(session, reversal, "refuse", actor=outbound.SENDER, at=now, because=f"{code}: {REFUSED_WORDS}")
        telling.reversal_ended(session, reversal, share, NotificationKind.REVERSAL_REFUSED, now=now)


def call_off(session: Session, *, subject: str, because: str, now: datetime) -> None:
    """Call off what was planned for `subject` and never sent, because its cause fell away.

    What has been sent comes back all the same and is available to the seller.
    """
    waiting = select(TransferReversal).where(
        TransferReversal.subject == subject, TransferReversal.status == ReversalStatus.PENDING
    )
    for reversal in session.execute(waiting).scalars().all():
        if outbound.call_off(session, kind=CallKind.REVERSAL, subject_id=reversal.id, because=because, now=now):
            reversal.failure_code = "called_off"
            history.move(session, reversal, "refuse", actor=outbound.SENDER, at=now, because=because)


def _plan_share(
    session: Session, subject: str, share_id: int, wanted_minor: int, *, because: str, actor: Actor, now: datetime
) -> list[int]:
    call_ids = []
    for line, payout in _transferred(session, share_id):
        part = min(wanted_minor, line.amount_minor - line.reversed_minor - _pending(session, payout.id, line))
        if part <= 0:
            continue
        wanted_minor -= part
        reversal = TransferReversal(
            payout_id=payout.id, transaction_id=share_id, subject=subject, amount_minor=part, created_at=now
        )
        session.add(reversal)
        session.flush()
        history.begin(session, TransferReversal, [reversal.id], actor=actor, at=now, because=because)
        call_ids.append(_plan_call(session, reversal, payout, actor=actor, now=now))
    return call_ids


def _transferred(session: Session, share_id: int) -> list[tuple[PayoutLine, Payout]]:
    statement = (
        select(PayoutLine, Payout)
        .join(Payout, Payout.id == PayoutLine.payout_id)
        .where(PayoutLine.transaction_id == share_id, Payout.transfer_id.is_not(None))
        .order_by(Payout.id.desc())
    )
    return [(line, payout) for line, payout in session.execute(statement).all()]


def _pending(session: Session, payout_id: int, line: PayoutLine) -> int:
    """Return what is being taken back of a payout's line right now, minor units."""
    statement = select(func.coalesce(func.sum(TransferReversal.amount_minor), 0)).where(
        TransferReversal.payout_id == payout_id,
        TransferReversal.transaction_id == line.transaction_id,
        TransferReversal.status == ReversalStatus.PENDING,
    )
    return int(session.execute(statement).scalar_one())


def _plan_call(session: Session, reversal: TransferReversal, payout: Payout, *, actor: Actor, now: datetime) -> int:
    return outbound.plan(
        session,
        provider=session.get_one(SellerAccount, payout.seller_account_id).provider,
        kind=CallKind.REVERSAL,
        subject_id=reversal.id,
        request={
            "transfer_id": payout.transfer_id,
            "amount_minor": reversal.amount_minor,
            "reference": f"{reversing.REFERENCE}{reversal.id}",
        },
        actor=actor,
        now=now,
    )

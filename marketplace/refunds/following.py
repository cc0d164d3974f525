"""What the provider reports about refunds, put into the books: per refund id, never from cumulative amounts (S19)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.checkout.settlement import Contradiction
from marketplace.config import MoneyPolicy
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.money import Money
from marketplace.orders.models import Order
from marketplace.outbound import operations as outbound
from marketplace.outbound import watching
from marketplace.outbound.models import CallKind, WatchKind
from marketplace.outbound.requests import Answer
from marketplace.payment_records.models import Payment
from marketplace.payments import balance
from marketplace.payments.models import PaymentTransaction
from marketplace.providers.base import BalanceLine, ProviderRefund
from marketplace.refunds import booking, completing, operations, rules, sending, standing, telling
from marketplace.refunds.models import Refund
from marketplace.refunds.rules import RefundOrigin, RefundReason
from marketplace.refunds.states import RefundStatus

_GIVEN_UP = (RefundStatus.FAILED, RefundStatus.REJECTED)


def answered(session: Session, *, subject_id: int, answer: Answer | None, code: str, now: datetime) -> None:
    """Write what the provider said to the call: it has the refund, or it refuses and an admin must look again."""
    refund = operations.known(session, subject_id)
    if not isinstance(answer, ProviderRefund):
        if not refund.machine.can(refund.status, "fail"):
            # Given up by a person after the machines had: the money was given back to seller and platform then.
            return
        fail(session, refund, because=rules.why_not_sent(code), actor=outbound.SENDER, now=now)
        return
    if refund.status in _GIVEN_UP and refund.provider_refund_id == answer.refund_id:
        # Asked again by the same key, the provider repeats its first answer; that the refund failed since came by an
        # event (https://docs.stripe.com/api/idempotent_requests).
        return
    follow(session, found=answer, lines=(), actor=outbound.SENDER, now=now)


def follow(
    session: Session, *, found: ProviderRefund, lines: Sequence[BalanceLine], actor: Actor, now: datetime
) -> str:
    """Put one of our refunds as it stands at the provider into the books; return what that did, in words."""
    refund, attempt = _ours(session, found)
    _book_lines(session, found, lines, payment_id=refund.payment_id, owner_id=refund.buyer_id, now=now)
    if attempt != refund.attempt and refund.provider_refund_id != found.refund_id:
        if found.is_final_failure:
            return Text("A later attempt has taken its place.")
        raise Contradiction(Text("an earlier attempt, given up since, has sent the money all the same"))
    if (refund.amount_minor, refund.currency) != (found.amount_minor, found.currency):
        raise Contradiction(Text("the refund is about another amount"))
    if refund.status is RefundStatus.FAILED and refund.provider_refund_id is None and not found.is_final_failure:
        _take_again(session, refund, actor=actor, now=now)
    refund.provider_refund_id = found.refund_id
    outbound.found_later(session, kind=CallKind.REFUND, subject_id=refund.id, object_id=found.refund_id, now=now)
    return _step(session, refund, found, actor=actor, now=now)


def _take_again(session: Session, refund: Refund, *, actor: Actor, now: datetime) -> None:
    """Agree once more to a refund that was given up because nobody found it, and that is on its way all the same.

    The same amount from whoever has it now; who bears the kept fee stays as it was agreed.
    """
    bearer = rules.FeeBearer.PLATFORM if refund.cost_minor else rules.FeeBearer.SELLER
    stands = standing.read(session, refund.transaction_id, except_refund_id=refund.id).without_requests()
    plan = rules.plan_refund(Money(refund.amount_minor, refund.currency), stands, bearer)
    refund.attempt += 1
    booking.take(session, refund, plan, now=now)
    because = Text("It was given up because nobody found it, and has turned up at the provider.")
    history.move(session, refund, "approve", actor=actor, at=now, because=because)


def mirror(
    session: Session,
    *,
    found: ProviderRefund,
    lines: Sequence[BalanceLine],
    policy: MoneyPolicy,
    actor: Actor,
    now: datetime,
) -> str:
    """Take over a refund made at the provider: spread over the payment's orders by what each has left (scar S20).

    The money has gone, so requests that nobody has agreed to do not count; they can no longer be approved in full.
    Raises Contradiction when it is about no payment of ours, or about more than is left.
    """
    payment = session.execute(
        select(Payment).where(Payment.provider_payment_id == found.intent_id)
    ).scalar_one_or_none()
    if payment is None:
        raise Contradiction(Text("the refund matches no payment of ours"))
    known = (
        session.execute(select(Refund).where(Refund.provider_refund_id == found.refund_id).order_by(Refund.id))
        .scalars()
        .all()
    )
    if not known and found.is_final_failure:
        _book_lines(session, found, lines, payment_id=payment.id, owner_id=payment.user_id, now=now)
        return Text("It failed before it was taken over; nothing has moved.")
    refunds = list(known) or _mirrored(session, payment, found, policy=policy, actor=actor, now=now)
    _book_lines(session, found, lines, payment_id=payment.id, owner_id=payment.user_id, now=now)
    steps = [_step(session, refund, found, actor=actor, now=now) for refund in refunds]
    return steps[0]


def _mirrored(
    session: Session, payment: Payment, found: ProviderRefund, *, policy: MoneyPolicy, actor: Actor, now: datetime
) -> list[Refund]:
    shares = (
        session.execute(
            select(PaymentTransaction)
            .where(PaymentTransaction.payment_id == payment.id)
            .order_by(PaymentTransaction.id)
        )
        .scalars()
        .all()
    )
    left = [standing.read(session, share.id, except_refund_id=None).without_requests().left for share in shares]
    amount = Money(found.amount_minor, found.currency)
    if not shares or Money.total(left, amount.currency) < amount:
        raise Contradiction(Text("the refund is about more than is left of the payment"))
    refunds = []
    for share, part in zip(shares, rules.shares_of(amount, left), strict=True):
        if part:
            refunds.append(_mirror_of(session, share, part, found, policy=policy, actor=actor, now=now))
    return refunds


def _mirror_of(
    session: Session,
    share: PaymentTransaction,
    part: Money,
    found: ProviderRefund,
    *,
    policy: MoneyPolicy,
    actor: Actor,
    now: datetime,
) -> Refund:
    order = session.get_one(Order, share.order_id)
    refund = Refund(
        order_id=order.id,
        payment_id=share.payment_id,
        transaction_id=share.id,
        buyer_id=order.buyer_id,
        seller_id=order.seller_id,
        currency=part.currency,
        origin=RefundOrigin.PROVIDER,
        reason=RefundReason.OTHER,
        description=Text("Made in the payment provider's dashboard."),
        asked_minor=part.minor,
        amount_minor=part.minor,
        attempt=1,
        provider_refund_id=found.refund_id,
        asked_at=now,
    )
    session.add(refund)
    session.flush()
    history.begin(session, Refund, [refund.id], actor=actor, at=now, because=Text("It was made at the provider."))
    watching.begin(session, WatchKind.REFUND, refund.id, now=now)
    booking.block(session, refund, now=now)
    found_now = standing.read(session, share.id, except_refund_id=refund.id).without_requests()
    plan = rules.plan_refund(part, found_now, rules.FeeBearer(policy.refund_fee_bearer))
    booking.take(session, refund, plan, now=now)
    history.move(session, refund, "approve", actor=actor, at=now, because=Text("It was made at the provider."))
    telling.approved(session, refund, now=now)
    telling.mirrored(session, refund, now=now)
    return refund


def _step(session: Session, refund: Refund, found: ProviderRefund, *, actor: Actor, now: datetime) -> str:
    if found.is_final_failure:
        if not refund.machine.can(refund.status, "fail"):
            return f"The refund is {refund.status.english.lower()} already."
        fail(session, refund, because=f"The provider reports: {found.status}.", actor=actor, now=now)
        return Text("The refund failed.")
    if found.status == "succeeded" and refund.machine.can(refund.status, "complete"):
        completing.complete(session, refund, actor=actor, now=now)
        return Text("The money is back with the buyer.")
    if refund.machine.can(refund.status, "process"):
        history.move(session, refund, "process", actor=actor, at=now)
    elif refund.status in _GIVEN_UP:
        # Given back to seller and platform, and yet it is on its way: a person must look.
        raise Contradiction(f"the refund is {refund.status.english.lower()} here and {found.status} at the provider")
    return f"The provider reports the refund as {found.status}."


def fail(session: Session, refund: Refund, *, because: str, actor: Actor, now: datetime) -> None:
    """Take a refund back whose money did not reach its buyer: seller and platform have it again."""
    history.move(session, refund, "fail", actor=actor, at=now, because=because)
    booking.give_back(session, refund, now=now)
    if refund.completed_at is not None:
        refund.came_back_at = now
    # Whether to try again is a new decision, with a second admin of its own.
    refund.completed_at = refund.first_approver_id = None
    refund.take_back = False
    completing.agree(session, refund, actor=actor, now=now)
    telling.failed(session, refund, now=now)


def _book_lines(
    session: Session,
    found: ProviderRefund,
    lines: Sequence[BalanceLine],
    *,
    payment_id: int,
    owner_id: int,
    now: datetime,
) -> None:
    for line in lines:
        balance.book_refund(
            session, payment_id=payment_id, owner_id=owner_id, refund_id=found.refund_id, line=line, now=now
        )


def _ours(session: Session, found: ProviderRefund) -> tuple[Refund, int]:
    """Return the refund and the attempt that the provider's reference names."""
    number, _, attempt = (found.reference or "").removeprefix(sending.REFERENCE).partition(":")
    refund = session.get(Refund, int(number)) if number.isdecimal() and attempt.isdecimal() else None
    if refund is None:
        raise Contradiction(Text("the refund matches no row of ours"))
    return refund, int(attempt)

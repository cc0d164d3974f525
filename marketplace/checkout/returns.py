"""Money that could not be used goes back to the buyer: planned, sent, followed to its end (DESIGN 4.11)."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.checkout import telling
from marketplace.checkout.settlement import Contradiction
from marketplace.errors import NotAllowed
from marketplace.history import Actor
from marketplace.ledger.accounts import Account
from marketplace.outbound import operations as outbound
from marketplace.outbound import watching
from marketplace.outbound.models import CallKind, OutboundCall, WatchKind
from marketplace.outbound.requests import Answer
from marketplace.payment_records.models import Payment
from marketplace.payment_records.tracker import get_payment_tracker
from marketplace.payments import balance
from marketplace.payments.models import UnappliedReceipt
from marketplace.payments.states import ReceiptStatus
from marketplace.providers.base import BalanceLine, ProviderRefund

_BATCH = 50
REFERENCE = "receipt:"
"""How the provider keeps the row of a return."""


def waiting(session: Session) -> list[int]:
    """Return the receipts that nobody has sent back yet."""
    statement = select(UnappliedReceipt.id).where(UnappliedReceipt.status == ReceiptStatus.RECEIVED)
    return list(session.execute(statement.order_by(UnappliedReceipt.id).limit(_BATCH)).scalars())


def plan_return(session: Session, *, receipt_id: int, actor: Actor, now: datetime) -> int | None:
    """Plan the refund of one receipt; return the call's id, None when somebody else has it in hand.

    One that did not reach the buyer is sent again under a name of its own. Raises NotAllowed while nobody knows what
    its last call has done.
    """
    if outbound.is_in_doubt(session, kind=CallKind.RETURN, subject_id=receipt_id):
        raise NotAllowed("Nobody knows whether its last attempt has sent the money. Decide that first, under Calls.")
    if not history.move_many(session, UnappliedReceipt, [receipt_id], "send_back", actor=actor, at=now):
        return None
    receipt = session.get_one(UnappliedReceipt, receipt_id)
    payment = session.get_one(Payment, receipt.payment_id)
    receipt.provider_refund_id = None
    attempt = _attempts(session, receipt.id) + 1
    watching.begin(session, WatchKind.RECEIPT, receipt.id, now=now)
    return outbound.plan(
        session,
        provider=payment.provider,
        kind=CallKind.RETURN,
        subject_id=receipt.id,
        request={
            "intent_id": payment.provider_payment_id,
            "amount_minor": receipt.amount_minor,
            "reference": f"{REFERENCE}{receipt.id}" + (f":{attempt}" if attempt > 1 else ""),
        },
        actor=actor,
        now=now,
    )


def return_answered(session: Session, *, subject_id: int, answer: Answer | None, code: str, now: datetime) -> None:
    """Write what the provider said to a return; a refusal leaves it to a person, its event completes it."""
    receipt = session.get_one(UnappliedReceipt, subject_id)
    if not isinstance(answer, ProviderRefund):
        if not receipt.machine.can(receipt.status, "fail"):
            return
        history.move(session, receipt, "fail", actor=outbound.SENDER, at=now, because=f"The provider refused: {code}")
        return
    follow_refund(session, refund=answer, lines=(), actor=outbound.SENDER, now=now)


def follow_refund(
    session: Session, *, refund: ProviderRefund, lines: tuple[BalanceLine, ...], actor: Actor, now: datetime
) -> str:
    """Put a refund as it stands into the books, per refund id (scar S19); return what that did, in words.

    `lines` are the provider's balance lines of this refund, where they were read. Raises Contradiction for a refund
    that no receipt of ours has asked for.
    """
    receipt, attempt = _receipt(session, refund)
    payment = session.get_one(Payment, receipt.payment_id)
    _book_lines(session, payment, refund, lines, now=now)
    if attempt < _attempts(session, receipt.id) and refund.is_final_failure:
        return "It was sent again since."
    if receipt.provider_refund_id not in (None, refund.refund_id):
        raise Contradiction("the refund matches no return of ours")
    if receipt.status is ReceiptStatus.FAILED and receipt.provider_refund_id is None and not refund.is_final_failure:
        because = "It was given up because nobody found it, and has turned up at the provider."
        history.move(session, receipt, "send_back", actor=actor, at=now, because=because)
    outbound.found_later(session, kind=CallKind.RETURN, subject_id=receipt.id, object_id=refund.refund_id, now=now)
    receipt.provider_refund_id = receipt.provider_refund_id or refund.refund_id
    records = get_payment_tracker("postgresql", session=session, actor=actor, now=now)
    if refund.is_final_failure and receipt.machine.can(receipt.status, "fail"):
        history.move(session, receipt, "fail", actor=actor, at=now, because=f"The refund is {refund.status}.")
        if payment.machine.can(payment.status, "unrefund"):
            records.follow_refunds(payment.id, "unrefund")
        return "The return failed; a person must look at it."
    if refund.status == "succeeded" and receipt.machine.can(receipt.status, "confirm"):
        history.move(session, receipt, "confirm", actor=actor, at=now)
        records.mark_refunded(payment.id, fully=True)
        telling.returned(session, payment=payment, cause=receipt.cause, now=now)
        return "The money is back with the buyer."
    return f"The provider reports the refund as {refund.status}."


def _book_lines(
    session: Session, payment: Payment, refund: ProviderRefund, lines: tuple[BalanceLine, ...], *, now: datetime
) -> None:
    for line in lines:
        balance.book_refund(
            session,
            payment_id=payment.id,
            owner_id=payment.user_id,
            refund_id=refund.refund_id,
            line=line,
            now=now,
            owed=Account.UNAPPLIED_RECEIPTS,
        )


def _attempts(session: Session, receipt_id: int) -> int:
    asked = select(func.count()).where(OutboundCall.kind == CallKind.RETURN, OutboundCall.subject_id == receipt_id)
    return int(session.execute(asked).scalar_one())


def _receipt(session: Session, refund: ProviderRefund) -> tuple[UnappliedReceipt, int]:
    """Return the receipt and the attempt that the provider's reference names."""
    number, _, attempt = (refund.reference or "").removeprefix(REFERENCE).partition(":")
    is_ours = number.isdecimal() and (not attempt or attempt.isdecimal())
    receipt = session.get(UnappliedReceipt, int(number)) if is_ours else None
    if receipt is None:
        raise Contradiction("the refund matches no return of ours")
    if (receipt.amount_minor, receipt.currency) != (refund.amount_minor, refund.currency):
        raise Contradiction("the refund is about another amount")
    return receipt, int(attempt or 1)

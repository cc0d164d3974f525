"""Money that could not be used goes back to the buyer: planned, sent, followed to its end (DESIGN 4.11)."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.checkout import telling
from marketplace.checkout.settlement import Contradiction
from marketplace.errors import NotAllowed
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.ledger.accounts import Account
from marketplace.ledger.models import LedgerEntry, Posting
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
WAITING = select(UnappliedReceipt.id).where(UnappliedReceipt.status == ReceiptStatus.RECEIVED)
"""Receipts that nobody has sent back yet."""
REFERENCE = "receipt:"
"""How the provider keeps the row of a return."""


def waiting(session: Session) -> list[int]:
    """Return the receipts that nobody has sent back yet."""
    return list(session.execute(WAITING.order_by(UnappliedReceipt.id).limit(_BATCH)).scalars())


def plan_return(session: Session, *, receipt_id: int, actor: Actor, now: datetime) -> int | None:
    """Plan the refund of what is still owed of a receipt; return the call's id, None when somebody has it in hand.

    One that did not reach the buyer is sent again under a name of its own. Raises NotAllowed while nobody knows what
    its last call has done.
    """
    if outbound.is_in_doubt(session, kind=CallKind.RETURN, subject_id=receipt_id):
        raise NotAllowed(_("Nobody knows whether its last attempt has sent the money. Decide that first, under Calls."))
    if not history.move_many(session, UnappliedReceipt, [receipt_id], "send_back", actor=actor, at=now):
        return None
    return _plan_call(session, session.get_one(UnappliedReceipt, receipt_id), actor=actor, now=now)


def _plan_call(session: Session, receipt: UnappliedReceipt, *, actor: Actor, now: datetime) -> int:
    payment = session.get_one(Payment, receipt.payment_id)
    attempt = _attempts(session, receipt.id) + 1
    receipt.provider_refund_id = None
    watching.begin(session, WatchKind.RECEIPT, receipt.id, now=now)
    return outbound.plan(
        session,
        provider=payment.provider,
        kind=CallKind.RETURN,
        subject_id=receipt.id,
        request={
            "intent_id": payment.provider_payment_id,
            "amount_minor": _owed_minor(session, payment.id),
            "reference": f"{REFERENCE}{receipt.id}:{attempt}",
        },
        actor=actor,
        now=now,
    )


def return_answered(session: Session, *, subject_id: int, answer: Answer | None, code: str, now: datetime) -> None:
    """Write what the provider said to a return; a refusal leaves it to a person, its event completes it.

    Refused because a part has gone back in the provider's dashboard, the rest is sent as soon as we know of that part.
    """
    receipt = session.get_one(UnappliedReceipt, subject_id)
    if not isinstance(answer, ProviderRefund):
        if not receipt.machine.can(receipt.status, "fail"):
            return
        history.move(session, receipt, "fail", actor=outbound.SENDER, at=now, because=f"The provider refused: {code}")
        _send_rest(session, receipt, actor=outbound.SENDER, now=now)
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
    _book(session, receipt, refund, lines, now=now)
    if attempt < _attempts(session, receipt.id):
        return _went_back(session, receipt, refund, actor=actor, now=now)
    if receipt.provider_refund_id not in (None, refund.refund_id):
        raise Contradiction("the refund matches no return of ours")
    if receipt.status is ReceiptStatus.FAILED and receipt.provider_refund_id is None and not refund.is_final_failure:
        because = Text("It was given up because nobody found it, and has turned up at the provider.")
        history.move(session, receipt, "send_back", actor=actor, at=now, because=because)
    outbound.found_later(session, kind=CallKind.RETURN, subject_id=receipt.id, object_id=refund.refund_id, now=now)
    receipt.provider_refund_id = refund.refund_id
    if refund.is_final_failure and receipt.machine.can(receipt.status, "fail"):
        history.move(session, receipt, "fail", actor=actor, at=now, because=f"The refund is {refund.status}.")
        payment = session.get_one(Payment, receipt.payment_id)
        if payment.machine.can(payment.status, "unrefund"):
            records = get_payment_tracker("postgresql", session=session, actor=actor, now=now)
            records.follow_refunds(payment.id, "unrefund")
        call_id = _last_call(session, receipt.id)
        telling.return_failed(session, payment=payment, cause=receipt.cause, call_id=call_id, now=now)
        return Text("The return failed; a person must look at it.")
    if refund.status == "succeeded" and receipt.machine.can(receipt.status, "confirm"):
        _confirm(session, receipt, "confirm", actor=actor, now=now)
        return Text("The money is back with the buyer.")
    return f"The provider reports the refund as {refund.status}."


def receipt_of(session: Session, intent_id: str | None) -> UnappliedReceipt | None:
    """Return the receipt of a payment that could not be used, by its intent; None for any other payment."""
    statement = (
        select(UnappliedReceipt)
        .join(Payment, Payment.id == UnappliedReceipt.payment_id)
        .where(Payment.provider_payment_id == intent_id)
    )
    return session.execute(statement).scalar_one_or_none()


def mirror(
    session: Session,
    receipt: UnappliedReceipt,
    *,
    refund: ProviderRefund,
    lines: tuple[BalanceLine, ...],
    actor: Actor,
    now: datetime,
) -> str:
    """Take over what went back of a receipt in the provider's dashboard (scar S20); what is left goes back by itself.

    Found by the simulation: our own return of all of it was refused then, and the rest stayed with nobody.
    """
    _book(session, receipt, refund, lines, now=now)
    return _went_back(session, receipt, refund, actor=actor, now=now)


def _went_back(
    session: Session, receipt: UnappliedReceipt, refund: ProviderRefund, *, actor: Actor, now: datetime
) -> str:
    """Say what a refund that is not the return we are waiting for means for what is left of the receipt."""
    if refund.is_final_failure:
        return Text("It failed; what it would have returned is owed as before.")
    if _owed_minor(session, receipt.payment_id) == 0:
        verb = "find_returned" if receipt.status is ReceiptStatus.FAILED else "confirm"
        if refund.status == "succeeded" and receipt.machine.can(receipt.status, verb):
            _confirm(session, receipt, verb, actor=actor, now=now)
        return Text("All of the money is on its way back to the buyer.")
    if receipt.status is ReceiptStatus.FAILED:
        _send_rest(session, receipt, actor=actor, now=now)
    return Text("A part of the money went back; the rest follows.")


def _send_rest(session: Session, receipt: UnappliedReceipt, *, actor: Actor, now: datetime) -> None:
    """Plan the return of the rest when the last attempt asked for more than is owed now."""
    statement = (
        select(OutboundCall.request)
        .where(OutboundCall.kind == CallKind.RETURN, OutboundCall.subject_id == receipt.id)
        .order_by(OutboundCall.attempt.desc())
        .limit(1)
    )
    asked_minor = int(session.execute(statement).scalar_one()["amount_minor"])
    owed_minor = _owed_minor(session, receipt.payment_id)
    if 0 < owed_minor < asked_minor:
        because = Text("A part went back in the provider's dashboard.")
        history.move(session, receipt, "send_back", actor=actor, at=now, because=because)
        _plan_call(session, receipt, actor=actor, now=now)


def _book(
    session: Session,
    receipt: UnappliedReceipt,
    refund: ProviderRefund,
    lines: tuple[BalanceLine, ...],
    *,
    now: datetime,
) -> None:
    payment = session.get_one(Payment, receipt.payment_id)
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


def _confirm(session: Session, receipt: UnappliedReceipt, verb: str, *, actor: Actor, now: datetime) -> None:
    payment = session.get_one(Payment, receipt.payment_id)
    history.move(session, receipt, verb, actor=actor, at=now)
    records = get_payment_tracker("postgresql", session=session, actor=actor, now=now)
    records.mark_refunded(payment.id, fully=True)
    call_id = _last_call(session, receipt.id)
    telling.returned(session, payment=payment, cause=receipt.cause, call_id=call_id, now=now)


def _owed_minor(session: Session, payment_id: int) -> int:
    """Return what is still owed of a receipt: the ledger decides."""
    statement = (
        select(func.coalesce(func.sum(Posting.amount_minor), 0))
        .join(LedgerEntry, LedgerEntry.id == Posting.entry_id)
        .where(LedgerEntry.payment_id == payment_id, Posting.account == Account.UNAPPLIED_RECEIPTS)
    )
    return -int(session.execute(statement).scalar_one())


def _last_call(session: Session, receipt_id: int) -> int | None:
    """Return the call that sent a receipt back last; None when only the provider's dashboard did."""
    asked = select(func.max(OutboundCall.id)).where(
        OutboundCall.kind == CallKind.RETURN, OutboundCall.subject_id == receipt_id
    )
    return session.execute(asked).scalar_one()


def _attempts(session: Session, receipt_id: int) -> int:
    asked = select(func.count()).where(OutboundCall.kind == CallKind.RETURN, OutboundCall.subject_id == receipt_id)
    return int(session.execute(asked).scalar_one())


def _receipt(session: Session, refund: ProviderRefund) -> tuple[UnappliedReceipt, int]:
    """Return the receipt and the attempt that the provider's reference names; the first attempts had no number."""
    number, _, attempt = (refund.reference or "").removeprefix(REFERENCE).partition(":")
    receipt = session.get(UnappliedReceipt, int(number)) if number.isdecimal() else None
    if receipt is None:
        raise Contradiction("the refund matches no return of ours")
    if refund.currency != receipt.currency or refund.amount_minor > receipt.amount_minor:
        raise Contradiction("the refund is about another amount")
    return receipt, int(attempt) if attempt.isdecimal() else 1

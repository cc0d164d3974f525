"""Packages of credits whose money goes back: sent by an admin while unused, mirrored when it went otherwise."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.checkout.settlement import Contradiction
from marketplace.credits import returning
from marketplace.credits.models import CreditLot, CreditReturn
from marketplace.credits.rules import ReturnCause
from marketplace.errors import Conflict, NotAllowed, NotFound
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.ledger.accounts import Account
from marketplace.ledger.models import LedgerEntry, Posting
from marketplace.numerals import number_text
from marketplace.payment_records.models import Payment
from marketplace.payment_records.tracker import get_payment_tracker
from marketplace.payments import balance
from marketplace.payments.models import UnappliedReceipt
from marketplace.providers.base import BalanceLine, ProviderRefund
from marketplace.reasons import check_reason

CAUSE = Text("The package was not used and goes back.")


def refund(session: Session, *, payment_id: int, admin_id: int, reason: str, now: datetime) -> int:
    """Take an unused package back and owe its buyer all of the money; return the receipt, which the tick sends back.

    Raises NotFound for another payment, NotAllowed for an admin's own, Conflict once credits of it were used, or money
    of it went back, was disputed or never was; Invalid without a reason.
    """
    payment = session.get(Payment, payment_id)
    lot = returning.lot_of(session, payment_id)
    if payment is None or lot is None:
        raise NotFound(_("This payment is for no package of credits."))
    if payment.user_id == admin_id:
        raise NotAllowed(_("This package is yours. Another admin must do it."))
    _check_untouched(session, lot)
    reason = check_reason(reason)
    receipt = UnappliedReceipt(
        payment_id=payment.id,
        currency=payment.currency,
        amount_minor=payment.amount_minor,
        cause=CAUSE,
        created_at=now,
    )
    session.add(receipt)
    session.flush()
    actor = Actor.user(admin_id, "admin")
    history.begin(session, UnappliedReceipt, [receipt.id], actor=actor, at=now, because=reason)
    returning.take(
        session,
        lot=lot,
        subject=f"receipt:{receipt.id}",
        cause=ReturnCause.REFUND,
        amount_minor=payment.amount_minor,
        reason=reason,
        by_id=admin_id,
        now=now,
    )
    return receipt.id


def package_of(session: Session, intent_id: str | None) -> CreditLot | None:
    """Return the credits that the payment of an intent has bought; None for any other payment."""
    if intent_id is None:
        return None
    asked = (
        select(CreditLot)
        .join(Payment, Payment.id == CreditLot.payment_id)
        # Asked of the payment first: a look for a row that is not there would make strangers collide.
        .where(Payment.provider_payment_id == intent_id, Payment.credits_to_add > 0)
    )
    return session.execute(asked).scalar_one_or_none()


def mirror(
    session: Session,
    lot: CreditLot,
    *,
    refund: ProviderRefund,
    lines: Sequence[BalanceLine],
    actor: Actor,
    now: datetime,
) -> str:
    """Take over a refund of a package made in the provider's dashboard (scar S20); return what that did, in words.

    The money has gone: credits go back with it as far as they are there, in whole ones, and the rest is our cost.
    Raises Contradiction for more than is left of the payment.
    """
    found = returning.known(session, f"refund:{refund.refund_id}")
    if found is None and not refund.is_final_failure:
        found = _mirrored(session, lot, refund, now=now)
    whose, refund_id = lot.user_id, refund.refund_id
    for line in lines:
        balance.book_refund(session, payment_id=lot.payment_id, owner_id=whose, refund_id=refund_id, line=line, now=now)
    if found is None:
        return Text("It failed before it was taken over; nothing has moved.")
    if refund.is_final_failure:
        returning.give_back(session, found=found, now=now)
    _follow(session, lot, actor=actor, now=now)
    return _told(found)


def _mirrored(session: Session, lot: CreditLot, refund: ProviderRefund, *, now: datetime) -> CreditReturn:
    left_minor = lot.paid_minor - returning.gone_minor(session, lot)
    if refund.currency != lot.currency or refund.amount_minor > left_minor:
        raise Contradiction(Text("the refund is about more than is left of the payment"))
    return returning.take(
        session,
        lot=lot,
        subject=f"refund:{refund.refund_id}",
        cause=ReturnCause.PROVIDER,
        amount_minor=refund.amount_minor,
        reason=Text("Made in the payment provider's dashboard."),
        by_id=None,
        now=now,
    )


def lost(session: Session, *, payment_id: int, subject: str, amount_minor: int, now: datetime) -> None:
    """Take the credits back that went with what a bank keeps of a payment, if it was for a package."""
    lot = returning.lot_of(session, payment_id) if _is_package(session, payment_id) else None
    if lot is not None and returning.known(session, subject) is None:
        returning.take(
            session,
            lot=lot,
            subject=subject,
            cause=ReturnCause.DISPUTE,
            amount_minor=amount_minor,
            reason=Text("The buyer's bank has decided for the buyer."),
            by_id=None,
            now=now,
        )


def regained(session: Session, *, payment_id: int, subject: str, now: datetime) -> None:
    """Give the credits back that `lost` took, because the bank gave the money back after all."""
    found = returning.known(session, subject) if _is_package(session, payment_id) else None
    if found is not None:
        returning.give_back(session, found=found, now=now)


def _is_package(session: Session, payment_id: int) -> bool:
    return session.get_one(Payment, payment_id).credits_to_add > 0


def _check_untouched(session: Session, lot: CreditLot) -> None:
    if lot.used:
        count, whole = number_text(lot.used), number_text(lot.credits)
        raise Conflict(
            _("%(used)s of its %(whole)s credits are used. Only a whole package goes back.", used=count, whole=whole)
        )
    if lot.taken or session.execute(select(CreditReturn.id).where(CreditReturn.lot_id == lot.id)).first():
        raise Conflict(_("Money of this package went back before."))
    if not lot.paid_minor:
        raise Conflict(_("Nothing was paid for this package."))
    held = (
        select(func.coalesce(func.sum(Posting.amount_minor), 0))
        .join(LedgerEntry, LedgerEntry.id == Posting.entry_id)
        .where(LedgerEntry.payment_id == lot.payment_id, Posting.account == Account.DISPUTE_HOLD)
    )
    if session.execute(held).scalar_one():
        raise Conflict(_("The buyer's bank has taken this money, and has not decided yet."))


def _follow(session: Session, lot: CreditLot, *, actor: Actor, now: datetime) -> None:
    """Let the payment say how much of it went back."""
    gone_minor = returning.gone_minor(session, lot)
    verb = "refund_part" if gone_minor else "unrefund"
    if gone_minor == lot.paid_minor:
        verb = "refund"
    payment = session.get_one(Payment, lot.payment_id)
    target = payment.machine.moves[verb].target
    if payment.status is not target and payment.machine.can(payment.status, verb):
        get_payment_tracker("postgresql", session=session, actor=actor, now=now).follow_refunds(payment.id, verb)


def _told(found: CreditReturn) -> str:
    if found.undone_at is not None:
        return Text("The refund failed; the credits are the buyer's again.")
    if found.missing:
        return f"The refund is taken over; {found.missing} of its credits were used."
    return Text("The refund is taken over, and its credits with it.")

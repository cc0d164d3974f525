"""What the provider says about payouts, put into the books: transfers by their id, payments to banks as they stand."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.checkout.settlement import Contradiction
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.ledger.accounts import Account
from marketplace.ledger.operations import Line
from marketplace.outbound import operations as outbound
from marketplace.outbound.models import CallKind, OutboundCall
from marketplace.outbound.requests import Answer
from marketplace.payments import balance, endings
from marketplace.payments.models import PaymentTransaction
from marketplace.payments.states import TransactionStatus
from marketplace.payouts import operations, refusal_rules, rules, telling
from marketplace.payouts.models import Payout, PayoutLine, SellerAccount
from marketplace.payouts.states import PayoutStatus
from marketplace.providers.transfers import BankPayout, Transfer

_NOT_OURS = Text("It was made at the provider and pays none of our payouts.")
_OVER = frozenset({PayoutStatus.CANCELED, PayoutStatus.REVERSED})


def transferred(session: Session, *, subject_id: int, answer: Answer | None, code: str, now: datetime) -> None:
    """Write what came of asking for a transfer: it exists, or the provider refused it and nothing has moved."""
    payout = operations.known(session, subject_id)
    if isinstance(answer, Transfer):
        arrive(session, payout, answer, actor=outbound.SENDER, now=now)
    elif payout.status is PayoutStatus.REFUSED and code == outbound.GIVEN_UP:
        # The doubt is over: what the machines could not say, a person has looked up.
        _note_failure(payout, code, "", now)
    elif payout.machine.can(payout.status, "refuse"):
        _note_failure(payout, code, "", now)
        history.move(session, payout, "refuse", actor=outbound.SENDER, at=now, because=payout.failure_reason)
        telling.refused(session, payout, now=now)


def bank_answered(session: Session, *, subject_id: int, answer: Answer | None, code: str, now: datetime) -> None:
    """Write what came of asking for a payment to the bank; after a refusal the seller's account keeps the money."""
    payout = operations.known(session, subject_id)
    if isinstance(answer, BankPayout):
        follow_bank(session, answer, actor=outbound.SENDER, now=now)
    elif payout.status is PayoutStatus.FAILED and code == outbound.GIVEN_UP:
        _note_failure(payout, code, "", now)
    elif payout.status is PayoutStatus.IN_TRANSIT:
        _note_failure(payout, code, "", now)
        history.move(session, payout, "fail", actor=outbound.SENDER, at=now, because=payout.failure_reason)
        telling.failed(session, payout, now=now)


def follow_transfer(session: Session, found: Transfer, *, actor: Actor, now: datetime) -> tuple[Payout | None, str]:
    """Put a transfer that the provider reports into the books; return its payout, None when it is none of ours.

    Raises Contradiction when it fits no payout as it stands.
    """
    payout = _payout(session, found)
    if payout is None:
        return None, _NOT_OURS
    return payout, arrive(session, payout, found, actor=actor, now=now)


def arrive(session: Session, payout: Payout, found: Transfer, *, actor: Actor, now: datetime) -> str:
    """Record that a payout's transfer exists, book it, and plan its way to the bank. A replay changes nothing.

    Raises Contradiction when another transfer has been made for it, or this one is about something else.
    """
    if payout.transfer_id == found.transfer_id:
        return Text("The transfer is in the books already.")
    account = session.get_one(SellerAccount, payout.seller_account_id)
    if (payout.amount_minor, payout.currency) != (found.amount_minor, found.currency):
        raise Contradiction("the transfer is about another amount")
    if found.account_id not in _asked_of(session, CallKind.TRANSFER, payout):
        raise Contradiction("the transfer went to another account")
    if payout.transfer_id is not None or not payout.machine.can(payout.status, "arrive"):
        raise Contradiction(f"payout {payout.number} is {str.lower(payout.status.label)} and waits for no transfer")
    if payout.status is PayoutStatus.REFUSED:
        outbound.found_later(
            session, kind=CallKind.TRANSFER, subject_id=payout.id, object_id=found.transfer_id, now=now
        )
    payout.transfer_id, payout.next_attempt_at = found.transfer_id, None
    payout.failure_code = payout.failure_reason = None
    history.move(session, payout, "arrive", actor=actor, at=now)
    session.execute(
        update(PaymentTransaction)
        .where(PaymentTransaction.id == PayoutLine.transaction_id, PayoutLine.payout_id == payout.id)
        .values(paid_out_minor=PaymentTransaction.paid_out_minor + PayoutLine.amount_minor)
        .execution_options(synchronize_session=False)
    )
    balance.book_line(
        session,
        provider=account.provider,
        line=found.line,
        lines=_debits(session, payout),
        description=f"Payout {payout.number} transferred",
        now=now,
    )
    # From where the money is: the seller may have connected another account since.
    operations.plan_bank_payout(
        session, payout, provider=account.provider, account_id=found.account_id, actor=actor, now=now
    )
    return Text("The seller's account has the money.")


def follow_bank(session: Session, found: BankPayout, *, actor: Actor, now: datetime) -> str:
    """Put a payment to a bank as it stands at the provider into the books; return what that did, in words.

    Raises Contradiction when it is about something else than the payout it names.
    """
    payout = _payout(session, found)
    if payout is None or found.account_id not in _asked_of(session, CallKind.BANK_PAYOUT, payout):
        return _NOT_OURS
    if payout.provider_payout_id != found.payout_id and _is_earlier(session, payout, found):
        return Text("It was sent to the bank again since.")
    if payout.currency != found.currency or found.amount_minor > payout.amount_minor:
        raise Contradiction("the payment to the bank is about another amount")
    is_new = payout.provider_payout_id != found.payout_id
    payout.provider_payout_id, payout.arrives_at = found.payout_id, found.arrives_at
    if payout.status in _OVER:
        return Text("The transfer was taken back; nothing to do.")
    if found.status == "paid":
        return _pay(session, payout, actor=actor, is_new=is_new, now=now)
    if found.status in {"failed", "canceled"}:
        return _fail(session, payout, found, actor=actor, now=now)
    if is_new and payout.status is PayoutStatus.FAILED:
        # It was given up because no answer came, and is on its way all the same.
        payout.failure_code = payout.failure_reason = None
        history.move(session, payout, "resend", actor=actor, at=now)
        outbound.found_later(
            session, kind=CallKind.BANK_PAYOUT, subject_id=payout.id, object_id=found.payout_id, now=now
        )
    if payout.status is PayoutStatus.IN_TRANSIT:
        payout.next_attempt_at = max(found.arrives_at, now) + rules.ASK_AFTER
    if is_new:
        telling.sent(session, payout, now=now)
    return Text("It is on its way to the bank.")


def _pay(session: Session, payout: Payout, *, actor: Actor, is_new: bool, now: datetime) -> str:
    if payout.status is PayoutStatus.PAID:
        return Text("It was paid before.")
    if payout.status is PayoutStatus.FAILED and not is_new:
        return Text("It has failed since; a payment to a bank never mends itself.")
    history.move(session, payout, "pay", actor=actor, at=now)
    payout.next_attempt_at = payout.failure_code = payout.failure_reason = None
    share_ids = operations.shares_of(session, payout.id, TransactionStatus.TRANSFERRING)
    because = f"The bank has payout {payout.number}."
    moved = history.move_many(session, PaymentTransaction, share_ids, "pay_out", actor=actor, at=now, because=because)
    _reopen_rest(session, moved, actor=actor, now=now)
    endings.refund_whole(session, moved, actor=actor, now=now)
    telling.paid(session, payout, now=now)
    return Text("The bank has it.")


def _reopen_rest(session: Session, share_ids: list[int], *, actor: Actor, now: datetime) -> None:
    """Make available again what is left of paid shares, because a part of them had been taken back on the way."""
    rest = select(PaymentTransaction.id).where(PaymentTransaction.id.in_(share_ids), PaymentTransaction.left_minor > 0)
    reopened = list(session.execute(rest).scalars())
    because = Text("A part of it was taken back.")
    history.move_many(session, PaymentTransaction, reopened, "reopen", actor=actor, at=now, because=because)


def _fail(session: Session, payout: Payout, found: BankPayout, *, actor: Actor, now: datetime) -> str:
    if payout.status is PayoutStatus.FAILED:
        return Text("It failed before.")
    was_paid = payout.status is PayoutStatus.PAID
    code = found.failure_code or found.status
    _note_failure(payout, code, found.failure_message or "", now)
    history.move(session, payout, "fail", actor=actor, at=now, because=payout.failure_reason)
    if was_paid:
        share_ids = _still_paid(session, payout)
        because = f"The bank sent payout {payout.number} back."
        history.move_many(session, PaymentTransaction, share_ids, "bounce", actor=actor, at=now, because=because)
    telling.failed(session, payout, now=now)
    return Text("The bank did not take it.")


def _still_paid(session: Session, payout: Payout) -> list[int]:
    """Return the paid shares of a payout of which something was not taken back since."""
    statement = (
        select(PaymentTransaction.id)
        .join(PayoutLine, PayoutLine.transaction_id == PaymentTransaction.id)
        .where(
            PayoutLine.payout_id == payout.id,
            PayoutLine.reversed_minor < PayoutLine.amount_minor,
            PaymentTransaction.status == TransactionStatus.PAID_OUT,
        )
    )
    return list(session.execute(statement).scalars())


def _note_failure(payout: Payout, code: str, message: str, now: datetime) -> None:
    refusal = refusal_rules.refusal(code, message, now)
    payout.failure_code, payout.failure_reason = code[:200], refusal.words
    payout.next_attempt_at = refusal.next_attempt_at


def _debits(session: Session, payout: Payout) -> list[Line]:
    statement = (
        select(PayoutLine.amount_minor, PaymentTransaction.order_id)
        .join(PaymentTransaction, PaymentTransaction.id == PayoutLine.transaction_id)
        .where(PayoutLine.payout_id == payout.id)
        .order_by(PayoutLine.id)
    )
    return [
        Line(Account.SELLER_PAYABLE, row.amount_minor, owner_id=payout.seller_id, order_id=row.order_id)
        for row in session.execute(statement)
    ]


def _payout(session: Session, found: Transfer | BankPayout) -> Payout | None:
    """Return the payout that a provider's object names; None unless this installation has made the object."""
    text = found.reference or ""
    number = text.removeprefix(operations.REFERENCE)
    if not text.startswith(operations.REFERENCE) or not number.isdecimal() or len(number) > 18:
        return None
    if found.installation != outbound.installation(session):
        return None
    payout = session.get(Payout, int(number))
    if payout is None:
        raise Contradiction("it names a payout that is not there")
    return payout


def _asked_of(session: Session, kind: CallKind, payout: Payout) -> set[str]:
    """Return the accounts that calls of `kind` about a payout were about: an account's own word proves nothing."""
    asked = select(OutboundCall.request["account_id"].astext).where(
        OutboundCall.kind == kind, OutboundCall.subject_id == payout.id
    )
    return set(session.execute(asked).scalars())


def _is_earlier(session: Session, payout: Payout, found: BankPayout) -> bool:
    """Return whether another payment to the bank has taken the place of `found`."""
    if payout.provider_payout_id is not None:
        return True
    attempts = (
        select(OutboundCall.provider_object_id)
        .where(OutboundCall.kind == CallKind.BANK_PAYOUT, OutboundCall.subject_id == payout.id)
        .order_by(OutboundCall.attempt)
    )
    return found.payout_id in list(session.execute(attempts).scalars())[:-1]

"""Money that leaves the marketplace's account: planned, put into a file for the bank, and sent or not."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.bank_policy import BankAccount
from marketplace.bank_transfers import rules, telling
from marketplace.bank_transfers.models import IncomingTransfer, OutgoingTransfer, TransferFile
from marketplace.bank_transfers.rules import Purpose
from marketplace.bank_transfers.states import IncomingStatus, OutgoingStatus
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.history import Actor
from marketplace.language import gettext as _
from marketplace.ledger import operations as ledger
from marketplace.ledger.accounts import Account
from marketplace.ledger.operations import Line
from marketplace.payment_records.models import Payment
from marketplace.transitions import AlreadyThere

_ONE_FILE = 500
_LONGEST_REFERENCE = 100


def plan_refund(
    session: Session,
    *,
    payment: Payment,
    refund_id: int,
    order_id: int,
    attempt: int,
    amount_minor: int,
    number: str,
    actor: Actor,
    now: datetime,
) -> OutgoingTransfer:
    """Plan a refund's transfer to the account that had paid; the buyer is asked where it is not known or did not work.

    `attempt` is the refund's: one attempt is one transfer.
    """
    payer = _payer_of(session, payment)
    earlier = select(OutgoingTransfer.id).where(OutgoingTransfer.refund_id == refund_id)
    did_not_work = session.execute(earlier).first() is not None
    account = rules.iban_in(payer.payer_account or "") if payer is not None and not did_not_work else ""
    row = OutgoingTransfer(
        purpose=Purpose.REFUND,
        currency=payment.currency,
        amount_minor=amount_minor,
        refund_id=refund_id,
        attempt=attempt,
        payment_id=payment.id,
        order_id=order_id,
        user_id=payment.user_id,
        payee_name=payer.payer_name if payer is not None else "",
        account=account or None,
        planned_by_id=actor.user_id,
        planned_at=now,
    )
    _begin(session, row, actor=actor, now=now)
    if not account:
        telling.account_wanted(session, row, refund_number=number, now=now)
    return row


def plan_return(
    session: Session, incoming: IncomingTransfer, *, amount_minor: int, actor: Actor, now: datetime
) -> OutgoingTransfer:
    """Plan to send `amount_minor` of a transfer back to its sender, who need not be anybody we know."""
    last = select(func.coalesce(func.max(OutgoingTransfer.attempt), 0))
    attempt = int(session.execute(last.where(OutgoingTransfer.incoming_id == incoming.id)).scalar_one()) + 1
    payment = session.get(Payment, incoming.payment_id) if incoming.payment_id is not None else None
    # An account to which the bank could not send before is not tried again by itself.
    account = rules.iban_in(incoming.payer_account or "") if attempt == 1 else ""
    row = OutgoingTransfer(
        purpose=Purpose.RETURN,
        currency=incoming.currency,
        amount_minor=amount_minor,
        incoming_id=incoming.id,
        attempt=attempt,
        payment_id=incoming.payment_id,
        user_id=payment.user_id if payment else None,
        payee_name=incoming.payer_name,
        account=account or None,
        planned_by_id=actor.user_id,
        planned_at=now,
    )
    _begin(session, row, actor=actor, now=now)
    return row


def known(session: Session, transfer_id: int) -> OutgoingTransfer:
    """Return a transfer that goes out; raises NotFound."""
    row = session.get(OutgoingTransfer, transfer_id)
    if row is None:
        raise NotFound(_("There is no such transfer."))
    return row


def name_account(session: Session, *, transfer_id: int, admin_id: int, name: str, iban: str) -> None:
    """Write down to which account a return goes, as its sender has said.

    Raises Invalid naming the field, NotAllowed for a refund, whose buyer says it, Conflict once it is in a file.
    """
    row = known(session, transfer_id)
    if row.purpose is not Purpose.RETURN:
        raise NotAllowed(_("Where a refund goes, its buyer says on the refund's page."))
    _name(row, user_id=admin_id, name=name, iban=iban)


def name_refund_account(session: Session, *, refund_id: int, buyer_id: int, name: str, iban: str) -> None:
    """Write down to which account the buyer wants a refund, where we do not know one.

    Raises NotFound for another's refund or one that needs none, Invalid naming the field, Conflict once it is known.
    """
    statement = select(OutgoingTransfer).where(
        OutgoingTransfer.refund_id == refund_id,
        OutgoingTransfer.user_id == buyer_id,
        OutgoingTransfer.status == OutgoingStatus.PLANNED,
    )
    row = session.execute(statement).scalar_one_or_none()
    if row is None:
        raise NotFound(_("There is no such refund."))
    if row.account is not None:
        raise Conflict(_("We know the account already."))
    _name(row, user_id=buyer_id, name=name, iban=iban)


def export(
    session: Session,
    *,
    admin_id: int,
    currency: str,
    account: BankAccount,
    second_above_minor: int,
    now: datetime,
) -> tuple[int, tuple[OutgoingTransfer, ...]]:
    """Put everything of a currency that is ready into one file for the bank; return its id and what is in it.

    What takes two admins is left out where this one did the first step. Raises Conflict when nothing is left.
    """
    if not account.iban:
        raise Conflict(_("A file for the bank needs the IBAN of our account. Enter the transfers at the bank."))
    ready = (
        select(OutgoingTransfer)
        .where(
            OutgoingTransfer.status == OutgoingStatus.PLANNED,
            OutgoingTransfer.currency == currency,
            OutgoingTransfer.account.is_not(None),
        )
        .order_by(OutgoingTransfer.id)
        .limit(_ONE_FILE)
    )
    rows = tuple(row for row in session.execute(ready).scalars() if not _is_first(row, admin_id, second_above_minor))
    if not rows:
        raise Conflict(_("There is nothing that this file could hold."))
    made = TransferFile(currency=currency, account=asdict(account), made_by_id=admin_id, made_at=now)
    session.add(made)
    session.flush()
    for row in rows:
        row.file_id = made.id
        history.move(session, row, "export", actor=Actor.user(admin_id, "admin"), at=now)
    return made.id, rows


def close_sent(
    session: Session,
    *,
    transfer_id: int,
    admin_id: int,
    bank_reference: str,
    second_above_minor: int,
    now: datetime,
) -> OutgoingTransfer:
    """Note that the bank has sent a transfer, and book it.

    Raises Invalid without the bank's reference, NotAllowed for who did the first step of what takes two, AlreadyThere
    for a replay.
    """
    row = known(session, transfer_id)
    reference = bank_reference.strip()
    if not reference or len(reference) > _LONGEST_REFERENCE:
        raise Invalid(_("Enter the bank's reference, at most 100 characters."), field="bank_reference")
    _check_open(row, "send")
    if _is_first(row, admin_id, second_above_minor):
        raise NotAllowed(_(rules.TAKES_TWO))
    row.bank_reference, row.closed_by_id, row.closed_at = reference, admin_id, now
    history.move(session, row, "send", actor=Actor.user(admin_id, "admin"), at=now)
    owed = Account.REFUND_PENDING if row.purpose is Purpose.REFUND else Account.TRANSFERS_RECEIVED
    is_refund = row.purpose is Purpose.REFUND
    ledger.book(
        session,
        key=f"outgoing_transfer:{row.id}",
        description=f"Transfer {row.number} sent",
        currency=row.currency,
        lines=[
            Line(owed, row.amount_minor, owner_id=row.user_id if is_refund else None, order_id=row.order_id),
            Line(Account.BANK_ACCOUNT, -row.amount_minor, order_id=row.order_id),
        ],
        payment_id=row.payment_id if is_refund else None,
        now=now,
    )
    if not is_refund:
        _finish_return(session, row, admin_id=admin_id, now=now)
    return row


def close_failed(session: Session, *, transfer_id: int, admin_id: int, reason: str, now: datetime) -> OutgoingTransfer:
    """Note that the bank did not send a transfer: what was to go back is planned anew, to another account.

    A refund walks back by `refunds.transfers`. Raises AlreadyThere for a replay.
    """
    row = known(session, transfer_id)
    _check_open(row, "fail")
    row.closed_by_id, row.closed_at = admin_id, now
    actor = Actor.user(admin_id, "admin")
    history.move(session, row, "fail", actor=actor, at=now, because=reason)
    if row.incoming_id is not None:
        incoming = session.get_one(IncomingTransfer, row.incoming_id)
        plan_return(session, incoming, amount_minor=row.amount_minor, actor=actor, now=now)
    return row


def _payer_of(session: Session, payment: Payment) -> IncomingTransfer | None:
    """Return the transfer that paid most of a payment."""
    lines = select(IncomingTransfer).where(
        IncomingTransfer.payment_id == payment.id, IncomingTransfer.status == IncomingStatus.MATCHED
    )
    return session.execute(lines.order_by(IncomingTransfer.used_minor.desc(), IncomingTransfer.id)).scalars().first()


def _begin(session: Session, row: OutgoingTransfer, *, actor: Actor, now: datetime) -> None:
    session.add(row)
    session.flush()
    history.begin(session, OutgoingTransfer, [row.id], actor=actor, at=now, because=row.purpose.english)


def _check_open(row: OutgoingTransfer, verb: str) -> None:
    """Raise AlreadyThere once it is closed: two admins may press different buttons at the same moment."""
    if not row.machine.can(row.status, verb):
        raise AlreadyThere(_("This transfer is closed already: %(status)s.", status=row.status.label.lower()))


def _name(row: OutgoingTransfer, *, user_id: int, name: str, iban: str) -> None:
    if row.status is not OutgoingStatus.PLANNED:
        raise Conflict(_("It is in a file for the bank, or closed."))
    payee = rules.check_text(name, rules.LONGEST_NAME)
    if not payee:
        raise Invalid(_("Enter the name of the account's holder."), field="name")
    row.account = rules.check_iban(iban)
    row.payee_name, row.account_by_id = payee, user_id


def _is_first(row: OutgoingTransfer, admin_id: int, second_above_minor: int) -> bool:
    """Return whether this admin did the first step of a return that takes two; a refund was approved by two before."""
    is_large = row.amount_minor > second_above_minor
    return row.purpose is Purpose.RETURN and is_large and admin_id in {row.planned_by_id, row.account_by_id}


def _finish_return(session: Session, row: OutgoingTransfer, *, admin_id: int, now: datetime) -> None:
    incoming = session.get_one(IncomingTransfer, row.incoming_id)
    if incoming.status is IncomingStatus.TO_RETURN:
        history.move(session, incoming, "return", actor=Actor.user(admin_id, "admin"), at=now)
    telling.returned(session, row, now=now)


def account_of(document: Mapping[str, Any]) -> BankAccount:
    """Return an account as it was kept."""
    return BankAccount(**document)

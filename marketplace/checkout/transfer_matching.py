"""Which transfer pays which purchase: by its reference and amount at once, or as an admin says (S2.27)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.bank_transfers import asking, outgoing, recording, rules
from marketplace.bank_transfers.models import IncomingTransfer
from marketplace.bank_transfers.rules import Awaited, Doubt, NewLine
from marketplace.bank_transfers.states import OPEN, IncomingStatus
from marketplace.checkout import settlement
from marketplace.checkout.settlement import PaidReport, Settled
from marketplace.config import MoneyPolicy
from marketplace.errors import Conflict, NotFound
from marketplace.history import Actor
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.payment_records.models import Payment
from marketplace.payment_records.states import PaymentStatus
from marketplace.reasons import check_reason
from marketplace.transitions import Impossible


@dataclass(frozen=True)
class Received:
    """A line of the bank that is new, and whether it paid something at once."""

    transfer_id: int
    is_matched: bool
    needs_second: bool


def receive(
    session: Session, *, line: NewLine, admin_id: int, needs_second: bool, policy: MoneyPolicy, now: datetime
) -> Received | None:
    """Keep a line of the bank once, and pay what it is for if that is clear; None for a line that is known.

    Raises as `recording.record`.
    """
    row = recording.record(session, line=line, admin_id=admin_id, needs_second=needs_second, now=now)
    if row is None:
        return None
    if row.status is IncomingStatus.TO_MATCH:
        _match_by_itself(session, row, policy=policy, now=now)
    return Received(row.id, row.status is IncomingStatus.MATCHED, needs_second)


def confirm(session: Session, *, transfer_id: int, admin_id: int, policy: MoneyPolicy, now: datetime) -> bool:
    """Book what another admin has recorded, and return whether it paid something at once; raises as `recording`."""
    row = recording.confirm(session, transfer_id=transfer_id, admin_id=admin_id, now=now)
    _match_by_itself(session, row, policy=policy, now=now)
    return row.status is IncomingStatus.MATCHED


def match(
    session: Session, *, transfer_id: int, reference: str, admin_id: int, policy: MoneyPolicy, now: datetime
) -> None:
    """Let a transfer pay the purchase with this reference, together with what has come for it; the rest goes back.

    Raises NotFound for a reference that we never gave, Conflict when the payment does not wait any more or is not
    covered, AlreadyThere when the transfer is decided.
    """
    row = recording.known(session, transfer_id)
    recording.check_open(row, "match")
    payment_id = asking.payment_of(session, reference)
    if payment_id is None:
        raise NotFound(_("Nobody was given this reference."))
    payment = session.get_one(Payment, payment_id)
    if payment.status is not PaymentStatus.PENDING:
        raise Conflict(_("This payment does not wait any more: %(status)s.", status=payment.status.label.lower()))
    row.payment_id, row.decided_by_id = payment.id, admin_id
    session.flush()
    earlier = [each for each in _open_for(session, payment) if each.id != row.id]
    total = Money(sum(each.amount_minor for each in (row, *earlier)), row.currency)
    rules.check_covers(total, Money(payment.amount_minor, payment.currency))
    _pay(session, payment, [*earlier, row], actor=Actor.user(admin_id, "admin"), policy=policy, now=now)


def keep(session: Session, *, transfer_id: int, admin_id: int, now: datetime) -> None:
    """Let a transfer that is too little wait for the rest; raises Conflict where nothing can be waited for."""
    row = recording.known(session, transfer_id)
    recording.check_open(row, "keep")
    payment = session.get(Payment, row.payment_id) if row.payment_id is not None else None
    if payment is None or judge(session, row, payment) is not Doubt.TOO_LITTLE:
        raise Conflict(_("There is no payment whose rest could come."))
    row.decided_by_id = admin_id
    history.move(session, row, "keep", actor=Actor.user(admin_id, "admin"), at=now)


def send_back(session: Session, *, transfer_id: int, admin_id: int, reason: str, now: datetime) -> None:
    """Plan to send all of a transfer back to its sender; raises Invalid without a reason, AlreadyThere as `match`."""
    row = recording.known(session, transfer_id)
    recording.check_open(row, "send_back")
    actor = Actor.user(admin_id, "admin")
    history.move(session, row, "send_back", actor=actor, at=now, because=check_reason(reason))
    row.decided_by_id = admin_id
    outgoing.plan_return(session, row, amount_minor=row.amount_minor, actor=actor, now=now)


def judge(session: Session, row: IncomingTransfer, payment: Payment) -> Doubt | None:
    """Return why a transfer does not pay a payment by itself, with what else has come for it."""
    others = select(func.coalesce(func.sum(IncomingTransfer.amount_minor), 0)).where(
        IncomingTransfer.payment_id == payment.id,
        IncomingTransfer.id != row.id,
        IncomingTransfer.currency == payment.currency,
        IncomingTransfer.status.in_(OPEN),
    )
    amount = Money(payment.amount_minor, payment.currency)
    awaited = Awaited(payment.status, amount, int(session.execute(others).scalar_one()))
    return rules.judge(awaited, Money(row.amount_minor, row.currency))


def _match_by_itself(session: Session, row: IncomingTransfer, *, policy: MoneyPolicy, now: datetime) -> None:
    payment_id = asking.payment_of(session, row.text) if len(rules.payments_named_in(row.text)) == 1 else None
    if payment_id is None:
        return
    row.payment_id = payment_id
    session.flush()
    payment = session.get_one(Payment, payment_id)
    if judge(session, row, payment) is None:
        actor = Actor.job("bank transfers")
        _pay(session, payment, _open_for(session, payment), actor=actor, policy=policy, now=now)


def _open_for(session: Session, payment: Payment) -> list[IncomingTransfer]:
    """Return what came for a payment in its currency and is not used, oldest first."""
    statement = select(IncomingTransfer).where(
        IncomingTransfer.payment_id == payment.id,
        IncomingTransfer.currency == payment.currency,
        IncomingTransfer.status.in_(OPEN),
    )
    return list(session.execute(statement.order_by(IncomingTransfer.id)).scalars())


def _pay(
    session: Session,
    payment: Payment,
    rows: Sequence[IncomingTransfer],
    *,
    actor: Actor,
    policy: MoneyPolicy,
    now: datetime,
) -> None:
    """Settle a payment with transfers that cover it; what is left of the last goes back."""
    left = payment.amount_minor
    for row in rows:
        if not left:
            break
        row.used_minor = min(left, row.amount_minor)
        left -= row.used_minor
        history.move(session, row, "match", actor=actor, at=now, because=f"It pays payment {payment.id}.")
        if row.used_minor < row.amount_minor:
            outgoing.plan_return(session, row, amount_minor=row.amount_minor - row.used_minor, actor=actor, now=now)
    paid = PaidReport(payment.id, payment.amount_minor, payment.currency, intent_id=None, session_id=None)
    settled = settlement.settle(session, paid=paid, actor=actor, policy=policy, now=now)
    if settled is not Settled.COUNTED:
        # Its goods are set aside for longer than it waits.
        raise Impossible(f"payment {payment.id} by bank transfer is {settled}")

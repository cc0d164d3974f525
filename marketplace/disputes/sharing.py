"""Which seller's share a dispute is about: by the rule when it is opened, by an admin until money is decided."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.disputes import blocks, booking, rules
from marketplace.disputes.models import Dispute, DisputeShare
from marketplace.disputes.rules import Disputable, DisputeKind
from marketplace.disputes.states import OPEN
from marketplace.errors import Conflict, NotFound
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.payment_records.models import Payment
from marketplace.payments.models import PaymentTransaction
from marketplace.reasons import check_reason


def begin(
    session: Session,
    *,
    payment: Payment,
    provider_dispute_id: str,
    charge_id: str,
    kind: DisputeKind,
    reason: str,
    network_code: str | None,
    amount_minor: int,
    actor: Actor,
    now: datetime,
) -> Dispute:
    """Open a dispute about `amount_minor` minor units of a payment, and say which share bears how much of it."""
    dispute = Dispute(
        provider=payment.provider,
        provider_dispute_id=provider_dispute_id,
        payment_id=payment.id,
        charge_id=charge_id,
        kind=kind,
        reason=reason[:64],
        network_code=network_code,
        currency=payment.currency,
        amount_minor=amount_minor,
        fee_currency=payment.currency,
        opened_at=now,
        read_at=now,
    )
    session.add(dispute)
    session.flush()
    history.begin(session, Dispute, [dispute.id], actor=actor, at=now, because=Text("The provider reported it."))
    _share_out(session, dispute)
    return dispute


def reassign(
    session: Session, *, admin_id: int, dispute_id: int, minors: Mapping[int, int], reason: str, now: datetime
) -> None:
    """Let an admin say which share bears how much (minor units by DisputeShare id), with a reason.

    Raises NotFound, Conflict once it is decided, Invalid for parts that do not add up or without a reason.
    """
    dispute = session.get(Dispute, dispute_id)
    if dispute is None:
        raise NotFound(_("There is no such dispute."))
    if dispute.status not in OPEN:
        raise Conflict(_("This dispute is decided. Its shares stay as they are."))
    reason = check_reason(reason)
    parts = booking.shares_of(session, dispute)
    amounts = [Money(minors.get(part.id, 0), dispute.currency) for part in parts]
    shares = [_disputable(session, dispute, session.get_one(PaymentTransaction, p.transaction_id)) for p in parts]
    rules.check_assignment(amounts, Money(dispute.amount_minor, dispute.currency), shares)
    for part, amount in zip(parts, amounts, strict=True):
        part.amount_minor = amount.minor
    dispute.share_note = reason.strip()
    dispute.shared_by_id = admin_id
    session.flush()
    blocks.agree(session, dispute, now=now)


def _share_out(session: Session, dispute: Dispute) -> None:
    shares = _of_payment(session, dispute.payment_id)
    amount = Money(dispute.amount_minor, dispute.currency)
    parts = rules.assign(amount, [_disputable(session, dispute, share) for share in shares]) if shares else []
    for share, part in zip(shares, parts, strict=True):
        session.add(
            DisputeShare(
                dispute_id=dispute.id,
                transaction_id=share.id,
                order_id=share.order_id,
                seller_id=share.seller_id,
                amount_minor=part.minor,
            )
        )
    session.flush()


def _of_payment(session: Session, payment_id: int) -> list[PaymentTransaction]:
    statement = (
        select(PaymentTransaction).where(PaymentTransaction.payment_id == payment_id).order_by(PaymentTransaction.id)
    )
    return list(session.execute(statement).scalars())


def _disputable(session: Session, dispute: Dispute, share: PaymentTransaction) -> Disputable:
    """Return what of a share can be disputed: not what went back, and not what another open dispute is about."""
    others = (
        select(func.coalesce(func.sum(DisputeShare.amount_minor), 0))
        .join(Dispute, Dispute.id == DisputeShare.dispute_id)
        .where(
            DisputeShare.transaction_id == share.id,
            Dispute.id != dispute.id,
            Dispute.status.in_(OPEN),
            Dispute.kind != DisputeKind.WARNING,
        )
    )
    open_minor = int(session.execute(others).scalar_one())
    left = share.gross_minor - share.refunded_minor - share.charged_back_minor - open_minor
    return Disputable(Money(share.gross_minor, share.currency), Money(left, share.currency))

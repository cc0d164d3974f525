"""What the provider reports about disputes, put into the books: the money line by line, the status as it stands now."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.checkout import package_refunds
from marketplace.checkout.settlement import Contradiction
from marketplace.config import MoneyPolicy
from marketplace.disputes import blocks, booking, sharing, taking_back, telling
from marketplace.disputes.models import Dispute, DisputeMovement
from marketplace.disputes.rules import DisputeKind, EvidenceState, FeeBearer
from marketplace.disputes.states import ANSWERABLE, OPEN, VERB_OF_WORD, DisputeStatus
from marketplace.errors import NotFound
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.outbound import watching
from marketplace.outbound.models import WatchKind
from marketplace.payment_records.models import Payment
from marketplace.payments import balance
from marketplace.providers.base import BalanceLine
from marketplace.providers.disputes import ProviderDispute, ProviderWarning
from marketplace.reasons import check_reason

_S = DisputeStatus
_READING = (_S.INQUIRY_REVIEW, _S.UNDER_REVIEW)


@dataclass(frozen=True)
class DisputeFacts:
    """A dispute as the provider has it, and which revision of ours was known before it was read."""

    found: ProviderDispute
    payment_id: int | None
    revision: int


@dataclass(frozen=True)
class WarningFacts:
    """A fraud warning as the provider has it."""

    found: ProviderWarning
    payment_id: int | None


def follow(session: Session, *, facts: DisputeFacts, policy: MoneyPolicy, actor: Actor, now: datetime) -> str:
    """Put a dispute as it stands at the provider into the books; return what that did, in words.

    Money is booked per line of the provider's account and never from the status; a status may walk back. Raises
    Contradiction for a payment that is not ours, or when another report came in between: then it is read again.
    """
    found = facts.found
    dispute = _known(session, found.dispute_id)
    if (dispute.revision if dispute else 0) != facts.revision:
        raise Contradiction(Text("the dispute has changed while it was read"))
    is_new = dispute is None
    if dispute is None:
        dispute = _open(session, found, _payment(session, facts.payment_id), actor=actor, now=now)
    dispute.read_at = now
    booked = [_book_line(session, dispute, line, now=now) for line in found.lines]
    moved = _move(session, dispute, found, actor=actor, now=now)
    _agree_loss(session, dispute, FeeBearer(policy.dispute_fee_bearer), actor=actor, now=now)
    blocks.agree(session, dispute, now=now)
    if not (is_new or moved or any(booked)) and dispute.due_by == found.due_by:
        return f"The dispute stands there already: {dispute.status.english.lower()}."
    dispute.due_by = found.due_by
    dispute.revision += 1
    if moved:
        telling.moved(session, dispute, now=now)
    session.flush()
    return f"Dispute {dispute.number}: {dispute.status.english.lower()}."


def follow_warning(session: Session, *, facts: WarningFacts, actor: Actor, now: datetime) -> str:
    """Keep a payment's shares where they are until an admin has looked at a warning of fraud; return it in words."""
    if _known(session, facts.found.warning_id) is not None:
        return Text("The warning is known already.")
    payment = _payment(session, facts.payment_id)
    if _has_open(session, payment.id):
        return Text("A dispute about the payment is open already.")
    warning = sharing.begin(
        session,
        payment=payment,
        provider_dispute_id=facts.found.warning_id,
        charge_id=facts.found.charge_id,
        kind=DisputeKind.WARNING,
        reason=facts.found.fraud_type,
        network_code=None,
        amount_minor=payment.amount_minor,
        actor=actor,
        now=now,
    )
    history.move(session, warning, "warn", actor=actor, at=now)
    blocks.agree(session, warning, now=now)
    telling.moved(session, warning, now=now)
    return f"Warning {warning.number} keeps the money where it is."


def dismiss(session: Session, *, admin_id: int, dispute_id: int, reason: str, now: datetime) -> None:
    """Let the money of a warning go on, because an admin has looked at it and says why.

    Raises NotFound, AlreadyThere for a replay, Invalid without a reason.
    """
    warning = session.get(Dispute, dispute_id)
    if warning is None or warning.kind is not DisputeKind.WARNING:
        raise NotFound(_("There is no such warning."))
    reason = check_reason(reason)
    history.move(session, warning, "dismiss", actor=Actor.user(admin_id, "admin"), at=now, because=reason)
    warning.closed_at = now
    blocks.agree(session, warning, now=now)


def note_read(session: Session, *, dispute_id: int, now: datetime) -> None:
    """Note that the provider was asked about a dispute and said nothing that fits: it is asked again later."""
    session.get_one(Dispute, dispute_id).read_at = now


def _known(session: Session, provider_dispute_id: str) -> Dispute | None:
    return session.execute(
        select(Dispute).where(Dispute.provider_dispute_id == provider_dispute_id)
    ).scalar_one_or_none()


def _payment(session: Session, payment_id: int | None) -> Payment:
    payment = session.get(Payment, payment_id) if payment_id else None
    if payment is None:
        raise Contradiction(Text("the dispute matches no payment of ours"))
    if payment.completed_at is None:
        raise Contradiction(Text("the payment is not settled yet"))
    return payment


def _has_open(session: Session, payment_id: int) -> bool:
    statement = select(Dispute.id).where(Dispute.payment_id == payment_id, Dispute.status.in_(OPEN))
    return session.execute(statement).first() is not None


def _open(session: Session, found: ProviderDispute, payment: Payment, *, actor: Actor, now: datetime) -> Dispute:
    if found.currency != payment.currency:
        raise Contradiction(Text("the dispute is in another currency than its payment"))
    dispute = sharing.begin(
        session,
        payment=payment,
        provider_dispute_id=found.dispute_id,
        charge_id=found.charge_id,
        kind=DisputeKind.INQUIRY if found.is_inquiry else DisputeKind.CHARGEBACK,
        reason=found.reason,
        network_code=found.network_code,
        amount_minor=found.amount_minor,
        actor=actor,
        now=now,
    )
    watching.begin(session, WatchKind.DISPUTE, dispute.id, now=now)
    _overtake_warnings(session, dispute, actor=actor, now=now)
    return dispute


def _overtake_warnings(session: Session, dispute: Dispute, *, actor: Actor, now: datetime) -> None:
    warned = select(Dispute).where(Dispute.payment_id == dispute.payment_id, Dispute.status == _S.WARNED)
    for warning in session.execute(warned).scalars():
        because = f"Dispute {dispute.number} took its place."
        history.move(session, warning, "dismiss", actor=actor, at=now, because=because)
        warning.closed_at = now
        blocks.agree(session, warning, now=now)


def _book_line(session: Session, dispute: Dispute, line: BalanceLine, *, now: datetime) -> bool:
    taken = -line.amount_minor
    if line.currency != dispute.currency:
        # Settled in another currency: what moved of the payment is the disputed amount.
        taken = dispute.amount_minor if line.amount_minor < 0 else -dispute.amount_minor
    is_new = balance.book_dispute(
        session, payment_id=dispute.payment_id, dispute=dispute.number, amount_minor=taken, line=line, now=now
    )
    if is_new:
        dispute.withdrawn_minor += taken
        dispute.fee_minor += line.fee_minor
        dispute.fee_currency = line.currency
        session.add(
            DisputeMovement(
                dispute_id=dispute.id,
                line_id=line.line_id,
                amount_minor=taken,
                fee_minor=line.fee_minor,
                moved_at=now,
            )
        )
        session.flush()
    return is_new


def _move(session: Session, dispute: Dispute, found: ProviderDispute, *, actor: Actor, now: datetime) -> bool:
    verb = VERB_OF_WORD.get(found.status)
    if verb is None:
        raise Contradiction(f"the provider calls the dispute {found.status}")
    if dispute.machine.moves[verb].target == dispute.status:
        return False
    if not dispute.machine.can(dispute.status, verb):
        raise Contradiction(f"the dispute is {dispute.status} here and {found.status} at the provider")
    history.move(session, dispute, verb, actor=actor, at=now)
    if not found.is_inquiry:
        dispute.kind = DisputeKind.CHARGEBACK
    if dispute.status in ANSWERABLE:
        # The bank asks, perhaps once more: our answer is to be given, perhaps anew.
        dispute.evidence_state, dispute.evidence_note = EvidenceState.DRAFT, ""
        dispute.submitted_at = dispute.submitted_by_id = dispute.accepted_at = dispute.accepted_by_id = None
    elif dispute.status in _READING and dispute.evidence_state is not EvidenceState.SUBMITTED:
        dispute.evidence_state, dispute.submitted_at = EvidenceState.SUBMITTED, now
    dispute.closed_at = None if dispute.status in OPEN else now
    return True


def _agree_loss(session: Session, dispute: Dispute, bearer: FeeBearer, *, actor: Actor, now: datetime) -> None:
    """Book the loss once the bank has decided and has the money; take it back when either is not so any more."""
    is_lost = dispute.status is _S.LOST and dispute.withdrawn_minor > 0
    if is_lost and not dispute.is_loss_booked:
        booking.take(session, dispute, bearer, actor=actor, now=now)
        package_refunds.lost(
            session,
            payment_id=dispute.payment_id,
            subject=booking.debt_of(dispute),
            amount_minor=dispute.withdrawn_minor,
            now=now,
        )
        taking_back.agree(session, dispute, now=now)
    elif dispute.is_loss_booked and not is_lost:
        package_refunds.regained(session, payment_id=dispute.payment_id, subject=booking.debt_of(dispute), now=now)
        booking.give_back(session, dispute, actor=actor, now=now)

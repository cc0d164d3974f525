"""What handlers and flows read of disputes before they write."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, or_, select

from marketplace import db
from marketplace.disputes.models import Dispute, DisputeFile
from marketplace.disputes.states import OPEN, DisputeStatus
from marketplace.errors import NotFound
from marketplace.outbound.models import CallKind, OutboundCall
from marketplace.outbound.states import CallStatus
from marketplace.payment_records.models import Payment

_A_DAY, _AN_HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Reference:
    """How the provider names a dispute, and which revision of it is known."""

    provider: str
    provider_dispute_id: str
    payment_id: int
    revision: int


_REVISION = select(Dispute.revision).where(Dispute.provider_dispute_id == bindparam("provider_dispute_id"))
_OF_INTENT = select(Payment.id).where(Payment.provider_payment_id == bindparam("intent_id"))
_REFERENCE = select(Dispute.provider, Dispute.provider_dispute_id, Dispute.payment_id, Dispute.revision).where(
    Dispute.id == bindparam("dispute_id")
)
_FILES = select(DisputeFile.id).where(DisputeFile.dispute_id == bindparam("dispute_id"))
_UNHEARD = (
    select(Dispute.id)
    .where(
        Dispute.status.in_([status for status in OPEN if status is not DisputeStatus.WARNED]),
        or_(
            Dispute.read_at < bindparam("before"),
            and_(Dispute.due_by < bindparam("due_before"), Dispute.read_at < bindparam("due_read_before")),
        ),
    )
    .order_by(Dispute.read_at)
    .limit(bindparam("limit"))
)
_PLANNED = (
    select(OutboundCall.id)
    .where(
        OutboundCall.status == CallStatus.PLANNED,
        or_(
            and_(OutboundCall.kind == CallKind.UPLOAD_FILE, OutboundCall.subject_id.in_(_FILES)),
            and_(
                OutboundCall.kind.in_([CallKind.SUBMIT_EVIDENCE, CallKind.ACCEPT_DISPUTE]),
                OutboundCall.subject_id == bindparam("dispute_id"),
            ),
        ),
    )
    .order_by(OutboundCall.id)
)


def revision_of(provider_dispute_id: str) -> int:
    """Return how often reports have changed a dispute; 0 for one that is not known."""
    found = db.read_one(_REVISION, {"provider_dispute_id": provider_dispute_id})
    return int(found.revision) if found else 0


def payment_of_intent(intent_id: str | None) -> int | None:
    """Return the payment that a provider's intent belongs to; None when it is none of ours."""
    found = db.read_one(_OF_INTENT, {"intent_id": intent_id}) if intent_id else None
    return int(found.id) if found else None


def reference_of(dispute_id: int) -> Reference:
    """Return how a dispute is read again; raises NotFound."""
    found = db.read_one(_REFERENCE, {"dispute_id": dispute_id})
    if found is None:
        raise NotFound("There is no such dispute.")
    return Reference(*tuple(found))


def unheard(*, now: datetime, limit: int) -> list[int]:
    """Return open disputes to be read again, because reports about them may have got lost.

    Those not read for a day; for an hour when the bank waits for an answer and the due date is a day away or over.
    """
    values = {"before": now - _A_DAY, "due_before": now + _A_DAY, "due_read_before": now - _AN_HOUR, "limit": limit}
    return [row.id for row in db.read(_UNHEARD, values)]


def planned_calls(dispute_id: int) -> list[int]:
    """Return the calls about a dispute that were not made yet, in the order they were planned."""
    return [row.id for row in db.read(_PLANNED, {"dispute_id": dispute_id})]

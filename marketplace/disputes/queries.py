"""What handlers and flows read of disputes before they write."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, case, null, or_, select

from marketplace import db
from marketplace.disputes.models import Dispute, DisputeFile, DisputeShare
from marketplace.disputes.states import ANSWERABLE, CLOSED, OPEN, DisputeStatus
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.outbound.models import CallKind, OutboundCall
from marketplace.outbound.states import CallStatus
from marketplace.payment_records.models import Payment
from marketplace.prepared import is_any

_A_DAY, _AN_HOUR = timedelta(days=1), timedelta(hours=1)
_A_WEEK, _MAY_WALK_BACK = timedelta(days=7), timedelta(days=180)
"""How often a closed dispute is read again, and for how long after its end: banks decide again within months."""


@dataclass(frozen=True, slots=True)
class Reference:
    """How the provider names a dispute, and which revision of it is known."""

    provider: str
    provider_dispute_id: str
    payment_id: int
    revision: int


@dataclass(frozen=True, slots=True)
class OpenDispute:
    """What keeps a share where it is; `answer_by` is None when the bank waits for no answer (any more)."""

    number: str
    answer_by: datetime | None


_REVISION = select(Dispute.revision).where(Dispute.provider_dispute_id == bindparam("provider_dispute_id"))
_OF_INTENT = select(Payment.id).where(Payment.provider_payment_id == bindparam("intent_id"))
_REFERENCE = select(Dispute.provider, Dispute.provider_dispute_id, Dispute.payment_id, Dispute.revision).where(
    Dispute.id == bindparam("dispute_id")
)
_FILES = select(DisputeFile.id).where(DisputeFile.dispute_id == bindparam("dispute_id"))
_FILES_OF = select(DisputeFile.id).where(DisputeFile.dispute_id.in_(bindparam("dispute_ids", expanding=True)))
UNHEARD = (
    select(Dispute.id)
    .where(
        is_any(Dispute.status, [status for status in OPEN if status is not DisputeStatus.WARNED]),
        or_(
            Dispute.read_at < bindparam("dispute_read_before"),
            and_(Dispute.due_by < bindparam("due_before"), Dispute.read_at < bindparam("due_read_before")),
        ),
    )
    .order_by(Dispute.read_at)
)
"""Open disputes to be read again, because reports about them may have got lost."""
UNHEARD_CLOSED = (
    select(Dispute.id)
    .where(
        is_any(Dispute.status, CLOSED),
        Dispute.__table__.c.closed_at > bindparam("closed_after"),
        Dispute.read_at < bindparam("closed_read_before"),
    )
    .order_by(Dispute.read_at)
)
"""Closed ones to be read again."""
_OF_SHARES = (
    select(
        DisputeShare.transaction_id,
        Dispute.number,
        case((Dispute.status.in_(ANSWERABLE) & Dispute.submitted_at.is_(None), Dispute.due_by), else_=null()),
    )
    .join(Dispute, Dispute.id == DisputeShare.dispute_id)
    .where(
        DisputeShare.transaction_id.in_(bindparam("share_ids", expanding=True)),
        DisputeShare.amount_minor > 0,
        Dispute.status.in_(OPEN),
    )
    .order_by(Dispute.due_by.desc().nulls_first(), Dispute.id.desc())
)
_NUMBERS = select(Dispute.id, Dispute.number).where(Dispute.id.in_(bindparam("dispute_ids", expanding=True)))
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
        raise NotFound(_("There is no such dispute."))
    return Reference(*tuple(found))


def unheard_at(now: datetime) -> dict[str, datetime]:
    """Return the parameters of UNHEARD and UNHEARD_CLOSED."""
    return {
        "dispute_read_before": now - _A_DAY,
        "due_before": now + _A_DAY,
        "due_read_before": now - _AN_HOUR,
        "closed_read_before": now - _A_WEEK,
        "closed_after": now - _MAY_WALK_BACK,
    }


def unheard(*, now: datetime, limit: int) -> list[int]:
    """Return disputes to be read again, because reports about them may have got lost; open ones first.

    Open ones not read for a day; for an hour when the bank waits for an answer and the due date is a day away or over.
    Closed ones not read for a week, until half a year after their end: they may be opened again, or be won after all.
    """
    values = unheard_at(now)
    found = [row.id for row in db.read(UNHEARD.limit(limit), values)]
    if len(found) < limit:
        found += [row.id for row in db.read(UNHEARD_CLOSED.limit(limit - len(found)), values)]
    return found


def of_shares(share_ids: Iterable[int]) -> dict[int, OpenDispute]:
    """Return the open dispute of each share that has one, by the share's id; of several, what is due first."""
    ids = list(share_ids)
    rows = db.read(_OF_SHARES, {"share_ids": ids}) if ids else ()
    return {share_id: OpenDispute(number, answer_by) for share_id, number, answer_by in map(tuple, rows)}


def numbers_of(dispute_ids: Iterable[int]) -> dict[int, str]:
    """Return the numbers of some disputes by their ids."""
    ids = list(dispute_ids)
    return dict(map(tuple, db.read(_NUMBERS, {"dispute_ids": ids}))) if ids else {}


def calls_of(dispute_ids: Sequence[int]) -> dict[CallKind, list[int]]:
    """Return what calls about some disputes have as their subjects, by kind."""
    ids = list(dispute_ids)
    files = [row.id for row in db.read(_FILES_OF, {"dispute_ids": ids})] if ids else []
    return {CallKind.UPLOAD_FILE: files, CallKind.SUBMIT_EVIDENCE: ids, CallKind.ACCEPT_DISPUTE: ids}


def planned_calls(dispute_id: int) -> list[int]:
    """Return the calls about a dispute that were not made yet, in the order they were planned."""
    return [row.id for row in db.read(_PLANNED, {"dispute_id": dispute_id})]

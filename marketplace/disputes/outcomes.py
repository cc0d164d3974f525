"""What the provider's answers about evidence mean: recorded with the call, the rest follows from the dispute itself."""

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.disputes import operations
from marketplace.disputes.models import Dispute, DisputeFile
from marketplace.disputes.rules import EvidenceState
from marketplace.errors import NotFound
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.outbound import operations as outbound
from marketplace.outbound.requests import Answer
from marketplace.providers.disputes import ProviderDispute, ProviderFile

_REFUSED = "The provider did not take it: {code}. Correct it and hand it over again."
_WHY = {
    "file_missing": Text(
        "A file is not there any more. Leave it out or add it again, and hand the evidence over again."
    ),
    "not_found": Text("The provider did not answer for a day and has nothing of it. Hand the evidence over again."),
}


def uploaded(session: Session, *, subject_id: int, answer: Answer | None, code: str, now: datetime) -> None:
    """Keep the provider's id of a file; the last one lets the evidence go."""
    file = session.get(DisputeFile, subject_id)
    if file is None:
        raise NotFound(_("There is no such file."))
    dispute = operations.known(session, file.dispute_id)
    if not isinstance(answer, ProviderFile):
        _refuse(dispute, code)
        return
    file.provider_file_id = answer.file_id
    session.flush()
    operations.plan_if_ready(session, dispute, actor=outbound.SENDER, now=now)


def submitted(session: Session, *, subject_id: int, answer: Answer | None, code: str, now: datetime) -> None:
    """Record that the bank has the evidence, or why the provider did not take it."""
    dispute = operations.known(session, subject_id)
    if not isinstance(answer, ProviderDispute):
        _refuse(dispute, code)
    elif dispute.evidence_state is EvidenceState.SENDING:
        dispute.evidence_state, dispute.submitted_at = EvidenceState.SUBMITTED, now


def accepted(session: Session, *, subject_id: int, answer: Answer | None, code: str, now: datetime) -> None:
    """Take the acceptance back where the provider refused it; else the report of the loss follows."""
    dispute = operations.known(session, subject_id)
    if not isinstance(answer, ProviderDispute):
        dispute.accepted_at = dispute.accepted_by_id = None
        dispute.evidence_note = _WHY.get(code, f"The provider did not accept it: {code}.")


def _refuse(dispute: Dispute, code: str) -> None:
    if dispute.evidence_state is EvidenceState.SENDING:
        dispute.evidence_state = EvidenceState.REFUSED
        dispute.evidence_note = _WHY.get(code, _REFUSED.format(code=code))

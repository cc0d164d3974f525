"""The evidence of a dispute: written, added, handed over once; or the loss accepted. Every write before a call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from marketplace.disputes import evidence_rules, telling
from marketplace.disputes.evidence_rules import EvidenceFile, EvidenceText
from marketplace.disputes.models import Dispute, DisputeEvidence, DisputeFile, DisputeShare, DisputeStatement
from marketplace.disputes.rules import EvidenceState
from marketplace.disputes.states import ANSWERABLE, DisputeStatus
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.history import Actor
from marketplace.language import gettext as _
from marketplace.media import file_rules
from marketplace.numerals import number_text
from marketplace.outbound import operations as outbound
from marketplace.outbound.models import CallKind
from marketplace.transitions import AlreadyThere

_OPEN_STATES = (EvidenceState.DRAFT, EvidenceState.REFUSED)


@dataclass(frozen=True)
class NewFile:
    """A file that lies in the store already, under a name nobody can guess."""

    kind: EvidenceFile
    file_name: str
    stored_name: str
    media_type: str
    size_bytes: int


def write(
    session: Session, *, admin_id: int, dispute_id: int, texts: Mapping[EvidenceText, str], now: datetime
) -> None:
    """Keep the texts of the evidence as they stand. Raises Conflict once it is handed over, Invalid for the limits."""
    dispute = known(session, dispute_id)
    _check_editable(dispute)
    kept = {
        row.field: row
        for row in session.execute(select(DisputeEvidence).where(DisputeEvidence.dispute_id == dispute.id)).scalars()
    }
    for field, text in evidence_rules.check_texts(texts).items():
        row = kept.get(field.value)
        if row is None:
            row = DisputeEvidence(dispute_id=dispute.id, field=field.value, text="", contributor_id=0, updated_at=now)
            session.add(row)
        if row.text != text or not row.contributor_id:
            row.text, row.contributor_id, row.updated_at = text, admin_id, now


def say(session: Session, *, seller_id: int, dispute_id: int, text: str, now: datetime) -> None:
    """Keep what a seller says about a dispute of their order; an admin hands it over.

    Raises NotFound for another seller's, Conflict once the answer is given, Invalid for nothing or too much.
    """
    dispute = of_seller(session, dispute_id, seller_id)
    _check_editable(dispute)
    said = text.strip()
    if not said or len(said) > evidence_rules.LONGEST_STATEMENT:
        raise Invalid(
            _(
                "Write what happened, at most %(number)s characters.",
                number=number_text(evidence_rules.LONGEST_STATEMENT),
            ),
            field="text",
        )
    statement = session.execute(
        select(DisputeStatement).where(
            DisputeStatement.dispute_id == dispute.id, DisputeStatement.seller_id == seller_id
        )
    ).scalar_one_or_none()
    if statement is None:
        statement = DisputeStatement(dispute_id=dispute.id, seller_id=seller_id, text=said, written_at=now)
        session.add(statement)
    statement.text, statement.written_at = said, now
    telling.contributed(session, dispute, seller_id, now=now)


def add_file(session: Session, *, user_id: int, is_admin: bool, dispute_id: int, new: NewFile, now: datetime) -> None:
    """Keep a file with a dispute; an admin's goes to the bank instead of another of its kind, a seller's where none is.

    Raises NotFound for another seller's dispute, Conflict once the answer is given or there are too many.
    """
    dispute = known(session, dispute_id) if is_admin else of_seller(session, dispute_id, user_id)
    _check_editable(dispute)
    files = select(func.count()).select_from(DisputeFile).where(DisputeFile.dispute_id == dispute.id)
    if session.execute(files).scalar_one() >= evidence_rules.MOST_FILES:
        raise Conflict(_("A dispute keeps at most %(number)s files.", number=evidence_rules.MOST_FILES))
    is_used = is_admin or _used(session, dispute, new.kind.value) is None
    if is_used:
        _leave_out(session, dispute, new.kind.value)
    session.add(
        DisputeFile(
            dispute_id=dispute.id,
            field=new.kind.value,
            file_name=file_rules.shown_name(new.file_name),
            stored_name=new.stored_name,
            media_type=new.media_type,
            size_bytes=new.size_bytes,
            contributor_id=user_id,
            is_used=is_used,
            added_at=now,
        )
    )
    if not is_admin:
        telling.contributed(session, dispute, user_id, now=now)


def choose_file(session: Session, *, dispute_id: int, file_id: int, is_used: bool) -> None:
    """Say whether a file goes to the bank; of each kind one does. Raises NotFound, Conflict once it is handed over."""
    dispute = known(session, dispute_id)
    _check_editable(dispute)
    file = session.get(DisputeFile, file_id)
    if file is None or file.dispute_id != dispute.id:
        raise NotFound(_("There is no such file."))
    if is_used:
        _leave_out(session, dispute, file.field)
    file.is_used = is_used


def begin_submission(session: Session, *, admin_id: int, dispute_id: int, now: datetime) -> None:
    """Hand the evidence over as it stands: from here on it is frozen, and the calls are planned. Once.

    Raises AlreadyThere for a replay, NotAllowed when the bank takes none (any more), Invalid when there is none.
    """
    dispute = known(session, dispute_id)
    if dispute.evidence_state not in _OPEN_STATES:
        raise AlreadyThere(_("The evidence is handed over already."))
    check_answerable(dispute, now)
    if not _texts(session, dispute) and not _used_files(session, dispute):
        raise Invalid(_("There is nothing to hand over. Write something or add a file."), field="uncategorized_text")
    dispute.evidence_state, dispute.evidence_note = EvidenceState.SENDING, ""
    dispute.submitted_by_id = admin_id
    actor = Actor.user(admin_id, "admin")
    for file in _used_files(session, dispute):
        if file.provider_file_id is None:
            _plan_upload(session, dispute, file, actor=actor, now=now)
    plan_if_ready(session, dispute, actor=actor, now=now)


def plan_if_ready(session: Session, dispute: Dispute, *, actor: Actor, now: datetime) -> None:
    """Freeze the call that hands the evidence to the bank, once every file of it is with the provider."""
    files = _used_files(session, dispute)
    if dispute.evidence_state is not EvidenceState.SENDING or any(file.provider_file_id is None for file in files):
        return
    evidence = {**_texts(session, dispute), **{file.field: str(file.provider_file_id) for file in files}}
    _plan(session, dispute, CallKind.SUBMIT_EVIDENCE, dispute.id, {"evidence": evidence}, actor=actor, now=now)


def begin_acceptance(session: Session, *, admin_id: int, dispute_id: int, amount_minor: int, now: datetime) -> None:
    """Give a chargeback up: plan the call that tells the bank. `amount_minor` is what the button said.

    Raises AlreadyThere for a replay, NotAllowed when there is nothing to give up, Conflict for another amount.
    """
    dispute = known(session, dispute_id)
    if dispute.accepted_at is not None:
        raise AlreadyThere(_("The loss is accepted already."))
    if dispute.status is not DisputeStatus.NEEDS_RESPONSE or dispute.evidence_state not in _OPEN_STATES:
        raise NotAllowed(_("A dispute can be given up while the bank waits for an answer, and not otherwise."))
    if amount_minor != dispute.amount_minor:
        raise Conflict(_("The amount has changed. Look at it once more."))
    dispute.accepted_at, dispute.accepted_by_id = now, admin_id
    actor = Actor.user(admin_id, "admin")
    _plan(session, dispute, CallKind.ACCEPT_DISPUTE, dispute.id, {}, actor=actor, now=now)


def check_answerable(dispute: Dispute, now: datetime) -> None:
    """Raise NotAllowed unless the bank takes evidence now."""
    if dispute.status not in ANSWERABLE:
        raise NotAllowed(
            _("This dispute is %(status)s. The bank takes no evidence now.", status=dispute.status.label.lower())
        )
    if dispute.accepted_at is not None:
        raise NotAllowed(_("The loss was accepted. The bank takes no evidence now."))
    if dispute.due_by is not None and dispute.due_by < now:
        raise NotAllowed(_("The time for evidence is over."))


def known(session: Session, dispute_id: int) -> Dispute:
    """Return a dispute; raises NotFound."""
    dispute = session.get(Dispute, dispute_id)
    if dispute is None:
        raise NotFound(_("There is no such dispute."))
    return dispute


def of_seller(session: Session, dispute_id: int, seller_id: int) -> Dispute:
    """Return a dispute that is about an order of `seller_id`; raises NotFound."""
    concerned = select(DisputeShare.id).where(
        DisputeShare.dispute_id == dispute_id, DisputeShare.seller_id == seller_id, DisputeShare.amount_minor > 0
    )
    if session.execute(concerned).first() is None:
        raise NotFound(_("There is no such dispute."))
    return known(session, dispute_id)


def _check_editable(dispute: Dispute) -> None:
    if dispute.status not in ANSWERABLE or dispute.evidence_state not in _OPEN_STATES or dispute.accepted_at:
        raise Conflict(_("The answer to the bank is given. Nothing can be changed now."))


def _texts(session: Session, dispute: Dispute) -> dict[str, str]:
    statement = select(DisputeEvidence.field, DisputeEvidence.text).where(
        DisputeEvidence.dispute_id == dispute.id, DisputeEvidence.text != ""
    )
    return {row.field: row.text for row in session.execute(statement.order_by(DisputeEvidence.field))}


def _used_files(session: Session, dispute: Dispute) -> list[DisputeFile]:
    statement = select(DisputeFile).where(DisputeFile.dispute_id == dispute.id, DisputeFile.is_used)
    return list(session.execute(statement.order_by(DisputeFile.id)).scalars())


def _used(session: Session, dispute: Dispute, field: str) -> int | None:
    statement = select(DisputeFile.id).where(
        DisputeFile.dispute_id == dispute.id, DisputeFile.field == field, DisputeFile.is_used
    )
    return session.execute(statement).scalar_one_or_none()


def _leave_out(session: Session, dispute: Dispute, field: str) -> None:
    session.execute(
        update(DisputeFile)
        .where(DisputeFile.dispute_id == dispute.id, DisputeFile.field == field, DisputeFile.is_used)
        .values(is_used=False)
    )


def _plan_upload(session: Session, dispute: Dispute, file: DisputeFile, *, actor: Actor, now: datetime) -> None:
    ending = file.stored_name.rpartition(".")[2]
    # It is looked up by its name, and another installation on the account has files of its own.
    ours = outbound.installation(session)[:8]
    request = {"stored_name": file.stored_name, "name": f"{dispute.number}-{file.id}-{ours}.{ending}"}
    _plan(session, dispute, CallKind.UPLOAD_FILE, file.id, request, actor=actor, now=now)


def _plan(
    session: Session,
    dispute: Dispute,
    kind: CallKind,
    subject_id: int,
    request: Mapping[str, object],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    if outbound.is_under_way(session, kind=kind, subject_id=subject_id):
        return
    about = {"dispute_id": dispute.provider_dispute_id}
    outbound.plan(
        session,
        provider=dispute.provider,
        kind=kind,
        subject_id=subject_id,
        request={**about, **request},
        actor=actor,
        now=now,
    )

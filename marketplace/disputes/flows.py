"""Where a dispute meets the provider: write, call, write (DESIGN 6); and files, which lie in the store."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from marketplace import db
from marketplace.checkout.settlement import Contradiction
from marketplace.config import MoneyPolicy
from marketplace.disputes import following, operations, outcomes, queries, taking_back
from marketplace.disputes.evidence_rules import EvidenceFile
from marketplace.disputes.following import DisputeFacts
from marketplace.disputes.operations import NewFile
from marketplace.history import Actor
from marketplace.media import file_rules
from marketplace.media.storing import FileStore
from marketplace.outbound import flows as outbound
from marketplace.outbound.flows import Outcomes
from marketplace.outbound.models import CallKind
from marketplace.payouts import flows as payouts
from marketplace.providers.base import Provider, Refused, Unknown

OUTCOMES: Outcomes = {
    CallKind.UPLOAD_FILE: outcomes.uploaded,
    CallKind.SUBMIT_EVIDENCE: outcomes.submitted,
    CallKind.ACCEPT_DISPUTE: outcomes.accepted,
}
_BATCH = 20


def submit(
    *, admin_id: int, dispute_id: int, providers: Mapping[str, Provider], policy: MoneyPolicy, now: datetime
) -> None:
    """Hand the evidence over, once: its files first, then all of it. Raises what `begin_submission` raises.

    However a call ends, the submission stands: the janitor goes on with what is unknown.
    """
    locks = [f"dispute:{dispute_id}"]
    db.atomic(operations.begin_submission, locks, admin_id=admin_id, dispute_id=dispute_id, now=now)
    _send(dispute_id, providers, now)
    _refresh(dispute_id, providers, policy, now)


def accept(
    *,
    admin_id: int,
    dispute_id: int,
    amount_minor: int,
    providers: Mapping[str, Provider],
    policy: MoneyPolicy,
    now: datetime,
) -> bool:
    """Give a chargeback up, once; return whether the provider has answered. Raises what `begin_acceptance` raises."""
    db.atomic(
        operations.begin_acceptance,
        [f"dispute:{dispute_id}"],
        admin_id=admin_id,
        dispute_id=dispute_id,
        amount_minor=amount_minor,
        now=now,
    )
    answered = _send(dispute_id, providers, now)
    _refresh(dispute_id, providers, policy, now)
    return answered


def take_back(
    *,
    admin_id: int,
    dispute_id: int,
    seen_minor: int,
    reason: str,
    providers: Mapping[str, Provider],
    now: datetime,
) -> None:
    """Take back what sellers owe for a lost dispute. Raises what `taking_back.after_loss` raises."""
    call_ids = db.atomic(
        taking_back.after_loss,
        [f"dispute:{dispute_id}"],
        admin_id=admin_id,
        dispute_id=dispute_id,
        seen_minor=seen_minor,
        reason=reason,
        now=now,
    )
    for call_id in call_ids:
        payouts.send_call(call_id, providers=providers, now=now)


def keep_file(
    content: bytes,
    *,
    user_id: int,
    is_admin: bool,
    dispute_id: int,
    kind: EvidenceFile,
    file_name: str,
    store: FileStore,
    now: datetime,
) -> None:
    """Store a file and keep it with the dispute. Raises Invalid for its type or size, and what `add_file` raises."""
    media_type, ending = file_rules.file_type(content)
    new = NewFile(kind, file_name, f"{secrets.token_hex(16)}.{ending}", media_type, len(content))
    is_kept = False
    try:
        store.put(new.stored_name, content)
        db.atomic(operations.add_file, (), user_id=user_id, is_admin=is_admin, dispute_id=dispute_id, new=new, now=now)
        is_kept = True
    finally:
        if not is_kept:
            store.drop(new.stored_name)


def read_unheard(*, providers: Mapping[str, Provider], policy: MoneyPolicy, now: datetime) -> int:
    """Read disputes again whose reports may have got lost, a few at a time; return how many were read."""
    read_so_far = 0
    for dispute_id in queries.unheard(now=now, limit=_BATCH):
        try:
            _read_again(dispute_id, providers, policy, now)
        except Unknown:
            break
        except (Refused, Contradiction):
            db.atomic(following.note_read, (), dispute_id=dispute_id, now=now)
        read_so_far += 1
    return read_so_far


def _send(dispute_id: int, providers: Mapping[str, Provider], now: datetime) -> bool:
    """Make the calls that wait: when the last file is there, one more does. Return whether all were answered."""
    tried: set[int] = set()
    answered = True
    while waiting := [call_id for call_id in queries.planned_calls(dispute_id) if call_id not in tried]:
        tried.update(waiting)
        for call_id in waiting:
            sent = outbound.send(call_id, providers=providers, outcomes=OUTCOMES, now=now)
            answered = answered and not sent.is_unknown
    return answered


def _refresh(dispute_id: int, providers: Mapping[str, Provider], policy: MoneyPolicy, now: datetime) -> None:
    """Bring the dispute up to date at once; where that fails, the provider's own report comes anyway."""
    try:
        _read_again(dispute_id, providers, policy, now)
    except (Unknown, Refused, Contradiction):
        return


def _read_again(dispute_id: int, providers: Mapping[str, Provider], policy: MoneyPolicy, now: datetime) -> None:
    known = queries.reference_of(dispute_id)
    found = providers[known.provider].disputes.get(known.provider_dispute_id)
    facts = DisputeFacts(found, known.payment_id, known.revision)
    actor = Actor.job("disputes")
    db.atomic(following.follow, (db.TURN,), facts=facts, policy=policy, actor=actor, now=now)

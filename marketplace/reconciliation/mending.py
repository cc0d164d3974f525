"""What has a known cause is put right: the object is read again through the inbox's door, or a correction is undone."""

from collections.abc import Mapping
from datetime import datetime

import structlog
from sqlalchemy import bindparam, select

from marketplace import db
from marketplace.checkout.settlement import Contradiction
from marketplace.config import Settings
from marketplace.errors import DomainError
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.provider_events import rereading
from marketplace.provider_events.rereading import ObjectKind, ProviderObject
from marketplace.providers.base import Provider, Refused, Unknown
from marketplace.reconciliation import breaks, correcting, rechecking, runs
from marketplace.reconciliation.models import ProviderLine
from marketplace.reconciliation.rechecking import OpenBreak
from marketplace.reconciliation.rules import Proposal

log = structlog.get_logger()

_OBJECTS: Mapping[str, ObjectKind] = {
    "charge": ObjectKind.CHARGE,
    "refund": ObjectKind.REFUND,
    "transfer": ObjectKind.TRANSFER,
    "transfer_reversal": ObjectKind.TRANSFER,
    "dispute": ObjectKind.DISPUTE,
    "payout": ObjectKind.BANK_PAYOUT,
}
_SOURCE = select(
    ProviderLine.line_id,
    ProviderLine.source_kind,
    ProviderLine.source_id,
    ProviderLine.intent_id,
    ProviderLine.transfer_id,
    ProviderLine.payment_id,
).where(ProviderLine.__table__.c.id == bindparam("line_id"))


def mend(
    found: OpenBreak, *, verb: str, actor: Actor, because: str, provider: Provider, settings: Settings, now: datetime
) -> str:
    """Do what a break proposes, if a machine can; return in English what came of it, "" when all sides agree now.

    The break is closed by `verb` when they do, because of `because` or else of what the books say was done.
    """
    note = _deed(found, actor=actor, provider=provider, settings=settings, now=now)
    looked = rechecking.look(found, now)
    if looked.line is not None and looked.finding is None:
        db.atomic(runs.match_one, (), judged=looked.line, now=now)
    if looked.finding is None:
        because = because or note or Text("All sides agree.")
        db.atomic(breaks.close, (db.TURN,), break_id=found.id, verb=verb, actor=actor, because=because, now=now)
        return ""
    db.atomic(breaks.note_try, (), break_id=found.id, note=note)
    return note or Text("Nothing has changed.")


def _deed(found: OpenBreak, *, actor: Actor, provider: Provider, settings: Settings, now: datetime) -> str:
    if found.proposal is Proposal.UNDO:
        db.atomic(correcting.undo, (db.TURN,), break_id=found.id, now=now)
        return Text("The correcting entry is undone.")
    about = _object(found) if found.proposal in {Proposal.REREAD, Proposal.MIRROR} else None
    if about is None:
        return ""
    try:
        return rereading.reread(about, provider=provider, settings=settings, actor=actor, now=now)
    except Unknown as error:
        return f"The provider could not be asked: {error}"
    except Refused as error:
        return f"The provider does not show it: {error.message}"
    except Contradiction as error:
        return f"It does not fit: {error}."
    except DomainError as error:
        return error.message


def _object(found: OpenBreak) -> ProviderObject | None:
    if found.line_id is None:
        # A payment to a bank whose line is not there: it can be read all the same.
        is_payout = found.subject.startswith("payout:") and found.object_id is not None
        return (
            ProviderObject(ObjectKind.BANK_PAYOUT, found.object_id or "", account_id=found.account_id)
            if is_payout
            else None
        )
    row = db.read(_SOURCE, {"line_id": found.line_id})[0]
    kind = _OBJECTS.get(row.source_kind)
    object_id = row.transfer_id if kind is ObjectKind.TRANSFER else row.source_id
    if kind is None or object_id is None:
        return None
    return ProviderObject(
        kind,
        object_id,
        intent_id=row.intent_id,
        line_id=row.line_id,
        payment_id=row.payment_id,
        account_id=found.account_id,
    )

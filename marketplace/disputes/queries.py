"""What pages and handlers read of disputes."""

from sqlalchemy import bindparam, select

from marketplace import db
from marketplace.disputes.models import Dispute
from marketplace.payment_records.models import Payment

_REVISION = select(Dispute.revision).where(Dispute.provider_dispute_id == bindparam("provider_dispute_id"))
_OF_INTENT = select(Payment.id).where(Payment.provider_payment_id == bindparam("intent_id"))


def revision_of(provider_dispute_id: str) -> int:
    """Return how often reports have changed a dispute; 0 for one that is not known."""
    found = db.read_one(_REVISION, {"provider_dispute_id": provider_dispute_id})
    return int(found.revision) if found else 0


def payment_of_intent(intent_id: str | None) -> int | None:
    """Return the payment that a provider's intent belongs to; None when it is none of ours."""
    found = db.read_one(_OF_INTENT, {"intent_id": intent_id}) if intent_id else None
    return int(found.id) if found else None

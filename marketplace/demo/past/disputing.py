"""Banks ask and take back: what sellers say about it and what is answered. Each deed done twice is done once."""

from sqlalchemy import bindparam, select

from marketplace import db
from marketplace.demo.past.stage import Stage, payments_of, person_id
from marketplace.disputes import flows, operations
from marketplace.disputes.evidence_rules import EvidenceText
from marketplace.disputes.models import Dispute, DisputeStatement
from marketplace.disputes.rules import EvidenceState
from marketplace.disputes.states import ANSWERABLE

_DISPUTE = (
    select(Dispute.id, Dispute.status, Dispute.evidence_state)
    .where(Dispute.payment_id == bindparam("payment_id"))
    .order_by(Dispute.id.desc())
    .limit(1)
)
_SAID = select(DisputeStatement.id).where(DisputeStatement.dispute_id == bindparam("dispute_id"))


def say(stage: Stage, *, purchase: str, seller: str, words: str) -> None:
    """Let the seller say what they know."""
    dispute_id = _open(purchase)
    if dispute_id is not None and not db.read(_SAID, {"dispute_id": dispute_id}):
        seller_id = person_id(seller)
        db.atomic(operations.say, (), seller_id=seller_id, dispute_id=dispute_id, text=words, now=stage.now)


def answer(stage: Stage, *, purchase: str, admin: str, words: str, customer: str) -> None:
    """Let an admin hand the evidence to the bank; the sandbox's bank decides by its magic words."""
    dispute_id = _open(purchase)
    if dispute_id is None:
        return
    admin_id = person_id(admin)
    texts = {EvidenceText.UNCATEGORIZED_TEXT: words, EvidenceText.CUSTOMER_NAME: customer}
    db.atomic(operations.write, (), admin_id=admin_id, dispute_id=dispute_id, texts=texts, now=stage.now)
    flows.submit(
        admin_id=admin_id,
        dispute_id=dispute_id,
        providers=stage.providers,
        policy=stage.settings.money,
        now=stage.now,
    )
    stage.settle()


def _open(purchase: str) -> int | None:
    """Return the dispute of a purchase that still waits for an answer; None when there is none."""
    for payment in payments_of(purchase):
        for found in db.read(_DISPUTE, {"payment_id": payment.id}):
            if found.status in ANSWERABLE and found.evidence_state is EvidenceState.DRAFT:
                return int(found.id)
    return None

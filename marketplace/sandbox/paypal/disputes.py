"""A payer who says that something is wrong (developer.paypal.com/docs/api/customer-disputes/v1)."""

from marketplace.sandbox.paypal import events, orders
from marketplace.sandbox.paypal.errors import missing
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON

DISPUTE = "paypal.dispute"


def open_one(work: Work, capture_id: str) -> str:
    """Let the payer of a capture open a dispute; return its id. Raises Refusal."""
    capture = work.get(orders.CAPTURE, capture_id)
    if capture is None:
        raise missing()
    data: JSON = {
        "status": "OPEN",
        "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
        "dispute_life_cycle_stage": "INQUIRY",
        "dispute_amount": capture.data["amount"],
        "disputed_transactions": [{"seller_transaction_id": capture.id, "custom": capture.data["custom_id"]}],
    }
    made = work.add(DISPUTE, data)
    _tell(work, "CUSTOMER.DISPUTE.CREATED", made)
    return made.id


def resolve(work: Work, dispute_id: str, outcome: str) -> None:
    """End a dispute by `outcome`: RESOLVED_SELLER_FAVOUR or RESOLVED_BUYER_FAVOUR, say."""
    made = work.need(DISPUTE, dispute_id, lock=True)
    made.data |= {"status": "RESOLVED", "dispute_outcome": {"outcome_code": outcome}}
    work.save(made)
    _tell(work, "CUSTOMER.DISPUTE.RESOLVED", made)


def get(work: Work, dispute_id: str) -> JSON:
    """Return a dispute as it stands. Raises Refusal."""
    found = work.get(DISPUTE, dispute_id)
    if found is None:
        raise missing()
    return _shown(found)


def _shown(made: Stored) -> JSON:
    kept = {name: value for name, value in made.data.items() if name not in {"id", "object", "created"}}
    return {"dispute_id": made.id, **kept, "create_time": orders.when(made.created)}


def _tell(work: Work, what: str, made: Stored) -> None:
    events.emit(work, what, made.id, "dispute", _shown(made))

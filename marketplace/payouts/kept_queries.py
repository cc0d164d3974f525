"""What of a payout stays in the seller's account at the provider, because banks take whole units only."""

from sqlalchemy import bindparam, cast, select

from marketplace import db
from marketplace.outbound.models import CallKind, OutboundCall
from marketplace.payouts import amount_rules
from marketplace.payouts.models import Payout
from marketplace.payouts.states import PayoutStatus

_AT_BANK = frozenset({PayoutStatus.IN_TRANSIT, PayoutStatus.PAID})
_last_sent = (
    select(cast(OutboundCall.request["amount_minor"].astext, Payout.amount_minor.type))
    .where(OutboundCall.kind == CallKind.BANK_PAYOUT, OutboundCall.subject_id == Payout.id)
    .order_by(OutboundCall.attempt.desc())
    .limit(1)
    .scalar_subquery()
)
_PAYOUT = select(
    Payout.currency, Payout.status, (Payout.amount_minor - Payout.reversed_minor).label("left_minor"), _last_sent
).where(Payout.id == bindparam("payout_id"), Payout.reversed_minor > 0)


def kept_minor(payout_id: int) -> int:
    """Return what a reversal has left of a payout below a whole unit, minor units; 0 where banks take every amount."""
    row = db.read_one(_PAYOUT, {"payout_id": payout_id})
    if row is None or row.status not in _AT_BANK | {PayoutStatus.FAILED}:
        return 0
    currency, status, left_minor, sent_minor = tuple(row)
    return amount_rules.kept_minor(currency, left_minor, sent_minor if status in _AT_BANK else None)

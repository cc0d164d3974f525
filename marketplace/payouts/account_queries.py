"""What pages read about a seller's account at the provider."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select

from marketplace import db
from marketplace.payouts.models import SellerAccount
from marketplace.payouts.states import AccountStatus


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A seller's account as it was read last."""

    id: int
    account_id: str | None
    provider: str
    country: str
    status: AccountStatus
    transfers_enabled: bool
    payouts_enabled: bool
    details_submitted: bool
    disabled_reason: str | None
    requirements: Sequence[dict[str, Any]]
    requirements_due_at: datetime | None
    bank_name: str | None
    bank_last4: str | None
    bank_currency: str | None
    read_at: datetime | None


_UNSETTLED = (AccountStatus.STARTED, AccountStatus.REVIEW, AccountStatus.RESTRICTED)
_COLUMNS = tuple(SellerAccount.__table__.c[name] for name in AccountRow.__slots__)
_OF_SELLER = select(*_COLUMNS).where(SellerAccount.seller_id == bindparam("seller_id"))
_UNHEARD = (
    select(SellerAccount.account_id, SellerAccount.provider)
    .where(
        SellerAccount.account_id.is_not(None),
        or_(
            SellerAccount.status.in_(_UNSETTLED) & (SellerAccount.read_at < bindparam("before")),
            (SellerAccount.status == AccountStatus.ENABLED)
            & (SellerAccount.requirements_due_at <= bindparam("now"))
            & (SellerAccount.read_at < SellerAccount.requirements_due_at),
        ),
    )
    .order_by(SellerAccount.read_at)
    .limit(bindparam("limit"))
)


def account_of(seller_id: int) -> AccountRow | None:
    """Return a seller's account; None for one who has never begun."""
    row = db.read_one(_OF_SELLER, {"seller_id": seller_id})
    return AccountRow(*tuple(row)) if row else None


def unheard(*, before: datetime, now: datetime, limit: int) -> Sequence[tuple[str, str]]:
    """Return id and provider of accounts to be read again, because no event about them may have come.

    Those that wait for something and were not read since `before`, and those whose deadline has passed since.
    """
    rows = db.read(_UNHEARD, {"before": before, "now": now, "limit": limit})
    return [(row.account_id, row.provider) for row in rows]

"""What pages read about a seller's account at the provider."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

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


_COLUMNS = tuple(SellerAccount.__table__.c[name] for name in AccountRow.__slots__)
_OF_SELLER = select(*_COLUMNS).where(SellerAccount.seller_id == bindparam("seller_id"))


def account_of(seller_id: int) -> AccountRow | None:
    """Return a seller's account; None for one who has never begun."""
    row = db.read_one(_OF_SELLER, {"seller_id": seller_id})
    return AccountRow(*tuple(row)) if row else None

"""What pages read about a seller's account at the provider."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select

from marketplace import db
from marketplace.payouts.models import SellerAccount
from marketplace.payouts.states import AccountStatus
from marketplace.prepared import is_any


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
UNHEARD = (
    select(SellerAccount.account_id, SellerAccount.provider)
    .where(
        SellerAccount.account_id.is_not(None),
        or_(
            is_any(SellerAccount.status, _UNSETTLED) & (SellerAccount.read_at < bindparam("account_read_before")),
            (SellerAccount.status == AccountStatus.ENABLED)
            & (SellerAccount.requirements_due_at <= bindparam("now"))
            & (SellerAccount.read_at < SellerAccount.requirements_due_at),
        ),
    )
    .order_by(SellerAccount.read_at)
    .limit(10)
)
"""Accounts to be read again: they wait for something, or their deadline has passed since."""
_READ_AFTER = timedelta(days=1)


def account_of(seller_id: int) -> AccountRow | None:
    """Return a seller's account; None for one who has never begun."""
    row = db.read_one(_OF_SELLER, {"seller_id": seller_id})
    return AccountRow(*tuple(row)) if row else None


def unheard_at(now: datetime) -> dict[str, datetime]:
    """Return the parameters of UNHEARD."""
    return {"account_read_before": now - _READ_AFTER, "now": now}


def unheard(now: datetime) -> Sequence[tuple[str, str]]:
    """Return id and provider of accounts to be read again, because no event about them may have come, at most ten.

    Those that wait for something and were not read for a day, and those whose deadline has passed since.
    """
    rows = db.read(UNHEARD, unheard_at(now))
    return [(row.account_id, row.provider) for row in rows]

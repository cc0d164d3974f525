"""Who is told what about a seller's account at the provider."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import User
from marketplace.notifications import operations as notifications
from marketplace.notifications.models import NotificationKind
from marketplace.notifications.operations import NewFact
from marketplace.payouts.models import SellerAccount
from marketplace.payouts.states import AccountStatus

_KINDS = {
    AccountStatus.ENABLED: NotificationKind.ACCOUNT_ENABLED,
    AccountStatus.RESTRICTED: NotificationKind.ACCOUNT_RESTRICTED,
    AccountStatus.DISCONNECTED: NotificationKind.ACCOUNT_DISCONNECTED,
    AccountStatus.REJECTED: NotificationKind.ACCOUNT_REJECTED,
}
_FOR_ADMINS = frozenset({AccountStatus.DISCONNECTED, AccountStatus.REJECTED})


def moved(session: Session, account: SellerAccount, before: AccountStatus, *, now: datetime) -> None:
    """Tell the seller that they can be paid, or why not any more; admins hear of sellers who are gone for good."""
    kind = _KINDS.get(account.status)
    if kind is None:
        return
    due_at = account.requirements_due_at
    facts = {"role": "seller", "before": before.value, "due_at": due_at.isoformat() if due_at else None}
    told = [_fact(account.seller_id, kind, account, facts, now)]
    if account.status in _FOR_ADMINS:
        name = session.execute(select(User.name).where(User.id == account.seller_id)).scalar_one()
        admins = session.execute(select(User.id).where(User.is_admin)).scalars()
        shown = {"role": "admin", "seller_id": account.seller_id, "name": name}
        told += [_fact(admin_id, kind, account, shown, now) for admin_id in admins if admin_id != account.seller_id]
    notifications.tell_new(session, told, now=now)


def deadline(session: Session, account: SellerAccount, *, now: datetime) -> None:
    """Tell the seller by when the provider needs something of them."""
    due_at = account.requirements_due_at
    if due_at is None:
        return
    facts = {"role": "seller", "due_at": due_at.isoformat()}
    told = _fact(account.seller_id, NotificationKind.ACCOUNT_DEADLINE, account, facts, due_at)
    notifications.tell_new(session, [told], now=now)


def _fact(
    user_id: int, kind: NotificationKind, account: SellerAccount, facts: Mapping[str, object], of: datetime
) -> NewFact:
    # An account may be restricted more than once, and each time is a fact of its own: the moment tells them apart.
    return NewFact(user_id, kind, f"seller_account:{int(of.timestamp() * 1000)}", account.id, dict(facts))

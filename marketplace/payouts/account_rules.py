"""What the provider's word about a seller's account means for the seller. Pure."""

from marketplace.payouts.states import AccountStatus
from marketplace.providers.accounts import ProviderAccount

PAUSED = frozenset({AccountStatus.RESTRICTED, AccountStatus.DISCONNECTED, AccountStatus.REJECTED})
"""Who may not sell now: money of new sales could not reach them, or nobody should be paid."""
_BANK = "external_account"


def status_of(found: ProviderAccount, before: AccountStatus) -> AccountStatus:
    """Return what an account is now that the provider shows it as `found` and that we knew as `before`.

    Who has not finished the first setup has nothing taken away yet: they stay at started until they have.
    """
    if (found.disabled_reason or "").startswith("rejected."):
        return AccountStatus.REJECTED
    if found.transfers_enabled and found.payouts_enabled:
        return AccountStatus.ENABLED
    overdue = {asked.name for asked in found.requirements if asked.due == "past"}
    is_new = before in {AccountStatus.STARTED, AccountStatus.DISCONNECTED}
    if is_new and (not found.details_submitted or overdue == {_BANK}):
        return AccountStatus.STARTED
    waits_for_us = any(asked.due in {"past", "currently"} for asked in found.requirements)
    is_checked = any(asked.due == "pending" for asked in found.requirements)
    if found.details_submitted and is_checked and not waits_for_us:
        return AccountStatus.REVIEW
    return AccountStatus.RESTRICTED


def is_paused(status: AccountStatus | None) -> bool:
    """Return whether a seller whose account is `status` (None: never begun) may not sell now."""
    return status in PAUSED

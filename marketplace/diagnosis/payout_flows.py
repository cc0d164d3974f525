"""Asking the provider for a look at a payout, and taking up what it says when a person wants that."""

from collections.abc import Mapping
from datetime import datetime

from marketplace import db
from marketplace.config import Settings
from marketplace.diagnosis.payout_rules import AtProvider, ProviderSays
from marketplace.language import Text
from marketplace.money import Money
from marketplace.outbound import queries as outbound
from marketplace.outbound.queries import CallDetail
from marketplace.outbound.states import CallKind
from marketplace.payouts import operations
from marketplace.payouts.admin_queries import PayoutRow
from marketplace.provider_events import sweep_queries, sweeping
from marketplace.providers.base import Provider, Refused, Unknown
from marketplace.providers.transfers import BankPayout, Transfer

_NOTHING = Text("The provider has nothing of it that we could take up.")


def ask_payout(row: PayoutRow, *, providers: Mapping[str, Provider]) -> ProviderSays:
    """Ask what the provider has of a payout, of its seller's account and of our balance now; nothing is written."""
    db.forbid_open_transaction()
    provider = providers.get(sweep_queries.payout(row.id).provider)
    if provider is None or row.account_id is None:
        return ProviderSays(was_asked=False)
    try:
        return _ask(row, row.account_id, provider)
    except Unknown as error:
        return ProviderSays(silence=str(error))
    except Refused as error:
        return ProviderSays(refusal=error.message)


def take_up_payout(row: PayoutRow, *, providers: Mapping[str, Provider], settings: Settings, now: datetime) -> str:
    """Read a payout's transfer and its payment to the bank, and follow both; return what that did, in words.

    It stands in the history as the sweeper's, which does the same. Raises Unknown and Refused as the port does, and
    Contradiction for an answer that does not fit.
    """
    provider = providers[sweep_queries.payout(row.id).provider]
    transfer, bank = _transfer(row, provider), _bank(row, provider)
    notes = []
    if transfer is not None:
        object_id = transfer.transfer_id
        notes.append(sweeping.read_object("transfer.created", object_id, provider=provider, settings=settings, now=now))
    if bank is not None:
        notes.append(
            sweeping.read_object(
                "payout.updated",
                bank.payout_id,
                account=bank.account_id,
                provider=provider,
                settings=settings,
                now=now,
            )
        )
    return " ".join(notes) or _NOTHING


def _ask(row: PayoutRow, account_id: str, provider: Provider) -> ProviderSays:
    account = provider.accounts.get(account_id)
    available = provider.balance_lines.available().get(row.currency)
    transfer, bank = _transfer(row, provider), _bank(row, provider)
    back = None
    if transfer is not None:
        came = provider.transfers.reversals_of(transfer.transfer_id)
        back = Money(sum(each.amount_minor for each in came), row.currency)
    return ProviderSays(
        may_receive=account.transfers_enabled,
        may_be_paid=account.payouts_enabled,
        asks_for=(account.disabled_reason or "").replace("_", " ").replace(".", ": "),
        available=Money(available, row.currency) if available is not None else None,
        transfer=AtProvider(transfer.transfer_id, Money(transfer.amount_minor, transfer.currency))
        if transfer
        else None,
        back=back,
        bank=AtProvider(
            bank.payout_id, Money(bank.amount_minor, bank.currency), bank.status, bank.failure_message or ""
        )
        if bank
        else None,
    )


def _transfer(row: PayoutRow, provider: Provider) -> Transfer | None:
    """Return the transfer the provider has of a payout, looked up by our number while its answer is missing."""
    if row.transfer_id is not None:
        return provider.transfers.get_transfer(row.transfer_id)
    call = _last_call(row.id, CallKind.TRANSFER)
    if call is None:
        return None
    return provider.transfers.find_transfer(
        group=row.number,
        reference=f"{operations.REFERENCE}{row.id}",
        installation=str(call.request.get("installation", "")),
    )


def _bank(row: PayoutRow, provider: Provider) -> BankPayout | None:
    """Return the payment to the bank the provider has of a payout, from the account that has its money."""
    call = _last_call(row.id, CallKind.BANK_PAYOUT)
    if call is None:
        return None
    account_id = str(call.request["account_id"])
    if row.provider_payout_id is not None:
        return provider.transfers.get_bank_payout(account_id, row.provider_payout_id)
    return provider.transfers.find_bank_payout(
        account_id=account_id,
        reference=f"{operations.REFERENCE}{row.id}",
        installation=str(call.request.get("installation", "")),
        since=call.summary.created_at,
    )


def _last_call(payout_id: int, kind: CallKind) -> CallDetail | None:
    made = outbound.calls_for(kind, payout_id)
    return outbound.call(made[-1].id) if made else None

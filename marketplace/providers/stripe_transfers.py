"""Stripe's transfers, their reversals and connected accounts' payouts (stripe-reference section 8)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from marketplace.providers import stripe_objects as objects
from marketplace.providers.base import installation_of
from marketplace.providers.transfers import BankPayout, MadeReversal, Transfer

_LINE = ["balance_transaction"]
_LINES = ["data.balance_transaction"]
_PAGE = 100


class StripeTransfers:
    """The part of Stripe's API that pays sellers."""

    def __init__(self, client: Any, call: Callable[[Callable[[], Any]], Any]) -> None:
        self._client = client.v1
        self._call = call

    def transfer(
        self,
        *,
        account_id: str,
        amount_minor: int,
        currency: str,
        group: str,
        reference: str,
        installation: str,
        key: str,
    ) -> Transfer:
        """Transfer from the available balance (https://docs.stripe.com/api/transfers/create).

        No charge is its source: one transfer pays for many.
        """
        params = {
            "amount": amount_minor,
            "currency": currency.lower(),
            "destination": account_id,
            "transfer_group": group,
            "metadata": {"reference": reference, "installation": installation},
            "expand": _LINE,
        }
        return transfer(self._call(lambda: self._client.transfers.create(params, {"idempotency_key": key})))

    def get_transfer(self, transfer_id: str) -> Transfer:
        """Read a transfer."""
        return transfer(self._call(lambda: self._client.transfers.retrieve(transfer_id, {"expand": _LINE})))

    def transfer_and_reversals(self, transfer_id: str) -> tuple[Transfer, tuple[MadeReversal, ...]]:
        """Read a transfer with its reversals: it shows the ten newest itself, only more are asked for."""
        params = {"expand": [*_LINE, "reversals.data.balance_transaction"]}
        found = self._call(lambda: self._client.transfers.retrieve(transfer_id, params))
        shown = found["reversals"]
        if shown["has_more"]:
            return transfer(found), self.reversals_of(transfer_id)
        return transfer(found), tuple(reversal(item) for item in reversed(shown["data"]))

    def find_transfer(self, *, group: str, reference: str, installation: str) -> Transfer | None:
        """Look through the transfers of a group for the one that carries our row's reference and our name."""
        params = {"transfer_group": group, "limit": _PAGE, "expand": _LINES}
        listed = self._call(lambda: self._client.transfers.list(params))
        found = self._call(lambda: [transfer(item) for item in listed.auto_paging_iter()])
        wanted = (reference, installation)
        return next((one for one in found if (one.reference, one.installation) == wanted), None)

    def reversals_of(self, transfer_id: str) -> tuple[MadeReversal, ...]:
        """Read a transfer's reversals; Stripe lists the newest first."""
        params = {"limit": _PAGE, "expand": _LINES}
        listed = self._call(lambda: self._client.transfers.reversals.list(transfer_id, params))
        found = self._call(lambda: [reversal(item) for item in listed.auto_paging_iter()])
        return tuple(reversed(found))

    def pay_bank(
        self, *, account_id: str, amount_minor: int, currency: str, reference: str, installation: str, key: str
    ) -> BankPayout:
        """Pay out from a connected account, whose own schedule is manual (https://docs.stripe.com/api/payouts/create).

        The amount is what was transferred for this one payout, so that each payment to a bank is one payout.
        """
        params = {
            "amount": amount_minor,
            "currency": currency.lower(),
            "metadata": {"reference": reference, "installation": installation},
        }
        options = {"idempotency_key": key, "stripe_account": account_id}
        return bank_payout(self._call(lambda: self._client.payouts.create(params, options)), account_id)

    def get_bank_payout(self, account_id: str, payout_id: str) -> BankPayout:
        """Read a connected account's payout."""
        options = {"stripe_account": account_id}
        return bank_payout(self._call(lambda: self._client.payouts.retrieve(payout_id, {}, options)), account_id)

    def find_bank_payout(
        self, *, account_id: str, reference: str, installation: str, since: datetime
    ) -> BankPayout | None:
        """Look through a connected account's payouts since `since` for the newest that carries our row's reference."""
        params = {"created": {"gte": int(since.timestamp()) - 60}, "limit": _PAGE}
        listed = self._call(lambda: self._client.payouts.list(params, {"stripe_account": account_id}))
        found = self._call(lambda: [bank_payout(item, account_id) for item in listed.auto_paging_iter()])
        wanted = (reference, installation)
        return next((one for one in found if (one.reference, one.installation) == wanted), None)


def transfer(source: Any) -> Transfer:
    """Return a Transfer whose balance transaction is expanded."""
    found = objects.as_dict(source)
    return Transfer(
        transfer_id=found["id"],
        account_id=str(objects.reference(found, "destination")),
        amount_minor=found["amount"],
        currency=found["currency"].upper(),
        reference=(found.get("metadata") or {}).get("reference"),
        installation=installation_of(found),
        line=objects.balance_line(found["balance_transaction"]),
    )


def reversal(source: Any) -> MadeReversal:
    """Return a TransferReversal whose balance transaction is expanded."""
    found = objects.as_dict(source)
    return MadeReversal(
        reversal_id=found["id"],
        transfer_id=str(objects.reference(found, "transfer")),
        amount_minor=found["amount"],
        currency=found["currency"].upper(),
        reference=(found.get("metadata") or {}).get("reference"),
        installation=installation_of(found),
        line=objects.balance_line(found["balance_transaction"]),
    )


def bank_payout(source: Any, account_id: str) -> BankPayout:
    """Return a Payout of a connected account."""
    found = objects.as_dict(source)
    return BankPayout(
        payout_id=found["id"],
        account_id=account_id,
        amount_minor=found["amount"],
        currency=found["currency"].upper(),
        status=found["status"],
        reference=(found.get("metadata") or {}).get("reference"),
        installation=installation_of(found),
        arrives_at=objects.moment(found["arrival_date"]),
        failure_code=found.get("failure_code"),
        failure_message=found.get("failure_message"),
    )

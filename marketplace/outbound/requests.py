"""What each kind of call asks of the port, from its frozen request; and how its object is looked up again."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from marketplace.outbound.models import CallKind
from marketplace.outbound.operations import TakenCall
from marketplace.providers.accounts import ProviderAccount
from marketplace.providers.base import Checkout, CheckoutLine, CheckoutRequest, Provider, ProviderRefund
from marketplace.providers.disputes import ProviderDispute, ProviderFile
from marketplace.providers.methods import ProviderCustomer, ProviderMethod
from marketplace.providers.transfers import BankPayout, MadeReversal, Transfer

Answer = (
    Checkout
    | ProviderRefund
    | ProviderAccount
    | Transfer
    | BankPayout
    | MadeReversal
    | ProviderDispute
    | ProviderFile
    | ProviderCustomer
    | ProviderMethod
)


def frozen_checkout(request: CheckoutRequest) -> dict[str, Any]:
    """Return `request` as it is stored in a call."""
    return {**asdict(request), "expires_at": request.expires_at.isoformat()}


def checkout_request(stored: Mapping[str, Any]) -> CheckoutRequest:
    """Return a stored request as the port takes it."""
    values = dict(stored)
    values["lines"] = tuple(CheckoutLine(**line) for line in values["lines"])
    values["expires_at"] = datetime.fromisoformat(values["expires_at"])
    return CheckoutRequest(**values)


@dataclass(frozen=True)
class Ask:
    """How one kind of call is made, how its object is looked up again, and that object's id."""

    send: Callable[[Provider, TakenCall], Any]
    look_up: Callable[[Provider, TakenCall], Any]
    object_id: Callable[[Any], str]


def send(provider: Provider, call: TakenCall) -> Answer:
    """Make the call; raises Unknown or Refused."""
    answer: Answer = _ASKS[call.kind].send(provider, call)
    return answer


def look_up(provider: Provider, call: TakenCall) -> Answer | None:
    """Return the object that the call made, or None when the provider has none; raises Unknown or Refused."""
    found: Answer | None = _ASKS[call.kind].look_up(provider, call)
    return found


def object_id(kind: CallKind, answer: Answer) -> str:
    """Return the provider's id of what the call made or changed."""
    return _ASKS[kind].object_id(answer)


def _find_checkout(provider: Provider, call: TakenCall) -> Checkout | None:
    wanted = checkout_request(call.request)
    return provider.find_checkout(wanted.payment_id, installation=wanted.installation, since=call.first_sent_at)


def _find_captured(provider: Provider, call: TakenCall) -> Checkout | None:
    page = provider.get_checkout(call.request["session_id"])
    return page if page.is_complete else None


def _find_submitted(provider: Provider, call: TakenCall) -> ProviderDispute | None:
    found = provider.disputes.get(call.request["dispute_id"])
    # The count may be of an earlier round: while the bank still waits, this one has not arrived.
    return found if found.submissions and not found.status.endswith("needs_response") else None


def _find_accepted(provider: Provider, call: TakenCall) -> ProviderDispute | None:
    found = provider.disputes.get(call.request["dispute_id"])
    return found if found.status == "lost" else None


def _find_detached(provider: Provider, call: TakenCall) -> ProviderMethod | None:
    found = provider.methods.get(call.request["method_id"])
    return found if found.customer_id is None else None


def _find_default(provider: Provider, call: TakenCall) -> ProviderCustomer | None:
    found = provider.methods.get_customer(call.request["customer_id"])
    return found if found.default_method_id == call.request["method_id"] else None


_REFUND = Ask(
    lambda provider, call: provider.refund(**call.request, key=call.idempotency_key),
    lambda provider, call: provider.find_refund(
        intent_id=call.request["intent_id"], reference=call.request["reference"]
    ),
    lambda refund: refund.refund_id,
)
_ASKS = {
    CallKind.CREATE_CHECKOUT: Ask(
        lambda provider, call: provider.create_checkout(checkout_request(call.request), key=call.idempotency_key),
        _find_checkout,
        lambda checkout: checkout.session_id,
    ),
    CallKind.EXPIRE_CHECKOUT: Ask(
        lambda provider, call: provider.expire_checkout(call.request["session_id"], key=call.idempotency_key),
        lambda provider, call: provider.get_checkout(call.request["session_id"]),
        lambda checkout: checkout.session_id,
    ),
    CallKind.CAPTURE_CHECKOUT: Ask(
        lambda provider, call: provider.capture_checkout(call.request["session_id"], key=call.idempotency_key),
        _find_captured,
        lambda checkout: checkout.intent_id or checkout.session_id,
    ),
    CallKind.REFUND: _REFUND,
    CallKind.RETURN: _REFUND,
    CallKind.TRANSFER: Ask(
        lambda provider, call: provider.transfers.transfer(**call.request, key=call.idempotency_key),
        lambda provider, call: provider.transfers.find_transfer(
            group=call.request["group"],
            reference=call.request["reference"],
            installation=call.request["installation"],
        ),
        lambda transfer: transfer.transfer_id,
    ),
    CallKind.BANK_PAYOUT: Ask(
        lambda provider, call: provider.transfers.pay_bank(**call.request, key=call.idempotency_key),
        lambda provider, call: provider.transfers.find_bank_payout(
            account_id=call.request["account_id"],
            reference=call.request["reference"],
            installation=call.request["installation"],
            since=call.first_sent_at,
        ),
        lambda payout: payout.payout_id,
    ),
    CallKind.CREATE_ACCOUNT: Ask(
        lambda provider, call: provider.accounts.create(**call.request, key=call.idempotency_key),
        lambda provider, call: provider.accounts.find(
            seller_id=call.request["seller_id"], installation=call.request["installation"], since=call.first_sent_at
        ),
        lambda account: account.account_id,
    ),
    CallKind.REVERSAL: Ask(
        lambda provider, call: provider.reversals.reverse(**call.request, key=call.idempotency_key),
        lambda provider, call: provider.reversals.find(
            transfer_id=call.request["transfer_id"],
            reference=call.request["reference"],
            installation=call.request["installation"],
        ),
        lambda reversal: reversal.reversal_id,
    ),
    CallKind.UPLOAD_FILE: Ask(
        lambda provider, call: provider.disputes.upload(
            stored_name=call.request["stored_name"], name=call.request["name"], key=call.idempotency_key
        ),
        lambda provider, call: provider.disputes.find_upload(call.request["name"], since=call.first_sent_at),
        lambda file: file.file_id,
    ),
    CallKind.SUBMIT_EVIDENCE: Ask(
        lambda provider, call: provider.disputes.submit(
            call.request["dispute_id"], evidence=call.request["evidence"], key=call.idempotency_key
        ),
        _find_submitted,
        lambda dispute: dispute.dispute_id,
    ),
    CallKind.ACCEPT_DISPUTE: Ask(
        lambda provider, call: provider.disputes.accept(call.request["dispute_id"], key=call.idempotency_key),
        _find_accepted,
        lambda dispute: dispute.dispute_id,
    ),
    CallKind.CREATE_CUSTOMER: Ask(
        lambda provider, call: provider.methods.create_customer(**call.request, key=call.idempotency_key),
        lambda provider, call: provider.methods.find_customer(
            user_id=call.request["user_id"], installation=call.request["installation"], since=call.first_sent_at
        ),
        lambda customer: customer.customer_id,
    ),
    CallKind.DETACH_METHOD: Ask(
        lambda provider, call: provider.methods.detach(**call.request, key=call.idempotency_key),
        _find_detached,
        lambda method: method.method_id,
    ),
    CallKind.DEFAULT_METHOD: Ask(
        lambda provider, call: provider.methods.set_default(**call.request, key=call.idempotency_key),
        _find_default,
        lambda customer: customer.customer_id,
    ),
}

"""Which operation each type of event ends in (stripe-reference 9.2). A table; types that are not in it are kept unread.

`parse` makes the port's value from the payload, `read` fetches the object anew when the payload alone does not fit.
A handler without `parse` always needs the provider's word. One without `read` reports a fact of the past: the object
may have moved on since, the payload has not.

What happens in a seller's account has a table of its own, and no event of one may reach the other table: a seller's own
charge could carry our payment's id. Their payloads name the account (`account`), which reading an object there needs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from marketplace.checkout import following as payments_following
from marketplace.checkout import package_refunds, returns, settlement
from marketplace.checkout.settlement import Contradiction, PaidReport
from marketplace.config import Settings
from marketplace.disputes import following as disputes_following
from marketplace.disputes import queries as disputes
from marketplace.disputes.following import DisputeFacts, WarningFacts
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.payment_methods import operations as methods
from marketplace.payment_records.models import Payment
from marketplace.payments import balance
from marketplace.payouts import account_flows, onboarding, reversing
from marketplace.payouts import following as payouts_following
from marketplace.provider_events import paypal_handlers as paypal
from marketplace.provider_events.handler import Handler
from marketplace.provider_events.method_handlers import METHOD_HANDLERS, SAVING_PAGE
from marketplace.providers import stripe_methods
from marketplace.providers import stripe_objects as objects
from marketplace.providers.accounts import ProviderAccount
from marketplace.providers.base import BalanceLine, Checkout, Decline, Intent, Provider, ProviderRefund
from marketplace.providers.methods import ProviderMethod
from marketplace.providers.transfers import BankPayout, MadeReversal, Transfer
from marketplace.refunds import following as refunds_following
from marketplace.refunds import sending


@dataclass(frozen=True)
class Page:
    """A payment page that was read again, with its intent where a method clears later."""

    checkout: Checkout
    intent: Intent | None


@dataclass(frozen=True)
class ChargeLine:
    """A charge of a payment of ours, with the provider's balance line once it has one."""

    payment_id: int | None
    line: BalanceLine | None
    intent_id: str | None = None
    used: ProviderMethod | None = None
    """What it was paid with, where that is known."""


@dataclass(frozen=True)
class RefundFacts:
    """A refund as it stands, with its balance lines."""

    refund: ProviderRefund
    lines: tuple[BalanceLine, ...]


@dataclass(frozen=True)
class AccountFacts:
    """A seller's account as it stands; None when it gives us no access any more."""

    account_id: str
    found: ProviderAccount | None


@dataclass(frozen=True)
class TransferFacts:
    """A transfer as it stands, with all that came back of it."""

    transfer: Transfer
    reversals: tuple[MadeReversal, ...]


def _checkout(session: Session, facts: Checkout | Page, actor: Actor, settings: Settings, now: datetime) -> str:
    if isinstance(facts, Page):
        return payments_following.follow_page(session, **vars(facts), actor=actor, policy=settings.money, now=now)
    return payments_following.follow_checkout(session, checkout=facts, actor=actor, policy=settings.money, now=now)


def _checkout_failed(session: Session, facts: Checkout | Page, actor: Actor, settings: Settings, now: datetime) -> str:
    if (facts.checkout if isinstance(facts, Page) else facts).is_paid:
        raise Contradiction("the session is paid")
    why = payments_following.NOT_CLEARED
    return settlement.not_cleared(
        session, payment_id=_payment_of_page(facts), reason=why, actor=actor, policy=settings.money, now=now
    )


def _intent(session: Session, facts: Intent, actor: Actor, settings: Settings, now: datetime) -> str:
    return payments_following.follow_intent(session, intent=facts, actor=actor, policy=settings.money, now=now)


def _decline(session: Session, facts: Decline, actor: Actor, settings: Settings, now: datetime) -> str:
    return settlement.declined(session, decline=facts, actor=actor, now=now)


def _charge_paid(session: Session, facts: PaidReport, actor: Actor, settings: Settings, now: datetime) -> str:
    settled = settlement.settle(session, paid=facts, actor=actor, policy=settings.money, now=now)
    return f"Paid: {settled}."


def _charge_line(session: Session, facts: ChargeLine, actor: Actor, settings: Settings, now: datetime) -> str:
    if facts.payment_id is None or session.get(Payment, facts.payment_id) is None:
        raise Contradiction("the charge matches no payment of ours")
    payment = session.get_one(Payment, facts.payment_id)
    if facts.used is not None:
        methods.used(session, payment_id=payment.id, found=facts.used, provider=payment.provider, now=now)
    if facts.line is None:
        return Text("The provider does not know its fee yet.")
    if payment.completed_at is None:
        raise Contradiction("the payment is not settled yet")
    booked = balance.book_charge(session, payment_id=facts.payment_id, line=facts.line, now=now)
    return Text("The provider's fee is booked.") if booked else Text("The provider's fee was booked before.")


def _refund(session: Session, facts: RefundFacts, actor: Actor, settings: Settings, now: datetime) -> str:
    paypal.check_refund_ours(session, facts.refund.installation)
    reference = facts.refund.reference or ""
    if reference.startswith(returns.REFERENCE):
        return returns.follow_refund(session, refund=facts.refund, lines=facts.lines, actor=actor, now=now)
    if reference.startswith(sending.REFERENCE):
        return refunds_following.follow(session, found=facts.refund, lines=facts.lines, actor=actor, now=now)
    if receipt := returns.receipt_of(session, facts.refund.intent_id):
        return returns.mirror(session, receipt, refund=facts.refund, lines=facts.lines, actor=actor, now=now)
    if lot := package_refunds.package_of(session, facts.refund.intent_id):
        return package_refunds.mirror(session, lot, refund=facts.refund, lines=facts.lines, actor=actor, now=now)
    return refunds_following.mirror(
        session, found=facts.refund, lines=facts.lines, policy=settings.money, actor=actor, now=now
    )


def _account(session: Session, facts: AccountFacts, actor: Actor, settings: Settings, now: datetime) -> str:
    if facts.found is None:
        return onboarding.lost(session, account_id=facts.account_id, actor=actor, now=now)
    return onboarding.follow(session, found=facts.found, actor=actor, now=now)


def _transfer(session: Session, facts: TransferFacts, actor: Actor, settings: Settings, now: datetime) -> str:
    payout, note = payouts_following.follow_transfer(session, facts.transfer, actor=actor, now=now)
    if payout is not None:
        for found in facts.reversals:
            note = reversing.booked(session, payout, found, actor=actor, now=now)
    return note


def _bank_payout(session: Session, facts: BankPayout, actor: Actor, settings: Settings, now: datetime) -> str:
    return payouts_following.follow_bank(session, facts, actor=actor, now=now)


def _dispute(session: Session, facts: DisputeFacts, actor: Actor, settings: Settings, now: datetime) -> str:
    return disputes_following.follow(session, facts=facts, policy=settings.money, actor=actor, now=now)


def _warning(session: Session, facts: WarningFacts, actor: Actor, settings: Settings, now: datetime) -> str:
    return disputes_following.follow_warning(session, facts=facts, actor=actor, now=now)


def _read_checkout(provider: Provider, object_id: str, payload: Mapping[str, Any]) -> Page:
    checkout = provider.get_checkout(object_id)
    # A method that clears later: whether it still does, only the intent says.
    clears = checkout.is_complete and not checkout.is_paid and checkout.intent_id
    return Page(checkout, provider.get_intent(clears) if clears else None)


def _read_intent(provider: Provider, object_id: str, payload: Mapping[str, Any]) -> Intent:
    return provider.get_intent(object_id)


def _read_charge_line(provider: Provider, object_id: str, payload: Mapping[str, Any]) -> ChargeLine:
    source = payload["data"]["object"]
    charge, used = objects.charge(source), stripe_methods.used(source)
    return ChargeLine(charge.payment_id, provider.charge_balance_line(object_id), charge.intent_id, used)


def _read_refund(provider: Provider, object_id: str, payload: Mapping[str, Any]) -> RefundFacts:
    return RefundFacts(*provider.refund_and_lines(object_id))


def _read_account(provider: Provider, object_id: str, payload: Mapping[str, Any]) -> AccountFacts:
    account_id = str(payload["account"])
    return AccountFacts(account_id, account_flows.read(account_id, provider=provider))


def _read_transfer(provider: Provider, object_id: str, payload: Mapping[str, Any]) -> TransferFacts:
    return TransferFacts(*provider.transfers.transfer_and_reversals(object_id))


def _read_bank_payout(provider: Provider, object_id: str, payload: Mapping[str, Any]) -> BankPayout:
    return provider.transfers.get_bank_payout(str(payload["account"]), object_id)


def _read_dispute(provider: Provider, object_id: str, payload: Mapping[str, Any]) -> DisputeFacts:
    # What we know comes first: a report that is put into the books meanwhile shows in it.
    revision = disputes.revision_of(object_id)
    found = provider.disputes.get(object_id)
    return DisputeFacts(found, disputes.payment_of_intent(found.intent_id), revision)


def _read_warning(provider: Provider, object_id: str, payload: Mapping[str, Any]) -> WarningFacts:
    found = provider.disputes.get_warning(object_id)
    return WarningFacts(found, disputes.payment_of_intent(found.intent_id))


def _parse_decline(source: Any) -> Decline:
    found = objects.decline(source)
    if found is None:
        raise ValueError("no last_payment_error")
    return found


def _parse_paid_charge(source: Any) -> PaidReport:
    charge = objects.charge(source)
    return PaidReport(charge.payment_id, charge.amount_minor, charge.currency, charge.intent_id, None)


def _payment_of_page(facts: Checkout | Page) -> int | None:
    return (facts.checkout if isinstance(facts, Page) else facts).payment_id


_CHECKOUT = Handler(objects.checkout, _read_checkout, _checkout, payment_id=_payment_of_page)
_INTENT = Handler(objects.intent, _read_intent, _intent)
_REFUND = Handler(None, _read_refund, _refund, payment_id=lambda facts: None)
# Noisy and often stale (stripe-reference section 8): what the event says of the account is never believed.
_ACCOUNT = Handler(None, _read_account, _account, payment_id=lambda facts: None, is_one_look=True)
_TRANSFER = Handler(None, _read_transfer, _transfer, payment_id=lambda facts: None, is_one_look=True)
_BANK_PAYOUT = Handler(None, _read_bank_payout, _bank_payout, payment_id=lambda facts: None, is_one_look=True)
_DISPUTE = Handler(None, _read_dispute, _dispute)

HANDLERS: dict[str, Handler] = {
    "checkout.session.completed": _CHECKOUT,
    "checkout.session.async_payment_succeeded": _CHECKOUT,
    "checkout.session.async_payment_failed": replace(_CHECKOUT, apply=_checkout_failed),
    "checkout.session.expired": _CHECKOUT,
    "payment_intent.created": _INTENT,
    "payment_intent.requires_action": _INTENT,
    "payment_intent.processing": _INTENT,
    "payment_intent.succeeded": _INTENT,
    "payment_intent.canceled": _INTENT,
    "payment_intent.payment_failed": Handler(_parse_decline, None, _decline),
    "charge.succeeded": Handler(_parse_paid_charge, None, _charge_paid),
    "charge.failed": Handler(objects.failed_charge, None, _decline),
    "charge.updated": Handler(None, _read_charge_line, _charge_line),
    **dict.fromkeys(("refund.created", "refund.updated", "refund.failed"), _REFUND),
    "transfer.created": _TRANSFER,
    "transfer.reversed": _TRANSFER,
    "charge.dispute.created": _DISPUTE,
    "charge.dispute.updated": _DISPUTE,
    "charge.dispute.closed": _DISPUTE,
    "charge.dispute.funds_withdrawn": _DISPUTE,
    "charge.dispute.funds_reinstated": _DISPUTE,
    "radar.early_fraud_warning.created": Handler(None, _read_warning, _warning),
    **METHOD_HANDLERS,
}

NOTHING: Mapping[str, Any] = MappingProxyType({})
_OF_PAGES = (_checkout, _checkout_failed)
ACCOUNT_HANDLERS: dict[str, Handler] = {
    "account.updated": _ACCOUNT,
    "account.application.deauthorized": _ACCOUNT,
    "capability.updated": _ACCOUNT,
    "payout.created": _BANK_PAYOUT,
    "payout.updated": _BANK_PAYOUT,
    "payout.paid": _BANK_PAYOUT,
    "payout.failed": _BANK_PAYOUT,
    "payout.canceled": _BANK_PAYOUT,
}
"""The events of sellers' accounts, the payments from them to their banks among them."""


PAYPAL_HANDLERS: dict[str, Handler] = paypal.HANDLERS | dict.fromkeys(paypal.OF_REFUNDS, _REFUND)
"""PayPal's; no type of one provider is a type of another."""
_OURS = HANDLERS | PAYPAL_HANDLERS


def handler_of(event_type: str, account: str | None, payload: Mapping[str, Any] = NOTHING) -> Handler | None:
    """Return what an event of `event_type` ends in, None for one that no rule needs; `account` is whose it is."""
    found = (_OURS if account is None else ACCOUNT_HANDLERS).get(event_type)
    data = payload.get("data")
    inner = data.get("object") if isinstance(data, Mapping) else None
    # A page on which a card is saved is told by its payload alone from one on which somebody pays.
    return SAVING_PAGE if found is not None and found.apply in _OF_PAGES and _saves(inner) else found


def _saves(found: Any) -> bool:
    return isinstance(found, Mapping) and found.get("object") == "checkout.session" and objects.saves_a_card(found)

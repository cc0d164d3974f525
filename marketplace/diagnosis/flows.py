"""Asking the provider for a look, and taking up what it says when a person wants that."""

from collections.abc import Mapping
from datetime import datetime

from marketplace import db
from marketplace.checkout import flows as checkout
from marketplace.config import Settings
from marketplace.diagnosis import payment_rules, refund_rules
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.money import Money
from marketplace.payments.admin_queries import PaymentRecord
from marketplace.provider_events import sweep_queries, sweeping
from marketplace.providers.base import Provider, Refused, Unknown
from marketplace.refunds.queries import RefundRow
from marketplace.refunds.rules import RefundOrigin

_PROCESSING = "processing"


def ask_payment(record: PaymentRecord, *, providers: Mapping[str, Provider]) -> payment_rules.ProviderSays:
    """Ask how a payment stands at its provider now; nothing is written, and silence is one of the answers."""
    db.forbid_open_transaction()
    provider = providers.get(record.provider)
    if provider is None or not (record.provider_session_id or record.provider_payment_id):
        return payment_rules.ProviderSays(was_asked=False)
    try:
        return _ask_payment(record, provider)
    except Unknown as error:
        return payment_rules.ProviderSays(silence=str(error))
    except Refused as error:
        return payment_rules.ProviderSays(refusal=error.message)


def ask_refund(
    row: RefundRow, record: PaymentRecord, *, providers: Mapping[str, Provider]
) -> refund_rules.ProviderSays:
    """Ask what the provider has of a refund, of its payment and of our balance now; nothing is written."""
    db.forbid_open_transaction()
    provider = providers.get(record.provider)
    if provider is None or not record.provider_payment_id:
        return refund_rules.ProviderSays(was_asked=False)
    try:
        return _ask_refund(row, record.provider_payment_id, provider)
    except Unknown as error:
        return refund_rules.ProviderSays(silence=str(error))
    except Refused as error:
        return refund_rules.ProviderSays(refusal=error.message)


def take_up_payment(
    payment_id: int, *, admin_id: int, providers: Mapping[str, Provider], settings: Settings, now: datetime
) -> None:
    """Ask the provider about a payment and settle it by its word, whoever else does so; raises NotFound.

    Raises Unknown and Refused as the port does, and Contradiction for an answer that does not fit the payment.
    """
    standing = sweep_queries.payment(payment_id)
    checkout.ask(
        standing.attempt(payment_id),
        actor=Actor.user(admin_id, "admin"),
        now=now,
        providers=providers,
        settings=settings,
    )


def take_up_refund(row: RefundRow, *, providers: Mapping[str, Provider], settings: Settings, now: datetime) -> str:
    """Read a refund at the provider and follow it as a message about it would; return what that did, in words.

    It stands in the history as the sweeper's, which does the same. Raises as `take_up_payment`.
    """
    found = sweep_queries.refund(row.id)
    if found.provider_refund_id is None:
        return Text("The provider has made no refund for it that we know of.")
    provider = providers[found.provider]
    return sweeping.read_object(
        "refund.updated", found.provider_refund_id, provider=provider, settings=settings, now=now
    )


def _ask_payment(record: PaymentRecord, provider: Provider) -> payment_rules.ProviderSays:
    intent_id = record.provider_payment_id
    if record.provider_session_id is None and intent_id is not None:
        intent = provider.get_intent(intent_id)
        return payment_rules.ProviderSays(
            is_paid=intent.status == "succeeded",
            is_clearing=intent.status == _PROCESSING,
            amount=Money(intent.amount_minor, intent.currency),
            object_id=intent.intent_id,
        )
    page = provider.get_checkout(str(record.provider_session_id))
    is_paid, is_clearing = page.is_complete and page.is_paid, False
    if page.is_complete and not page.is_paid and page.intent_id:
        # The page goes on saying "complete and unpaid" when the method has failed.
        is_clearing = provider.get_intent(page.intent_id).status == _PROCESSING
    return payment_rules.ProviderSays(
        is_paid=is_paid,
        is_clearing=is_clearing,
        is_open=page.is_open,
        amount=Money(page.amount_minor, page.currency),
        object_id=page.session_id,
    )


def _ask_refund(row: RefundRow, intent_id: str, provider: Provider) -> refund_rules.ProviderSays:
    charge_id = provider.get_intent(intent_id).charge_id
    charge = provider.charges.get(charge_id) if charge_id else None
    available = provider.balance_lines.available().get(row.currency)
    made = provider.get_refund(row.provider_refund_id) if row.provider_refund_id else None
    # One refund made in the provider's dashboard may be shared out over several orders here.
    is_whole = made is not None and row.origin is not RefundOrigin.PROVIDER
    return refund_rules.ProviderSays(
        method=charge.method if charge else "",
        left=Money(charge.amount_minor - charge.refunded_minor, charge.currency) if charge else None,
        is_disputed=charge.is_disputed if charge else False,
        available=Money(available, row.currency) if available is not None else None,
        refund_id=made.refund_id if made else "",
        refund_status=made.status if made else "",
        refund_amount=Money(made.amount_minor, made.currency) if made and is_whole else None,
    )

"""The payment's own row and the provider's payment intent, on the admin's payment page."""

from dataclasses import dataclass

from flask import url_for

from marketplace.language import gettext as _
from marketplace.payment_methods.queries import UseRow
from marketplace.payments.admin_queries import PaymentRecord, Tracker
from marketplace.web import wallet_parts, wording
from marketplace.web.admin.events import shown
from marketplace.web.order_parts import Fact
from marketplace.web.pages import time_text
from marketplace.web.wording import Badge


@dataclass(frozen=True, slots=True)
class TrackerView:
    """The provider's payment intent as we know it."""

    intent: str
    badge: Badge
    facts: tuple[Fact, ...]
    notes: tuple[str, ...]
    error_data: str


def facts(record: PaymentRecord, used: UseRow | None) -> tuple[Fact, ...]:
    """Return what the row says, field by field, and what it was paid with as far as that is `used`."""
    words = (
        (_("Provider"), wallet_parts.provider_text(record.provider)),
        (_("Session"), record.provider_session_id),
        (_("Payment intent"), record.provider_payment_id),
        (_("Purchase"), record.purchase_number),
        (_("Error code"), record.error_code),
        (_("Error message"), record.error_message),
        (_("Verification attempts"), record.verification_attempts),
        (_("Credits to add"), record.credits_to_add),
        (_("Package"), record.package_name or record.package_id),
        (_("Credit transaction"), record.credit_transaction_id),
    )
    moments = (
        (_("Created"), record.created_at),
        (_("Updated"), record.updated_at),
        (_("Completed"), record.completed_at),
        (_("Page expires"), record.expires_at),
        (_("Page closed"), record.session_closed_at),
        (_("Credits added"), record.credits_added_at),
    )
    provider, *others = (Fact(label, _("None") if value is None else str(value)) for label, value in words)
    return (
        provider,
        *([Fact(_("Paid with"), _used(used), _saved_url(record, used))] if used else []),
        *others,
        *(Fact(label, _("Not yet") if moment is None else time_text(moment)) for label, moment in moments),
    )


def _used(used: UseRow) -> str:
    if used.method_id is None:
        return used.name
    return _("%(card)s, saved", card=used.name) if used.is_kept else _("%(card)s, saved then", card=used.name)


def _saved_url(record: PaymentRecord, used: UseRow) -> str:
    if used.method_id is None:
        return ""
    return url_for("admin.user", user_id=record.user_id, _anchor=f"method-{used.method_id}")


def tracker_view(tracker: Tracker) -> TrackerView:
    """Return what we know of a payment intent."""
    found = (
        Fact(_("Status"), tracker.status.label),
        Fact(_("Declines"), str(tracker.attempts)),
        Fact(_("Failure code"), tracker.failure_code or _("None")),
        Fact(_("Failure reason"), tracker.failure_reason or _("None")),
        Fact(_("First reported"), time_text(tracker.created_at)),
        Fact(_("Last reported"), time_text(tracker.updated_at)),
    )
    data = shown(tracker.stripe_error_data) if tracker.stripe_error_data else ""
    notes = tuple(line for line in tracker.notes.splitlines() if line)
    return TrackerView(tracker.payment_intent_id, wording.badge(tracker.status), found, notes, data)

"""The payment's own row and the provider's payment intent, on the admin's payment page."""

from dataclasses import dataclass

from marketplace.language import gettext as _
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


def facts(record: PaymentRecord) -> tuple[Fact, ...]:
    """Return what the row says, field by field."""
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
    return (
        *(Fact(label, _("None") if value is None else str(value)) for label, value in words),
        *(Fact(label, _("Not yet") if moment is None else time_text(moment)) for label, moment in moments),
    )


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

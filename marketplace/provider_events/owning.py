"""Whose payment a report is about when it does not say so itself."""

from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.payment_records.models import Payment
from marketplace.provider_events import paypal_handlers
from marketplace.provider_events.handlers import Page
from marketplace.provider_events.paypal_handlers import ClaimFacts


def owned(session: Session, facts: Any) -> Any:
    """Return facts with their payment, where they name none: an admin may have said whose a foreign intent is."""
    if isinstance(facts, Page):
        return replace(facts, checkout=owned(session, facts.checkout))
    if isinstance(facts, ClaimFacts):
        return paypal_handlers.owned(session, facts)
    intent_id = getattr(facts, "intent_id", None)
    if intent_id is None or getattr(facts, "payment_id", 0) is not None:
        return facts
    known = session.execute(select(Payment.id).where(Payment.provider_payment_id == intent_id)).scalar_one_or_none()
    return facts if known is None else replace(facts, payment_id=known)

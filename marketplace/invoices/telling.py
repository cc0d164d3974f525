"""Who is told that a document is ready: its recipient, once for each time it is handed over."""

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.invoices.models import Invoice
from marketplace.notifications import operations as notifications
from marketplace.notifications.models import NotificationKind
from marketplace.notifications.operations import NewFact


def ready(session: Session, handed_over: Iterable[tuple[Invoice, int]], *, now: datetime) -> None:
    """Tell the recipients of documents that they are there; each comes with the id of its delivery."""
    facts = []
    for invoice, delivery_id in handed_over:
        content = json.loads(invoice.content)
        words = {
            "invoice_id": invoice.id,
            "number": invoice.number,
            "kind": invoice.kind.value,
            "from": content["seller"]["name"],
            "order": content.get("order", ""),
            "month": content.get("month", ""),
            "currency": invoice.currency,
            "total_minor": invoice.total_minor,
            "due_minor": invoice.total_minor - invoice.paid_minor,
            "transfer": content.get("transfer_reference", ""),
        }
        kind = NotificationKind.INVOICE_READY
        facts.append(NewFact(invoice.recipient_id, kind, "invoice_delivery", delivery_id, words))
    notifications.tell_new(session, facts, now=now)

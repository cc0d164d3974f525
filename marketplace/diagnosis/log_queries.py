"""The transaction log of one payment: S4's six types, told from what was written down when it happened (S4.12).

No table of its own could contradict the books: every line is a status change, a decline or a stored message.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from marketplace.diagnosis import notes
from marketplace.history import ActorKind
from marketplace.labels import Labelled
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.payments import admin_queries, queries, timeline_queries
from marketplace.payments.timeline_queries import Change
from marketplace.provider_events import queries as provider_events
from marketplace.provider_events.queries import EventSummary
from marketplace.provider_events.states import EventRoad
from marketplace.refunds import queries as refunds


class LogType(Labelled):
    """S4's types of a line, with their labels."""

    PAYMENT_CREATED = "payment_created", Text("Payment created")
    PAYMENT_PROCESSED = "payment_processed", Text("Payment processed")
    PAYMENT_FAILED = "payment_failed", Text("Payment failed")
    REFUND_CREATED = "refund_created", Text("Refund created")
    REFUND_PROCESSED = "refund_processed", Text("Refund processed")
    WEBHOOK_RECEIVED = "webhook_received", Text("Webhook received")


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log."""

    type: LogType
    message: str
    data: Mapping[str, str]
    """What else was written down, by name; nothing that names a person or opens a page."""
    by: str
    """Who did it, or through which door it came."""
    at: datetime


_OF_CHANGES = {
    ("payment", "begin"): LogType.PAYMENT_CREATED,
    ("payment", "process"): LogType.PAYMENT_PROCESSED,
    ("payment", "complete"): LogType.PAYMENT_PROCESSED,
    # An attempt that ends without money has failed, whoever ended it: S4 knows no other word.
    ("payment", "fail"): LogType.PAYMENT_FAILED,
    ("payment", "expire"): LogType.PAYMENT_FAILED,
    ("payment", "cancel"): LogType.PAYMENT_FAILED,
    ("refund", "begin"): LogType.REFUND_CREATED,
    **{
        ("refund", verb): LogType.REFUND_PROCESSED
        for verb in ("approve", "grant", "process", "complete", "fail", "reject", "withdraw", "absorb")
    },
    # What can't be used goes back as well, without anybody's asking.
    ("unapplied_receipt", "begin"): LogType.REFUND_CREATED,
    **{
        ("unapplied_receipt", verb): LogType.REFUND_PROCESSED
        for verb in ("send_back", "confirm", "find_returned", "fail")
    },
}


def log_of(payment_id: int) -> Sequence[LogLine]:
    """Return the log of a payment, newest first; raises NotFound."""
    record = admin_queries.payment(payment_id)
    orders = [each.share.order_id for each in admin_queries.seller_shares(payment_id)]
    numbers = {each.id: each.number for each in refunds.refunds_of_orders(orders) if each.payment_id == payment_id}
    subjects = {
        "payment": [payment_id],
        "refund": list(numbers),
        "unapplied_receipt": [each.id for each in queries.receipts_of(payment_id)],
    }
    declines = queries.declines_of([payment_id])
    declined_at = {each.failed_at for each in declines}
    amount = {"amount_minor": str(record.amount_minor), "currency": record.currency, "provider": record.provider}
    lines = [
        *_of_changes(timeline_queries.changes_of(subjects), numbers, declined_at, amount),
        *(
            LogLine(
                LogType.PAYMENT_FAILED,
                _("Declined: %(reason)s", reason=each.reason),
                {"charge": each.charge_id, "code": each.code, "decline_code": each.decline_code or ""},
                _("Provider"),
                each.failed_at,
            )
            for each in declines
        ),
        *map(_of_event, provider_events.events_of_payment(payment_id)),
    ]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _of_changes(
    changes: Sequence[Change], numbers: Mapping[int, str], declined_at: set[datetime], amount: Mapping[str, str]
) -> Iterator[LogLine]:
    for change in changes:
        kind = _OF_CHANGES.get((change.subject, change.verb))
        if kind is None or (kind is LogType.PAYMENT_FAILED and change.at in declined_at):
            continue  # the decline says it, with its reason
        what = _WORDS.get(change.subject, "")
        if change.subject == "refund":
            what = _("Refund %(number)s", number=numbers[change.subject_id])
        became = _(change.to_status.replace("_", " "))
        because = f". {notes.read(change.because)}" if change.because else ""
        about = amount if change.subject == "payment" else {}
        data = {"from": change.from_status or "", "to": change.to_status, "source": change.source, **about}
        by = change.actor_name or _ACTORS[change.actor_kind]
        yield LogLine(kind, f"{what}: {became}{because}", data, by, change.at)


_WORDS = {"payment": Text("Payment"), "unapplied_receipt": Text("Money that can't be used")}


_ROADS = {
    EventRoad.WEBHOOK: Text("Came by webhook"),
    EventRoad.LISTED: Text("Came by listed"),
    EventRoad.MADE: Text("Came from its object"),
    EventRoad.REREAD: Text("Came by reread"),
    EventRoad.REPLAY: Text("Came by replay"),
    EventRoad.DECISION: Text("Came by decision"),
}
_ACTORS = {ActorKind.USER: Text("User"), ActorKind.PROVIDER: Text("Provider"), ActorKind.JOB: Text("Job")}
STATES = (
    Text("pending"),
    Text("processing"),
    Text("completed"),
    Text("failed"),
    Text("expired"),
    Text("cancelled"),
    Text("refunded"),
    Text("partially refunded"),
    Text("approved"),
    Text("rejected"),
    Text("received"),
    Text("returning"),
    Text("returned"),
)
"""What a payment, a refund and money that can't be used may become, as a line says it."""


def _of_event(event: EventSummary) -> LogLine:
    return LogLine(
        LogType.WEBHOOK_RECEIVED,
        f"{event.type}: {notes.read(event.note) or event.status.label}",
        {"event": event.event_id, "object": event.object_id or "", "status": event.status.value},
        _ROADS[event.road],
        event.received_at,
    )

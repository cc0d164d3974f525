"""What waits longest, as rows of the overview: each opens the row that waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import url_for

from marketplace.language import gettext as _
from marketplace.reconciliation.waiting import Queue, Waiting
from marketplace.web.refund_parts import age_text
from marketplace.web.wording import Badge

_MINUTE = 60
_ANY_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
# From when on somebody should look.
_LATE = {
    Queue.REFUNDS: timedelta(days=2),
    Queue.DISPUTES: timedelta(days=7),
    Queue.PAYOUTS: timedelta(days=2),
    Queue.EVENTS: timedelta(minutes=5),
    Queue.CALLS: timedelta(minutes=5),
    Queue.ORDERS: timedelta(days=3),
    Queue.TRANSFERS: timedelta(days=2),
    Queue.OUTGOING: timedelta(days=3),
}
_LISTS = {
    Queue.DISPUTES: "admin.disputes",
    Queue.PAYOUTS: "admin.payouts",
    Queue.EVENTS: "admin.events",
    Queue.CALLS: "admin.calls",
    Queue.ORDERS: "admin.purchases",
    Queue.TRANSFERS: "admin.transfers",
    Queue.OUTGOING: "admin.outgoing_transfers",
}


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """One queue: how many wait, and how long the oldest has."""

    label: str
    count: int
    age: str
    badge: Badge
    url: str
    link: str


def rows(found: Mapping[Queue, Waiting], now: datetime) -> tuple[WaitingRow, ...]:
    """Return every queue."""
    return tuple(_row(found[queue], now) for queue in Queue)


def span_text(span: timedelta) -> str:
    """Return how long something took: 3 s, 4 min, 2 d 1 h."""
    seconds = span // timedelta(seconds=1)
    return f"{seconds} s" if seconds < _MINUTE else age_text(_ANY_MOMENT, _ANY_MOMENT + span)


def _row(each: Waiting, now: datetime) -> WaitingRow:
    if each.oldest_at is None:
        return WaitingRow(
            each.queue.label, 0, _("None"), Badge(_("Nothing waits"), "ok"), _list_url(each.queue), _("Open the list")
        )
    is_late = now - each.oldest_at > _LATE[each.queue]
    badge = Badge(_("Late"), "bad") if is_late else Badge(_("In time"), "ok")
    return WaitingRow(
        each.queue.label, each.count, age_text(each.oldest_at, now), badge, _oldest_url(each), _("Open the oldest")
    )


def _list_url(queue: Queue) -> str:
    if queue is Queue.REFUNDS:
        return url_for("admin.refunds")
    return url_for(_LISTS.get(queue, "admin.payments"))


def _oldest_url(each: Waiting) -> str:
    if each.queue is Queue.REFUNDS:
        return url_for("admin.refunds", refund=each.oldest_number)
    if each.queue is Queue.DISPUTES:
        return url_for("admin.dispute", number=each.oldest_number)
    if each.queue is Queue.PAYOUTS:
        return url_for("admin.payout", number=each.oldest_number)
    if each.queue is Queue.TRANSFERS:
        return url_for("admin.transfer", transfer_id=each.oldest_id)
    if each.queue is Queue.OUTGOING:
        return url_for("admin.outgoing_transfer", transfer_id=each.oldest_id)
    if each.queue is Queue.CALLS:
        return url_for("admin.call", call_id=each.oldest_id)
    if each.queue is Queue.EVENTS:
        return url_for("admin.event", event_row_id=each.oldest_id)
    return url_for("admin.purchase", number=each.oldest_number)

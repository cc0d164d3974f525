"""What a person was told, in words, and marking it as read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.notifications import operations, queries
from marketplace.notifications.queries import Told
from marketplace.web import guards, lists
from marketplace.web.console import Console, buyer_console
from marketplace.web.lists import Pager, Tab
from marketplace.web.pages import money_text, time_text


@dataclass(frozen=True, slots=True)
class NotificationRow:
    """One fact in words."""

    icon: str
    title: str
    text: str
    url: str
    action: str
    when: str
    when_iso: str
    is_unread: bool
    read_url: str


@dataclass(frozen=True, slots=True)
class NotificationsPage:
    """What templates/buyer/notifications.html shows."""

    title: str
    console: Console
    tabs: tuple[Tab, ...]
    rows: tuple[NotificationRow, ...]
    unread: int
    read_all_url: str
    pager: Pager


@dataclass(frozen=True, slots=True)
class _Words:
    icon: str
    title: str
    text: str
    url: str
    action: str


@guards.signed_in
def notifications() -> ResponseReturnValue:
    """List what the viewer was told, newest first."""
    viewer = guards.viewer()
    show = "unread" if request.args.get("show") == "unread" else ""
    listed = queries.notifications_of(viewer.user_id, lists.cursor(), only_unread=bool(show))
    unread = queries.unread_count(viewer.user_id)
    page = NotificationsPage(
        title="Notifications",
        console=buyer_console("notifications"),
        tabs=(
            Tab("All", url_for("buyer.notifications"), not show),
            Tab("Unread", url_for("buyer.notifications", show="unread"), bool(show), unread),
        ),
        rows=tuple(_row(told) for told in listed.rows),
        unread=unread,
        read_all_url=url_for("buyer.read_all"),
        pager=lists.pager(listed, "buyer.notifications", show=show),
    )
    return render_template("buyer/notifications.html", page=page)


@guards.signed_in
def read(notification_id: int) -> ResponseReturnValue:
    """Mark one notification as read and go back to the list, or to what it is about."""
    user_id = guards.viewer().user_id
    db.atomic(operations.mark_read, (), user_id=user_id, notification_id=notification_id, now=clock.now())
    target = guards.safe_next(request.form.get("next"))
    return redirect(target or url_for("buyer.notifications"), code=303)


@guards.signed_in
def read_all() -> ResponseReturnValue:
    """Mark all of the viewer's notifications as read."""
    db.atomic(operations.mark_all_read, (), user_id=guards.viewer().user_id, now=clock.now())
    return redirect(url_for("buyer.notifications"), code=303)


def _row(told: Told) -> NotificationRow:
    words = _WORDS[told.kind.value](told)
    return NotificationRow(
        icon=words.icon,
        title=words.title,
        text=words.text,
        url=words.url,
        action=words.action,
        when=time_text(told.created_at),
        when_iso=told.created_at.isoformat(),
        is_unread=told.read_at is None,
        read_url=url_for("buyer.read", notification_id=told.id),
    )


def _order_paid(told: Told) -> _Words:
    orders = list(told.facts.get("orders", []))
    count = "1 order" if len(orders) == 1 else f"{len(orders)} orders"
    url = url_for("buyer.order", number=orders[0]) if len(orders) == 1 else url_for("buyer.orders")
    return _Words(
        "circle-check",
        f"You paid {_amount(told.facts, 'total_minor')}",
        f"Purchase {told.facts['number']}, {count}. Your money is held until the goods have arrived.",
        url,
        "See the order" if len(orders) == 1 else "See the orders",
    )


def _order_received(told: Told) -> _Words:
    number = told.facts["number"]
    return _Words(
        "package",
        f"New order {number}",
        f"Paid: {_amount(told.facts, 'total_minor')}. You receive {_amount(told.facts, 'net_minor')}. Please send it.",
        url_for("seller.order", number=number),
        "Open the order",
    )


def _order_shipped(told: Told) -> _Words:
    number, tracking = told.facts["number"], told.facts["tracking_number"]
    with_number = f", tracking number {tracking}" if tracking else ""
    return _Words(
        "truck",
        f"Order {number} is on its way",
        f"{told.facts['shop_name']} sent it. {told.facts['carrier_name']}{with_number}.",
        url_for("buyer.order", number=number),
        "Follow the order",
    )


def _order_delivered(told: Told) -> _Words:
    number, by, to = (str(told.facts[name]) for name in ("number", "by", "to"))
    text = _ARRIVED[to, by].format(shop=told.facts["shop_name"])
    return _Words(
        "package-check", f"Order {number} has arrived", text, url_for(f"{to}.order", number=number), "Open the order"
    )


def _payment_failed(told: Told) -> _Words:
    return _Words(
        "circle-alert",
        f"Your payment of {_amount(told.facts, 'amount_minor')} did not go through",
        "Nothing was taken. You can pay in another way.",
        _payment_url(told),
        "See the payment",
    )


def _payment_expired(told: Told) -> _Words:
    return _Words(
        "clock",
        f"The payment page for {_amount(told.facts, 'amount_minor')} has closed",
        "Nobody paid in time and nothing was taken. You can start again.",
        _payment_url(told),
        "See the payment",
    )


def _payment_returned(told: Told) -> _Words:
    return _Words(
        "undo-2",
        f"{_amount(told.facts, 'amount_minor')} went back to you",
        "We could not use this payment. " + str(told.facts.get("reason", "")),
        _payment_url(told),
        "See the payment",
    )


def _payment_url(told: Told) -> str:
    return url_for("buyer.payment", payment_id=told.subject_id)


def _amount(facts: Mapping[str, Any], name: str) -> str:
    return money_text(int(facts[name]), str(facts["currency"]))


_ARRIVED = {
    ("buyer", "buyer"): "You told us that you have received it. Thank you.",
    ("buyer", "seller"): "{shop} says that it has been delivered. If it is not there, open the order and tell us.",
    ("buyer", "time"): "It was sent some time ago and you have not told us that it is missing.",
    ("seller", "buyer"): "The buyer has received it. Your money is released when the hold has ended.",
    ("seller", "seller"): "You told us that it has been delivered. We told the buyer.",
    ("seller", "time"): "The buyer has not told us that it is missing, so it counts as delivered.",
}
_WORDS = {
    "order_paid": _order_paid,
    "order_received": _order_received,
    "order_shipped": _order_shipped,
    "order_delivered": _order_delivered,
    "payment_failed": _payment_failed,
    "payment_expired": _payment_expired,
    "payment_returned": _payment_returned,
}

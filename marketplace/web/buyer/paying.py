"""What an unpaid purchase asks of its buyer: to pay it, to wait for the bank, or to cancel it."""

from collections.abc import Iterable
from typing import Any

from flask import url_for

from marketplace.bank_transfers.rules import BANK_TRANSFER
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.orders.queries import OrderDetail
from marketplace.orders.states import OrderStatus, PurchaseStatus
from marketplace.payment_records.states import PaymentStatus
from marketplace.payments.queries import Attempt, Share
from marketplace.web import wording
from marketplace.web.pages import money_text
from marketplace.web.wording import Badge

_UNTIL = {
    False: Text("Until %(shop)s has sent it, you can cancel. Your money goes back by itself."),
    True: Text("Until %(shop)s has handed it over, you can cancel. Your money goes back by itself."),
}


def is_clearing(attempts: Iterable[Attempt]) -> bool:
    """Return whether one of a purchase's payments is with the buyer's bank: paying again would be paying twice."""
    return any(attempt.status is PaymentStatus.PROCESSING for attempt in attempts)


def transfer_of(attempts: Iterable[Attempt]) -> int | None:
    """Return the payment of a purchase that waits for its buyer's transfer; None where none does."""
    waiting = (
        attempt.id
        for attempt in attempts
        if attempt.status is PaymentStatus.PENDING and attempt.provider == BANK_TRANSFER
    )
    return next(waiting, None)


def transfer_url(payment_id: int | None, status: PurchaseStatus) -> str:
    """Return where the buyer reads what to transfer for an unpaid purchase, "" where there is nothing to transfer."""
    is_waiting = payment_id is not None and status is PurchaseStatus.OPEN
    return url_for("checkout.transfer", payment_id=payment_id) if is_waiting else ""


def pay_url(purchase_id: int, status: PurchaseStatus, *, clearing: bool) -> str:
    """Return where an unpaid purchase is paid, "" for any other and for one whose money is on its way."""
    to_pay = status is PurchaseStatus.OPEN and not clearing
    return url_for("checkout.retry", purchase_id=purchase_id) if to_pay else ""


def badges(
    status: OrderStatus,
    purchase: PurchaseStatus,
    share: Share | None,
    *,
    clearing: bool,
    is_collected: bool,
    transferring: bool = False,
) -> tuple[Badge, ...]:
    """Return where the money and where the goods are."""
    money = wording.buyer_money_badge(status, purchase, share)
    if clearing and purchase is PurchaseStatus.OPEN:
        money = Badge(_("Payment on its way"), "wait")
    if transferring and purchase is PurchaseStatus.OPEN:
        money = Badge(_("Waiting for your transfer"), "wait")
    return wording.once(money, wording.fulfilment_badge(status, is_collected=is_collected))


def clearing_text(order: OrderDetail, *, clearing: bool) -> str:
    """Return what the buyer of an unpaid order waits for, "" when they wait for nothing."""
    if not clearing or order.purchase_status is not PurchaseStatus.OPEN:
        return ""
    return _(
        "%(amount)s is on its way from your bank, which may take some days. There is nothing you need to do.",
        amount=money_text(order.purchase_total_minor, order.currency),
    )


def cancelling(order: OrderDetail, *, is_allowed: bool, clearing: bool) -> dict[str, Any]:
    """Return where the order is cancelled, with the link's words; for an unpaid one that is the whole purchase."""
    is_unpaid = order.purchase_status is PurchaseStatus.OPEN
    may = not clearing if is_unpaid else is_allowed and order.status is OrderStatus.CONFIRMED
    if not may:
        return {"cancel_url": "", "cancel_label": "", "cancel_note": ""}
    return {
        "cancel_url": url_for("buyer.cancel", number=order.number),
        "cancel_label": _("Cancel the purchase") if is_unpaid else _("Cancel this order"),
        "cancel_note": _(
            "Nothing was charged yet. This cancels all of purchase %(number)s.",
            number=order.purchase_number,
        )
        if is_unpaid
        else _(_UNTIL[order.agreed.is_pickup], shop=order.shop_name),
    }

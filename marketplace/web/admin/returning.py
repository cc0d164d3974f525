"""Money that counts for nothing and goes back by itself: what became of it, and sending it once more by hand."""

from collections.abc import Sequence

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.checkout import ending_flows as checkout
from marketplace.errors import Conflict, NotAllowed, NotFound
from marketplace.language import gettext as _
from marketplace.outbound.flows import Sent
from marketplace.payments import queries
from marketplace.payments.queries import Receipt
from marketplace.payments.states import ReceiptStatus
from marketplace.web import guards
from marketplace.web.providers import providers


@guards.admin_only
def return_again(payment_id: int) -> ResponseReturnValue:
    """Send money that counts for nothing and did not reach its buyer back once more."""
    failed = [each for each in queries.receipts_of(payment_id) if each.status is ReceiptStatus.FAILED]
    if not failed:
        raise NotFound(_("Nothing of this payment waits to be sent back again."))
    try:
        sent = checkout.return_again(
            receipt_id=failed[0].id, admin_id=guards.viewer().user_id, providers=providers(), now=clock.now()
        )
    except (Conflict, NotAllowed) as error:
        flash(error.message, "wait")
    else:
        flash(*_sent_words(sent))
    return redirect(url_for("admin.payment", payment_id=payment_id), code=303)


def _sent_words(sent: Sent) -> tuple[str, str]:
    if sent.refusal is not None:
        return _("The provider refuses: %(message)s", message=sent.refusal.message), "bad"
    if sent.is_unknown:
        return _("The provider has not answered yet. It is asked again by itself; see Calls."), "wait"
    return _("The money is on its way back."), "ok"


def text(receipts: Sequence[Receipt]) -> str:
    """Return in words why a payment's money counts for nothing and what became of it; "" where it counts."""
    return " ".join(map(_receipt, receipts))


def _receipt(receipt: Receipt) -> str:
    cause, status = _(receipt.cause) if receipt.cause else "", receipt.status.label
    if receipt.provider_refund_id:
        number = receipt.provider_refund_id
        return _("%(cause)s %(status)s. Refund %(number)s.", cause=cause, status=status, number=number)
    return _("%(cause)s %(status)s. Refund not made yet.", cause=cause, status=status)


def action(payment_id: int, receipts: Sequence[Receipt]) -> str:
    """Return where a return that did not reach the buyer is sent again; "" where nothing has to be."""
    has_failed = any(receipt.status is ReceiptStatus.FAILED for receipt in receipts)
    return url_for("admin.return_again", payment_id=payment_id) if has_failed else ""

"""What a buyer is told about a refund of one's own."""

from flask import url_for

from marketplace.refunds.queries import RefundRow
from marketplace.refunds.states import RefundStatus
from marketplace.web import refund_parts
from marketplace.web.console import buyer_console
from marketplace.web.order_parts import Fact, MoneyRow
from marketplace.web.pages import date_text, money_text
from marketplace.web.refund_page import MoneyPanel, Now, Told
from marketplace.web.refund_parts import ARRIVAL

_S = RefundStatus
TITLES = {
    ("refund", "begin"): "You asked for a refund",
    ("refund", "approve"): "The refund was approved",
    ("refund", "process"): "The refund was sent",
    ("refund", "complete"): "The money went back to you",
    ("refund", "reject"): "The refund was rejected",
    ("refund", "withdraw"): "You withdrew the request",
    ("refund", "grant"): "The money goes back to you by itself",
    ("refund", "absorb"): "Closed, because the order was cancelled and all of its money goes back",
    ("refund", "fail"): "The refund did not arrive",
}


def told(row: RefundRow, viewer_id: int) -> Told:
    """Return what the buyer reads on the page of the refund `row`."""
    return Told(
        side="buyer",
        console=buyer_console("refunds"),
        viewer_id=viewer_id,
        titles=TITLES,
        others="Support",
        arrived="With you",
        said="Why" if row.origin.is_automatic else "What you told us",
        party=Fact("Sold by", row.shop_name),
        now=_now(row),
        money=MoneyPanel("Money", "", _money(row)),
        withdraw_url=url_for("buyer.withdraw_refund", number=row.number) if row.can_be_withdrawn else "",
    )


def _now(row: RefundRow) -> Now:
    if row.replaced_by is not None:
        text = f"The order was cancelled. All of its money goes back to you with refund {row.replaced_by}."
        return Now("This request is closed", text, "info")
    amount, asked = refund_parts.amount(row), money_text(row.asked_minor, row.currency)
    sent = date_text(row.completed_at) if row.completed_at else ""
    less = f" You asked for {asked}." if row.amount_minor != row.asked_minor else ""
    failed = (
        f"Your bank or the payment provider sent {amount} back to us."
        if row.provider_refund_id
        else f"The payment provider has not sent {amount} yet."
    )
    return {
        _S.PENDING: Now(
            "We are looking at your request", f"You get an answer by {refund_parts.answer_by(row)}.", "info"
        ),
        _S.APPROVED: Now("Your refund is approved", f"{amount} is being sent to you.{less}", "wait"),
        _S.PROCESSING: Now(
            "Your refund is on its way", f"{amount} reaches you in {ARRIVAL}, the way you paid.{less}", "wait"
        ),
        _S.COMPLETED: Now(
            "Your money went back to you",
            f"{amount} was sent on {sent}. Your bank shows it in {ARRIVAL}.{less}",
            "ok",
        ),
        _S.REJECTED: Now("Your request was rejected", "Nothing goes back. The reason stands below.", "bad"),
        _S.FAILED: Now(
            "The money did not reach you yet", f"{failed} We look after it. You need not do anything.", "bad"
        ),
        _S.CANCELLED: Now("You withdrew this request", "Nothing goes back. You can ask again.", "info"),
    }[row.status]


_GIVEN = {_S.COMPLETED: "You got back", _S.FAILED: "To come back to you"}


def _money(row: RefundRow) -> tuple[MoneyRow, ...]:
    is_given = row.status not in {_S.PENDING, _S.REJECTED, _S.CANCELLED}
    is_changed = row.asked_minor != row.amount_minor
    label = "You would get back" if is_changed else "You asked for"
    if is_given:
        label = _GIVEN.get(row.status, "You get back")
    asked = MoneyRow("You asked for", money_text(row.asked_minor, row.currency), "")
    total = MoneyRow(label, refund_parts.amount(row), refund_parts.explain_url(row, "buyer"), is_total=True)
    return (asked, total) if is_changed else (total,)

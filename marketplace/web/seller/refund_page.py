"""What a seller is told about a refund of an order: what it takes from the balance, and where it stands."""

from marketplace.refunds.queries import RefundRow
from marketplace.refunds.rules import Plan
from marketplace.refunds.states import RefundStatus
from marketplace.web import refund_parts
from marketplace.web.console import seller_console
from marketplace.web.order_parts import Fact
from marketplace.web.pages import date_text
from marketplace.web.refund_page import MoneyPanel, Now, Told

_S = RefundStatus
TITLES = {
    ("refund", "begin"): "A refund was asked for",
    ("refund", "approve"): "The refund was approved",
    ("refund", "process"): "The refund was sent",
    ("refund", "complete"): "The money went back to the buyer",
    ("refund", "reject"): "The refund was rejected",
    ("refund", "withdraw"): "The buyer withdrew the request",
    ("refund", "grant"): "The money goes back to the buyer by itself",
    ("refund", "absorb"): "Closed, because the order was cancelled and all of its money goes back",
    ("refund", "fail"): "The refund did not arrive",
}


def told(row: RefundRow, plan: Plan | None, viewer_id: int) -> Told:
    """Return what the seller reads on the page of the refund `row`; `plan` is what approving it now would do."""
    return Told(
        side="seller",
        console=seller_console("refunds"),
        viewer_id=viewer_id,
        titles=TITLES,
        others="The buyer",
        arrived="With the buyer",
        said="Why" if row.origin.is_automatic else "What the buyer says",
        party=Fact("Buyer", row.buyer_name),
        now=_now(row),
        money=_money(row, plan),
    )


def _now(row: RefundRow) -> Now:
    if row.replaced_by is not None:
        text = f"The order was cancelled, and refund {row.replaced_by} sends all of its money back."
        return Now("This request is closed", text, "info")
    sent = date_text(row.completed_at) if row.completed_at else ""
    amount, nothing = refund_parts.amount(row), "Nothing was taken from you."
    failed = (
        "The buyer's bank or the payment provider sent it back."
        if row.provider_refund_id
        else "The payment provider has not sent it."
    )
    return {
        _S.PENDING: Now(
            "We are looking at it", f"We decide by {refund_parts.answer_by(row)}. You need not do anything.", "info"
        ),
        _S.APPROVED: Now("It is approved", f"{amount} is being sent to the buyer.", "wait"),
        _S.PROCESSING: Now("It is on its way", f"{amount} is on its way to the buyer.", "wait"),
        _S.COMPLETED: Now("The buyer has the money back", f"{amount} was sent on {sent}.", "ok"),
        _S.REJECTED: Now("It was rejected", f"{nothing} The reason stands below.", "info"),
        _S.FAILED: Now(
            "The money did not reach the buyer yet",
            f"{failed} What it took is back on your balance until it is sent again.",
            "bad",
        ),
        _S.CANCELLED: Now("The buyer withdrew it", nothing, "info"),
    }[row.status]


def _money(row: RefundRow, plan: Plan | None) -> MoneyPanel:
    taken = refund_parts.plan_of(row)
    if taken:
        rows = refund_parts.plan_rows(
            taken,
            row.amount_minor,
            row.currency,
            "The buyer receives",
            lambda figure: refund_parts.explain_url(row, "seller", figure),
        )
        return MoneyPanel("What it took", "This is booked. Press an amount to see its rows.", rows)
    if plan is None:
        return MoneyPanel("Your balance", "This refund takes nothing from you.", ())
    rows = refund_parts.plan_rows(
        refund_parts.parts_of(plan), row.amount_minor, row.currency, "The buyer would receive"
    )
    return MoneyPanel("What it would take", "Nothing is taken before it is approved.", rows)

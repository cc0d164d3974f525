"""What a seller is told about a refund of an order: what it takes from the balance, and where it stands."""

from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.refunds.explain_queries import RefundFigure
from marketplace.refunds.queries import RefundRow
from marketplace.refunds.rules import Plan
from marketplace.refunds.states import RefundStatus
from marketplace.web import refund_parts
from marketplace.web.console import seller_console
from marketplace.web.order_parts import Fact
from marketplace.web.pages import date_text
from marketplace.web.refund_page import MoneyPanel, Now, Told

_S = RefundStatus
_FOR_SELLERS = {
    RefundFigure.PLATFORM: Text("Our fee, given back"),
    RefundFigure.COST: Text("Card fee, borne by us"),
    RefundFigure.HELD: Text("From what is held for you"),
    RefundFigure.AVAILABLE: Text("From what is available to you"),
    RefundFigure.DEBT: Text("Added to what you owe"),
    RefundFigure.SUBSIDY: Text("Our part of the discount, taken back"),
}
TITLES = {
    ("refund", "begin"): Text("A refund was asked for"),
    ("refund", "approve"): Text("The refund was approved"),
    ("refund", "process"): Text("The refund was sent"),
    ("refund", "complete"): Text("The money went back to the buyer"),
    ("refund", "reject"): Text("The refund was rejected"),
    ("refund", "withdraw"): Text("The buyer withdrew the request"),
    ("refund", "grant"): Text("The money goes back to the buyer by itself"),
    ("refund", "absorb"): Text("Closed, because the order was cancelled and all of its money goes back"),
    ("refund", "fail"): Text("The refund did not arrive"),
}


def told(row: RefundRow, plan: Plan | None, viewer_id: int) -> Told:
    """Return what the seller reads on the page of the refund `row`; `plan` is what approving it now would do."""
    return Told(
        side="seller",
        console=seller_console("refunds"),
        viewer_id=viewer_id,
        titles=TITLES,
        others=_("The buyer"),
        arrived=_("With the buyer"),
        said=_("Why") if row.origin.is_automatic else _("What the buyer says"),
        party=Fact(_("Buyer"), row.buyer_name),
        now=_now(row),
        money=_money(row, plan),
    )


def _now(row: RefundRow) -> Now:
    if row.replaced_by is not None:
        text = _("The order was cancelled, and refund %(number)s sends all of its money back.", number=row.replaced_by)
        return Now(_("This request is closed"), text, "info")
    sent = date_text(row.completed_at) if row.completed_at else ""
    amount, nothing = refund_parts.amount(row), _("Nothing was taken from you.")
    failed = (
        _("The buyer's bank or the payment provider sent it back.")
        if row.provider_refund_id
        else _("The payment provider has not sent it.")
    )
    return {
        _S.PENDING: Now(
            _("We are looking at it"),
            _("We decide by %(day)s. You need not do anything.", day=refund_parts.answer_by(row)),
            "info",
        ),
        _S.APPROVED: Now(_("It is approved"), _("%(amount)s is being sent to the buyer.", amount=amount), "wait"),
        _S.PROCESSING: Now(_("It is on its way"), _("%(amount)s is on its way to the buyer.", amount=amount), "wait"),
        _S.COMPLETED: Now(
            _("The buyer has the money back"), _("%(amount)s was sent on %(day)s.", amount=amount, day=sent), "ok"
        ),
        _S.REJECTED: Now(_("It was rejected"), nothing + " " + _("The reason stands below."), "info"),
        _S.FAILED: Now(
            _("The money did not reach the buyer yet"),
            failed + " " + _("What it took is back on your balance until it is sent again."),
            "bad",
        ),
        _S.CANCELLED: Now(_("The buyer withdrew it"), nothing, "info"),
    }[row.status]


def _money(row: RefundRow, plan: Plan | None) -> MoneyPanel:
    taken = refund_parts.plan_of(row)
    if taken:
        rows = refund_parts.plan_rows(
            taken,
            row.amount_minor,
            row.currency,
            _("The buyer receives"),
            lambda figure: refund_parts.explain_url(row, "seller", figure),
            _FOR_SELLERS,
        )
        return MoneyPanel(_("What it took"), _("This is booked. Press an amount to see its rows."), rows)
    if plan is None:
        return MoneyPanel(_("Your balance"), _("This refund takes nothing from you."), ())
    rows = refund_parts.plan_rows(
        refund_parts.parts_of(plan),
        row.amount_minor,
        row.currency,
        _("The buyer would receive"),
        words=_FOR_SELLERS,
    )
    return MoneyPanel(_("What it would take"), _("Nothing is taken before it is approved."), rows)

"""What a buyer is told about a refund of one's own."""

from flask import url_for

from marketplace.bank_transfers import outgoing_queries
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.refunds.queries import RefundRow
from marketplace.refunds.states import RefundStatus
from marketplace.web import refund_parts
from marketplace.web.console import buyer_console
from marketplace.web.order_parts import Fact, MoneyRow
from marketplace.web.pages import date_text, money_text
from marketplace.web.refund_page import MoneyPanel, Now, Told
from marketplace.web.refund_parts import ARRIVAL
from marketplace.web.sentences import together

_S = RefundStatus
TITLES = {
    ("refund", "begin"): Text("You asked for a refund"),
    ("refund", "approve"): Text("The refund was approved"),
    ("refund", "process"): Text("The refund was sent"),
    ("refund", "complete"): Text("The money went back to you"),
    ("refund", "reject"): Text("The refund was rejected"),
    ("refund", "withdraw"): Text("You withdrew the request"),
    ("refund", "grant"): Text("The money goes back to you by itself"),
    ("refund", "absorb"): Text("Closed, because the order was cancelled and all of its money goes back"),
    ("refund", "fail"): Text("The refund did not arrive"),
}


_WAS_SENT = Text("%(amount)s was sent on %(day)s. Your bank shows it in %(time)s.")


def told(row: RefundRow, viewer_id: int) -> Told:
    """Return what the buyer reads on the page of the refund `row`."""
    return Told(
        side="buyer",
        console=buyer_console("refunds"),
        viewer_id=viewer_id,
        titles=TITLES,
        others=_("Support"),
        arrived=_("With you"),
        said=_("Why") if row.origin.is_automatic else _("What you told us"),
        party=Fact(_("Sold by"), row.shop_name),
        now=_now(row),
        money=MoneyPanel(_("Money"), "", _money(row)),
        account_url=url_for("buyer.refund_account", number=row.number) if wants_account(row) else "",
        withdraw_url=url_for("buyer.withdraw_refund", number=row.number) if row.can_be_withdrawn else "",
    )


def wants_account(row: RefundRow) -> bool:
    """Return whether the buyer has to say to which account a refund goes."""
    return row.is_by_bank and row.status is _S.APPROVED and outgoing_queries.wants_account(row.id)


def _now(row: RefundRow) -> Now:
    if row.replaced_by is not None:
        text = _(
            "The order was cancelled. All of its money goes back to you with refund %(refund)s.", refund=row.replaced_by
        )
        return Now(_("This request is closed"), text, "info")
    return _standing(row)


def _standing(row: RefundRow) -> Now:
    amount, asked = refund_parts.amount(row), money_text(row.asked_minor, row.currency)
    sent = date_text(row.completed_at) if row.completed_at else ""
    less = _("You asked for %(asked)s.", asked=asked) if row.amount_minor != row.asked_minor else ""
    if row.status is _S.COMPLETED and row.is_to_wallet:
        text = _("%(amount)s is in your wallet since %(day)s.", amount=amount, day=sent)
        return Now(_("Your money is back in your wallet"), together(text, less), "ok")
    return {
        _S.PENDING: Now(
            _("We are looking at your request"),
            _("You get an answer by %(day)s.", day=refund_parts.answer_by(row)),
            "info",
        ),
        _S.APPROVED: Now(
            _("Your refund is approved"),
            together(_("%(amount)s is being sent to you.", amount=amount), less),
            "wait",
        ),
        _S.PROCESSING: Now(
            _("Your refund is on its way"),
            together(_("%(amount)s reaches you in %(time)s, the way you paid.", amount=amount, time=ARRIVAL), less),
            "wait",
        ),
        _S.COMPLETED: Now(
            _("Your money went back to you"),
            together(_(_WAS_SENT, amount=amount, day=sent, time=ARRIVAL), less),
            "ok",
        ),
        _S.REJECTED: Now(_("Your request was rejected"), _("Nothing goes back. The reason stands below."), "bad"),
        _S.FAILED: Now(
            _("The money did not reach you yet"),
            together(_failed(row), _("We look after it. You need not do anything.")),
            "bad",
        ),
        _S.CANCELLED: Now(_("You withdrew this request"), _("Nothing goes back. You can ask again."), "info"),
    }[row.status]


def _failed(row: RefundRow) -> str:
    amount = refund_parts.amount(row)
    if row.provider_refund_id:
        return _("Your bank or the payment provider sent %(amount)s back to us.", amount=amount)
    return _("The payment provider has not sent %(amount)s yet.", amount=amount)


_GIVEN = {_S.COMPLETED: Text("You got back"), _S.FAILED: Text("To come back to you")}


def _money(row: RefundRow) -> tuple[MoneyRow, ...]:
    is_given = row.status not in {_S.PENDING, _S.REJECTED, _S.CANCELLED}
    is_changed = row.asked_minor != row.amount_minor
    label = _("You would get back") if is_changed else _("You asked for")
    if is_given:
        label = _GIVEN.get(row.status, _("You get back"))
    asked = MoneyRow(_("You asked for"), money_text(row.asked_minor, row.currency), "")
    total = MoneyRow(label, refund_parts.amount(row), refund_parts.explain_url(row, "buyer"), is_total=True)
    return (asked, total) if is_changed else (total,)

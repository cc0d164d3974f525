"""What the cancelling pages of buyer and seller share: the form, what goes back in words, and the notice afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from marketplace.cancellations.operations import Wanted
from marketplace.cancellations.queries import CancellationRow
from marketplace.cancellations.rules import LONGEST_NOTE, CancelReason, Side, reason_text, reasons_of
from marketplace.money import Money
from marketplace.orders.queries import OrderDetail
from marketplace.refunds.queries import RefundRow
from marketplace.refunds.rules import Plan
from marketplace.refunds.states import RefundStatus
from marketplace.web.cart.forms import whole_number
from marketplace.web.console import Console
from marketplace.web.order_parts import MoneyRow
from marketplace.web.pages import date_text, money, money_text
from marketplace.web.refund_parts import ARRIVAL

_LARGEST_MINOR = 10**15
_GOES_BACK: dict[RefundStatus | None, str] = {
    RefundStatus.COMPLETED: "went back {}",
    RefundStatus.FAILED: "did not reach the bank yet, and we look after it",
}
_SHELF = {"reason": None, "yes": True, "no": False}


class CancelForm(FlaskForm):
    """Why, and the amount in minor units that the button names."""

    seen_minor = IntegerField(
        "Amount", [whole_number(0, _LARGEST_MINOR, "Please look at the amount again.")], widget=HiddenInput()
    )
    reason = RadioField("Why?", [InputRequired("Choose a reason.")])
    note = TextAreaField(
        "Anything to add?", [Length(max=2 * LONGEST_NOTE, message=f"At most {LONGEST_NOTE} characters.")]
    )

    def wanted(self) -> Wanted:
        """Return what was asked for; the form lets no other reason through."""
        return Wanted(CancelReason(self.reason.data), self.note.data or "", self.seen_minor.data or 0)


class SellersCancelForm(CancelForm):
    """A seller also says whether the goods are for sale again."""

    shelf = RadioField(
        "Put it back on sale?",
        [InputRequired("Choose whether it is for sale again.")],
        choices=[
            SelectChoice("reason", "As the reason says: not if it was sold elsewhere, damaged or lost"),
            SelectChoice("yes", "Yes, it is for sale again"),
            SelectChoice("no", "No, it is gone"),
        ],
        default="reason",
    )

    def wanted(self) -> Wanted:
        """Return what was asked for, with what becomes of the goods."""
        found = super().wanted()
        return Wanted(found.reason, found.note, found.expected_minor, _SHELF[self.shelf.data])


@dataclass(frozen=True, slots=True)
class CancelPage:
    """What templates/{buyer,seller}/cancel.html show beside the form."""

    title: str
    console: Console
    action: str
    order_label: str
    order_url: str
    orders_url: str
    note: str
    sentences: tuple[str, ...]
    """What each side gets and gives, in words."""
    money_rows: tuple[MoneyRow, ...]
    button: str
    seen_minor: int


@dataclass(frozen=True, slots=True)
class CalledOff:
    """The notice on the page of a cancelled order."""

    title: str
    text: str
    refund_label: str
    refund_url: str


def form_for(side: Side) -> CancelForm:
    """Return the form of one side."""
    form = CancelForm() if side is Side.BUYER else SellersCancelForm()
    form.reason.choices = [SelectChoice(each.value, each.label) for each in reasons_of(side)]
    form.note.label.text = "Anything to add for the seller?" if side is Side.BUYER else "Your words to the buyer"
    return form


def build(
    order: OrderDetail, plan: Plan | None, refunds: Sequence[RefundRow], side: Side, console: Console
) -> CancelPage:
    """Return the page that asks one side to confirm; `plan` is what cancelling would execute."""
    blueprint = side.value
    amount = plan.amount if plan else Money.zero(order.currency)
    names = {Side.BUYER: order.shop_name, Side.SELLER: order.buyer_name}
    rest = f" and send {money(amount)} back" if side is Side.SELLER else f" and get {money(amount)} back"
    return CancelPage(
        title=f"Cancel order {order.number}",
        console=console,
        action=url_for(f"{blueprint}.cancel_order", number=order.number),
        order_label=f"Order {order.number}",
        order_url=url_for(f"{blueprint}.order", number=order.number),
        orders_url=url_for(f"{blueprint}.orders"),
        note=f"{names[side]}, {money_text(order.total_minor, order.currency)}",
        sentences=(*(_buyers(plan) if side is Side.BUYER else _sellers(plan, order)), *_absorbed(refunds, plan)),
        money_rows=_rows(order, plan, side),
        button=f"Cancel the order{rest}" if amount else "Cancel the order",
        seen_minor=amount.minor,
    )


def called_off(found: CancellationRow | None, side: Side, shop_name: str, currency: str) -> CalledOff | None:
    """Return the notice for the page of an order that `side` looks at."""
    if found is None:
        return None
    who = {Side.BUYER: "The buyer", Side.SELLER: shop_name}[found.side]
    day = date_text(found.cancelled_at)
    text = f"{day}. {reason_text(found.reason, found.note)}"
    if found.amount_minor:
        back = "to you" if side is Side.BUYER else "to the buyer"
        how = _GOES_BACK.get(found.refund_status, "goes back {} by itself").format(back)
        text += f" {money_text(found.amount_minor, currency)} {how}."
    if side is Side.SELLER:
        text += " The goods are for sale again." if found.is_back_on_sale else " The goods were not put back on sale."
    label = f"See refund {found.refund_number}" if found.refund_number else ""
    url = url_for(f"{side.value}.refund", number=found.refund_number) if found.refund_number else ""
    return CalledOff(
        "You cancelled this order" if found.side is side else f"{who} cancelled this order", text, label, url
    )


def _buyers(plan: Plan | None) -> tuple[str, ...]:
    if plan is None:
        return ("Nothing is left to send back to you: it was free, or its money is on its way already.",)
    return (
        f"You get {money(plan.amount)} back, the way you paid. It reaches you in {ARRIVAL}.",
        "Nobody has to approve it, and nothing is kept from it.",
    )


def _sellers(plan: Plan | None, order: OrderDetail) -> tuple[str, ...]:
    if plan is None and order.subsidy_minor and not order.total_minor:
        all_of_it = money_text(order.net_minor, order.currency)
        return (f"The order was free for the buyer. You give back {all_of_it} that we had paid for our discount code.",)
    if plan is None:
        return ("Nothing is left to send back to the buyer, so cancelling takes nothing from you.",)
    given = plan.from_held + plan.from_available
    gives = f"You give back {money(given)}"
    if plan.from_debt:
        gives += f", and the card fee of {money(plan.from_debt)} stays with you: it is taken from your coming sales"
    fees = [f"We give back our fee of {money(plan.from_platform)}."] if plan.from_platform else []
    if plan.subsidy_back:
        fees.append(f"That includes {money(plan.subsidy_back)} that we had paid for our discount code.")
    if plan.from_cost:
        fees.append(f"We bear the card fee of {money(plan.from_cost)}.")
    return (f"The buyer gets {money(plan.amount)} back.", f"{gives}.", *fees)


def _sellers_parts(plan: Plan) -> tuple[tuple[str, Money], ...]:
    return (
        ("Our fee, given back", plan.from_platform),
        ("Card fee, borne by us", plan.from_cost),
        ("From what is held for you", plan.from_held),
        ("From what is available to you", plan.from_available),
        ("Card fee, owed by you", plan.from_debt),
        ("Our part of the discount, taken back", -plan.subsidy_back),
    )


def _absorbed(refunds: Sequence[RefundRow], plan: Plan | None) -> tuple[str, ...]:
    absorbed = [row.number for row in refunds if row.can_be_absorbed]
    if plan is None or not absorbed:
        return ()
    return (f"This includes what was asked for with {', '.join(absorbed)}, which is closed.",)


def _rows(order: OrderDetail, plan: Plan | None, side: Side) -> tuple[MoneyRow, ...]:
    if plan is None:
        return (MoneyRow("Left to send back", money_text(0, order.currency), "", is_total=True),)
    if side is Side.SELLER:
        shown = [MoneyRow(label, money(part), "") for label, part in _sellers_parts(plan) if part]
        return (*shown, MoneyRow("The buyer gets back", money(plan.amount), "", is_total=True))
    before = order.total_minor - plan.amount.minor
    paid = MoneyRow("You paid", money_text(order.total_minor, order.currency), "")
    earlier = (MoneyRow("Refunded before", money_text(-before, order.currency), ""),) if before else ()
    return (paid, *earlier, MoneyRow("You get back", money(plan.amount), "", is_total=True))

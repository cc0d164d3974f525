"""What the cancelling pages of buyer and seller share: the form, what goes back in words, and the notice afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from wtforms import IntegerField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from marketplace.cancellations.operations import Wanted
from marketplace.cancellations.queries import CancellationRow
from marketplace.cancellations.rules import LONGEST_NOTE, CancelReason, Side, reason_text, reasons_of
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.orders.queries import OrderDetail
from marketplace.refunds.queries import RefundRow
from marketplace.refunds.rules import Plan
from marketplace.refunds.states import RefundStatus
from marketplace.web.cart.forms import whole_number
from marketplace.web.console import Console
from marketplace.web.forms import Form
from marketplace.web.order_parts import MoneyRow
from marketplace.web.pages import date_text, money, money_text
from marketplace.web.refund_parts import ARRIVAL
from marketplace.web.sentences import together
from marketplace.web.stored_words import cancelled_because

_LARGEST_MINOR = 10**15
# LONGEST_NOTE in words: what is made at import cannot have places.
_TOO_LONG = Text("At most 500 characters.")
_NOT_THERE = Text("%(amount)s did not reach the bank yet, and we look after it.")
_BY_ITSELF = (
    Text("%(amount)s goes back to you by itself."),
    Text("%(amount)s goes back to the buyer by itself."),
)
# What the buyer reads, and what the seller reads.
_GOES_BACK: dict[RefundStatus | None, tuple[str, str]] = {
    RefundStatus.COMPLETED: (Text("%(amount)s went back to you."), Text("%(amount)s went back to the buyer.")),
    RefundStatus.FAILED: (_NOT_THERE, _NOT_THERE),
}
_SHELF = {"reason": None, "yes": True, "no": False}


class CancelForm(Form):
    """Why, and the amount in minor units that the button names."""

    seen_minor = IntegerField(
        Text("Amount"),
        [whole_number(0, _LARGEST_MINOR, Text("Please look at the amount again."))],
        widget=HiddenInput(),
    )
    reason = RadioField(Text("Why?"), [InputRequired(Text("Choose a reason."))])
    note = TextAreaField(Text("Anything to add?"), [Length(max=2 * LONGEST_NOTE, message=_TOO_LONG)])

    def wanted(self) -> Wanted:
        """Return what was asked for; the form lets no other reason through."""
        return Wanted(CancelReason(self.reason.data), self.note.data or "", self.seen_minor.data or 0)


class SellersCancelForm(CancelForm):
    """A seller also says whether the goods are for sale again."""

    shelf = RadioField(
        Text("Put it back on sale?"),
        [InputRequired(Text("Choose whether it is for sale again."))],
        choices=[
            SelectChoice("reason", Text("As the reason says: not if it was sold elsewhere, damaged or lost")),
            SelectChoice("yes", Text("Yes, it is for sale again")),
            SelectChoice("no", Text("No, it is gone")),
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
    form.note.label.text = _("Anything to add for the seller?") if side is Side.BUYER else _("Your words to the buyer")
    return form


def build(
    order: OrderDetail,
    plan: Plan | None,
    refunds: Sequence[RefundRow],
    side: Side,
    console: Console,
    *,
    is_to_wallet: bool,
) -> CancelPage:
    """Return the page that asks one side to confirm; `plan` is what cancelling would execute."""
    said = _buyers(plan, is_to_wallet=is_to_wallet) if side is Side.BUYER else _sellers(plan, order)
    blueprint = side.value
    amount = plan.amount if plan else Money.zero(order.currency)
    names = {Side.BUYER: order.shop_name, Side.SELLER: order.buyer_name}
    button = _("Cancel the order")
    if amount and side is Side.SELLER:
        button = _("Cancel the order and send %(amount)s back", amount=money(amount))
    elif amount:
        button = _("Cancel the order and get %(amount)s back", amount=money(amount))
    return CancelPage(
        title=_("Cancel order %(number)s", number=order.number),
        console=console,
        action=url_for(f"{blueprint}.cancel_order", number=order.number),
        order_label=_("Order %(number)s", number=order.number),
        order_url=url_for(f"{blueprint}.order", number=order.number),
        orders_url=url_for(f"{blueprint}.orders"),
        note=f"{names[side]}, {money_text(order.total_minor, order.currency)}",
        sentences=(*said, *_absorbed(refunds, plan)),
        money_rows=_rows(order, plan, side),
        button=button,
        seen_minor=amount.minor,
    )


def called_off(found: CancellationRow | None, side: Side, shop_name: str, currency: str) -> CalledOff | None:
    """Return the notice for the page of an order that `side` looks at."""
    if found is None:
        return None
    text = f"{date_text(found.cancelled_at)}. {cancelled_because(reason_text(found.reason, found.note))}"
    if found.amount_minor:
        to_buyer, to_seller = _GOES_BACK.get(found.refund_status, _BY_ITSELF)
        how = to_buyer if side is Side.BUYER else to_seller
        text = together(text, _(how, amount=money_text(found.amount_minor, currency)))
    if side is Side.SELLER:
        again, not_again = _("The goods are for sale again."), _("The goods were not put back on sale.")
        text = together(text, again if found.is_back_on_sale else not_again)
    label = _("See refund %(number)s", number=found.refund_number) if found.refund_number else ""
    url = url_for(f"{side.value}.refund", number=found.refund_number) if found.refund_number else ""
    if found.side is side:
        title = _("You cancelled this order")
    elif found.side is Side.MARKETPLACE:
        title = _("We cancelled this order")
    elif found.side is Side.BUYER:
        title = _("The buyer cancelled this order")
    else:
        title = _("%(shop)s cancelled this order", shop=shop_name)
    return CalledOff(title, text, label, url)


def _buyers(plan: Plan | None, *, is_to_wallet: bool) -> tuple[str, ...]:
    if plan is None:
        return (_("Nothing is left to send back to you: it was free, or its money is on its way already."),)
    back = _(
        "You get %(amount)s back, the way you paid. It reaches you in %(time)s.",
        amount=money(plan.amount),
        time=ARRIVAL,
    )
    if is_to_wallet:
        back = _("You get %(amount)s back in your wallet, at once.", amount=money(plan.amount))
    return (back, _("Nobody has to approve it, and nothing is kept from it."))


def _sellers(plan: Plan | None, order: OrderDetail) -> tuple[str, ...]:
    if plan is None and order.subsidy_minor and not order.total_minor:
        all_of_it = money_text(order.net_minor, order.currency)
        return (
            _(
                "The order was free for the buyer. You give back %(amount)s that we had paid for our discount code.",
                amount=all_of_it,
            ),
        )
    if plan is None:
        return (_("Nothing is left to send back to the buyer, so cancelling takes nothing from you."),)
    given = plan.from_held + plan.from_available
    gives = _("You give back %(given)s.", given=money(given))
    if plan.from_debt:
        gives = _(
            "You give back %(given)s, and the card fee of %(fee)s stays with you: it is taken from your coming sales.",
            given=money(given),
            fee=money(plan.from_debt),
        )
    fees = [_("We give back our fee of %(fee)s.", fee=money(plan.from_platform))] if plan.from_platform else []
    if plan.subsidy_back:
        fees.append(
            _(
                "That includes %(amount)s that we had paid for our discount code.",
                amount=money(plan.subsidy_back),
            )
        )
    if plan.from_cost:
        fees.append(_("We bear the card fee of %(fee)s.", fee=money(plan.from_cost)))
    return (_("The buyer gets %(amount)s back.", amount=money(plan.amount)), gives, *fees)


def _sellers_parts(plan: Plan) -> tuple[tuple[str, Money], ...]:
    return (
        (_("Our fee, given back"), plan.from_platform),
        (_("Card fee, borne by us"), plan.from_cost),
        (_("From what is held for you"), plan.from_held),
        (_("From what is available to you"), plan.from_available),
        (_("Card fee, owed by you"), plan.from_debt),
        (_("Our part of the discount, taken back"), -plan.subsidy_back),
    )


def _absorbed(refunds: Sequence[RefundRow], plan: Plan | None) -> tuple[str, ...]:
    absorbed = [row.number for row in refunds if row.can_be_absorbed]
    if plan is None or not absorbed:
        return ()
    return (_("This includes what was asked for with %(refunds)s, which is closed.", refunds=", ".join(absorbed)),)


def _rows(order: OrderDetail, plan: Plan | None, side: Side) -> tuple[MoneyRow, ...]:
    if plan is None:
        return (MoneyRow(_("Left to send back"), money_text(0, order.currency), "", is_total=True),)
    if side is Side.SELLER:
        shown = [MoneyRow(label, money(part), "") for label, part in _sellers_parts(plan) if part]
        return (*shown, MoneyRow(_("The buyer gets back"), money(plan.amount), "", is_total=True))
    before = order.total_minor - plan.amount.minor
    paid = MoneyRow(_("You paid"), money_text(order.total_minor, order.currency), "")
    earlier = (MoneyRow(_("Refunded before"), money_text(-before, order.currency), ""),) if before else ()
    return (paid, *earlier, MoneyRow(_("You get back"), money(plan.amount), "", is_total=True))

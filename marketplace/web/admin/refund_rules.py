"""The rules that send money back without a person: what each does, how often, and each time one applied (S4.10)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from flask import current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.cancellations import automatic_queries
from marketplace.cancellations.automatic_queries import Applied
from marketplace.config import MoneyPolicy
from marketplace.language import Text, ngettext, texts
from marketplace.language import gettext as _
from marketplace.paging import every
from marketplace.payments.rules import RefundRule
from marketplace.web import guards, lists, wording
from marketplace.web.console import Console, admin_console
from marketplace.web.lists import Tools
from marketplace.web.pages import decimal, money_text, time_text
from marketplace.web.wording import Badge

_DAYS = 30
_R = RefundRule

_CSV_COLUMNS = texts("Applied (UTC)", "Rule", "Purchase", "Order", "Payment", "Refund", "Status", "Currency", "Amount")


@dataclass(frozen=True, slots=True)
class Words:
    """A rule in plain words: when it applies, what it does, and why it is on or how it is turned off."""

    name: str
    does: str
    why: str


_OWED = Text("Always on: this money was never ours to keep.")
_WORDS = {
    _R.SELLER_CANCELS: Words(
        Text("The seller cancels"),
        Text(
            "A paid order is cancelled before it is sent. All that is left of its money goes back to the buyer; what "
            "it takes from the seller follows the refund plan. Open requests for this order are closed."
        ),
        Text("Always on: nobody pays for what is not sent."),
    ),
    _R.BUYER_CANCELS: Words(
        Text("The buyer cancels before it is sent"),
        Text("The same, when the buyer cancels. The goods are for sale again."),
        Text("Set by buyers_may_cancel in the section money of the configuration file."),
    ),
    _R.SOLD_OUT: Words(
        Text("Paid after the goods were gone"),
        Text("A payment came late, and somebody else has the last unit. All of the payment goes back."),
        _OWED,
    ),
    _R.PAID_TWICE: Words(
        Text("One purchase paid twice"),
        Text("A second payment page of the same purchase was paid. All of the second payment goes back."),
        _OWED,
    ),
    _R.PAID_ELSEWHERE: Words(
        Text("Paid after the purchase was given up"),
        Text(
            "A purchase that was given up is paid after all, and its basket was paid in another purchase. All of the "
            "late payment goes back. Without another purchase it counts, as long as the goods are there."
        ),
        _OWED,
    ),
    _R.PAYMENT_REFUSED: Words(
        Text("A payment is refused as fraud"),
        Text(
            "An admin looks at a payment of high risk and refuses it. Orders that are not sent are cancelled, and all "
            "that is left of their money goes back. We bear the card fee."
        ),
        Text("Always on: an admin decides about each."),
    ),
    _R.NOBODYS: Words(
        Text("Money for nothing we sold"),
        Text(
            "The provider took money without an order of the shop, and an admin found that it belongs to no purchase. "
            "All of it goes back to whoever paid."
        ),
        _OWED,
    ),
}


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule."""

    name: str
    does: str
    why: str
    badge: Badge
    count: str
    url: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class AppliedRow:
    """One time a rule applied."""

    when: str
    rule: str
    about: str
    about_url: str
    payment: str
    payment_url: str
    refund: str
    refund_url: str
    badge: Badge
    amount: str
    explain_url: str


@dataclass(frozen=True, slots=True)
class RulesPage:
    """What templates/admin/refund_rules.html shows."""

    title: str
    console: Console
    rules: tuple[RuleRow, ...]
    log_title: str
    rows: tuple[AppliedRow, ...]
    tools: Tools


@guards.admin_only
def refund_rules() -> ResponseReturnValue:
    """Show the rules with their counts of the last 30 days, and the log: all of it, or what one count is made of."""
    chosen = lists.choice(RefundRule, "rule")
    first_day = (clock.now() - timedelta(days=_DAYS)).date()
    counts = automatic_queries.counts(datetime.combine(first_day, time(), UTC))
    asked = lists.asked(rule=chosen.value if chosen else "")
    read = partial(automatic_queries.log, chosen, asked.period)
    if asked.is_csv:
        return lists.csv_file("automatic-refunds", _CSV_COLUMNS, map(_csv_row, every(read, asked.cursor)))
    listed = read(asked.cursor)
    policy: MoneyPolicy = current_app.extensions["settings"].money
    page = RulesPage(
        title=_("Automatic refunds"),
        console=admin_console("refunds"),
        rules=tuple(_rule(rule, counts.get(rule, 0), chosen, first_day, policy) for rule in RefundRule),
        log_title=_("Each time a rule applied"),
        rows=tuple(_applied(each) for each in listed.rows),
        tools=asked.tools(listed, {"rule": _WORDS[chosen].name} if chosen else None),
    )
    return render_template("admin/refund_rules.html", page=page)


def _rule(rule: RefundRule, count: int, chosen: RefundRule | None, first_day: date, policy: MoneyPolicy) -> RuleRow:
    words = _WORDS[rule]
    is_on = policy.buyers_may_cancel or rule is not RefundRule.BUYER_CANCELS
    return RuleRow(
        name=words.name,
        does=words.does,
        why=words.why,
        badge=Badge(_("On"), "ok") if is_on else Badge(_("Off"), "mute"),
        count=ngettext("Once", "%(count)s times", count, count=count) if count else _("Never"),
        url=f"{url_for('admin.refund_rules', rule=rule.value)}&from={first_day.isoformat()}",
        is_shown=rule is chosen,
    )


def _csv_row(each: Applied) -> tuple[object, ...]:
    state = each.refund_status or each.receipt_status
    about = (each.purchase_number, each.order_number, each.payment_id, each.refund_number or each.provider_refund_id)
    amount = decimal(each.amount_minor, each.currency)
    return (each.applied_at, _WORDS[each.rule].name, *about, state.label if state else "", each.currency, amount)


def _applied(each: Applied) -> AppliedRow:
    number = each.order_number or each.purchase_number or ""
    about = _("Order %(number)s", number=number) if each.order_number else _("Purchase %(number)s", number=number)
    refund_url = url_for("admin.refunds", refund=each.refund_number) if each.refund_number else ""
    return AppliedRow(
        when=time_text(each.applied_at),
        rule=_WORDS[each.rule].name,
        about=about if number else "",
        about_url=url_for("admin.purchase", number=number) if number else "",
        payment=_("Payment %(number)s", number=each.payment_id),
        payment_url=url_for("admin.payment", payment_id=each.payment_id),
        refund=each.refund_number or each.provider_refund_id or "",
        refund_url=refund_url,
        badge=wording.badge(each.refund_status or each.receipt_status),
        amount=money_text(each.amount_minor, each.currency),
        explain_url=url_for("admin.explain_refund", number=each.refund_number, figure="amount")
        if each.refund_number
        else url_for("admin.explain_payment", payment_id=each.payment_id, figure="amount"),
    )

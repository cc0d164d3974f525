"""What people are told, in words: each kind of notification with its icon, title, text and the way to its subject."""

from collections.abc import Mapping
from datetime import date
from functools import reduce
from typing import Any

from flask import url_for

from marketplace.checkout.package_refunds import CAUSE as PACKAGE_UNUSED
from marketplace.language import gettext as _
from marketplace.language import ngettext
from marketplace.notifications.queries import Told
from marketplace.numerals import number_text
from marketplace.web.buyer import (
    dispute_words,
    told_of_accounts,
    told_of_auctions,
    told_of_checks,
    told_of_credits,
    told_of_debts,
    told_of_messages,
    told_of_orders,
    told_of_payouts,
    told_of_refunds,
    told_of_saved,
    told_of_security,
    told_of_suspensions,
    told_of_transfers,
    told_of_wallets,
)
from marketplace.web.buyer.told_words import Words
from marketplace.web.month_words import month_name
from marketplace.web.pages import money_text
from marketplace.web.sentences import together
from marketplace.web.stored_words import as_read


def words_of(told: Told) -> Words:
    """Return what one fact reads like."""
    return _WORDS[told.kind.value](told)


def _order_paid(told: Told) -> Words:
    orders = list(told.facts.get("orders", []))
    url = url_for("buyer.order", number=orders[0]) if len(orders) == 1 else url_for("buyer.orders")
    return Words(
        "circle-check",
        _("You paid %(amount)s", amount=_amount(told.facts, "total_minor")),
        ngettext(
            "Purchase %(number)s, %(count)s order. Your money is held until the goods have arrived.",
            "Purchase %(number)s, %(count)s orders. Your money is held until the goods have arrived.",
            len(orders),
            number=told.facts["number"],
            count=number_text(len(orders)),
        ),
        url,
        _("See the order") if len(orders) == 1 else _("See the orders"),
    )


def _order_received(told: Told) -> Words:
    number = told.facts["number"]
    return Words(
        "package",
        _("New order %(number)s", number=number),
        _(
            "Paid: %(amount)s. You receive %(net)s. Please send it, or have it ready if the buyer collects it.",
            amount=_amount(told.facts, "total_minor"),
            net=_amount(told.facts, "net_minor"),
        ),
        url_for("seller.order", number=number),
        _("Open the order"),
    )


def _money_released(told: Told) -> Words:
    number = told.facts["number"]
    return Words(
        "circle-check",
        _("%(amount)s is available to you", amount=_amount(told.facts, "amount_minor")),
        _("The hold of order %(number)s is over.", number=number),
        url_for("seller.order", number=number),
        _("Open the order"),
    )


def _statement_ready(told: Told) -> Words:
    month, closings = date.fromisoformat(str(told.facts["month"])), list(told.facts["closings"])
    balances = reduce(_and, (_amount(closing, "closing_minor") for closing in closings))
    where: dict[str, Any] = {"currency": str(closings[0]["currency"]), "month": f"{month:%Y-%m}"}
    url = url_for("seller.statement", **where) if len(closings) == 1 else url_for("seller.statements")
    return Words(
        "receipt",
        _("Your statement of %(month)s is ready", month=month_name(month)),
        _("The month closed with %(balances)s.", balances=balances),
        url,
        _("See the statement") if len(closings) == 1 else _("See the statements"),
    )


def _invoice_ready(told: Told) -> Words:
    facts, kind = told.facts, str(told.facts["kind"])
    number, amount = str(facts["number"]), _amount(facts, "total_minor")
    if kind == "commission":
        title = _("Your commission invoice %(number)s is ready", number=number)
        text = _(
            "%(amount)s, the fees of %(month)s. Nothing is due.",
            amount=amount,
            month=month_name(date.fromisoformat(f"{facts['month']}-01")),
        )
        return Words("receipt", title, text, url_for("seller.invoice", number=number), _("See the invoice"))
    url = url_for("buyer.invoice", number=number)
    text = _("%(amount)s for order %(order)s, from %(shop)s.", amount=amount, order=facts["order"], shop=facts["from"])
    if kind == "credit_note":
        return Words(
            "receipt", _("Your credit note %(number)s is ready", number=number), text, url, _("See the credit note")
        )
    due = (
        _("Nothing is due.")
        if not facts["due_minor"]
        else _("%(amount)s is on its way.", amount=_amount(facts, "due_minor"))
    )
    if facts["due_minor"] and facts.get("transfer"):
        due = _("%(amount)s is due by bank transfer.", amount=_amount(facts, "due_minor"))
    title = _("Your invoice %(number)s is ready", number=number)
    return Words("receipt", title, f"{text} {due}", url, _("See the invoice"))


def _payment_failed(told: Told) -> Words:
    return Words(
        "circle-alert",
        _("Your payment of %(amount)s did not go through", amount=_amount(told.facts, "amount_minor")),
        _("Nothing was taken. You can pay in another way."),
        _payment_url(told),
        _("See the payment"),
    )


def _payment_expired(told: Told) -> Words:
    return Words(
        "clock",
        _("The payment page for %(amount)s has closed", amount=_amount(told.facts, "amount_minor")),
        _("Nobody paid in time and nothing was taken. You can start again."),
        _payment_url(told),
        _("See the payment"),
    )


def _payment_returned(told: Told) -> Words:
    return Words(
        "undo-2",
        _("%(amount)s went back to you", amount=_amount(told.facts, "amount_minor")),
        _why_returned(str(told.facts.get("reason", ""))),
        _payment_url(told),
        _("See the payment"),
    )


def _why_returned(reason: str) -> str:
    # A package that nobody had used is told in full by its reason.
    if reason == PACKAGE_UNUSED:
        return as_read(reason)
    return together(_("We could not use this payment."), as_read(reason))


def _return_failed(told: Told) -> Words:
    return Words(
        "circle-alert",
        _("%(amount)s did not reach you", amount=_amount(told.facts, "amount_minor")),
        _(
            "Your bank sent the money back to us. It is still yours. "
            "We look after it and send it again: you need not do anything."
        ),
        _payment_url(told),
        _("See the payment"),
    )


def _payment_url(told: Told) -> str:
    return url_for("buyer.payment", payment_id=told.facts.get("payment_id", told.subject_id))


def _and(some: str, last: str) -> str:
    return _("%(some)s and %(last)s", some=some, last=last)


def _amount(facts: Mapping[str, Any], name: str) -> str:
    return money_text(int(facts[name]), str(facts["currency"]))


def _dispute(told: Told) -> Words:
    facts = told.facts
    role, number, orders = str(facts["role"]), str(facts["number"]), list(facts["orders"])
    title, text = dispute_words.words_of(told.kind.value, facts, _amount(facts, "amount_minor"))
    if role != "buyer":
        return Words("shield-alert", title, text, url_for(f"{role}.dispute", number=number), _("See the dispute"))
    url = url_for("buyer.order", number=orders[0]) if orders else url_for("buyer.payments")
    return Words("shield-alert", title, text, url, _("See the order") if orders else _("See your payments"))


_WORDS = {
    **dict.fromkeys(dispute_words.KINDS, _dispute),
    "order_paid": _order_paid,
    "order_received": _order_received,
    "money_released": _money_released,
    "statement_ready": _statement_ready,
    "invoice_ready": _invoice_ready,
    "payment_failed": _payment_failed,
    "payment_expired": _payment_expired,
    "payment_returned": _payment_returned,
    "return_failed": _return_failed,
    **told_of_orders.WORDS,
    **told_of_accounts.WORDS,
    **told_of_suspensions.WORDS,
    **told_of_security.WORDS,
    **told_of_refunds.WORDS,
    **told_of_payouts.WORDS,
    **told_of_debts.WORDS,
    **told_of_messages.WORDS,
    **told_of_saved.WORDS,
    **told_of_wallets.WORDS,
    **told_of_transfers.WORDS,
    **told_of_credits.WORDS,
    **told_of_checks.WORDS,
    **told_of_auctions.WORDS,
}

"""What stands in a mail below its words: the rows of the page it is about, from the same functions as there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from marketplace.bank_transfers import awaited_queries
from marketplace.bank_transfers.rules import in_groups
from marketplace.language import gettext as _
from marketplace.language import pgettext
from marketplace.mails.flows import Outdated
from marketplace.money import CREDIT
from marketplace.notifications.queries import Told
from marketplace.orders import queries, rules
from marketplace.orders.queries import OrderDetail
from marketplace.orders.states import OrderStatus
from marketplace.payment_records.states import PaymentStatus
from marketplace.web import order_parts
from marketplace.web.buyer import order_page as buyer_page
from marketplace.web.order_parts import MoneyRow
from marketplace.web.pages import date_text, money_text
from marketplace.web.seller import order_page as seller_page
from marketplace.web.stored_words import as_read


@dataclass(frozen=True, slots=True)
class Row:
    """A name and what it is."""

    label: str
    value: str
    note: str = ""
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under a heading, which may be empty."""

    title: str
    rows: tuple[Row, ...]
    lines: tuple[str, ...] = ()
    """Lines of an address, below the rows."""


def sections_of(told: Told, user_id: int) -> tuple[Section, ...]:
    """Return what stands below the words of a fact. Raises Outdated when it need not be said any more."""
    make = _SECTIONS.get(told.kind.value)
    return make(told, user_id) if make else ()


def _receipt(told: Told, user_id: int) -> tuple[Section, ...]:
    orders = [queries.buyer_order(str(number), user_id) for number in told.facts["orders"]]
    found = [
        Section(
            _("%(shop)s, order %(number)s", shop=order.shop_name, number=order.number),
            (*_goods(order), *_money(buyer_page.money_rows(order, None))),
        )
        for order in orders
    ]
    total = Row(_("Paid"), money_text(int(told.facts["total_minor"]), str(told.facts["currency"])), is_total=True)
    paid = Section(
        _("Purchase %(number)s", number=told.facts["number"]), (Row(_("Date"), date_text(told.created_at)), total)
    )
    is_sent = any(not order.agreed.is_pickup for order in orders)
    address = Section(_("Goes to"), (), order_parts.address_lines(orders[0].delivery_address)) if is_sent else None
    return (*found, paid, *((address,) if address else ()))


def _package(told: Told, _user_id: int) -> tuple[Section, ...]:
    facts = told.facts
    count, balance = (money_text(int(facts[name]), CREDIT) for name in ("credits", "balance"))
    rows = (Row(_("Date"), date_text(told.created_at)), Row(str(facts["package"]), count))
    paid = Row(_("Paid"), _amount(facts), is_total=True)
    title = _("Purchase %(number)s", number=facts["number"])
    return (Section(title, (*rows, paid)), _facts((_("You hold now"), balance)))


def _sale(told: Told, user_id: int) -> tuple[Section, ...]:
    order = queries.seller_order(str(told.facts["number"]), user_id)
    agreed = Section(_("What was agreed"), (*_goods(order), *_money(seller_page.agreed_rows(order))))
    income = Section(_("What you receive"), _money(seller_page.income_rows(order, is_paid=True)))
    last_day = rules.ship_by(told.created_at, order.agreed.handling_days)
    until = Section("", (Row(order_parts.by_day_label(is_pickup=order.agreed.is_pickup), date_text(last_day)),))
    return agreed, income, until


def _reminder(told: Told, user_id: int) -> tuple[Section, ...]:
    order = queries.seller_order(str(told.facts["number"]), user_id)
    if order.status is not OrderStatus.CONFIRMED:
        raise Outdated("The order was sent, or is not wanted any more.")
    last_day = date.fromisoformat(str(told.facts["last_day"]))
    by_day = Row(order_parts.by_day_label(is_pickup=order.agreed.is_pickup), date_text(last_day))
    return (Section("", (*_goods(order), by_day)),)


def _parcel(told: Told, user_id: int) -> tuple[Section, ...]:
    order = queries.buyer_order(str(told.facts["number"]), user_id)
    if told.facts.get("way") == rules.BY_HAND:
        return (Section("", _goods(order)),)
    carrier, number = as_read(str(told.facts["carrier_name"])), str(told.facts["tracking_number"])
    return (Section("", (*_goods(order), *_facts((_("Sent with"), carrier), (_("Tracking number"), number)).rows)),)


def _transfer(told: Told, user_id: int) -> tuple[Section, ...]:
    facts = told.facts
    if awaited_queries.instructions(int(facts["payment_id"]), user_id).status is not PaymentStatus.PENDING:
        raise Outdated("The money has come, or is not awaited any more.")
    rows = (
        (_("Recipient"), facts["holder"]),
        (_("IBAN"), in_groups(str(facts["iban"]))),
        (_("Account number"), facts["number_of_account"]),
        (_("BIC"), facts["bic"]),
        (_("Bank"), facts["bank"]),
        (_("Amount"), _amount(facts)),
        (_("Reference"), in_groups(str(facts["reference"]))),
        (pgettext("an amount", "Due"), date_text(date.fromisoformat(str(facts["due_on"])))),
    )
    return (_facts(*rows),)


def _refund(told: Told, _user_id: int) -> tuple[Section, ...]:
    facts = told.facts
    return (_facts((_("Refund"), facts["number"]), (_("Order"), facts["order"]), (_("Amount"), _amount(facts))),)


def _payout(told: Told, _user_id: int) -> tuple[Section, ...]:
    facts = told.facts
    arrives = facts["arrives_at"]
    return (
        _facts(
            (_("Payout"), facts["number"]),
            (_("Amount"), _amount(facts)),
            (_("To"), facts["bank"]),
            (_("Expected"), date_text(datetime.fromisoformat(arrives)) if arrives else ""),
        ),
    )


def _invoice(told: Told, _user_id: int) -> tuple[Section, ...]:
    facts, currency = told.facts, str(told.facts["currency"])
    total, due = (money_text(int(facts[name]), currency) for name in ("total_minor", "due_minor"))
    return (
        _facts(
            (_("Number"), facts["number"]),
            (_("Order"), facts["order"]),
            (_("Total"), total),
            (pgettext("an amount", "Due"), due),
        ),
    )


def _dispute(told: Told, _user_id: int) -> tuple[Section, ...]:
    facts, is_asked = told.facts, told.kind.value in _ASKED and told.facts["role"] != "buyer"
    until = date_text(datetime.fromisoformat(facts["due_by"])) if facts["due_by"] and is_asked else ""
    orders = ", ".join(map(str, facts["orders"]))
    rows = (
        (_("Dispute"), facts["number"]),
        (_("Amount"), _amount(facts)),
        (_("Order") if len(facts["orders"]) == 1 else _("Orders"), orders),
        (_("Answer by"), until),
    )
    return (_facts(*rows),)


def _facts(*rows: tuple[str, object]) -> Section:
    return Section("", tuple(Row(label, str(value)) for label, value in rows if value))


def _goods(order: OrderDetail) -> tuple[Row, ...]:
    return tuple(
        Row(
            f"{line.quantity} \N{MULTIPLICATION SIGN} {line.title}" if line.quantity > 1 else line.title,
            money_text(line.subtotal_minor, order.currency),
            _less(line.discount_minor, order.currency),
        )
        for line in queries.lines_of(order.id)
    )


def _less(discount_minor: int, currency: str) -> str:
    return _("less %(amount)s", amount=money_text(discount_minor, currency)) if discount_minor else ""


def _money(rows: Sequence[MoneyRow]) -> tuple[Row, ...]:
    return tuple(Row(row.label, row.amount, row.note, row.is_total) for row in rows)


def _amount(facts: Mapping[str, Any]) -> str:
    return money_text(int(facts["amount_minor"]), str(facts["currency"]))


_ASKED = ("dispute_asked", "dispute_taken")
"""After that the bank has its answer, or wants none any more."""
_SECTIONS: Mapping[str, Callable[[Told, int], tuple[Section, ...]]] = {
    "order_paid": _receipt,
    "credits_added": _package,
    "order_received": _sale,
    "order_shipped": _parcel,
    "parcel_sent": _parcel,
    "ship_by_reminder": _reminder,
    "invoice_ready": _invoice,
    **{f"transfer_{step}": _transfer for step in ("awaited", "nearly_due")},
    **{f"refund_{step}": _refund for step in ("asked", "approved", "rejected", "completed", "failed")},
    **{f"payout_{step}": _payout for step in ("sent", "paid", "refused", "failed")},
    **{f"dispute_{step}": _dispute for step in ("asked", "taken", "answered", "closed", "won", "lost")},
}

"""What a seller has to do: one line per kind of work, each with its one action, the most urgent first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for

from marketplace.catalog.rules import LOW_STOCK
from marketplace.catalog.shelf_queries import ShelfTab
from marketplace.language import Text, ngettext, pgettext
from marketplace.language import gettext as _
from marketplace.orders import rules
from marketplace.payouts.account_queries import AccountRow
from marketplace.payouts.pot_queries import Pot, Pots
from marketplace.payouts.states import AccountStatus
from marketplace.refunds.rules import answer_due
from marketplace.refunds.waiting_queries import Waiting
from marketplace.web.pages import date_text, money_text, sentence
from marketplace.web.seller import payout_setup_page, phrases

_STOPPED = {
    AccountStatus.RESTRICTED: (Text("Your payout account is restricted"), Text("See why")),
    AccountStatus.DISCONNECTED: (Text("Your payout account is disconnected"), Text("Connect")),
    AccountStatus.REJECTED: (Text("The provider does not pay your shop"), Text("Read")),
}


@dataclass(frozen=True, slots=True)
class ToDo:
    """One line of the list."""

    icon: str
    title: str
    text: str
    url: str
    action: str
    tone: str


def build(
    to_send: Mapping[date, int],
    refunds: Sequence[Waiting],
    disputes: tuple[int, datetime | None],
    shelf: Mapping[ShelfTab, int],
    low_stock: int,
    pots: Sequence[Pots],
    account: AccountRow | None,
    now: datetime,
) -> tuple[ToDo, ...]:
    """Return what is to be done; `to_send` counts orders by the day on which they were paid.

    `disputes` says how many wait for an answer and when the first of them is due.
    """
    return (
        *_stopped(account),
        *_disputes(*disputes),
        *_orders(to_send, now),
        *_refunds(refunds, now),
        *_debts(pots),
        *_payouts(account, pots),
        *_shelf(shelf, low_stock),
    )


def due_text(to_send: Mapping[date, int], now: datetime) -> str:
    """Return how many orders are overdue or due today, or by when the next is due; "" when none waits."""
    if not to_send:
        return ""
    overdue = sum(count for last_day, count in to_send.items() if rules.is_overdue(last_day, now))
    today = to_send.get(now.date(), 0)
    told = [_("%(number)s overdue", number=overdue)] * (overdue > 0) + [_("%(number)s due today", number=today)] * (
        today > 0
    )
    return ", ".join(told) or _("next due %(day)s", day=date_text(min(to_send)))


def _stopped(account: AccountRow | None) -> list[ToDo]:
    if account is None or account.status not in _STOPPED:
        return []
    title, action = _STOPPED[account.status]
    text = _("You are not paid and your shop takes no orders")
    return [ToDo("landmark", title, text, url_for("seller.payout_setup"), action, "bad")]


def _payouts(account: AccountRow | None, pots: Sequence[Pots]) -> list[ToDo]:
    """Return what is to be done so that the seller is paid, or stays so."""
    status = account.status if account else None
    url = url_for("seller.payout_setup")
    due_at = account.requirements_due_at if account else None
    if due_at is not None and status not in _STOPPED:
        title = _("Your payout account needs something by %(day)s", day=date_text(due_at))
        return [ToDo("landmark", title, _("After that you are not paid"), url, _("Give it"), "wait")]
    if status in {None, AccountStatus.STARTED}:
        amounts = phrases.joined(payout_setup_page.waiting_of(pots))
        text = (
            _("%(amounts)s waits for you here", amounts=amounts) if amounts else _("Your money waits here until then")
        )
        return [
            ToDo("landmark", _("Set up payouts"), text, url, _("Set up") if account is None else _("Go on"), "wait")
        ]
    return []


def _orders(to_send: Mapping[date, int], now: datetime) -> list[ToDo]:
    count = sum(to_send.values())
    if not count:
        return []
    is_late = any(rules.is_overdue(last_day, now) for last_day in to_send)
    title = ngettext("%(number)s order to send", "%(number)s orders to send", count, number=count)
    tone = "bad" if is_late else "wait"
    return [ToDo("truck", title, sentence(due_text(to_send, now)), url_for("seller.orders"), _("Send"), tone)]


def _disputes(count: int, due_by: datetime | None) -> list[ToDo]:
    if not count:
        return []
    title = ngettext(
        "%(number)s buyer's bank asks about an order", "%(number)s buyers' banks ask about orders", count, number=count
    )
    text = _("Tell us what you know by %(day)s", day=date_text(due_by)) if due_by else _("Tell us what you know")
    return [ToDo("shield-alert", title, text, url_for("seller.disputes"), pgettext("what to do", "Answer"), "bad")]


def _refunds(refunds: Sequence[Waiting], now: datetime) -> list[ToDo]:
    if not refunds:
        return []
    count = sum(each.refunds for each in refunds)
    title = ngettext("%(number)s refund asked for", "%(number)s refunds asked for", count, number=count)
    due = answer_due(min(each.oldest for each in refunds))
    day = date_text(due)
    text = _("Was to be decided by %(day)s", day=day) if due < now else _("To be decided by %(day)s", day=day)
    return [ToDo("undo-2", title, text, url_for("seller.refunds"), _("Read"), "bad")]


def _debts(pots: Sequence[Pots]) -> list[ToDo]:
    return [
        ToDo(
            "wallet",
            _("You owe %(amount)s", amount=money_text(-each.debt_minor, each.currency)),
            _("It had to go back after it had left your balance. Your next sales pay it."),
            url_for("seller.explain_pot", pot=Pot.DEBT.value, currency=each.currency),
            _("See why"),
            "hold",
        )
        for each in pots
        if each.debt_minor < 0
    ]


def _shelf(shelf: Mapping[ShelfTab, int], low_stock: int) -> list[ToDo]:
    out, paused, drafts = shelf[ShelfTab.SOLD_OUT], shelf[ShelfTab.PAUSED], shelf[ShelfTab.DRAFT]
    few = _("%(number)s or fewer left", number=LOW_STOCK)
    listed: list[tuple[int, tuple[str, ...], dict[str, Any]]] = [
        (
            out,
            ("package-x", _sold_out(out), _("Buyers can't buy them"), _("Restock"), "wait"),
            {"tab": ShelfTab.SOLD_OUT.value},
        ),
        (
            low_stock,
            ("package", _nearly_sold_out(low_stock), few, _("Restock"), "wait"),
            {"tab": ShelfTab.ACTIVE.value, "stock": "low"},
        ),
        (
            paused,
            ("eye", _paused(paused), _("Buyers don't see them"), _("Publish"), "hold"),
            {"tab": ShelfTab.PAUSED.value},
        ),
        (
            drafts,
            ("pencil", _drafts(drafts), _("Buyers don't see them yet"), _("Finish"), "hold"),
            {"tab": ShelfTab.DRAFT.value},
        ),
    ]
    return [
        ToDo(icon, title, text, url_for("seller.listings", **where), action, tone)
        for count, (icon, title, text, action, tone), where in listed
        if count
    ]


def _sold_out(count: int) -> str:
    return ngettext("%(number)s listing is sold out", "%(number)s listings are sold out", count, number=count)


def _nearly_sold_out(count: int) -> str:
    return ngettext("%(number)s part is nearly sold out", "%(number)s parts are nearly sold out", count, number=count)


def _paused(count: int) -> str:
    return ngettext("%(number)s listing is paused", "%(number)s listings are paused", count, number=count)


def _drafts(count: int) -> str:
    return ngettext("%(number)s draft to finish", "%(number)s drafts to finish", count, number=count)

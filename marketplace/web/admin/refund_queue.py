"""The left side of the refund queue: what the address chooses, its page of refunds, and the ways to the others."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import url_for

from marketplace.language import gettext as _
from marketplace.language import ngettext
from marketplace.paging import Listed
from marketplace.refunds import queue_queries, rules
from marketplace.refunds.queries import RefundRow
from marketplace.refunds.queue_queries import Choice, RefundTab
from marketplace.refunds.states import RefundStatus
from marketplace.web import lists, refund_list, refund_parts
from marketplace.web.admin import refund_page
from marketplace.web.lists import Asked, Tab
from marketplace.web.pages import money_text
from marketplace.web.wording import Badge


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """One refund on the left."""

    title: str
    note: str
    url: str
    amount: str
    badge: Badge
    is_current: bool


def chosen_by_address(row: RefundRow | None) -> Choice:
    """Return what the address chooses; without a tab, the one where `row` stands."""
    tab = lists.choice(RefundTab, "tab") or _tab_of(row)
    status = lists.choice(RefundStatus, "status")
    is_late = tab is RefundTab.WAITING and lists.row_id("late") is not None
    return Choice(tab, status if status in tab.statuses else None, is_late)


def address(choice: Choice) -> dict[str, Any]:
    """Return a choice as the address says it."""
    found = {"tab": choice.tab.value, "status": choice.status.value if choice.status else ""}
    return {name: value for name, value in (found | {"late": "1" if choice.is_late else ""}).items() if value}


def asked_of(choice: Choice) -> Asked:
    """Return what the address asks of the queue beside `choice`: days, order, size and page."""
    return lists.asked(*refund_list.sorts(choice.tab), endpoint="admin.refunds", **address(choice))


def listed_with(choice: Choice, asked: Asked, row: RefundRow | None, now: datetime) -> Listed[RefundRow]:
    """Return the page that the address asks for; without one, the first, or where `row` stands beyond it."""
    cursor = asked.cursor
    first = queue_queries.queue(choice, asked.period, now, cursor)
    is_first = cursor.before is None and cursor.after is None and cursor.sort is asked.sorts[0]
    if row is None or not is_first or row.id in {each.id for each in first.rows} or not choice.has(row, now):
        return first
    beyond = replace(cursor, after=row.id - 1 if choice.tab.is_queue else row.id + 1)
    return queue_queries.queue(choice, asked.period, now, beyond)


def entries(
    listed: Listed[RefundRow], asked: Asked, current: RefundRow | None, now: datetime
) -> tuple[QueueEntry, ...]:
    """Return a page of refunds; opening one keeps the page."""
    cursor = asked.cursor
    place = {name: str(value) for name, value in (("before", cursor.before), ("after", cursor.after)) if value}
    return tuple(
        QueueEntry(
            title=f"{row.number} · {row.buyer_name}",
            note=f"{row.reason.label} · {refund_parts.age_text(row.asked_at, now)}",
            url=f"{asked.url(**place, refund=row.number)}#refund",
            amount=money_text(row.amount_minor, row.currency),
            badge=refund_page.badge(row, now),
            is_current=current is not None and row.id == current.id,
        )
        for row in listed.rows
    )


def tabs(choice: Choice, counts: Mapping[RefundStatus, int]) -> tuple[Tab, ...]:
    """Return the tabs, counted where somebody waits."""
    return tuple(
        Tab(
            each.label,
            url_for("admin.refunds", tab=each.value),
            each is choice.tab,
            each.count_of(counts) if each.is_queue else "",
        )
        for each in RefundTab
    )


def filters(choice: Choice, counts: Mapping[RefundStatus, int], late: int) -> tuple[Tab, ...]:
    """Return the ways to narrow a tab: those beyond their target, and each status where there are several."""
    tab, found = choice.tab, []
    if tab is RefundTab.WAITING:
        found.append(_filter(_("Over target"), Choice(tab, is_late=True), choice, late))
    if len(tab.statuses) > 1:
        found += [_filter(each.label, Choice(tab, each), choice, counts.get(each, 0)) for each in tab.statuses]
    return (_filter(_("All"), Choice(tab), choice, tab.count_of(counts)), *found) if found else ()


def note(waiting: int, since: datetime | None, now: datetime) -> str:
    """Return how many wait, for how long, and how long they should."""
    days = rules.TARGET_WORKING_DAYS
    if since is None:
        return _("None waiting · target %(days)s working days", days=days)
    return ngettext(
        "%(number)s waiting · oldest %(age)s · target %(days)s working days",
        "%(number)s waiting · oldest %(age)s · target %(days)s working days",
        waiting,
        number=waiting,
        age=refund_parts.age_text(since, now),
        days=days,
    )


def _filter(label: str, leads_to: Choice, current: Choice, count: int) -> Tab:
    return Tab(label, url_for("admin.refunds", **address(leads_to)), leads_to == current, count)


def _tab_of(row: RefundRow | None) -> RefundTab:
    return next((tab for tab in RefundTab if row and row.status in tab.statuses), RefundTab.WAITING)

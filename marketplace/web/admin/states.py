"""Every status that things can have: what it means, what may follow, and one row to look at (S0.20, S1.15)."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.reconciliation import state_queries
from marketplace.reconciliation.state_queries import Example, Page, StateRow
from marketplace.transitions import Machine
from marketplace.web import guards, wording
from marketplace.web.admin.state_words import MACHINES, MEANINGS
from marketplace.web.console import Console, admin_console
from marketplace.web.wording import Badge

ADDRESSES = {
    Page.PAYMENT: ("admin.payment", "payment_id", "Payment"),
    Page.PURCHASE: ("admin.purchase", "number", "Purchase"),
    Page.ORDER: ("admin.purchase", "number", "Order"),
    Page.JOB: ("admin.jobs_page", "job", "Job"),
    Page.REFUND: ("admin.refunds", "refund", "Refund"),
    Page.DISPUTE: ("admin.dispute", "number", "Dispute"),
    Page.EVENT: ("admin.event", "event_row_id", "Event"),
    Page.PAYOUT: ("admin.payout", "number", "Payout"),
    Page.USER: ("admin.user", "user_id", "Person"),
    Page.BREAK: ("admin.reconciliation_break", "number", "Break"),
    Page.MAIL: ("admin.mails", "status", "Mail"),
    Page.INVOICE: ("admin.invoice", "number", "Document"),
    Page.DISCOUNT: ("admin.discount", "discount_id", "Code"),
    Page.LISTING: ("shop.listing", "slug", "Listing"),
}


@dataclass(frozen=True, slots=True)
class State:
    """One status in the gallery."""

    badge: Badge
    meaning: str
    follows: tuple[str, ...]
    """What may come next and why, in words."""
    count: str
    example: str
    example_url: str
    note: str


@dataclass(frozen=True, slots=True)
class Gallery:
    """One machine."""

    title: str
    note: str
    states: tuple[State, ...]


@dataclass(frozen=True, slots=True)
class StatesPage:
    """What templates/admin/states.html shows."""

    title: str
    console: Console
    galleries: tuple[Gallery, ...]


@guards.admin_only
def states() -> ResponseReturnValue:
    """Show every status of every machine with the newest row that is or was in it."""
    by_machine = {machine: tuple(rows) for machine, rows in groupby(state_queries.states(), lambda row: row.machine)}
    ordered = sorted(by_machine, key=lambda machine: list(MACHINES).index(machine.name))
    page = StatesPage(
        title="States",
        console=admin_console("states"),
        galleries=tuple(
            Gallery(*MACHINES[machine.name], states=tuple(_state(row) for row in by_machine[machine]))
            for machine in ordered
        ),
    )
    return render_template("admin/states.html", page=page)


def _state(row: StateRow) -> State:
    text, url, note = _example(row.example)
    status = row.machine.states(row.status)
    return State(
        badge=wording.badge(status),
        meaning=MEANINGS[row.machine.name, row.status],
        follows=_follows(row.machine, row.status),
        count=f"{row.count:,}",
        example=text,
        example_url=url,
        note=note,
    )


def _example(found: Example | None) -> tuple[str, str, str]:
    """Return words, address and a note for the example of a status."""
    if found is None:
        return "Not yet", "", "Nothing has been in this state."
    note = "It has been in this state; nothing is now." if found.is_past else ""
    if found.page is Page.NONE:
        return "Not shown", "", note or "Only its seller sees it."
    endpoint, name, word = ADDRESSES[found.page]
    values: dict[str, Any] = {name: found.key}
    return f"{word} {found.key}", url_for(endpoint, **values), note


def _follows(machine: Machine, status: str) -> tuple[str, ...]:
    """Return each status that may come next, once, with why."""
    found = {move.target: move.why for move in machine.moves.values() if status in move.sources}
    return tuple(
        f"{machine.states(target).label}: {why[:1].lower()}{why[1:]}"
        for target, why in found.items()
        if target != status
    )

"""Every status that things can have: what it means, what may follow, and one row to look at (S0.20, S1.15)."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.numerals import number_text
from marketplace.reconciliation import state_queries
from marketplace.reconciliation.state_queries import Example, Page, StateRow
from marketplace.transitions import Machine
from marketplace.web import guards, wording
from marketplace.web.admin.state_words import MACHINES, MEANINGS
from marketplace.web.console import Console, admin_console
from marketplace.web.wording import Badge

ADDRESSES = {
    Page.PAYMENT: ("admin.payment", "payment_id", Text("Payment")),
    Page.PURCHASE: ("admin.purchase", "number", Text("Purchase")),
    Page.ORDER: ("admin.purchase", "number", Text("Order")),
    Page.JOB: ("admin.jobs_page", "job", Text("Job")),
    Page.REFUND: ("admin.refunds", "refund", Text("Refund")),
    Page.DISPUTE: ("admin.dispute", "number", Text("Dispute")),
    Page.EVENT: ("admin.event", "event_row_id", Text("Event")),
    Page.PAYOUT: ("admin.payout", "number", Text("Payout")),
    Page.USER: ("admin.user", "user_id", Text("Person")),
    Page.BREAK: ("admin.reconciliation_break", "number", Text("Break")),
    Page.MAIL: ("admin.mails", "status", Text("Mail")),
    Page.INVOICE: ("admin.invoice", "number", Text("Document")),
    Page.DISCOUNT: ("admin.discount", "discount_id", Text("Code")),
    Page.TRANSFER: ("admin.transfer", "transfer_id", Text("Transfer")),
    Page.OUTGOING: ("admin.outgoing_transfer", "transfer_id", Text("Transfer")),
    Page.AUCTION: ("admin.auction", "auction_id", Text("Auction")),
    Page.LISTING: ("shop.listing", "slug", Text("Listing")),
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
        title=_("States"),
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
        count=number_text(row.count),
        example=text,
        example_url=url,
        note=note,
    )


def _example(found: Example | None) -> tuple[str, str, str]:
    """Return words, address and a note for the example of a status."""
    if found is None:
        return _("Not yet"), "", _("Nothing has been in this state.")
    note = _("It has been in this state; nothing is now.") if found.is_past else ""
    if found.page is Page.NONE:
        return _("Not shown"), "", note or _("Only its seller sees it.")
    endpoint, name, word = ADDRESSES[found.page]
    values: dict[str, Any] = {name: found.key}
    return f"{word} {found.key}", url_for(endpoint, **values), note


def _follows(machine: Machine, status: str) -> tuple[str, ...]:
    """Return each status that may come next, once, with why."""
    found = {move.target: move.why for move in machine.moves.values() if status in move.sources}
    return tuple(
        f"{machine.states(target).label}: {_within(str(why))}" for target, why in found.items() if target != status
    )


def _within(text: str) -> str:
    """Return a sentence as it reads behind a colon."""
    return text[:1].lower() + text[1:]

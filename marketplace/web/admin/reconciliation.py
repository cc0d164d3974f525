"""Reconciliation: the provider, the ledger and the rows next to each other, what does not agree, and the runs."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.language import gettext as _
from marketplace.language import ngettext, texts
from marketplace.numerals import number_text
from marketplace.paging import Cursor, Sort, every
from marketplace.reconciliation import break_queries, flows, run_queries
from marketplace.reconciliation.break_queries import Age, BreakRow, Sought
from marketplace.reconciliation.rules import Kind
from marketplace.reconciliation.run_queries import RunRow
from marketplace.reconciliation.states import BreakStatus
from marketplace.web import guards, lists
from marketplace.web.admin import reconciliation_figures, reconciliation_words
from marketplace.web.admin.reconciliation_figures import CurrencyFigures, RunView
from marketplace.web.console import Console, admin_console
from marketplace.web.explaining import Crumb
from marketplace.web.lists import Tab, Tools
from marketplace.web.pages import decimal, money_text, time_text
from marketplace.web.refund_parts import age_text
from marketplace.web.wording import Badge

_NEWEST_RUNS = 5
_TONES = {BreakStatus.OPEN: "bad", BreakStatus.MENDED: "ok", BreakStatus.DECIDED: "mute", BreakStatus.GONE: "mute"}
_CSV_COLUMNS = texts(
    "Break", "Kind", "Status", "Currency", "Difference", "Object", "Payment", "Cause", "Proposal", "Explained",
    "Note", "Found (UTC)", "Closed (UTC)",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BreakView:
    """One break in the list."""

    number: str
    url: str
    kind: str
    about: str
    badge: Badge
    amount: str
    cause: str
    age: str
    proposal: str


@dataclass(frozen=True, slots=True)
class KindLine:
    """How many breaks of one kind are open, by age: each count with where it leads; "" for none."""

    label: str
    url: str
    ages: tuple[tuple[str, str, str], ...]
    """Label, count and address."""


@dataclass(frozen=True, slots=True)
class ReconciliationPage:
    """What templates/admin/reconciliation.html shows."""

    title: str
    console: Console
    note: str
    run_url: str
    lines_url: str
    runs_url: str
    under_way: str
    open_text: str
    """How many breaks are open, whatever the filters say; "" for none."""
    currencies: tuple[CurrencyFigures, ...]
    at_paypal: tuple[reconciliation_figures.HeldElsewhere, ...]
    ages: tuple[str, ...]
    kinds: tuple[KindLine, ...]
    tabs: tuple[Tab, ...]
    rows: tuple[BreakView, ...]
    tools: Tools
    empty: tuple[str, str]
    runs: tuple[RunView, ...]


@dataclass(frozen=True, slots=True)
class RunsPage:
    """What templates/admin/reconciliation_runs.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    runs: tuple[RunView, ...]
    tools: Tools


@guards.admin_only
def reconciliation() -> ResponseReturnValue:
    """Show the three sides as the last run found them, the breaks of a tab, and the newest runs."""
    status = lists.choice(BreakStatus, "status") or BreakStatus.OPEN
    kind, age, now = lists.choice(Kind, "kind"), lists.choice(Age, "age"), clock.now()
    filters = {
        "status": "" if status is BreakStatus.OPEN else status.value,
        "kind": kind.value if kind else "",
        "age": age.value if age else "",
    }
    asked = lists.asked(*lists.BY_TIME, Sort.LARGEST, Sort.SMALLEST, **filters)
    sought = Sought(status, kind, age, asked.period)
    read = partial(break_queries.breaks, sought, now)
    if asked.is_csv:
        return lists.csv_file("breaks", _CSV_COLUMNS, map(_csv_row, every(read, asked.cursor)))
    listed, counts, run = read(asked.cursor), break_queries.counts(sought, now), run_queries.latest()
    under_way = run_queries.under_way()
    page = ReconciliationPage(
        title=_("Reconciliation"),
        console=admin_console("reconciliation"),
        note=reconciliation_figures.note(run),
        run_url=url_for("admin.start_reconciliation"),
        lines_url=url_for("admin.reconciliation_lines"),
        runs_url=url_for("admin.reconciliation_runs"),
        under_way=reconciliation_figures.progress(under_way) if under_way else "",
        open_text=_open_text(run_queries.open_count()),
        currencies=reconciliation_figures.currencies(run_queries.figures(run.id) if run else ()),
        at_paypal=reconciliation_figures.at_paypal(),
        ages=tuple(each.label for each in Age),
        kinds=_kinds(now),
        tabs=tuple(
            Tab(each.label, asked.url(status=each.value), each is status, counts.get(each, 0)) for each in BreakStatus
        ),
        rows=tuple(_break(row, now) for row in listed.rows),
        tools=asked.tools(listed, {"kind": kind.label if kind else "", "age": _age_text(age) if age else ""}),
        empty=_empty(status, run),
        runs=tuple(map(reconciliation_figures.run, run_queries.runs(Cursor(size=_NEWEST_RUNS)).rows)),
    )
    return render_template("admin/reconciliation.html", page=page)


@guards.admin_only
def start_reconciliation() -> ResponseReturnValue:
    """Begin a run, or find the one under way; the worker carries it on."""
    mends = request.form.get("mends") == "1"
    flows.begin(provider="stripe", admin_id=guards.viewer().user_id, mends=mends, from_start=False, now=clock.now())
    # A small shop's run is over before the page is back; what is left is the worker's.
    provider, settings = current_app.extensions["providers"]["stripe"], current_app.extensions["settings"]
    is_left = flows.go_on(provider=provider, settings=settings, now=clock.now(), seconds=flows.WAITING_SECONDS)
    words = _("All three sides are being compared. This page shows how far it is.") if is_left else _("Compared.")
    flash(words, "wait" if is_left else "ok")
    return redirect(url_for("admin.reconciliation"), code=303)


@guards.admin_only
def reconciliation_runs() -> ResponseReturnValue:
    """List the runs."""
    asked = lists.asked(Sort.NEWEST)
    listed = run_queries.runs(asked.cursor)
    page = RunsPage(
        title=_("Runs of reconciliation"),
        console=admin_console("reconciliation"),
        crumbs=(Crumb(_("Reconciliation"), url_for("admin.reconciliation")),),
        runs=tuple(map(reconciliation_figures.run, listed.rows)),
        tools=asked.tools(listed),
    )
    return render_template("admin/reconciliation_runs.html", page=page)


def break_badge(status: BreakStatus) -> Badge:
    """Return the status of a break as a badge."""
    return Badge(status.label, _TONES[status])


def _break(row: BreakRow, now: datetime) -> BreakView:
    # A message that came twice is about no money.
    amount = money_text(row.difference_minor, row.currency) if row.currency else _("No money")
    return BreakView(
        number=row.number,
        url=url_for("admin.reconciliation_break", number=row.number),
        kind=str(row.kind.label),
        about=row.object_id or "",
        badge=break_badge(row.status),
        amount=amount,
        cause=row.cause.words,
        age=age_text(row.found_at, row.closed_at or now),
        proposal=row.proposal.label if row.status is BreakStatus.OPEN else time_text(row.closed_at or now),
    )


def _age_text(age: Age) -> str:
    return _("Open for: %(time)s", time=age.label.lower())


def _open_text(count: int) -> str:
    if not count:
        return ""
    return ngettext("One break is open.", "%(number)s breaks are open.", count, number=number_text(count))


def _kinds(now: datetime) -> tuple[KindLine, ...]:
    found = break_queries.open_by_kind_and_age(now)
    return tuple(
        KindLine(
            kind.label,
            url_for("admin.reconciliation", kind=kind.value),
            tuple(
                (
                    age.label,
                    str(found[kind].get(age, 0)),
                    url_for("admin.reconciliation", kind=kind.value, age=age.value),
                )
                for age in Age
            ),
        )
        for kind in Kind
        if kind in found
    )


def _empty(status: BreakStatus, run: RunRow | None) -> tuple[str, str]:
    if status is not BreakStatus.OPEN:
        return _("Nothing here"), _("No break is %(status)s yet.", status=status.label.lower())
    if run is None:
        return _("Nothing was compared yet"), _("The first run comes tonight, or when you ask for it.")
    return _("Everything agrees"), _("The provider, the ledger and our rows say the same, to the cent.")


def _csv_row(row: BreakRow) -> tuple[object, ...]:
    amount = decimal(row.difference_minor, row.currency) if row.currency else None
    about = (row.object_id, row.payment_id, row.cause.words, row.proposal.label, _("yes") if row.is_explained else "")
    named = (row.number, row.kind.label, row.status.label, row.currency, amount)
    return (*named, *about, reconciliation_words.told(row.note), row.found_at, row.closed_at)

"""The health board: one tile per thing that can go wrong, with its bound; each opens exactly the rows it counts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, jobs
from marketplace.errors import NotFound
from marketplace.language import Text, ngettext
from marketplace.language import gettext as _
from marketplace.numerals import number_text
from marketplace.reconciliation import board
from marketplace.reconciliation.board import MOST, NegativeRow, StuckJob, StuckRow
from marketplace.reconciliation.board_rules import Level, Reading, Tile, level, time_of
from marketplace.web import guards, lists
from marketplace.web.admin.event_page import status_badge
from marketplace.web.admin.health_words import GROUPS, WORDS, Words
from marketplace.web.admin.job_words import job_text
from marketplace.web.admin.kept_words import plain_text, subject_text
from marketplace.web.admin.states import ADDRESSES
from marketplace.web.admin.waiting_page import span_text
from marketplace.web.console import Console, admin_console
from marketplace.web.explaining import Crumb
from marketplace.web.pages import money_text, time_text
from marketplace.web.refund_parts import age_text
from marketplace.web.wording import Badge

_LEVELS = {
    Level.GOOD: Badge(Text("Good"), "ok"),
    Level.LOOK: Badge(Text("Look"), "wait"),
    Level.ACT: Badge(Text("Act"), "bad"),
}


_LISTS: Mapping[Tile, tuple[str, Mapping[str, str]]] = {
    Tile.WEBHOOK_LAG: ("admin.events", {"road": "webhook", "size": "100"}),
    Tile.EVENTS_WAITING: ("admin.events", {"status": "received"}),
    Tile.UNMATCHED: ("admin.unmatched", {}),
    Tile.UNKNOWN_CALLS: ("admin.calls", {"tab": "unknown"}),
    Tile.BLOCKED_CALLS: ("admin.calls", {"tab": "blocked"}),
    Tile.RISK: ("admin.risks", {}),
    Tile.DEBTS: ("admin.debts", {}),
    Tile.BREAKS: ("admin.reconciliation", {}),
    Tile.DRIFT: ("admin.reconciliation", {}),
    Tile.TICK: ("admin.jobs_page", {}),
    Tile.FAILED_JOBS: ("admin.jobs_page", {}),
    Tile.FAILED_MAILS: ("admin.mails", {"status": "failed"}),
}


@dataclass(frozen=True, slots=True)
class TileView:
    """One tile, in the fields of templates/components/kpis.html."""

    label: str
    amount: str
    note: str
    change: str
    tone: str
    explain_url: str
    explain_label: str


@dataclass(frozen=True, slots=True)
class TileGroup:
    """Tiles of one family."""

    title: str
    tiles: tuple[TileView, ...]


@dataclass(frozen=True, slots=True)
class BoardPage:
    """What templates/admin/health.html shows."""

    title: str
    console: Console
    badge: Badge
    note: str
    groups: tuple[TileGroup, ...]


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row behind a tile."""

    what: str
    url: str
    badge: Badge | None
    detail: str
    since: str
    age: str


@dataclass(frozen=True, slots=True)
class HealthListPage:
    """What templates/admin/health_list.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    badge: Badge
    note: str
    rows: tuple[ListRow, ...]
    empty: str
    run_url: str


@guards.admin_only
def board_page() -> ResponseReturnValue:
    """Show every tile."""
    now, system_now = clock.now(), clock.system_now()
    found = {each.tile: each for each in board.readings(now=now, system_now=system_now)}
    levels = {each.tile: level(each, time_of(each.tile, now, system_now)) for each in found.values()}
    worst = max(levels.values(), key=list(Level).index)
    count = sum(each is not Level.GOOD for each in levels.values())
    page = BoardPage(
        title=_("Health"),
        console=admin_console("health"),
        badge=_LEVELS[worst],
        note=_("Everything is within its bound.")
        if not count
        else _("%(count)s of %(levels)s are out of their bounds.", count=count, levels=len(levels)),
        groups=tuple(
            TileGroup(title, tuple(_tile(found[tile], levels[tile], now, system_now) for tile in tiles))
            for title, tiles in GROUPS.items()
        ),
    )
    return render_template("admin/health.html", page=page)


@guards.admin_only
def health_list(tile: str) -> ResponseReturnValue:
    """Show the rows behind one tile that has no other list."""
    asked = lists.member(Tile, tile)
    if asked is None or asked in _LISTS:
        raise NotFound(_("There is no such list."))
    now, system_now = clock.now(), clock.system_now()
    [found] = [each for each in board.readings(now=now, system_now=system_now) if each.tile is asked]
    rows = (
        _OWN_LISTS[asked](found)
        if asked in _OWN_LISTS
        else tuple(_stuck(each, now) for each in board.stuck(asked, now))
    )
    words = WORDS[asked]
    page = HealthListPage(
        title=words.label,
        console=admin_console("health"),
        crumbs=(Crumb(_("Health"), url_for("admin.health")),),
        badge=_LEVELS[level(found, time_of(asked, now, system_now))],
        note=_bound(words, found),
        rows=rows,
        empty=_books_text(found, system_now) if asked is Tile.BOOKS else _("Nothing is past its bound."),
        run_url=url_for("admin.check_books_now") if asked is Tile.BOOKS else "",
    )
    return render_template("admin/health_list.html", page=page)


def _bound(words: Words, found: Reading) -> str:
    bound = _("Bound: %(bound)s.", bound=words.bound)
    if found.count <= MOST:
        return bound
    return f"{bound} {_('The first %(most)s of %(count)s.', most=MOST, count=number_text(found.count))}"


@guards.admin_only
def check_books_now() -> ResponseReturnValue:
    """Recompute the books now and keep what came of it."""
    report = jobs.check_books()
    count = len(report.differences)
    if count:
        flash(ngettext("%(count)s row does not agree.", "%(count)s rows do not agree.", count, count=count), "bad")
    else:
        flash(
            _(
                "All of it agrees: %(entries)s entries, %(checks)s checks.",
                entries=number_text(report.entries),
                checks=report.checks,
            ),
            "ok",
        )
    return redirect(url_for("admin.health_list", tile=Tile.BOOKS.value), code=303)


def _tile(found: Reading, its_level: Level, now: datetime, system_now: datetime) -> TileView:
    words, badge = WORDS[found.tile], _LEVELS[its_level]
    return TileView(
        label=words.label,
        amount=_figure(found, now, system_now),
        note=f"{_('Bound: %(bound)s.', bound=words.bound)} {_oldest(found, now, system_now)}".rstrip(),
        change=badge.label,
        tone=badge.tone,
        explain_url=_url(found.tile),
        explain_label=_("Open the list"),
    )


def _figure(found: Reading, now: datetime, system_now: datetime) -> str:
    if found.tile is Tile.WEBHOOK_LAG:
        return span_text(timedelta(seconds=found.count))
    if found.tile is Tile.TICK:
        return _("%(span)s ago", span=span_text(system_now - found.since)) if found.since else _("Never")
    if found.tile is Tile.BOOKS:
        return _("Never") if found.since is None else _("Differences") if found.count else _("All agrees")
    return number_text(found.count)


def _oldest(found: Reading, now: datetime, system_now: datetime) -> str:
    """Return what else there is to say of a figure, as a sentence; "" for nothing."""
    if found.tile is Tile.WEBHOOK_LAG:
        return _("The slowest took %(span)s.", span=span_text(timedelta(seconds=found.more)))
    if found.tile is Tile.DRIFT:
        return (
            _("Last compared %(age)s ago.", age=age_text(found.since, now))
            if found.since
            else _("It has not been compared yet.")
        )
    if found.tile is Tile.BOOKS:
        return _("Last %(age)s ago.", age=age_text(found.since, system_now)) if found.since else ""
    if found.tile is Tile.UNMATCHED and found.more:
        return _("%(count)s wait for a person.", count=found.more)
    if found.since is None or found.tile is Tile.TICK:
        return ""
    return _("The oldest for %(age)s.", age=age_text(found.since, time_of(found.tile, now, system_now)))


def _url(tile: Tile) -> str:
    if tile in _LISTS:
        endpoint, values = _LISTS[tile]
        given: dict[str, Any] = dict(values)
        return url_for(endpoint, **given)
    return url_for("admin.health_list", tile=tile.value)


def _stuck(row: StuckRow, now: datetime) -> ListRow:
    url = ""
    if row.page in ADDRESSES:
        endpoint, name, _word = ADDRESSES[row.page]
        values: dict[str, Any] = {name: row.key}
        url = url_for(endpoint, **values)
    badge = status_badge(row.subject, row.status)
    # People know these by their numbers.
    what = subject_text(row.subject, row.key if row.subject in {"payout", "refund"} else row.id)
    return ListRow(what, url, badge, "", time_text(row.since), age_text(row.since, now))


def _negative(_reading: Reading) -> tuple[ListRow, ...]:
    return tuple(map(_negative_row, board.negative_balances()))


def _negative_row(row: NegativeRow) -> ListRow:
    url = url_for("admin.user", user_id=row.owner_id)
    missing = _("%(amount)s below zero", amount=money_text(row.amount_minor, row.currency))
    return ListRow(
        _("Seller %(number)s", number=row.owner_id),
        url,
        None,
        f"{plain_text(row.account)}: {missing}",
        "",
        "",
    )


def _jobs(_reading: Reading) -> tuple[ListRow, ...]:
    return tuple(map(_job_row, board.stuck_jobs(clock.system_now())))


def _job_row(row: StuckJob) -> ListRow:
    url = url_for("admin.jobs_page", tab="running" if row.status == "doing" else "queued")
    age = age_text(row.since, clock.system_now())
    return ListRow(_("Job %(number)s", number=row.id), url, None, job_text(row.name), time_text(row.since), age)


def _books(found: Reading) -> tuple[ListRow, ...]:
    """Return the differences that the last check found, one a row."""
    when = time_text(found.since) if found.since else ""
    return tuple(ListRow(_("Difference"), "", None, line, when, "") for line in found.note.splitlines())


def _books_text(found: Reading, system_now: datetime) -> str:
    if found.since is None:
        return _("The books have not been recomputed yet. It is done every night, by the button, and by check-books.")
    return _(
        "Recomputed %(age)s ago: %(postings)s postings, and all of it agrees.",
        age=age_text(found.since, system_now),
        postings=number_text(found.more),
    )


_OWN_LISTS: Mapping[Tile, Callable[[Reading], tuple[ListRow, ...]]] = {
    Tile.NEGATIVE: _negative,
    Tile.STUCK_JOBS: _jobs,
    Tile.BOOKS: _books,
}

"""The proof: what the last simulation played, what went wrong on purpose, and whether any rule was broken (S0.20)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import db
from marketplace.config import Settings
from marketplace.errors import Conflict, NotAllowed
from marketplace.language import Text, pgettext
from marketplace.language import gettext as _
from marketplace.numerals import number_text
from marketplace.proofs import operations, queries, rules
from marketplace.proofs.queries import Replay, Report
from marketplace.web import guards
from marketplace.web.admin import report_parts
from marketplace.web.admin.report_parts import Row, Tile
from marketplace.web.console import Console, admin_console
from marketplace.web.wording import Badge

_STATES = {
    "queued": Text("waits for the worker"),
    "playing": Text("is being played"),
    "done": Text("was played"),
    "failed": Text("failed"),
}
_HOUR = 3_600


@dataclass(frozen=True, slots=True)
class ReplayView:
    """The replay that was asked for last."""

    title: str
    badge: Badge
    story: str
    is_under_way: bool


@dataclass(frozen=True, slots=True)
class ProofPage:
    """What templates/admin/proof.html shows."""

    title: str
    console: Console
    note: str
    has_report: bool
    figures: tuple[Tile, ...]
    profiles: tuple[Row, ...]
    faults: tuple[Row, ...]
    rules: tuple[Row, ...]
    looks: str
    broken: tuple[Row, ...]
    races: tuple[Tile, ...]
    races_note: str
    races_broken: tuple[Row, ...]
    baseline: str
    can_replay: bool
    choices: tuple[tuple[str, str], ...]
    replay: ReplayView | None


@guards.admin_only
def proof() -> ResponseReturnValue:
    """Show the last report and, in demo mode, the form that plays a seed again."""
    settings = _settings()
    report, races = queries.last_report(settings.var_dir), queries.last_races(settings.var_dir)
    replay = queries.last_replay(settings.var_dir)
    return render_template("admin/proof.html", page=_page(report, races, replay, settings))


@guards.admin_only
def replay_seed() -> ResponseReturnValue:
    """Queue a seed to be played again."""
    settings = _settings()
    if not settings.demo:
        raise NotAllowed(_("Seeds are played again in demo mode only."))
    seed = rules.check_seed(request.form.get("seed", ""), request.form.get("profile", ""))
    profile = request.form.get("profile", "")
    try:
        db.atomic(operations.ask_replay, (), var_dir=settings.var_dir, seed=seed, profile=profile)
    except Conflict as error:
        flash(error.message, "wait")
    else:
        flash(_("Seed %(seed)s is queued. Its story stands here in about a minute.", seed=seed), "ok")
    return redirect(url_for("admin.proof"), code=303)


def _page(report: Report | None, races: Report | None, replay: Replay | None, settings: Settings) -> ProofPage:
    found: Mapping[str, Any] = report.figures if report else {}
    return ProofPage(
        title=_("Proof"),
        console=admin_console("proof"),
        note=_note(report) if report else "",
        has_report=report is not None,
        figures=_figures(found) if report else (),
        profiles=tuple(_profile(name, values) for name, values in found.get("profiles", {}).items()),
        faults=tuple(Row(name, (number_text(count),)) for name, count in found.get("faults", {}).items()),
        rules=tuple(
            Row(f"{name} {rules.RULES.get(name, '')}".strip(), (number_text(count),))
            for name, count in found.get("checked", {}).items()
        ),
        looks=_(
            "%(times)s times; docs/simulation.md says what each means",
            times=number_text(sum(found.get("checked", {}).values())),
        ),
        broken=_broken(report),
        races=_races(races.figures) if races else (),
        races_note=_races_note(races) if races else "",
        races_broken=_broken(races),
        baseline=_baseline(found.get("baseline")),
        can_replay=settings.demo,
        choices=tuple(rules.PROFILES.items()),
        replay=_replay(replay) if replay else None,
    )


def _note(report: Report) -> str:
    origin = report_parts.origin(report)
    return _("%(origin)s; step by step, so that each seed can be played again", origin=origin)


def _races_note(races: Report) -> str:
    return _("%(origin)s; not replayable step by step", origin=report_parts.origin(races))


def _broken(report: Report | None) -> tuple[Row, ...]:
    found = report.figures.get("violations", []) if report else []
    return tuple(Row(f"{each['profile']} {each['seed']}", (each["rules"][0],)) for each in found)


def _races(found: Mapping[str, Any]) -> tuple[Tile, ...]:
    broken, again = found["violated_seeds"], found["tries"] - found["units"]
    meant = sum(count for name, count in found["faults"].items() if name.startswith("F23"))
    return (
        Tile(_("Threads"), f"{found['threads']}", _("in each of the processes that play")),
        Tile(_("Seeds"), number_text(found["seeds"]), _("%(actions)s actions", actions=number_text(found["actions"]))),
        Tile(_("Seeds that broke a rule"), number_text(broken), _("none is allowed to"), "bad" if broken else "ok"),
        Tile(_("Faults"), number_text(sum(found["faults"].values())), _("made on purpose")),
        Tile(
            pgettext("how many", "Tried again"),
            number_text(again),
            _(
                "of %(units)s units of work; %(meant)s were made to",
                units=number_text(found["units"]),
                meant=number_text(meant),
            ),
        ),
    )


def _figures(found: Mapping[str, Any]) -> tuple[Tile, ...]:
    rested, broken = found.get("rested_seconds", {}), found["violated_seeds"]
    units, tries = found.get("units", 0), found.get("tries", 0)
    again = (
        _(
            "%(number)s of 1,000 units of work were tried again",
            number=report_parts.decimal_text((tries - units) * 1_000 / units, 1),
        )
        if units
        else ""
    )
    return (
        Tile(_("Seeds"), number_text(found["seeds"]), _("%(actions)s actions", actions=number_text(found["actions"]))),
        Tile(_("Seeds that broke a rule"), number_text(broken), _("none is allowed to"), "bad" if broken else "ok"),
        Tile(_("Faults"), number_text(sum(found["faults"].values())), _("made on purpose")),
        Tile(
            _("Agreed after"),
            _span(rested.get("p50", -1)),
            _("p99 %(time)s, virtual time", time=_span(rested.get("p99", -1))),
        ),
        Tile(_("Committed"), number_text(units), again),
    )


def _profile(name: str, values: Mapping[str, int]) -> Row:
    badge = Badge(_("A rule was broken"), "bad") if values["violated"] else Badge(_("Kept"), "ok")
    cells = (number_text(values["seeds"]), number_text(values["actions"]), number_text(values["violated"]))
    return Row(f"{name}: {rules.PROFILES.get(name, '').lower()}", cells, badge)


def _baseline(found: Mapping[str, int] | None) -> str:
    if not found:
        return ""
    return _(
        "The handlers as the source documents print them, given the same %(seeds)s streams "
        "of events, broke rules in %(violated)s of them.",
        seeds=number_text(found["seeds"]),
        violated=number_text(found["violated"]),
    )


def _replay(replay: Replay) -> ReplayView:
    under_way = replay.state in {"queued", "playing"}
    tone = "wait" if under_way else "ok" if replay.is_kept else "bad"
    label = (
        _STATES[replay.state] if under_way else _("no rule was broken") if replay.is_kept else _("a rule was broken")
    )
    if replay.state == "failed":
        label = _("it could not be played")
    title = _("Seed %(seed)s, %(profile)s", seed=replay.seed, profile=replay.profile)
    return ReplayView(title, Badge(label, tone), replay.story, under_way)


def _span(seconds: int) -> str:
    if seconds < 0:
        return _("never")
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 2 * _HOUR else f"{seconds // _HOUR} h"


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found

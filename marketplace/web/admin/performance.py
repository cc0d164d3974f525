"""Performance: what the last benchmark and the last rush measured, where and when (S2.34). No report, no figure."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from marketplace.job_runs import queries as job_runs
from marketplace.language import Text, pgettext
from marketplace.language import gettext as _
from marketplace.numerals import number_text
from marketplace.proofs import bench_queries
from marketplace.proofs.queries import Report
from marketplace.web import guards
from marketplace.web.admin import report_parts
from marketplace.web.admin.report_parts import Row, Tile
from marketplace.web.console import Console, admin_console
from marketplace.web.pages import sentence, time_text
from marketplace.web.wording import Badge

_TARGETS = (
    ("order", Text("Place an order: agree, and the provider opens its page"), 100),
    ("order_at_once", Text("The same while other buyers place theirs"), None),
    ("payment", Text("Settle a payment: its signed webhook, stored and booked"), 200),
    ("refund", Text("Send a refund: approve, book, and ask the provider"), 150),
    ("wallet", Text("Change a wallet"), 50),
)
"""The operations of S2's table with the milliseconds it asks for; None where it asks for nothing."""
_MISSING = Text("Not measured")
_JOBS = {
    "tick": Text("Tick"),
    "mail": Text("Mail"),
    "rescue_stalled": Text("Rescue stalled"),
    "sweep-files": Text("Sweep files"),
    "check-books": Text("Check books"),
}
"""What is not a step of the tick; those stand in jobs.py."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """One round of a rush."""

    title: str
    note: str
    tiles: tuple[Tile, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class PerformancePage:
    """What templates/admin/performance.html shows."""

    title: str
    console: Console
    note: str
    has_bench: bool
    operations: tuple[Row, ...]
    rates: tuple[Row, ...]
    ratios: tuple[Row, ...]
    errors: tuple[str, ...]
    rush_note: str
    crowds: tuple[Crowd, ...]
    wrong: tuple[str, ...]
    runs: tuple[Row, ...]


@guards.admin_only
def performance_page() -> ResponseReturnValue:
    """Show the last reports, and how long the worker's steps took here the last time."""
    var_dir = current_app.extensions["settings"].var_dir
    bench, rush = bench_queries.last_bench(var_dir), bench_queries.last_rush(var_dir)
    found: Mapping[str, Any] = bench.figures if bench else {}
    crowd: Mapping[str, Any] = rush.figures if rush else {}
    runs = sorted(job_runs.last_runs().values(), key=lambda run: run.milliseconds, reverse=True)
    page = PerformancePage(
        title=_("Performance"),
        console=admin_console("performance"),
        note=_note(bench) if bench else "",
        has_bench=bench is not None,
        operations=_operations(found.get("operations", {})) if bench else (),
        rates=_rates(found),
        ratios=_ratios(found),
        errors=tuple(found.get("errors", ())),
        rush_note=_note(rush) if rush else "",
        crowds=tuple(map(_crowd, crowd.get("rounds", ()))),
        wrong=tuple(crowd.get("wrong", ())),
        runs=tuple(
            Row(
                _step(run.name),
                (f"{number_text(run.milliseconds)} ms", number_text(run.done), time_text(run.started_at)),
            )
            for run in runs
        ),
    )
    return render_template("admin/performance.html", page=page)


def _step(name: str) -> str:
    """Return what a job or a step of the tick is called."""
    return str(_JOBS[name]) if name in _JOBS else sentence(_(name))


def _note(report: Report) -> str:
    """Return where a report is from, and from which machine."""
    machine, origin = report.figures.get("machine"), report_parts.origin(report)
    if isinstance(machine, Mapping):
        return _(
            "%(origin)s; %(processors)s processors, %(processor)s, %(memory)s; %(system)s, Python %(python)s, "
            "load %(load)s when it was written.",
            origin=origin,
            **{name: machine[name] for name in ("processors", "processor", "memory", "system", "python", "load")},
        )
    if machine:
        return _("%(origin)s; machine %(machine)s.", origin=origin, machine=machine)
    return _("%(origin)s; machine not written down.", origin=origin)


def _operations(found: Mapping[str, Mapping[str, float]]) -> tuple[Row, ...]:
    rows = []
    for key, name, most in _TARGETS:
        points, target = found.get(key, {}), f"{most} ms" if most else ""
        if not points.get("count"):
            rows.append(Row(name, ("", "", "", "", target), Badge(_MISSING, "mute")))
            continue
        cells = (
            number_text(int(points["count"])),
            *(f"{number_text(round(points[word]))} ms" for word in ("p50", "p95", "p99")),
        )
        rows.append(Row(name, (*cells, target), _judged(points["p95"], most) if most else None))
    return tuple(rows)


def _judged(p95: float, most: int) -> Badge:
    return Badge(_("Reached"), "ok") if p95 <= most else Badge(_("Slower"), "bad")


def _rates(found: Mapping[str, Any]) -> tuple[Row, ...]:
    cpu = found.get("cpu_ms", {})
    return tuple(
        Row(
            sentence(name),
            (
                number_text(round(_median(rates))),
                f"{report_parts.decimal_text(_median(cpu.get(name, ())), 2)} ms",
                f"{len(rates)}",
            ),
        )
        for name, rates in found.get("rates", {}).items()
    )


def _ratios(found: Mapping[str, Any]) -> tuple[Row, ...]:
    wanted = found.get("wanted", {})
    rows = []
    for name, ratio in found.get("ratios", {}).items():
        least = wanted.get(name)
        badge = None if least is None else Badge(_("Reached"), "ok") if ratio >= least else Badge(_("Below"), "bad")
        rows.append(
            Row(
                sentence(name),
                tuple("" if each is None else report_parts.decimal_text(each, 2) for each in (ratio, least)),
                badge,
            )
        )
    return tuple(rows)


def _crowd(found: Mapping[str, Any]) -> Crowd:
    errors = sum(count for answer, count in found["answers"].items() if answer != "303")
    units = sum(found["units_by_tries"].values())
    return Crowd(
        title=_(
            "%(buyers)s buyers agree at the same moment: %(name)s",
            buyers=number_text(found["buyers"]),
            name=found["name"],
        ),
        note=_(
            "All sent within %(time)s ms, to a shop of the size of this machine",
            time=number_text(found["sent_within_ms"]),
        ),
        tiles=(
            Tile(
                pgettext("how many", "Paid"),
                number_text(found["paid"]),
                _("%(number)s were told that it is sold out", number=number_text(found["sold_out"])),
            ),
            Tile(_("Wrong answers"), number_text(errors), _("none is allowed"), "bad" if errors else "ok"),
            Tile(
                pgettext("how many", "Tried again"),
                report_parts.decimal_text(found["retries_per_unit"], 4),
                _("per unit of work, %(units)s units", units=number_text(units)),
            ),
            Tile(
                _("Processor"), f"{number_text(round(found['shop_cpu_seconds']))} s", _("of the shop, for all of them")
            ),
        ),
        rows=tuple(
            Row(
                sentence(name),
                tuple(f"{number_text(points[word])} ms" for word in ("p50", "p99", "slowest")),
            )
            for name, points in found["milliseconds"].items()
        ),
    )


def _median(values: Sequence[float]) -> float:
    return statistics.median(values) if values else 0.0

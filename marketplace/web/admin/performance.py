"""Performance: what the last benchmark and the last rush measured, where and when (S2.34). No report, no figure."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from marketplace.job_runs import queries as job_runs
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.proofs import bench_queries
from marketplace.proofs.queries import Report
from marketplace.web import guards
from marketplace.web.admin import report_parts
from marketplace.web.admin.report_parts import Row, Tile
from marketplace.web.console import Console, admin_console
from marketplace.web.pages import number_text, sentence, time_text
from marketplace.web.wording import Badge

_TARGETS = (
    ("order", Text("Place an order: agree, and the provider opens its page"), 100),
    ("payment", Text("Settle a payment: its signed webhook, stored and booked"), 200),
    ("refund", Text("Send a refund: approve, book, and ask the provider"), 150),
)
"""The operations of S2's table with the milliseconds it asks for."""
_WALLET = (Text("Change a wallet"), 50)
_MISSING = Text("Not measured")


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
                sentence(run.name.replace("_", " ").replace("-", " ")),
                (
                    _("%(milliseconds)s ms", milliseconds=number_text(run.milliseconds)),
                    number_text(run.done),
                    time_text(run.started_at),
                ),
            )
            for run in runs
        ),
    )
    return render_template("admin/performance.html", page=page)


def _note(report: Report) -> str:
    """Return where a report is from, and from which machine."""
    machine, parts = report.figures.get("machine"), []
    if isinstance(machine, Mapping):
        parts.append(
            _(
                "%(processors)s processors, %(processor)s, %(memory)s",
                processors=machine["processors"],
                processor=machine["processor"],
                memory=machine["memory"],
            )
        )
        parts.append(
            _(
                "%(system)s, Python %(python)s, load %(load)s when it was written",
                system=machine["system"],
                python=machine["python"],
                load=machine["load"],
            )
        )
    else:
        parts.append(_("machine %(part)s", part=machine or "not written down"))
    return f"{report_parts.origin(report)}; {'; '.join(parts)}."


def _operations(found: Mapping[str, Mapping[str, float]]) -> tuple[Row, ...]:
    rows = []
    for key, name, target in _TARGETS:
        points = found.get(key, {})
        if not points.get("count"):
            rows.append(Row(name, ("", "", "", "", _("%(target)s ms", target=target)), Badge(_MISSING, "mute")))
            continue
        cells = (
            number_text(points["count"]),
            *(_("%(part)s ms", part=f"{points[word]:,.0f}") for word in ("p50", "p95", "p99")),
        )
        badge = Badge(_("Reached"), "ok") if points["p95"] <= target else Badge(_("Slower"), "bad")
        rows.append(Row(name, (*cells, _("%(target)s ms", target=target)), badge))
    name, target = _WALLET
    return (*rows, Row(name, ("", "", "", "", _("%(target)s ms", target=target)), Badge(_("No wallets yet"), "mute")))


def _rates(found: Mapping[str, Any]) -> tuple[Row, ...]:
    cpu = found.get("cpu_ms", {})
    return tuple(
        Row(
            sentence(name),
            (f"{_median(rates):,.0f}", _("%(name)s ms", name=f"{_median(cpu.get(name, ())):,.2f}"), f"{len(rates)}"),
        )
        for name, rates in found.get("rates", {}).items()
    )


def _ratios(found: Mapping[str, Any]) -> tuple[Row, ...]:
    wanted = found.get("wanted", {})
    rows = []
    for name, ratio in found.get("ratios", {}).items():
        least = wanted.get(name)
        badge = None if least is None else Badge(_("Reached"), "ok") if ratio >= least else Badge(_("Below"), "bad")
        rows.append(Row(sentence(name), (f"{ratio:.2f}", "" if least is None else f"{least:.2f}"), badge))
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
            "All sent within %(sent_within_ms)s ms, to a shop of the size of this machine",
            sent_within_ms=number_text(found["sent_within_ms"]),
        ),
        tiles=(
            Tile(
                _("Paid"),
                number_text(found["paid"]),
                _("%(sold_out)s were told that it is sold out", sold_out=number_text(found["sold_out"])),
            ),
            Tile(_("Wrong answers"), number_text(errors), _("none is allowed"), "bad" if errors else "ok"),
            Tile(
                _("Tried again"),
                f"{found['retries_per_unit']:.4f}",
                _("per unit of work, %(units)s units", units=number_text(units)),
            ),
            Tile(_("Processor"), f"{found['shop_cpu_seconds']:,.0f} s", _("of the shop, for all of them")),
        ),
        rows=tuple(
            Row(
                sentence(name),
                tuple(_("%(part)s ms", part=number_text(points[word])) for word in ("p50", "p99", "slowest")),
            )
            for name, points in found["milliseconds"].items()
        ),
    )


def _median(values: Sequence[float]) -> float:
    return statistics.median(values) if values else 0.0

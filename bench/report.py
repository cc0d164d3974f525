"""The figures as people read them, and what decides the exit code: errors and books, never a rate."""

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.crowd import percentile
from bench.machine import describe
from bench.rounds import RATIOS, Measured

_ORDER = ("bare page", "listing list", "listing", "order placed", "bare webhook", "paid webhook")


@dataclass(frozen=True)
class Result:
    """One run: all measurements, payments that a webhook left open, and whether the books agree afterwards."""

    measured: Mapping[str, Measured]
    operations: Mapping[str, Sequence[float]]
    """Seconds of each order placed (alone, and with other buyers), payment settled, refund sent and wallet changed."""
    unsettled: int
    books_agree: bool
    commit: str

    @property
    def errors(self) -> list[str]:
        """Return everything that went wrong, in words."""
        found = [f"{name}: {error}" for name, measured in self.measured.items() for error in measured.errors]
        if self.unsettled:
            found.append(f"{self.unsettled} payments were not settled by their webhook")
        if not self.books_agree:
            found.append("the books do not agree")
        return found

    @property
    def exit_code(self) -> int:
        """Return 0 when nothing went wrong, however slow it was."""
        return 1 if self.errors else 0

    def ratios(self) -> dict[str, tuple[float, float]]:
        """Return what is compared, with its ratio (the median over the rounds) and the ratio we want at least."""
        return {
            f"{name} / {beside}": (_median_ratio(self.measured[name], self.measured[beside]), wanted)
            for name, beside, wanted in RATIOS
        }


def table(result: Result) -> str:
    """Return the run as text."""
    lines = [f"{'':<28}{'per second':>12}{'CPU ms in the app':>20}{'done':>8}{'errors':>8}"]
    for name in _ORDER:
        found = result.measured[name]
        done = sum(driven.done for driven, _ in found.rounds)
        rate, cpu = statistics.median(found.rates), statistics.median(found.cpu_ms)
        lines.append(f"{name:<28}{rate:>12,.0f}{cpu:>20.2f}{done:>8,}{len(found.errors):>8}")
    lines.append("")
    for name, (ratio, wanted) in result.ratios().items():
        lines.append(f"{name:<28}{ratio:>12.2f}   at least {wanted:.2f}: {'pass' if ratio >= wanted else 'FAIL'}")
    for name, took in result.operations.items():
        each = points(took)
        shown = ", ".join(f"{word} {value:,.0f} ms" for word, value in each.items() if word != "count")
        lines.append(f"{name}: {each['count']:,} times, {shown}")
    lines.append(f"books {'agree' if result.books_agree else 'DO NOT AGREE'}, {result.unsettled} unsettled")
    lines += [f"! {error}" for error in result.errors[:5]]
    return "\n".join(lines)


def write(result: Result, path: Path) -> None:
    """Keep the run as JSON."""
    document: dict[str, Any] = {
        "revision": result.commit,
        "machine": describe(),
        "errors": result.errors,
        "operations": {name: points(took) for name, took in result.operations.items()},
        "ratios": {name: ratio for name, (ratio, _) in result.ratios().items()},
        "wanted": {name: wanted for name, (_, wanted) in result.ratios().items()},
        "rates": {name: [round(rate, 1) for rate in found.rates] for name, found in result.measured.items()},
        "cpu_ms": {name: [round(cpu, 3) for cpu in found.cpu_ms] for name, found in result.measured.items()},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def points(took: Sequence[float]) -> dict[str, float]:
    """Return how many there were, and the milliseconds within which half, 95 and 99 of 100 were done."""
    if not took:
        return {"count": 0}
    found = {f"p{share}": round(1_000 * percentile(took, share / 100), 1) for share in (50, 95, 99)}
    return {"count": len(took), **found}


def _median_ratio(ours: Measured, bare: Measured) -> float:
    return statistics.median(our / their if their else 0.0 for our, their in zip(ours.rates, bare.rates, strict=True))

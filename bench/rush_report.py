"""A rush as people read it, and what decides its verdict: how purchases ended, never how long they took."""

import math
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from bench.crowd import Reply, percentile
from bench.load import Answer

_AGREEING = "agreeing, all at once"
_SOLD_OUT = b"Sold out"


class Steps:
    """What happened after the crowd agreed: seconds of each step, refusals, and what went wrong. Many threads write."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}
        self.errors: list[str] = []
        self.sold_out = 0
        self._lock = threading.Lock()

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Note how long the block took."""
        started = time.perf_counter()
        yield
        took = time.perf_counter() - started
        with self._lock:
            self.seconds.setdefault(name, []).append(took)

    def refused(self, basket: Answer) -> None:
        """Note what the basket says to somebody who was sent back to it."""
        self.saw(basket)
        with self._lock:
            if _SOLD_OUT in basket.body:
                self.sold_out += 1
            else:
                self.errors.append("somebody was sent back to a basket in which nothing is sold out")

    def saw(self, page: Answer) -> None:
        """Note a page that is no page."""
        if page.status != 200:
            with self._lock:
                self.errors.append(f"{page.status} instead of a page")


@dataclass(frozen=True)
class Round:
    """One crowd and what became of it. `tries` counts units of work by the try at which they were committed."""

    name: str
    buyers: int
    pieces: int
    prepared: int
    spread_seconds: float
    replies: tuple[Reply, ...]
    steps: Steps = field(compare=False)
    quiet_seconds: float
    paid: int
    tries: Counter[int]
    cpu_seconds: float

    @property
    def statuses(self) -> dict[str, int]:
        """Return how often each answer came to those who agreed; no answer counts by its reason."""
        words = [str(reply.answer.status) if reply.answer else reply.error for reply in self.replies]
        return dict(Counter(words).most_common())

    @property
    def retries_per_unit(self) -> float:
        """Return how many tries beyond the first a committed unit of work took on average."""
        units = sum(self.tries.values())
        return sum((tries - 1) * count for tries, count in self.tries.items()) / units if units else 0.0

    @property
    def tries_p99(self) -> int:
        """Return the number of tries within which 99 of 100 committed units of work were done."""
        left = math.ceil(0.99 * sum(self.tries.values()))
        for tries in sorted(self.tries):
            left -= self.tries[tries]
            if left <= 0:
                return tries
        return 0

    def times(self) -> dict[str, list[float]]:
        """Return the seconds of each step."""
        return {_AGREEING: [reply.seconds for reply in self.replies if reply.answer], **self.steps.seconds}

    def as_dict(self) -> dict[str, object]:
        """Return the figures as JSON holds them: milliseconds, and counts."""
        return {
            "name": self.name,
            "buyers": self.buyers,
            "pieces": self.pieces,
            "sent_within_ms": round(1_000 * self.spread_seconds),
            "answers": self.statuses,
            "sold_out": self.steps.sold_out,
            "paid": self.paid,
            "milliseconds": {
                name: {word: round(1_000 * value) for word, value in _points(found).items()}
                for name, found in self.times().items()
            },
            "quiet_after_ms": round(1_000 * self.quiet_seconds),
            "units_by_tries": {str(tries): count for tries, count in sorted(self.tries.items()) if count},
            "retries_per_unit": round(self.retries_per_unit, 5),
            "tries_p99": self.tries_p99,
            "shop_cpu_seconds": round(self.cpu_seconds, 1),
        }


def errors_of(one: Round) -> list[str]:
    """Return what a round must not have: a 5xx, a lost answer, a refusal that is not true, a purchase without end."""
    found = [f"{one.name}: {error}" for error in one.steps.errors]
    found += [f"{one.name}: {count} times {word}" for word, count in one.statuses.items() if word != "303"]
    if one.prepared < one.buyers:
        found.append(f"{one.name}: only {one.prepared} of {one.buyers} buyers saw their review page")
    due = min(one.buyers, one.pieces)
    if one.paid != due:
        found.append(f"{one.name}: {one.paid} purchases were paid instead of {due}")
    if one.steps.sold_out != one.buyers - due:
        found.append(f"{one.name}: {one.steps.sold_out} were told that it is sold out instead of {one.buyers - due}")
    return found


def table(rounds: Sequence[Round], wrong: Sequence[str]) -> str:
    """Return the run as text."""
    lines = []
    for one in rounds:
        lines += ["", f"{one.name}: {one.buyers:,} buyers, sent within {1_000 * one.spread_seconds:,.0f} ms"]
        lines.append(f"  {'':<26}{'times':>7}{'p50':>9}{'p99':>9}{'slowest':>9}   seconds")
        for name, found in one.times().items():
            figures = "".join(f"{value:>9.2f}" for value in _points(found).values())
            lines.append(f"  {name:<26}{len(found):>7,}{figures}")
        answers = ", ".join(f"{count:,} times {word}" for word, count in one.statuses.items())
        most = max((tries for tries, count in one.tries.items() if count), default=0)
        units = f"{sum(one.tries.values()):,} units of work committed, {one.retries_per_unit:.4f} retries each"
        lines += [
            f"  answers: {answers}; {one.paid:,} paid, {one.steps.sold_out:,} sold out",
            f"  quiet {one.quiet_seconds:.1f} s after the last one came back; shop's processor {one.cpu_seconds:.1f} s",
            f"  {units}, 99 of 100 within {one.tries_p99} tries, most {most}",
        ]
    lines += ["", *[f"! {error}" for error in wrong]]
    lines.append("WRONG" if wrong else "Every purchase ended right; books and provider agree.")
    return "\n".join(lines)


def _points(values: Sequence[float]) -> dict[str, float]:
    return {"p50": percentile(values, 0.5), "p99": percentile(values, 0.99), "slowest": percentile(values, 1.0)}

"""Counting while several threads act: what happened, and what the database was asked to do again."""

import threading
from collections import Counter

from marketplace import tries


class Tally(Counter[str]):
    """A counter to which several threads may add at the same time."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()

    def add(self, name: str, count: int = 1) -> None:
        """Count `name`."""
        with self._lock:
            self[name] += count


def units_and_tries() -> tuple[int, int]:
    """Return how many units of work this process has committed, and how often they were tried: real collisions too."""
    found = {
        sample.name.rpartition("_")[2]: int(sample.value)
        for metric in tries.UNIT_TRIES.collect()
        for sample in metric.samples
        if sample.name.endswith(("_count", "_sum"))
    }
    return found["count"], found["sum"]

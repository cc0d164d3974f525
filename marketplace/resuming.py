"""After a stop: what nobody told us meanwhile, and then everything that is due, until nothing is left."""

from dataclasses import dataclass

from flask import Flask

from marketplace import clock
from marketplace.jobs import tick
from marketplace.provider_events import backfill

# Each round does batches of fifty; a stop of days leaves hundreds.
_ROUNDS = 1_000


@dataclass(frozen=True, slots=True)
class Resumed:
    """What was made up for after a stop: how much each step did, and which failed at the end."""

    counts: dict[str, int]
    failed: tuple[str, ...]
    is_quiet: bool
    """Whether nothing was left to do."""

    def as_dict(self) -> dict[str, object]:
        """Return it as JSON takes it."""
        return {"done": self.counts, "failed": list(self.failed), "nothing left to do": self.is_quiet}


def resume(app: Flask) -> Resumed:
    """Make up for a stop: read every list of events to its end, then do what is due until nothing is left.

    Safe beside a running worker, and as often as one likes. What is not due yet stays for the tick.
    """
    with app.app_context():
        backfill.read_all(now=clock.now())
    total: dict[str, int] = {}
    counts: dict[str, int] = {}
    for _ in range(_ROUNDS):
        counts = tick(app)
        for name, count in counts.items():
            total[name] = total.get(name, 0) + max(count, 0)
        if not any(counts.values()):
            break
    failed = tuple(name for name, count in counts.items() if count < 0)
    return Resumed(total, failed, is_quiet=not any(counts.values()))

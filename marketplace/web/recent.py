"""What may be some seconds old, by design: counts beside filters, and which listings are alike. Never money or stock.

Counting a whole shelf for every look at it costs more than the page itself (docs/performance.md). Each process keeps
its answers for a short time; there is no way to see one later than that, and nothing has to be told when rows change.
"""

import time
from collections.abc import Hashable
from typing import Any

from flask import Flask, current_app

from marketplace.config import Settings

COUNTS_SECONDS = 5.0
ALIKE_SECONDS = 300.0
_MOST_KEPT = 1_000


class Recent:
    """Answers of this process with the time until which they may be given again."""

    def __init__(self, *, keeps: bool) -> None:
        self._keeps = keeps
        self._kept: dict[Hashable, tuple[float, Any]] = {}

    def get(self, key: Hashable) -> Any:
        """Return what was kept under `key`, or None when there is nothing or its time is up."""
        until, answer = self._kept.get(key, (0.0, None))
        return answer if until > time.monotonic() else None

    def keep(self, key: Hashable, answer: Any, *, seconds: float) -> None:
        """Keep `answer` under `key` for a time."""
        if not self._keeps:
            return
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[key] = time.monotonic() + seconds, answer


def register(app: Flask, settings: Settings) -> None:
    """Give `app` its own answers; with `answers_may_age` off nothing is kept."""
    app.extensions["recent"] = Recent(keeps=settings.answers_may_age)


def recent() -> Recent:
    """Return the recent answers of this application."""
    found: Recent = current_app.extensions["recent"]
    return found

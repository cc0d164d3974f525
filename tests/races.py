"""Real threads released together against the real database: what every race test is made of."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from flask import Flask

from marketplace.errors import DomainError

T = TypeVar("T")

_PATIENCE_SECONDS = 60


def at_once(app: Flask, calls: Sequence[Callable[[], T]]) -> list[T | DomainError]:
    """Run `calls` in as many threads, all released by one barrier; return each one's answer or its polite refusal.

    Raises the first exception that is no refusal.
    """
    barrier = threading.Barrier(len(calls), timeout=_PATIENCE_SECONDS)

    def run(call: Callable[[], T]) -> T | DomainError:
        with app.app_context():
            barrier.wait()
            try:
                return call()
            except DomainError as refusal:
                return refusal

    with ThreadPoolExecutor(len(calls)) as threads:
        started = [threads.submit(run, call) for call in calls]
        return [one.result() for one in started]


def refusals(answers: Sequence[object]) -> list[DomainError]:
    """Return those of `answers` that are polite refusals."""
    return [answer for answer in answers if isinstance(answer, DomainError)]

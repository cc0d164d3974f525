"""How are the web programs started? The same for `make run` and for the benchmark that speaks about it."""

from __future__ import annotations

import os
from pathlib import Path

MOST_WEB_PROCESSES = 8


def web_processes() -> int:
    """Return how many processes serve the shop: one more than there are processors, at most 8."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(processors + 1, MOST_WEB_PROCESSES)


def gunicorn(
    python: Path,
    application: str,
    port: int,
    workers: int,
    threads: int,
    worker_class: str = "gthread",
    *,
    is_forked: bool = False,
) -> list[str]:
    """Return the command that serves an application on a local port.

    `is_forked` imports it once for all workers; not for one that starts threads as it is imported.
    """
    return [
        str(python),
        "-m",
        "gunicorn",
        "--worker-class",
        worker_class,
        "--no-control-socket",
        "--graceful-timeout",
        "5",
        "--log-level",
        "warning",
        "--workers",
        str(workers),
        "--threads",
        str(threads),
        "--bind",
        f"127.0.0.1:{port}",
        *(("--preload",) if is_forked else ()),
        application,
    ]

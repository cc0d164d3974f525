"""The shop under gunicorn, or its worker, in crash tests: at the point that the plan names, somebody dies.

It is this process, one of PostgreSQL's, or PostgreSQL's first, which takes all with it. Beside the shop's own pages it
has `/step/<name>`, which runs one operation as the page or the job behind it would.
"""

import json
import mmap
import os
import signal
import struct
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from marketplace import clock, create_app, jobs
from marketplace.checkout import flows as checkout
from marketplace.checkout.operations import Agreed
from marketplace.errors import DomainError
from marketplace.failpoints import Failpoint, watch
from marketplace.payouts import flows as payouts
from marketplace.refunds import flows as refunds

# What is durable differs between these; at BEGIN and CALL the world is as it was at the point before.
DEADLY = (Failpoint.WRITTEN, Failpoint.COMMITTED, Failpoint.ANSWERED)
WORKER, DATABASE, SERVER = 1, 2, 3
_LAYOUT = struct.Struct("4q")
_DYING_SECONDS = 0.05


class Plan:
    """Who dies at which point: numbers that the test writes and every worker reads, in a shared file."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(_LAYOUT.pack(0, 0, 0, 0))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), _LAYOUT.size)
        self._trace = path.with_name(f"{path.name}.trace")

    def arm(self, at: int, victim: int = WORKER, pid: int = 0) -> None:
        """Count from the beginning, and let the victim die at the point numbered `at`; 0: nobody dies."""
        self._trace.write_text("", encoding="utf-8")
        _LAYOUT.pack_into(self._memory, 0, 0, at, victim, pid)

    @property
    def reached(self) -> int:
        """How many points were reached since."""
        return int(_LAYOUT.unpack_from(self._memory)[0])

    @property
    def trace(self) -> list[str]:
        """The points reached since, in words."""
        return self._trace.read_text(encoding="utf-8").splitlines()

    def reach(self, point: Failpoint, what: str) -> None:
        """Count a point, and let the victim die when it is the one."""
        if point not in DEADLY:
            return
        reached, at, victim, pid = _LAYOUT.unpack_from(self._memory)
        _LAYOUT.pack_into(self._memory, 0, reached + 1, at, victim, pid)
        with self._trace.open("a", encoding="utf-8") as trace:
            trace.write(f"{point} {what}\n")
        if reached + 1 != at:
            return
        os.kill(os.getpid() if victim == WORKER else pid, signal.SIGKILL)
        time.sleep(_DYING_SECONDS)  # the server notices in its own time that one of its processes is gone


class Steps:
    """Points that are reached one after the other, others may lie between them; at the last one this process dies."""

    def __init__(self, words: str) -> None:
        self._left = words.split(", ")

    def reach(self, point: Failpoint, what: str) -> None:
        """Take note of a point, and die when it is the last one."""
        if self._left[0] == f"{point} {what}":
            self._left.pop(0)
            if not self._left:
                os.kill(os.getpid(), signal.SIGKILL)


def _begin(**agreed: Any) -> None:
    settings, provider = shop.extensions["settings"], shop.extensions["providers"]["stripe"]
    checkout.begin(agreed=Agreed(**agreed), now=clock.now(), providers={"stripe": provider}, settings=settings)


def _approve(**refund: Any) -> None:
    policy, providers = shop.extensions["settings"].money, shop.extensions["providers"]
    refunds.approve_and_send(**refund, notes="", policy=policy, providers=providers, now=clock.now())


def _withdraw(**whose: Any) -> None:
    policy, providers = shop.extensions["settings"].money, shop.extensions["providers"]
    payouts.withdraw(**whose, policy=policy, providers=providers, now=clock.now())


def _tick() -> None:
    jobs.tick(shop)


_STEPS: Mapping[str, Callable[..., None]] = {
    "begin": _begin, "approve": _approve, "withdraw": _withdraw, "tick": _tick,
}  # fmt: skip


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Run a step, or let the shop answer."""
    if not environ["PATH_INFO"].startswith("/step/"):
        return shop(environ, start_response)
    values = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    status, words = "200 OK", ""
    with shop.app_context():
        try:
            _STEPS[environ["PATH_INFO"].removeprefix("/step/")](**values)
        except DomainError as refusal:
            status, words = "409 Conflict", refusal.message
    start_response(status, [("Content-Type", "text/plain")])
    return [words.encode()]


if "CRASH_PLAN" in os.environ:
    shop = create_app()
    watch(Plan(Path(os.environ["CRASH_PLAN"])).reach)
elif "CRASH_STEPS" in os.environ:
    shop = create_app()
    watch(Steps(os.environ["CRASH_STEPS"]).reach)

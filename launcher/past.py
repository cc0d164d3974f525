"""The demo's past: shop and sandbox in one process and on one clock, before anybody else uses either.

Not standard library like the rest of the launcher: it runs in the environment, as `python -m launcher.past`. Buyers
pay on the sandbox's own pages over HTTP, at its own address; its signed webhooks reach the shop's own intake.
"""

from __future__ import annotations

import gc
import io
import os
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from flask import Flask
from sqlalchemy import event
from werkzeug.test import run_wsgi_app

from marketplace import clock, config, create_app, demo, jobs
from marketplace.db import database
from marketplace.demo import past
from marketplace.demo.past import Stage
from marketplace.sandbox.delivery import Answer, Transport
from marketplace.sandbox.inprocess import ServedSandbox
from marketplace.sandbox.settings import from_environment

_STATEMENTS = 2_000


def main() -> int:
    """Load the demo shop, live through what is left of its past, and print the day reached, one line for each.

    Nothing happens a second time. One process for both: starting the shop's code costs as much as loading the demo.
    With `--when-told` it waits, ready, for a line on its input: the tables may be made meanwhile.
    """
    app = create_app(config.load(os.environ))
    if "--when-told" in sys.argv and not sys.stdin.readline():
        return 1
    with app.app_context():
        demo.load(app.extensions["settings"].var_dir, clock.now())
        found = past.standing()
        if found is None:
            return 0
        place_clock(app.extensions["settings"].var_dir, found.next_at)
        hurry()
        with served_sandbox(os.environ, webhooks_into(app)) as sandbox, resting_collector():
            past.live(stage_of(app, sandbox), found, _Progress().tell)
            sandbox.advance_clock(max(0, -sandbox.sandbox.clock.offset()))
    return 0


def stage_of(app: Flask, outside: past.stage.Outside) -> Stage:
    """Return what the past is played on: `app` and everything that is not the shop."""
    tick = partial(jobs.tick, app)
    return Stage(outside, app.extensions["providers"], app.extensions["settings"], tick, jobs.RECOVERY)


def hurry() -> None:
    """Let the shop's connections, inside an application context, wait for no disk and forget no prepared statement.

    Shop and sandbox are two databases of one server with one log: a machine that dies takes the last moments of both
    at once, and the next start goes on from there. A process that dies takes nothing. The past knows a thousand
    statements, and psycopg keeps the last hundred prepared; each is planned once, whatever its values are: to plan it
    anew takes the server nearly as long as to run it.
    """

    def prepare(connection: psycopg.Connection[object], _record: object) -> None:
        connection.prepared_max = _STATEMENTS
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET plan_cache_mode = force_generic_plan")
        connection.commit()

    for engine in database.engines.values():
        engine.dispose()
        event.listen(engine, "connect", prepare)


def place_clock(var_dir: Path, moment: datetime) -> None:
    """Let virtual time be `moment` now, for every program that starts after this."""
    seconds = int((moment - datetime.now(UTC)).total_seconds())
    var_dir.mkdir(parents=True, exist_ok=True)
    (var_dir / "clock").write_text(f"{seconds}\n", encoding="ascii")


def webhooks_into(app: Flask) -> Transport:
    """Return what carries the sandbox's webhooks to `app` without a socket between them."""

    def carry(url: str, body: bytes, headers: dict[str, str]) -> Answer:
        with app.app_context():
            pieces, status, _ = run_wsgi_app(app, _environ(url, body, headers), buffered=True)
        return Answer(int(status.split()[0]), b"".join(pieces).decode())

    return carry


def _environ(url: str, body: bytes, headers: dict[str, str]) -> dict[str, object]:
    """Return a request as a WSGI server hands it on."""
    parts = urlsplit(url)
    named = {name.upper().replace("-", "_"): value for name, value in headers.items()}
    told = {name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}": named[name] for name in named}
    return told | {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": parts.path,
        "QUERY_STRING": parts.query,
        "HTTP_HOST": parts.netloc,
        "SERVER_NAME": parts.hostname,
        "SERVER_PORT": str(parts.port or 80),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


@contextmanager
def served_sandbox(variables: Mapping[str, str], transport: Transport) -> Iterator[ServedSandbox]:
    """Serve the sandbox of `variables` at its own address for a while; nothing in it happens by itself."""
    settings = replace(from_environment(variables), background=False, waits_for_disk=False)
    listener = socket.create_server(("127.0.0.1", urlsplit(settings.base_url).port or 80))
    with ServedSandbox(settings, listener, transport) as sandbox:
        yield sandbox


@contextmanager
def resting_collector() -> Iterator[None]:
    """Keep Python's garbage collector from walking the whole application again and again for a few seconds."""
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


class _Progress:
    """Prints each day once."""

    def __init__(self) -> None:
        self._shown = 0

    def tell(self, day: int, days: int) -> None:
        if day > self._shown:
            self._shown = day
            sys.stdout.write(f"day {day} of {days}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

"""A shop that may die: its own PostgreSQL, gunicorn in front of it, a line between them that can lose an answer."""

import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import requests

from launcher.console import Failure
from launcher.databases import APPLICATION, OWNER, SANDBOX
from launcher.postgres import SUPERUSER, Cluster
from marketplace import create_app
from marketplace.config import Settings
from marketplace.db import database
from marketplace.sandbox.inprocess import RunningSandbox
from tests.builders import World
from tests.crash_app import DATABASE, SERVER, WORKER, Plan
from tests.postgres_server import DatabaseUrls, PostgresServer

CHECKOUT = Path(__file__).parent.parent
_PATIENCE_SECONDS = 60
_ROUNDS = 8
_COMMITTED = b"COMMIT\x00"
"""How PostgreSQL says that a transaction is committed; how it was asked to differs, prepared or not."""
UNFINISHED = (
    "SELECT 'event', id, status, note FROM provider_event WHERE status IN ('received', 'parked') UNION ALL"
    " SELECT 'call', id, status, error_message FROM outbound_call"
    " WHERE status IN ('planned', 'sending', 'unknown', 'blocked')"
)


_EVENT = b'"object": "event"'
"""What stands in the row that the inbox takes, however its statement was sent."""


class LossyLine:
    """Carries the application's connections to PostgreSQL; one COMMIT's answer can get lost, or the inbox's row."""

    def __init__(self, server: Path) -> None:
        self._server = str(server / ".s.PGSQL.5432")
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._commits = self._lost_at = 0
        self._event = ""
        threading.Thread(target=self._accept, name="lossy-line", daemon=True).start()

    def lose(self, number: int) -> None:
        """Lose the answer to the commit with this number from now on; 0: lose none."""
        self._commits, self._lost_at = 0, number

    def lose_event(self, what: str) -> None:
        """Lose the next event on its way into the inbox: its "row", or the "answer" that it has been stored."""
        self._event = what

    @property
    def is_event_lost(self) -> bool:
        """Whether that has happened, or nothing was to be lost."""
        return not self._event

    @property
    def commits(self) -> int:
        """How many commits there were since."""
        return self._commits

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        while self._listener.fileno() >= 0:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server, suppress(OSError):
            server.connect(self._server)
            others = {client: server, server: client}
            is_storing = False
            while True:
                for source in select.select([client, server], [], [])[0]:
                    data = source.recv(65_536)
                    is_storing = is_storing or (bool(self._event) and source is client and _EVENT in data)
                    if is_storing and (source is server or self._event == "row"):
                        self._event = ""
                        return
                    if not data or (source is server and self._is_lost(data)):
                        return
                    others[source].sendall(data)

    def _is_lost(self, answer: bytes) -> bool:
        if _COMMITTED not in answer:
            return False
        self._commits += 1
        return self._commits == self._lost_at


class CrashShop:
    """A world whose pages and jobs run in a gunicorn worker of their own."""

    def __init__(
        self, world: World, plan: Plan, line: LossyLine, origin: str, logs: dict[str, Path], cluster: Cluster
    ) -> None:
        self.world, self.plan, self.line, self.origin, self.logs = world, plan, line, origin, logs
        self._cluster = cluster

    def step(self, name: str, **values: Any) -> int:
        """Run one step in the worker and return its status; 0 when nobody answered."""
        try:
            return requests.post(f"{self.origin}/step/{name}", json=values, timeout=_PATIENCE_SECONDS).status_code
        except requests.ConnectionError:
            return 0

    def arm(self, at: int, victim: int = WORKER) -> None:
        """Let the worker, or the whole database, die at the point numbered `at` from now on."""
        pid = 0
        if at and victim == DATABASE:
            pid = self._writer()
        elif at and victim == SERVER:
            pid = int((self._cluster.data / "postmaster.pid").read_text().split()[0])
        self.plan.arm(at, victim, pid)

    def _writer(self) -> int:
        """Return the process id of one of PostgreSQL's own processes; when it is killed, all of them start anew."""
        statement = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'background writer'"
        while True:
            try:
                with psycopg.connect(self.world.urls.superuser, autocommit=True) as connection:
                    row = connection.execute(statement).fetchone()
            except psycopg.OperationalError:
                if self._cluster.has_ended():
                    self._start_again()
                continue  # it is still getting up
            if row:
                return int(row[0])

    def get_up(self) -> None:
        """Start the server where it is gone, wait until it answers, and forget connections that died with it."""
        self._writer()
        for engine in database.engines.values():
            engine.dispose()
        with suppress(psycopg.OperationalError):
            self.world.rows("SELECT 1")

    def _start_again(self) -> None:
        """Start PostgreSQL on the folder it died on: not before the last of its processes has noticed."""
        limit = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                self._cluster.start()
            except Failure:
                if time.monotonic() > limit:
                    raise
            else:
                return

    def deaths(self, victim: int) -> int:
        """Return how often the logs say that the victim, a worker or PostgreSQL, was killed."""
        if victim == WORKER:
            return self.logs["gunicorn"].read_text(errors="replace").count("was sent SIGKILL")
        words = "was not properly shut down" if victim == SERVER else "was terminated by signal 9"
        return self.logs["postgres"].read_text(errors="replace").count(words)

    def recover(self) -> None:
        """Let time pass and the tick do its work until nothing is left to do."""
        self.arm(0)
        self.line.lose(0)
        self.get_up()
        for _ in range(_ROUNDS):
            self.world.advance(minutes=20)
            self.world.settle_down()
            if not self.world.rows(UNFINISHED):
                return
        raise AssertionError(f"never finished: {self.world.rows(UNFINISHED)}")


@contextmanager
def crash_shop(cluster: Cluster, sandbox_server: PostgresServer, folder: Path) -> Iterator[CrashShop]:
    """Yield a shop in a running `cluster`, with its provider in another cluster, and gunicorn before it."""
    server = PostgresServer(cluster.url(SUPERUSER, cluster.password, "postgres"))
    server.create_roles()
    server.create_database("crashing", owner=OWNER, template=server.migrated_template())
    other = sandbox_server.create_database("crashing_sandbox", owner=SANDBOX)
    urls = DatabaseUrls(
        application=server.role_url(APPLICATION, "crashing"),
        owner=server.role_url(OWNER, "crashing"),
        superuser=server.superuser_url("crashing"),
        sandbox=other,
    )
    line, plan = LossyLine(server.sockets), Plan(folder / "plan")
    with RunningSandbox(other, folder) as sandbox, socket.create_server(("127.0.0.1", 0)) as listener:
        origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
        sandbox.send_webhooks_to(f"{origin}/webhooks/stripe")
        sandbox.send_account_webhooks_to(f"{origin}/webhooks/stripe/connect")
        process = _gunicorn(listener, _variables(urls, line.port, sandbox, folder), folder / "gunicorn.log")
        app = create_app(_settings(urls, sandbox, folder))
        try:
            with app.app_context():
                logs = {"gunicorn": folder / "gunicorn.log", "postgres": folder / "postgres" / "postgres.log"}
                yield CrashShop(World(app=app, sandbox=sandbox, urls=urls), plan, line, origin, logs, cluster)
                for engine in database.engines.values():
                    engine.dispose()
        finally:
            process.terminate()
            process.wait(_PATIENCE_SECONDS)
            line.close()
    sandbox_server.drop_database("crashing_sandbox")


def _settings(urls: DatabaseUrls, sandbox: RunningSandbox, folder: Path) -> Settings:
    return Settings(
        database_url=urls.application,
        owner_database_url=urls.owner,
        secret_keys=("test-secret",),
        stripe_secret_key=sandbox.api_key,
        stripe_webhook_secrets=(sandbox.webhook_secret,),
        stripe_connect_webhook_secrets=(sandbox.connect_secret,),
        stripe_api_base=sandbox.base_url,
        payment_page_origins=(sandbox.base_url,),
        base_url="http://localhost",
        var_dir=folder,
        demo=True,
    )


def _variables(urls: DatabaseUrls, port: int, sandbox: RunningSandbox, folder: Path) -> dict[str, str]:
    parts = urlsplit(urls.application)
    return {
        **os.environ,
        "DATABASE_URL": f"postgresql://{parts.username}:{parts.password}@127.0.0.1:{port}{parts.path}?sslmode=disable",
        "SECRET_KEY": "test-secret",
        "STRIPE_SECRET_KEY": sandbox.api_key,
        "STRIPE_WEBHOOK_SECRET": sandbox.webhook_secret,
        "STRIPE_CONNECT_WEBHOOK_SECRET": sandbox.connect_secret,
        "STRIPE_API_BASE": sandbox.base_url,
        "MARKETPLACE_BASE_URL": "http://localhost",
        "MARKETPLACE_DEMO": "1",
        "VAR_DIR": str(folder),
        "CRASH_PLAN": str(folder / "plan"),
    }


def _gunicorn(listener: socket.socket, variables: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start gunicorn as production does, with the application loaded before the fork: a new worker is there at once."""
    command = [sys.executable, "-m", "gunicorn", "-k", "gthread", "--threads", "4", "--no-control-socket", "--preload"]
    with log.open("wb") as output:
        return subprocess.Popen(
            [*command, "--bind", f"fd://{listener.fileno()}", "tests.crash_app:application"],
            cwd=CHECKOUT,
            env=variables,
            pass_fds=[listener.fileno()],
            stdout=output,
            stderr=subprocess.STDOUT,
        )

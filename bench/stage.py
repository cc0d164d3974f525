"""The servers of one run: sandbox, shop and the bare application, each under gunicorn as `make run` starts it."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psycopg

from bench.bare import SCHEMA
from bench.load import Unexpected, exchange, request
from launcher.processes import ending_with_parent
from launcher.programs import gunicorn, web_processes
from launcher.settings import NOT_FOR_SANDBOX, NOT_FOR_SHOP, SECRETS, without

CHECKOUT = Path(__file__).resolve().parent.parent
THREADS = 4
_SECONDS_TO_START = 60
_SECONDS_TO_END = 20
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Databases:
    """URLs by role: the shop's application and owner, the sandbox, and an empty database for the bare tables."""

    shop: str
    owner: str
    sandbox: str
    bare: str


@dataclass(frozen=True)
class Server:
    """One gunicorn with its workers."""

    name: str
    port: int
    process: subprocess.Popen[bytes]

    def cpu_seconds(self) -> float:
        """Return the processor time that its workers have used so far; 0 where there is no /proc."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        children = path.read_text(encoding="ascii").split() if path.exists() else []
        return sum(_cpu_seconds(int(child)) for child in children)


class Stage:
    """Starts the three servers, stops them at the end; use it as a context manager."""

    def __init__(self, databases: Databases, folder: Path, worker_class: str) -> None:
        self.databases = databases
        self.folder = folder
        self.worker_class = worker_class
        ports = _free_ports(3)
        self._ports = dict(zip(("shop", "sandbox", "bare"), ports, strict=True))
        self.variables = self._settings()
        self.servers: dict[str, Server] = {}

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        with psycopg.connect(self.databases.bare, autocommit=True) as connection:
            connection.execute(SCHEMA.encode())
        return self

    def __exit__(self, *_: object) -> None:
        for server in self.servers.values():
            server.process.send_signal(signal.SIGTERM)
        for server in self.servers.values():
            try:
                server.process.wait(_SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                server.process.kill()
                server.process.wait()

    @property
    def webhook_secret(self) -> str:
        """What signs the provider's events."""
        return self.variables["STRIPE_WEBHOOK_SECRET"]

    def start(self) -> None:
        """Start the servers and wait until each takes requests."""
        python, shop = Path(sys.executable), without(self.variables, NOT_FOR_SHOP)
        self._start("sandbox", "marketplace.sandbox.wsgi:app", 1, 16, without(self.variables, NOT_FOR_SANDBOX), python)
        self._start("shop", "wsgi:app", web_processes(), THREADS, shop, python)
        bare = {**_inherited(), "BENCH_BARE_URL": self.databases.bare, "DATABASE_POOL": shop["DATABASE_POOL"]}
        self._start("bare", "bench.bare:from_environment()", web_processes(), THREADS, bare, python)
        for server in self.servers.values():
            wait_for(server)

    def flask(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run one of the shop's commands."""
        variables = {**self.variables, "DATABASE_OWNER_URL": self.databases.owner}
        arguments = [sys.executable, "-m", "flask", "--app", "wsgi", *command]
        return subprocess.run(arguments, cwd=CHECKOUT, env=variables, capture_output=True, text=True, check=False)

    def _start(
        self, name: str, application: str, workers: int, threads: int, variables: Mapping[str, str], python: Path
    ) -> None:
        worker_class = self.worker_class if name != "sandbox" else "gthread"
        command = gunicorn(python, application, self._ports[name], workers, threads, worker_class)
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                command,
                cwd=CHECKOUT,
                env=dict(variables),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=ending_with_parent(signal.SIGTERM),  # noqa: PLW1509  only a prepared system call
            )
        self.servers[name] = Server(name, self._ports[name], process)

    def _settings(self) -> dict[str, str]:
        """Return the settings as the launcher names them; the shop runs as in production, not as the demo."""
        sandbox = f"http://127.0.0.1:{self._ports['sandbox']}"
        return {
            **_inherited(),
            **{name: f"{prefix}{os.urandom(16).hex()}" for name, prefix in SECRETS.items()},
            "DATABASE_URL": self.databases.shop,
            "SANDBOX_DATABASE_URL": self.databases.sandbox,
            "STRIPE_API_BASE": sandbox,
            "SANDBOX_BASE_URL": sandbox,
            "MARKETPLACE_BASE_URL": f"http://localhost:{self._ports['shop']}",
            "DATABASE_POOL": str(THREADS),
            "VAR_DIR": str(self.folder),
        }


def _inherited() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [found.getsockname()[1] for found in sockets]


def wait_for(server: Server) -> None:
    """Return once a server takes requests; raises RuntimeError when it never does."""
    limit = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < limit and server.process.poll() is None:
        with contextlib.suppress(OSError, Unexpected):
            exchange(server.port, request("GET", "/", server.port))
            return
        time.sleep(0.05)
    raise RuntimeError(f"{server.name} does not start; see its log")


def _cpu_seconds(process_id: int) -> float:
    try:
        text = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    fields = text.rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


@contextlib.contextmanager
def cpu_of(server: Server) -> Iterator[list[float]]:
    """Yield a list that holds, after the block, the processor seconds the server's workers used in it."""
    used: list[float] = []
    before = server.cpu_seconds()
    yield used
    used.append(server.cpu_seconds() - before)

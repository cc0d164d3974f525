"""The PostgreSQL behind the tests: `make test`'s cluster or a throw-away one, with the roles of production."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

from launcher.databases import (
    APPLICATION,
    OWNER,
    ROLES,
    access_statement,
    create_statement,
    role_statement,
    schema_statement,
)
from launcher.places import borrowed_account
from launcher.postgres import SUPERUSER, VOLATILE, Cluster, find_binaries

CHECKOUT = Path(__file__).parent.parent
TEMPLATE_LOCK = 20_261_121  # any number; taken while the template is looked for and made

_kept: dict[str, psycopg.Connection] = {}


@dataclass(frozen=True)
class DatabaseUrls:
    """One worker's databases, by role."""

    application: str
    owner: str
    superuser: str
    sandbox: str


def kept_connection(url: str) -> psycopg.Connection:
    """Return this process's one autocommit connection to a database: a new one costs more than most questions."""
    found = _kept.get(url)
    if found is None or found.closed:
        found = _kept[url] = psycopg.connect(url, autocommit=True)
    return found


class ThrowAwayCluster:
    """A cluster in the temporary folder, for a pytest that was not started by `make test`."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="marketplace-tests-"))
        owner = borrowed_account()
        if owner:
            self.folder.chmod(0o711)  # our own new folder: the server's account must pass through it
        self.cluster = Cluster(self.folder / "postgres", find_binaries(Path(sys.prefix)), owner, VOLATILE)

    def start(self) -> str:
        """Start it. Returns the superuser's URL."""
        self.cluster.start()
        return self.cluster.url(SUPERUSER, self.cluster.password, "postgres")

    def remove(self) -> None:
        """Stop it and delete its folder."""
        self.cluster.stop()
        shutil.rmtree(self.folder)


class PostgresServer:
    """A running cluster, seen by its superuser. The shop's roles exist and share the superuser's password."""

    def __init__(self, superuser_url: str) -> None:
        parts = urlsplit(superuser_url)
        self._password = parts.password or ""
        self._query = parts.query
        self.sockets = Path(unquote(self._query.removeprefix("host=")))

    def role_url(self, role: str, database: str) -> str:
        """Return the URL by which a role reaches a database."""
        return f"postgresql://{role}:{self._password}@/{database}?{self._query}"

    def superuser_url(self, database: str) -> str:
        """Return the URL by which the superuser reaches a database."""
        return self.role_url(SUPERUSER, database)

    def create_roles(self) -> None:
        """Make the roles of production. Parallel workers take turns; the lock goes with the connection."""
        with self._superuser("postgres") as connection:
            connection.execute(b"SELECT pg_advisory_lock(%d)" % TEMPLATE_LOCK)
            for role in ROLES:
                connection.execute(role_statement(role, self._password).encode())

    def create_database(self, name: str, owner: str | None = None, template: str | None = None) -> str:
        """Make a database afresh, dropping one of that name. Returns the URL of its owner, by default the superuser."""
        owner = owner or SUPERUSER
        guests = (APPLICATION,) if owner == OWNER else ()
        self.drop_database(name)
        with self._superuser("postgres") as connection:
            connection.execute(create_statement(name, owner, template or "template0").encode())
            connection.execute(access_statement(name, guests).encode())
        with self._superuser(name) as connection:
            connection.execute(schema_statement(guests).encode())
        return self.role_url(owner, name)

    def drop_database(self, name: str) -> None:
        """Drop a database, ending its connections. Does nothing when there is none."""
        for url in [url for url in _kept if urlsplit(url).path == f"/{name}"]:
            _kept.pop(url).close()
        with self._superuser("postgres") as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def migrated_template(self) -> str:
        """Return the name of a migrated database to clone; migrates it when these migrations have none yet."""
        name = f"template_{_migrations_digest()}"
        with self._superuser("postgres") as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", (TEMPLATE_LOCK,))
            ready = connection.execute(
                "SELECT FROM pg_database WHERE datname = %s AND datistemplate", (name,)
            ).fetchone()
            if ready is None:
                self._migrate(name)
                # Only a finished template carries the flag: an interrupted migration is made again.
                connection.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE true").format(sql.Identifier(name)))
        return name

    def _migrate(self, name: str) -> None:
        owner_url = self.create_database(name, owner=OWNER)
        variables = {
            **os.environ,
            "DATABASE_OWNER_URL": owner_url,
            "DATABASE_URL": self.role_url(APPLICATION, name),
            "SECRET_KEY": "migrations sign nothing",
            "STRIPE_SECRET_KEY": "sk_test_migrations_call_nobody",
            "STRIPE_WEBHOOK_SECRET": "whsec_migrations_hear_nobody",
        }
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
        done = subprocess.run(command, cwd=CHECKOUT, env=variables, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"`flask db upgrade` failed on an empty database:\n{done.stdout}{done.stderr}")

    @contextmanager
    def _superuser(self, database: str) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self.superuser_url(database), autocommit=True) as connection:
            yield connection


def _migrations_digest() -> str:
    """Name a state of the schema: the migrations, and the libraries (one of them brings the job queue's tables)."""
    digest = hashlib.sha256()
    sources = [*(CHECKOUT / "migrations").rglob("*.py"), CHECKOUT / "requirements" / "run.lock"]
    for source in sorted(sources):
        digest.update(str(source.relative_to(CHECKOUT)).encode() + source.read_bytes())
    return digest.hexdigest()[:16]

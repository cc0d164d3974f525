"""`make simulate`: the environment of `make run`, a PostgreSQL that may be lost, and the simulation on it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from launcher.console import Failure, paint, say, step
from launcher.databases import (
    APPLICATION,
    OWNER,
    ROLES,
    SANDBOX,
    access_statement,
    create_statement,
    role_statement,
    schema_statement,
)
from launcher.environment import clean_variables, prepare_environment
from launcher.interrupts import Interrupted, Interrupts
from launcher.locks import only_one
from launcher.places import Places, find_places, make_folder, open_to_server
from launcher.postgres import SUPERUSER, VOLATILE, Cluster, find_binaries

CHECKOUT = Path(__file__).resolve().parent.parent
# Rows must come in the same order each time: nobody cleans up in the background. Nobody reads what the server counts of
# itself, or keeps its journal for another one.
REPEATABLE = VOLATILE + (
    "autovacuum = off\ntrack_counts = off\ntrack_activities = off\nupdate_process_title = off\n"
    "wal_level = minimal\nmax_wal_senders = 0\n"
)


def simulate(arguments: list[str]) -> int:
    """Run `python -m marketplace.simulation` with the person's arguments. Returns its exit code."""
    Interrupts().listen()
    try:
        places = find_places(CHECKOUT, os.environ)
        open_to_server(places)
        make_folder(places.var)
        name = os.environ.get("SIMULATION_NAME", "simulation")
        with only_one(places.var / f"{name}.lock", "A simulation already runs in this folder"):
            if "SIMULATION_NAME" in os.environ:
                # A shop plays a seed again, in the environment in which it runs. To prepare that one could replace it
                # under the shop, and under any other command: another Python of the same version begins it anew.
                places = replace(places, environment=Path(sys.prefix))
            else:
                prepare_environment(places, "run")()
            return _play(places, name, arguments)
    except Failure as failure:
        say(paint("The simulation can't start. ", "red") + str(failure))
        return 1
    except Interrupted:
        say("Stopped.")
        return 130


def _play(places: Places, name: str, arguments: list[str]) -> int:
    if places.server_user:
        make_folder(places.clusters)
    folder = places.clusters / f"{name}-postgres"
    cluster = Cluster(folder, find_binaries(places.environment), places.server_user, REPEATABLE)
    variables = {**clean_variables(), "VAR_DIR": str(places.var), "SIMULATION_COMMIT": _commit()}
    report = places.var / "simulation" / "report.json"
    is_replay = any(argument.startswith("--seed=") or argument == "--seed" for argument in arguments)
    try:
        cluster.start()
        with step("Making the databases of the players"):
            databases = _databases(places, cluster, 1 if is_replay else _players())
        variables["SIMULATION_DATABASES"] = json.dumps(databases)
        command: list[str | Path] = [places.python, "-m", "marketplace.simulation", "--report", str(report), *arguments]
        return subprocess.run(command, cwd=places.checkout, env=variables, check=False).returncode
    finally:
        cluster.stop()


def _databases(places: Places, cluster: Cluster, players: int) -> list[dict[str, str]]:
    """Make a migrated shop and an empty sandbox for each player, by copying one that is migrated once."""
    password = cluster.password
    cluster.execute("".join(role_statement(role, password) for role in ROLES))
    template = f"template_{_digest()}"
    if template not in cluster.execute("SELECT datname FROM pg_database WHERE datistemplate;"):
        _migrate(places, cluster, template)
    found = []
    for number in range(players):
        shop, sandbox = f"player_{number}", f"player_sandbox_{number}"
        _create(cluster, shop, OWNER, template)
        _create(cluster, sandbox, SANDBOX, "template0")
        found.append(
            {
                "application": cluster.url(APPLICATION, password, shop),
                "owner": cluster.url(OWNER, password, shop),
                "superuser": cluster.url(SUPERUSER, password, shop),
                "sandbox": cluster.url(SANDBOX, password, sandbox),
            }
        )
    return found


def _create(cluster: Cluster, name: str, owner: str, template: str) -> None:
    guests = (APPLICATION,) if owner == OWNER else ()
    cluster.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE);')
    cluster.execute(create_statement(name, owner, template) + access_statement(name, guests))
    cluster.execute(schema_statement(guests), name)


def _migrate(places: Places, cluster: Cluster, name: str) -> None:
    _create(cluster, name, OWNER, "template0")
    variables = {
        **clean_variables(),
        "DATABASE_OWNER_URL": cluster.url(OWNER, cluster.password, name),
        "DATABASE_URL": cluster.url(APPLICATION, cluster.password, name),
        "SECRET_KEY": "migrations sign nothing",
        "STRIPE_SECRET_KEY": "sk_test_migrations_call_nobody",
        "STRIPE_WEBHOOK_SECRET": "whsec_migrations_hear_nobody",
    }
    command = [str(places.python), "-m", "flask", "--app", "wsgi", "db", "upgrade"]
    done = subprocess.run(command, cwd=places.checkout, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failure(f"The migrations failed on an empty database:\n{done.stdout}{done.stderr}")
    # Only a finished template carries the flag: an interrupted migration is made again.
    cluster.execute(f'ALTER DATABASE "{name}" IS_TEMPLATE true;')


def _digest() -> str:
    """Name a state of the schema: the migrations, and the libraries (one of them brings the job queue's tables)."""
    digest = hashlib.sha256()
    for source in sorted([*(CHECKOUT / "migrations").rglob("*.py"), CHECKOUT / "requirements" / "run.lock"]):
        digest.update(str(source.relative_to(CHECKOUT)).encode() + source.read_bytes())
    return digest.hexdigest()[:16]


def _players() -> int:
    """Return how many play at once: one for each processor, at most four."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(processors, 4)


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    found = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"

"""`make run`: the whole shop on this machine, from nothing to its addresses."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO, cast

from launcher.console import Failure, paint, say, show, step
from launcher.databases import prepare_databases
from launcher.environment import clean_variables, prepare_environment
from launcher.interrupts import Interrupted, Interrupts
from launcher.locks import only_one
from launcher.places import Places, find_places, make_folder, open_to_server
from launcher.postgres import Cluster, find_binaries
from launcher.processes import ending_with_parent
from launcher.programs import gunicorn, web_processes
from launcher.settings import (
    NOT_FOR_SANDBOX,
    NOT_FOR_SHOP,
    chosen_ports,
    read_settings,
    renew_settings,
    role_passwords,
    without,
)
from launcher.supervisor import Program, Supervisor

CHECKOUT = Path(__file__).resolve().parent.parent
# Of the person's shell these never reach the demo: a real key or a real database must not end up in it.
NOT_INHERITED = (
    "DATABASE_",
    "STRIPE_",
    "PAYPAL_",
    "SANDBOX_",
    "SECRET_KEY",
    "MARKETPLACE_BASE_URL",
    "PROMETHEUS_",
    "SMTP_",
    "MAIL_",
)
SIGN_INS = (
    ("buyer", "buyer@example.com"),
    ("seller", "seller@example.com"),
    ("another seller", "seller2@example.com"),
    ("admin", "admin@example.com"),
)
PASSWORD = "demo-marketplace"  # noqa: S105 (the demo's public sign-in)


def run() -> int:
    """Run the shop until it is interrupted. Returns the exit code."""
    interrupts = Interrupts()
    interrupts.listen()
    started = time.monotonic()
    try:
        places = find_places(CHECKOUT, os.environ)
        open_to_server(places)
        make_folder(places.var)
        with only_one(places.var / "run.lock", "The shop already runs from this folder"):
            ports = chosen_ports(os.environ)
            wait_until_compiled = prepare_environment(places, "run")
            with running_cluster(places) as cluster:
                wait_until_compiled()
                _serve(places, cluster, ports, started, interrupts)
    except Failure as failure:
        say(paint("The shop can't start. ", "red") + str(failure))
        return 1
    except Interrupted:
        say("Stopped.")
    return 0


@contextmanager
def running_cluster(places: Places) -> Iterator[Cluster]:
    """Keep the shop's PostgreSQL running for a while; stops it at the end, whoever started it."""
    if places.server_user:
        make_folder(places.clusters)
    cluster = Cluster(places.clusters / "postgres", find_binaries(places.environment), places.server_user)
    try:
        with step("Starting PostgreSQL"):
            cluster.start()
        if cluster.adopted:
            say("  PostgreSQL still ran from a killed start; it is used, and stopped at the end.")
        yield cluster
    finally:
        cluster.stop()


def _serve(places: Places, cluster: Cluster, ports: Mapping[str, int], started: float, interrupts: Interrupts) -> None:
    passwords = role_passwords(read_settings(places.settings_file))
    with step("Preparing the databases"):
        is_new = prepare_databases(cluster, passwords)
    settings = renew_settings(places, cluster, passwords, ports)
    variables = {**_inherited(places), **settings}
    supervisor = Supervisor(places.checkout, _programs(places, variables, ports), interrupts.is_impatient)
    try:
        web_ahead = partial(supervisor.start_ahead, *_web_ahead(supervisor, places, ports))
        _fill(places, cluster, variables, is_new, web_ahead)
        with step("Starting web, worker, sandbox and mail"):
            supervisor.start()
            supervisor.wait_for(lambda: _what_is_missing(ports))
        _announce(places, settings, time.monotonic() - started)
        while not cluster.has_ended():
            supervisor.tend()
        raise Failure(f"PostgreSQL has ended; see {cluster.log}.")
    except Interrupted:
        say("\nStopping ...")
        raise
    finally:
        supervisor.stop()


def _fill(
    places: Places,
    cluster: Cluster,
    variables: Mapping[str, str],
    is_new: bool,
    get_ready: Callable[[], Callable[[], None]],
) -> None:
    """Migrate and load the demo shop, unless this very code has done so in these databases before.

    `get_ready` starts what can be begun while the past is lived on one processor, and returns what lets it go on.
    """
    stamp, code = cluster.folder / "filled-by", _code_digest(places.checkout)
    if not is_new and stamp.exists() and stamp.read_text(encoding="ascii") == code:
        return
    with _past(places, variables) as live:
        with step("Migrating"):
            _flask(places, variables, "db", "upgrade")
        with step("Loading the demo shop and living through its ninety days"):
            go_on = get_ready()
            live()
    stamp.write_text(code, encoding="ascii")
    go_on()


@contextmanager
def _past(places: Places, variables: Mapping[str, str]) -> Iterator[Callable[[], None]]:
    """Start what loads the demo shop, so that it is ready once the tables are; yield what lets it live its past.

    It lives through what is left of it: a start killed here goes on next time.
    """
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as complaints,
        subprocess.Popen(
            [str(places.python), "-m", "launcher.past", "--when-told"],
            cwd=places.checkout,
            env=without(variables, ("DATABASE_OWNER_URL",)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            preexec_fn=ending_with_parent(signal.SIGTERM),
        ) as process,
    ):

        def live() -> None:
            with suppress(BrokenPipeError):  # it has ended already: its complaints say why
                cast("IO[str]", process.stdin).write("The tables are there.\n")
                cast("IO[str]", process.stdin).close()
            for line in process.stdout or ():
                show(f"Living through its ninety days: {line.strip()}")
            if process.wait() != 0:
                complaints.seek(0)
                raise Failure(f"The demo's past could not be lived through:\n{complaints.read().strip()}")

        try:
            yield live
        except BaseException:
            process.terminate()
            raise


def _code_digest(checkout: Path) -> str:
    digest = hashlib.sha256((checkout / "requirements" / "run.lock").read_bytes())
    for source in sorted([*(checkout / "marketplace").rglob("*.py"), *(checkout / "migrations").rglob("*.py")]):
        digest.update(str(source.relative_to(checkout)).encode() + source.read_bytes())
    return digest.hexdigest()


def _programs(places: Places, variables: Mapping[str, str], ports: Mapping[str, int]) -> list[Program]:
    """Return the programs, in the order in which they are stopped: sandbox and mail server answer to the last."""
    shop, sandbox = without(variables, NOT_FOR_SHOP), without(variables, NOT_FOR_SANDBOX)
    web = gunicorn(places.python, "wsgi:app", ports["PORT"], web_processes(), threads=4, is_forked=True)
    other = gunicorn(places.python, "marketplace.sandbox.wsgi:app", ports["SANDBOX_PORT"], 1, threads=16)
    worker = [str(places.python), "-m", "flask", "--app", "wsgi", "worker"]
    return [
        Program("web", "green", web, shop),
        Program("worker", "magenta", worker, shop),
        Program("sandbox", "blue", other, sandbox),
        Program("mail", "yellow", [str(places.python), "-m", "marketplace.inbox"], _only_mail(variables)),
    ]


def _web_ahead(supervisor: Supervisor, places: Places, ports: Mapping[str, int]) -> tuple[Program, list[str]]:
    """Return the shop's program and the command by which it gets ready and waits; see `launcher.ready`."""
    web = next(program for program in supervisor.programs if program.name == "web")
    return web, gunicorn(places.python, "launcher.ready:app", ports["PORT"], web_processes(), threads=4, is_forked=True)


def _only_mail(variables: Mapping[str, str]) -> dict[str, str]:
    """Return what the mail server needs to know: nothing of the shop and its provider."""
    return {
        name: value
        for name, value in variables.items()
        if not name.startswith(("DATABASE_", "STRIPE_", "SANDBOX_", "SECRET_"))
    }


def _inherited(places: Places) -> dict[str, str]:
    """Return what the programs get from the person's environment."""
    kept = {name: value for name, value in clean_variables().items() if not name.startswith(NOT_INHERITED)}
    path = f"{places.python.parent}{os.pathsep}{kept.get('PATH', os.defpath)}"
    return {**kept, "PATH": path, "VIRTUAL_ENV": str(places.environment), "PYTHONUNBUFFERED": "1"}


def _flask(places: Places, variables: Mapping[str, str], *command: str) -> None:
    done = subprocess.run(
        [places.python, "-m", "flask", "--app", "wsgi", *command],
        cwd=places.checkout,
        env=dict(variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Failure(f"`flask {' '.join(command)}` failed:\n{done.stdout.strip()}")


def _what_is_missing(ports: Mapping[str, int]) -> str:
    """Return "" once the sandbox takes connections and the web process reports ready, else what is not there yet."""
    address = f"http://127.0.0.1:{ports['PORT']}/readyz"
    for name, what in (("SANDBOX_PORT", "sandbox"), ("SMTP_PORT", "mail server")):
        try:
            socket.create_connection(("127.0.0.1", ports[name]), timeout=1).close()
        except OSError as error:
            return f"the {what} does not answer on port {ports[name]} ({error})"
    try:
        urllib.request.urlopen(address, timeout=5).close()
    except urllib.error.HTTPError as answer:
        return f"{address} answers {answer.code}"
    except OSError as error:
        return f"{address} does not answer ({error})"
    return ""


def _announce(places: Places, settings: Mapping[str, str], seconds: float) -> None:
    say("")
    say(paint(f"The shop is ready after {seconds:.0f} s.", "bold"))
    say(f"  shop      {paint(settings['MARKETPLACE_BASE_URL'], 'cyan')}")
    say(f"  sandbox   {paint(settings['SANDBOX_BASE_URL'], 'cyan')}  (stands in for Stripe)")
    say(f"  mail      {paint(settings['MARKETPLACE_BASE_URL'] + '/dev/mail', 'cyan')}  (what the shop sends)")
    say(f"  settings  {places.settings_file}")
    say("  sign in with the password " + paint(PASSWORD, "bold"))
    for role, address in SIGN_INS:
        say(f"    {address:<22} {role}")
    say("Ctrl-C stops everything.")
    say("")

"""`python -m bench.rush`, or `make bench ARGS=rush`: a thousand buyers agree to their purchases at the same moment.

Shop, worker and sandbox run as `make run` starts them, on a PostgreSQL that waits for the disk. Whoever gets a payment
page pays there and comes back to the shop; the sandbox's own webhooks arrive meanwhile. Once with goods for everybody,
once with fifty pieces of one part for all of them. Then everything is counted, at the shop and at the provider.
"""

import argparse
import json
import os
import secrets
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from bench import buying, filling, load
from bench.__main__ import commit, fresh_databases
from bench.crowd import Reply, all_at_once
from bench.load import Browser
from bench.machine import describe
from bench.rush_report import Round, Steps, errors_of, table
from bench.rush_stage import RushStage
from bench.stage import CHECKOUT, Databases
from launcher.console import Failure, say, step
from launcher.places import find_places, make_folder, open_to_server
from marketplace import clock, config, create_app, db
from marketplace.accounts import passwords
from marketplace.carts import operations as carts

_CLIENTS = 16
_PATIENCE_SECONDS = 300
"""As long as browsers wait for an answer."""
_QUIET_SECONDS = 900
_BUYERS = text("""SELECT id FROM "user" WHERE email LIKE 'buyer%' ORDER BY id""")
_LISTINGS = text("SELECT id FROM listing ORDER BY id")
_OPEN_HERE = (
    "SELECT (SELECT count(*) FROM provider_event WHERE status IN ('received', 'parked'))"
    " + (SELECT count(*) FROM outbound_call WHERE status IN ('planned', 'sending', 'unknown', 'blocked'))"
)
_WAITING_THERE = "SELECT count(*) FROM deliveries WHERE state = 'waiting'"
_PAID_HERE = "SELECT count(*) FROM purchase WHERE status = 'paid'"
_PAID_THERE = "SELECT count(*) FROM objects WHERE kind = 'charge' AND status = 'succeeded'"
_TWICE = "SELECT count(*) FROM (SELECT buyer_id FROM purchase WHERE status = 'paid' GROUP BY 1 HAVING count(*) > 1) x"
_BELOW_ZERO = "SELECT count(*) FROM listing WHERE in_stock < 0"


class Rush:
    """The crowd, in front of a shop that runs."""

    def __init__(self, stage: RushStage, buyers: list[Browser]) -> None:
        self._stage, self._buyers = stage, buyers
        self._paid_before = 0

    def round(self, name: str, part: slice, pieces: int) -> Round:
        """Let some of the buyers agree at the same moment, pay and come back; wait until all is quiet, and count."""
        buyers, port = self._buyers[part], self._stage.servers["shop"].port
        counted, cpu = self._stage.units(), self._stage.cpu_seconds()
        forms = dict[int, dict[str, str]]()
        with step(f"{name}: {len(buyers):,} buyers look at their review page"):
            load.once_each(_CLIENTS, range(len(buyers)), lambda one: forms.update({one: buying.review(buyers[one])}))
        requests = [buyers[one].form(buying.CHECKOUT, forms[one]) for one in sorted(forms)]
        agreed = [buyers[one] for one in sorted(forms)]
        with step(f"{name}: all of them agree"):
            replies, spread = all_at_once(port, requests, _PATIENCE_SECONDS)
        steps = Steps()
        with step(f"{name}: paying and coming back"):
            self._go_on(agreed, replies, steps)
        with step(f"{name}: waiting for the last webhook"):
            quiet = self._wait()
        paid, self._paid_before = self._count(_PAID_HERE) - self._paid_before, self._count(_PAID_HERE)
        return Round(
            name=name,
            buyers=len(buyers),
            pieces=pieces,
            prepared=len(requests),
            spread_seconds=spread,
            replies=tuple(replies),
            steps=steps,
            quiet_seconds=quiet,
            paid=paid,
            tries=self._stage.units() - counted,
            cpu_seconds=self._stage.cpu_seconds() - cpu,
        )

    def wrong_at_the_end(self) -> list[str]:
        """Return what does not fit, between shop and provider and in the books."""
        found = []
        here, there = self._count(_PAID_HERE), self._count_there(_PAID_THERE)
        if here != there:
            found.append(f"{here} purchases are paid, and the provider was paid {there} times")
        if twice := self._count(_TWICE):
            found.append(f"{twice} buyers paid more than once")
        if below := self._count(_BELOW_ZERO):
            found.append(f"{below} listings were oversold")
        for command in ("check-books", "reconcile"):
            done = self._stage.flask(command)
            if done.returncode:
                found.append(f"{command}: {done.stdout[-400:]}{done.stderr[-400:]}")
        return found + self._stage.tracebacks()

    def _go_on(self, buyers: list[Browser], replies: list[Reply], steps: Steps) -> None:
        sandbox = self._stage.servers["sandbox"].port

        def go_on(one: int) -> None:
            answer = replies[one].answer
            if answer is None or answer.status >= 400:
                return
            buyers[one].keep(answer)
            session = buying.session_of(answer)
            if not session:
                steps.refused(buyers[one].get(urlsplit(answer.location).path))
                return
            with steps.timed("paying at the provider"):
                address = buying.pay(sandbox, session)
            with steps.timed("coming back"):
                steps.saw(buyers[one].get(urlsplit(address).path))

        driven = load.once_each(_CLIENTS, range(len(replies)), go_on)
        steps.errors.extend(driven.errors)

    def _wait(self) -> float:
        """Wait until no event, call or delivery is open; return the seconds. Raises RuntimeError when it never ends."""
        started = time.monotonic()
        while open_ones := self._count(_OPEN_HERE) + self._count_there(_WAITING_THERE):
            if time.monotonic() - started > _QUIET_SECONDS:
                raise RuntimeError(f"{open_ones} events, calls and deliveries are still open")
            time.sleep(0.5)
        return time.monotonic() - started

    def _count(self, statement: str) -> int:
        return _count(self._stage.databases.owner, statement)

    def _count_there(self, statement: str) -> int:
        return _count(self._stage.databases.sandbox, statement)


def run(databases: Databases, folder: Path, buyers: int, pieces: int) -> dict[str, object]:
    """Run both rounds on empty, migrated databases and return everything that was found."""
    with RushStage(databases, folder) as stage:
        app = create_app(config.load(stage.variables))
        with step(f"Filling the shop for {2 * buyers:,} buyers"):
            cookies = _fill(app, folder, buyers, pieces)
        with step("Starting sandbox, shop and worker"):
            stage.start()
        rush = Rush(stage, [Browser(stage.servers["shop"].port, dict([cookie])) for cookie in cookies])
        rounds = [
            rush.round("goods for everybody", slice(0, buyers), buyers),
            rush.round(f"{pieces} pieces for all", slice(buyers, 2 * buyers), pieces),
        ]
        with step("Checking the books, and asking the provider"):
            wrong = rush.wrong_at_the_end()
    wrong += [error for one in rounds for error in errors_of(one)]
    say(table(rounds, wrong))
    return {"revision": commit(), "machine": describe(), "wrong": wrong, "rounds": [one.as_dict() for one in rounds]}


def _fill(app: Flask, folder: Path, buyers: int, pieces: int) -> tuple[tuple[bytes, bytes], ...]:
    """Fill the shop and put one part into each basket; return the cookies of the buyers."""
    filled = filling.fill(app, folder, viewers=0, buyers=2 * buyers, with_demo=False)
    with app.app_context():
        goods = [row.id for row in db.read(_LISTINGS)]
        [scarce] = db.atomic(_open_scarce_shop, (), pieces=pieces)
        for number, row in enumerate(db.read(_BUYERS)):
            listing_id = goods[number % len(goods)] if number < buyers else scarce
            db.atomic(
                carts.add, (), user_id=row.id, token_hash=None, listing_id=listing_id, quantity=1, now=clock.now()
            )
        for engine in db.database.engines.values():
            engine.dispose()
    return filled.buyers


def _open_scarce_shop(session: Session, *, pieces: int) -> list[int]:
    password_hash = passwords.hash_password(secrets.token_hex(8))
    return filling.open_shop(session, number=99, offers=[filling.offer(999, pieces)], password_hash=password_hash)


def _count(url: str, statement: str) -> int:
    with psycopg.connect(url, autocommit=True) as connection:
        [(count,)] = connection.execute(statement.encode()).fetchall()
    return int(count)


def main(arguments: list[str]) -> int:
    """Run, print and keep the figures; 1 when a purchase ended wrong, whatever the speed."""
    parser = argparse.ArgumentParser(prog="python -m bench.rush", description=__doc__)
    parser.add_argument("--buyers", type=int, default=1_000)
    parser.add_argument("--pieces", type=int, default=50, help="of the one part that all want in the second round")
    chosen = parser.parse_args(arguments)
    try:
        places = find_places(CHECKOUT, os.environ)
        open_to_server(places)
        folder = make_folder(places.var / "bench")
        (folder / "clock").unlink(missing_ok=True)
        with fresh_databases(places) as databases:
            found = run(databases, folder, chosen.buyers, chosen.pieces)
    except Failure as failure:
        say(f"The benchmark can't start. {failure}")
        return 1
    (folder / "rush.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    say(f"written to {folder / 'rush.json'}")
    return 1 if found["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

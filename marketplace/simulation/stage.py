"""Where it is played: the application, the provider's server and one clock that stands until it is moved."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask

from marketplace import clock, create_app
from marketplace.config import MoneyPolicy, Settings
from marketplace.db import database
from marketplace.providers.base import Provider
from marketplace.sandbox import dashboard_deeds
from marketplace.sandbox.clock import VirtualClock
from marketplace.sandbox.delivery import Answer, Transport
from marketplace.sandbox.errors import ApiError
from marketplace.sandbox.inprocess import RunningSandbox
from marketplace.simulation.databases import Databases, Rewinder
from marketplace.simulation.people import Person

BEGINS_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday morning, six days before the clocks change in the United States and four weeks before Europe's do."""
WEBHOOKS, ACCOUNT_WEBHOOKS = "/webhooks/stripe", "/webhooks/stripe/connect"
_ORIGIN = "http://localhost"
_PATIENCE_SECONDS = 30
"""How long the shop waits for the provider: only a machine that stands still may use it up."""


@dataclass
class Stage:
    """The shop and all around it. One for each process; every seed plays on it from the same beginning."""

    app: Flask
    sandbox: RunningSandbox
    settings: Settings
    shop: psycopg.Connection[tuple[Any, ...]] = field(repr=False)
    """Sees everything and belongs to nobody who plays."""
    outside: psycopg.Connection[tuple[Any, ...]] = field(repr=False)
    """The same in the provider's database."""
    transport: "Switchable" = field(repr=False)
    buyers: list[Person] = field(default_factory=list)
    sellers: list[Person] = field(default_factory=list)
    admins: list[Person] = field(default_factory=list)
    passers_by: list[Person] = field(default_factory=list)
    """Who only comes where many want the same."""
    _rewinders: list[Rewinder] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        """Business time."""
        return clock.now()

    @property
    def provider(self) -> Provider:
        """The real Stripe adapter."""
        found: Provider = self.app.extensions["providers"]["stripe"]
        return found

    @property
    def policy(self) -> MoneyPolicy:
        """The house rules of money."""
        return self.settings.money

    def everybody(self) -> tuple[Person, ...]:
        """Return all who play."""
        return (*self.buyers, *self.sellers, *self.admins, *self.passers_by)

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Return rows of the shop's database, as the superuser sees them."""
        return self.shop.execute(statement, values or None).fetchall()

    def outside_rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Return rows of the provider's database."""
        return self.outside.execute(statement, values or None).fetchall()

    def objects(self, kind: str, where: str = "true") -> list[dict[str, Any]]:
        """Return the provider's objects of a kind, oldest first, as its API shows them."""
        found = self.outside_rows(f"SELECT data FROM objects WHERE kind = %s AND {where} ORDER BY seq", kind)
        return [data for (data,) in found]

    def press(self, kind: str, object_id: str, deed: str, /, **form: str) -> str:
        """Press a button of the provider's dashboard about an object; return what it says."""
        try:
            with self.sandbox.sandbox.work() as work:
                return dashboard_deeds.do(work, work.need(kind, object_id), deed, form)
        except ApiError as refusal:
            return f"refused: {refusal.message}"

    def keep(self) -> None:
        """Take what is there now as the beginning of every seed."""
        self._rewinders = [Rewinder(self.shop), Rewinder(self.outside)]
        for rewinder in self._rewinders:
            rewinder.keep()

    def rewind(self, id_seed: int) -> None:
        """Go back to the beginning: rows, numbers, time and the provider's next ids."""
        clock.follow(self.settings.var_dir / "clock")  # another shop of this process may have had its own
        for rewinder in self._rewinders:
            rewinder.rewind()
        # Sign-ins live in system time: on a slow machine nobody's visit is noted in the middle of a play.
        self.shop.execute("UPDATE user_session SET last_seen_at = clock_timestamp() + interval '1 day'")
        stand_at(self.settings.var_dir, BEGINS_AT)
        self.sandbox.sandbox.clock = VirtualClock(self.settings.var_dir)
        self.sandbox.sandbox.ids.start_again(id_seed)


class Switchable:
    """The line on which webhooks travel: whoever plays puts their own transport in."""

    def __init__(self) -> None:
        self.through: Transport = lambda url, body, headers: Answer(200, "")

    def __call__(self, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        """Send one webhook."""
        return self.through(url, body, headers)


def stand_at(var_dir: Path, moment: datetime) -> None:
    """Let time stand at `moment` for shop and provider."""
    (var_dir / "clock").write_text(f"@{int(moment.timestamp())}\n", "ascii")


@contextmanager
def open_stage(databases: Databases, var_dir: Path) -> Iterator[Stage]:
    """Open application and provider on `databases`, which are migrated and empty; nobody is there yet."""
    stand_at(var_dir, BEGINS_AT)
    switchable = Switchable()
    with (
        RunningSandbox(databases.sandbox, var_dir, transport=switchable, id_seed=0) as sandbox,
        psycopg.connect(databases.superuser, autocommit=True) as shop,
        psycopg.connect(databases.sandbox, autocommit=True) as outside,
    ):
        settings = _settings(databases, sandbox, var_dir)
        app = create_app(settings)
        sandbox.send_webhooks_to(f"{_ORIGIN}{WEBHOOKS}")
        sandbox.send_account_webhooks_to(f"{_ORIGIN}{ACCOUNT_WEBHOOKS}")
        shop.execute("UPDATE installation SET uuid = '00000000-0000-4000-8000-000000000001'")
        stage = Stage(app, sandbox, settings, shop, outside, switchable)
        try:
            yield stage
        finally:
            with app.app_context():
                for engine in database.engines.values():
                    engine.dispose()


def post_webhook(app: Flask, url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Hand one webhook to the shop's real intake, in this process; return what it answered."""
    with app.app_context():
        answer = app.test_client(use_cookies=False).post(url.removeprefix(_ORIGIN), data=body, headers=headers)
    return Answer(answer.status_code, answer.get_data(as_text=True)[:200])


def as_json(rows: Sequence[object]) -> str:
    """Return rows as one text that is the same for the same rows."""
    return json.dumps(rows, default=str, ensure_ascii=False, sort_keys=True)


def _settings(databases: Databases, sandbox: RunningSandbox, var_dir: Path) -> Settings:
    return Settings(
        database_url=databases.application,
        owner_database_url=databases.owner,
        secret_keys=("simulated",),
        stripe_secret_key=sandbox.api_key,
        stripe_webhook_secrets=(sandbox.webhook_secret,),
        stripe_connect_webhook_secrets=(sandbox.connect_secret,),
        stripe_api_base=sandbox.base_url,
        payment_page_origins=(sandbox.base_url,),
        base_url=_ORIGIN,
        var_dir=var_dir,
        demo=True,
        database_pool=24,
        provider_timeout_seconds=_PATIENCE_SECONDS,
    )

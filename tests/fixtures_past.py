"""The demo's past, lived through once for all tests of a module: shop and sandbox in this process, on one clock."""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask

from launcher.databases import APPLICATION, OWNER, SANDBOX
from launcher.past import place_clock, resting_collector, stage_of, webhooks_into
from marketplace import clock, create_app, demo
from marketplace.config import Settings
from marketplace.db import database
from marketplace.demo import past
from marketplace.demo.past.script import Step
from marketplace.sandbox.delivery import Answer
from marketplace.sandbox.inprocess import RunningSandbox
from tests.builders import World
from tests.postgres_server import DatabaseUrls, PostgresServer


class Killed(BaseException):
    """The process is gone in the middle of something."""


class Lived:
    """A shop of its own with the demo in it, whose past can be lived, stopped, and lived further."""

    def __init__(self, server: PostgresServer, name: str, folder: Path) -> None:
        shop, other = f"past_{name}", f"past_sandbox_{name}"
        server.create_database(shop, owner=OWNER, template=server.migrated_template())
        self.server, self.names, self.folder = server, (shop, other), folder
        folder.mkdir()
        self.urls = DatabaseUrls(
            application=server.role_url(APPLICATION, shop),
            owner=server.role_url(OWNER, shop),
            superuser=server.superuser_url(shop),
            sandbox=server.create_database(other, owner=SANDBOX),
        )
        self.seconds = self.processor_seconds = 0.0

    @contextmanager
    def open(self) -> Iterator[World]:
        """Start shop and sandbox on what is there, as a new process would."""
        apps: list[Flask] = []

        def carry(url: str, body: bytes, headers: dict[str, str]) -> Answer:
            return webhooks_into(apps[0])(url, body, headers)

        with RunningSandbox(self.urls.sandbox, self.folder, transport=carry) as sandbox:
            apps.append(create_app(self._settings(sandbox)))
            sandbox.send_webhooks_to("http://localhost/webhooks/stripe")
            sandbox.send_account_webhooks_to("http://localhost/webhooks/stripe/connect")
            with apps[0].app_context():
                try:
                    yield World(app=apps[0], sandbox=sandbox, urls=self.urls)
                finally:
                    for engine in database.engines.values():
                        engine.dispose()

    def live(
        self, now: datetime, sales: int = past.SALES, *, kill_after: int | None = None, pause_after: Sequence[int] = ()
    ) -> None:
        """Load the demo as of `now` and live what is left of its past; die in the middle of step `kill_after`.

        After the steps `pause_after` everything is taken up once more, as after a death, and nobody dies.
        """
        clock_file = self.folder / "clock"
        with self.open():
            demo.load(self.folder, now)
            found = past.standing(sales)
            assert found is not None
            clock_file.unlink(missing_ok=True)
            place_clock(self.folder, found.next_at)
        with self.open() as world, resting_collector():
            steps = found.steps if kill_after is None else _deadly(found.steps, kill_after)
            for number in pause_after:
                steps = _paused(steps, number, found.begins_at)
            started, worked = time.monotonic(), time.process_time()
            past.live(stage_of(world.app, world.sandbox), replace(found, steps=steps))
            self.seconds += time.monotonic() - started
            self.processor_seconds += time.process_time() - worked

    def drop(self) -> None:
        """Drop the databases."""
        for name in self.names:
            self.server.drop_database(name)

    def _settings(self, sandbox: RunningSandbox) -> Settings:
        return Settings(
            database_url=self.urls.application,
            owner_database_url=self.urls.owner,
            secret_keys=("test-secret",),
            stripe_secret_key=sandbox.api_key,
            stripe_webhook_secrets=(sandbox.webhook_secret,),
            stripe_connect_webhook_secrets=(sandbox.connect_secret,),
            stripe_api_base=sandbox.base_url,
            payment_page_origins=(sandbox.base_url,),
            base_url="http://localhost",
            var_dir=self.folder,
            demo=True,
            database_pool=5,
        )


@pytest.fixture(scope="module")
def new_shop(postgres_server: PostgresServer, worker_name: str, var_dir: Path) -> Iterator[Callable[[], Lived]]:
    """Makes shops that can live a past. At the end they are dropped, and the clock of the other tests is followed."""
    shops: list[Lived] = []
    with tempfile.TemporaryDirectory() as folder:

        def make() -> Lived:
            shops.append(Lived(postgres_server, f"{worker_name}_{len(shops)}", Path(folder) / str(len(shops))))
            return shops[-1]

        yield make
        clock.follow(var_dir / "clock")
        for shop in shops:
            shop.drop()


def _deadly(steps: tuple[Step, ...], number: int) -> tuple[Step, ...]:
    """Return the steps with one among them that does its deed and then dies, before anybody could note that down."""

    def die(stage: past.Stage, **values: object) -> None:
        steps[number].deed(stage, **values)
        raise Killed

    return (*steps[:number], replace(steps[number], deed=die), *steps[number + 1 :])


def _paused(steps: tuple[Step, ...], number: int, begins_at: datetime) -> tuple[Step, ...]:
    """Return the steps with one among them after which time passes as it does when somebody had died there."""
    step = steps[number]

    def pause(stage: past.Stage, **values: object) -> None:
        step.deed(stage, **values)
        past.take_up(stage, begins_at + step.at)

    return (*steps[:number], replace(step, deed=pause), *steps[number + 1 :])

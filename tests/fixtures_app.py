"""The real application, served over HTTP, beside the real sandbox: what every test beyond the pure rules walks."""

import math
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from werkzeug.serving import make_server

from marketplace import clock, create_app
from marketplace.config import Settings
from marketplace.db import database
from marketplace.reconciliation.checks import check_books
from marketplace.sandbox.clock import VirtualClock
from marketplace.sandbox.inprocess import RunningSandbox
from marketplace.sandbox.paypal.driving import PAYPAL_CLIENT, PAYPAL_SECRET, PAYPAL_WEBHOOK_ID
from tests.builders import World
from tests.postgres_server import DatabaseUrls, kept_connection

# What a migration wrote and no test may lose.
_KEPT = {"alembic_version", "fee_schedule", "credit_package", "installation"}
# When every test begins, by the shop's clock: ahead of the system's as long as a run may take.
_BEGINNING = datetime.now(UTC) + timedelta(hours=6)


@pytest.fixture(scope="session")
def var_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This worker's state folder; its clock file moves shop and sandbox together."""
    return tmp_path_factory.mktemp("var")


@pytest.fixture(scope="session")
def sandbox(database_urls: DatabaseUrls, var_dir: Path) -> Iterator[RunningSandbox]:
    """The sandbox server; webhooks go out when a test says so."""
    with RunningSandbox(database_urls.sandbox, var_dir) as running:
        yield running


@pytest.fixture(scope="session")
def settings(database_urls: DatabaseUrls, sandbox: RunningSandbox, var_dir: Path) -> Settings:
    """The settings of the application under test."""
    return Settings(
        database_url=database_urls.application,
        owner_database_url=database_urls.owner,
        secret_keys=("test-secret",),
        stripe_secret_key=sandbox.api_key,
        stripe_webhook_secrets=(sandbox.webhook_secret,),
        stripe_connect_webhook_secrets=(sandbox.connect_secret,),
        stripe_api_base=sandbox.base_url,
        paypal_client_id=PAYPAL_CLIENT,
        paypal_client_secret=PAYPAL_SECRET,
        paypal_webhook_ids=(PAYPAL_WEBHOOK_ID,),
        paypal_api_base=f"{sandbox.base_url}/paypal",
        payment_page_origins=(sandbox.base_url,),
        base_url="http://localhost",
        var_dir=var_dir,
        demo=True,
        database_pool=24,
    )


@pytest.fixture(scope="session")
def app(settings: Settings, sandbox: RunningSandbox) -> Iterator[Flask]:
    """The application, with its webhook endpoint open to the sandbox over HTTP."""
    application = create_app(settings)
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, name="shop-web", daemon=True)
    thread.start()
    application.config["TEST_ORIGIN"] = f"http://127.0.0.1:{server.server_port}"
    sandbox.send_webhooks_to(f"{application.config['TEST_ORIGIN']}/webhooks/stripe")
    sandbox.send_paypal_webhooks_to(f"{application.config['TEST_ORIGIN']}/webhooks/paypal")
    sandbox.send_account_webhooks_to(f"{application.config['TEST_ORIGIN']}/webhooks/stripe/connect")
    yield application
    server.shutdown()
    thread.join()
    server.server_close()
    with application.app_context():
        for engine in database.engines.values():
            engine.dispose()


@pytest.fixture
def world(
    app: Flask, sandbox: RunningSandbox, database_urls: DatabaseUrls, request: pytest.FixtureRequest
) -> Iterator[World]:
    """An empty shop. After the test its books must agree, unless the test is marked `tampers`."""
    make_new(database_urls, sandbox, app.extensions["settings"].var_dir)
    with app.app_context():
        yield World(app=app, sandbox=sandbox, urls=database_urls)
        if request.node.get_closest_marker("tampers") is None:
            report = check_books()
            assert report.agrees, report.differences


def make_new(urls: DatabaseUrls, sandbox: RunningSandbox, var_dir: Path) -> None:
    """Empty shop and provider, and let time begin where it begins for every test of this process."""
    _empty(urls)
    ahead = math.ceil((_BEGINNING - datetime.now(UTC)).total_seconds())
    (var_dir / "clock").write_text(f"{ahead}\n", encoding="ascii")
    sandbox.sandbox.clock = VirtualClock(var_dir)  # one that has seen a later time would not go back
    clock.follow(var_dir / "clock")  # another test may have made a shop of its own


def _empty(urls: DatabaseUrls) -> None:
    """Delete every row as the superuser with triggers off; the application itself could not."""
    shop, sandbox = kept_connection(urls.superuser), kept_connection(urls.sandbox)
    with shop.transaction():
        shop.execute("SET LOCAL session_replication_role = replica")
        names = [name for name in _tables(shop) if name not in _KEPT]
        names += ["procrastinate_jobs", "procrastinate_events"]
        shop.execute("; ".join(f'DELETE FROM "{name}"' for name in names))
        shop.execute("DELETE FROM fee_schedule WHERE id > 2; DELETE FROM credit_package WHERE id > 4")
    endpoint_rows = "kind <> 'webhook_endpoint'"
    sandbox.execute(
        "; ".join(
            f'DELETE FROM "{name}"' + (f" WHERE {endpoint_rows}" if name == "objects" else "")
            for name in reversed(_tables(sandbox))
        )
    )


def _tables(connection: psycopg.Connection) -> list[str]:
    found = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'procrastinate%'"
    ).fetchall()
    return [str(name) for (name,) in found]

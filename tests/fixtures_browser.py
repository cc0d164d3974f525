"""A real Chromium before a shop of its own, whose provider sends webhooks by itself, as in production."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Playwright, expect, sync_playwright
from werkzeug.serving import make_server

from launcher.chromium import find_chromium
from launcher.databases import APPLICATION, OWNER, SANDBOX
from marketplace import create_app
from marketplace.config import Settings
from marketplace.db import database
from marketplace.reconciliation.checks import check_books
from marketplace.sandbox.inprocess import RunningSandbox
from marketplace.sandbox.paypal.driving import PAYPAL_CLIENT, PAYPAL_SECRET, PAYPAL_WEBHOOK_ID
from tests.builders import World
from tests.e2e.visitor import Visitor
from tests.e2e.windows import PATIENCE_SECONDS, Windows
from tests.fixtures_app import _empty
from tests.postgres_server import DatabaseUrls, PostgresServer

_FLAGS = (
    "--no-sandbox",  # a root's Chromium refuses to start otherwise; it only ever opens our own pages
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--js-flags=--no-opt --no-maglev",  # no page lives long enough to pay for code that is made quick
)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives the browsers."""
    with sync_playwright() as found:
        expect.set_options(timeout=PATIENCE_SECONDS * 1000)
        yield found


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Windows]:
    """One browser for the whole run."""
    with _launched(playwright, *_FLAGS) as windows:
        yield windows


@contextmanager
def _launched(playwright: Playwright, *flags: str) -> Iterator[Windows]:
    browser = playwright.chromium.launch(executable_path=find_chromium(os.environ), args=list(flags))
    yield Windows(browser)
    browser.close()


@pytest.fixture(scope="session")
def browser_urls(postgres_server: PostgresServer, worker_name: str) -> Iterator[DatabaseUrls]:
    """Databases for the shop that the browser sees; its background threads must not meet other tests."""
    shop, sandbox = f"marketplace_browser_{worker_name}", f"sandbox_browser_{worker_name}"
    postgres_server.create_database(shop, owner=OWNER, template=postgres_server.migrated_template())
    yield DatabaseUrls(
        application=postgres_server.role_url(APPLICATION, shop),
        owner=postgres_server.role_url(OWNER, shop),
        superuser=postgres_server.superuser_url(shop),
        sandbox=postgres_server.create_database(sandbox, owner=SANDBOX),
    )
    postgres_server.drop_database(shop)
    postgres_server.drop_database(sandbox)


@pytest.fixture(scope="session")
def served(browser_urls: DatabaseUrls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The shop and its sandbox, as `make run` starts them: known addresses, background threads, one clock file."""
    var_dir = tmp_path_factory.mktemp("browser-var")
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        RunningSandbox(browser_urls.sandbox, var_dir, background=True, merchant_name="Tandem") as sandbox,
    ):
        app = create_app(_settings(browser_urls, sandbox, var_dir, f"http://127.0.0.1:{listener.getsockname()[1]}"))
        server = make_server("127.0.0.1", 0, app, threaded=True, fd=listener.fileno())
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="browser-shop", daemon=True)
        thread.start()
        settings: Settings = app.extensions["settings"]
        sandbox.send_webhooks_to(f"{settings.base_url}/webhooks/stripe")
        sandbox.send_account_webhooks_to(f"{settings.base_url}/webhooks/stripe/connect")
        sandbox.send_paypal_webhooks_to(f"{settings.base_url}/webhooks/paypal")
        yield World(app=app, sandbox=sandbox, urls=browser_urls)
        sandbox.hold_webhooks()
        server.shutdown()
        thread.join()
        with app.app_context():
            for engine in database.engines.values():
                engine.dispose()


@pytest.fixture
def shop(served: World) -> Iterator[World]:
    """An empty shop; after the test its books must agree."""
    with fresh_shop(served) as world:
        yield world


@pytest.fixture
def javascript() -> bool:
    """Whether the browser runs scripts; journeys are parametrized with both."""
    return True


@pytest.fixture
def visit(chromium: Windows, shop: World, *, javascript: bool) -> Iterator[Callable[..., Visitor]]:
    """Open the shop as a person (by user id) or as nobody, each in a browser of its own; no complaint may be left."""
    with browsing(chromium, shop, javascript=javascript) as enter:
        yield enter


@contextmanager
def fresh_shop(served: World) -> Iterator[World]:
    """Empty the shop, hand it out with an application context, and check its books and its webhooks at the end."""
    served.sandbox.hold_webhooks()
    _wait_until(served, "SELECT WHERE NOT EXISTS (SELECT FROM deliveries WHERE sending)")
    _empty(served.urls)
    served.sandbox.release_webhooks()
    with served.app.app_context():
        yield served
        _wait_until(served, "SELECT WHERE NOT EXISTS (SELECT FROM deliveries WHERE state = 'waiting')")
        report = check_books()
        assert report.agrees, report.differences


@contextmanager
def browsing(chromium: Windows, world: World, *, javascript: bool = True) -> Iterator[Callable[..., Visitor]]:
    """Hand out a function that opens the shop for a person; afterwards no complaint may be left."""
    with chromium.open(world.settings.base_url, javascript=javascript) as opened:

        def enter(user_id: int | None = None) -> Visitor:
            page = opened()
            if user_id is not None:
                page.context.add_cookies([signed_in_cookie(world, user_id)])
            return Visitor(page, world)

        yield enter


def signed_in_cookie(world: World, user_id: int) -> dict[str, str]:
    """Sign a person in through the real form, without drawing its page; the journeys also do it by hand."""
    cookie = world.client(user_id).get_cookie("tandem_session")
    assert cookie is not None
    return {"name": cookie.key, "value": cookie.value, "url": world.settings.base_url}


def _settings(urls: DatabaseUrls, sandbox: RunningSandbox, var_dir: Path, base_url: str) -> Settings:
    return Settings(
        database_url=urls.application,
        owner_database_url=urls.owner,
        secret_keys=("test-secret",),
        stripe_secret_key=sandbox.api_key,
        stripe_webhook_secrets=(sandbox.webhook_secret,),
        stripe_connect_webhook_secrets=(sandbox.connect_secret,),
        stripe_api_base=sandbox.base_url,
        payment_page_origins=(sandbox.base_url,),
        paypal_client_id=PAYPAL_CLIENT,
        paypal_client_secret=PAYPAL_SECRET,
        paypal_webhook_ids=(PAYPAL_WEBHOOK_ID,),
        paypal_api_base=f"{sandbox.base_url}/paypal",
        base_url=base_url,
        var_dir=var_dir,
        demo=True,
        database_pool=8,
    )


def _wait_until(served: World, statement: str) -> None:
    """Wait until the sandbox's database answers `statement` with a row; fail with what the shop said to webhooks."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    with psycopg.connect(served.urls.sandbox, autocommit=True) as connection:
        while connection.execute(statement).fetchone() is None:
            answers = connection.execute("SELECT status, milliseconds, answer FROM attempts ORDER BY id DESC LIMIT 9")
            assert time.monotonic() < deadline, answers.fetchall()
            time.sleep(0.05)

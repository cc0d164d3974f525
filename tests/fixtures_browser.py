"""A real Chromium before a shop of its own, whose provider sends webhooks by itself, as in production."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, sync_playwright
from werkzeug.serving import make_server

from launcher.chromium import find_chromium
from launcher.databases import OWNER, SANDBOX
from marketplace import create_app
from marketplace.config import Settings
from marketplace.db import database
from marketplace.reconciliation.checks import check_books
from marketplace.sandbox.inprocess import RunningSandbox
from tests.builders import World
from tests.e2e.visitor import Visitor
from tests.fixtures_app import empty
from tests.postgres_server import DatabaseUrls, PostgresServer

_FLAGS = (
    "--no-sandbox",  # a root's Chromium refuses to start otherwise; it only ever opens our own pages
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Complaints:
    """What the browser did not like: console errors (the policy's refusals among them), failed requests, 5xx."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def listen(self, page: Page) -> None:
        """Note everything that goes wrong on `page`."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.seen.append(f"script error: {error}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)

    def _console(self, message: ConsoleMessage) -> None:
        # A page that was asked for and refused as it should be (403, 404) is the test's business, not a defect.
        refused = message.text.startswith("Failed to load resource") and "status of 4" in message.text
        if message.type in {"error", "warning"} and not refused:
            self.seen.append(f"console {message.type}: {message.text} ({message.location.get('url', '')})")

    def _failed(self, request: Request) -> None:
        # A request that the next click overtook was aborted by the browser itself.
        if request.failure != "net::ERR_ABORTED":
            self.seen.append(f"request failed: {request.url} {request.failure}")

    def _answered(self, response: Response) -> None:
        is_page = response.request.is_navigation_request()
        if response.status >= 500 or (response.status >= 400 and not is_page):
            self.seen.append(f"answer {response.status}: {response.url}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the whole run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(os.environ), args=list(_FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def browser_urls(postgres_server: PostgresServer) -> Iterator[DatabaseUrls]:
    """Databases for the shop that the browser sees; its background threads must not meet other tests."""
    shop, sandbox = "marketplace_browser", "sandbox_browser"
    template = postgres_server.migrated_template()
    application = postgres_server.role_url("marketplace_app", shop)
    postgres_server.create_database(shop, owner=OWNER, template=template)
    yield DatabaseUrls(
        application=application,
        owner=postgres_server.role_url(OWNER, shop),
        superuser=postgres_server.superuser_url(shop),
        sandbox=postgres_server.create_database(sandbox, owner=SANDBOX),
    )
    postgres_server.drop_database(shop)
    postgres_server.drop_database(sandbox)

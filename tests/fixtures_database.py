"""Real databases for tests: one cluster per run, a template migrated once, a clone of it per worker."""

import os
from collections.abc import Iterator

import pytest

from launcher.databases import APPLICATION, OWNER, SANDBOX
from tests.postgres_server import DatabaseUrls, PostgresServer, ThrowAwayCluster


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A running PostgreSQL 18 with the roles of production: `make test`'s, the parallel run's, or one of our own."""
    given = os.environ.get("TEST_POSTGRES")
    own = None if given else ThrowAwayCluster()
    server = PostgresServer(given or own.start())  # type: ignore[union-attr]
    server.create_roles()
    yield server
    if own:
        own.remove()


@pytest.fixture(scope="session")
def worker_name() -> str:
    """The name of this pytest worker among all that run at once on a cluster; `main` in a run without workers."""
    return os.environ.get("TEST_RUN", "") + os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def database_urls(postgres_server: PostgresServer, worker_name: str) -> Iterator[DatabaseUrls]:
    """This worker's own migrated shop database and empty sandbox database."""
    shop, sandbox = f"marketplace_{worker_name}", f"sandbox_{worker_name}"
    postgres_server.create_database(shop, owner=OWNER, template=postgres_server.migrated_template())
    yield DatabaseUrls(
        application=postgres_server.role_url(APPLICATION, shop),
        owner=postgres_server.role_url(OWNER, shop),
        superuser=postgres_server.superuser_url(shop),
        sandbox=postgres_server.create_database(sandbox, owner=SANDBOX),
    )
    postgres_server.drop_database(shop)
    postgres_server.drop_database(sandbox)

"""A stage of the simulation, on databases of its own: one for each worker that needs it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from launcher.databases import APPLICATION, OWNER, SANDBOX
from marketplace.simulation.databases import Databases
from marketplace.simulation.opening import open_shop
from marketplace.simulation.stage import Stage, open_stage
from tests.postgres_server import PostgresServer


@pytest.fixture(scope="session")
def stage(
    postgres_server: PostgresServer, worker_name: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """The real shop and the provider's server, as every seed finds them."""
    shop, sandbox = f"simulation_{worker_name}", f"simulation_sandbox_{worker_name}"
    postgres_server.create_database(shop, owner=OWNER, template=postgres_server.migrated_template())
    databases = Databases(
        application=postgres_server.role_url(APPLICATION, shop),
        owner=postgres_server.role_url(OWNER, shop),
        superuser=postgres_server.superuser_url(shop),
        sandbox=postgres_server.create_database(sandbox, owner=SANDBOX),
    )
    folder: Path = tmp_path_factory.mktemp("simulation")
    with open_stage(databases, folder) as opened:
        open_shop(opened)
        yield opened
    postgres_server.drop_database(shop)
    postgres_server.drop_database(sandbox)

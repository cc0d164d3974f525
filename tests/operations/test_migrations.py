"""The migrations make exactly what the models say, on a fresh database and step by step (S1.9)."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from marketplace.db import Base
from tests.builders import World


@pytest.mark.covers("S1.9")
def test_the_migrated_database_is_what_the_models_say(world: World) -> None:
    options = {"include_object": lambda _item, name, *_: not str(name).startswith("procrastinate")}
    engine = create_engine(world.urls.superuser)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata) == []
    engine.dispose()

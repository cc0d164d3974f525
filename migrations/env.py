"""Alembic's entry: connects as the owner role, in process, online only."""

from alembic import context
from flask import current_app
from sqlalchemy import create_engine, make_url

import marketplace.web  # noqa: F401  every model is imported below the web
from marketplace.db import Base

settings = current_app.extensions["settings"]


def include_object(_item: object, name: str | None, *_: object) -> bool:
    """Leave procrastinate's own tables to its own schema."""
    return not str(name).startswith(("procrastinate_", "idx_procrastinate"))


def run() -> None:
    """Apply the revisions; each one in its own transaction, as the owner of the schema."""
    config = context.config
    config.attributes["application_role"] = make_url(settings.database_url).username
    with create_engine(settings.owner_database_url).connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_object=include_object,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()

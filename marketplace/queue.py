"""Background jobs, enqueued in the caller's transaction: a rolled-back operation leaves no job."""

from enum import StrEnum
from typing import cast

import procrastinate
from psycopg import Connection
from sqlalchemy.orm import Session


class JobName(StrEnum):
    """Every job there is; `jobs.py` says what each does."""

    READ_EVENT = "read_event"
    TICK = "tick"
    MAIL = "mail"
    MOVE_TIME = "move_time"
    REPLAY_SEED = "replay_seed"
    SIZE_PICTURES = "size_pictures"
    IMPORT_LISTINGS = "import_listings"


# Never opened: it only writes job rows through the caller's connection (stack.md 2.2, trap 1).
_sender = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())


def enqueue(session: Session, job: JobName, **arguments: int | str) -> None:
    """Add `job` to the queue in the transaction of `session`; it runs once that commits, at least once."""
    connection = cast("Connection", session.connection().connection.driver_connection)
    _sender.configure_task(job, allow_unknown=True, connection=connection).defer(**arguments)

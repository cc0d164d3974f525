"""Messages that proved nothing and were refused (S1.17): counted, so that a wrong secret is seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from marketplace import db
from marketplace.provider_events.models import WebhookRefusal
from marketplace.provider_events.states import Endpoint, RefusalCause

_R = WebhookRefusal
_new = insert(_R)
_COUNT = _new.on_conflict_do_update(
    index_elements=["endpoint", "cause", "hour"], set_={"count": _R.count + 1, "last_at": _new.excluded.last_at}
)
_SINCE = (
    select(_R.endpoint, _R.cause, func.sum(_R.count).cast(_R.count.type), func.max(_R.last_at))
    .where(_R.hour >= bindparam("since"))
    .group_by(_R.endpoint, _R.cause)
    .order_by(_R.endpoint, _R.cause)
)


@dataclass(frozen=True, slots=True)
class Refusals:
    """How often one address refused messages for one cause, and when last; system time."""

    endpoint: Endpoint
    cause: RefusalCause
    count: int
    last_at: datetime


def count(endpoint: Endpoint, cause: RefusalCause, *, system_now: datetime) -> None:
    """Count one refused message; runs alone, outside `atomic`."""
    hour = system_now.replace(minute=0, second=0, microsecond=0)
    db.append(_COUNT, {"endpoint": endpoint, "cause": cause, "hour": hour, "count": 1, "last_at": system_now})


def refused_since(since: datetime) -> Sequence[Refusals]:
    """Return what was refused in the hours from `since` (system time) on, by address and cause."""
    return [Refusals(*tuple(row)) for row in db.read(_SINCE, {"since": since})]

"""The log of the API's requests: what was asked for, with which key, and how it was answered."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from marketplace.sandbox.store import Work

KEPT_SECONDS = 30 * 86_400
"""How long a request is kept, in virtual seconds."""
CUT_OFF = 0
"""The status of a request that got no answer."""
_PRUNED_EVERY = 1_000
_ID = re.compile(
    r"(?:cs_test|pi|pm|ch|py|re|pyr|txn|cus|we|evt|acct|tr|trr|po|du|ba|issfr|file|connct|alink)_[A-Za-z0-9]{10,}"
)


@dataclass(frozen=True)
class Logged:
    """One request in virtual Unix seconds; `status` 0 got no answer."""

    seq: int
    id: str
    at: int
    method: str
    path: str
    key: str
    status: int


def ids_in(values: Iterable[object]) -> list[str]:
    """Return those of `values` that are ids of objects."""
    return [value for value in values if isinstance(value, str) and _ID.fullmatch(value)]


def write(work: Work, request_id: str, method: str, path: str, key: str, status: int, objects: Iterable[str]) -> None:
    """Put one request on record; losing the last ones in a crash is no harm, so nothing waits for the disk."""
    row = work.row(
        "INSERT INTO requests (id, at, method, path, key, status, objects)"
        " SELECT %(id)s, %(now)s, %(method)s, %(path)s, %(key)s, %(status)s, %(objects)s"
        " FROM set_config('synchronous_commit', 'off', true) RETURNING seq",
        id=request_id, now=work.present, method=method, path=path, key=key, status=status, objects=list(set(objects)),
    )  # fmt: skip
    if row and row["seq"] % _PRUNED_EVERY == 0:
        work.rows("DELETE FROM requests WHERE at < %(old)s", old=work.present - KEPT_SECONDS)


def logged(row: Mapping[str, Any]) -> Logged:
    """Return the request in a row of `requests`."""
    return Logged(**{name: row[name] for name in Logged.__dataclass_fields__})

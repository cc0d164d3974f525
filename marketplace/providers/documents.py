"""JSON of a message from outside, as far as our database can keep it."""

import json
import math
from typing import Any


def document(body: bytes) -> Any:
    """Return the body's JSON; raises ValueError for what PostgreSQL's jsonb can't keep, so that nothing is half stored.

    That is NUL, halves of surrogate pairs, and numbers that are none. Raises RecursionError for too many levels.
    """
    found = json.loads(body, parse_constant=_finite, parse_float=_finite)
    if rb"\u0000" in body:
        raise ValueError("NUL in a text")
    if rb"\ud" in body.lower():
        json.dumps(found, ensure_ascii=False).encode()
    return found


def _finite(number: str) -> float:
    found = float(number)
    if not math.isfinite(found):
        raise ValueError(f"{number} is no number")
    return found

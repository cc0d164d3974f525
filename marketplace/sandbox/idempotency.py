"""Idempotency keys: the first answer is kept for a day and given again.

Source: docs.stripe.com/api/idempotent_requests.
"""

import hashlib
from dataclasses import dataclass

from marketplace.sandbox.errors import ApiError
from marketplace.sandbox.store import Work

KEPT_SECONDS = 24 * 3_600
LONGEST_KEY = 255


@dataclass(frozen=True)
class Saved:
    """The answer the first request with this key got."""

    status: int
    body: str
    request_id: str


def fingerprint(method: str, path: str, pairs: list[tuple[str, str]]) -> str:
    """Return what two requests must share to count as the same one."""
    text = repr((method, path, sorted(pairs)))
    return hashlib.sha256(text.encode()).hexdigest()


def scoped(key: str, account: str) -> str:
    """Return the key under which an answer is kept: connected accounts have keys of their own."""
    return f"{account}\n{key}" if account else key


def name_of(key: str) -> str:
    """Return the key as it was sent."""
    return key.rpartition("\n")[2]


def begin(work: Work, key: str, request: str, request_id: str) -> Saved | None:
    """Claim `key` for a request, or return the answer it already has.

    Raises ApiError when the key belongs to another request or its first request is still running.
    """
    name = name_of(key)
    if len(name) > LONGEST_KEY:
        raise ApiError(400, f"Idempotency keys can have at most {LONGEST_KEY} characters.", saved=False)
    work.rows("DELETE FROM idempotency WHERE created <= %(old)s AND status IS NOT NULL", old=work.now - KEPT_SECONDS)
    claimed = work.row(
        "INSERT INTO idempotency (key, request, request_id, created) VALUES (%(key)s, %(request)s, %(id)s, %(now)s)"
        " ON CONFLICT (key) DO NOTHING RETURNING key",
        key=key, request=request, id=request_id, now=work.now,
    )  # fmt: skip
    if claimed:
        return None
    row = work.row("SELECT * FROM idempotency WHERE key = %(key)s", key=key)
    if row is not None and row["request"] != request:
        raise ApiError(
            400,
            "Keys for idempotent requests can only be used with the same parameters they were first used with. "
            f"Try using a key other than '{name}' if you meant to execute a different request.",
            kind="idempotency_error",
            saved=False,
        )
    if row is None or row["status"] is None:
        raise ApiError(
            409,
            "There is currently another in-progress request using this idempotency key. Try again shortly.",
            code="idempotency_key_in_use",
            saved=False,
        )
    return Saved(row["status"], row["body"], row["request_id"])


def save(work: Work, key: str, status: int, body: str) -> None:
    """Keep the answer of the request that claimed `key`."""
    work.rows("UPDATE idempotency SET status = %(status)s, body = %(body)s WHERE key = %(key)s",
              key=key, status=status, body=body)  # fmt: skip


def release(work: Work, key: str) -> None:
    """Free `key` again, because its request never began to be carried out."""
    work.rows("DELETE FROM idempotency WHERE key = %(key)s AND status IS NULL", key=key)


def release_interrupted(work: Work) -> None:
    """Free the keys of requests that a stopped process left running; called once at start."""
    work.rows("DELETE FROM idempotency WHERE status IS NULL")

"""Programs that ask in a person's name, with a token made as its page makes it."""

import secrets
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient

from marketplace import clock, db
from marketplace.accounts import token_operations
from marketplace.accounts.operations import token_hash
from marketplace.accounts.token_rules import PREFIX
from tests.builders import World


@dataclass
class Program:
    """A program and its token; it keeps no cookies that it would send."""

    client: FlaskClient
    token: str

    def ask(self, method: str, path: str, body: object = None, key: str = "") -> tuple[int, Any]:
        """Send a request and return the status and the answer."""
        headers = {"Authorization": f"Bearer {self.token}", **({"Idempotency-Key": key} if key else {})}
        answer = self.client.open(path, method=method, json=body, headers=headers)
        assert not answer.headers.getlist("Set-Cookie"), "a program gets no session"
        assert answer.mimetype == ("application/json" if answer.status_code < 300 else "application/problem+json")
        if answer.status_code >= 300:
            assert answer.json["status"] == answer.status_code
        return answer.status_code, answer.json

    def get(self, path: str) -> Any:
        """Read something and return the answer."""
        code, found = self.ask("GET", path)
        assert code == 200, found
        return found

    def post(self, path: str, key: str = "", **body: object) -> tuple[int, Any]:
        """Send a JSON object and return the status and the answer."""
        return self.ask("POST", path, body, key)


def program(world: World, user_id: int, *, may_write: bool = True, days: int = 30) -> Program:
    """Return a program with a token of `user_id`'s."""
    token = PREFIX + secrets.token_urlsafe(32)
    db.atomic(
        token_operations.make_token,
        (),
        user_id=user_id,
        name="bookkeeping",
        may_write=may_write,
        days=days,
        token_hash=token_hash(token),
        now=clock.system_now(),
    )
    return Program(world.client(), token)

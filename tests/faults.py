"""Faults between the shop and its provider: the real adapter behind a line that misbehaves. Nothing is imitated."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Response, jsonify, request

from marketplace.providers.base import Provider, Unknown
from marketplace.sandbox.inprocess import RunningSandbox


class Crash(BaseException):
    """The process dies here: no code of the shop may catch this."""


@dataclass
class Line:
    """The real provider behind a line that can lose requests or answers, and that can tell when something arrives."""

    provider: Provider
    lost: set[str] = field(default_factory=set)
    """The methods whose calls end as Unknown."""
    happens: bool = False
    """Whether a lost call has its effect before its answer is lost."""
    before_answer: dict[str, Callable[[Any], None]] = field(default_factory=dict)
    """What else happens in the world between a method's effect and its answer."""
    calls: list[tuple[str, str | None]] = field(default_factory=list)
    name: str = "stripe"

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(*args: Any, **values: Any) -> Any:
            self.calls.append((method, values.get("key")))
            if method in self.lost and not self.happens:
                raise Unknown("the line is bad")
            answer = getattr(self.provider, method)(*args, **values)
            if method in self.lost:
                raise Unknown("the line is bad")
            self.before_answer.get(method, lambda _: None)(answer)
            return answer

        return call

    def made(self, method: str) -> list[str | None]:
        """Return the idempotency keys of the calls of one method so far."""
        return [key for called, key in self.calls if called == method]


@dataclass(frozen=True)
class Fault:
    """How a request to the provider goes wrong on the wire, before or after it has had its effect."""

    after: bool
    status: int = 0
    """The status it is answered with; 0 hangs up instead."""
    code: str = ""
    """The provider's word for the error."""
    seconds: float = 0
    """How long it takes first."""
    is_garbled: bool = False
    """Whether it is answered with a page instead of JSON, as by a proxy in between."""


@contextmanager
def wire_fault(sandbox: RunningSandbox, path: str, fault: Fault) -> Iterator[list[dict[str, str]]]:
    """Let every POST to `path` meet `fault` until the block ends; collect what the requests carried."""
    seen: list[dict[str, str]] = []

    def before() -> Response | None:
        if request.method != "POST" or request.path != path:
            return None
        seen.append(request.form.to_dict())
        return None if fault.after else _spoiled(fault)

    def after(answer: Response) -> Response:
        meant = fault.after and request.method == "POST" and request.path == path
        return _spoiled(fault) if meant else answer

    befores = sandbox.app.before_request_funcs.setdefault(None, [])
    afters = sandbox.app.after_request_funcs.setdefault(None, [])
    befores.append(before)
    afters.append(after)
    try:
        yield seen
    finally:
        befores.remove(before)
        afters.remove(after)


def _spoiled(fault: Fault) -> Response:
    time.sleep(fault.seconds)
    if not fault.status:
        request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    if fault.is_garbled:
        return Response("<html><title>Welcome</title></html>", fault.status, content_type="text/html")
    error = {"type": "api_error" if fault.status >= 500 else "invalid_request_error", "message": "Spoiled by a test."}
    answer = jsonify(error=error | ({"code": fault.code} if fault.code else {}))
    answer.status_code = fault.status or 500
    return answer

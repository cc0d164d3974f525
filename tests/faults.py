"""Faults between the shop and its provider: the real adapter behind a line that misbehaves. Nothing is imitated."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from marketplace.providers.base import Provider, Unknown


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

"""What goes wrong between shop and provider, and in the shop's own process. Every draw is the deed's own."""

import socket
from collections.abc import Callable
from random import Random

import psycopg
from flask import Flask, Response, current_app, g, jsonify, request
from sqlalchemy.exc import OperationalError

from marketplace.failpoints import Failpoint
from marketplace.sandbox.engine import Sandbox
from marketplace.simulation.profiles import Line, Profile
from marketplace.simulation.scheduler import Crash, Task
from marketplace.simulation.tally import Tally

_WORDS = {
    "lost_after": "F11 answer lost",
    "lost_before": "F12 request lost",
    "error_after": "F13 error after the effect",
    "error_before": "F14 error before the effect",
    "in_progress": "F15 in progress",
    "too_many": "F16 too many requests",
    "garbled": "F17 garbled answer",
}
_EARLY = "F06 before the answer"
_REFUSALS = {
    "/v1/transfers": ("balance_insufficient", "insufficient_capabilities_for_transfer"),
    "/v1/payouts": ("balance_insufficient",),
    "/v1/refunds": ("balance_insufficient", "charge_disputed"),
}
"""What the provider may say no to, by path, and how."""
_BEFORE = ("lost_before", "error_before", "in_progress", "too_many")
_API = "/v1/"


class Faults:
    """Draws what goes wrong, makes it happen and counts it; nothing happens any more once lifted."""

    def __init__(self, profile: Profile, current: Callable[[], Task | None]) -> None:
        self.profile = profile
        self.lifted = False
        self.is_down = False
        """Whether the provider is down."""
        self.is_cut = False
        """Whether every POST has its effect and no answer."""
        self._refused: dict[str, str] = {}
        """What was refused, by its key: the provider keeps refusals as it keeps answers (scar S36)."""
        self.counts = Tally()
        self.excused: set[int] = set()
        """Tasks to which the database has done what nobody can hide from them: they may see an error page."""
        self._current = current

    def happens(self, chance: Random, probability: float, what: str) -> bool:
        """Return whether `what` happens now, and count it."""
        if self.lifted or chance.random() >= probability:
            return False
        self.counts.add(what)
        return True

    def at_point(self, task: Task, point: Failpoint, what: str) -> None:
        """Let a process die or the database refuse, as the generator says."""
        if point is Failpoint.WAITING:
            return
        if point is Failpoint.WRITTEN and self.happens(task.chance, self.profile.collision, "F23 collision"):
            raise _database_error("40001", "could not serialize access (simulated)")
        if point in (Failpoint.WRITTEN, Failpoint.COMMITTED) and self.happens(
            task.chance, self.profile.commit_lost, "F24 connection lost at COMMIT"
        ):
            self.excused.add(task.number)
            raise _database_error("08006", "connection lost at COMMIT (simulated)")
        if self.happens(task.chance, self.profile.crash, "F21 process died"):
            raise Crash(f"at {point.value} of {what}")

    def attach(self, provider: Flask) -> Callable[[], None]:
        """Let requests to the provider's API meet faults; return what ends that."""
        befores = provider.before_request_funcs.setdefault(None, [])
        afters = provider.after_request_funcs.setdefault(None, [])
        befores.append(self._before)
        afters.append(self._after)

        def detach() -> None:
            befores.remove(self._before)
            afters.remove(self._after)

        return detach

    def _before(self) -> Response | None:
        g.befalls = ""
        task = self._current()
        if not request.path.startswith(_API):
            return None
        if self.is_down and task is not None:
            self.counts.add("F20 provider down")
            return _hang_up()
        if request.method == "POST" and request.headers.get("Idempotency-Key", "") in self._refused:
            return _error(400, self._refused[request.headers["Idempotency-Key"]])
        return self._befall(task.chance) if task is not None else None

    def _befall(self, chance: Random) -> Response | None:
        is_post = request.method == "POST"
        g.befalls = "cut" if self.is_cut and is_post else self._draw(chance, self.profile.line)
        if not g.befalls and is_post:
            return self._befall_post(chance)
        if g.befalls not in _BEFORE:
            return None
        if g.befalls == "lost_before":
            return _hang_up()
        if g.befalls == "in_progress":
            return _error(409, "idempotency_key_in_use")
        return _error(429, "rate_limit") if g.befalls == "too_many" else _error(500, "")

    def _befall_post(self, chance: Random) -> Response | None:
        """Refuse what moves money, or let its webhooks be faster than its answer."""
        codes, key = _REFUSALS.get(request.path, ()), request.headers.get("Idempotency-Key", "")
        if codes and key and self.happens(chance, self.profile.line.refused, "F18 refused"):
            self._refused[key] = chance.choice(codes)
            return _error(400, self._refused[key])
        if not self.lifted and chance.random() < self.profile.line.early:
            g.befalls = "early"
        return None

    def _after(self, answer: Response) -> Response:
        befalls = g.get("befalls", "")
        if befalls == "early" and answer.status_code == 200:
            engine: Sandbox = current_app.extensions["sandbox"]
            self.counts.add(_EARLY, engine.deliver_early(answer.headers["Request-Id"]))
        if befalls in ("lost_after", "cut"):
            return _hang_up()
        if befalls == "error_after":
            return _error(500, "")
        if befalls == "garbled":
            return Response("<html><title>Welcome</title></html>", 200, content_type="text/html")
        return answer

    def _draw(self, chance: Random, line: Line) -> str:
        if self.lifted:
            return ""
        drawn = chance.random()
        for name, words in _WORDS.items():
            drawn -= getattr(line, name)
            if drawn < 0:
                self.counts.add(words)
                return name
        return ""


def _hang_up() -> Response:
    """End the connection without an answer."""
    request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    return Response("", 500)


def _error(status: int, code: str) -> Response:
    kind = "api_error" if status == 500 else "invalid_request_error"
    answer = jsonify(error={"type": kind, "message": "Simulated."} | ({"code": code} if code else {}))
    answer.status_code = status
    return answer


class _Lost(psycopg.OperationalError):
    """What the driver says; `sqlstate` is read by the shop."""


def _database_error(sqlstate: str, message: str) -> OperationalError:
    original = _Lost(message)
    original.sqlstate = sqlstate
    return OperationalError("a simulated statement", None, original)

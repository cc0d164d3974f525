"""What the one thread of a process does with the streams: it waits, looks for news once a second, and tells them."""

import selectors
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable

import structlog
from sqlalchemy.exc import SQLAlchemyError

from marketplace.news import queries as news
from marketplace.web.live.seats import Seat

_LOOK_SECONDS = 1.0
_SAY_SECONDS = 15.0
"""How often a line on which nothing is said carries a comment: proxies cut silent ones, and a dead one shows."""
_LATE_SECONDS = 30.0
"""What a transaction wrote that took longer than this, only the page that asks by itself will notice."""
_CHANGED = b"event: changed\ndata: 1\n\n"
_COMMENT = b":\n\n"

_log = structlog.get_logger(__name__)


class Watch:
    """The streams that are open, from the first one on until there is none."""

    def __init__(self, woken: socket.socket, gone: Callable[[Seat], None]) -> None:
        self._woken, self._gone = woken, gone
        self._selector = selectors.DefaultSelector()
        self._selector.register(woken, selectors.EVENT_READ)
        self._open: set[Seat] = set()
        self._marks: deque[tuple[float, news.Mark]] = deque()
        self._look_at = self._say_at = 0.0

    def wait(self) -> None:
        """Wait for the next look, or while there are no streams for the first one; let go of those that have gone."""
        seconds = max(0.0, self._look_at - time.monotonic()) if self._open else None
        for key, _ in self._selector.select(seconds):
            if key.fileobj is self._woken:
                self._woken.recv(4_096)
            else:
                self._close(key.data)  # an end, or more than was asked

    def take(self, seats: Iterable[Seat]) -> None:
        """Watch these as well."""
        for seat in seats:
            if seat.line is not None:
                self._selector.register(seat.line, selectors.EVENT_READ, seat)
                self._open.add(seat)

    def look(self) -> None:
        """Look for news when it is time, tell those it concerns, and end streams whose time or session is over."""
        now = time.monotonic()
        if not self._open:
            self._marks.clear()
        if not self._open or now < self._look_at:
            return
        self._look_at = now + _LOOK_SECONDS
        found = self._news(now)
        is_time = now >= self._say_at
        self._say_at = now + _SAY_SECONDS if is_time else self._say_at
        for seat in [*self._open]:
            is_over = now >= seat.ends_at or (found is not None and seat.session_id not in found.sessions)
            said = _CHANGED if found and _concerns(found, seat) else _COMMENT if is_time else b""
            if is_over or (said and not seat.send(said)):
                self._close(seat)

    def end(self) -> None:
        """End all streams."""
        for seat in [*self._open]:
            self._close(seat)
        self._selector.close()

    def _news(self, now: float) -> news.News | None:
        """Ask what is new; None while the database does not answer: the next look asks again, from where this did."""
        while len(self._marks) > 1 and self._marks[1][0] < now - _LATE_SECONDS:
            self._marks.popleft()
        mark = None
        if self._marks:
            oldest, newest = self._marks[0][1], self._marks[-1][1]
            mark = news.Mark(newest.snapshot, oldest.told, oldest.changed)
        try:
            found = news.since(mark, {seat.session_id for seat in self._open})
        except SQLAlchemyError as error:
            _log.warning("live.no_answer", error=type(error).__name__)
            return None
        self._marks.append((now, found.mark))
        return found

    def _close(self, seat: Seat) -> None:
        self._open.discard(seat)
        if seat.line is not None:
            self._selector.unregister(seat.line)
        seat.close()
        self._gone(seat)


def _concerns(found: news.News, seat: Seat) -> bool:
    return seat.user_id in found.people or (found.is_any and seat.session_id in found.admin_sessions)

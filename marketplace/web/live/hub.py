"""The streams of one process, all held by one thread.

It starts with the first stream, in the worker that serves it, and rests while there is none. No stream holds a thread,
a connection to the database or a transaction.
"""

import atexit
import random
import socket
import threading
import time
from collections import deque
from contextlib import suppress

from flask import Flask

from marketplace.web.live.seats import MOST_OF_ONE_SESSION, Seat, most_streams
from marketplace.web.live.watch import Watch

_LIFE_SECONDS = (240, 360)
"""A stream ends between these, and its browser comes again: through the guard, and to the process that is there."""
_STOP_SECONDS = 2.0
_NAME = "live"


class Hub:
    """Who has a place, and the thread that serves them."""

    def __init__(self, app: Flask, most: int | None = None) -> None:
        self._app = app
        self._most = most_streams() if most is None else most
        self._lock = threading.Lock()
        self._seats: set[Seat] = set()
        self._coming: deque[Seat] = deque()
        self._thread: threading.Thread | None = None
        self._wake: socket.socket | None = None
        self._has_ended = False

    def seat(self, user_id: int, session_id: int) -> Seat | None:
        """Return a place for a stream, or None when this process or the session has as many as it may."""
        with self._lock:
            of_session = sum(seat.session_id == session_id for seat in self._seats)
            if self._has_ended or len(self._seats) >= self._most or of_session >= MOST_OF_ONE_SESSION:
                return None
            seat = Seat(user_id, session_id)
            self._seats.add(seat)
            return seat

    def leave(self, seat: Seat) -> None:
        """Give a place back."""
        with self._lock:
            self._seats.discard(seat)

    def greeting(self) -> bytes:
        """Return the first bytes: when to come again after an end, in milliseconds, not all at the same time."""
        return b"retry: %d\n\n" % random.randint(2_000, 6_000)  # noqa: S311  to spread them, no secret

    def take(self, seat: Seat, line: socket.socket, *, is_chunked: bool) -> None:
        """Serve a stream on `line` from here on."""
        line.setblocking(False)
        seat.line, seat.is_chunked = line, is_chunked
        seat.ends_at = time.monotonic() + random.uniform(*_LIFE_SECONDS)  # noqa: S311  as above
        with self._lock:
            self._coming.append(seat)
            if self._thread is None:
                self._start()
        self._call()

    def end(self) -> None:
        """End all streams in order: the process stops."""
        thread = self._thread  # it takes itself out before it ends the streams
        self._has_ended = True
        self._call()
        if thread is not None:
            thread.join(_STOP_SECONDS)

    def _start(self) -> None:
        self._wake, woken = socket.socketpair()
        self._wake.setblocking(False)
        self._thread = threading.Thread(target=self._run, args=(woken,), name=_NAME, daemon=True)
        self._thread.start()
        atexit.unregister(self.end)
        atexit.register(self.end)

    def _call(self) -> None:
        if self._wake is not None:
            with suppress(OSError):  # full of calls that it has not answered yet
                self._wake.send(b".")

    def _run(self, woken: socket.socket) -> None:
        watch = Watch(woken, self.leave)
        try:
            with self._app.app_context():
                while not self._has_ended:
                    watch.wait()
                    watch.take(self._come())
                    watch.look()
        finally:  # should anything go wrong, their browsers come again and the next stream starts a new thread
            with self._lock:
                self._thread = None
            watch.take(self._come())
            watch.end()
            woken.close()

    def _come(self) -> list[Seat]:
        with self._lock:
            seats = [*self._coming]
            self._coming.clear()
        return seats


def register(app: Flask) -> None:
    """Give `app` its streams; nothing runs before the first of them."""
    app.extensions[_NAME] = Hub(app)


def hub_of(app: Flask) -> Hub:
    """Return the streams of `app` in this process."""
    found: Hub = app.extensions[_NAME]
    return found

"""How does an answer outlive the thread that began it? Its connection is taken out of the server's hands.

A WSGI answer that goes on holds one of the server's few threads. So the server writes the head and the first bytes;
then its socket's number is made to lead to a dead end, on which it ends the answer and closes, as it always does. The
connection itself goes on under another number, and one thread serves all of them (`hub.Hub`).
"""

import os
import socket
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from marketplace.web.live.hub import Hub
    from marketplace.web.live.seats import Seat

_SPEAKS = frozenset({"HTTP/1.0", "HTTP/1.1"})


def line_of(environ: Mapping[str, Any]) -> socket.socket | None:
    """Return the plain connection of a request, from gunicorn or Werkzeug; None where it is not to be had.

    TLS that the server speaks itself, HTTP/2 and green threads keep state beside the socket: their pages ask instead.
    """
    line = environ.get("gunicorn.socket") or environ.get("werkzeug.socket")
    is_plain = type(line) is socket.socket and environ.get("SERVER_PROTOCOL") in _SPEAKS
    return line if is_plain and "HTTP_VERSION" not in environ else None


class Handover:
    """The body of a stream, as the server sees it: a few bytes, and then its connection is elsewhere."""

    def __init__(self, hub: "Hub", seat: "Seat", line: socket.socket, *, is_chunked: bool) -> None:
        self._hub, self._seat, self._line = hub, seat, line
        self._is_chunked = is_chunked
        self._far_end: socket.socket | None = None

    def __iter__(self) -> Iterator[bytes]:
        yield self._hub.greeting()
        # The server has sent that. What it sends from here on, the end of the body, is not for the browser.
        own = self._line.dup()
        near_end, self._far_end = socket.socketpair()
        with near_end:
            os.dup2(near_end.fileno(), self._line.fileno(), inheritable=False)
        self._hub.take(self._seat, own, is_chunked=self._is_chunked)

    def close(self) -> None:
        """Free the seat if the server ended before the connection was taken; the server calls it last."""
        if self._far_end is None:
            self._hub.leave(self._seat)
        else:
            self._far_end.close()

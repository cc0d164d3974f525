"""A small WSGI server in this process that keeps its connections open, as a provider's servers do.

Werkzeug's closes each one after its answer: with a thread and a connection for every request, those cost as much as
the request itself.
"""

import socket
import sys
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from socketserver import StreamRequestHandler, TCPServer, ThreadingMixIn
from threading import Thread
from typing import IO, Any, cast
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIApplication

from werkzeug.exceptions import ClientDisconnected
from werkzeug.wsgi import LimitedStream

_LONGEST_LINE = 65_536
_DRAINED_BYTES = 32 * 1024 * 1024
"""So much of a body that nobody has read is thrown away; with more left the connection is closed."""
_REQUEST_WORDS = 3
_WITHOUT_BODY = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}


class Server(ThreadingMixIn, TCPServer):
    """Serves `app` on a listening socket until `stop`, each connection in a thread of its own."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, app: WSGIApplication, listener: socket.socket) -> None:
        super().__init__(listener.getsockname(), _Conversation, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.app = app
        self.lines: set[socket.socket] = set()
        self._thread = Thread(target=self.serve_forever, args=(0.02,), name="sandbox-web", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take no more connections and hang up on those that are open."""
        self.shutdown()
        self._thread.join()
        self.server_close()
        for line in list(self.lines):
            hang_up(line)


def hang_up(line: socket.socket) -> None:
    """End a connection, whatever is on its way; one that has ended stays so."""
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


class _Conversation(StreamRequestHandler):
    """One connection: requests and their answers, one after the other."""

    server: Server
    disable_nagle_algorithm = True

    def handle(self) -> None:
        """Answer requests until either side has had enough."""
        self.server.lines.add(self.connection)
        try:
            while self._answer_next():
                pass
        except (ConnectionError, TimeoutError, ClientDisconnected):
            return  # the other side has gone
        finally:
            self.server.lines.discard(self.connection)

    def _answer_next(self) -> bool:
        """Answer one request and return whether the connection stays open."""
        words = self._line().split()
        if len(words) != _REQUEST_WORDS:
            return False
        method, target, version = words
        headers = dict(self._headers())
        if headers.get("HTTP_EXPECT", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = LimitedStream(cast("IO[bytes]", self.rfile), int(headers.get("CONTENT_LENGTH", "0")))
        stays = version == "HTTP/1.1" and headers.get("HTTP_CONNECTION", "").lower() != "close"
        self._answer(self._environ(method, target, version, headers) | {"wsgi.input": body}, stays=stays)
        left = body.limit - body.tell()
        if left > _DRAINED_BYTES:
            return False
        body.exhaust()
        return stays

    def _line(self) -> str:
        return self.rfile.readline(_LONGEST_LINE).decode("latin-1")

    def _headers(self) -> Iterable[tuple[str, str]]:
        while (line := self._line()) not in ("\r\n", "\n", ""):
            name, _, value = line.partition(":")
            key = name.upper().replace("-", "_")
            yield key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}", value.strip()

    def _environ(self, method: str, target: str, version: str, headers: dict[str, str]) -> dict[str, Any]:
        path, _, query = target.partition("?")
        host, port = self.server.server_address[:2]
        return headers | {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": str(host),
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": version,
            "REMOTE_ADDR": self.client_address[0],
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "werkzeug.socket": self.connection,
        }

    def _answer(self, environ: dict[str, Any], *, stays: bool) -> None:
        begun: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], _error: object = None) -> Any:
            begun.append((status, headers))
            return self.wfile.write

        pieces = self.server.app(environ, start)
        try:
            self._send(environ["REQUEST_METHOD"], begun, iter(pieces), stays=stays)
        finally:
            if hasattr(pieces, "close"):
                pieces.close()

    def _send(
        self, method: str, begun: list[tuple[str, list[tuple[str, str]]]], pieces: Iterator[bytes], *, stays: bool
    ) -> None:
        piece = next(pieces, b"")  # an application may name its status as late as with its first piece
        status, headers = begun[-1]
        has_body = method != "HEAD" and int(status[:3]) not in _WITHOUT_BODY
        if has_body and not any(name.lower() == "content-length" for name, _ in headers):
            piece += b"".join(pieces)
            headers = [*headers, ("Content-Length", str(len(piece)))]
        if not stays:
            headers = [*headers, ("Connection", "close")]
        head = "".join(f"{name}: {value}\r\n" for name, value in headers)
        # In one go: a second write would wait for the first one's receipt.
        self.wfile.write(f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + (piece if has_body else b""))
        for further in pieces:
            if has_body:
                self.wfile.write(further)

"""The clients: plain sockets, so that measuring costs little beside what is measured."""

import itertools
import re
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlencode

T = TypeVar("T")

_TIMEOUT_SECONDS = 30
_COOKIE = re.compile(rb"^set-cookie: ([^;\r]+)", re.IGNORECASE | re.MULTILINE)
_LOCATION = re.compile(rb"^location: ([^\r]+)", re.IGNORECASE | re.MULTILINE)


class Unexpected(Exception):
    """An answer was not what the benchmark waits for; the text says which."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said."""

    status: int
    head: bytes
    body: bytes

    @property
    def location(self) -> str:
        """Return where a redirect leads, "" without one."""
        found = _LOCATION.search(self.head)
        return found[1].decode() if found else ""


@dataclass(slots=True)
class Browser:
    """One server and one cookie jar."""

    port: int
    cookies: dict[bytes, bytes] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        """Fetch a page."""
        return self.keep(exchange(self.port, self.request(path)))

    def request(self, path: str) -> bytes:
        """Return the request that fetches a page."""
        return request("GET", path, self.port, self._jar())

    def post(self, path: str, form: dict[str, str]) -> Answer:
        """Send a form."""
        return self.keep(exchange(self.port, self.form(path, form)))

    def form(self, path: str, values: dict[str, str]) -> bytes:
        """Return the request that sends a form."""
        kind = "Content-Type: application/x-www-form-urlencoded\r\n"
        return request("POST", path, self.port, self._jar() + kind, urlencode(values).encode())

    def _jar(self) -> str:
        pairs = b"; ".join(b"=".join(pair) for pair in self.cookies.items())
        return f"Cookie: {pairs.decode()}\r\n" if pairs else ""

    def keep(self, answer: Answer) -> Answer:
        """Keep the cookies of an answer, and return it."""
        for cookie in _COOKIE.findall(answer.head):
            name, _, value = cookie.partition(b"=")
            self.cookies[name] = value
        return answer


@dataclass(frozen=True, slots=True)
class Driven:
    """What one round did: requests (or orders) done, what went wrong, wall seconds, and the seconds of each."""

    done: int
    errors: tuple[str, ...]
    seconds: float
    took: tuple[float, ...] = ()

    @property
    def rate(self) -> float:
        """Return how many were done per second."""
        return self.done / self.seconds


def request(method: str, path: str, port: int, headers: str = "", body: bytes = b"") -> bytes:
    """Return a request on a connection of its own, as a proxy in front sends it."""
    length = f"Content-Length: {len(body)}\r\n" if method == "POST" else ""
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n{length}{headers}\r\n"
    return head.encode() + body


def exchange(port: int, data: bytes) -> Answer:
    """Send one request and return the answer. Raises OSError, or Unexpected for half an answer."""
    with socket.create_connection(("127.0.0.1", port), _TIMEOUT_SECONDS) as connection:
        connection.sendall(data)
        parts = []
        while part := connection.recv(65_536):
            parts.append(part)
    return answer_of(b"".join(parts))


def answer_of(data: bytes) -> Answer:
    """Return the answer that `data` is. Raises Unexpected for half an answer."""
    head, found, body = data.partition(b"\r\n\r\n")
    if not found:
        raise Unexpected("an answer without an end")
    return Answer(int(head[9:12]), head, body)


def for_seconds(seconds: float, clients: int, items: Sequence[T], deed: Callable[[T], object]) -> Driven:
    """Let `clients` repeat `deed` over their parts of `items` for a time."""
    end = time.perf_counter() + seconds
    parts = [
        itertools.takewhile(lambda _: time.perf_counter() < end, itertools.cycle(items[n::clients] or items))
        for n in range(clients)
    ]
    return _drive(parts, deed)


def once_each(clients: int, items: Sequence[T], deed: Callable[[T], object]) -> Driven:
    """Let `clients` do `deed` once for each of `items`."""
    return _drive([items[n::clients] for n in range(clients)], deed)


def _drive(parts: Sequence["itertools.takewhile[T] | Sequence[T]"], deed: Callable[[T], object]) -> Driven:
    took: list[list[float]] = [[] for _ in parts]
    errors: list[str] = []

    def client(number: int) -> None:
        for item in parts[number]:
            began = time.perf_counter()
            try:
                deed(item)
            except (OSError, Unexpected, ValueError) as error:
                errors.append(f"{type(error).__name__}: {error}")
            took[number].append(time.perf_counter() - began)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(len(parts))]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds, all_took = time.perf_counter() - started, tuple(itertools.chain.from_iterable(took))
    return Driven(len(all_took), tuple(errors), seconds, all_took)

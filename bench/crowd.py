"""Many people at the same moment: all connections open, all requests sent, then all answers read as they come."""

import contextlib
import math
import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.load import Answer, Unexpected, answer_of


@dataclass(frozen=True, slots=True)
class Reply:
    """What one of them got: an answer, or none and why; how long it took since their request was sent."""

    answer: Answer | None
    seconds: float
    error: str = ""


@dataclass
class _Waiting:
    number: int
    sent: float
    parts: list[bytes]


def all_at_once(port: int, requests: Sequence[bytes], patience: float) -> tuple[list[Reply], float]:
    """Send all `requests`, one connection each, before any answer is read; return the replies in the same order.

    The second value is the seconds between the first request sent and the last. The server's own queue is part of
    what is measured: the connections wait in its backlog. Whoever has no answer after `patience` seconds gave up.
    """
    replies: list[Reply | None] = [None] * len(requests)
    started = last_sent = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for number, data in enumerate(requests):
            sent = last_sent = time.perf_counter()
            try:
                connection = socket.create_connection(("127.0.0.1", port), patience)
                connection.sendall(data)
                connection.setblocking(False)
            except OSError as error:
                replies[number] = Reply(None, time.perf_counter() - sent, f"{type(error).__name__}: {error}")
                continue
            selector.register(connection, selectors.EVENT_READ, _Waiting(number, sent, []))
        end = time.perf_counter() + patience
        while selector.get_map() and time.perf_counter() < end:
            for key, _ in selector.select(1):
                _read(selector, key, replies)
        for key in list(selector.get_map().values()):
            _finish(selector, key, replies, f"no answer within {patience:.0f} s")
    return [reply or Reply(None, 0.0, "never sent") for reply in replies], last_sent - started


def _read(selector: selectors.BaseSelector, key: selectors.SelectorKey, replies: list[Reply | None]) -> None:
    waiting: _Waiting = key.data
    connection: socket.socket = key.fileobj  # type: ignore[assignment]  # only sockets are registered
    with contextlib.suppress(BlockingIOError):
        try:
            part = connection.recv(65_536)
        except ConnectionError as error:
            _finish(selector, key, replies, f"{type(error).__name__}: {error}")
            return
        if part:
            waiting.parts.append(part)
        else:
            _finish(selector, key, replies, "")


def _finish(
    selector: selectors.BaseSelector, key: selectors.SelectorKey, replies: list[Reply | None], error: str
) -> None:
    waiting: _Waiting = key.data
    selector.unregister(key.fileobj)
    key.fileobj.close()  # type: ignore[union-attr]  # a socket
    took = time.perf_counter() - waiting.sent
    if error:
        replies[waiting.number] = Reply(None, took, error)
        return
    try:
        replies[waiting.number] = Reply(answer_of(b"".join(waiting.parts)), took)
    except Unexpected as half:
        replies[waiting.number] = Reply(None, took, str(half))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest of `values` that at least `share` (0.99) of them do not exceed; 0 of none."""
    found = sorted(values)
    return found[math.ceil(share * len(found)) - 1] if found else 0.0

"""The rush's verdict: how purchases ended decides, never how long they took; and a crowd's answers are all read."""

import socketserver
import threading
from collections import Counter
from dataclasses import replace

import pytest

from bench.crowd import Reply, all_at_once, percentile
from bench.load import Answer, request
from bench.rush_report import Round, Steps, errors_of, table

_ONWARD = Reply(Answer(303, b"HTTP/1.1 303 SEE OTHER", b""), 200.0)
_BROKEN = Reply(Answer(500, b"HTTP/1.1 500 INTERNAL SERVER ERROR", b""), 0.1)
_LOST = Reply(None, 300.0, "no answer within 300 s")


@pytest.fixture
def good() -> Round:
    """Three buyers and two pieces: two pay, one is told that it is sold out."""
    steps = Steps()
    steps.refused(Answer(200, b"", b"Sold out, so it is not counted."))
    return Round("few", 3, 2, 3, 0.01, (_ONWARD,) * 3, steps, 1.0, 2, Counter({1: 990, 2: 9, 5: 1}), 1.0)


def test_a_slow_rush_is_a_good_one(good: Round) -> None:
    assert errors_of(good) == []
    assert good.tries_p99 == 1
    assert good.retries_per_unit == pytest.approx(0.013)
    assert "99 of 100 within 1 tries, most 5" in table([good], [])


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"replies": (_ONWARD, _ONWARD, _BROKEN)}, "1 times 500"),
        ({"replies": (_ONWARD, _ONWARD, _LOST)}, "1 times no answer within 300 s"),
        ({"paid": 1}, "1 purchases were paid instead of 2"),
        ({"paid": 3}, "3 purchases were paid instead of 2"),
        ({"pieces": 3}, "were told that it is sold out instead of 0"),
        ({"prepared": 2}, "only 2 of 3 buyers"),
    ],
)
def test_each_wrong_end_is_named(good: Round, changed: dict[str, object], words: str) -> None:
    found = errors_of(replace(good, **changed))  # type: ignore[arg-type]
    assert any(words in error for error in found)
    assert "WRONG" in table([good], found)


def test_a_refusal_without_a_true_reason_is_wrong(good: Round) -> None:
    good.steps.refused(Answer(200, b"", b"There is one left."))
    good.steps.saw(Answer(502, b"", b""))
    assert len(errors_of(good)) == 2


def test_a_crowd_is_all_there_before_anybody_is_answered() -> None:
    everybody = threading.Barrier(20, timeout=30)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65_536)
            everybody.wait()
            self.request.sendall(b"HTTP/1.1 204 NO CONTENT\r\n\r\n")

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 20

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        replies, _ = all_at_once(port, [request("GET", "/", port)] * 20, 30)
        server.shutdown()
    assert [reply.answer.status if reply.answer else reply.error for reply in replies] == [204] * 20
    refused, _ = all_at_once(port, [request("GET", "/", port)], 1)
    assert refused[0].answer is None
    assert "refused" in refused[0].error


def test_percentiles_are_values_that_were_there() -> None:
    assert [percentile([3.0, 1.0, 2.0], share) for share in (0.5, 0.99, 1.0)] == [2.0, 3.0, 3.0]
    assert percentile([], 0.5) == 0.0

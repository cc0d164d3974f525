"""What happens on Ctrl-C and SIGTERM?"""

from __future__ import annotations

import signal
import time
from types import FrameType

SECONDS_OF_PATIENCE = 1.0  # make and timeout pass the same signal on a second time at once


class Interrupted(BaseException):
    """Ctrl-C or SIGTERM arrived: stop everything, in order."""


class Interrupts:
    """Turns the first signal into Interrupted, wherever we are; a later one only says that the person waits."""

    def __init__(self) -> None:
        self._first: float | None = None
        self._impatient = False

    def listen(self) -> None:
        """Take the signals over. A run under nohup stays deaf to SIGHUP."""
        signal.signal(signal.SIGINT, self._receive)
        signal.signal(signal.SIGTERM, self._receive)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._receive)

    def is_impatient(self) -> bool:
        """Tell whether a second signal came a while after the first."""
        return self._impatient

    def _receive(self, _number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._first is None:
            self._first = now
            raise Interrupted
        self._impatient = self._impatient or now - self._first > SECONDS_OF_PATIENCE

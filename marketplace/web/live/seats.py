"""The place of one stream: whose it is, by which session, and its connection."""

import resource
import socket
from dataclasses import dataclass

MOST_OF_ONE_SESSION = 4
"""In one process. A browser has one for each page that is in sight."""

_MOST = 250
_LAST_CHUNK = b"0\r\n\r\n"


def most_streams() -> int:
    """Return how many streams a process may have: 250, or a quarter of the files that it may open."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST if files == resource.RLIM_INFINITY else min(_MOST, files // 4)


@dataclass(eq=False, slots=True)
class Seat:
    """One stream's place, taken before the answer begins."""

    user_id: int
    session_id: int
    line: socket.socket | None = None
    is_chunked: bool = True
    ends_at: float = 0.0
    """By the monotonic clock, seconds."""

    def send(self, said: bytes) -> bool:
        """Send without waiting; return False when the browser has gone or does not read."""
        framed = b"%x\r\n%b\r\n" % (len(said), said) if self.is_chunked else said
        return self._sent(framed)

    def close(self) -> None:
        """End the answer as HTTP wants it, and the connection."""
        if self.line is not None:
            if self.is_chunked:
                self._sent(_LAST_CHUNK)
            self.line.close()

    def _sent(self, framed: bytes) -> bool:
        try:
            return self.line is not None and self.line.send(framed) == len(framed)
        except OSError:
            return False

"""How do several programs run at the same time without speaking at the same time?"""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from launcher.console import paint, say
from launcher.processes import ending_with_parent

SECONDS_TO_STOP = 10
_SECONDS_BETWEEN_LOOKS = 0.1


class Program:
    """A program that runs in the background; what it says goes into a file until somebody listens.

    As a context manager it stops the program at the end, if it still runs.
    """

    def __init__(
        self, name: str, command: Sequence[str | Path], *, folder: Path, variables: Mapping[str, str], said: Path
    ) -> None:
        """Start `command` in `folder`; `said` is the file for what it says."""
        self.name = name
        self._said = said
        self._started = time.monotonic()
        self.seconds = 0.0
        """How long it took; known once it has ended."""
        with said.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env=dict(variables),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=ending_with_parent(signal.SIGTERM),
            )
        self._waiting = threading.Thread(target=self._wait, name=f"waits for {name}", daemon=True)
        self._waiting.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Stop the program if it runs, by force when it does not want to."""
        self._process.terminate()
        try:
            self._process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._waiting.join()

    def listen(self) -> int:
        """Print what the program has said and goes on saying until it has ended. Returns its exit code."""
        with self._said.open(encoding="utf-8", errors="replace", newline="") as said:
            while True:
                has_ended = not self._waiting.is_alive()
                sys.stdout.write(said.read())
                sys.stdout.flush()
                if has_ended:
                    return self._process.returncode
                self._waiting.join(_SECONDS_BETWEEN_LOOKS)

    def ends_well(self) -> bool:
        """Wait for the end; print what the program has said if it says that something is wrong. Returns whether not."""
        self._waiting.join()
        return self._process.returncode == 0 or self.listen() == 0

    def tell(self, *, is_good: bool) -> None:
        """Print how it went, and how long it took while the others ran."""
        word = paint("passed", "green") if is_good else paint("FAILED", "red")
        say(f"--- {self.name}: {word} in {self.seconds:.1f} s")

    def _wait(self) -> None:
        self._process.wait()
        self.seconds = time.monotonic() - self._started

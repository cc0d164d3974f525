"""Is another command of this checkout doing the same thing right now?"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from launcher.console import Failure, say


@contextmanager
def only_one(path: Path, taken: str, waiting: bool = False) -> Iterator[None]:
    """Hold a lock that ends with this process. Where another holds it: wait, or raise Failure saying who."""
    try:
        file = path.open("a+", encoding="ascii")
    except OSError as error:
        raise Failure(f"{path} can't be written: {error.strerror}. Was it made by another account?") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = f"{taken} (process {file.read().strip() or '?'})"
            if not waiting:
                raise Failure(f"{holder}.") from None
            say(f"{holder}; waiting for it.")
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield

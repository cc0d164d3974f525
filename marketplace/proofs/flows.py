"""Playing a seed as a program of its own, on databases of its own: nothing of this shop is touched."""

import os
import subprocess
import sys
from pathlib import Path

from marketplace.proofs import queries
from marketplace.proofs.queries import Replay

_PATIENCE_SECONDS = 900
_LONGEST_STORY = 100_000
_PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR")


def replay(var_dir: Path, *, seed: int, profile: str) -> Replay:
    """Play a seed again and keep its story; return how it went. It takes about a minute."""
    queries.keep_replay(var_dir, Replay(seed, profile, "playing", is_kept=False, story=""))
    command = [sys.executable, *queries.command(), "--seed", str(seed), "--profile", profile]
    variables = {name: value for name, value in os.environ.items() if name in _PASSED_ON}
    variables |= {"VAR_DIR": str(var_dir.resolve()), "SIMULATION_NAME": "replay"}
    try:
        done = subprocess.run(
            command,
            cwd=queries.CHECKOUT,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE_SECONDS,
        )
        head, found, story = done.stdout.partition(f"seed {seed}, ")
        text = found + story if found else head + done.stderr
        played = Replay(seed, profile, "done" if found else "failed", done.returncode == 0, text[-_LONGEST_STORY:])
    except subprocess.TimeoutExpired:
        words = f"It took longer than {_PATIENCE_SECONDS} s and was stopped."
        played = Replay(seed, profile, "failed", is_kept=False, story=words)
    queries.keep_replay(var_dir, played)
    return played

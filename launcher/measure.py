"""`make bench`: the environment of `make run`, and in it the benchmark."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from launcher.console import Failure, paint, say
from launcher.environment import clean_variables, prepare_environment
from launcher.places import find_places, make_folder, open_to_server

CHECKOUT = Path(__file__).resolve().parent.parent
OTHERS = ("bulk", "loading", "payouts", "rush")
"""Benchmarks of their own, by the first argument: `make bench ARGS=rush`."""


def measure(arguments: list[str]) -> int:
    """Run `python -m bench`, or another benchmark by its name, with the person's arguments. Returns its exit code."""
    try:
        places = find_places(CHECKOUT, os.environ)
        open_to_server(places)
        make_folder(places.var)
        prepare_environment(places, "test" if arguments[:1] == ["loading"] else "run")  # that one needs a browser
    except Failure as failure:
        say(paint("The benchmark can't start. ", "red") + str(failure))
        return 1
    module = "bench"
    if arguments[:1] and arguments[0] in OTHERS:
        module, arguments = f"bench.{arguments[0]}", arguments[1:]
    command: list[str | Path] = [places.python, "-m", module, *arguments]
    variables = {**clean_variables(), "VAR_DIR": str(places.var)}
    return subprocess.run(command, cwd=places.checkout, env=variables, check=False).returncode

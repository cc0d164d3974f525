"""`make mutants`: the environment of `make test`, and in it each scar's bug put back into a copy of the tree."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from launcher.check import test_variables
from launcher.console import Failure, paint, say
from launcher.environment import prepare_environment
from launcher.places import find_places, make_folder, open_to_server

CHECKOUT = Path(__file__).resolve().parent.parent


def mutate(arguments: list[str]) -> int:
    """Run `python -m tests.mutants` with the person's arguments. Returns its exit code."""
    try:
        places = find_places(CHECKOUT, os.environ)
        open_to_server(places)
        make_folder(places.var)
        prepare_environment(places, "test")()
    except Failure as failure:
        say(paint("The mutants can't start. ", "red") + str(failure))
        return 1
    command: list[str | Path] = [places.python, "-m", "tests.mutants", *arguments]
    return subprocess.run(command, cwd=places.checkout, env=test_variables(places), check=False).returncode

#!/usr/bin/env python3
"""`make run`, `test`, `bench`, `simulate` and `mutants`, with nothing but a Python: finds a suitable one, then hands over to `launcher/`.

This file must stay readable for old Pythons, so that they can be told what is wrong.
"""

import os
import subprocess
import sys
import sysconfig

OLDEST, NEWEST = (3, 11), (3, 14)
# Some wheels (PostgreSQL's among them) exist for these versions only, and for builds with the GIL.
SUITABLE = "import sys, sysconfig; sys.exit(not (%r <= sys.version_info[:2] <= %r and not sysconfig.get_config_var('Py_GIL_DISABLED')))"
USAGE = "usage: python3 bootstrap.py run | test [arguments for pytest] | bench [--help] | simulate [--help] | mutants [S19 ...]"


def use_suitable_python():
    """Return when this Python is 3.11 to 3.14; else start over with one that is, or exit saying what to install."""
    if OLDEST <= sys.version_info[:2] <= NEWEST and not sysconfig.get_config_var("Py_GIL_DISABLED"):
        return
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        name = "python3.%d" % minor
        try:
            with open(os.devnull, "w") as nowhere:
                unsuitable = subprocess.call([name, "-c", SUITABLE % (OLDEST, NEWEST)], stderr=nowhere)
        except OSError:
            continue
        if not unsuitable:
            os.execvp(name, [name] + sys.argv)
    sys.exit(
        "This is Python %d.%d (%s). The marketplace needs Python 3.11 to 3.14, and none was found on the PATH. "
        "Install one, or name it: make run PYTHON=/path/to/python3.12" % (sys.version_info[:2] + (sys.executable,))
    )


if __name__ == "__main__":
    use_suitable_python()
    sys.dont_write_bytecode = True
    if sys.argv[1:] == ["run"]:
        from launcher.run import run

        sys.exit(run())
    if sys.argv[1:2] == ["test"]:
        from launcher.check import check

        sys.exit(check(sys.argv[2:]))
    if sys.argv[1:2] == ["bench"]:
        from launcher.measure import measure

        sys.exit(measure(sys.argv[2:]))
    if sys.argv[1:2] == ["simulate"]:
        from launcher.simulate import simulate

        sys.exit(simulate(sys.argv[2:]))
    if sys.argv[1:2] == ["mutants"]:
        from launcher.mutate import mutate

        sys.exit(mutate(sys.argv[2:]))
    sys.exit(USAGE)

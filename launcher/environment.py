"""How do the locked dependencies get into an environment of their own?

pip comes as a wheel of this repository and runs itself: Debian's Python without python3-venv has no pip to offer, and
making an environment without ensurepip is faster anyway.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from launcher.console import Failure, step
from launcher.locks import only_one
from launcher.places import Places, make_folder
from launcher.processes import ending_with_parent

# The test lock holds all of the run lock's versions, so installing it satisfies both commands.
PROVIDES = {"run": ("run",), "test": ("test", "run")}
MOST_PIPS = 4
# pip's own words, and what to tell the person instead; the first that fits is shown.
DIAGNOSES = (
    ("No space left on device", "The disk is full."),
    ("Permission denied", "A file can't be written. Check the owner of the environment's folder named below."),
    (
        "DO NOT MATCH THE HASHES",
        "The package index served a file that differs from the locked one; nothing was installed.",
    ),
    ("connection broken", "The package index can't be reached. Is this machine online?"),
    ("Could not find a version", "The package index lacks a locked package for this system and this Python."),
    ("No matching distribution", "The package index lacks a locked package for this system and this Python."),
)


def prepare_environment(places: Places, lock: str) -> Callable[[], object]:
    """Make the environment and install a lock ("run" or "test") unless that was done before. Raises Failure.

    Returns what waits until everything in it is compiled: who has something else to do first does that meanwhile.
    """
    make_folder(places.environment.parent)
    with only_one(places.environment.with_suffix(".lock"), "Another command prepares the environment", waiting=True):
        stamps = _stamps(places)
        if stamps.get(lock) == _digest(places, lock) and places.python.exists():
            return lambda: None
        if not places.python.exists() or stamps.get("python") != _interpreter():
            _create(places)
            stamps = {"python": _interpreter()}
        with step(f"Installing the locked packages ({lock}.lock)"):
            compiling = _install(places, lock)
        stamps.update({name: _digest(places, name) for name in PROVIDES[lock]})
        _stamp_file(places).write_text(json.dumps(stamps), encoding="utf-8")
        return compiling.wait


def clean_variables() -> dict[str, str]:
    """Return the person's environment without what would bend a Python program of ours."""
    unwanted = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIREMENT", "FLASK_")
    return {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}


def _create(places: Places) -> None:
    with step(f"Making the environment {places.environment} (Python {sys.version.split()[0]})"):
        try:
            if places.environment.exists():
                shutil.rmtree(places.environment)
        except OSError as error:
            raise Failure(f"{places.environment} can't be replaced: {error.strerror}. Remove that folder.") from None
        made = subprocess.run(
            [sys.executable, "-m", "venv", "--without-pip", places.environment],
            capture_output=True,
            text=True,
            check=False,
            env=clean_variables(),
        )
        if made.returncode != 0:
            raise Failure(f"Python could not make an environment:\n{(made.stderr or made.stdout).strip()}")


def _install(places: Places, lock: str) -> subprocess.Popen[bytes]:
    """Install a lock with as many pips at once as there are processors: one alone waits for the network or unpacks.

    Returns what compiles all of it.
    """
    wanted = _requirements((places.checkout / "requirements" / f"{lock}.lock").read_text(encoding="utf-8"))
    pips = min(MOST_PIPS, os.cpu_count() or 1)
    with tempfile.TemporaryDirectory() as folder:
        started = []
        for number in range(pips):
            share = Path(folder) / f"{number}.lock"
            share.write_text("".join(wanted[number::pips]), encoding="utf-8")
            started.append(_start_pip(places, share))
        try:
            said = [(pip.communicate()[0], pip.returncode) for pip in started]
        except BaseException:
            for pip in started:
                pip.terminate()
                pip.wait()
            raise
    failed = next((words for words, code in said if code != 0), None)
    if failed is not None:
        raise Failure(_diagnose(failed, places))
    return _compile(places)


def _requirements(lock: str) -> list[str]:
    """Return a lock's packages, each with the lines of its hashes."""
    found: list[str] = []
    for line in lock.splitlines(keepends=True):
        if line[0] in " #" and found:
            found[-1] += line
        elif line.strip() and line[0] != "#":
            found.append(line)
    return found


def _start_pip(places: Places, share: Path) -> subprocess.Popen[str]:
    pip = next((places.checkout / "requirements").glob("pip-*.whl")) / "pip"
    return subprocess.Popen(
        [
            places.python,
            pip,
            "install",
            "--require-hashes",
            "--no-deps",  # the lock names them all, and each pip has a share of it
            "--only-binary",
            ":all:",
            "--no-compile",
            "--retries",
            "2",
            "--no-input",
            "--quiet",
            "--no-warn-script-location",
            "-r",
            share,
        ],
        env={**clean_variables(), "PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=ending_with_parent(signal.SIGTERM),
    )


def _compile(places: Places) -> subprocess.Popen[bytes]:
    """Begin to compile what is installed, and the shop, on all cores; that it fails or is cut off only costs time.

    Two programs begin with the shop at the same moment, and each would compile all of it. Who wants no compiled files
    gets none in the checkout.
    """
    folders = [places.environment / "lib"]
    if not os.environ.get("PYTHONDONTWRITEBYTECODE"):
        folders += [places.checkout / "marketplace", places.checkout / "migrations"]
    return subprocess.Popen(
        [places.python, "-m", "compileall", "-q", "-j", "0", *folders],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=ending_with_parent(signal.SIGTERM),
    )


def _diagnose(words: str, places: Places) -> str:
    said = next((text for sign, text in DIAGNOSES if sign in words), "pip could not install the packages.")
    last = "\n".join(f"    {line}" for line in words.strip().splitlines()[-6:])
    return (
        f"{said}\n{last}\n"
        "The packages are fetched once, with pip's own settings: HTTPS_PROXY for a proxy, PIP_INDEX_URL for your own "
        f"index.\nThe environment's folder is {places.environment}. Run the command again; it goes on from here."
    )


def _interpreter() -> str:
    return f"{sys.version} {sys.base_prefix}"


def _digest(places: Places, lock: str) -> str:
    content = (places.checkout / "requirements" / f"{lock}.lock").read_bytes()
    return hashlib.sha256(content + _interpreter().encode()).hexdigest()


def _stamp_file(places: Places) -> Path:
    return places.environment / "installed.json"


def _stamps(places: Places) -> dict[str, str]:
    try:
        stamps: dict[str, str] = json.loads(_stamp_file(places).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamps

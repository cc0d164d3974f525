"""The supervisor: prefixed lines, crashed programs start again, all end together."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from launcher.console import Failure
from launcher.supervisor import Program, Supervisor

FOREVER = "import time\nwhile True: time.sleep(0.1)"


def program(name: str, code: str) -> Program:
    return Program(name, "green", [sys.executable, "-u", "-c", code], dict(os.environ))


def tend(supervisor: Supervisor, seconds: float) -> None:
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        supervisor.tend()


def lives(pid: int) -> bool:
    """Tell whether a process does something; a zombie that nobody has collected yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_lines_are_prefixed_with_the_programs_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    supervisor = Supervisor(tmp_path, [program("web", f"print('one\\ntwo')\n{FOREVER}"), program("worker", FOREVER)])
    supervisor.start()
    tend(supervisor, 1)
    supervisor.stop()
    assert capsys.readouterr().out.splitlines() == ["web    | one", "web    | two"]


def test_one_started_ahead_waits_until_it_is_told_and_is_not_started_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    supervisor = Supervisor(tmp_path, [program("web", FOREVER)])
    web = supervisor.programs[0]
    ready = f"import sys\nprint('ready')\nprint('told' if sys.stdin.readline() else 'alone')\n{FOREVER}"
    go_on = supervisor.start_ahead(web, [sys.executable, "-u", "-c", ready])
    started = web.process
    tend(supervisor, 0.5)
    assert capsys.readouterr().out.splitlines() == ["web | ready"]
    go_on()
    supervisor.start()
    tend(supervisor, 0.5)
    assert web.process is started
    supervisor.stop()
    assert capsys.readouterr().out.splitlines() == ["web | told"]


def test_one_started_ahead_that_has_ended_meanwhile_starts_by_its_own_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    supervisor = Supervisor(tmp_path, [program("web", f"print('up')\n{FOREVER}")])
    go_on = supervisor.start_ahead(supervisor.programs[0], [sys.executable, "-c", "raise SystemExit(3)"])
    time.sleep(0.5)
    go_on()
    supervisor.start()
    tend(supervisor, 2)
    supervisor.stop()
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "web has ended (exit 3); it starts again in 1 s.",
        "web | up",
    ]


def test_a_crashed_program_starts_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    supervisor = Supervisor(tmp_path, [program("worker", f"print('up')\n{FOREVER}")])
    supervisor.start()
    supervisor.wait_for(lambda: "")
    tend(supervisor, 0.5)
    worker = supervisor.programs[0].process
    assert worker
    worker.kill()
    tend(supervisor, 2)
    assert supervisor.programs[0].running()
    supervisor.stop()
    assert capsys.readouterr().out.splitlines() == [
        "worker | up",
        "worker has ended (signal SIGKILL); it starts again in 1 s.",
        "worker | up",
    ]


def test_a_program_that_never_starts_ends_the_start(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path, [program("web", "raise SystemExit('no such setting')")])
    supervisor.start()
    with pytest.raises(Failure, match=r"web does not start \(exit 1\)"):
        supervisor.wait_for(lambda: "an answer")
    supervisor.stop()


def test_programs_may_finish_their_work_and_end_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    work = (
        "import signal, sys, time\n"
        "def end(*_): time.sleep(0.3); print('done'); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n" + FOREVER
    )
    supervisor = Supervisor(tmp_path, [program("worker", work), program("sandbox", work)])
    supervisor.start()
    tend(supervisor, 0.7)
    supervisor.stop()
    assert capsys.readouterr().out.splitlines() == ["worker  | done", "sandbox | done"]


def test_what_ignores_the_signal_is_killed_with_its_children(tmp_path: Path) -> None:
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    parent = (
        f"import subprocess, sys\n{deaf}"
        f"child = subprocess.Popen([sys.executable, '-c', {deaf + FOREVER!r}])\n"
        f"open('child', 'w').write(str(child.pid))\n{FOREVER}"
    )
    supervisor = Supervisor(tmp_path, [program("web", parent)], in_a_hurry=lambda: True)
    supervisor.start()
    tend(supervisor, 1)
    child = int((tmp_path / "child").read_text(encoding="utf-8"))
    assert lives(child)
    supervisor.stop()
    time.sleep(0.2)
    assert not lives(child)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_programs_end_with_a_killed_supervisor(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from launcher.supervisor import Program, Supervisor; "
        f"s = Supervisor(Path('.'), [Program('web', 'green', [sys.executable, '-c', {FOREVER!r}], dict(os.environ))]); "
        "s.start(); print(s.programs[0].process.pid, flush=True); s.tend(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    child = int(killed.stdout)
    limit = time.monotonic() + 5
    while lives(child) and time.monotonic() < limit:
        time.sleep(0.05)
    assert not lives(child)

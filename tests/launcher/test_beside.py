"""Programs run at the same time and speak one after the other; none is left behind."""

import os
import sys
from pathlib import Path

import pytest

from launcher.beside import Program

PATIENCE_SECONDS = 20
WORDS = "import sys, time; print('begins', flush=True); {}; print('ends'); sys.exit({})"
WAITS = "[time.sleep(.02) for _ in range(1000) if not __import__('os').path.exists({!r})]"


def program(tmp_path: Path, name: str, source: str) -> Program:
    return Program(
        name, [sys.executable, "-c", source], folder=tmp_path, variables=os.environ, said=tmp_path / f"{name}.txt"
    )


def test_two_run_at_once_and_each_speaks_in_its_turn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    met = str(tmp_path / "met")
    waiting = WORDS.format(WAITS.format(met), 0)
    meeting = WORDS.format(f"open({met!r}, 'w').close()", 3)
    with program(tmp_path, "one", waiting) as one, program(tmp_path, "other", meeting) as other:
        assert one.listen() == 0, "it waits for the other, which nobody listens to yet"
        print("---")  # noqa: T201  what is printed is what is tested
        assert other.listen() == 3
    assert capsys.readouterr().out == "begins\nends\n---\nbegins\nends\n"
    assert 0 < other.seconds < PATIENCE_SECONDS


def test_a_check_is_silent_unless_it_finds_something(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (
        program(tmp_path, "good", WORDS.format("pass", 0)) as good,
        program(tmp_path, "bad", WORDS.format("pass", 1)) as bad,
    ):
        assert good.ends_well()
        good.tell(is_good=True)
        assert not bad.ends_well()
        bad.tell(is_good=False)
    first, *found, last = capsys.readouterr().out.splitlines()
    assert first.startswith("--- good: passed in ")
    assert found == ["begins", "ends"]
    assert last.startswith("--- bad: FAILED in ")


def test_who_goes_leaves_nobody_behind(tmp_path: Path) -> None:
    forever = "import time; print('begins', flush=True); time.sleep(600)"
    with pytest.raises(KeyboardInterrupt), program(tmp_path, "one", forever) as left:
        raise KeyboardInterrupt
    assert not left.ends_well()
    assert left.seconds < PATIENCE_SECONDS

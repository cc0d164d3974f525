"""The system clock is read in clock.py alone; money never meets a float."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import Module, assert_holds, found_in, meaning, names

READS_THE_CLOCK = {
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
    "time.gmtime",
    "time.localtime",
    "sqlalchemy.func.now",
    "sqlalchemy.func.current_timestamp",
    "sqlalchemy.func.clock_timestamp",
}
CLOCKS = {
    "marketplace/clock.py": "business time, and system time for sessions and signatures, for all the shop",
    "marketplace/sandbox/clock.py": "another company's server has a clock of its own",
}
EXACT = {"rules", "money", "states"}


def reads_clock(module: Module) -> Iterator[str]:
    if module.path in CLOCKS:
        return
    known = names(module)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute | ast.Name) and meaning(node, known) in READS_THE_CLOCK:
            yield f"{module.at(node)} {ast.unparse(node)}: only the clock reads the time; take `now` as an argument"


def is_inexact(module: Module) -> Iterator[str]:
    if not EXACT.intersection(module.parts):
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            yield f"{module.at(node)} {node.value}: no floats where money is decided"
        elif isinstance(node, ast.Name) and node.id == "float":
            yield f"{module.at(node)} float: no floats where money is decided"
        elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            yield f"{module.at(node)} `/`: divide with Money.share or Money.split, whose parts sum to the whole"


def test_only_the_clock_reads_the_time() -> None:
    assert_holds(reads_clock, "marketplace")


def test_money_is_exact() -> None:
    assert_holds(is_inexact, "marketplace")


@pytest.mark.parametrize(
    "bad",
    [
        "import datetime\ndatetime.datetime.now(datetime.UTC)",
        "from datetime import datetime as dt\ndt.utcnow()",
        "from datetime import date\ndate.today()",
        "import time as t\nt.time()",
        "from time import time\nmapped_column(default=time)",
        "from sqlalchemy import func\nmapped_column(server_default=func.now())",
    ],
)
def test_the_clock_check_can_fail(bad: str) -> None:
    assert found_in(reads_clock, bad)


def test_durations_and_the_house_clock_are_fine() -> None:
    assert found_in(reads_clock, "import time\nfrom marketplace import clock\nclock.now()\ntime.monotonic()") == []


@pytest.mark.parametrize("bad", ["fee = 0.03", "fee = float(amount)", "fee = amount / 100", "amount /= 2"])
@pytest.mark.parametrize("path", ["marketplace/payments/rules.py", "marketplace/money.py", "marketplace/a/rules/b.py"])
def test_the_number_check_can_fail(bad: str, path: str) -> None:
    assert found_in(is_inexact, bad, path)


def test_whole_division_and_other_files_are_fine() -> None:
    assert found_in(is_inexact, "cents // 100", "marketplace/money.py") == []
    assert found_in(is_inexact, "seconds = 0.5", "marketplace/queue.py") == []

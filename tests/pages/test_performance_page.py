"""The performance page: figures of the last runs with their machine, and nothing where none has run."""

import json
from collections import Counter

import pytest
from bs4 import BeautifulSoup

from bench import report
from bench.crowd import Reply
from bench.load import Answer, Driven
from bench.machine import describe
from bench.report import Result
from bench.rounds import Measured
from bench.rush_report import Round, Steps
from tests.builders import World
from tests.pages.test_admin_pages import admin, page, text

_THINGS = ("bare page", "listing list", "listing", "order placed", "bare webhook", "paid webhook")


@pytest.fixture(autouse=True)
def _no_files(world: World) -> None:
    for name in ("last.json", "rush.json"):
        (world.settings.var_dir / "bench" / name).unlink(missing_ok=True)


def states(shown: BeautifulSoup) -> list[str]:
    return [str(cell.get_text(strip=True)) for cell in shown.select("table")[0].select("tbody tr td:last-child")]


def test_without_a_run_it_shows_no_figure_and_says_how_to_get_one(world: World) -> None:
    shown = text(page(admin(world), "/admin/performance"))
    assert "No benchmark has run here" in shown
    assert "Run make bench in the shop's folder" in shown
    assert "make bench ARGS=rush" in shown
    assert " ms" not in shown


def test_the_last_benchmark_stands_there_with_machine_revision_and_targets(world: World) -> None:
    measured = {name: Measured([(Driven(10, (), 0.02), 0.01)]) for name in _THINGS}
    operations = {"order": [0.030] * 99 + [0.120], "payment": [0.010, 0.250], "refund": []}
    result = Result(measured, operations, 0, books_agree=True, commit="abc1234")
    report.write(result, world.settings.var_dir / "bench" / "last.json")
    shown = page(admin(world), "/admin/performance")
    words = text(shown)
    assert "revision abc1234" in words
    assert f"{describe()['processors']} processors" in words
    assert states(shown) == ["Reached", "Not measured", "Slower", "Not measured", "Not measured"]
    rows = [row.get_text(" ", strip=True) for row in shown.select("table")[0].select("tbody tr")]
    assert "100 30 ms 30 ms 30 ms 100 ms" in rows[0]
    assert "2 10 ms 250 ms 250 ms 200 ms" in rows[2]
    assert "500" in words, "ten in a fiftieth of a second"
    assert "Listing list / bare page 1.00 0.35 Reached" in words


def test_a_run_of_before_shows_what_it_kept_and_invents_nothing(world: World) -> None:
    path = world.settings.var_dir / "bench" / "last.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"revision": "old", "machine": "Linux", "ratios": {"a / b": 0.4}}), "utf-8")
    shown = page(admin(world), "/admin/performance")
    assert "machine Linux" in text(shown)
    assert states(shown) == ["Not measured"] * 5


def test_a_rush_says_how_a_thousand_ended(world: World) -> None:
    onward = Reply(Answer(303, b"HTTP/1.1 303 SEE OTHER", b""), 96.0)
    broken = Reply(Answer(500, b"HTTP/1.1 500 NO", b""), 1.0)
    tries = Counter({1: 15_046, 2: 1})
    one = Round("goods for all", 1_000, 1_000, 1_000, 0.2, (onward,) * 999 + (broken,), Steps(), 1.0, 999, tries, 107.0)
    found = {
        "revision": "abc1234",
        "machine": describe(),
        "wrong": ["goods for all: 1 times 500"],
        "rounds": [one.as_dict()],
    }
    path = world.settings.var_dir / "bench" / "rush.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found), "utf-8")
    words = text(page(admin(world), "/admin/performance"))
    for part in ("1,000 buyers agree at the same moment", "Paid 999", "Wrong answers 1", "15,047 units", "96,000 ms",
                 "Not every purchase ended right", "goods for all: 1 times 500"):  # fmt: skip
        assert part in words, part

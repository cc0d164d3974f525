"""The proof: what the last simulation found, and playing one of its seeds again."""

from pathlib import Path

import pytest

from launcher.locks import only_one
from marketplace.proofs import flows, queries
from marketplace.proofs.queries import Replay
from marketplace.simulation import reporting
from marketplace.simulation.running import Outcome
from tests.builders import World, form_token


def outcome(seed: int, *violations: str) -> Outcome:
    return Outcome(
        seed=seed,
        profile="dark",
        violations=list(violations),
        story=[],
        trace="",
        state="",
        steps=80,
        points=4_000,
        seconds=3.5,
        rested_seconds=2_460,
        units=1_000,
        tries=1_012,
        faults={"F05 lost": 61},
        checked={"I01": 400},
        counts={"purchases paid": 7},
    )


@pytest.fixture(autouse=True)
def _no_files(world: World) -> None:
    for name in ("report.json", "threads.json", "replay.json"):
        (world.settings.var_dir / "simulation" / name).unlink(missing_ok=True)


def proof(world: World) -> str:
    return str(world.client(world.person("Ada Admin", is_admin=True)).get("/admin/proof").text)


def test_without_a_report_it_says_how_to_make_one(world: World) -> None:
    assert "make simulate SEEDS=20" in proof(world)


@pytest.mark.covers("S0.20")
def test_the_last_report_is_shown_with_every_figure(world: World) -> None:
    found = reporting.summary([outcome(1), outcome(2, "I06 usd: booked 1, the provider says 2")], revision="abc1234")
    found["baseline"] = {"seeds": 30, "violated": 29}
    reporting.write(found, world.settings.var_dir / "simulation" / "report.json")
    page = proof(world)
    for words in ("abc1234", "160 actions", "F05 lost", "122", "800", "41 min", "12.0 of 1,000", "29 of them"):
        assert words in page, words
    assert "I06 usd: booked 1, the provider says 2" in page


def test_a_run_in_real_threads_stands_beside_it_and_says_so(world: World) -> None:
    target = world.settings.var_dir / "simulation" / "report.json"
    reporting.write(reporting.summary([outcome(1)], revision="abc1234"), reporting.target_of(target, 0))
    races = reporting.summary([outcome(3), outcome(4, "I12 listing 2")], revision="fed4321", threads=4)
    reporting.write(races, reporting.target_of(target, 4))
    page = proof(world)
    for words in ("abc1234", "fed4321", "With real threads", "not replayable step by step", "dark 4", "I12 listing 2"):
        assert words in page, words
    assert (races["mode"], races["threads"]) == ("threads", 4)
    assert reporting.as_text(races).startswith("4 real threads")


def test_a_seed_is_queued_once_and_its_story_stands_there(world: World) -> None:
    client = world.client(world.person("Ada Admin", is_admin=True))
    form = {"csrf_token": form_token(client.get("/admin/proof").text), "seed": "7", "profile": "dark"}
    assert client.post("/admin/proof/replay", data=form).status_code == 303
    assert client.post("/admin/proof/replay", data={**form, "seed": "8"}).status_code == 303
    assert world.rows("SELECT task_name, args FROM procrastinate_jobs") == [
        ("replay_seed", {"seed": 7, "profile": "dark"})
    ]
    assert "waits for the worker" in client.get("/admin/proof").text
    for state, is_kept, words in (("done", True, "no rule was broken"), ("done", False, "a rule was broken")):
        queries.keep_replay(world.settings.var_dir, Replay(7, "dark", state, is_kept, "02 Mar Ada buys <b>"))
        page = client.get("/admin/proof").text
        assert words in page
        assert "Ada buys &lt;b&gt;" in page


@pytest.mark.parametrize(("seed", "profile"), [("", "dark"), ("-1", "dark"), ("1e3", "dark"), ("7", "sunny")])
def test_what_is_no_seed_is_refused(world: World, seed: str, profile: str) -> None:
    client = world.client(world.person("Ada Admin", is_admin=True))
    form = {"csrf_token": form_token(client.get("/admin/proof").text), "seed": seed, "profile": profile}
    assert client.post("/admin/proof/replay", data=form).status_code == 422
    assert world.rows("SELECT FROM procrastinate_jobs") == []


def test_a_replay_that_cannot_be_played_says_why(tmp_path: Path) -> None:
    with only_one(tmp_path / "replay.lock", "Somebody plays"):
        played = flows.replay(tmp_path, seed=7, profile="dark")
    assert (played.state, played.is_kept) == ("failed", False)
    assert "A simulation already runs in this folder" in played.story
    assert queries.last_replay(tmp_path) == played

"""Streams under a real gunicorn: who hears of what, when they end, and that they take nothing from others."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from launcher.supervisor import SECONDS_TO_END
from marketplace.web.live.seats import MOST_OF_ONE_SESSION
from tests.builders import World
from tests.served_shop import ServedShop, Stream, served_shop

_A_WHILE_SECONDS = 4.0
"""Longer than it takes to look for news, and to tell them."""


@pytest.fixture(scope="module")
def served(app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedShop]:
    """The same shop under gunicorn, with one worker of four threads."""
    with served_shop(app.extensions["settings"], tmp_path_factory.mktemp("served")) as shop:
        yield shop


@pytest.fixture(autouse=True)
def _own_streams(served: ServedShop) -> Iterator[None]:
    yield
    while served.streams:
        served.streams.pop().close()


def sell(world: World, seller_id: int, buyer_id: int) -> None:
    world.put_in_cart(buyer_id, world.listing(seller_id))
    world.pay(world.check_out(buyer_id))
    world.settle_down()


@pytest.mark.covers("S3.19")
def test_both_sides_and_admins_hear_of_a_sale_and_nobody_else(served: ServedShop, world: World) -> None:
    seller, other_seller, buyer, other_buyer, admin = (
        world.seller(), world.seller(), world.person(), world.person(), world.person(is_admin=True)
    )  # fmt: skip
    concerned = [served.listen(served.cookie(world, user_id)) for user_id in (seller, buyer, admin)]
    others = [served.listen(served.cookie(world, user_id)) for user_id in (other_seller, other_buyer)]
    time.sleep(_A_WHILE_SECONDS)  # what happened before is not news
    while any(stream.hears(0.1) for stream in (*concerned, *others)):
        pass

    sell(world, seller, buyer)
    assert [stream.hears() for stream in concerned] == [True, True, True]
    assert [stream.hears(_A_WHILE_SECONDS) for stream in others] == [False, False]


def test_it_is_sent_at_once_and_kept_by_nobody(served: ServedShop, world: World) -> None:
    stream = served.listen(served.cookie(world, world.person()))
    assert stream.status == 200
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert stream.headers["cache-control"] == "no-store"
    assert stream.headers["x-accel-buffering"] == "no"
    assert "content-security-policy" in stream.headers
    assert "content-length" not in stream.headers

    old = served.listen(served.cookie(world, world.person()), "HTTP/1.0")  # a proxy of old
    assert (old.status, "transfer-encoding" in old.headers) == (200, False)


def test_visitors_are_sent_to_sign_in(served: ServedShop) -> None:
    answer = served.get("/live")
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, "/login")


def test_the_stream_of_an_ended_session_ends(served: ServedShop, world: World) -> None:
    person, other = world.person(), world.person()
    ended, kept = served.listen(served.cookie(world, person)), served.listen(served.cookie(world, other))
    world.tamper(f"UPDATE user_session SET revoked_at = last_seen_at WHERE user_id = {person}")
    assert (ended.ends() or b"").endswith(b"0\r\n\r\n"), "it ends as HTTP ends"
    assert kept.ends(_A_WHILE_SECONDS) is None


def test_who_is_no_admin_any_more_hears_of_nothing(served: ServedShop, world: World) -> None:
    seller, buyer, admin = world.seller(), world.person(), world.person(is_admin=True)
    stream = served.listen(served.cookie(world, admin))
    world.tamper(f'UPDATE "user" SET is_admin = false WHERE id = {admin}')
    while stream.hears(_A_WHILE_SECONDS):
        pass
    sell(world, seller, buyer)
    assert not stream.hears(_A_WHILE_SECONDS)


def test_two_hundred_streams_keep_nobody_waiting(served: ServedShop, world: World) -> None:
    seller, buyer = world.seller(), world.person()
    cookie = served.cookie(world, buyer)
    began = time.monotonic()
    assert served.get("/account", cookie).status_code == 200
    alone = time.monotonic() - began
    streams = open_streams(served, world, 200)
    own = served.listen(served.cookie(world, seller))

    took = []
    for _ in range(20):
        began = time.monotonic()
        assert served.get("/account", cookie).status_code == 200
        took.append(time.monotonic() - began)
    assert sorted(took)[10] < max(1.0, 5 * alone), took
    sell(world, seller, buyer)
    assert own.hears()

    statement = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND starts_with(state, 'idle in tr')"
    )
    assert world.rows(statement) == [(0,)]
    threads = len([*Path(f"/proc/{worker(served)}/task").iterdir()])
    assert threads < 20, f"{threads} threads for {len(streams)} streams"


def test_over_the_bound_pages_go_on_asking_by_themselves(served: ServedShop, world: World) -> None:
    cookie = served.cookie(world, world.person())
    streams = [served.listen(cookie) for _ in range(MOST_OF_ONE_SESSION)]
    assert [stream.status for stream in streams] == [200] * MOST_OF_ONE_SESSION
    assert served.get("/live", cookie).status_code == 204

    streams[0].close()
    deadline = time.monotonic() + 10
    while (again := served.listen(cookie)).status == 204 and time.monotonic() < deadline:
        again.close()
    assert again.status == 200, "who goes away makes room"


def test_everything_is_ended_within_the_time_the_launcher_gives(world: World, tmp_path: Path) -> None:
    with served_shop(world.settings, tmp_path) as served:
        stop(served, world)


def stop(served: ServedShop, world: World) -> None:
    streams = open_streams(served, world, 40)
    served.process.send_signal(signal.SIGTERM)
    served.process.wait(SECONDS_TO_END)
    assert served.process.returncode == 0
    assert {(stream.ends() or b"")[-5:] for stream in streams} == {b"0\r\n\r\n"}
    log = served.log.read_text()
    assert "Traceback" not in log, log
    assert "ERROR" not in log, log


def open_streams(served: ServedShop, world: World, number: int) -> list[Stream]:
    """Open `number` streams of as many people as that takes."""
    streams: list[Stream] = []
    while len(streams) < number:
        cookie = served.cookie(world, world.person())
        streams += [served.listen(cookie) for _ in range(min(MOST_OF_ONE_SESSION, number - len(streams)))]
    assert {stream.status for stream in streams} == {200}
    return streams


def worker(served: ServedShop) -> int:
    """Return the process id of gunicorn's one worker."""
    main = served.process.pid
    return int(Path(f"/proc/{main}/task/{main}/children").read_text().split()[0])

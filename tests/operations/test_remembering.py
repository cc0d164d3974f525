"""A world put back as rows is the very one that was walked, and nobody takes an old one for a new one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from marketplace.sandbox.faults import Kind
from tests.builders import Bought, World
from tests.fixtures_app import make_new
from tests.security.scene import fingerprint
from tests.snapshots import remembered, walked_once_from_nothing


def sandbox_rows(world: World) -> list[object]:
    """Return all that the provider knows, but for what asked it."""
    with world.sandbox.sandbox.work() as work:
        tables = [row["tablename"] for row in work.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        return [work.rows(f'SELECT t::text FROM "{name}" t ORDER BY 1') for name in sorted(tables)]


def test_what_is_put_back_is_what_was_walked(world: World) -> None:
    def walk() -> Bought:
        walked.append(world.paid_purchase(10_000, 3_333))
        world.failed_job()
        return walked[-1]

    walked: list[Bought] = []
    assert remembered(world, "a test's", walk) == walked[0]
    shop, sandbox = fingerprint(world), sandbox_rows(world)
    world.advance(minutes=1)
    world.press(world.onboard(world.seller()), "restrict")
    world.paid_purchase(500)
    world.tamper('DELETE FROM "user"')
    assert (fingerprint(world), sandbox_rows(world)) != (shop, sandbox)
    assert remembered(world, "a test's", walk) == walked[0]
    assert (fingerprint(world), sandbox_rows(world), len(walked)) == (shop, sandbox, 1)


def test_it_goes_on_as_after_a_walk(world: World) -> None:
    bought = remembered(world, "to go on", lambda: world.paid_purchase(10_000))
    world.tamper('DELETE FROM "user"')
    assert remembered(world, "to go on", lambda: world.paid_purchase(10_000)) == bought
    other = world.paid_purchase(2_000, 700)
    world.advance(days=31)
    world.settle_down()
    known = [("completed",)] * 2
    assert world.rows("SELECT status FROM payment WHERE id IN (%s, %s)", bought.payment_id, other.payment_id) == known


@pytest.mark.tampers
def test_an_old_walk_and_a_shop_with_people_are_walked_anew(world: World) -> None:
    def walk() -> int:
        walked.append(world.person())
        return walked[-1]

    walked: list[int] = []
    for _ in range(2):
        remembered(world, "people", walk)
    assert len(walked) == 2
    world.tamper('DELETE FROM "user"')
    assert remembered(world, "people", walk) == walked[0]
    world.tamper('DELETE FROM "user"')
    world.advance(minutes=5)
    assert remembered(world, "people", walk) == walked[2]


def as_new(world: World) -> World:
    make_new(world.urls, world.sandbox, world.settings.var_dir)
    return world


def walk_of(walked: list[int]) -> Callable[..., Bought]:
    """Return a builder that notes when it is really walked, and lets a month pass."""

    @walked_once_from_nothing
    def walk(world: World, gross: int, *, why: str = "") -> Bought:  # `why`: part of what is asked for
        walked.append(gross)
        bought = world.paid_purchase(gross, 500)
        world.later(days=31)
        return bought

    return walk


def test_a_builder_is_walked_once_in_a_new_shop_and_time_goes_on_from_its_end(world: World) -> None:
    walked: list[int] = []
    walk = walk_of(walked)
    bought, ended_at = walk(world, 700), world.now
    shop, sandbox = fingerprint(world), sandbox_rows(world)
    assert walk(as_new(world), 700) == bought
    assert (fingerprint(world), sandbox_rows(world), walked) == (shop, sandbox, [700])
    assert timedelta(0) <= world.now - ended_at < timedelta(seconds=30)
    assert walk(as_new(world), 900) != bought
    assert walked == [700, 900], "other arguments are another walk"


def somebody(world: World) -> None:
    world.person()


def a_fault(world: World) -> None:
    world.sandbox.faults.add(Kind.RATE_LIMIT, path="/v1/refunds")


def a_fee(world: World) -> None:
    world.tamper(
        "INSERT INTO fee_schedule (channel, valid_from, platform_basis_points, processing_basis_points,"
        " processing_fixed) VALUES ('direct', now(), 500, 290, '{\"USD\": 30}')"
    )


def other_settings(world: World) -> None:
    world.app.extensions["settings"] = replace(world.settings)


def time_that_passed(world: World) -> None:
    world.advance(days=10)  # and the walk took a month: it would fit in


@pytest.mark.parametrize("change", [somebody, a_fault, a_fee, other_settings, time_that_passed])
def test_whatever_has_happened_before_the_builder_is_walked(world: World, change: Callable[[World], None]) -> None:
    walked: list[int] = []
    walk, settings, why = walk_of(walked), world.settings, change.__name__
    walk(world, 700, why=why)
    change(as_new(world))
    try:
        walk(world, 700, why=why)
    finally:
        world.app.extensions["settings"] = settings
    assert walked == [700, 700]

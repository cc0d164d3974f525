"""A world put back as rows is the very one that was walked, and nobody takes an old one for a new one."""

import pytest

from tests.builders import Bought, World
from tests.security.scene import fingerprint
from tests.snapshots import remembered


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

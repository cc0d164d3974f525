"""One read for all steps of the tick: it leaves none out, and what it finds is what each of them finds."""

from marketplace import due, jobs
from tests.builders import World


def test_every_step_of_the_tick_has_a_question(world: World) -> None:
    steps = {each.name for each in jobs.timetable(world.app) if each.is_step}
    assert set(due.QUESTIONS) == steps


# Would fail if a step were asked about with another statement than its own sweep's, or with other parameters.
def test_a_tick_that_asks_does_what_one_does_that_looks(world: World) -> None:
    world.paid_purchase(10_000, 3_333)
    world.open_purchase(7_000)
    for days in (0, 2, 30):
        world.advance(days=days)
        while any(world.tick().values()):
            world.sandbox.deliver_pending()
        assert not any(jobs.tick(world.app, asks=False).values())

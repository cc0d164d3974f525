"""The provider's list of events, read by the real adapter over HTTP: what a webhook would have brought."""

from marketplace.providers.base import InboundEvent
from tests.builders import World


def types(events: tuple[InboundEvent, ...]) -> list[str]:
    return [event.type for event in events]


def test_the_list_says_what_webhooks_would_have_said_oldest_first(world: World) -> None:
    """Nothing was delivered; the list has it all, span by span, and about one object."""
    before = world.now
    bought = world.open_purchase(10_000)
    world.pay(bought)
    found = world.provider.events.since(before)
    assert types(found).index("payment_intent.created") < types(found).index("checkout.session.completed")
    assert all(event.payload["object"] == "event" and event.account is None for event in found)
    about = world.provider.events.about(bought.session_id, since=before)
    assert types(about) == ["checkout.session.completed"]
    assert world.provider.events.get(about[0].event_id) == about[0]
    assert world.provider.events.get("evt_never") is None
    assert world.provider.events.since(before, until=before) == ()
    assert types(world.provider.events.since(before, types=["charge.succeeded"])) == ["charge.succeeded"]
    assert set(types(world.provider.events.since(before, undelivered=True))) <= set(types(found))


def test_the_list_is_read_page_by_page_and_ends_after_thirty_days(world: World) -> None:
    """More than one page comes back whole and in order; past thirty days there is nothing left to read."""
    before = world.now
    seller_ids = [world.seller() for _ in range(2)]
    for seller_id in seller_ids:
        world.onboard(seller_id)
    bought = world.open_purchase(10_000)
    world.pay(bought)
    account = str(world.rows("SELECT min(account_id) FROM seller_account")[0][0])
    theirs = world.provider.events.since(before, account=account)
    assert theirs
    assert {event.account for event in theirs} == {account}
    _repeat_events(world, 230)
    found = world.provider.events.since(before)
    assert len(found) > 230
    created = [event.payload["created"] for event in found]
    assert created == sorted(created)
    assert len({event.event_id for event in found}) == len(found)
    world.advance(days=31)
    assert world.provider.events.since(before) == ()
    assert world.provider.events.get(found[0].event_id) is None


def _repeat_events(world: World, times: int) -> None:
    """Let the provider report one fact again and again, under new names (fault F02)."""
    with world.sandbox.sandbox.work() as work:
        work.rows(
            "INSERT INTO events (id, type, created, object_id, request_id, data, account)"
            " SELECT id || n, type, created, object_id, request_id, data || jsonb_build_object('id', id || n), account"
            " FROM events, generate_series(1, %(times)s) n WHERE type = 'checkout.session.completed'",
            times=times,
        )

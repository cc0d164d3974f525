"""Everything a provider tells is lost, for days or for good, and the shop ends where it would have ended anyway."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta

import pytest

from marketplace import resuming
from marketplace.refunds.wishes import Wish
from marketplace.sandbox import disputes as bank
from tests.builders import World
from tests.fixtures_app import _empty
from tests.journeys.test_refunds import approve, at_the_provider

# What a person or a book would say is the same, whatever road the news came by: no ids, no times, no counts of asking.
END = {
    "payments": "SELECT status, currency, amount_minor, error_code, session_closed_at IS NULL FROM payment ORDER BY id",
    "trackers": "SELECT t.status, attempts, failure_code FROM payment_tracker t ORDER BY payment_id",
    "declines": "SELECT code, decline_code, reason FROM payment_failure ORDER BY code, decline_code",
    "shares": "SELECT status, gross_minor, net_minor, refunded_minor, charged_back_minor, net_taken_minor,"
    " netted_minor, paid_out_minor FROM payment_transaction ORDER BY payment_id, order_id",
    "orders": 'SELECT status, total_minor FROM "order" ORDER BY id',
    "purchases": "SELECT status FROM purchase ORDER BY id",
    "stock": "SELECT in_stock FROM listing ORDER BY id",
    "refunds": "SELECT status, origin, amount_minor, held_minor, available_minor, debt_minor FROM refund ORDER BY id",
    "receipts": "SELECT status, amount_minor FROM unapplied_receipt ORDER BY id",
    "payouts": "SELECT status, amount_minor, reversed_minor, failure_code FROM payout ORDER BY amount_minor, id",
    "disputes": "SELECT status, kind, amount_minor, withdrawn_minor, fee_minor, is_loss_booked FROM dispute"
    " ORDER BY payment_id",
    "lines of the provider": "SELECT kind, currency, amount_minor, fee_minor FROM balance_transaction"
    " ORDER BY kind, currency, amount_minor, fee_minor",
    "books": "SELECT account, currency, sum(amount_minor) FROM posting GROUP BY 1, 2"
    " HAVING sum(amount_minor) <> 0 ORDER BY 1, 2",
    "told": "SELECT kind, count(*) FROM notification WHERE kind NOT IN ('statement_ready', 'invoice_ready')"
    " GROUP BY kind ORDER BY kind",
}


def end(world: World) -> dict[str, list[tuple[object, ...]]]:
    return {name: world.rows(statement) for name, statement in END.items()}


def bank_decides(world: World, outcome: str) -> None:
    with world.sandbox.sandbox.work() as work:
        [found] = work.rows("SELECT id FROM objects WHERE kind = 'dispute' ORDER BY seq LIMIT 1")
        bank.decide(work, found["id"], outcome)


@contextmanager
def deaf(world: World) -> Iterator[Callable[[], object]]:
    """Let every webhook be lost for good, as if each was answered and nobody had listened."""

    before = heard(world)

    def tick() -> object:
        lose(world)
        return world.tick()

    world.sandbox.hold_webhooks()
    try:
        yield tick
    finally:
        lose(world)
        world.sandbox.release_webhooks()
    assert heard(world) == before, "not one webhook has arrived"


def heard(world: World) -> int:
    """Return how many deliveries the provider has tried so far."""
    with world.sandbox.sandbox.work() as work:
        [found] = work.rows("SELECT count(*) AS tries FROM attempts")
    return int(found["tries"])


def lose(world: World) -> None:
    with world.sandbox.sandbox.work() as work:
        work.rows("UPDATE deliveries SET state = 'delivered' WHERE state = 'waiting'")


def dark_week(world: World, hear: Callable[[], object]) -> None:
    """Live through a week in which payments, refunds, payouts and disputes go every way they can."""
    declined, cleared, bounced = (world.open_purchase(gross) for gross in (11_000, 12_000, 13_000))
    world.pay(declined, "4000000000000002")
    hear()
    world.pay(declined)
    world.sandbox.pay(cleared.session_id, account="000123456789")
    world.sandbox.pay(bounced.session_id, account="000222222227")
    refunded, slow, failing, outside, disputed = (
        world.open_purchase(gross) for gross in (14_000, 15_000, 16_000, 17_000, 18_000)
    )
    cards = ("4242424242424242", "4000000000007726", "4000000000005126", "4242424242424242", "4000000000000259")
    for bought, card in zip((refunded, slow, failing, outside, disputed), cards, strict=True):
        world.pay(bought, card)
    world.advance(minutes=40)
    hear()
    admin = world.person("Ada Admin", is_admin=True)
    for bought, gross in ((refunded, 14_000), (slow, 15_000), (failing, 16_000)):
        approve(world, world.ask_refund(bought, Wish(percent=50)), gross // 2, admin)
    at_the_provider(world, outside, 5_000)
    for day in range(7):
        world.advance(hours=12)
        hear()
        if day == 2:
            bank_decides(world, "lost")
        world.advance(hours=12)
        hear()


def life(world: World, *, is_dark: bool) -> dict[str, list[tuple[object, ...]]]:
    """Live a month in peace, then a week, in the dark or not, and return how it ended. Banks work on weekdays."""
    world.advance(days=(7 - world.now.weekday()) % 7)
    world.paid_seller(40_000, 30_000)
    failing = world.seller()
    world.onboard(failing, bank="000111111116")
    world.sold(failing, 20_000)
    world.advance(days=29, hours=12)
    world.settle_down()
    with deaf(world) if is_dark else nullcontext(world.settle_down) as hear:
        dark_week(world, hear)
        hear()
    return end(world)


@pytest.mark.covers("S1.5")
def test_s70_four_days_without_a_webhook_end_as_in_an_undisturbed_twin(world: World) -> None:
    """Every purchase, refund, payout and dispute: the provider's list of events and the sweeper make up for all."""
    undisturbed = life(world, is_dark=False)
    _empty(world.urls)
    dark = life(world, is_dark=True)
    assert [status for status, *_ in dark["payouts"]] == ["failed", "paid"]
    assert [status for status, *_ in dark["disputes"]] == ["lost"]
    for name, rows in undisturbed.items():
        assert dark[name] == rows, name


def test_s70_stopped_for_longer_than_events_are_kept(world: World) -> None:
    """The shop stands still for 31 days and the events are gone: `resume` works from the objects."""
    paid, delayed, outside, failing, disputed = (
        world.open_purchase(gross) for gross in (11_000, 12_000, 13_000, 14_000, 15_000)
    )
    for bought in (outside, failing, disputed):
        world.pay(bought, "4000000000005126" if bought is failing else "4242424242424242")
    world.settle_down()
    approve(world, world.ask_refund(failing, Wish(percent=50)), 7_000, world.person("Ada Admin", is_admin=True))
    world.settle_down()
    world.sandbox.hold_webhooks()
    before = heard(world)
    world.pay(paid)
    world.sandbox.pay(delayed.session_id, account="000123456789")
    at_the_provider(world, outside, 5_000)
    with world.sandbox.sandbox.work() as work:
        [found] = work.rows("SELECT id FROM objects WHERE kind = 'charge' AND (data->>'amount')::int = 15000")
        bank.open_dispute(work, work.need("charge", found["id"], lock=True), "fraudulent", 15_000)
    world.advance(days=31)
    lose(world)
    world.sandbox.release_webhooks()
    assert heard(world) == before, "not one webhook has arrived"
    assert world.provider.events.since(world.now - timedelta(days=30)) != ()
    assert "charge.dispute.created" not in {
        event.type for event in world.provider.events.since(world.now - timedelta(days=30))
    }

    done = resuming.resume(world.app)

    assert (done.failed, done.is_quiet) == ((), True)
    found = end(world)
    assert [status for status, *_ in found["payments"]] == [
        "completed", "completed", "partially_refunded", "completed", "completed",
    ]  # fmt: skip
    assert [(status, origin) for status, origin, *_ in found["refunds"]] == [
        ("failed", "buyer"),
        ("completed", "provider"),
    ]
    assert [(status, taken) for status, _, _, taken, *_ in found["disputes"]] == [("lost", 15_000)]
    assert (
        world.sandbox.balance_sum("usd")
        == dict(world.rows("SELECT account, sum(amount_minor) FROM posting GROUP BY 1"))["provider_balance"]
    )
    again = world.app.test_cli_runner().invoke(args=["resume"])
    assert again.exit_code == 0, again.output
    assert json.loads(again.output)["nothing left to do"] is True

"""The demo's ninety days: every status is there, the books agree with the provider, and a kill changes nothing."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from marketplace import clock
from marketplace.demo.past.buying import check_out, pay
from marketplace.demo.past.returning import ask
from marketplace.demo.past.script import PAST
from marketplace.demo.past.writing import SALES, write_past
from marketplace.demo.people import PASSWORD
from marketplace.history import Ruled
from marketplace.provider_events import replay
from marketplace.provider_events.replay import By
from marketplace.provider_events.states import Outcome
from marketplace.reconciliation import run_queries
from marketplace.reconciliation.checks import check_books
from tests.builders import Browser, World, form_token
from tests.builders_reconciliation import reconcile
from tests.fixtures_past import Killed, Lived
from tests.journeys.test_replay import everything

LEAST = 3
# What the past can't leave behind three times, and why. A status that it can is taken off this list.
NOT_THERE = {
    **{("discount", status): "one of a few codes" for status in ("paused", "ended")},
    ("payment_tracker", "created"): "passes within one delivery: the page tries to pay as soon as it has an intent",
    ("payout", "pending"): "passes within one run",
    **{("seller_account", status): "eight sellers are too few" for status in ("started", "review", "restricted")},
    **{("seller_account", status): "eight sellers are too few" for status in ("disconnected", "rejected")},
    ("saved_method", "removing"): "passes within one request",
    ("saved_method", "removed"): "one is enough",
    **{("transfer_reversal", status): "taken back at the provider, it is done" for status in ("pending", "refused")},
    ("unapplied_receipt", "received"): "two paid pages for one purchase need a provider that fails at the right moment",
    ("unapplied_receipt", "returning"): "as above",
    ("unapplied_receipt", "returned"): "as above",
    ("unapplied_receipt", "failed"): "as above",
    **{("dispute", status): "a few disputes are enough" for status in ("needs_response", "under_review", "won")},
    **{("dispute", status): "a few disputes are enough" for status in ("inquiry_needs_response", "inquiry_closed")},
    ("dispute", "warned"): "a few disputes are enough",
    **{("dispute", status): "passes within one report" for status in ("opened", "inquiry_under_review")},
    ("dispute", "lost"): "a few disputes are enough",
    ("dispute", "prevented"): "the provider settles none by itself",
    ("dispute", "dismissed"): "the only warning is still open",
    **{
        ("incoming_transfer", status): "a few transfers are enough"
        for status in ("recorded", "to_match", "waiting", "matched", "to_return", "returned", "struck")
    },
    **{
        ("outgoing_transfer", status): "a few transfers are enough"
        for status in ("planned", "exported", "sent", "failed")
    },
    ("outbound_call", "planned"): "passes within one request",
    ("outbound_call", "sending"): "passes within one request",
    ("outbound_call", "canceled"): "a payout is called off in the moment before it is sent",
    ("outbound_call", "blocked"): "needs a provider that is away for a day",
    ("provider_event", "received"): "passes within one delivery",
    ("provider_event", "parked"): "needs a message about something that the shop does not know",
    ("provider_event", "set_aside"): "as above",
    **{("reconciliation_break", status): "the provider, the ledger and the rows agree" for status in ("open", "gone")},
    **{("reconciliation_break", status): "as above" for status in ("mended", "decided")},
    **{("risk_review", status): "hardly anybody tries card after card" for status in ("waiting", "cleared", "refused")},
    ("invoice", "draft"): "passes within one tick",
    **{("invoice", status): "few debits are on their way" for status in ("viewed", "overdue")},
    ("failed_job", "failed"): "no job of the demo fails",
    ("failed_job", "retried"): "as above",
    **{("mail", status): "mail begins after the past" for status in ("queued", "sent", "failed", "skipped")},
    **{("auction", status): "ten auctions are enough" for status in ("withdrawn", "not_sold", "won", "unpaid")},
    **{("bid", status): "ten auctions are enough" for status in ("raised", "won", "unpaid")},
    ("bid", "placed"): "passes within one press",
    ("listing", "draft"): "the demo's sellers publish what they write",
    ("listing", "paused"): "the demo's sellers keep their shelves open",
    ("listing", "withheld"): "as above",
    ("listing", "dropped"): "as above",
}

# Banks take no money at weekends: how many payouts are with one depends on the day.
SOME_DAYS = {("payout", "in_transit")}


@pytest.fixture(scope="module")
def shop(new_shop: Callable[[], Lived]) -> Lived:
    """A shop that has lived through all of its past."""
    made = new_shop()
    made.live(datetime.now(UTC))
    print(f"{SALES} sales in {made.seconds:.1f} s, {made.processor_seconds:.1f} s of this processor")  # noqa: T201  shown with -s, not asserted
    return made


@pytest.fixture
def world(shop: Lived) -> Iterator[World]:
    """That shop, open."""
    with shop.open() as found:
        yield found


def counts(world: World) -> dict[tuple[str, str], int]:
    found = {(model.machine.name, status.value): 0 for model in Ruled.ruled for status in model.machine.states}
    for model in Ruled.ruled:
        name = model.machine.name
        for status, count in world.rows(f'SELECT status, count(*) FROM "{name}" GROUP BY 1'):
            found[name, str(status)] = int(str(count))
    return found


@pytest.mark.covers("S1.15")
def test_there_are_three_of_each_status_or_a_reason_why_not(world: World) -> None:
    found = counts(world)
    few = {key: count for key, count in found.items() if count < LEAST}
    assert set(few) - SOME_DAYS == set(NOT_THERE), {key: found.get(key) for key in set(few) ^ set(NOT_THERE)}


def test_it_takes_seconds(shop: Lived) -> None:
    assert shop.processor_seconds < 90, "a quarter of that on a free machine; the processor's time says more than ours"


def test_the_books_agree_and_so_does_the_provider(world: World) -> None:
    report = check_books()
    assert report.agrees, report.differences
    balances = world.rows(
        "SELECT lower(currency), sum(amount_minor) FROM posting WHERE account = 'provider_balance' GROUP BY 1"
    )
    assert {currency for currency, _ in balances} == {"usd", "eur", "sek"}
    for currency, amount in balances:
        assert world.sandbox.balance_sum(str(currency)) == amount


def test_a_replay_of_anything_that_ever_came_changes_nothing(world: World) -> None:
    """One event of each type for each way its payment went, dry and for real; `flask replay-events` takes all."""
    found = world.rows(
        "SELECT DISTINCT ON (e.type, e.note, e.account IS NULL, p.status) e.id FROM provider_event e"
        " LEFT JOIN payment p ON p.provider_payment_id = e.object_id OR p.id = e.payment_id"
    )
    before, outcomes = everything(world), Counter[Outcome]()
    values = {"provider": world.provider, "settings": world.settings, "now": world.now}
    for (event_id,) in found:
        seen = replay.rehearse(int(str(event_id)), **values)  # type: ignore[arg-type]
        done = replay.replay(int(str(event_id)), by=By(None, "A test replays it."), **values)  # type: ignore[arg-type]
        assert seen.outcome is done.outcome is not Outcome.CHANGED, (seen, done)
        outcomes[done.outcome] += 1
    assert everything(world) == before, "not a byte of the shop is another"
    assert outcomes[Outcome.UNCHANGED] > 30
    assert set(outcomes) <= {Outcome.UNCHANGED, Outcome.NOT_NEEDED}


# Would fail if anything that happened in ninety days were booked otherwise than the provider has it, or not at all.
def test_ninety_days_reconcile_without_a_single_break(world: World) -> None:
    reconcile(world, in_minutes=10)
    assert world.rows("SELECT * FROM reconciliation_break") == []
    report = run_queries.report()
    assert report.agrees
    assert report.differences_minor == {"EUR": 0, "SEK": 0, "USD": 0}
    [(nights,)] = world.rows("SELECT count(*) FROM reconciliation_run WHERE finished_at IS NOT NULL AND note = ''")
    assert int(str(nights)) > 50, "they were compared every night that somebody was awake"
    [(unmatched,)] = world.rows("SELECT count(*) FROM provider_line WHERE matched_at IS NULL AND account_id = ''")
    assert unmatched == 0


def test_everything_happened_in_the_past_and_nothing_in_the_future(world: World) -> None:
    [(first, last)] = world.rows("SELECT min(at), max(at) FROM status_change WHERE subject = 'purchase'")
    assert clock.offset() <= timedelta(0)
    assert isinstance(first, datetime)
    assert isinstance(last, datetime)
    assert timedelta(days=80) < last - first < PAST
    created = world.sandbox.sandbox.clock.now() - min(event["created"] for event in world.sandbox.events())
    assert created > 80 * 86_400, "the provider's objects have their own times"


def test_it_looks_lived_in(world: World) -> None:
    [(purchases, buyers)] = world.rows("SELECT count(*), count(DISTINCT buyer_id) FROM purchase")
    assert (purchases, buyers) == (SALES + 6, 16), "one from a wallet, two by bank transfer, three won auctions"
    [(several,)] = world.rows(
        'SELECT count(*) FROM (SELECT purchase_id FROM "order" GROUP BY 1 HAVING count(DISTINCT seller_id) > 1) many'
    )
    assert int(str(several)) >= 10
    [(cars, parts)] = world.rows(
        "SELECT count(*) FILTER (WHERE kind = 'car'), count(*) FILTER (WHERE kind = 'part') FROM order_line"
    )
    assert int(str(cars)) >= 7
    assert int(str(parts)) > 150
    said = dict(world.rows("SELECT delivered_by, count(*) FROM shipment WHERE delivered_by IS NOT NULL GROUP BY 1"))
    assert set(said) == {"buyer", "seller", "time"}
    assert len(world.rows("SELECT DISTINCT carrier FROM shipment")) >= 6
    days = Counter(at.weekday() for (at,) in world.rows("SELECT created_at FROM purchase") if isinstance(at, datetime))
    assert len(days) == 7


@pytest.mark.parametrize("email", ["buyer@example.com", "seller@example.com", "seller2@example.com"])
def test_those_who_sign_in_have_something_to_do(world: World, email: str) -> None:
    [(read, unread)] = world.rows(
        "SELECT count(read_at), count(*) - count(read_at) FROM notification n"
        ' JOIN "user" u ON u.id = n.user_id WHERE u.email = %s', email,
    )  # fmt: skip
    assert int(str(read)) > 20
    assert int(str(unread)) >= 1
    if email.startswith("seller"):
        ages = world.rows(
            'SELECT o.created_at FROM "order" o JOIN "user" u ON u.id = o.seller_id'
            " WHERE u.email = %s AND o.status = 'confirmed' ORDER BY 1", email,
        )  # fmt: skip
        oldest, newest = ages[0][0], ages[-1][0]
        assert isinstance(oldest, datetime)
        assert isinstance(newest, datetime)
        assert world.now - oldest > timedelta(days=4), "one is late"
        assert world.now - newest < timedelta(days=1), "one is new"


def test_the_refund_queue_has_every_age_and_two_that_two_must_approve(world: World) -> None:
    rows = world.rows("SELECT asked_at, amount_minor, first_approver_id FROM refund WHERE status = 'pending'")
    ages = sorted(int((world.now - asked) / timedelta(days=1)) for asked, _, _ in rows if isinstance(asked, datetime))
    assert ages == [0, 0, 1, 1, 2, 3, 4, 6]
    limit = world.settings.money.second_approver_above_minor
    large = [first for _, amount, first in rows if int(str(amount)) > limit]
    assert len(large) == 2
    assert sum(first is not None for first in large) == 1


@pytest.mark.covers("S1.15")
def test_the_gallery_shows_one_of_each_and_every_link_leads_somewhere(world: World) -> None:
    admin = signed_in(world, "admin@example.com")
    page = admin.get("/admin/states").text
    links = set(re.findall(r'class="row-title-link" href="([^"]+)"', page))
    assert len(links) > 20
    for link in links:
        assert admin.get(link.replace("&amp;", "&")).status_code == 200, link
    assert "Partly refunded" in page
    assert "Waiting for payment" in page
    assert page.count("Not yet") == sum(
        1
        for key in NOT_THERE
        if not world.rows("SELECT FROM status_change WHERE (subject, to_status) = (%s, %s)", *key)
    )


@pytest.mark.parametrize(
    ("email", "paths"),
    [
        ("buyer@example.com", ("/orders", "/account/payments", "/refunds", "/notifications", "/basket")),
        ("seller@example.com", ("/seller/orders", "/seller/listings", "/seller/refunds", "/notifications")),
        ("admin@example.com", ("/admin/refunds", "/admin/payments", "/admin/events", "/admin/ledger")),
    ],
)
def test_the_pages_of_those_who_sign_in_open(world: World, email: str, paths: tuple[str, ...]) -> None:
    browser = signed_in(world, email)
    assert {path: browser.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


def signed_in(world: World, email: str) -> Browser:
    browser = Browser(world.app, world.app.response_class)
    token = form_token(browser.get("/login").text)
    answer = browser.post("/login", data={"email": email, "password": PASSWORD, "csrf_token": token})
    assert answer.status_code in (302, 303), answer.text
    return browser


FEW = 12
RESULT = """
    SELECT 'order', u.email, b.email, o.status, o.total_minor
    FROM "order" o JOIN "user" u ON u.id = o.seller_id JOIN "user" b ON b.id = o.buyer_id
  UNION ALL
    SELECT 'payment', u.email, p.currency, p.status, p.amount_minor FROM payment p JOIN "user" u ON u.id = p.user_id
  UNION ALL
    SELECT 'refund', description, '', status, amount_minor FROM refund
  UNION ALL
    SELECT 'account', account, currency, '', sum(amount_minor) FROM posting GROUP BY 2, 3
  UNION ALL
    SELECT 'listing', title, slug, status, in_stock FROM listing
  UNION ALL
    SELECT 'told', u.email, n.kind, '', count(*) FROM notification n JOIN "user" u ON u.id = n.user_id GROUP BY 2, 3
  UNION ALL
    SELECT 'shipped', carrier, tracking_number, coalesce(delivered_by, ''), 0 FROM shipment
  UNION ALL
    SELECT 'call', kind, '', status, count(*) FROM outbound_call GROUP BY 2, 4
"""


def result(shop: Lived) -> Counter[tuple[object, ...]]:
    """Return what a past has come to: everything but ids and times."""
    with shop.open() as world:
        report = check_books()
        assert report.agrees, report.differences
        return Counter(world.rows(RESULT))


def deadly(now: datetime) -> list[int]:
    """Return where to die: after a checkout, after a payment, after a refund was asked for."""
    deeds = [step.deed for step in write_past(now - PAST, FEW)]
    places = {deed: [number for number, one in enumerate(deeds) if one is deed] for deed in (check_out, pay, ask)}
    return sorted((places[check_out][2], places[pay][6], places[ask][1]))


def test_killed_three_times_it_ends_at_the_same(new_shop: Callable[[], Lived]) -> None:
    now = datetime.now(UTC)
    straight, killed = new_shop(), new_shop()
    # The hour at which somebody looks again decides what a day's payouts are of: both look at the same moments.
    straight.live(now, sales=FEW, pause_after=deadly(now))
    for step in deadly(now):
        with pytest.raises(Killed):
            killed.live(now, sales=FEW, kill_after=step)
    killed.live(now, sales=FEW)
    expected, found = result(straight), result(killed)
    assert found == expected, (found - expected, expected - found)
    with pytest.raises(AssertionError):
        killed.live(now, sales=FEW)


@pytest.mark.parametrize("day", range(7))
def test_on_any_day_of_the_week_nobody_goes_to_the_checkout_with_nothing(day: int) -> None:
    begins_at = datetime(2026, 8, 23, 3 * day, 17, 5, tzinfo=UTC) + timedelta(days=day)
    steps = write_past(begins_at)
    assert steps == write_past(begins_at), "the same moment gives the same past"
    baskets = [step.values["basket"] for step in steps if step.deed is check_out]
    assert len(baskets) == SALES
    assert all(baskets)
    assert all(timedelta(0) <= step.at < PAST for step in steps)

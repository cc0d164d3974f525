"""SIGKILL between any two steps of purchase, refund and payout, then restart and the tick: nothing lost or doubled.

The worker that dies is gunicorn's; the tick of the job worker runs in it as well. The database dies as a whole: all
its processes end and start anew. The server dies with its first process, at every third point, and is started
on the folder it left. What a purchase, a refund or a payout comes to is compared with an undisturbed one.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from launcher.places import borrowed_account
from launcher.postgres import Cluster, find_binaries
from marketplace import clock, db
from marketplace.orders import operations as orders
from marketplace.orders import rules as order_rules
from marketplace.payouts import account_flows, schedules
from marketplace.payouts.states import Interval
from marketplace.reconciliation.checks import check_books
from marketplace.refunds.wishes import Wish
from tests.builders import Bought, World
from tests.crash_app import DATABASE, SERVER, WORKER
from tests.crash_shop import UNFINISHED, CrashShop, crash_shop
from tests.postgres_server import PostgresServer

COMMIT = 4
"""What gets lost is not a process but the answer to a COMMIT: it has happened, and nobody knows."""
GROSS, PART = 10_000, 1_000
# One purchase that goes undisturbed, and one for each point of a withdrawal, which has the most, or of what a provider
# tells of a payment; and how often somebody dies at least. Commits are fewer than points.
PURCHASES = {WORKER: 13, DATABASE: 18, SERVER: 5, COMMIT: 9}
STRIKES = {WORKER: 50, DATABASE: 45, SERVER: 12, COMMIT: 25}
TICKS = {WORKER: 6, DATABASE: 3, SERVER: 1, COMMIT: 3}
STRIDE = {WORKER: 1, DATABASE: 1, SERVER: 3, COMMIT: 1}
"""Every how many points somebody dies: starting a whole server again takes its time."""
# Recovery from a crash needs what was committed to be in the log, which a database that may be lost does not promise.
SURVIVES_KILLS = "fsync = off\nfull_page_writes = off\n"
STORY = {
    # An attempt whose page never opened is left behind, and another has taken its place: that is no difference.
    "payments": "SELECT status, amount_minor, error_code FROM payment WHERE purchase_id = %s AND status <> 'cancelled'",
    "trackers": "SELECT t.status, t.attempts FROM payment_tracker t JOIN payment p ON p.id = t.payment_id"
    " WHERE p.purchase_id = %s ORDER BY t.id",
    "shares": "SELECT x.status, x.gross_minor, x.net_minor, x.refunded_minor, x.paid_out_minor"
    " FROM payment_transaction x JOIN payment p ON p.id = x.payment_id WHERE p.purchase_id = %s ORDER BY x.id",
    "orders": 'SELECT o.status, p.status FROM "order" o JOIN purchase p ON p.id = o.purchase_id WHERE p.id = %s',
    "stock": "SELECT r.status, r.quantity, l.in_stock FROM stock_reservation r JOIN listing l ON l.id = r.listing_id"
    " WHERE r.purchase_id = %s AND r.status = 'redeemed'",
    "refunds": 'SELECT r.status, r.amount_minor, r.attempt FROM refund r JOIN "order" o ON o.id = r.order_id'
    " WHERE o.purchase_id = %s ORDER BY r.id",
    "payouts": "SELECT y.status, y.amount_minor, l.amount_minor FROM payout y JOIN payout_line l ON l.payout_id = y.id"
    " JOIN payment_transaction x ON x.id = l.transaction_id JOIN payment p ON p.id = x.payment_id"
    " WHERE p.purchase_id = %s ORDER BY y.id",
    "postings": "SELECT g.account, g.amount_minor FROM posting g JOIN ledger_entry e ON e.id = g.entry_id"
    ' WHERE g.order_id IN (SELECT id FROM "order" WHERE purchase_id = %s) ORDER BY g.account, g.amount_minor',
    "told": "SELECT n.kind, count(*) FROM notification n WHERE n.user_id IN (SELECT buyer_id FROM purchase WHERE"
    ' id = %s UNION ALL SELECT seller_id FROM "order" WHERE purchase_id = %s) GROUP BY n.kind ORDER BY n.kind',
}


@pytest.fixture(scope="module")
def shop(postgres_server: PostgresServer, var_dir: Path) -> Iterator[CrashShop]:
    """One shop for all crashes: a cluster of its own, gunicorn before it."""
    owner = borrowed_account()
    with tempfile.TemporaryDirectory(prefix="marketplace-crashes-") as name:
        folder = Path(name)
        if owner:
            folder.chmod(0o711)
        cluster = Cluster(folder / "postgres", find_binaries(Path(sys.prefix)), owner, SURVIVES_KILLS)
        cluster.start()
        try:
            with crash_shop(cluster, postgres_server, folder) as running:
                yield running
        finally:
            cluster.stop()
            clock.follow(var_dir / "clock")


class Disturbance:
    """Somebody dies at the n-th point, or the n-th commit's answer gets lost."""

    def __init__(self, shop: CrashShop, victim: int) -> None:
        self.shop, self.victim, self.stride = shop, victim, STRIDE[victim]
        self.number = self.strikes = 0
        self.deaths_before = shop.deaths(victim)

    def none(self) -> None:
        """Count from now on, and disturb nothing."""
        self.number = 0
        self.shop.arm(0)
        self.shop.line.lose(0)

    def count(self) -> int:
        """Return how many points there were since."""
        return self.shop.line.commits if self.victim == COMMIT else self.shop.plan.reached

    def at(self, number: int) -> None:
        """Strike from now on at the point with this number, counted in strides."""
        self.none()
        self.number = number = number * self.stride
        if self.victim == COMMIT:
            self.shop.line.lose(number)
        else:
            self.shop.arm(number, self.victim)

    def over(self) -> None:
        """Disturb no more, and wait until everybody stands again."""
        self.strikes += self.count() >= self.number
        self.none()
        if self.victim in {DATABASE, SERVER}:
            self.shop.get_up()

    @property
    def deaths(self) -> int:
        """How many deaths the victims' own logs tell of since the beginning."""
        return self.shop.deaths(self.victim) - self.deaths_before


@pytest.mark.parametrize(
    "victim", [WORKER, DATABASE, SERVER, COMMIT], ids=["gunicorn", "postgresql", "postmaster", "commit-unanswered"]
)
def test_killed_between_any_two_steps(shop: CrashShop, victim: int) -> None:
    disturbance = Disturbance(shop, victim)
    bought = purchases(shop, disturbance, PURCHASES[victim])
    alike(shop, bought)
    refunds(shop, disturbance, bought)
    alike(shop, bought)
    payouts(shop, disturbance, bought)
    alike(shop, bought)
    world = shop.world
    assert world.rows(UNFINISHED) == []
    assert disturbance.strikes >= STRIKES[victim]
    assert disturbance.deaths == (0 if victim == COMMIT else disturbance.strikes), "the logs tell of each death"
    report = check_books()
    assert report.agrees, report.differences
    [(balance,)] = world.rows("SELECT sum(amount_minor) FROM posting WHERE account = 'provider_balance'")
    assert balance == world.sandbox.balance_sum("usd")


@pytest.mark.parametrize("what", ["row", "answer"])
def test_an_event_whose_way_into_the_inbox_is_cut_off_comes_again(shop: CrashShop, what: str) -> None:
    """The insert commits by itself; whether it has happened nobody knows. The provider is told no, and sends again."""
    world = shop.world
    shop.get_up()
    form = agreed(world)
    assert shop.step("begin", **form) == 200
    bought = of_form(world, form)
    world.pay(bought)
    stored = "SELECT count(*) FROM provider_event"
    [(before,)] = world.rows(stored)
    shop.line.lose_event(what)
    told = world.sandbox.deliver_pending()
    assert shop.line.is_event_lost
    assert [each.status for each in told].count(500) == 1
    [(after,)] = world.rows(stored)
    assert int(str(after)) - int(str(before)) == len(told) - (what == "row")
    shop.recover()
    assert world.rows("SELECT status FROM payment WHERE id = %s", bought.payment_id) == [("completed",)]
    again = "SELECT count(*), count(DISTINCT event_id) FROM provider_event"
    [(rows, events)] = world.rows(again)
    assert rows == events
    assert provider_objects(world, "charge", [bought]) == [1]
    assert check_books().agrees


def purchases(shop: CrashShop, disturbance: Disturbance, number: int) -> list[Bought]:
    """Let buyers check out and pay; the first undisturbed, each other one struck at another point."""
    world = shop.world
    forms = [agreed(world)]
    disturbance.none()
    assert shop.step("begin", **forms[0]) == 200
    points = disturbance.count()
    assert 0 < points < number * disturbance.stride, shop.plan.trace
    for point in range(1, number):
        forms.append(agreed(world))
        disturbance.at(point)  # past the last point one goes undisturbed: it is here for what follows
        shop.step("begin", **forms[-1])
        disturbance.over()
    a_little_later(world)
    bought = []
    for form in forms:
        assert shop.step("begin", **form) == 200, "the buyer presses again"
        bought.append(of_form(world, form))
    deliver(shop, disturbance, [lambda one=one: world.pay(one) for one in bought])
    ticks(shop, disturbance)
    shop.recover()
    return bought


def refunds(shop: CrashShop, disturbance: Disturbance, bought: list[Bought]) -> None:
    """Let an admin approve a refund of a part of each purchase, struck at another point each."""
    world = shop.world
    admin_id = world.person("Ada Admin", is_admin=True)
    forms = [
        {"admin_id": admin_id, "refund_id": world.ask_refund(one, Wish(amount_minor=PART)), "amount_minor": PART}
        for one in bought
    ]
    struck(shop, disturbance, "approve", forms)
    deliver(shop, disturbance, [lambda: None] * len(forms))
    ticks(shop, disturbance)
    shop.recover()
    assert provider_objects(world, "refund", bought) == [1] * len(bought)


def payouts(shop: CrashShop, disturbance: Disturbance, bought: list[Bought]) -> None:
    """Let the sellers withdraw what they have sold, a month later, struck at another point each."""
    world = shop.world
    sellers = [seller_of(world, one) for one in bought]
    for seller_id in sellers:
        account_id = account_flows.start(seller_id=seller_id, country="US", provider=world.provider, now=world.now)
        world.sandbox.set_up(account_id)
        on_request = {"interval": Interval.MANUAL, "weekday": 0, "month_day": 1, "minimums": {}}
        db.atomic(schedules.choose, (), seller_id=seller_id, **on_request, now=world.now)
        ship(world, seller_id)
    world.settle_down()
    world.advance(days=31)
    shop.recover()
    forms = [{"seller_id": seller_id, "currency": "USD"} for seller_id in sellers]
    struck(shop, disturbance, "withdraw", forms)
    deliver(shop, disturbance, [lambda: None] * len(forms))
    ticks(shop, disturbance)
    world.advance(days=6)
    shop.recover()
    assert world.rows("SELECT count(*) FROM payout WHERE status = 'paid' AND seller_id = ANY(%s)", sellers) == [
        (len(sellers),)
    ]
    assert transfers_to(world, sellers) == [1] * len(sellers)


def struck(shop: CrashShop, disturbance: Disturbance, step: str, forms: list[dict[str, object]]) -> None:
    """Run a step for each form, the first undisturbed, and once more for all: whoever pressed presses again."""
    disturbance.none()
    assert shop.step(step, **forms[0]) == 200
    assert 0 < disturbance.count() < len(forms) * disturbance.stride, shop.plan.trace
    for number, form in enumerate(forms[1:], start=1):
        disturbance.at(number)
        shop.step(step, **form)
        disturbance.over()
    a_little_later(shop.world)
    for form in forms:
        assert shop.step(step, **form) in {200, 403, 409}


def deliver(shop: CrashShop, disturbance: Disturbance, deeds: list[Callable[[], object]]) -> None:
    """Do one deed after the other and deliver what the provider tells of it, struck at another point each time."""
    deeds[0]()
    disturbance.none()
    shop.world.sandbox.deliver_pending()
    points = max(disturbance.count(), 1)
    for number, deed in enumerate(deeds[1:]):
        deed()
        disturbance.at(number % max(points // disturbance.stride, 1) + 1)
        shop.world.sandbox.deliver_pending()
        disturbance.over()


def ticks(shop: CrashShop, disturbance: Disturbance) -> None:
    """Let one tick be struck at its first point, the next at its second, and so on; each goes on where one died."""
    for number in range(1, TICKS[disturbance.victim] + 1):
        disturbance.at(number)
        shop.step("tick")
        disturbance.over()


def a_little_later(world: World) -> None:
    """Let the leases of calls in the hands of the dead run out, and the tick go on with them."""
    for _ in range(2):
        world.advance(minutes=2)
        world.tick()


def agreed(world: World) -> dict[str, object]:
    """Return the form by which a new buyer agrees to buy one part of a new seller."""
    buyer_id = world.person()
    world.put_in_cart(buyer_id, world.listing(world.seller(), GROSS))
    return asdict(world.agreed(buyer_id))


def of_form(world: World, form: dict[str, object]) -> Bought:
    [(payment_id, purchase_id, session_id)] = world.rows(
        "SELECT y.id, p.id, y.provider_session_id FROM purchase p JOIN payment y ON y.purchase_id = p.id"
        " WHERE p.checkout_token = %s ORDER BY y.id DESC LIMIT 1",
        form["token"],
    )
    ids = int(str(payment_id)), int(str(purchase_id)), str(session_id)
    return Bought(int(str(form["buyer_id"])), *ids, "", str(form["token"]))


def seller_of(world: World, bought: Bought) -> int:
    [(seller_id,)] = world.rows('SELECT seller_id FROM "order" WHERE purchase_id = %s', bought.purchase_id)
    return int(str(seller_id))


def ship(world: World, seller_id: int) -> None:
    [(number,)] = world.rows('SELECT number FROM "order" WHERE seller_id = %s', seller_id)
    parcel = order_rules.parcel("ups", name="", tracking_number="1Z999AA10123456784", link="")
    db.atomic(orders.ship, (), seller_id=seller_id, number=str(number), parcel=parcel, now=world.now)


def story(world: World, bought: Bought) -> dict[str, list[tuple[object, ...]]]:
    """Return what a purchase has come to, without numbers and times."""
    values = {name: [bought.purchase_id] * statement.count("%s") for name, statement in STORY.items()}
    return {name: world.rows(statement, *values[name]) for name, statement in STORY.items()}


def alike(shop: CrashShop, bought: list[Bought]) -> None:
    """Make sure that every purchase has come to what the first one has, and that nobody was charged twice."""
    expected = story(shop.world, bought[0])
    for number, one in enumerate(bought):
        assert story(shop.world, one) == expected, f"struck at point {number}"
    assert provider_objects(shop.world, "charge", bought) == [1] * len(bought)


def provider_objects(world: World, kind: str, bought: list[Bought]) -> list[int]:
    """Return how many objects of a kind the provider has for each purchase."""
    found = []
    with world.sandbox.sandbox.work() as work:
        for one in bought:
            session = work.need("checkout.session", one.session_id)
            found.append(len(work.find(kind, payment_intent=session.data["payment_intent"])))
    return found


def transfers_to(world: World, sellers: list[int]) -> list[int]:
    """Return how many transfers the provider has made to each seller."""
    rows = world.rows("SELECT seller_id, account_id FROM seller_account WHERE seller_id = ANY(%s)", sellers)
    accounts = {int(str(seller_id)): str(account_id) for seller_id, account_id in rows}
    with world.sandbox.sandbox.work() as work:
        return [len(work.find("transfer", destination=accounts[seller_id])) for seller_id in sellers]

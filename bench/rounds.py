"""What is measured: every round drives each thing in turn, so that a slow minute of the machine hits both sides."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from bench import buying, load
from bench.bare import SECRET
from bench.filling import Filled
from bench.load import Browser, Driven, Unexpected
from bench.stage import Server, Stage, cpu_of

BARE_PAGE, BARE_WEBHOOK = "bare page", "bare webhook"
LIST, LISTING, ORDER, WEBHOOK = "listing list", "listing", "order placed", "paid webhook"
_MOST_ALONE = 40
# What is compared with what, and by which ratio of rates we are content (issue 3).
RATIOS = ((LIST, BARE_PAGE, 0.35), (LISTING, BARE_PAGE, 0.35), (WEBHOOK, BARE_WEBHOOK, 0.25))


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    rounds: int = 5
    seconds: float = 2.0
    """How long each page is asked for in a round."""
    events: int = 200
    """How many orders are placed, paid and settled in a round."""
    clients: int = 8


@dataclass
class Measured:
    """All rounds of one thing: what was done, and CPU seconds of the server's workers."""

    rounds: list[tuple[Driven, float]] = field(default_factory=list)

    @property
    def rates(self) -> list[float]:
        """Return each round's rate per second."""
        return [driven.rate for driven, _ in self.rounds]

    @property
    def cpu_ms(self) -> list[float]:
        """Return each round's CPU milliseconds in the application, by request."""
        return [1_000 * cpu / driven.done for driven, cpu in self.rounds]

    @property
    def errors(self) -> list[str]:
        """Return what went wrong in any round."""
        return [error for driven, _ in self.rounds for error in driven.errors]


class Course:
    """The clients' part of one run; `measured` is the result."""

    def __init__(self, stage: Stage, filled: Filled, plan: Plan) -> None:
        self._stage = stage
        self._filled = filled
        self._plan = plan
        self._buyers = [Browser(stage.servers["shop"].port, dict([cookie])) for cookie in filled.buyers]
        self._viewers = [Browser(stage.servers["shop"].port, dict([cookie])) for cookie in filled.viewers]
        self.measured: dict[str, Measured] = {}
        self.agreed: list[float] = []
        """Seconds of each request that places an order, while the other clients do the same."""
        self.agreed_alone: list[float] = []
        """Seconds of each such request with nobody else about."""
        self.unsettled = 0

    @property
    def settled(self) -> list[float]:
        """Return the seconds of each webhook that settled a payment."""
        return [each for driven, _ in self.measured[WEBHOOK].rounds for each in driven.took]

    def run(self) -> None:
        """Let every viewer arrive, warm every process up, forget that, and measure the rounds."""
        for viewer in self._viewers:
            viewer.get("/")  # the first page sets the cookie that all later ones bring back
        self._round(Plan(1, min(1.0, self._plan.seconds), min(64, self._plan.events), self._plan.clients))
        self.measured.clear()
        self.agreed.clear()
        for _ in range(self._plan.rounds):
            self._round(self._plan)
        self._order_alone()

    def _round(self, plan: Plan) -> None:
        bare, shop = self._stage.servers["bare"], self._stage.servers["shop"]
        self._pages(plan, BARE_PAGE, bare, [load.request("GET", "/", bare.port)])
        self._pages(plan, LIST, shop, [viewer.request("/l") for viewer in self._viewers])
        viewers = itertools.cycle(self._viewers)
        self._pages(plan, LISTING, shop, [next(viewers).request(path) for path in self._filled.paths])
        events = self._order(plan, shop)
        ids = buying.payment_ids(events)
        self._expect_in_bare(ids)
        secret = self._stage.webhook_secret
        self._deliver(
            plan, BARE_WEBHOOK, bare, [buying.delivery(bare.port, "/webhook", SECRET, event) for event in events]
        )
        self._deliver(
            plan, WEBHOOK, shop, [buying.delivery(shop.port, "/webhooks/stripe", secret, event) for event in events]
        )
        self.unsettled += self._count_unsettled(ids)

    def _pages(self, plan: Plan, name: str, server: Server, requests: Sequence[bytes]) -> None:
        self._note(name, server, lambda: load.for_seconds(plan.seconds, plan.clients, requests, _expecting(b"</html>")))

    def _order_alone(self) -> None:
        """Place orders one after another, as refunds are sent and wallets changed. Raises RuntimeError if one fails."""
        goods = zip(self._buyers[:_MOST_ALONE], itertools.cycle(self._filled.goods), strict=False)
        orders = [buying.Order(browser, *listing) for browser, listing in goods]
        placed = load.once_each(1, orders, lambda order: buying.place(order, self.agreed_alone.append))
        if placed.errors:
            raise RuntimeError(f"the shop did not take an order: {placed.errors[0]}")

    def _order(self, plan: Plan, shop: Server) -> list[dict[str, Any]]:
        """Place the round's orders and pay them; return an event of each that settles it. Only placing is measured."""
        sandbox = self._stage.servers["sandbox"].port
        goods = itertools.cycle(self._filled.goods)
        orders = [buying.Order(browser, *next(goods)) for browser in self._buyers[: plan.events]]
        sessions: list[str] = []

        def place(order: buying.Order) -> None:
            sessions.append(buying.place(order, self.agreed.append))

        self._note(ORDER, shop, lambda: load.once_each(plan.clients, orders, place))
        paid = load.once_each(plan.clients, sessions, lambda session: buying.pay(sandbox, session))
        if paid.errors:
            raise RuntimeError(f"the sandbox did not take a payment: {paid.errors[0]}")
        return buying.settling_events(sandbox, self._stage.variables["STRIPE_SECRET_KEY"], sessions)

    def _deliver(self, plan: Plan, name: str, server: Server, requests: Sequence[bytes]) -> None:
        self._note(name, server, lambda: load.once_each(plan.clients, requests, _expecting(b"success")))

    def _note(self, name: str, server: Server, drive: Callable[[], Driven]) -> None:
        with cpu_of(server) as used:
            driven = drive()
        self.measured.setdefault(name, Measured()).rounds.append((driven, used[0]))

    def _expect_in_bare(self, ids: Sequence[int]) -> None:
        with psycopg.connect(self._stage.databases.bare, autocommit=True) as connection:
            connection.execute("INSERT INTO payment SELECT unnest(%s::bigint[]), 'pending'", (list(ids),))

    def _count_unsettled(self, ids: Sequence[int]) -> int:
        """Return how many of the payments are not completed: a 200 alone only says that the event is stored."""
        with psycopg.connect(self._stage.databases.owner, autocommit=True) as connection:
            open_ones = "SELECT count(*) FROM payment WHERE id = ANY(%s) AND status <> 'completed'"
            [(count,)] = connection.execute(open_ones, (list(ids),)).fetchall()
        return int(count)


def _expecting(sign: bytes) -> Callable[[bytes], None]:
    """Return what sends a request and raises Unexpected unless the answer is 200 and ends with `sign`."""

    def fetch(data: bytes) -> None:
        answer = load.exchange(int(data.partition(b"Host: localhost:")[2].partition(b"\r")[0]), data)
        if answer.status != 200 or sign not in answer.body[-60:]:
            raise Unexpected(f"{answer.status} for {data.partition(b' HTTP')[0].decode()}")

    return fetch

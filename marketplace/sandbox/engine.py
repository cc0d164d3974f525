"""One running sandbox: its store, its clock, and the threads that make things happen."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from psycopg import Error as DatabaseError

from marketplace.sandbox import delivery, endpoints, fault_states, faults, idempotency, schedule
from marketplace.sandbox.clock import VirtualClock
from marketplace.sandbox.delivery import Attempted, Pending, Transport
from marketplace.sandbox.fault_webhooks import occasion_of
from marketplace.sandbox.faults import Rule
from marketplace.sandbox.ids import Ids
from marketplace.sandbox.paypal import events as paypal_events
from marketplace.sandbox.settings import SandboxSettings
from marketplace.sandbox.store import NOBODY, Origin, Store, Work

log = logging.getLogger("sandbox")

DELIVERY_THREADS = 4
TICK_SECONDS = 1.0
LOOK_SECONDS = 0.05
"""How soon it is noticed that somebody moved the clock."""
STOP_SECONDS = 2.0
"""How long to wait for a thread; a delivery that is cut off is made again at the next start."""
_MOST_AT_ONCE = 10_000

Order = Callable[[list[Pending]], list[Pending]]


class Sandbox:
    """The sandbox behind the web pages; also driven directly by tests and simulations."""

    def __init__(self, settings: SandboxSettings, transport: Transport = delivery.post) -> None:
        self.settings = settings
        self.clock = VirtualClock(settings.var_dir)
        self.ids = Ids(settings.id_seed)
        self.store = Store(settings.database_url, self.ids, waits_for_disk=settings.waits_for_disk)
        self.held = False
        self._transport = transport
        self._changed = threading.Condition()
        self._changes = 0
        self._stopping = False
        self._threads: list[threading.Thread] = []
        with self.work() as work:
            idempotency.release_interrupted(work)
            delivery.release_interrupted(work)
            if settings.webhook_url and settings.webhook_secrets:
                endpoints.ensure(work, settings.webhook_url, settings.webhook_secrets)
            if settings.connect_webhook_url and settings.connect_webhook_secrets:
                endpoints.ensure(work, settings.connect_webhook_url, settings.connect_webhook_secrets, connect=True)
            if settings.paypal_webhook_url and settings.paypal_webhook_id:
                paypal_events.ensure_endpoint(
                    work, settings.paypal_webhook_url, settings.paypal_webhook_id, settings.base_url
                )

    @contextmanager
    def work(self, origin: Origin = NOBODY) -> Iterator[Work]:
        """Open one transaction at the present virtual time; what it emits is delivered after the commit."""
        with self.store.work(self.clock.now(), origin, after=self._committed) as unit:
            yield unit
            unit.strikes_follow = bool(unit.emitted) and bool(faults.active(unit, faults.STATES))

    @contextmanager
    def singly(self) -> Iterator[Work]:
        """Let each statement stand for itself, at the present virtual time; nothing is emitted here."""
        with self.store.singly(self.clock.now()) as unit:
            yield unit

    def _committed(self, unit: Work) -> None:
        if unit.strikes_follow:
            with self.store.work(self.clock.now()) as work:
                fault_states.follow(work, unit.emitted)
        if unit.emitted:
            self.wake()

    def wake(self) -> None:
        """Tell the threads that there may be something to do."""
        with self._changed:
            self._changes += 1
            self._changed.notify_all()

    def run_due(self) -> int:
        """Do everything that is due by the virtual clock and return how many things that were.

        Without background threads, webhooks whose retry is due are sent as well.
        """
        done = 0
        while done < _MOST_AT_ONCE:
            with self.work() as work:
                if not schedule.do_next(work):
                    break
            done += 1
        if self._threads:
            self.wake()
        elif not self.held:
            self.deliver_pending()
        return done

    def deliver_pending(self, order: Order | None = None, copies: int = 1) -> list[Attempted]:
        """Send every due webhook now, one after the other, and return the answers.

        `order` may sort, repeat or drop them (a dropped one stays due); each is sent `copies` times.
        """
        with self.singly() as work:
            due = delivery.claim(work, _MOST_AT_ONCE)
        if not due:
            return []
        try:
            wanted = order(list(due)) if order else due
            return [made for one in wanted for _ in range(copies) for made in self.deliver(one)]
        finally:
            with self.singly() as work:
                delivery.release(work, due)

    def deliver(self, pending: Pending, *, by_hand: bool = False) -> list[Attempted]:
        """Make one attempt to deliver, none or several as faults say, and wake whoever waits for it."""
        try:
            return delivery.send(self.store, self.clock, self._transport, pending, by_hand=by_hand)
        finally:
            self.wake()

    def deliver_early(self, request_id: str, rules: list[Rule] | None = None) -> int:
        """Deliver what a request has caused before the request is answered, as far as `rules` strike it; None: all.

        Return how many deliveries that were.
        """
        with self.work() as work:
            caused = work.rows("SELECT id FROM events WHERE request_id = %(id)s ORDER BY seq", id=request_id)
            wanted = [
                row["id"]
                for row in caused
                if rules is None or faults.meet(work, faults.Kind, occasion_of(work, row["id"]), rules)
            ]
            due = delivery.claim(work, _MOST_AT_ONCE, wanted)
        for pending in due:
            self.deliver(pending)
        return len(due)

    def hold_webhooks(self) -> None:
        """Keep webhooks back until `release_webhooks`; `deliver_pending` still sends them."""
        self.held = True

    def release_webhooks(self) -> None:
        """Let webhooks go out again."""
        self.held = False
        self.wake()

    def wait_until_answered(self, event_id: str) -> None:
        """Wait until the merchant has answered an event, at most `redirect_wait_seconds` of system time.

        Without background threads nobody would send it meanwhile, so there is nothing to wait for.
        """
        if not self._threads or not event_id:
            return
        deadline = time.monotonic() + self.settings.redirect_wait_seconds
        while (left := deadline - time.monotonic()) > 0:
            with self.singly() as work:
                if delivery.answered(work, event_id):
                    return
            with self._changed:
                self._changed.wait(min(left, 0.2))

    def start(self) -> None:
        """Start the threads that deliver webhooks and watch the clock."""
        jobs = [self._deliver_loop] * DELIVERY_THREADS + [self._clock_loop]
        for number, job in enumerate(jobs):
            thread = threading.Thread(target=job, name=f"sandbox-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Stop the threads and close the database."""
        self._stopping = True
        self.wake()
        for thread in self._threads:
            thread.join(STOP_SECONDS)
        self._threads.clear()
        self.store.close()

    def _deliver_loop(self) -> None:
        while not self._stopping:
            seen = self._changes
            try:
                taken = self._take_one()
                if taken:
                    self.deliver(taken)
                    continue
            except DatabaseError:
                log.exception("Webhook delivery could not reach the database; trying again.")
            with self._changed:
                # Something committed since we looked is not slept over.
                self._changed.wait_for(lambda seen=seen: self._stopping or self._changes != seen, TICK_SECONDS)  # type: ignore[misc]

    def _take_one(self) -> Pending | None:
        if self.held:
            return None
        with self.singly() as work:
            found = delivery.claim(work, 1)
        return found[0] if found else None

    def _clock_loop(self) -> None:
        while not self._stopping:
            seen = self.clock.offset()
            try:
                self.run_due()
            except (DatabaseError, LookupError):
                log.exception("Something that was due could not be done; trying again.")
            self._rest(seen)

    def _rest(self, seen: int) -> None:
        """Wait until it is time to look again: at once when somebody moves the clock away from the offset `seen`."""
        until = time.monotonic() + TICK_SECONDS
        while not self._stopping and time.monotonic() < until and self.clock.offset() == seen:
            time.sleep(LOOK_SECONDS)

"""A few dozen purchases made by the real operations: what the photocopier of `bench.bulk` multiplies.

Some are old: sent, delivered, released and paid out to their sellers. The others are of the last days: paid, on their
way, delivered, or waiting for their payment.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as datetime_time
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.orm import Session

from bench import dealing
from bench.filling import offer, open_shop
from bench.stage import Databases
from marketplace import clock, config, create_app, db
from marketplace.accounts import operations as accounts
from marketplace.accounts import passwords
from marketplace.carts import operations as carts
from marketplace.config import Settings
from marketplace.invoices import flows as invoices
from marketplace.orders import operations as orders
from marketplace.orders import rules as order_rules
from marketplace.orders import sweeps
from marketplace.payments import holds
from marketplace.payouts import flows as payouts
from marketplace.provider_events import flows as events
from marketplace.sandbox.delivery import Answer
from marketplace.sandbox.inprocess import RunningSandbox

SELLERS, BUYERS = 8, 24
PURCHASES = 40
"""As many old ones, and as many new ones; every eighth is of two sellers."""
_PARTS_EACH = 6
_WITH_IDS = """SELECT format('SELECT %L, coalesce(max(id), 0) FROM %I', table_name, table_name)
FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'id' AND data_type = 'bigint'
    AND table_name NOT LIKE 'procrastinate%'"""

Marks = dict[str, int]
"""The highest id of each table at a moment."""


@dataclass(frozen=True)
class Seed:
    """Who and what was made, and the tables' highest ids when the old were paid, paid out, and when all was done."""

    sellers: tuple[int, ...]
    buyers: tuple[int, ...]
    admin: int
    empty: Marks
    paid: Marks
    paid_out: Marks
    done: Marks
    waited: timedelta
    """How long the old waited between payment and release."""
    orders: int


class SeedShop:
    """A shop and its sandbox in this process, for as long as it takes to make the seed."""

    def __init__(self, databases: Databases, folder: Path, purchases: int = PURCHASES) -> None:
        self._owner, self._purchases = databases.owner, purchases
        (folder / "clock").unlink(missing_ok=True)
        self.sandbox = RunningSandbox(databases.sandbox, folder, transport=self._deliver)
        self.app = create_app(settings_of(databases, folder, self.sandbox))
        self.settings = self.app.extensions["settings"]
        self.provider = self.app.extensions["providers"]["stripe"]
        self.sandbox.send_webhooks_to("http://localhost/webhooks/stripe")

    def grow(self) -> Seed:
        """Let the old purchases live to their end, then the new ones come about; return what to copy."""
        with self.app.app_context():
            password_hash = passwords.hash_password(secrets.token_hex(8))
            shelves = [self._open_shop(number, password_hash) for number in range(SELLERS)]
            people = db.atomic(_register, (), password_hash=password_hash)
            empty = self._marks()
            for number in range(self._purchases):
                self._send(self._buy(people[number % BUYERS], _goods(shelves, number)))
            self._read_fees()
            invoices.make_due(now=clock.now())
            paid, began = self._marks(), clock.now()
            self._wait()
            self._release_and_pay()
            paid_out, waited = self._marks(), clock.now() - began
            for number in range(self._purchases):
                self._buy_lately(number, people[number % BUYERS], shelves)
            self._read_fees()
            invoices.make_due(now=clock.now())
            done = self._marks()
            for engine in db.database.engines.values():
                engine.dispose()
        sellers = tuple(seller_id for seller_id, _ in shelves)
        with psycopg.connect(self._owner) as connection:
            [(count,)] = connection.execute('SELECT count(*) FROM "order" WHERE id <= %s', (paid["order"],)).fetchall()
        return Seed(sellers, people[:BUYERS], people[BUYERS], empty, paid, paid_out, done, waited, int(count))

    def stop(self) -> None:
        """Stop the sandbox."""
        self.sandbox.stop()

    def _deliver(self, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        path = "/webhooks/stripe/connect" if url.endswith("/connect") else "/webhooks/stripe"
        with self.app.app_context():
            found = self.app.test_client().post(path, data=body, headers=headers)
        return Answer(found.status_code, "")

    def _open_shop(self, number: int, password_hash: str) -> tuple[int, list[int]]:
        offers = [offer(number * _PARTS_EACH + place) for place in range(_PARTS_EACH)]
        made = db.atomic(open_shop, (), number=number, offers=offers, password_hash=password_hash)
        with psycopg.connect(self._owner) as connection:
            [(seller_id,)] = connection.execute("SELECT seller_id FROM listing WHERE id = %s", (made[0],)).fetchall()
        dealing.set_up_account(seller_id, self.provider, self.sandbox)
        return seller_id, made

    def _buy(self, buyer_id: int, listing_ids: list[int], *, pays: bool = True) -> int:
        for listing_id in listing_ids:
            line: dict[str, Any] = {"user_id": buyer_id, "token_hash": None, "listing_id": listing_id, "quantity": 1}
            db.atomic(carts.add, (), **line, now=clock.now())
        outcome = dealing.agree(buyer_id, self.provider, self.settings)
        if pays:
            self.sandbox.pay(dealing.session_of(outcome))
            self.sandbox.deliver_pending()
        return outcome.payment_id

    def _buy_lately(self, number: int, buyer_id: int, shelves: list[tuple[int, list[int]]]) -> None:
        """Make one of the new purchases: most are there or on their way, the last ones not sent or not even paid.

        The unpaid come last, for what is paid takes the lines from the cart.
        """
        part = (self._purchases - 1 - number) * 40 // self._purchases
        payment_id = self._buy(buyer_id, _goods(shelves, number), pays=part >= 4)
        if part >= 14:
            self._send(payment_id, arrives=part >= 30)

    def _send(self, payment_id: int, *, arrives: bool = False) -> None:
        db.atomic(_ship, (), payment_id=payment_id, arrives=arrives)

    def _read_fees(self) -> None:
        self.sandbox.run_due()
        self.sandbox.deliver_pending()
        while events.apply_due(providers=self.app.extensions["providers"], settings=self.settings, now=clock.now()):
            pass

    def _wait(self) -> None:
        """Let the hold pass, on to a noon: before the hour of payouts nobody would be paid."""
        now = clock.now()
        noon = datetime.combine(now.date() + timedelta(days=32), datetime_time(12), now.tzinfo)
        self.sandbox.advance_clock(int((noon - now).total_seconds()))

    def _release_and_pay(self) -> None:
        providers, policy = self.app.extensions["providers"], self.settings.money
        while db.atomic(sweeps.deliver_overdue, (), days=14, now=clock.now()):
            pass
        while db.atomic(holds.release_due, (), policy=policy, now=clock.now()):
            pass
        while payouts.run_due(providers=providers, policy=policy, now=clock.now()):
            pass
        self._read_fees()

    def _marks(self) -> Marks:
        with psycopg.connect(self._owner) as connection:
            asked = " UNION ALL ".join(str(row[0]) for row in connection.execute(_WITH_IDS).fetchall())
            return {str(table): int(top) for table, top in connection.execute(asked.encode()).fetchall()}


def settings_of(databases: Databases, folder: Path, sandbox: RunningSandbox) -> Settings:
    """Return the application's settings on these databases, with its provider at `sandbox`."""
    variables = {
        "DATABASE_URL": databases.shop,
        "SECRET_KEY": secrets.token_hex(16),
        "STRIPE_SECRET_KEY": sandbox.api_key,
        "STRIPE_WEBHOOK_SECRET": sandbox.webhook_secret,
        "STRIPE_API_BASE": sandbox.base_url,
        "VAR_DIR": str(folder),
        "MARKETPLACE_DEMO": "1",
        "DATABASE_POOL": "4",
    }
    return config.load(variables)


def _goods(shelves: list[tuple[int, list[int]]], number: int) -> list[int]:
    """Return what the n-th purchase buys: one or two parts of one seller, and every eighth time of a second one."""
    own = shelves[number % SELLERS][1]
    wanted = [own[number % _PARTS_EACH]]
    if number % 2:
        wanted.append(own[(number + 1) % _PARTS_EACH])
    if number % 8 == 0:
        wanted.append(shelves[(number + 3) % SELLERS][1][0])
    return wanted


def _register(session: Session, *, password_hash: str) -> tuple[int, ...]:
    now = clock.now()
    values: dict[str, Any] = {"password_hash": password_hash, "now": now, "is_confirmed": True}
    found = [
        accounts.register(session, email=f"seed{number}@example.org", name=f"Bo Buyer {number}", **values)
        for number in range(BUYERS)
    ]
    admin = accounts.register(session, email="admin@example.org", name="Ada Admin", is_admin=True, **values)
    return (*found, admin)


def _ship(session: Session, *, payment_id: int, arrives: bool) -> None:
    parcel = order_rules.parcel("ups", name="", tracking_number="1Z999AA10123456784", link="")
    found = session.connection().exec_driver_sql(
        'SELECT o.number, o.seller_id FROM "order" o JOIN payment p ON p.purchase_id = o.purchase_id'
        " WHERE p.id = %(payment)s ORDER BY o.id",
        {"payment": payment_id},
    )
    for number, seller_id in found.all():
        orders.ship(session, seller_id=seller_id, number=number, parcel=parcel, now=clock.now())
        if arrives:
            orders.mark_delivered(session, seller_id=seller_id, number=number, now=clock.now())

"""Which pages `bench.bulk` opens, as whom, and what each costs: queries, processor time, and their plans."""

import secrets
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, event

from bench.bulk_plans import Plan, explain
from bench.filling import cookie
from marketplace import clock, db
from marketplace.accounts import operations as accounts
from marketplace.accounts.operations import Device

LISTS = {
    "visitor": {
        "home": "/",
        "all listings": "/l",
        "all, deep": "/l?at={listing_place}",
        "cheapest": "/l?sort=cheapest",
        "dearest": "/l?sort=dearest",
        "cheapest, deep": "/l?sort=cheapest&at={price_place}",
        "category": "/l?kind=part&category=brakes",
        "cars of a make": "/l?kind=car&make=Volvo",
        "cars, newest": "/l?kind=car&sort=year",
        "cars, lowest mileage": "/l?kind=car&sort=mileage",
        "parts, several filters": "/l?kind=part&category=engine&condition=New&country=US&stock=yes",
        "price from to": "/l?currency=USD&min=100&max=150",
        "words": "/l?q=brake+disc",
        "words, by price": "/l?q=brake+disc&sort=cheapest",
        "words, one prefix": "/l?q=turbo",
        "words, rare": "/l?q=bosch+turbocharger+saab",
        "word with a typo": "/l?q=brakke+disc",
        "part number": "/l?q={part_number}",
        "listing": "/l/{listing}",
        "shop": "/s/{shop}",
        "shop, words": "/s/{shop}?q=brake",
    },
    "buyer": {
        "home": "/",
        "orders": "/orders",
        "orders, deep": "/orders?after={buyer_purchase}",
        "orders, open": "/orders?tab=open",
        "orders, search": "/orders?q={buyer_order}",
        "payments": "/account/payments",
        "payments, deep": "/account/payments?after={buyer_payment}",
        "refunds": "/refunds",
        "invoices": "/invoices",
        "transactions": "/transactions/",
        "notifications": "/notifications",
        "account": "/account",
        "statistics": "/account/statistics",
        "order": "/orders/{buyer_order}",
    },
    "seller": {
        "overview": "/seller",
        "orders": "/seller/orders",
        "orders, all": "/seller/orders?tab=all",
        "orders, all, deep": "/seller/orders?tab=all&after={seller_order_id}",
        "orders, search": "/seller/orders?tab=all&q={seller_order}",
        "orders, by amount": "/seller/orders?tab=all&sort=dearest",
        "order": "/seller/orders/{seller_order}",
        "listings": "/seller/listings",
        "transactions": "/seller/transactions",
        "transactions, deep": "/seller/transactions?after={seller_entry}",
        "balance": "/seller/balance",
        "balance, explained": "/seller/explain/held/USD",
        "payouts": "/seller/payouts",
        "statements": "/seller/statements",
        "statement": "/seller/statements/USD/{month}",
        "invoices": "/seller/invoices",
    },
    "admin": {
        "overview": "/admin",
        "payments": "/admin/payments",
        "payments, deep": "/admin/payments?after={payment}",
        "payments, completed": "/admin/payments?status=completed",
        "payments, by amount": "/admin/payments?sort=dearest",
        "payments, by session": "/admin/payments?q={session}",
        "payments, by intent": "/admin/payments?q={intent}",
        "payments, by mail": "/admin/payments?q={email}",
        "payments, by number": "/admin/payments?q={order}",
        "payment": "/admin/payments/{payment}",
        "purchases": "/admin/purchases",
        "purchases, by number": "/admin/purchases?q={order}",
        "purchase": "/admin/purchases/{purchase}",
        "users": "/admin/users",
        "users, sellers": "/admin/users?role=seller",
        "users, by mail": "/admin/users?q={email}",
        "user": "/admin/users/{seller_id}",
        "invoices": "/admin/invoices",
        "payouts": "/admin/payouts",
        "payouts, next": "/admin/payouts/next",
        "refunds": "/admin/refunds",
        "ledger": "/admin/ledger",
        "ledger entries": "/admin/ledger/entries",
        "ledger entries, deep": "/admin/ledger/entries?after={entry}",
        "ledger account": "/admin/ledger/seller_held/USD",
        "events": "/admin/events",
        "events, by id": "/admin/events?q={event}",
        "calls": "/admin/calls?tab=done",
        "health": "/admin/health",
        "mail": "/admin/mail",
    },
}
"""The pages of each person, by name; {names} are what `_places` finds in the database."""
_VALUES = {
    "listing": "SELECT slug FROM listing WHERE status = 'active' ORDER BY id DESC OFFSET 5 LIMIT 1",
    "listing_place": "SELECT 'f' || id || '-' || id FROM listing WHERE status = 'active' ORDER BY id"
    " OFFSET (SELECT count(*) / 20 FROM listing) LIMIT 1",
    "price_place": "SELECT 'f' || price_minor || '-' || id FROM listing WHERE status = 'active'"
    " ORDER BY price_minor, id"
    " OFFSET (SELECT count(*) * 8 / 10 FROM listing) LIMIT 1",
    "part_number": "SELECT part_number FROM part_details ORDER BY listing_id DESC LIMIT 1",
    "shop": "SELECT slug FROM shop WHERE seller_id = %(seller)s",
    "buyer_purchase": "SELECT id FROM purchase WHERE buyer_id = %(buyer)s ORDER BY id LIMIT 1",
    "buyer_payment": "SELECT id FROM payment WHERE user_id = %(buyer)s ORDER BY id OFFSET 3 LIMIT 1",
    "buyer_order": 'SELECT number FROM "order" WHERE buyer_id = %(buyer)s ORDER BY id LIMIT 1',
    "seller_order_id": 'SELECT id FROM "order" WHERE seller_id = %(seller)s ORDER BY id LIMIT 1',
    "seller_order": 'SELECT number FROM "order" WHERE seller_id = %(seller)s ORDER BY id LIMIT 1',
    "seller_entry": "SELECT entry_id FROM posting WHERE owner_id = %(seller)s ORDER BY id OFFSET 9 LIMIT 1",
    "payment": "SELECT id FROM payment ORDER BY id OFFSET (SELECT count(*) / 3 FROM payment) LIMIT 1",
    "session": "SELECT provider_session_id FROM payment ORDER BY id OFFSET 9 LIMIT 1",
    "intent": "SELECT provider_payment_id FROM payment WHERE provider_payment_id IS NOT NULL ORDER BY id LIMIT 1",
    "email": 'SELECT email FROM "user" WHERE id = %(buyer)s',
    "order": 'SELECT number FROM "order" ORDER BY id OFFSET 9 LIMIT 1',
    "purchase": "SELECT number FROM purchase ORDER BY id OFFSET 9 LIMIT 1",
    "seller_id": "SELECT %(seller)s::bigint",
    "entry": "SELECT min(id) + (max(id) - min(id)) / 3 FROM ledger_entry",
    "event": "SELECT event_id FROM provider_event ORDER BY id DESC LIMIT 1",
    "month": "SELECT to_char(max(booked_at), 'YYYY-MM') FROM ledger_entry",
}


@dataclass(frozen=True)
class People:
    """Who looks at the pages."""

    buyer: int
    seller: int
    admin: int


@dataclass(frozen=True)
class Page:
    """One page, what it took, and the plans of its statements."""

    role: str
    name: str
    path: str
    status: int
    queries: int
    wall_ms: float
    app_ms: float
    """Processor time of the application, milliseconds; next that of its connections' servers."""
    database_ms: float
    plans: tuple[Plan, ...]


class Looking:
    """Opens pages of one shop, in this process, signed in."""

    def __init__(
        self, app: Flask, owner: psycopg.Connection, people: People, roles: Collection[str] = tuple(LISTS)
    ) -> None:
        self._app, self._owner, self._roles = app, owner, roles
        with app.app_context():
            ids = {"visitor": None, "buyer": people.buyer, "seller": people.seller, "admin": people.admin}
            self._clients = {role: _client(app, user_id) for role, user_id in ids.items()}
        who = {"buyer": people.buyer, "seller": people.seller}
        self._values = {name: self._one(statement, who) for name, statement in _VALUES.items()}

    def queries(self) -> dict[tuple[str, str], int]:
        """Return how many statements each page sends."""
        return {(role, name): self._counted(role, path)[1] for role, name, path in self._pages()}

    def pages(self) -> Iterator[Page]:
        """Open each page, measure it, and have each of its statements explained while it runs."""
        for role, name, path in self._pages():
            status, queries, sent = self._sent(role, path)
            wall, app, database = self._measured(role, path)
            with db.database.engines["reader"].connect() as reader:  # with the settings that pages read with
                driver: psycopg.Connection = reader.connection.driver_connection  # type: ignore[assignment]
                plans = tuple(explain(driver, statement, values) for statement, values in sent)
            yield Page(role, name, path, status, queries, wall, app, database, plans)

    def _pages(self) -> Iterator[tuple[str, str, str]]:
        for role in self._roles:
            for name, path in LISTS[role].items():
                yield role, name, path.format(**self._values)

    def _one(self, statement: str, values: Mapping[str, int]) -> str:
        found = self._owner.execute(statement.encode(), values).fetchone()
        return "" if found is None else str(found[0])

    def _counted(self, role: str, path: str) -> tuple[int, int]:
        status, queries, _ = self._sent(role, path)
        return status, queries

    def _sent(self, role: str, path: str) -> tuple[int, int, list[tuple[str, Any]]]:
        self._open(role, path)  # what is new to the process comes first
        with self._app.app_context(), _listening() as sent:
            status = self._open(role, path)
        reads = [each for each in sent if each[0].lstrip("( \n").startswith(("SELECT", "WITH"))]
        return status, len(sent), reads

    def _open(self, role: str, path: str) -> int:
        with self._app.app_context():
            return self._clients[role].get(path, buffered=True).status_code

    def _measured(self, role: str, path: str) -> tuple[float, float, float]:
        self._open(role, path)
        servers = self._servers()
        wall, app, database = time.perf_counter(), time.process_time(), _ran(servers)
        self._open(role, path)
        ended = time.perf_counter(), time.process_time(), _ran(servers)
        return tuple(1_000 * (end - start) for start, end in zip((wall, app, database), ended, strict=True))  # type: ignore[return-value]

    def _servers(self) -> list[int]:
        found = self._owner.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return [int(pid) for (pid,) in found.fetchall()]


@contextmanager
def _listening() -> Iterator[list[tuple[str, Any]]]:
    sent: list[tuple[str, Any]] = []

    def note(_: Connection, __: object, statement: str, parameters: Any, *___: object) -> None:
        sent.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def _client(app: Flask, user_id: int | None) -> FlaskClient:
    client = app.test_client()
    if user_id is not None:
        token = secrets.token_urlsafe(32)
        device = Device("127.0.0.1", "bench")
        db.atomic(accounts.open_session, (), user_id=user_id, token=token, device=device, now=clock.system_now())
        name, value = cookie(app, token)
        client.set_cookie(name.decode(), value.decode())
    return client


def _ran(servers: list[int]) -> float:
    """Return the processor seconds that PostgreSQL's processes have run; 0 where there is no /proc."""
    total = 0
    for pid in servers:
        path = Path(f"/proc/{pid}/schedstat")
        total += int(path.read_text(encoding="ascii").split()[0]) if path.exists() else 0
    return total / 1_000_000_000

"""Builders walk the real operations: nothing here makes a state that the product cannot reach (STYLE 29)."""

import asyncio
import itertools
import re
import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import psycopg
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from marketplace import clock, db, jobs, queue
from marketplace import worker as queue_worker
from marketplace.accounts import operations as accounts
from marketplace.accounts import passwords
from marketplace.accounts.operations import Device
from marketplace.carts import operations as carts
from marketplace.catalog import operations as catalog
from marketplace.catalog.operations import Offer, PartFacts, ShopFacts
from marketplace.checkout import flows
from marketplace.checkout import queries as checkout
from marketplace.checkout.flows import Outcome
from marketplace.checkout.operations import Agreed
from marketplace.config import Settings
from marketplace.money import Money
from marketplace.providers.base import Provider
from marketplace.queue import JobName
from marketplace.refunds import operations as refunds
from marketplace.refunds.rules import RefundReason
from marketplace.refunds.wishes import Wish
from marketplace.sandbox.inprocess import Paid, RunningSandbox
from marketplace.web import guards
from tests.builders_accounts import SellersAccounts
from tests.builders_payouts import SellersPayouts
from tests.builders_words import PeoplesWords
from tests.postgres_server import DatabaseUrls, kept_connection
from tests.snapshots import walked_once_from_nothing

PASSWORD = "a-good-long-password"
_PASSWORD_HASH = passwords.hash_password(PASSWORD)
ADDRESS = {
    "full_name": "Bo Buyer",
    "line1": "1 Main Street",
    "line2": "",
    "city": "Springfield",
    "region": "IL",
    "postcode": "62701",
    "country": "US",
}
_numbers = itertools.count(1)


class Browser(FlaskClient):
    """A browser. Each request has its own `g`, as in production, although the test holds an application context."""

    def open(self, *args: Any, **values: Any) -> TestResponse:
        """Send a request."""
        with self.application.app_context():
            return super().open(*args, **values)


@dataclass(frozen=True)
class Bought:
    """A purchase on its way: its payment, its page at the provider, and its rows."""

    buyer_id: int
    payment_id: int
    purchase_id: int
    session_id: str
    url: str
    token: str


@dataclass
class World(SellersAccounts, SellersPayouts, PeoplesWords):
    """One shop, one provider, one clock, and what tests do to them."""

    app: Flask
    sandbox: RunningSandbox
    urls: DatabaseUrls
    password_hash: str = field(default=_PASSWORD_HASH, repr=False)

    @property
    def settings(self) -> Settings:
        """The application's settings."""
        found: Settings = self.app.extensions["settings"]
        return found

    @property
    def provider(self) -> Provider:
        """The real Stripe adapter, pointed at the sandbox."""
        found: Provider = self.app.extensions["providers"]["stripe"]
        return found

    @property
    def providers(self) -> Mapping[str, Provider]:
        """Every provider the shop knows, by name."""
        found: Mapping[str, Provider] = self.app.extensions["providers"]
        return found

    @property
    def now(self) -> datetime:
        """Business time."""
        return clock.now()

    def advance(self, **span: float) -> None:
        """Move time forward for shop and provider, and let the provider do what is due."""
        self.sandbox.advance_clock(int(timedelta(**span).total_seconds()))
        self.sandbox.run_due()

    def tick(self) -> dict[str, int]:
        """Let the worker do what is due."""
        return jobs.tick(self.app)

    def settle_down(self) -> None:
        """Deliver every webhook and tick until nothing changes any more."""
        is_quiet = False
        for _ in range(6):
            # After a tick that left nothing to follow, without a webhook since, another one would find the same.
            if not self.sandbox.deliver_pending() and is_quiet:
                return
            is_quiet = not any(count for step, count in self.tick().items() if step != "entries chained")

    def rows(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Return what a query by the superuser sees."""
        return kept_connection(self.urls.superuser).execute(statement, values).fetchall()

    def tamper(self, statement: str) -> None:
        """Change rows as the superuser with triggers off, as no part of the product can."""
        with psycopg.connect(self.urls.superuser) as connection:
            connection.execute("SET LOCAL session_replication_role = replica")
            connection.execute(statement)

    def person(self, name: str = "Bo Buyer", *, is_admin: bool = False) -> int:
        """Register a person with the password PASSWORD; return the user id."""
        return db.atomic(
            accounts.register,
            (),
            email=f"{name.lower().replace(' ', '.')}{next(_numbers)}@example.com",
            name=name,
            password_hash=self.password_hash,
            now=self.now,
            is_admin=is_admin,
            is_confirmed=True,
        )

    def seller(self, name: str = "Sam Seller", *, tax_basis_points: int = 0) -> int:
        """Register a person and open a shop; return the user id."""
        seller_id = self.person(name)
        facts = ShopFacts(
            name=f"{name} Parts {next(_numbers):05}",
            city="Detroit",
            country="US",
            about="Good parts, fairly priced.",
            delivery_policy="Sent within two days.",
            returns_policy="Thirty days.",
            tax_basis_points=tax_basis_points,
        )
        db.atomic(catalog.open_shop, (), seller_id=seller_id, facts=facts, now=self.now)
        return seller_id

    def listing(
        self,
        seller_id: int,
        price_minor: int = 10_000,
        *,
        units: int = 10,
        delivery_minor: int = 0,
        currency: str = "USD",
        title: str = "Brake disc",
        category: str = "brakes",
    ) -> int:
        """Offer a part and publish it; return the listing id. Minor units."""
        offer = Offer(
            title=title,
            description="Fits well.",
            price=Money(price_minor, currency),
            delivery=Money(delivery_minor, currency),
            units=units,
            item=PartFacts(category=category, brand="Bosch", part_number="BD-1", condition="New", fits="Most cars"),
        )
        listing_id = db.atomic(catalog.create_listing, (), seller_id=seller_id, offer=offer, now=self.now)
        db.atomic(catalog.publish, (), seller_id=seller_id, listing_id=listing_id, now=self.now)
        return listing_id

    def put_in_cart(self, buyer_id: int, listing_id: int, quantity: int = 1) -> None:
        """Put units in a person's cart."""
        db.atomic(
            carts.add, (), user_id=buyer_id, token_hash=None, listing_id=listing_id, quantity=quantity, now=self.now
        )

    def agreed(self, buyer_id: int, currency: str = "USD", *, token: str | None = None) -> Agreed:
        """Return what the review form would send now."""
        return Agreed(
            buyer_id=buyer_id,
            currency=currency,
            token=token or secrets.token_urlsafe(16),
            expected_total_minor=checkout.review(buyer_id, currency, self.now).total.minor,
            delivery_address=ADDRESS,
            billing_address=ADDRESS,
            buyer_note="",
        )

    def begin(self, agreed: Agreed) -> Outcome:
        """Send the review form."""
        return flows.begin(agreed=agreed, now=self.now, providers=self.providers, settings=self.settings)

    def check_out(self, buyer_id: int, currency: str = "USD") -> Bought:
        """Check out a person's cart as far as the payment page."""
        agreed = self.agreed(buyer_id, currency)
        return self.bought(self.begin(agreed), agreed)

    def bought(self, outcome: Outcome, agreed: Agreed) -> Bought:
        """Return the purchase behind an outcome of the checkout."""
        [(purchase_id, session_id)] = self.rows(
            "SELECT purchase_id, provider_session_id FROM payment WHERE id = %s", outcome.payment_id
        )
        return Bought(
            buyer_id=agreed.buyer_id,
            payment_id=outcome.payment_id,
            purchase_id=int(str(purchase_id)),
            session_id=str(session_id),
            url=outcome.redirect_url or "",
            token=agreed.token,
        )

    def try_again(self, bought: Bought) -> Outcome:
        """Press "Try again"."""
        return flows.try_again(
            purchase_id=bought.purchase_id,
            buyer_id=bought.buyer_id,
            now=self.now,
            providers=self.providers,
            settings=self.settings,
        )

    def pay(self, bought: Bought, card: str = "4242424242424242", **how: object) -> Paid:
        """Pay on the hosted page; webhooks wait."""
        return self.sandbox.pay(bought.session_id, card, **how)  # type: ignore[arg-type]

    @walked_once_from_nothing
    def open_purchase(self, *grosses: int, buyer_id: int | None = None, units: int = 10) -> Bought:
        """Check out one part per seller, at `grosses` minor units of US dollars each, delivery included."""
        buyer_id = buyer_id or self.person()
        for gross in grosses:
            self.put_in_cart(buyer_id, self.listing(self.seller(), gross, units=units))
        return self.check_out(buyer_id)

    @walked_once_from_nothing
    def paid_purchase(self, *grosses: int) -> Bought:
        """Buy and pay as above, with every webhook delivered."""
        bought = self.open_purchase(*grosses)
        self.pay(bought)
        self.settle_down()
        return bought

    def ask_refund(self, bought: Bought, wish: Wish) -> int:
        """Let the buyer of a purchase ask for money of its first order back; return the refund's id."""
        [(order_id,)] = self.rows('SELECT min(id) FROM "order" WHERE purchase_id = %s', bought.purchase_id)
        return db.atomic(
            refunds.request,
            (),
            buyer_id=bought.buyer_id,
            order_id=int(str(order_id)),
            reason=RefundReason.DAMAGED,
            description="It is scratched.",
            wish=wish,
            now=self.now,
        )

    def failed_job(self) -> int:
        """Queue a job about an event that is not there and let the worker fail at it; return the job's id."""

        def enqueue(session: Session) -> None:
            queue.enqueue(session, JobName.READ_EVENT, event_id=0)

        db.atomic(enqueue)
        self.work_off()
        [(job_id,)] = self.rows("SELECT max(id) FROM procrastinate_jobs WHERE status = 'failed'")
        return int(str(job_id))

    def work_off(self) -> None:
        """Run the real worker until its queue is empty."""
        with ThreadPoolExecutor(1) as thread:  # a browser test has an event loop of its own in this one
            thread.submit(lambda: asyncio.run(self._work_off())).result()

    async def _work_off(self) -> None:
        worker = queue_worker.worker(self.app)
        async with worker.open_async():
            await worker.run_worker_async(wait=False, listen_notify=False, delete_jobs="successful")

    def client(self, user_id: int | None = None) -> FlaskClient:
        """Return a browser-like client, signed in as `user_id` as the form does it once the password is right."""
        client = Browser(self.app, self.app.response_class)
        if user_id is not None:
            name, value = self._signed_in(user_id)
            client.set_cookie(name, value)
        return client

    def _signed_in(self, user_id: int) -> tuple[str, str]:
        """Open a session and return the name and the value of its cookie; only the slow hash is left out."""
        token, device = secrets.token_urlsafe(32), Device("127.0.0.1", "a test's browser")
        values = {"user_id": user_id, "token": token, "device": device, "now": clock.system_now()}
        db.atomic(accounts.open_session, (), **values)
        with self.app.test_request_context():
            guards.start_session(token)
            answer = self.app.process_response(self.app.response_class())
        name, _, value = answer.headers["Set-Cookie"].partition(";")[0].partition("=")
        return name, value


def form_token(html: str) -> str:
    """Return the CSRF token of the first form on a page."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', html)
    assert found, "the page has no form"
    return found.group(1)

"""A sandbox of its own for every test, with the real SDK in front of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
import stripe

from marketplace.sandbox import account_state
from marketplace.sandbox.delivery import Answer
from marketplace.sandbox.inprocess import RunningSandbox

TABLES = "objects, events, deliveries, attempts, idempotency, due, faults, strikes, requests"


@dataclass
class Receiver:
    """Stands where the merchant's webhook endpoint is: checks the signature with Stripe's own code and takes notes."""

    secret: str = "whsec_sandbox"
    status: int = 200
    seen: list[stripe.Event] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, _url: str, body: bytes, headers: dict[str, str]) -> Answer:
        event = stripe.Webhook.construct_event(body, headers["Stripe-Signature"], self.secret)
        self.seen.append(event)
        self.headers.append(headers)
        return Answer(self.status, "noted")

    @property
    def types(self) -> list[str]:
        return [event.type for event in self.seen]


@pytest.fixture(scope="session")
def sandbox_database(postgres_server, worker_name) -> str:
    return postgres_server.create_database(f"sandbox_contract_{worker_name}")


@pytest.fixture
def clean_database(sandbox_database: str) -> str:
    with psycopg.connect(sandbox_database, autocommit=True) as connection:
        found = connection.execute("SELECT to_regclass('objects')").fetchone()
        if found and found[0]:
            connection.execute(f"TRUNCATE {TABLES} RESTART IDENTITY")
    return sandbox_database


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def account_events() -> Receiver:
    """Takes what is sent to the Connect address; nothing is before somebody asks for `connect_receiver`."""
    return Receiver("whsec_sandbox_connect")


@pytest.fixture
def sandbox(
    clean_database: str, tmp_path: Path, receiver: Receiver, account_events: Receiver
) -> Iterator[RunningSandbox]:
    def transport(url: str, body: bytes, headers: dict[str, str]) -> Answer:
        return (account_events if url.endswith("/connect") else receiver)(url, body, headers)

    with RunningSandbox(
        clean_database, tmp_path, webhook_url="http://shop.test/webhooks", transport=transport
    ) as running:
        yield running


@pytest.fixture
def connect_receiver(sandbox: RunningSandbox, account_events: Receiver) -> Receiver:
    """Stands where the merchant's Connect endpoint is, which has a secret of its own."""
    sandbox.send_account_webhooks_to("http://shop.test/webhooks/connect")
    return account_events


@pytest.fixture
def client(sandbox: RunningSandbox) -> stripe.StripeClient:
    return stripe.StripeClient(sandbox.api_key, base_addresses={"api": sandbox.base_url}, max_network_retries=0)


@pytest.fixture
def new_account(client: stripe.StripeClient) -> Callable[..., stripe.Account]:
    """Create an Express account of which nothing is known yet."""

    def make(**more) -> stripe.Account:
        return client.v1.accounts.create({"type": "express", "country": "US", "email": "seller@example.com", **more})

    return make


@pytest.fixture
def new_seller(sandbox: RunningSandbox, client: stripe.StripeClient, new_account) -> Callable[..., stripe.Account]:
    """Create an account, walk its seller through the onboarding page, and let the check end well."""

    def make(bank: str = "000123456789", schedule: dict | None = None, **more) -> stripe.Account:
        settings = {"settings": {"payouts": {"schedule": schedule}}} if schedule else {}
        account = new_account(**settings, **more)
        assert sandbox.onboard(account.id, bank=bank).endswith("/dashboard")
        with sandbox.sandbox.work() as work:
            account_state.end_verification(work, account.id)
        return client.v1.accounts.retrieve(account.id)

    return make


@pytest.fixture
def new_session(client: stripe.StripeClient) -> Callable[..., stripe.checkout.Session]:
    def make(amount: int = 10_000, currency: str = "usd", **more) -> stripe.checkout.Session:
        line = {"price_data": {"currency": currency, "unit_amount": amount, "product_data": {"name": "Brake disc"}}}
        params = {
            "mode": "payment",
            "line_items": [{**line, "quantity": 1}],
            "success_url": "http://shop.test/done?session={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://shop.test/cart",
        }
        return client.v1.checkout.sessions.create({**params, **more})

    return make


@pytest.fixture
def pay(sandbox: RunningSandbox, client: stripe.StripeClient, new_session) -> Callable[..., stripe.checkout.Session]:
    """Open a session, pay it, and return it as it is afterwards, with its intent, charge and money expanded."""

    def make(
        card: str = "4242424242424242",
        amount: int = 10_000,
        currency: str = "usd",
        account: str = "",
        saved: str = "",
        **more,
    ):
        session = new_session(amount, currency, **more)
        sandbox.pay(session.id, card, account=account, saved=saved)
        return client.v1.checkout.sessions.retrieve(
            session.id, {"expand": ["payment_intent.latest_charge.balance_transaction"]}
        )

    return make

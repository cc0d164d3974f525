"""`python -m bench.payouts`: 10,000 due shares of 500 sellers are released and paid out in one run, then the books.

All of it is made by the real operations: each purchase is of fifty sellers, so that one payment makes fifty shares. The
sandbox stands in this process; the run is the very loop of `flask send-payouts`.
"""

import argparse
import os
import resource
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as datetime_time
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from bench import dealing
from bench.__main__ import fresh_databases
from bench.stage import CHECKOUT, Databases
from launcher.console import Failure, say, step
from launcher.places import find_places, make_folder, open_to_server
from marketplace import clock, config, create_app, db
from marketplace.accounts import operations as accounts
from marketplace.accounts import passwords
from marketplace.carts import operations as carts
from marketplace.catalog import operations as catalog
from marketplace.catalog.operations import Offer, PartFacts, ShopFacts
from marketplace.money import Money
from marketplace.orders import operations as orders
from marketplace.orders import rules as order_rules
from marketplace.orders import sweeps
from marketplace.payments import holds
from marketplace.payouts import flows
from marketplace.provider_events import flows as events
from marketplace.reconciliation import checks
from marketplace.sandbox.delivery import Answer
from marketplace.sandbox.inprocess import RunningSandbox

_SELLERS_EACH = 50
_PRICE_MINOR = 4_900
_EVERY = 250


@dataclass(frozen=True)
class Figures:
    """What a run did and took."""

    shares: int
    payouts: int
    release_seconds: float
    payout_seconds: float
    peak_before_mib: int
    peak_after_mib: int
    agrees: bool


class Bench:
    """One shop and its sandbox in this process."""

    def __init__(self, databases: Databases, folder: Path) -> None:
        self.sandbox = RunningSandbox(databases.sandbox, folder, transport=self._deliver)
        variables = {
            "DATABASE_URL": databases.shop,
            "SECRET_KEY": secrets.token_hex(16),
            "STRIPE_SECRET_KEY": self.sandbox.api_key,
            "STRIPE_WEBHOOK_SECRET": self.sandbox.webhook_secret,
            "STRIPE_API_BASE": self.sandbox.base_url,
            "VAR_DIR": str(folder),
            "MARKETPLACE_DEMO": "1",
            "DATABASE_POOL": "4",
        }
        self.app: Flask = create_app(config.load(variables))
        self.settings = self.app.extensions["settings"]
        self.providers = self.app.extensions["providers"]
        self.sandbox.send_webhooks_to("http://localhost/webhooks/stripe")

    def _deliver(self, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        with self.app.app_context():
            found = self.app.test_client().post("/webhooks/stripe", data=body, headers=headers)
        return Answer(found.status_code, "")

    def run(self, shares: int, sellers: int) -> Figures:
        """Fill the shop, let thirty days pass, release and pay, and check the books."""
        with self.app.app_context():
            listings = self._sellers(sellers)
            self._sales(listings, shares)
            now = clock.now()
            # On to a noon: before the hour of payouts nobody would be paid.
            later = datetime.combine(now.date() + timedelta(days=32), datetime_time(12), now.tzinfo) - now
            self.sandbox.advance_clock(int(later.total_seconds()))
            self._read_fees()
            before = _peak_mib()
            started = time.monotonic()
            released = self._release()
            middle = time.monotonic()
            payouts = self._pay()
            ended = time.monotonic()
            with step("Checking the books"):
                report = checks.check_books()
            for difference in report.differences[:10]:
                say(str(difference))
        return Figures(released, payouts, middle - started, ended - middle, before, _peak_mib(), report.agrees)

    def _sellers(self, count: int) -> list[int]:
        password_hash, listings = passwords.hash_password(secrets.token_hex(8)), []
        for number in _counted("sellers", count):
            seller_id, listing_id = db.atomic(_open, (), number=number, password_hash=password_hash)
            dealing.set_up_account(seller_id, self.providers["stripe"], self.sandbox)
            listings.append(listing_id)
        return listings

    def _sales(self, listings: list[int], shares: int) -> None:
        each = min(_SELLERS_EACH, len(listings))
        for number in _counted("purchases", shares // each):
            first = number * each % len(listings)
            chosen = [listings[(first + place) % len(listings)] for place in range(each)]
            self._buy(db.atomic(_basket, (), number=number, listing_ids=chosen))

    def _buy(self, buyer_id: int) -> None:
        outcome = dealing.agree(buyer_id, self.providers["stripe"], self.settings)
        self.sandbox.pay(dealing.session_of(outcome))
        self.sandbox.deliver_pending()
        db.atomic(_ship, (), buyer_id=buyer_id)

    def _read_fees(self) -> None:
        self.sandbox.run_due()
        self.sandbox.deliver_pending()
        while events.apply_due(providers=self.providers, settings=self.settings, now=clock.now()):
            pass

    def _release(self) -> int:
        while db.atomic(sweeps.deliver_overdue, (), days=14, now=clock.now()):
            pass
        return _until_done(
            "released", lambda: db.atomic(holds.release_due, (), policy=self.settings.money, now=clock.now())
        )

    def _pay(self) -> int:
        return _until_done(
            "payouts",
            lambda: flows.run_due(providers=self.providers, policy=self.settings.money, now=clock.now()),
        )


def _open(session: Session, *, number: int, password_hash: str) -> tuple[int, int]:
    now = clock.now()
    seller_id = accounts.register(
        session, email=f"shop{number}@example.org", name=f"Shop {number}", password_hash=password_hash, now=now
    )
    text = "Good parts, fairly priced."
    facts = ShopFacts(f"Bench Parts {number}", "Detroit", "US", text, "Sent within two days.", "Thirty days.")
    catalog.open_shop(session, seller_id=seller_id, facts=facts, now=now)
    offer = Offer(
        title=f"Brake disc {number}",
        description="Fits well.",
        price=Money(_PRICE_MINOR, "USD"),
        delivery=Money(0, "USD"),
        units=100_000,
        item=PartFacts(category="brakes", brand="Bosch", part_number=f"BD-{number}", condition="New", fits="Most cars"),
    )
    listing_id = catalog.create_listing(session, seller_id=seller_id, offer=offer, now=now)
    catalog.publish(session, seller_id=seller_id, listing_id=listing_id, now=now)
    return seller_id, listing_id


def _basket(session: Session, *, number: int, listing_ids: list[int]) -> int:
    now = clock.now()
    buyer_id = accounts.register(
        session,
        email=f"buyer{number}@example.org",
        name=f"Bo Buyer {number}",
        password_hash=secrets.token_hex(8),
        now=now,
    )
    for listing_id in listing_ids:
        carts.add(session, user_id=buyer_id, token_hash=None, listing_id=listing_id, quantity=1, now=now)
    return buyer_id


def _ship(session: Session, *, buyer_id: int) -> None:
    parcel = order_rules.parcel("ups", name="", tracking_number="1Z999AA10123456784", link="")
    found = session.connection().exec_driver_sql(
        'SELECT o.number, o.seller_id FROM "order" o JOIN purchase p ON p.id = o.purchase_id'
        " WHERE p.buyer_id = %(buyer)s ORDER BY o.id",
        {"buyer": buyer_id},
    )
    for number, seller_id in found.all():
        orders.ship(session, seller_id=seller_id, number=number, parcel=parcel, now=clock.now())


def _counted(what: str, count: int) -> Iterator[int]:
    for number in range(count):
        yield number
        if (number + 1) % _EVERY == 0 or number + 1 == count:
            say(f"{number + 1:,} of {count:,} {what}")


def _until_done(what: str, batch: Callable[[], int]) -> int:
    total, shown, started = 0, 0, time.monotonic()
    while count := batch():
        total += count
        if total - shown >= _EVERY:
            shown = total
            say(f"{total:,} {what}, {total / (time.monotonic() - started):,.0f} a second, {_peak_mib()} MiB")
    return total


def _peak_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main(arguments: list[str]) -> int:
    """Run and print; 1 when a share was not paid or the books do not agree."""
    parser = argparse.ArgumentParser(prog="python -m bench.payouts", description=__doc__)
    parser.add_argument("--shares", type=int, default=10_000)
    parser.add_argument("--sellers", type=int, default=500)
    chosen = parser.parse_args(arguments)
    try:
        places = find_places(CHECKOUT, os.environ)
        open_to_server(places)
        folder = make_folder(places.var / "bench")
        with fresh_databases(places) as databases:
            figures = Bench(databases, folder).run(chosen.shares, chosen.sellers)
    except Failure as failure:
        say(f"The benchmark can't start. {failure}")
        return 1
    say(
        f"{figures.shares:,} shares released in {figures.release_seconds:.1f} s; {figures.payouts:,} payouts, each a"
        f" transfer and a payment to the bank, in {figures.payout_seconds:.1f} s"
        f" ({figures.shares / figures.payout_seconds:,.0f} shares a second);"
        f" peak memory {figures.peak_before_mib} MiB before, {figures.peak_after_mib} MiB after;"
        f" the books {'agree' if figures.agrees else 'do not agree'}"
    )
    return 0 if figures.agrees and figures.payouts and figures.shares == chosen.shares else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

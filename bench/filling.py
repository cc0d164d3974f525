"""What stands in the shop before the clock runs: the demo's shelves, parts that orders buy, and signed-in buyers."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace import clock, db, demo
from marketplace.accounts import operations as accounts
from marketplace.accounts import passwords
from marketplace.accounts.operations import Device, PostalAddress
from marketplace.carts import operations as carts
from marketplace.catalog import operations as catalog
from marketplace.catalog.models import Listing
from marketplace.catalog.operations import Offer, PartFacts, ShopFacts
from marketplace.catalog.states import ListingStatus
from marketplace.money import Money
from marketplace.web import guards

_SELLERS = 8
_PARTS_EACH = 24
_UNITS = 10_000
_IN_BASKET = 3
_FOR_SALE = select(Listing.id, Listing.slug).where(Listing.status == ListingStatus.ACTIVE).order_by(Listing.id)
_ADDRESS = PostalAddress("Bo Buyer", "1 Main Street", "Springfield", "62701", "US", region="IL")


@dataclass(frozen=True, slots=True)
class Filled:
    """What the clients work with: cookies (name and value) of signed-in people, and listings."""

    viewers: tuple[tuple[bytes, bytes], ...]
    """Cookies of people with a basket, who only look."""
    buyers: tuple[tuple[bytes, bytes], ...]
    goods: tuple[tuple[int, str], ...]
    """Listings that orders buy: id and the address's path."""
    paths: tuple[str, ...]
    """Pages of all listings for sale."""


def fill(app: Flask, var_dir: Path, *, viewers: int, buyers: int, with_demo: bool) -> Filled:
    """Fill an empty shop through the real operations and sign `viewers` and `buyers` in."""
    with app.app_context():
        if with_demo:
            demo.load(var_dir, clock.now())
        password_hash = passwords.hash_password(secrets.token_hex(8))
        listings = db.atomic(_stock, (), password_hash=password_hash)
        tokens = db.atomic(_register, (), count=viewers + buyers, password_hash=password_hash)
        for user_id, _ in tokens[:viewers]:
            for listing_id in listings[:_IN_BASKET]:
                db.atomic(
                    carts.add,
                    (),
                    user_id=user_id,
                    token_hash=None,
                    listing_id=listing_id,
                    quantity=1,
                    now=clock.now(),
                )
        pages = {row.id: f"/l/{row.slug}" for row in db.read(_FOR_SALE)}
        cookies = [cookie(app, token) for _, token in tokens]
        for engine in db.database.engines.values():
            engine.dispose()
    goods = tuple((listing_id, pages[listing_id]) for listing_id in listings)
    return Filled(tuple(cookies[:viewers]), tuple(cookies[viewers:]), goods, tuple(pages.values()))


def _stock(session: Session, *, password_hash: str) -> list[int]:
    ids = list[int]()
    for number in range(_SELLERS):
        offers = [offer(number * _PARTS_EACH + place) for place in range(_PARTS_EACH)]
        ids += open_shop(session, number=number, offers=offers, password_hash=password_hash)
    return ids


def open_shop(session: Session, *, number: int, offers: list[Offer], password_hash: str) -> list[int]:
    """Register a seller, open their shop and publish `offers` in it; return the listings' ids."""
    now = clock.now()
    seller_id = accounts.register(
        session, email=f"shop{number}@example.org", name=f"Shop {number}", password_hash=password_hash, now=now
    )
    text = "Good parts, fairly priced."
    facts = ShopFacts(f"Bench Parts {number}", "Detroit", "US", text, "Sent within two days.", "Thirty days.")
    catalog.open_shop(session, seller_id=seller_id, facts=facts, now=now)
    made = catalog.create_listings(session, seller_id=seller_id, offers=offers, now=now)
    catalog.publish_all(session, seller_id=seller_id, listing_ids=made, now=now)
    return made


def offer(number: int, units: int = _UNITS) -> Offer:
    """Return the n-th brake disc, of which there are `units`."""
    return Offer(
        title=f"Brake disc {280 + number} mm",
        description="Ventilated, coated, checked for runout.\nSold as a pair.",
        price=Money(4_900 + 100 * number, "USD"),
        delivery=Money(900, "USD"),
        units=units,
        item=PartFacts(category="brakes", brand="Bosch", part_number=f"BD-{number}", condition="New", fits="Most cars"),
    )


def _register(session: Session, *, count: int, password_hash: str) -> list[tuple[int, str]]:
    found = []
    for number in range(count):
        user_id = accounts.register(
            session,
            email=f"buyer{number}@example.org",
            name=f"Bo Buyer {number}",
            password_hash=password_hash,
            now=clock.now(),
            is_confirmed=True,
        )
        accounts.remember_address(session, user_id=user_id, address=_ADDRESS, now=clock.now())
        token = secrets.token_urlsafe(32)
        device = Device("127.0.0.1", "bench")
        accounts.open_session(session, user_id=user_id, token=token, device=device, now=clock.system_now())
        found.append((user_id, token))
    return found


def cookie(app: Flask, token: str) -> tuple[bytes, bytes]:
    """Return the cookie that signing in sets: the real guards make it, without 200 slow password checks."""
    with app.test_request_context(base_url=app.extensions["settings"].base_url) as context:
        guards.start_session(token)
        response = app.make_response("")
        app.session_interface.save_session(app, context.session, response)
    name, _, value = response.headers["Set-Cookie"].partition(";")[0].partition("=")
    return name.encode(), value.encode()

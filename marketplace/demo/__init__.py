"""The demo shop: people, shops and listings, made by walking the real operations."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from marketplace import db
from marketplace.accounts import operations as accounts
from marketplace.accounts import passwords, queries
from marketplace.catalog import operations as catalog
from marketplace.catalog.operations import Offer
from marketplace.demo import deliveries, parts_variants
from marketplace.demo.cars import CARS, DemoCar
from marketplace.demo.customers import CUSTOMERS, SECOND_ADMIN
from marketplace.demo.models import DemoPast
from marketplace.demo.parts import DemoPart
from marketplace.demo.parts_variants import VARIED_PARTS
from marketplace.demo.past.script import PAST
from marketplace.demo.people import ADMIN, BUYER, PASSWORD, SELLERS, Person
from marketplace.demo.pictures import picture_car, picture_part
from marketplace.demo.shelf import PARTS
from marketplace.money import Money

_EVERYBODY = (*(customer.person for customer in CUSTOMERS), ADMIN, SECOND_ADMIN, *SELLERS)
_SENT = {(part.seller.email, part.title): part for part in PARTS if part.delivery_minor}
_VARIED = {varied.part.title: varied for varied in VARIED_PARTS}


def load(var_dir: Path, now: datetime) -> str:
    """Fill an empty marketplace with the demo shop and return what happened, in words.

    Does nothing when the demo's buyer is there: all of it is made in one transaction, so half a shop never is.
    """
    if queries.credentials(BUYER.email):
        return "The demo shop is loaded already."
    offers = _offers(var_dir)
    made = db.atomic(furnish, (), password_hash=passwords.hash_password(PASSWORD), offers=offers, now=now)
    return f"The demo shop is loaded: {len(SELLERS)} sellers, {made} listings. Everybody's password is {PASSWORD}."


def furnish(session: Session, *, password_hash: str, offers: Sequence[tuple[Person, Offer]], now: datetime) -> int:
    """Add the people, their shops and their listings as they were before the past begins; return how many listings."""
    begins_at = now - PAST
    ids = {
        person.email: accounts.register(
            session,
            email=person.email,
            name=person.name,
            password_hash=password_hash,
            now=now - timedelta(days=400),
            is_admin=person.is_admin,
            is_confirmed=True,
        )
        for person in _EVERYBODY
    }
    for customer in CUSTOMERS:
        user_id = ids[customer.person.email]
        accounts.remember_address(session, user_id=user_id, address=customer.address, now=begins_at)
    for place, seller in enumerate(SELLERS):
        if seller.shop:
            opened = now - timedelta(days=380 - 33 * place)
            catalog.open_shop(session, seller_id=ids[seller.email], facts=seller.shop, now=opened)
    profiles = deliveries.set_up(session, ids, now - timedelta(days=120))
    for place, (seller, offer) in enumerate(offers):
        listed = begins_at - timedelta(hours=5 * (len(offers) - place))
        seller_id = ids[seller.email]
        listing_id = catalog.create_listing(session, seller_id=seller_id, offer=offer, now=listed)
        catalog.publish(session, seller_id=seller_id, listing_id=listing_id, now=listed)
        mine = {"seller_id": seller_id, "listing_id": listing_id}
        part = _SENT.get((seller.email, offer.title))
        if part and seller.email in profiles:
            deliveries.send_by(session, **mine, part=part, profile_id=profiles[seller.email])
        if offer.title in _VARIED:
            parts_variants.offer(session, **mine, wanted=_VARIED[offer.title], now=listed)
    session.add(DemoPast(begins_at=begins_at))
    return len(offers)


def _offers(var_dir: Path) -> list[tuple[Person, Offer]]:
    """Return every seller's offers, mixed as if the sellers had taken turns, with their pictures drawn."""
    folder = var_dir / "media"
    folder.mkdir(parents=True, exist_ok=True)
    found = [(car.seller, _car_offer(car, folder, number)) for number, car in enumerate(CARS)]
    # Those in variants come last: the drawings of the others stay as they are.
    parts = (*PARTS, *(varied.part for varied in VARIED_PARTS))
    found += [(part.seller, _part_offer(part, folder, number)) for number, part in enumerate(parts)]
    turns: dict[str, int] = {}
    order: list[tuple[int, int]] = []
    totals = {seller.email: sum(1 for owner, _ in found if owner is seller) for seller in SELLERS}
    for index, (seller, _) in enumerate(found):
        turns[seller.email] = turns.get(seller.email, 0) + 1
        order.append((turns[seller.email] * 10_000 // totals[seller.email], index))
    return [found[index] for _, index in sorted(order)]


def _car_offer(car: DemoCar, folder: Path, number: int) -> Offer:
    return Offer(
        title=car.title,
        description=car.text,
        price=Money(car.price_minor, car.seller.currency),
        delivery=Money(car.delivery_minor, car.seller.currency),
        units=1,
        item=car.facts(),
        pictures=picture_car(folder, car, number),
    )


def _part_offer(part: DemoPart, folder: Path, number: int) -> Offer:
    return Offer(
        title=part.title,
        description=part.text,
        price=Money(part.price_minor, part.seller.currency),
        delivery=Money(part.delivery_minor, part.seller.currency),
        units=part.units,
        item=part.facts(),
        pictures=picture_part(folder, part, number),
    )

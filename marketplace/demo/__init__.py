"""The demo shop: people, shops and listings, made by walking the real operations."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from marketplace import db
from marketplace.accounts import operations as accounts
from marketplace.accounts import passwords, queries
from marketplace.catalog import operations as catalog
from marketplace.catalog.operations import Offer
from marketplace.demo.cars import CARS, DemoCar
from marketplace.demo.parts import DemoPart
from marketplace.demo.parts_body import BODY_PARTS
from marketplace.demo.parts_chassis import CHASSIS_PARTS
from marketplace.demo.parts_engine import ENGINE_PARTS
from marketplace.demo.people import ADMIN, BUYER, BUYER_ADDRESS, PASSWORD, SELLERS, Person
from marketplace.demo.pictures import picture_car, picture_part
from marketplace.money import Money

_PARTS = (*CHASSIS_PARTS, *ENGINE_PARTS, *BODY_PARTS)


def load(var_dir: Path, now: datetime) -> str:
    """Fill an empty marketplace with the demo shop and return what happened, in words.

    Does nothing when the demo's buyer is there: all of it is made in one transaction, so half a shop never is.
    """
    if queries.credentials(BUYER.email):
        return "The demo shop is loaded already."
    offers = _offers(var_dir)
    hashes = {person.email: passwords.hash_password(PASSWORD) for person in (BUYER, ADMIN, *SELLERS)}
    made = db.atomic(furnish, (), hashes=hashes, offers=offers, now=now)
    return f"The demo shop is loaded: {len(SELLERS)} sellers, {made} listings. Everybody's password is {PASSWORD}."


def furnish(
    session: Session, *, hashes: Mapping[str, str], offers: Sequence[tuple[Person, Offer]], now: datetime
) -> int:
    """Add the people, their shops and their listings; return how many listings. `hashes` are by e-mail."""
    ids = {
        person.email: accounts.register(
            session,
            email=person.email,
            name=person.name,
            password_hash=hashes[person.email],
            now=now - timedelta(days=400),
            is_admin=person.is_admin,
        )
        for person in (BUYER, ADMIN, *SELLERS)
    }
    accounts.remember_address(session, user_id=ids[BUYER.email], address=BUYER_ADDRESS, now=now)
    for place, seller in enumerate(SELLERS):
        if seller.shop:
            opened = now - timedelta(days=380 - 41 * place)
            catalog.open_shop(session, seller_id=ids[seller.email], facts=seller.shop, now=opened)
    for seller, offer in offers:
        seller_id = ids[seller.email]
        listing_id = catalog.create_listing(session, seller_id=seller_id, offer=offer, now=now)
        catalog.publish(session, seller_id=seller_id, listing_id=listing_id, now=now)
    return len(offers)


def _offers(var_dir: Path) -> list[tuple[Person, Offer]]:
    """Return every seller's offers, mixed as if the sellers had taken turns, with their pictures drawn."""
    folder = var_dir / "media"
    folder.mkdir(parents=True, exist_ok=True)
    found = [(car.seller, _car_offer(car, folder, number)) for number, car in enumerate(CARS)]
    found += [(part.seller, _part_offer(part, folder, number)) for number, part in enumerate(_PARTS)]
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

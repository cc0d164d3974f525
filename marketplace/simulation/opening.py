"""The shop in which every seed begins, made by the real operations: seventeen people, three shops, nine listings."""

from marketplace import db
from marketplace.accounts import operations as accounts
from marketplace.accounts import passwords
from marketplace.catalog import operations as catalog
from marketplace.catalog.operations import Offer, PartFacts, ShopFacts
from marketplace.discounts import operations as discounts
from marketplace.discounts.operations import Wish
from marketplace.discounts.rules import DiscountKind
from marketplace.money import Money
from marketplace.payouts import account_flows
from marketplace.provider_events import flows as events
from marketplace.simulation.people import CODES, Person, sign_in
from marketplace.simulation.stage import Stage, post_webhook

_BUYERS = ("Ada", "Ben", "Cleo", "Dan")
_PASSERS_BY = ("Eve", "Finn", "Gus", "Hal", "Ida", "Jon", "Kim", "Lea")
_SELLERS = (("Ona", "US"), ("Piet", "US"), ("Quin", "DE"))
_ADMINS = ("Uma", "Vito")
# Seller, price and delivery in minor units, currency, units. Odd cents, a unit of one, and a price above the amount
# for which a refund needs a second admin.
_SHELF = (
    (0, 10_000, 0, "USD", 10),
    (0, 3_333, 199, "USD", 5),
    (0, 61_999, 0, "USD", 2),
    (1, 1_999, 500, "USD", 8),
    (1, 24_999, 0, "USD", 1),
    (1, 701, 0, "USD", 30),
    (2, 8_450, 690, "EUR", 6),
    (2, 129_900, 0, "EUR", 1),
    (2, 1_050, 0, "EUR", 12),
)


def open_shop(stage: Stage) -> None:
    """Let everybody join, offer and be set up for payouts, and keep that as the beginning."""
    stage.transport.through = lambda url, body, headers: post_webhook(stage.app, url, body, headers)
    with stage.app.app_context():
        hashed = passwords.hash_password("a simulated password")
        stage.buyers = [_person(stage, name, hashed) for name in _BUYERS]
        stage.sellers = [_seller(stage, name, country, hashed) for name, country in _SELLERS]
        stage.passers_by = [_person(stage, name, hashed) for name in _PASSERS_BY]
        stage.admins = [_person(stage, name, hashed, is_admin=True) for name in _ADMINS]
        for number, (seller, price, delivery, currency, units) in enumerate(_SHELF, start=1):
            _offer(stage, stage.sellers[seller], number, Money(price, currency), Money(delivery, currency), units)
        _codes(stage)
    stage.keep()


def _codes(stage: Stage) -> None:
    """Let the marketplace and a seller make codes: a share, an amount, and one that a single purchase can use."""
    house, seller = stage.admins[0].user_id, stage.sellers[0].user_id
    for code, actor_id, seller_id, basis_points, amount_minor, max_uses in (
        (CODES[0], house, None, 1_000, 0, 8),
        (CODES[1], seller, seller, 0, 500, 5),
        (CODES[2], house, None, 3_333, 0, 1),
    ):
        wish = Wish(
            description="",
            kind=DiscountKind.PERCENTAGE if basis_points else DiscountKind.FIXED,
            currency=None if basis_points else "USD",
            basis_points=basis_points,
            amount_minor=amount_minor,
            cap_minor=None,
            minimum_minor=None,
            max_uses=max_uses,
            max_uses_per_buyer=None if max_uses == 1 else 2,
            first_order_only=False,
            categories=(),
            listing_ids=(),
            valid_from=stage.now,
            valid_until=None,
        )
        db.atomic(discounts.create, (), actor_id=actor_id, seller_id=seller_id, code=code, wish=wish, now=stage.now)


def _person(stage: Stage, name: str, hashed: str, *, is_admin: bool = False) -> Person:
    user_id = db.atomic(
        accounts.register,
        (),
        email=f"{name.lower()}@simulation.example.com",
        name=f"{name} Simulated",
        password_hash=hashed,
        now=stage.now,
        is_admin=is_admin,
        is_confirmed=True,
    )
    return sign_in(stage.app, user_id, name)


def _seller(stage: Stage, name: str, country: str, hashed: str) -> Person:
    person = _person(stage, name, hashed)
    facts = ShopFacts(
        name=f"{name} Parts",
        city="Detroit",
        country=country,
        about="Good parts, fairly priced.",
        delivery_policy="Sent within two days.",
        returns_policy="Thirty days.",
        tax_basis_points=0,
    )
    db.atomic(catalog.open_shop, (), seller_id=person.user_id, facts=facts, now=stage.now)
    account_id = account_flows.start(seller_id=person.user_id, country=country, provider=stage.provider, now=stage.now)
    stage.sandbox.set_up(account_id)
    stage.sandbox.deliver_pending()
    events.apply_due(providers=stage.app.extensions["providers"], settings=stage.settings, now=stage.now)
    return person


def _offer(stage: Stage, seller: Person, number: int, price: Money, delivery: Money, units: int) -> None:
    offer = Offer(
        title=f"Part {number}",
        description="Fits well.",
        price=price,
        delivery=delivery,
        units=units,
        item=PartFacts(category="brakes", brand="Bosch", part_number=f"S-{number}", condition="New", fits="Most cars"),
    )
    listing_id = db.atomic(catalog.create_listing, (), seller_id=seller.user_id, offer=offer, now=stage.now)
    db.atomic(catalog.publish, (), seller_id=seller.user_id, listing_id=listing_id, now=stage.now)

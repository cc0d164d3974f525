"""Rates of tax for tests, kept by the real operations."""

from datetime import timedelta

from marketplace import db
from marketplace.catalog import shelf_operations, shop_operations
from marketplace.taxes import operations
from marketplace.taxes.rules import DeliveryRule, DeliveryTaxing, Rate, TaxCategory
from tests import builders_discounts
from tests.builders import World


def keep(
    world: World, seller_id: int, country: str, basis_points: int, category: str = "standard", days: int = 0
) -> int:
    """Keep a rate that begins in so many days; "" is every other country. Returns the row's id."""
    rate = Rate(country, TaxCategory(category), basis_points, world.now.date() + timedelta(days=days))
    return db.atomic(operations.keep_rate, (), seller_id=seller_id, rate=rate, now=world.now)


def end(world: World, seller_id: int, rate_id: int, days: int = 0) -> None:
    """Let a rate hold no longer from so many days on."""
    today = world.now.date()
    whose = {"seller_id": seller_id, "rate_id": rate_id}
    db.atomic(operations.end_rate, (), **whose, valid_before=today + timedelta(days=days), today=today)


def tax_deliveries(world: World, *countries: str, like_goods: bool = True, days: int = 0) -> int:
    """Say that deliveries to countries are taxed like their goods, or are not, in so many days; the last row's id."""
    taxing = DeliveryTaxing.LIKE_GOODS if like_goods else DeliveryTaxing.NONE
    begin, rule_id = world.now.date() + timedelta(days=days), 0
    for country in countries:
        rule = DeliveryRule(country, taxing, begin)
        rule_id = db.atomic(operations.keep_delivery_rule, (), rule=rule, admin_id=None, now=world.now)
    return rule_id


def three_rates(world: World, *, reduced_minor: int, exempt_minor: int, is_included: bool) -> tuple[int, int]:
    """Let somebody fill a basket with goods of two rates and some without tax, a code and a delivery of $7.99.

    Three of the standard rate are $33.33 each, `reduced_minor` and `exempt_minor` cents; the code takes a tenth off.
    Returns the buyer and the seller.
    """
    seller_id, buyer_id = world.seller(tax_basis_points=625), world.person()
    keep(world, seller_id, "US", 1_900)
    keep(world, seller_id, "US", 700, "reduced")
    include(seller_id, includes=is_included)
    builders_discounts.code(world.now, "TEN", seller_id=seller_id, actor_id=seller_id)
    world.put_in_cart(buyer_id, world.listing(seller_id, 3_333, delivery_minor=799), 3)
    for category, price in (("reduced", reduced_minor), ("exempt", exempt_minor)):
        listing_id = world.listing(seller_id, price, title=f"A {category} part")
        world.put_in_cart(buyer_id, of_category(seller_id, listing_id, category))
    builders_discounts.enter(buyer_id, "TEN")
    return buyer_id, seller_id


def include(seller_id: int, *, includes: bool = True) -> None:
    """Let a shop's prices include the tax."""
    db.atomic(shop_operations.say_prices_include_tax, (), seller_id=seller_id, includes=includes)


def of_category(seller_id: int, listing_id: int, category: str) -> int:
    """Give a listing a category of tax and return its id."""
    whose = {"seller_id": seller_id, "listing_id": listing_id}
    db.atomic(shelf_operations.set_tax_category, (), **whose, category=category)
    return listing_id

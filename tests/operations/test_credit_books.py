"""`check-books` finds each tampering with credits and names the check. The tamperer is the superuser, triggers off."""

import pytest

from marketplace.reconciliation.checks import check_books
from tests import builders_credits as credits_of
from tests.builders import World
from tests.snapshots import walked_once


@walked_once
def moved(world: World) -> int:
    seller_id = world.seller()
    credits_of.paid_package(world, seller_id)
    credits_of.promote(world, seller_id, world.listing(seller_id, 5_000))
    assert check_books().agrees
    return seller_id


@pytest.mark.tampers
@pytest.mark.parametrize(
    ("damage", "check"),
    [
        ("UPDATE credit_movement SET credits = -9 WHERE kind = 'spent'", "credit movements are booked as they are"),
        ("DELETE FROM credit_movement WHERE kind = 'spent'", "entries of credits have their movement"),
        ("UPDATE credit_movement SET balance = 7 WHERE kind = 'spent'", "credits are the sum of their movements"),
        ("UPDATE credit_balance SET credits = 7", "people hold what their last movement left, and their lots"),
        ("UPDATE credit_lot SET used = used + 1", "lots know what was used of them"),
        ("UPDATE credit_lot SET taken = 1", "lots know what went back of them"),
        ("UPDATE credit_use SET credits = 1", "movements that spent are uses of lots"),
        ("UPDATE credit_lot SET earned_minor = 1", "what is paid for unused credits is owed"),
        ("UPDATE credit_use SET earned_minor = 1", "what credits earned is booked"),
        ("UPDATE payment SET credits_added_at = NULL", "credits are added when they are paid, once"),
        ("UPDATE payment SET status = 'pending'", "credits are added when they are paid, once"),
        ("UPDATE payment SET credits_to_add = 1500", "payments of packages are as they were agreed"),
        ("UPDATE credit_sale SET discount_minor = 1", "packages with a code have its use"),
        ("UPDATE promotion SET credits = 1", "promotions are paid with their credits"),
        ("UPDATE purchase SET total_minor = 1", "purchases are the sum of their orders, or a package"),
    ],
)
def test_each_tampering_with_credits_is_found(world: World, damage: str, check: str) -> None:
    moved(world)
    world.tamper(damage)
    assert check in {found.check for found in check_books().differences}

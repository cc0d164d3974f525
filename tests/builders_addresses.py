"""Builders of people's address books."""

from marketplace import db
from marketplace.accounts import address_operations
from marketplace.accounts.address_operations import Uses
from marketplace.accounts.operations import PostalAddress
from tests.builders import World


def kept(
    world: World, user_id: int, line1: str = "5 Quay Road", *, is_delivery: bool = False, is_billing: bool = False
) -> int:
    """Put an address into a person's book; return its id."""
    return db.atomic(
        address_operations.add_address,
        (),
        user_id=user_id,
        address=PostalAddress("Bo Buyer", line1, "Bristol", "BS1 6XN", "GB"),
        uses=Uses(delivery=is_delivery, billing=is_billing),
        now=world.now,
    )

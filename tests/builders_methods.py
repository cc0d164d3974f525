"""Saved cards as the product makes them: saved by their owner on the provider's page, and heard of."""

from marketplace.payment_methods import flows
from marketplace.sandbox.inprocess import Paid
from tests.builders import World

VISA, MASTERCARD = "4242424242424242", "5555555555554444"


def page_of(world: World, user_id: int) -> str:
    """Let somebody press "Add a card"; return the id of the provider's page."""
    url = flows.open_page(
        user_id=user_id,
        provider=world.provider,
        success_url="http://localhost/account/methods/added?page={CHECKOUT_SESSION_ID}",
        cancel_url="http://localhost/account/methods",
        now=world.now,
    )
    return url.rpartition("/")[2]


def asked(world: World, user_id: int, number: str) -> str:
    """Let somebody's bank ask about a card that is being saved, and not answer; return the id of the page."""
    page = page_of(world, user_id)
    world.sandbox.save_card(page, number, authenticate=None)
    return page


def type_in(world: World, user_id: int, number: str = VISA, **how: str) -> Paid:
    """Let somebody save a card on the provider's page; nobody here has heard of it yet."""
    return world.sandbox.save_card(page_of(world, user_id), number, **how)  # type: ignore[arg-type]


def save(world: World, user_id: int, number: str = VISA, **how: str) -> int:
    """Let somebody save a card, with all that follows; return its row."""
    type_in(world, user_id, number, **how)
    world.settle_down()
    return int(str(world.rows("SELECT max(id) FROM saved_method WHERE user_id = %s", user_id)[0][0]))


def standing(world: World, user_id: int) -> list[tuple[object, ...]]:
    """Return what somebody has or had saved, in the order in which it was: brand, last digits, status, default."""
    return world.rows(
        "SELECT brand, last4, status, is_default FROM saved_method WHERE user_id = %s ORDER BY id", user_id
    )

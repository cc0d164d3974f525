"""Auctions by the real operations: put up, bid in, ended by the tick, paid on the payment page or from the wallet."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from flask.testing import FlaskClient

from marketplace import db
from marketplace.auctions import ending, operations
from marketplace.auctions.operations import Placed
from marketplace.auctions.rules import Terms
from marketplace.checkout import flows, queries, wallet_flows
from marketplace.checkout.flows import Outcome
from marketplace.checkout.operations import Agreed
from marketplace.money import Money
from tests.builders import ADDRESS, World


def put_up(
    world: World,
    start: int = 10_000,
    *,
    reserve: int | None = None,
    days: float = 1,
    currency: str = "USD",
    listing_id: int = 0,
    seller_id: int = 0,
) -> int:
    """Put a new listing's only unit up for auction, minor units; return the auction's id."""
    seller_id = seller_id or world.seller()
    listing_id = listing_id or world.listing(seller_id, start, units=1, currency=currency, title="Old engine")
    terms = Terms(
        Money(start, currency),
        Money(reserve, currency) if reserve else None,
        world.now + timedelta(days=days, seconds=5),
    )
    values = {"seller_id": seller_id, "listing_id": listing_id, "terms": terms, "now": world.now}
    return db.atomic(operations.put_up, (), **values)


def bid(world: World, auction_id: int, bidder_id: int, minor: int, currency: str = "USD") -> Placed:
    """Bid up to `minor` units."""
    return db.atomic(
        operations.place_bid,
        [f"auction:{auction_id}"],
        bidder_id=bidder_id,
        auction_id=auction_id,
        maximum=Money(minor, currency),
        now=world.now,
    )


def run_out(world: World, auction_id: int) -> None:
    """Let an auction's time pass, and end it by the tick."""
    [(ends_at,)] = world.rows("SELECT ends_at FROM auction WHERE id = %s", auction_id)
    world.advance(seconds=(ends_at - world.now).total_seconds() + 1)  # type: ignore[operator]
    world.tick()


def end_now(world: World, auction_id: int) -> None:
    """End an auction as of its end, without moving the clock that others look at."""
    [(ends_at,)] = world.rows("SELECT ends_at FROM auction WHERE id = %s", auction_id)
    db.atomic(ending.end, (), auction_id=auction_id, pay_hours=48, now=ends_at)  # type: ignore[arg-type]


def won(world: World, *maximums: int, start: int = 10_000, currency: str = "USD") -> tuple[int, Sequence[int]]:
    """End an auction in which new people bid `maximums` in turn; return its id and the people."""
    auction_id = put_up(world, start, currency=currency)
    people = [world.person(f"Bidder {number}") for number, _ in enumerate(maximums, start=1)]
    for person, maximum in zip(people, maximums, strict=True):
        bid(world, auction_id, person, maximum, currency)
    run_out(world, auction_id)
    return auction_id, people


def agreed(world: World, auction_id: int, buyer_id: int, currency: str = "USD") -> Agreed:
    """Return what the winner's review form would send now."""
    found = queries.review(buyer_id, currency, world.now, auction_id=auction_id)
    return Agreed(
        buyer_id=buyer_id,
        currency=currency,
        token=secrets.token_urlsafe(16),
        expected_total_minor=found.total.minor,
        delivery_address=ADDRESS,
        billing_address=ADDRESS,
        buyer_note="",
        auction_id=auction_id,
    )


def begin(world: World, form: Agreed, *, from_wallet: bool = False) -> Outcome:
    """Send the winner's review form."""
    send = wallet_flows.buy if from_wallet else flows.begin
    return send(agreed=form, now=world.now, providers=world.providers, settings=world.settings)


def pay(world: World, auction_id: int, buyer_id: int, currency: str = "USD") -> None:
    """Pay what was won on the payment page, with every webhook delivered."""
    form = agreed(world, auction_id, buyer_id, currency)
    world.pay(world.bought(begin(world, form), form))
    world.settle_down()


def status(world: World, auction_id: int) -> str:
    """Return how an auction stands."""
    [(found,)] = world.rows("SELECT status FROM auction WHERE id = %s", auction_id)
    return str(found)


def bids(world: World, auction_id: int) -> list[tuple[object, ...]]:
    """Return maximum, price and status of an auction's bids, in their order."""
    return world.rows(
        "SELECT maximum_minor, price_minor, status FROM bid WHERE auction_id = %s ORDER BY id", auction_id
    )


def told(world: World, user_id: int) -> list[str]:
    """Return the kinds of what somebody was told about auctions, in order."""
    rows = world.rows("SELECT kind FROM notification WHERE user_id = %s AND kind LIKE 'auction%%' ORDER BY id", user_id)
    return [str(kind) for (kind,) in rows]


def press(client: FlaskClient, path: str, token: str, **typed: str) -> int:
    """Send a form and return the code of the answer."""
    return client.post(path, data={"csrf_token": token, **typed}).status_code

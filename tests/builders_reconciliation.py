"""Builders of what does not agree: the provider's own deeds and messages that go wrong, and runs that find them."""

from datetime import timedelta

import stripe

from marketplace.reconciliation import flows
from marketplace.sandbox import balance, faults
from marketplace.sandbox.faults import Kind, Where
from tests.builders import World


def reconcile(world: World, *, mends: bool = False, in_minutes: int = 0, from_start: bool = False) -> None:
    """Carry a run to its end, as the command does, `in_minutes` from now."""
    now = world.now + timedelta(minutes=in_minutes)
    flows.begin(provider="stripe", admin_id=None, mends=mends, from_start=from_start, now=now)
    assert flows.finish(provider=world.provider, settings=world.settings, now=now, progress=lambda _: None)


def fault(world: World, kind: Kind, event: str, times: int = 1) -> None:
    """Let the next webhooks of a type go wrong at the provider."""
    with world.sandbox.sandbox.work() as work:
        faults.add(work, kind, Where(event=event), times=times)


def book_at_the_provider(world: World, kind: str, amount: int) -> str:
    """Let the provider move money of ours, US dollars, about nothing that the shop knows; return the line's id."""
    with world.sandbox.sandbox.work() as work:
        [row] = work.rows("SELECT id FROM objects WHERE kind = 'charge' AND account = '' ORDER BY seq LIMIT 1")
        nobody = work.need("charge", row["id"])
        nobody.id = ""
        return balance.book(work, nobody, kind=kind, amount=amount, available_on=work.now).id


def refund_at_the_provider(world: World, payment_id: int, amount_minor: int) -> stripe.Refund:
    """Refund a payment as somebody does in the provider's dashboard, and lose the message about it."""
    fault(world, Kind.LOST, "refund.*")
    [(intent,)] = world.rows("SELECT provider_payment_id FROM payment WHERE id = %s", payment_id)
    addresses = {"api": world.sandbox.base_url}
    client = stripe.StripeClient(world.sandbox.api_key, base_addresses=addresses, max_network_retries=0)
    made = client.v1.refunds.create({"payment_intent": str(intent), "amount": amount_minor})
    world.settle_down()
    return made


def break_of(world: World, kind: str) -> str:
    """Return the number of the newest break of a kind."""
    statement = "SELECT number FROM reconciliation_break WHERE kind = %s ORDER BY id DESC LIMIT 1"
    [(number,)] = world.rows(statement, kind)
    return str(number)

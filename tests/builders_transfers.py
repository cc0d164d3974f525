"""Bank transfers as the product makes them: ordered at the checkout, recorded by an admin, sent at the bank."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from marketplace import db
from marketplace.bank_policy import DEMO_TRANSFERS
from marketplace.bank_transfers.rules import NewLine, Origin, in_groups, reference_of
from marketplace.checkout import transfer_flows, transfer_matching
from marketplace.checkout.transfer_matching import Received
from marketplace.money import Money
from marketplace.refunds import flows as refunds
from marketplace.refunds import transfers as outgoing
from marketplace.refunds.wishes import Wish
from tests.builders import Bought, World

PAYER = "GB33BUKB20201555555555"
"""An example of an IBAN, of nobody."""
_numbers = itertools.count(1)


@contextmanager
def accounts(world: World) -> Iterator[None]:
    """Let the marketplace have the demo's bank accounts meanwhile."""
    before = world.settings
    world.app.extensions["settings"] = replace(before, bank_transfers=DEMO_TRANSFERS)
    try:
        yield
    finally:
        world.app.extensions["settings"] = before


def ordered(world: World, *grosses: int, buyer_id: int | None = None) -> Bought:
    """Order one part per seller by bank transfer, at `grosses` minor units of US dollars each."""
    buyer_id = buyer_id or world.person()
    for gross in grosses:
        world.put_in_cart(buyer_id, world.listing(world.seller(), gross))
    agreed = world.agreed(buyer_id)
    outcome = transfer_flows.buy(agreed=agreed, now=world.now, provider=world.provider, settings=world.settings)
    return world.bought(outcome, agreed)


def line(minor: int, text: str = "", currency: str = "USD", *, line_id: str = "", account: str = PAYER) -> NewLine:
    """Return a line of the statement: minor units and what the payer wrote."""
    line_id = line_id or f"BANK-{next(_numbers)}"
    amount = Money(minor, currency)
    return NewLine(Origin.HAND, line_id, amount, "2026-11-20", text, "Bo Buyer", account)


def receive(world: World, came: NewLine, *, admin_id: int | None = None, needs_second: bool = False) -> Received | None:
    """Let an admin record a line."""
    return db.atomic(
        transfer_matching.receive,
        (transfer_flows.LOCK, db.TURN),
        line=came,
        admin_id=admin_id or world.person("Ada Admin", is_admin=True),
        needs_second=needs_second,
        policy=world.settings.money,
        now=world.now,
    )


def came(world: World, bought: Bought, minor: int, **more: str) -> int:
    """Let a line with the reference of a purchase come in; return the transfer's id."""
    received = receive(world, line(minor, f"Payment {in_groups(reference_of(bought.payment_id))}", **more))
    assert received is not None
    return received.transfer_id


def paid(world: World, *grosses: int) -> Bought:
    """Buy by bank transfer, and let exactly the money come."""
    bought = ordered(world, *grosses)
    came(world, bought, sum(grosses))
    return bought


def sent(world: World, transfer_id: int, *, admin_id: int | None = None, limit: int = 50_000) -> None:
    """Let an admin say that the bank has sent a transfer."""
    db.atomic(
        outgoing.sent,
        (),
        transfer_id=transfer_id,
        admin_id=admin_id or world.person("Otto Admin", is_admin=True),
        bank_reference=f"SENT-{transfer_id}",
        second_above_minor=limit,
        now=world.now,
    )


def listed(world: World, admin_id: int) -> None:
    """Let a line come that is to be matched, and one that goes back."""
    receive(world, line(700, "Thank you"), admin_id=admin_id)
    back = receive(world, line(300, "By mistake"), admin_id=admin_id)
    assert back is not None
    send_back(world, back.transfer_id, admin_id)


def send_back(world: World, transfer_id: int, admin_id: int) -> None:
    """Let an admin send a line back to its sender."""
    deed = {"transfer_id": transfer_id, "reason": "It is nobody's.", "admin_id": admin_id, "now": world.now}
    db.atomic(transfer_matching.send_back, (), **deed)


def walk(world: World, buyer_id: int, admin_id: int) -> dict[str, object]:
    """Let something of each kind be there for a buyer; return its ids as the addresses of pages name them."""
    with accounts(world):
        awaited = ordered(world, 1_100, buyer_id=buyer_id)
        bought = ordered(world, 1_200, buyer_id=buyer_id)
        came(world, bought, 1_200, account="")
        unknown = receive(world, line(700, "Thank you"), admin_id=admin_id)
        back = receive(world, line(300, "By mistake"), admin_id=admin_id)
        assert unknown is not None
        assert back is not None
        send_back(world, back.transfer_id, admin_id)
        how = {"account": DEMO_TRANSFERS.accounts["USD"], "second_above_minor": 50_000, "now": world.now}
        file_id = db.atomic(outgoing.export, (), admin_id=admin_id, currency="USD", **how)
        again = receive(world, line(400, "By mistake", account=""), admin_id=admin_id)
        assert again is not None
        send_back(world, again.transfer_id, admin_id)
        refund_id = world.ask_refund(bought, Wish(percent=100))
        refunds.approve_and_send(
            admin_id=admin_id,
            refund_id=refund_id,
            amount_minor=1_200,
            notes="",
            policy=world.settings.money,
            providers={},
            now=world.now,
        )
    [(outgoing_id,)] = world.rows("SELECT id FROM outgoing_transfer WHERE incoming_id = %s", again.transfer_id)
    [(number,)] = world.rows("SELECT number FROM refund WHERE id = %s", refund_id)
    return {
        "awaited_payment_id": awaited.payment_id,
        "transfer_id": unknown.transfer_id,
        "outgoing_id": outgoing_id,
        "transfer_file_id": file_id,
        "account_refund": number,
    }

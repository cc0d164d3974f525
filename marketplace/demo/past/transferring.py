"""Bank transfers of the past: one that paid, one that is awaited, and lines of the statement that fit nothing.

Each deed done twice is done once.
"""

from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Row, select

from marketplace import db
from marketplace.bank_policy import DEMO_TRANSFERS
from marketplace.bank_transfers import recording
from marketplace.bank_transfers.models import IncomingTransfer, OutgoingTransfer
from marketplace.bank_transfers.rules import NewLine, Origin, in_groups, reference_of
from marketplace.bank_transfers.states import IncomingStatus, OutgoingStatus
from marketplace.checkout import queries as checkout
from marketplace.checkout import transfer_flows, transfer_matching
from marketplace.checkout.operations import Agreed
from marketplace.demo.customers import Customer
from marketplace.demo.past.buying import Basket, fill_basket
from marketplace.demo.past.stage import Stage, listing_of, payments_of, person_id
from marketplace.demo.people import ADMIN
from marketplace.money import Money
from marketplace.payment_records.models import Payment
from marketplace.refunds import transfers

_MARK = ":transfer"
_PAYER = "GB33BUKB20201555555555"
"""An example of an IBAN, of nobody."""


def order(stage: Stage, *, purchase: str, customer: Customer, currency: str, basket: Basket) -> None:
    """Fill the basket and order all of it by bank transfer."""
    if payments_of(purchase + _MARK):
        return
    buyer_id = person_id(customer.person.email)
    wanted = [(listing_of(seller, title).id, units) for seller, title, units in basket]
    db.atomic(fill_basket, (), user_id=buyer_id, wanted=wanted, now=stage.now)
    address = asdict(customer.address)
    agreed = Agreed(
        buyer_id=buyer_id,
        currency=currency,
        token=purchase,
        expected_total_minor=checkout.review(buyer_id, currency, stage.now).total.minor,
        delivery_address=address,
        billing_address=address,
        buyer_note="",
        shown_country=customer.address.country,
    )
    settings = replace(stage.settings, bank_transfers=DEMO_TRANSFERS)
    transfer_flows.buy(agreed=agreed, now=stage.now, provider=stage.provider, settings=settings)


def receive(
    stage: Stage,
    *,
    line_id: str,
    currency: str,
    minor: int = 0,
    text: str = "",
    purchase: str = "",
    is_kept: bool = False,
) -> None:
    """Record a line of the statement: with the reference of a purchase, or with what somebody wrote.

    `minor` units of `currency`, 0 for just what the purchase costs.
    `is_kept` lets what is too little wait for the rest.
    """
    if _known(line_id) is not None:
        return
    if purchase:
        payment_id = payments_of(purchase + _MARK)[0].id
        text = f"{text} {in_groups(reference_of(payment_id))}"
        minor = minor or db.read(select(Payment.amount_minor).where(Payment.id == payment_id))[0][0]
    limit = stage.settings.money.second_approver_above_minor
    received = db.atomic(
        transfer_matching.receive,
        (transfer_flows.LOCK, db.TURN),
        line=NewLine(
            Origin.HAND, line_id, Money(minor, currency), f"{stage.now:%Y-%m-%d}", text, "Jamie Payer", _PAYER
        ),
        admin_id=person_id(ADMIN.email),
        needs_second=minor > limit,
        policy=stage.settings.money,
        now=stage.now,
    )
    if received is not None and is_kept:
        _decide(stage, transfer_matching.keep, received.transfer_id)


def send_back(stage: Stage, *, line_id: str, reason: str) -> None:
    """Send a line that fits nothing back to its sender."""
    row = _known(line_id)
    if row is not None and row.status is IncomingStatus.TO_MATCH:
        _decide(stage, transfer_matching.send_back, row.id, reason=reason)


def strike(stage: Stage, *, line_id: str, reason: str) -> None:
    """Strike out a line that was typed by mistake."""
    row = _known(line_id)
    if row is not None and row.status is IncomingStatus.TO_MATCH:
        _decide(stage, recording.strike, row.id, reason=reason)


def send(stage: Stage, *, line_id: str) -> None:
    """Say that the bank has sent what goes back of a line."""
    row = _known(line_id)
    planned = (OutgoingTransfer.incoming_id == row.id, OutgoingTransfer.status == OutgoingStatus.PLANNED) if row else ()
    found = db.read(select(OutgoingTransfer.id).where(*planned)) if planned else []
    if found:
        db.atomic(
            transfers.sent,
            (),
            transfer_id=found[0].id,
            admin_id=person_id(ADMIN.email),
            bank_reference=f"BACK-{line_id}",
            second_above_minor=stage.settings.money.second_approver_above_minor,
            now=stage.now,
        )


def _decide(stage: Stage, operation: Any, transfer_id: int, **values: Any) -> None:
    by = person_id(ADMIN.email)
    db.atomic(operation, (), transfer_id=transfer_id, admin_id=by, now=stage.now, **values)


def _known(line_id: str) -> Row[Any] | None:
    return db.read_one(select(IncomingTransfer.id, IncomingTransfer.status).where(IncomingTransfer.line_id == line_id))

"""Refunds, as an admin's press sends them: approved, booked, and asked of the provider, one after another."""

import time
from collections.abc import Sequence

from flask import Flask
from sqlalchemy import text

from marketplace import clock, db
from marketplace.config import Settings
from marketplace.refunds import flows, operations
from marketplace.refunds.rules import RefundReason
from marketplace.refunds.wishes import Wish

MOST = 20
_PAID = text("""
    SELECT id, buyer_id FROM "order" WHERE status = 'confirmed' AND total_minor >= 100 ORDER BY id DESC LIMIT :most
""")
_AMOUNT = text("SELECT amount_minor FROM refund WHERE id = :refund_id")


def measure(app: Flask, admin_id: int) -> Sequence[float]:
    """Let buyers of paid orders ask for a tenth back and approve it; return the seconds of each approval.

    The shop's own operations, in this process, against the sandbox of the run; asking is not measured.
    """
    settings: Settings = app.extensions["settings"]
    took = []
    for row in db.read(_PAID, {"most": MOST}):
        refund_id = db.atomic(
            operations.request,
            (),
            buyer_id=row.buyer_id,
            order_id=row.id,
            reason=RefundReason.DAMAGED,
            description="Scratched on the way.",
            wish=Wish(percent=10),
            now=clock.now(),
        )
        amount_minor = int(db.read(_AMOUNT, {"refund_id": refund_id})[0].amount_minor)
        began = time.perf_counter()
        flows.approve_and_send(
            admin_id=admin_id,
            refund_id=refund_id,
            amount_minor=amount_minor,
            notes="",
            policy=settings.money,
            providers=app.extensions["providers"],
            now=clock.now(),
        )
        took.append(time.perf_counter() - began)
    return took

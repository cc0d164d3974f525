"""Explain a figure of a dispute: the stored figure and the rows that make it, read at one moment."""

from typing import Any

from sqlalchemy import func, select

from marketplace import db
from marketplace.disputes.models import Dispute, DisputeMovement, DisputeShare
from marketplace.errors import NotFound
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.ledger import queries as ledger
from marketplace.ledger.accounts import Account
from marketplace.ledger.models import LedgerEntry, Posting
from marketplace.payments.explain_queries import Explanation, Figure


class DisputeFigure(Figure):
    """The figures of a dispute: what the bank has and what it cost, and who gives what of a loss."""

    TAKEN = "taken", Text("Taken by the bank"), Account.DISPUTE_HOLD, 1
    FEE = "fee", Text("The provider's fee"), Account.DISPUTE_FEE, 1
    PLATFORM = "platform", Text("Platform fee given back"), Account.PLATFORM_FEE, 1
    COST = "cost", Text("Borne by the platform"), Account.REFUND_COST, 1
    HELD = "held", Text("From what is held for the seller"), Account.SELLER_HELD, 1
    AVAILABLE = "available", Text("From what is available to the seller"), Account.SELLER_PAYABLE, 1
    DEBT = "debt", Text("Owed by the seller"), Account.SELLER_DEBT, 1
    SUBSIDY = "subsidy", Text("Marketplace's part of the discount, taken back"), Account.DISCOUNT_EXPENSE, 1


OF_SELLERS = (
    DisputeFigure.PLATFORM,
    DisputeFigure.HELD,
    DisputeFigure.AVAILABLE,
    DisputeFigure.DEBT,
    DisputeFigure.SUBSIDY,
)
_PARTS: dict[DisputeFigure, Any] = {
    DisputeFigure.PLATFORM: DisputeShare.platform_minor,
    DisputeFigure.HELD: DisputeShare.held_minor,
    DisputeFigure.AVAILABLE: DisputeShare.available_minor,
    DisputeFigure.DEBT: DisputeShare.debt_minor,
    DisputeFigure.SUBSIDY: -DisputeShare.__table__.c.subsidy_minor,
}
_WHOLE: dict[DisputeFigure, Any] = {
    DisputeFigure.TAKEN: Dispute.withdrawn_minor,
    DisputeFigure.FEE: Dispute.fee_minor,
    DisputeFigure.COST: Dispute.platform_lost_minor,
}


def of_any(number: str, figure: DisputeFigure) -> Explanation:
    """Return the rows behind a figure of any dispute, for an admin; raises NotFound."""
    return _explain(number, figure, None)


def of_seller(number: str, seller_id: int, figure: DisputeFigure) -> Explanation:
    """Return the rows behind a figure of a dispute as far as it is the seller's own; raises NotFound."""
    if figure not in OF_SELLERS:
        raise NotFound(_("There is no such figure."))
    return _explain(number, figure, seller_id)


def _explain(number: str, figure: DisputeFigure, seller_id: int | None) -> Explanation:
    stored = _WHOLE.get(figure, Dispute.withdrawn_minor)
    columns = select(Dispute.id, Dispute.payment_id, Dispute.currency, Dispute.fee_currency, stored)
    parts = select(func.coalesce(func.sum(_PARTS.get(figure, DisputeShare.lost_minor)), 0)).where(
        *([DisputeShare.seller_id == seller_id] if seller_id is not None else [])
    )
    with db.snapshot() as connection:
        found = connection.execute(columns.where(Dispute.number == number)).one_or_none()
        if found is None:
            raise NotFound(_("There is no dispute with this number."))
        dispute_id, payment_id, currency, fee_currency, minor = found
        own = select(DisputeShare.order_id).where(DisputeShare.dispute_id == dispute_id)
        if seller_id is not None:
            own = own.where(DisputeShare.seller_id == seller_id, DisputeShare.amount_minor > 0)
            if connection.execute(own).first() is None:
                raise NotFound(_("There is no dispute with this number."))
        conditions = [Posting.account == figure.account, LedgerEntry.payment_id == payment_id]
        if figure in _PARTS:
            minor = int(connection.execute(parts.where(DisputeShare.dispute_id == dispute_id)).scalar_one())
            conditions += [LedgerEntry.key.like(f"dispute:{dispute_id}:%"), Posting.order_id.in_(own)]
        elif figure is DisputeFigure.COST:
            conditions.append(LedgerEntry.key.like(f"dispute:{dispute_id}:%"))
        else:
            lines = select(DisputeMovement.line_id).where(DisputeMovement.dispute_id == dispute_id)
            keys = [f"balance_transaction:{line_id}" for line_id in connection.execute(lines).scalars()]
            conditions.append(LedgerEntry.key.in_([*keys, *(f"{key}:exchanged" for key in keys)]))
        booked = ledger.postings(connection, *conditions)
    named = fee_currency if figure is DisputeFigure.FEE else currency
    return Explanation(figure.label, named, minor, figure.sign, booked, ())

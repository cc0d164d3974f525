"""Explain a figure of a refund: the stored figure and the rows that make it, read at one moment."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, bindparam, select

from marketplace import db
from marketplace.errors import NotFound
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.ledger import queries as ledger
from marketplace.ledger.accounts import Account
from marketplace.ledger.models import LedgerEntry, Posting
from marketplace.orders.models import OrderLine
from marketplace.payments.explain_queries import Explanation, Figure
from marketplace.payments.explain_rules import AgreedRow
from marketplace.refunds.models import Refund, RefundLine
from marketplace.refunds.states import TAKEN


class RefundFigure(Figure):
    """The figures of a refund: what the buyer gets, and who gives it."""

    AMOUNT = "amount", Text("Refund"), Account.REFUND_PENDING, -1
    PLATFORM = "platform", Text("Platform fee given back"), Account.PLATFORM_FEE, 1
    COST = "cost", Text("Card fee borne by the platform"), Account.REFUND_COST, 1
    HELD = "held", Text("From what is held for the seller"), Account.SELLER_HELD, 1
    AVAILABLE = "available", Text("From what is available to the seller"), Account.SELLER_PAYABLE, 1
    DEBT = "debt", Text("Owed by the seller"), Account.SELLER_DEBT, 1
    SUBSIDY = "subsidy", Text("Marketplace's part of the discount, taken back"), Account.DISCOUNT_EXPENSE, 1


_COLUMN = {
    RefundFigure.PLATFORM: Refund.platform_minor,
    RefundFigure.COST: Refund.cost_minor,
    RefundFigure.HELD: Refund.held_minor,
    RefundFigure.AVAILABLE: Refund.available_minor,
    RefundFigure.DEBT: Refund.debt_minor,
    RefundFigure.SUBSIDY: -Refund.__table__.c.subsidy_minor,
}
_UNITS = (
    select(OrderLine.title, RefundLine.quantity, OrderLine.unit_price_minor)
    .join(OrderLine, OrderLine.id == RefundLine.order_line_id)
    .where(RefundLine.refund_id == bindparam("refund_id"))
    .order_by(RefundLine.id)
)


def of_any(number: str, figure: RefundFigure) -> Explanation:
    """Return the rows behind a figure of any refund, for an admin; raises NotFound."""
    return _explain(number, figure)


def of_buyer(number: str, buyer_id: int) -> Explanation:
    """Return the rows behind the amount of the buyer's own refund; raises NotFound for a foreign one."""
    return _explain(number, RefundFigure.AMOUNT, Refund.buyer_id == buyer_id)


def of_seller(number: str, seller_id: int, figure: RefundFigure) -> Explanation:
    """Return the rows behind a figure of a refund of the seller's own orders; raises NotFound for a foreign one."""
    return _explain(number, figure, Refund.seller_id == seller_id)


def _explain(number: str, figure: RefundFigure, *is_own: ColumnElement[bool]) -> Explanation:
    stored = _COLUMN.get(figure, Refund.amount_minor)
    columns = select(Refund.id, Refund.currency, Refund.status, Refund.asked_minor, Refund.amount_minor, stored)
    with db.snapshot() as connection:
        found = connection.execute(columns.where(Refund.number == number, *is_own)).one_or_none()
        if found is None:
            raise NotFound(_("There is no refund with this number."))
        refund_id, currency, status, asked, amount, minor = found
        agreed: Sequence[AgreedRow] = ()
        booked: tuple[ledger.PostingRow, ...] = ()
        if status in TAKEN:
            own = LedgerEntry.key.like(f"refund:{refund_id}:%")
            booked = ledger.postings(connection, Posting.account == figure.account, own)
        elif figure is RefundFigure.AMOUNT:
            agreed = _asked(connection, refund_id, asked, amount)
        else:
            minor = 0
    return Explanation(figure.label, currency, minor, figure.sign, booked, tuple(agreed))


def _asked(connection: Connection, refund_id: int, asked_minor: int, amount_minor: int) -> list[AgreedRow]:
    """Return what makes an amount that is not booked: the units or the amount asked for, and what an admin changed."""
    rows = [
        AgreedRow(title, _("%(number)s of the order", number=quantity), quantity * price)
        for title, quantity, price in connection.execute(_UNITS, {"refund_id": refund_id})
    ]
    rest = asked_minor - sum(row.amount_minor for row in rows)
    if rest:
        rows.append(AgreedRow(_("Tax and discounts on these") if rows else _("Asked for"), "", rest))
    if amount_minor != asked_minor:
        rows.append(AgreedRow(_("Changed by the marketplace"), "", amount_minor - asked_minor))
    return rows

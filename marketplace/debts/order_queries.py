"""What a seller owes for one order, and what the order's money paid of other debts: the figures and their rows."""

from dataclasses import dataclass

from sqlalchemy import bindparam, func, select

from marketplace import db
from marketplace.debts.models import SellerDebt
from marketplace.errors import NotFound
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.ledger import queries as ledger
from marketplace.ledger.accounts import Account
from marketplace.ledger.models import LedgerEntry, Posting
from marketplace.orders.models import Order
from marketplace.payments.explain_queries import Explanation, Figure
from marketplace.payments.models import PaymentTransaction

_MINOR = SellerDebt.amount_minor.type


class DebtFigure(Figure):
    """The figures of debts on a seller's order page; negative, as everything that is taken from the seller."""

    OWED = "owed", Text("You still owe for this order"), Account.SELLER_DEBT, -1
    PAID_DEBTS = "paid-debts", Text("Paid what you owed for others"), Account.SELLER_PAYABLE, -1


@dataclass(frozen=True, slots=True)
class OrderDebt:
    """What a seller owes for one order, and what the order's money paid of debts; minor units."""

    made_minor: int
    open_minor: int
    paid_minor: int

    def minor_of(self, figure: DebtFigure) -> int:
        """Return a figure as the page shows it."""
        return -self.open_minor if figure is DebtFigure.OWED else -self.paid_minor


_SHARES = select(PaymentTransaction.id).where(PaymentTransaction.order_id == bindparam("order_id"))
_DEBTS = SellerDebt.transaction_id.in_(_SHARES)
_OF_ORDER = select(
    select(func.coalesce(func.sum(SellerDebt.amount_minor), 0).cast(_MINOR)).where(_DEBTS).scalar_subquery(),
    select(func.coalesce(func.sum(SellerDebt.open_minor), 0).cast(_MINOR)).where(_DEBTS).scalar_subquery(),
    select(func.coalesce(func.sum(PaymentTransaction.netted_minor), 0).cast(_MINOR))
    .where(PaymentTransaction.order_id == bindparam("order_id"))
    .scalar_subquery(),
)
_ORDER = select(Order.id, Order.currency).where(
    Order.number == bindparam("number"), Order.seller_id == bindparam("seller_id")
)


def of_order(order_id: int) -> OrderDebt:
    """Return what is owed for an order, and what its money paid of debts."""
    return OrderDebt(*tuple(db.read(_OF_ORDER, {"order_id": order_id})[0]))


def explain(number: str, seller_id: int, figure: DebtFigure) -> Explanation:
    """Return the rows behind a figure of the seller's own order; raises NotFound for a foreign one."""
    with db.snapshot() as connection:
        order = connection.execute(_ORDER, {"number": number, "seller_id": seller_id}).one_or_none()
        if order is None:
            raise NotFound(_("There is no order with this number among yours."))
        debt = OrderDebt(*tuple(connection.execute(_OF_ORDER, {"order_id": order.id}).one()))
        conditions = [Posting.order_id == order.id, Posting.account == figure.account]
        if figure is DebtFigure.PAID_DEBTS:
            conditions.append(LedgerEntry.key.like("netting:%"))
        postings = ledger.postings(connection, *conditions)
    return Explanation(figure.label, order.currency, debt.minor_of(figure), figure.sign, postings, ())

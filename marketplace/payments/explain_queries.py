"""Explain a figure: the stored figure and the rows that make it, read at one moment, so that they must agree.

What is booked opens to its ledger postings. What is only agreed (goods, delivery, an unpaid total) opens to the rows
of the order, because the ledger knows nothing of it yet.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from sqlalchemy import ColumnElement, Connection, bindparam, func, select

from marketplace import db
from marketplace.catalog.models import Shop
from marketplace.errors import NotFound
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.ledger import queries as ledger
from marketplace.ledger.accounts import Account
from marketplace.ledger.models import LedgerEntry, Posting
from marketplace.orders.models import Order, OrderDeliveryTax, OrderLine, Purchase
from marketplace.payments.explain_rules import AgreedRow, OrderFacts, Parts, buyer_parts, fee_row, seller_parts
from marketplace.payments.models import FeeSchedule, OrderFee, PaymentTransaction
from marketplace.payments.states import TransactionStatus

_UNBOOKED = frozenset({TransactionStatus.PENDING, TransactionStatus.FAILED})
_CAPTURED = LedgerEntry.key.like("payment:%:captured")
_REFUNDS = LedgerEntry.key.like("refund:%")
_REFUNDS_AND_LOSSES = _REFUNDS | LedgerEntry.key.like("dispute:%") | LedgerEntry.key.like("transaction:%:unsold")


class Figure(StrEnum):
    """A figure with its label, the account it is booked to, and that account's sign in it (+1 debit, -1 credit)."""

    label: str
    account: Account | None
    sign: int

    def __new__(cls, value: str, label: str, account: Account | None = None, sign: int = 1) -> Self:
        """Make a figure."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.account = account
        member.sign = sign
        return member


class BuyerFigure(Figure):
    """The figures of a buyer's order page. No fee and no net among them."""

    GOODS = "goods", Text("Goods")
    DELIVERY = "delivery", Text("Delivery")
    TAX = "tax", Text("Tax")
    DISCOUNT = "discount", Text("Discount")
    TOTAL = "total", Text("Total"), Account.PROVIDER_CLEARING, 1
    REFUNDED = "refunded", Text("Refunded"), Account.REFUND_PENDING, 1


class SellerFigure(Figure):
    """The figures of a seller's order page. What is taken from the seller is negative, as the page shows it."""

    GOODS = "goods", Text("Goods")
    DELIVERY = "delivery", Text("Delivery")
    TAX = "tax", Text("Tax")
    DISCOUNT = "discount", Text("Discount")
    GROSS = "gross", Text("Paid by the buyer"), Account.PROVIDER_CLEARING, 1
    SUBSIDY = "subsidy", Text("Discount paid by the marketplace"), Account.DISCOUNT_EXPENSE, 1
    PLATFORM_FEE = "platform-fee", Text("Platform fee"), Account.PLATFORM_FEE, 1
    CARD_FEE = "card-fee", Text("Card fee"), Account.PROCESSING_FEE_RECOVERY, 1
    NET = "net", Text("You receive"), Account.SELLER_HELD, -1
    REFUNDED = "refunded", Text("Refunded to the buyer"), Account.REFUND_PENDING, 1
    TAKEN = "taken", Text("Taken from your share"), Account.SELLER_HELD, -1
    HELD = "held", Text("Held now"), Account.SELLER_HELD, -1


@dataclass(frozen=True, slots=True)
class Explanation:
    """A stored figure and the rows that make it; minor units of `currency`."""

    label: str
    currency: str
    figure_minor: int
    sign: int
    postings: tuple[ledger.PostingRow, ...]
    agreed: tuple[AgreedRow, ...]

    @property
    def sum_minor(self) -> int:
        """Return what the rows make, in the figure's sign."""
        booked = self.sign * sum(row.amount_minor for row in self.postings)
        return booked + sum(row.amount_minor for row in self.agreed)

    @property
    def agrees(self) -> bool:
        """Return whether the rows make the figure."""
        return self.sum_minor == self.figure_minor


@dataclass(frozen=True, slots=True)
class HeldStatement:
    """What is held for a seller: the sum of the shares on hold, and the postings that make it; minor units."""

    shares_minor: int
    statement: ledger.AccountStatement

    @property
    def ledger_minor(self) -> int:
        """Return the ledger's answer; a credit balance is the seller's."""
        return -self.statement.total_minor


_FACTS = (
    select(
        Order.id,
        Order.number,
        Shop.name,
        Order.currency,
        Order.subtotal_minor,
        Order.delivery_minor,
        Order.tax_minor,
        Order.discount_minor,
        Order.total_minor,
        Order.platform_fee_minor,
        Order.processing_fee_minor,
        Order.net_minor,
        Order.created_at,
        Order.subsidy_minor,
        Order.tax_included,
        Purchase.discount_code,
    )
    .join(Shop, Shop.seller_id == Order.seller_id)
    .join(Purchase, Purchase.id == Order.purchase_id)
    .where(Order.number == bindparam("number"))
)
_LINES = (
    select(OrderLine.title, OrderLine.quantity, OrderLine.subtotal_minor, OrderLine.discount_minor)
    .where(OrderLine.order_id == bindparam("order_id"))
    .order_by(OrderLine.id)
)
_DELIVERY_TAXES = (
    select(OrderDeliveryTax.tax_basis_points, OrderDeliveryTax.tax_minor)
    .where(OrderDeliveryTax.order_id == bindparam("order_id"), OrderDeliveryTax.tax_minor > 0)
    .order_by(OrderDeliveryTax.tax_basis_points)
)
_FEES = (
    select(FeeSchedule.platform_basis_points, FeeSchedule.category, OrderFee.platform_fee_minor)
    .join(FeeSchedule, FeeSchedule.id == OrderFee.fee_schedule_id)
    .where(OrderFee.order_id == bindparam("order_id"))
    .order_by(OrderFee.base_minor.desc(), OrderFee.fee_schedule_id)
)
_PAID_SHARE = select(
    PaymentTransaction.status, PaymentTransaction.refunded_minor, PaymentTransaction.net_taken_minor
).where(PaymentTransaction.order_id == bindparam("order_id"), PaymentTransaction.status.not_in(list(_UNBOOKED)))
_HELD_SHARES = select(
    func.coalesce(func.sum(PaymentTransaction.net_minor - PaymentTransaction.net_taken_minor), 0).cast(
        Posting.amount_minor.type
    )
).where(
    PaymentTransaction.seller_id == bindparam("seller_id"),
    PaymentTransaction.currency == bindparam("currency"),
    PaymentTransaction.status == TransactionStatus.HELD,
)


def explain_buyer_order(number: str, buyer_id: int, figure: BuyerFigure) -> Explanation:
    """Return the rows behind a figure of the buyer's own order; raises NotFound for a foreign one."""
    return _explain(number, Order.buyer_id == buyer_id, figure, buyer_parts)


def explain_seller_order(number: str, seller_id: int, figure: SellerFigure) -> Explanation:
    """Return the rows behind a figure of the seller's own order; raises NotFound for a foreign one."""
    return _explain(number, Order.seller_id == seller_id, figure, seller_parts)


def held_statement(seller_id: int, currency: str, before: int | None, size: int) -> HeldStatement:
    """Return what is held for a seller in one currency with a stretch of its postings, read in one snapshot."""
    with db.snapshot() as connection:
        values = {"seller_id": seller_id, "currency": currency}
        shares = connection.execute(_HELD_SHARES, values).scalar_one()
        held = (Posting.account == Account.SELLER_HELD, ledger.of_seller(seller_id, currency))
        stretch = ledger.statement(connection, *held, before=before, size=size)
    return HeldStatement(shares, stretch)


def _explain(
    number: str,
    is_own: ColumnElement[bool],
    figure: Figure,
    parts: Callable[[OrderFacts, Sequence[AgreedRow]], Parts],
) -> Explanation:
    with db.snapshot() as connection:
        found = connection.execute(_FACTS.where(is_own), {"number": number}).one_or_none()
        if found is None:
            raise NotFound(_("There is no order with this number among yours."))
        order = OrderFacts(*tuple(found))
        sold = connection.execute(_LINES, {"order_id": order.id}).all()
        lines = [AgreedRow(title, _("%(number)s in the order", number=n), amount) for title, n, amount, _off in sold]
        on = {title: _("%(code)s on %(title)s", code=order.code, title=title) for title, *_rest in sold}
        discounts = [AgreedRow(on[title], "", -off) for title, _n, _amount, off in sold if off]
        of = {"order_id": order.id}
        fees = [fee_row(rate, category, fee) for rate, category, fee in connection.execute(_FEES, of)]
        sent = [(rate, tax) for rate, tax in connection.execute(_DELIVERY_TAXES, of)]
        share = connection.execute(_PAID_SHARE, of).first()
        status, refunded, taken = share or (None, 0, 0)
        order = replace(order, fees=fees, discounts=discounts, delivery_taxes=sent)
        order = replace(order, refunded_minor=refunded, net_taken_minor=taken)
        booked = _booked(connection, order.id, figure) if status is not None else ()
    amount, agreed = parts(order, lines)[figure.value]
    if figure is SellerFigure.HELD and status is not TransactionStatus.HELD:
        amount, agreed = 0, ()
    in_books = figure.account is not None and status is not None and (amount != 0 or booked)
    return Explanation(figure.label, order.currency, amount, figure.sign, booked, () if in_books else tuple(agreed))


def _booked(connection: Connection, order_id: int, figure: Figure) -> tuple[ledger.PostingRow, ...]:
    if figure.account is None:
        return ()
    conditions: list[ColumnElement[bool]] = [Posting.order_id == order_id, ledger.on(figure.account)]
    if figure in {BuyerFigure.REFUNDED, SellerFigure.REFUNDED}:
        conditions.append(_REFUNDS)
    elif figure is SellerFigure.TAKEN:
        in_net = Posting.account.in_([Account.SELLER_HELD, Account.SELLER_PAYABLE])
        conditions = [Posting.order_id == order_id, in_net, _REFUNDS_AND_LOSSES]
    elif figure is not SellerFigure.HELD:
        conditions.append(_CAPTURED)
    return ledger.postings(connection, *conditions)

"""Explain a figure of the admin's payment page: what the rows of our tables say against what the ledger says."""

from enum import StrEnum
from typing import Any, Self

from sqlalchemy import ColumnElement, Connection, bindparam, func, select

from marketplace import db
from marketplace.catalog.models import Shop
from marketplace.errors import NotFound
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.ledger import queries as ledger
from marketplace.ledger.accounts import Account
from marketplace.ledger.models import LedgerEntry, Posting
from marketplace.orders.models import Order
from marketplace.payment_records.models import Payment
from marketplace.payment_records.states import HAS_MONEY
from marketplace.payments.explain_queries import Explanation
from marketplace.payments.explain_rules import AgreedRow
from marketplace.payments.models import BalanceTransaction, PaymentTransaction, UnappliedReceipt
from marketplace.payments.states import TransactionStatus

_RECEIVED = LedgerEntry.key.like("payment:%:captured") | LedgerEntry.key.like("payment:%:unapplied")
_CAPTURED = LedgerEntry.key.like("payment:%:captured")
_UNBOOKED = (TransactionStatus.PENDING, TransactionStatus.FAILED)


class Source(StrEnum):
    """Which of our tables holds the figure that the ledger must agree with."""

    PAYMENT = "payment"
    SHARE = "share"
    HELD_SHARE = "held_share"
    PROVIDER = "provider"
    RECEIPT = "receipt"
    REFUND = "refund"


class PaymentFigure(StrEnum):
    """A figure of a payment: label, account, sign (+1 debit, -1 credit), and the table that holds it."""

    label: str
    account: Account
    sign: int
    source: Source

    def __new__(cls, value: str, label: str, account: Account, sign: int, source: Source) -> Self:
        """Make a figure."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label, member.account, member.sign, member.source = label, account, sign, source
        return member

    AMOUNT = "amount", Text("Amount"), Account.PROVIDER_CLEARING, 1, Source.PAYMENT
    GROSS = "gross", Text("Gross"), Account.PROVIDER_CLEARING, 1, Source.SHARE
    SUBSIDY = "subsidy", Text("Discounts paid by us"), Account.DISCOUNT_EXPENSE, 1, Source.SHARE
    PLATFORM_FEE = "platform-fee", Text("Platform fee"), Account.PLATFORM_FEE, -1, Source.SHARE
    CARD_FEE = "card-fee", Text("Card fee charged"), Account.PROCESSING_FEE_RECOVERY, -1, Source.SHARE
    NET = "net", Text("Net for the sellers"), Account.SELLER_HELD, -1, Source.SHARE
    HELD = "held", Text("Held now"), Account.SELLER_HELD, -1, Source.HELD_SHARE
    REFUNDED = "refunded", Text("Refunded to the buyer"), Account.REFUND_PENDING, -1, Source.REFUND
    PROVIDER_FEE = "provider-fee", Text("Fee taken by the provider"), Account.PROCESSING_FEE, 1, Source.PROVIDER
    PROVIDER_NET = (
        "provider-net",
        Text("Arrived in the provider's balance"),
        Account.PROVIDER_BALANCE,
        1,
        Source.PROVIDER,
    )
    RETURNED = "unapplied", Text("Received, could not be used"), Account.UNAPPLIED_RECEIPTS, -1, Source.RECEIPT


_AMOUNT = PaymentTransaction.gross_minor.type
_SHARE_COLUMN = {
    PaymentFigure.GROSS: PaymentTransaction.gross_minor,
    PaymentFigure.SUBSIDY: PaymentTransaction.subsidy_minor,
    PaymentFigure.PLATFORM_FEE: PaymentTransaction.platform_fee_minor,
    PaymentFigure.CARD_FEE: PaymentTransaction.processing_fee_minor,
    PaymentFigure.NET: PaymentTransaction.net_minor,
    PaymentFigure.HELD: PaymentTransaction.net_minor - PaymentTransaction.net_taken_minor,
    PaymentFigure.REFUNDED: PaymentTransaction.refunded_minor,
}
_PROVIDER_COLUMN = {
    PaymentFigure.PROVIDER_FEE: BalanceTransaction.fee_minor,
    PaymentFigure.PROVIDER_NET: BalanceTransaction.net_minor,
}
_PAYMENT = select(
    Payment.amount_minor, Payment.currency, Payment.purchase_id, Payment.status, Payment.package_name
).where(Payment.id == bindparam("payment_id"))
_ORDERS = (
    select(Order.number, Shop.name, Order.total_minor)
    .join(Shop, Shop.seller_id == Order.seller_id)
    .where(Order.purchase_id == bindparam("purchase_id"))
    .order_by(Order.id)
)
_RECEIPT = select(func.coalesce(func.sum(UnappliedReceipt.amount_minor), 0).cast(_AMOUNT)).where(
    UnappliedReceipt.payment_id == bindparam("payment_id")
)


def explain_payment(
    payment_id: int, figure: PaymentFigure, order_number: str | None = None, user_id: int | None = None
) -> Explanation:
    """Return the rows behind a figure of a payment, of one seller's share when `order_number` is given.

    `user_id` narrows to that buyer's own payments. Raises NotFound.
    """
    own = [Payment.user_id == user_id] if user_id is not None else []
    with db.snapshot() as connection:
        found = connection.execute(_PAYMENT.where(*own), {"payment_id": payment_id}).one_or_none()
        if found is None:
            raise NotFound(_("There is no payment with this number."))
        amount, currency, purchase_id, status, package_name = found
        agreed: list[AgreedRow] = []
        if figure.source is Source.PROVIDER:
            amount, currency = _seen_at_provider(connection, payment_id, figure, currency)
        elif figure.source is not Source.PAYMENT:
            amount, agreed = _stored(connection, payment_id, figure, order_number)
        elif not amount or status not in HAS_MONEY:
            rows = connection.execute(_ORDERS, {"purchase_id": purchase_id})
            agreed = [AgreedRow(_("Order %(number)s", number=number), shop, total) for number, shop, total in rows]
            agreed += [AgreedRow(package_name, _("Package of credits"), amount)] if package_name else []
        booked = ledger.postings(connection, Posting.currency == currency, *_scope(payment_id, figure, order_number))
    return Explanation(figure.label, currency, amount, figure.sign, booked, () if booked else tuple(agreed))


def _seen_at_provider(connection: Connection, payment_id: int, figure: PaymentFigure, currency: str) -> tuple[int, str]:
    """Return the figure in the provider's own account, in the currency it settles in."""
    lines = (
        select(func.sum(_PROVIDER_COLUMN[figure]).cast(_AMOUNT), BalanceTransaction.currency)
        .where(BalanceTransaction.payment_id == payment_id)
        .group_by(BalanceTransaction.currency)
        .order_by(func.min(BalanceTransaction.id))
    )
    if figure is PaymentFigure.PROVIDER_FEE:
        lines = lines.where(BalanceTransaction.kind != "adjustment")  # what disputes cost is another account
    found = connection.execute(lines).first()
    return (found[0], found[1]) if found else (0, currency)


def _stored(
    connection: Connection, payment_id: int, figure: PaymentFigure, order_number: str | None
) -> tuple[int, list[AgreedRow]]:
    """Return the figure as our own table has it, and the rows it would have if it were booked."""
    if figure.source is Source.RECEIPT:
        return connection.execute(_RECEIPT, {"payment_id": payment_id}).scalar_one(), []
    shares: Any = (
        select(Order.number, Shop.name, _SHARE_COLUMN[figure], PaymentTransaction.status)
        .join(Order, Order.id == PaymentTransaction.order_id)
        .join(Shop, Shop.seller_id == PaymentTransaction.seller_id)
        .where(PaymentTransaction.payment_id == payment_id)
        .order_by(PaymentTransaction.id)
    )
    if order_number is not None:
        shares = shares.where(Order.number == order_number)
    if figure.source is Source.HELD_SHARE:
        shares = shares.where(PaymentTransaction.status == TransactionStatus.HELD)
    rows = connection.execute(shares).all()
    if figure.source is Source.REFUND:
        return sum(row[2] for row in rows), []
    unbooked = [
        AgreedRow(_("Order %(number)s", number=number), shop, amount)
        for number, shop, amount, status in rows
        if status in _UNBOOKED
    ]
    return sum(row[2] for row in rows), unbooked


def _scope(payment_id: int, figure: PaymentFigure, order_number: str | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [ledger.on(figure.account)]
    if figure.source is Source.HELD_SHARE:
        # A release is booked per order, perhaps together with others, so the orders name the postings here.
        orders = select(PaymentTransaction.order_id).where(PaymentTransaction.payment_id == payment_id)
        conditions.append(Posting.order_id.in_(orders))
    else:
        conditions.append(LedgerEntry.payment_id == payment_id)
    if figure.source is Source.PAYMENT:
        conditions.append(_RECEIVED)
    if figure.source is Source.SHARE:
        conditions.append(_CAPTURED)
    if figure.source is Source.RECEIPT:
        # Of a package that nobody had used, all of the money became one.
        is_owed = LedgerEntry.key.like("payment:%:unapplied") | LedgerEntry.key.like("credit_return:%")
        conditions.append(is_owed)
    if figure.source is Source.REFUND:
        conditions.append(LedgerEntry.key.like("refund:%"))
    if order_number is not None:
        conditions.append(Posting.order_id.in_(select(Order.id).where(Order.number == order_number)))
    return conditions

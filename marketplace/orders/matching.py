"""Which orders a person means by some words, or by a tab of a list."""

from sqlalchemy import ColumnElement, or_, select, true

from marketplace.accounts.models import User
from marketplace.catalog.models import Shop
from marketplace.orders.models import Order, OrderLine, Purchase
from marketplace.payment_records.models import Payment
from marketplace.payment_records.states import PaymentStatus


def says(text: str) -> ColumnElement[bool]:
    """Return the condition that an order's number, its buyer's name or one of its titles contains `text`."""
    if not text:
        return true()
    if len(text) > len("TM-12345") and text[3:].isdecimal() and text.upper().startswith("TM-"):
        return Order.number == text.upper()  # a whole number has an index of its own
    line = select(OrderLine.id).where(OrderLine.order_id == Order.id, OrderLine.title.icontains(text, autoescape=True))
    return or_(line.exists(), *(column.icontains(text, autoescape=True) for column in (Order.number, User.name)))


def named(text: str) -> ColumnElement[bool]:
    """Return the condition that an order or its purchase has this number, or its shop or a title these words."""
    number = text.upper()
    if number.startswith("TM-"):
        return Order.number == number
    if number.startswith("P-"):
        return Purchase.number == number
    titles = select(OrderLine.order_id).where(OrderLine.title.icontains(text, autoescape=True))
    return or_(Shop.name.icontains(text, autoescape=True), Order.id.in_(titles))


def is_with_bank() -> ColumnElement[bool]:
    """Return the condition that a payment of an order's purchase is with the buyer's bank."""
    at_bank = (Payment.purchase_id == Order.__table__.c.purchase_id, Payment.status == PaymentStatus.PROCESSING)
    return select(Payment.id).where(*at_bank).correlate(Order.__table__).exists()

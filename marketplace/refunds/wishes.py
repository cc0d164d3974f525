"""How much somebody wants back, in the ways of the asking form, and what it comes to."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.errors import Invalid, NotFound
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.orders.models import Order, OrderDeliveryTax, OrderLine
from marketplace.refunds import rules


@dataclass(frozen=True)
class Wish:
    """How much a buyer asks for: units by order line, a percentage, or minor units. Exactly one is given."""

    units: Mapping[int, int] | None = None
    percent: int | None = None
    amount_minor: int | None = None


def amount_of(session: Session, order: Order, wish: Wish) -> Money:
    """Return how much of `order` a wish comes to; raises Invalid naming the field, NotFound for a foreign line."""
    gross = Money(order.total_minor, order.currency)
    if wish.percent is not None:
        return rules.amount_of_percentage(gross, wish.percent)
    if wish.amount_minor is not None:
        return Money(wish.amount_minor, order.currency)
    lines = session.execute(select(OrderLine).where(OrderLine.order_id == order.id)).scalars().all()
    units = dict(wish.units or {})
    chosen, taxed = [], []
    for line in lines:
        quantity = units.pop(line.id, 0)
        if not 0 <= quantity <= line.quantity:
            raise Invalid(_("That is more than you ordered."), field="lines")
        price = Money(line.unit_price_minor, order.currency) * quantity
        discount = Money(line.discount_minor, order.currency).split([quantity, line.quantity - quantity])[0]
        chosen.append(price - discount)
        # What the marketplace paid of the price is part of it to the tax office.
        taxed.append(price if order.subsidy_minor else price - discount)
    if units:
        raise NotFound(_("There is no such item in this order."))
    goods = Money(order.subtotal_minor - order.discount_minor + order.subsidy_minor, order.currency)
    of_goods = order.tax_minor - _tax_of_delivery(session, order)
    added = Money(0 if order.tax_included else of_goods, order.currency)
    return rules.amount_of_lines(chosen, goods, added, taxed)


def _tax_of_delivery(session: Session, order: Order) -> int:
    """Return what of an order's tax is of its delivery, minor units: who sends goods back keeps the delivery."""
    own = select(func.coalesce(func.sum(OrderDeliveryTax.tax_minor), 0)).where(OrderDeliveryTax.order_id == order.id)
    return int(session.execute(own).scalar_one())

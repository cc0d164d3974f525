"""How much somebody wants back, in the ways of the asking form, and what it comes to."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.errors import Invalid, NotFound
from marketplace.money import Money
from marketplace.orders.models import Order, OrderLine
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
    chosen = []
    for line in lines:
        quantity = units.pop(line.id, 0)
        if not 0 <= quantity <= line.quantity:
            raise Invalid("That is more than you ordered.", field="lines")
        chosen.append(Money(line.unit_price_minor, order.currency) * quantity)
    if units:
        raise NotFound("There is no such item in this order.")
    return rules.amount_of_lines(
        chosen, Money(order.subtotal_minor, order.currency), Money(order.tax_minor, order.currency)
    )

"""What an order page says of what was agreed beside the amounts: its delivery, and the rates of its tax."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select

from marketplace.orders.models import Order, OrderDelivery, OrderDeliveryTax, OrderLine, Shipment
from marketplace.orders.rules import BY_HAND

_WAS_HANDED_OVER = (
    select(Shipment.carrier == BY_HAND).where(Shipment.order_id == Order.id).correlate(Order).scalar_subquery()
)
IS_COLLECTED: ColumnElement[bool] = func.coalesce(
    _WAS_HANDED_OVER, exists().where(OrderDelivery.order_id == Order.__table__.c.id, OrderDelivery.is_pickup)
)
"""Whether the buyer collects an order: as agreed, until it is known whether it was handed over."""


@dataclass(frozen=True, slots=True)
class AgreedDelivery:
    """How an order is delivered, as it was agreed."""

    name: str
    """The profiles of its seller, as they were named then."""
    is_pickup: bool
    arrives_first: date
    arrives_last: date
    handling_days: int | None
    pickup_place: str | None
    """Where it is collected; None where it is sent, or was agreed before that was kept."""


@dataclass(frozen=True, slots=True)
class AgreedTerms:
    """What was agreed for an order; no delivery is the standard one, which says no day."""

    delivery: AgreedDelivery | None
    tax_rates: tuple[int, ...]
    """Of its lines, in basis points; none where there is none or they were not kept."""
    is_tax_included: bool
    """Whether the prices include the tax; else it was added."""
    is_delivery_taxed: bool = False
    """Whether the tax is of the delivery too."""

    @property
    def is_pickup(self) -> bool:
        """Return whether the buyer collects it."""
        return self.delivery is not None and self.delivery.is_pickup

    @property
    def pickup_place(self) -> str | None:
        """Return where the buyer collects it, "" where that was not kept; None where it is sent."""
        return (self.delivery.pickup_place or "") if self.delivery and self.delivery.is_pickup else None

    @property
    def handling_days(self) -> int | None:
        """Return within how many working days it is sent; None where no profile says so."""
        return self.delivery.handling_days if self.delivery else None


_DELIVERY = ("name", "is_pickup", "arrives_first", "arrives_last", "handling_days", "pickup_place")
_RATES = (
    select(func.array_agg(OrderLine.tax_basis_points.distinct()))
    .where(OrderLine.order_id == Order.id, OrderLine.tax_basis_points > 0)
    .correlate(Order)
    .scalar_subquery()
)
COLUMNS: Sequence[ColumnElement[Any]] = (
    _RATES.label("tax_rates"),
    Order.__table__.c.tax_included,
    exists().where(OrderDeliveryTax.order_id == Order.id, OrderDeliveryTax.tax_minor > 0).correlate(Order),
    *(OrderDelivery.__table__.c[name] for name in _DELIVERY),
)
"""What is read of an order, joined with its delivery where it has one."""


def agreed(columns: Sequence[Any]) -> AgreedTerms:
    """Return what was agreed, of what COLUMNS have brought."""
    rates, is_tax_included, is_delivery_taxed, *delivery = columns
    found = AgreedDelivery(*delivery) if delivery[0] is not None else None
    return AgreedTerms(found, tuple(sorted(rates or ())), is_tax_included, is_delivery_taxed)

"""What pages show of orders that must be sent or are on their way."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import CompoundSelect, Date, bindparam, cast, func, literal, null, select, true, union_all

from marketplace import db
from marketplace.history import StatusChange
from marketplace.orders import rules
from marketplace.orders.matching import says
from marketplace.orders.models import FurtherParcel, Order, OrderDelivery, Shipment
from marketplace.orders.queries import SUMMARY, OrderSummary
from marketplace.orders.states import ORDER, DeliveredBy, OrderStatus
from marketplace.paging import Cursor, Listed, Period, Sort, read_page


@dataclass(frozen=True, slots=True)
class ParcelRow:
    """One parcel of an order; `tracking_number` and `tracking_url` are "" for a handover."""

    carrier_name: str
    tracking_number: str
    tracking_url: str
    sent_at: datetime
    carrier: str = ""
    """A key of rules.CARRIERS, where it was asked for."""

    @property
    def is_handover(self) -> bool:
        """Return whether the seller gave it to the buyer in person."""
        return self.carrier == rules.BY_HAND


@dataclass(frozen=True, slots=True)
class ShipmentRow:
    """How an order was sent: its parcels in the order they went, and on whose word it has arrived."""

    parcels: tuple[ParcelRow, ...]
    delivered_at: datetime | None
    delivered_by: DeliveredBy | None

    @property
    def shipped_at(self) -> datetime:
        """When the first parcel went."""
        return self.parcels[0].sent_at

    @property
    def is_handed_over(self) -> bool:
        """Return whether all of it was given to the buyer in person."""
        return all(parcel.is_handover for parcel in self.parcels)


@dataclass(frozen=True, slots=True)
class Paid:
    """When an order was paid, and how many working days sending takes by its profile; None where none says so."""

    at: datetime
    handling_days: int | None


_CONFIRMATION = StatusChange.__table__
_IS_CONFIRMATION = (
    _CONFIRMATION.c.subject == ORDER.name,
    _CONFIRMATION.c.to_status == OrderStatus.CONFIRMED.value,
)
# An order can be paid late, after it was given up: the last confirmation counts.
_LAST_CONFIRMATION = (
    select(_CONFIRMATION.c.id, _CONFIRMATION.c.at)
    .where(*_IS_CONFIRMATION, _CONFIRMATION.c.subject_id == Order.id)
    .order_by(_CONFIRMATION.c.id.desc())
    .limit(1)
    .lateral("confirmation")
)
_TO_SHIP = (
    SUMMARY.join(_LAST_CONFIRMATION, true())
    .with_only_columns(_LAST_CONFIRMATION.c.id, *SUMMARY.selected_columns)
    .where(Order.status == OrderStatus.CONFIRMED)
)
_PAID_DAY = cast(func.timezone("UTC", _LAST_CONFIRMATION.c.at), Date).label("paid_day")
_WAITING = (
    select(_PAID_DAY, OrderDelivery.handling_days, func.count())
    .select_from(Order)
    .join(_LAST_CONFIRMATION, true())
    .outerjoin(OrderDelivery, OrderDelivery.order_id == Order.id)
    .where(Order.seller_id == bindparam("seller_id"), Order.status == OrderStatus.CONFIRMED)
    .group_by("paid_day", OrderDelivery.handling_days)
)
_PAID_AT = (
    select(_CONFIRMATION.c.subject_id, func.max(_CONFIRMATION.c.at), func.max(OrderDelivery.handling_days))
    .outerjoin(OrderDelivery, OrderDelivery.order_id == _CONFIRMATION.c.subject_id)
    .where(*_IS_CONFIRMATION, _CONFIRMATION.c.subject_id.in_(bindparam("order_ids", expanding=True)))
    .group_by(_CONFIRMATION.c.subject_id)
)
_FIRST = select(
    literal(0).label("turn"),
    Shipment.carrier_name,
    Shipment.tracking_number,
    Shipment.tracking_url,
    Shipment.shipped_at,
    Shipment.carrier,
    Shipment.delivered_at,
    Shipment.delivered_by,
).where(Shipment.order_id == bindparam("order_id"))
_FURTHER = select(
    FurtherParcel.id,
    FurtherParcel.carrier_name,
    FurtherParcel.tracking_number,
    FurtherParcel.tracking_url,
    FurtherParcel.sent_at,
    FurtherParcel.carrier,
    null(),
    null(),
).where(FurtherParcel.order_id == bindparam("order_id"))
_PARCELS: CompoundSelect[*tuple[Any, ...]] = union_all(_FIRST, _FURTHER).order_by("turn")


def orders_to_ship(seller_id: int, text: str, period: Period, cursor: Cursor) -> Listed[OrderSummary]:
    """Return one page of a seller's orders that wait to be sent, those that have waited longest first.

    `text` and `period` narrow them as in queries.seller_orders. The cursor counts confirmations, not orders: who pays
    late is served by the day of the payment.
    """
    placed = period.of(Order.__table__.c.created_at)
    statement = _TO_SHIP.where(Order.seller_id == seller_id, placed, says(text))
    key = _LAST_CONFIRMATION.c.id
    return read_page(statement, key, cursor, lambda _key, *summary: OrderSummary(*summary), sort=Sort.OLDEST)


def paid_at(order_ids: Iterable[int]) -> dict[int, Paid]:
    """Return when each of these orders was last confirmed as paid; orders that never were are left out."""
    rows = map(tuple, db.read(_PAID_AT, {"order_ids": list(order_ids)}))
    return {order_id: Paid(at, handling_days) for order_id, at, handling_days in rows}


def waiting_by_last_day(seller_id: int) -> Mapping[date, int]:
    """Return how many orders of a seller wait to be sent, by the UTC day on which they are to be sent at last."""
    found: dict[date, int] = {}
    for paid, handling_days, count in map(tuple, db.read(_WAITING, {"seller_id": seller_id})):
        last_day = rules.ship_by(datetime.combine(paid, time(), UTC), handling_days)
        found[last_day] = found.get(last_day, 0) + count
    return found


def shipment_of(order_id: int) -> ShipmentRow | None:
    """Return how an order was sent, or None when it was not."""
    rows = [tuple(row) for row in db.read(_PARCELS, {"order_id": order_id})]
    if not rows:
        return None
    *_, delivered_at, delivered_by = rows[0]
    return ShipmentRow(tuple(ParcelRow(*row[1:6]) for row in rows), delivered_at, delivered_by)

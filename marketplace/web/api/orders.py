"""Orders for programs: the list, one of them, and its seller's note (S2.6)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from flask import url_for

from marketplace import db
from marketplace.cancellations import queries as cancellations
from marketplace.errors import NotAllowed, NotFound
from marketplace.language import gettext as _
from marketplace.orders import operations, queries, shipping_queries
from marketplace.orders.queries import LineRow, OrderDetail, OrderSummary
from marketplace.orders.shipping_queries import ShipmentRow
from marketplace.orders.states import PurchaseStatus
from marketplace.orders.tabs import BuyerTab, SellerTab
from marketplace.paging import Listed
from marketplace.payments import queries as payments
from marketplace.payments import timeline_queries
from marketplace.refunds import queries as refunds
from marketplace.web import guards, lists, order_parts
from marketplace.web.api import order_shapes as shapes
from marketplace.web.api.answers import amount
from marketplace.web.api.order_shapes import Notes, OrderRow, Orders, OrdersAsked, WholeOrder
from marketplace.web.guards import Viewer


class Eye(StrEnum):
    """As whom somebody looks at an order."""

    BUYER = "buyer"
    SELLER = "seller"
    ADMIN = "admin"


def orders(query: OrdersAsked) -> Orders:
    """Return a page of the viewer's orders."""
    viewer, side = guards.viewer(), Eye(query.side)
    if side is Eye.SELLER and not viewer.is_seller:
        raise NotAllowed(_("Only sellers have orders to send."))
    text = lists.search_text()
    given = {"as": "" if side is Eye.BUYER else side.value, "tab": query.tab if query.tab != "all" else ""}
    asked = lists.asked(*lists.BY_TIME_AND_AMOUNT, endpoint="api.orders", q=text, **given)
    found = _listed(query, viewer.user_id, text, asked)
    rows = [_row(row, is_sellers=side is Eye.SELLER) for row in found.rows]
    return Orders(orders=rows, next=asked.tools(found).next_url or None)


def order(number: str) -> WholeOrder:
    """Return one order with all that the viewer may see of it."""
    return whole(*seen(number))


def keep_notes(number: str, body: Notes) -> WholeOrder:
    """Keep the seller's own note about an order."""
    found = sellers(number)
    db.atomic(operations.keep_note, (), seller_id=found.seller_id, number=found.number, text=body.seller_notes)
    return whole(*seen(number))


def seen(number: str) -> tuple[OrderDetail, Eye]:
    """Return an order and as whom the viewer sees it; raises NotFound for one that is none of theirs."""
    known, viewer = lists.number(number), guards.viewer()
    found = queries.any_order(known)
    if (eye := _eye(found, viewer)) is None:
        raise NotFound(_("There is no order with this number among yours."))
    return found, eye


def sellers(number: str) -> OrderDetail:
    """Return an order of the viewer's own shop; raises NotAllowed for who has none, NotFound for another's order."""
    viewer = guards.viewer()
    if not viewer.is_seller:
        raise NotAllowed(_("This is for sellers."))
    return queries.seller_order(lists.number(number), viewer.user_id)


def partys(number: str) -> tuple[OrderDetail, Eye]:
    """Return an order that the viewer has bought or sold, and which; raises NotFound for any other."""
    found, eye = seen(number)
    if eye is Eye.ADMIN:
        raise NotFound(_("There is no order with this number among yours."))
    return found, eye


def whole(found: OrderDetail, eye: Eye) -> WholeOrder:
    """Return all of an order that somebody may see as `eye`."""
    lines, shipment = queries.lines_of(found.id), shipping_queries.shipment_of(found.id)
    is_buyers, currency = eye is Eye.BUYER, found.currency
    fees = (found.platform_fee_minor, found.processing_fee_minor, found.net_minor)
    platform_fee, processing_fee, net = (None if is_buyers else amount(minor, currency) for minor in fees)
    attempts = payments.attempts_of_purchase(found.purchase_id) if is_buyers else ()
    return WholeOrder(
        id=found.number,
        order_number=found.number,
        purchase_number=found.purchase_number,
        seller=found.shop_name,
        buyer=None if is_buyers else found.buyer_name,
        **_goods(lines, currency),
        **_money(found),
        platform_fee=platform_fee,
        processing_fee=processing_fee,
        net_amount=net,
        status=found.status,
        payment_status=found.purchase_status,
        discount_code=found.discount_code,
        shipping_address=dict(found.delivery_address) if _may_see_address(found, eye) else None,
        billing_address=None if eye is Eye.SELLER else dict(found.billing_address),
        buyer_notes=found.buyer_note,
        seller_notes=found.seller_note if eye is Eye.SELLER else None,
        **_way(shipment),
        payments=[attempt.id for attempt in attempts] if is_buyers else None,
        refunds=[row.number for row in refunds.refunds_of_orders([found.id])],
        **_times(found, shipment),
        url=url_for("api.order", number=found.number),
    )


def _listed(query: OrdersAsked, user_id: int, text: str, asked: lists.Asked) -> Listed[OrderSummary]:
    if Eye(query.side) is Eye.SELLER:
        tab = lists.member(SellerTab, query.tab) or SellerTab.ALL
        return queries.seller_orders(user_id, tab, text, asked.period, asked.cursor)
    buyers = lists.member(BuyerTab, query.tab) or BuyerTab.ALL
    return queries.buyer_orders(user_id, buyers, text, asked.period, asked.cursor)


def _eye(found: OrderDetail, viewer: Viewer) -> Eye | None:
    if found.buyer_id == viewer.user_id:
        return Eye.BUYER
    if found.seller_id == viewer.user_id:
        return Eye.SELLER
    return Eye.ADMIN if viewer.is_admin else None


def _row(row: OrderSummary, *, is_sellers: bool) -> OrderRow:
    return OrderRow(
        id=row.number,
        order_number=row.number,
        status=row.status,
        payment_status=row.purchase_status,
        item_name=order_parts.title_of(row),
        line_count=row.line_count,
        seller=row.shop_name,
        buyer=row.buyer_name if is_sellers else None,
        currency=row.currency,
        discount=amount(row.discount_minor, row.currency),
        total_amount=amount(row.total_minor, row.currency),
        net_amount=amount(row.net_minor, row.currency) if is_sellers else None,
        created_at=row.created_at,
        url=url_for("api.order", number=row.number),
    )


def _goods(lines: Iterable[LineRow], currency: str) -> Mapping[str, Any]:
    found = list(lines)
    kinds, prices = {line.kind.value for line in found}, {line.unit_price_minor for line in found}
    return {
        "order_type": kinds.pop() if len(kinds) == 1 else "mixed",
        "item_name": ", ".join(line.title for line in found),
        "quantity": sum(line.quantity for line in found),
        "unit_price": amount(prices.pop(), currency) if len(prices) == 1 else None,
        "lines": [
            shapes.OrderLine(
                id=line.id,
                item_name=line.title,
                order_type=line.kind.value,
                quantity=line.quantity,
                unit_price=amount(line.unit_price_minor, currency),
                subtotal=amount(line.subtotal_minor, currency),
                discount=amount(line.discount_minor, currency),
            )
            for line in found
        ],
    }


def _money(found: OrderDetail) -> Mapping[str, Any]:
    minor = {
        "subtotal": found.subtotal_minor,
        "tax": found.tax_minor,
        "shipping": found.delivery_minor,
        "discount": found.discount_minor,
        "total_amount": found.total_minor,
    }
    return {"currency": found.currency, **{name: amount(each, found.currency) for name, each in minor.items()}}


def _may_see_address(found: OrderDetail, eye: Eye) -> bool:
    """Return whether the address is shown: to its seller only while there is something to send."""
    if eye is not Eye.SELLER:
        return True
    return found.purchase_status is PurchaseStatus.PAID and cancellations.of_order(found.id) is None


def _way(shipment: ShipmentRow | None) -> Mapping[str, Any]:
    parcels = shipment.parcels if shipment else ()
    first = parcels[0] if parcels else None
    return {
        "tracking_number": first.tracking_number if first else None,
        "tracking_url": first.tracking_url if first else None,
        "parcels": [
            shapes.Parcel(
                carrier=parcel.carrier_name,
                tracking_number=parcel.tracking_number,
                tracking_url=parcel.tracking_url,
                shipped_at=parcel.sent_at,
            )
            for parcel in parcels
        ],
    }


def _times(found: OrderDetail, shipment: ShipmentRow | None) -> Mapping[str, Any]:
    last: dict[str, datetime] = {}
    for change in reversed(timeline_queries.changes_of({"order": [found.id]})):
        last[change.to_status] = change.at
    return {
        "created_at": found.created_at,
        "confirmed_at": last.get("confirmed"),
        "shipped_at": shipment.shipped_at if shipment else None,
        "delivered_at": shipment.delivered_at if shipment else None,
        "cancelled_at": last.get("cancelled"),
    }

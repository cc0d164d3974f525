"""Refunds for programs: the list, one of them, and asking for one (S2.14, S2.15)."""

from collections.abc import Mapping
from typing import Any

from flask import url_for

from marketplace import clock, db
from marketplace.errors import Invalid, NotAllowed, NotFound
from marketplace.language import gettext as _
from marketplace.orders import queries as orders
from marketplace.paging import Listed
from marketplace.payments import timeline_queries
from marketplace.refunds import operations, planning_queries, queries, queue_queries
from marketplace.refunds.queries import RefundRow as Row
from marketplace.refunds.queue_queries import Choice, RefundTab
from marketplace.refunds.rules import RefundReason
from marketplace.refunds.states import RefundStatus
from marketplace.refunds.wishes import Wish
from marketplace.web import guards, lists
from marketplace.web.amounts import typed_minor
from marketplace.web.api import buying
from marketplace.web.api import refund_shapes as shapes
from marketplace.web.api.answers import amount
from marketplace.web.api.orders import Eye
from marketplace.web.api.refund_shapes import NewRefund, Refund, RefundRow, Refunds, RefundsAsked
from marketplace.web.guards import Viewer

_SAID = {"percent": "refund_percentage", "amount": "refund_amount", "lines": "items", "reason": "refund_reason"}
_SAID |= {"description": "reason_description"}
"""What the rules of refunds call otherwise."""


def refunds(query: RefundsAsked) -> Refunds:
    """Return a page of refunds: the viewer's own, those of their shop, or for an admin all."""
    viewer = guards.viewer()
    may = {Eye.BUYER: True, Eye.SELLER: viewer.is_seller, Eye.ADMIN: viewer.is_admin}
    side = Eye(query.side)
    if not may[side]:
        raise NotAllowed(_("These refunds belong to another role."))
    given = {"as": side.value, "tab": query.tab} if side is not Eye.BUYER else {}
    asked = lists.asked(endpoint="api.refunds", **given)
    found = _listed(side, lists.member(RefundTab, query.tab) or RefundTab.WAITING, viewer.user_id, asked)
    return Refunds(
        refunds=[RefundRow(**_facts(row, side)) for row in found.rows], next=asked.tools(found).next_url or None
    )


def refund(number: str) -> Refund:
    """Return one refund with all that the viewer may see of it."""
    return whole(*seen(number))


def request(body: NewRefund) -> Refund:
    """Ask for money of one of the viewer's own orders back; the same Idempotency-Key again is the same refund."""
    buyer_id, token = guards.viewer().user_id, buying.once()
    order = orders.buyer_order(lists.number(body.order_id), buyer_id)
    wish = _wish(body, order.id, order.currency)
    try:
        refund_id = db.atomic(
            operations.request,
            [f"order:{order.id}"],
            buyer_id=buyer_id,
            order_id=order.id,
            reason=RefundReason(body.refund_reason),
            description=body.reason_description,
            wish=wish,
            token=token,
            now=clock.now(),
        )
    except Invalid as error:
        raise Invalid(error.message, field=_SAID.get(error.field or "", error.field)) from error
    return refund(queries.number_of(refund_id))


def seen(number: str) -> tuple[Row, Eye]:
    """Return a refund and as whom the viewer sees it; raises NotFound for one that is none of theirs."""
    found, viewer = queries.refund(lists.number(number)), guards.viewer()
    if (eye := _eye(found, viewer)) is None:
        raise NotFound(_("There is no such refund."))
    return found, eye


def whole(found: Row, eye: Eye) -> Refund:
    """Return all of a refund that somebody may see as `eye`."""
    return Refund(
        **_facts(found, eye),
        reason_description=found.description,
        admin_notes=found.admin_notes if found.decided_at else None,
        approved_at=found.decided_at if found.status is not RefundStatus.REJECTED else None,
        provider_refund_id=found.provider_refund_id if eye is Eye.ADMIN else None,
        waits_for_second_admin=found.status is RefundStatus.PENDING and found.first_approver_id is not None,
        items=[
            shapes.Unit(
                item_name=each.title, quantity=each.quantity, unit_price=amount(each.unit_price_minor, found.currency)
            )
            for each in queries.units_of(found.id)
        ],
        changes=[
            shapes.Step(status=change.to_status, at=change.at)
            for change in timeline_queries.changes_of({"refund": [found.id]})
        ],
    )


def _listed(side: Eye, tab: RefundTab, user_id: int, asked: lists.Asked) -> Listed[Row]:
    if side is Eye.SELLER:
        return queue_queries.refunds_of_seller(user_id, tab, asked.period, asked.cursor)
    if side is Eye.ADMIN:
        return queue_queries.queue(Choice(tab), asked.period, clock.now(), asked.cursor)
    return queries.refunds_of_buyer(user_id, asked.period, asked.cursor)


def _eye(found: Row, viewer: Viewer) -> Eye | None:
    if found.buyer_id == viewer.user_id:
        return Eye.BUYER
    if found.seller_id == viewer.user_id:
        return Eye.SELLER
    return Eye.ADMIN if viewer.is_admin else None


def _facts(row: Row, eye: Eye) -> Mapping[str, Any]:
    return {
        "id": row.number,
        "refund_number": row.number,
        "order_id": row.order_number,
        "payment_id": None if eye is Eye.SELLER else row.payment_id,
        "refund_reason": row.reason,
        "status": row.status,
        "currency": row.currency,
        "asked_amount": amount(row.asked_minor, row.currency),
        "refund_amount": amount(row.amount_minor, row.currency),
        "requested_at": row.asked_at,
        "completed_at": row.completed_at,
        "url": url_for("api.refund", number=row.number),
    }


def _wish(body: NewRefund, order_id: int, currency: str) -> Wish:
    """Return how much is asked for; raises Invalid where more than one way is said, or none that can be read."""
    if sum(each is not None for each in (body.refund_amount, body.refund_percentage, body.items)) > 1:
        raise Invalid(_("Say it in one way: an amount, a percentage, or items."), field="refund_amount")
    if body.refund_percentage is not None:
        return Wish(percent=body.refund_percentage)
    if body.items is not None:
        units = lists.ids(body.items)
        if len(units) != len(body.items):
            raise Invalid(_("Name the lines by their ids."), field="items")
        return Wish(units=dict(zip(units, body.items.values(), strict=True)))
    if body.refund_amount is not None:
        minor = typed_minor(body.refund_amount, currency)
        if minor is None:
            raise Invalid(_("This amount has more decimals than its currency."), field="refund_amount")
        return Wish(amount_minor=minor)
    return Wish(amount_minor=planning_queries.asking(order_id, currency, now=clock.now()).left.minor)

"""What a seller's refund page shows: what the buyer says, what it takes from the balance, where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from marketplace.payments.timeline_queries import Change
from marketplace.refunds.explain_queries import RefundFigure
from marketplace.refunds.queries import RefundRow, RefundUnits
from marketplace.refunds.rules import Plan
from marketplace.refunds.states import RefundStatus
from marketplace.web import refund_parts, wording
from marketplace.web.console import Console, seller_console
from marketplace.web.order_parts import Fact, MoneyRow
from marketplace.web.pages import date_text, time_text
from marketplace.web.refund_parts import RefundLink
from marketplace.web.wording import Badge, TimelineEntry

_S = RefundStatus
TITLES = {
    ("refund", "begin"): "A refund was asked for",
    ("refund", "approve"): "The refund was approved",
    ("refund", "process"): "The refund was sent",
    ("refund", "complete"): "The money went back to the buyer",
    ("refund", "reject"): "The refund was rejected",
    ("refund", "withdraw"): "The buyer withdrew the request",
    ("refund", "grant"): "The money goes back to the buyer by itself",
    ("refund", "absorb"): "Closed, because the order was cancelled and all of its money goes back",
    ("refund", "fail"): "The refund did not arrive",
}


@dataclass(frozen=True, slots=True)
class Effect:
    """What a refund takes from whom, with a sentence about whether it has happened."""

    title: str
    text: str
    rows: tuple[MoneyRow, ...]


@dataclass(frozen=True, slots=True)
class RefundPage:
    """What templates/seller/refund.html shows."""

    title: str
    console: Console
    badge: Badge
    note: str
    status_text: str
    why: str
    facts: tuple[Fact, ...]
    description: str
    admin_notes: str
    effect: Effect | None
    order: str
    order_url: str
    entries: tuple[TimelineEntry, ...]


def build(
    row: RefundRow, units: Sequence[RefundUnits], changes: Sequence[Change], plan: Plan | None, viewer_id: int
) -> RefundPage:
    """Return the page of a refund of the seller's own order; `plan` is what approving it now would do."""
    return RefundPage(
        title=f"Refund {row.number}",
        console=seller_console("refunds"),
        badge=refund_parts.badge(row),
        note=f"{'Began' if row.origin.is_automatic else 'Asked for'} {time_text(row.asked_at)}",
        status_text=_status_text(row),
        why="Why" if row.origin.is_automatic else "What the buyer says",
        facts=(
            Fact("Reason", row.reason.label),
            Fact("About", refund_parts.about(row, units)),
            Fact("Buyer", row.buyer_name),
        ),
        description=row.description,
        admin_notes=row.admin_notes if row.status is not _S.PENDING else "",
        effect=_effect(row, plan),
        order=f"Order {row.order_number}",
        order_url=url_for("seller.order", number=row.order_number),
        entries=wording.timeline(refund_parts.told(changes, [row]), (), TITLES, viewer_id, "The buyer"),
    )


def box(rows: Sequence[RefundRow]) -> tuple[RefundLink, ...]:
    """Return an order's refunds for the box on its page."""
    return tuple(
        RefundLink(
            label=row.number,
            url=url_for("seller.refund", number=row.number),
            amount=refund_parts.amount(row),
            explain_url=explain_url(row, RefundFigure.AMOUNT),
            badge=refund_parts.badge(row),
            note=f"{row.reason.label}, {date_text(row.asked_at)}",
        )
        for row in rows
    )


def explain_url(row: RefundRow, figure: RefundFigure) -> str:
    """Return the page behind one figure of a refund."""
    return url_for("seller.explain_refund", number=row.number, figure=figure.value)


def _effect(row: RefundRow, plan: Plan | None) -> Effect | None:
    taken = refund_parts.plan_of(row)
    if taken:
        rows = refund_parts.plan_rows(
            taken, row.amount_minor, row.currency, "The buyer receives", lambda figure: explain_url(row, figure)
        )
        return Effect("What it took", "This is booked. Press an amount to see its rows.", rows)
    if plan is None:
        return None
    rows = refund_parts.plan_rows(
        refund_parts.parts_of(plan), row.amount_minor, row.currency, "The buyer would receive"
    )
    return Effect("What it would take", "Nothing is taken before it is approved.", rows)


def _status_text(row: RefundRow) -> str:
    if row.replaced_by is not None:
        return f"Closed: the order was cancelled, and refund {row.replaced_by} sends all of its money back."
    return {
        _S.PENDING: f"We decide by {refund_parts.answer_by(row)}. You need not do anything.",
        _S.APPROVED: "It is approved and being sent to the buyer.",
        _S.PROCESSING: "It is on its way to the buyer.",
        _S.COMPLETED: f"It was sent to the buyer on {date_text(row.completed_at)}." if row.completed_at else "",
        _S.REJECTED: "It was rejected. Nothing was taken from you.",
        _S.FAILED: "The money did not reach the buyer. What it took is back on your balance until it is sent again.",
        _S.CANCELLED: "The buyer withdrew it. Nothing was taken from you.",
    }[row.status]

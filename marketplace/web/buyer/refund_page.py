"""What a buyer's refund page shows: where it stands, in plain words, and what happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from marketplace.payments.timeline_queries import Change
from marketplace.refunds.explain_queries import RefundFigure
from marketplace.refunds.queries import RefundRow, RefundUnits
from marketplace.refunds.states import RefundStatus
from marketplace.web import refund_parts, wording
from marketplace.web.console import Console, buyer_console
from marketplace.web.order_parts import Fact, MoneyRow
from marketplace.web.pages import date_text, money_text, time_text
from marketplace.web.refund_parts import ARRIVAL, RefundLink, Step
from marketplace.web.wording import Badge, TimelineEntry

_S = RefundStatus
TITLES = {
    ("refund", "begin"): "You asked for a refund",
    ("refund", "approve"): "The refund was approved",
    ("refund", "process"): "The refund was sent",
    ("refund", "complete"): "The money went back to you",
    ("refund", "reject"): "The refund was rejected",
    ("refund", "withdraw"): "You withdrew the request",
    ("refund", "grant"): "The money goes back to you by itself",
    ("refund", "absorb"): "Closed, because the order was cancelled and all of its money goes back",
    ("refund", "fail"): "The refund did not arrive",
}


@dataclass(frozen=True, slots=True)
class Now:
    """Where a refund stands, in plain words."""

    title: str
    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class RefundPage:
    """What templates/buyer/refund.html shows."""

    title: str
    console: Console
    badge: Badge
    note: str
    steps: tuple[Step, ...]
    now: Now
    why: str
    facts: tuple[Fact, ...]
    description: str
    money_rows: tuple[MoneyRow, ...]
    entries: tuple[TimelineEntry, ...]
    order: str
    order_url: str
    withdraw_url: str


def build(
    row: RefundRow, units: Sequence[RefundUnits], changes: Sequence[Change], viewer_id: int, now: datetime
) -> RefundPage:
    """Return the page of the buyer's own refund `row`."""
    return RefundPage(
        title=f"Refund {row.number}",
        console=buyer_console("refunds"),
        badge=refund_parts.badge(row),
        note=f"{'Began' if row.origin.is_automatic else 'Asked for'} {time_text(row.asked_at)}",
        steps=refund_parts.steps(row, now),
        now=_words(row),
        why="Why" if row.origin.is_automatic else "What you told us",
        facts=(
            Fact("Reason", row.reason.label),
            Fact("About", refund_parts.about(row, units)),
            Fact("Sold by", row.shop_name),
        ),
        description=row.description,
        money_rows=_money(row),
        entries=wording.timeline(refund_parts.told(changes, [row]), (), TITLES, viewer_id, "Support"),
        order=f"Order {row.order_number}",
        order_url=url_for("buyer.order", number=row.order_number),
        withdraw_url=url_for("buyer.withdraw_refund", number=row.number) if row.can_be_withdrawn else "",
    )


def box(rows: Sequence[RefundRow]) -> tuple[RefundLink, ...]:
    """Return an order's refunds for the box on its page."""
    return tuple(
        RefundLink(
            label=row.number,
            url=url_for("buyer.refund", number=row.number),
            amount=refund_parts.amount(row),
            explain_url=explain_url(row),
            badge=refund_parts.badge(row),
            note=f"{row.reason.label}, {date_text(row.asked_at)}",
        )
        for row in rows
    )


def explain_url(row: RefundRow) -> str:
    """Return the page behind the amount of a refund."""
    return url_for("buyer.explain_refund", number=row.number, figure=RefundFigure.AMOUNT.value)


def _words(row: RefundRow) -> Now:
    """Return where a refund stands, in words for the buyer."""
    amount = refund_parts.amount(row)
    if row.replaced_by is not None:
        text = f"The order was cancelled. All of its money goes back to you with refund {row.replaced_by}."
        return Now("This request is closed", text, "info")
    said = f" “{row.admin_notes}”" if row.admin_notes else ""
    sent = date_text(row.completed_at) if row.completed_at else ""
    changed = row.amount_minor != row.asked_minor and row.status is not _S.PENDING
    less = f" You asked for {money_text(row.asked_minor, row.currency)}.{said}" if changed else ""
    return {
        _S.PENDING: Now(
            "We are looking at your request", f"You get an answer by {refund_parts.answer_by(row)}.", "info"
        ),
        _S.APPROVED: Now("Your refund is approved", f"{amount} is being sent to you.{less}", "wait"),
        _S.PROCESSING: Now(
            "Your refund is on its way", f"{amount} reaches you in {ARRIVAL}, the way you paid.{less}", "wait"
        ),
        _S.COMPLETED: Now(
            "Your money went back to you",
            f"{amount} was sent on {sent}. Your bank shows it in {ARRIVAL}.{less}",
            "ok",
        ),
        _S.REJECTED: Now("Your request was rejected", f"The reason:{said or ' none was given.'}", "bad"),
        _S.FAILED: Now(
            "The money did not reach you yet",
            f"Your bank or the payment provider sent {amount} back to us. We look after it and try again. "
            "You need not do anything.",
            "bad",
        ),
        _S.CANCELLED: Now("You withdrew this request", "Nothing goes back. You can ask again.", "info"),
    }[row.status]


def _money(row: RefundRow) -> tuple[MoneyRow, ...]:
    label = "You get back" if row.status not in {_S.REJECTED, _S.CANCELLED} else "You asked for"
    asked = MoneyRow("You asked for", money_text(row.asked_minor, row.currency), "")
    total = MoneyRow(label, refund_parts.amount(row), explain_url(row), is_total=True)
    return (asked, total) if row.asked_minor != row.amount_minor else (total,)

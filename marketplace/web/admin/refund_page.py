"""What one refund shows to the admin who decides it: evidence, both histories, the plan and its effect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from flask import url_for

from marketplace.config import MoneyPolicy
from marketplace.language import Text, ngettext
from marketplace.language import gettext as _
from marketplace.numerals import number_text
from marketplace.orders.states import OrderStatus
from marketplace.payments.admin_queries import SellerShare
from marketplace.payments.states import TransactionStatus
from marketplace.payments.timeline_queries import Change
from marketplace.payouts.states import ReversalStatus
from marketplace.payouts.taking_back_queries import ReversalRow
from marketplace.refunds import rules
from marketplace.refunds.explain_queries import RefundFigure
from marketplace.refunds.picture_queries import RefundPictureRow
from marketplace.refunds.planning_queries import Preview
from marketplace.refunds.queries import RefundRow, RefundUnits, SideHistory
from marketplace.refunds.states import RefundStatus
from marketplace.web import refund_parts, refund_pictures, wording
from marketplace.web.admin.refund_decision import Decision, Planned, decided
from marketplace.web.order_parts import Fact, MoneyRow
from marketplace.web.pages import money_text
from marketplace.web.picture_parts import picture_url
from marketplace.web.wording import Badge, TimelineEntry

_T = TransactionStatus
_TITLES = {
    ("payment", "complete"): Text("Paid"),
    ("order", "ship"): Text("Sent"),
    ("order", "deliver"): Text("Delivered"),
    ("order", "cancel"): Text("Order cancelled"),
    ("order", "refund"): Text("Order refunded"),
    ("refund", "begin"): Text("Refund requested"),
    ("refund", "approve"): Text("Approved"),
    ("refund", "process"): Text("Sent to the buyer"),
    ("refund", "complete"): Text("Refunded"),
    ("refund", "reject"): Text("Rejected"),
    ("refund", "withdraw"): Text("Withdrawn by the buyer"),
    ("refund", "grant"): Text("Sent back by a rule"),
    ("refund", "absorb"): Text("Closed: the order was cancelled"),
    ("refund", "fail"): Text("Did not reach the buyer"),
}
_WHERE_IT_IS = {
    _T.AVAILABLE: Text("The hold is over: the money is available to the seller. What is left of it is taken first."),
    _T.TRANSFERRING: Text("A payout has taken the money up and it is on its way to the seller. The payout goes on."),
    _T.PAID_OUT: Text("The seller has been paid already. Nothing of this order is left here."),
}
"""What to know before money goes back that has moved, by where it stands."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read for the detail."""

    row: RefundRow
    units: Sequence[RefundUnits]
    reversals: Sequence[ReversalRow]
    buyer: SideHistory
    seller: SideHistory
    changes: Sequence[Change]
    pictures: Sequence[RefundPictureRow]


@dataclass(frozen=True, slots=True)
class Detail:
    """The right side of the queue."""

    number: str
    heading: str
    note: str
    picture_url: str
    badge: Badge
    warnings: tuple[str, ...]
    facts: tuple[Fact, ...]
    description: str
    pictures: tuple[refund_pictures.PictureView, ...]
    admin_notes: str
    plan_label: str
    plan_rows: tuple[MoneyRow, ...]
    effects: tuple[Fact, ...]
    problem: str
    fingerprint: str
    """What names the plan shown; "" where there is none."""
    is_changed: bool
    """Whether another amount is looked at than is asked for."""
    entries: tuple[TimelineEntry, ...]
    payment_url: str
    decision: Decision | None


def build(
    facts: Facts, planned: Planned, policy: MoneyPolicy, viewer_id: int, place: Mapping[str, Any], now: datetime
) -> Detail:
    """Return the detail of one refund; `place` is what the address says of the queue, for after the decision."""
    row = facts.row
    return Detail(
        number=row.number,
        heading=f"{row.number} · {money_text(planned.amount.minor, row.currency)}",
        note=_("%(title)s · order %(order)s · %(shop)s", title=row.title, order=row.order_number, shop=row.shop_name),
        picture_url=picture_url(row.picture_file),
        badge=badge(row, now),
        warnings=(*_failure(facts), *_warnings(row, planned.preview)),
        facts=(
            Fact(_("Reason"), row.reason.label),
            Fact(_("Came from"), refund_parts.origin_text(row)),
            *((Fact(_("Closed by"), _("Refund %(number)s", number=row.replaced_by)),) if row.replaced_by else ()),
            Fact(_("About"), refund_parts.about(row, facts.units)),
            *(_reversal(each, row.currency) for each in facts.reversals),
            Fact(_("Buyer, %(name)s", name=row.buyer_name), _history(facts.buyer)),
            Fact(_("Seller, %(shop)s", shop=row.shop_name), _history(facts.seller)),
        ),
        description=row.description,
        pictures=refund_pictures.views(row, "admin", facts.pictures),
        admin_notes=row.admin_notes,
        plan_label=_("What it does") if planned.preview else _("What it did"),
        plan_rows=_plan_rows(row, planned),
        effects=_effects(row, planned.preview),
        problem=planned.problem,
        fingerprint=planned.preview.plan.fingerprint if planned.preview else "",
        is_changed=planned.amount.minor != row.amount_minor,
        entries=_entries(facts, policy),
        payment_url=url_for("admin.payment", payment_id=row.payment_id),
        decision=decided(row, planned, policy, viewer_id, place),
    )


def _reversal(each: ReversalRow, currency: str) -> Fact:
    """Return what became of taking money back from the seller's account at the provider."""
    why = f": {each.because}" if each.status is ReversalStatus.REFUSED else ""
    amount = money_text(each.amount_minor, currency)
    return Fact(
        _("From the seller's account"),
        _(
            "%(amount)s %(status)s%(why)s, payout %(payout)s",
            amount=amount,
            status=each.status.label.lower(),
            why=why,
            payout=each.payout_number,
        ),
    )


def badge(row: RefundRow, now: datetime) -> Badge:
    """Return where a refund stands, against its target while it waits."""
    if row.status is RefundStatus.PENDING:
        over = now > rules.answer_due(row.asked_at)
        return Badge(_("Over target"), "bad") if over else Badge(_("Waiting"), "wait")
    return refund_parts.badge(row)


def start_url(each: SellerShare) -> str:
    """Return where an admin refunds a share on the own initiative, "" where there is nothing to refund."""
    is_paid = each.share.status in {_T.HELD, _T.AVAILABLE, _T.TRANSFERRING, _T.PAID_OUT}
    can = is_paid and each.share.refunded_minor < each.share.gross_minor
    return url_for("admin.new_refund", number=each.order_number) if can else ""


def _failure(facts: Facts) -> tuple[str, ...]:
    """Return why a failed refund failed, as the provider said it."""
    if facts.row.status is not RefundStatus.FAILED:
        return ()
    return tuple(change.because for change in facts.changes if (change.subject, change.verb) == ("refund", "fail"))[:1]


def _warnings(row: RefundRow, preview: Preview | None) -> tuple[str, ...]:
    if preview is None:
        return ()
    found: list[str] = [_WHERE_IT_IS[preview.share_status]] if preview.share_status in _WHERE_IT_IS else []
    debt = preview.plan.from_debt
    if debt:
        found.append(
            _(
                "%(amount)s becomes the seller's debt. What else is available to the seller pays it "
                "at once; coming sales pay the rest.",
                amount=money_text(debt.minor, row.currency),
            )
        )
    if row.order_status is OrderStatus.CONFIRMED:
        found.append(_("The order has not been sent yet."))
    return tuple(found)


def _history(side: SideHistory) -> str:
    return ngettext(
        "%(number)s order · %(made)s of %(asked)s refunded",
        "%(number)s orders · %(made)s of %(asked)s refunded",
        side.orders,
        number=number_text(side.orders),
        made=side.made,
        asked=side.asked,
    )


def _plan_rows(row: RefundRow, planned: Planned) -> tuple[MoneyRow, ...]:
    if planned.preview is not None:
        parts = refund_parts.parts_of(planned.preview.plan)
        return refund_parts.plan_rows(parts, planned.amount.minor, row.currency, _("Buyer receives"))
    taken = refund_parts.plan_of(row)
    if not taken:
        total = MoneyRow(_("Amount"), refund_parts.amount(row), refund_parts.explain_url(row, "admin"), is_total=True)
        return (total,)
    explain = partial(refund_parts.explain_url, row, "admin")
    return refund_parts.plan_rows(taken, row.amount_minor, row.currency, _("Buyer receives"), explain)


def _effects(row: RefundRow, preview: Preview | None) -> tuple[Fact, ...]:
    """Return what the plan does to buyer, seller and platform, signed."""
    if preview is not None:
        parts, amount = dict(refund_parts.parts_of(preview.plan)), preview.plan.amount.minor
    else:
        parts, amount = dict(refund_parts.plan_of(row)), row.amount_minor
    if not parts:
        return ()
    platform = parts[RefundFigure.PLATFORM] + parts[RefundFigure.COST]
    return (
        Fact(_("Buyer"), f"+{money_text(amount, row.currency)}"),
        Fact(_("Seller"), money_text(platform - amount, row.currency)),
        Fact(_("Platform"), money_text(-platform, row.currency)),
    )


def _entries(facts: Facts, policy: MoneyPolicy) -> tuple[TimelineEntry, ...]:
    """Return what happened, oldest first as it is told, with the decision at its end."""
    told = wording.timeline(refund_parts.told(facts.changes, [facts.row]), (), _TITLES, 0, "")
    entries = tuple(refund_pictures.in_time(reversed(told), facts.row, "admin", facts.pictures))
    if not facts.row.can_be_approved:
        return entries
    limit = money_text(policy.second_approver_above_minor, facts.row.currency)
    first = facts.row.first_approver
    text = (
        _("%(admin)s has approved it first.", admin=first)
        if first
        else _("A second admin must confirm above %(limit)s.", limit=limit)
    )
    return (*entries, TimelineEntry(_("Your decision"), "", "", text, "", "", "next"))

"""What an admin may decide about a refund, and what to know before: the plan of an amount, and who has approved it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from marketplace.config import MoneyPolicy
from marketplace.errors import DomainError, NotAllowed
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.payments.rules import needs_second_approver
from marketplace.refunds import planning_queries, rules
from marketplace.refunds.planning_queries import Preview
from marketplace.refunds.queries import RefundRow
from marketplace.web.pages import money, money_text


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan of an amount, or why there is none."""

    amount: Money
    preview: Preview | None
    problem: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What the viewer may do, and what to know before."""

    notices: tuple[str, ...]
    approve_url: str
    approve_label: str
    reject_url: str
    take_back_label: str
    """What may be taken back from the seller's account at the provider; "" when there is nothing."""


def plan(row: RefundRow, amount: Money, policy: MoneyPolicy) -> Planned:
    """Return the plan that approving `amount` would execute, or the refusal that approving would meet."""
    if not row.can_be_approved:
        return Planned(amount, None, "")
    try:
        return Planned(amount, planning_queries.preview(row, amount, policy), "")
    except DomainError as error:
        return Planned(amount, None, error.message)


def _first_word(limit: str) -> str:
    return _("Above %(limit)s a second admin must confirm. Your approval is the first.", limit=limit)


def _second_word(row: RefundRow) -> str:
    """Return what the first admin has approved, for the one who confirms it."""
    if not row.take_back:
        return _(
            "%(admin)s has approved this amount. You confirm it, and it is sent.",
            admin=row.first_approver,
        )
    return _(
        "%(admin)s has approved this amount, and that what was paid out is taken "
        "back. You confirm both; without taking it back it is a new decision, and yours is "
        "the first.",
        admin=row.first_approver,
    )


def decided(
    row: RefundRow, planned: Planned, policy: MoneyPolicy, viewer_id: int, place: Mapping[str, Any]
) -> Decision | None:
    """Return what the viewer may do about a refund; None where nothing is to be decided."""
    if not row.can_be_approved:
        return None
    notices, may_approve = [], planned.preview is not None
    first = row.first_approver_id if planned.amount.minor == row.amount_minor else None
    try:
        rules.check_approver(
            viewer_id, buyer_id=row.buyer_id, seller_id=row.seller_id, first_approver_id=row.first_approver_id
        )
    except NotAllowed as error:
        notices.append(error.message)
        may_approve = False
    is_large = needs_second_approver(planned.amount, policy.second_approver_above_minor)
    if is_large and may_approve:
        limit = money_text(policy.second_approver_above_minor, row.currency)
        notices.append(_second_word(row) if first else _first_word(limit))
    if planned.preview is not None and planned.preview.is_disputed:
        notices.append(rules.why_not_sent("charge_disputed"))
        may_approve = False
    is_party = viewer_id in {row.buyer_id, row.seller_id}
    can_take_back = planned.preview.plan.can_take_back if planned.preview and may_approve else None
    amount = money_text(planned.amount.minor, row.currency)
    reject_url = url_for("admin.reject_refund", number=row.number, **place)
    return Decision(
        notices=tuple(notices),
        approve_url=url_for("admin.approve_refund", number=row.number, **place) if may_approve else "",
        approve_label=_("Confirm %(amount)s", amount=amount)
        if is_large and first
        else _("Approve %(amount)s", amount=amount),
        reject_url=reject_url if row.can_be_rejected and not is_party else "",
        take_back_label=_take_back(can_take_back) if can_take_back else "",
    )


def _take_back(possible: Money) -> str:
    return _("Take %(amount)s back from the seller's account at Stripe", amount=money(possible))

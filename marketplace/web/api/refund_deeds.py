"""What an admin's program decides about a refund, by the very plan that the page uses (S2.15)."""

from flask import current_app

from marketplace import clock, db
from marketplace.config import MoneyPolicy
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.refunds import flows, operations, planning_queries, queries
from marketplace.refunds.queries import RefundRow as Row
from marketplace.refunds.states import RefundStatus
from marketplace.web import guards, lists
from marketplace.web.amounts import typed_minor
from marketplace.web.api import refunds
from marketplace.web.api.answers import amount
from marketplace.web.api.refund_shapes import Approval, Plan, PlanAsked, Refund, Rejection
from marketplace.web.api.shapes import Empty
from marketplace.web.providers import providers


def plan(number: str, query: PlanAsked) -> Plan:
    """Return who would give what if an amount goes back now."""
    row = _of_admin(number)
    if not row.can_be_approved:
        raise Conflict(_("This refund is already decided: %(status)s.", status=row.status.label.lower()))
    wanted = _minor(query.amount, row, "amount") if query.amount is not None else row.amount_minor
    found = planning_queries.preview(row, Money(wanted, row.currency), _policy())
    parts = {
        "amount": found.plan.amount,
        "from_platform": found.plan.from_platform,
        "from_cost": found.plan.from_cost,
        "from_held": found.plan.from_held,
        "from_available": found.plan.from_available,
        "from_debt": found.plan.from_debt,
        "can_take_back": found.plan.can_take_back,
    }
    return Plan(
        plan=found.plan.fingerprint,
        currency=row.currency,
        is_disputed=found.is_disputed,
        **{name: amount(part.minor, row.currency) for name, part in parts.items()},
    )


def approve(number: str, body: Approval) -> Refund:
    """Approve an amount by the plan that was looked at, and send it; a large one waits for a second admin."""
    row = _of_admin(number)
    try:
        flows.approve_and_send(
            admin_id=guards.viewer().user_id,
            refund_id=row.id,
            amount_minor=_minor(body.refund_amount, row, "refund_amount"),
            notes=body.admin_notes,
            policy=_policy(),
            providers=providers(),
            seen=body.plan,
            take_back=body.take_back,
            now=clock.now(),
        )
    except Invalid as error:
        raise Invalid(error.message, field="admin_notes" if error.field == "notes" else error.field) from error
    return refunds.refund(number)


def reject(number: str, body: Rejection) -> Refund:
    """Reject a request with the reason that both sides read."""
    row = _of_admin(number)
    try:
        db.atomic(
            operations.reject,
            [f"refund:{row.id}"],
            admin_id=guards.viewer().user_id,
            refund_id=row.id,
            notes=body.admin_notes,
            now=clock.now(),
        )
    except Invalid as error:
        raise Invalid(error.message, field="admin_notes" if error.field == "notes" else error.field) from error
    return refunds.refund(number)


def complete(number: str, body: Empty) -> Refund:
    """Return a refund whose money the provider has sent; nobody's word stands for that, so others are refused."""
    del body
    row = _of_admin(number)
    if row.status is not RefundStatus.COMPLETED:
        raise Conflict(_("The provider has not sent this money yet. A refund is complete when it has."))
    return refunds.refund(number)


def _of_admin(number: str) -> Row:
    if not guards.viewer().is_admin:
        raise NotAllowed(_("Admins decide about refunds."))
    return queries.refund(lists.number(number))


def _minor(text: str, row: Row, field: str) -> int:
    minor = typed_minor(text, row.currency)
    if not minor:
        raise Invalid(_("Enter an amount above zero, with no more decimals than its currency has."), field=field)
    return minor


def _policy() -> MoneyPolicy:
    found: MoneyPolicy = current_app.extensions["settings"].money
    return found

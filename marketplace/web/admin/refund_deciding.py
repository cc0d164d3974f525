"""Deciding about a refund: approve what was looked at, or reject with a reason; then the next one opens."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.language import gettext as _
from marketplace.refunds import flows, operations, queries, queue_queries
from marketplace.refunds.queries import RefundRow
from marketplace.refunds.states import RefundStatus
from marketplace.transitions import AlreadyThere
from marketplace.web import guards, lists, refund_parts
from marketplace.web.admin import refund_queue, refunds
from marketplace.web.admin.forms import DecisionForm
from marketplace.web.amounts import typing_text
from marketplace.web.pages import money_text
from marketplace.web.providers import providers

_S = RefundStatus


@guards.admin_only
def approve_refund(number: str) -> ResponseReturnValue:
    """Approve the amount that was looked at and send it; a double press is answered with what stands already."""
    row, form = queries.refund(lists.number(number)), DecisionForm()
    if not form.validate():
        return refunds.show(row, decision=form, code=422)
    amount_minor = form.amount_minor.data or 0
    try:
        is_sent = flows.approve_and_send(
            admin_id=guards.viewer().user_id,
            refund_id=row.id,
            amount_minor=amount_minor,
            notes=form.notes.data or "",
            policy=refunds.policy(),
            providers=providers(),
            seen=form.plan.data or "",
            take_back=bool(form.take_back.data),
            now=clock.now(),
        )
    except Invalid as error:
        form.notes.errors = [error.message]
        return refunds.show(row, decision=form, code=422)
    except (Conflict, NotAllowed) as error:
        return _refused(row, error, amount=typing_text(amount_minor, row.currency))
    flash(*_outcome(number, amount_minor, is_sent=is_sent))
    return _next(row)


@guards.admin_only
def reject_refund(number: str) -> ResponseReturnValue:
    """Reject a request with the reason that both sides read."""
    row, form = queries.refund(lists.number(number)), DecisionForm()
    if not form.validate():
        return refunds.show(row, decision=form, code=422)
    try:
        db.atomic(
            operations.reject,
            [f"refund:{row.id}"],
            admin_id=guards.viewer().user_id,
            refund_id=row.id,
            notes=form.notes.data or "",
            now=clock.now(),
        )
    except Invalid as error:
        form.notes.errors = [error.message]
        return refunds.show(row, decision=form, code=422)
    except (Conflict, NotAllowed) as error:
        return _refused(row, error)
    flash(_("%(number)s is rejected. Buyer and seller were told why.", number=number), "ok")
    return _next(row)


def _refused(row: RefundRow, error: Conflict | NotAllowed, amount: str | None = None) -> ResponseReturnValue:
    """Show the refund as it is now, with the amount that was looked at and the plan it would have now."""
    is_done = isinstance(error, AlreadyThere)
    flash(f"{row.number}: {error.message}", "info" if is_done else "bad")
    return redirect(url_for("admin.refunds", refund=row.number, amount=None if is_done else amount), code=303)


def _outcome(number: str, amount_minor: int, *, is_sent: bool) -> tuple[str, str]:
    """Return what became of an approval, in words, and their tone. What the provider has not said is not claimed."""
    row = queries.refund(number)
    amount = money_text(amount_minor, row.currency)
    if not is_sent:
        return _(
            "%(number)s: you have approved %(amount)s. A second admin must confirm it before it is sent.",
            number=number,
            amount=amount,
        ), "wait"
    if row.status is _S.APPROVED and row.is_by_bank:
        return _(
            "%(number)s: %(amount)s is approved. It waits under Bank transfers until it is sent at the bank.",
            number=number,
            amount=amount,
        ), "wait"
    if row.status is _S.APPROVED:
        return _(
            "%(number)s: %(amount)s is approved and being sent. The provider has not answered yet.",
            number=number,
            amount=amount,
        ), "wait"
    if row.status is _S.FAILED:
        return _(
            "%(number)s: you approved %(amount)s, but the provider refused it. It waits for a decision again.",
            number=number,
            amount=amount,
        ), "bad"
    sent = refund_parts.amount(row)
    if row.is_to_wallet:
        return _("%(number)s: %(amount)s is approved and in the buyer's wallet.", number=number, amount=sent), "ok"
    return _("%(number)s: %(amount)s is approved and on its way to the buyer.", number=number, amount=sent), "ok"


def _next(decided: RefundRow) -> ResponseReturnValue:
    """Open the next waiting refund of those that the admin chose: the one after the decided one, else the oldest."""
    choice = refund_queue.chosen_by_address(None)
    number = queue_queries.next_waiting(choice, decided.id, clock.now())
    return redirect(url_for("admin.refunds", **refund_queue.address(choice), refund=number), code=303)

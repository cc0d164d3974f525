"""Taking back what was paid out: for a refund after the fact, for a dispute before or after its loss."""

from collections.abc import Callable
from dataclasses import replace

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.disputes import flows as dispute_flows
from marketplace.disputes import page_queries, taking_back
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.payouts import taking_back_queries
from marketplace.payouts.states import ReversalStatus
from marketplace.refunds import flows as refund_flows
from marketplace.refunds import queries as refund_queries
from marketplace.web import guards, lists
from marketplace.web.admin import disputes, refunds
from marketplace.web.admin.dispute_page import Desk
from marketplace.web.admin.taking_back_parts import TakeBackForm
from marketplace.web.providers import providers

_ENDS = {
    ReversalStatus.DONE: (Text("The money is back. It has paid what the seller owed, and they were told."), "ok"),
    ReversalStatus.REFUSED: (Text("The provider refused it: the seller owes it instead, and was told."), "bad"),
    ReversalStatus.PENDING: (Text("It is asked for. The provider has not answered yet, so it is asked again."), "wait"),
}


@guards.admin_only
def choose_take_back(number: str) -> ResponseReturnValue:
    """Have what was paid out taken back if the dispute is lost."""
    row = page_queries.dispute(lists.number(number))

    def choose(form: TakeBackForm) -> None:
        reason = form.take_back_reason.data or ""
        admin_id = guards.viewer().user_id
        db.atomic(taking_back.choose, (), admin_id=admin_id, dispute_id=row.id, reason=reason, now=clock.now())

    def again(form: TakeBackForm) -> ResponseReturnValue:
        return disputes.show(row, replace(Desk.empty(), take_back=form), 422)

    return _do(
        choose, again, url_for("admin.dispute", number=row.number), _("It is taken back if the bank decides so.")
    )


@guards.admin_only
def leave_take_back(number: str) -> ResponseReturnValue:
    """Leave what was paid out with the seller after all."""
    row = page_queries.dispute(lists.number(number))
    try:
        db.atomic(taking_back.leave, (), dispute_id=row.id)
    except Conflict as error:
        flash(error.message, "wait")
    else:
        flash(_("It is left with the seller, who owes it if the dispute is lost."), "ok")
    return redirect(url_for("admin.dispute", number=row.number), code=303)


@guards.admin_only
def take_back_lost(number: str) -> ResponseReturnValue:
    """Take back what sellers owe for a lost dispute."""
    row = page_queries.dispute(lists.number(number))

    def take(form: TakeBackForm) -> None:
        dispute_flows.take_back(
            admin_id=guards.viewer().user_id,
            dispute_id=row.id,
            seen_minor=form.amount_minor.data or 0,
            reason=form.take_back_reason.data or "",
            providers=providers(),
            now=clock.now(),
        )

    def again(form: TakeBackForm) -> ResponseReturnValue:
        return disputes.show(row, replace(Desk.empty(), take_back=form), 422)

    return _do(take, again, url_for("admin.dispute", number=row.number), f"dispute:{row.id}")


@guards.admin_only
def take_back_refunded(number: str) -> ResponseReturnValue:
    """Take back what the seller owes for a refund."""
    row = refund_queries.refund(lists.number(number))

    def take(form: TakeBackForm) -> None:
        refund_flows.take_back(
            admin_id=guards.viewer().user_id,
            refund_id=row.id,
            seen_minor=form.amount_minor.data or 0,
            reason=form.take_back_reason.data or "",
            providers=providers(),
            now=clock.now(),
        )

    def again(form: TakeBackForm) -> ResponseReturnValue:
        return refunds.show(row, take_back=form, code=422)

    return _do(take, again, url_for("admin.refunds", refund=row.number), f"refund:{row.id}")


def _do(
    deed: Callable[[TakeBackForm], None],
    again: Callable[[TakeBackForm], ResponseReturnValue],
    url: str,
    done: str,
) -> ResponseReturnValue:
    """Do what the form asks, or show it again; `done` is what to say, or the cause whose last reversal says it."""
    form = TakeBackForm()
    if not form.validate():
        return again(form)
    try:
        deed(form)
    except Invalid as error:
        form.take_back_reason.errors = [error.message]
        return again(form)
    except (Conflict, NotAllowed) as error:
        flash(error.message, "wait")
    else:
        reversals = taking_back_queries.of_cause(done) if ":" in done else ()
        flash(*(_ENDS[reversals[-1].status] if reversals else (done, "ok")))
    return redirect(url, code=303)

"""Deciding about one payout: try it again, send it to the bank again, or call it off; each with a reason."""

from collections.abc import Callable

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.history import Actor
from marketplace.language import gettext as _
from marketplace.payouts import admin_queries, calling_off, flows, operations
from marketplace.payouts.operations import TakenUp
from marketplace.web import guards, lists
from marketplace.web.admin import payouts
from marketplace.web.admin.payout_forms import DecisionForm
from marketplace.web.providers import providers


@guards.admin_only
def retry_payout(number: str) -> ResponseReturnValue:
    """Try a refused payout again, with the same amount."""
    return _decide(number, _retry, _("It is sent again."))


@guards.admin_only
def resend_payout(number: str) -> ResponseReturnValue:
    """Send a failed payout to the bank again."""
    return _decide(number, _resend, _("It is on its way to the bank again."))


@guards.admin_only
def cancel_payout(number: str) -> ResponseReturnValue:
    """Call off a payout of which nothing has moved."""
    return _decide(number, _cancel, _("It is called off. Its shares wait for the next run."))


def _decide(number: str, deed: Callable[[int, Actor, str], None], done: str) -> ResponseReturnValue:
    row, form = admin_queries.payout(lists.number(number)), DecisionForm()
    if not form.validate():
        return payouts.show(row, form, 422)
    try:
        deed(row.id, Actor.user(guards.viewer().user_id, "admin"), form.reason.data or "")
    except Invalid as error:
        form.reason.errors = [error.message]
        return payouts.show(row, form, 422)
    except (Conflict, NotAllowed) as error:
        flash(error.message, "wait")
    else:
        flash(done, "ok")
    return redirect(url_for("admin.payout", number=row.number), code=303)


def _retry(payout_id: int, actor: Actor, reason: str) -> None:
    now = clock.now()
    call_id = db.atomic(operations.retry, (db.TURN,), payout_id=payout_id, actor=actor, reason=reason, now=now)
    flows.send(TakenUp(payout_id, call_id, 0), providers=providers(), now=now)


def _resend(payout_id: int, actor: Actor, reason: str) -> None:
    now = clock.now()
    call_id = db.atomic(operations.resend, (db.TURN,), payout_id=payout_id, actor=actor, reason=reason, now=now)
    flows.send_call(call_id, providers=providers(), now=now)


def _cancel(payout_id: int, actor: Actor, reason: str) -> None:
    db.atomic(calling_off.cancel, (db.TURN,), payout_id=payout_id, actor=actor, because=reason, now=clock.now())

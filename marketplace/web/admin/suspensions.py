"""Suspend a person as a seller or as a buyer, and let them go on: always with a reason, which they read."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField

from marketplace import clock, db
from marketplace.accounts import suspension_queries as queries
from marketplace.accounts.suspension_queries import Side, SuspensionRow
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.orders.people_queries import Person
from marketplace.payouts import suspending
from marketplace.web import guards, lists
from marketplace.web.auth.forms import typed
from marketplace.web.forms import Form
from marketplace.web.pages import time_text

_TITLES = {Side.SELLER: Text("As a seller"), Side.BUYER: Text("As a buyer")}
_HINTS = {
    Side.SELLER: Text("They read it. Their listings can't be bought and payouts stop; orders they have go on."),
    Side.BUYER: Text("They read it. They can't buy, ask about listings or review; their orders and refunds go on."),
}
_SUSPEND = {Side.SELLER: Text("Suspend the shop"), Side.BUYER: Text("Suspend them as a buyer")}
_LIFT = {Side.SELLER: Text("Let the shop go on"), Side.BUYER: Text("Let them buy again")}


class SuspendForm(Form):
    """Why somebody is suspended, or may go on; one form for each side, told apart by its prefix."""

    reason = TextAreaField(Text("Why?"))


@dataclass(frozen=True, slots=True)
class SideView:
    """One side of a person: whether it is suspended, and the form that changes that."""

    title: str
    note: str
    """Why and since when; "" where it is not suspended."""
    hint: str
    action: str
    button: str
    icon: str
    form: SuspendForm


@dataclass(frozen=True, slots=True)
class Panel:
    """What an admin sees of a person's suspensions."""

    sides: tuple[SideView, ...]
    past: tuple[str, ...]


@guards.admin_only
def suspend(user_id: int, side: str) -> ResponseReturnValue:
    """Suspend a person on one side."""
    return _decide(user_id, side, suspending.suspend, _("Suspended. They were told, with the reason."))


@guards.admin_only
def lift_suspension(user_id: int, side: str) -> ResponseReturnValue:
    """Let a person go on on one side."""
    return _decide(user_id, side, suspending.lift, _("Lifted. They were told."))


def panel(person: Person) -> Panel:
    """Return the suspensions of a person, for their page."""
    rows = queries.history_of(person.id)
    standing = {row.side: row for row in rows if row.lifted_at is None}
    sides = (Side.BUYER, Side.SELLER) if person.is_seller else (Side.BUYER,)
    return Panel(
        tuple(_side(person.id, side, standing.get(side)) for side in sides),
        tuple(_past(row) for row in rows if row.lifted_at is not None),
    )


def _decide(user_id: int, side: str, operation: Callable[..., None], done: str) -> ResponseReturnValue:
    asked = lists.member(Side, side)
    if asked is None:
        raise NotFound(_("There is no such person."))
    who = {"admin_id": guards.viewer().user_id, "user_id": user_id, "side": asked}
    reason = typed(SuspendForm(prefix=asked.value).reason)
    try:
        db.atomic(operation, (db.TURN,), **who, reason=reason, now=clock.now())
    except (Invalid, Conflict, NotAllowed) as error:
        flash(error.message, "bad")
    else:
        flash(done, "ok")
    return redirect(url_for("admin.user", user_id=user_id) + "#suspension", code=303)


def _side(user_id: int, side: Side, standing: SuspensionRow | None) -> SideView:
    form = SuspendForm(None, prefix=side.value)
    if standing is None:
        url = url_for("admin.suspend", user_id=user_id, side=side.value)
        return SideView(_TITLES[side], "", _HINTS[side], url, _SUSPEND[side], "ban", form)
    note = _(
        "Suspended %(at)s by %(admin)s: %(reason)s",
        at=time_text(standing.suspended_at),
        admin=standing.admin,
        reason=standing.reason,
    )
    url = url_for("admin.lift_suspension", user_id=user_id, side=side.value)
    return SideView(_TITLES[side], note, _("They read it."), url, _LIFT[side], "check", form)


def _past(row: SuspensionRow) -> str:
    return _(
        "%(side)s, from %(start)s by %(admin)s: %(reason)s Lifted %(end)s by %(lifter)s: %(why)s",
        side=_TITLES[row.side],
        start=time_text(row.suspended_at),
        admin=row.admin,
        reason=row.reason,
        end=time_text(row.lifted_at) if row.lifted_at else "",
        lifter=row.lifted_by,
        why=row.lift_reason,
    )

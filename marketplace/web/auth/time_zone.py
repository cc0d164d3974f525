"""The time zone in which a person reads times."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from marketplace import clock, db
from marketplace.accounts import operations as accounts
from marketplace.accounts import time_zones
from marketplace.errors import Invalid
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.web import guards
from marketplace.web.auth.forms import blame, typed
from marketplace.web.console import Console, own_console
from marketplace.web.forms import Form
from marketplace.web.pages import time_text


def _choices() -> list[SelectChoice]:
    named = (SelectChoice(name, name.replace("_", " ").replace("/", " / ")) for name in time_zones.names())
    return [SelectChoice("", "UTC"), *named]


class TimeZoneForm(Form):
    """The zone; what is none of ours is refused by the operation."""

    time_zone = SelectField(Text("Time zone"), validate_choice=False, choices=_choices)


@dataclass(frozen=True, slots=True)
class TimeZonePage:
    """What templates/auth/time_zone.html shows."""

    title: str
    console: Console
    now: str
    is_chosen: bool


@guards.signed_in
def time_zone() -> ResponseReturnValue:
    """Show the zone in which the viewer reads times, or change it."""
    viewer = guards.viewer()
    form = TimeZoneForm(data={"time_zone": viewer.time_zone or ""})
    if form.validate_on_submit():
        try:
            db.atomic(accounts.choose_time_zone, (), user_id=viewer.user_id, name=typed(form.time_zone))
        except Invalid as error:
            blame(form, error)
        else:
            flash(_("Saved. Times are shown by that clock now."), "ok")
            return redirect(url_for("auth.time_zone"), code=303)
    page = TimeZonePage(
        title=_("Time zone"),
        console=own_console("time", is_seller=viewer.is_seller, is_admin=viewer.is_admin),
        now=time_text(clock.now()),
        is_chosen=viewer.time_zone is not None,
    )
    return render_template("auth/time_zone.html", page=page, form=form), 422 if form.errors else 200

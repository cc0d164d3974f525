"""Who it is once more, before somebody's way to sign in changes: the page that asks, and what was typed on it."""

from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.accounts import factor_queries
from marketplace.web import guards
from marketplace.web.auth.forms import AgainForm, typed
from marketplace.web.console import Console, own_console


@dataclass(frozen=True, slots=True)
class Deed:
    """What will happen, and the button that does it."""

    title: str
    text: str
    action: str
    button: str
    back_url: str
    tone: str = "primary"


@dataclass(frozen=True, slots=True)
class AgainPage:
    """What templates/auth/again.html shows."""

    title: str
    console: Console
    email: str
    deed: Deed


def show(form: AgainForm, deed: Deed) -> ResponseReturnValue:
    """Return the page that asks for the password, and for a code where the viewer has a second step."""
    if "code" in form and not factor_queries.has_second_step(guards.viewer().user_id):
        del form.code
    page = AgainPage(deed.title, console(), guards.viewer().email, deed)
    return render_template("auth/again.html", page=page, form=form), 422 if form.errors else 200


def typed_again(form: AgainForm) -> dict:
    """Return whom the viewer says to be, as the flows take it."""
    viewer = guards.viewer()
    return {
        "user_id": viewer.user_id,
        "email": viewer.email,
        "password": typed(form.password),
        "code": typed(form.code),
        "device": guards.device(),
        "now": clock.system_now(),
    }


def console() -> Console:
    """Return the viewer's side bar with Security marked."""
    viewer = guards.viewer()
    return own_console("security", is_seller=viewer.is_seller, is_admin=viewer.is_admin)

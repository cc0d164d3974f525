"""The second step of a sign-in: a code after the right password."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.accounts import factor_operations, flows
from marketplace.accounts.factor_operations import HalfEnded
from marketplace.accounts.operations import token_hash
from marketplace.errors import Invalid
from marketplace.language import gettext as _
from marketplace.web import guards
from marketplace.web.auth import half
from marketplace.web.auth.forms import CodeForm, blame, typed
from marketplace.web.auth.views import enter, too_many_tries


@dataclass(frozen=True, slots=True)
class CodePage:
    """What templates/auth/code.html shows."""

    title: str
    text: str
    action: str
    again_url: str


def code() -> ResponseReturnValue:
    """Ask whoever has given the right password for a code, and sign them in."""
    target = guards.safe_next(request.values.get("next")) or ""
    form, key, now = CodeForm(next=target), half.key(), clock.system_now()
    if not key:
        return redirect(url_for("auth.login", next=target or None), code=303)
    try:
        factor_operations.half_of(token_hash(key), now=now)
        if form.validate_on_submit():
            _user_id, token = flows.enter_code(key=key, code=typed(form.code), device=guards.device(), now=now)
            return enter(token, target)
    except HalfEnded as error:
        half.drop()
        flash(error.message, "wait")
        return redirect(url_for("auth.login", next=target or None), code=303)
    except Invalid as error:
        blame(form, error)
    except flows.TooManyTries as error:
        return too_many_tries(error)
    page = CodePage(
        title=_("Enter a code"),
        text=_("Your password is right. Now the code that your app shows."),
        action=url_for("auth.code"),
        again_url=url_for("auth.login", next=target or None),
    )
    return render_template("auth/code.html", page=page, form=form), 422 if form.errors else 200

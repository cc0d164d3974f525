"""A forgotten password: ask for a link by mail, and choose a new one behind it."""

from dataclasses import dataclass

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.accounts import link_flows
from marketplace.accounts.link_operations import LinkEnded
from marketplace.errors import Invalid
from marketplace.language import gettext as _
from marketplace.web import guards
from marketplace.web.auth import mailed_links
from marketplace.web.auth.forms import NewPasswordForm, ResetForm, blame, typed
from marketplace.web.auth.views import too_many_tries

_PURPOSE = "reset"


@dataclass(frozen=True, slots=True)
class ResetPage:
    """What templates/auth/reset.html and reset_sent.html show; `inbox_url` is "" outside the demo."""

    title: str
    text: str
    inbox_url: str = ""


@dataclass(frozen=True, slots=True)
class NewPasswordPage:
    """What templates/auth/new_password.html shows."""

    title: str
    text: str
    email: str


def reset() -> ResponseReturnValue:
    """Ask for a link. The answer is the same whether or not anybody has the address."""
    form = ResetForm()
    if form.validate_on_submit():
        try:
            link_flows.ask_for_reset(email=typed(form.email), device=guards.device(), now=clock.system_now())
        except Invalid as error:
            blame(form, error)
        except link_flows.TooManyLinks as error:
            return too_many_tries(error)
        else:
            return redirect(url_for("auth.reset_sent"), code=303)
    page = ResetPage(_("Forgot your password?"), _("We send you a link, and you choose a new one."))
    return render_template("auth/reset.html", page=page, form=form), 422 if form.errors else 200


def reset_sent() -> ResponseReturnValue:
    """Say where to look."""
    text = _("If there is an account with this address, a link is on its way. It works once, for 60 minutes.")
    inbox_url = url_for("inbox.inbox") if current_app.extensions["settings"].demo else ""
    return render_template("auth/reset_sent.html", page=ResetPage(_("Look in your mail"), text, inbox_url))


def follow_reset(token: str) -> ResponseReturnValue:
    """Take up the link of a mail."""
    return mailed_links.take(_PURPOSE, token, "auth.new_password")


def new_password() -> ResponseReturnValue:
    """Choose a new password behind the link that this browser came with."""
    form, key, now = NewPasswordForm(), mailed_links.key(_PURPOSE), clock.system_now()
    try:
        link = link_flows.open_link(_PURPOSE, key, now=now)
        if form.validate_on_submit():
            password = typed(form.password)
            link_flows.choose_password(key=key, password=password, device=guards.device(), now=now)
            return _changed(link.user_id)
    except LinkEnded as error:
        return mailed_links.ended(_PURPOSE, error.end)
    except Invalid as error:
        blame(form, error)
    text = _("For %(email)s. You are signed out everywhere and sign in with it.", email=link.own_email)
    page = NewPasswordPage(_("Choose a new password"), text, link.own_email)
    return render_template("auth/new_password.html", page=page, form=form), 422 if form.errors else 200


def _changed(user_id: int) -> ResponseReturnValue:
    mailed_links.drop(_PURPOSE)
    here = guards.current_viewer()
    if here and here.user_id == user_id:
        guards.end_session()
    flash(_("Your password is changed. Sign in with the new one."), "ok")
    return redirect(url_for("auth.login"), code=303)

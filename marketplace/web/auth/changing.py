"""Changing the e-mail address: asked for with the password, done by the link that the new address gets."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.accounts import factor_queries, flows, link_flows
from marketplace.accounts.link_operations import LinkEnded
from marketplace.errors import Invalid
from marketplace.language import gettext as _
from marketplace.notifications import links
from marketplace.web import guards
from marketplace.web.auth import mailed_links
from marketplace.web.auth.confirming import VerifyPage
from marketplace.web.auth.forms import EmailForm, blame, typed
from marketplace.web.auth.views import too_many_tries
from marketplace.web.console import Console, own_console
from marketplace.web.forms import Form

_PURPOSE = "change"


@dataclass(frozen=True, slots=True)
class EmailPage:
    """What templates/auth/change_email.html shows."""

    title: str
    console: Console
    email: str
    asks_for_code: bool


@guards.signed_in
def change_email() -> ResponseReturnValue:
    """Let a link be mailed to the address that the viewer wants to have; the same answer where somebody has it."""
    form, viewer = EmailForm(), guards.viewer()
    if form.validate_on_submit():
        try:
            link_flows.ask_to_change(
                user_id=viewer.user_id,
                own=viewer.email,
                email=typed(form.email),
                password=typed(form.password),
                code=typed(form.code),
                device=guards.device(),
                now=clock.system_now(),
            )
        except Invalid as error:
            blame(form, error)
        except (flows.TooManyTries, link_flows.TooManyLinks) as error:
            return too_many_tries(error)
        else:
            text = _(
                "Open the link that is on its way to %(email)s. Your address changes then, and not before.",
                email=typed(form.email).strip(),
            )
            flash(text, "ok")
            return redirect(url_for("auth.change_email"), code=303)
    console = own_console("security", is_seller=viewer.is_seller, is_admin=viewer.is_admin)
    asks_for_code = factor_queries.has_second_step(viewer.user_id)
    page = EmailPage(_("Change e-mail address"), console, viewer.email, asks_for_code)
    return render_template("auth/change_email.html", page=page, form=form), 422 if form.errors else 200


def follow_change(token: str) -> ResponseReturnValue:
    """Take up the link of a mail."""
    return mailed_links.take(_PURPOSE, token, "auth.confirm_change")


def confirm_change() -> ResponseReturnValue:
    """Show the button that changes the address, or do it: mail programs that look press no buttons."""
    form, key, now = Form(), mailed_links.key(_PURPOSE), clock.system_now()
    try:
        link = link_flows.open_link(_PURPOSE, key, now=now)
        if form.validate_on_submit():
            return _change(key, link.email)
    except LinkEnded as error:
        return mailed_links.ended(_PURPOSE, error.end)
    text = _(
        "You sign in with %(email)s from then on, instead of %(own)s. All other devices are signed out.",
        email=link.email,
        own=link.own_email,
    )
    page = VerifyPage(_("Use this e-mail address?"), text, url_for("auth.confirm_change"), _("Yes, it is mine"))
    return render_template("auth/verify.html", page=page, form=form)


def _change(key: bytes, email: str) -> ResponseReturnValue:
    here = guards.current_viewer()
    user_id = db.atomic(
        links.change_address,
        (),
        token_hash=key,
        session_id=here.session_id if here else 0,
        system_now=clock.system_now(),
        now=clock.now(),
    )
    mailed_links.drop(_PURPOSE)
    flash(_("Your e-mail address is %(email)s now.", email=email), "ok")
    is_here = here is not None and here.user_id == user_id
    return redirect(url_for("auth.security" if is_here else "auth.login"), code=303)

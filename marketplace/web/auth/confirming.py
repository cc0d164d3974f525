"""Confirming an e-mail address by the link in a mail. Nothing waits for it."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.accounts import link_flows
from marketplace.accounts.link_operations import LinkEnded
from marketplace.language import gettext as _
from marketplace.web import guards
from marketplace.web.auth import mailed_links
from marketplace.web.auth.views import too_many_tries
from marketplace.web.forms import Form

_PURPOSE = "verify"


@dataclass(frozen=True, slots=True)
class VerifyPage:
    """What templates/auth/verify.html shows: `button` is "" when there is nothing to do."""

    title: str
    text: str
    action: str
    button: str


@guards.signed_in
def verify() -> ResponseReturnValue:
    """Say whether the viewer's address is confirmed, and offer the mail again."""
    viewer = guards.viewer()
    if viewer.is_confirmed:
        page = VerifyPage(_("Your e-mail address is confirmed"), viewer.email, "", "")
    else:
        text = _("We have sent a link to %(email)s. You can buy and sell meanwhile.", email=viewer.email)
        page = VerifyPage(_("Confirm your e-mail address"), text, url_for("auth.send_again"), _("Send it again"))
    return render_template("auth/verify.html", page=page, form=Form())


@guards.signed_in
def send_again() -> ResponseReturnValue:
    """Mail the viewer another link."""
    viewer = guards.viewer()
    if not viewer.is_confirmed:
        try:
            link_flows.ask_to_confirm(email=viewer.email, device=guards.device(), now=clock.system_now())
        except link_flows.TooManyLinks as error:
            return too_many_tries(error)
        flash(_("A new link is on its way to %(email)s.", email=viewer.email), "ok")
    return redirect(guards.came_from() or url_for("auth.verify"), code=303)


def follow_verify(token: str) -> ResponseReturnValue:
    """Take up the link of a mail."""
    return mailed_links.take(_PURPOSE, token, "auth.confirm")


def confirm() -> ResponseReturnValue:
    """Show the button that confirms the address of the link, or do it: mail programs that look press no buttons."""
    form, key, now = Form(), mailed_links.key(_PURPOSE), clock.system_now()
    try:
        link = link_flows.open_link(_PURPOSE, key, now=now)
        if form.validate_on_submit():
            link_flows.confirm_address(key=key, now=now)
            mailed_links.drop(_PURPOSE)
            flash(_("Your e-mail address is confirmed."), "ok")
            return redirect(url_for("shop.home"), code=303)
    except LinkEnded as error:
        return mailed_links.ended(_PURPOSE, error.end)
    text = _("Is %(email)s yours? Then press the button.", email=link.own_email)
    page = VerifyPage(_("Confirm your e-mail address"), text, url_for("auth.confirm"), _("Yes, it is mine"))
    return render_template("auth/verify.html", page=page, form=form)

"""Signing in with a passkey, in place of password and code: the device has its own lock."""

from dataclasses import dataclass

from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.accounts import passkey_flows, token_operations, webauthn_keys
from marketplace.accounts.passkey_operations import ChallengeEnded
from marketplace.accounts.webauthn_keys import Party
from marketplace.config import Settings
from marketplace.errors import Invalid
from marketplace.language import gettext as _
from marketplace.web import guards
from marketplace.web.auth.forms import PasskeyForm, typed
from marketplace.web.auth.views import enter

_KEY = "passkey_sign_in"
_MOST_BEGUN = 30
"""From one network address within the minute that `token_operations` counts."""


@dataclass(frozen=True, slots=True)
class PasskeyPage:
    """What templates/auth/passkey_sign_in.html shows; `question` is what the browser asks the device, as JSON."""

    title: str
    text: str
    question: str
    other_url: str


def party() -> Party:
    """Return the shop as passkeys know it: by the domain of its own address."""
    settings: Settings = current_app.extensions["settings"]
    return Party.of(settings.base_url, settings.mail_from_name)


def begin_passkey() -> ResponseReturnValue:
    """Make what a passkey is to sign, and go to the page that asks for it."""
    now = clock.system_now()
    if token_operations.count_request(f"passkey:{guards.device().ip_address}", _MOST_BEGUN, now=now):
        flash(_("Too many tries from here. Wait a minute, or sign in with your password."), "bad")
        return redirect(url_for("auth.login", next=guards.safe_next(request.form.get("next"))), code=303)
    session[_KEY] = passkey_flows.begin_sign_in(now=now)
    return redirect(url_for("auth.passkey", next=guards.safe_next(request.form.get("next"))), code=303)


def passkey() -> ResponseReturnValue:
    """Ask the browser for a passkey, and sign in whoever's has signed."""
    target = guards.safe_next(request.values.get("next")) or ""
    challenge = session.get(_KEY, "")
    to_login = redirect(url_for("auth.login", next=target or None), code=303)
    if not challenge:
        return to_login
    form = PasskeyForm(next=target)
    if form.validate_on_submit():
        session.pop(_KEY)  # it is used up, whatever comes of it
        try:
            _user_id, token = passkey_flows.sign_in(
                challenge=challenge,
                answer=typed(form.answer),
                party=party(),
                device=guards.device(),
                now=clock.system_now(),
            )
            return enter(token, target)
        except (ChallengeEnded, Invalid) as error:
            flash(error.message, "bad")
            return to_login
    page = PasskeyPage(
        title=_("Sign in with a passkey"),
        text=_("Unlock the passkey on this device, or on your phone."),
        question=webauthn_keys.question_for_sign_in(party(), challenge=challenge.encode()),
        other_url=url_for("auth.login", next=target or None),
    )
    return render_template("auth/passkey_sign_in.html", page=page, form=form)

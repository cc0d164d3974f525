"""Passkeys on the account's pages: one is added, named and removed."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.accounts import flows, passkey_flows, passkey_queries, webauthn_keys
from marketplace.accounts.passkey_operations import ChallengeEnded
from marketplace.errors import Conflict, Invalid, NotFound
from marketplace.language import gettext as _
from marketplace.web import guards
from marketplace.web.auth import again
from marketplace.web.auth.again import Deed, console, typed_again
from marketplace.web.auth.forms import AgainForm, NewPasskeyForm, PasskeyForm, blame, typed
from marketplace.web.auth.passkey_sign_in import party
from marketplace.web.auth.views import too_many_tries
from marketplace.web.console import Console

_KEY = "new_passkey"


@dataclass(frozen=True, slots=True)
class CreatePage:
    """What templates/auth/passkey_create.html shows; `question` is what the browser asks the device, as JSON."""

    title: str
    console: Console
    name: str
    question: str


@guards.signed_in
def new_passkey() -> ResponseReturnValue:
    """Ask for a name and who it is, before a passkey is made."""
    form = NewPasskeyForm()
    if form.validate_on_submit():
        try:
            challenge, name = passkey_flows.begin_new(name=typed(form.name), **typed_again(form))
        except Invalid as error:
            blame(form, error)
        except flows.TooManyTries as error:
            return too_many_tries(error)
        else:
            session[_KEY] = {"challenge": challenge, "name": name}
            return redirect(url_for("auth.create_passkey"), code=303)
    text = _(
        "A passkey signs you in by the lock of your device: your finger, your face or its PIN. No password, no code."
    )
    deed = Deed(_("Add a passkey"), text, url_for("auth.new_passkey"), _("Go on"), url_for("auth.security"))
    return again.show(form, deed)


@guards.signed_in
def create_passkey() -> ResponseReturnValue:
    """Ask the browser for a new passkey, and keep the one it has made."""
    viewer, form, begun = guards.viewer(), PasskeyForm(), session.get(_KEY)
    if not begun:
        return redirect(url_for("auth.new_passkey"), code=303)
    if form.validate_on_submit():
        session.pop(_KEY)  # it is used up, whatever comes of it
        try:
            passkey_flows.add(
                user_id=viewer.user_id,
                session_id=viewer.session_id,
                name=begun["name"],
                challenge=begun["challenge"],
                answer=typed(form.answer),
                party=party(),
                now=clock.system_now(),
            )
        except (ChallengeEnded, Conflict, Invalid) as error:
            flash(error.message, "bad")
            return redirect(url_for("auth.new_passkey"), code=303)
        flash(
            _("The passkey “%(name)s” signs you in from now on. All other devices are signed out.", name=begun["name"]),
            "ok",
        )
        return redirect(url_for("auth.security"), code=303)
    question = webauthn_keys.question_for_new(
        party(),
        user_id=viewer.user_id,
        email=viewer.email,
        challenge=begun["challenge"].encode(),
        known=[row.credential_id for row in passkey_queries.passkeys(viewer.user_id)],
    )
    page = CreatePage(_("Add a passkey"), console(), begun["name"], question)
    return render_template("auth/passkey_create.html", page=page, form=form)


@guards.signed_in
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    """Remove one of the viewer's passkeys, once it is them again."""
    viewer, form = guards.viewer(), AgainForm()
    row = next((row for row in passkey_queries.passkeys(viewer.user_id) if row.passkey_id == passkey_id), None)
    if row is None:
        raise NotFound(_("You have no such passkey."))
    if form.validate_on_submit():
        try:
            passkey_flows.remove(session_id=viewer.session_id, passkey_id=passkey_id, **typed_again(form))
        except Invalid as error:
            blame(form, error)
        except flows.TooManyTries as error:
            return too_many_tries(error)
        else:
            flash(_("The passkey “%(name)s” is removed. All other devices are signed out.", name=row.name), "ok")
            return redirect(url_for("auth.security"), code=303)
    title = _("Remove the passkey “%(name)s”", name=row.name)
    text = _("It signs in here no more. Delete it on your device as well.")
    action = url_for("auth.remove_passkey", passkey_id=passkey_id)
    return again.show(form, Deed(title, text, action, _("Remove it"), url_for("auth.security"), "danger"))

"""The account's security page: the password, the second step, and the devices that are signed in."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.accounts import factor_queries, flows, passkey_queries, queries
from marketplace.accounts import operations as accounts
from marketplace.accounts.passkey_queries import PasskeyRow
from marketplace.accounts.rules import ADMIN_IDLE_LIMIT, IDLE_LIMIT
from marketplace.errors import Invalid
from marketplace.language import gettext as _
from marketplace.web import guards
from marketplace.web.auth.ended_devices import ended_text
from marketplace.web.auth.forms import PasswordForm, blame, typed
from marketplace.web.auth.views import too_many_tries
from marketplace.web.console import Console, own_console
from marketplace.web.pages import time_text
from marketplace.web.stored_words import device_text


@dataclass(frozen=True)
class DeviceRow:
    """One signed-in device, in words."""

    name: str
    note: str
    is_here: bool
    sign_out_url: str


@dataclass(frozen=True)
class PasskeyCard:
    """One passkey, in words."""

    name: str
    note: str
    remove_url: str


@dataclass(frozen=True)
class SecurityPage:
    """What templates/auth/security.html shows."""

    title: str
    console: Console
    email: str
    devices: list[DeviceRow]
    has_others: bool
    has_second_step: bool
    passkeys: tuple[PasskeyCard, ...]


@guards.signed_in
def security() -> ResponseReturnValue:
    """Show password form and devices, or change the password."""
    form = PasswordForm()
    viewer = guards.viewer()
    if form.validate_on_submit():
        try:
            ended = flows.change_password(
                user_id=viewer.user_id,
                session_id=viewer.session_id,
                email=viewer.email,
                old=typed(form.old),
                new=typed(form.password),
                device=guards.device(),
                now=clock.system_now(),
            )
        except Invalid as error:
            blame(form, error)
        except flows.TooManyTries as error:
            return too_many_tries(error)
        else:
            flash(" ".join([_("Your password is changed."), ended_text(ended)]), "ok")
            return redirect(url_for("auth.security"), code=303)
    return render_template("auth/security.html", page=_page(viewer), form=form), 422 if form.errors else 200


@guards.signed_in
def sign_out_device(session_id: int) -> ResponseReturnValue:
    """Sign one of the viewer's devices out."""
    viewer = guards.viewer()
    now = clock.system_now()
    db.atomic(accounts.close_session, (), user_id=viewer.user_id, session_id=session_id, now=now)
    if session_id == viewer.session_id:
        guards.end_session()
        return redirect(url_for("auth.login"), code=303)
    flash(_("That device is signed out."), "ok")
    return redirect(url_for("auth.security"), code=303)


@guards.signed_in
def sign_out_others() -> ResponseReturnValue:
    """Sign the viewer out everywhere but here."""
    viewer = guards.viewer()
    now = clock.system_now()
    ended = db.atomic(accounts.close_other_sessions, (), user_id=viewer.user_id, session_id=viewer.session_id, now=now)
    flash(ended_text(ended), "ok")
    return redirect(url_for("auth.security"), code=303)


def _page(viewer: guards.Viewer) -> SecurityPage:
    limit = ADMIN_IDLE_LIMIT if viewer.is_admin else IDLE_LIMIT
    found = queries.devices(viewer.user_id, seen_after=clock.system_now() - limit)
    rows = [_row(device, is_here=device.session_id == viewer.session_id) for device in found]
    console = own_console("security", is_seller=viewer.is_seller, is_admin=viewer.is_admin)
    here_first = sorted(rows, key=lambda row: not row.is_here)
    return SecurityPage(
        title=_("Security"),
        console=console,
        email=viewer.email,
        devices=here_first,
        has_others=len(rows) > 1,
        has_second_step=factor_queries.has_second_step(viewer.user_id),
        passkeys=tuple(map(_card, passkey_queries.passkeys(viewer.user_id))),
    )


def _card(row: PasskeyRow) -> PasskeyCard:
    made = time_text(row.created_at)
    if row.used_at:
        note = _("Added %(made)s. Last used %(used)s.", made=made, used=time_text(row.used_at))
    else:
        note = _("Added %(made)s. Not used yet.", made=made)
    return PasskeyCard(row.name, note, url_for("auth.remove_passkey", passkey_id=row.passkey_id))


def _row(device: queries.Device, *, is_here: bool) -> DeviceRow:
    since = time_text(device.signed_in_at)
    if is_here:
        note = _("Signed in %(since)s. Last seen now. Address %(address)s.", since=since, address=device.ip_address)
    else:
        note = _(
            "Signed in %(since)s. Last seen %(seen)s. Address %(address)s.",
            since=since,
            seen=time_text(device.last_seen_at),
            address=device.ip_address,
        )
    url = url_for("auth.sign_out_device", session_id=device.session_id)
    return DeviceRow(device_text(device.name), note, is_here, url)

"""Two-step sign-in on the account's pages: set up with an app, recovery codes, turned off."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.accounts import factor_flows, factor_queries, flows, totp
from marketplace.accounts.factor_rules import FEW_RECOVERY_CODES, in_groups
from marketplace.config import Settings
from marketplace.errors import Conflict, Invalid
from marketplace.language import gettext as _
from marketplace.web import guards
from marketplace.web.auth import again, qr
from marketplace.web.auth.again import Deed, console, typed_again
from marketplace.web.auth.ended_devices import ended_text
from marketplace.web.auth.forms import AgainForm, FirstCodeForm, blame, typed
from marketplace.web.auth.qr import QrCode
from marketplace.web.auth.views import too_many_tries
from marketplace.web.console import Console
from marketplace.web.pages import time_text
from marketplace.web.security_words import event_title, left_text

View = Callable[[], ResponseReturnValue]


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened to the account, as components/timeline.html shows it."""

    title: str
    when: str
    when_iso: str


@dataclass(frozen=True, slots=True)
class TwoStepPage:
    """What templates/auth/two_step.html shows; `since` is "" while it is off."""

    title: str
    console: Console
    since: str
    is_wanted: bool
    """Whether the house wants it of this person, and they have none."""
    codes_left: str
    has_few_codes: bool
    events: tuple[Happened, ...]


@dataclass(frozen=True, slots=True)
class AppPage:
    """What templates/auth/two_step_app.html shows."""

    title: str
    console: Console
    email: str
    qr_code: QrCode
    address: str
    secret: str
    """In groups of four."""


@dataclass(frozen=True, slots=True)
class CodesPage:
    """What templates/auth/recovery_codes.html shows, once."""

    title: str
    console: Console
    note: str
    codes: tuple[str, ...]


def _goes_on(view: View) -> View:
    """Answer what a page can't do as things stand by the overview, which says how they stand."""

    @wraps(view)
    def going_on() -> ResponseReturnValue:
        try:
            return view()
        except Conflict as error:
            flash(error.message, "wait")
            return redirect(url_for("auth.two_step"), code=303)
        except flows.TooManyTries as error:
            return too_many_tries(error)

    return going_on


@guards.signed_in
def two_step() -> ResponseReturnValue:
    """Show how the viewer's second step stands, and what can be done about it."""
    viewer = guards.viewer()
    standing = factor_queries.second_step(viewer.user_id)
    page = TwoStepPage(
        title=_("Two-step sign-in"),
        console=console(),
        since=time_text(standing.since) if standing.since else "",
        is_wanted=viewer.is_admin and _settings().accounts.second_factor_for_admins and standing.since is None,
        codes_left=left_text(standing.recovery_codes_left),
        has_few_codes=standing.recovery_codes_left <= FEW_RECOVERY_CODES,
        events=tuple(
            Happened(event_title(event.kind.value, event.detail), time_text(event.at), event.at.isoformat())
            for event in factor_queries.events(viewer.user_id)
        ),
    )
    return render_template("auth/two_step.html", page=page)


@guards.signed_in
@_goes_on
def begin_two_step() -> ResponseReturnValue:
    """Ask for the password before a secret is shown."""
    viewer, form = guards.viewer(), AgainForm()
    _check_is_on(viewer.user_id, is_on=False)
    if form.validate_on_submit():
        try:
            factor_flows.begin_app(
                user_id=viewer.user_id,
                session_id=viewer.session_id,
                email=viewer.email,
                password=typed(form.password),
                device=guards.device(),
                now=clock.system_now(),
            )
            return redirect(url_for("auth.two_step_app"), code=303)
        except Invalid as error:
            blame(form, error)
    text = _("First your password once more. Then you scan a code with an app on your phone.")
    action = url_for("auth.begin_two_step")
    return again.show(form, Deed(_("Set up an app"), text, action, _("Go on"), url_for("auth.two_step")))


@guards.signed_in
@_goes_on
def two_step_app() -> ResponseReturnValue:
    """Show the secret as a QR code and in letters, and take the first code."""
    viewer, form, now = guards.viewer(), FirstCodeForm(), clock.system_now()
    secret = factor_queries.waiting_secret(viewer.user_id, viewer.session_id, now=now)
    if secret is None:
        return redirect(url_for("auth.two_step"), code=303)
    if form.validate_on_submit():
        try:
            codes, ended = factor_flows.confirm_app(
                user_id=viewer.user_id, session_id=viewer.session_id, code=typed(form.code), now=now
            )
            return _show_codes(codes, " ".join((_("Two-step sign-in is on."), ended_text(ended))))
        except Invalid as error:
            blame(form, error)
    address = totp.address(secret, email=viewer.email, issuer=_settings().mail_from_name)
    page = AppPage(
        title=_("Set up an app"),
        console=console(),
        email=viewer.email,
        qr_code=qr.drawn(address),
        address=address,
        secret=in_groups(secret),
    )
    return render_template("auth/two_step_app.html", page=page, form=form), 422 if form.errors else 200


@guards.signed_in
@_goes_on
def renew_recovery_codes() -> ResponseReturnValue:
    """Make new recovery codes and show them once."""
    viewer, form = guards.viewer(), AgainForm()
    _check_is_on(viewer.user_id, is_on=True)
    if form.validate_on_submit():
        try:
            codes = factor_flows.renew_codes(**typed_again(form))
            return _show_codes(codes, _("The codes you had before do not work any more."))
        except Invalid as error:
            blame(form, error)
    text = _("You get ten new codes. Those you have, used or not, stop working.")
    action = url_for("auth.renew_recovery_codes")
    deed = Deed(_("New recovery codes"), text, action, _("Make new codes"), url_for("auth.two_step"))
    return again.show(form, deed)


@guards.signed_in
@_goes_on
def turn_two_step_off() -> ResponseReturnValue:
    """Take the viewer's second step off."""
    viewer, form = guards.viewer(), AgainForm()
    _check_is_on(viewer.user_id, is_on=True)
    if form.validate_on_submit():
        try:
            ended = factor_flows.take_off(session_id=viewer.session_id, **typed_again(form))
        except Invalid as error:
            blame(form, error)
        else:
            flash(" ".join((_("Two-step sign-in is off."), ended_text(ended))), "ok")
            return redirect(url_for("auth.two_step"), code=303)
    text = _("From then on your password alone signs you in. Your recovery codes stop working.")
    action = url_for("auth.turn_two_step_off")
    title = _("Turn two-step sign-in off")
    return again.show(form, Deed(title, text, action, _("Turn it off"), url_for("auth.two_step"), "danger"))


def _show_codes(codes: Sequence[str], note: str) -> ResponseReturnValue:
    """Return the page with the codes. It is no redirect: nothing keeps them for a second look."""
    page = CodesPage(_("Your recovery codes"), console(), note, tuple(map(in_groups, codes)))
    return render_template("auth/recovery_codes.html", page=page)


def _check_is_on(user_id: int, *, is_on: bool) -> None:
    """Raise Conflict when two-step sign-in is not as a page needs it."""
    if factor_queries.has_second_step(user_id) != is_on:
        raise Conflict(_("Two-step sign-in is off.") if is_on else _("Two-step sign-in is on already."))


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found

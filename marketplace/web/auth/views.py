"""Sign in, register, sign out."""

from dataclasses import dataclass

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.accounts import flows, link_flows
from marketplace.accounts import operations as accounts
from marketplace.errors import Invalid
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.web import errors, guards, reading_language
from marketplace.web.auth import half
from marketplace.web.auth.forms import RegisterForm, SignInForm, blame, typed
from marketplace.web.cart.adoption import adopt
from marketplace.web.saved import wish
from marketplace.web.shop import seen


@dataclass(frozen=True)
class EntryPage:
    """The sign-in and the register page: `other_url` leads from one to the other."""

    title: str
    text: str
    other_url: str
    demo_people: list[dict[str, str]]


# The demo shop's people, offered as buttons while MARKETPLACE_DEMO is set (DESIGN section 8).
_DEMO_PEOPLE = [
    {"label": label, "email": f"{email}@example.com", "password": "demo-marketplace"}
    for label, email in (
        (Text("Sign in as buyer"), "buyer"),
        (Text("Sign in as seller"), "seller"),
        (Text("Sign in as second seller"), "seller2"),
        (Text("Sign in as admin"), "admin"),
    )
]


def login() -> ResponseReturnValue:
    """Sign a person in, or show the form."""
    form = SignInForm(next=guards.safe_next(request.args.get("next")) or "")
    if (here := guards.current_viewer()) and not form.is_submitted():
        return redirect(_landing(here, form.next.data), code=303)
    if form.validate_on_submit():
        try:
            _user_id, token = flows.sign_in(
                email=typed(form.email), password=typed(form.password), device=guards.device(), now=clock.system_now()
            )
        except Invalid as error:
            blame(form, error)
        except flows.CodeNeeded as needed:
            half.keep(needed.key)
            return redirect(url_for("auth.code", next=guards.safe_next(form.next.data)), code=303)
        except flows.TooManyTries as error:
            return too_many_tries(error)
        else:
            return enter(token, form.next.data)
    people = _DEMO_PEOPLE if current_app.extensions["settings"].demo else []
    text = _("Sign in and go on where you were.") if form.next.data else _("Good to see you again.")
    page = EntryPage(_("Sign in"), text, _other("auth.register", form.next.data), people)
    return render_template("auth/login.html", page=page, form=form), _code(form)


def register() -> ResponseReturnValue:
    """Add a person and sign them in, or show the form."""
    form = RegisterForm(next=guards.safe_next(request.args.get("next")) or "")
    if form.validate_on_submit():
        try:
            _user_id, token = flows.register(
                email=typed(form.email),
                name=typed(form.name),
                password=typed(form.password),
                device=guards.device(),
                now=clock.system_now(),
                joined_at=clock.now(),
            )
        except Invalid as error:
            blame(form, error)
        except flows.TooManyTries as error:
            return too_many_tries(error)
        else:
            answer = enter(token, form.next.data)  # first: it forgets what was to be told to whoever was here before
            flash(_("Welcome. Your account is ready. A link to confirm your e-mail address is in your mail."), "ok")
            return answer
    page = EntryPage(
        _("Create an account"), _("One account to buy and to sell."), _other("auth.login", form.next.data), []
    )
    return render_template("auth/register.html", page=page, form=form), _code(form)


def logout() -> ResponseReturnValue:
    """Revoke this device's session."""
    if here := guards.current_viewer():
        now = clock.system_now()
        db.atomic(accounts.close_session, (), user_id=here.user_id, session_id=here.session_id, now=now)
    guards.end_session()
    seen.leave()
    flash(_("You are signed out."), "ok")
    return seen.forget(make_response(redirect(url_for("shop.home"), code=303)))


def too_many_tries(error: flows.TooManyTries | link_flows.TooManyLinks) -> ResponseReturnValue:
    """Return the page that tells how long to wait."""
    answer = make_response(errors.page(429, error.message))
    answer.headers["Retry-After"] = str(error.minutes * 60)
    return answer


def enter(token: str, target: str | None) -> ResponseReturnValue:
    """Sign this browser in with a fresh session token and go where its person wants to, or where their work is."""
    here = guards.current_viewer()
    if here:  # another person, or the same one again, on this browser: that session ends
        now = clock.system_now()
        db.atomic(accounts.close_session, (), user_id=here.user_id, session_id=here.session_id, now=now)
    viewer = guards.start_session(token)
    adopt(viewer.user_id)
    wish.grant(viewer.user_id)
    return reading_language.keep(make_response(redirect(_landing(viewer, target), code=303)), viewer.language)


def _landing(here: guards.Viewer, target: str | None) -> str:
    if wanted := guards.safe_next(target):
        return wanted
    if here.is_admin:
        return "/admin"
    return "/seller" if here.is_seller else url_for("shop.home")


def _other(endpoint: str, target: str | None) -> str:
    return url_for(endpoint, next=guards.safe_next(target))


def _code(form: SignInForm | RegisterForm) -> int:
    return 422 if form.errors else 200

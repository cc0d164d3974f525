"""The tokens with which a person's programs ask: made, shown once, listed, revoked (C17)."""

import secrets
from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from marketplace import clock, db
from marketplace.accounts import flows, token_operations, token_queries
from marketplace.accounts.operations import token_hash
from marketplace.accounts.token_queries import TokenRow
from marketplace.accounts.token_rules import LIFETIMES, LONGEST_NAME, PREFIX
from marketplace.errors import Conflict, Invalid
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.web import guards
from marketplace.web.auth.forms import blame, typed
from marketplace.web.auth.views import too_many_tries
from marketplace.web.console import Console, own_console
from marketplace.web.forms import Form
from marketplace.web.pages import time_text

_DAYS = {30: Text("30 days"), 90: Text("90 days"), 365: Text("A year")}
_WRITING = "write"


class TokenForm(Form):
    """What a program is called, what it may do and until when; and the password, as it outlives the session."""

    name = StringField(
        Text("What it is for"),
        [InputRequired(Text("Say what it is for, so that you know it again.")), Length(max=LONGEST_NAME)],
    )
    scope = RadioField(
        Text("What it may do"),
        choices=[SelectChoice("read", Text("Only read")), SelectChoice(_WRITING, Text("Read, and do what you may do"))],
        default="read",
    )
    days = RadioField(
        Text("How long it works"),
        choices=[SelectChoice(str(days), _DAYS[days]) for days in LIFETIMES],
        default=str(LIFETIMES[0]),
    )
    password = PasswordField(Text("Your password"), [InputRequired(Text("Enter your password.")), Length(max=1000)])


@dataclass(frozen=True, slots=True)
class TokenCard:
    """One token that works."""

    name: str
    scope: str
    is_writing: bool
    note: str
    used: str
    revoke_url: str


@dataclass(frozen=True, slots=True)
class TokensPage:
    """What templates/auth/tokens.html shows; `fresh` is the token that was just made, "" for none."""

    title: str
    console: Console
    email: str
    cards: tuple[TokenCard, ...]
    fresh: str
    docs_url: str


@guards.signed_in
def tokens() -> ResponseReturnValue:
    """Show the viewer's tokens and the form for another one."""
    return _show(TokenForm(formdata=None), 200)


@guards.signed_in
def make_token() -> ResponseReturnValue:
    """Make a token and show it, this once: only its hash is kept."""
    form, viewer, now = TokenForm(), guards.viewer(), clock.system_now()
    if not form.validate():
        return _show(form, 422)
    fresh = PREFIX + secrets.token_urlsafe(32)
    try:
        flows.check_password(
            user_id=viewer.user_id,
            email=viewer.email,
            password=typed(form.password),
            device=guards.device(),
            now=now,
        )
        db.atomic(
            token_operations.make_token,
            [f"tokens:{viewer.user_id}"],
            user_id=viewer.user_id,
            name=typed(form.name),
            may_write=form.scope.data == _WRITING,
            days=int(form.days.data),
            token_hash=token_hash(fresh),
            now=now,
        )
    except flows.TooManyTries as error:
        return too_many_tries(error)
    except (Invalid, Conflict) as error:
        blame(form, error)
        return _show(form, 409 if isinstance(error, Conflict) else 422)
    return _show(TokenForm(formdata=None), 200, fresh)


@guards.signed_in
def revoke_token(token_id: int) -> ResponseReturnValue:
    """End one of the viewer's tokens."""
    now = clock.system_now()
    user_id = guards.viewer().user_id
    db.atomic(token_operations.revoke_token, (), user_id=user_id, token_id=token_id, now=now)
    flash(_("The token is revoked. Nothing can be asked with it any more."), "ok")
    return redirect(url_for("auth.tokens"), code=303)


def _show(form: TokenForm, code: int, fresh: str = "") -> ResponseReturnValue:
    viewer = guards.viewer()
    page = TokensPage(
        title=_("Tokens for programs"),
        console=own_console("tokens", is_seller=viewer.is_seller, is_admin=viewer.is_admin),
        email=viewer.email,
        cards=tuple(map(_card, token_queries.tokens_of(viewer.user_id, now=clock.system_now()))),
        fresh=fresh,
        docs_url=url_for("api_docs.docs"),
    )
    return render_template("auth/tokens.html", page=page, form=form), code


def _card(row: TokenRow) -> TokenCard:
    return TokenCard(
        name=row.name,
        scope=_("Reads and writes") if row.may_write else _("Only reads"),
        is_writing=row.may_write,
        note=_(
            "Made %(since)s, works until %(until)s.",
            since=time_text(row.created_at),
            until=time_text(row.expires_at),
        ),
        used=_("Last used %(when)s.", when=time_text(row.last_used_at)) if row.last_used_at else _("Never used yet."),
        revoke_url=url_for("auth.revoke_token", token_id=row.token_id),
    )

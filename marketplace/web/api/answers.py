"""What the answers as JSON have in common: who asks, what went wrong, amounts and times."""

from datetime import datetime
from functools import wraps
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from marketplace import clock
from marketplace.accounts import token_operations
from marketplace.accounts.token_queries import Holder
from marketplace.accounts.token_rules import REQUESTS_PER_WINDOW, WINDOW, WRONG_PER_WINDOW
from marketplace.errors import Conflict, DomainError, Invalid, NotFound
from marketplace.language import gettext as _
from marketplace.language import ngettext
from marketplace.transitions import MoveNotAllowed
from marketplace.web import bearer, guards, problems
from marketplace.web.errors import STATUS_OF
from marketplace.web.guards import View
from marketplace.web.pages import decimal

_LONGEST_ID = 18
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def register(blueprint: Blueprint) -> None:
    """Answer every expected error of `blueprint` as JSON."""

    @blueprint.errorhandler(DomainError)
    def domain(error: DomainError) -> ResponseReturnValue:
        return problem(error)

    @blueprint.errorhandler(CSRFError)
    def csrf(_error: CSRFError) -> ResponseReturnValue:
        text = _("The form token is missing or old. Reload the page it comes from and send it again.")
        return problems.answer(400, " ".join([text, _("Programs send a token in the header Authorization instead.")]))


def problem(error: DomainError) -> Response:
    """Return a refusal as JSON, with the field that is to blame."""
    # To a program it is one thing whether the time has gone by or has not come.
    kind = Conflict if isinstance(error, MoveNotAllowed) else type(error)
    code = next(code for known, code in STATUS_OF.items() if issubclass(kind, known))
    field = error.field if isinstance(error, Invalid) else None
    return problems.answer(code, error.message, errors={field: error.message} if field else None)


def row_id(text: str, missing: str) -> int:
    """Return the number in an address; raises NotFound, saying what is `missing`, for what can be none.

    A text until here, where one address answers several methods: 405 would come before 404 otherwise.
    """
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_ID):
        raise NotFound(_(missing))
    return int(text)


def signed_in(view: View) -> View:
    """Let only people in who are signed in, and programs with a token that may do this; others get 401, 403 or 429."""

    @wraps(view)
    def guarded(*args: Any, **values: Any) -> ResponseReturnValue:
        if bearer.token() is not None:
            refusal = _unknown_token() if (known := bearer.holder()) is None else _refused(known)
        else:
            refusal = problems.answer(401, _("Sign in first.")) if guards.current_viewer() is None else None
        return view(*args, **values) if refusal is None else refusal

    return guarded


def amount(minor: int, currency: str) -> str:
    """Return an amount in whole units as text, so that no reader rounds it: "1234.50"."""
    return str(decimal(minor, currency))


def moment(at: datetime | None) -> str | None:
    """Return a time in UTC as ISO 8601 writes it."""
    return at.isoformat() if at else None


def sent(name: str) -> str:
    """Return a text that was sent, in a JSON object or as a form; "" for none."""
    body = request.get_json(silent=True)
    found = body.get(name) if isinstance(body, dict) else request.form.get(name)
    return found if isinstance(found, str) else ""


def _unknown_token() -> ResponseReturnValue:
    address = f"address:{request.remote_addr or ''}"
    if seconds := token_operations.count_request(address, WRONG_PER_WINDOW, now=clock.system_now()):
        return _too_many(seconds)
    return problems.answer(401, _("This token is none, has expired or was revoked."))


def _refused(known: Holder) -> ResponseReturnValue | None:
    now = clock.system_now()
    if seconds := token_operations.count_request(f"user:{known.user_id}", REQUESTS_PER_WINDOW, now=now):
        return _too_many(seconds)
    if known.last_used_at is None or known.last_used_at <= now - WINDOW:
        token_operations.note_use(known.token_id, now=now)
    if request.method not in _READING and not known.may_write:
        return problems.answer(403, _("This token may only read."))
    return None


def _too_many(seconds: int) -> ResponseReturnValue:
    text = ngettext(
        "Too many requests. Wait %(seconds)s second and try again.",
        "Too many requests. Wait %(seconds)s seconds and try again.",
        seconds,
        seconds=seconds,
    )
    return problems.answer(429, text, wait_seconds=seconds)

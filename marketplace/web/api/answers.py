"""What the answers as JSON have in common: who asks, what went wrong, amounts and times."""

from datetime import datetime
from functools import wraps
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from marketplace.errors import DomainError
from marketplace.web import guards
from marketplace.web.errors import STATUS_OF
from marketplace.web.guards import View
from marketplace.web.pages import decimal


def register(blueprint: Blueprint) -> None:
    """Answer every expected error of `blueprint` as JSON."""

    @blueprint.errorhandler(DomainError)
    def domain(error: DomainError) -> ResponseReturnValue:
        code = next(code for kind, code in STATUS_OF.items() if isinstance(error, kind))
        return _error(error.message, code)

    @blueprint.errorhandler(CSRFError)
    def csrf(_error_: CSRFError) -> ResponseReturnValue:
        return _error("The form token is missing or old. Reload the page it comes from and send it again.", 400)


def signed_in(view: View) -> View:
    """Let only people in who are signed in; others get 401."""

    @wraps(view)
    def guarded(*args: Any, **values: Any) -> ResponseReturnValue:
        if guards.current_viewer() is None:
            return _error("Sign in first.", 401)
        return view(*args, **values)

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


def _error(text: str, code: int) -> ResponseReturnValue:
    return jsonify({"error": text}), code
